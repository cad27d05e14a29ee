"""Several processes play one suite: who gets which scenario, and the results in the order of the scenarios again.

pytest-xdist runs the processes. Here stands what it does not know: that a scenario lasts as long as the time its steps
let pass, and that readers want one order, however many played.
"""

import os
import pickle
import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from pytest_bdd import parser as gherkin
from pytest_bdd.feature import get_feature
from xdist.scheduler import LoadScheduling

from rehearsal.gherkin.feature_text import ENCODING
from rehearsal.gherkin.junit import ENDED_EARLY, leave_out, tidy, told
from rehearsal.gherkin.results import WHERE, Outcome, ScenarioResult, StepResult, command

_SPAN: Final = re.compile(r"\b(an?|\d+) (minute|hour|day|week|month)s?\b")
_WAIT: Final = re.compile(rf"{_SPAN.pattern} (?:has |have )?pass(?:es|ed)?")
_LONGEST: Final = 1e9  # hours: what waits longer is refused when it is played
_HOURS: Final = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0, "month": 720.0}
WORTH_A_PROCESS: Final = 4  # scenarios
_STEP: Final = 0.5  # hours of simulated time that take about as long to play as a step does


def scenario(root: Path, nodeid: str) -> gherkin.Scenario | None:
    """Return the scenario that a test plays; None if it is no scenario of ours."""
    file, _, name = nodeid.partition("::")
    path = root / file
    if path.suffix != ".feature":
        return None
    scenarios = get_feature(str(path.parent), path.name, ENCODING).scenarios
    if name in scenarios:
        return scenarios[name].render({})
    outlines = [known for known in scenarios if name.startswith(f"{known}[")]
    if not outlines:
        return None
    outline = scenarios[max(outlines, key=len)]  # whose own name may have a bracket in it
    rows = [row for examples in outline.examples for row in examples.as_contexts()]
    return outline.render(next((row for row in rows if name.endswith(f"[{'-'.join(row.values())}]")), {}))


def length(root: Path, nodeid: str) -> float:
    """Return about how long a scenario takes to play: by the time its words speak of, and by its steps."""
    played = scenario(root, nodeid)
    if played is None:
        return 0.0
    said = " ".join(step.name for step in played.steps)
    spans = sum(_hours(count, unit) for count, unit in _SPAN.findall(said))
    return spans + _STEP * len(played.steps)


def least_wait(steps: Iterable[str]) -> timedelta:
    """Return how long such steps wait in all as do nothing else; others may wait, too."""
    waits = (_WAIT.fullmatch(step) for step in steps)
    return timedelta(hours=min(sum(_hours(*wait.groups()) for wait in waits if wait), _LONGEST))


def _hours(count: str, unit: str) -> float:
    return _HOURS[unit] * (float(count) if count.isdecimal() else 1)


def workers(paths: Sequence[Path]) -> int:
    """Return how many processes play these files or folders soonest: starting one takes as long as a few scenarios."""
    files = [file for path in paths for file in (sorted(path.rglob("*.feature")) if path.is_dir() else [path])]
    begin = re.compile(r"^\s*(?:Scenario|Example)\b.*?:", re.MULTILINE)
    scenarios = sum(len(begin.findall(file.read_text(ENCODING, errors="replace"))) for file in files)
    return max(1, min(len(os.sched_getaffinity(0)), scenarios // WORTH_A_PROCESS))


class LongestFirst(LoadScheduling):  # type: ignore[misc]
    """Gives whoever is free the longest scenario that is left, so that none is begun when all others are over."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        self.maxschedchunk: int = self.maxschedchunk or 1
        self._sorted = False

    def _send_tests(self, node: Any, num: int) -> None:
        if not self._sorted:
            self._sorted, ids = True, self.collection or ()
            self.pending.sort(key=lambda place: -length(self.config.rootpath, ids[place]))
        super()._send_tests(node, num)


class InOrder:
    """A plugin of pytest that hands on each result when all before it are there, whichever process played it.

    A scenario whose process died is the stage's failure. JUnit's cases get the same order.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._ids: tuple[str, ...] = ()
        self._handed_on = 0
        self._results: dict[str, ScenarioResult] = {}
        self._over: set[str] = set()
        self._begun: set[str] = set()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> LoadScheduling | None:
        # with -x the first that fails should be an early one
        return LongestFirst(config, log) if config.option.dist == "load" and not config.option.maxfail else None

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        self._ids = self._ids or tuple(ids)

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        if result := died(self._config, crashitem):
            report.when = "call"
            self._results[crashitem] = result
        self._over.add(crashitem)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._begun.add(nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if data := getattr(report, "scenario", None):
            self._results[report.nodeid] = pickle.loads(data)
        if report.failed and report.nodeid in self._results:
            report.longrepr = told(self._results[report.nodeid])  # type: ignore[assignment]
        if report.when == "teardown":
            self._over.add(report.nodeid)
        while self._handed_on < len(self._ids) and self._ids[self._handed_on] in self._over:
            self._hand_on()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Hand on what was played though something before it was not, as after Ctrl-C."""
        while self._handed_on < len(self._ids):
            self._hand_on()
        left = (one for one in self._ids if ".feature::" in one and one not in self._begun)
        leave_out(self._config, left, ENDED_EARLY)
        tidy(self._config, self._ids)

    def _hand_on(self) -> None:
        result = self._results.get(self._ids[self._handed_on])
        self._handed_on += 1
        if result:
            self._config.hook.pytest_rehearsal_result(result=result)


def died(config: pytest.Config, nodeid: str) -> ScenarioResult | None:
    """Return what there is to say of a scenario whose process died; None if it is no scenario of ours."""
    played = scenario(config.rootpath, nodeid)
    if played is None:
        return None
    where, _, name = nodeid.partition("::")
    file = (config.rootpath / where).as_posix()
    return ScenarioResult(
        file=file,
        feature=played.feature.name,
        name=name,
        outcome=Outcome.STAGE_FAILED,
        why="the process that played it died",
        line=played.line_number,
        rule=played.rule.name if played.rule else "",
        tags=frozenset(played.tags | played.feature.tags),
        steps=tuple(StepResult(step.keyword.strip(), step.name, "left out") for step in played.steps),
        again=command(file, played.line_number, {name: config.getoption(name) for name in WHERE}),
    )
