"""Up to when buyers' names, addresses and e-mails have been removed.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    beginning = "1970-01-01 00:00:00.000000"
    kept = sa.Column("purged_to", sa.DateTime(timezone=True), nullable=False, server_default=beginning)
    op.add_column("watermarks", kept)


def downgrade() -> None:
    op.drop_column("watermarks", "purged_to")
