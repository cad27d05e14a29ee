"""`rehearsal play`: runs Gherkin suites, the shipped ones or a team's own."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from rehearsal import report
from rehearsal.cli.exit_codes import OF_OUTCOME, ExitCode
from rehearsal.control.client import HttpStage
from rehearsal.control.stage import Problem
from rehearsal.gherkin.results import Outcome, ScenarioResult
from rehearsal.gherkin.runner import SuiteRun, run_suite
from rehearsal.report import terminal
from rehearsal.resources import features_folder


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--attach", metavar="URL", help="Play on a served world: the control address that `up` prints.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The seed of every world.")
@click.option(
    "-k", "names", metavar="TEXT", multiple=True, help="Only scenarios with TEXT in their name or their file's."
)
@click.option("-t", "--tags", metavar="EXPRESSION", help='Only scenarios with these tags: "R10 and not R17".')
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write a JUnit file.")
@click.option(
    "--report", "out", type=click.Path(file_okay=False, path_type=Path), help="Write the HTML report into this folder."
)
def play(
    paths: tuple[Path, ...],
    attach: str | None,
    seed: int,
    names: tuple[str, ...],
    tags: str | None,
    junit: Path | None,
    out: Path | None,
) -> int:
    """Run Gherkin suites, ours or yours.

    PATHS are feature files or folders of them; without any, the features that come with Rehearsal are played. A suite
    may bring steps of its own in a conftest.py.

    Exit codes: 0 content; 1 a scenario or the auditor is not; 2 nothing to play, or it cannot be read; 3 the stage
    itself failed; 4 something could not be judged.
    """
    if attach:
        _look_at(attach)  # says once what each scenario would say again: that nobody answers there
    for option, path in (("--report", out and out / "index.html"), ("--junit", junit)):
        if path:
            _make_room(option, path)
    console = terminal.console()
    suite = SuiteRun(paths or (features_folder(),), seed, attach, names, tags, junit, traced=out is not None)
    run = run_suite(suite, seen=_shown_under_its_feature(console))
    for text in run.unreadable:
        click.echo(text, err=True)
    for result in run.results:
        if result.outcome is not Outcome.HELD:
            console.print(f"\n[bold red]{result.outcome}[/]")
            console.print(terminal.trouble(result), markup=False, soft_wrap=True)
            console.print(f"  Again: {again(result, suite)}", markup=False, soft_wrap=True)
    code = OF_OUTCOME[run.outcome]
    if not run.results and code == ExitCode.USAGE:
        click.echo("There is nothing to play here.", err=True)
    console.print(f"\n{summary(run.results)}")
    if out:
        try:
            index = report.write(run.results, out, seed=seed, command=_command(suite, paths))
        except OSError as error:
            raise click.ClickException(f"--report cannot be written: {error}") from error
        console.print(f"Report: {index}", soft_wrap=True)
    return code


def _shown_under_its_feature(console: Console) -> Callable[[ScenarioResult], None]:
    shown: list[str] = []

    def seen(result: ScenarioResult) -> None:
        if shown[-1:] != [result.feature]:
            shown.append(result.feature)
            console.print(f"\n[bold]{result.feature}[/]")
        console.print(f"  {terminal.MARK[result.outcome]} {result.name}", soft_wrap=True)

    return seen


def _look_at(attach: str) -> None:
    """Make sure that a served world answers at the address."""
    stage = HttpStage(attach, patience=30.0)
    try:
        found = "now" in stage.world()
    except Problem:
        found = False
    finally:
        stage.close()
    if not found:
        raise click.ClickException(f"--attach {attach}: no served world answers there; give the address `up` prints.")


def _make_room(option: str, path: Path) -> None:
    """Make sure, before anything is played, that a file can be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("a").close()
    except OSError as error:
        raise click.ClickException(f"{option} cannot be written: {error}") from error


def _command(suite: SuiteRun, paths: tuple[Path, ...]) -> str:
    """Return the command that plays the same again."""
    only = [word for name in suite.names for word in ("-k", name)] + (["-t", suite.tags] if suite.tags else [])
    return _in_words([*map(str, paths), *only], suite)


def _in_words(what: list[str], suite: SuiteRun) -> str:
    where = ["--attach", suite.attach] if suite.attach else []
    return shlex.join(["rehearsal", "play", *what, "--seed", str(suite.seed), *where])


def again(result: ScenarioResult, suite: SuiteRun) -> str:
    """Return the command that plays this one scenario again."""
    only = ["-k", result.name] if result.steps else []  # a file that cannot be read has no scenario to name
    return _in_words([terminal.near(result.file), *only], suite)


def summary(results: tuple[ScenarioResult, ...]) -> str:
    """Return how many scenarios ended how."""
    endings = Counter(result.outcome for result in results)
    counts = ", ".join(f"{endings[outcome]} {outcome}" for outcome in Outcome if endings[outcome])
    played = f"{len(results)} scenario{'' if len(results) == 1 else 's'}"
    return f"{played}: {counts}" if results else played
