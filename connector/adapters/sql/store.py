"""The connector's store: SQLAlchemy Core, statements built once, rows made into frozen values at this edge.

SQLite needs no set-up and serves one worker; PostgreSQL serves several, each taking a shop's round by a row lock with
`SKIP LOCKED`. A transaction is `with store.writing() as work:`; it commits as a whole or leaves nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.engine import Engine

from connector.adapters.sql import tables as t
from connector.adapters.sql.direct import Direct, Runs, named
from connector.adapters.sql.fresh import in_memory
from connector.adapters.sql.rows import Row, changes, from_row, to_json, to_row
from connector.domain.adjustments import AWAITS_SELLER, RequestStatus
from connector.domain.decisions import CREATING, OUTCOME_UNKNOWN, UNFINISHED, Decision, OutboxState
from connector.errors import Duplicate
from connector.ports import Clock, Grant, Vault
from connector.records import (
    ActivityEntry,
    Adjustment,
    Application,
    Case,
    Client,
    LineUnit,
    Order,
    OrderItem,
    OutboxEntry,
    Rounds,
    Shop,
    Stream,
    Tokens,
)

R = TypeVar("R")


def _one_of(column: sa.ColumnElement[str], choice: Iterable[str]) -> sa.ColumnElement[bool]:
    """What `in_` means, of words that never change: they stand in the SQL and are not bound at each call."""
    return sa.or_(*(column == sa.literal_column(f"'{word}'") for word in sorted(choice)))


@cache
def _chosen(table: sa.Table, *names: str, lock: bool = False) -> sa.Select[Any]:
    """Return the statement for the rows where these columns have given values, lowest key first."""
    given = (table.c[name] == bindparam(name) for name in names)
    chosen = sa.select(table).where(*given).order_by(*table.primary_key.columns)
    return chosen.with_for_update() if lock else chosen


_INSERT: Final = {table.name: sa.insert(table) for table in t.metadata.tables.values()}
_UPDATE: Final = {
    table.name: sa.update(table).where(*(key == bindparam(f"of_{key.name}") for key in table.primary_key.columns))
    for table in t.metadata.tables.values()
}
_COLUMNS: Final = {record: table.columns.keys() for record, table in t.OF.items()}
_adj, _out, _mark, _unit = t.adjustments.c, t.outbox.c, t.watermarks.c, t.line_units.c
_note: Final = t.notifications.c
_HINT: Final = sa.not_(_note.followed)

_GRANTED: Final = [column.name for column in t.tokens.c if not column.primary_key]
_SECRETS: Final = ("access_token", "refresh_token")
_TOKENS: Final = sa.select(t.tokens.c.profile_id, *(t.tokens.c[name] for name in _SECRETS))
_RENEWED: Final = sa.update(t.tokens).where(t.tokens.c.refresh_token == bindparam("spent"))
_CLAIM: Final = (
    sa.select(t.shops.c.id).where(t.shops.c.id == bindparam("id")).with_for_update(skip_locked=True, key_share=True)
)
_UNITS: Final = (
    sa.select(t.line_units)
    .where(_unit.order_id.in_(bindparam("orders", expanding=True)))
    .order_by(_unit.order_id, sa.func.length(_unit.site_line_id), _unit.site_line_id)
)
_FINGERPRINTS: Final = sa.select(t.orders.c.site_order_id, t.orders.c.fingerprint).where(
    t.orders.c.profile_id == bindparam("profile_id"), t.orders.c.site_order_id.in_(bindparam("ids", expanding=True))
)
_CASES: Final = _chosen(t.cases, "profile_id").where(t.cases.c.site_id.in_(bindparam("site_ids", expanding=True)))
_UNDECIDED: Final = _chosen(t.adjustments, "profile_id").where(
    _one_of(_adj.status, AWAITS_SELLER), _adj.deadline <= sa.bindparam("until", type_=t.Utc())
)
_CHANGED: Final = _chosen(t.adjustments).where(_adj.updated_at > sa.bindparam("since", type_=t.Utc()))
_UNFINISHED: Final = _chosen(t.outbox, "profile_id").where(_one_of(_out.state, UNFINISHED))
_BEGUN: Final = _UPDATE[t.outbox.name].where(_one_of(_out.state, UNFINISHED))
_WORK_WAITS: Final = sa.or_(_UNDECIDED.order_by(None).exists(), _UNFINISHED.order_by(None).exists())
_LONG_AGO: Final = sa.and_(
    t.orders.c.profile_id == _mark.profile_id,
    t.orders.c.updated_at > _mark.purged_to,
    t.orders.c.updated_at <= bindparam("purge_to", type_=t.Utc()),
)
_TO_PURGE: Final = sa.exists().where(_LONG_AGO).correlate(t.watermarks)
_PURGE: Final = (
    sa.update(t.orders)
    .where(_LONG_AGO, _mark.profile_id == bindparam("of_profile"))
    .values(buyer_user_id="", buyer_email="", recipient={})
)
_ROUND_BEGINS: Final = (
    sa.select(t.shops, t.watermarks, t.tokens, _WORK_WAITS, _TO_PURGE)
    .join_from(t.shops, t.watermarks, _mark.profile_id == t.shops.c.id)
    .join(t.tokens, t.tokens.c.profile_id == t.shops.c.id)
    .where(t.shops.c.id == bindparam("profile_id"))
)
_EARLY: Final = sa.literal_column("'early round'", sa.Text)
_AHEAD: Final = sa.union_all(
    sa.select(_mark.next_round_at, _mark.profile_id, sa.null(), sa.literal_column("'round'", sa.Text), sa.null()),
    sa.select(_out.due_at, _out.profile_id, _out.id, _out.what, _out.site_id).where(
        _out.due_at.is_not(None), _one_of(_out.state, UNFINISHED)
    ),
    sa.select(sa.func.min(_note.received_at), _note.profile_id, sa.null(), _EARLY, sa.null())
    .where(_HINT)
    .group_by(_note.profile_id),
)
_TILL_THEN: Final = (
    _HINT,
    _note.profile_id == bindparam("of_profile"),
    _note.received_at <= bindparam("until", type_=t.Utc()),
)
_HINTED: Final = sa.select(_note.number).where(*_TILL_THEN).limit(1)
_FOLLOWED: Final = sa.update(t.notifications).where(*_TILL_THEN).values(followed=True)
_FORGOTTEN: Final = sa.delete(t.notifications).where(
    _note.followed, _note.received_at < bindparam("before", type_=t.Utc())
)
_CREATING: Final = _chosen(t.outbox, "order_id").where(
    _one_of(_out.what, CREATING), _one_of(_out.state, OUTCOME_UNKNOWN)
)
_DECIDED_BEFORE: Final = sa.select(sa.func.count()).where(
    _out.profile_id == bindparam("profile"), _out.site_id == bindparam("site_id"), sa.not_(_one_of(_out.what, CREATING))
)
_WAITING: Final = sa.select(sa.func.count()).where(_one_of(_out.state, UNFINISHED))
_LEDGER: Final = (
    sa.select(t.orders.c.site_order_id, sa.func.sum(_adj.total).label("total"))
    .join_from(t.adjustments, t.orders, _adj.order_id == t.orders.c.id)
    .where(_adj.status == RequestStatus.COMPLETE)
    .group_by(t.orders.c.site_order_id)
)
_ACTIVITY: Final = (
    sa.select(t.activity.c.at, t.activity.c.by, t.activity.c.event, t.activity.c.text, t.activity.c.source_words)
    .where(t.activity.c.order_id == bindparam("order"))
    .order_by(t.activity.c.id)
)
_IS_EXPORT: Final = [column == bindparam(column.name) for column in t.exports.primary_key.columns]
_EXPORTED: Final = sa.select(t.exports.c.at).where(*_IS_EXPORT)
_UNEXPORT: Final = sa.delete(t.exports).where(*_IS_EXPORT)
_HOLDER: Final = (
    sa.select(t.clients.c.application_id, t.clients.c.name, t.access_tokens.c.expires_at)
    .join_from(t.access_tokens, t.clients)
    .where(t.access_tokens.c.token_hash == bindparam("token"))
)
_LAPSED: Final = sa.delete(t.access_tokens).where(t.access_tokens.c.expires_at <= bindparam("now", type_=t.Utc()))


class Unsealed:
    """Keeps secrets as they are, in memory and without keys: there is nothing that somebody could come by."""

    def seal(self, secret: str) -> str:
        return secret

    open = sealed_anew = seal


class SqlStore:
    """Opens transactions. What it keeps of secrets is for the vault to say."""

    def __init__(self, engine: Engine, vault: Vault | None = None, clock: Clock | None = None) -> None:
        self.engine = engine
        self._vault = vault or Unsealed()
        self._clock = clock
        self._locks_rows = engine.dialect.name != "sqlite"
        self._only: sqlite3.Connection | None = None

    def connected(self) -> AbstractContextManager[Runs]:
        """Open a transaction that only reads, for the doors that read lists by themselves; it waits for no writer.

        It is rolled back in the end.
        """
        return self.engine.connect() if self._locks_rows else self._directly(writes=False)

    def reading(self) -> AbstractContextManager[SqlUnitOfWork]:
        return SqlUnitOfWork(self.connected(), self._vault)

    def writing(self) -> AbstractContextManager[SqlUnitOfWork]:
        transaction = self.engine.begin() if self._locks_rows else self._directly(writes=True)
        return SqlUnitOfWork(transaction, self._vault, self._clock)

    def _directly(self, *, writes: bool) -> Direct:
        driver, let_go = self._taken()
        return Direct(driver, self.engine.dialect, writes=writes, let_go=let_go)

    def _taken(self) -> tuple[sqlite3.Connection, Callable[[], object]]:
        """Return a connection of the driver and how to give it back; to a database in memory there is only the one."""
        if self._only is not None:
            return self._only, int
        try:
            taken = self.engine.raw_connection()
        except sqlite3.Error as error:
            raise named(error, "") from error
        driver: Any = taken.driver_connection
        if in_memory(self.engine):
            self._only = driver
        return driver, taken.close

    def sweep(self) -> None:
        if not self._locks_rows:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

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


class SqlUnitOfWork:
    """One transaction, as `connector.ports.UnitOfWork` has it; it lasts as long as the unit is entered."""

    connection: Runs
    now: datetime

    def __init__(self, transaction: AbstractContextManager[Runs], vault: Vault, clock: Clock | None = None) -> None:
        self._transaction = transaction
        self._vault = vault
        self._clock = clock

    def __enter__(self) -> SqlUnitOfWork:
        self.connection = self._transaction.__enter__()
        if self._clock is not None:
            self.now = self._clock.now()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._transaction.__exit__(*raised)

    # --- shops and rounds ---
    def shops(self) -> list[Shop]:
        return self._all(Shop)

    def shop(self, profile_id: int) -> Shop:
        return self._one(Shop, id=profile_id)

    def shop_by_site(self, shop_id: str) -> Shop | None:
        return self._first(Shop, shop_id=shop_id)

    def round_begins(
        self, profile_id: int, until: datetime, purge_to: datetime
    ) -> tuple[Shop, Rounds, Tokens, bool, bool]:
        params = {"profile_id": profile_id, "until": until, "purge_to": purge_to}
        row = iter(self.connection.execute(_ROUND_BEGINS, params).one())
        shop, rounds, tokens = _record(Shop, row), _record(Rounds, row), _record(Tokens, row)
        access, refresh = self._vault.open(tokens.access_token), self._vault.open(tokens.refresh_token)
        opened = replace(tokens, access_token=access, refresh_token=refresh)
        return shop, rounds, opened, bool(next(row)), bool(next(row))

    def rounds(self) -> list[Rounds]:
        return self._all(Rounds)

    def rounds_of(self, profile_id: int) -> Rounds:
        return self._one(Rounds, profile_id=profile_id)

    def shop_added(self, shop: Shop, grant: Grant, *, rounds_from: datetime, next_round_at: datetime) -> int:
        profile_id = self.added(shop)
        self._add(t.tokens, {"profile_id": profile_id, **self._granted(grant)})
        self.added(Rounds(profile_id, rounds_from, next_round_at))
        return profile_id

    def shop_renewed(self, was: Shop, becomes: Shop, grant: Grant) -> None:
        self.moved(was, becomes)
        self._move(t.tokens, self._granted(grant), was.id)

    def tokens_renewed(self, spent: str, grant: Grant) -> None:
        for _, _, kept in self.connection.execute(_TOKENS).all():
            if self._vault.open(kept) == spent:
                self.connection.execute(_RENEWED, {"spent": kept, **self._granted(grant)})

    def _granted(self, grant: Grant) -> Row:
        row = {name: getattr(grant, name) for name in _GRANTED}
        return row | {name: self._vault.seal(row[name]) for name in _SECRETS}

    def secrets_open(self) -> None:
        """Open each secret that is kept. Raises BadSettings where that is not possible."""
        for _, *kept in self.connection.execute(_TOKENS).all():
            for secret in kept:
                self._vault.open(secret)

    def secrets_sealed(self) -> bool:
        """Keep every secret as it is kept from now on; return whether one was kept otherwise. Raises BadSettings."""
        changed = False
        for profile_id, *kept in self.connection.execute(_TOKENS).all():
            anew = [self._vault.sealed_anew(secret) for secret in kept]
            if anew != kept:
                self._move(t.tokens, dict(zip(_SECRETS, anew, strict=True)), profile_id)
                changed = True
        return changed

    def token_stale(self, profile_id: int) -> None:
        self._move(t.tokens, {"access_expires_at": self.now}, profile_id)

    def round_ended(self, profile_id: int, *, next_round_at: datetime, reached: Mapping[Stream, datetime]) -> None:
        moved = {f"{stream}_at": at for stream, at in reached.items()}
        self._move(t.watermarks, {"next_round_at": next_round_at, **moved}, profile_id)

    # --- what the marketplace sends of its own accord ---
    def hinted(self, profile_id: int, until: datetime) -> bool:
        return self.connection.execute(_HINTED, {"of_profile": profile_id, "until": until}).first() is not None

    def followed(self, profile_id: int, until: datetime) -> None:
        self.connection.execute(_FOLLOWED, {"of_profile": profile_id, "until": until})

    def notifications_forgotten(self, before: datetime) -> None:
        self.connection.execute(_FORGOTTEN, {"before": before})

    # --- orders ---
    def order(self, order_id: int, *, lock: bool = False) -> Order | None:
        return self._first(Order, lock, id=order_id)

    def order_by_site(self, profile_id: int, site_order_id: str) -> Order | None:
        return self._first(Order, profile_id=profile_id, site_order_id=site_order_id)

    def fingerprints(self, profile_id: int, site_order_ids: Sequence[str]) -> dict[str, str]:
        asked = {"profile_id": profile_id, "ids": list(site_order_ids)}
        return dict(self.connection.execute(_FINGERPRINTS, asked).all())

    def orders_anywhere(self, site_order_id: str) -> list[Order]:
        return self._all(Order, site_order_id=site_order_id)

    def item(self, item_id: int) -> OrderItem | None:
        return self._first(OrderItem, id=item_id)

    def units(self, order_ids: Sequence[int]) -> list[LineUnit]:
        return self._read(LineUnit, _UNITS, orders=list(order_ids))

    def purged(self, rounds: Rounds, to: datetime) -> int:
        forgotten = self.connection.execute(_PURGE, {"of_profile": rounds.profile_id, "purge_to": to}).rowcount
        self.moved(rounds, replace(rounds, purged_to=to))
        return forgotten

    def exported(self, order_id: int, application_id: str) -> None:
        row = {"order_id": order_id, "application_id": application_id}
        if self.connection.execute(_EXPORTED, row).first() is None:
            self._add(t.exports, {**row, "at": self.now})

    def export_undone(self, order_id: int, application_id: str) -> None:
        self.connection.execute(_UNEXPORT, {"order_id": order_id, "application_id": application_id})

    # --- cases and adjustments ---
    def case(self, profile_id: int, site_id: str) -> Case | None:
        return self._first(Case, profile_id=profile_id, site_id=site_id)

    def cases(self, profile_id: int, site_ids: Sequence[str]) -> list[Case]:
        return self._read(Case, _CASES, profile_id=profile_id, site_ids=list(site_ids))

    def adjustment(self, adjustment_id: int, *, lock: bool = False) -> Adjustment | None:
        return self._first(Adjustment, lock, id=adjustment_id)

    def adjustments_of_claim(self, profile_id: int, site_id: str, *, lock: bool = False) -> list[Adjustment]:
        return self._all(Adjustment, lock, profile_id=profile_id, site_adjustment_id=site_id)

    def adjustments_of_order(self, order_id: int) -> list[Adjustment]:
        return self._all(Adjustment, order_id=order_id)

    def adjustments_of_entry(self, entry_id: int) -> list[Adjustment]:
        return self._all(Adjustment, outbox_id=entry_id)

    def undecided(self, profile_id: int, until: datetime) -> list[Adjustment]:
        return self._read(Adjustment, _UNDECIDED, profile_id=profile_id, until=until)

    def adjustments_changed(self, since: datetime) -> list[Adjustment]:
        return self._read(Adjustment, _CHANGED, since=since)

    def adjustments_of_seller(self, profile_id: int, seller_adjustment_id: str) -> list[Adjustment]:
        return self._all(Adjustment, profile_id=profile_id, seller_adjustment_id=seller_adjustment_id)

    # --- the outbox ---
    def outbox_entry(self, entry_id: int) -> OutboxEntry:
        return self._one(OutboxEntry, id=entry_id)

    def unfinished(self, profile_id: int) -> list[OutboxEntry]:
        return self._read(OutboxEntry, _UNFINISHED, profile_id=profile_id)

    def creating(self, order_id: int) -> list[OutboxEntry]:
        return self._read(OutboxEntry, _CREATING, order_id=order_id)

    def decided_before(self, profile_id: int, site_id: str) -> int:
        params = {"profile": profile_id, "site_id": site_id}
        return int(self.connection.execute(_DECIDED_BEFORE, params).scalar_one())

    def waiting(self) -> int:
        return int(self.connection.execute(_WAITING).scalar_one())

    def attempt_begun(self, entry: OutboxEntry, decision: Decision) -> bool:
        moved = {"state": OutboxState.SENDING, "attempts": entry.attempts + 1}
        sent = {"body": to_json(decision), "first_sent_at": entry.first_sent_at or self.now}
        return self.connection.execute(_BEGUN, {"of_id": entry.id, **moved, **sent}).rowcount > 0

    def attempt_failed(
        self,
        entry_id: int,
        state: OutboxState,
        *,
        attempts: int,
        not_before: datetime,
        due_at: datetime | None,
        words: str,
    ) -> None:
        moved = {"state": state, "attempts": attempts, "not_before": not_before, "due_at": due_at}
        self._move(t.outbox, {**moved, "error_message": words}, entry_id)

    def attempt_refused(self, entry_id: int, *, key: str | None = None, decision: Decision | None = None) -> None:
        renewed = {} if key is None else {"idempotency_key": key}
        mended = {} if decision is None else {"body": to_json(decision)}
        self._move(t.outbox, {"state": OutboxState.WAITING, **renewed, **mended}, entry_id)

    def outbox_entry_held(self, entry_id: int, words: str, *, until: datetime | None = None) -> None:
        wait = {} if until is None else {"not_before": until}
        self._move(t.outbox, {"error_message": words, **wait}, entry_id)

    def outbox_entry_due(self, entry_id: int, at: datetime | None) -> None:
        self._move(t.outbox, {"due_at": at}, entry_id)

    def outbox_entry_finished(
        self, entry_id: int, state: OutboxState, *, site_id: str | None = None, error: tuple[str, str] | None = None
    ) -> None:
        made = {} if site_id is None else {"site_id": site_id}
        refused = {} if error is None else dict(zip(("error_code", "error_message"), error, strict=True))
        self._move(t.outbox, {"state": state, "due_at": None, "finished_at": self.now, **made, **refused}, entry_id)

    # --- what is known ---
    def ahead(self) -> list[tuple[datetime, int, int | None, str, str | None]]:
        found = self.connection.execute(_AHEAD).all()
        return sorted(map(tuple, found), key=lambda row: (row[2] or 0, row[1]))

    def ledger(self) -> dict[str, Decimal]:
        return {str(row.site_order_id): row.total for row in self.connection.execute(_LEDGER)}

    def activity(self, order_id: int) -> list[ActivityEntry]:
        return [ActivityEntry(*row) for row in self.connection.execute(_ACTIVITY, {"order": order_id})]

    def note(
        self,
        profile_id: int,
        order_id: int,
        *,
        by: str,
        event: str,
        text: str,
        words: str | None = None,
        site_id: str | None = None,
    ) -> None:
        line = {"at": self.now, "by": by, "event": event, "text": text, "source_words": words, "site_id": site_id}
        self._add(t.activity, {"profile_id": profile_id, "order_id": order_id, **line})
        self._move(t.orders, {"updated_at": self.now}, order_id)

    # --- the callers ---
    def application(self, application_id: str) -> Application | None:
        return self._first(Application, application_id=application_id)

    def access_granted(self, application_id: str, token_hash: str, at: datetime, expires_at: datetime) -> None:
        self.connection.execute(_LAPSED, {"now": at})
        granted = {"token_hash": token_hash, "application_id": application_id, "expires_at": expires_at}
        self._add(t.access_tokens, granted)
        self._move(t.clients, {"refresh_used_at": at}, application_id)

    def holder(self, token_hash: str) -> tuple[Client, datetime] | None:
        row = self.connection.execute(_HOLDER, {"token": token_hash}).first()
        return None if row is None else (Client(row.application_id, row.name), row.expires_at)

    # --- records and rows ---
    def added(self, record: Any) -> int:
        try:
            return self._add(t.OF[record.__class__], to_row(record))
        except sa.exc.IntegrityError as error:
            raise Duplicate(str(error.orig)) from error

    def moved(self, was: R, becomes: R) -> None:
        table, changed = t.OF[was.__class__], changes(was, becomes)
        self._move(table, changed, *(getattr(was, key.name) for key in table.primary_key.columns))
        if isinstance(becomes, Adjustment) and "updated_at" in changed:  # an OMS that asks for what has changed sees it
            self._move(t.orders, {"updated_at": becomes.updated_at}, becomes.order_id)

    def _all(self, record: type[R], lock: bool = False, **given: Any) -> list[R]:
        return self._read(record, _chosen(t.OF[record], *given, lock=lock), **given)

    def _first(self, record: type[R], lock: bool = False, **given: Any) -> R | None:
        return next(iter(self._all(record, lock, **given)), None)

    def _one(self, record: type[R], **given: Any) -> R:
        (found,) = self._all(record, **given)
        return found

    def _read(self, record: type[R], statement: sa.Executable, **params: Any) -> list[R]:
        return [_record(record, row) for row in self.connection.execute(statement, params).all()]

    def _add(self, table: sa.Table, row: Row) -> int:
        """Insert a row and return its number, where its key is one. What has no value is left to the schema."""
        given = {name: value for name, value in row.items() if value is not None and (name, value) != ("id", 0)}
        key = self.connection.execute(_INSERT[table.name], given).inserted_primary_key
        return int(key[0]) if key and isinstance(key[0], int) else 0

    def _move(self, table: sa.Table, moved: Row, *key: object) -> None:
        """Set values of the row with this primary key."""
        if moved:
            which = {f"of_{column.name}": value for column, value in zip(table.primary_key.columns, key, strict=True)}
            self.connection.execute(_UPDATE[table.name], {**which, **moved})


def _record(record: type[R], row: Iterable[Any]) -> R:
    """Make a record of the next values of a row: as many as its table has columns, in their order."""
    return from_row(record, dict(zip(_COLUMNS[record], row, strict=False)))
