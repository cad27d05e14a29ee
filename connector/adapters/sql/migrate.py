"""Brings a database to the newest schema, by Alembic."""

from __future__ import annotations

import threading
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from connector.adapters.sql.store import SqlStore

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
_one_at_a_time = threading.Lock()


def migrate(engine: sa.Engine) -> None:
    """Upgrade to the newest schema; doing it again changes nothing."""
    with _one_at_a_time, SqlStore(engine).writing() as work:
        _upgrade(work.connection)


def is_current(engine: sa.Engine) -> bool:
    """Return whether the database has the newest schema."""
    with engine.connect() as connection:
        has = MigrationContext.configure(connection).get_current_revision()
        return has == ScriptDirectory.from_config(configuration(connection)).get_current_head()


def configuration(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: sa.Connection) -> None:
    command.upgrade(configuration(connection), "head")
