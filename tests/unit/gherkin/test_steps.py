"""`rehearsal steps`: what it finds, and that it never leaves a reader without a table or a hint."""

import ast
import re
from pathlib import Path

import pytest

import rehearsal
from rehearsal.gherkin.vocabulary import Saying, example, shipped, stories
from tests.command import Rehearse

COLUMNS = (
    "buyer, request (as it is shown, none where nothing was asked), "
    "mails (none, or kinds with a comma between), all books (a sum)"
)


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
def test_a_step_is_found_by_its_words(rehearse: Rehearse, words: list[str], found: list[str]) -> None:
    shown = rehearse("steps", *words).out.splitlines()
    assert [line for line in found if line not in shown] == []


# Words that a step takes and its example has not, each with a step that is listed with it.
CHANGED = {
    "marketplace next approval": "Given the marketplace does not receive the next approval",
    "cuts approvals": "Given the marketplace cuts short its answers to the next 2 approvals",
    "connector loses webhook": "Given the connector loses its answer to the next webhook",
    "one id": "Given the OMS gives all its refunds one id",
    "accepts missing": "When the seller finds Maya's goods with parts missing and accepts them",
    "offer sent": 'Then Maya\'s request is shown as "Offer Sent to Buyer"',
    "support buyer": 'Then Maya\'s appeal is "support buyer"',
    "mail cancelled": 'Then Maya has exactly one mail, "order cancelled"',
    "decided operator": "Then Maya's request was decided by the operator",
    "Jakarta": "Then the answer to Maya is due on Tuesday 11 March 2031, 10:00:00 in Jakarta",
}


@pytest.mark.parametrize("words", CHANGED)
def test_a_step_is_found_by_each_word_that_it_takes(rehearse: Rehearse, words: str) -> None:
    assert f"  {CHANGED[words]}" in rehearse("steps", words).out.splitlines()


def test_a_call_that_nobody_makes_is_not_listed(rehearse: Rehearse) -> None:
    assert "marketplace" not in rehearse("steps", "every webhook").out
    assert "OMS" not in rehearse("steps", "every approval").out


# What people look for who have a story in mind, and what it is called.
LOOKED_FOR = {
    "lost": "a lost parcel",
    "arbitration": "an appeal after refused goods (arbitration)",
    "United Kingdom": "a shop in the United Kingdom, in Thailand, in Vietnam",
    "currency": "a currency without decimals",
    "decimals": "a currency without decimals",
    "last minute": "a no in the last minute",
    "silence": "nobody answers",
    "partial": "an offer of a part, declined",
    "replacement": "a replacement",
}


@pytest.mark.parametrize("words", LOOKED_FOR)
def test_a_story_is_found_with_the_feature_that_plays_it(rehearse: Rehearse, words: str) -> None:
    shown = rehearse("steps", words).out.splitlines()
    (at,) = (at for at, line in enumerate(shown) if line.startswith(f"  {LOOKED_FOR[words]}: "))
    assert (Path.cwd() / shown[at + 1].strip()).is_file()


def test_every_story_is_played() -> None:
    assert [feature for story in stories() for feature in story.features if not feature.is_file()] == []


def test_what_no_step_says_is_answered_with_the_nearest(rehearse: Rehearse) -> None:
    shown = rehearse("steps", "maya", "is", "paid", "everythng", code=2).err.splitlines()
    assert (
        shown[0] == 'No step has "maya is paid everythng" in it. Did you mean maya is paid everything? The nearest are:'
    )
    assert "  Then Maya has been paid back everything" in shown


@pytest.mark.parametrize(
    ("word", "meant"), [("refnd", "refund"), ("escalation", "appeal"), ("message", "mail"), ("pounds", "shop is in")]
)
def test_a_word_that_no_step_has_is_answered_with_the_steps_own(rehearse: Rehearse, word: str, meant: str) -> None:
    assert f'No step has "{word}" in it. Did you mean {meant}?' in rehearse("steps", word, code=2).err


@pytest.mark.parametrize("step", [step for step in shipped() if step.text.endswith(":")], ids=str)
def test_a_step_with_a_table_has_an_example_from_a_feature(step: Saying) -> None:
    assert len(example(step)) > 1


def test_no_sum_is_compared_as_a_text() -> None:
    """A sum of nothing is "0.00" in one currency and "0" in another."""
    assert sums_compared('x in ("0.00", y) or "0" == x or x in {"12"} or x == f(0)') == [1] * 3
    files = [*Path(rehearsal.__file__).parent.rglob("*.py")]
    assert len(files) > 100
    assert {file: lines for file in files if (lines := sums_compared(file.read_text(encoding="utf-8")))} == {}


def sums_compared(code: str) -> list[int]:
    """The lines in which something is compared with a sum as a text, alone or among others."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
        for one in (side, *getattr(side, "elts", ()))
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and re.fullmatch(r"\d+(\.\d+)?", one.value)
    ]
