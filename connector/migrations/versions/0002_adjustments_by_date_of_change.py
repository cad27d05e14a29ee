"""An index by which adjustments are found that have changed since a moment.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_adjustments_updated_at", "adjustments", ["updated_at"])


def downgrade() -> None:
    op.drop_index("ix_adjustments_updated_at", "adjustments")
