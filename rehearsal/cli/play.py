"""`rehearsal play`: runs Gherkin suites, the shipped ones or a team's own."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from rehearsal import report
from rehearsal.control.client import HttpStage
from rehearsal.control.stage import Problem
from rehearsal.exit_codes import ExitCode
from rehearsal.gherkin.results import Outcome, Played
from rehearsal.gherkin.runner import Order, perform
from rehearsal.report import terminal as telling
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
    console = telling.console()
    order = Order(paths or (features_folder(),), seed, attach, names, tags, junit, traced=out is not None)
    shown: list[str] = []

    def seen(played: Played) -> None:
        if shown[-1:] != [played.feature]:
            shown.append(played.feature)
            console.print(f"\n[bold]{played.feature}[/]")
        console.print(f"  {telling.MARK[played.outcome]} {played.name}", soft_wrap=True)

    performance = perform(order, seen=seen)
    for text in performance.unreadable:
        click.echo(text, err=True)
    for played in performance.plays:
        if played.outcome is not Outcome.HELD:
            console.print(f"\n[bold red]{played.outcome}[/]")
            console.print(telling.trouble(played), markup=False, soft_wrap=True)
            console.print(f"  Again: {again(played, seed, attach)}", markup=False, soft_wrap=True)
    if not performance.plays and performance.exit_code == ExitCode.USAGE:
        click.echo("There is nothing to play here.", err=True)
    console.print(f"\n{summary(performance.plays)}")
    if out:
        command = shlex.join(_words(paths, names, tags, seed, attach))
        try:
            index = report.write(performance.plays, out, seed=seed, command=command)
        except OSError as error:
            raise click.ClickException(f"--report cannot be written: {error}") from error
        console.print(f"Report: {index}", soft_wrap=True)
    return performance.exit_code


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


def _words(
    paths: tuple[Path, ...], names: tuple[str, ...], tags: str | None, seed: int, attach: str | None
) -> list[str]:
    """Return the command that plays the same again."""
    only = [word for name in names for word in ("-k", name)] + (["-t", tags] if tags else [])
    where = ["--attach", attach] if attach else []
    return ["rehearsal", "play", *map(str, paths), *only, "--seed", str(seed), *where]


def again(played: Played, seed: int, attach: str | None) -> str:
    """Return the command that plays this one scenario again."""
    only = ["-k", played.name] if played.steps else []  # a file that cannot be read has no scenario to name
    words = ["rehearsal", "play", telling.near(played.file), *only, "--seed", str(seed)]
    return shlex.join([*words, "--attach", attach] if attach else words)


def summary(plays: tuple[Played, ...]) -> str:
    """Return how many scenarios ended how."""
    told = [
        f"{count} {outcome}" for outcome in Outcome if (count := sum(played.outcome is outcome for played in plays))
    ]
    played = f"{len(plays)} scenario{'' if len(plays) == 1 else 's'}"
    return f"{played}: {', '.join(told)}" if plays else played
