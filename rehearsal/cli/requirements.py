"""The table of requirements: every statement of the guide, and the scenarios that play it or why none can.

`rehearsal requirements` shows it, and writes it where it is told to. Made from two things only: the list of statements
that comes with this package, and the tags of the features.
"""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from pathlib import Path

import click
import yaml
from pytest_bdd.feature import get_feature

from rehearsal.cli.exit_codes import ExitCode
from rehearsal.cli.outputs import OUT_FILE, Writing, make_room
from rehearsal.gherkin.feature_text import ENCODING
from rehearsal.resources import features_folder


@dataclass(frozen=True)
class Requirement:
    """One statement of the guide."""

    id: str
    part: str
    says: str
    because: str = ""


@dataclass(frozen=True)
class Cover:
    """A scenario that plays a requirement."""

    file: str
    feature: str
    scenario: str


def register() -> tuple[Requirement, ...]:
    """Return every statement of the guide, in its order."""
    return tuple(Requirement(**line) for line in yaml.safe_load(_resource("requirements.yaml")))


def _resource(name: str) -> str:
    return files("rehearsal").joinpath(name).read_text(encoding="utf-8")


def covers(folder: Path) -> Mapping[str, Sequence[Cover]]:
    """Return which scenarios under `folder` carry which tag."""
    found: dict[str, list[Cover]] = defaultdict(list)
    for path in sorted(folder.rglob("*.feature")):
        feature = get_feature(str(path.parent), path.name, ENCODING)
        for scenario in feature.scenarios.values():
            for tag in scenario.tags | feature.tags | (scenario.rule.tags if scenario.rule else set()):
                found[tag].append(Cover(path.relative_to(folder).as_posix(), feature.name, scenario.name))
    return found


def holes(wanted: Sequence[Requirement], covered: Mapping[str, Sequence[Cover]]) -> list[str]:
    """Return the statements that are neither played nor excused."""
    return [requirement.id for requirement in wanted if not requirement.because and not covered.get(requirement.id)]


def table(wanted: Sequence[Requirement], covered: Mapping[str, Sequence[Cover]]) -> str:
    """Return the table as Markdown."""
    rows = []
    for one in wanted:
        excuse = f"*not played:* {one.because}" if one.because else "**nothing yet**"
        played_by = _links(covered.get(one.id, ())) or excuse
        rows.append(f"| {one.id} | {one.part} | {one.says} | {played_by} |")
    by_feature = groupby(covered.get("trouble", ()), key=lambda cover: cover.feature)
    return _resource("requirements.md").format(
        played=sum(1 for one in wanted if covered.get(one.id)),
        count=len(wanted),
        rows="\n".join(rows),
        trouble="\n".join(f"| {feature} | {_links(list(played_in))} |" for feature, played_in in by_feature),
    )


def _links(scenarios: Sequence[Cover]) -> str:
    return "<br>".join(f"[{cover.scenario}](../features/{cover.file})" for cover in scenarios)


@click.command("requirements")
@click.option("--out", type=OUT_FILE, help="Write the table into this file.")
@click.option("--check", is_flag=True, help="Write nothing; fail when the table has a hole or the file is old.")
def requirements(out: Path | None, check: bool) -> int:
    """Show the table of requirements and the scenarios that play them."""
    wanted, covered = register(), covers(features_folder())
    missing, text = holes(wanted, covered), table(wanted, covered)
    stale, writing = out is not None and (not os.path.isfile(out) or out.read_bytes() != text.encode()), Writing()
    if check and stale:
        click.echo(f"{out} is out of date: run `rehearsal requirements --out {out}`", err=True)
    elif not check and out:
        make_room("--out", out)
        with writing.to("--out", out):
            out.write_text(text, encoding="utf-8")
            click.echo(f"{out}: {len(wanted)} requirements")
    elif not check:
        click.echo(text, nl=False)
    if missing:
        click.echo(f"nothing plays {', '.join(missing)}", err=True)
    if missing or (check and stale):
        return ExitCode.FINDINGS
    return writing.code(ExitCode.CONTENT)
