"""Playing a suite with a bar that moves, where there is a terminal to show it on.

The bar says how many scenarios are over, which one began last and, where it is played in this process, to what moment
its simulated time has come: that is what moves while a long wait plays. With a connector of somebody else's it says
what that is waited for, too, and where time passes by itself how long the present wait still takes.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column
from rich.text import Text

from rehearsal.control.stage import Stage
from rehearsal.gherkin.results import ScenarioResult
from rehearsal.gherkin.runner import Run, SuiteRun, Watcher, run_suite
from rehearsal.report import terminal


class SimulatedTime(ProgressColumn):
    """The time of the world that was opened last, and what somebody outside does there."""

    max_refresh = 0.1
    stage: Stage | None = None

    def render(self, task: Task) -> Text:
        """Return the world's time, or nothing where it cannot be seen from here."""
        moment, doing = (getattr(self.stage, name, None) for name in ("moment", "doing"))
        shown = [f"{moment:%a %d %b %Y %H:%M}"] if moment else []
        said = ", ".join([*shown, *([doing] if doing else [])])
        return Text(f"{said} ·" if said else "", style="cyan")


class Left(ProgressColumn):
    """What is probably left of a run, once something of it is over: the others take as long as those before."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        """Return the time that is left, or nothing where nobody can tell, or it takes longer than was thought."""
        if not task.completed or task.total is None or task.elapsed is None:
            return Text("")
        left = round(task.fields["over_at"] / task.completed * task.total - task.elapsed)
        return Text(f"about {timedelta(seconds=left)} left" if left > 0 else "", style="cyan")


class Bar(Watcher):
    """Shows how far a run is, below the lines that `seen` prints meanwhile."""

    def __init__(self, screen: Console, seen: Callable[[ScenarioResult], None]) -> None:
        self._time = SimulatedTime(Column(no_wrap=True))
        name = TextColumn("{task.description}")
        progress = (SpinnerColumn(), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), Left(), self._time)
        columns = (*progress, name)
        self.progress = Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)
        self._seen = seen
        self._task = self.progress.add_task("opening the stage", total=None)

    def counted(self, planned: int) -> None:
        self.progress.update(self._task, total=planned)

    def began(self, name: str) -> None:
        self.progress.update(self._task, description=escape(name))

    def opened(self, stage: Stage) -> None:
        self._time.stage = stage

    def ended(self) -> None:
        self.progress.update(self._task, advance=1, over_at=self.progress.tasks[self._task].elapsed)

    def seen(self, result: ScenarioResult) -> None:
        self._seen(result)


def run_shown(suite: SuiteRun, shown: Callable[[Console, ScenarioResult], None], *watchers: Watcher) -> Run:
    """Play a suite, for `watchers` to see; each result is `shown` on the console it is handed, in the scenarios' order.

    The bar stands below what is shown, or on the error stream where only that is a terminal.
    """
    with _own(sys.stdout) as out, _own(sys.stderr) as err:
        lines, errors = terminal.console(out), terminal.console(err)
        bar = Bar(lines if lines.is_terminal else errors, partial(shown, lines))
        with bar.progress:
            return run_suite(suite, *watchers, bar)


@contextmanager
def _own(stream: TextIO) -> Iterator[TextIO]:
    """Return a stream's place by a road of its own: pytest takes the usual one away while a scenario plays."""
    stream.flush()
    try:
        number = os.dup(stream.fileno())
    except OSError:  # not a file: somebody collects what is written
        yield stream
        return
    with os.fdopen(number, "w", encoding=stream.encoding, errors=stream.errors) as own:
        yield own
