"""What is asked when a test on the stage is over, a scenario or plain pytest: all hear of it, then the auditor.

A scenario makes a record of it (`rehearsal.gherkin.recording`). A plain test, which plays on the fixture `stage`, is
told what the auditor has found in its failure; where it cannot be judged it is skipped, as pytest has no other word.
So that nobody takes that for a yes, pytest then ends with 4, if nothing worse has happened.
"""

from collections.abc import Generator
from contextlib import suppress
from typing import Any, Final

import pytest
from _pytest._code.code import ExceptionRepr

from rehearsal.control.stage import Json, Problem
from rehearsal.gherkin.blame import judge
from rehearsal.gherkin.collection import FeatureFile
from rehearsal.gherkin.errors import BrokenRules, NotJudged, StageFailed
from rehearsal.gherkin.junit import Told
from rehearsal.gherkin.plan_file import hits, missed
from rehearsal.gherkin.recording import RECORDING, everything, observe, own_failures, refused
from rehearsal.gherkin.results import Outcome

NOT_JUDGED: Final = 4  # as `rehearsal play` ends; to pytest it is a mistake of usage
UNAUDITED: Final = "unaudited: the auditor is not asked about this test"
OURS: Final = "ours"  # the tag of what our own connector does where no source says what is right
_OF_OURS: Final = "this is what our own connector does where no source says what is right: another may do otherwise"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """After the test's own end, let news arrive and ask the auditor."""
    recording = item.stash[RECORDING]
    try:
        result = yield
    except (Exception, pytest.skip.Exception, pytest.fail.Exception) as fault:
        with suppress(StageFailed):  # what was raised says more
            _look(item)
        weaker = isinstance(fault, Exception) and judge(fault).outcome in (Outcome.NOT_JUDGED, Outcome.MISWRITTEN)
        if weaker and (broken := _broken(item)):  # which may be what made it so: the staff read what they are told
            raise BrokenRules(f"{broken}\n\nthen: {fault}") from fault
        otherwise = isinstance(fault, AssertionError) or (isinstance(fault, Problem) and fault.status < 500)
        if otherwise and _asks_for_ours(item) and not _broken(item):
            judged = judge(fault, recording.doing)
            if judged.outcome is Outcome.BROKEN:
                raise NotJudged(f"{judged.why}\n{_OF_OURS}") from fault
        raise
    if recording.timeline and _is_audited(item):
        recording.timeline.ends()
    _look(item)
    if broken := _broken(item):
        raise BrokenRules(broken)
    if failed := own_failures(recording.observed.findings):
        raise StageFailed("\n\n".join(failed))
    own = recording.observed.faults[recording.planned :]
    shut_out = refused(recording.observed.findings, unjudged=True)
    if short := [*filter(None, (shut_out, *map(missed, own)))]:
        raise NotJudged("\n".join(short))
    return result


def _asks_for_ours(item: pytest.Item) -> bool:
    """Return whether a scenario asks for what only our own connector need do, and another one is on the stage."""
    world = item.stash[RECORDING].observed.world
    return bool(item.get_closest_marker(OURS)) and "connector" in world and world["connector"] is None


def _is_audited(item: pytest.Item) -> bool:
    """Return whether it is a scenario, or a test that does not wish to be left alone."""
    return isinstance(item.parent, FeatureFile) or not item.get_closest_marker("unaudited")


def _look(item: pytest.Item) -> None:
    recording = item.stash[RECORDING]
    if recording.timeline and _is_audited(item):
        recording.observed = observe(recording.timeline, traced=item.config.getoption("--keep-trace"))


def _broken(item: pytest.Item) -> str:
    """Return how a connector that is not ours has failed, else what the auditor has found, as text."""
    return item.stash[RECORDING].observed.failure or _found(item)


def _found(item: pytest.Item) -> str:
    """Return what the auditor has found, and how the connector has failed, as text."""
    recording = item.stash[RECORDING]
    said = recording.observed.findings
    texts = everything(said, recording.whose())
    return "\n\n".join(filter(None, [refused(said) if texts else "", *texts]))


def plainly(item: pytest.Item, fault: BaseException, report: pytest.TestReport) -> None:
    """Put into the report of a plain test that has failed what the auditor has to say of it."""
    if item.stash[RECORDING].timeline is None:
        return
    if isinstance(fault, BrokenRules):
        _tell(report, "The test went as written, but the auditor is not content:", str(fault))
    elif (judged := judge(fault)).outcome is Outcome.NOT_JUDGED:
        vars(report)["not_judged"] = True
        report.outcome, report.longrepr = "skipped", (str(item.path), 0, f"Not judged: {judged.why}")
    else:
        if report.when == "setup":
            with suppress(StageFailed):
                _look(item)
        if (findings := _found(item)) and isinstance(report.longrepr, ExceptionRepr):
            report.longrepr.addsection("Beside this, the auditor is not content", findings)


def _tell(report: pytest.TestReport, what: str, words: str) -> None:
    vars(report)["told"] = (words.partition("\n")[0], f"{what}\n\n{words}")
    report.longrepr = Told(*vars(report)["told"])  # type: ignore[assignment]


def note_plan(item: pytest.Item, report: pytest.TestReport) -> None:
    """Put into a report what the faults that are planned over the whole run have hit in this test."""
    recording = item.stash[RECORDING]
    vars(report)["plan"] = list(recording.observed.faults[: recording.planned])


class Exit:
    """A plugin of pytest that has it end with 4 where something was not judged, and tells plain tests' findings."""

    def __init__(self) -> None:
        self._count = 0
        self._plans: list[list[Json]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._count += hasattr(report, "not_judged")
        self._plans.append(getattr(report, "plan", []))
        if told := getattr(report, "told", None):
            report.longrepr = Told(*told)  # type: ignore[assignment]  # as another process has had it

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        short = any(short for _, short in self._hits())
        if (self._count or short) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = NOT_JUDGED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for line, _ in self._hits():
            terminalreporter.line(f"rehearsal: {line}")
        if self._count:
            terminalreporter.line(f"rehearsal: {self._count} not judged, which is exit code 4 where nothing is worse")

    def _hits(self) -> list[tuple[str, bool]]:
        return list(hits(self._plans, lambda tests: f"{tests} test{'' if tests == 1 else 's'}"))
