"""The connector's store: SQLAlchemy Core, statements built once, rows made into frozen values at this edge.

SQLite needs no set-up and serves one worker; PostgreSQL serves several, each taking a shop's round by a row lock with
`SKIP LOCKED`. A transaction is `with store.writing() as books:`; it commits as a whole or leaves nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import bindparam, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool

from connector.adapters.sql import tables as t
from connector.domain.adjustments import AWAITS_SELLER, RequestStatus
from connector.domain.decisions import CREATING, OUTCOME_UNKNOWN, UNFINISHED
from connector.errors import BadSettings
from connector.records import (
    ActivityEntry,
    Adjustment,
    Case,
    LineUnit,
    Order,
    OrderItem,
    Promise,
    Rounds,
    Shop,
    Tokens,
)


def _one_of(column: sa.ColumnElement[str], choice: Iterable[str]) -> sa.ColumnElement[bool]:
    """What `in_` means, of a choice that never changes: `in_` has its list written into the SQL at every call."""
    return sa.or_(*(column == value for value in sorted(choice)))


_INSERT: Final = {table.name: sa.insert(table) for table in t.metadata.tables.values()}
_UPDATE: Final = {
    table.name: sa.update(table).where(next(iter(table.primary_key.columns)) == bindparam("row"))
    for table in t.metadata.tables.values()
}
_adj, _out, _mark, _unit = t.adjustments.c, t.outbox.c, t.watermarks.c, t.line_units.c

_SHOP: Final = sa.select(t.shops).where(t.shops.c.id == bindparam("id"))
_SHOP_BY_SITE: Final = sa.select(t.shops).where(t.shops.c.shop_id == bindparam("shop_id"))
_SHOPS: Final = sa.select(t.shops).order_by(t.shops.c.id)
_SHOP_WIDE: Final = len(t.shops.c)
_ROUNDS_WIDE: Final = _SHOP_WIDE + len(t.watermarks.c)
_DESK: Final = (
    sa.select(t.shops, t.watermarks, t.tokens)
    .join_from(t.shops, t.watermarks, _mark.profile_id == t.shops.c.id)
    .join(t.tokens, t.tokens.c.profile_id == t.shops.c.id)
    .where(t.shops.c.id == bindparam("id"))
)
_RENEWED: Final = sa.update(t.tokens).where(t.tokens.c.refresh_token == bindparam("spent"))
_ROUNDS_OF: Final = sa.select(t.watermarks).where(_mark.profile_id == bindparam("profile"))
_ROUNDS: Final = sa.select(t.watermarks).order_by(_mark.profile_id)
_CLAIM: Final = (
    sa.select(t.shops.c.id).where(t.shops.c.id == bindparam("id")).with_for_update(skip_locked=True, key_share=True)
)
_ORDER: Final = sa.select(t.orders).where(t.orders.c.id == bindparam("id"))
_ORDER_LOCKED: Final = _ORDER.with_for_update()
_ORDER_BY_SITE: Final = sa.select(t.orders).where(
    t.orders.c.profile_id == bindparam("profile"), t.orders.c.site_order_id == bindparam("site_id")
)
_ORDER_ANYWHERE: Final = sa.select(t.orders).where(t.orders.c.site_order_id == bindparam("site_id"))
_ITEM: Final = sa.select(t.order_items).where(t.order_items.c.id == bindparam("id"))
_UNITS: Final = (
    sa.select(t.line_units)
    .where(_unit.order_id.in_(bindparam("orders", expanding=True)))
    .order_by(_unit.order_id, sa.func.length(_unit.site_line_id), _unit.site_line_id)
)
_UNIT_MOVED: Final = sa.update(t.line_units).where(
    _unit.order_id == bindparam("of"), _unit.site_line_id == bindparam("line")
)
_CASE: Final = sa.select(t.cases).where(
    t.cases.c.profile_id == bindparam("profile"), t.cases.c.site_id == bindparam("site_id")
)
_CASE_MOVED: Final = sa.update(t.cases).where(
    t.cases.c.profile_id == bindparam("of"), t.cases.c.site_id == bindparam("case")
)
_ADJUSTMENT: Final = sa.select(t.adjustments).where(_adj.id == bindparam("id"))
_ADJUSTMENT_LOCKED: Final = _ADJUSTMENT.with_for_update()
_OF_CLAIM: Final = (
    sa.select(t.adjustments)
    .where(_adj.profile_id == bindparam("profile"), _adj.site_adjustment_id == bindparam("site_id"))
    .order_by(_adj.id)
)
_OF_CLAIM_LOCKED: Final = _OF_CLAIM.with_for_update()
_OF_ORDER: Final = sa.select(t.adjustments).where(_adj.order_id == bindparam("order")).order_by(_adj.id)
_OF_PROMISE: Final = sa.select(t.adjustments).where(_adj.outbox_id == bindparam("promise")).order_by(_adj.id)
_UNDECIDED: Final = (
    sa.select(t.adjustments)
    .where(
        _adj.profile_id == bindparam("profile"),
        _one_of(_adj.status, AWAITS_SELLER),
        _adj.deadline <= sa.bindparam("until", type_=t.Utc()),
    )
    .order_by(_adj.id)
)
_PROMISE: Final = sa.select(t.outbox).where(_out.id == bindparam("id"))
_UNFINISHED: Final = (
    sa.select(t.outbox)
    .where(_out.profile_id == bindparam("profile"), _one_of(_out.state, UNFINISHED))
    .order_by(_out.id)
)
_AHEAD: Final = sa.union_all(
    sa.select(_mark.next_round_at, _mark.profile_id, sa.null(), sa.literal_column("'round'", sa.Text), sa.null()),
    sa.select(_out.due_at, _out.profile_id, _out.id, _out.what, _out.site_id).where(
        _out.due_at.is_not(None), _one_of(_out.state, UNFINISHED)
    ),
)
_CREATING: Final = (
    sa.select(t.outbox)
    .where(_out.order_id == bindparam("order"), _one_of(_out.what, CREATING), _one_of(_out.state, OUTCOME_UNKNOWN))
    .order_by(_out.id)
)
_DECIDED_BEFORE: Final = sa.select(sa.func.count()).where(
    _out.profile_id == bindparam("profile"), _out.site_id == bindparam("site_id"), sa.not_(_one_of(_out.what, CREATING))
)
_WAITING: Final = sa.select(sa.func.count()).where(_one_of(_out.state, UNFINISHED))
_BOOK: Final = (
    sa.select(t.orders.c.site_order_id, sa.func.sum(_adj.total))
    .join_from(t.adjustments, t.orders, _adj.order_id == t.orders.c.id)
    .where(_adj.status == RequestStatus.COMPLETE)
    .group_by(t.orders.c.site_order_id)
)
_ACTIVITY: Final = (
    sa.select(t.activity.c.at, t.activity.c.by, t.activity.c.event, t.activity.c.text, t.activity.c.source_words)
    .where(t.activity.c.order_id == bindparam("order"))
    .order_by(t.activity.c.id)
)
_ORDER_TOUCHED: Final = sa.update(t.orders).where(t.orders.c.id == bindparam("row"))


def engine_for(url: str, *, disk: sqlite3.Connection | None = None) -> Engine:
    """Open the database; `sqlite://` is one in memory, for tests: a new one, or that of `disk`."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise BadSettings("CONNECTOR_DATABASE_URL", "not a database URL") from error
    if parsed.get_backend_name() != "sqlite":
        try:
            return sa.create_engine(parsed, pool_pre_ping=True, connect_args=_in_utc(parsed))
        except (ModuleNotFoundError, sa.exc.NoSuchModuleError) as error:
            raise BadSettings("CONNECTOR_DATABASE_URL", f"no driver for {parsed.drivername}: {error}") from error
    if disk is not None:
        engine = sa.create_engine(parsed, poolclass=StaticPool, creator=lambda: disk)
    elif parsed.database in (None, "", ":memory:"):
        engine = sa.create_engine(parsed, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        engine = sa.create_engine(parsed)
    event.listen(engine, "connect", _sqlite_connects)
    return engine


def _in_utc(url: sa.URL) -> dict[str, str]:
    """Have a session reckon in UTC wherever the server stands: the hour of a moment is asked for in SQL."""
    if url.get_backend_name() != "postgresql":
        return {}
    return {"options": f"{url.query.get('options', '')} -c timezone=utc".lstrip()}


def _sqlite_connects(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the Store says BEGIN, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


class Store:
    """Opens transactions."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._locks_rows = engine.dialect.name != "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Books]:
        with self.engine.begin() as connection:
            self._sqlite_says(connection, "BEGIN")
            yield Books(connection)

    @contextmanager
    def writing(self) -> Iterator[Books]:
        with self.engine.begin() as connection:
            # It takes the write lock first: what it reads cannot change under its hands.
            self._sqlite_says(connection, "BEGIN IMMEDIATE")
            yield Books(connection)

    def _sqlite_says(self, connection: Connection, begin: str) -> None:
        if not self._locks_rows:
            driver: Any = connection.connection.driver_connection
            driver.execute(begin)

    @contextmanager
    def claiming(self, profile_id: int) -> Iterator[bool]:
        """Hold a shop for as long as its round lasts; False when another worker holds it.

        The lock is the database's own, so a worker that dies lets go of it. It lies on the shop's row, which a round
        never writes, and leaves foreign keys to that row alone.
        """
        if not self._locks_rows:
            yield True
            return
        with self.engine.begin() as connection:
            yield connection.execute(_CLAIM, {"id": profile_id}).first() is not None


class Books:
    """One transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    # --- writing ---
    def add(self, table: sa.Table, **values: Any) -> int:
        """Insert a row and answer its number, where its key is one."""
        key = self.connection.execute(_INSERT[table.name], values).inserted_primary_key
        return int(key[0]) if key and isinstance(key[0], int) else 0

    def change(self, table: sa.Table, row: object, **values: Any) -> None:
        """Set values of the row with this (first) primary key."""
        self.connection.execute(_UPDATE[table.name], {"row": row, **values})

    def move_unit(self, order_id: int, line_id: str, **values: Any) -> None:
        self.connection.execute(_UNIT_MOVED, {"of": order_id, "line": line_id, **values})

    def move_case(self, profile_id: int, site_id: str, **values: Any) -> None:
        self.connection.execute(_CASE_MOVED, {"of": profile_id, "case": site_id, **values})

    def note(
        self,
        order: Order,
        at: datetime,
        *,
        by: str,
        event: str,
        text: str,
        words: str | None = None,
        site_id: str | None = None,
    ) -> None:
        """Write a line of the order's Activity & History; its adjustments have moved, so the order has."""
        self.add(
            t.activity,
            profile_id=order.profile_id,
            order_id=order.id,
            at=at,
            by=by,
            event=event,
            text=text,
            source_words=words,
            site_id=site_id,
        )
        self.connection.execute(_ORDER_TOUCHED, {"row": order.id, "updated_at": at})

    # --- shops and rounds ---
    def shops(self) -> list[Shop]:
        return [Shop(*row) for row in self.connection.execute(_SHOPS)]

    def shop(self, profile_id: int) -> Shop:
        return Shop(*self.connection.execute(_SHOP, {"id": profile_id}).one())

    def shop_by_site(self, shop_id: str) -> Shop | None:
        row = self.connection.execute(_SHOP_BY_SITE, {"shop_id": shop_id}).first()
        return None if row is None else Shop(*row)

    def desk(self, profile_id: int) -> tuple[Shop, Rounds, Tokens]:
        """Return all that a round begins with, at once."""
        row = tuple(self.connection.execute(_DESK, {"id": profile_id}).one())
        return Shop(*row[:_SHOP_WIDE]), Rounds(*row[_SHOP_WIDE:_ROUNDS_WIDE]), Tokens(*row[_ROUNDS_WIDE:])

    def renew(self, spent: str, **columns: Any) -> None:
        """Replace the tokens that came with this refresh token: one authorization may cover several shops."""
        self.connection.execute(_RENEWED, {"spent": spent, **columns})

    def rounds(self) -> list[Rounds]:
        return [Rounds(*row) for row in self.connection.execute(_ROUNDS)]

    def rounds_of(self, profile_id: int) -> Rounds:
        return Rounds(*self.connection.execute(_ROUNDS_OF, {"profile": profile_id}).one())

    # --- orders ---
    def order(self, order_id: int, *, lock: bool = False) -> Order | None:
        row = self.connection.execute(_ORDER_LOCKED if lock else _ORDER, {"id": order_id}).first()
        return None if row is None else Order(*row)

    def order_by_site(self, profile_id: int, site_order_id: str) -> Order | None:
        row = self.connection.execute(_ORDER_BY_SITE, {"profile": profile_id, "site_id": site_order_id}).first()
        return None if row is None else Order(*row)

    def orders_anywhere(self, site_order_id: str) -> list[Order]:
        return [Order(*row) for row in self.connection.execute(_ORDER_ANYWHERE, {"site_id": site_order_id})]

    def item(self, item_id: int) -> OrderItem | None:
        row = self.connection.execute(_ITEM, {"id": item_id}).first()
        return None if row is None else OrderItem(*row)

    def units(self, order_ids: Sequence[int]) -> list[LineUnit]:
        """Return the units of these orders, lowest number first."""
        return [LineUnit(*row) for row in self.connection.execute(_UNITS, {"orders": list(order_ids)})]

    # --- cases and adjustments ---
    def case(self, profile_id: int, site_id: str) -> Case | None:
        row = self.connection.execute(_CASE, {"profile": profile_id, "site_id": site_id}).first()
        return None if row is None else Case(*row)

    def adjustment(self, adjustment_id: int, *, lock: bool = False) -> Adjustment | None:
        row = self.connection.execute(_ADJUSTMENT_LOCKED if lock else _ADJUSTMENT, {"id": adjustment_id}).first()
        return None if row is None else Adjustment(*row)

    def adjustments_of_claim(self, profile_id: int, site_id: str, *, lock: bool = False) -> list[Adjustment]:
        """Return all adjustments of a return or cancellation, oldest first."""
        statement = _OF_CLAIM_LOCKED if lock else _OF_CLAIM
        rows = self.connection.execute(statement, {"profile": profile_id, "site_id": site_id})
        return [Adjustment(*row) for row in rows]

    def adjustments_of_order(self, order_id: int) -> list[Adjustment]:
        return [Adjustment(*row) for row in self.connection.execute(_OF_ORDER, {"order": order_id})]

    def adjustments_of_promise(self, promise_id: int) -> list[Adjustment]:
        return [Adjustment(*row) for row in self.connection.execute(_OF_PROMISE, {"promise": promise_id})]

    def undecided(self, profile_id: int, until: datetime) -> list[Adjustment]:
        """Return what waits for the seller and lapses up to `until`."""
        rows = self.connection.execute(_UNDECIDED, {"profile": profile_id, "until": until})
        return [Adjustment(*row) for row in rows]

    # --- the outbox ---
    def promise(self, promise_id: int) -> Promise:
        return Promise(*self.connection.execute(_PROMISE, {"id": promise_id}).one())

    def unfinished(self, profile_id: int) -> list[Promise]:
        return [Promise(*row) for row in self.connection.execute(_UNFINISHED, {"profile": profile_id})]

    def ahead(self) -> list[tuple[datetime, int, int | None, str, str | None]]:
        """Return the rounds and the promises that cannot wait for one: when, whose, which promise, what, what claim."""
        rows = self.connection.execute(_AHEAD).all()
        return sorted(map(tuple, rows), key=lambda row: (row[2] or 0, row[1]))

    def creating(self, order_id: int) -> list[Promise]:
        """Return the refunds and cancellations of an order whose outcome is not known."""
        return [Promise(*row) for row in self.connection.execute(_CREATING, {"order": order_id})]

    def decided_before(self, profile_id: int, site_id: str) -> int:
        """Count the decisions that were ever promised for a claim."""
        params = {"profile": profile_id, "site_id": site_id}
        return int(self.connection.execute(_DECIDED_BEFORE, params).scalar_one())

    def waiting(self) -> int:
        return int(self.connection.execute(_WAITING).scalar_one())

    # --- what is known ---
    def book(self) -> dict[str, Decimal]:
        return {str(row[0]): row[1] for row in self.connection.execute(_BOOK)}

    def activity(self, order_id: int) -> list[ActivityEntry]:
        return [ActivityEntry(*row) for row in self.connection.execute(_ACTIVITY, {"order": order_id})]
