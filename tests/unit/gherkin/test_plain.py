"""Plain pytest tests of somebody's own that play on the fixtures: audited like scenarios, in one process or several."""

import re
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]
CONFTEST = """
    import asyncio
    from contextlib import suppress
    import pytest
    from tests.unit.gherkin.stub import BROKEN, StubStage

    FOUND, FAULTS = [], []
    MISSED = {"id": "fault-1", "kind": "cut_after", "to": "marketplace", "planned": 1, "hit": 0, "calls": 0}

    PLANNED = {"id": "fault-1", "kind": "garble", "to": "connector", "planned": 1, "hit": 0, "calls": 3}

    class Ours(StubStage):
        def _plan_fault(self, **fault):
            FAULTS.append(PLANNED)
            return PLANNED

        def _findings(self):
            self.found = tuple(FOUND)
            return super()._findings()

        def _faults(self):
            return {"faults": FAULTS[-1:]}

    @pytest.fixture(scope="session")
    def stage_factory():
        return Ours

    @pytest.fixture
    def broken():
        FOUND.append(BROKEN)
        yield
        FOUND.clear()

    @pytest.fixture
    def missed():
        FAULTS.append(MISSED)
        yield
        FAULTS.clear()

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(pyfuncitem):  # as plugins for coroutines do
        if asyncio.iscoroutinefunction(pyfuncitem.obj):
            with suppress(StopIteration):  # it waits for nothing, and there may be a loop already
                pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in ("broken", "stage")}).send(None)
            return True
"""
TESTS = """
    import unittest
    import pytest
    from rehearsal.gherkin import Cast, NotJudged, Problem, Stage

    def test_content(stage: Stage) -> None:
        assert stage.world()["now"].startswith("2031")

    def test_without_a_stage(broken): pass
    def test_hour(stage, request): request.addfinalizer(lambda: print("ended", stage.world()["now"]))
    def test_broken(broken, stage): pass
    def test_broken_people(broken, people: Cast): people.buyer("Maya")
    def test_failing(broken, stage): assert 1 == 2
    def test_missed(missed, stage): pass
    def test_missed_and_broken(broken, missed, stage): pass
    def test_incapable(stage): raise Problem(501, "Not on this stage")
    def test_told(stage): raise NotJudged("no webhooks")
    def test_skipping(broken, stage): pytest.skip("not today")
    async def test_coroutine(broken, stage): pass

    @pytest.mark.unaudited
    def test_alone(broken, missed, stage): pass

    @pytest.mark.xfail(reason="known")
    def test_known(broken, stage): pass

    @pytest.fixture
    def opened(stage): return stage

    @pytest.fixture
    def failing(broken, stage): raise AssertionError("not opened")

    def test_setup(failing): pass

    class TestClass:
        @pytest.mark.parametrize("n", [1, 2])
        def test_each(self, broken, opened, n): pass

    class Case(unittest.TestCase):
        @pytest.fixture(autouse=True)
        def _on(self, broken, stage): self.stage = stage
        def test_case(self): self.stage.world()
        def test_case_failing(self): self.assertEqual(1, 2)
"""
ENDS = {
    "PASSED": "content without_a_stage hour alone",
    "FAILED": (
        "broken broken_people failing missed_and_broken coroutine TestClass::each[1] TestClass::each[2] Case::case "
        "Case::case_failing"
    ),
    "SKIPPED": "missed incapable told skipping",
    "XFAIL": "known",
    "ERROR": "setup",
}
AGAIN = "again: pytest -p rehearsal.gherkin {} --seed 1"


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeini("[pytest]\naddopts = --strict-markers --strict-config\nfilterwarnings = error\n")
    pytester.makeconftest(dedent(CONFTEST))
    (pytester.path / "test_own.py").write_text(dedent(TESTS))
    return pytester


def outcome_of(suite: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run the tests here; where several processes are asked for, in others."""
    runs = suite.runpytest_subprocess if "-n" in options else suite.runpytest_inprocess
    return runs("-p", "rehearsal.gherkin", *options)


@pytest.mark.parametrize("jobs", [(), ("-n", "2")], ids=["one process", "several"])
def test_plain_tests_are_audited(suite: pytest.Pytester, jobs: tuple[str, ...]) -> None:
    result = outcome_of(suite, "-v", "-rA", "--junitxml", "junit.xml", *jobs)
    shown = result.stdout.str()
    assert result.ret == 1, shown
    line = re.compile(
        r"^(?:\[gw\d\] \[ *\d+%\] )?(?:(\w+) )?test_own\.py::(\S+)(?: (PASSED|FAILED|SKIPPED|XFAIL|ERROR))?"
    )
    found = (line.match(one) for one in shown.splitlines())
    ended = {one[2].replace("test_", ""): one[1] or one[3] for one in found if one and (one[1] or one[3])}
    assert ended == {name: how for how, names in ENDS.items() for name in names.split()}
    assert "ended 2031-03-03T10:00:00Z" in shown, "an hour more is played"
    assert shown.count("The test went as written, but the auditor is not content:") == 7
    assert shown.count("Beside this, the auditor is not content") == 3
    assert AGAIN.format("'test_own.py::TestClass::test_each[2]'") in shown
    assert AGAIN.format("test_own.py::Case::test_case_failing") in shown
    assert "Not judged: fault-1, cut after, of any calls to the marketplace: was to be hit once" in shown
    assert "FAILED test_own.py::test_broken - no-refund-after-no: A rejection" in shown
    assert "rehearsal: 3 not judged, which is exit code 4 where nothing is worse" in shown
    cases = {case.attrib["name"]: case for case in ElementTree.parse(suite.path / "junit.xml").iter("testcase")}
    for name in ("test_broken", "test_failing", "test_case_failing"):
        failure = cases[name].find("failure")
        assert failure is not None
        assert "seen: 39.98 USD paid" in (failure.text or "")


@pytest.mark.parametrize(
    ("named", "jobs", "code"),
    [("content or skipping", (), 0), ("content or told", (), 4), ("content or told", ("-n", "2"), 4)],
)
def test_what_was_not_judged_is_no_green_light(
    suite: pytest.Pytester, named: str, jobs: tuple[str, ...], code: int
) -> None:
    assert outcome_of(suite, "-k", named, *jobs).ret == code


@pytest.mark.parametrize("jobs", [(), ("-n", "2")], ids=["one process", "several"])
def test_a_plan_over_all_tests_is_told_with_what_it_hit(suite: pytest.Pytester, jobs: tuple[str, ...]) -> None:
    (suite.path / "trouble.yaml").write_text("[{kind: garble, to: connector, times: 1}]")
    named = ["-k", "content or hour or without", "--faults", "trouble.yaml"]
    result = outcome_of(suite, *named, *jobs)
    assert result.ret == 4
    words = "rehearsal: fault-1, garble, of any calls to the connector: 0 hits on 6 calls, in 0 tests; nowhere as often"
    result.stdout.fnmatch_lines([f"{words} as planned: not judged"])
