"""What an entity of the API is made of: fields, where each is kept, and lists that can be expanded. Data only.

Each of these is compared by identity, so that statements can be remembered by the entity they read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

import sqlalchemy as sa

from connector.adapters.sql.direct import Runs
from connector.api.refusals import BadQuery


class Kind(StrEnum):
    """The type of a field on the wire."""

    INT = "whole number"
    TEXT = "text"
    MONEY = "amount"
    TIME = "time"
    BOOL = "true or false"
    ENUM = "name"
    LIST = "list"


@dataclass(frozen=True, eq=False)
class Field:
    """One property of an entity.

    Kept in a `column`, or made from one by `read`; without a column it is a `constant` that the marketplace gives no
    value for.
    """

    name: str
    kind: Kind
    column: sa.ColumnElement[Any] | None = None
    constant: Any = None
    nullable: bool = False
    names: tuple[str, ...] = ()
    read: Callable[[Any], Any] | None = None


@dataclass(frozen=True, eq=False)
class Nav:
    """A list (or one entity) that belongs to an entity. Without a target it is always empty."""

    name: str
    target: Callable[[], Entity] | None = None
    here: sa.ColumnElement[Any] | None = None
    there: sa.ColumnElement[Any] | None = None
    many: bool = True
    only: sa.ColumnElement[bool] | None = None
    address: str = ""  # the list's own address below the entity, where it has one


@dataclass(frozen=True, eq=False)
class Entity:
    """A set of the API. `only` is a condition that every row of it meets."""

    set_name: str
    source: sa.FromClause
    key: sa.ColumnElement[int]
    fields: tuple[Field, ...]
    navs: tuple[Nav, ...] = ()
    only: sa.ColumnElement[bool] | None = None
    decorate: Callable[[Runs, dict[int, dict[str, Any]]], None] | None = None  # rows by key

    @cached_property
    def _fields_by_name(self) -> Mapping[str, Field]:
        return {f.name.lower(): f for f in self.fields}

    @cached_property
    def _navs_by_name(self) -> Mapping[str, Nav]:
        return {n.name.lower(): n for n in self.navs}

    def field(self, name: str, option: str) -> Field:
        """Find a field, whatever its spelling's case; `option` is the query option that names it."""
        try:
            return self._fields_by_name[name.lower()]
        except KeyError:
            raise BadQuery(option, f"{self.set_name} has no field '{name}'.") from None

    def nav(self, name: str, option: str) -> Nav:
        try:
            return self._navs_by_name[name.lower()]
        except KeyError:
            raise BadQuery(option, f"{self.set_name} has no list '{name}'.") from None


INT32: Final = 2**31 - 1
