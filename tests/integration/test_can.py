"""What a row says can be done is accepted, and all else is refused and changes nothing: in every state of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mock_oms import Refused
from mock_tiktok import OrderLine
from rehearsal.seats.port import AdjustmentRow
from rehearsal.world.world import World
from tests.refused import refused

HOUR = timedelta(hours=1)
ALL = ("approve", "reject", "inspect")


class Tale:
    """A world in which one order is told of, and what has been asked about it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.order_id = ""
        self.return_id = ""

    def order(self, status: str = "DELIVERED") -> Tale:
        line = OrderLine("LAMP", 1, Decimal("39.98"))
        self.order_id = self.world.marketplace.place_order(lines=[line], status=status).order_id
        return self.wait()

    def wait(self, hours: float = 1) -> Tale:
        self.world.advance(by=hours * HOUR)
        return self

    def nobody_looks(self, days: int) -> Tale:
        self.world.deaths.kill()
        self.wait(days * 24)
        self.world.deaths.start()
        return self.wait(2)

    def ask(self, kind: str) -> Tale:
        if kind == "CANCEL":
            self.world.marketplace.request_cancellation(self.order_id)
        else:
            self.return_id = self.world.marketplace.request_return(self.order_id, return_type=kind).return_id
        return self

    def refund(self, amount: Decimal | None = None) -> Tale:
        self.world.oms.refund(order_id=self.order_id, amount=amount)
        return self

    def sent(self) -> Tale:
        self.world.marketplace.ship_return(self.return_id)
        return self

    def arrived(self) -> Tale:
        self.world.marketplace.arrive_return(self.return_id)
        return self

    def act(self, action: str, **how: Any) -> Tale:
        if action == "inspect":
            self.world.oms.inspect(self.return_id, grade="AS_SOLD", accept=True)
        elif action == "approve":
            self.world.oms.approve(self.row().id, **how)
        else:
            self.world.oms.reject(self.row().id)
        return self

    def due(self) -> Tale:
        """Let the deadline pass without anybody at the seller's having heard of it."""
        deadline = self.row().deadline
        assert deadline is not None
        self.world.advance(to=deadline - timedelta(seconds=1))
        self.world.clock.move_to(deadline)
        return self

    def row(self) -> AdjustmentRow:
        rows = self.world.oms.adjustments()
        return next((row for row in rows if row.kind != "REFUND" or row.return_id == self.return_id), rows[-1])


STATES: dict[str, Callable[[Tale], Tale]] = {
    "a refund is asked for": lambda it: it.order().ask("REFUND").wait(),
    "a refund is asked for that the seller means to give": lambda it: it.order().refund().ask("REFUND").wait(),
    "a part is meant to be given": lambda it: it.order().ask("REFUND").wait().refund(Decimal(5)).wait(),
    "a part is offered": lambda it: it.order().ask("REFUND").wait().act("approve", amount=Decimal(5)).wait(),
    "it has been approved": lambda it: it.order().ask("REFUND").wait().act("approve"),
    "it has been paid": lambda it: it.order().ask("REFUND").wait().act("approve").wait(),
    "it has been rejected": lambda it: it.order().ask("REFUND").wait().act("reject").wait(),
    "its deadline has passed": lambda it: it.order().ask("REFUND").wait().due(),
    "the label is made": lambda it: it.order().ask("RETURN_AND_REFUND").wait(),
    "the goods are on their way": lambda it: it.order().ask("RETURN_AND_REFUND").wait().sent().wait(),
    "on their way for ten days": lambda it: it.order().ask("RETURN_AND_REFUND").wait().sent().nobody_looks(days=10),
    "the goods are here": lambda it: it.order().ask("RETURN_AND_REFUND").wait().sent().wait().arrived().wait(),
    "here, before anybody knew": lambda it: it.order().ask("RETURN_AND_REFUND").wait().sent().arrived(),
    "judged before anybody knew": (
        lambda it: it.order().ask("RETURN_AND_REFUND").wait().sent().arrived().act("inspect")
    ),
    "judged": (
        lambda it: it.order().ask("RETURN_AND_REFUND").wait().sent().wait().arrived().wait().act("inspect").wait()
    ),
    "a cancellation is asked for": lambda it: it.order("AWAITING_SHIPMENT").ask("CANCEL").wait(),
    "the seller cancels as well": lambda it: it.order("AWAITING_SHIPMENT").refund().ask("CANCEL").wait(),
    "the seller gives a refund": lambda it: it.order().refund().wait(),
}


@contextmanager
def told(state: str) -> Iterator[Tale]:
    with closing(World()) as world:
        yield STATES[state](Tale(world))


@pytest.mark.parametrize("state", STATES)
def test_what_can_be_done_is_accepted_and_nothing_else(state: str) -> None:
    with told(state) as tale:
        before = tale.row()
        for action in ALL:
            if action not in before.can:
                refused(Refused, tale.act, action)
                assert tale.row() == before, action
    for action in before.can:
        with told(state) as tale:
            tale.act(action)
