"""How many pictures and videos a buyer has asked with.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
COLUMNS = ("pictures", "videos")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("adjustments", sa.Column(name, sa.Integer, nullable=True))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("adjustments", name)
