"""Runs suites: pytest with the Gherkin plugin in this process, and what came of each scenario.

Both commands that play, `rehearsal play` and `rehearsal demo`, and nothing else stand on it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from xdist.dsession import Interrupted as Enough

from rehearsal.control.stage import Stage
from rehearsal.gherkin.blame import broken_file, broken_hook
from rehearsal.gherkin.collection import FeatureFile, listed
from rehearsal.gherkin.junit import told_as_ours
from rehearsal.gherkin.parallel import workers
from rehearsal.gherkin.results import WHERE, Listed, Outcome, ScenarioResult, command

# The worst thing that happened decides. A finding stands even when the stage failed somewhere else.
WORST = (Outcome.BROKEN, Outcome.STAGE_FAILED, Outcome.MISWRITTEN, Outcome.NOT_JUDGED)


class Watcher:
    """Sees a run go by; this one makes nothing of it."""

    def counted(self, planned: int) -> None:
        """So many scenarios are asked for."""

    def began(self, name: str) -> None:
        """A scenario begins, in whichever process."""

    def opened(self, stage: Stage) -> None:
        """The scenario that plays in this process has its world."""

    def ended(self) -> None:
        """A scenario is over, in whichever process."""

    def seen(self, result: ScenarioResult) -> None:
        """A result is there, and all before it were."""


class Interrupted(KeyboardInterrupt):
    """Somebody stopped the run; `run` is what had come of it."""

    def __init__(self, run: Run) -> None:
        self.run = run


@dataclass(frozen=True)
class SuiteRun:
    """What to play, and where: all of `paths`, and of the files in `at` only what stands in that line."""

    paths: Sequence[Path]
    seed: int
    attach: str | None = None
    token: str | None = None  # of the stage there
    seat: Path | None = None
    longest_wait: str | None = None  # of the world's time, where it passes by itself
    profile: str | None = None
    profiles: Path | None = None
    oms_manners: str | None = None  # by their names, with commas between
    faults: Path | None = None
    names: Sequence[str] = ()
    tags: str | None = None
    junit: Path | None = None
    traced: bool = False
    at: Sequence[tuple[Path, int]] = ()
    jobs: int | None = 1  # None: as many as make sense
    stops_early: bool = False

    @property
    def where(self) -> Mapping[str, object]:
        """Return what says which worlds it is played in, by option."""
        return {name: getattr(self, name.removeprefix("--").replace("-", "_")) for name in WHERE}

    def arguments(self) -> list[str]:
        asked = [str(path) for path in (*self.paths, *(path for path, _ in self.at))]
        asked += [f"--at={path}:{line}" for path, line in self.at] + [f"--named={name}" for name in self.names]
        # By its name, so that the steps which the plugin brings along have their asserts explained.
        asked += ["-p", "rehearsal.gherkin"]
        asked += ["-p", "no:rehearsal-exit"]  # what it ends with is said here
        asked += ["-p", "rehearsal.gherkin.untouched", "-p", "no:cacheprovider", "-o", "addopts="]
        asked += [f"{name}={value}" for name, value in self.where.items() if value is not None]
        # Names of examples are shown as they are written, in any script.
        asked += ["-o", "disable_test_id_escaping_and_forfeit_all_rights_to_community_support=true"]
        # pytest-bdd itself was imported before pytest began; its own asserts need no explanation.
        asked += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        asked += [f"--attach-token={self.token}"] if self.token else []
        asked += ["-m", self.tags] if self.tags else []
        asked += ["--keep-trace"] if self.traced else []
        asked += ["-x"] if self.stops_early else []
        jobs = workers([*self.paths, *(path for path, _ in self.at)]) if self.jobs is None else self.jobs
        asked += ["-n", str(jobs)] if jobs > 1 else []
        asked += ["-o", "python_files="]  # tests beside the features are no scenarios
        asked += ["--tb=line"]  # a result says itself why; pytest's own words would cost more than many a scenario
        asked += ["--continue-on-collection-errors"]  # a file that cannot be read takes no others down
        return [*asked, f"--junitxml={self.junit}"] if self.junit else asked


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Collector:
    """A plugin of pytest that collects what is to be played, what came of it and what could not be read."""

    watchers: Sequence[Watcher] = ()
    results: list[ScenarioResult] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    stopped: bool = False
    failed: bool = False  # itself, in this process or another
    unread: BrokenPipeError | None = None
    unwritten: OSError | None = None
    session: pytest.Session | None = None
    planned: int = 0
    root: Path = Path()
    where: Mapping[str, object] = field(default_factory=dict)

    @pytest.hookimpl(wrapper=True)
    def pytest_load_initial_conftests(self) -> Iterator[None]:
        try:
            return (yield)
        except (Exception, SystemExit) as failure:
            self.unreadable.append(broken_file(failure))
            raise pytest.UsageError from failure  # without words, for they are here

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        self.root = config.rootpath
        self.where = {name: config.getoption(name) for name in WHERE}
        config.pluginmanager.unregister(name="terminalreporter")  # whoever asked for the run reports it

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self.session = session

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.listed += [listed(item) for item in session.items if isinstance(item.parent, FeatureFile)]
        if not self.planned:  # else these are other processes' scenarios
            self._count(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        self._count(len(ids))

    def _count(self, planned: int) -> None:
        self.planned = planned
        for watcher in self.watchers:
            watcher.counted(planned)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        for watcher in self.watchers:
            watcher.began(nodeid.partition("::")[2])

    def pytest_runtest_logfinish(self) -> None:
        for watcher in self.watchers:
            watcher.ended()

    def pytest_rehearsal_stage(self, stage: Stage) -> None:
        for watcher in self.watchers:
            watcher.opened(stage)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.failed:
            return
        path, why = Path(os.path.normpath(self.root / report.nodeid)), str(report.longrepr)
        if path.suffix == ".feature":
            again = command(path.as_posix(), 0, self.where)
            result = ScenarioResult(path.as_posix(), path.stem, "this file cannot be read", Outcome.MISWRITTEN, why)
            self.pytest_rehearsal_result(replace(result, again=again))
        else:
            self.unreadable.append(why)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Say of a suite's hook that fails where that is; return whether one did."""
        theirs = self.took(excinfo.value) or bool(self.unreadable)  # what follows from one is none of its own
        self.failed = self.failed or not theirs
        return theirs

    def took(self, failure: BaseException) -> bool:
        words = broken_hook(failure)
        self.unreadable += [words] if words else []
        return bool(words)

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        try:
            with told_as_ours(session.config, self.results):
                return (yield)
        except OSError as failure:
            if broken_hook(failure):
                raise
            self.unwritten = failure  # JUnit's file, which pytest writes

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # pytest interrupts itself in the same way as somebody does who presses Ctrl-C
        self.stopped = not isinstance(excinfo.value, pytest.Session.Interrupted | Enough)

    def pytest_rehearsal_result(self, result: ScenarioResult) -> None:
        self.results.append(result)
        try:
            for watcher in self.watchers:
                watcher.seen(result)
        except BrokenPipeError as unread:  # raised here it would count as a fault of pytest's
            self.unread = unread
            if self.session:
                self.session.shouldstop = "nobody reads"


@dataclass(frozen=True)
class Run:
    """What came of the `planned` scenarios: `outcome` is the worst that happened, None: there was nothing to play."""

    planned: int
    results: tuple[ScenarioResult, ...]
    unreadable: tuple[str, ...]
    outcome: Outcome | None
    unwritten: OSError | None = None

    def demand_junit(self) -> None:
        """Raise what has kept the JUnit file from being written."""
        if self.unwritten:
            raise self.unwritten


def unplayed(planned: int, results: Iterable[ScenarioResult]) -> int:
    """Return of how many scenarios nothing has come; a file that cannot be read has a result, but is none."""
    return max(0, planned - sum(1 for result in results if result.line))


def run_suite(suite: SuiteRun, *watchers: Watcher) -> Run:
    """Play the suite to its end, for `watchers` to see; raises `Interrupted` when somebody stops it."""
    return _run(suite.arguments(), Collector(watchers))


def list_suite(suite: SuiteRun) -> tuple[list[Listed], Run]:
    collector = Collector()
    run = _run([*replace(suite, jobs=1, junit=None).arguments(), "--collect-only"], collector)
    return collector.listed, run


def _run(arguments: list[str], collector: Collector) -> Run:
    try:
        ended = pytest.main(arguments, plugins=[collector])
    except Exception as failure:
        if not collector.took(failure):
            raise
        ended = pytest.ExitCode.USAGE_ERROR
    if collector.unread:
        raise collector.unread
    run = Run(
        collector.planned,
        tuple(collector.results),
        tuple(collector.unreadable),
        _worst(collector, int(ended)),
        collector.unwritten,
    )
    if collector.stopped:
        raise Interrupted(run)
    return run


def _worst(collector: Collector, ended: int) -> Outcome | None:
    outcomes = {result.outcome for result in collector.results}
    if collector.unreadable:
        outcomes.add(Outcome.MISWRITTEN)
    if collector.failed or _lost(collector, ended):
        outcomes.add(Outcome.STAGE_FAILED)
    for outcome in WORST:
        if outcome in outcomes:
            return outcome
    if ended in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
        return None
    return Outcome.STAGE_FAILED if ended == pytest.ExitCode.INTERNAL_ERROR else Outcome.HELD


def _lost(collector: Collector, ended: int) -> bool:
    """Return whether nothing has come of a scenario in a run that came to its end."""
    session = collector.session
    if session is None or session.config.option.collectonly or session.shouldfail:
        return False
    at_its_end = ended in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    return at_its_end and unplayed(collector.planned, collector.results) > 0
