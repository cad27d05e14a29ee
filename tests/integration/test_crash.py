"""`rehearsal crash`: our connector survives every death, one that keeps its promises in memory does not."""

import re
import shlex
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

import pytest

from rehearsal.cli.exit_codes import ExitCode, worst
from rehearsal.control.local import InProcessStage
from rehearsal.control.places import CONNECTOR_FAILED
from rehearsal.control.stage import Problem
from rehearsal.crash import replay
from rehearsal.crash.matrix import Death, deaths
from rehearsal.crash.script import Asked, Scribe, Script
from rehearsal.gherkin.results import Outcome
from rehearsal.gherkin.runner import SuiteRun, run_suite
from rehearsal.moments import shown_time
from rehearsal.resources import features_folder
from rehearsal.seats.builtin import OurConnector
from rehearsal.world.boundaries import COMMIT, Boundary, CrashPoints, Due, Killed
from rehearsal.world.world import START, World
from tests.command import Rehearse

FEATURE = """
Feature: Told twice
  Scenario: The seller {answer}
    Given Maya has received a desk lamp for 39.98 USD
    And Maya has asked for her money back
    And an hour has passed
    When the seller {answer} Maya's request
    Then all three books say {sum} for Maya
"""


@pytest.fixture
def told(rehearse: Rehearse) -> Path:
    return rehearse.file("told.feature", FEATURE.format(answer="approves", sum="39.98 USD"))


ALONE = ("crash", "--jobs", "1")


def story_of(file: Path, down: timedelta = timedelta(0)) -> replay.Story:
    """Return the one scenario of a file as it goes without a death."""
    scribe = Scribe()
    run_suite(SuiteRun(paths=[file], seed=1), scribe)
    return replay.told(scribe.scripts[0], down)


def test_a_decision_survives_every_death(rehearse: Rehearse, told: Path) -> None:
    shown = rehearse(*ALONE, told).out
    assert (said := re.search(r"it dies at (\d+)", shown))
    assert int(said[1]) > 15
    assert f"letting it die: {said[1]} of {said[1]}\n" in shown
    assert shown.endswith(f"\n{said[1]} boundaries: {said[1]} survived, 0 findings\n")


def test_so_do_what_its_own_staff_have_it_do(rehearse: Rehearse) -> None:
    steps = (
        *("there is a second shop", "Noah has received a rug for 12.50 USD from the second shop"),
        *("Noah has asked for the money", "the seller has let the connector into the second shop again"),
        "2 hours have passed",
    )
    given = "\n    And ".join(steps)
    file = rehearse.file("let_in.feature", f"Feature: Let in\n  Scenario: Twice\n    Given {given}\n")
    shown = rehearse(*ALONE, file).out
    assert (said := re.search(r"it dies at (\d+)", shown))
    assert shown.endswith(f"\n{said[1]} boundaries: {said[1]} survived, 0 findings\n")


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have our connector forget what it owes when it dies."""
    kill = OurConnector.kill

    def forgets(seat: OurConnector) -> None:
        kill(seat)
        seat._disk.execute("UPDATE outbox SET state = 'done', due_at = NULL")

    monkeypatch.setattr(OurConnector, "kill", forgets)


@pytest.mark.usefixtures("forgetful")
def test_what_is_kept_in_memory_alone_does_not(rehearse: Rehearse, told: Path) -> None:
    out = rehearse(*ALONE, told, code=ExitCode.FINDINGS).out
    assert "executed-once: expected" in out
    changed = "marketplace refunded: 39.98 -> 0.00, connector refunded: 39.98 -> 0.00, oms refunded: 39.98 -> 0.00"
    assert re.search(rf"\n  ledgers: order_id \d+, without the death -> with it: {changed}\n", out)
    again = re.findall(r"Again: rehearsal crash (.*)", out)
    assert again
    alone = rehearse(*ALONE, *shlex.split(again[0]), code=ExitCode.FINDINGS).out
    assert "1 boundary: 0 survived, 1 finding\n" in alone


def test_a_stage_that_fails_says_nothing_about_the_connector(
    rehearse: Rehearse, told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(stage: InProcessStage, points: CrashPoints) -> replay.Unheard:
        if points.killed is not None:
            stage.note_own_failure("the marketplace cannot find its ledger")
        return replay.Unheard()

    monkeypatch.setattr(replay, "_unheard", fails)
    out = rehearse(*ALONE, told, "--point", "1", code=ExitCode.STAGE_FAILED).out
    assert "stage failed: " in out
    assert "  the marketplace cannot find its ledger\n" in out
    assert "1 boundary: 0 survived, 0 findings, 1 not played\n" in out


def test_what_cannot_be_looked_at_is_the_connectors_failure_only_where_it_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(title: str) -> replay.Telling:
        def rest(stage: InProcessStage) -> Any:
            raise Problem(500, title, "no answer")

        monkeypatch.setattr(replay, "_rest", rest)
        return replay.Telling(InProcessStage(World), CrashPoints())

    gone = fails(CONNECTOR_FAILED)
    assert (gone.at_rest(), gone.failures) == ({}, ["The connector failed: no answer"])
    with pytest.raises(Problem, match="The ledger is lost"):
        fails("The ledger is lost").at_rest()


@pytest.mark.parametrize(
    ("words", "survives"),
    [
        ("it is 3 minutes before the answer to Maya is due", True),  # the OMS keeps it, and its next pull is too late
        ("an hour has passed", True),
        ("it is 3 minutes before the answer to Maya is due", False),
    ],
)
def test_a_word_that_nobody_heard_may_come_too_late(
    told: Path, words: str, survives: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = FEATURE.format(answer="rejects", sum="0.00 USD").replace("an hour has passed", words)
    told.write_text(text)
    story = story_of(told)
    at = max(one.at for one in story.boundaries if one.what == "before a commit")
    unheard = next(one for one in story.boundaries if one.at == at and one.what == "before a commit")
    if not survives:  # nobody takes note of what the OMS kept
        monkeypatch.setattr(replay, "_unheard", lambda stage, points: replay.Unheard())
    assert replay.trial(story, unheard, timedelta(0)).outcome is (Outcome.HELD if survives else Outcome.BROKEN)


def test_a_refusal_of_troubles_that_died_with_the_process_is_not_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    file = features_folder() / "refunds" / "refused_by_marketplace.feature"
    line = file.read_text(encoding="utf-8").splitlines().index("    Scenario Outline: A yes and a no") + 1
    scribe = Scribe()
    run_suite(SuiteRun(paths=[], at=[(file, line)], seed=1), scribe)
    story = replay.told(scribe.scripts[0])
    answered = next(one for one in story.boundaries if one.what == "after approveReturn")
    assert replay.trial(story, answered, timedelta(0)).outcome is Outcome.HELD
    monkeypatch.setattr(replay, "REFUSE", "none")
    assert replay.trial(story, answered, timedelta(0)).outcome is Outcome.BROKEN


def test_what_nobody_can_be_asked_about_after_a_death_may_come_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    file = features_folder() / "refunds" / "partial_offer.feature"
    outline = "    Scenario Outline: The answer to it gets lost, and nobody looks before the offer is over"
    scribe = Scribe()
    line = file.read_text(encoding="utf-8").splitlines().index(outline) + 1
    run_suite(SuiteRun(paths=[], at=[(file, line)], seed=1), scribe)
    story = replay.told(scribe.scripts[0])
    sent = START + timedelta(minutes=30)
    begun = next(one for one in story.boundaries if (one.at, one.what) == (sent, "after a commit"))
    assert replay.trial(story, begun, timedelta(0)).outcome is Outcome.HELD
    monkeypatch.setattr(replay, "BEING_SENT", ())
    assert replay.trial(story, begun, timedelta(0)).outcome is Outcome.BROKEN


@pytest.mark.parametrize(
    ("body", "order"), [({"order_id": "5"}, "5"), ({}, ""), (None, None), ("{cut", None), ([], None)]
)
def test_whom_a_refusal_was_about_is_read_of_any_body(body: Any, order: str | None) -> None:
    """A connector that is not ours may have sent anything when trouble refused it."""
    points = CrashPoints(lambda one: True)
    points.act_begins()
    with suppress(Killed):
        points.passes("before a commit", START, moves=True)
    assert points.killed is not None
    sent = {
        "kind": "exchange", "from": "connector", "at": shown_time(START), "fault": "refuse", "writes": True,
        "path": "/return_refund/returns/7/approve", "request": {"body": body},
    }  # fmt: skip
    stage = cast(InProcessStage, SimpleNamespace(trace=lambda: [sent]))
    assert replay._unheard(stage, points).refused == {"7", *([] if order is None else [order])}


def test_a_run_that_was_stopped_is_taken_up_where_it_was(rehearse: Rehearse, told: Path) -> None:
    file = rehearse.folder / "tried.ndjson"
    rehearse(*ALONE, told, "--resume", file)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-3]) + lines[-3][:40])  # the last one was being written
    assert f"{len(lines) - 3} of these were tried before" in rehearse(*ALONE, told, "--resume", file).out
    assert sorted(file.read_text().splitlines(keepends=True)) == sorted(lines)
    other = rehearse.file("other.feature", FEATURE.format(answer="rejects", sum="0.00 USD"))
    assert "tried before" not in rehearse(*ALONE, other, "--resume", file).out  # it is another story now


@pytest.mark.parametrize(
    ("asked", "words", "code"),
    [
        (["--down", "soon"], "--down", ExitCode.USAGE),
        (["--down", "P9999999D"], "P9999999D is longer than 366 days", ExitCode.USAGE),
        (["-k", "nobody"], "nothing to play", ExitCode.USAGE),
        (["--point", "100000"], "no boundary 100,000 in", ExitCode.USAGE),
        (["--point", "100000"], "; there are 1, 4,", ExitCode.USAGE),
    ],
)
def test_what_cannot_be_tried_is_said(rehearse: Rehearse, told: Path, asked: list[str], words: str, code: int) -> None:
    assert words in rehearse(*ALONE, told, *asked, code=code).err


def test_what_the_stage_refused_is_refused_again() -> None:
    story = replay.told(Script("", "", {}, {}, (Asked("advance", {}, {"by": "P9999999D"}),)))
    (words,) = story.ending.refused
    assert "which reaches beyond" in words


def test_where_it_comes_by_no_boundary_there_is_nothing_to_try(rehearse: Rehearse, told: Path) -> None:
    steps = "the connector has been killed\n    And Maya has just ordered a desk lamp for 39.98 USD"
    told.write_text(f"Feature: None\n  Scenario: Nothing\n    Given {steps}\n")
    for asked in ([], ["--point", "1"]):
        assert "Error: there is no boundary here: " in rehearse(*ALONE, told, *asked, code=ExitCode.USAGE).err


def test_routine_is_tried_where_it_first_comes_by() -> None:
    routine = Boundary(1, "before getOrderList", START, routine=True)
    none, first, second = (
        replay.Story(Script(place, "", {}, {}, ()), ending(), there, 1)
        for place, there in (("1", ()), ("2", (routine,)), ("3", (routine,)))
    )
    assert deaths([none, first, second]) == [Death(first, routine)]


def test_a_scenario_that_does_not_hold_by_itself_is_no_ground_to_judge_on(rehearse: Rehearse, told: Path) -> None:
    told.write_text(FEATURE.format(answer="approves", sum="0.00 USD"))
    assert "before anybody has died" in rehearse(*ALONE, told, code=ExitCode.FINDINGS).out


def test_a_mistake_in_a_scenario_is_no_finding(rehearse: Rehearse, told: Path) -> None:
    told.write_text(FEATURE.format(answer="approves", sum="39.98 USD").replace("approves", "contemplates"))
    assert "before anybody has died" in rehearse(*ALONE, told, code=ExitCode.USAGE).out


def test_a_boundary_is_one_scenarios(rehearse: Rehearse, told: Path) -> None:
    other = rehearse.file("other.feature", FEATURE.format(answer="rejects", sum="0.00 USD"))
    shown = rehearse(*ALONE, told, other, "--point", "1", code=ExitCode.USAGE)
    assert "a boundary is one scenario's, and here are 2" in shown.err
    assert "looking for boundaries" not in shown.out


def test_the_worst_that_applies_is_answered() -> None:
    order = [ExitCode.FINDINGS, ExitCode.STAGE_FAILED, ExitCode.USAGE, ExitCode.NOT_JUDGED, ExitCode.CONTENT]
    assert [worst(reversed(order[at:])) for at in range(5)] == order


HEARD = FEATURE.format(answer="approves", sum="39.98 USD").replace("an hour has passed", "everybody has heard of it")


def test_what_could_not_be_done_while_it_was_down_is_not_judged(
    rehearse: Rehearse, told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.write_text(HEARD)
    asked = (*ALONE, told, "--down", "PT2H")
    out = rehearse(*asked, code=ExitCode.NOT_JUDGED).out
    refused = "oms approve C-1001: refused, Unknown adjustment: The OMS knows no adjustment C-1001."
    assert out.count(f"  while the connector was away, 2031-03-03 10:00:00: {refused}\n") == 1
    assert re.search(
        r"not judged: \S+, boundaries 1, 4, .*: before get order list, 2031-03-03 09:00:00, and so on\n", out
    )
    assert re.search(r"\n20 boundaries: 12 survived, 0 findings, 8 not judged\n", out)
    assert re.search(r"Again: rehearsal crash \S+:3 --point 1 --down PT2H --seed 1\n", out)
    monkeypatch.setattr(replay, "_broken", lambda ending: ["everything-arrives: expected a case; seen nothing"])
    out = rehearse(*asked, "--point", "1", code=ExitCode.FINDINGS).out
    assert "everything-arrives: expected a case; seen nothing" in out


def test_a_scenario_that_is_broken_by_itself_is_worse_than_what_is_not_judged(rehearse: Rehearse, told: Path) -> None:
    broken = HEARD.replace("The seller approves", "Nobody pays").replace("39.98 USD for", "0.00 USD for")
    told.write_text(HEARD + broken.partition("Told twice\n")[2])
    out = rehearse(*ALONE, told, "--down", "PT2H", code=ExitCode.FINDINGS).out
    assert "0 findings, 8 not judged" in out


def test_a_story_that_ends_with_a_deadline_is_seen_out(told: Path) -> None:
    """A death in its first round puts off when the buyer asks, and so when the marketplace decides."""
    waits = "the clock stands 1 hour before the answer to Maya is due"
    story = HEARD.replace("the seller approves Maya's request", waits).replace("39.98 USD for", "0.00 USD for")
    asked = "    And Maya has asked"
    told.write_text(story.replace(asked, f"    And everybody has heard of it\n{asked}"))
    late = story_of(told)
    assert {row["refunded"] for row in late.ending.rest["returns"]} == {"39.98"}
    first = [one for one in late.boundaries if one.at == START]
    assert {replay.trial(late, one, timedelta(0)).why for one in first} == {""}


def test_who_comes_back_after_the_deadline_is_told_of_it_and_what_it_had_to_send_is_not_judged(told: Path) -> None:
    rejects = HEARD.replace("approves", "rejects").replace("39.98 USD for", "0.00 USD for")
    told.write_text(
        HEARD.replace("the seller approves Maya's request", "24 hours pass") + rejects.partition("twice\n")[2]
    )
    scribe, down = Scribe(), timedelta(hours=30)
    run_suite(SuiteRun(paths=[told], seed=1), scribe)
    silence, answer = (replay.told(script, down) for script in scribe.scripts)
    assert replay.trial(silence, silence.boundaries[0], down).outcome is Outcome.HELD
    sent = next(at for at, one in enumerate(answer.boundaries) if one.what == "after rejectReturn")
    died = replay.trial(answer, answer.boundaries[sent - 1], down)
    assert died.outcome is Outcome.NOT_JUDGED
    assert re.search(r"away, 2031-03-04 09:00:00: the deadline \S+ of \d+ was over$", died.why)


@pytest.mark.usefixtures("forgetful")
def test_what_could_not_be_done_about_one_order_excuses_no_other(told: Path) -> None:
    steps = (
        *("Noah has received a rug for 12.50 USD", "Noah has asked for his money back", "everybody has heard of it"),
        *("the seller has approved Noah's request", "Maya has received a desk lamp for 39.98 USD"),
        *("Maya has asked for her money back", "an hour has passed", "the seller has approved Maya's request"),
    )
    given, down = "\n    And ".join(steps), timedelta(hours=2)
    told.write_text(f"Feature: Two\n  Scenario: One after the other\n    Given {given}\n")
    story = story_of(told, down)
    noah, maya = dict.fromkeys(story.ending.orders.values())
    sent = next(at for at, one in enumerate(story.boundaries) if one.what == "after approveReturn")
    lost = replay.trial(story, story.boundaries[sent - 1], down)
    assert lost.outcome is Outcome.BROKEN
    assert f"ledgers: order_id {noah}, without the death -> with it: marketplace refunded: 12.50 -> 0.00" in lost.why
    assert maya not in lost.why


HOUR: Final = timedelta(hours=1)
BOOKS: Final = ("marketplace", "connector", "oms")
WITHDRAWN: Final = Asked("withdraw", {"return_id": "7"}, {})  # of order 1


def ending(
    refused: str = "",
    *,
    minutes: int = 0,
    lapsed: bool = False,
    paid: str = "12",
    kept: str = "",
    lost: Asked | None = None,
    died_at: datetime | None = None,
) -> replay.Ending:
    """Return how a story of one call ended, or of one deadline, so long after the connector was back from its hour."""
    at, books = START + HOUR + timedelta(minutes=minutes), ({"refunded": "9.00"}, {"refunded": "0.00"})
    rows = [{"order_id": one, "paid": "9.00", **dict.fromkeys(BOOKS, books[one not in paid])} for one in ("1", "2")]
    rest = {"ledgers": rows, "returns": [], "oms_adjustments": []}
    over = {"the deadline silence of 7": replay.Lapsed(at, "1")} if lapsed else {}
    orders, unheard = {"7": "1", "1": "1", "2": "2"}, replay.Unheard(kept=frozenset(kept), died_at=died_at)
    return replay.Ending(rest, [], [refused], [at], lost=lost, unheard=unheard, lapsed=over, orders=orders)


Dies = Callable[..., replay.Trial]


@pytest.fixture
def dies(monkeypatch: pytest.MonkeyPatch) -> Dies:
    """Return what judges the ending of a story against that without the death."""

    def judged(
        without: replay.Ending, died: replay.Ending, asked: Asked = WITHDRAWN, down: timedelta = HOUR
    ) -> replay.Trial:
        def play(script: Script, points: CrashPoints) -> replay.Ending:
            points.killed = boundary
            return died

        monkeypatch.setattr(replay, "_play", play)
        boundary = Boundary(1, "after a commit", START)
        return replay.trial(replay.Story(Script("", "", {}, {}, (asked,)), without, (boundary,), 1), boundary, down)

    return judged


@pytest.mark.parametrize(
    ("name", "refused", "minutes", "outcome"),
    [
        ("oms_refund", "More than is refundable: nothing is left", 0, Outcome.HELD),
        ("oms_refund", "More than is refundable: nothing is left", 14, Outcome.HELD),
        ("oms_refund", "More than is refundable: nothing is left", 15, Outcome.BROKEN),  # it has read again
        ("oms_refund", "The connector refuses: AdjustmentAmount: 0.00 USD is left", 0, Outcome.BROKEN),
        ("withdraw", "There is no request", 0, Outcome.BROKEN),
    ],
)
def test_what_the_oms_refuses_as_its_pull_died_too_is_no_loss(
    dies: Dies, name: str, refused: str, minutes: int, outcome: Outcome
) -> None:
    died = ending(refused, minutes=minutes - 60, paid="2", died_at=START)
    assert dies(ending(), died, Asked(name, {}, {"order_id": "1"}), timedelta(0)).outcome is outcome


DONE, UNKNOWN, COMPLETE = "", "The OMS knows no adjustment", "The request is complete"


@pytest.mark.parametrize(
    ("without", "died", "judged"),
    [
        ({"refused": DONE}, {"refused": UNKNOWN, "minutes": -1}, False),
        ({"refused": DONE}, {"refused": UNKNOWN, "minutes": 74}, False),
        ({"refused": DONE}, {"refused": UNKNOWN, "minutes": 75}, True),  # three rounds and two pulls
        ({"refused": COMPLETE}, {"refused": DONE, "minutes": 15}, False),
        ({"refused": COMPLETE}, {"refused": DONE, "minutes": 16}, True),  # more than its first round
        ({"refused": COMPLETE}, {"refused": DONE, "minutes": 30, "kept": "1"}, False),  # its first after the next pull
        ({"refused": COMPLETE}, {"refused": DONE, "minutes": 31, "kept": "1"}, True),
        ({"refused": COMPLETE}, {"refused": DONE, "minutes": 16, "kept": "2"}, True),
        ({"lapsed": False}, {"lapsed": True, "minutes": 15}, False),
        ({"lapsed": False}, {"lapsed": True, "minutes": 16}, True),
        ({"lapsed": True}, {"lapsed": True}, True),
    ],
)
def test_what_goes_otherwise_is_excused_until_it_has_caught_up(
    without: dict[str, Any], died: dict[str, Any], judged: bool, dies: Dies
) -> None:
    came_of_it = dies(ending(**without), ending(**died, paid="2"))
    assert came_of_it.outcome is (Outcome.BROKEN if judged else Outcome.NOT_JUDGED)
    words = "while the connector was away" if died.get("minutes", 0) < 0 else "before the connector had caught up"
    assert came_of_it.why.startswith("ledgers: order_id 1, " if judged else f"{words}, 2031-03-03 ")


@pytest.mark.parametrize(
    ("asked", "paid", "words"),
    [
        (WITHDRAWN, "1", "ledgers: order_id 2, "),
        (WITHDRAWN, "", "ledgers: order_id 2, "),
        (WITHDRAWN, "2", ""),
        (Asked("oms_refund", {}, {"order_id": "2"}), "1", ""),
        (Asked("oms_refund", {}, {"order_id": "2"}), "2", "ledgers: order_id 1, "),
        (Asked("start_connector", {}, {}), "", ""),  # about none alone, so about all
    ],
)
@pytest.mark.parametrize("lost", [True, False])
def test_only_what_it_is_about_is_excused(asked: Asked, paid: str, words: str, lost: bool, dies: Dies) -> None:
    died = ending(UNKNOWN, paid=paid, lost=asked if lost else None)
    came_of_it = dies(ending(DONE), died, asked)
    assert came_of_it.outcome is (Outcome.BROKEN if words else Outcome.NOT_JUDGED)
    assert all(line.startswith(words) for line in came_of_it.why.splitlines())


def test_what_was_lost_and_what_was_hindered_are_both_excused(dies: Dies) -> None:
    refund = Asked("oms_refund", {}, {"order_id": "2"})
    assert dies(ending(DONE), ending(UNKNOWN, paid="", lost=WITHDRAWN), refund).outcome is Outcome.NOT_JUDGED


def test_time_that_cannot_pass_afterwards_is_the_stages_failure_where_the_connector_has_not_failed() -> None:
    def waits(title: str) -> replay.Telling:
        def request(*asked: object) -> None:
            raise Problem(409, title, "nothing passes")

        stage = SimpleNamespace(current=SimpleNamespace(now=START), request=request)
        telling = replay.Telling(cast(InProcessStage, stage), CrashPoints())
        telling.wait(HOUR)
        return telling

    assert waits("The connector runs").stage_failures == ["The connector runs: nothing passes"]
    assert waits(CONNECTOR_FAILED).stage_failures == []


def test_a_deadline_that_falls_after_the_story_falls_in_both(rehearse: Rehearse, told: Path) -> None:
    """Each is given the time that the connector is down, and comes by no more boundaries for it."""
    told.write_text(HEARD.partition("    When")[0])
    assert " 0 survived" not in rehearse(*ALONE, told, "--down", "PT30H", "--point", "1").out
    assert story_of(told, timedelta(hours=30)).boundaries == story_of(told).boundaries


def test_one_that_is_started_while_it_is_down_is_not_started_again(rehearse: Rehearse, told: Path) -> None:
    down = "everybody has heard of it\n    And the connector has been down for 2 hours"
    told.write_text(HEARD.replace("everybody has heard of it", down))
    out = rehearse(*ALONE, told, "--down", "PT5H", "--point", "4", code=ExitCode.NOT_JUDGED).out
    assert "only one that was killed can be started" not in out
    assert "kill connector: refused, The connector is down" in out


def test_the_nine_workflows_survive_every_death(rehearse: Rehearse) -> None:
    shown = rehearse("crash", "-t", "demo", "--jobs", "2").out
    assert "\n9 scenarios with " in shown
    assert re.search(r"\n\n(\d+) boundaries: \1 survived, 0 findings\n$", shown)


def test_what_leaves_the_same_behind_is_tried_once() -> None:
    points = CrashPoints()

    def come_by(*what: str) -> None:
        for one in what:
            points.passes(one, START, moves=one in ("after a commit", "after approveReturn"))

    points.act_begins()
    come_by("before searchReturns", "after searchReturns", "before a commit", "after a commit", "before getOrderList")
    points.act_ended("connector", changed=True)
    points.act_begins()
    come_by("before searchReturns", "after searchReturns")
    points.act_ended("connector", changed=False)
    points.act_begins()
    come_by("before searchReturns", "after searchReturns")
    points.act_ended("connector", changed=False)
    come_by("before a commit", "after a commit")
    points.call_met()
    come_by("before approveReturn", "after approveReturn")
    kept = [(one.number, one.what, one.routine) for one in points.kept]
    assert kept == [
        (1, "before searchReturns", False),
        (4, "after a commit", False),
        (6, "before searchReturns", True),
        (10, "before a commit", False),
        (11, "after a commit", False),
        (12, "before approveReturn", False),
        (13, "after approveReturn", False),
    ]


def test_nothing_happens_any_more_while_a_process_dies() -> None:
    points = CrashPoints(lambda one: one.number == 2)
    points.passes("before a commit", START, moves=False)
    with pytest.raises(Killed):
        points.passes("after a commit", START, moves=True)
    with pytest.raises(Killed):
        points.passes("before a commit", START, moves=False)
    assert (points.number, points.killed and points.killed.number) == (2, 2)


def test_a_death_that_is_planned_comes_at_its_commits_and_nothing_is_kept_of_the_others() -> None:
    points, died = CrashPoints(keeps=False), list[int]()
    points.due = Due(COMMIT, 2, times=2)
    for number in range(1, 8):
        try:
            points.passes("before a commit", START, moves=False)
            points.passes("after approveReturn", START, moves=True)
            points.passes("after a commit", START, moves=True)
        except Killed:
            died.append(number)
            points.dying = False
    assert (died, points.kept, points.killed) == ([2, 4], [], None)
