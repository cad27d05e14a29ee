"""The connector's tables: what is kept, and what may exist only once.

"Only once" is a unique key here, never a habit of the code: a request of the OMS by its `SellerAdjustmentID`, a claim's
adjustment by claim, line and generation, a decision in the outbox by what it decides.

A record's table has a column for each of its fields, by the field's name and type: what they mean stands in `records`.
What the database puts where an insert names no value, the migrations say.

Times are aware UTC, money is exact (`Money` keeps ten-thousandths as an integer, so that it compares and sums in SQL
on every database), lists are JSON. Compare a column with a bound value of the column's own type:
`sa.literal(value, column.type)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

import connector.records as r

SCALE: Final = 4
CENT: Final = Decimal("0.01")


class Money(sa.types.TypeDecorator[Decimal]):
    """An exact sum of money, kept as an integer of ten-thousandths."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        return None if value is None else int(Decimal(value).scaleb(SCALE).to_integral_exact())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        amount = Decimal(int(value)).scaleb(-SCALE)
        return amount.quantize(CENT) if int(value) % 100 == 0 else amount


class Utc(sa.types.TypeDecorator[datetime]):
    """An aware moment. SQLite keeps it as sortable text in UTC, PostgreSQL as `timestamptz`."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


_TYPES: Final[Mapping[type, type[TypeEngine[Any]]]] = {
    str: sa.Text, bool: sa.Boolean, int: sa.Integer, Decimal: Money, datetime: Utc, list: sa.JSON, dict: sa.JSON,
}  # fmt: skip
_NAMED: Final[Mapping[str, type[TypeEngine[Any]]]] = {"site_updated": sa.BigInteger}
_LEADS_TO: Final = {
    "profile_id": "shops.id", "order_id": "orders.id", "item_id": "order_items.id", "outbox_id": "outbox.id",
}  # fmt: skip


def _table(
    name: str,
    record: type[Any],
    *more: sa.schema.SchemaItem,
    key: Sequence[str] = ("id",),
    indexed: Sequence[str] = (),
    otherwise: Mapping[str, Sequence[sa.Column[Any]]] = MappingProxyType({}),
) -> sa.Table:
    """Make the table of a record; a field that is kept `otherwise` has columns of its own."""
    columns: list[sa.Column[Any]] = []
    for field, hint in get_type_hints(record).items():
        kind, *none = get_args(hint) if get_origin(hint) is UnionType else (hint,)
        if field in otherwise:
            columns += otherwise[field]
            continue
        type_ = _NAMED.get(field) or next(_TYPES[base] for base in (get_origin(kind) or kind).__mro__ if base in _TYPES)
        leads_to = [sa.ForeignKey(_LEADS_TO[field])] if field in _LEADS_TO else []
        is_key, index = field in key, True if field in indexed else None
        columns.append(
            sa.Column(field, type_, *leads_to, primary_key=is_key, nullable=bool(none) and not is_key, index=index)
        )
    return sa.Table(name, metadata, *columns, *more)


shops: Final = _table("shops", r.Shop, sa.UniqueConstraint("shop_id"))
tokens: Final = _table("tokens", r.Tokens, key=["profile_id"])
watermarks: Final = _table("watermarks", r.Rounds, key=["profile_id"], indexed=["next_round_at"])
orders: Final = _table(
    "orders",
    r.Order,
    sa.UniqueConstraint("profile_id", "site_order_id"),
    sa.Index("ix_orders_profile_id_updated_at", "profile_id", "updated_at"),
)
order_items: Final = _table("order_items", r.OrderItem, indexed=["order_id"])
line_units: Final = _table("line_units", r.LineUnit, key=["order_id", "site_line_id"], indexed=["item_id"])
cases: Final = _table("cases", r.Case, key=["profile_id", "site_id"], indexed=["order_id"])
# ChannelAdvisor's OrderAdjustments (level "order") and OrderItemAdjustments (level "item"), with the extensions.
adjustments: Final = _table(
    "adjustments",
    r.Adjustment,
    sa.UniqueConstraint("profile_id", "seller_adjustment_id", "part", name="uq_adjustments_seller_adjustment_id"),
    sa.UniqueConstraint("profile_id", "site_adjustment_id", "item_id", "generation", name="uq_adjustments_claim_item"),
    sa.Index("ix_adjustments_profile_id_status_deadline", "profile_id", "status", "deadline"),
    sa.Index("ix_adjustments_site_adjustment_id", "site_adjustment_id"),
    sa.Index("ix_adjustments_created_at", "created_at"),
    indexed=["order_id", "item_id", "outbox_id"],
    otherwise={"decision": [sa.Column("answer", sa.JSON, nullable=True)]},
)

# The same for a claim's adjustment of the whole order, which no line sets apart.
sa.Index(
    "uq_adjustments_claim_order",
    adjustments.c.profile_id,
    adjustments.c.site_adjustment_id,
    adjustments.c.generation,
    unique=True,
    sqlite_where=adjustments.c.item_id.is_(None),
    postgresql_where=adjustments.c.item_id.is_(None),
)

# Decisions on their way to the marketplace. Written in the transaction of the decision itself.
outbox: Final = _table(
    "outbox",
    r.OutboxEntry,
    sa.UniqueConstraint("once"),
    sa.UniqueConstraint("idempotency_key"),
    sa.Index("ix_outbox_state_profile_id", "state", "profile_id"),
    sa.Index("ix_outbox_due_at", "due_at"),
    otherwise={
        "decision": [  # `what` is the operation, see domain.decisions.Operation
            sa.Column("what", sa.Text, nullable=False),
            sa.Column("body", sa.JSON, nullable=False),
        ]
    },
)

# Activity & History: when, who, what, and the marketplace's own words.
activity: Final = sa.Table(
    "activity",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("profile_id", sa.ForeignKey("shops.id"), nullable=False),
    sa.Column("order_id", sa.ForeignKey("orders.id"), nullable=False, index=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", sa.Text, nullable=False),  # buyer | seller | oms | marketplace | connector
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("source_words", sa.Text, nullable=True),
    sa.Column("site_id", sa.Text, nullable=True),
)

clients: Final = _table("clients", r.Application, key=["application_id"])

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

OF: Final[Mapping[type, sa.Table]] = {
    r.Shop: shops, r.Tokens: tokens, r.Rounds: watermarks, r.Order: orders, r.OrderItem: order_items,
    r.LineUnit: line_units, r.Case: cases, r.Adjustment: adjustments, r.OutboxEntry: outbox, r.Application: clients,
}  # fmt: skip
