"""Each line of a suite is looked for once in a folder; whatever may mean another step is looked for by itself."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_bdd

from rehearsal.gherkin.collection import FeatureFile
from rehearsal.gherkin.step_search import look_once

SEARCHING = sys.modules[pytest_bdd.scenario.__module__]
SUITE = object.__new__(FeatureFile)
LINE = {"type": "when", "name": "an hour passes", "manager": "of this run", "folder": "returns", "file": SUITE}
Find = Callable[..., list[object]]


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The lines that pytest-bdd was asked for; it knows a step for each but the unknown one."""
    asked: list[str] = []

    def search(step: Any, manager: object, node: Any) -> Iterator[object]:
        asked.append(step.name)
        return iter([] if step.name == "nobody knows it" else [(step.type, step.name, manager, node.path)])

    monkeypatch.setattr(SEARCHING, "find_fixturedefs_for_step", search)
    end = look_once()
    yield asked
    end()
    assert SEARCHING.find_fixturedefs_for_step is search


def find(**other: object) -> list[object]:
    line = LINE | other
    step = SimpleNamespace(type=line["type"], name=line["name"])
    node = SimpleNamespace(path=Path(str(line["folder"])) / "a.feature", parent=line["file"])
    return list(SEARCHING.find_fixturedefs_for_step(step, line["manager"], node))


def test_a_line_is_looked_for_once(searches: list[str]) -> None:
    assert find() == find() != []
    assert searches == ["an hour passes"]


@pytest.mark.parametrize(
    "other", [{"type": "given"}, {"name": "a day passes"}, {"manager": "of another run"}, {"folder": "refunds"}]
)
def test_what_may_mean_another_step_is_looked_for_by_itself(searches: list[str], other: dict[str, object]) -> None:
    assert find() != find(**other)
    assert len(searches) == 2


@pytest.mark.parametrize("other", [{"name": "nobody knows it"}, {"file": "a module, which may have steps of its own"}])
def test_what_may_be_found_elsewhere_the_next_time_is_looked_for_again(
    searches: list[str], other: dict[str, object]
) -> None:
    assert find(**other) == find(**other)
    assert len(searches) == 2
