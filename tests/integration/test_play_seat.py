"""`--seat`: scenarios are played with a connector that is not ours, judged like any other, and it dies at the door."""

import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from rehearsal.cli.exit_codes import ExitCode
from rehearsal.seats import foreign
from tests.command import Rehearse, Said
from tests.integration.test_foreign_seat import ADDRESS, BY_CODES, describe, manner

FEATURE = """
Feature: Somebody else's connector
  Background:
    Given Maya has received a desk lamp for 39.98 USD

  Scenario: It answers
    When Maya asks for her money back
    And an hour passes
    Then Maya's request is shown as "Completed"
    And Maya has been paid back 39.98 USD

  Scenario: It answers once it is back
    Given the connector has been killed
    And Maya has asked for her money back
    And 2 hours have passed
    When the connector starts again
    And an hour passes
    Then Maya has been paid back 39.98 USD

  Scenario: Nobody's staff can be asked
    Given Maya has asked for her money back
    When the seller rejects Maya's request
    Then Maya has been paid back nothing
"""
_ASKED = FEATURE.replace("When the seller rejects", "And an hour has passed\n    When the seller approves")
APPROVED = _ASKED.replace("paid back nothing", "paid back 39.98 USD")
STAFF = {"hooks": {"url": f"{ADDRESS}/hooks", "endpoints": ["cases", "approve"]}}
UNSEEN = """
Feature: What nobody shows
  Background:
    Given Maya has received a desk lamp for 39.98 USD
    And Maya has asked for her money back
    And an hour has passed

  Scenario: Not all books are shown
    When an hour passes
    Then all three books say 39.98 USD for Maya

  Scenario: Nobody is there who could say no
    When the seller tries to refund Maya 40.00 USD of the order
    Then the seller is told that it cannot be done

  Scenario: Nobody is there who could know
    When an hour passes
    Then the seller does not know of Maya's order

  Scenario: What the books that are shown say is judged
    When an hour passes
    Then all three books say 0.00 USD for Maya
"""

LATER = """
Feature: Another shop
  Scenario: Its seller lets the connector in
    Given a second shop has opened, without the connector
    And the seller has let the connector into the second shop
"""


@pytest.fixture
def feature(rehearse: Rehearse, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(rehearse.folder)
    return rehearse.file("own.feature", FEATURE)


def crash(rehearse: Rehearse, seat: dict[str, Any], *asked: str, code: int = ExitCode.CONTENT) -> Said:
    describe(Path("seat.yaml"), seat)
    return rehearse("crash", "own.feature", "--seat", "seat.yaml", "--jobs", "1", *asked, code=code)


def play(rehearse: Rehearse, seat: dict[str, Any], *asked: str, code: int = ExitCode.CONTENT) -> Said:
    describe(Path("seat.yaml"), seat)
    return rehearse("play", "own.feature", "--seat", "seat.yaml", *asked, code=code)


def test_what_it_can_is_judged_and_what_it_cannot_is_not(feature: Path, rehearse: Rehearse) -> None:
    shown = play(rehearse, {}, "-k", "answers").out
    assert re.match(r"On the seat of the connector\n  yes +driven; begins anew with the world\nWhat it cannot", shown)
    assert re.search(r"\n  staff sees +\S.* \(oms\)\n", shown)
    assert shown.endswith("2 scenarios: 2 held\n")
    play(rehearse, manner("own clock"), "-k", "answers")
    shown = play(rehearse, {}, "-k", "staff", "--jobs", "2", code=ExitCode.NOT_JUDGED).out
    assert "a seat on this stage lacks the capability “staff sees”" in shown
    assert "Again: rehearsal play own.feature:20 --seed 1 --seat seat.yaml" in shown


def test_what_nobody_shows_is_not_judged_and_what_is_shown_is(rehearse: Rehearse, feature: Path) -> None:
    feature.write_text(UNSEEN)
    shown = play(rehearse, {}, code=ExitCode.FINDINGS).out
    assert "what the connector and the OMS have in the book is not shown: a seat on this stage lacks the" in shown
    assert shown.count("Not on this stage: ") == 2
    assert "paid back to Maya: expected 0.00 USD; marketplace says 39.98 USD" in shown
    assert shown.endswith("4 scenarios: 1 broken, 3 not judged\n")


def test_a_shop_that_opens_later_needs_a_key_that_is_named(rehearse: Rehearse, feature: Path) -> None:
    feature.write_text(LATER)
    shown = play(rehearse, BY_CODES, code=ExitCode.NOT_JUDGED).out
    assert re.search(r"\n  shops +how it takes up a shop that lets it in while it runs \(authorize\)\n", shown)
    assert (
        "Not on this stage: the connector cannot be given a shop: a seat on this stage lacks the key “authorize”"
        in shown
    )
    assert "  shops " not in play(rehearse, {}).out


def test_one_that_goes_on_running_has_another_shop_each_time(feature: Path, rehearse: Rehearse) -> None:
    dated = "  Scenario: It answers in May\n    Given it is Monday 05 May 2031, 09:00 in universal time\n"
    (feature.parent / "z.feature").write_text(f"Feature: Dates\n{dated}    When an hour passes\n")
    shown = play(rehearse, {"between_scenarios": "keep"}, "z.feature", "-k", "answers", code=ExitCode.NOT_JUDGED).out
    assert "driven; goes on running when the world begins anew" in shown
    assert "the clock never goes back" in shown
    assert shown.endswith("3 scenarios: 2 held, 1 not judged\n")


def test_one_that_ends_where_nobody_asks_it_anything_is_seen_to(feature: Path, rehearse: Rehearse) -> None:
    ends = "import time; print('good night', flush=True); time.sleep(1)"
    seat: dict[str, Any] = {"command": [sys.executable, "-c", ends], "regime": "compressed", "factor": 900}
    shown = play(
        rehearse, {**seat, **dict.fromkeys(("ready", "round", "authorize"))}, "-k", "It answers", "-x", code=1
    ).out
    assert "compressed, ×900: an hour takes 4 s; begins anew" in shown
    assert "yes has ended with exit code 0, of its own accord; its last lines:\n    | good night" in shown


def messages(junit: Path) -> list[str]:
    """Return the message of each case that is not content."""
    return [said.attrib["message"] for said in ElementTree.parse(junit).iterfind(".//testcase/*[@message]")]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("dies", r"yes has ended with exit code 3.*; its last lines:\n(.*\n)*\s+\| ValueError: cannot go on"),
        ("fails", r"yes answered the round with 500 .*; its last lines:\n(.*\n)*\s+\| the shop's table is locked"),
    ],
)
def test_what_it_wrote_last_is_shown_wherever_the_failure_is(
    feature: Path, said: str, words: str, rehearse: Rehearse
) -> None:
    asked = ("-k", "It answers", "-x", "--junit", "junit.xml", "--report", "report")
    told = play(rehearse, manner(said), *asked, code=ExitCode.FINDINGS).out
    (page,) = Path("report").glob("001-*.html")
    for shown in (told, Path("junit.xml").read_text(), page.read_text()):
        assert re.search(words, shown.replace("&#39;", "'"))
    message, *others = messages(Path("junit.xml"))
    assert all(one.startswith("not played") for one in others)
    assert re.fullmatch(r"The connector failed: yes .*[^:]", message)


@pytest.mark.parametrize(
    ("said", "code", "cause"),
    [
        ("missigns", ExitCode.FINDINGS, "401, 106001 Invalid credentials. The 'sign' query parameter is invalid."),
        ("guesses", ExitCode.NOT_JUDGED, "401, 105001 access token is invalid"),
    ],
)
def test_one_that_is_let_in_nowhere_is_never_content_and_told_why(
    feature: Path, said: str, code: ExitCode, cause: str, rehearse: Rehearse
) -> None:
    feature.write_text(FEATURE.partition("  Scenario: It answers")[0] + "  Scenario: Idle\n    When 2 hours pass\n")
    asked = ("--junit", "junit.xml", "--report", "report", "--summary", "s.md")
    screen = play(rehearse, {"authorize": None, **manner(said)}, *asked, code=code).out
    (page,) = Path("report").glob("001-*.html")
    told = f"refused all 13 calls of the connector, so nothing that it does can be judged: {cause}"
    files = (Path(name).read_text() for name in ("junit.xml", "s.md", "report/index.html", page))
    for shown in (screen, *files):
        assert told in shown.replace("&#39;", "'")
    assert f"get authorized shops ✗ {cause.partition(', ')[2]} (13 times)" in shown.replace("&#39;", "'")
    assert "× 13" in shown
    assert "left out" not in shown
    (message,) = messages(Path("junit.xml"))
    assert message.removeprefix("Not judged: ").startswith("Refused: the marketplace has refused all 13 calls")


@pytest.mark.parametrize(
    ("looks", "fails", "follows"),
    [
        ("And everybody has heard of it", "And everybody has heard of it", "then: nobody has heard of it"),
        ("Then Maya has been paid back 39.98 USD", "Then Maya has been paid back", "paid back to Maya: expected 39.98"),
    ],
)
def test_what_follows_from_calls_that_are_refused_stands_below_them(
    feature: Path, looks: str, fails: str, follows: str, rehearse: Rehearse
) -> None:
    bought = FEATURE.partition("\n  Scenario")[0]
    feature.write_text(f"{bought}\n  Scenario: It\n    Given 2 hours have passed\n    {looks}\n")
    shown = play(rehearse, {"authorize": None, **manner("missigns")}, code=1).out
    told = [f"✗ {fails}", "Refused: the marketplace has refused all", follows]
    assert [shown.index(one) for one in told] == sorted(shown.index(one) for one in told)
    assert shown.index("Refused: ") < shown.index("contract-kept: ")


def test_one_that_is_never_ready_is_waited_for_once(
    feature: Path, rehearse: Rehearse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign, "READY_PATIENCE", 1.0)
    shown = play(rehearse, manner("late"), "--junit", "junit.xml", code=ExitCode.FINDINGS).out
    assert "yes was not ready within 1 seconds" in shown
    assert shown.endswith("3 scenarios: 1 broken, 2 not played\n")
    first, *others = messages(Path("junit.xml"))
    assert others == [f"not played, as no scenario can begin: {first}"] * 2


def test_what_broke_before_something_could_not_be_asked_is_broken_and_a_secret_is_not_told(
    feature: Path, rehearse: Rehearse
) -> None:
    shown = play(rehearse, manner("leaks"), "-k", "staff", code=ExitCode.FINDINGS).out
    assert "nothing-leaks" in shown
    assert "seen: an access token in a log" in shown
    assert "seen: the `sign` of a call in a log" in shown
    assert "then: Not on this stage" in shown
    assert re.search(r"\| has the token \S*\[redacted\]\n", shown)


@pytest.mark.parametrize(
    ("seat", "asked", "words"),
    [
        ({}, ["--attach", "http://127.0.0.1:9"], "--seat plays on a stage of its own, --attach on one that is there"),
        ({"ready": "http://127.0.0.1:8123/"}, ["--jobs", "2"], "it has the one address http://127.0.0.1:8123/"),
        ({"command": None, "env": None, "connector": "http://127.0.0.1:8123", **dict.fromkeys(
            ("ready", "round", "authorize"))}, ["--jobs", "auto"], "the stage does not start it"),
        ({"round": None, "regime": "driven"}, [], "nobody can tell it that time passes"),
        ({"round": "soon"}, [], "round is"),
    ],
)  # fmt: skip
def test_what_cannot_be_played_is_said_first(
    feature: Path, seat: dict[str, Any], asked: list[str], words: str, rehearse: Rehearse
) -> None:
    assert words in play(rehearse, seat, *asked, code=ExitCode.USAGE).err


def test_every_call_is_a_place_to_die_and_what_it_keeps_decides(feature: Path, rehearse: Rehearse) -> None:
    feature.write_text(FEATURE.partition("  Scenario: It answers once")[0], encoding="utf-8")
    shown = crash(rehearse, {}).out
    assert "1 scenario with 22 boundaries; it dies at 6, one for each state" in shown
    assert shown.endswith("6 boundaries: 6 survived, 0 findings\n")
    shown = crash(rehearse, manner("forgets"), "--point", "3", code=ExitCode.FINDINGS).out
    assert "own.feature:6, boundary 3: before approve return" in shown
    assert re.search(r"returns: return_id .*, without the death -> with it: return_status: \w+ -> \w+", shown)
    assert "rehearsal crash own.feature:6 --point 3 --seed 1 --seat seat.yaml" in shown


def test_staff_who_got_no_answer_as_it_died_look_and_ask_again(feature: Path, rehearse: Rehearse) -> None:
    asks = {**manner("asks"), "oms": STAFF}
    feature.write_text(APPROVED, encoding="utf-8")
    assert "staff sees" not in play(rehearse, asks, "-k", "staff").out
    for number in ("3", "27"):  # cases are looked at, a case is approved
        crash(rehearse, asks, "-k", "staff", "--point", number)


def test_one_that_does_not_get_over_its_death_is_broken_and_one_that_ends_anyway_is_not_judged(
    feature: Path, rehearse: Rehearse
) -> None:
    feature.write_text(APPROVED, encoding="utf-8")
    relapses, tires = ({**manner(one), "oms": STAFF} for one in ("relapses", "tires"))
    shown = crash(rehearse, relapses, "-k", "staff", "--point", "1", code=ExitCode.FINDINGS).out
    assert "broken: own.feature:20, boundary 1: before search returns" in shown
    assert "  The connector failed: yes has ended with exit code 3" in shown
    assert len(re.findall(r"The connector failed: GET .*/hooks/cases: no answer", shown)) == 1, "though asked twice"
    assert "Traceback" not in shown
    shown = crash(rehearse, tires, "-k", "staff", "--point", "1", code=ExitCode.NOT_JUDGED).out
    assert "  it fails without a death, too\n  The connector failed: yes has ended with exit code 3" in shown
    assert shown.endswith("1 boundary: 0 survived, 0 findings, 1 not judged\n")


@pytest.mark.parametrize(
    "seat",
    [{"between_scenarios": "keep"}, {"regime": "compressed"}, {"command": None, "env": None, "connector": "http://x"}],
)
def test_one_that_cannot_begin_anew_in_the_same_time_does_not_die(
    feature: Path, seat: dict[str, Any], rehearse: Rehearse
) -> None:
    if "command" in seat:
        seat = {**seat, **dict.fromkeys(("ready", "round", "authorize"))}
    assert "a connector that is to die has a command, a round" in crash(rehearse, seat, code=ExitCode.USAGE).err
