"""`contracts/trace.yaml` says what each line of a trace holds, whatever was played."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import requests
from jsonschema import Draft202012Validator
from werkzeug.test import Client

from rehearsal.contract.events import EventContract
from rehearsal.contract.openapi import Contract
from rehearsal.contract.schema import Checker, Fault
from rehearsal.trace.har import har
from rehearsal.trace.log import FORMAT, VERSION, Entry
from rehearsal.wire.recorder import Call, Endpoint, Handler, Response, undisturbed
from rehearsal.world.doors import outside_app
from rehearsal.world.world import World

DOCUMENT = Contract.load("trace").document
HOUR = timedelta(hours=1)
CHECKERS = {
    kind: Checker({"$ref": f"#/components/schemas/{kind.capitalize()}"}, DOCUMENT.components)
    for kind in ("line", "header", "exchange", "act", "event")
}


def refusing(call: Call, endpoint: Endpoint, handler: Handler) -> Response:
    call.fault = "refused"
    return Response(503, "down", [], b"<html>")


def cutting(call: Call, endpoint: Endpoint, handler: Handler) -> Response:
    raise requests.ReadTimeout("cut")


def played() -> World:
    """A world in which everything has passed that makes one line differ from another."""
    world = World(seed=7, oms_policy="approve")
    order = world.marketplace.place_order()
    returned = world.marketplace.request_return(order.order_id, return_type="RETURN_AND_REFUND")
    world.marketplace.request_return(world.marketplace.place_order().order_id, return_type="REFUND")
    world.advance(by=HOUR)
    world.marketplace.ship_return(returned.return_id)
    world.marketplace.arrive_return(returned.return_id)
    world.oms.inspect(returned.return_id, grade="AS_SOLD", accept=True)
    world.advance(by=HOUR)
    for trouble in (refusing, cutting):
        world.recorder.link = trouble
        world.advance(by=timedelta(minutes=15))
    world.recorder.link = undisturbed
    world.advance(by=timedelta(minutes=0, microseconds=5))
    outside = Client(outside_app(world, "connector"))
    secret = base64.b64encode(b"nobody:knows").decode()
    outside.post("/oauth2/token", data={"grant_type": "refresh_token"}, headers={"Authorization": f"Basic {secret}"})
    outside.get("/v1/Orders?$filter=ID eq 1&$filter=ID eq 2")
    outside.delete("/nowhere/at/all", data=b"\x00", content_type="application/octet-stream")
    outside.get("/v1/Orders")
    return world


@pytest.fixture(scope="module")
def lines() -> Iterator[list[Entry]]:
    world = played()
    yield [json.loads(line) for line in world.trace.ndjson().splitlines()]
    world.close()


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(DOCUMENT.whole)


def test_the_first_line_is_the_header_of_the_version_that_the_contract_describes(lines: list[Entry]) -> None:
    assert CHECKERS["header"].faults(lines[0]) == ()
    assert (lines[0]["format"], lines[0]["version"]) == (FORMAT, VERSION)
    assert DOCUMENT.whole["x-version"] == VERSION


def test_every_line_of_a_played_trace_keeps_the_contract(lines: list[Entry]) -> None:
    faults: dict[str, tuple[Fault, ...]] = {}
    for line in lines[1:]:
        if found := CHECKERS[line["kind"]].faults(line) + CHECKERS["line"].faults(line):
            faults[json.dumps(line)] = found
        if line["kind"] == "event":
            assert EventContract.load().breaches(line["who"], line["name"], line["data"]) == ()
    assert faults == {}
    assert {line["kind"] for line in lines[1:]} == {"exchange", "act", "event"}


def test_what_was_played_shows_every_shape_that_an_exchange_can_have(lines: list[Entry]) -> None:
    exchanges = [line for line in lines[1:] if line["kind"] == "exchange"]
    seen = {
        name: {value is None for value in (exchange[name] for exchange in exchanges)}
        for name in ("shop", "operation", "response", "status", "idempotency_key", "fault", "failure", "cause")
    }
    assert [name for name, found in seen.items() if found != {True, False}] == []
    assert any(isinstance(value, list) for exchange in exchanges for value in exchange["query"].values())
    assert {exchange["writes"] for exchange in exchanges} == {True, False}


def test_who_reads_a_trace_sees_under_which_key_a_decision_was_sent(lines: list[Entry]) -> None:
    keys = [key for line in lines[1:] if (key := line.get("idempotency_key")) and line["from"] == "connector"]
    assert keys
    assert [str(UUID(key)) for key in keys] == keys


def test_an_archive_of_the_exchanges_is_made_of_what_the_contract_names(lines: list[Entry]) -> None:
    """A HAR file needs nothing of an entry that the contract does not promise."""
    described = DOCUMENT.components["schemas"]["Exchange"]["properties"]
    exchanges: list[dict[str, Any]] = [
        {name: line[name] for name in described & line.keys()} for line in lines[1:] if line["kind"] == "exchange"
    ]
    assert len(json.loads(har(exchanges))["log"]["entries"]) == len(exchanges)


@pytest.mark.parametrize(
    "secret", ["back\\slash-of-a-token", "both'kinds\"of-quotes", "an\x07unprintable-one", "plain-and-simple"]
)
def test_a_credential_that_stands_in_a_field_of_a_form_as_well_is_hidden_there(secret: str) -> None:
    with closing(World(seed=7)) as world:
        outside = Client(outside_app(world, "connector"))
        form = {"grant_type": "refresh_token", "refresh_token": secret, "scope": f"mine is {secret}"}
        outside.post("/oauth2/token", data=form)
        *_, entry = world.trace.entries()
        assert entry["request"]["body"] == {**form, "refresh_token": "[redacted]", "scope": "mine is [redacted]"}


def as_php(text: str) -> str:
    return json.dumps(text).replace("/", "\\/")


def spelt_out(text: str) -> str:
    return '"' + "".join(f"\\u{ord(character):04x}" for character in text) + '"'


@pytest.mark.parametrize(
    "secret",
    [
        "back\\slash-of-a-token",
        'quoted"-in-the-midst',
        "sl/ash/es/in-a-token",
        "tab\tand\nend-of-line",
        "0123456789" * 4,
    ],
)
@pytest.mark.parametrize("spell", [json.dumps, as_php, spelt_out])
@pytest.mark.parametrize("code", ["utf-8", "utf-16", "utf-16-be", "utf-32-le"])
def test_a_credential_is_hidden_however_json_spells_it(secret: str, spell: Callable[[str], str], code: str) -> None:
    with closing(World(seed=7)) as world:
        outside = Client(outside_app(world, "connector"))
        outside.post("/oauth2/token", data={"grant_type": "refresh_token", "refresh_token": secret})
        body = f'{{"SellerAdjustmentID": {spell(secret)}}}'.encode(code)
        outside.post("/v1/Orders(1)/Adjust", data=body, content_type="application/json")
        *_, entry = world.trace.entries()
        assert entry["request"]["body"] == {"SellerAdjustmentID": "[redacted]"}


@pytest.mark.parametrize(
    "secret", ["back\\slash-of-a-token", "tab\tand\nend-of-line", "both'kinds\"of-quotes", "plain-and-simple"]
)
def test_a_credential_is_hidden_in_what_a_player_tells(secret: str) -> None:
    with closing(World(seed=7)) as world:
        world.trace.state.secrets.learn(secret)
        entry = world.trace.event(world.now, "oms", "answers_unreadable", {"words": f"It says {secret}."})
        assert entry["data"] == {"words": "It says [redacted]."}
