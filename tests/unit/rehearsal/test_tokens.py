"""Until when a token is good, as the wire has said."""

from datetime import datetime, timedelta

import pytest

from rehearsal.wire.tokens import REMEMBERED, Tokens
from tests.clock import START

HOUR = timedelta(hours=1)


def known(*granted: str) -> Tokens:
    tokens = Tokens()
    for token in granted:
        tokens.granted({"access_token": token, "expires_in": 3600}, START)
    return tokens


@pytest.mark.parametrize(
    ("header", "until"), [("Bearer one", START + HOUR), ("bearer one", START + HOUR), ("Bearer two", None), ("", None)]
)
def test_a_token_is_good_for_as_long_as_was_said(header: str, until: datetime | None) -> None:
    assert known("one").until(header) == until


def test_of_two_that_live_both_are_good() -> None:
    tokens = known("one", "two")
    assert [tokens.until(f"Bearer {token}") for token in ("one", "two")] == [START + HOUR, START + HOUR]


@pytest.mark.parametrize(
    "answer",
    [{}, {"access_token": "one"}, {"access_token": 7, "expires_in": 60}, {"access_token": "one", "expires_in": -1}],
)
def test_what_grants_no_token_is_none(answer: dict[str, object]) -> None:
    tokens = Tokens()
    tokens.granted(answer, START)
    assert tokens.until("Bearer one") is None


def test_long_ago_is_forgotten() -> None:
    tokens = known(*map(str, range(REMEMBERED + 1)))
    assert [tokens.until(f"Bearer {number}") for number in (0, 1)] == [None, START + HOUR]
