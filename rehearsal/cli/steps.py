"""`rehearsal steps`: lists and searches the steps that come with Rehearsal, with the tables that some of them take."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import groupby
from typing import Final

import click
from pytest_bdd.steps import step_function_context_registry

from rehearsal.cli.exit_codes import ExitCode
from rehearsal.control.places import near
from rehearsal.gherkin.steps import shipped as plugin  # noqa: F401 - registers the steps
from rehearsal.gherkin.steps.phrases import Phrase
from rehearsal.gherkin.vocabulary import Saying, Story, columns, example, nearest, shipped, stem, stories
from rehearsal.report import terminal
from rehearsal.resources import folder

ALIKE: Final = 0.84  # of 1: what is less alike than this is another word
# What people look for, and what the steps call it.
_CALLED: Final = {
    **dict.fromkeys(("status", "state"), "shown as"),
    **dict.fromkeys(("message", "email", "notification"), "mail"),
    **dict.fromkeys(("pounds", "pound", "currency", "country", "market"), "shop is in"),
    **dict.fromkeys(("wait", "sleep", "date"), "hour"),
    **dict.fromkeys(("arbitration", "dispute", "escalation"), "appeal"),
    "timeout": "due",
    "carrier": "parcel",
    "stock": "shelf",
}


@click.command()
@click.argument("words", nargs=-1)
def steps(words: tuple[str, ...]) -> int:
    """List the steps to write scenarios with, or those that have all WORDS in them, and the stories that have.

    Names, goods, sums, spans of time and words in quotes are examples. A step that ends in a colon has a table. Below a
    story stands the feature that plays it, to copy from.
    """
    wanted = [word for part in words for word in part.casefold().split()]
    found: dict[Saying, Saying] = {}
    for step in shipped():
        if shown := _with(step, wanted):
            found.setdefault(shown, step)
    told = [story for story in stories() if wanted and all(stem(word) in _of(story) for word in wanted)]
    console = terminal.console()
    if not found and not told:
        likest = nearest(Saying("", " ".join(wanted)), shipped())
        meant = " ".join(map(_meant, wanted))
        hint = f" Did you mean {meant}?" if meant != " ".join(wanted) else ""
        click.echo(f'No step has "{" ".join(wanted)}" in it.{hint}' + " The nearest are:" * bool(likest), err=True)
        for step in likest:
            click.echo(f"  {step}", err=True)
        return ExitCode.USAGE
    for heading, together in groupby(found, key=lambda shown: shown.heading):
        console.print(f"\n{heading}", style="bold", markup=False)
        for shown in together:
            console.print(f"  {shown}", markup=False, soft_wrap=True)
            for line in example(found[shown]):
                console.print(f"    {line}", style="dim", markup=False, soft_wrap=True)
            if listed := columns().get(found[shown].text):
                console.print(f"    Columns: {listed}", style="dim", markup=False, soft_wrap=True)
    if told:
        console.print("\nStories and where they are played", style="bold", markup=False)
    for story in told:
        console.print(f"  {story.name}: {story.words.replace('`', '')}", markup=False, soft_wrap=True)
        for feature in story.features:
            console.print(f"    {near(str(feature))}", style="dim", markup=False, soft_wrap=True)
    more = folder("docs") / "scenarios.md"
    console.print(f"\n{len(found)} of {len(shipped())} steps. More about them: {more}", soft_wrap=True)
    return ExitCode.CONTENT


def _with(step: Saying, wanted: Sequence[str]) -> Saying | None:
    """Return the step with all that is wanted in or about it, where need be with others of its words."""
    shown, its_columns = step, columns().get(step.text, "")

    def missing(one: Saying) -> int:
        return sum(stem(word) not in _about(one, its_columns) for word in wanted)

    while lacks := missing(shown):
        shown = min(_others(shown), key=missing, default=shown)
        if missing(shown) == lacks:
            return None
    return shown


def _others(step: Saying) -> Iterator[Saying]:
    """Tell the step with each other word that can stand in one of its places."""
    for known in step_function_context_registry.values():
        if known.type == step.keyword.lower() and isinstance(known.parser, Phrase):
            yield from (replace(step, text=text) for text in known.parser.others(step.text))


def _meant(word: str) -> str:
    """Return the word that the steps have for it."""
    known = {one for step in shipped() for one in re.findall(r"\w+", _about(step, columns().get(step.text, "")))}
    near = [] if word in known else get_close_matches(word, sorted(known), 1, ALIKE)
    return _CALLED.get(word, near[0] if near else word)


def _of(story: Story) -> str:
    return f"{story.name} {story.words} {' '.join(feature.stem for feature in story.features)}".casefold()


def _about(step: Saying, its_columns: str) -> str:
    return f"{step} {step.heading} {its_columns}".casefold()
