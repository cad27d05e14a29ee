"""What players may rely on, whichever wire they were given: in process or through sockets."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask, redirect, request
from requests.adapters import HTTPAdapter
from werkzeug.test import Client

from rehearsal.contract.openapi import Contract
from rehearsal.contract.redaction import REDACTED
from rehearsal.server.sockets import Served, Service, origin, take
from rehearsal.simulation.clock import SimulatedClock
from rehearsal.trace.log import Trace
from rehearsal.wire.recorder import Call, Endpoint, Exchange, Handler, Recorder, Response
from rehearsal.wire.transport import Wire, recorded
from tests.clock import START
from tests.openapi import json_of, parameter
from tests.refused import refused

HOST = "shop.example.com"
BASE = f"https://{HOST}"
CALLER = "Rehearsal-Caller"  # in which header a caller over sockets says who it is
Sessions = Callable[[str], requests.Session]  # by the caller
NAMED = {"type": "object", "properties": {"name": {"type": "string", "x-sensitive": True}}}
PUT_THING = {
    "operationId": "putThing",
    "parameters": [
        parameter("sign", "query", "x-sensitive"),
        parameter("q", "query"),
        parameter("Key", "header", "x-idempotency-key"),
    ],
    "requestBody": json_of({"type": "object"}),
    "responses": {"200": json_of(NAMED, description=""), "204": {"description": ""}},
}
MOVED = {"operationId": "moved", "responses": {"302": {"description": ""}}}
CONTRACT = Contract("example", {"paths": {"/things/{id}": {"put": PUT_THING}, "/moved": {"get": MOVED}}})


def app() -> Flask:
    flask = Flask("thing")

    @flask.put("/things/<name>")
    def put(name: str) -> Any:
        if name == "nothing":
            return "", 204
        sent = {
            "path": name,
            "query": {name: value for name, value in request.args.items() if name != "sign"},
            "raw": request.get_data(as_text=True),
            "type": request.content_type,
            "token": request.headers.get("X-Token"),
            "exchange": request.environ.get("rehearsal.exchange_id"),
            "name": "Maya",
        }
        return [] if name == "wrong" else sent

    @flask.get("/moved")
    def moved() -> Any:
        return redirect(f"{BASE}/gone", 302)

    return flask


class OverSocket(HTTPAdapter):
    """Takes the calls of a caller to where the host is served."""

    def __init__(self, caller: str, addresses: Mapping[str, str]) -> None:
        super().__init__()
        self.caller, self.addresses = caller, addresses

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        asked = request.url or ""
        url = urlsplit(asked)
        if url.netloc not in self.addresses:
            raise requests.ConnectionError(f"no such host: {url.netloc}", request=request)
        sent = request.copy()
        sent.url = asked.replace(f"{url.scheme}://{url.netloc}", self.addresses[url.netloc], 1)
        sent.headers.update({"Host": url.netloc, CALLER: self.caller})
        response = super().send(sent, *args, **kwargs)
        response.url, response.request = asked, request
        return response


def over_sockets(addresses: Mapping[str, str], caller: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", OverSocket(caller, addresses))
    session.mount("https://", OverSocket(caller, addresses))
    return session


@dataclass
class Stand:
    """A wire with one player behind it, and everything that was recorded."""

    session: Sessions
    recorder: Recorder
    trace: Trace
    exchanges: list[Exchange]

    def put(self, name: str = "a", **given: Any) -> requests.Response:
        return self.session("connector").put(f"{BASE}/things/{name}", **{"json": {"x": 1}, **given})


def in_process(recorder: Recorder) -> Iterator[Sessions]:
    wire = Wire(recorder)
    wire.mount(HOST, name="marketplace", contract=CONTRACT, app=app())
    yield wire.session


def through_sockets(recorder: Recorder) -> Iterator[Sessions]:
    lock = threading.RLock()

    @contextlib.contextmanager
    def guard() -> Iterator[None]:
        with lock:
            yield

    served = recorded(
        app(),
        recorder=recorder,
        name="marketplace",
        contract=CONTRACT,
        guard=guard,
        seated=lambda query, headers: headers.get(CALLER.lower()),
    )
    socket = take("127.0.0.1", 0)
    server = Served([Service(served, socket, threads=2)])
    server.start()
    try:
        yield partial(over_sockets, {HOST: origin(*socket.getsockname())})
    finally:
        server.stop()


def a_record() -> tuple[Recorder, Trace, list[Exchange]]:
    """Return a recorder, where it writes, and a list of all it will have told."""
    trace = Trace(world="default", seed=1, start=START)
    recorder = Recorder(trace=trace, clock=SimulatedClock(START))
    exchanges: list[Exchange] = []
    recorder.subscribe(exchanges.append)
    return recorder, trace, exchanges


@pytest.fixture(params=[in_process, through_sockets])
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    recorder, trace, exchanges = a_record()
    make: Callable[[Recorder], Iterator[Sessions]] = request.param
    with contextlib.contextmanager(make)(recorder) as session:
        yield Stand(session, recorder, trace, exchanges)


def test_a_call_arrives_as_it_was_sent(stand: Stand) -> None:
    response = stand.put("a b(1)", params={"q": "x/y+z="}, headers={"X-Token": "t"})
    sent = response.json()
    assert response.status_code == 200
    assert (sent["path"], sent["query"], sent["token"]) == ("a b(1)", {"q": "x/y+z="}, "t")
    assert (sent["raw"], sent["type"]) == ('{"x": 1}', "application/json")


def test_no_more_is_read_of_a_call_than_it_says_that_it_sends(stand: Stand) -> None:
    session = stand.session("connector")
    call = session.prepare_request(requests.Request("PUT", f"{BASE}/things/a", data="ééab".encode()))
    call.headers["Content-Length"] = str(len("ééab"))
    assert session.send(call).json()["raw"] == "éé"


def test_a_response_says_where_it_comes_from_in_the_callers_words(stand: Stand) -> None:
    response = stand.put(params={"q": "1"})
    assert (response.url, response.headers["Content-Type"]) == (f"{BASE}/things/a?q=1", "application/json")


def test_a_response_without_a_body_has_none(stand: Stand) -> None:
    response = stand.put("nothing")
    assert (response.status_code, response.content) == (204, b"")


def test_a_redirection_can_be_seen(stand: Stand) -> None:
    response = stand.session("connector").get(f"{BASE}/moved", allow_redirects=False)
    assert response.headers["Location"] == f"{BASE}/gone"


def test_an_unknown_host_cannot_be_reached(stand: Stand) -> None:
    with pytest.raises(requests.ConnectionError, match="no such host"):
        stand.session("connector").get("https://www.example.com/")


def test_the_environment_is_never_looked_at(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert stand.put().status_code == 200


def test_every_exchange_is_recorded_and_named(stand: Stand) -> None:
    exchange_id = stand.put().json()["exchange"]
    (entry,) = stand.trace.entries()
    assert (entry["from"], entry["to"], entry["operation"]) == ("connector", "marketplace", "putThing")
    assert (entry["status"], entry["path"], entry["request_id"]) == (200, "/things/a", exchange_id)
    assert exchange_id == "20310303090000" + "0" * 19 + "1"


def test_secrets_and_names_are_not_in_the_record(stand: Stand) -> None:
    stand.put(params={"sign": "abcdef"}, headers={"Authorization": "Bearer topsecret"})
    (entry,) = stand.trace.entries()
    assert (entry["query"], entry["response"]["body"]["name"]) == ({"sign": REDACTED}, REDACTED)
    record = stand.trace.ndjson()
    assert not [secret for secret in (b"abcdef", b"topsecret", b"Maya") if secret in record]


def test_a_request_and_a_response_that_break_the_contract_are_noticed(stand: Stand) -> None:
    stand.put("wrong", json=[1])
    breaches = [(breach.side, breach.pointer) for exchange in stand.exchanges for breach in exchange.breaches]
    assert breaches == [("request", "/request/body"), ("response", "/response/body")]


def test_the_same_key_again_is_another_attempt(stand: Stand) -> None:
    for _ in range(2):
        stand.put(headers={"Key": "k"})
    assert [(entry["idempotency_key"], entry["attempt"]) for entry in stand.trace.entries()] == [("k", 1), ("k", 2)]


def test_a_link_that_is_cut_after_the_other_side_acted_is_recorded_with_its_answer() -> None:
    """Faults sit on the link; through sockets they come with the socket-only mode."""
    recorder, trace, _ = a_record()

    def cut_after(call: Call, endpoint: Endpoint, handler: Handler) -> Response:
        handler(call)
        raise requests.ConnectionError("cut")

    recorder.link = cut_after
    session = next(in_process(recorder))
    cut = refused(requests.ConnectionError, session("connector").put, f"{BASE}/things/a", json={})
    assert cut.request is not None
    (entry,) = trace.entries()
    assert (entry["status"], entry["failure"]) == (200, "ConnectionError")


def test_each_answer_to_a_call_that_comes_twice_is_judged() -> None:
    recorder, _, exchanges = a_record()

    def twice(call: Call, endpoint: Endpoint, handler: Handler) -> Response:
        first = handler(call)
        handler(replace(call, path="/things/wrong"))
        return first

    recorder.link = twice
    (session,) = in_process(recorder)
    assert session("connector").put(f"{BASE}/things/a", json={}).json()["name"] == "Maya"
    assert [(breach.side, breach.pointer) for breach in exchanges[0].breaches] == [("response", "/response/body")]


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("90", timedelta(seconds=90)),
        ("Mon, 03 Mar 2031 09:10:00 GMT", timedelta(minutes=10)),
        ("soon", None),
        (f"Mon, 03 Mar {'9' * 20} 08:00:00 GMT", None),
        ("9" * 20, None),
    ],
)
def test_when_to_come_again_is_told_where_it_can_be_read(asked: str, wait: timedelta | None) -> None:
    recorder, _, exchanges = a_record()
    recorder.link = lambda call, endpoint, handler: Response(429, "", [("Retry-After", asked)], b"")
    (session,) = in_process(recorder)
    assert session("connector").put(f"{BASE}/things/a", json={}).status_code == 429
    assert [exchange.wait for exchange in exchanges] == [wait]


def asked_from_outside(body: str) -> Exchange:
    recorder, _, exchanges = a_record()
    served = recorded(
        app(), recorder=recorder, name="marketplace", contract=CONTRACT, guard=contextlib.nullcontext, caller="client"
    )
    Client(served).put("/things/a", data=body, content_type="application/json")
    (exchange,) = exchanges
    return exchange


def test_an_outsider_who_breaks_the_contract_is_no_breach_but_accepting_it_is() -> None:
    broken = asked_from_outside("[]")
    assert (broken.caller, broken.outside) == ("client", True)
    assert [(breach.side, breach.pointer) for breach in broken.breaches] == [("response", "/request/body")]
    assert asked_from_outside("{}").breaches == ()
