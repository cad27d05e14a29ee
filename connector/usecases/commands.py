"""What the OMS may do with the connector: one method per use case.

Each decision and the promise to deliver it are one transaction. What cannot be taken is refused with an error of
`connector.errors`, and then nothing has changed. `level` is "order" or "item" (OrderAdjustments, OrderItemAdjustments).
Reads of lists ask the `connection` of `reading()` for the tables of `connector.adapters.tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from connector.adapters.sql import tables as t
from connector.adapters.sql.store import Books, Store
from connector.domain.adjustments import Action
from connector.domain.reasons import CONDITIONS
from connector.errors import BadRequest, NotNow, UnknownId
from connector.ports import Clock, Secret
from connector.records import (
    Access,
    ActivityEntry,
    AdjustItem,
    Adjustment,
    AdjustOrder,
    Client,
    ClientCredentials,
    ConditionQuantity,
    LineUnit,
    Order,
)
from connector.usecases.authentication import Doorkeeper
from connector.usecases.outbox import Answer, give_answer
from connector.usecases.refunds import REASONS, Portion, plan_item, plan_order, start

_EXPORTED = sa.select(t.exports.c.at).where(
    t.exports.c.order_id == sa.bindparam("of"), t.exports.c.application_id == sa.bindparam("application")
)
_UNEXPORT = sa.delete(t.exports).where(
    t.exports.c.order_id == sa.bindparam("of"), t.exports.c.application_id == sa.bindparam("application")
)
_SELLER_ID_USED = sa.select(t.adjustments.c.id).where(
    t.adjustments.c.profile_id == sa.bindparam("profile"), t.adjustments.c.seller_adjustment_id == sa.bindparam("id")
)
KINDS = {"order": "OrderAdjustment", "item": "OrderItemAdjustment"}


class Services:
    """Reached as `connector.services`."""

    def __init__(
        self, store: Store, *, clock: Clock, secret: Secret, doorkeeper: Doorkeeper, changed: Callable[[], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._secret = secret
        self._doorkeeper = doorkeeper
        self._changed = changed

    def now(self) -> datetime:
        return self._clock.now()

    def reading(self) -> AbstractContextManager[Books]:
        """Open a transaction that only reads, and so waits for no writer."""
        return self._store.reading()

    # --- the callers (OAuth) ---
    def add_client(self, name: str) -> ClientCredentials:
        return self._doorkeeper.add_client(name, self.now())

    def grant_access(self, application_id: str, shared_secret: str, refresh_token: str) -> Access:
        """Exchange a refresh token for an access token. Raises BadCredentials."""
        return self._doorkeeper.grant(application_id, shared_secret, refresh_token, self.now())

    def verify_access(self, access_token: str) -> Client:
        """Say who calls. Raises NotAuthorized."""
        return self._doorkeeper.holder(access_token, self.now())

    # --- orders ---
    def order(self, order_id: int) -> Order:
        """Return an offered order. Raises UnknownId."""
        with self._store.reading() as books:
            return _offered(books, order_id)

    def units(self, order_ids: Sequence[int]) -> dict[int, list[LineUnit]]:
        """Return the units of these orders, by the id of their ChannelAdvisor line, lowest number first."""
        by_item: dict[int, list[LineUnit]] = {}
        with self._store.reading() as books:
            for unit in books.units(order_ids):
                by_item.setdefault(unit.item_id, []).append(unit)
        return by_item

    def activity(self, order_id: int) -> list[ActivityEntry]:
        """Return an order's Activity & History, oldest first. Raises UnknownId."""
        with self._store.reading() as books:
            return books.activity(_offered(books, order_id).id)

    def mark_exported(self, order_id: int, application_id: str) -> None:
        """Set the `exported` flag for this application; setting it twice is no error."""
        with self._store.writing() as books:
            order = _offered(books, order_id)
            row = {"of": order.id, "application": application_id}
            if books.connection.execute(_EXPORTED, row).first() is None:
                books.add(t.exports, order_id=order.id, application_id=application_id, at=self.now())

    def unmark_exported(self, order_id: int, application_id: str) -> None:
        with self._store.writing() as books:
            order = _offered(books, order_id)
            books.connection.execute(_UNEXPORT, {"of": order.id, "application": application_id})

    # --- what the seller starts ---
    def adjust_order(self, order_id: int, request: AdjustOrder) -> None:
        """Refund what has shipped, cancel what has not. Raises UnknownId, BadRequest (ChannelAdvisor's field name)."""
        with self._writing() as books:
            order = _offered(books, order_id, lock=True)
            self._check(books, order, request)
            self._start(books, order, plan_order(books, order, request), request)

    def adjust_item(self, item_id: int, request: AdjustItem) -> None:
        """The same for one line. Raises UnknownId, BadRequest."""
        with self._writing() as books:
            item = books.item(item_id)
            if item is None:
                raise UnknownId("OrderItem", item_id)
            order = _offered(books, item.order_id, UnknownId("OrderItem", item_id), lock=True)
            self._check(books, order, request)
            self._start(books, order, plan_item(books, order, item, request), request)

    # --- what the seller answers ---
    def approve_buyer_request(
        self, level: str, adjustment_id: int, *, partial_refund_amount: Decimal | None = None
    ) -> None:
        """Say yes to a request (NewRma), or offer a part of its sum. Raises UnknownId, BadRequest, NotNow."""
        self._answer(level, adjustment_id, Answer(Action.APPROVE_REQUEST, amount=partial_refund_amount))

    def reject_buyer_request(
        self, level: str, adjustment_id: int, *, reject_reason: str | None = None, comment: str | None = None
    ) -> None:
        answer = Answer(Action.REJECT_REQUEST, reject_reason=reject_reason or None, comment=comment or None)
        self._answer(level, adjustment_id, answer)

    def approve_return(self, level: str, adjustment_id: int, conditions: Sequence[ConditionQuantity] = ()) -> None:
        """Accept the goods that came back (ReadyForReturn): pays. Raises UnknownId, BadRequest, NotNow."""
        self._answer(level, adjustment_id, Answer(Action.APPROVE_GOODS), conditions)

    def reject_return(
        self,
        level: str,
        adjustment_id: int,
        conditions: Sequence[ConditionQuantity] = (),
        *,
        reject_reason: str | None = None,
        comment: str | None = None,
    ) -> None:
        answer = Answer(Action.REJECT_GOODS, reject_reason=reject_reason or None, comment=comment or None)
        self._answer(level, adjustment_id, answer, conditions)

    def _answer(
        self, level: str, adjustment_id: int, answer: Answer, conditions: Sequence[ConditionQuantity] = ()
    ) -> None:
        with self._writing() as books:
            adjustment = books.adjustment(adjustment_id, lock=True)
            if adjustment is None or adjustment.level != level:
                raise UnknownId(KINDS[level], adjustment_id)
            if adjustment.site_adjustment_id is None:
                raise NotNow("RequestStatus", "the marketplace has not answered this adjustment yet")
            _check_conditions(adjustment, conditions)
            graded = Answer(
                action=answer.action,
                amount=answer.amount,
                reject_reason=answer.reject_reason,
                comment=answer.comment,
                conditions=tuple(given.condition for given in conditions if given.quantity),
            )
            give_answer(books, adjustment, graded, secret=self._secret, now=self.now())

    def _check(self, books: Books, order: Order, request: AdjustOrder | AdjustItem) -> None:
        if request.reason not in REASONS:
            raise BadRequest("Reason", f"{request.reason!r} is not one of {', '.join(REASONS)}")
        given = request.seller_adjustment_id
        row = {"profile": order.profile_id, "id": given}
        if given and books.connection.execute(_SELLER_ID_USED, row).first() is not None:
            raise BadRequest("SellerAdjustmentID", f"{given} has been used already")

    def _start(
        self, books: Books, order: Order, portions: Sequence[Portion], request: AdjustOrder | AdjustItem
    ) -> None:
        region = books.shop(order.profile_id).region
        try:
            start(books, order, region, portions, request, secret=self._secret, now=self.now())
        except sa.exc.IntegrityError as error:  # another process was faster: the unique key has the last word
            raise BadRequest("SellerAdjustmentID", f"{request.seller_adjustment_id} has been used already") from error

    @contextmanager
    def _writing(self) -> Iterator[Books]:
        with self._store.writing() as books:
            yield books
        self._changed()


def _offered(books: Books, order_id: int, otherwise: UnknownId | None = None, *, lock: bool = False) -> Order:
    order = books.order(order_id, lock=lock)
    if order is None or not order.offered:
        raise otherwise or UnknownId("Order", order_id)
    return order


def _check_conditions(adjustment: Adjustment, conditions: Sequence[ConditionQuantity]) -> None:
    for given in conditions:
        if given.condition not in CONDITIONS:
            raise BadRequest("Condition", f"{given.condition!r} is not one of {', '.join(CONDITIONS)}")
        if given.quantity < 0:
            raise BadRequest("Quantity", "must not be less than nothing")
    if conditions and sum(given.quantity for given in conditions) != (adjustment.quantity or 0):
        raise BadRequest("ConditionQuantityList", f"its quantities do not add up to {adjustment.quantity}")
