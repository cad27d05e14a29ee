"""What the marketplace shows, in values the connector's rules understand. Adapters make them, rules read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from connector.domain.adjustments import Action
from connector.domain.money import ZERO


class ClaimKind(StrEnum):
    RETURN = "RETURN"
    CANCELLATION = "CANCELLATION"


@dataclass(frozen=True, slots=True)
class SiteLine:
    """One unit of an order."""

    id: str
    sku_id: str
    product_id: str
    sku: str
    title: str
    price: Decimal
    tax: Decimal | None
    status: str
    package_id: str
    fee: Decimal = Decimal(0)  # what the market has added for it


@dataclass(frozen=True, kw_only=True)
class OrderFacts:
    """What is kept of an order as the marketplace shows it."""

    currency: str
    total: Decimal
    tax: Decimal = ZERO  # includes shipping tax, as ChannelAdvisor's TotalTaxPrice does
    shipping: Decimal = ZERO
    shipping_tax: Decimal = ZERO
    discount: Decimal = ZERO  # by which `total` is less than the lines' prices with tax and shipping
    created_at: datetime
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    buyer_user_id: str = ""
    buyer_email: str = ""
    recipient: Mapping[str, Any] = field(default_factory=dict)  # the marketplace's recipient_address object
    payment_method: str = ""
    fingerprint: str = ""  # of the document last read


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOrder(OrderFacts):
    id: str
    status: str
    lines: tuple[SiteLine, ...]
    updated: int


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One unit of a claim, with what goes back for it as far as the marketplace says."""

    line_id: str
    total: Decimal | None
    tax: Decimal
    shipping: Decimal


@dataclass(frozen=True, slots=True)
class Shown:
    """The pictures and videos with which a buyer has asked, by their number."""

    pictures: int | None  # None: nobody knows
    videos: int | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A return or a cancellation."""

    kind: ClaimKind
    id: str
    order_id: str
    status: str
    role: str
    reason: str
    reason_text: str
    deadline: datetime | None
    total: Decimal | None
    lines: tuple[ClaimLine, ...]
    created: int
    updated: int
    fingerprint: str
    request_type: str = "CANCEL"  # or REFUND | RETURN_AND_REFUND | REPLACEMENT
    arbitration_status: str = ""
    offered: Decimal | None = None  # a partial refund that was offered and not declined
    last_offer: Decimal | None = None  # the same, whatever has become of it
    tracking: str = ""
    carrier: str = ""
    cause: str = ""  # why it was closed, where the marketplace's records say
    paid: bool = False  # whether they say that the money has come
    shown: Shown | None = None  # what they say that the buyer has shown, where they have been read


@dataclass(frozen=True, slots=True)
class ReturnRecords:
    """What the marketplace's records say of a return: what happened last, and whether a refund was paid."""

    last: str
    paid: bool
    shown: Shown


# fmt: off
RETURN_NEWS: Final[dict[str, Action]] = {
    "RETURN_OR_REFUND_REQUEST_PENDING":   Action.WAITS,
    "REFUND_OR_RETURN_REQUEST_REJECT":    Action.TURNED_DOWN,
    "AWAITING_BUYER_SHIP":                Action.READY,
    "BUYER_SHIPPED_ITEM":                 Action.READY,
    "REJECT_RECEIVE_PACKAGE":             Action.TURNED_DOWN,
    "RETURN_OR_REFUND_REQUEST_SUCCESS":   Action.PAYING,
    "RETURN_OR_REFUND_REQUEST_COMPLETE":  Action.PAID,
    "RETURN_OR_REFUND_REQUEST_CANCEL":    Action.CLOSED,
    "AWAITING_BUYER_RESPONSE":            Action.OFFERED,
    "REPLACEMENT_REQUEST_PENDING":        Action.WAITS,
    "REPLACEMENT_REQUEST_REJECT":         Action.TURNED_DOWN,
    "REPLACEMENT_REQUEST_REFUND_SUCCESS": Action.PAYING,
    "REPLACEMENT_REQUEST_CANCEL":         Action.CLOSED,
    "REPLACEMENT_REQUEST_COMPLETE":       Action.INFORMED,
}
CANCELLATION_NEWS: Final[dict[str, Action]] = {
    "CANCELLATION_REQUEST_PENDING":       Action.WAITS,
    "CANCELLATION_REQUEST_SUCCESS":       Action.PAYING,
    "CANCELLATION_REQUEST_COMPLETE":      Action.PAID,
    "CANCELLATION_REQUEST_CANCEL":        Action.CLOSED,
    "CANCELLATION_REQUEST_CANCELLED":     Action.CLOSED,
}
# A rejection that the operator hands back to the seller keeps its status and gets a fresh deadline.
HANDED_BACK: Final[dict[str, Action]] = {
    "REFUND_OR_RETURN_REQUEST_REJECT":    Action.WAITS,
    "REPLACEMENT_REQUEST_REJECT":         Action.WAITS,
    "REJECT_RECEIVE_PACKAGE":             Action.READY,
}
# One status for the money on its way and for that which came: the records tell them apart, and with the payment the
# date of change moves (both assumed; OBS-BR has seen the record).
PAID_WHERE_RECORDED: Final[dict[str, Action]] = {
    "REPLACEMENT_REQUEST_REFUND_SUCCESS": Action.PAID,
}
# A return that was approved and not sent yet: there are no goods that the seller could judge.
NOT_SHIPPED_BACK: Final = "AWAITING_BUYER_SHIP"
# Where a unit of an order is: shipped units are refunded, the others are cancelled, canceled ones are gone.
SHIPPED: Final = frozenset({"IN_TRANSIT", "DELIVERED", "COMPLETED"})
GONE: Final = "CANCELLED"
NOT_OFFERED: Final = frozenset({"UNPAID", "ON_HOLD"})
UNREAD: Final = ""  # the fingerprint of what was not understood, so that it is news again
# ChannelAdvisor's CheckoutStatus, PaymentStatus and ShippingStatus of an order. One in a status that is not known here
# is not offered, like one on hold: nobody knows whether it is paid.
ORDER_WORDS: Final[dict[str, tuple[str, str, str]]] = {
    "UNPAID":              ("Completed", "NotYetSubmitted", "Unshipped"),
    "ON_HOLD":             ("OnHold",    "Submitted",       "Unshipped"),
    "AWAITING_SHIPMENT":   ("Completed", "Cleared",         "Unshipped"),
    "PARTIALLY_SHIPPING":  ("Completed", "Cleared",         "PartiallyShipped"),
    "AWAITING_COLLECTION": ("Completed", "Cleared",         "PendingShipment"),
    "IN_TRANSIT":          ("Completed", "Cleared",         "Shipped"),
    "DELIVERED":           ("Completed", "Cleared",         "Shipped"),
    "COMPLETED":           ("Completed", "Cleared",         "Shipped"),
    "CANCELLED":           ("Completed", "Cleared",         "Canceled"),
}
# fmt: on


def news(claim: Claim) -> Action | None:
    """Return what a claim's status means for its adjustment; None for a status that is not known."""
    if claim.kind is ClaimKind.CANCELLATION:
        return CANCELLATION_NEWS.get(claim.status)
    if claim.deadline and claim.arbitration_status and claim.status in HANDED_BACK:
        return HANDED_BACK[claim.status]
    if claim.paid and claim.status in PAID_WHERE_RECORDED:
        return PAID_WHERE_RECORDED[claim.status]
    return RETURN_NEWS.get(claim.status)
