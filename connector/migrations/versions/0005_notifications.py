"""Notifications of the marketplace: which have come, and which a round has not followed yet.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("number", sa.Text(), primary_key=True),
        sa.Column("profile_id", sa.Integer(), sa.ForeignKey("shops.id"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_notifications_received_at", "notifications", ["received_at"])
    op.create_index("ix_notifications_waiting", "notifications", ["profile_id", "followed"])


def downgrade() -> None:
    op.drop_table("notifications")
