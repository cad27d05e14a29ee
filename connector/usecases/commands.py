"""What the OMS may do with the connector: one method per use case.

Each decision and the outbox entry that delivers it are one transaction. What cannot be taken is refused with an error
of `connector.errors`, and then nothing has changed. `level` is "order" or "item" (OrderAdjustments,
OrderItemAdjustments).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from connector.domain.adjustments import Action
from connector.domain.decisions import SellerDecision
from connector.errors import BadRequest, Duplicate, NotNow, UnknownId
from connector.ports import Clock, Secret, Store, UnitOfWork
from connector.records import (
    ActivityEntry,
    Adjust,
    AdjustItem,
    Adjustment,
    AdjustOrder,
    ConditionQuantity,
    Order,
    OrderItem,
)
from connector.usecases.authentication import OAuth
from connector.usecases.outbox import decide
from connector.usecases.refunds import Portion, plan_item, plan_order, start

KINDS = {"order": "OrderAdjustment", "item": "OrderItemAdjustment"}


@dataclass(frozen=True, slots=True)
class Commands:
    """Reached as `connector.commands`: each method is one transaction, and raises before anything is written."""

    store: Store
    clock: Clock
    secret: Secret
    oauth: OAuth
    changed: Callable[[], None]

    def now(self) -> datetime:
        """Return the instant at which commands happen."""
        return self.clock.now()

    # --- orders ---
    def activity(self, order_id: int) -> list[ActivityEntry]:
        """Return an order's Activity & History, oldest first. Raises UnknownId."""
        with self.store.reading() as work:
            return work.activity(_offered(work, order_id).id)

    def mark_exported(self, order_id: int, application_id: str) -> None:
        """Set the `exported` flag for this application; setting it twice is no error."""
        with self.store.writing() as work:
            work.exported(_offered(work, order_id).id, application_id)

    def unmark_exported(self, order_id: int, application_id: str) -> None:
        """Take the `exported` flag of this application back. Raises UnknownId."""
        with self.store.writing() as work:
            work.export_undone(_offered(work, order_id).id, application_id)

    # --- what the seller starts ---
    def adjust_order(self, order_id: int, request: AdjustOrder) -> None:
        """Refund what has shipped, cancel what has not; under one SellerAdjustmentID only once.

        Raises UnknownId, BadRequest (ChannelAdvisor's field name).
        """
        with self._writing() as work:
            order = _offered(work, order_id, lock=True)
            if not _asked_before(work, order, None, request):
                self._start(work, order, plan_order(work, order, request), request)

    def adjust_item(self, item_id: int, request: AdjustItem) -> None:
        """The same for one line. Raises UnknownId, BadRequest."""
        with self._writing() as work:
            item = work.item(item_id)
            if item is None:
                raise UnknownId("OrderItem", item_id)
            order = _offered(work, item.order_id, UnknownId("OrderItem", item_id), lock=True)
            if not _asked_before(work, order, item, request):
                self._start(work, order, plan_item(work, order, item, request), request)

    # --- what the seller decides ---
    def approve_buyer_request(
        self,
        level: str,
        adjustment_id: int,
        *,
        partial_refund_amount: Decimal | None = None,
        refund_instead: bool = False,
    ) -> None:
        """Say yes to a request (NewRma), offer a part of its sum, or pay instead of replacing.

        Raises UnknownId, BadRequest, NotNow.
        """
        action = Action.PAY_INSTEAD if refund_instead else Action.APPROVE_REQUEST
        self._decide(level, adjustment_id, SellerDecision(action, amount=partial_refund_amount))

    def reject_buyer_request(
        self, level: str, adjustment_id: int, *, reject_reason: str | None = None, comment: str | None = None
    ) -> None:
        """Reject a request (NewRma); without a reason the default is taken. Raises UnknownId, BadRequest, NotNow."""
        decision = SellerDecision(Action.REJECT_REQUEST, reject_reason=reject_reason or None, comment=comment or None)
        self._decide(level, adjustment_id, decision)

    def approve_return(self, level: str, adjustment_id: int, conditions: Sequence[ConditionQuantity] = ()) -> None:
        """Accept the goods that came back (ReadyForReturn): pays. Raises UnknownId, BadRequest, NotNow."""
        self._decide(level, adjustment_id, SellerDecision(Action.APPROVE_GOODS), conditions)

    def reject_return(
        self,
        level: str,
        adjustment_id: int,
        conditions: Sequence[ConditionQuantity] = (),
        *,
        reject_reason: str | None = None,
        comment: str | None = None,
    ) -> None:
        """Reject the goods that came back (ReadyForReturn). Raises UnknownId, BadRequest, NotNow."""
        decision = SellerDecision(Action.REJECT_GOODS, reject_reason=reject_reason or None, comment=comment or None)
        self._decide(level, adjustment_id, decision, conditions)

    def _decide(
        self, level: str, adjustment_id: int, decision: SellerDecision, conditions: Sequence[ConditionQuantity] = ()
    ) -> None:
        with self._writing() as work:
            adjustment = work.adjustment(adjustment_id, lock=True)
            if adjustment is None or adjustment.level != level:
                raise UnknownId(KINDS[level], adjustment_id)
            if adjustment.site_adjustment_id is None:
                raise NotNow("RequestStatus", "the marketplace has not answered this adjustment yet")
            _check_conditions(adjustment, conditions)
            graded = replace(decision, conditions=tuple(given.condition for given in conditions if given.quantity))
            decide(work, adjustment, graded, secret=self.secret)

    def _start(self, work: UnitOfWork, order: Order, portions: Sequence[Portion], request: Adjust) -> None:
        region = work.shop(order.profile_id).region
        try:
            start(work, order, region, portions, request, secret=self.secret)
        except Duplicate as error:  # another process was faster with another order: this one is locked
            raise _used_elsewhere(request) from error

    @contextmanager
    def _writing(self) -> Iterator[UnitOfWork]:
        with self.store.writing() as work:
            yield work
        self.changed()


def _offered(work: UnitOfWork, order_id: int, otherwise: UnknownId | None = None, *, lock: bool = False) -> Order:
    order = work.order(order_id, lock=lock)
    if order is None or not order.offered:
        raise otherwise or UnknownId("Order", order_id)
    return order


def _asked_before(work: UnitOfWork, order: Order, item: OrderItem | None, request: Adjust) -> bool:
    """Return whether this was asked for before, under the caller's own id: it is decided then, whatever came of it."""
    given = request.seller_adjustment_id
    before = work.adjustments_of_seller(order.profile_id, given) if given else []
    about = order.id, item.id if item else None
    if any((known.order_id, known.item_id) != about for known in before):
        raise _used_elsewhere(request)
    return bool(before)


def _used_elsewhere(request: Adjust) -> BadRequest:
    return BadRequest("SellerAdjustmentID", f"{request.seller_adjustment_id} has been used already, for something else")


def _check_conditions(adjustment: Adjustment, conditions: Sequence[ConditionQuantity]) -> None:
    if conditions and sum(given.quantity for given in conditions) != (adjustment.quantity or 0):
        raise BadRequest("ConditionQuantityList", f"its quantities do not add up to {adjustment.quantity}")
