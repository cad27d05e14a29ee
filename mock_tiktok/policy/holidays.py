"""Which days are holidays where, after the `holidays` library. Business days themselves are a rule of the domain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from holidays import HolidayBase

_KNOWN: Final = {
    "us-federal": ("US", None),
    "england-wales": ("GB", "ENG"),
    "indonesia": ("ID", None),
}
CALENDARS: Final = (*_KNOWN, "calendar-days")


def calendar_named(name: str) -> Callable[[date], bool]:
    """Return whether a day is a holiday in the calendar of that name, as a test that can be pickled.

    `calendar-days` has no holidays.
    """
    return partial(_is_holiday, name)


def _is_holiday(calendar: str, day: date) -> bool:
    return calendar in _KNOWN and day in _days(calendar)


@cache
def _days(calendar: str) -> HolidayBase:
    import holidays

    country, part = _KNOWN[calendar]
    return holidays.country_holidays(country, subdiv=part)
