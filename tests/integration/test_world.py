"""The three players on one stage: time, money, parcels, what is recorded and what is found."""

import pickle
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
from freezegun import freeze_time
from werkzeug.test import Client

from connector.errors import Unavailable
from mock_tiktok import AppName
from rehearsal.audit.invariants.decisions import InTime
from rehearsal.control.refusals import refusals
from rehearsal.control.stage import Problem
from rehearsal.gherkin.zones import ZONES, standing
from rehearsal.seats.builtin import OurConnector
from rehearsal.seats.disks import new_disk
from rehearsal.seats.port import Capability, NotCapable, ShopAtConnector
from rehearsal.trace.diagram import mermaid
from rehearsal.trace.har import har
from rehearsal.world.doors import outside_app
from rehearsal.world.errors import Busy, InvalidValue
from rehearsal.world.quiescence import Until
from rehearsal.world.world import API_HOST, START, NewShop, World
from tests.outsider import SEARCH, Outsider, signed_query
from tests.refused import refused

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def ask(world: World, return_type: str = "REFUND") -> str:
    order = world.marketplace.place_order()
    return world.marketplace.request_return(order.order_id, return_type=return_type).return_id


def asked(world: World) -> str:
    """Have a refund asked for, and the OMS know of it."""
    return_id = ask(world)
    world.advance(by=QUARTER)
    return return_id


def case(world: World, return_id: str) -> str:
    return next(row.id for row in world.oms.adjustments() if row.return_id == return_id)


def refunded(world: World, return_id: str) -> Decimal:
    return world.marketplace.return_view(return_id).refunded


def test_what_fires_comes_in_the_order_of_the_ranks(world: World) -> None:
    ask(world)
    fired = world.advance(by=DAY).fired
    last_instant = [act for act in fired if act.at == START + DAY]
    assert [act.who for act in last_instant] == ["marketplace", "connector", "oms"]


def test_idle_rounds_and_pulls_are_counted_only(world: World) -> None:
    world.advance(by=timedelta(0))
    advanced = world.advance(by=HOUR)
    assert (advanced.fired, advanced.idle) == ([], 8)


def test_next_goes_to_the_next_thing_and_fires_the_whole_instant(world: World) -> None:
    return_id = ask(world)
    world.advance(by=timedelta(0))
    world.oms.approve(case(world, return_id))
    assert world.advance(until=Until.NEXT).now == START + QUARTER
    assert world.advance(until=Until.NEXT).now == START + QUARTER + timedelta(minutes=5)
    assert refunded(world, return_id) > 0


def test_while_a_limit_runs_there_may_be_more_to_hear(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.advance(by=HOUR)
    assert world.advance(until=Until.HEARD).now == START + HOUR
    monkeypatch.setattr(InTime, "still_open", 1)
    assert world.advance(until=Until.HEARD).now == START + 2 * HOUR


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "by"),
        ({"by": HOUR, "to": START + HOUR}, "to"),
        ({"by": -HOUR}, "by"),
        ({"by": timedelta(days=3_000_000)}, "by"),
        ({"to": datetime(2031, 3, 4)}, "to"),  # noqa: DTZ001 - a time without a zone is what is refused here
    ],
)
def test_a_wrong_way_to_go_is_refused_by_name(world: World, given: dict[str, Any], field: str) -> None:
    assert refused(InvalidValue, world.advance, **given).field == field
    assert world.now == START


def test_a_second_advance_while_one_is_going_on_is_refused(world: World) -> None:
    refused: list[str] = []

    def again(_: object) -> None:
        if not refused:
            try:
                world.advance(by=HOUR)
            except Busy as busy:
                refused.append(busy.title)

    ask(world)
    world.marketplace.subscribe(again)
    world.advance(by=DAY)
    assert refused == ["Time is passing already"]
    assert world.now == START + DAY


@pytest.mark.parametrize(
    ("refusal", "status", "field"),
    [
        (InvalidValue("Time never goes back", "by must be PT0S or longer", field="by"), 422, "by"),
        (Busy("Time is passing already", "another advance has not come back yet"), 409, None),
        (NotCapable(Capability.LEDGER), 501, None),
    ],
)
def test_what_a_world_refuses_is_a_problem_of_the_api(refusal: Exception, status: int, field: str | None) -> None:
    with pytest.raises(Problem, match=str(refusal)) as problem, refusals():
        raise refusal
    assert (problem.value.status, problem.value.field) == (status, field)


def test_one_writer_at_a_time(world: World) -> None:
    """A call from outside waits until the world is let go."""
    seen: list[int] = []
    client = Client(outside_app(world, "connector"))
    with world.lock:
        caller = threading.Thread(target=lambda: seen.append(client.get("/v1/Orders").status_code))
        caller.start()
        caller.join(timeout=0.05)
        assert caller.is_alive()
    caller.join(timeout=5)
    assert seen == [401]


def journey(world: World) -> bytes:
    first, second = ask(world), ask(world, "RETURN_AND_REFUND")
    world.advance(by=HOUR)
    world.oms.reject(case(world, first))
    world.marketplace.ship_return(second)
    world.marketplace.arrive_return(second)
    world.advance(by=HOUR)
    world.marketplace.dispute(first)
    world.oms.inspect(second, grade="USED", accept=False)
    world.advance(by=DAY)
    mails = b"".join(mail.message.as_bytes() for mail in world.marketplace.mailbox())
    return world.trace.ndjson() + mails + har(world.trace.entries()) + mermaid(world.trace.entries())


def test_the_same_seed_gives_the_same_bytes_whatever_the_machines_date() -> None:
    with freeze_time("2001-01-01"):
        first = journey(World(seed=7))
    with freeze_time("2044-12-31 23:59:59"):
        second = journey(World(seed=7))
    assert first == second
    assert journey(World(seed=8)) != first


@pytest.mark.parametrize("zone", ZONES)
def test_the_same_seed_gives_the_same_bytes_wherever_the_machine_stands(zone: str) -> None:
    with standing("UTC0"):
        first = journey(World(seed=7, webhooks=True))
    with standing(zone):
        assert journey(World(seed=7, webhooks=True)) == first


def test_no_secret_and_no_buyer_is_in_any_export(world: World) -> None:
    record = journey(world)[:]
    exports = world.trace.ndjson() + har(world.trace.entries()) + mermaid(world.trace.entries())
    (shop,) = world.marketplace.shops
    tokens = world.marketplace.credentials(shop.shop_id)
    app = world.marketplace.developer_apps["connector"]
    secrets = [app.secret, tokens.access_token, tokens.refresh_token, tokens.auth_code]
    secrets += [world.client.shared_secret, world.client.refresh_token]
    buyers = [mail.message["To"] for mail in world.marketplace.mailbox()]
    assert len(record) > len(exports) > 0
    assert buyers
    assert [secret for secret in [*secrets, *buyers] if str(secret).encode() in exports] == []


def test_what_was_due_while_the_connector_was_down_fires_when_it_is_back(world: World) -> None:
    world.oms.approve(case(world, asked(world)))
    world.connector.kill()
    world.advance(by=HOUR)
    world.connector.start()
    back = world.now
    late = [act.at for act in world.advance(by=HOUR / 60).fired if act.who == "connector"]
    assert late
    assert min(late) >= back


def test_the_next_world_finds_its_disk_empty(world: World) -> None:
    world.oms.approve(case(world, asked(world)))
    world.advance(by=DAY)
    assert isinstance(world.connector, OurConnector)
    disk: Any = world.connector.process.engine.raw_connection().driver_connection
    tables = [name for (name,) in disk.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    tables.remove("alembic_version")

    def filled() -> set[str]:
        return {name for name in tables if disk.execute(f"SELECT count(*) FROM {name}").fetchone() != (0,)}

    assert len(filled()) > len(tables) - 3
    world.close()
    assert new_disk() is disk
    assert not filled()
    disk.end()


def test_what_the_connector_keeps_of_the_marketplace_s_tokens_is_sealed(world: World) -> None:
    assert isinstance(world.connector, OurConnector)
    disk: Any = world.connector.process.engine.raw_connection().driver_connection
    given = world.marketplace.credentials(world.marketplace.shops[0].shop_id, AppName.CONNECTOR)
    (kept,) = disk.execute("SELECT access_token, refresh_token FROM tokens")
    assert {given.access_token[:4], given.refresh_token[:4]}.isdisjoint(token[:4] for token in kept)
    world.connector.kill()
    world.connector.start()
    assert case(world, asked(world))


class Death(BaseException):
    """The end of a process, wherever it happens to be."""


def test_a_connector_that_dies_amid_a_decision_has_not_begun_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decision and outbox entry are one transaction: what the death cuts off is decided again, not half decided."""
    return_id = asked(world)
    assert isinstance(world.connector, OurConnector)
    disk: Any = world.connector.process.engine.raw_connection().driver_connection

    def dies(*_: object, **__: object) -> None:
        raise Death

    before, row = list(disk.iterdump()), case(world, return_id)
    with monkeypatch.context() as patch:
        patch.setattr("connector.usecases.outbox._enqueue_decision", dies)
        refused(Death, world.oms.approve, row)
    assert list(disk.iterdump()) == before
    world.connector.kill()
    world.connector.start()
    world.oms.approve(case(world, return_id))
    world.advance(by=2 * HOUR)
    assert refunded(world, return_id) > 0
    assert world.auditor.content


def test_a_world_comes_to_rest_when_only_rounds_and_pulls_are_left(world: World) -> None:
    order = world.marketplace.place_order(status="AWAITING_SHIPMENT")
    world.marketplace.request_cancellation(order.order_id)
    world.advance(by=HOUR)
    assert not world.stillness().at_rest
    (row,) = world.oms.adjustments()
    world.oms.approve(row.id)
    world.advance(by=2 * HOUR)
    assert world.stillness().at_rest
    world.marketplace.place_order()
    assert not world.stillness().at_rest


def test_a_world_of_several_markets_names_the_command_that_serves_it_again() -> None:
    with closing(World(market="GB", shops=[NewShop(), NewShop(profile="us-2026-03"), NewShop(market="ID")])) as world:
        assert [shop.region for shop in world.marketplace.shops] == ["GB", "US", "ID"]
        assert "--shops GB,us-2026-03,ID --market GB" in world.origin.command


def test_a_shop_whose_code_the_connector_cannot_exchange_has_never_been_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(World()) as world:
        with monkeypatch.context() as patched:
            patched.setattr(world.connector, "add_shop", unavailable)
            with pytest.raises(Problem) as caught, refusals():
                world.add_shop(NewShop())
        assert caught.value.status == 409
        assert len(world.marketplace.shops) == 1
        world.add_shop(NewShop())
        assert len(world.marketplace.shops) == len(world.shops.known) == 2


def unavailable(auth_code: str, *, name: str | None = None) -> ShopAtConnector:
    raise Unavailable("No answer.", acted=False)


def test_an_outsider_is_recorded_and_judged(world: World) -> None:
    assert Outsider.of(world).search() == 0
    last = list(world.trace.entries())[-1]
    assert (last["kind"], last["from"], last["operation"]) == ("exchange", "outside", "searchReturns_202309")
    assert world.auditor.content


@pytest.mark.parametrize("levels", [65, 500, 900, 100_000])
@pytest.mark.parametrize("around", [(b'{"a":', b"}"), (b"[", b"]"), (b'{"order_ids":[', b"]}")])
def test_a_body_as_deep_as_it_likes_is_refused_and_recorded(
    world: World, around: tuple[bytes, bytes], levels: int
) -> None:
    body = around[0] * levels + b"1" + around[1] * levels
    outsider = Outsider.of(world)
    assert outsider.post(SEARCH, body)["code"] in (36009004, 36009022, 36009023)
    unsigned = Client(outside_app(world, "tiktok")).post("/buyer/orders", data=body, content_type="application/json")
    assert unsigned.status_code == 405
    assert outsider.search() == 0
    assert world.auditor.content


def test_what_the_platform_overlooks_is_no_breach_of_an_outsider_s(world: World) -> None:
    for body in (b'{"return_ids":null,"create_time_ge":null}', b"{}"):
        assert Outsider.of(world).post(SEARCH, body, {"color": "red"})["code"] == 0
    assert world.auditor.content


def test_pages_for_people_are_served_and_are_no_part_of_the_record(world: World) -> None:
    browser = Client(outside_app(world, "tiktok"))
    before = len(world.trace)
    response = browser.get("/seller-center/orders/returns", headers={"Accept": "text/html,*/*"})
    assert (response.status_code, response.mimetype) == (200, "text/html")
    assert len(world.trace) == before


def test_a_client_that_asks_for_what_is_not_there_is_recorded(world: World) -> None:
    client = Client(outside_app(world, "tiktok"))
    assert client.get("/product/202309/products").status_code == 404
    last = list(world.trace.entries())[-1]
    assert (last["path"], last["operation"], last["status"]) == ("/product/202309/[redacted]", None, 404)
    assert world.auditor.content


def test_a_player_of_ours_is_judged_by_the_worlds_time_alone() -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    with freeze_time(now):
        world = World(strict_time=False)
        app = Outsider.of(world, AppName.CONNECTOR).app
        headers = {"x-tts-access-token": app["access_token"], "content-type": "application/json"}
        url, query = f"https://{API_HOST}{SEARCH}", signed_query(app, SEARCH, b"{}", now)
        response = world.wire.session("connector").post(url, params=query, headers=headers, data=b"{}")
        assert response.json()["code"] == 36009004
        world.close()


def test_nobody_on_the_stage_can_call_the_real_world(world: World) -> None:
    with pytest.raises(requests.ConnectionError, match="no such host"):
        world.wire.session("connector").get("https://partner.tiktokshop.com/")


def test_all_that_the_stage_remembers_is_plain_data(world: World) -> None:
    """Each part of the stage keeps its state in one object, which can be written down and read again."""
    journey(world)
    assert isinstance(world.connector, OurConnector)
    kept = (world.state, world.trace.state, world.recorder.state, world.connector.secrets)
    assert pickle.loads(pickle.dumps(kept)) == kept
    assert pickle.loads(pickle.dumps(world.auditor.memory)).now == world.now
    assert world.trace.state.young
    assert world.recorder.state.attempts
    assert world.connector.secrets.drawn
