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


POUNDS = "Given the shop is in the United Kingdom; And Maya has received a lamp for 39.98 GBP; And an hour has passed"
RUPIAH = "Given the shop is in Indonesia; And Maya has received a lamp for 40000 IDR; And an hour has passed"
PAID = "When the seller refunds Maya's whole order; Then Maya has been paid back"
DECIMALS = {"IDR": "IDR is written with no decimals, such as 5000 IDR", "GBP": "GBP is written with two decimals"}
OURS = "currency is USD; the shop's is GBP"
MISWRITTEN = {
    f"{RUPIAH}; {PAID} 10.5 IDR": DECIMALS["IDR"],
    f"{RUPIAH}; {PAID} 40000.00 IDR": DECIMALS["IDR"],
    f"{POUNDS}; {PAID} 39.985 GBP": f"{DECIMALS['GBP']}, such as 39.98 GBP",
    f"{POUNDS}; {PAID} 40 GBP": DECIMALS["GBP"],
    f"{POUNDS}; {PAID} 40.00 GPB": "did you mean GBP?",
    "Given Maya has received a lamp for 40 JPY": "currency is JPY; the shop's is USD",
    f"{POUNDS}; When the seller refunds Maya 5.00 USD of the order": OURS,
    f"{POUNDS}; When the seller tries to refund Maya 5.00 USD of the order": OURS,
}
BROKEN = {
    f"{POUNDS}; {PAID} 39.98 USD": "Maya has been paid back 39.98 GBP, not 39.98 USD",
    f"{RUPIAH}; {PAID} 40000 VND": "Maya has been paid back 40000 IDR, not 40000 VND",
    f"{POUNDS}; And Maya has asked for her money back; Then Maya's request is over 39.98 EUR": (
        "Maya's request is over 39.98 GBP, not 39.98 EUR"
    ),
    f"{POUNDS}; {PAID} 39.98 GBP; And all three books say 39.98 USD for Maya": (
        "the books say marketplace 39.98 GBP, connector 39.98 GBP, oms 39.98 GBP, not 39.98 USD"
    ),
    f"{POUNDS}; {PAID} 39.98 GBP; And the mail names the sum 39.98 USD": "the mail does not name 39.98 USD",
    f"{POUNDS}; {PAID} 39.98 GBP; And the seller's case of Maya is over 1 IDR": (
        "the seller's case of Maya is over 39.98 GBP, not 1 IDR"
    ),
}


@pytest.mark.parametrize(
    ("steps", "outcome", "why"),
    [
        (f"{POUNDS}; {PAID} 39.98 GBP", Outcome.HELD, ""),
        *((steps, Outcome.MISWRITTEN, why) for steps, why in MISWRITTEN.items()),
        *((steps, Outcome.BROKEN, why) for steps, why in BROKEN.items()),
    ],
)
def test_a_sum_is_compared_with_its_currency(tmp_path: Path, steps: str, outcome: Outcome, why: str) -> None:
    seen, words = play(tmp_path, steps.replace("; ", "\n    "))
    assert seen is outcome, words
    assert why in words


def play(folder: Path, steps: str) -> tuple[Outcome, str]:
    feature = folder / "own.feature"
    feature.write_text(f"Feature: Own\n  Scenario: Own\n    {steps}\n")
    (result,) = run_suite(SuiteRun((feature,), seed=1)).results
    return result.outcome, result.why
