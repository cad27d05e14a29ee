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


POUNDS = "Given the shop is in the United Kingdom\n    And Maya has received a lamp for 39.98 GBP"
RUPIAH = "Given the shop is in Indonesia\n    And Maya has received a lamp for 40000 IDR"
PAID = "And an hour has passed\n    When the seller refunds Maya's whole order\n    Then Maya has been paid back"
AN_HOUR = "And an hour has passed"


@pytest.mark.parametrize(
    ("steps", "outcome", "why"),
    [
        ((POUNDS, f"{PAID} 39.98 GBP"), Outcome.HELD, ""),
        ((POUNDS, f"{PAID} 39.98 USD"), Outcome.BROKEN, "Maya has been paid back 39.98 GBP, not 39.98 USD"),
        ((RUPIAH, f"{PAID} 40000 VND"), Outcome.BROKEN, "Maya has been paid back 40000 IDR, not 40000 VND"),
        ((RUPIAH, f"{PAID} 10.5 IDR"), Outcome.MISWRITTEN, "IDR is written with no decimals, such as 5000 IDR"),
        ((RUPIAH, f"{PAID} 40000.00 IDR"), Outcome.MISWRITTEN, "IDR is written with no decimals, such as 5000 IDR"),
        ((POUNDS, f"{PAID} 39.985 GBP"), Outcome.MISWRITTEN, "GBP is written with two decimals, such as 39.98 GBP"),
        ((POUNDS, f"{PAID} 40 GBP"), Outcome.MISWRITTEN, "GBP is written with two decimals"),
        ((POUNDS, f"{PAID} 40.00 GPB"), Outcome.MISWRITTEN, "did you mean GBP?"),
        (("Given Maya has received a lamp for 40 JPY",), Outcome.MISWRITTEN, "currency is JPY; the shop's is USD"),
        (
            (POUNDS, AN_HOUR, "When the seller refunds Maya 5.00 USD of the order"),
            Outcome.MISWRITTEN,
            "currency is USD; the shop's is GBP",
        ),
        (
            (POUNDS, AN_HOUR, "When the seller tries to refund Maya 5.00 USD of the order"),
            Outcome.MISWRITTEN,
            "currency is USD; the shop's is GBP",
        ),
        (
            (POUNDS, AN_HOUR, "And Maya has asked for her money back", "Then Maya's request is over 39.98 EUR"),
            Outcome.BROKEN,
            "Maya's request is over 39.98 GBP, not 39.98 EUR",
        ),
        (
            (
                POUNDS,
                AN_HOUR,
                "When the seller refunds Maya's whole order",
                "Then all three books say 39.98 USD for Maya",
            ),
            Outcome.BROKEN,
            "the books say marketplace 39.98 GBP, connector 39.98 GBP, oms 39.98 GBP, not 39.98 USD",
        ),
        (
            (POUNDS, AN_HOUR, "When the seller refunds Maya's whole order", "Then the mail names the sum 39.98 USD"),
            Outcome.BROKEN,
            "the mail does not name 39.98 USD",
        ),
        (
            (
                POUNDS,
                AN_HOUR,
                "When the seller refunds Maya's whole order",
                "Then the seller's case of Maya is over 1 IDR",
            ),
            Outcome.BROKEN,
            "the seller's case of Maya is over 39.98 GBP, not 1 IDR",
        ),
    ],
)
def test_a_sum_is_compared_with_its_currency(
    tmp_path: Path, steps: tuple[str, ...], outcome: Outcome, why: str
) -> None:
    seen, words = play(tmp_path, "\n    ".join(steps))
    assert seen is outcome, words
    assert why in words


def play(folder: Path, steps: str) -> tuple[Outcome, str]:
    feature = folder / "own.feature"
    feature.write_text(f"Feature: Own\n  Scenario: Own\n    {steps}\n")
    (result,) = run_suite(SuiteRun((feature,), seed=1)).results
    return result.outcome, result.why
