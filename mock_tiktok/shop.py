"""One shop: everything its seller can ask of the platform, one method per use case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.money import Amount
from mock_tiktok.domain.orders import Order
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


@dataclass(frozen=True, slots=True)
class SkuQuantity:
    """Some units of one SKU, as Create Return and Cancel Order may name them."""

    sku_id: str
    quantity: int


class Shop:
    """A seller's shop on the marketplace."""

    shop_id: str
    shop_cipher: str
    code: str
    name: str
    region: str
    currency: str

    def search_returns(self, filters: ReturnFilter, sort: Sort, page: PageRequest) -> Page[Return]:
        raise NotImplementedError

    def search_cancellations(self, filters: CancellationFilter, sort: Sort, page: PageRequest) -> Page[Cancellation]:
        raise NotImplementedError

    def search_orders(self, filters: OrderFilter, sort: Sort, page: PageRequest) -> Page[Order]:
        raise NotImplementedError

    def orders(self, ids: Sequence[str]) -> tuple[Order, ...]:
        """Those that exist, in the order asked."""
        raise NotImplementedError

    def order(self, order_id: str) -> Order:
        """Raises ApiError 25007006."""
        raise NotImplementedError

    def get_return(self, return_id: str) -> Return:
        """Raises ApiError 25020005."""
        raise NotImplementedError

    def get_cancellation(self, cancel_id: str) -> Cancellation:
        raise NotImplementedError

    def records(self, return_id: str) -> tuple[Record, ...]:
        raise NotImplementedError

    def approve_return(
        self,
        return_id: str,
        decision: str,
        *,
        partial_refund: tuple[Decimal, str] | None = None,
        buyer_keep_item: bool = False,
        by: str = "seller",
    ) -> Return:
        """partial_refund is (amount, currency)."""
        raise NotImplementedError

    def reject_return(
        self,
        return_id: str,
        decision: str,
        reason: str | None,
        comment: str | None = None,
        *,
        images: Sequence[str] = (),
        by: str = "seller",
    ) -> Return:
        raise NotImplementedError

    def create_return(
        self,
        order_id: str,
        return_type: str,
        reason: str,
        *,
        line_item_ids: Sequence[str] = (),
        skus: Sequence[SkuQuantity] = (),
        refund_total: Decimal | None = None,
        currency: str | None = None,
        shipment_type: str | None = None,
        handover_method: str | None = None,
        by: str = "seller",
    ) -> Return:
        raise NotImplementedError

    def cancel_order(
        self,
        order_id: str,
        reason: str,
        *,
        line_item_ids: Sequence[str] = (),
        skus: Sequence[SkuQuantity] = (),
        by: str = "seller",
    ) -> Cancellation:
        raise NotImplementedError

    def approve_cancellation(self, cancel_id: str, *, by: str = "seller") -> Cancellation:
        raise NotImplementedError

    def reject_cancellation(
        self, cancel_id: str, reason: str | None, comment: str | None = None, *, by: str = "seller"
    ) -> Cancellation:
        raise NotImplementedError

    def reject_reasons(self, return_or_cancel_id: str) -> tuple[Reason, ...]:
        raise NotImplementedError

    def aftersale_eligibility(
        self,
        order_id: str,
        user: str = "SELLER",
        request_types: Sequence[str] = ("CANCEL", "REFUND", "RETURN_AND_REFUND"),
    ) -> tuple[Eligibility, ...]:
        raise NotImplementedError

    def calculate_refund(
        self,
        order_id: str,
        request_type: str,
        *,
        line_item_ids: Sequence[str] = (),
        skus: Sequence[SkuQuantity] = (),
        reason: str | None = None,
    ) -> Amount:
        raise NotImplementedError

    def buyer_reasons(self, order_id: str, request_type: str) -> tuple[Reason, ...]:
        """What the buyer's request page offers; request_type CANCEL, REFUND, RETURN_AND_REFUND or REPLACEMENT."""
        raise NotImplementedError
