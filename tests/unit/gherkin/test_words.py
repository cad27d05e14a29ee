"""The list of steps for people who write scenarios: everything on it works, and nothing is missing from it."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from rehearsal.gherkin.plugin import pytest_plugins

DOCUMENT = Path(__file__).parents[3] / "docs" / "scenarios.md"
LISTED = [
    line
    for block in re.findall(r"```steps\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    for line in block.splitlines()
]


def shipped() -> list[StepFunctionContext]:
    """Return every step that comes with Rehearsal."""
    modules = {import_module(name).__name__ for name in pytest_plugins}
    known = step_function_context_registry.values()
    return [step for step in known if step.step_func.__module__ in modules]


def takes(step: StepFunctionContext, line: str) -> bool:
    keyword, _, text = line.partition(" ")
    return step.type == keyword.lower() and step.parser.is_matching(text)


@pytest.mark.parametrize("line", LISTED)
def test_exactly_one_step_takes_what_is_listed(line: str) -> None:
    assert len([step for step in shipped() if takes(step, line)]) == 1


def test_every_step_is_listed() -> None:
    missing = [f"{step.type} {step.parser.name}" for step in shipped() if not any(takes(step, one) for one in LISTED)]
    assert missing == []
