"""`rehearsal steps`: lists and searches the steps that come with Rehearsal, with the tables that some of them take."""

from __future__ import annotations

from itertools import groupby

import click

from rehearsal.cli.exit_codes import ExitCode
from rehearsal.gherkin.vocabulary import Saying, columns, example, nearest, shipped, stem
from rehearsal.report import terminal
from rehearsal.resources import folder


@click.command()
@click.argument("words", nargs=-1)
def steps(words: tuple[str, ...]) -> int:
    """List the steps to write scenarios with, or those that have all WORDS in them.

    Names, goods, sums, spans of time and words in quotes are examples. A step that ends in a colon has a table.
    """
    wanted = [word for part in words for word in part.casefold().split()]
    found = [step for step in shipped() if all(stem(word) in _about(step) for word in wanted)]
    console = terminal.console()
    if not found:
        near = nearest(Saying("", " ".join(wanted)), shipped())
        click.echo(f'No step has "{" ".join(wanted)}" in it.' + " The nearest are:" * bool(near), err=True)
        for step in near:
            click.echo(f"  {step}", err=True)
        return ExitCode.USAGE
    for heading, together in groupby(found, key=lambda step: step.heading):
        console.print(f"\n{heading}", style="bold", markup=False)
        for step in together:
            console.print(f"  {step}", markup=False, soft_wrap=True)
            for line in example(step):
                console.print(f"    {line}", style="dim", markup=False, soft_wrap=True)
            if listed := columns().get(step.text):
                console.print(f"    Columns: {listed}", style="dim", markup=False, soft_wrap=True)
    more = folder("docs") / "scenarios.md"
    console.print(f"\n{len(found)} of {len(shipped())} steps. More about them: {more}", soft_wrap=True)
    return ExitCode.CONTENT


def _about(step: Saying) -> str:
    return f"{step} {step.heading} {columns().get(step.text, '')}".casefold()
