"""`rehearsal check`: what the auditor has found in a served world, as a gate for whatever has driven it."""

import shlex
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

import click
from rich.table import Table

from rehearsal import report
from rehearsal.cli.attached import reached, token_option
from rehearsal.cli.exit_codes import OF_OUTCOME, ExitCode
from rehearsal.cli.outputs import OUT_FILE, OUT_FOLDER, SUMMARY, Writing, append, make_room, make_room_for_report
from rehearsal.control.stage import Problem, Stage
from rehearsal.gherkin.errors import StageFailed
from rehearsal.gherkin.full_timeline import full_timeline
from rehearsal.gherkin.recording import observe
from rehearsal.gherkin.results import ScenarioResult
from rehearsal.report import terminal
from rehearsal.report.checked import Checked
from rehearsal.report.from_trace import entries_of

STRICT: Final = "Exit with 4 also where a rule was not judged or not put to the test."


@click.command()
@click.option("--attach", metavar="URL", required=True, help="Control address of the stage, as `up` prints it.")
@token_option
@click.option("--world", metavar="NAME", help="Which of its worlds. [default: the one that the address means]")
@click.option("--junit", type=OUT_FILE, help="Write a JUnit file, a case for each rule.")
@click.option("--report", "out", type=OUT_FOLDER, help="Write an HTML report into this folder.")
@click.option("--summary", type=OUT_FILE, help=SUMMARY)
@click.option("--strict", is_flag=True, help=STRICT)
def check(
    attach: str,
    token: str | None,
    world: str | None,
    junit: Path | None,
    out: Path | None,
    summary: Path | None,
    strict: bool,
) -> int:
    """Say what the auditor has found in a served world, whatever has driven it; change nothing there.

    News of what happened last may still be under way, and what is under way is not judged. So let an hour pass first:
    POST /clock/advance {"by": "PT1H"}.

    Exit codes: 0 content; 1 findings; 2 usage, or nobody answers there; 3 the stage itself failed; 4 something asked
    for was not judged, such as a fault that was planned and not hit.
    """
    printed = summary == Path("-")
    make_room_for_report("--report", out)
    make_room("--junit", junit)
    make_room("--summary", None if printed else summary)
    writing, index = Writing(), None
    again = shlex.join(["rehearsal", "check", "--attach", attach, *(["--world", world] if world else [])])
    console = terminal.console(sys.stderr if printed else sys.stdout)
    with closing(reached(attach, token, world)) as stage:
        checked = Checked.of(stage, again, strict=strict)
        code = OF_OUTCOME[checked.outcome]
        for part in terminal.verdicts(checked):
            console.print(part, soft_wrap=not isinstance(part, Table))
        if junit:
            with writing.to("--junit", junit):
                junit.write_bytes(checked.junit())
        if printed:
            click.echo(checked.markdown(), nl=False)
        elif summary:
            with writing.to("--summary", summary):
                append(summary, checked.markdown())
        console.print("", *checked.remarks, sep="\n", markup=False, soft_wrap=True)
        console.print(checked.headline, markup=False, soft_wrap=True)
        if code is ExitCode.NOT_JUDGED and not checked.short:
            console.print("Not judged, for --strict asks for every rule.", markup=False, soft_wrap=True)
        if out:
            try:
                with writing.to("--report", out):
                    index = _report(stage, checked, out)
            except (Problem, StageFailed) as failure:
                click.echo(f"Error: {failure}", err=True)
                return ExitCode.FINDINGS if code is ExitCode.FINDINGS else ExitCode.STAGE_FAILED
    if index:
        console.print(f"Report: {index}", markup=False, soft_wrap=True)
    return writing.code(code)


def _report(stage: Stage, checked: Checked, out: Path) -> Path:
    """Write a report of the world as it stands and return its first page."""
    seen = observe(stage, traced=True)
    now = datetime.fromisoformat(checked.world["now"])
    why = [*checked.own_failures, *checked.short, *checked.broken, *(checked.wanting if checked.strict else ())]
    result = ScenarioResult(
        file="",
        feature=f"The world {checked.name!r}",
        name=f"as it stood on {now:%A}, {now.day} {now:%B %Y}, {now:%H:%M:%S}",
        outcome=checked.outcome,
        why="\n".join(why),
        entries=full_timeline(entries_of(seen.trace), seen, names={}),
        observed=seen,
        again=checked.again,
    )
    return report.write([result], out, seed=checked.world["seed"], command=checked.again, played="world")
