"""`rehearsal demo`: plays one scenario for each documented workflow, shows all of them, and writes the report."""

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
from rehearsal.cli.exit_codes import OF_OUTCOME
from rehearsal.gherkin.results import Outcome, ScenarioResult
from rehearsal.gherkin.runner import Run, SuiteRun, run_suite
from rehearsal.report import terminal
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
    console = terminal.console()
    run = _run(SuiteRun((features_folder(),), seed, tags="demo", traced=not no_report))
    results = sorted(run.results, key=_place_in_guide)
    for number, result in enumerate(results, start=1):
        for part in terminal.timeline(result, number):
            console.print(part)
    for text in run.unreadable:
        click.echo(text, err=True)
    console.print()
    for result in results:
        console.print(terminal.line(result), soft_wrap=True)
    for result in results:
        if result.outcome is not Outcome.HELD:
            console.print("\n" + terminal.trouble(result), markup=False, soft_wrap=True)
    console.print(f"\n{_verdict(run)}")
    if results and not no_report:
        index = report.write(results, out, seed=seed, command=f"rehearsal demo --seed {seed}")
        console.print(f"Report: {index}", soft_wrap=True)
    return OF_OUTCOME[run.outcome]


def _run(suite: SuiteRun) -> Run:
    """Play, with a bar that moves where there is a terminal to show it on."""
    feature = TextColumn("{task.description}")
    columns = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), feature)
    with _screen() as screen:
        console = Console(file=screen, highlight=False)
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("opening the stage", total=None)

            def seen(result: ScenarioResult) -> None:
                progress.update(task, advance=1, description=result.feature)

            return run_suite(suite, counted=lambda count: progress.update(task, total=count), seen=seen)


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


def _place_in_guide(result: ScenarioResult) -> tuple[int, str]:
    """Return where the guide first speaks of what this scenario plays."""
    numbers = [int(tag[1:]) for tag in result.requirements]
    return (min(numbers) if numbers else 1000, result.name)


def _verdict(run: Run) -> str:
    if run.outcome is Outcome.HELD:
        return f"[green]All {len(run.results)} workflows held; the auditor is content.[/]"
    if not run.results:
        return "[red]Nothing was played.[/]"
    held = sum(result.outcome is Outcome.HELD for result in run.results)
    return f"[red]{held} of {len(run.results)} workflows held.[/]"
