"""What the documents show is played as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.up import rehearsal

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "docs/scenarios.md")
OWN_WORDS = """
Feature: Words of one's own

  Scenario: The seller forgets
    Given Maya has received a desk lamp for 39.98 USD
    And Maya has asked for her money back
    When the seller forgets about Maya for a week
    Then Maya has been told 1 times
"""


def blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_scenario_of_a_document_plays(document: str, tmp_path: Path) -> None:
    scenarios = blocks(document, "gherkin")
    for number, scenario in enumerate(scenarios):
        (tmp_path / f"shown{number}.feature").write_text(scenario)
    played = rehearsal("play", str(tmp_path))
    assert scenarios
    assert played.returncode == 0, played.stdout + played.stderr


def test_the_words_of_ones_own_and_the_options_that_are_shown_work(tmp_path: Path) -> None:
    (scenario,), (words,) = blocks("docs/scenarios.md", "gherkin"), blocks("docs/scenarios.md", "python")
    (tmp_path / "own.feature").write_text(OWN_WORDS)
    (tmp_path / "shown.feature").write_text(scenario)
    (tmp_path / "conftest.py").write_text(words)
    chosen = rehearsal("play", str(tmp_path), "-k", "cheap thing", "-t", "R10 and not slow", "--seed", "7")
    assert (chosen.returncode, "1 scenario" in chosen.stdout) == (0, True), chosen.stdout + chosen.stderr
    every = rehearsal("play", str(tmp_path))
    assert (every.returncode, "2 scenarios: 2 held" in every.stdout) == (0, True), every.stdout + every.stderr
