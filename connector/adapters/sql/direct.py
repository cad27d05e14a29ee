"""Statements of SQLAlchemy Core, run by SQLite's own driver.

SQLAlchemy is asked once per statement what it compiles to, and how its values go in and come out. Running it is then
the driver's affair: a short transaction costs a tenth of what it does with all that SQLAlchemy has between, which is
there for databases that are further away. Errors bear SQLAlchemy's names all the same.
"""

from __future__ import annotations

import re
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

Change = Callable[[Any], Any]
Params = Mapping[str, Any]
_OF_A_LIST: Final = re.compile(r"(.+)_([0-9]+)")  # a value of one that is bound as a whole
_NONE: Final[Params] = {}


class Found(list[Any]):
    """The rows of a statement, read already, with as much of SQLAlchemy's result as is asked for here."""

    rowcount = -1
    inserted_primary_key: tuple[Any, ...] = ()

    def all(self) -> list[Any]:
        """Return the rows."""
        return self

    def first(self) -> Any:
        """Return the first row; None where there is none."""
        return self[0] if self else None

    def one(self) -> Any:
        """Return the only row."""
        (row,) = self
        return row

    def scalar_one(self) -> Any:
        """Return the first value of the only row."""
        return self.one()[0]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as the driver takes it."""

    sql: str
    binds: tuple[tuple[str, Change | None], ...]  # which value comes where, and how it is made of what is given
    fixed: Params  # what stands in the statement itself
    lists: tuple[str, ...]  # what is bound as a whole and has to be spelt out, one bind for each value
    columns: tuple[tuple[int, Change], ...]  # of a row: what is made of what the database has
    row: Callable[[Any], Any] | None  # makes one, where there are any
    key: tuple[str, ...]  # of the table that a row is put into

    def values(self, params: Params) -> list[Any]:
        """Return the values in their order."""
        given = params
        if self.fixed:
            given = {**self.fixed, **params}
        return [given[name] if change is None else change(given[name]) for name, change in self.binds]

    def rows(self, cursor: sqlite3.Cursor) -> Found:
        """Return the rows as SQLAlchemy would make them."""
        make = self.row
        if make is None:
            return Found()
        if not self.columns:
            return Found(map(make, cursor))
        found = Found()
        for raw in cursor:
            values = list(raw)
            for at, change in self.columns:
                values[at] = change(values[at])
            found.append(make(values))
        return found


class Direct:
    """A connection of the driver, and one transaction on it; one that only reads is never committed."""

    __slots__ = ("_begin", "_dialect", "_driver", "_let_go")

    def __init__(
        self, driver: sqlite3.Connection, dialect: Dialect, *, writes: bool, let_go: Callable[[], object]
    ) -> None:
        self._driver = driver
        self._dialect = dialect
        # Who writes takes the write lock first: what it reads cannot change under its hands.
        self._begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
        self._let_go = let_go

    def __enter__(self) -> Direct:
        try:
            self._driver.execute(self._begin)
        except sqlite3.Error as error:
            self._let_go()
            raise named(error, self._begin) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, *raised: object) -> None:
        try:
            if kind is None and self._begin != "BEGIN":
                self._driver.commit()
        except sqlite3.Error as error:
            raise named(error, "COMMIT") from error
        finally:
            self._driver.rollback()
            self._let_go()

    def execute(self, statement: sa.Executable, params: Params = _NONE) -> Found:
        """Run a statement and read what it finds. Raises SQLAlchemy's errors."""
        compiled = _compiled(self._dialect, statement, tuple(params))
        if compiled.lists:
            lists = {name: params[name] if name in params else compiled.fixed[name] for name in compiled.lists}
            sizes = tuple((name, len(values)) for name, values in lists.items())
            spelt = {f"{name}_{at}": value for name, values in lists.items() for at, value in enumerate(values, 1)}
            compiled, params = _spelt_out(self._dialect, statement, tuple(params), sizes), {**params, **spelt}
        try:
            values = compiled.values(params)
        except (ValueError, TypeError, ArithmeticError, LookupError) as error:
            raise sa.exc.StatementError(str(error), compiled.sql, {}, error, hide_parameters=True) from error
        try:
            cursor = self._driver.execute(compiled.sql, values)
            found = compiled.rows(cursor)
        except sqlite3.Error as error:
            raise named(error, compiled.sql) from error
        found.rowcount = cursor.rowcount
        if compiled.key:
            found.inserted_primary_key = tuple(params.get(name, cursor.lastrowid) for name in compiled.key)
        return found


Runs = sa.Connection | Direct


def named(error: sqlite3.Error, sql: str) -> sa.exc.DBAPIError:
    """Return an error of the driver as SQLAlchemy names it; what was bound is not told."""
    kind: type[sa.exc.DBAPIError] = getattr(sa.exc, type(error).__name__)
    return kind(sql, {}, error, hide_parameters=True)


@lru_cache(maxsize=1024)
def _compiled(dialect: Dialect, statement: Any, names: tuple[str, ...]) -> _Compiled:
    """Compile a statement; of one that writes a row, the names say which columns."""
    return _read(dialect, statement, statement.compile(dialect=dialect, column_keys=list(names)))


@lru_cache(maxsize=1024)
def _spelt_out(
    dialect: Dialect, statement: Any, names: tuple[str, ...], sizes: tuple[tuple[str, int], ...]
) -> _Compiled:
    """Compile a statement anew for lists of these lengths."""
    any_value: dict[str, Any] = dict.fromkeys(names) | {name: [None] * size for name, size in sizes}
    spelt = {"render_postcompile": True}
    compiled = statement.params(any_value).compile(dialect=dialect, compile_kwargs=spelt)
    return _read(dialect, statement, compiled, dict(sizes))


def _read(dialect: Dialect, statement: Any, compiled: Any, sizes: Mapping[str, int] = {}) -> _Compiled:
    binds = []
    for name in compiled.positiontup:
        found = _OF_A_LIST.fullmatch(name)
        bind = compiled.binds[found[1] if found and found[1] in sizes else name]
        binds.append((name, _impl(bind.type, dialect).bind_processor(dialect)))
    columns = list(statement.selected_columns) if statement.is_select else []
    processors = [_impl(column.type, dialect).result_processor(dialect, None) for column in columns]
    names = [getattr(column, "name", "") for column in columns]
    row: Any = namedtuple("row", names, rename=True)  # type: ignore[misc]  # no names that a checker could know
    return _Compiled(
        sql=compiled.string,
        binds=tuple(binds),
        fixed={name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required},
        lists=tuple(name for name, bind in compiled.binds.items() if bind.expanding and not sizes),
        columns=tuple((at, change) for at, change in enumerate(processors) if change is not None),
        row=row._make if columns else None,
        key=tuple(statement.table.primary_key.columns.keys()) if statement.is_insert else (),
    )


def _impl(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
