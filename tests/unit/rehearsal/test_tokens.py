"""Until when a token is good, as the wire has said."""

from datetime import datetime, timedelta

import pytest

from rehearsal.wire.tokens import REMEMBERED, Tokens
from tests.clock import START

HOUR = timedelta(hours=1)
OURS, THEIRS = "Basic b3Vycw==", "Basic dGhlaXJz"


def known(*granted: tuple[str, str]) -> Tokens:
    tokens = Tokens()
    for credentials, token in granted:
        tokens.granted(credentials, {"access_token": token, "expires_in": 3600}, START)
    return tokens


@pytest.mark.parametrize(
    ("header", "until"), [("Bearer one", START + HOUR), ("bearer one", START + HOUR), ("Bearer two", None), ("", None)]
)
def test_a_token_is_good_for_as_long_as_was_said(header: str, until: datetime | None) -> None:
    assert known((OURS, "one")).until(header, START) == until


def test_of_two_that_live_the_newer_one_is_sure_to_be_good() -> None:
    tokens = known((OURS, "one"), (THEIRS, "another"), (OURS, "two"))
    alive = [tokens.until(f"Bearer {token}", START) for token in ("one", "another", "two")]
    assert alive == [None, START + HOUR, START + HOUR]
    assert tokens.until("Bearer one", START + 2 * HOUR) == START + HOUR


@pytest.mark.parametrize(
    "answer",
    [{}, {"access_token": "one"}, {"access_token": 7, "expires_in": 60}, {"access_token": "one", "expires_in": -1}],
)
def test_what_grants_no_token_is_none(answer: dict[str, object]) -> None:
    tokens = Tokens()
    tokens.granted(OURS, answer, START)
    assert tokens.until("Bearer one", START) is None


def test_long_ago_is_forgotten() -> None:
    tokens = known(*((OURS, str(number)) for number in range(REMEMBERED + 1)))
    later = START + 2 * HOUR
    assert [tokens.until(f"Bearer {number}", later) for number in (0, 1)] == [None, START + HOUR]
