"""What hooks answer that cannot be used is told in one line and judged by nobody; what is not there is not asked."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
from flask import Response, jsonify, redirect

from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Json, Problem
from rehearsal.gherkin.buyer import Buyer, Goods
from rehearsal.gherkin.refusals import Bought, Refusal, Told
from rehearsal.gherkin.staff import Seller
from rehearsal.gherkin.which import Order
from rehearsal.seats.description import Hooks
from rehearsal.simulation.compression import Pace
from rehearsal.sums import Sum
from rehearsal.world.world import World
from tests.clock import HandMachine
from tests.refused import refused
from tests.team import Team, seated, seats

CASE = {"id": "5", "order_id": "576457415060000001", "can": []}
PATIENCE = 20.0


def cases(*rows: Json) -> Callable[[], Any]:
    return lambda: jsonify(cases=list(rows))


def json_(text: str) -> Callable[[], Any]:
    return lambda: Response(text, content_type="application/json")


# fmt: off
HOSTILE = {
    # what GET /cases answers                               in words
    json_("<html>"):                                        "the body is no JSON that anybody can read (6 bytes)",
    json_("[" * 900 + "]" * 900):                           "the body is no JSON that anybody can read (1800 bytes)",
    json_('{"cases": NaN}'):                                "the body is no JSON that anybody can read (14 bytes)",
    json_('{"cases": [{"id": "\\ud800", "order_id": "6", "can": []}]}'): "the body has half a character in it",
    json_('{"cases": "' + "x" * 5_000_000 + '"}'):          "the answer is longer than 4194304 bytes",
    lambda: Response("Hello"):                              "content-type is text/html; it would be application/json",
    lambda: jsonify([]):                                    "body is [], which is not an object",
    cases({"id": "5"}):                                     "cases.0.order_id is missing",
    cases(CASE, {**CASE, "can": "approve"}):                'cases.1.can is "approve", which is not an array',
    cases({**CASE, "status": "waiting"}):                   'cases.0.status is "waiting"; possible: "NoChange"',
    cases({**CASE, "order_id": "1"}):                       'cases.0.order_id is "1", which is not an id of the market',
    cases({**CASE, "return_id": 5}):                        'digits such as "576457415060000001", or null',
    cases({**CASE, "amount": "1e400"}):                     'cases.0.amount is "1e400", which is not an amount',
    cases({**CASE, "deadline": "2031-02-31T09:00:00Z"}):    "0.deadline is 2031-02-31T09:00:00Z, which no calendar has",
    cases(CASE, CASE):                                      "cases.1.id is 5, as of another case; each has its own",
    lambda: redirect("http://127.0.0.1:1/"):                "the status is 302; it would be one of 200, 404",
    lambda: Response("boom", 500):                          "the status is 500; it would be one of 200, 404",
    lambda: Response("<html>Not Found</html>", 404):        "is answered with 404; serve it, or leave cases out",
    lambda: (jsonify(detail="Not Found"), 404):             "is answered with 404; serve it, or leave cases out",
    lambda: (jsonify(title="No such page"), 404):           "is answered with 404 (No such page); serve it, or leave",
    lambda: Response("{}", content_type="application/json", headers={"Content-Encoding": "gzip"}): "no answer (",
}
# fmt: on


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[InProcessStage, Team]]:
    with seated() as both:
        yield both


@pytest.mark.parametrize(("answer", "words"), HOSTILE.items(), ids=HOSTILE.values())
def test_an_answer_that_cannot_be_used_is_told_in_a_line(
    served: tuple[InProcessStage, Team], answer: Callable[[], Any], words: str
) -> None:
    stage, team = served
    team.broken = {"GET /cases": answer}
    with pytest.raises(Problem) as failed:
        stage.oms_adjustments()
    assert (failed.value.status, failed.value.title) == (500, "The connector failed")
    assert words in (failed.value.detail or "")
    assert "/cases" in (failed.value.detail or "")
    assert "\n" not in (failed.value.detail or "")
    assert {finding["suspect"] for finding in stage.findings()["findings"]} <= {"connector"}, "there is no OMS"
    stage.advance(by="PT15M")
    assert words in why(stage, "everything-arrives")
    team.broken = {}
    stage.advance(by="PT15M")
    assert why(stage, "everything-arrives") == "", "it is judged again once the answers are good"


def why(stage: InProcessStage, rule: str) -> str:
    """Return why a rule is not judged; nothing where it is."""
    (verdict,) = [one for one in stage.findings()["verdicts"] if one["invariant"] == rule]
    return str(verdict["why"] or "")


def test_an_order_that_nobody_has_placed_is_not_refunded() -> None:
    with seated() as (stage, team):
        team.broken = {"POST /refunds": lambda: ("", 500)}
        for unknown in ("abc", "576457415060009999"):
            with pytest.raises(Problem, match=f"No such order: The marketplace has no order {unknown}."):
                stage.oms_refund(order_id=unknown)
        assert not stage.findings()["findings"], "nobody was asked, and nothing was begun"


def test_what_the_connector_refuses_is_not_laid_to_how_the_order_stands() -> None:
    with seated() as (stage, team):
        order = Order(stage.place_order()["order_id"], Sum(Decimal("19.99"), "USD"), {})
        told = Told(stage, lambda: [Bought("Maya", order, [])], [])
        team.broken = {"POST /refunds": lambda: (jsonify(detail="it is locked"), 409)}
        refusal = refused(Refusal, told.oms_refund, order_id=order.id, amount="10.00")
        assert str(refusal) == "The connector refuses: it is locked"


def test_an_error_of_a_case_is_the_connectors_refusal_where_it_answers_for_the_staff() -> None:
    with seated() as (stage, team):
        told = Told(stage, list, [])
        maya, seller = Buyer(told, "Maya"), Seller(told)
        maya.buys([Goods("desk lamp", Sum(Decimal("39.98"), "USD"))])
        maya.asks_for_refund()
        stage.advance(by="PT15M")
        team.broken = {"POST /cases/<case_id>/<answer>": lambda: jsonify(refused_case(team))}
        seller.tries(lambda: seller.approves(maya))
        assert str(seller.refusal) == "The connector refuses: it is locked"


def refused_case(team: Team) -> Json:
    (row,) = (row for row, _ in team.cases())
    return {**row, "error": "it is locked"}


def test_nobody_who_answers_is_told() -> None:
    with seated(patience=0.3) as (stage, team):
        gone = threading.Event()
        team.broken = {"GET /cases": lambda: (gone.wait(PATIENCE), "late")[1]}
        with pytest.raises(Problem, match=r"GET http://[^ ]+/cases: no answer within 0.3 seconds"):
            stage.oms_adjustments()
        gone.set()


def test_nobody_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    stage = InProcessStage(World, seats=seats(Hooks(f"http://127.0.0.1:{port}")))
    with pytest.raises(Problem, match=r"/cases: no answer \(\[Errno \d+\] Connection refused\)"):
        stage.oms_adjustments()
    assert "Connection refused" in stage.advance(by="PT0S")["fired"][0]["what"]
    stage.current.state.down_since = stage.current.now
    with pytest.raises(Problem, match="nobody answers there while the connector is down") as killed:
        stage.oms_adjustments()
    assert killed.value.status == 501, "what the stage has done itself is nobody's failure"
    stage.close()


def cut_short() -> Iterator[bytes]:
    yield b"{"
    raise ConnectionAbortedError("as the process dies")


@pytest.mark.parametrize("acts", [False, True], ids=["lost", "taken"])
def test_a_decision_to_which_no_answer_comes_is_kept_and_given_again_if_it_is_asked_for(acts: bool) -> None:
    with seated() as (stage, team):
        returned, told = stage.request_return(stage.place_order()["order_id"], type="REFUND"), list[Any]()
        stage.advance(by="PT15M")

        def hangs_up() -> Any:
            told.append(team.answer(returned["return_id"], "approve") if acts else None)
            return Response(cut_short(), headers={"Content-Length": "9"}, content_type="application/json")

        team.broken = {"POST /cases/<case_id>/<answer>": hangs_up}
        decided = stage.oms_approve(returned["return_id"])
        assert (decided["kept"], decided["can"]) == (True, [])
        assert decided["error"].startswith("kept since 2031-03-03 09:15 UTC, to be tried again at the next look: POST")
        assert "is kept since" in why(stage, "executed-once")
        with pytest.raises(Problem, match="Decided already"):
            stage.oms_reject(returned["return_id"])
        stage.advance(by="PT30M")
        assert len(told) == (1 if acts else 3), "at each look, while it is asked for"
        team.broken = {}
        stage.advance(by="PT1H")
        assert stage.get_return(returned["return_id"])["refunded"] == returned["refund_total"]
        assert stage.findings()["findings"] == []
        assert why(stage, "executed-once") == ""


def test_a_refund_without_an_answer_may_have_been_made() -> None:
    with seated() as (stage, team):
        order_id = stage.place_order()["order_id"]
        team.broken = {"POST /refunds": lambda: (team.refund(), "done")[1]}
        with pytest.raises(Problem, match="content-type is text/html"):
            stage.oms_refund(order_id=order_id)
        stage.advance(by="PT1H")
        assert {finding["invariant"] for finding in stage.findings()["findings"]} == {"contract-kept"}


@pytest.mark.parametrize(
    ("asked", "does", "sums"),
    [
        ({"part": "tax"}, {}, {"asked": "4.13", "refunded": "60.13"}),
        ({"part": "tax"}, {"part": "shipping"}, {"asked": "4.13", "refunded": "6.00"}),
        ({}, {"part": "tax"}, {"asked": "60.13", "refunded": "4.13"}),
        ({"part": "shipping"}, {"part": "tax"}, {"asked": "6.00", "refunded": "4.13"}),
    ],
    ids=["all instead of the tax", "the shipping instead of the tax", "the tax instead of all", "the tax for shipping"],
)
def test_a_refund_of_another_part_is_not_the_one_that_was_asked_for(asked: Json, does: Json, sums: Json) -> None:
    with seated() as (stage, team):
        rug = [{"sku": "RUG", "unit_price": "50.00"}]
        order = stage.place_order(lines=rug, shipping_fee="6.00", tax="4.13")["order_id"]
        stage.advance(by="PT30M")
        team.broken = {"POST /refunds": lambda: team.pay_back({"order_id": order, **does})}
        stage.oms_refund(order_id=order, **asked)
        team.broken = {}
        stage.advance(by="PT6H")
        (found,) = [one for one in stage.findings()["findings"] if one["invariant"] == "executed-once"]
        assert {what: money.partition(" ")[0] for what, money in found["witness"]["money"].items()} == sums


def test_a_decision_without_an_answer_may_have_been_taken() -> None:
    """The team acts, and its answer is of no use: nobody may say that it acted of its own accord."""
    with seated() as (stage, team):
        returned = stage.request_return(stage.place_order()["order_id"], type="REFUND")
        stage.advance(by="PT15M")

        def acts_and_fails() -> Any:
            team.answer(returned["return_id"], "approve")
            return "done"

        team.broken = {"POST /cases/<case_id>/<answer>": acts_and_fails}
        with pytest.raises(Problem, match="the content-type is text/html"):
            stage.oms_approve(returned["return_id"])
        stage.advance(by="PT1H")
        assert stage.get_return(returned["return_id"])["refunded"] == returned["refund_total"]
        broken = {finding["invariant"] for finding in stage.findings()["findings"]}
        assert broken == {"contract-kept"}, "the answer is the one thing that is wrong"


def test_a_book_that_cannot_be_read_is_not_compared() -> None:
    with seated() as (stage, team):
        returned = stage.request_return(stage.place_order()["order_id"], type="REFUND")
        stage.advance(by="PT15M")
        stage.oms_approve(returned["return_id"])
        team.broken = {"GET /book": lambda: jsonify(orders=[{"order_id": returned["order_id"], "refunded": 5}])}
        stage.advance(by="PT1H")
        assert "orders.0.refunded is 5, which is not an amount of money" in why(stage, "books-agree")
        assert stage.ledgers()["orders"][0]["connector"] is None
        team.broken = {"GET /book": lambda: jsonify(orders=[])}
        stage.advance(by="PT1H")
        (finding,) = [one for one in stage.findings()["findings"] if one["invariant"] == "books-agree"]
        assert "connector 0.00 USD" in finding["seen"]


@pytest.mark.parametrize("driven", [True, False])
@pytest.mark.parametrize("answered", [True, False])
def test_a_book_is_ahead_though_the_money_comes_before_the_next_round(driven: bool, answered: bool) -> None:
    """It counts what was granted; the money goes back minutes later, also where nobody has answered."""
    with seated(driven=driven) as (stage, team):
        returned = stage.request_return(stage.place_order()["order_id"], type="REFUND")
        stage.advance(by="PT20M")
        team.books = ("_SUCCESS", "_COMPLETE")
        if answered:
            stage.oms_approve(returned["return_id"])
        stage.advance(by="PT6M" if answered else "PT24H")
        assert stage.get_return(returned["return_id"])["refunded"] == returned["refund_total"]
        (found,) = stage.findings()["findings"]
        assert (found["invariant"], found["suspect"]) == ("never-ahead", "connector")
        assert found["at"] == ("2031-03-03T09:20:00Z" if answered else "2031-03-04T09:00:00Z")


def test_nobody_asks_for_a_book_while_nothing_has_changed() -> None:
    with seated() as (stage, team):
        stage.place_order()
        stage.advance(by="PT1H")
        team.asked_at.clear()
        stage.advance(by="PT8H")
        assert set(team.asked_at) == {"cases"}


def test_the_stage_answers_in_the_midst_of_a_hook_and_its_clock_stands_still() -> None:
    with seated() as (stage, team):
        returned, told = stage.request_return(stage.place_order()["order_id"], type="REFUND"), list[Any]()

        def calls_back() -> Any:
            control = team.world["urls"]["control"]
            for path, body in (("/clock/advance", {"by": "PT1H"}), ("/reset", {}), ("/orders", {})):
                told.append(requests.post(control + path, json=body, timeout=PATIENCE).status_code)
            return team.answer(returned["return_id"], "approve")

        team.broken = {"POST /cases/<case_id>/<answer>": calls_back}
        stage.advance(by="PT15M")
        stage.oms_approve(returned["return_id"])
        assert told == [409, 409, 200]
        entries = list(stage.current.trace.entries())
    named = {entry["operation"]: entry for entry in entries if entry["kind"] == "exchange"}
    hook, call = named["approve"], named["approveReturn"]
    assert (hook["from"], hook["to"], call["cause"]) == ("stage", "oms", hook["seq"])
    placed = [entry["cause"] for entry in entries if entry.get("name") == "order_placed"]
    assert placed == [None, hook["seq"]], "what comes in meanwhile is its doing"


@pytest.mark.parametrize(
    ("pace", "now"), [(None, "2031-03-03T09:07:00Z"), (60, "2026-11-26T11:00:07Z")], ids=["driven", "compressed"]
)
def test_each_call_says_what_time_it_is(pace: int | None, now: str) -> None:
    with seated(pace=Pace(pace, HandMachine()) if pace else None) as (stage, team):
        order, other = (stage.place_order()["order_id"] for _ in range(2))
        returned = stage.request_return(order, type="REFUND")
        stage.advance(by="PT7M")
        team.asked_at.clear()
        stage.oms_approve(returned["return_id"])
        stage.oms_refund(order_id=other, amount="1.00")
        stage.activity(order)
        stage.ledgers()
        assert team.asked_at == dict.fromkeys(("cases", "refunds", "activity", "book"), now)


def test_in_a_compressed_world_they_are_told_the_machines_time_and_tell_it() -> None:
    with seated(pace=Pace(60, HandMachine())) as (stage, team):
        returned = stage.request_return(stage.place_order()["order_id"], type="REFUND")
        stage.advance(by="PT30M")
        (case,) = stage.oms_adjustments()["adjustments"]
        (own, _), due = next(team.cases()), returned["seller_deadline"]
        assert (own["deadline"][:13], due[:13]) == ("2026-11-26T11", "2031-03-04T09")
        assert abs(datetime.fromisoformat(case["deadline"]) - datetime.fromisoformat(due)) < timedelta(minutes=1)
        stage.oms_approve(case["id"])
        stage.advance(by="PT6H")
        verdicts = {one["invariant"]: one["verdict"] for one in stage.findings()["verdicts"]}
        assert "broken" not in verdicts.values()
        assert {verdicts[rule] for rule in ("executed-once", "in-time", "everything-arrives", "as-meant")} == {"held"}


def test_nobody_is_asked_while_a_call_of_theirs_is_answered() -> None:
    """One that does one thing at a time would wait for itself."""
    asked: list[str] = []
    machine = HandMachine()
    with seated(pace=Pace(60, machine)) as (stage, team):
        stage.advance(by="PT0S")

        def told() -> Any:
            asked.append("cases")
            return jsonify(cases=[])

        team.broken = {"GET /cases": told}
        machine.at += timedelta(seconds=20)
        assert list(team.claims()) == []
        assert not asked
        machine.at += timedelta(seconds=1)
        stage.advance(by="PT0S")
        assert asked


def test_what_has_no_endpoint_is_not_asked_and_not_judged() -> None:
    """The staff answer requests; what they do with goods and refunds of their own nobody hears of."""
    with seated("cases", "approve", "reject") as (stage, team):
        order = stage.place_order()
        returned = stage.request_return(order["order_id"])
        stage.advance(by="PT1H")
        acts: dict[str, Callable[[], object]] = {
            "hook “inspect”": lambda: stage.oms_inspect(returned["return_id"], grade="USED", accept=True),
            "hook “refund”": lambda: stage.oms_refund(order_id=order["order_id"]),
            "capability “activity”": lambda: stage.activity(order["order_id"]),
        }
        for lacks, act in acts.items():
            with pytest.raises(Problem, match=f"lacks the {lacks}") as refused:
                act()
            assert refused.value.status == 501
        stage.ship_return(returned["return_id"])
        stage.arrive_return(returned["return_id"])
        stage.advance(by="PT1H")
        assert team.parcels == []
        with team.app.test_request_context(json={}):
            team.answer(returned["return_id"], "approve")
        with team.app.test_request_context(json={"order_id": stage.place_order()["order_id"]}):
            team.refund()
        stage.advance(by="PT6H")
        assert stage.findings()["findings"] == []
        assert "book" in why(stage, "books-agree")


def test_a_parcel_that_is_not_heard_of_is_told_again() -> None:
    with seated() as (stage, team):
        returned = stage.request_return(stage.place_order()["order_id"])
        stage.advance(by="PT1H")
        stage.ship_return(returned["return_id"])
        stage.advance(by="PT1H")
        stage.arrive_return(returned["return_id"])
        team.broken = {"POST /parcels": lambda: (jsonify(title="The dock is closed"), 404)}
        (fired,) = stage.advance(by="PT0S")["fired"]
        assert "is answered with 404 (The dock is closed)" in fired["what"]
        team.broken = {}
        stage.advance(by="PT30M")
        assert [parcel["return_id"] for parcel in team.parcels] == [returned["return_id"]]
        stage.advance(by="PT6H")
        assert stage.findings()["findings"] == [], "the claim's state is told once, when the goods are on their way"


def test_parcels_are_told_to_whoever_asks_for_them() -> None:
    with seated("cases", "approve", "reject", "inspect", "parcels") as (stage, team):
        returned = stage.request_return(stage.place_order()["order_id"])
        stage.advance(by="PT1H")
        stage.ship_return(returned["return_id"])
        stage.arrive_return(returned["return_id"])
        assert team.parcels == [], "every call leaves its consequences on the agenda"
        stage.advance(by="PT0S")
        (parcel,) = team.parcels
        assert {name: parcel[name] for name in ("return_id", "order_id", "line_item_ids")} == {
            name: returned[name] for name in ("return_id", "order_id", "line_item_ids")
        }
