"""Brings a database to the newest schema, by Alembic."""

import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from connector.adapters.sql import tables as t
from connector.adapters.sql.engines import keep_private
from connector.adapters.sql.store import SqlStore, SqlUnitOfWork, Unsealed
from connector.errors import BadSettings
from connector.ports import Vault

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
SETTING: Final = "CONNECTOR_DATABASE_URL"
LOCK: Final = 7_021_917  # any number, as long as nobody else in the database takes it
_one_at_a_time = threading.Lock()


def migrate(engine: sa.Engine, vault: Vault | None = None) -> None:
    """Upgrade to the newest schema, and seal what is not sealed with the vault's first key.

    Doing it again, or several at once, changes nothing.

    Raises BadSettings for a database that a newer connector has made, or that holds somebody else's tables, and
    for secrets without a key.
    """
    with _one_at_a_time, engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        else:  # it has the only write lock from its beginning
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        if _revision(connection) is None:
            theirs = sorted(t.metadata.tables.keys() & set(sa.inspect(connection).get_table_names()))
            if theirs:
                raise BadSettings(SETTING, f"the database holds somebody else's tables already: {', '.join(theirs)}")
        command.upgrade(configuration(connection), "head")
        _keep_private(connection)
        with SqlUnitOfWork(nullcontext(connection), vault or Unsealed()) as work:
            sealed = work.secrets_sealed()
    if sealed and engine.dialect.name == "sqlite":
        with engine.connect() as connection:  # outside of a transaction
            connection.exec_driver_sql("VACUUM")
        SqlStore(engine).sweep()


def check_current(engine: sa.Engine, vault: Vault | None = None) -> None:
    """Raise BadSettings for a database that has not the newest schema, or whose secrets the vault cannot open."""
    with engine.connect() as connection:
        if _revision(connection) != _script(connection).get_current_head():
            raise BadSettings(SETTING, "the database is not up to date; run `connector migrate`")
        _keep_private(connection)
    if vault is not None:
        with SqlStore(engine, vault).reading() as work:
            work.secrets_open()


def _keep_private(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        keep_private(connection.connection.driver_connection)


def _revision(connection: sa.Connection) -> str | None:
    """Return the schema that a database has, if any. Raises BadSettings for one that is not known here."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in {known.revision for known in _script(connection).walk_revisions()}:
        problem = f"the database has been made by a newer connector (its schema is {revision}); update this one"
        raise BadSettings(SETTING, problem)
    return revision


def _script(connection: sa.Connection) -> ScriptDirectory:
    return ScriptDirectory.from_config(configuration(connection))


def configuration(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
