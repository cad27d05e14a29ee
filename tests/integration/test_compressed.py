"""A compressed world from outside: everybody there lives by the machine's clock, which a test turns by hand."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import requests
from flask import jsonify
from werkzeug.test import Client

from rehearsal.contract.demand import Judge
from rehearsal.control.calls import CALLS, Call
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Json, Problem
from rehearsal.gherkin.buyer import Buyer, Goods, Unseen
from rehearsal.gherkin.errors import NotJudged
from rehearsal.gherkin.refusals import Told
from rehearsal.gherkin.staff import Clock, Seller
from rehearsal.seats.description import Hooks
from rehearsal.seats.port import Seats
from rehearsal.server.control_api import PREFIX, control_app
from rehearsal.server.doors import Door
from rehearsal.server.machine_time import control_by_machine, shown_outside
from rehearsal.simulation.compression import Pace
from rehearsal.sums import Sum
from rehearsal.wire.delivery import DELIVERY, Delivery
from rehearsal.world.world import World
from tests.clock import BEGUN, HandMachine
from tests.outsider import SEARCH, signed_query
from tests.refused import refused
from tests.team import seated, seats


@dataclass
class Outside:
    """A stage over a compressed world with nobody on its seats, and the doors to it."""

    factor: int = 60
    machine: HandMachine = field(default_factory=HandMachine)

    def __post_init__(self) -> None:
        self.stage = InProcessStage(partial(World, seats=Seats()), seed=7, pace=Pace(self.factor, self.machine))
        self.stage.begin()
        self._control = Client(control_by_machine(control_app(self.stage), self.stage, PREFIX))
        self._doors = {name: Client(Door(self.stage, name)) for name in ("tiktok", "tiktok_auth")}

    def control(self, method: str, path: str, body: Json | None = None) -> Any:
        answer = self._control.open(PREFIX + path, method=method, json=body)
        return answer.get_json() if answer.is_json else json.loads(answer.data)

    def search(self, body: Mapping[str, Any], *, signed: bytes | None = None, at: datetime | None = None) -> Json:
        """Ask the marketplace for returns, as a client does whose clock is the machine's."""
        app, sent = self.control("GET", "/world")["tiktok"], json.dumps(body).encode()
        query = signed_query(app, SEARCH, sent if signed is None else signed, at or self.machine.now())
        headers = {"x-tts-access-token": app["access_token"]}
        answer = self._doors["tiktok"].post(
            SEARCH,
            query_string=query,
            data=sent,
            headers=headers,
            content_type="application/json",
            environ_overrides={DELIVERY: Delivery()},
        )
        assert len(answer.data) == answer.content_length
        document: Json = answer.get_json()
        return document

    def grant(self) -> Json:
        app = self.control("GET", "/world")["tiktok"]
        query = {name: app[name] for name in ("app_key", "app_secret", "auth_code")} | {"grant_type": "authorized_code"}
        data: Json = self._doors["tiktok_auth"].get("/api/v2/token/get", query_string=query).get_json()["data"]
        return data

    def a_return(self) -> Json:
        order = self.control("POST", "/orders", {})
        asked: Json = self.control("POST", f"/orders/{order['order_id']}/returns", {"type": "REFUND"})
        return asked


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_the_control_api_says_the_machines_time_and_the_worlds_beside() -> None:
    outside = Outside()
    outside.machine.at += timedelta(seconds=15)
    assert outside.control("GET", "/clock") == {
        "now": "2026-11-26T11:00:15Z", "running": True, "factor": 60, "business_now": "2031-03-03T09:15:00Z"
    }  # fmt: skip
    world = outside.control("GET", "/world")
    assert (world["now"], world["start"]) == ("2026-11-26T11:00:15Z", "2026-11-26T11:00:00Z")
    assert (world["business_now"], world["speed"]) == ("2031-03-03T09:15:00Z", 60)
    asked = outside.a_return()
    assert asked["timeline"][0]["at"] == "2026-11-26T11:00:15Z"
    assert asked["seller_deadline"] == "2026-11-26T11:24:15Z"
    assert outside.control("GET", "/agenda")["agenda"][0]["at"] == asked["seller_deadline"]
    inside = outside.stage.get_return(asked["return_id"])
    assert inside["seller_deadline"] == "2031-03-04T09:15:00Z"
    assert outside.stage.trace()[0]["start"] == "2031-03-03T09:00:00Z"


def test_the_marketplace_shows_and_takes_the_machines_time() -> None:
    outside = Outside(factor=900)
    outside.machine.at += timedelta(seconds=0.9)
    outside.a_return()
    shown = seconds("2026-11-26T11:00:00Z")
    for asked, found in (({}, 1), ({"create_time_ge": shown}, 1), ({"create_time_ge": shown + 1}, 0),
                         ({"update_time_lt": shown}, 0), ({"update_time_lt": shown + 1}, 1)):  # fmt: skip
        assert outside.search(asked)["data"]["total_count"] == found, asked
    (item,) = outside.search({})["data"]["return_orders"]
    assert (item["create_time"], item["update_time"]) == (shown, shown)
    assert item["seller_next_action_response"][0]["deadline"] == shown + 96
    asked_for = [line["request"]["body"] for line in outside.stage.trace()[1:] if line["kind"] == "exchange"]
    assert {"create_time_ge": seconds("2031-03-03T09:15:00Z")} in asked_for, "recorded in the world's time"
    assert outside.stage.findings()["findings"] == []


def test_a_signature_is_checked_over_what_was_sent() -> None:
    outside = Outside()
    body = {"create_time_ge": 5}
    assert outside.search(body)["code"] == 0
    assert outside.search(body, signed=b"{}")["code"] == 106001
    assert outside.search(body, at=BEGUN - timedelta(minutes=6))["code"] == 36009004
    assert outside.search(body, at=datetime(2031, 3, 3, 9, tzinfo=UTC))["code"] == 36009004
    assert outside.search({"create_time_ge": "5"})["code"] == 36009004


def test_tokens_live_as_long_as_they_do_outside() -> None:
    outside = Outside()
    outside.machine.at += timedelta(hours=1)  # two days and a half of the world
    granted = outside.grant()
    assert granted["access_token_expire_in"] == seconds("2026-12-03T12:00:00Z")
    assert outside.search({})["code"] == 0


def test_nobody_acts_before_the_world_has_begun_though_somebody_calls() -> None:
    machine, hooks = HandMachine(), Hooks("http://127.0.0.1:9", ("cases",))
    stage = InProcessStage(partial(World, seats=seats(hooks)), pace=Pace(60, machine))
    _ = stage.current  # there is a world from now on
    for begin, acted in ((False, set()), (True, {"connector", "oms"})):
        if begin:
            stage.begin()
        machine.at += timedelta(seconds=20)
        stage.place_order()
        assert {line["who"] for line in stage.trace() if line.get("kind") == "act"} == acted


def test_time_passes_by_itself_and_nobody_hastens_it() -> None:
    outside = Outside()
    asked = outside.a_return()
    passed = outside.control("POST", "/clock/advance", {"by": "PT25H"})
    assert (passed["reached"], passed["now"], passed["to"]) == (False, "2026-11-26T11:00:30Z", "2026-11-26T11:25:00Z")
    assert outside.machine.waited == 30
    outside.machine.at += timedelta(minutes=24)
    assert outside.control("POST", f"/returns/{asked['return_id']}/withdraw")["code"], "too late for that"
    passed = outside.control("POST", "/clock/advance", {"to": passed["to"]})
    assert (passed["reached"], passed["now"], "to" in passed) == (True, "2026-11-26T11:25:00Z", False)
    assert passed["fired"][0]["at"] == "2026-11-26T11:24:00Z"
    assert outside.control("POST", "/clock/advance", {"to": "2026-11-26T11:01:00Z"})["reached"]


def test_a_step_waits_however_long_it_takes() -> None:
    outside = Outside(factor=1)
    passed = outside.stage.advance(by="PT1H")
    assert (passed["reached"], outside.machine.at) == (True, BEGUN + timedelta(hours=1))
    due = outside.stage.agenda()
    assert due == {"agenda": []}
    assert outside.stage.advance(until="next")["reached"]


def test_who_waits_while_the_world_is_begun_anew_is_told() -> None:
    outside = Outside()

    def begin_anew(seconds: float) -> bool:
        outside.stage.reset()
        return True

    outside.machine.wait = begin_anew  # type: ignore[method-assign]  # as somebody else might meanwhile
    refusal = refused(Problem, outside.stage.advance, by="PT1H")
    assert (refusal.status, refusal.title) == (409, "The world has been begun anew")
    world = outside.control("GET", "/world")
    assert (world["now"], world["business_now"]) == ("2026-11-26T11:00:00Z", "2031-03-03T09:00:00Z")


def test_a_wait_says_how_long_it_is_until_it_is_over() -> None:
    outside, said = Outside(), list[str]()

    def notes(seconds: float) -> bool:
        said.append(outside.stage.doing)
        outside.machine.at += timedelta(seconds=25)
        return True

    outside.machine.wait = notes  # type: ignore[method-assign]  # while it is waited
    outside.stage.advance(by="PT90M")
    assert said == ["waits 1:30 more", "waits 1:05 more", "waits 0:40 more", "waits 0:15 more"]
    assert outside.stage.doing == ""


def test_a_world_is_begun_anew_once_nobody_outside_is_waited_for() -> None:
    outside = Outside()
    old = outside.stage.current
    old.lock.away = 1

    def comes_back(seconds: float) -> bool:
        old.lock.away = 0
        return True

    outside.machine.wait = comes_back  # type: ignore[method-assign]  # as a call by the OMS ends meanwhile
    outside.stage.reset()
    assert outside.stage.current is not old
    outside.stage.current.lock.away = 1
    assert refused(Problem, outside.stage.reset).title == "Somebody outside is waited for"


def test_a_fault_is_planned_by_the_machines_time() -> None:
    outside = Outside()
    planned = outside.control(
        "POST", "/faults", {"kind": "unreachable", "at": "2026-11-26T11:01:00Z", "until": "PT20M"}
    )
    assert (planned["at"], planned["until"]) == ("2026-11-26T11:01:00Z", "2026-11-26T11:01:20Z")
    assert outside.stage.faults()["faults"][0]["at"] == "2031-03-03T10:00:00Z"


def test_limits_are_longer_by_what_an_answer_that_is_held_back_takes_of_the_worlds_time() -> None:
    outside = Outside()
    outside.stage.plan_fault(kind="delay", times=2, with_={"by": "PT20S"})
    limits, begun = outside.stage.current.auditor.memory.limits, outside.stage.current.now
    for _ in range(3):
        assert outside.search({})["code"] == 0
        outside.machine.at += timedelta(seconds=20)
    assert limits.extension(None, begun) == 2 * (limits.one_round + timedelta(minutes=20))
    assert outside.stage.current.state.stalled == timedelta(seconds=40)


WORLDS_YEAR = re.compile(r"\b2031-\d\d|\b20310|\b[A-Z][a-z]{2} \d{1,2}, 2031|[A-Z][a-z]{2} 2031\b|\b19[23]\d{7}\b")
NUMBER = re.compile(r"\b\d{14}[0-9A-F]{20}\b")  # of a request: begins with digits of the world's time, and means none


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text and number of a document with its place, but what says the world's time on purpose."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if not name.lstrip("_").startswith("business_"):
                yield from leaves(inner, f"{path}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{path}/{number}")
    elif not isinstance(value, bool) and value is not None:
        yield path, str(value)


def of_the_world(document: Any) -> list[str]:
    return [f"{where}: {text}" for where, text in leaves(document) if WORLDS_YEAR.search(NUMBER.sub("", text))]


class Eventful:
    """A served compressed world with a team in it, in which something of every kind has happened."""

    def __init__(self, stage: InProcessStage, machine: HandMachine) -> None:
        self.urls = stage.world()["urls"]
        (shop,) = stage.world()["shops"]
        orders = [stage.place_order()["order_id"], stage.place_order(status="AWAITING_SHIPMENT")["order_id"]]
        self.ids = {"order_id": orders[0], "return_id": stage.request_return(orders[0], type="REFUND")["return_id"]}
        self.ids["cancel_id"] = stage.request_cancellation(orders[1])["cancel_id"]
        stage.plan_fault(kind="refuse", shop_id=shop["shop_id"], times=1, until="PT30M", with_={"status": 429})
        machine.at += timedelta(minutes=1)
        stage.advance(by="PT15M")
        cases = {case["return_id"] or case["cancel_id"]: case for case in stage.oms_adjustments()["adjustments"]}
        stage.oms_approve(cases[self.ids["cancel_id"]]["id"])
        stage.oms_refund(order_id=stage.place_order()["order_id"])
        stage.advance(by="PT6H")

    def get(self, door: str, path: str) -> requests.Response:
        headers = {"accept": "text/html"} if door != "control" else {}
        answer = requests.get(self.urls[door] + path.format(**self.ids), headers=headers, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer


@pytest.fixture(scope="module")
def eventful() -> Iterator[Eventful]:
    machine = HandMachine()
    with seated(pace=Pace(60, machine)) as (stage, _):
        yield Eventful(stage, machine)


@pytest.mark.parametrize("call", [call for call in CALLS.values() if call.method == "GET"], ids=lambda call: call.name)
def test_every_answer_of_the_control_api_says_the_machines_time(call: Call, eventful: Eventful) -> None:
    document = eventful.get("control", call.path).json()
    assert document
    assert of_the_world(document) == []


def test_the_record_says_the_machines_time_and_the_worlds_beside(eventful: Eventful) -> None:
    lines = [json.loads(line) for line in eventful.get("control", "/trace").content.splitlines()]
    shape = Judge("trace")
    assert [str(mistake) for line in lines if (mistake := shape.mistake("Line", line))] == []
    assert (lines[0]["start"], lines[0]["business_start"]) == ("2026-11-26T11:00:00Z", "2031-03-03T09:00:00Z")
    assert {line["business_at"][:4] for line in lines[1:]} == {"2031"}
    assert {line["kind"] for line in lines[1:]} == {"act", "event", "exchange"}
    archive = eventful.get("control", "/trace.har").json()
    assert archive["log"]["entries"][0]["_business_at"].startswith("2031")
    diagram = eventful.get("control", "/trace.mmd").text
    assert "Thu 26 Nov 2026, 11:01" in diagram
    assert of_the_world([lines, archive, diagram.splitlines()]) == []


@pytest.mark.parametrize(
    ("door", "path", "shown"),
    [
        ("tiktok", "/seller-center/orders/returns", "Nov 26, 2026, 11:24:00 UTC"),
        ("tiktok", "/seller-center/orders/returns/{return_id}", "16 min left"),
        ("tiktok", "/seller-center/webhooks", "Nov 26, 2026, 11:07:"),
        ("tiktok", "/buyer/orders", ""),
        ("tiktok", "/buyer/returns/{return_id}", "Nov 26, 2026, 11:00:00 UTC"),
        ("tiktok", "/buyer/mail", "Nov 26, 2026, 11:0"),
        ("console", "/", "11:07:"),
    ],
)
def test_pages_say_the_machines_time(door: str, path: str, shown: str, eventful: Eventful) -> None:
    page = eventful.get(door, path).text
    assert shown in page
    page = re.sub(r"In the world it is Mon 03 Mar 2031, \d\d:\d\d:\d\d", "", page)
    assert WORLDS_YEAR.findall(page) == []


def test_what_a_connector_has_written_keeps_its_own_times() -> None:
    outside = Outside()
    said = "its last lines:\n    | 2026-11-26T11:00:01Z fetch failed\nat 2031-03-03 10:00 UTC"
    shown = shown_outside({"what": said}, outside.stage)["what"]
    assert shown == "its last lines:\n    | 2026-11-26T11:00:01Z fetch failed\nat 2026-11-26 11:01:00 UTC"


def test_the_staff_wait_for_what_a_busy_machine_has_not_brought_yet() -> None:
    machine = HandMachine()
    with seated(pace=Pace(300, machine)) as (stage, team):
        told = Told(stage, list, [])
        maya, seller = Buyer(told, "Maya"), Seller(told)
        maya.buys([Goods("desk lamp", Sum(Decimal("39.98"), "USD"))])
        maya.asks_for_refund()
        looks: Iterator[list[Json]] = iter([[], [], []])
        team.broken = {"GET /cases": lambda: jsonify(cases=next(looks, None) or [row for row, _ in team.cases()])}
        seller.approves(maya)
        waited = machine.at
        team.broken = {"GET /cases": lambda: jsonify(cases=[])}
        with pytest.raises(Unseen, match="has not heard of Maya's request"):
            seller.case_of(maya)
        assert machine.at - waited == timedelta(seconds=30)
        with pytest.raises(
            NotJudged, match=r"1 min before it is due, which is 0.2 s here; give at least 15 min, or drive"
        ):
            Clock(stage).goes_before(Clock(stage).now + timedelta(hours=1), timedelta(minutes=1))
