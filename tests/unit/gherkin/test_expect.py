"""What a step compares: said in people's words, with Python's own comparison behind them wherever it is read."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from rehearsal.gherkin import expect
from rehearsal.gherkin.expect import Differs
from rehearsal.sums import Sum
from tests.command import Rehearse

CENTS, DOLLARS = Sum(Decimal("14.99"), "USD"), Sum(Decimal("15.99"), "USD")


@pytest.mark.parametrize(
    ("expected", "seen", "words"),
    [
        ("a", "b", 'expected "a"; seen "b"'),
        ("a", "Dear\n\nMaya,\n", 'expected "a"; seen "Dear Maya,"'),
        (2, 1, "expected 2; seen 1"),
        (True, False, "expected yes; seen no"),
        (None, "", "expected nothing; seen nothing"),
        (CENTS, DOLLARS, "expected 14.99 USD; seen 15.99 USD"),
        (["a"], ["a", "b"], 'expected "a"; seen "a", then "b"'),
        ({"a": 1}, {"a": 2, "b": 3}, "expected a 1; seen a 2, b 3"),
        (timedelta(hours=24), timedelta(minutes=90), "expected 1 day; seen 90 minutes"),
        (timedelta(0), timedelta(seconds=1), "expected 0 seconds; seen 1 second"),
        (datetime(2031, 3, 3, 9, tzinfo=UTC), None, "expected Monday 3 March 2031, 09:00:00 UTC; seen nothing"),
        ([["a", 1]], [], "not what was expected\nexpected\n  | a | 1 |\nseen\n  | nothing |"),
    ],
)
def test_a_comparison_is_said_in_words(expected: object, seen: object, words: str) -> None:
    expect("it", seen, seen)
    with pytest.raises(Differs) as differs:
        expect("it", expected, seen)
    assert str(differs.value) == f"it: {words}"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            {"marketplace": DOLLARS, "connector": DOLLARS, "OMS": DOLLARS},
            "marketplace, connector and OMS say 15.99 USD",
        ),
        ({"marketplace": CENTS, "connector": DOLLARS}, "marketplace says 14.99 USD, connector says 15.99 USD"),
        ({"OMS": DOLLARS}, "OMS says 15.99 USD"),
    ],
)
def test_each_of_those_who_say_something_is_named(said: dict[str, Any], words: str) -> None:
    with pytest.raises(Differs) as differs:
        expect("paid back", CENTS, **said)
    assert str(differs.value) == f"paid back: expected 14.99 USD; {words}"


FEATURE = """Feature: Own [as it stands]
  Scenario: Own
    Given Maya has received a phone case for 15.99 USD
    Then the books are [these]
"""
CONFTEST = """
from pytest_bdd import then
from rehearsal.gherkin import expect

@then("the books are [these]")
def _(stage):
    expect("the books", {"refunded": {"Maya": "3.00"}}, {"refunded": {"Maya": "0.00"}})
"""


def test_python_s_comparison_is_folded_away_behind_the_words(rehearse: Rehearse) -> None:
    rehearse.file("conftest.py", CONFTEST)
    junit, report = rehearse.folder / "junit.xml", rehearse.folder / "report"
    feature = rehearse.file("own.feature", FEATURE)
    screen = rehearse("play", feature, "--junit", junit, "--report", report, code=1).out
    case = junit.read_text()
    (page,) = (page.read_text() for page in report.glob("0*"))
    words, python = "the books: expected refunded Maya", "- {'refunded': {'Maya': '3.00'}}"
    assert words in screen
    assert python not in screen
    assert "Own [as it stands]" in screen
    assert f'<failure message="{words}' in case
    assert 'type="broken"' in case
    assert python in case
    folded = page.index('<details class="closer">')
    assert page.index(words) < folded < page.index("- {&#39;refunded&#39;: {&#39;Maya&#39;: &#39;3.00&#39;}}")
