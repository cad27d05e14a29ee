"""Looking things up: searches, eligibility, amounts, reasons. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Final, TypeVar

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.money import Amount
from mock_tiktok.domain.orders import LineItem, Order
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.searches import (
    CancellationFilter,
    Eligibility,
    OrderFilter,
    Page,
    PageRequest,
    Reason,
    ReturnFilter,
    Sort,
)
from mock_tiktok.domain.words import CancelStatus, RequestType
from mock_tiktok.errors import ALREADY_CLOSED, ALREADY_OPEN, INVALID, NO_PERMISSION, ORDER_STATUS, ApiError
from mock_tiktok.state.index import Query
from mock_tiktok.state.store import SkuQuantity, Store
from mock_tiktok.usecases import decisions

_T = TypeVar("_T")
_WITHDRAWN_ALSO_SPELLED: Final = "CANCELLATION_REQUEST_CANCEL"


class Queries:
    """What a seller may ask about one shop."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def returns(self, filters: ReturnFilter, sort: Sort, page: PageRequest) -> Page[Return]:
        """Search Returns."""
        tests: list[Callable[[Return], bool]] = []
        if filters.return_types:
            tests.append(lambda item: item.return_type in filters.return_types)
        if filters.arbitration_statuses:
            tests.append(lambda item: item.arbitration_status in filters.arbitration_statuses)
        if filters.seller_proposed_return_types:
            proposed = "PARTIAL_REFUND" in filters.seller_proposed_return_types
            tests.append(lambda item: item.offer is not None and proposed)
        ids = self._ids(filters.return_ids, filters.order_ids, filters.buyer_user_ids, self._store.returns_of)
        query = Query(filters.created, filters.updated, ids, tuple(dict.fromkeys(filters.statuses)), _all(tests))
        return self._store.returns.search(query, sort, page)

    def cancellations(self, filters: CancellationFilter, sort: Sort, page: PageRequest) -> Page[Cancellation]:
        """Search Cancellations; both spellings of the withdrawn status mean the same."""
        tests: list[Callable[[Cancellation], bool]] = []
        if filters.cancel_types:
            tests.append(lambda item: item.cancel_type in filters.cancel_types)
        spelled = (CancelStatus.CANCELLED if s == _WITHDRAWN_ALSO_SPELLED else s for s in filters.statuses)
        ids = self._ids(filters.cancel_ids, filters.order_ids, filters.buyer_user_ids, self._store.cancellations_of)
        query = Query(filters.created, filters.updated, ids, tuple(dict.fromkeys(spelled)), _all(tests))
        return self._store.cancellations.search(query, sort, page)

    def orders(self, filters: OrderFilter, sort: Sort, page: PageRequest) -> Page[Order]:
        """Get Order List."""
        tests: list[Callable[[Order], bool]] = []
        if filters.is_buyer_request_cancel is not None:
            asked = filters.is_buyer_request_cancel
            tests.append(lambda order: (order.cancel_asked_at is not None) is asked)
        if filters.warehouse_ids:
            tests.append(lambda order: order.warehouse_id in filters.warehouse_ids)
        ids = None if filters.buyer_user_id is None else self._store.orders_of_buyer(filters.buyer_user_id)
        query = Query(filters.created, filters.updated, ids, (filters.status,) if filters.status else (), _all(tests))
        return self._store.orders.search(query, sort, page)

    def reject_reasons(self, return_or_cancel_id: str) -> tuple[Reason, ...]:
        """Return the reject reasons of this case, now."""
        reasons = self._store.profile.reasons
        if (item := self._store.returns.get(return_or_cancel_id)) is not None:
            return reasons.offered("reject", decisions.reason_kind(item))
        if self._store.cancellations.get(return_or_cancel_id) is not None:
            return reasons.offered("reject", "CANCEL")
        raise NO_PERMISSION(kind="return or cancellation", id=return_or_cancel_id)

    def eligibility(self, order_id: str, user: str, request_types: Sequence[str]) -> tuple[Eligibility, ...]:
        """Return, per SKU and kind, which units can be claimed, and why others cannot."""
        order = self._store.order(order_id)
        if user not in self._store.profile.eligible:
            raise INVALID(what=f"initiate_aftersale_user {user!r} is not SELLER or BUYER")
        for request_type in request_types:
            if request_type not in list(RequestType):
                raise INVALID(what=f"request_types: {request_type!r}")
        by_sku: dict[str, list[LineItem]] = {}
        for line in order.lines:
            by_sku.setdefault(line.sku_id, []).append(line)
        return tuple(
            found
            for sku_id, lines in by_sku.items()
            for request_type in request_types
            for found in self._of_sku(order, user, request_type, sku_id, lines)
        )

    def calculate(
        self, order_id: str, request_type: str, line_item_ids: Sequence[str], skus: Sequence[SkuQuantity]
    ) -> Amount:
        """Return what the units could be paid back. The amount does not differ by kind here (assumed)."""
        order = self._store.order(order_id)
        if request_type not in list(RequestType):
            raise INVALID(what=f"request_type {request_type!r} is not one of {', '.join(RequestType)}")
        lines = self._store.units(order, line_item_ids, skus)
        totals = [line.refundable if order.paid_at else Decimal(0) for line in lines]
        return Amount.sum(order.currency, self._store.amounts(order, lines, totals))

    def _of_sku(
        self, order: Order, user: str, request_type: str, sku_id: str, lines: Sequence[LineItem]
    ) -> Iterable[Eligibility]:
        """Units of which the same is true are named together."""
        refusals: dict[tuple[int, str] | None, list[str]] = {}
        for line in lines:
            refused = self._why_not(order, user, request_type, line)
            why = (refused.code, refused.message) if refused else None
            refusals.setdefault(why, []).append(line.id)
        reasons = self._store.profile.reasons.offered(user.lower(), request_type, order.status)
        names = tuple(reason.name for reason in reasons)
        for why, ids in refusals.items():
            if why is None:
                yield Eligibility(sku_id, request_type, tuple(ids), True, reason_names=names)
            else:
                yield Eligibility(sku_id, request_type, tuple(ids), False, why[0], why[1])

    def _why_not(self, order: Order, user: str, request_type: str, line: LineItem) -> ApiError | None:
        if order.status not in self._store.profile.eligible[user].get(request_type, ()):
            return ORDER_STATUS(status=order.status)
        if self._store.held_by(line.id):
            return ALREADY_OPEN()
        if line.cancelled or (order.paid_at and line.refundable <= 0):
            return ALREADY_CLOSED()
        return None

    def _ids(
        self,
        own: Sequence[str],
        order_ids: Sequence[str],
        buyer_ids: Sequence[str],
        of_order: dict[str, tuple[str, ...]],
    ) -> Sequence[str] | None:
        """Return the ids that all of the named sets have in common, or None where none is named."""
        sets: list[Sequence[str]] = []
        if own:
            sets.append(own)
        if order_ids:
            sets.append([id for order_id in order_ids for id in of_order.get(order_id, ())])
        if buyer_ids:
            bought = [order_id for buyer_id in buyer_ids for order_id in self._store.orders_of_buyer(buyer_id)]
            sets.append([id for order_id in bought for id in of_order.get(order_id, ())])
        if not sets:
            return None
        first, *others = sets
        return [id for id in first if all(id in other for other in others)]


def _all(tests: list[Callable[[_T], bool]]) -> Callable[[_T], bool] | None:
    return (lambda value: all(test(value) for test in tests)) if tests else None
