"""Brings a database to the newest schema, by Alembic.

A database in memory is copied from one that was migrated once in this process: the same tables, much sooner.
"""

from __future__ import annotations

import sqlite3
import threading
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.pool import StaticPool

from connector.adapters.sql.store import SqlStore

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
_one_at_a_time = threading.Lock()


def migrate(engine: sa.Engine) -> None:
    """Upgrade to the newest schema; doing it again changes nothing."""
    if (
        engine.dialect.name == "sqlite"
        and isinstance(engine.pool, StaticPool)
        and not sa.inspect(engine).get_table_names()
    ):
        with _one_at_a_time:
            _copy(_template(), engine)
        return
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


@cache
def _template() -> sqlite3.Connection:
    engine = sa.create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    with engine.begin() as connection:
        _upgrade(connection)
    raw = engine.raw_connection()
    driver: Any = raw.driver_connection
    raw.detach()
    template: sqlite3.Connection = driver
    return template


def _copy(template: sqlite3.Connection, engine: sa.Engine) -> None:
    raw = engine.raw_connection()
    try:
        driver: Any = raw.driver_connection
        template.backup(driver)
    finally:
        raw.close()
