"""A connector on a fresh database in memory, beside a stub of the marketplace."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
import requests

from connector import Connector, Settings
from connector.adapters.sql import tables as t
from connector.adapters.sql.store import SqlStore, SqlUnitOfWork
from connector.records import Adjustment, AdjustOrder, Due, OutboxEntry
from tests.clock import HandClock
from tests.unit.connector.stub_tiktok import PENDING, StubTikTok

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
    misdated: list[str] = field(default_factory=list)  # changes: an assertion within a round would be contained there

    def dated(self, work: SqlUnitOfWork, was: Any, becomes: Any) -> None:
        """Note it if what an OMS sees of an adjustment changes at another time than its date says, or its order's."""
        if isinstance(was, Adjustment):
            changed = [name for name in SEEN if getattr(was, name) != getattr(becomes, name)]
            order = work.order(was.order_id)
            in_order = order is not None and order.updated_at >= becomes.updated_at
            if becomes.updated_at != (self.clock.at if changed else was.updated_at) or not in_order:
                self.misdated.append(f"{was.id} at {becomes.updated_at}: {', '.join(changed) or 'nothing'}")

    def restarted(self, settings: Settings = SETTINGS) -> Connector:
        """Drop the connector and make a new one on the same database."""
        old = self.connector
        secret = old._secret
        self.connector = Connector(settings, clock=self.clock, http=self.sessions[0], engine=old.engine, secret=secret)
        return self.connector

    def due(self) -> Due:
        """What the connector wants to do next."""
        due = self.connector.next_due()
        assert due is not None
        return due

    def round(self) -> str:
        """Let time pass up to the next thing the connector wants to do, and let it."""
        due = self.due()
        self.clock.at = max(self.clock.at, due.at)
        return self.connector.run_due(self.clock.at).what

    def until(self, moment: datetime) -> None:
        while (due := self.connector.next_due()) and due.at <= moment:
            self.clock.at = due.at
            self.connector.run_due(due.at)
        self.clock.at = moment

    def wait(self, **duration: float) -> None:
        self.until(self.clock.at + timedelta(**duration))

    def order(self, *prices: str, **more: str) -> int:
        """Have order 500 of one unit for each price collected; return its id."""
        self.tiktok.put_order("500", *prices, **more)
        self.round()
        return self.order_id("500")

    def claim(self, *prices: str, status: str = PENDING, **more: Any) -> int:
        """Have order 500 collected with claim 900 on it; return the id of the claim's (last) adjustment."""
        self.tiktok.put_order("500", *prices)
        return self.becomes(status, **more)

    def becomes(self, status: str, **more: Any) -> int:
        """Have claim 900 become that, and a round hear of it."""
        self.tiktok.put_return("900", "500", status, **more)
        self.round()
        return self.adjustment().id

    def refund(self, amount: str | None = None, order_id: str = "500", **more: Any) -> None:
        """Have the OMS ask for a refund of an order, whole or in part."""
        request = AdjustOrder(amount=None if amount is None else Decimal(amount), **more)
        self.connector.commands.adjust_order(self.order_id(order_id), request)

    def approve(self, **more: Any) -> None:
        self.connector.commands.approve_buyer_request("item", self.adjustment().id, **more)

    def reject(self, **more: Any) -> None:
        self.connector.commands.reject_buyer_request("item", self.adjustment().id, **more)

    def adjustments(self) -> list[Adjustment]:
        with SqlStore(self.connector.engine).reading() as work:
            ids = [row.id for row in work.connection.execute(t.adjustments.select().order_by(t.adjustments.c.id))]
            found = [work.adjustment(adjustment_id) for adjustment_id in ids]
        return [adjustment for adjustment in found if adjustment is not None]

    def adjustment(self) -> Adjustment:
        return self.adjustments()[-1]

    def outbox(self) -> list[OutboxEntry]:
        with SqlStore(self.connector.engine).reading() as work:
            ids = [row.id for row in work.connection.execute(t.outbox.select().order_by(t.outbox.c.id))]
            return [work.outbox_entry(entry_id) for entry_id in ids]

    def order_id(self, site_order_id: str) -> int:
        with SqlStore(self.connector.engine).reading() as work:
            return work.orders_anywhere(site_order_id)[0].id

    def item_ids(self, order_id: int) -> list[int]:
        with SqlStore(self.connector.engine).reading() as work:
            return list(dict.fromkeys(unit.item_id for unit in work.units([order_id])))

    def events(self, site_order_id: str) -> list[str]:
        return [entry.event for entry in self.connector.activity(site_order_id)]


@pytest.fixture
def make_bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Settings], Bench]]:
    benches: list[Bench] = []
    moved = SqlUnitOfWork.moved

    def watched(work: SqlUnitOfWork, was: Any, becomes: Any) -> None:
        moved(work, was, becomes)
        benches[-1].dated(work, was, becomes)

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
    assert [found for bench in benches for found in bench.misdated] == []


@pytest.fixture
def bench(make_bench: Callable[[Settings], Bench]) -> Bench:
    return make_bench(SETTINGS)
