"""Runs suites: pytest with the Gherkin plugin in this process, and what came of each scenario.

Both commands that play, `rehearsal play` and `rehearsal demo`, and nothing else stand on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rehearsal.gherkin.results import Outcome, ScenarioResult

# The worst thing that happened decides. A finding stands even when the stage failed somewhere else.
WORST = (Outcome.BROKEN, Outcome.STAGE_FAILED, Outcome.MISWRITTEN, Outcome.NOT_JUDGED)


class Interrupted(KeyboardInterrupt):
    """Somebody stopped the run."""


@dataclass(frozen=True)
class SuiteRun:
    """What to play, and where: all of `paths`, and of the files in `at` only what stands in that line."""

    paths: Sequence[Path]
    seed: int
    attach: str | None = None
    names: Sequence[str] = ()
    tags: str | None = None
    junit: Path | None = None
    traced: bool = False
    at: Sequence[tuple[Path, int]] = ()

    def arguments(self) -> list[str]:
        """Return pytest's arguments."""
        asked = [str(path) for path in (*self.paths, *(path for path, _ in self.at))]
        asked += [f"--at={path}:{line}" for path, line in self.at] + [f"--named={name}" for name in self.names]
        # By its name, so that the steps which the plugin brings along have their asserts explained.
        asked += ["-p", "rehearsal.gherkin"]
        asked += ["-p", "no:cacheprovider", "-o", "addopts=", f"--seed={self.seed}"]
        # Names of examples are shown as they are written, in any script.
        asked += ["-o", "disable_test_id_escaping_and_forfeit_all_rights_to_community_support=true"]
        # pytest-bdd itself was imported before pytest began; its own asserts need no explanation.
        asked += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        for flag, value in (("--attach", self.attach), ("-m", self.tags)):
            asked += [flag, value] if value else []
        asked += ["--keep-trace"] if self.traced else []
        asked += ["--continue-on-collection-errors"]  # a file that cannot be read takes no others down
        return [*asked, f"--junitxml={self.junit}"] if self.junit else asked


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Collector:
    """A plugin of pytest that collects what is to be played, what came of it and what could not be read."""

    counted: Callable[[int], None]
    seen: Callable[[ScenarioResult], None]
    results: list[ScenarioResult] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    stopped: bool = False

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.unregister(name="terminalreporter")  # whoever asked for the run reports it

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.counted(len(session.items))

    def pytest_exception_interact(
        self, node: pytest.Item | pytest.Collector, report: pytest.CollectReport | pytest.TestReport
    ) -> None:
        if not isinstance(report, pytest.CollectReport):
            return
        if node.path.suffix == ".feature":
            name, why = "this file cannot be read", str(report.longrepr)
            self.pytest_rehearsal_result(
                ScenarioResult(node.path.as_posix(), node.path.stem, name, Outcome.MISWRITTEN, why)
            )
        else:
            self.unreadable.append(str(report.longrepr))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # pytest interrupts itself in the same way as somebody does who presses Ctrl-C
        self.stopped = not isinstance(excinfo.value, pytest.Session.Interrupted)

    def pytest_rehearsal_result(self, result: ScenarioResult) -> None:
        self.results.append(result)
        self.seen(result)


@dataclass(frozen=True)
class Run:
    """What came of it: `outcome` is the worst that happened, None when there was nothing to play."""

    results: tuple[ScenarioResult, ...]
    unreadable: tuple[str, ...]
    outcome: Outcome | None


def run_suite(
    suite: SuiteRun,
    *,
    counted: Callable[[int], None] = lambda count: None,
    seen: Callable[[ScenarioResult], None] = lambda result: None,
) -> Run:
    """Play the suite to its end; raises `Interrupted` when somebody stops it.

    `counted` learns how many scenarios there are, `seen` of each result as soon as it is there.
    """
    collector = Collector(counted, seen)
    ended = pytest.main(suite.arguments(), plugins=[collector])
    if collector.stopped:
        raise Interrupted
    return Run(tuple(collector.results), tuple(collector.unreadable), _worst(collector, int(ended)))


def _worst(collector: Collector, ended: int) -> Outcome | None:
    outcomes = {result.outcome for result in collector.results}
    if collector.unreadable:
        outcomes.add(Outcome.MISWRITTEN)
    for outcome in WORST:
        if outcome in outcomes:
            return outcome
    if ended in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
        return None
    return Outcome.STAGE_FAILED if ended == pytest.ExitCode.INTERNAL_ERROR else Outcome.HELD
