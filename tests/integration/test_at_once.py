"""Scenarios with a connector that sends at once what its staff decide: what only ours need do is not judged there.

With our own each scenario that asks for something else than it does is broken, as ever.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import jsonify, request

from rehearsal.gherkin.results import Outcome, ScenarioResult
from rehearsal.gherkin.runner import SuiteRun, run_suite
from tests.team import Refused, Team

CONFTEST = """
import pytest
from tests.integration.test_at_once import obliging
from tests.team import seated

@pytest.fixture(scope="session")
def stage_factory():
    with seated() as (stage, team):
        team.broken |= obliging(team)
        def fresh():
            team.world = stage.world()
            return stage
        yield fresh
"""
BOUGHT = "Maya has received a desk lamp for 39.98 USD; everybody has heard of it"
ASKED = f"{BOUGHT}; Maya has asked for her money back; everybody has heard of it"
SENT = f"{BOUGHT}; Maya has sent it back; an hour has passed"
TOLD_NO = "the seller is told that it cannot be done"
CARRIED_OUT = "whoever sits here has carried out by now"


def obliging(team: Team) -> dict[str, Callable[[], Any]]:
    """Have the same answer taken once more, and shown by the case of a refund that it cannot be made."""
    kept: list[Any] = []

    def answer() -> Any:
        case_id, said = request.path.split("/")[2:]
        waits = any(row["can"] for row, _ in team.cases() if row["id"] == case_id)
        return team.answer(case_id, said) if waits else ("", 204)

    def refund() -> Any:
        asked = team.asked
        case = {"id": "R1", "order_id": asked["order_id"], "can": []}
        if "record_only" in asked:
            case |= {name: asked[name] for name in ("amount", "currency")}
            kept.append(case)
            return case
        try:
            return team.refund()
        except Refused as no:
            team.note(asked["order_id"], "The staff refund.", f"The marketplace has refused it: {no}")
            kept.append(case | {"error": str(no)})
            return kept[-1]

    def cases() -> Any:
        return {"cases": [row for row, _ in team.cases()] + kept}

    return {"POST /cases/<case_id>/<answer>": answer, "POST /refunds": refund, "GET /cases": cases}


def once_only(team: Team) -> dict[str, Callable[[], Any]]:
    """Have one answer taken, and no more."""
    taken: list[Any] = []

    def answer() -> Any:
        if taken:
            return jsonify(title="I will not", detail="One answer is enough."), 409
        taken.append(team.answer(*request.path.split("/")[2:]))
        return taken[0]

    return {"POST /cases/<case_id>/<answer>": answer}


def played(folder: Path, given: str, when: str, then: str, tag: str = "") -> ScenarioResult:
    steps = [*(f"Given {one}" for one in given.split("; ")), f"When {when}", f"Then {then}"]
    (folder / "own.feature").write_text(f"Feature: Own\n  {tag}\n  Scenario: One\n    " + "\n    ".join(steps))
    (result,) = run_suite(SuiteRun((folder,), 1)).results
    return result


HELD, BROKEN, NOT_JUDGED = Outcome.HELD, Outcome.BROKEN, Outcome.NOT_JUDGED
REFUNDED = f"{BOUGHT}; the seller has refunded Maya's whole order"


@pytest.mark.parametrize(
    ("given", "when", "then", "outcome", "words"),
    [
        (REFUNDED, "Maya asks for her money back", "Maya has been paid back everything", NOT_JUDGED, CARRIED_OUT),
        (f"{ASKED}; the seller has approved Maya's request", "Maya withdraws", "Maya has no mail", NOT_JUDGED,
         CARRIED_OUT),
        (f"{ASKED}; the seller has approved Maya's request", "an hour passes", "the seller has Maya's case before them",
         NOT_JUDGED, CARRIED_OUT),
        (f"{ASKED}; the seller has approved Maya's request", "the seller tries to approve the request of Maya", TOLD_NO,
         HELD, ""),
        (ASKED, "the seller tries to approve the request of Maya", TOLD_NO, BROKEN, "was not refused anything"),
        (BOUGHT, "the seller tries to refund Maya 40.00 USD of the order", TOLD_NO, HELD, ""),
        (BOUGHT, "the seller tries to refund Maya 30.00 USD of the order", TOLD_NO, BROKEN, "was not refused anything"),
        (SENT, "the seller tries to inspect Maya's goods", TOLD_NO, NOT_JUDGED, "goods that have not come"),
        (BOUGHT, "the seller refunds Maya 5.00 USD of the order",
         "the seller's own refund of Maya has been carried out over 5.00 USD", HELD, ""),
        (f"{BOUGHT}; the seller has refunded Maya 5.00 USD of the order; everybody has heard of it",
         "Maya asks for her money back", "the seller's own refund of Maya waits for her request", NOT_JUDGED, "(D31)"),
        (BOUGHT, "the seller records 5.00 USD of Maya's order as given back elsewhere",
         "the seller sees 5.00 USD recorded for Maya, and nothing to be paid", HELD, ""),
        (BOUGHT, "the seller refunds Maya 5.00 USD of the order",
         "the seller sees 5.00 USD recorded for Maya, and nothing to be paid", BROKEN, "what is recorded for Maya"),
    ],
)  # fmt: skip
def test_what_such_a_connector_may_do_is_not_broken_and_what_it_may_not_is(
    tmp_path: Path, given: str, when: str, then: str, outcome: Outcome, words: str
) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    result = played(tmp_path, given, when, then)
    assert (result.outcome, words in result.why) == (outcome, True), result.why


def test_who_has_carried_out_one_answer_is_to_take_the_next(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST.replace("obliging", "once_only"))
    offered = f"{ASKED}; the seller has offered Maya 10.00 USD; Maya has declined the offer; everybody has heard of it"
    result = played(tmp_path, offered, "the seller approves Maya's request", "Maya has no mail")
    assert (result.outcome, "I will not" in result.why) == (BROKEN, True), result.why


@pytest.mark.parametrize("when", ["Maya sings", "Maya's parcel reaches the warehouse"])
def test_what_is_miswritten_is_so_whoever_plays_it(tmp_path: Path, when: str) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    assert played(tmp_path, ASKED, when, "Maya has no mail", "@ours").outcome is Outcome.MISWRITTEN


@pytest.mark.parametrize(("ours", "outcome"), [(True, BROKEN), (False, NOT_JUDGED)])
def test_what_our_own_connector_does_is_asked_of_ours_alone(tmp_path: Path, ours: bool, outcome: Outcome) -> None:
    if not ours:
        (tmp_path / "conftest.py").write_text(CONFTEST)
    result = played(tmp_path, ASKED, "an hour passes", "Maya has been paid back everything", "@ours")
    assert result.outcome is outcome, result.why
    assert "paid back to Maya: expected 39.98 USD; seen 0.00 USD" in result.why
    assert ("another may do otherwise" in result.why) is not ours


@pytest.mark.parametrize(
    ("given", "when", "then", "words"),
    [
        (f"{REFUNDED}; everybody has heard of it", "Maya asks for her money back", "Maya has no mail", "Maya"),
        (f"{ASKED}; the seller has approved Maya's request; everybody has heard of it", "an hour passes",
         "the seller has Maya's case before them", 'expected "open"; seen "carried out"'),
        (BOUGHT, "the seller refunds Maya 5.00 USD of the order",
         "the seller's own refund of Maya has been carried out over 6.00 USD", "expected 6.00 USD; seen 5.00 USD"),
    ],
)  # fmt: skip
def test_of_our_own_connector_nothing_is_forgiven(tmp_path: Path, given: str, when: str, then: str, words: str) -> None:
    result = played(tmp_path, given, when, then)
    assert (result.outcome, words in result.why) == (BROKEN, True), result.why
