"""Rows of the connector's tables as frozen values, and the small documents that its services take and give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple


class Due(NamedTuple):
    """The earliest thing the connector wants to do; sorts by time, rank, number."""

    at: datetime
    rank: int
    number: int


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    at: datetime
    who: str
    what: str
    return_id: str | None = None


@dataclass(frozen=True, slots=True)
class Fired:
    at: datetime
    who: str
    what: str
    changed: bool
    return_id: str | None = None
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class ShopAdded:
    profile_id: int
    shop_id: str
    shop_cipher: str
    name: str


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    application_id: str
    shared_secret: str
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Access:
    """What the token endpoint grants."""

    access_token: str
    expires_in: int
    token_type: str = "bearer"


@dataclass(frozen=True, slots=True)
class Client:
    """The application behind a bearer token."""

    application_id: str
    name: str


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    at: datetime
    by: str
    event: str
    text: str
    source_words: str | None


@dataclass(frozen=True, slots=True)
class AdjustOrder:
    """Body of `Orders(ID)/Adjust`; all empty means everything that is left."""

    amount: Decimal | None = None
    reason: str = "GeneralAdjustment"
    seller_adjustment_id: str | None = None
    restock: bool = False
    refund_only: bool = False
    prevent_site_processing: bool = False
    site_reason: str | None = None


@dataclass(frozen=True, slots=True)
class AdjustItem:
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
    reason: str = "GeneralAdjustment"
    seller_adjustment_id: str | None = None
    restock: bool = False
    refund_only: bool = False
    prevent_site_processing: bool = False
    site_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ConditionQuantity:
    """How many of the returned units came back in which condition."""

    condition: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Shop:
    id: int
    shop_id: str
    cipher: str
    name: str
    region: str
    default_answers: dict[str, str]
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Tokens:
    profile_id: int
    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime


@dataclass(frozen=True, slots=True)
class Rounds:
    """A shop's grid of rounds and how far each stream has been collected."""

    profile_id: int
    rounds_from: datetime
    next_round_at: datetime
    orders_at: datetime | None
    returns_at: datetime | None
    cancellations_at: datetime | None


@dataclass(frozen=True, slots=True)
class Order:
    id: int
    profile_id: int
    site_order_id: str
    site_status: str
    offered: bool
    seller_order_id: str
    currency: str
    total: Decimal
    tax: Decimal
    shipping: Decimal
    shipping_tax: Decimal
    discount: Decimal
    checkout_status: str
    payment_status: str
    shipping_status: str
    created_at: datetime
    imported_at: datetime
    updated_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    cancelled_at: datetime | None
    buyer_user_id: str
    buyer_email: str
    recipient: dict[str, Any]
    payment_method: str
    site_updated: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class OrderItem:
    id: int
    profile_id: int
    order_id: int
    site_sku_id: str
    site_product_id: str
    sku: str
    title: str
    quantity: int
    unit_price: Decimal
    tax: Decimal
    shipping: Decimal
    shipping_tax: Decimal


@dataclass(frozen=True, slots=True)
class LineUnit:
    order_id: int
    site_line_id: str
    item_id: int
    site_sku_id: str
    package_id: str
    site_status: str
    shipped: bool
    price: Decimal
    tax: Decimal
    shipping: Decimal
    shipping_tax: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True)
class Case:
    profile_id: int
    site_id: str
    kind: str
    order_id: int
    request_type: str
    site_status: str
    arbitration_status: str
    role: str
    site_updated: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Adjustment:
    id: int
    level: str
    profile_id: int
    order_id: int
    item_id: int | None
    quantity: int | None
    type: str
    status: str
    restock_status: str | None
    created_source: str
    updated_source: str
    is_restock: bool
    reason: str
    total: Decimal
    item_amount: Decimal
    tax_amount: Decimal
    shipping_amount: Decimal
    shipping_tax_amount: Decimal
    gift_amount: Decimal
    gift_tax_amount: Decimal
    recycling_amount: Decimal
    seller_adjustment_id: str | None
    part: int
    site_adjustment_id: str | None
    generation: int
    rma_number: str | None
    transaction_id: str | None
    site_refund_at: datetime | None
    public_notes: str
    comment: str
    created_at: datetime
    updated_at: datetime
    return_shipping_fee: Decimal | None
    restocking_fee: Decimal | None
    tracking: str
    shipping_method: str
    reference_sku: str
    request_type: str
    site_line_ids: list[str]
    site_line_amounts: dict[str, str]
    site_status: str
    site_reason: str
    site_reason_text: str
    deadline: datetime | None
    arbitration_status: str
    error_code: str | None
    error_message: str | None
    decided_by: str | None
    offer_amount: Decimal | None
    answer: dict[str, Any] | None
    warned_at: datetime | None
    outbox_id: int | None


@dataclass(frozen=True, slots=True)
class Promise:
    """An entry of the outbox."""

    id: int
    profile_id: int
    order_id: int
    what: str
    site_id: str | None
    once: str
    idempotency_key: str
    body: dict[str, Any]
    state: str
    attempts: int
    not_before: datetime | None
    due_at: datetime | None
    deadline: datetime | None
    created_at: datetime
    first_sent_at: datetime | None
    finished_at: datetime | None
    error_code: str | None
    error_message: str | None
