"""`rehearsal policy`: the markets' profiles, those that ship and people's own: listed, shown, checked and compared."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click
from rich.table import Table
from rich.text import Text

from mock_tiktok.policy.checks import CERTAINTIES, SCHEMA_FILE, numbers_of_schema
from mock_tiktok.policy.profile import Faulty, found_in, names, said, whole
from rehearsal.cli.exit_codes import ExitCode
from rehearsal.cli.profiles import folder_option
from rehearsal.report import terminal

HEAD: Final = ("places", "market", "currency", "timezone", "calendar", "locale", "phone")
Row = Mapping[str, Any]
as_json: Final = click.option("--json", "as_json", is_flag=True, help="Write JSON.")


@click.group()
def policy() -> None:
    """List, show, check and compare the markets' policy profiles.

    A profile is a market at a date: its waits, amounts and reasons, each with its source. PROFILE is the name of one
    that ships, what people call its market, or a file. `rehearsal up` and `rehearsal play` take it with --profile.
    """


def _documents(folder: Path | None) -> dict[str, Row]:
    """Return the profiles that ship and those of the folder, by their names; refuse a folder with a mistake in it."""
    try:
        return {name: whole(own.get(name, name)) for own in [_of(folder)] for name in (*names(), *own)}
    except Faulty as faulty:
        raise click.BadParameter(faulty.message, param_hint="--profiles") from faulty


def _of(folder: Path | None) -> dict[str, Path]:
    return found_in(folder) if folder else {}


def _document(profile: str, folder: Path | None = None) -> Row:
    try:
        return whole(_of(folder).get(profile, profile))
    except Faulty as faulty:
        raise click.BadParameter(faulty.message, param_hint="PROFILE") from faulty


def _table(*columns: str) -> Table:
    table = terminal.Rows(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for at, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=at == 0)
    return table


@policy.command("list")
@folder_option()
@as_json
def list_(profiles: Path | None, as_json: bool) -> int:
    """List the profiles: what people call the market, its currency, and how sure its numbers are."""
    rows = []
    for name, document in _documents(profiles).items():
        sure = Counter(row["certainty"] for row in document["numbers"].values())
        own = {key: document[key] for key in ("market", "currency")}
        about = {"extends": document.get("extends"), "places": document.get("places", [])}
        rows.append({"name": name, **own, **about, **{word: sure[word] for word in CERTAINTIES}})
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return ExitCode.CONTENT
    table = _table("Profile", "Market", "Called", "Currency", "Extends", "Documented, observed, assumed")
    for row in rows:
        sure_of = ", ".join(str(row[word]) for word in CERTAINTIES)
        called = ", ".join(row["places"])
        table.add_row(row["name"], row["market"], called, row["currency"], row["extends"] or "", sure_of)
    console = terminal.console()
    console.print(table)
    console.print(f"\nWhat a profile may hold, as a JSON Schema: {SCHEMA_FILE}", soft_wrap=True, markup=False)
    return ExitCode.CONTENT


@policy.command()
@click.argument("profile")
@click.argument("words", nargs=-1)
@folder_option()
@as_json
def show(profile: str, words: tuple[str, ...], profiles: Path | None, as_json: bool) -> int:
    """Show a profile with all that it inherits, or of it what has one of WORDS in its name."""
    document = _document(profile, profiles)
    rows = {key: row for key, row in _rows(document) if not words or any(word in key for word in words)}
    if not rows:
        raise click.BadParameter(f"{profile} has nothing with {' or '.join(words)} in its name.", param_hint="WORDS")
    if as_json:
        click.echo(json.dumps(rows if words else document, indent=2, ensure_ascii=False))
        return ExitCode.CONTENT
    console = terminal.console()
    if not words:
        console.print(document["name"], style="bold", markup=False)
        for key in HEAD:
            console.print(f"  {key}: {said(document.get(key, []))}", markup=False, soft_wrap=True)
        console.print()
    widest = max(map(len, rows))
    for key, row in rows.items():
        said_of = f"({row['certainty']}: {row['source']})"
        style = "yellow" if row["certainty"] == "assumed" else "dim"
        if "value" in row:
            meaning = numbers_of_schema().get(key, {}).get("description", "while the order is so, they may ask")
            console.print(Text.assemble((f"{key:{widest}}", "bold"), f"  {said(row['value'])}"), soft_wrap=True)
            console.print(Text.assemble(f"    {meaning} ", (said_of, style)), soft_wrap=True)
            continue
        while_ = f", while the order is {said(row['statuses'])}" if row.get("statuses") else ""
        console.print(Text.assemble((key, "bold"), f"{while_} ", (said_of, style)), soft_wrap=True)
        for name, text in row["names"].items():
            console.print(f"    {name}: {text}", markup=False, soft_wrap=True)
    return ExitCode.CONTENT


def _rows(document: Row) -> Iterator[tuple[str, Row]]:
    """Return every number of a profile, who may ask for what, and the groups of reasons, by their place in it."""
    yield from ((name, document["numbers"][name]) for name in numbers_of_schema() if name in document["numbers"])
    for who, rows in document["eligible"].items():
        yield from ((f"eligible.{who}.{kind}", row) for kind, row in rows.items())
    for who, kinds in document["reasons"].items():
        for kind, groups in kinds.items():
            for at, group in enumerate(groups):
                yield f"reasons.{who}.{kind}" + (f"[{at}]" if len(groups) > 1 else ""), group


@policy.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@as_json
def check(files: tuple[Path, ...], as_json: bool) -> int:
    """Say of each file, or of each profile in a folder, whether it is in order, and else every mistake in it.

    Exit codes: 0 all are in order; 1 one is not; 2 there is no such file.
    """
    paths = [one for path in files for one in (_profiles_in(path) if path.is_dir() else [path])]
    found = {str(path): _mistakes(path) for path in paths}
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        for path, mistakes in found.items():
            click.echo(f"{path}: {'in order' if not mistakes else ''}".rstrip())
            for mistake in mistakes:
                click.echo(f"  {mistake}")
    return ExitCode.FINDINGS if any(found.values()) else ExitCode.CONTENT


def _profiles_in(folder: Path) -> list[Path]:
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml", ".json"))
    if not paths:
        raise click.BadParameter(f"{folder} has no profile, which is a .yaml or .json file.", param_hint="FILES")
    return paths


def _mistakes(path: Path) -> list[str]:
    try:
        whole(path.resolve())
    except Faulty as faulty:
        return [mistake.removeprefix(f"{path.name}: ") for mistake in faulty.mistakes]
    return []


@policy.command()
@click.argument("one", metavar="PROFILE")
@click.argument("other", metavar="OTHER")
@folder_option()
@as_json
def diff(one: str, other: str, profiles: Path | None, as_json: bool) -> int:
    """Show in what two profiles differ, with all that they inherit; sources and certainty are not compared.

    Exit codes: 0 also where they differ; 2 one of them cannot be had.
    """
    first, second = _document(one, profiles), _document(other, profiles)
    mine, theirs = _values(first), _values(second)
    changed = {key: (mine.get(key), theirs.get(key)) for key in {**mine, **theirs} if mine.get(key) != theirs.get(key)}
    if as_json:
        click.echo(json.dumps({key: list(pair) for key, pair in changed.items()}, indent=2, ensure_ascii=False))
        return ExitCode.CONTENT
    console, table = terminal.console(), _table("", first["name"], second["name"])
    for key, pair in changed.items():
        if not key.startswith("reasons."):
            table.add_row(key, *(Text("-" if value is None else said(value)) for value in pair))
    console.print(table if table.rows else f"No number of {one} and {other} differs.")
    for key, (left, right) in changed.items():
        if key.startswith("reasons."):
            console.print(f"\n{key}: < {first['name']} only, > {second['name']} only", markup=False, soft_wrap=True)
            for mark, own, others in (("<", left or [], right or []), (">", right or [], left or [])):
                for name in (name for name in own if name not in others):
                    console.print(f"  {mark} {name}", markup=False, soft_wrap=True)
    return ExitCode.CONTENT


def _values(document: Row) -> dict[str, Any]:
    """Return what can differ: the market's own data, each number's value, and of reasons the names, with statuses."""
    values = {key: document.get(key) for key in HEAD}
    for key, row in _rows(document):
        if "value" in row:
            values[key] = row["value"]
            continue
        kind = key.partition("[")[0]
        while_ = f" ({said(row['statuses'])})" if row.get("statuses") else ""
        values[kind] = [*(values.get(kind) or []), *(f"{name}{while_}" for name in row["names"])]
    return values
