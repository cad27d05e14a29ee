"""Feature files as pytest collects them: a file is a module, and each of its scenarios a test under its own name."""

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
import pytest_bdd
from pytest_bdd import parser as gherkin
from pytest_bdd.exceptions import GherkinParseError
from pytest_bdd.feature import get_feature
from pytest_bdd.gherkin_parser import get_gherkin_document

from rehearsal.control.places import near
from rehearsal.gherkin.errors import Miswritten
from rehearsal.gherkin.feature_text import ENCODING, lines_of, unreadable
from rehearsal.gherkin.misread import misread, refused
from rehearsal.gherkin.results import Listed

# The line in which a scenario stands; one of an outline stands in its row of examples.
LINE: Final = pytest.StashKey[int]()
# Marks by which pytest would play a scenario otherwise, or not at all, without saying so.
ACTING: Final = frozenset({"filterwarnings", "parametrize", "skipif", "usefixtures", "xfail"})
# Names that mean something to pytest, or to Python, where they stand in a module.
TAKEN: Final = re.compile(
    "__.*|pytestmark|pytest_generate_tests|(?:setup|teardown)_(?:module|function)|setUpModule|tearDownModule"
)


class FeatureFile(pytest.Module):
    """A `.feature` file. Its tests are its scenarios, under their own names."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Return the scenarios, each with its line; where lines are asked for, those that stand there."""
        items = [item for item in super().collect() if isinstance(item, pytest.Function)]
        feature = self._document.feature
        lines = {scenario.name: _lines_of(scenario) for scenario in _scenarios_in(feature)}
        for item in items:
            row = item.callspec.indices.get("_pytest_bdd_example", 0) if hasattr(item, "callspec") else 0
            item.stash[LINE] = lines[item.originalname][row]
        _fill(items)
        wanted = [
            part(feature, line) for path, line in self.config.getoption("--at") if Path(path).resolve() == self.path
        ]
        return [item for item in items if not wanted or any(item.stash[LINE] in lines for lines in wanted)]

    def _getobj(self) -> ModuleType:
        module = ModuleType(self.path.stem)
        try:
            feature = self._read()
        except self.CollectError:
            raise
        except (GherkinParseError, TypeError) as mistake:  # it trips over a language that it does not know
            raise self.CollectError(refused(self.path, mistake)) from mistake
        except UnicodeDecodeError as mistake:
            raise self.CollectError(unreadable(self.path, mistake)) from mistake
        except Exception as mistake:
            raise self.CollectError(f"{self._shown}: {mistake}") from mistake
        for template in feature.scenarios.values():
            if acting := [tag for tag in _register_tags(self.config, template) if tag in ACTING or tag[0] == "_"]:
                words = f"the tag @{acting[0]} is pytest's own; give it another name. @skip leaves a scenario out"
                raise self.CollectError(f"{self._shown}:{template.line_number}: {words}")
            play = pytest_bdd.scenario(self.path.name, template.name, features_base_dir=str(self.path.parent))
            setattr(module, template.name, play(_nothing_more(template)))
        return module

    def _read(self) -> gherkin.Feature:
        try:
            self._document = get_gherkin_document(str(self.path), ENCODING)
        except KeyError as missing:  # an empty file, or one of comments only
            raise self.CollectError(f"{self._shown}: there is no feature in this file") from missing
        if words := misread(self.path, self._document.feature):
            raise self.CollectError(words)
        lines: dict[str, int] = {}
        for scenario in _scenarios_in(self._document.feature):
            name, line = scenario.name, scenario.location.line
            if TAKEN.fullmatch(name):
                words = f"the name {name!r} is pytest's own; give the scenario another"
                raise self.CollectError(f"{self._shown}:{line}: {words}")
            if name in lines:  # pytest-bdd keeps scenarios by name: one of the two would silently never be played
                words = f"two scenarios are called {name!r}, the other one in line {lines[name]}"
                raise self.CollectError(f"{self._shown}:{line}: {words}")
            lines[name] = line
        return get_feature(str(self.path.parent), self.path.name, ENCODING)

    @property
    def _shown(self) -> str:
        return near(str(self.path))

    @property
    def feature(self) -> str:
        return str(self._document.feature.name)

    def funcnamefilter(self, name: str) -> bool:
        return not name.startswith("__")


def _fill(items: Sequence[pytest.Function]) -> None:
    """Put a row's values for the <names> in its scenario's name; all of them follow it where that is not enough."""
    called: dict[str, list[pytest.Function]] = {}
    for item in items:
        values: Any = item.callspec.params if hasattr(item, "callspec") else {}
        name = item.originalname
        for column, value in values.get("_pytest_bdd_example", {}).items():
            name = name.replace(f"<{column}>", value)
        called.setdefault(name, []).append(item)
    for name, alike in called.items():
        for item in alike:
            if name != item.originalname:
                item.name = name if len(alike) == 1 else f"{name}{item.name.removeprefix(item.originalname)}"


def tags_of(item: pytest.Item) -> tuple[str, ...]:
    """Return the tags of a scenario, of what it stands in and of its examples."""
    return tuple(sorted({mark.name for mark in item.iter_markers()} - {"parametrize"}))


def listed(item: pytest.Item) -> Listed:
    """Return what there is to say of a scenario before it is played."""
    assert isinstance(item.parent, FeatureFile)
    return Listed(item.path.as_posix(), item.stash[LINE], item.parent.feature, item.name, tags_of(item))


def part(feature: Any, line: int) -> range:
    """Return the lines of the innermost part of a feature that this line is in: a rule, a scenario, examples, a row.

    Tags belong to what they stand above; a line of a background or of prose means the whole rule or feature.
    """
    found, inside = range(_first_line(feature), sys.maxsize), _parts(feature)
    while inside:
        starts = [_first_line(one) for one in inside]
        place = sum(start <= line for start in starts)
        if not place:
            break
        found = range(starts[place - 1], starts[place] if place < len(starts) else found.stop)
        inside = _parts(inside[place - 1])
    return found


def lines_played(path: Path, line: int) -> tuple[list[int], list[int]]:
    """Return the lines of all scenarios of a file, and of those which that line is about.

    Raises what the Gherkin parser does when the file cannot be read.
    """
    feature = get_gherkin_document(str(path), ENCODING).feature
    about = part(feature, line) if 0 < line <= len(lines_of(path)) else ()
    stand = [line for scenario in _scenarios_in(feature) for line in _lines_of(scenario)]
    return stand, [line for line in stand if line in about]


def _parts(node: Any) -> Sequence[Any]:
    """Return what a part of a feature is made of, without backgrounds."""
    if hasattr(node, "children"):
        return [child.scenario or child.rule for child in node.children if child.scenario or child.rule]
    return getattr(node, "examples", None) or getattr(node, "table_body", None) or ()


def _first_line(node: Any) -> int:
    """Return the line of its first tag, or of its keyword."""
    return min(int(one.location.line) for one in (node, *getattr(node, "tags", ())))


def _scenarios_in(node: Any) -> list[Any]:
    """Return the scenarios of a feature or a rule, in their order."""
    return [
        one for inside in _parts(node) for one in (_scenarios_in(inside) if hasattr(inside, "children") else [inside])
    ]


def _lines_of(scenario: Any) -> list[int]:
    """Return the line of a scenario; of an outline those of its rows."""
    rows = [row.location.line for examples in scenario.examples for row in examples.table_body]
    return rows or [scenario.location.line]


def _nothing_more(template: gherkin.ScenarioTemplate) -> Callable[[], None]:
    """Return the body of a scenario's test: its steps are all there is, and some there must be."""
    where = f"{template.feature.filename}:{template.line_number}"
    empty = len(template.steps) == len(template.all_background_steps)

    def scenario() -> None:
        if empty:
            prose = f"; {first!r} does not begin as a step does" if (first := template.description.strip()) else ""
            raise Miswritten(f"{where}: this scenario has no steps of its own{prose}")

    return scenario


def _register_tags(config: pytest.Config, template: gherkin.ScenarioTemplate) -> set[str]:
    """Make the tags known as marks, so that strict markers hold for everything that is not a tag; return them."""
    tags = set(template.tags) | set(template.feature.tags) | (set(template.rule.tags) if template.rule else set())
    for examples in template.examples:
        tags |= set(examples.tags)
    known = {line.split(":")[0] for line in config.getini("markers")}
    for tag in sorted(tags - known):
        config.addinivalue_line("markers", f"{tag}: a tag of a feature")
    return tags
