"""Which days are holidays where, asked of the `holidays` library. Business days themselves are a rule of the domain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache, partial
from typing import Final

import holidays

_KNOWN: Final = {
    "us-federal": ("US", None),
    "england-wales": ("GB", "ENG"),
}


def calendar_named(name: str) -> Callable[[date], bool]:
    """Return who can tell whether a day is a holiday; `calendar-days` has none. It can be pickled, by its name."""
    return partial(_is_holiday, name)


def _is_holiday(calendar: str, day: date) -> bool:
    return calendar in _KNOWN and day in _days(calendar)


@cache
def _days(calendar: str) -> holidays.HolidayBase:
    country, part = _KNOWN[calendar]
    return holidays.country_holidays(country, subdiv=part)
