"""The plugin, seen from a suite of somebody's own: their features, their steps, a stage that is a stub."""

from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from textwrap import dedent

import pytest

import rehearsal.cli.play  # and all it needs, before pytester notes which modules are to stay

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]
CONFTEST = """
    import pytest
    from pytest_bdd import given, when, then, parsers
    from rehearsal.control.stage import Problem
    from rehearsal.gherkin.errors import NotJudged
    from tests.unit.gherkin.stub import BROKEN, StubStage

    @pytest.fixture(scope="session")
    def stage_factory():
        return lambda: StubStage(*({findings}))

    @when("nothing is done")
    def _(stage):
        pass

    @when("something is asked that nobody here can do")
    def _(stage):
        raise NotJudged("this connector has no webhooks")

    @when("the stage breaks")
    def _(stage):
        raise Problem(503, "The stage does not answer")

    @when("nobody awaits this")
    async def _(stage):
        pass
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest(dedent(CONFTEST).replace("{findings}", ""))
    return pytester


def plays(suite: pytest.Pytester, scenario: str, *more: str) -> pytest.RunResult:
    body = "\n".join(f"      {line}" for line in scenario.strip().splitlines())
    (suite.path / "own.feature").write_text(f"Feature: Our own\n{body}\n")
    return suite.runpytest_inprocess("-p", "rehearsal.gherkin", "--strict-markers", "-ra", *more)


def played(*arguments: str) -> pytest.RunResult:
    """Play here, as the command does; return its exit code and what it has printed."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        code = rehearsal.cli.run(["play", *arguments])
    return pytest.RunResult(code, out.getvalue().splitlines(), err.getvalue().splitlines(), 0.0)


HELD = """
@R10 @any-word
Scenario: Nothing happens
  Given Maya has received a desk lamp for 39.98 USD
  When nothing is done
"""


def test_a_feature_file_is_played_as_it_is_with_shipped_steps_and_own_ones(suite: pytest.Pytester) -> None:
    result = plays(suite, HELD, "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*own.feature::Nothing happens PASSED*"])


def test_tags_select_scenarios_and_need_no_registration(suite: pytest.Pytester) -> None:
    plays(suite, HELD, "-m", "R10").assert_outcomes(passed=1)
    plays(suite, HELD, "-m", "not R10").assert_outcomes(deselected=1)


def test_what_the_auditor_finds_fails_a_scenario_that_went_as_written(suite: pytest.Pytester) -> None:
    suite.makeconftest(dedent(CONFTEST).replace("{findings}", "BROKEN,"))
    result = plays(suite, HELD)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*A rejection is never followed by a refund*", "*seen: 39.98 USD paid*"])


def test_two_scenarios_of_one_name_are_refused_instead_of_losing_one(suite: pytest.Pytester) -> None:
    result = plays(suite, HELD + HELD)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*two scenarios are called 'Nothing happens'*"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "bad.feature: there is no feature in this file"),
        ("  Scenario: Typo\n    Givne the moon\n", "bad.feature:2: *'Givne the moon' does not begin as a step does"),
        ("  Scenario: A\n    When nothing is done\n" * 2, "bad.feature:4: two scenarios are called 'A'"),
    ],
    ids=["empty", "no step", "one name twice"],
)
def test_an_unreadable_file_is_named_and_the_others_are_played(suite: pytest.Pytester, text: str, words: str) -> None:
    (suite.path / "bad.feature").write_text(f"Feature: Bad\n{text}" if text else "")
    (suite.path / "good.feature").write_text(f"Feature: Good\n{HELD}")
    result = played("bad.feature", "good.feature")
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*✓ Nothing happens*", f"*{words}*", "*1 held, 1 miswritten*"])


WRITTEN = (
    HELD.replace("Scenario: Nothing", "Scenario Outline: Für <wer>, nothing")
    + """
  Examples:
    | wer    |
    | Élodie |
"""
)


@pytest.mark.parametrize(
    "written",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace("  ", "\t").replace("Given ", "Given\t").encode(),
        lambda text: text.replace(" ", "\u00a0").replace("Given\u00a0Maya", "Given\u202fMaya").encode(),
    ],
    ids=["a mark of the byte order", "CRLF", "CR", "tabs", "spaces that do not break"],
)
def test_a_file_is_read_as_editors_save_it(suite: pytest.Pytester, written: Callable[[str], bytes]) -> None:
    (suite.path / "own.feature").write_bytes(written(f"Feature: Our own\n{WRITTEN}"))
    result = played("own.feature")
    assert result.ret == 0, result.stdout.str()
    result.stdout.fnmatch_lines(["*✓ Für Élodie, nothing happens"])


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("latin-1", "own.feature:4: byte 0xfc is not UTF-8; save the file as UTF-8"),
        ("utf-16", "*UTF-16; save it as UTF-8"),
    ],
)
def test_a_file_in_another_encoding_is_refused_and_says_which(
    suite: pytest.Pytester, encoding: str, words: str
) -> None:
    (suite.path / "own.feature").write_text(f"Feature: Our own\n{WRITTEN}", encoding=encoding)
    result = played("own.feature")
    assert result.ret == 2
    result.stdout.fnmatch_lines([f"*{words}"])


def test_a_coroutine_step_is_refused_instead_of_never_being_run(suite: pytest.Pytester) -> None:
    result = plays(suite, "Scenario: Async\n  When nobody awaits this")
    result.stdout.fnmatch_lines(["*'nobody awaits this' is a coroutine*"])


def test_what_a_player_cannot_do_is_not_judged_and_never_passed(suite: pytest.Pytester) -> None:
    result = plays(suite, "Scenario: Webhooks\n  When something is asked that nobody here can do")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*Not judged: this connector has no webhooks*"])


@pytest.mark.parametrize(
    ("scenario", "code"),
    [
        (HELD, 0),
        (f"{HELD}  Then Maya has no mail", 1),
        ("Scenario: Unknown\n  When nobody knows this step", 2),
        ("", 2),
        ("Scenario: Nothing is said", 2),
        ("Scenario: Stage\n  When the stage breaks", 3),
        ("Scenario: Webhooks\n  When something is asked that nobody here can do", 4),
    ],
    ids=["content", "broken", "no such step", "nothing to play", "no steps", "stage failed", "not judged"],
)
def test_play_says_what_came_of_it_by_its_exit_code(suite: pytest.Pytester, scenario: str, code: int) -> None:
    body = "\n".join(f"  {line}" for line in scenario.strip().splitlines())
    (suite.path / "own.feature").write_text(f"Feature: Our own\n{body}\n")
    result = played("own.feature", "--junit", "junit.xml", "--report", "report")
    assert result.ret == code, result.stdout.str() + result.stderr.str()
    assert (suite.path / "report" / "index.html").is_file()
    assert code == 2 or "Nothing happens" in (suite.path / "junit.xml").read_text() or code


def test_several_suites_play_together_each_with_words_of_its_own(suite: pytest.Pytester) -> None:
    for name in ("one", "two"):
        folder = suite.mkdir(name)
        own = f"from pytest_bdd import when\n\n@when('somebody speaks')\ndef _(stage):\n    assert {name!r} == 'one'\n"
        (folder / "conftest.py").write_text(own)
        (folder / "own.feature").write_text(f"Feature: {name}\n  Scenario: {name} speaks\n    When somebody speaks\n")
    result = played("one", "two")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*one speaks*", "*two speaks*", "*1 held, 1 broken*"])


def test_a_scenario_that_fails_says_what_was_seen_and_how_to_play_it_again(suite: pytest.Pytester) -> None:
    (suite.path / "own.feature").write_text(f"Feature: Own\n{HELD}  Then Maya has no mail\n")
    result = played("own.feature", "--seed", "7")
    seen = '  Maya\'s mails: expected nothing; seen "order refund"'
    result.stdout.fnmatch_lines(["*✗ Then Maya has no mail*", seen, "*Again: rehearsal play own.feature:4 --seed 7"])


PLAY = "import sys; from rehearsal.cli.play import play; sys.exit(play.main(sys.argv[1:], standalone_mode=False))"


def test_what_a_scenario_was_played_on_is_gone_when_it_is_over(suite: pytest.Pytester) -> None:
    left = """
    import gc
    import weakref

    stages = []

    def pytest_rehearsal_stage(stage):
        stage.itself = stage
        stages.append(weakref.ref(stage))

    def pytest_sessionfinish():
        print("left:", [stage() for stage in stages], gc.isenabled(), gc.get_freeze_count() > 0)
    """
    suite.makeconftest(dedent(CONFTEST).replace("{findings}", "") + dedent(left))
    (suite.path / "own.feature").write_text(
        "Feature: Own\n  Scenario: One\n    When nothing is done\n  Scenario: Two\n    When nothing is done\n"
    )
    played_alone = suite.runpytest_subprocess("-p", "rehearsal.gherkin")  # here the hooks' arguments would be kept
    played_alone.stdout.fnmatch_lines(["*left: [[]None, None] True True"])
