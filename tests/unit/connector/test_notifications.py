"""What the marketplace sends: a hint for a round, taken once and answered at once, or refused, and then nothing."""

import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connector.adapters.sql import tables as t
from tests.clock import START
from tests.unit.connector.conftest import SETTINGS, Bench
from tests.unit.connector.stub_tiktok import ok, refusal

LATER = timedelta(minutes=5)
SHOP = "7000001"  # the stub's


def body(number: str = "1", *, kind: int = 12, shop_id: str = SHOP, **data: Any) -> bytes:
    document = {"type": kind, "tts_notification_id": number, "shop_id": shop_id, "timestamp": 1, "data": data}
    return json.dumps(document).encode()


def send(bench: Bench, raw: bytes, *, signed: bytes | None = None, signature: str | None = None) -> int:
    mac = hmac.digest(b"secret", b"key" + (raw if signed is None else signed), "sha256").hex()
    headers = {"Authorization": mac if signature is None else signature}
    response = bench.connector.app.test_client().post("/webhooks/tiktok", data=raw, headers=headers)
    assert response.data == b""
    return response.status_code


@pytest.fixture(autouse=True)
def _a_round_has_been(bench: Bench) -> None:
    """Five minutes after the first round of a shop."""
    bench.round()
    bench.clock.at += LATER


def rounds(bench: Bench) -> list[tuple[timedelta, str]]:
    return [(entry.at - START, entry.what) for entry in bench.connector.agenda()]


GRID = (timedelta(minutes=15), "round")
EARLY = (LATER, "early round")


@pytest.mark.parametrize("kind", [1, 11, 12])
def test_a_hint_brings_one_round_and_the_grid_stays_where_it_is(bench: Bench, kind: int) -> None:
    assert send(bench, body(kind=kind)) == 200
    assert rounds(bench) == [EARLY, GRID]
    calls = len(bench.tiktok.calls)
    assert bench.round() == "early round: nothing new"
    assert len(bench.tiktok.calls) == calls + 3
    assert rounds(bench) == [GRID]


def test_the_same_one_again_is_answered_and_changes_nothing(bench: Bench) -> None:
    for _ in range(2):
        assert send(bench, body()) == 200
    bench.round()
    assert send(bench, body()) == 200
    assert rounds(bench) == [GRID]


def test_one_without_a_number_is_told_from_others_by_what_it_says(bench: Bench) -> None:
    for at in (1, 1, 2):
        assert send(bench, b'{"type": 12, "shop_id": "7000001", "timestamp": %d, "data": {}}' % at) == 200
    with bench.connector.engine.connect() as database:
        assert len(database.execute(t.notifications.select()).all()) == 2
    bench.round()
    assert rounds(bench) == [GRID]


def test_several_are_followed_by_one_round(bench: Bench) -> None:
    for number in "123":
        send(bench, body(number))
    bench.round()
    assert rounds(bench) == [GRID]


def test_a_round_that_finds_what_was_hinted_at_follows_it(bench: Bench) -> None:
    bench.clock.at = START + timedelta(minutes=15)
    bench.tiktok.put_order("500", "10.00")
    send(bench, body())
    assert bench.round() == "round: 1 collected"
    assert rounds(bench) == [(timedelta(minutes=30), "round")]


@pytest.mark.parametrize(
    ("raw", "how", "status"),
    [
        (body(), {"signature": "0" * 64}, 401),
        (body(), {"signature": ""}, 401),
        (body(), {"signature": "Ünsigned"}, 401),
        (body(), {"signed": body("2")}, 401),
        (body() + b" ", {"signed": body()}, 401),
        (b"{", {}, 400),
        (b"[1]", {}, 400),
        (b'{"type": "12", "tts_notification_id": "1", "shop_id": "7000001"}', {}, 400),
        (b'{"type": 12, "tts_notification_id": null, "shop_id": "7000001"}', {}, 400),
        (b'{"type": 12, "tts_notification_id": "1", "shop_id": "7000001", "data": 5}', {}, 400),
        (b"[" * 100_000, {}, 400),
    ],
)
def test_what_is_forged_or_cannot_be_read_is_refused_and_nothing_happens(
    bench: Bench, raw: bytes, how: dict[str, Any], status: int
) -> None:
    assert send(bench, raw, **how) == status
    assert rounds(bench) == [GRID]


@pytest.mark.parametrize("kind", [6, 7, 5])
def test_other_news_brings_no_round(bench: Bench, kind: int, caplog: pytest.LogCaptureFixture) -> None:
    assert send(bench, body(kind=kind, message="Shop_id 7 is deauthorized")) == 200
    assert rounds(bench) == [GRID]
    assert ("is deauthorized" in caplog.text) is (kind in (6, 7))


def test_of_a_shop_that_is_not_ours_it_is_answered_and_forgotten(bench: Bench) -> None:
    assert send(bench, body(shop_id="nobody's")) == 200
    assert rounds(bench) == [GRID]


def test_a_hint_outlives_the_process_that_took_it(bench: Bench) -> None:
    send(bench, body())
    bench.restarted()
    assert rounds(bench) == [EARLY, GRID]


def test_numbers_are_forgotten_after_a_week(bench: Bench) -> None:
    send(bench, body("1"))
    bench.round()
    bench.clock.at += timedelta(days=8)
    send(bench, body("2"))
    bench.wait(minutes=0)
    with bench.connector._store.reading() as work:
        found = [number for number, *_ in work.connection.execute(t.notifications.select()).all()]
    assert found == ["2"]


@pytest.mark.parametrize("refused", [False, True])
def test_a_connector_with_an_address_asks_to_be_told_and_lives_without(bench: Bench, refused: bool) -> None:
    address = "https://connector.example/webhooks/tiktok"
    connector = bench.restarted(replace(SETTINGS, webhook_url=address))
    bench.tiktok.calls.clear()
    bench.tiktok.decide = lambda call: refusal(36009004, "address")(call) if refused else ok({})
    assert [shop.profile_id for shop in connector.add_shop("code")] == [1]
    asked = [call.body for call in bench.tiktok.calls if call.method == "PUT"]
    topics = ["ORDER_STATUS_CHANGE", "CANCELLATION_STATUS_CHANGE", "RETURN_STATUS_CHANGE"]
    topics += ["SELLER_DEAUTHORIZATION", "UPCOMING_AUTHORIZATION_EXPIRATION"]
    assert asked == [{"address": address, "event_type": topic} for topic in (topics[:1] if refused else topics)]
