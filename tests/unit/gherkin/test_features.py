"""What every shipped feature keeps to, so that people can read it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd.gherkin_parser import get_gherkin_document

from rehearsal.resources import features_folder

MOST, MOST_BEFORE = 7, 4  # steps of a scenario and of a background
# Here several people share one long wait, which each of them would cost alone, or goods go all their way back; and
# trouble has to be told, too.
SHARED, SHARED_BEFORE = 10, 8
SHARING = {
    *(
        "answers_first",
        "approve_cancellation",
        "default_answers",
        "inspection",
        "last_minute",
        "lost_parcel",
        "two_requests",
        "own_hour",
    ),
    *("never_shipped", "mails", "silence", "twice_in_a_second", "workflows"),
    *(
        "changed_request",
        "handed_back",
        "line_by_line",
        "own_way",
        "part_of_the_goods",
        "shown_and_brought",
        "together",
    ),
}
FEATURES = sorted(features_folder().rglob("*.feature"))
ON_THE_WIRE = re.compile(r"\b(API|HTTP|JSON|POST|GET|endpoint|status code|[A-Z]+_[A-Z_]+|return_id|adjustment)\b")


def scenarios(path: Path) -> Iterator[tuple[Any, int]]:
    """Tell each scenario and how many steps its backgrounds have at most."""
    for child in get_gherkin_document(str(path)).feature.children:
        if child.scenario:
            yield child.scenario, 0
        elif child.rule:
            inside = max((len(c.background.steps) for c in child.rule.children if c.background), default=0)
            yield from ((c.scenario, inside) for c in child.rule.children if c.scenario)


def is_trouble(scenario: Any) -> bool:
    return any(tag.name == "@trouble" for tag in scenario.tags)


def backgrounds(path: Path) -> Iterator[Any]:
    for child in get_gherkin_document(str(path)).feature.children:
        if child.background:
            yield child.background
        elif child.rule:
            yield from (c.background for c in child.rule.children if c.background)


@pytest.mark.parametrize("path", FEATURES, ids=lambda path: path.stem)
def test_a_scenario_has_one_when_and_few_steps(path: Path) -> None:
    for scenario, _ in scenarios(path):
        assert sum(step.keyword.strip() == "When" for step in scenario.steps) == 1, scenario.name
        most = SHARED if is_trouble(scenario) or path.stem in SHARING else MOST
        assert 2 <= len(scenario.steps) <= most, scenario.name


@pytest.mark.parametrize("path", FEATURES, ids=lambda path: path.stem)
def test_a_background_is_short(path: Path) -> None:
    most = SHARED_BEFORE if path.stem in SHARING else MOST_BEFORE
    assert [len(background.steps) for background in backgrounds(path) if len(background.steps) > most] == []


@pytest.mark.parametrize("path", FEATURES, ids=lambda path: path.stem)
def test_nobody_speaks_of_the_wire(path: Path) -> None:
    prose = "\n".join(line for line in path.read_text().splitlines() if not line.lstrip().startswith(("@", "|")))
    assert ON_THE_WIRE.findall(prose) == []


@pytest.mark.parametrize("path", FEATURES, ids=lambda path: path.stem)
def test_every_scenario_names_a_requirement_or_is_about_trouble(path: Path) -> None:
    """The guide has no words on trouble."""
    for scenario, _ in scenarios(path):
        assert is_trouble(scenario) or [tag for tag in scenario.tags if re.fullmatch(r"@R\d+", tag.name)], scenario.name
