"""Which scenarios somebody asks for, and what is said when these are none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

import click
from _pytest.mark.expression import Expression

from rehearsal.gherkin.feature_text import ENCODING
from rehearsal.gherkin.results import Listed
from rehearsal.gherkin.runner import SuiteRun, list_suite

_TAG: Final = re.compile(r"[\w:+.\-\[\]\\/]+")
_IN_TEXT: Final = re.compile(r"(?<!\S)@(\S+)")
_WORDS: Final = frozenset(("and", "or", "not", "True", "False", "None"))


def tag_expression(ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    """Return an expression over tags as pytest reads it; tags may have the @ they have in features."""
    if text is None:
        return None
    plain = re.sub(r"(?<!\S)(\(*)@", r"\1", text)
    try:
        Expression.compile(plain)
    except SyntaxError as error:
        words = f'{text!r}, at character {error.offset}: {error.msg}. An example: "R10 and not (slow or R17)".'
        raise click.BadParameter(words, ctx, param) from None
    return plain


def misspelt(suite: SuiteRun) -> Iterator[str]:
    """Return a line for each tag that is asked for, stands on no scenario, and is nearly one that does."""
    paths = [*suite.paths, *(path for path, _ in suite.at)] if suite.tags else []
    files = [file for path in paths for file in (path.rglob("*.feature") if path.is_dir() else [path])]
    text = "\n".join(file.read_text(ENCODING, errors="replace") for file in files)
    yield from (words for words, near in _unknown(suite, _IN_TEXT.findall(text)) if near)


def _unknown(suite: SuiteRun, known: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Return what there is to say of each tag that is asked for and unknown, and whether it is nearly a known one."""
    tags = sorted(set(known))
    for tag in dict.fromkeys(_TAG.findall(suite.tags or "")):
        if tag not in tags and tag not in _WORDS:
            near = get_close_matches(tag, tags) or [one for one in tags if one.casefold() == tag.casefold()]
            told = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(tags) or 'none'}"
            yield f"-t: no scenario here has the tag {tag}; {told}", bool(near)


def nothing(suite: SuiteRun) -> str:
    """Return why there is nothing to play, of what there would be without what was asked for."""
    every, run = list_suite(replace(suite, tags=None, names=(), jobs=1))
    if run.unreadable or run.results:
        return "\n".join((*run.unreadable, *(result.why for result in run.results)))
    where = ", ".join(map(str, (*suite.paths, *(path for path, _ in suite.at))))
    if not every:
        return f"There is nothing to play here: no feature file with a scenario in {where}."
    lines = [words for words, near in _unknown(suite, (tag for one in every for tag in one.tags)) if not near]
    for name in suite.names:
        if not any(_called(name, one) for one in every):
            near = get_close_matches(name.casefold(), {one.name.casefold(): one for one in every}, 1, 0.4)
            told = next((f'; nearest: "{one.name}"' for one in every if one.name.casefold() in near), "")
            lines.append(f"-k: no scenario here has {name!r} in its name or its file's{told}")
    return "\n".join((*lines, f"There is nothing to play here: none of {len(every)} scenarios is what was asked for."))


def _called(name: str, one: Listed) -> bool:
    return name.casefold() in f"{one.file}::{one.name}".casefold()
