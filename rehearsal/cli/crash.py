"""`rehearsal crash`: has the connector die at every place where it can, and judges what is left each time."""

import os
import shlex
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from rehearsal.cli.exit_codes import OF_OUTCOME, ExitCode
from rehearsal.cli.outputs import OUT_FILE, Writing, make_room
from rehearsal.cli.play import counted
from rehearsal.cli.profiles import check
from rehearsal.cli.progress import run_shown
from rehearsal.cli.seat import fixed_address, introduce, one_each, playable
from rehearsal.cli.seat_option import SEAT, SEAT_FILE
from rehearsal.cli.selection import jobs_option, nothing, paths_argument, suite_of, suite_options
from rehearsal.control.formats import duration
from rehearsal.control.stage import Problem
from rehearsal.crash.matrix import Death, Results, deaths, processes
from rehearsal.crash.replay import Story, Trial
from rehearsal.crash.script import Scribe
from rehearsal.gherkin.results import Outcome, ScenarioResult
from rehearsal.gherkin.runner import SuiteRun
from rehearsal.report import terminal
from rehearsal.seats.description import Regime, SeatDescription, read_seat

T = TypeVar("T")
DOWN: Final = "How long the connector stays down, as PT15M. [default: it starts again at the same instant]"
RESUME: Final = "Keep in FILE what was tried, and leave out what stands there already."


def _down(ctx: click.Context, param: click.Parameter, value: str) -> timedelta:
    try:
        return duration(value, "--down")
    except Problem as problem:
        raise click.BadParameter(problem.detail, ctx, param) from problem


@click.command()
@paths_argument
@click.option("--seat", type=SEAT_FILE, callback=playable, help=SEAT)
@suite_options
@jobs_option("auto")
@click.option("--down", metavar="DURATION", default="PT0S", callback=_down, help=DOWN)
@click.option("--point", type=click.IntRange(min=1), metavar="N", help="Only the boundary of this number.")
@click.option("--resume", "file", type=OUT_FILE, metavar="FILE", help=RESUME)
def crash(
    paths: tuple[Path | tuple[Path, int], ...],
    jobs: int | None,
    down: timedelta,
    point: int | None,
    file: Path | None,
    **asked: Any,
) -> int:
    """Have the connector die at every place where it can.

    Each scenario is played once as it is, and then once for each of its boundaries: before and after each commit of
    the connector and each of its calls. There its process ends without a farewell and starts again on its database.
    What stands at rest must be what stands there without the death, and the auditor must be content. What leaves the
    same behind is tried once; so are rounds and pulls in which nothing was new.

    Somebody else's connector (--seat) is killed at the door: when one of its calls comes in, and when the answer would
    go out.

    PATH is a feature file or a folder of them; without any, the features that come with Rehearsal are played.

    Exit codes: 0 everything survived; 1 something did not; 2 nothing to play; 3 the stage itself failed; 4 a scenario
    does not hold by itself.
    """
    suite = suite_of(paths, **asked)
    seat, jobs = _seat(suite, jobs)
    check(suite.profile, suite.profiles)
    make_room("--resume", *([file] if file else []))
    known, writing = _known(file), Writing()
    console = terminal.console()
    if seat:
        introduce(seat, console)
    scribe = Scribe()
    run = run_shown(suite, _unfit, scribe.play)
    for text in run.unreadable:
        click.echo(text, err=True)
    if run.outcome is None:
        click.echo(nothing(suite), err=True)
    if not scribe.scripts:
        return OF_OUTCOME[run.outcome]
    with processes(jobs or len(os.sched_getaffinity(0))) as workers:
        stories = list(_moving(workers.stories(scribe.scripts), len(scribe.scripts), "looking for boundaries", console))
        wanted = deaths(stories, point)
        if not wanted:
            raise click.BadParameter(f"there is no boundary {point:,} here.", param_hint="--point")
        tried = [came_of_it for death in wanted if (came_of_it := known.known(death, down))]
        left = [death for death in wanted if not known.known(death, down)]
        console.print(_size(stories, wanted, len(tried)))
        for death, came_of_it in _moving(workers.trials(left, down), len(left), "letting it die", console):
            with writing.to("--resume", file):
                known.keep(death, down, came_of_it)
            tried.append(came_of_it)
            if came_of_it.why:
                console.print(_finding(came_of_it, suite, down), markup=False, soft_wrap=True)
    console.print(f"\n{_summary(tried)}")
    if any(one.broken for one in tried):
        return ExitCode.FINDINGS
    if any(one.failed for one in tried):
        return ExitCode.STAGE_FAILED
    return writing.code(ExitCode.NOT_JUDGED if any(one.not_judged for one in tried) else OF_OUTCOME[run.outcome])


def _known(file: Path | None) -> Results:
    try:
        return Results(file)
    except ValueError as mistake:
        raise click.BadParameter(
            f"{file} holds no results of this command: {mistake}.", param_hint="--resume"
        ) from None


def _seat(suite: SuiteRun, jobs: int | None) -> tuple[SeatDescription | None, int | None]:
    """Return who sits there, if it is not our connector, and in how many processes it can be tried."""
    if suite.seat is None:
        return None, jobs
    seat = read_seat(suite.seat)
    if not seat.command or seat.between_scenarios != "restart" or seat.regime is not Regime.DRIVEN:
        needs = "a command, a round and the regime driven, and begins anew for each scenario"
        raise click.BadParameter(f"{seat.name}: a connector that is to die has {needs}.", param_hint="--seat")
    jobs = 1 if jobs is None and fixed_address(seat) else jobs
    return one_each(suite.seat, jobs), jobs


def _unfit(console: Console, result: ScenarioResult) -> None:
    """Show a scenario that does not hold even when nobody dies."""
    if result.outcome is not Outcome.HELD:
        console.print(f"\n[bold red]{result.outcome}[/], before anybody has died")
        console.print(terminal.trouble(result), markup=False, soft_wrap=True)


def _moving(items: Iterator[T], total: int, doing: str, console: Console) -> Iterator[T]:
    """Return the items; as they come a bar moves where there is a terminal, and else each tenth of them is told."""
    if not console.is_terminal:
        for number, item in enumerate(items, 1):
            yield item
            if 10 * number // total > 10 * (number - 1) // total:
                console.print(f"{doing}: {number:,} of {total:,}")
        return
    columns = (TextColumn(doing), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(items, total=total)


def _size(stories: Sequence[Story], wanted: Sequence[Death], known: int) -> str:
    """Return how much there is to do."""
    passed = sum(story.passed for story in stories)
    dies = f"it dies at {len(wanted):,}, one for each state that it can leave behind"
    lines = [f"{counted(len(stories))} with {passed:,} boundaries; {dies}"]
    return "\n".join(lines + ([f"{known:,} of these were tried before"] if known else []))


def _finding(came_of_it: Trial, suite: SuiteRun, down: timedelta) -> str:
    """Return what is wrong after a death, and the command that shows it again."""
    told = {name: str(value) for name, value in suite.where.items() if value is not None and name != "--attach"}
    words = ["rehearsal", "crash", came_of_it.place, "--point", str(came_of_it.number)]
    words += [word for pair in told.items() for word in pair]
    words += ["--down", f"PT{int(down.total_seconds())}S"] if down else []
    kind = "stage failed" if came_of_it.failed else "not judged" if came_of_it.not_judged else "broken"
    lines = [f"\n{kind}: {came_of_it.place}, boundary {came_of_it.number}: {came_of_it.what}"]
    return "\n".join([*lines, *(f"  {line}" for line in came_of_it.why.splitlines()), f"  Again: {shlex.join(words)}"])


def _summary(tried: Sequence[Trial]) -> str:
    """Return how many deaths ended how, and how many calls of the stories went otherwise."""
    failed, findings = sum(one.failed for one in tried), sum(one.broken for one in tried)
    unjudged = sum(one.not_judged for one in tried)
    counts = [f"{len(tried) - findings - failed - unjudged:,} survived", f"{findings:,} finding{'s' * (findings != 1)}"]
    counts += [f"{failed:,} not played"] if failed else []
    counts += [f"{unjudged:,} not judged"] if unjudged else []
    otherwise = sum(one.otherwise for one in tried)
    calls = f"{otherwise:,} call{'s' * (otherwise != 1)} of the scenarios"
    more = f"\n{calls} went otherwise after a death, as calls to a dead process do"
    return f"{len(tried):,} boundar{'y' if len(tried) == 1 else 'ies'}: {', '.join(counts)}{more if otherwise else ''}"
