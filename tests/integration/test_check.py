"""`rehearsal check`: a gate for whatever has driven a served world, which it leaves as it is."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import requests

from mock_oms.state.store import Store as Cases
from mock_tiktok.state.store import Store
from mock_tiktok.usecases.shop import Shop
from rehearsal.control import serializers
from rehearsal.control.client import HttpStage
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Problem
from rehearsal.seats.port import Seats
from rehearsal.server.access import Gate
from rehearsal.server.served import Ports, ServedStage
from rehearsal.simulation.compression import Pace
from rehearsal.world.world import World
from tests.clock import BEGUN, HandMachine
from tests.command import Rehearse

TOKEN = "open-sesame"
Drive = Callable[[HttpStage], None]
Patch = pytest.MonkeyPatch


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    ports = Ports()
    addresses = ports.addresses()
    with ServedStage(InProcessStage(World, addresses=addresses), ports, Gate(token=TOKEN)):
        yield addresses.control


@pytest.fixture
def stage(url: str) -> HttpStage:
    stage = HttpStage(url)
    stage.reset()
    return stage


@pytest.fixture
def no_mail(monkeypatch: Patch) -> None:
    """The marketplace forgets to write to its buyers."""
    monkeypatch.setattr(Store, "add_mail", lambda *_: None)


def approved(stage: HttpStage) -> None:
    stage.request_return(stage.place_order()["order_id"], type="REFUND")
    stage.advance(by="PT15M")
    (case,) = stage.oms_adjustments()["adjustments"]
    stage.oms_approve(case["id"])
    stage.advance(by="PT2H")


def planned(stage: HttpStage) -> None:
    approved(stage)
    stage.plan_fault(kind="cut_after", operation="reject", times=2)


def cases(file: Path) -> dict[str, str]:
    """Return how each case of a JUnit file ended, and its words."""
    ended = {"failure": "broken", "skipped": "left out"}
    return {
        case.attrib["name"]: next((f"{ended[one.tag]}: {one.text or one.attrib['message']}" for one in case), "")
        for case in ElementTree.parse(file).iter("testcase")
    }


@pytest.mark.parametrize(
    ("drive", "options", "code", "said"),
    [
        (approved, [], 0, "no finding in the world 'default': 1"),
        (approved, ["--strict"], 4, "Not judged, for --strict asks for every rule."),
        (
            planned,
            [],
            4,
            "fault-1, cut after, of reject calls to the marketplace: was to be hit twice and was hit never",
        ),
    ],
)
def test_the_exit_code_says_what_was_found_and_what_was_not_judged(
    drive: Drive, options: list[str], code: int, said: str, stage: HttpStage, rehearse: Rehearse
) -> None:
    drive(stage)
    before = stage.clock(), stage.trace_ndjson(), stage.agenda()
    out = rehearse("check", "--attach", stage.url, *options, code=code).out
    assert said in out
    assert "Nothing has changed for 1 h 30 min." in out
    assert "\x1b" not in out
    assert (stage.clock(), stage.trace_ndjson(), stage.agenda()) == before


@pytest.mark.usefixtures("no_mail")
def test_a_finding_is_told_everywhere_in_the_same_words(stage: HttpStage, rehearse: Rehearse) -> None:
    planned(stage)
    junit, summary, out = rehearse.folder / "junit.xml", rehearse.folder / "summary.md", rehearse.folder / "report"
    summary.write_text("# Before\n")
    wanted = ["--junit", junit, "--summary", summary, "--report", out, "--world", "default"]
    said, told = rehearse("check", "--attach", stage.url, *wanted, code=1).out, cases(junit)
    words = "one-mail: Exactly one mail of the right kind per decision.\n  expected: one mail “order refund”"
    assert words in said
    assert told["one-mail"].startswith(f"broken: {words}")
    assert "  suspect: marketplace\n" in told["one-mail"]
    assert "  witness: events " in told["one-mail"]
    assert told["executed-once"] == ""
    assert told["shops-apart"] == "left out: not put to the test: nothing has happened that this rule is about"
    assert next(how for name, how in told.items() if name.startswith("fault-1")).endswith("and was hit never")
    text = summary.read_text()
    assert text.startswith("# Before\n### Rehearsal: 1 finding in the world 'default': 1 broken, ")
    assert f"~~~text\n{words}" in text
    assert "| one-mail | ✗ broken | 1 |" in text
    (page,) = out.glob("001-*.html")
    shown = page.read_text()
    for words in ("asks for the money back", "says yes to the request"):
        assert f'{words}, <span class="nowrap">119.00 USD</span>' in shown
    assert "Exactly one mail of the right kind per decision" in shown


def test_the_report_of_a_compressed_world_goes_by_one_clock(rehearse: Rehearse) -> None:
    """The machine's, which whoever lives there knows."""
    machine, ports = HandMachine(), Ports()
    compressed = InProcessStage(
        partial(World, seats=Seats()), addresses=ports.addresses(), pace=Pace(factor=60, machine=machine)
    )
    with ServedStage(compressed, ports, Gate()):
        stage = HttpStage(ports.addresses().control)
        stage.request_return(stage.place_order()["order_id"], type="REFUND")
        machine.wait(25 * 60)
        rehearse("check", "--attach", stage.url, "--report", rehearse.folder)
        trace = stage.trace_ndjson()
    (page,) = rehearse.folder.glob("001-*.html")
    shown = page.read_text()
    assert b"2031-03-03T" in trace
    assert "silence: refund approved" in shown
    assert f"{BEGUN.year}" in shown
    assert "2031" not in shown
    assert "1 d 1 h of simulated time" in shown


def test_a_summary_can_be_printed_and_all_else_stays_away_from_it(stage: HttpStage, rehearse: Rehearse) -> None:
    approved(stage)
    out, err = rehearse("check", "--attach", stage.url, "--summary", "-")
    assert out.startswith("### Rehearsal: no finding")
    assert "never-too-much" in err


def test_news_that_are_under_way_are_said_to_be(stage: HttpStage, rehearse: Rehearse) -> None:
    stage.request_return(stage.place_order()["order_id"], type="REFUND")
    out = rehearse("check", "--attach", stage.url).out
    assert "news of it is still under way: let an hour pass before the check" in out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--attach": "http://127.0.0.1:9/control/v1"}, "no served world answers there"),
        ({"--attach": "nonsense"}, "no served world answers there"),
        ({"--attach": "http://[::1"}, "no served world answers there"),
        ({"--attach": "http://\udcff"}, "no served world answers there"),
        ({"--world": "nowhere"}, "No such world: there is no world 'nowhere' here"),
        ({"--world": "\udcff"}, "No such world: there is no world"),
        ({"--token": "é"}, "'--token' (env var: 'REHEARSAL_TOKEN'): a token is of visible ASCII characters"),
        ({"--token": "wrong"}, "Wrong token: this is not the token that `rehearsal up` printed"),
        ({"--junit": "/proc/none/j.xml"}, "--junit cannot be written"),
    ],
)
def test_what_cannot_be_checked_is_a_mistake_of_usage(
    change: dict[str, str], said: str, url: str, rehearse: Rehearse
) -> None:
    asked = {"--attach": url} | change
    assert said in rehearse("check", *(word for pair in asked.items() for word in pair), code=2).err


def test_a_world_in_which_nobody_has_called_says_so(rehearse: Rehearse) -> None:
    ports = Ports()
    with ServedStage(InProcessStage(partial(World, seats=Seats()), addresses=ports.addresses()), ports, Gate()):
        check = ["check", "--attach", ports.addresses().control]
        rehearse(*check)
        shown = rehearse(*check, "--strict", code=4).out
    assert "? not judged           told                who sits here does not let us know what the connector" in shown
    assert "Nobody has called with the seat's app (`tiktok` of GET /world), so no call was judged." in shown
    assert "whether news of it is still under way is not seen from here" in shown


def test_a_connector_that_failed_is_not_content_whatever_the_rules_say(
    stage: HttpStage, monkeypatch: Patch, rehearse: Rehearse
) -> None:
    """Whoever drives the world may not have looked at what came back."""
    with monkeypatch.context() as patch:
        patch.setattr("connector.usecases.round.after_round", None)
        with pytest.raises(Problem, match="The connector failed"):
            stage.advance(by="PT15M")
    stage.advance(by="PT1H")
    junit, summary = rehearse.folder / "junit.xml", rehearse.folder / "summary.md"
    shown = rehearse("check", "--attach", stage.url, "--junit", junit, "--summary", summary, code=1).out
    words = "The connector failed: TypeError: 'NoneType' object is not callable (connector/usecases/round.py:"
    assert words in shown
    assert "no finding, and the connector failed once, in the world 'default': " in shown
    assert words.partition(": ")[2] in cases(junit)["the connector runs"]
    assert words in summary.read_text()


@pytest.mark.parametrize("failing", ["findings", "trace_ndjson"])
def test_a_stage_that_fails_is_not_judged_content(
    failing: str, stage: HttpStage, monkeypatch: Patch, rehearse: Rehearse
) -> None:
    def fails(*_: object) -> None:
        raise Problem(500, "The stage itself failed", "it cannot remember")

    monkeypatch.setattr(HttpStage, failing, fails)
    told = rehearse("check", "--attach", stage.url, "--report", rehearse.folder, code=3).err
    assert "it cannot remember" in told


FEATURE = """
Feature: Own
  Scenario: Own
    Given Maya has received a lamp for 9.00 USD
    Then Maya has no mail
"""


def test_off_loopback_the_token_is_asked_for_and_taken(rehearse: Rehearse, monkeypatch: Patch) -> None:
    file = rehearse.file("own.feature", FEATURE)
    ports = Ports("0.0.0.0")
    with ServedStage(InProcessStage(World, addresses=ports.addresses()), ports, Gate(bind="0.0.0.0", token=TOKEN)):
        check = ["check", "--attach", ports.addresses().control]
        assert "A token is needed" in (said := rehearse(*check, code=2).err)
        assert "give --token or REHEARSAL_TOKEN" in said
        rehearse(*check, "--token", TOKEN)
        play = ["play", file, *check[1:]]
        assert "A token is needed" in rehearse(*play, code=2).err
        rehearse(*play, "--token", TOKEN)
        monkeypatch.setenv("REHEARSAL_TOKEN", TOKEN)
        rehearse(*check)
        rehearse(*play)


@pytest.mark.parametrize(
    ("where", "fails", "words"),
    [
        (Shop, "search_returns", "the marketplace answers 500: searchReturns_202309, exchange "),
        (serializers, "webhooks", "GET /control/v1/webhooks: KeyError: 'lost'"),
        (Cases, "open_cases", "the oms page GET / is a 500"),
    ],
    ids=["player", "control", "page"],
)
def test_a_failure_of_the_stage_s_own_is_never_silent(
    where: Any, fails: str, words: str, stage: HttpStage, monkeypatch: Patch, rehearse: Rehearse
) -> None:
    def lost(*_: Any, **__: Any) -> None:
        raise KeyError("lost")

    with monkeypatch.context() as broken:
        broken.setattr(where, fails, lost)
        stage.advance(by="PT15M")
        with suppress(Problem):
            stage.webhooks()
        requests.get(stage.world()["urls"]["oms"], headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
    (failure, *_) = stage.findings()["stage_failures"]
    assert failure["what"].startswith(words)
    junit = rehearse.folder / "junit.xml"
    said = rehearse("check", "--attach", stage.url, "--junit", junit, "--summary", "-", code=3)
    assert f"The stage itself failed: {words}" in said.out
    assert f"The stage itself failed: {words}" in said.err
    suites = ElementTree.parse(junit).getroot()
    assert (suites.attrib["name"], suites[0].attrib["errors"]) == ("rehearsal check", "1")
    stage.reset()
    rehearse("check", "--attach", stage.url)
