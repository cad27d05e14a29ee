"""Plays suites: runs pytest with the Gherkin plugin in this process and keeps what was played.

Both commands that play, `rehearsal play` and `rehearsal demo`, and nothing else stand on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rehearsal.exit_codes import ExitCode
from rehearsal.gherkin.results import Outcome, Played, Sight

# The worst thing that happened decides. A finding stands even when the stage failed somewhere else.
WORST = (
    (Outcome.BROKEN, ExitCode.FINDINGS),
    (Outcome.STAGE_FAILED, ExitCode.STAGE_FAILED),
    (Outcome.MISWRITTEN, ExitCode.USAGE),
    (Outcome.NOT_JUDGED, ExitCode.NOT_JUDGED),
)


class Interrupted(KeyboardInterrupt):
    """Somebody stopped the performance."""


@dataclass(frozen=True)
class Order:
    """What to play, and where."""

    paths: Sequence[Path]
    seed: int
    attach: str | None = None
    names: Sequence[str] = ()
    tags: str | None = None
    junit: Path | None = None
    traced: bool = False

    def arguments(self) -> list[str]:
        """Return the order as pytest's arguments."""
        asked: list[str] = [str(path) for path in self.paths]
        # By its name, so that the steps which the plugin brings along have their asserts explained.
        asked += ["-p", "rehearsal.gherkin"]
        asked += ["-p", "no:cacheprovider", "-o", "addopts=", f"--seed={self.seed}"]
        # pytest-bdd itself was imported before pytest began; its own asserts need no explanation.
        asked += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        for flag, value in (("--attach", self.attach), ("-m", self.tags)):
            asked += [flag, value] if value else []
        asked += ["--keep-trace"] if self.traced else []
        asked += ["--continue-on-collection-errors"]  # a file that cannot be read takes no others down
        return [*asked, f"--junitxml={self.junit}"] if self.junit else asked

    def wants(self, item: pytest.Item) -> bool:
        """Say whether a scenario is asked for: by a piece of its own name or of its file's, in any case."""
        called = item.nodeid.casefold()
        return not self.names or any(name.casefold() in called for name in self.names)


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Audience:
    """Sits in pytest as a plugin: sees what is to be played, what was played and what could not be read."""

    order: Order
    counted: Callable[[int], None]
    seen: Callable[[Played], None]
    plays: list[Played] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    stopped: bool = False

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.unregister(name="terminalreporter")  # whoever ordered the performance tells of it

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        unwanted = [item for item in items if not self.order.wants(item)]
        if unwanted:
            config.hook.pytest_deselected(items=unwanted)
            items[:] = [item for item in items if self.order.wants(item)]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.counted(len(session.items))

    def pytest_exception_interact(
        self, node: pytest.Item | pytest.Collector, report: pytest.CollectReport | pytest.TestReport
    ) -> None:
        if not isinstance(report, pytest.CollectReport):
            return
        if node.path.suffix == ".feature":
            self.pytest_rehearsal_played(_unread(node.path, str(report.longrepr)))
        else:
            self.unreadable.append(str(report.longrepr))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # pytest interrupts itself in the same way as somebody does who presses Ctrl-C
        self.stopped = not isinstance(excinfo.value, pytest.Session.Interrupted)

    def pytest_rehearsal_played(self, played: Played) -> None:
        self.plays.append(played)
        self.seen(played)


def _unread(path: Path, why: str) -> Played:
    """Return the record of a feature file of which nothing could be played."""
    return Played(
        file=path.as_posix(),
        feature=path.stem,
        description="",
        rule="",
        name="this file cannot be read",
        tags=frozenset(),
        outcome=Outcome.MISWRITTEN,
        why=why,
        steps=(),
        moments=(),
        sight=Sight(),
    )


@dataclass(frozen=True)
class Performance:
    """What came of it."""

    plays: tuple[Played, ...]
    unreadable: tuple[str, ...]
    exit_code: int


def perform(
    order: Order,
    *,
    counted: Callable[[int], None] = lambda count: None,
    seen: Callable[[Played], None] = lambda played: None,
) -> Performance:
    """Play the order to its end."""
    audience = Audience(order, counted, seen)
    answered = pytest.main(order.arguments(), plugins=[audience])
    if audience.stopped:
        raise Interrupted
    return Performance(tuple(audience.plays), tuple(audience.unreadable), _exit_code(audience, int(answered)))


def _exit_code(audience: Audience, answered: int) -> int:
    outcomes = {played.outcome for played in audience.plays}
    if audience.unreadable:
        outcomes.add(Outcome.MISWRITTEN)
    for outcome, code in WORST:
        if outcome in outcomes:
            return code
    if answered in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
        return ExitCode.USAGE
    return ExitCode.STAGE_FAILED if answered == pytest.ExitCode.INTERNAL_ERROR else ExitCode.CONTENT
