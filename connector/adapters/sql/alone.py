"""One worker on a SQLite file: the lock is the operating system's, so a worker that dies lets go of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from connector.adapters.sql.engines import keep_private
from connector.errors import BadSettings


@contextmanager
def alone(engine: sa.Engine) -> Iterator[None]:
    """Be the only worker on a SQLite file, by the lock on a file beside it; other databases have room for many.

    Raises BadSettings where another worker is at work, or where one could not be seen: under another name of the file.
    """
    path = _file(engine)
    if not path:
        yield
        return
    if Path(path).stat().st_nlink > 1:
        raise BadSettings("CONNECTOR_DATABASE_URL", f"{path} has a second name (a hard link); it must have one only")
    with closing(sqlite3.connect(f"{path}-worker", timeout=0, isolation_level=None)) as lock:
        keep_private(lock, new=True)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            problem = f"another worker is at work on {path}, and SQLite has room for one ({error})"
            raise BadSettings("CONNECTOR_DATABASE_URL", problem) from error
        yield


def _file(engine: sa.Engine) -> str:
    """Return where a SQLite database lies, however its address spells it; nothing for any other."""
    if engine.dialect.name != "sqlite":
        return ""
    with engine.connect() as connection:
        return str(connection.exec_driver_sql("PRAGMA database_list").first()[2] or "")  # type: ignore[index]  # main
