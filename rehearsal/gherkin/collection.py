"""Feature files as pytest collects them: a file is a module, and each of its scenarios a test under its own name."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
import pytest_bdd
from pytest_bdd import parser as gherkin
from pytest_bdd.exceptions import GherkinParseError
from pytest_bdd.feature import get_feature
from pytest_bdd.gherkin_parser import get_gherkin_document

from rehearsal.gherkin.errors import Miswritten


class FeatureFile(pytest.Module):
    """A `.feature` file. Its tests are its scenarios, under their own names."""

    def _getobj(self) -> ModuleType:
        module = ModuleType(self.path.stem)
        try:
            feature = self._read()
        except self.CollectError:
            raise
        except GherkinParseError as mistake:
            where, line = f"{self.path}:{mistake.line}", mistake.line_content.strip()
            raise self.CollectError(f"{where}: {line!r} cannot be read: {mistake.message}") from mistake
        except Exception as mistake:
            raise self.CollectError(f"{self.path}: {mistake}") from mistake
        for template in feature.scenarios.values():
            _register_tags(self.config, template)
            play = pytest_bdd.scenario(self.path.name, template.name, features_base_dir=str(self.path.parent))
            setattr(module, template.name, play(_nothing_more(template)))
        return module

    def _read(self) -> gherkin.Feature:
        try:
            document = get_gherkin_document(str(self.path))
        except KeyError as missing:  # an empty file, or one of comments only
            raise self.CollectError(f"{self.path}: there is no feature in this file") from missing
        lines: dict[str, int] = {}
        for name, line in (named for child in document.feature.children for named in _scenarios_of(child)):
            if name in lines:  # pytest-bdd keeps scenarios by name: one of the two would silently never be played
                raise self.CollectError(
                    f"{self.path}:{line}: two scenarios are called {name!r}, the other one in line {lines[name]}"
                )
            lines[name] = line
        return get_feature(str(self.path.parent), self.path.name)

    def funcnamefilter(self, name: str) -> bool:
        return not name.startswith("__")


def _scenarios_of(child: Any) -> list[tuple[str, int]]:
    """Return the name and the line of each scenario: of the one this is, or of all in a rule."""
    inside = [child] if child.scenario else child.rule.children if child.rule else []
    return [(c.scenario.name, c.scenario.location.line) for c in inside if c.scenario]


def _nothing_more(template: gherkin.ScenarioTemplate) -> Callable[[], None]:
    """Return the body of a scenario's test: its steps are all there is, and some there must be."""
    where = f"{template.feature.filename}:{template.line_number}"
    empty = len(template.steps) == len(template.all_background_steps)

    def scenario() -> None:
        if empty:
            prose = f"; {first!r} does not begin as a step does" if (first := template.description.strip()) else ""
            raise Miswritten(f"{where}: this scenario has no steps of its own{prose}")

    return scenario


def _register_tags(config: pytest.Config, template: gherkin.ScenarioTemplate) -> None:
    """Make the tags known as marks, so that strict markers hold for everything that is not a tag."""
    tags = set(template.tags) | set(template.feature.tags) | (set(template.rule.tags) if template.rule else set())
    for examples in template.examples:
        tags |= set(examples.tags)
    known = {line.split(":")[0] for line in config.getini("markers")}
    for tag in sorted(tags - known):
        config.addinivalue_line("markers", f"{tag}: a tag of a feature")
