"""What the connector keeps, as frozen values, and the small documents that its commands take and give.

A record that is not in the database yet has the id 0. To change one, make the new value with `replace` and give
the unit of work what it was and what it has become.
"""

from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from connector.domain.adjustments import RequestStatus
from connector.domain.decisions import Decision, OutboxState, SellerDecision
from connector.domain.money import ZERO, Parts
from connector.domain.site import OrderFacts
from connector.domain.units import UnitMoney


class Due(NamedTuple):
    """The earliest thing the connector wants to do; sorts by time, rank, number."""

    at: datetime
    rank: int
    number: int


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """What is to be done, when, by whom, and about which return."""

    at: datetime
    who: str
    what: str
    return_id: str | None = None


@dataclass(frozen=True, slots=True)
class Fired:
    """What has been done of the agenda, and whether it has changed anything."""

    at: datetime
    who: str
    what: str
    changed: bool
    return_id: str | None = None
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class ShopAdded:
    """A shop that an authorization has opened; `profile_id` is ChannelAdvisor's ProfileID."""

    profile_id: int
    shop_id: str
    shop_cipher: str
    name: str


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What an application needs to get access; shown once."""

    application_id: str
    shared_secret: str
    refresh_token: str


@dataclass(frozen=True)
class Application:
    """Who may call the API; its secrets are kept as hashes."""

    application_id: str
    name: str
    secret_hash: str
    refresh_hash: str
    refresh_used_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the token endpoint grants, by the names that OAuth has for it."""

    access_token: str
    token_type: str = "bearer"
    expires_in: int


@dataclass(frozen=True, slots=True)
class Client:
    """The application behind a bearer token."""

    application_id: str
    name: str


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    """A line of an order's Activity & History."""

    at: datetime
    by: str
    event: str
    text: str
    source_words: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjust:
    """What the seller asks for at any level."""

    reason: str = "GeneralAdjustment"
    seller_adjustment_id: str | None = None
    restock: bool = False
    refund_only: bool = False
    prevent_site_processing: bool = False
    site_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustOrder(Adjust):
    """Body of `Orders(ID)/Adjust`; all empty means everything that is left."""

    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustItem(Adjust):
    """Body of `OrderItems(ID)/Adjust`; neither quantity nor ids means the whole line, as far as it is left."""

    quantity: int | None = None
    site_line_ids: tuple[str, ...] | None = None
    item_amount: Decimal | None = None
    tax_amount: Decimal | None = None
    shipping_amount: Decimal | None = None
    shipping_tax_amount: Decimal | None = None
    gift_amount: Decimal | None = None
    gift_tax_amount: Decimal | None = None
    recycling_amount: Decimal | None = None
    force_calculate_omitted: bool = False


@dataclass(frozen=True, slots=True)
class ConditionQuantity:
    """How many of the returned units came back in which condition."""

    condition: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A shop of the marketplace; its id is ChannelAdvisor's ProfileID."""

    id: int = 0
    shop_id: str
    cipher: str
    name: str
    region: str
    default_answers: dict[str, str]  # {request type: "approve" | "reject"}; empty is off
    added_at: datetime


@dataclass(frozen=True)
class Tokens:
    """A shop's keys at the marketplace."""

    profile_id: int
    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime


class Stream(StrEnum):
    """What a round collects, each with a watermark of its own."""

    ORDERS = "orders"
    RETURNS = "returns"
    CANCELLATIONS = "cancellations"


@dataclass(frozen=True)
class Notification:
    """Something that the marketplace has sent of its own accord; each number once. A round is to follow it."""

    number: str
    profile_id: int
    received_at: datetime
    followed: bool = False


@dataclass(frozen=True)
class Rounds:
    """A shop's grid of rounds and how far each stream has been collected."""

    profile_id: int
    rounds_from: datetime
    next_round_at: datetime
    orders_at: datetime | None = None
    returns_at: datetime | None = None
    cancellations_at: datetime | None = None
    purged_to: datetime | None = None  # orders that last moved up to then name nobody; the schema says when it begins

    def reached(self, stream: Stream) -> datetime | None:
        """Return up to when a stream has been collected; None before its first time."""
        at: datetime | None = getattr(self, f"{stream}_at")
        return at


@dataclass(frozen=True, kw_only=True)
class Order(OrderFacts):
    """An order of the marketplace, with ChannelAdvisor's words for its state."""

    id: int = 0
    profile_id: int
    site_order_id: str
    site_status: str = ""
    offered: bool = False  # not while UNPAID or ON_HOLD: the OMS does not see it
    seller_order_id: str = ""
    checkout_status: str = ""
    payment_status: str = ""
    shipping_status: str = ""
    imported_at: datetime
    updated_at: datetime  # moves with the order and with each of its adjustments
    site_updated: int = 0  # the marketplace's update_time


@dataclass(frozen=True, kw_only=True)
class OrderItem:
    """A ChannelAdvisor line: the order's units of equal SKU, price and package."""

    id: int = 0
    profile_id: int
    order_id: int
    site_sku_id: str
    site_product_id: str
    sku: str
    title: str
    quantity: int
    unit_price: Decimal
    tax: Decimal  # these four for all units together
    shipping: Decimal
    shipping_tax: Decimal
    fee: Decimal


@dataclass(frozen=True)
class LineUnit(UnitMoney):
    """One unit, as the marketplace counts, and what was paid for it."""

    order_id: int
    site_line_id: str
    item_id: int
    site_sku_id: str
    package_id: str
    site_status: str
    shipped: bool


@dataclass(frozen=True)
class Case:
    """A return or cancellation of the marketplace, as last read."""

    profile_id: int
    site_id: str
    kind: str  # RETURN | CANCELLATION
    order_id: int
    request_type: str
    site_status: str
    arbitration_status: str
    role: str
    site_updated: int
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """A refund or cancellation, of a line or of an order, in ChannelAdvisor's terms and our extensions."""

    id: int = 0
    level: str
    profile_id: int
    order_id: int
    item_id: int | None = None
    quantity: int | None = None
    type: str  # Refund | Cancellation
    status: RequestStatus
    restock_status: str | None = None
    created_source: str
    updated_source: str
    is_restock: bool = False
    reason: str
    total: Decimal = ZERO  # always the sum of the parts that follow
    item_amount: Decimal = ZERO
    tax_amount: Decimal = ZERO
    shipping_amount: Decimal = ZERO
    shipping_tax_amount: Decimal = ZERO
    gift_amount: Decimal = ZERO
    gift_tax_amount: Decimal = ZERO
    recycling_amount: Decimal = ZERO
    seller_adjustment_id: str | None = None
    part: int = 0  # one Adjust of the OMS is one adjustment per package
    site_adjustment_id: str | None = None  # return_id or cancel_id
    generation: int = 1  # a claim that comes back gets a new adjustment
    rma_number: str | None = None
    transaction_id: str | None = None
    site_refund_at: datetime | None = None
    public_notes: str = ""
    comment: str = ""
    created_at: datetime
    updated_at: datetime
    return_shipping_fee: Decimal | None = None
    restocking_fee: Decimal | None = None
    tracking: str = ""
    shipping_method: str = ""
    reference_sku: str = ""
    request_type: str  # REFUND, RETURN_AND_REFUND, REPLACEMENT, CANCEL, SELLER_REFUND
    site_line_ids: list[str]
    site_line_amounts: dict[str, str] = field(default_factory=dict)  # {unit: sum}, ours until theirs
    site_status: str = ""
    site_reason: str = ""
    site_reason_text: str = ""
    pictures: int | None = None  # with which the buyer has asked; None where that is not known
    videos: int | None = None
    deadline: datetime | None = None
    shipped_back_at: datetime | None = None  # since when the goods are on their way to the seller
    arbitration_status: str = ""
    error_code: str | None = None
    error_message: str | None = None
    decided_by: str | None = None  # oms | default | channel (outside)
    offer_amount: Decimal | None = None  # partial refund to be offered for this adjustment
    decision: SellerDecision | None = None  # while it waits for those of the RMA's other lines, or to be delivered
    warned_at: datetime | None = None
    outbox_id: int | None = None

    @property
    def parts(self) -> Parts:
        return Parts(*(getattr(self, f"{part.name}_amount") for part in fields(Parts)))


def amounts(parts: Parts) -> dict[str, Any]:
    """Return a sum and its parts by the names of an adjustment's fields."""
    return {"total": parts.total, **{f"{part.name}_amount": getattr(parts, part.name) for part in fields(Parts)}}


@dataclass(frozen=True, kw_only=True)
class OutboxEntry:
    """A decision on its way to the marketplace."""

    id: int = 0
    profile_id: int
    order_id: int
    decision: Decision
    site_id: str | None = None  # return_id or cancel_id, where one exists already
    once: str  # what this decides: never decided twice
    idempotency_key: str
    state: OutboxState = OutboxState.WAITING
    attempts: int = 0
    not_before: datetime | None = None  # the next attempt
    due_at: datetime | None = None  # set: goes out at this instant, ahead of the round
    deadline: datetime | None = None
    created_at: datetime
    first_sent_at: datetime | None = None
    finished_at: datetime | None = None
    error_code: str | None = None
    error_message: str | None = None
