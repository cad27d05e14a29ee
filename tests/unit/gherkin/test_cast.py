"""Scenarios that make no sense are refused in people's words, whoever plays them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.gherkin.results import Outcome
from rehearsal.gherkin.runner import SuiteRun, run_suite

OUTCOMES = {
    "has asked for the money for 3 of the mugs": "Nora has only 2 mugs, not 3",
    "has asked for the money for the lamp": "Nora has no lamp; Nora has: mugs",
}


@pytest.mark.parametrize("asked", OUTCOMES)
def test_goods_that_nobody_has_are_miswritten(tmp_path: Path, asked: str) -> None:
    assert play(tmp_path, f"Given Nora has received 2 mugs at 9.00 USD each\n    And Nora {asked}") == (
        Outcome.MISWRITTEN,
        OUTCOMES[asked],
    )


def test_one_of_several_may_be_named_in_the_singular(tmp_path: Path) -> None:
    steps = "Given Nora has received 2 mugs at 9.00 USD each\n    And Nora has asked for the money for 1 of the mug"
    assert play(tmp_path, steps) == (Outcome.HELD, "")


def test_a_date_on_another_day_of_the_week_is_miswritten(tmp_path: Path) -> None:
    why = "7 March 2031 is a Friday, not a Monday"
    assert play(tmp_path, "Given it is Monday 07 March 2031, 09:00 in universal time") == (Outcome.MISWRITTEN, why)


def test_what_was_paid_back_is_told_as_money(tmp_path: Path) -> None:
    steps = "Given Omar has received a lamp for 64.00 USD\n    Then Omar has been paid back 64.00 USD"
    assert play(tmp_path, steps) == (Outcome.BROKEN, "Omar has been paid back 0.00 USD, not 64.00 USD")


def play(folder: Path, steps: str) -> tuple[Outcome, str]:
    feature = folder / "own.feature"
    feature.write_text(f"Feature: Own\n  Scenario: Own\n    {steps}\n")
    (result,) = run_suite(SuiteRun((feature,), seed=1)).results
    return result.outcome, result.why
