"""A list or one entity of the API: its query options read, its SQL built once, its rows spelled.

Statements are kept by shape (entity, filter, order, selection), so that a poll executes one that was built before.
Every list is ordered by `ID` in the end, and a nextLink carries, beside `$skip`, the last ID of its page: rows that
leave the list while a client turns the pages (`Export` during `exported=false`) then cannot make it miss others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

import sqlalchemy as sa

from connector.adapters.sql.direct import Runs
from connector.adapters.sql.tables import exports
from connector.api.odata.entity import INT32, Entity, Field, Kind, Nav
from connector.api.refusals import BadQuery

if TYPE_CHECKING:
    from connector.api.odata.filter import Filter

PAGE: Final = 100
CHILD_PAGE: Final = 20  # of an expanded list inside a list; whole when one entity is asked for
DEEPEST: Final = 4
SYSTEM: Final = ("$filter", "$expand", "$select", "$orderby", "$top", "$skip", "$skiptoken", "$count")
FOR_ONE: Final = ("$expand", "$select")
TOKEN: Final = "access_token"
READABLE: Final = "$(),/:'"  # left as they are in a link's query

Row = dict[str, Any]


@dataclass(frozen=True)
class Expand:
    """A list to be returned inside its owner, and what of it."""

    nav: Nav
    select: tuple[Field, ...] | None = None
    expand: tuple[Expand, ...] = ()


@dataclass(frozen=True)
class Shape:
    """What of a query its statement is built from."""

    filter: Filter | None
    expand: tuple[Expand, ...]
    select: tuple[Field, ...] | None
    order: tuple[tuple[Field, bool], ...]  # field, descending
    exported: bool | None


@dataclass(frozen=True)
class Query:
    """The options of one call, read and checked."""

    shape: Shape
    values: Mapping[str, Any]
    top: int | None
    skip: int
    after: int | None
    count: bool


@dataclass(frozen=True)
class Asked:
    """Where a call came in: the base and address as the caller wrote them, for links that stay under that base."""

    base: str  # scheme, host and prefix, no slash at the end
    address: str  # path as called
    options: tuple[tuple[str, str], ...]


def read_options(
    entity: Entity, options: Sequence[tuple[str, str]], *, one: bool = False, exported: bool = False
) -> Query:
    """Read the query options of a call. What is not known is refused by name. Raises BadQuery."""
    given = _known((*(FOR_ONE if one else SYSTEM), *(("exported",) if exported or one else ())), options)
    found, values = _read_filter(entity, given["$filter"]) if given.get("$filter", "").strip() else (None, {})
    shape = Shape(
        filter=found,
        expand=_read_expand(entity, given.get("$expand", "")),
        select=_read_select(entity, given.get("$select", "")),
        order=_read_order(entity, given.get("$orderby", "")),
        exported=None if one else _flag(given, "exported"),
    )
    return Query(
        shape,
        values=values,
        top=_number(given, "$top"),
        skip=_number(given, "$skip") or 0,
        after=_number(given, "$skiptoken"),
        count=_flag(given, "$count") or False,
    )


def demand_none(options: Sequence[tuple[str, str]]) -> None:
    """Refuse all options of a call that takes none, by name. Raises BadQuery."""
    _known((), options)


def read_page(
    connection: Runs,
    entity: Entity,
    query: Query,
    asked: Asked,
    *,
    nav: Nav | None = None,
    parent: int | None = None,
    application_id: str | None = None,
) -> Row:
    """Return one page of a list: the set, or the list `nav` of `parent`."""
    size = PAGE if query.top is None else min(PAGE, query.top)
    after = query.after if not query.shape.order else None
    fields = _fields(entity, query.shape.select)
    statement = _statement(entity, query.shape, nav, after is not None)
    values = {
        **query.values,
        "parent": parent,
        "application": application_id,
        "after": after,
        "limit": size + 1,
        "offset": 0 if after is not None else query.skip,
    }
    found = connection.execute(statement, values).all() if size else []
    more = len(found) > size
    found = found[:size]
    rows = _spelled(connection, entity, query.shape, found, asked, cut=CHILD_PAGE)
    document: Row = {"@odata.context": _context(asked, entity, query.shape.select)}
    if query.count:
        counting = _counting(entity, query.shape.filter, query.shape.exported, nav)
        document["@odata.count"] = connection.execute(counting, values).scalar_one()
    document["value"] = rows
    if more and (query.top is None or query.top > size):
        document["@odata.nextLink"] = _next_link(asked, query, size, last=found[-1][len(fields)])
    return document


def read_one(connection: Runs, entity: Entity, query: Query, asked: Asked, key: int) -> Row | None:
    """Return one entity with its expanded lists whole, or None."""
    fields = _fields(entity, query.shape.select)
    found = connection.execute(_single(entity, fields, query.shape.expand), {"key": key}).all()
    if not found:
        return None
    [row] = _spelled(connection, entity, query.shape, found, asked, cut=None)
    return {"@odata.context": f"{_context(asked, entity, query.shape.select)}/$entity", **row}


def exists(connection: Runs, entity: Entity, key: int) -> bool:
    return bool(connection.execute(_single(entity, (), ()), {"key": key}).first())


def _fields(entity: Entity, select: tuple[Field, ...] | None) -> tuple[Field, ...]:
    return entity.fields if select is None else select


# --- SQL, built once per shape ---


@lru_cache(maxsize=512)
def _statement(entity: Entity, shape: Shape, nav: Nav | None, after: bool) -> sa.Select[Any]:
    columns = _columns(entity, _fields(entity, shape.select), shape.expand)
    statement = _conditions(columns, entity, shape.filter, shape.exported, nav)
    if after:
        statement = statement.where(entity.key > sa.bindparam("after", type_=sa.Integer))
    for field, descending in shape.order:
        if field.column is not None:
            statement = statement.order_by(field.column.desc() if descending else field.column)
    return (
        statement.order_by(entity.key)
        .limit(sa.bindparam("limit", type_=sa.Integer))
        .offset(sa.bindparam("offset", type_=sa.Integer))
    )


@lru_cache(maxsize=512)
def _counting(entity: Entity, found: Filter | None, exported: bool | None, nav: Nav | None) -> sa.Select[Any]:
    return _conditions(sa.select(sa.func.count()).select_from(entity.source), entity, found, exported, nav)


@lru_cache(maxsize=256)
def _single(entity: Entity, fields: tuple[Field, ...], expand: tuple[Expand, ...]) -> sa.Select[Any]:
    statement = _columns(entity, fields, expand).where(entity.key == sa.bindparam("key", type_=sa.Integer))
    return statement if entity.only is None else statement.where(entity.only)


@lru_cache(maxsize=256)
def _children(entity: Entity, nav: Nav, fields: tuple[Field, ...], expand: tuple[Expand, ...]) -> sa.Select[Any]:
    assert nav.there is not None
    owners = nav.there.in_(sa.bindparam("owners", expanding=True, type_=sa.Integer))
    statement = _columns(entity, fields, expand).add_columns(nav.there.label("_owner")).where(owners)
    if nav.only is not None:
        statement = statement.where(nav.only)
    if entity.only is not None:
        statement = statement.where(entity.only)
    return statement.order_by(entity.key)


def _columns(entity: Entity, fields: tuple[Field, ...], expand: tuple[Expand, ...]) -> sa.Select[Any]:
    """Select the fields in their order, then the key, then what the expanded lists hang on."""
    columns = [(sa.null() if f.column is None else f.column).label(f"c{at}") for at, f in enumerate(fields)]
    hooks = [e.nav.here.label(f"_{e.nav.name}") for e in expand if e.nav.here is not None]
    return sa.select(*columns, entity.key.label("_key"), *hooks).select_from(entity.source)


def _conditions(
    statement: sa.Select[Any], entity: Entity, found: Filter | None, exported: bool | None, nav: Nav | None
) -> sa.Select[Any]:
    if entity.only is not None:
        statement = statement.where(entity.only)
    if nav is not None and nav.there is not None:
        statement = statement.where(nav.there == sa.bindparam("parent", type_=sa.Integer))
        if nav.only is not None:
            statement = statement.where(nav.only)
    if found is not None:
        statement = statement.where(found.condition)
    if exported is not None:
        mine = exports.c.application_id == sa.bindparam("application", type_=sa.Text)
        marked = sa.exists().where(exports.c.order_id == entity.key, mine)
        statement = statement.where(marked if exported else sa.not_(marked))
    return statement


# --- rows to JSON ---


def _spelled(
    connection: Runs, entity: Entity, of: Shape | Expand, found: Sequence[sa.Row[Any]], asked: Asked, *, cut: int | None
) -> list[Row]:
    fields = _fields(entity, of.select)
    rows: list[Row] = []
    for values in found:
        row: Row = {}
        for field, value in zip(fields, values, strict=False):
            if field.column is None:
                row[field.name] = field.constant
            else:
                row[field.name] = value if field.read is None else field.read(value)
        rows.append(row)
    if entity.decorate is not None and rows:
        entity.decorate(connection, {values[len(fields)]: row for values, row in zip(found, rows, strict=True)})
    at = len(fields) + 1
    for wanted in of.expand:
        if wanted.nav.target is None:
            for row in rows:
                row[wanted.nav.name] = []
        else:
            owned = [(row, values[len(fields)], values[at]) for row, values in zip(rows, found, strict=True)]
            _hang(connection, entity, wanted, owned, asked, cut)
            at += 1
    return rows


def _hang(
    connection: Runs, owner: Entity, wanted: Expand, rows: Sequence[tuple[Row, int, Any]], asked: Asked, cut: int | None
) -> None:
    """Put an expanded list (or entity) into each row, which has its key and its hook, with one query for all rows."""
    nav = wanted.nav
    assert nav.target is not None
    target = nav.target()
    owners = sorted({hook for _, _, hook in rows if hook is not None})
    statement = _children(target, nav, _fields(target, wanted.select), wanted.expand)
    found = connection.execute(statement, {"owners": owners}).all() if owners else []
    by_owner: dict[Any, list[Row]] = {}
    for values, row in zip(found, _spelled(connection, target, wanted, found, asked, cut=cut), strict=True):
        by_owner.setdefault(values[-1], []).append(row)
    for row, key, hook in rows:
        mine = by_owner.get(hook, [])
        if not nav.many:
            if mine:
                row[nav.name] = mine[0]
            continue
        if cut is not None and nav.address and len(mine) > cut:
            row[nav.name] = mine[:cut]
            row[f"{nav.name}@odata.nextLink"] = _child_link(asked, owner, nav, wanted, key, cut)
        else:
            row[nav.name] = mine


# --- addresses ---


def _context(asked: Asked, entity: Entity, select: tuple[Field, ...] | None) -> str:
    """Return the context; a selection shows in it as OData says: `$metadata#Orders(ID,SiteOrderID)`."""
    chosen = "" if select is None else f"({','.join(field.name for field in select)})"
    return f"{asked.base}/v1/$metadata#{entity.set_name}{chosen}"


def _next_link(asked: Asked, query: Query, size: int, *, last: int) -> str:
    kept = [(n, v) for n, v in asked.options if n.lower() not in ("$skip", "$skiptoken", "$top", "$count")]
    if query.count:
        kept.append(("$count", "true"))
    if query.top is not None:
        kept.append(("$top", str(query.top - size)))
    kept.append(("$skip", str(query.skip + size)))
    if not query.shape.order:
        kept.append(("$skiptoken", str(last)))
    address = quote(asked.address, safe="/()")
    return f"{asked.base}{address}?{urlencode(kept, safe=READABLE, quote_via=quote)}"


def _child_link(asked: Asked, owner: Entity, nav: Nav, wanted: Expand, key: int, cut: int) -> str:
    token = [(name, value) for name, value in asked.options if name == TOKEN]
    query = urlencode([*_options_of(wanted), ("$skip", str(cut)), *token], safe=READABLE, quote_via=quote)
    return f"{asked.base}/v1/{owner.set_name}({key})/{nav.address}?{query}"


def _options_of(wanted: Expand) -> list[tuple[str, str]]:
    """Return what is asked of an expanded list, as options."""
    options = []
    if wanted.expand:
        options.append(("$expand", ",".join(map(_expand_text, wanted.expand))))
    if wanted.select is not None:
        options.append(("$select", ",".join(field.name for field in wanted.select)))
    return options


def _expand_text(wanted: Expand) -> str:
    inner = ";".join(f"{name}={value}" for name, value in _options_of(wanted))
    return f"{wanted.nav.name}({inner})" if inner else wanted.nav.name


# --- options ---


def _known(names: Sequence[str], options: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the options of a call, each of these names or the token, and once."""
    given: dict[str, str] = {}
    for name, value in options:
        key = name.lower() if name.startswith("$") or name.lower() == "exported" else name
        if key not in (*names, TOKEN):
            raise BadQuery(name, "is not an option of this address.")
        if key in given:
            raise BadQuery(name, "is given twice.")
        given[key] = value
    return given


def _number(given: Mapping[str, str], name: str) -> int | None:
    raw = given.get(name)
    if raw is None:
        return None
    if not (raw.isascii() and raw.isdecimal()) or len(raw) > 10 or int(raw) > INT32:
        raise BadQuery(name, f"takes a whole number from 0 to {INT32}; not '{raw[:40]}'.")
    return int(raw)


def _flag(given: Mapping[str, str], name: str) -> bool | None:
    raw = given.get(name)
    if raw is None:
        return None
    if raw.lower() not in ("true", "false"):
        raise BadQuery(name, f"takes true or false; not '{raw[:40]}'.")
    return raw.lower() == "true"


def _read_filter(entity: Entity, text: str) -> tuple[Filter, dict[str, Any]]:
    from connector.api.odata.filter import parse_filter  # noqa: PLC0415 - a world starts fast: the first filter pays for building its grammar

    return parse_filter(entity, text)


def _read_select(entity: Entity, text: str) -> tuple[Field, ...] | None:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or "*" in names:
        return None
    lists = {nav.name.lower() for nav in entity.navs}
    chosen = [entity.field(name, "$select") for name in names if name.lower() not in lists]
    return tuple(dict.fromkeys(chosen))


def _read_order(entity: Entity, text: str) -> tuple[tuple[Field, bool], ...]:
    order: list[tuple[Field, bool]] = []
    for part in text.split(",") if text.strip() else ():
        words = part.split()
        if len(words) not in (1, 2) or (len(words) == 2 and words[1].lower() not in ("asc", "desc")):
            raise BadQuery("$orderby", f"takes a field with asc or desc; not '{part.strip()[:40]}'.")
        field = entity.field(words[0], "$orderby")
        if field.kind is Kind.LIST or (field.column is not None and field.read is not None):
            raise BadQuery("$orderby", f"'{field.name}' cannot be sorted by.")
        order.append((field, len(words) == 2 and words[1].lower() == "desc"))
    if len(order) == 1 and order[0][0].name == "ID" and not order[0][1]:
        return ()  # the order that every list has anyway
    return tuple(order)


@lru_cache(maxsize=256)
def _read_expand(entity: Entity, text: str, depth: int = 1) -> tuple[Expand, ...]:
    if depth > DEEPEST:
        raise BadQuery("$expand", f"is nested deeper than {DEEPEST} lists.")
    wanted: dict[str, Expand] = {}
    for part in _split(text, ","):
        name, _, rest = part.partition("(")
        nav = entity.nav(name.strip(), "$expand")
        if nav.name in wanted:
            raise BadQuery("$expand", f"'{nav.name}' is given twice.")
        select: tuple[Field, ...] | None = None
        inner: tuple[Expand, ...] = ()
        if rest:
            if not rest.endswith(")") or nav.target is None:
                raise BadQuery("$expand", f"cannot be read at '{part[:40]}'.")
            for option in _split(rest[:-1], ";"):
                key, _, value = option.partition("=")
                match key.strip().lower():
                    case "$expand":
                        inner = _read_expand(nav.target(), value, depth + 1)
                    case "$select":
                        select = _read_select(nav.target(), value)
                    case _:
                        raise BadQuery("$expand", f"'{key.strip()[:40]}' is not supported inside '{nav.name}'.")
        wanted[nav.name] = Expand(nav, select, inner)
    return tuple(wanted.values())


def _split(text: str, separator: str) -> list[str]:
    """Split at separators that stand outside every parenthesis."""
    parts, depth, begin = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            raise BadQuery("$expand", "has a parenthesis too many.")
        if letter == separator and depth == 0:
            parts.append(text[begin:at])
            begin = at + 1
    if depth:
        raise BadQuery("$expand", "lacks a closing parenthesis.")
    parts.append(text[begin:])
    return [part.strip() for part in parts if part.strip()]
