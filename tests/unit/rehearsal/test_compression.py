"""How a compressed world's time lies on the machine's: what is shown, and what is meant by who asks by it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_tiktok import Marketplace
from mock_tiktok.domain.webhooks import DEAUTHORIZATION, deauthorization, signature, written
from rehearsal import resources
from rehearsal.audit.limits import Limits
from rehearsal.contract.message import read
from rehearsal.contract.openapi import Contract
from rehearsal.simulation.compression import Compression
from rehearsal.wire.recorder import Call, Response
from rehearsal.wire.retimed import outward
from rehearsal.world.webhooks import signed_anew
from tests.clock import HandClock

START = datetime(2031, 3, 3, 9, tzinfo=UTC)
ANCHOR = datetime(2026, 11, 26, 11, 10, 16, 981677, tzinfo=UTC)
HOURLY = Compression(START, ANCHOR, 60)

seconds = st.integers(
    int(datetime(2030, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2032, 1, 1, tzinfo=UTC).timestamp())
)
factors = st.integers(1, 900)


def test_a_quarter_of_an_hour_is_fifteen_seconds() -> None:
    assert HOURLY.outside(START + timedelta(minutes=15)) == ANCHOR + timedelta(seconds=15)
    assert HOURLY.inside(ANCHOR + timedelta(seconds=15)) == START + timedelta(minutes=15)
    assert HOURLY.shown(int(START.timestamp()) + 900) == int(ANCHOR.timestamp()) + 15


@given(moment=seconds, factor=factors, off=st.integers(-2, 2))
def test_a_filter_takes_the_moments_whose_shown_times_it_takes(moment: int, factor: int, off: int) -> None:
    compression = Compression(START, ANCHOR, factor)
    asked = compression.shown(moment) + off
    assert (moment >= compression.meant(asked)) == (compression.shown(moment) >= asked)


@pytest.mark.parametrize("value", [0, None, True, -1, 1.5, "", "no time", "2031-02-31T00:00:00Z", 10**13, "2031-03-03"])
def test_what_is_no_moment_stays(value: object) -> None:
    assert (HOURLY.shown(value), HOURLY.meant(value)) == (value, value)


def test_the_ends_of_the_calendar_are_reached_and_not_passed() -> None:
    assert HOURLY.meant(1) == 0
    assert HOURLY.meant(253402300799) == 253402300799
    assert HOURLY.meant("9999-12-31T23:59:59Z") == "9999-12-31T23:59:59.999999Z"


def test_each_moment_in_a_text_is_moved() -> None:
    text = "given at 2031-03-03T10:00:00+00:00, due 2031-03-03t11:00:00Z."
    shown = "given at 2026-11-26T11:11:16.981677Z, due 2026-11-26T11:12:16.981677Z."
    assert HOURLY.shown(text) == shown
    assert HOURLY.meant(shown) == "given at 2031-03-03T10:00:00Z, due 2031-03-03T11:00:00Z."


def test_a_contract_says_where_times_stand_and_tokens_live_by_another_clock() -> None:
    operation, _ = Contract.load("tiktok_shop").find("POST", "/return_refund/202309/returns/search") or pytest.fail(
        "no such operation"
    )
    asked = read("application/json", b'{"create_time_ge": 5, "return_ids": ["7"], "locale": "en"}')
    assert operation.with_times(None, asked, lambda time: -time) == {
        "create_time_ge": -5, "return_ids": ["7"], "locale": "en"
    }  # fmt: skip
    answered = read(
        "application/json", b'{"code": 0, "data": {"return_orders": [{"create_time": 7, "role": "BUYER"}]}}'
    )
    assert operation.with_times(200, answered, lambda time: -time)["data"]["return_orders"] == [
        {"create_time": -7, "role": "BUYER"}
    ]
    assert operation.with_times(200, answered, lambda time: time) is answered.body
    token, _ = Contract.load("tiktok_shop").find("GET", "/api/v2/token/get") or pytest.fail("no such operation")
    granted = read("application/json", b'{"code": 0, "data": {"access_token_expire_in": 7}}')
    assert token.with_times(200, granted, lambda time: -time) is granted.body


@pytest.mark.parametrize(
    ("contract", "names"),
    [
        ("tiktok_shop", ("_time", "deadline", "_time_ge", "_time_lt", "release_date")),
        ("channeladvisor", ("Utc",)),
        ("seat", ("deadline", "at")),
    ],
)
def test_every_field_that_is_named_as_a_time_is_marked(contract: str, names: tuple[str, ...]) -> None:
    document = resources.contract(contract)
    marks = Contract.load(contract).document.marks
    fields = [
        (schema, name, field)
        for schema, described in document["components"]["schemas"].items()
        for name, field in described.get("properties", {}).items()
        if name.endswith(names)
    ]
    assert fields
    for schema, name, field in fields:
        spec = field["anyOf"][0] if "anyOf" in field else field
        inner = document["components"]["schemas"].get(spec.get("$ref", "").rpartition("/")[2], spec)
        spec = inner["anyOf"][0] if "anyOf" in inner else spec
        assert marks(spec, "x-time"), f"{schema}.{name}"


@pytest.mark.parametrize(("factor", "a_round", "at_once"), [(0, 15, 0), (1, 30, 0.05), (60, 30, 3), (900, 60, 45)])
def test_who_lives_by_the_machines_clock_is_given_more_time(factor: int, a_round: int, at_once: float) -> None:
    limits = Limits.of(factor)
    assert (limits.one_round, limits.at_once) == (timedelta(minutes=a_round), timedelta(minutes=at_once))


def test_who_calls_somebody_outside_asks_by_the_machines_time_and_reads_the_worlds() -> None:
    heard: list[Call] = []

    def there(call: Call) -> Response:
        heard.append(call)
        body = b'{"value": [{"ID": 1, "CreatedDateUtc": "2026-11-26T11:11:16.981677Z", "ShippingDateUtc": null}]}'
        return Response(200, "OK", [("Content-Type", "application/json"), ("Content-Length", "1")], body)

    handler = outward(there, Contract.load("channeladvisor"), HOURLY)
    query = "%24filter=CreatedDateUtc+ge+2031-03-03T10:00:00Z+and+ProfileID+eq+1&%24top=20"
    call = Call("oms", "GET", "127.0.0.1", "/v1/Orders", query, {"authorization": "Bearer x"}, b"")
    answer = handler(call)
    assert dict(parse_qsl(heard[0].query)) == {
        "$filter": "CreatedDateUtc ge 2026-11-26T11:11:16.981677Z and ProfileID eq 1", "$top": "20"
    }  # fmt: skip
    (order,) = json.loads(answer.body)["value"]
    assert (order["CreatedDateUtc"], order["ShippingDateUtc"]) == ("2031-03-03T10:00:00Z", None)
    assert answer.folded["content-length"] == str(len(answer.body))
    handler(replace(call, path="/nowhere"))
    assert heard[1].query == query


@pytest.mark.parametrize("forged", [False, True])
def test_a_webhook_is_signed_with_the_times_that_it_shows(forged: bool) -> None:
    app = next(iter(Marketplace(clock=HandClock()).developer_apps.values()))
    heard: list[Call] = []

    def there(call: Call) -> Response:
        heard.append(call)
        return Response(200, "OK", [], b"")

    body = written(DEAUTHORIZATION, "7380", "7495", START, deauthorization("7495"))
    signed = "0" * 64 if forged else signature(app.key, app.secret, body)
    headers = {"content-type": "application/json", "authorization": signed}
    handler = signed_anew(there, app, Contract.load("tiktok_webhooks"), HOURLY)
    handler(Call("marketplace", "POST", "127.0.0.1", "/hooks", "", headers, body))
    (sent,) = heard
    assert json.loads(sent.body)["timestamp"] == int(ANCHOR.timestamp())
    fits = sent.headers["authorization"] == signature(app.key, app.secret, sent.body)
    assert (fits, sent.headers["content-length"]) == (not forged, str(len(sent.body)))
