"""The table of requirements: every statement of the guide, and the scenarios that play it or why none can.

`rehearsal requirements` shows it, and writes it where it is told to. Made from two things only: the list of statements
that comes with this package, and the tags of the features.
"""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

import click
import yaml
from pytest_bdd.gherkin_parser import get_gherkin_document

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
    text = files("rehearsal").joinpath("requirements.yaml").read_text(encoding="utf-8")
    return tuple(Requirement(**line) for line in yaml.safe_load(text))


def covers(folder: Path) -> Mapping[str, Sequence[Cover]]:
    """Return which scenarios under `folder` carry which tag."""
    found: dict[str, list[Cover]] = defaultdict(list)
    for path in sorted(folder.rglob("*.feature")):
        feature = get_gherkin_document(str(path), ENCODING).feature
        for tags, scenario in _tagged(feature):
            for tag in tags:
                found[tag].append(Cover(path.relative_to(folder).as_posix(), feature.name, scenario))
    return found


def _tagged(feature: Any) -> Iterator[tuple[frozenset[str], str]]:
    above = _names(feature)
    for child in feature.children:
        if child.scenario:
            yield above | _names(child.scenario), child.scenario.name
        elif child.rule:
            inside = above | _names(child.rule)
            for grandchild in child.rule.children:
                if grandchild.scenario:
                    yield inside | _names(grandchild.scenario), grandchild.scenario.name


def _names(tagged: Any) -> frozenset[str]:
    return frozenset(tag.name.removeprefix("@") for tag in tagged.tags)


def holes(wanted: Sequence[Requirement], covered: Mapping[str, Sequence[Cover]]) -> list[str]:
    """Return the statements that are neither played nor excused."""
    return [requirement.id for requirement in wanted if not requirement.because and not covered.get(requirement.id)]


def table(wanted: Sequence[Requirement], covered: Mapping[str, Sequence[Cover]]) -> str:
    """Return the table as Markdown."""
    played = sum(1 for requirement in wanted if covered.get(requirement.id))
    lines = [
        "# Requirements and the scenarios that play them",
        "",
        "Every statement of the guide *TikTok for Rithum: Returns & Refunds* (page of 2025-08-19), in our words.",
        "Made by `make requirements` from the tags of the features; a test says when it is out of date.",
        "",
        f"{played} of {len(wanted)} are played; the others say why not.",
        "",
        "| Id | Part of the guide | What it says | Played by |",
        "|---|---|---|---|",
    ]
    for requirement in wanted:
        scenarios_shown = _links(covered.get(requirement.id, ()))
        excuse = f"*not played:* {requirement.because}" if requirement.because else "**nothing yet**"
        lines.append(f"| {requirement.id} | {requirement.part} | {requirement.says} | {scenarios_shown or excuse} |")
    lines += [
        "",
        "## Trouble",
        "",
        "The guide has no words on what goes wrong. What a connector owes its users even then is played by scenarios",
        "that are tagged `@trouble`.",
        "",
        "| Feature | Scenarios |",
        "|---|---|",
    ]
    for feature, played_in in groupby(covered.get("trouble", ()), key=lambda cover: cover.feature):
        lines.append(f"| {feature} | {_links(list(played_in))} |")
    return "\n".join(lines) + "\n"


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
