"""`rehearsal steps`: what it finds, and that it never leaves a reader without a table or a hint."""

from __future__ import annotations

import pytest

from rehearsal.cli import run
from rehearsal.gherkin.vocabulary import Saying, example, shipped

COLUMNS = "buyer, request (as it is shown), mails (none, or kinds with a comma between), all books (a sum)"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["mails", "no"], ["  Then Maya has no mail"]),
        (["SHIPS order"], ["  When the seller ships Maya's order"]),
        (["ended"], ["  Then it has ended like this:", f"    Columns: {COLUMNS}"]),
        ([], [f"  {step}" for step in shipped()]),
    ],
    ids=["another form", "another case", "a table", "all"],
)
def test_a_step_is_found_by_its_words(words: list[str], found: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["steps", *words]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line for line in found if line not in shown] == []


def test_what_no_step_says_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["steps", "maya", "is", "paid", "everythng"]) == 2
    shown = capsys.readouterr().err.splitlines()
    assert shown[0] == 'No step has "maya is paid everythng" in it. The nearest are:'
    assert "  Then Maya has been paid back everything" in shown


@pytest.mark.parametrize("step", [step for step in shipped() if step.text.endswith(":")], ids=str)
def test_a_step_with_a_table_has_an_example_from_a_feature(step: Saying) -> None:
    assert len(example(step)) > 1
