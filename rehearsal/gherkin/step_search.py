"""Which step a line means: pytest-bdd looks for it among all that there are, hundreds, each time the line is played.

What steps a feature file can see depends on the folder that it lies in; so a line is found once in each folder. One
that is not found is looked for again: a step may be there later.
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
    """Have each line be found once in each folder; return what ends that."""
    scenario: Any = sys.modules[pytest_bdd.scenario.__module__]  # `pytest_bdd.scenario` is the function, not its module
    search = scenario.find_fixturedefs_for_step
    found: dict[tuple[object, str, str, Path], list[object]] = {}

    def find(step: Step, fixturemanager: object, node: pytest.Item) -> list[object]:
        line = fixturemanager, step.type, step.name, node.path.parent  # a run may begin in the midst of another one
        if line in found:
            return found[line]
        steps = list(search(step, fixturemanager, node))
        if steps and isinstance(node.parent, FeatureFile):  # a module may have steps of its own
            found[line] = steps
        return steps

    looked_up = pytest.MonkeyPatch()
    looked_up.setattr(scenario, "find_fixturedefs_for_step", find)
    return looked_up.undo
