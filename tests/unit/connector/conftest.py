"""A connector on a fresh database in memory, beside a stub of the marketplace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import requests

from connector import Connector, Settings
from connector.adapters.sql import tables as t
from connector.adapters.sql.store import SqlStore, SqlUnitOfWork
from connector.records import Adjustment, OutboxEntry
from tests.unit.connector.stub_tiktok import HandClock, StubTikTok

SETTINGS = Settings(database_url="sqlite://", app_key="key", app_secret="secret")
OUR_OWN = {"decision", "offer_amount", "warned_at", "outbox_id", "updated_at"}  # of an adjustment; the rest is shown
SEEN = [column.name for column in fields(Adjustment) if column.name not in OUR_OWN]


@dataclass
class Bench:
    """The connector under test, its clock and its marketplace."""

    clock: HandClock
    tiktok: StubTikTok
    connector: Connector
    sessions: list[requests.Session] = field(default_factory=list)

    def dated(self, was: Any, becomes: Any) -> None:
        """Whatever an OMS can see of an adjustment has changed at the moment its date of change says."""
        if isinstance(was, Adjustment) and any(getattr(was, name) != getattr(becomes, name) for name in SEEN):
            assert becomes.updated_at == self.clock.time

    def restarted(self, settings: Settings = SETTINGS) -> Connector:
        """Drop the connector and make a new one on the same database."""
        old = self.connector
        secret = old._secret
        self.connector = Connector(settings, clock=self.clock, http=self.sessions[0], engine=old.engine, secret=secret)
        return self.connector

    def round(self) -> str:
        """Let time pass up to the next thing the connector wants to do, and let it."""
        due = self.connector.next_due()
        assert due is not None
        self.clock.time = max(self.clock.time, due.at)
        return self.connector.run_due(self.clock.time).what

    def until(self, moment: datetime) -> None:
        while (due := self.connector.next_due()) and due.at <= moment:
            self.clock.time = due.at
            self.connector.run_due(due.at)
        self.clock.time = moment

    def wait(self, **duration: float) -> None:
        self.until(self.clock.time + timedelta(**duration))

    def adjustments(self) -> list[Adjustment]:
        with SqlStore(self.connector.engine).reading() as work:
            ids = work.connection.execute(t.adjustments.select().order_by(t.adjustments.c.id)).scalars()
            found = [work.adjustment(adjustment_id) for adjustment_id in ids]
        return [adjustment for adjustment in found if adjustment is not None]

    def adjustment(self) -> Adjustment:
        return self.adjustments()[-1]

    def outbox(self) -> list[OutboxEntry]:
        with SqlStore(self.connector.engine).reading() as work:
            ids = work.connection.execute(t.outbox.select().order_by(t.outbox.c.id)).scalars()
            return [work.outbox_entry(entry_id) for entry_id in ids]

    def order_id(self, site_order_id: str) -> int:
        with SqlStore(self.connector.engine).reading() as work:
            return work.orders_anywhere(site_order_id)[0].id

    def events(self, site_order_id: str) -> list[str]:
        return [entry.event for entry in self.connector.activity(site_order_id)]


@pytest.fixture
def make_bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Settings], Bench]]:
    benches: list[Bench] = []
    moved = SqlUnitOfWork.moved

    def watched(work: SqlUnitOfWork, was: Any, becomes: Any) -> None:
        benches[-1].dated(was, becomes)
        moved(work, was, becomes)

    monkeypatch.setattr(SqlUnitOfWork, "moved", watched)

    def make(settings: Settings = SETTINGS) -> Bench:
        clock = HandClock()
        tiktok = StubTikTok(clock)
        http = requests.Session()
        http.trust_env = False
        http.mount("https://", tiktok)
        numbers = count(1)
        connector = Connector(
            settings, clock=clock, http=http, secret=lambda purpose: f"{purpose.replace(' ', '-')}-{next(numbers)}"
        )
        connector.migrate()
        connector.add_shop("code-1")
        bench = Bench(clock, tiktok, connector, [http])
        benches.append(bench)
        return bench

    yield make
    for bench in benches:
        bench.connector.engine.dispose()
        bench.sessions[0].close()


@pytest.fixture
def bench(make_bench: Callable[[Settings], Bench]) -> Bench:
    return make_bench(SETTINGS)
