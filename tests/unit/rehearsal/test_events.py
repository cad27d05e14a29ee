"""`contracts/events.yaml`, and that the audit reads no event and no field that it does not have."""

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mock_oms.domain.grades import Grade
from mock_oms.domain.statuses import Question
from mock_tiktok.domain.words import Action, By, CancelStatus, OrderStatus, ReturnStatus, ReturnType, Role
from mock_tiktok.usecases.effects import DEADLINE_SET
from rehearsal import audit
from rehearsal.audit.auditor import Auditor
from rehearsal.audit.event import EventName, Field, PlayerEvent
from rehearsal.contract.demand import Judge
from rehearsal.contract.events import EventContract
from tests.clock import START

CONTRACT = EventContract.load()
ORDER, RETURN = "576457415060000001", "4035237199950000001"
PAID: dict[str, Any] = {
    "order_id": ORDER,
    "return_id": RETURN,
    "currency": "USD",
    "amount": "39.98",
    "lines": {"577073114550000001": "39.98"},
    "parts": {"577073114550000001": {"item": "36.98", "shipping": "0.00", "tax": "3.00"}},
}


def properties(name: str) -> dict[str, Any]:
    checker = CONTRACT.checkers[name].schema
    own: dict[str, Any] = checker.get("properties") or checker["components"]["schemas"]["Parcel"]["properties"]
    return own


@pytest.mark.parametrize("name", CONTRACT.events)
def test_an_event_says_who_tells_it_and_when_and_leaves_no_field_open(name: str) -> None:
    event = CONTRACT.events[name]
    Draft202012Validator.check_schema(CONTRACT.checkers[name].schema)
    assert event["x-told-by"] in ("marketplace", "oms", "stage")
    assert event["description"]
    breaches = CONTRACT.breaches(event["x-told-by"], name, {"surplus": 1})
    assert [one.expected for one in breaches if one.pointer == "/data/surplus"] == ["no such field"]


def test_the_audit_asks_for_no_event_and_no_field_that_is_not_in_the_contract() -> None:
    fields = {field.name for field in vars(PlayerEvent).values() if isinstance(field, Field)}
    assert {str(name) for name in EventName} <= CONTRACT.events.keys()
    assert fields <= {name for event in CONTRACT.events for name in properties(event)}


def test_the_audit_spells_events_in_one_place() -> None:
    (room,) = audit.__path__
    spelled = re.compile("|".join(rf"[\"']{name}[\"']" for name in CONTRACT.events))
    assert [path.name for path in Path(room).rglob("*.py") if spelled.search(path.read_text())] == ["event.py"]


def test_the_words_are_those_of_the_players() -> None:
    schemas = next(iter(CONTRACT.checkers.values())).schema["components"]["schemas"]
    assert set(schemas["OrderStatus"]["enum"]) == set(OrderStatus)
    assert set(schemas["ReturnStatus"]["enum"]) == set(ReturnStatus)
    assert set(schemas["CancelStatus"]["enum"]) == set(CancelStatus)
    assert set(schemas["Role"]["enum"]) == set(Role)
    assert set(schemas["Door"]["enum"]) == set(By)
    assert set(schemas["Action"]["enum"]) == {action.spoken for action in Action} | {DEADLINE_SET}
    assert set(properties("return_requested")["return_type"]["enum"]) == set(ReturnType)
    assert set(properties("decision_given")["question"]["enum"]) == set(Question)
    assert set(properties("decision_given")["grade"]["enum"]) == {*Grade, None}


@pytest.mark.parametrize(
    ("who", "name", "changes", "pointer"),
    [
        ("marketplace", "money_payed", {}, "/name"),
        ("oms", "money_paid", {}, "/who"),
        ("marketplace", "money_paid", {"amount": "-1"}, "/data/amount"),
        ("marketplace", "money_paid", {"amount": 39.98}, "/data/amount"),
        ("marketplace", "money_paid", {"order_id": ""}, "/data/order_id"),
        ("marketplace", "money_paid", {"paid_by": "card"}, "/data/paid_by"),
    ],
)
def test_a_breach_suspects_whoever_spoke(who: str, name: str, changes: dict[str, Any], pointer: str) -> None:
    assert CONTRACT.breaches("marketplace", "money_paid", PAID) == ()
    data = {**PAID, **changes}
    breaches = CONTRACT.breaches(who, name, data)
    auditor = Auditor(now=START, reproduce="rehearsal demo --seed 1")
    auditor.on_event(PlayerEvent(7, START, who, name, data, breaches))
    finding = next(finding for finding in auditor.broken() if finding.invariant == "contract-kept")
    assert (finding.suspect, finding.witness.events, finding.witness.about["pointer"]) == (who, (7,), pointer)
    assert len(breaches) == 1


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("5" * 10, 4), ("5" * 20, 4), (None, 2), ("1", 1), ("5" * 21, 1), ("R-1", 1),
        ("5555555555\n", 0), ("a b", 0), ("a/b", 0), ("x" * 101, 0), ("", 0), (5, 0),
    ],
)  # fmt: skip
def test_what_a_hook_may_answer_of_a_case_may_be_told_of_it(number: object, kept: int) -> None:
    seat, numbers = Judge("seat"), {"return_id": None, "cancel_id": None, "order_id": "5764574150600001"}
    cases = [{"id": "C-1", **numbers, name: number, "can": ["approve"]} for name in ("id", *numbers)]
    possible = [case for case in cases if seat.mistake("Case", case) is None]
    assert len(possible) == kept
    for case in possible:
        told = {"adjustment_id": case["id"], **{name: case[name] for name in (*numbers, "can")}}
        assert CONTRACT.breaches("oms", "case_seen", told) == ()
