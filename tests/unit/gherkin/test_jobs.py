"""Several processes play what one would: the same lines, report, traces and JUnit, whoever was first."""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from rehearsal.gherkin.junit import ENDED_EARLY
from rehearsal.gherkin.parallel import length, scenario, workers
from tests.command import Rehearse
from tests.unit.gherkin.test_plugin import PLAY, played, suite

__all__ = ["suite"]

pytest_plugins = ["pytester"]

FEATURES = Path(__file__).parents[3] / "features"
DEADLY = """
@when("the process dies")
def _(stage):
    import os
    os._exit(9)
"""
MIXED = """\
Feature: Mixed
  Scenario: A long one
    Given Maya has received a lamp for 9.00 USD
    When 3 hours pass

  @R10
  Scenario: A broken one
    Given Maya has received a lamp for 9.00 USD
    Then Maya has been paid back 3.00 USD

  Scenario Outline: A longer one
    Given Maya has received a lamp for 9.00 USD
    When <some> hours pass

    @late
    Examples:
      | some |
      | 4    |
      | 5    |

  Scenario: An unknown one
    Given nobody knows this
"""


@pytest.fixture
def mixed(rehearse: Rehearse, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(rehearse.folder)
    rehearse.file("mixed.feature", MIXED)
    rehearse.file("bad.feature", "Feature: Bad\n  Thne the moon\n  Scenario: A\n    Thne the moon\n")
    return rehearse.folder


def write(suite: pytest.Pytester, plays: Mapping[str | int, str]) -> None:
    body = "".join(f"  Scenario: {name}\n    When {step}\n" for name, step in plays.items())
    (suite.path / "own.feature").write_text(f"Feature: Own\n{body}")


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.*"))}


def test_two_jobs_show_and_write_what_one_does(rehearse: Rehearse, mixed: Path) -> None:
    seen = []
    for jobs in (1, 2):
        shown = rehearse("play", ".", "--report", "report", "--junit", "junit.xml", "--jobs", jobs, code=1).out
        junit = re.sub(r' (?:time|timestamp)="[^"]*"', "", (mixed / "junit.xml").read_text())
        seen.append((shown, junit, bytes_below(mixed / "report")))
    assert seen[0] == seen[1]
    assert "6 scenarios: 3 held, 1 broken, 2 miswritten" in seen[0][0]
    assert [name for name in seen[0][2] if name.endswith("a-long-one.html")]
    assert '<property name="tag" value="late" />' in seen[0][1]
    assert '<failure message="paid back to Maya: expected' in seen[0][1]
    assert "mixed.feature:7\n  ✓ Given Maya has received a lamp for 9.00 USD\n  ✗ Then Maya" in seen[0][1]


def test_who_is_free_gets_the_longest_scenario_by_the_time_it_speaks_of(mixed: Path) -> None:
    names = ["A broken one", "A long one", "A longer one[4]", "A longer one[5]"]
    lengths = [length(mixed, f"mixed.feature::{name}") for name in names]
    assert lengths == sorted(lengths)
    assert length(mixed, "test_of_python.py::test") == 0


@pytest.mark.parametrize(("test", "waits"), [("Paid[2]", "2 hours"), ("Paid [in full][3]", "3 hours")])
def test_an_outline_is_found_by_its_rows_whatever_its_own_name_is(tmp_path: Path, test: str, waits: str) -> None:
    outlines = (
        f"  Scenario Outline: {name}\n    When <some> hours pass\n    Examples:\n      | some |\n      | {row} |\n"
        for name, row in (("Paid", 2), ("Paid [in full]", 3))
    )
    (tmp_path / "own.feature").write_text(f"Feature: Own\n{''.join(outlines)}")
    found = scenario(tmp_path, f"own.feature::{test}")
    assert found
    assert [step.name for step in found.steps] == [f"{waits} pass"]


def test_auto_starts_no_process_for_a_handful(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: range(64))
    assert workers([mixed]) == 1
    assert 10 < workers([FEATURES]) <= 64


@pytest.mark.parametrize("command", [("-c", PLAY), ("-m", "pytest", "-p", "rehearsal.gherkin")])
def test_a_process_that_dies_is_the_stages_failure_and_its_other_scenarios_are_played(
    suite: pytest.Pytester, command: tuple[str, ...]
) -> None:
    suite.makeconftest((suite.path / "conftest.py").read_text() + DEADLY)
    write(suite, {"One": "nothing is done", "Two": "the process dies", "Three": "nothing is done"})
    result = suite.run(sys.executable, *command, "own.feature", "-n" if "pytest" in command else "--jobs", "2")
    result.stdout.fnmatch_lines(["*own.feature:4*", "*When the process dies", "*the process that played it died"])
    if "pytest" not in command:
        assert result.ret == 3
        result.stdout.fnmatch_lines(["*✓ One", "*! Two", "*✓ Three", "*3 scenarios: 2 held, 1 stage failed"])


SWALLOWED = """
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    return True if item.name == "Two" else None
"""


def test_a_scenario_of_which_nothing_comes_is_the_stages_failure(suite: pytest.Pytester) -> None:
    suite.makeconftest((suite.path / "conftest.py").read_text() + SWALLOWED)
    write(suite, {"One": "nothing is done", "Two": "nothing is done"})
    result = played("own.feature")
    result.stdout.fnmatch_lines(["2 scenarios: 1 held, 1 not played"])
    assert result.ret == 3
    assert played("own.feature", "--list").ret == 0


HEARING = """
import os

class Hearing:
    def pytest_runtest_logreport(self, report):
        if report.failed:
            os.open("heard", os.O_RDWR)  # and kept open: whoever waits there goes on

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Hearing())

@when("it waits until the failure has been heard of")
def _(stage):
    open("heard").close()
"""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_it_stops_at_the_first_that_is_not_content(suite: pytest.Pytester, jobs: str) -> None:
    """However slow the process with the failure is, nobody gets far before it has been heard of."""
    suite.makeconftest((suite.path / "conftest.py").read_text() + HEARING)
    os.mkfifo(suite.path / "heard")
    first, later = ["nothing is done", "nobody knows"], ["it waits until the failure has been heard of"]
    write(suite, dict(enumerate(first + later * 38)))
    result = suite.run(sys.executable, "-c", PLAY, "own.feature", "-x", "--junit", "junit.xml", "--jobs", jobs)
    assert result.ret == 2
    ended = re.search(r"40 scenarios: \d+ held, 1 miswritten, (\d\d) not played", result.stdout.str())
    assert ended
    junit = (suite.path / "junit.xml").read_text()
    assert (junit.count("<testcase "), junit.count(f'"{ENDED_EARLY}"')) == (40, int(ended[1]))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_suites_folder_stays_as_it_is(suite: pytest.Pytester, jobs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"):
        monkeypatch.delenv(name, raising=False)
    folder = suite.mkdir("theirs")
    shutil.copy(suite.path / "conftest.py", folder)
    write(suite, {"One": "nothing is done"})
    (suite.path / "own.feature").rename(folder / "own.feature")
    (suite.mkdir("theirs/deeper") / "conftest.py").write_text("import helper")
    (folder / "helper.py").touch()
    before = sorted(folder.rglob("*"))
    monkeypatch.chdir(folder)
    played = suite.run(sys.executable, "-c", PLAY, "own.feature", "deeper", "--jobs", jobs)
    assert played.ret == 0
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("option", ["-m", "-k"])
def test_a_bad_expression_is_told_in_one_line_whoever_would_play(suite: pytest.Pytester, option: str) -> None:
    write(suite, {"One": "nothing is done"})
    result = suite.run(sys.executable, "-m", "pytest", "-p", "rehearsal.gherkin", "-n", "2", option, "(")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (said,) = filter(None, result.stderr.lines)
    assert said.startswith(f"ERROR: Wrong expression passed to '{option}': (: at column 2: expected")


@pytest.mark.parametrize("value", ["0", "-1", "two", "1000", "9" * 5_000])
@pytest.mark.usefixtures("mixed")
def test_a_number_of_jobs_that_is_none_is_refused(rehearse: Rehearse, value: str) -> None:
    assert f"{value} is neither a number of processes nor `auto`" in rehearse("play", "--jobs", value, code=2).err


@pytest.mark.usefixtures("mixed")
def test_one_attached_world_is_not_shared(rehearse: Rehearse) -> None:
    asked = ("play", "--attach", "http://127.0.0.1:9/control/v1", "--jobs", 2)
    assert "several jobs cannot share: leave --jobs away" in rehearse(*asked, code=2).err


@pytest.mark.usefixtures("mixed")
def test_the_list_names_places_and_tags_and_plays_nothing(rehearse: Rehearse) -> None:
    shown = rehearse("play", "mixed.feature", "--list", "-k", "longer", "-k", "broken").out
    rows = [
        "mixed.feature:7  A broken one  @R10",
        *(f"mixed.feature:{n}  A longer one[{n - 14}]  @late" for n in (18, 19)),
    ]
    assert shown.split("\n") == ["", "Mixed", *(f"  {row}" for row in rows), "", "3 scenarios", ""]


@pytest.mark.usefixtures("mixed")
def test_the_longest_are_named_with_both_times(rehearse: Rehearse) -> None:
    shown = rehearse("play", "mixed.feature:2", "--durations", 3).out
    assert re.search(r"\d\.\d\d  +3 h  mixed.feature:2  A long one\n", shown)
