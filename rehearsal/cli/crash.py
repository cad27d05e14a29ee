"""`rehearsal crash`: has the connector die at every place where it can, and judges what is left each time."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain, groupby
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from rehearsal.cli.exit_codes import OF_OUTCOME, worst
from rehearsal.cli.outputs import OUT_FILE, Writing, make_room
from rehearsal.cli.play import counted
from rehearsal.cli.profiles import check
from rehearsal.cli.progress import run_shown
from rehearsal.cli.seat import fixed_address, introduce, one_each, playable
from rehearsal.cli.seat_option import SEAT, SEAT_FILE
from rehearsal.cli.selection import jobs_option, nothing, paths_argument, suite_of, suite_options
from rehearsal.cli.whole_number import WholeNumber
from rehearsal.control.formats import duration
from rehearsal.control.stage import Problem
from rehearsal.crash.matrix import Death, Results, deaths, processes
from rehearsal.crash.replay import Story, Trial
from rehearsal.crash.script import Scribe, Script
from rehearsal.gherkin.results import Outcome, ScenarioResult, played
from rehearsal.gherkin.runner import Run, SuiteRun, list_suite
from rehearsal.report import terminal
from rehearsal.seats.description import Regime, SeatDescription, read_seat
from rehearsal.simulation.duration import iso_duration
from rehearsal.world.boundaries import COMMIT

T = TypeVar("T")
DOWN: Final = "How long the connector stays down, as PT15M. [default: it starts again at the same instant]"
LONGEST_DOWN: Final = timedelta(days=366)
RESUME: Final = "Keep in FILE what was tried, and leave out what stands there already."


def _down(ctx: click.Context, param: click.Parameter, value: str) -> timedelta:
    try:
        down = duration(value, "--down")
    except Problem as problem:
        raise click.BadParameter(problem.detail, ctx, param) from problem
    if down > LONGEST_DOWN:
        raise click.BadParameter(f"{value} is longer than {LONGEST_DOWN.days} days.", ctx, param)
    return down


@click.command()
@paths_argument
@click.option("--seat", type=SEAT_FILE, callback=playable, help=SEAT)
@suite_options
@jobs_option("auto")
@click.option("--down", metavar="DURATION", default="PT0S", show_default=False, callback=_down, help=DOWN)
@click.option(
    "--point", type=WholeNumber(min=1), metavar="N", help="Only the boundary of this number, of one scenario."
)
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

    With --down, an order rests as it likes if something about it could not be done since the connector was down, or had
    not caught up yet: it has three rounds and two pulls for that once it is back. Such a death is not judged, unless
    the auditor has found a rule broken, or another order rests otherwise.

    Exit codes: 0 everything survived; 1 something did not, or a scenario is broken before anybody has died; 2 usage,
    nothing to play, or a mistake in a scenario; 3 the stage itself failed; 4 a death or a scenario was not judged.
    """
    suite = suite_of(paths, **asked)
    seat, jobs = _seat(suite, jobs)
    check(suite.profile, suite.profiles, ours=suite.seat is None)
    make_room("--resume", file)
    known, writing = _known(file), Writing()
    if point:
        _demand_one(suite)
    console = terminal.console()
    if seat:
        introduce(seat, console)
    run, scripts = _played(suite)
    if not scripts:
        return OF_OUTCOME[run.outcome]
    with processes(jobs or len(os.sched_getaffinity(0))) as workers:
        found = workers.stories(scripts, down)
        stories = list(_moving(found, len(scripts), "looking for boundaries", console))
        wanted = _wanted(stories, point)
        before = [(death, came_of_it) for death in wanted if (came_of_it := known.known(death, down))]
        left = [death for death in wanted if not known.known(death, down)]
        for line in _size(stories, wanted, len(before)):
            console.print(line, markup=False, soft_wrap=True)
        tried: list[Trial] = []
        new = _moving(workers.trials(left, down), len(left), "letting it die", console)
        for script, trials in _by_scenario(wanted, chain(before, _kept(new, known, down, writing, file))):
            tried += trials
            for finding in _findings(script, trials, suite, down):
                console.print(finding, markup=False, soft_wrap=True)
    console.print(f"\n{_summary(tried)}")
    return writing.code(worst([OF_OUTCOME[run.outcome], *(OF_OUTCOME[one.outcome] for one in tried)]))


def _demand_one(suite: SuiteRun) -> None:
    """Refuse a boundary's number where there are several scenarios, each of which counts its own."""
    if (there := len(list_suite(suite)[0])) > 1:
        words = f"a boundary is one scenario's, and here are {there:,}: name its file and line, as in FILE.feature:12."
        raise click.BadParameter(words, param_hint="--point")


def _played(suite: SuiteRun) -> tuple[Run, Sequence[Script]]:
    """Play each scenario as it is; return the run, and the scripts of those that hold by themselves."""
    scribe = Scribe(suite.seat)
    run = run_shown(replace(suite, jobs=1), _unfit, scribe)
    for text in run.unreadable:
        click.echo(text, err=True)
    if run.outcome is None:
        click.echo(nothing(suite), err=True)
    return run, scribe.scripts


def _wanted(stories: Sequence[Story], point: int | None) -> Sequence[Death]:
    """Return the deaths to try; refuse a number that no boundary has."""
    wanted = deaths(stories, point)
    if not any(story.boundaries for story in stories):
        raise click.UsageError("there is no boundary here: the connector neither commits nor calls anything.")
    if not wanted:
        there = ranges(one.number for one in stories[0].boundaries)
        words = f"there is no boundary {point:,} in {stories[0].script.place}; there are {there}."
        raise click.BadParameter(words, param_hint="--point")
    return wanted


def _known(file: Path | None) -> Results:
    try:
        return Results(file)
    except ValueError as mistake:
        words = f"{file} holds no results of this command: {mistake}."
        raise click.BadParameter(words, param_hint="--resume") from None


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


def _kept(
    tried: Iterator[tuple[Death, Trial]], known: Results, down: timedelta, writing: Writing, file: Path | None
) -> Iterator[tuple[Death, Trial]]:
    """Return what came of deaths, once it is kept for another run."""
    for death, came_of_it in tried:
        with writing.to("--resume", file):
            known.keep(death, down, came_of_it)
        yield death, came_of_it


def _by_scenario(
    wanted: Sequence[Death], tried: Iterable[tuple[Death, Trial]]
) -> Iterator[tuple[Script, Sequence[Trial]]]:
    """Return each scenario when all its deaths have been tried, with what came of them."""
    left, came = Counter(death.story.script.place for death in wanted), defaultdict[str, list[Trial]](list)
    for death, came_of_it in tried:
        script = death.story.script
        came[script.place].append(came_of_it)
        if len(came[script.place]) == left[script.place]:
            yield script, sorted(came[script.place], key=lambda one: one.number)


def _size(stories: Sequence[Story], wanted: Sequence[Death], known: int) -> Iterator[str]:
    """Return how much there is to do, and in which scenarios."""
    passed = sum(story.passed for story in stories)
    dies = f"it dies at {len(wanted):,}, one for each state that it can leave behind"
    yield f"{counted(len(stories))} with {passed:,} boundaries; {dies}"
    for story in stories:
        there = [death.boundary for death in wanted if death.story is story]
        commits = sum(one.what.endswith(COMMIT) for one in there)
        kinds = f"{len(there):,}, of these {commits:,} at a commit, {len(there) - commits:,} at a call"
        one = f"boundary {there[0].number}, {there[0].spoken}" if len(there) == 1 else kinds
        yield f"  {story.script.place}  {story.script.name}: {one if there else 'none that the first has not'}"
    if known:
        yield f"{known:,} of these were tried before"


def _findings(script: Script, trials: Sequence[Trial], suite: SuiteRun, down: timedelta) -> Iterator[str]:
    """Return what is wrong after deaths in a scenario, the same once, and the command that shows it again."""
    alike = defaultdict[tuple[Outcome, str], list[Trial]](list)
    for one in trials:
        if one.why:
            alike[one.outcome, one.why].append(one)
    for (outcome, why), those in alike.items():
        first, several = those[0], len(those) > 1
        where = f"boundar{'ies' if several else 'y'} {ranges(one.number for one in those)}"
        lines = [f"\n{outcome}: {script.place}, {where}: {first.what}{', and so on' * several}", f"  {script.name}"]
        asked = ["--point", str(first.number), *(["--down", iso_duration(down)] if down else [])]
        again = played([script.place, *asked], {**suite.where, "--attach": None}, ("rehearsal", "crash"))
        yield "\n".join([*lines, *(f"  {line}" for line in why.splitlines()), f"  Again: {again}"])


def ranges(numbers: Iterable[int]) -> str:
    """Return rising numbers, those in a row as one: "1, 4, 14-18"."""
    rows = groupby(enumerate(numbers), key=lambda one: one[1] - one[0])
    spans = ([number for _, number in row] for _, row in rows)
    return ", ".join(str(one[0]) if len(one) == 1 else f"{one[0]}-{one[-1]}" for one in spans)


def _summary(tried: Sequence[Trial]) -> str:
    """Return how many deaths ended how, and how many calls of the stories went otherwise."""
    ended = Counter(one.outcome for one in tried)
    findings = ended[Outcome.BROKEN]
    counts = [f"{ended[Outcome.HELD]:,} survived", f"{findings:,} finding{'s' * (findings != 1)}"]
    others = {Outcome.STAGE_FAILED: "not played", Outcome.NOT_JUDGED: "not judged"}
    counts += [f"{ended[outcome]:,} {words}" for outcome, words in others.items() if ended[outcome]]
    otherwise = sum(one.otherwise for one in tried)
    calls = f"{otherwise:,} call{'s' * (otherwise != 1)} of the scenarios"
    more = f"\n{calls} went otherwise after a death, as calls to a dead process do"
    return f"{len(tried):,} boundar{'y' if len(tried) == 1 else 'ies'}: {', '.join(counts)}{more if otherwise else ''}"
