"""Looking things up: searches, eligibility, amounts, reasons. Nothing here changes anything."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Final, TypeVar

from mock_tiktok import errors
from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.money import Amount
from mock_tiktok.domain.orders import LineItem, Order
from mock_tiktok.domain.returns import Record, Return
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
from mock_tiktok.domain.words import CancelStatus
from mock_tiktok.errors import ApiError
from mock_tiktok.state.index import Dated, Query, Shelf
from mock_tiktok.state.store import SkuQuantity, Store
from mock_tiktok.usecases import decisions, refusals
from mock_tiktok.usecases.troubles import Troubles

_T = TypeVar("_T")
_D = TypeVar("_D", bound=Dated)
_WITHDRAWN_ALSO_SPELLED: Final = "CANCELLATION_REQUEST_CANCEL"


class Queries:
    """What can be looked up in one shop."""

    def __init__(self, store: Store, troubles: Troubles) -> None:
        self.store = store
        self.troubles = troubles
        self.profile = store.profile
        self.order, self.get_return, self.get_cancellation = store.order, store.get_return, store.get_cancellation

    def orders(self, ids: Sequence[str]) -> tuple[Order, ...]:
        """Get Order Detail: those that exist, in the order asked; another shop's among them is refused."""
        found = [self.store.orders.get(id) for id in ids]
        for id, order in zip(ids, found, strict=True):
            if order is None and self.store.is_elsewhere(id):
                raise errors.OTHER_SHOPS_ORDER(order_id=id)
        return tuple(order for order in found if order is not None)

    def records(self, return_id: str) -> tuple[Record, ...]:
        """Get Return Records, oldest first."""
        return self.store.records(self.get_return(return_id).return_id)

    def buyer_reasons(self, order_id: str, request_type: str) -> tuple[Reason, ...]:
        """Return what the buyer's request page offers."""
        order = self.store.order(order_id)
        return self.profile.reasons.offered("buyer", request_type, order.status)

    def search_returns(self, filters: ReturnFilter, sort: Sort, page: PageRequest) -> Page[Return]:
        """Search Returns."""
        tests: list[Callable[[Return], bool]] = []
        if filters.return_types:
            tests.append(lambda item: item.return_type in filters.return_types)
        if filters.arbitration_statuses:
            tests.append(lambda item: item.arbitration_status in filters.arbitration_statuses)
        if filters.seller_proposed_return_types:
            proposed = "PARTIAL_REFUND" in filters.seller_proposed_return_types
            tests.append(lambda item: item.offer is not None and proposed)
        ids = self._ids(filters.return_ids, filters.order_ids, filters.buyer_user_ids, self.store.returns_of)
        query = Query(filters.created, filters.updated, ids, tuple(dict.fromkeys(filters.statuses)), _all(tests))
        return self._page(self.store.returns, query, sort, page)

    def search_cancellations(self, filters: CancellationFilter, sort: Sort, page: PageRequest) -> Page[Cancellation]:
        """Search Cancellations; both spellings of the withdrawn status mean the same."""
        tests: list[Callable[[Cancellation], bool]] = []
        if filters.cancel_types:
            tests.append(lambda item: item.cancel_type in filters.cancel_types)
        spelled = (CancelStatus.CANCELLED if s == _WITHDRAWN_ALSO_SPELLED else s for s in filters.statuses)
        ids = self._ids(filters.cancel_ids, filters.order_ids, filters.buyer_user_ids, self.store.cancellations_of)
        query = Query(filters.created, filters.updated, ids, tuple(dict.fromkeys(spelled)), _all(tests))
        return self._page(self.store.cancellations, query, sort, page)

    def search_orders(self, filters: OrderFilter, sort: Sort, page: PageRequest) -> Page[Order]:
        """Get Order List."""
        tests: list[Callable[[Order], bool]] = []
        if filters.is_buyer_request_cancel is not None:
            asked = filters.is_buyer_request_cancel
            tests.append(lambda order: (order.cancel_asked_at is not None) is asked)
        if filters.warehouse_ids:
            tests.append(lambda order: order.warehouse_id in filters.warehouse_ids)
        ids = None if filters.buyer_user_id is None else self.store.orders_of_buyer(filters.buyer_user_id)
        query = Query(filters.created, filters.updated, ids, (filters.status,) if filters.status else (), _all(tests))
        return self._page(self.store.orders, query, sort, page)

    def _page(self, shelf: Shelf[_D], query: Query[_D], sort: Sort, page: PageRequest) -> Page[_D]:
        if self.troubles.armed:
            return self.troubles.search(self.store.shop_id, shelf, query, sort, page)
        return shelf.search(query, sort, page)

    def reject_reasons(self, return_or_cancel_id: str) -> tuple[Reason, ...]:
        """Get Reject Reasons: of this case, now."""
        case = self.get_case(return_or_cancel_id)
        kind = "CANCEL" if isinstance(case, Cancellation) else decisions.reason_kind(case)
        return self.profile.reasons.offered("reject", kind)

    def get_case(self, return_or_cancel_id: str) -> Return | Cancellation:
        """Return the return or the cancellation; raise what the platform says when the shop has neither."""
        for shelf in (self.store.returns, self.store.cancellations):
            if (case := shelf.get(return_or_cancel_id)) is not None:
                return case
        raise errors.NO_PERMISSION(kind="return or cancellation", id=return_or_cancel_id)

    def aftersale_eligibility(
        self,
        order_id: str,
        user: str = "SELLER",
        request_types: Sequence[str] = ("CANCEL", "REFUND", "RETURN_AND_REFUND"),
    ) -> tuple[Eligibility, ...]:
        """Get Aftersale Eligibility: per SKU and kind, which units can be claimed, and why others cannot."""
        order = self.store.order(order_id)
        by_sku: dict[str, list[LineItem]] = {}
        for line in order.lines:
            by_sku.setdefault(line.sku_id, []).append(line)
        return tuple(
            found
            for sku_id, lines in by_sku.items()
            for request_type in request_types
            for found in self._of_sku(order, user, request_type, sku_id, lines)
        )

    def calculate_refund(
        self,
        order_id: str,
        request_type: str,
        *,
        reason: str | None = None,
        line_item_ids: Sequence[str] = (),
        skus: Sequence[SkuQuantity] = (),
    ) -> Amount:
        """Calculate Refund: what the units could be paid back, whoever is asking for it already.

        It does not differ by kind here, and is refused where neither side could ask for it, or not with that reason,
        as the request itself would be (both assumed).
        """
        order = self.store.order(order_id)
        takes = {status for kinds in self.profile.eligible.values() for status in kinds.get(request_type, ())}
        if order.status not in takes:
            raise errors.ORDER_STATUS(status=order.status)
        if reason:
            self.check_reason(reason, None, request_type, order.status)
        lines = self.store.units(order, line_item_ids, skus, free=False)
        totals = [line.refundable if order.paid_at else Decimal(0) for line in lines]
        return Amount.sum(order.currency, self.store.amounts(order, lines, totals))

    def check_reason(self, reason: str, who: str | None, kind: str, status: str | None = None) -> None:
        """Raise what the platform says to a reason that `who` cannot give for `kind`, with the order in `status`.

        Where nobody is named, anybody could have given it.
        """
        if not reason:
            raise errors.INVALID(what="a reason is needed", at="reason")
        places = self.profile.reasons.places(reason)
        if not places:
            raise errors.REASON_UNKNOWN(reason=reason)
        of_role = [group for group in places if who in (None, group.who)]
        if not of_role:
            raise errors.REASON_ROLE(reason=reason)
        fitting = [group for group in of_role if group.kind == kind]
        if not fitting:
            raise errors.REASON_ACTION(reason=reason)
        in_use = [group for group in fitting if not group.retired]
        if not in_use:
            raise errors.REASON_RETIRED(reason=reason)
        if not any(status is None or not group.statuses or status in group.statuses for group in in_use):
            raise errors.REASON_STATUS(reason=reason, status=status)

    def _of_sku(
        self, order: Order, user: str, request_type: str, sku_id: str, lines: Sequence[LineItem]
    ) -> Iterable[Eligibility]:
        """Units of which the same is true are named together."""
        refusals: dict[tuple[int, str] | None, list[str]] = {}
        for line in lines:
            refused = self._why_not(order, user, request_type, line)
            why = (refused.code, refused.message) if refused else None
            refusals.setdefault(why, []).append(line.id)
        reasons = self.profile.reasons.offered(user.lower(), request_type, order.status)
        names = tuple(reason.name for reason in reasons)
        for why, ids in refusals.items():
            if why is None:
                yield Eligibility(sku_id, request_type, tuple(ids), True, reason_names=names)
            else:
                yield Eligibility(sku_id, request_type, tuple(ids), False, why[0], why[1])

    def _why_not(self, order: Order, user: str, request_type: str, line: LineItem) -> ApiError | None:
        try:
            refusals.check_request(self.profile, order, request_type, user)
            self.store.units(order, (line.id,))
        except ApiError as refused:
            return refused
        return None if line.refundable or request_type == "CANCEL" else decisions.nothing_left((line,))

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
            bought = [order_id for buyer_id in buyer_ids for order_id in self.store.orders_of_buyer(buyer_id)]
            sets.append([id for order_id in bought for id in of_order.get(order_id, ())])
        if not sets:
            return None
        first, *others = sets
        in_common = set(first).intersection(*others)
        return [id for id in first if id in in_common]


def _all(tests: list[Callable[[_T], bool]]) -> Callable[[_T], bool] | None:
    return (lambda value: all(test(value) for test in tests)) if tests else None
