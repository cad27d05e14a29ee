"""The Stage over a world in this process: every call of the control API as a method, answering its exact document.

Whatever is asked is first judged by the contract, then by sense; what a player refuses becomes a `Problem` in one
place. One writer at a time: each call holds the world's lock. A call does its one act and leaves all consequences on
the agenda.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import mock_oms.errors
import mock_tiktok.errors
from mock_tiktok import OrderLine
from rehearsal.control import serializers as documents
from rehearsal.control.addresses import IN_PROCESS, Addresses
from rehearsal.control.formats import beginning, duration, instant, money, refused
from rehearsal.control.stage import Json, Problem
from rehearsal.control.validation import demand
from rehearsal.seats.port import NotCapable
from rehearsal.trace.diagram import mermaid
from rehearsal.trace.har import har
from rehearsal.world.errors import Busy, InvalidValue

if TYPE_CHECKING:
    from rehearsal.world.world import World

FARTHEST: Final = timedelta(days=3660)  # in one call; a slip of the finger must not keep a served world busy for days
# The players' own names of a field -> the control API's.
_FIELDS: Final = {"return_type": "type", "plan": "buyer.plan", "shop": "shop_id"}

_IDS: Final = {"order": "order_id", "return": "return_id", "cancellation": "cancel_id"}


def given(**body: Any) -> Json:
    """Return a call's body: the keyword arguments that were given."""
    return {name: value for name, value in body.items() if value is not None}


class InProcessStage:
    """The Stage over whatever world `make_world` makes; `settings` are those of the first one."""

    def __init__(
        self,
        make_world: Callable[..., World],
        *,
        addresses: Addresses = IN_PROCESS,
        more: Callable[[], Mapping[str, Any]] = dict,
        **settings: Any,
    ) -> None:
        self._make_world = make_world
        self._settings = settings
        self._addresses = addresses
        self._more = more
        self._advancing = threading.Lock()
        self._changing = threading.RLock()
        self._world: World | None = None

    @property
    def current(self) -> World:
        """Return the world as it is now; the first call makes it."""
        with self._changing:
            if self._world is None:
                self._world = self._make_world(**self._settings)
            return self._world

    @contextmanager
    def holding(self) -> Iterator[World]:
        """Hold the current world, whose refusals become Problems; nothing that raises has changed it."""
        while True:
            world = self.current
            with world.lock:
                if world is not self.current:
                    continue  # it was replaced while we waited for it
                with refusals():
                    yield world
                return

    def close(self, patience: float = -1) -> bool:
        """End the world; answer False when it is still busy after `patience` seconds of real time (-1: any)."""
        world = self._world
        if world is None:
            return True
        if not world.lock.acquire(timeout=patience):
            return False
        try:
            world.close()
            self._world = None
        finally:
            world.lock.release()
        return True

    # the world and its clock
    def reset(
        self,
        *,
        seed: int | None = None,
        start: str | None = None,
        market: str | None = None,
        profile: str | None = None,
        oms_policy: str | None = None,
        shops: int | None = None,
    ) -> Json:
        wanted = given(seed=seed, start=start, market=market, profile=profile, oms_policy=oms_policy, shops=shops)
        demand("Reset", wanted)
        if start is not None:
            wanted["start"] = beginning(start, "start")
        with self.holding() as old, self._changing:
            settings = {**self._settings, **wanted}
            if profile is not None and market is None:
                settings.pop("market", None)  # the new profile has its own
            self._world = self._make_world(**settings)
            self._settings = settings
            old.close()
        return self.world()

    def world(self) -> Json:
        with self.holding() as world:
            return {**documents.world(world, self._addresses), **self._more()}

    def advance(self, *, by: str | None = None, to: str | None = None, until: str | None = None) -> Json:
        demand("Advance", given(by=by, to=to, until=until))
        if not self._advancing.acquire(blocking=False):
            raise Problem(409, "Somebody is advancing this world", "its clock moves for one caller at a time")
        try:
            with self.holding() as world:
                if until is not None:
                    return documents.advanced(world.advance(until_next=True))
                target = _target(world.now, by, to)
                return documents.advanced(world.advance(to=target))
        finally:
            self._advancing.release()

    def let_pass(self, span: timedelta) -> None:
        """Let a running clock run for `span`; unlike a caller it waits for its turn."""
        with self.holding() as world:
            world.advance(by=span)

    def agenda(self) -> Json:
        with self.holding() as world:
            return {"agenda": [documents.happening(entry) for entry in world.agenda()]}

    # orders and their buyers
    def place_order(
        self,
        *,
        lines: Sequence[Mapping[str, Any]] | None = None,
        status: str | None = None,
        buyer: Mapping[str, Any] | None = None,
        shop_id: str | None = None,
        shipping_fee: str | None = None,
        tax: str | None = None,
    ) -> Json:
        body = given(
            lines=None if lines is None else [dict(line) for line in lines],
            status=status,
            buyer=None if buyer is None else dict(buyer),
            shop_id=shop_id,
            shipping_fee=shipping_fee,
            tax=tax,
        )
        demand("PlaceOrder", body)
        with self.holding() as world:
            view = world.marketplace.place_order(
                shop_id=shop_id,
                lines=None if lines is None else [_line(line) for line in lines],
                status=status or "DELIVERED",
                plan=(buyer or {}).get("plan"),
                shipping_fee=Decimal(shipping_fee or "0"),
                tax=Decimal(tax or "0"),
            )
            return documents.order(view)

    def order(self, order_id: str) -> Json:
        with self.holding() as world:
            return documents.order(world.marketplace.order_view(order_id))

    def ship_order(self, order_id: str) -> Json:
        with self.holding() as world:
            return documents.order(world.marketplace.ship_order(order_id))

    def deliver_order(self, order_id: str) -> Json:
        with self.holding() as world:
            return documents.order(world.marketplace.deliver_order(order_id))

    def request_cancellation(self, order_id: str, *, reason: str | None = None) -> Json:
        demand("RequestCancellation", given(reason=reason))
        with self.holding() as world:
            return documents.cancellation(world.marketplace.request_cancellation(order_id, reason=reason))

    def request_return(
        self,
        order_id: str,
        *,
        type: str = "RETURN_AND_REFUND",
        reason: str | None = None,
        line_item_ids: Sequence[str] | None = None,
        evidence: Sequence[str] | None = None,
    ) -> Json:
        body = given(type=type, reason=reason, line_item_ids=_list(line_item_ids), evidence=_list(evidence))
        demand("RequestReturn", body)
        with self.holding() as world:
            view = world.marketplace.request_return(
                order_id, return_type=type, reason=reason, line_item_ids=line_item_ids, evidence=tuple(evidence or ())
            )
            return documents.return_(view)

    # returns: the buyer, the courier, the operator, the seller in Seller Center
    def returns(self) -> Json:
        with self.holding() as world:
            return {"returns": [documents.return_(view) for view in world.marketplace.return_views()]}

    def get_return(self, return_id: str) -> Json:
        with self.holding() as world:
            return documents.return_(world.marketplace.return_view(return_id))

    def ship_return(self, return_id: str) -> Json:
        with self.holding() as world:
            return documents.return_(world.marketplace.ship_return(return_id))

    def arrive_return(self, return_id: str) -> Json:
        with self.holding() as world:
            return documents.return_(world.marketplace.arrive_return(return_id))

    def withdraw(self, return_id: str) -> Json:
        with self.holding() as world:
            return documents.return_(world.marketplace.withdraw(return_id))

    def accept_offer(self, return_id: str) -> Json:
        with self.holding() as world:
            return documents.return_(world.marketplace.accept_offer(return_id))

    def decline_offer(self, return_id: str) -> Json:
        with self.holding() as world:
            return documents.return_(world.marketplace.decline_offer(return_id))

    def dispute(self, return_id: str) -> Json:
        with self.holding() as world:
            return documents.return_(world.marketplace.dispute(return_id))

    def arbitrate(self, return_id: str, *, outcome: str, refund_total: str | None = None) -> Json:
        demand("Arbitrate", given(outcome=outcome, refund_total=refund_total))
        with self.holding() as world:
            view = world.marketplace.arbitrate(return_id, outcome=outcome, refund_total=money(refund_total))
            return documents.return_(view)

    def seller_center_decision(
        self,
        return_id: str,
        *,
        decision: str,
        reason: str | None = None,
        amount: str | None = None,
        comment: str | None = None,
    ) -> Json:
        demand("SellerCenterDecision", given(decision=decision, reason=reason, amount=amount, comment=comment))
        with self.holding() as world:
            view = world.marketplace.seller_center_decision(
                return_id, decision=decision, reason=reason, amount=money(amount), comment=comment
            )
            return documents.return_(view)

    def seller_center_refund(
        self,
        order_id: str,
        *,
        line_item_ids: Sequence[str] | None = None,
        amount: str | None = None,
        reason: str | None = None,
    ) -> Json:
        demand("SellerCenterRefund", given(line_item_ids=_list(line_item_ids), amount=amount, reason=reason))
        with self.holding() as world:
            view = world.marketplace.seller_center_refund(
                order_id, line_item_ids=line_item_ids, amount=money(amount), reason=reason
            )
            return documents.return_(view)

    # cancellations
    def get_cancellation(self, cancel_id: str) -> Json:
        with self.holding() as world:
            return documents.cancellation(world.marketplace.cancellation_view(cancel_id))

    def withdraw_cancellation(self, cancel_id: str) -> Json:
        with self.holding() as world:
            return documents.cancellation(world.marketplace.withdraw_cancellation(cancel_id))

    # the seller's staff at the OMS
    def oms_adjustments(self) -> Json:
        with self.holding() as world:
            return {"adjustments": [documents.adjustment(row) for row in world.oms.adjustments()]}

    def oms_approve(self, adjustment_id: str, *, amount: str | None = None) -> Json:
        demand("Approve", given(amount=amount))
        with self.holding() as world:
            return documents.decided(world.oms.approve(adjustment_id, amount=money(amount)))

    def oms_reject(self, adjustment_id: str, *, reason: str | None = None, comment: str | None = None) -> Json:
        demand("Reject", given(reason=reason, comment=comment))
        with self.holding() as world:
            return documents.decided(world.oms.reject(adjustment_id, reason=reason, comment=comment))

    def oms_inspect(self, return_id: str, *, grade: str, accept: bool) -> Json:
        demand("Inspect", given(grade=grade, accept=accept))
        with self.holding() as world:
            return documents.decided(world.oms.inspect(return_id, grade=grade, accept=accept))

    def oms_refund(
        self,
        *,
        order_id: str,
        line_item_ids: Sequence[str] | None = None,
        amount: str | None = None,
        reason: str | None = None,
    ) -> Json:
        body = given(order_id=order_id, line_item_ids=_list(line_item_ids), amount=amount, reason=reason)
        demand("Refund", body)
        with self.holding() as world:
            answer = world.oms.refund(
                order_id=order_id, line_item_ids=line_item_ids, amount=money(amount), reason=reason
            )
            return documents.decided(answer)

    # what can be seen
    def activity(self, order_id: str) -> Json:
        with self.holding() as world:
            world.marketplace.order_view(order_id)
            return documents.activity(order_id, world.connector.activity(order_id))

    def mailbox(self, *, order_id: str | None = None) -> Json:
        with self.holding() as world:
            if order_id is not None:
                world.marketplace.order_view(order_id)
            return {"mails": [documents.mail(mail) for mail in world.marketplace.mailbox(order_id)]}

    def ledgers(self) -> Json:
        with self.holding() as world:
            return {"orders": [documents.ledger(book) for book in world.books()]}

    def findings(self) -> Json:
        with self.holding() as world:
            verdicts = list(world.findings())
            return {
                "findings": [finding.document() for finding in verdicts if finding.broken],
                "verdicts": [finding.document() for finding in verdicts],
            }

    def trace(self) -> list[Json]:
        return [json.loads(line) for line in self.trace_ndjson().splitlines()]

    def trace_ndjson(self) -> bytes:
        """Return the record as it is exported: a line that names the format, then one line per entry."""
        with self.holding() as world:
            return world.trace.ndjson()

    def trace_har(self) -> bytes:
        """Return the record's HTTP exchanges as a HAR file."""
        with self.holding() as world:
            return har(world.trace.entries())

    def trace_mermaid(self) -> bytes:
        """Return the record as a sequence diagram."""
        with self.holding() as world:
            return mermaid(world.trace.entries())


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a player or the world refuses into a Problem."""
    try:
        yield
    except mock_tiktok.errors.ApiError as error:
        raise Problem(409, "The marketplace refuses", error.message, field=error.field, code=error.code) from error
    except mock_tiktok.errors.UnknownId as error:
        if error.kind == "shop":  # named in a body; the others are what the call is about
            raise refused("shop_id", f"names nobody: {error}") from error
        raise Problem(404, f"No such {error.kind}", str(error), field=_IDS.get(error.kind)) from error
    except mock_tiktok.errors.BadValue as error:
        field = _FIELDS.get(error.field, error.field)
        raise Problem(422, "Invalid value", f"{field} {error.message}", field=field) from error
    except mock_oms.errors.Refused as error:
        raise Problem(error.status, error.title, error.detail, field=error.field) from error
    except InvalidValue as error:
        raise Problem(422, error.title, error.detail, field=error.field) from error
    except Busy as error:
        raise Problem(409, error.title, error.detail) from error
    except NotCapable as error:
        raise Problem(501, "Not on this stage", str(error)) from error


def _target(now: datetime, by: str | None, to: str | None) -> datetime:
    field = "by" if by is not None else "to"
    try:
        target = now + duration(by, field) if by is not None else instant(str(to), field)
    except OverflowError:
        target = datetime.max.replace(tzinfo=UTC)
    if target < now:
        raise refused(field, f"lies before the world's present, {now.isoformat()}; its clock never goes back")
    if target - now > FARTHEST:
        raise refused(field, f"reaches further than {FARTHEST.days} days; take several steps")
    return target


def _line(line: Mapping[str, Any]) -> OrderLine:
    return OrderLine(line.get("sku"), line.get("quantity", 1), money(line.get("unit_price")))


def _list(values: Sequence[str] | None) -> list[str] | str | None:
    return values if values is None or isinstance(values, str) else list(values)
