"""Databases in memory for our connector: one for each world, and none for two at a time.

What SQLite has made of a connection's statements stays with the connection, and making it takes longer than most of
the statements. So the disk of a world that is over is wiped and serves the next one.
"""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Final

import requests
import sqlalchemy as sa

from connector import Connector, Settings
from connector.adapters.sql.engines import engine_on
from connector.adapters.sql.tables import metadata
from rehearsal.simulation.clock import SimulatedClock

LARGEST: Final = 2_000  # pages of 4 KiB: what has held more is thrown away
SPARE: Final = 2  # a new world begins before the old one ends
STATEMENTS: Final = 512  # more than our connector has
WIPED: Final = tuple(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables))


class Disk(sqlite3.Connection):
    """A database in memory that outlives who had opened it, and says when something is committed to it."""

    engine: sa.Engine
    listener: Callable[[str], None] | None = None

    def close(self) -> None:
        """Let go of it, as a process does that ends: what was not committed is gone."""
        self.rollback()

    def commit(self) -> None:
        if self.listener is None:
            super().commit()
            return
        self.listener("before")
        super().commit()
        self.listener("after")

    def end(self) -> None:
        """Wipe it for the next world, or throw it away."""
        self.listener = None
        self.close()
        (pages,) = self.execute("PRAGMA page_count").fetchone()
        if len(_SPARE) >= SPARE or pages > LARGEST:
            self.engine.dispose()
            super().close()
            return
        self.execute("BEGIN")
        for wiped in WIPED:
            self.execute(wiped)
        self.commit()
        _SPARE.append(self)


_SPARE: Final[list[Disk]] = []


def new_disk() -> Disk:
    """Return a migrated, empty database."""
    if _SPARE:
        return _SPARE.pop()
    disk = _disk()
    _template().backup(disk)
    disk.engine = engine_on(disk)
    return disk


@cache
def _template() -> Disk:
    """Return a migrated, empty database; copying it is a thousand times cheaper than migrating anew."""
    disk = _disk()
    settings = Settings(database_url="sqlite://", app_key="", app_secret="")
    with requests.Session() as nobody:
        epoch = SimulatedClock(datetime.fromisoformat("2031-01-01T00:00:00+00:00"))
        Connector(settings, clock=epoch, http=nobody, engine=engine_on(disk)).migrate()
    return disk


def _disk() -> Disk:
    return sqlite3.connect(
        ":memory:", check_same_thread=False, isolation_level=None, cached_statements=STATEMENTS, factory=Disk
    )
