"""Everything the first landing keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clients",
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("refresh_hash", sa.Text(), nullable=False),
        sa.Column("refresh_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_clients")),
    )
    op.create_table(
        "shops",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("cipher", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("default_answers", sa.JSON(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shops")),
        sa.UniqueConstraint("shop_id", name=op.f("uq_shops_shop_id")),
    )
    op.create_table(
        "access_tokens",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["clients.application_id"], name=op.f("fk_access_tokens_application_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_access_tokens")),
    )
    with op.batch_alter_table("access_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_tokens_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("site_order_id", sa.Text(), nullable=False),
        sa.Column("site_status", sa.Text(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("seller_order_id", sa.Text(), server_default="", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_tax", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("checkout_status", sa.Text(), nullable=False),
        sa.Column("payment_status", sa.Text(), nullable=False),
        sa.Column("shipping_status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("buyer_user_id", sa.Text(), server_default="", nullable=False),
        sa.Column("buyer_email", sa.Text(), server_default="", nullable=False),
        sa.Column("recipient", sa.JSON(), nullable=False),
        sa.Column("payment_method", sa.Text(), server_default="", nullable=False),
        sa.Column("site_updated", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"], name=op.f("fk_orders_profile_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("profile_id", "site_order_id", name=op.f("uq_orders_profile_id_site_order_id")),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index("ix_orders_profile_id_updated_at", ["profile_id", "updated_at"], unique=False)

    op.create_table(
        "tokens",
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=False),
        sa.Column("access_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("refresh_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"], name=op.f("fk_tokens_profile_id")),
        sa.PrimaryKeyConstraint("profile_id", name=op.f("pk_tokens")),
    )
    op.create_table(
        "watermarks",
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("rounds_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_round_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("orders_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returns_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancellations_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"], name=op.f("fk_watermarks_profile_id")),
        sa.PrimaryKeyConstraint("profile_id", name=op.f("pk_watermarks")),
    )
    with op.batch_alter_table("watermarks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_watermarks_next_round_at"), ["next_round_at"], unique=False)

    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source_words", sa.Text(), nullable=True),
        sa.Column("site_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_activity_order_id")),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"], name=op.f("fk_activity_profile_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activity_order_id"), ["order_id"], unique=False)

    op.create_table(
        "cases",
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("request_type", sa.Text(), nullable=False),
        sa.Column("site_status", sa.Text(), nullable=False),
        sa.Column("arbitration_status", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("site_updated", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_cases_order_id")),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"], name=op.f("fk_cases_profile_id")),
        sa.PrimaryKeyConstraint("profile_id", "site_id", name=op.f("pk_cases")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_order_id"), ["order_id"], unique=False)

    op.create_table(
        "exports",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["clients.application_id"], name=op.f("fk_exports_application_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_exports_order_id")),
        sa.PrimaryKeyConstraint("order_id", "application_id", name=op.f("pk_exports")),
    )
    op.create_table(
        "order_items",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("site_sku_id", sa.Text(), nullable=False),
        sa.Column("site_product_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_tax", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_items_order_id")),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"], name=op.f("fk_order_items_profile_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_items")),
    )
    with op.batch_alter_table("order_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_items_order_id"), ["order_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=True),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_outbox_order_id")),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"], name=op.f("fk_outbox_profile_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_outbox_idempotency_key")),
        sa.UniqueConstraint("once", name=op.f("uq_outbox_once")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_due_at", ["due_at"], unique=False)
        batch_op.create_index("ix_outbox_state_profile_id", ["state", "profile_id"], unique=False)

    op.create_table(
        "adjustments",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("restock_status", sa.Text(), nullable=True),
        sa.Column("created_source", sa.Text(), nullable=False),
        sa.Column("updated_source", sa.Text(), nullable=False),
        sa.Column("is_restock", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("item_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tax_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_tax_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("gift_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("gift_tax_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("recycling_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("seller_adjustment_id", sa.Text(), nullable=True),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("site_adjustment_id", sa.Text(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("rma_number", sa.Text(), nullable=True),
        sa.Column("transaction_id", sa.Text(), nullable=True),
        sa.Column("site_refund_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_notes", sa.Text(), server_default="", nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("return_shipping_fee", sa.BigInteger(), nullable=True),
        sa.Column("restocking_fee", sa.BigInteger(), nullable=True),
        sa.Column("tracking", sa.Text(), server_default="", nullable=False),
        sa.Column("shipping_method", sa.Text(), server_default="", nullable=False),
        sa.Column("reference_sku", sa.Text(), server_default="", nullable=False),
        sa.Column("request_type", sa.Text(), nullable=False),
        sa.Column("site_line_ids", sa.JSON(), nullable=False),
        sa.Column("site_line_amounts", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("site_status", sa.Text(), server_default="", nullable=False),
        sa.Column("site_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("site_reason_text", sa.Text(), server_default="", nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arbitration_status", sa.Text(), server_default="", nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("offer_amount", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["order_items.id"], name=op.f("fk_adjustments_item_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_adjustments_order_id")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_adjustments_outbox_id")),
        sa.ForeignKeyConstraint(["profile_id"], ["shops.id"], name=op.f("fk_adjustments_profile_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustments")),
        sa.UniqueConstraint("profile_id", "seller_adjustment_id", "part", name="uq_adjustments_seller_adjustment_id"),
        sa.UniqueConstraint(
            "profile_id", "site_adjustment_id", "item_id", "generation", name="uq_adjustments_claim_item"
        ),
    )
    with op.batch_alter_table("adjustments", schema=None) as batch_op:
        batch_op.create_index("ix_adjustments_created_at", ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_adjustments_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_adjustments_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_adjustments_outbox_id"), ["outbox_id"], unique=False)
        batch_op.create_index(
            "ix_adjustments_profile_id_status_deadline", ["profile_id", "status", "deadline"], unique=False
        )
        batch_op.create_index("ix_adjustments_site_adjustment_id", ["site_adjustment_id"], unique=False)
        batch_op.create_index(
            "uq_adjustments_claim_order",
            ["profile_id", "site_adjustment_id", "generation"],
            unique=True,
            sqlite_where=sa.text("item_id IS NULL"),
            postgresql_where=sa.text("item_id IS NULL"),
        )

    op.create_table(
        "line_units",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("site_line_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("site_sku_id", sa.Text(), nullable=False),
        sa.Column("package_id", sa.Text(), nullable=False),
        sa.Column("site_status", sa.Text(), nullable=False),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_tax", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fee", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["order_items.id"], name=op.f("fk_line_units_item_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_line_units_order_id")),
        sa.PrimaryKeyConstraint("order_id", "site_line_id", name=op.f("pk_line_units")),
    )
    with op.batch_alter_table("line_units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_units_item_id"), ["item_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("line_units", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_line_units_item_id"))

    op.drop_table("line_units")
    with op.batch_alter_table("adjustments", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_adjustments_claim_order",
            sqlite_where=sa.text("item_id IS NULL"),
            postgresql_where=sa.text("item_id IS NULL"),
        )
        batch_op.drop_index("ix_adjustments_site_adjustment_id")
        batch_op.drop_index("ix_adjustments_profile_id_status_deadline")
        batch_op.drop_index(batch_op.f("ix_adjustments_outbox_id"))
        batch_op.drop_index(batch_op.f("ix_adjustments_order_id"))
        batch_op.drop_index(batch_op.f("ix_adjustments_item_id"))
        batch_op.drop_index("ix_adjustments_created_at")

    op.drop_table("adjustments")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_state_profile_id")
        batch_op.drop_index("ix_outbox_due_at")

    op.drop_table("outbox")
    with op.batch_alter_table("order_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_items_order_id"))

    op.drop_table("order_items")
    op.drop_table("exports")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cases_order_id"))

    op.drop_table("cases")
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activity_order_id"))

    op.drop_table("activity")
    with op.batch_alter_table("watermarks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_watermarks_next_round_at"))

    op.drop_table("watermarks")
    op.drop_table("tokens")
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index("ix_orders_profile_id_updated_at")

    op.drop_table("orders")
    with op.batch_alter_table("access_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_tokens_expires_at"))

    op.drop_table("access_tokens")
    op.drop_table("shops")
    op.drop_table("clients")
