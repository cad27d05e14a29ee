"""Indexes by which each list of adjustments finds what was created, or has changed, since a moment.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_adjustments_level_created_at", "adjustments", ["level", "created_at"])
    op.create_index("ix_adjustments_level_updated_at", "adjustments", ["level", "updated_at"])
    op.drop_index("ix_adjustments_created_at", "adjustments")


def downgrade() -> None:
    op.create_index("ix_adjustments_created_at", "adjustments", ["created_at"])
    op.drop_index("ix_adjustments_level_updated_at", "adjustments")
    op.drop_index("ix_adjustments_level_created_at", "adjustments")
