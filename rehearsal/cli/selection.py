"""Which scenarios somebody asks for, and what is said when these are none."""

import os.path
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import click
from _pytest.mark.expression import Expression

from rehearsal.cli.profiles import manners_option, profile_options
from rehearsal.cli.whole_number import WholeNumber
from rehearsal.gherkin.collection import lines_played
from rehearsal.gherkin.feature_text import ENCODING
from rehearsal.gherkin.results import Listed
from rehearsal.gherkin.runner import SuiteRun, list_suite
from rehearsal.resources import features_folder

Command = Callable[..., Any]

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
    none = f"none of {len(every)} scenarios is" if len(every) > 1 else "the one scenario is not"
    return "\n".join((*lines, f"There is nothing to play here: {none} what was asked for."))


def _called(name: str, one: Listed) -> bool:
    return name.casefold() in f"{one.file}::{one.name}".casefold()


BEYOND: Final = 1_000_000_000  # the lines of any file
EXISTING: Final = click.Path(exists=True, path_type=Path)


def _places(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[Path | tuple[Path, int], ...]:
    """Return each path, with the line if it has one; refuse a line at which no scenario stands."""
    return tuple(_place(ctx, param, value) for value in values)


def _place(ctx: click.Context, param: click.Parameter, value: str) -> Path | tuple[Path, int]:
    file, _, line = value.rpartition(":")
    # Asked of os.path: pathlib raises where a name is too long for any file.
    has_line = os.path.isfile(file) and not os.path.exists(value)
    if file.endswith(".feature") and has_line and not line.isdecimal():
        raise click.BadParameter(f"{value}: a line is a number, as in {file}:12.", ctx, param)
    if not (line.isdecimal() and has_line):
        path: Path = EXISTING.convert(value, param, ctx)
        if path.is_file() and path.suffix != ".feature":
            raise click.BadParameter(f"{value} is no feature file: its name does not end in .feature.", ctx, param)
        return path
    number = int(line) if len(line) < len(str(BEYOND)) else BEYOND
    try:
        stand, meant = lines_played(Path(file), number)
    except Exception:  # playing it says what is wrong with the file, as of any file
        return Path(file)
    if not meant:
        lines = ", ".join(map(str, stand)) or "none"
        words = f"{file}: no scenario stands in line {line}; those of this file: {lines}."
        raise click.BadParameter(words, ctx, param)
    return Path(file), number


JOBS: Final = "Play in N processes at once; `auto`: as many as there are processors, and scenarios to keep them busy."


def _jobs(ctx: click.Context, param: click.Parameter, value: str) -> int | None:
    """Return the number of processes, None for as many as make sense."""
    if value == "auto":
        return None
    if not re.fullmatch("0*[1-9][0-9]{0,2}", value):
        words = f"{value} is neither a number of processes nor `auto`; at most 999 are started."
        raise click.BadParameter(words, ctx, param)
    return int(value)


paths_argument: Final = click.argument("paths", metavar="[PATH[:LINE]]...", nargs=-1, callback=_places)


def jobs_option(default: str) -> Callable[[Command], Command]:
    """Return the option that says how many processes play at once."""
    return click.option("-j", "--jobs", metavar="N", default=default, callback=_jobs, help=JOBS)


def suite_options(command: Command) -> Command:
    """Add the options that say which scenarios are played, in which worlds."""
    names = "Only scenarios with TEXT in their name or their file's."
    tags = 'Only scenarios with these tags: "R10 and not R17".'
    for option in (
        click.option("-t", "--tags", metavar="EXPRESSION", callback=tag_expression, help=tags),
        click.option("-k", "names", metavar="TEXT", multiple=True, help=names),
        profile_options,
        manners_option,
        click.option("--seed", type=WholeNumber(min=0), default=1, help="The seed of every world."),
    ):
        command = option(command)
    return command


def suite_of(paths: Sequence[Path | tuple[Path, int]], **asked: Any) -> SuiteRun:
    """Return the suite that the paths name; without any, the features that come with Rehearsal."""
    whole = [path for path in paths if isinstance(path, Path)] if paths else [features_folder()]
    return SuiteRun(whole, at=[path for path in paths if isinstance(path, tuple)], **asked)
