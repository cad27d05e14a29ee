"""What control calls return: plain frozen views of orders, returns, cancellations and money."""

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.orders import Order
from mock_tiktok.domain.returns import Record, Return


@dataclass(frozen=True, slots=True)
class LineItemView:
    id: str
    sku: str
    price: Decimal
    total: Decimal  # with its share of shipping and tax


@dataclass(frozen=True, slots=True)
class OrderView:
    order_id: str
    shop_id: str
    status: str
    currency: str
    total: Decimal
    line_items: tuple[LineItemView, ...]
    paid: Decimal
    refunded: Decimal
    marks: tuple[str, ...]
    created_at: datetime
    can: tuple[str, ...]  # what can be done about it now


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """`event` is the status people now see where it changed, else what happened; `text` is always what happened."""

    at: datetime
    event: str
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """What somebody has shown."""

    by: str
    pictures: int
    videos: int


@dataclass(frozen=True, slots=True)
class ReturnView:
    return_id: str
    shop_id: str
    order_id: str
    return_type: str
    return_status: str
    shown_status: str
    arbitration_status: str | None
    seller_deadline: datetime | None
    refund_total: Decimal
    refunded: Decimal
    currency: str
    line_item_ids: tuple[str, ...]
    reason: str
    previous_return_id: str | None
    next_return_id: str | None
    combined_id: str | None
    is_quick_refund: bool
    evidence: tuple[EvidenceView, ...]
    tracking_number: str | None
    shipping_cost: Decimal
    shipping_payer: str | None
    can: tuple[str, ...]  # what others than the seller can do about it now
    timeline: tuple[TimelineEntry, ...]


@dataclass(frozen=True, slots=True)
class CancellationView:
    cancel_id: str
    order_id: str
    cancel_status: str
    seller_deadline: datetime | None
    refund_total: Decimal
    refunded: Decimal
    currency: str
    timeline: tuple[TimelineEntry, ...]


class LedgerLine(NamedTuple):
    """Money of one order: what the buyer paid, what has gone back."""

    paid: Decimal
    refunded: Decimal
    currency: str


V = TypeVar("V", OrderView, ReturnView, CancellationView)


def _view(kind: type[V], of: object, **more: Any) -> V:
    """Return a view of something: what is not said stands there under the same name."""
    return kind(**{one.name: getattr(of, one.name) for one in fields(kind) if one.name not in more}, **more)


def order_view(order: Order, can: tuple[str, ...]) -> OrderView:
    """Show an order, and what it can take."""
    lines = tuple(LineItemView(line.id, line.sku, line.price, line.paid) for line in order.lines)
    return _view(OrderView, order, order_id=order.id, status=order.status.value, line_items=lines, can=can)


def return_view(item: Return, records: tuple[Record, ...], can: tuple[str, ...]) -> ReturnView:
    """Show a return with all that has happened to it."""
    return _view(
        ReturnView,
        item,
        return_type=item.return_type.value,
        return_status=item.status.value,
        arbitration_status=item.arbitration_status.value if item.arbitration_status else None,
        refund_total=item.amount.total,
        currency=item.amount.currency,
        line_item_ids=tuple(line.line_item_id for line in item.lines),
        evidence=tuple(EvidenceView(one.by, len(one.pictures), len(one.videos)) for one in records if one.images),
        shipping_payer=item.shipping_payer if item.tracking_number or item.shipped_at else None,
        can=can,
        timeline=timeline(records),
    )


def timeline(records: tuple[Record, ...]) -> tuple[TimelineEntry, ...]:
    """Return a history in people's words."""
    shown = [None, *(record.shown for record in records)]
    return tuple(
        TimelineEntry(one.at, one.shown if one.shown != before else one.description, one.by.value, one.description)
        for before, one in zip(shown, records, strict=False)
    )


def cancellation_view(item: Cancellation, records: tuple[Record, ...]) -> CancellationView:
    """Show a cancellation."""
    return _view(
        CancellationView,
        item,
        cancel_status=item.status.value,
        refund_total=item.amount.total,
        currency=item.amount.currency,
        timeline=timeline(records),
    )
