"""`rehearsal demo`: plays one scenario for each documented workflow, shows all of them, and writes the report."""

import tempfile
from pathlib import Path

import click

from rehearsal import report
from rehearsal.cli.exit_codes import OF_OUTCOME
from rehearsal.cli.outputs import OUT_FOLDER, Writing, make_room_for_report
from rehearsal.cli.progress import run_shown
from rehearsal.cli.whole_number import WholeNumber
from rehearsal.gherkin.results import Outcome, ScenarioResult
from rehearsal.gherkin.runner import Run, SuiteRun
from rehearsal.report import terminal
from rehearsal.resources import features_folder


@click.command()
@click.option("--seed", type=WholeNumber(min=0), default=1, help="The seed of every world.")
@click.option("--out", type=OUT_FOLDER, help="Where the HTML report goes. [default: a new temporary folder]")
@click.option("--no-report", is_flag=True, help="Write no report.")
def demo(seed: int, out: Path | None, no_report: bool) -> int:
    """Play every documented workflow and write the report.

    Exit codes: 0 only if every scenario held and the auditor is content; else as of `rehearsal play`.
    """
    if not no_report:
        make_room_for_report("--out", out)
    console = terminal.console()
    suite = SuiteRun((features_folder(),), seed, tags="demo", traced=True)
    run = run_shown(suite, lambda console, result: None)
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
    writing, index = Writing(), None
    if results and not no_report:
        out = out or Path(tempfile.mkdtemp(prefix="rehearsal-report-"))
        with writing.to("--out", out):
            index = report.write(results, out, seed=seed, command=f"rehearsal demo --seed {seed}")
    if index:
        console.print(f"Report: {index}", soft_wrap=True)
    return writing.code(OF_OUTCOME[run.outcome])


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
