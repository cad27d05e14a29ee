"""Which step a line means: pytest-bdd looks for it among all that there are, hundreds, each time the line is played.

What steps a feature file can see depends on the folder that it lies in; so a line is looked for once in each folder.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_bdd
from pytest_bdd.parser import Step

from rehearsal.gherkin.collection import FeatureFile


def look_once() -> Callable[[], None]:
    """Have each line be looked for once in each folder; return what ends that."""
    scenario: Any = sys.modules[pytest_bdd.scenario.__module__]  # whose name leads to the function that is called so
    search = scenario.find_fixturedefs_for_step
    found: dict[tuple[str, str, Path], list[object]] = {}

    def find(step: Step, fixturemanager: object, node: pytest.Item) -> list[object]:
        if not isinstance(node.parent, FeatureFile):  # a module may have steps of its own
            return list(search(step, fixturemanager, node))
        line = step.type, step.name, node.path.parent
        if line not in found:
            found[line] = list(search(step, fixturemanager, node))
        return found[line]

    def end() -> None:
        scenario.find_fixturedefs_for_step = search

    scenario.find_fixturedefs_for_step = find
    return end
