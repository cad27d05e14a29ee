"""Whose fault it is, and where: mistakes of scenarios and their steps, of the connector, and of the stage itself."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.adapters.tiktok import wire
from connector.usecases import round as rounds
from mock_oms.adapters import channeladvisor, rows
from rehearsal.gherkin.results import Outcome, ScenarioResult
from rehearsal.gherkin.runner import SuiteRun, run_suite

CONFTEST = """\
import json, sys
import pytest
import connector.main, rehearsal.world.world
from pytest_bdd import when
from rehearsal.control.stage import Problem
from rehearsal.gherkin import expect

def _half(of):
    return 1 / of
"""
# What a step of somebody's own does -> whose fault that is, what is said, and in which line it happened.
DOES = {
    "_half(0)": (Outcome.MISWRITTEN, "ZeroDivisionError: division by zero", ": return 1 / of"),
    "stage.advanze(by='PT1H')": (Outcome.MISWRITTEN, "the stage has no 'advanze'; nearest: advance", ""),
    "people.buyer('Maya').flies()": (Outcome.MISWRITTEN, "a Buyer has no 'flies'", ""),
    "stage.advance(bye='PT1H')": (Outcome.MISWRITTEN, "unexpected keyword argument 'bye'", ""),
    "stage.advance(by='soon')": (Outcome.MISWRITTEN, 'Invalid value: by is "soon"', ""),
    "stage.order('12')": (Outcome.MISWRITTEN, "There is no order 12.", ""),
    "stage.order('')": (Outcome.MISWRITTEN, "order_id is '', which names nothing", ""),
    "stage.mailbox(order_id=' ')": (Outcome.MISWRITTEN, "order_id is ' ', which names nothing", ""),
    "stage.get_return(None)": (Outcome.MISWRITTEN, "return_id is None, which names nothing", ""),
    "stage.oms_approve('12')": (Outcome.MISWRITTEN, "The OMS knows no adjustment 12.", ""),
    "people.seller.approves('Maya')": (Outcome.MISWRITTEN, "AttributeError: 'str' object has no attribute", ""),
    "people.buyer('Maya').mails": (Outcome.MISWRITTEN, "Maya has bought nothing so far", ""),
    "json.loads('{')": (Outcome.MISWRITTEN, "JSONDecodeError: ", ""),
    "sys.exit(1)": (Outcome.MISWRITTEN, "SystemExit: 1", ""),
    "stage.world()['then']": (Outcome.MISWRITTEN, "KeyError: 'then'", ""),
    "assert stage is people": (Outcome.BROKEN, "", ""),
    "assert {'a': [1]} == {'a': [2]}": (Outcome.BROKEN, "an assert of this step did not hold; expect() of", ""),
    "expect('the books', [1], [2])": (Outcome.BROKEN, "the books: expected 1; seen 2", ""),
    "pytest.fail('not so')": (Outcome.BROKEN, "not so", ""),
    "pytest.skip('not here')": (Outcome.NOT_JUDGED, "not here", ""),
    "raise Problem(409, 'The connector refuses', 'no')": (Outcome.BROKEN, "The connector refuses: no", ""),
    "raise Problem(501, 'Not on this stage')": (Outcome.NOT_JUDGED, "Not on this stage", ""),
    "raise Problem(500, 'The stage itself failed')": (Outcome.STAGE_FAILED, "The stage itself failed", ""),
    "raise Problem(500, 'The connector failed')": (Outcome.BROKEN, "The connector failed", ""),
}
# A name that is lost inside ours -> whose fault that is, and whose code is shown.
LOST = {
    "connector.main.Fired": (Outcome.BROKEN, "connector/main.py:"),
    "rehearsal.simulation.scheduler.Scheduler.until": (Outcome.STAGE_FAILED, "rehearsal/world/world.py:"),
}
WRITTEN = {
    "Given Maya has asked for her money back": 'Maya has bought nothing so far; a step such as "Maya has received',
    "Then the seller has not heard of Maya": "Maya has bought nothing so far",
    "Given Maya has received a rug for 3.00 USD\n    Then Maya's request needs no answer": "has asked for nothing",
    "Given Maya has received 101 mugs at 3.00 USD each": "an order has 1 to 100 pieces of one thing, not 101 of",
    "Given Maya has received 0 mugs at 3.00 USD each": "an order has 1 to 100 pieces of one thing, not 0 of the mugs",
    "Given Maya has received 0 things of different kinds, at 3.00 USD each": "an order is of 1 to 100 things",
    "Given 0 buyers have each received a rug for 3.00 USD": "0 buyers are no crowd",
    "When an hour passes\n      | a |": "the step 'an hour passes' takes no table below it",
    "Then an hour passes": ': it is "When an hour passes", not Then; And and But take the keyword',
    "Given the seller approves Maya's request": 'not Given, or "Given the seller has approved Maya\'s request"; And',
    "When an hour passes\n    And the marketplace is unreachable for 2 hours": (
        "And and But take the keyword of the step before them, and a Given may stand after a When or a Then"
    ),
    "Given an hour has passed\n    And Maya has no mail": 'it is "Then Maya has no mail", not Given; And and But',
    "When this needs what nobody has": "'nobody' is neither a piece of the step's words nor a fixture\n  ",
    "When this is a coroutine": "would never run: write it without async\n  ",
    "When this comes in words": "ValueError: invalid literal for int()",
}
OWN = """
@when("this needs what nobody has")
def _(nobody): pass

@when("this is a coroutine")
async def _(): pass

@when(__import__("pytest_bdd").parsers.re("this comes in (?P<n>.+)"), converters={"n": int})
def _(n): pass
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ScenarioResult]:
    """What came of one suite in which each scenario makes one mistake."""
    suite = tmp_path_factory.mktemp("suite")
    does = [f"@when('{number} is done')\ndef _(stage, people): {what}\n" for number, what in enumerate(DOES)]
    lose = [
        f"@when('{name} is lost')\ndef _(people, monkeypatch):\n    monkeypatch.setattr('{name}', None)\n"
        for name in LOST
    ]
    (suite / "conftest.py").write_text("\n".join((CONFTEST, *does, *lose, OWN)))
    bought = "Given Maya has received a desk lamp for 39.98 USD"
    steps = {what: f"When {number} is done" for number, what in enumerate(DOES)}
    steps |= {name: f"{bought}\n    When {name} is lost\n    And an hour passes" for name in LOST}
    steps |= {step: step for step in WRITTEN}
    names = {f"{number}": name for number, name in enumerate(steps)}
    scenarios = [f"  Scenario: {number}\n    {steps[name]}\n" for number, name in names.items()]
    (suite / "own.feature").write_text("Feature: Mistakes\n" + "\n".join(scenarios))
    return {names[result.name]: result for result in run_suite(SuiteRun((suite,), 1)).results}


@pytest.mark.parametrize("what", DOES)
def test_a_step_of_somebodys_own_is_judged_by_what_it_did(results: dict[str, ScenarioResult], what: str) -> None:
    outcome, words, last = DOES[what]
    result = results[what]
    assert (result.outcome, words in result.why) == (outcome, True), result.why
    assert [step.outcome for step in result.steps] == ["failed"]
    place = result.why.splitlines()[-1]
    assert "conftest.py:" in place
    assert last in place


@pytest.mark.parametrize("name", LOST)
def test_what_nobody_raised_on_purpose_is_theirs_in_whose_code_it_happened(
    results: dict[str, ScenarioResult], name: str
) -> None:
    outcome, place = LOST[name]
    assert results[name].outcome is outcome, results[name].why
    assert place in results[name].why.splitlines()[-1]
    assert results[name].why.startswith("TypeError: 'NoneType' object is not callable")


@pytest.mark.parametrize("step", WRITTEN)
def test_a_scenario_that_makes_no_sense_is_miswritten(results: dict[str, ScenarioResult], step: str) -> None:
    assert results[step].outcome is Outcome.MISWRITTEN, results[step].why
    assert WRITTEN[step] in results[step].why


@pytest.mark.parametrize(
    ("fixture", "outcome", "words"),
    [
        ("    yield 1 / 0", Outcome.MISWRITTEN, "ZeroDivisionError: division by zero\n  "),
        ("    yield\n    1 / 0", Outcome.MISWRITTEN, "when it was over: ZeroDivisionError: division by zero\n  "),
        ("    pytest.skip('not today')", Outcome.NOT_JUDGED, "not today"),
    ],
    ids=["before", "after", "skipped"],
)
def test_a_fixture_of_somebodys_own_that_fails_is_no_scenario_that_held(
    tmp_path: Path, fixture: str, outcome: Outcome, words: str
) -> None:
    (tmp_path / "conftest.py").write_text(f"import pytest\n@pytest.fixture(autouse=True)\ndef own():\n{fixture}\n")
    (tmp_path / "own.feature").write_text("Feature: Own\n  Scenario: One\n    When an hour passes\n")
    (result,) = run_suite(SuiteRun((tmp_path,), 1)).results
    assert (result.outcome, words in result.why) == (outcome, True), result.why


@pytest.mark.parametrize(
    ("read", "wrongly", "act", "said"),
    [
        ("order", lambda one: replace(one, currency="USD"), "offers Maya 5000 IDR", "the shop's is USD"),
        ("_refund", lambda one: (one[0] / 2, one[1], one[2]), "offers Maya 9000 IDR", "not 9000"),
    ],
    ids=["another currency", "half the sum"],
)
def test_what_makes_no_sense_since_the_staff_were_told_wrongly_is_broken(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read: str,
    wrongly: Callable[[Any], Any],
    act: str,
    said: str,
) -> None:
    told = getattr(wire, read)
    monkeypatch.setattr(wire, read, lambda document: wrongly(told(document)))
    begun = ("Given the shop is in Indonesia", "And Maya has received a rug for 17000 IDR", "And an hour has passed")
    steps = (*begun, "And Maya has asked for her money back", "And an hour has passed", f"When the seller {act}")
    (tmp_path / "own.feature").write_text("Feature: Own\n  Scenario: One\n    " + "\n    ".join(steps))
    (result,) = run_suite(SuiteRun((tmp_path,), 1)).results
    assert (result.outcome, said in result.why) == (Outcome.BROKEN, True), result.why
    assert result.why.count("as-meant: ") == len(result.findings)


UNDATED: dict[str, Any] = {"shipped_back_at": None}


@pytest.mark.parametrize(
    ("told", "days", "outcome", "words"),
    [
        (False, 10, Outcome.BROKEN, 'is shown as "Buyer Shipped"\n  Not here yet: The parcel of return '),
        (False, 9, Outcome.MISWRITTEN, 'reached the warehouse" comes first'),
        (True, 10, Outcome.HELD, ""),
    ],
)
def test_goods_that_travel_for_too_long_can_be_judged_unless_the_connector_keeps_it_to_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: bool, days: int, outcome: Outcome, words: str
) -> None:
    if not told:
        monkeypatch.setattr(channeladvisor, "adjustment_of", lambda *row: replace(rows.adjustment_of(*row), **UNDATED))
    begun = ("Given Maya has received a rug for 50.00 USD", "And Maya has sent it back")
    wait = (f"And the connector has been down for {days} days", "And an hour has passed")
    steps = (*begun, *wait, "When the seller rejects Maya's request")
    (tmp_path / "own.feature").write_text("Feature: Own\n  Scenario: One\n    " + "\n    ".join(steps))
    (result,) = run_suite(SuiteRun((tmp_path,), 1)).results
    assert (result.outcome, words in result.why) == (outcome, True), result.why
    assert ("since when it travels is not known" in result.why) is not told


def test_a_connector_that_gets_nowhere_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "after_round", lambda rounds_from, now, every: now)
    (tmp_path / "own.feature").write_text("Feature: Own\n  Scenario: One\n    When an hour passes\n")
    (result,) = run_suite(SuiteRun((tmp_path,), 1)).results
    words = "connector is due again at 2031-03-03T09:00:00Z after an act that changed nothing"
    assert (result.outcome, words in result.why) == (Outcome.BROKEN, True), result.why
