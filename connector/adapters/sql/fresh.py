"""A new database in memory: it gets the newest schema at once, without the steps that led to it."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from connector.adapters.sql.tables import metadata

NEWEST: Final = "0007"  # the revision that the tables are at
_VERSION: Final = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def is_fresh(engine: sa.Engine) -> bool:
    """Return whether this is a database in memory that holds nothing."""
    return in_memory(engine) and not sa.inspect(engine).get_table_names()


def in_memory(engine: sa.Engine) -> bool:
    """Return whether nothing of this database is ever at rest."""
    return engine.dialect.name == "sqlite" and isinstance(engine.pool, StaticPool)


def fill(engine: sa.Engine) -> None:
    """Make the tables, and note for Alembic which revision they are at."""
    with engine.begin() as connection:
        metadata.create_all(connection)
        _VERSION.create(connection)
        connection.execute(sa.insert(_VERSION).values(version_num=NEWEST))
