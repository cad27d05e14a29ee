"""`rehearsal play`: runs Gherkin suites, the shipped ones or a team's own."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, groupby
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.markup import escape

from rehearsal import report
from rehearsal.cli.attached import reached, token_option
from rehearsal.cli.exit_codes import OF_OUTCOME, ExitCode
from rehearsal.cli.outputs import OUT_FILE, OUT_FOLDER, Writing, append, make_room, make_room_for_report
from rehearsal.cli.plan import PLAN_FILE, plan
from rehearsal.cli.profiles import check
from rehearsal.cli.progress import run_shown
from rehearsal.cli.seat_option import SEAT, SEAT_FILE
from rehearsal.cli.selection import jobs_option, misspelt, nothing, paths_argument, suite_of, suite_options
from rehearsal.cli.whole_number import WholeNumber
from rehearsal.gherkin.plan_file import hits, read_plan
from rehearsal.gherkin.recording import refused as refused_calls
from rehearsal.gherkin.results import Outcome, ScenarioResult, played
from rehearsal.gherkin.runner import Interrupted, Run, SuiteRun, list_suite, unplayed
from rehearsal.gherkin.timeline import low
from rehearsal.report import terminal
from rehearsal.report.markdown import of_scenarios
from rehearsal.report.pages import span
from rehearsal.report.rules import over_all, wanting
from rehearsal.simulation.duration import read_duration

ATTACH: Final = "Play on the served world at this control address, as `up` prints it. Resets it: what is in it is lost."

LONGEST: Final = (
    "With a seat that keeps the machine's clock: what waits for more in all is not judged. [default: PT48H]"
)
APPENDED: Final = "Append a summary in Markdown to this file, as to $GITHUB_STEP_SUMMARY."
STRICT: Final = "Exit with 4 also where a rule was not judged or not put to the test by any scenario."


def _playable(ctx: click.Context, param: click.Parameter, file: Path | None) -> Path | None:
    if file is None:
        return None
    from rehearsal.cli.seat import playable  # noqa: PLC0415 - on a served stage the names of our packages are the suite's to use

    return playable(ctx, param, file)


def _duration(ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    """Return a duration as it was said, once it is one."""
    try:
        read_duration(text or "PT0S")
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text!r} is no ISO 8601 duration such as PT48H.", ctx, param) from None
    return text


@click.command()
@paths_argument
@click.option("--attach", metavar="URL", help=ATTACH)
@token_option
@click.option("--seat", type=SEAT_FILE, callback=_playable, help=SEAT)
@click.option("--longest-wait", metavar="DURATION", callback=_duration, help=LONGEST)
@suite_options
@click.option("--faults", callback=plan, type=PLAN_FILE, help="Plan the faults of this YAML file in every world.")
@click.option("--junit", type=OUT_FILE, help="Write a JUnit file.")
@click.option("--report", "out", type=OUT_FOLDER, help="Write the HTML report into this folder.")
@click.option("--summary", "markdown", type=OUT_FILE, help=APPENDED)
@jobs_option("1")
@click.option("-x", "--stop", "stops_early", is_flag=True, help="Stop at the first scenario that is not content.")
@click.option("--durations", type=WholeNumber(min=1), metavar="N", help="Name the N scenarios that took longest.")
@click.option("--strict", is_flag=True, help=STRICT)
@click.option("--list", "listing", is_flag=True, help="Play nothing; list what would be played.")
def play(
    paths: tuple[Path | tuple[Path, int], ...],
    out: Path | None,
    markdown: Path | None,
    durations: int | None,
    strict: bool,
    listing: bool,
    **asked: Any,
) -> int:
    """Run Gherkin suites, ours or yours.

    PATH is a feature file or a folder of them; without any, the features that come with Rehearsal are played. With
    a LINE of a file only the scenario, the row of examples or the rule that stands there is played. A suite may bring
    steps of its own in a conftest.py.

    Exit codes: 0 content; 1 a scenario or the auditor is not; 2 nothing to play, or it cannot be read or meant; 3 the
    stage itself failed; 4 something could not be judged.
    """
    suite = suite_of(paths, traced=out is not None, **asked)
    for words in misspelt(suite):
        click.echo(words, err=True)
    if listing:
        return _list(suite)
    seat = _looked_at(suite)
    check(suite.profile, suite.profiles, ours=suite.seat is None)
    make_room_for_report("--report", out)
    make_room("--junit", suite.junit)
    make_room("--summary", markdown)
    console = terminal.console()
    if seat:
        seat(console)
    stopped: Interrupted | None = None
    try:
        run = run_shown(suite, _under_its_feature())
    except Interrupted as interrupted:
        run, stopped = interrupted.run, interrupted
    _tell(run, console)
    code = OF_OUTCOME[run.outcome]
    if run.outcome is None and not stopped:
        click.echo(nothing(suite), err=True)
    notes = list(chain(_met(suite, run), cut_short(run.results), untried(run.results) if strict else ()))
    for line, short in notes:
        console.print(line, markup=False, soft_wrap=True)
        code = ExitCode.NOT_JUDGED if short and code is ExitCode.CONTENT else code
    for line in slowest(run.results, durations or 0):
        console.print(line, markup=False, soft_wrap=True)
    console.print(f"\n{summary(run)}")
    again, writing = _command(suite, bool(paths)), Writing()
    with writing.to("--junit", suite.junit):
        run.demand_junit()
    if markdown:
        with writing.to("--summary", markdown):
            append(markdown, of_scenarios(run.results, summary(run), [line for line, _ in notes], again))
    if out:
        _report(run, out, suite.seed, again, writing, console)
    if stopped:
        raise stopped
    return writing.code(code)


def _report(run: Run, out: Path, seed: int, again: str, writing: Writing, console: Console) -> None:
    index = None
    with writing.to("--report", out):
        index = report.write(run.results, out, seed=seed, command=again)
    if index:
        console.print(f"Report: {index}", soft_wrap=True)


def _met(suite: SuiteRun, run: Run) -> Iterator[tuple[str, bool]]:
    """Return what each fault of the suite's plan has hit, and whether that falls short."""
    planned = len(read_plan(suite.faults)) if suite.faults else 0
    return hits([result.observed.faults[:planned] for result in run.results], counted)


def _tell(run: Run, console: Console) -> None:
    """Say what could not be read, why scenarios did not hold, and which calls were refused where they did."""
    for text in run.unreadable:
        click.echo(text, err=True)
    for result in run.results:
        if result.outcome is not Outcome.HELD:
            console.print(f"\n[bold red]{result.outcome}[/]")
            console.print(terminal.trouble(result), markup=False, soft_wrap=True)
        elif told := refused_calls(result.observed.findings):
            console.print(f"\n{result.place}: {told}", markup=False, soft_wrap=True)


def _looked_at(suite: SuiteRun) -> Callable[[Console], None] | None:
    """Refuse what cannot be played where it is asked for; return how a connector of somebody else's is introduced."""
    if suite.seat and suite.attach:
        raise click.UsageError("--seat plays on a stage of its own, --attach on one that is there: leave one away.")
    if suite.attach:
        _attach(suite, suite.attach)
    if suite.seat is None:
        return None
    from rehearsal.cli.seat import introduce, one_each  # noqa: PLC0415 - on a served stage the names of our packages are the suite's to use

    return partial(introduce, one_each(suite.seat, suite.jobs))


def _attach(suite: SuiteRun, url: str) -> None:
    """Refuse what cannot be played on a served world, or where none answers; else say that it is begun anew."""
    if suite.profile or suite.profiles:
        raise click.UsageError("--attach plays in the worlds of `up`: give --profile and --profiles to that.")
    if suite.jobs != 1:
        raise click.UsageError("--attach plays on one world, which several jobs cannot share: leave --jobs away.")
    reached(url, suite.token).close()  # says once what each scenario would say again: nobody answers there
    click.echo(f"Each scenario begins the world at {url} anew; what is in it now is lost.", err=True)


def _list(suite: SuiteRun) -> int:
    """Show what would be played, a line each, under its feature."""
    console = terminal.console()
    listed, run = list_suite(suite)
    for feature, scenarios in groupby(listed, key=lambda one: one.feature):
        console.print(f"\n{feature}", style="bold", markup=False)
        for one in scenarios:
            tags = "".join(f"  @{tag}" for tag in one.tags)
            console.print(f"  {one.place}  {one.name}{tags}", markup=False, soft_wrap=True)
    for text in (*run.unreadable, *(result.why for result in run.results)):
        click.echo(text, err=True)
    if run.outcome is None:
        click.echo(nothing(suite), err=True)
    console.print(f"\n{counted(len(listed))}")
    return OF_OUTCOME[run.outcome]


def _under_its_feature() -> Callable[[Console, ScenarioResult], None]:
    """Return what says of each scenario how it ended, and what trouble it met."""
    shown: list[str] = []

    def seen(console: Console, result: ScenarioResult) -> None:
        if shown[-1:] != [result.feature]:
            shown.append(result.feature)
            console.print(f"\n[bold]{escape(result.feature)}[/]")
        hit = dict.fromkeys(low(fault["kind"]) for fault in result.observed.faults if fault["hit"])
        trouble = f"  [dim]⚡ {', '.join(hit)}[/]" if hit else ""
        console.print(f"  {terminal.MARK[result.outcome]} {escape(result.name)}{trouble}", soft_wrap=True)

    return seen


def _command(suite: SuiteRun, named: bool) -> str:
    """Return the command that plays the same again; `named` says whether somebody named the paths."""
    paths = [*suite.paths, *(f"{path}:{line}" for path, line in suite.at)] if named else []
    only = [word for name in suite.names for word in ("-k", name)] + (["-t", suite.tags] if suite.tags else [])
    return played([*map(str, paths), *only], suite.where)


def slowest(results: Sequence[ScenarioResult], count: int) -> Iterator[str]:
    """Return the scenarios that took longest, a line each: the machine's time, the simulated time, which one."""
    ranked = sorted(results, key=lambda result: -result.seconds)[:count]
    if ranked:
        yield f"\nThe longest of {counted(len(results))}: seconds, simulated time, which"
    for result in ranked:
        yield f"  {result.seconds:8.2f}  {span(result):>14}  {result.place}  {result.name}"


def cut_short(results: Sequence[ScenarioResult]) -> Iterator[tuple[str, bool]]:
    """Return a line that says of how many scenarios steps were left."""
    if count := sum(result.ended_early for result in results):
        of_them = "it" if count == 1 else "them"
        yield f"\n{counted(count)} did not come to the end: the rules are judged by what was played of {of_them}", False


def untried(results: Sequence[ScenarioResult]) -> Iterator[tuple[str, bool]]:
    """Return a line for each rule on which no scenario has taught anything, each of which is one that falls short."""
    verdicts = (one for result in results for one in result.observed.findings.get("verdicts", ()))
    for line in wanting(over_all(verdicts)):
        yield f"{line}, in no scenario", True


def counted(scenarios: int) -> str:
    """Return a number of scenarios in words."""
    return f"{scenarios} scenario{'' if scenarios == 1 else 's'}"


def summary(run: Run) -> str:
    """Return how many scenarios ended how, and how many were not played."""
    endings = Counter(result.outcome for result in run.results)
    counts = [f"{endings[outcome]} {outcome}" for outcome in Outcome if endings[outcome]]
    left = unplayed(run.planned, run.results)
    counts += [f"{left} not played"] if left else []
    return ": ".join(filter(None, (counted(max(run.planned, len(run.results))), ", ".join(counts))))
