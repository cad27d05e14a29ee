"""What several steps share: names, goods, sums, spans of time and how to read them, and the two tenses of an act."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from pytest_bdd import given, parsers, when

from rehearsal.gherkin.cast import Cast, Goods
from rehearsal.gherkin.errors import Miswritten
from rehearsal.sums import Missaid, Sum, read

_SUM = r"[\d.,]+ [A-Z]{3}"  # whether it is written as its currency is, is judged when it is read

# Names of groups are the steps' parameters. "Maya", "a desk lamp", "39.98 USD", "2 of the mugs".
PIECES = {
    "BUYER": r"(?P<buyer>[A-Z]\w+)",
    "POSSESSIVE": r"(?:her|his|their)",
    "SUM": rf"(?P<sum>{_SUM})",
    "PRICE": rf"(?P<price>{_SUM})",
    "SHIPPING": rf"(?P<shipping>{_SUM})",
    "TAX": rf"(?P<tax>{_SUM})",
    "GOODS": r"(?P<goods>[a-z][a-z ]*?)",
    "COUNT": r"(?P<pieces>\d+)",
    "SPAN": r"(?P<span>(?:an?|\d+) (?:second|minute|hour|day)s?)",
    "WORDS": r'"(?P<words>[^"]+)"',
    "GRADE": r"(?P<grade>as sold|used|damaged|the wrong item|with parts missing)",
}

GRADES = {
    "as sold": "AS_SOLD",
    "used": "USED",
    "damaged": "DAMAGED",
    "the wrong item": "WRONG_ITEM",
    "with parts missing": "MISSING_PARTS",
}

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def phrase(text: str) -> parsers.StepParser:
    """Read a step's text, in which {BUYER}, {SUM} and the like stand for the pieces above."""
    return parsers.re(re.sub(r"\{([A-Z]+)\}", lambda piece: PIECES[piece.group(1)], text))


def act(
    *, done: str | None = None, happens: str | None = None, done_with_news: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that makes an act a step, in two tenses.

    Said as something that is `done` the act stands alone. Said as what `happens`, an hour passes after it, so that the
    round, the payment and the mail that follow can be looked at; `done_with_news`: after what is done, too.
    """

    def register(does: Callable[..., None]) -> Callable[..., None]:
        @wraps(does)
        def does_and_waits(people: Cast, **words: str) -> None:
            does(people, **words)
            people.clock.news_goes_round()

        if done:
            given(phrase(done), stacklevel=2)(does_and_waits if done_with_news else does)
        if happens:
            when(phrase(happens), stacklevel=2)(does_and_waits)
        return does

    return register


def time(text: str) -> timedelta:
    """Read "24 hours" or "a day"."""
    number, unit = text.split()
    return timedelta(seconds=_UNITS[unit.removesuffix("s")] * (1 if number in ("a", "an") else int(number)))


def number(text: str | None) -> int | None:
    """Read a number that may be left unsaid."""
    return None if text is None else int(text)


def basket(table: list[list[str]]) -> list[Goods]:
    """Read a table of goods, pieces and price each."""
    head, *rows = table
    columns = [dict(zip(head, row, strict=True)) for row in rows]
    try:
        return [Goods(name=c["goods"], price=money(c["price each"]), pieces=int(c["pieces"])) for c in columns]
    except (KeyError, ValueError) as mistake:
        raise Miswritten("a table of goods has the columns: goods, pieces (2), price each (12.50 USD)") from mistake


def money(text: str) -> Sum:
    """Read a sum as a scenario says it: written as its currency is written."""
    try:
        return read(text)
    except Missaid as mistake:
        raise Miswritten(str(mistake)) from mistake
