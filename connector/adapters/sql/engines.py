"""How a database is opened: SQLite as its owner's alone and with its safety on, PostgreSQL reckoning in UTC."""

import json
import os
import sqlite3
import stat
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import StaticPool

from connector.errors import BadSettings

SETTING: Final = "CONNECTOR_DATABASE_URL"
IN_MEMORY: Final = (None, "", ":memory:")
BESIDE: Final = ("", "-wal", "-shm", "-journal")  # the files of one SQLite database; what is new is as the first one is


def is_away(error: Exception) -> bool:
    """Return whether an error says that the database cannot be had: no connection, no file, or none that is one."""
    lost = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
    return isinstance(error, lost) or type(error) is sa.exc.DatabaseError


_DISCREET: Final[dict[str, Any]] = {"hide_parameters": True}  # what an error says of a statement reaches logs
_decoded: Final = json.JSONDecoder().raw_decode


def _from_json(text: str) -> Any:
    """Read a value as it was written here: there is nothing around it that one would have to look for."""
    return _decoded(text)[0]


_ON_SQLITE: Final[dict[str, Any]] = {"json_deserializer": _from_json}


def engine_for(url: str) -> Engine:
    """Open the database; `sqlite://` is a new one in memory, for tests."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise BadSettings(SETTING, "not a database URL") from error
    if parsed.get_backend_name() != "sqlite":
        return _made(parsed, pool_pre_ping=True, connect_args=_in_utc(parsed))
    if parsed.database in IN_MEMORY:
        engine = _made(parsed, poolclass=StaticPool, connect_args={"check_same_thread": False}, **_ON_SQLITE)
    else:
        engine = _made(parsed, **_ON_SQLITE)
    event.listen(engine, "connect", _sqlite_connects)
    return engine


def engine_on(disk: sqlite3.Connection) -> Engine:
    """Return an engine for one database of many in memory: what a statement compiles to is kept for all of them."""
    _sqlite_connects(disk)
    alike = _of_disks()
    held: Any = disk  # which has all that the pool asks of a connection
    options = {"compiled_cache": _COMPILED}
    return Engine(StaticPool(lambda: held), alike.dialect, alike.url, execution_options=options, **_DISCREET)


def _made(url: sa.URL, **options: Any) -> Engine:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", sa.exc.SAWarning)  # of what a URL says and no driver takes
            engine = sa.create_engine(url, **options, **_DISCREET)
    except (ModuleNotFoundError, sa.exc.NoSuchModuleError) as error:
        raise BadSettings(SETTING, f"no driver for {url.drivername}: {error}") from error
    except (sa.exc.SAWarning, sa.exc.SQLAlchemyError, TypeError, ValueError) as error:
        raise BadSettings(SETTING, str(error).split(" (Background")[0].splitlines()[0]) from error
    if engine.dialect.is_async:
        raise BadSettings(SETTING, f"{url.drivername} is a driver for asyncio, which this is not")
    return engine


def check_place(url: sa.URL) -> None:
    """Refuse a SQLite file that cannot be where a deployed connector is to keep it. Raises BadSettings."""
    if url.get_backend_name() != "sqlite" or "uri" in url.query:
        return
    if url.database in IN_MEMORY:
        raise BadSettings(SETTING, "is one in memory, which would end with this command; name a file")
    path = Path(url.database or "").absolute()
    try:
        mode, above = _mode(path), _mode(path.parent)
        _mode(f"{path}{max(BESIDE, key=len)}")  # for what lies beside it there is to be a name, too
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", error)
        raise BadSettings(SETTING, f"names no file that could be opened: {why}") from None
    if stat.S_ISDIR(mode):
        raise BadSettings(SETTING, f"{path} is a folder; name a file in it")
    if mode and not stat.S_ISREG(mode):  # it would be made its owner's alone, for everybody
        raise BadSettings(SETTING, f"{path} is a device or a pipe; name a file")
    if not stat.S_ISDIR(above):
        raise BadSettings(SETTING, f"there is no folder {path.parent}")


def _mode(path: str | Path) -> int:
    """Return what stands there, as the machine says it; 0 is nothing. Raises OSError where nothing can be found out."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return os.stat(path).st_mode
    return 0


@cache
def _of_disks() -> Engine:
    """Return the engine whose dialect, once it has met a database, serves all that are given a disk."""
    engine = sa.create_engine("sqlite://", poolclass=StaticPool, **_ON_SQLITE)
    engine.connect().close()
    engine.dispose()
    return engine


_COMPILED: Final[sa.util.LRUCache[Any, Any]] = sa.util.LRUCache(500)


def _in_utc(url: sa.URL) -> dict[str, str]:
    """Have a session reckon in UTC wherever the server stands: the hour of a moment is asked for in SQL."""
    if url.get_backend_name() != "postgresql":
        return {}
    return {"options": f"{url.query.get('options', '')} -c timezone=utc".lstrip()}


def _sqlite_connects(connection: Any, _record: object = None) -> None:
    connection.isolation_level = None  # the store says BEGIN, not the driver
    keep_private(connection, new=True)
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def keep_private(connection: Any, *, new: bool = False) -> None:
    """Have a SQLite file, which holds tokens, names and addresses, and what lies beside it be its owner's alone (D49).

    With `new` only a file that holds nothing yet: nobody knows whose the others are.
    """
    main = connection.execute("PRAGMA database_list").fetchone()[2]
    if not main or (new and Path(main).stat().st_size):
        return
    for path in (Path(main + beside) for beside in BESIDE):
        with suppress(FileNotFoundError):
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)
