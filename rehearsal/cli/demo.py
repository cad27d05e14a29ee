"""`rehearsal demo`: plays one scenario for each documented workflow, tells all of them, and writes the report."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from rehearsal import report
from rehearsal.exit_codes import ExitCode
from rehearsal.gherkin.results import Outcome, Played
from rehearsal.gherkin.runner import Order, Performance, perform
from rehearsal.report import terminal as telling
from rehearsal.resources import features_folder


@click.command()
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The seed of every world.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/report"),
    show_default=True,
    help="Where the HTML report goes.",
)
@click.option("--no-report", is_flag=True, help="Write no report.")
def demo(seed: int, out: Path, no_report: bool) -> int:
    """Play every documented workflow and write the report.

    Exit codes: 0 only if every scenario held and the auditor is content; else as of `rehearsal play`.
    """
    console = telling.console()
    performance = _perform(Order((features_folder(),), seed, tags="demo", traced=not no_report))
    plays = sorted(performance.plays, key=_place_in_guide)
    for number, played in enumerate(plays, start=1):
        for part in telling.timeline(played, number):
            console.print(part)
    for text in performance.unreadable:
        click.echo(text, err=True)
    console.print()
    for played in plays:
        console.print(telling.line(played), soft_wrap=True)
    for played in plays:
        if played.outcome is not Outcome.HELD:
            console.print("\n" + telling.trouble(played), markup=False, soft_wrap=True)
    console.print(f"\n{_verdict(plays, performance)}")
    if plays and not no_report:
        index = report.write(plays, out, seed=seed, command=f"rehearsal demo --seed {seed}")
        console.print(f"Report: {index}", soft_wrap=True)
    return performance.exit_code


def _perform(order: Order) -> Performance:
    """Play, with a bar that moves where there is a terminal to show it on."""
    told = TextColumn("{task.description}")
    columns = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), told)
    with _screen() as screen:
        console = Console(file=screen, highlight=False)
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("opening the stage", total=None)

            def seen(played: Played) -> None:
                progress.update(task, advance=1, description=played.feature)

            return perform(order, counted=lambda count: progress.update(task, total=count), seen=seen)


@contextmanager
def _screen() -> Iterator[TextIO]:
    """Return where errors are shown, by a road of its own: pytest takes the usual one away while a scenario plays."""
    try:
        number = os.dup(sys.stderr.fileno())
    except OSError:  # not a file: somebody collects what is written
        yield sys.stderr
        return
    with os.fdopen(number, "w", encoding="utf-8") as screen:
        yield screen


def _place_in_guide(played: Played) -> tuple[int, str]:
    """Return where the guide first speaks of what this scenario plays."""
    numbers = [int(tag[1:]) for tag in played.requirements]
    return (min(numbers) if numbers else 1000, played.name)


def _verdict(plays: list[Played], performance: Performance) -> str:
    if performance.exit_code == ExitCode.CONTENT:
        return f"[green]All {len(plays)} workflows held; the auditor is content.[/]"
    if not plays:
        return "[red]Nothing was played.[/]"
    held = sum(played.outcome is Outcome.HELD for played in plays)
    return f"[red]{held} of {len(plays)} workflows held.[/]"
