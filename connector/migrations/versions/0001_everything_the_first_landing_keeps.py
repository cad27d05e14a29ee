"""Everything the first landing keeps."""

from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def columns(kind: Any, names: str, **more: Any) -> list[sa.Column[Any]]:
    """Return a column of that kind for each name; there is a value in it, unless it is said to be nullable."""
    return [sa.Column(name, kind, **{"nullable": False, **more}) for name in names.split()]


texts, moments = partial(columns, sa.Text()), partial(columns, sa.DateTime(timezone=True))
numbers, sums = partial(columns, sa.Integer()), partial(columns, sa.BigInteger())
documents, flags = partial(columns, sa.JSON()), partial(columns, sa.Boolean())


def upgrade() -> None:
    op.create_table(
        "clients",
        *texts("application_id name secret_hash refresh_hash"),
        *moments("refresh_used_at created_at"),
        sa.PrimaryKeyConstraint("application_id"),
    )
    op.create_table(
        "shops",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        *texts("shop_id cipher name region"),
        *documents("default_answers"),
        *moments("added_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("shop_id"),
    )
    op.create_table(
        "access_tokens",
        *texts("token_hash application_id"),
        *moments("expires_at"),
        sa.ForeignKeyConstraint(["application_id"], ["clients.application_id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_access_tokens_expires_at", "access_tokens", ["expires_at"])
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        *numbers("profile_id"),
        *texts("site_order_id site_status"),
        *flags("offered"),
        *texts("seller_order_id", server_default=""),
        *texts("currency"),
        *sums("total"),
        *sums("tax shipping shipping_tax discount", server_default="0"),
        *texts("checkout_status payment_status shipping_status"),
        *moments("created_at imported_at updated_at"),
        *moments("paid_at shipped_at delivered_at cancelled_at", nullable=True),
        *texts("buyer_user_id buyer_email", server_default=""),
        *documents("recipient"),
        *texts("payment_method", server_default=""),
        *sums("site_updated"),
        *texts("fingerprint"),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("profile_id", "site_order_id"),
    )
    op.create_index("ix_orders_profile_id_updated_at", "orders", ["profile_id", "updated_at"])
    op.create_table(
        "tokens",
        *numbers("profile_id"),
        *texts("access_token"),
        *moments("access_expires_at"),
        *texts("refresh_token"),
        *moments("refresh_expires_at"),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"]),
        sa.PrimaryKeyConstraint("profile_id"),
    )
    op.create_table(
        "watermarks",
        *numbers("profile_id"),
        *moments("rounds_from next_round_at"),
        *moments("orders_at returns_at cancellations_at", nullable=True),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"]),
        sa.PrimaryKeyConstraint("profile_id"),
    )
    op.create_index("ix_watermarks_next_round_at", "watermarks", ["next_round_at"])
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        *numbers("profile_id order_id"),
        *moments("at"),
        *texts("by event text"),
        *texts("source_words site_id", nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_activity_order_id", "activity", ["order_id"])
    op.create_table(
        "cases",
        *numbers("profile_id"),
        *texts("site_id kind"),
        *numbers("order_id"),
        *texts("request_type site_status arbitration_status role"),
        *sums("site_updated"),
        *texts("fingerprint"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"]),
        sa.PrimaryKeyConstraint("profile_id", "site_id"),
    )
    op.create_index("ix_cases_order_id", "cases", ["order_id"])
    op.create_table(
        "exports",
        *numbers("order_id"),
        *texts("application_id"),
        *moments("at"),
        sa.ForeignKeyConstraint(["application_id"], ["clients.application_id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.PrimaryKeyConstraint("order_id", "application_id"),
    )
    op.create_table(
        "order_items",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        *numbers("profile_id order_id"),
        *texts("site_sku_id site_product_id sku title"),
        *numbers("quantity"),
        *sums("unit_price"),
        *sums("tax shipping shipping_tax", server_default="0"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_order_items_order_id", "order_items", ["order_id"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        *numbers("profile_id order_id"),
        *texts("what"),
        *texts("site_id", nullable=True),
        *texts("once idempotency_key"),
        *documents("body"),
        *texts("state"),
        *numbers("attempts"),
        *moments("not_before due_at deadline", nullable=True),
        *moments("created_at"),
        *moments("first_sent_at finished_at", nullable=True),
        *texts("error_code error_message", nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("idempotency_key"),
        sa.UniqueConstraint("once"),
    )
    op.create_index("ix_outbox_due_at", "outbox", ["due_at"])
    op.create_index("ix_outbox_state_profile_id", "outbox", ["state", "profile_id"])
    op.create_table(
        "adjustments",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        *texts("level"),
        *numbers("profile_id order_id"),
        *numbers("item_id quantity", nullable=True),
        *texts("type status"),
        *texts("restock_status", nullable=True),
        *texts("created_source updated_source"),
        *flags("is_restock"),
        *texts("reason"),
        *sums("total"),
        *sums("item_amount tax_amount shipping_amount", server_default="0"),
        *sums("shipping_tax_amount gift_amount gift_tax_amount recycling_amount", server_default="0"),
        *texts("seller_adjustment_id", nullable=True),
        *numbers("part"),
        *texts("site_adjustment_id", nullable=True),
        *numbers("generation"),
        *texts("rma_number transaction_id", nullable=True),
        *moments("site_refund_at", nullable=True),
        *texts("public_notes comment", server_default=""),
        *moments("created_at updated_at"),
        *sums("return_shipping_fee restocking_fee", nullable=True),
        *texts("tracking shipping_method reference_sku", server_default=""),
        *texts("request_type"),
        *documents("site_line_ids"),
        *documents("site_line_amounts", server_default="{}"),
        *texts("site_status site_reason site_reason_text", server_default=""),
        *moments("deadline", nullable=True),
        *texts("arbitration_status", server_default=""),
        *texts("error_code error_message decided_by", nullable=True),
        *sums("offer_amount", nullable=True),
        *documents("answer", nullable=True),
        *moments("warned_at", nullable=True),
        *numbers("outbox_id", nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["order_items.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"]),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("profile_id", "seller_adjustment_id", "part", name="uq_adjustments_seller_adjustment_id"),
        sa.UniqueConstraint(
            "profile_id", "site_adjustment_id", "item_id", "generation", name="uq_adjustments_claim_item"
        ),
    )
    op.create_index("ix_adjustments_created_at", "adjustments", ["created_at"])
    op.create_index("ix_adjustments_item_id", "adjustments", ["item_id"])
    op.create_index("ix_adjustments_order_id", "adjustments", ["order_id"])
    op.create_index("ix_adjustments_outbox_id", "adjustments", ["outbox_id"])
    op.create_index("ix_adjustments_profile_id_status_deadline", "adjustments", ["profile_id", "status", "deadline"])
    op.create_index("ix_adjustments_site_adjustment_id", "adjustments", ["site_adjustment_id"])
    op.create_index(
        "uq_adjustments_claim_order",
        "adjustments",
        ["profile_id", "site_adjustment_id", "generation"],
        unique=True,
        sqlite_where=sa.text("item_id IS NULL"),
        postgresql_where=sa.text("item_id IS NULL"),
    )
    op.create_table(
        "line_units",
        *numbers("order_id"),
        *texts("site_line_id"),
        *numbers("item_id"),
        *texts("site_sku_id package_id site_status"),
        *flags("shipped"),
        *sums("price"),
        *sums("tax shipping shipping_tax fee", server_default="0"),
        sa.ForeignKeyConstraint(["item_id"], ["order_items.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.PrimaryKeyConstraint("order_id", "site_line_id"),
    )
    op.create_index("ix_line_units_item_id", "line_units", ["item_id"])


def downgrade() -> None:
    for table in (
        "line_units", "adjustments", "outbox", "order_items", "exports", "cases", "activity", "watermarks", "tokens",
        "orders", "access_tokens", "shops", "clients",
    ):  # fmt: skip
        op.drop_table(table)
