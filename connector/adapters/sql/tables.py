"""The connector's tables: what is kept, and what may exist only once.

"Only once" is a unique key here, never a habit of the code: a request of the OMS by its `SellerAdjustmentID`, a claim's
adjustment by claim, line and generation, a decision in the outbox by what it decides.

Times are aware UTC, money is exact (`Money` keeps ten-thousandths as an integer, so that it compares and sums in SQL
on every database), lists are JSON. Compare a column with a bound value of the column's own type:
`sa.literal(value, column.type)`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

import connector.records as r

SCALE: Final = 4
CENT: Final = Decimal("0.01")
EPOCH: Final = "1970-01-01 00:00:00.000000"


class Money(sa.types.TypeDecorator[Decimal]):
    """An exact sum of money, kept as an integer of ten-thousandths."""

    impl = sa.BigInteger
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return _as_number

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _from_number


def _as_number(amount: Any) -> int | None:
    return None if amount is None else int(Decimal(amount).scaleb(SCALE).to_integral_exact())


@lru_cache(maxsize=4096)  # many rows have the same sums, and each is read again and again
def _from_number(kept: Any) -> Decimal | None:
    if kept is None:
        return None
    amount = Decimal(int(kept)).scaleb(-SCALE)
    return amount.quantize(CENT) if int(kept) % 100 == 0 else amount


class Utc(sa.types.TypeDecorator[datetime]):
    """An aware moment. SQLite keeps it as sortable text in UTC, PostgreSQL as `timestamptz`."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name != "sqlite"))

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return _as_text if dialect.name == "sqlite" else _in_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _from_text if dialect.name == "sqlite" else _in_utc


def _in_utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


@lru_cache(maxsize=1024)
def _as_text(moment: datetime | None) -> str | None:
    """Return a moment as SQLAlchemy keeps it in SQLite: to the microsecond, without its zone."""
    moment = _in_utc(moment)
    return None if moment is None else moment.isoformat(" ", "microseconds").removesuffix("+00:00")


@lru_cache(maxsize=4096)
def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


metadata: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def _some(kind: Any, names: str, **more: Any) -> list[sa.Column[Any]]:
    """Return columns of one kind, which have a value unless they are said to be nullable."""
    return [sa.Column(name, kind, **{"nullable": False, **more}) for name in names.split()]


# A marketplace shop; `id` is the ChannelAdvisor ProfileID.
shops: Final = sa.Table(
    "shops",
    metadata,
    _id(),
    sa.Column("shop_id", sa.Text, nullable=False, unique=True),
    *_some(sa.Text, "cipher name region"),
    sa.Column("default_answers", sa.JSON, nullable=False),  # {request type: "approve" | "reject"}; empty is off
    sa.Column("added_at", Utc, nullable=False),
)

# The shop's keys at the marketplace; both tokens are sealed, unless the database lies in memory without keys.
tokens: Final = sa.Table(
    "tokens",
    metadata,
    sa.Column("profile_id", sa.ForeignKey("shops.id"), primary_key=True),
    sa.Column("access_token", sa.Text, nullable=False),
    sa.Column("access_expires_at", Utc, nullable=False),
    sa.Column("refresh_token", sa.Text, nullable=False),
    sa.Column("refresh_expires_at", Utc, nullable=False),
)

# The shop's rounds: the grid, and a watermark for each stream that a round collects. A worker that makes the round
# holds this row's lock.
watermarks: Final = sa.Table(
    "watermarks",
    metadata,
    sa.Column("profile_id", sa.ForeignKey("shops.id"), primary_key=True),
    sa.Column("rounds_from", Utc, nullable=False),
    sa.Column("next_round_at", Utc, nullable=False, index=True),
    *_some(Utc, "orders_at returns_at cancellations_at", nullable=True),
    sa.Column("purged_to", Utc, nullable=False, server_default=EPOCH),  # who bought what moved last till then is gone
)

orders: Final = sa.Table(
    "orders",
    metadata,
    _id(),  # ChannelAdvisor's ID
    sa.Column("profile_id", sa.ForeignKey("shops.id"), nullable=False),
    *_some(sa.Text, "site_order_id site_status"),
    sa.Column("offered", sa.Boolean, nullable=False),  # false: UNPAID or ON_HOLD, not shown to the OMS
    *_some(sa.Text, "seller_order_id", server_default=""),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("total", Money, nullable=False),
    # `tax` includes shipping tax, as ChannelAdvisor's TotalTaxPrice does; by `discount` `total` is less than the lines'
    # prices with tax and shipping
    *_some(Money, "tax shipping shipping_tax discount", server_default="0"),
    *_some(sa.Text, "checkout_status payment_status shipping_status"),  # ChannelAdvisor's words
    *_some(Utc, "created_at imported_at"),
    sa.Column("updated_at", Utc, nullable=False),  # moves with the order and with each of its adjustments
    *_some(Utc, "paid_at shipped_at delivered_at cancelled_at", nullable=True),
    *_some(sa.Text, "buyer_user_id buyer_email", server_default=""),
    sa.Column("recipient", sa.JSON, nullable=False),  # the marketplace's recipient_address object
    *_some(sa.Text, "payment_method", server_default=""),
    sa.Column("site_updated", sa.BigInteger, nullable=False),  # the marketplace's update_time
    sa.Column("fingerprint", sa.Text, nullable=False),  # of the document last read
    sa.UniqueConstraint("profile_id", "site_order_id"),
    sa.Index("ix_orders_profile_id_updated_at", "profile_id", "updated_at"),
)

# A ChannelAdvisor line: the order's units of equal SKU, price and package.
order_items: Final = sa.Table(
    "order_items",
    metadata,
    _id(),
    sa.Column("profile_id", sa.ForeignKey("shops.id"), nullable=False),
    sa.Column("order_id", sa.ForeignKey("orders.id"), nullable=False, index=True),
    *_some(sa.Text, "site_sku_id site_product_id sku title"),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Column("unit_price", Money, nullable=False),
    *_some(Money, "tax shipping shipping_tax fee", server_default="0"),  # for all units together
)

# One unit, as the marketplace counts: what was paid for it, part by part.
line_units: Final = sa.Table(
    "line_units",
    metadata,
    sa.Column("order_id", sa.ForeignKey("orders.id"), primary_key=True),
    sa.Column("site_line_id", sa.Text, primary_key=True),
    sa.Column("item_id", sa.ForeignKey("order_items.id"), nullable=False, index=True),
    *_some(sa.Text, "site_sku_id package_id site_status"),
    sa.Column("shipped", sa.Boolean, nullable=False),
    sa.Column("price", Money, nullable=False),
    *_some(Money, "tax shipping shipping_tax fee", server_default="0"),  # fee: what else of the total falls on it
)

# A return or cancellation of the marketplace, as last read: the marketplace's half of a case.
cases: Final = sa.Table(
    "cases",
    metadata,
    sa.Column("profile_id", sa.ForeignKey("shops.id"), primary_key=True),
    sa.Column("site_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),  # RETURN | CANCELLATION
    sa.Column("order_id", sa.ForeignKey("orders.id"), nullable=False, index=True),
    sa.Column("request_type", sa.Text, nullable=False),  # REFUND, RETURN_AND_REFUND, REPLACEMENT, CANCEL
    *_some(sa.Text, "site_status arbitration_status role"),
    sa.Column("site_updated", sa.BigInteger, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
)

# ChannelAdvisor's OrderAdjustments (level "order") and OrderItemAdjustments (level "item"), with the extensions.
adjustments: Final = sa.Table(
    "adjustments",
    metadata,
    _id(),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("profile_id", sa.ForeignKey("shops.id"), nullable=False),
    sa.Column("order_id", sa.ForeignKey("orders.id"), nullable=False, index=True),
    sa.Column("item_id", sa.ForeignKey("order_items.id"), nullable=True, index=True),
    sa.Column("quantity", sa.Integer, nullable=True),
    sa.Column("type", sa.Text, nullable=False),  # Refund | Cancellation
    sa.Column("status", sa.Text, nullable=False),  # RequestStatus
    sa.Column("restock_status", sa.Text, nullable=True),
    *_some(sa.Text, "created_source updated_source"),
    sa.Column("is_restock", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("total", Money, nullable=False),  # always the sum of the parts that follow
    *_some(Money, "item_amount tax_amount shipping_amount shipping_tax_amount", server_default="0"),
    *_some(Money, "gift_amount gift_tax_amount recycling_amount", server_default="0"),
    sa.Column("seller_adjustment_id", sa.Text, nullable=True),
    sa.Column("part", sa.Integer, nullable=False),  # one Adjust of the OMS is one adjustment per package
    sa.Column("site_adjustment_id", sa.Text, nullable=True),  # return_id or cancel_id
    sa.Column("generation", sa.Integer, nullable=False),  # a claim that comes back gets a new adjustment
    *_some(sa.Text, "rma_number transaction_id", nullable=True),
    sa.Column("site_refund_at", Utc, nullable=True),
    *_some(sa.Text, "public_notes comment", server_default=""),
    *_some(Utc, "created_at updated_at"),
    *_some(Money, "return_shipping_fee restocking_fee", nullable=True),
    *_some(sa.Text, "tracking shipping_method reference_sku", server_default=""),
    # extensions
    sa.Column("request_type", sa.Text, nullable=False),  # ... and SELLER_REFUND
    sa.Column("site_line_ids", sa.JSON, nullable=False),
    sa.Column("site_line_amounts", sa.JSON, nullable=False, server_default="{}"),  # {unit: sum}, ours until theirs
    *_some(sa.Text, "site_status site_reason site_reason_text", server_default=""),
    *_some(sa.Integer, "pictures videos", nullable=True),  # with which the buyer has asked
    sa.Column("deadline", Utc, nullable=True),
    sa.Column("shipped_back_at", Utc, nullable=True),  # since when the goods are on their way to the seller
    *_some(sa.Text, "arbitration_status", server_default=""),
    *_some(sa.Text, "error_code error_message", nullable=True),
    sa.Column("decided_by", sa.Text, nullable=True),  # oms | default | channel (outside)
    # the connector's own
    sa.Column("offer_amount", Money, nullable=True),  # partial refund to be offered for this adjustment
    # the seller's decision while it waits for those of the RMA's other lines, or to be delivered
    sa.Column("answer", sa.JSON, nullable=True),
    sa.Column("warned_at", Utc, nullable=True),
    sa.Column("outbox_id", sa.ForeignKey("outbox.id"), nullable=True, index=True),
    sa.UniqueConstraint("profile_id", "seller_adjustment_id", "part", name="uq_adjustments_seller_adjustment_id"),
    sa.UniqueConstraint("profile_id", "site_adjustment_id", "item_id", "generation", name="uq_adjustments_claim_item"),
    sa.Index("ix_adjustments_profile_id_status_deadline", "profile_id", "status", "deadline"),
    sa.Index("ix_adjustments_site_adjustment_id", "site_adjustment_id"),
    sa.Index("ix_adjustments_level_created_at", "level", "created_at"),
    sa.Index("ix_adjustments_level_updated_at", "level", "updated_at"),
)

# The same for a claim's adjustment of the whole order, which no line sets apart.
sa.Index(
    "uq_adjustments_claim_order",
    adjustments.c.profile_id,
    adjustments.c.site_adjustment_id,
    adjustments.c.generation,
    unique=True,
    sqlite_where=adjustments.c.item_id.is_(None),  # and in PostgreSQL, whose dialect saying so would bring along
)

# Decisions on their way to the marketplace. Written in the transaction of the decision itself.
outbox: Final = sa.Table(
    "outbox",
    metadata,
    _id(),
    sa.Column("profile_id", sa.ForeignKey("shops.id"), nullable=False),
    sa.Column("order_id", sa.ForeignKey("orders.id"), nullable=False),
    sa.Column("what", sa.Text, nullable=False),  # the operation, see domain.decisions.Operation
    sa.Column("site_id", sa.Text, nullable=True),  # return_id or cancel_id, where one exists already
    sa.Column("once", sa.Text, nullable=False, unique=True),  # what this decides: never decided twice
    sa.Column("idempotency_key", sa.Text, nullable=False, unique=True),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # waiting | sending | unknown | done | refused | withdrawn
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("not_before", Utc, nullable=True),  # the next attempt
    sa.Column("due_at", Utc, nullable=True),  # set: goes out at this instant, ahead of the round
    sa.Column("deadline", Utc, nullable=True),
    sa.Column("created_at", Utc, nullable=False),
    *_some(Utc, "first_sent_at finished_at", nullable=True),
    *_some(sa.Text, "error_code error_message", nullable=True),
    sa.Index("ix_outbox_state_profile_id", "state", "profile_id"),
    sa.Index("ix_outbox_due_at", "due_at"),
)

# Activity & History: when, who, what, and the marketplace's own words.
activity: Final = sa.Table(
    "activity",
    metadata,
    _id(),
    sa.Column("profile_id", sa.ForeignKey("shops.id"), nullable=False),
    sa.Column("order_id", sa.ForeignKey("orders.id"), nullable=False, index=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", sa.Text, nullable=False),  # buyer | seller | oms | marketplace | connector
    *_some(sa.Text, "event text"),
    *_some(sa.Text, "source_words site_id", nullable=True),
)

# Applications that may call the ChannelAdvisor API, secrets kept as hashes only.
clients: Final = sa.Table(
    "clients",
    metadata,
    sa.Column("application_id", sa.Text, primary_key=True),
    *_some(sa.Text, "name secret_hash refresh_hash"),
    *_some(Utc, "refresh_used_at created_at"),
)

access_tokens: Final = sa.Table(
    "access_tokens",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("application_id", sa.ForeignKey("clients.application_id"), nullable=False),
    sa.Column("expires_at", Utc, nullable=False, index=True),
)

exports: Final = sa.Table(
    "exports",
    metadata,
    sa.Column("order_id", sa.ForeignKey("orders.id"), primary_key=True),
    sa.Column("application_id", sa.ForeignKey("clients.application_id"), primary_key=True),
    sa.Column("at", Utc, nullable=False),
)

# What the marketplace has sent of its own accord, by its own number: each counts once.
notifications: Final = sa.Table(
    "notifications",
    metadata,
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("profile_id", sa.ForeignKey("shops.id"), nullable=False),
    sa.Column("received_at", Utc, nullable=False, index=True),
    sa.Column("followed", sa.Boolean, nullable=False),  # by a round
)
sa.Index("ix_notifications_waiting", notifications.c.profile_id, notifications.c.followed)

# Which table keeps which record.
OF: Final[Mapping[type, sa.Table]] = {
    r.Shop: shops, r.Tokens: tokens, r.Rounds: watermarks, r.Order: orders, r.OrderItem: order_items,
    r.LineUnit: line_units, r.Case: cases, r.Adjustment: adjustments, r.OutboxEntry: outbox, r.Application: clients,
    r.Notification: notifications,
}  # fmt: skip
