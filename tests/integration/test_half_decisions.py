"""A decision of which one line is refused: nothing reaches the marketplace, the case says so and asks on.

A refund of the seller's own on the line is no cause for that, as an answer to a buyer goes first (D31): here the wire
has the connector refuse.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mock_oms import Refused
from mock_tiktok import OrderLine
from rehearsal.seats.port import AdjustmentRow
from rehearsal.world.world import World
from tests.refused import refused

HALF_AN_HOUR = timedelta(minutes=30)
LINES = [OrderLine("LAMP", 1, Decimal("33.33")), OrderLine("MUG", 1, Decimal("9.99")), OrderLine("CUP", 1, Decimal(7))]


@pytest.fixture
def world() -> Iterator[World]:
    """A buyer wants money back for three lines."""
    world = World()
    order = world.marketplace.place_order(lines=LINES)
    world.advance(by=HALF_AN_HOUR)
    world.marketplace.request_return(order.order_id, return_type="REFUND")
    world.advance(by=HALF_AN_HOUR)
    yield world
    assert not world.auditor.broken()
    world.close()


def the_connector_refuses_the_mug(world: World) -> None:
    """Let it refuse one approval of the second line, as if that had been asked for in a state that does not take it."""
    words = {"status": 400, "message": "RequestStatus: an adjustment in Error does not take it"}
    world.trouble.plan(kind="refuse", to="connector", operation="approve", skip=1, times=1, **{"with": words})


def row(world: World) -> AdjustmentRow:
    return world.oms.adjustments()[0]


def state(world: World) -> str:
    return world.marketplace.return_views()[-1].return_status


@pytest.mark.parametrize(
    ("answer", "becomes"),
    [
        (lambda oms, case: oms.reject(case), "REFUND_OR_RETURN_REQUEST_REJECT"),
        (lambda oms, case: oms.approve(case, amount=Decimal("20.00")), "AWAITING_BUYER_RESPONSE"),
        (lambda oms, case: oms.approve(case), "RETURN_OR_REFUND_REQUEST_COMPLETE"),
    ],
    ids=["a no", "an offer", "the same"],
)
def test_a_half_decision_is_completed_with_the_same_answer_or_turned_into_another(
    world: World, answer: Callable[[Any, str], object], becomes: str
) -> None:
    the_connector_refuses_the_mug(world)
    before = row(world)
    assert refused(Refused, world.oms.approve, before.id).title == "Only half answered"
    world.advance(by=HALF_AN_HOUR)
    assert state(world) == "RETURN_OR_REFUND_REQUEST_PENDING"
    assert str(row(world).error).startswith("Half answered: 1 of 3 lines")
    assert "an adjustment in Error does not take it" in str(row(world).error)
    assert (row(world).deadline, row(world).can) == (before.deadline, ("approve", "reject"))
    answer(world.oms, row(world).id)
    assert row(world).error is None
    world.advance(by=HALF_AN_HOUR)
    assert state(world) == becomes
    assert becomes != "REFUND_OR_RETURN_REQUEST_REJECT" or row(world).status == "RejectionCompleted"


def test_the_least_offer_reaches_every_line_and_less_is_refused_before_anything_is_sent(world: World) -> None:
    before = row(world)
    caught = refused(Refused, world.oms.approve, before.id, amount=Decimal("0.02"))
    assert (caught.status, caught.field) == (422, "amount")
    assert "0.03" in caught.detail
    assert row(world) == before
    world.oms.approve(before.id, amount=Decimal("0.03"))
    world.advance(by=HALF_AN_HOUR)
    assert state(world) == "AWAITING_BUYER_RESPONSE"


@pytest.mark.parametrize("lost", ["cut_before", "cut_after"], ids=["it never came", "nobody heard that it came"])
def test_the_buyer_gets_all_words_if_the_answer_to_the_first_of_them_is_lost(lost: str) -> None:
    world = World(oms_manners=("line-by-line",))
    order = world.marketplace.place_order(lines=LINES)
    world.advance(by=HALF_AN_HOUR)
    world.marketplace.request_return(order.order_id, return_type="REFUND")
    world.advance(by=HALF_AN_HOUR)
    fault = world.trouble.plan(**{"kind": lost, "from": "oms", "to": "connector", "times": 1})
    world.oms.reject(world.oms.adjustments()[0].id, comment="All of it was as listed")
    world.advance(by=2 * HALF_AN_HOUR)
    said = [e["request"]["body"] for e in world.trace.entries() if e.get("operation") == "rejectReturn_202309"]
    assert fault.hit == 1
    assert [body["comment"] for body in said] == ["All of it was as listed"]
    assert not world.auditor.broken()
    world.close()
