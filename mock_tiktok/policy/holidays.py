"""Which days are holidays where, after the `holidays` library. Business days themselves are a rule of the domain."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from holidays import HolidayBase

NONE: Final = "none"


def calendar_named(name: str) -> Callable[[date], bool]:
    """Return whether a day is a holiday in a country such as US, or in a part of one such as GB-ENG.

    The test can be pickled. `none` has no holidays.
    """
    return partial(_is_holiday, name)


def countries() -> Collection[str]:
    """Return every calendar there is, but for `none`."""
    import holidays  # noqa: PLC0415 - a world starts fast: only who brings a profile of their own pays

    known = holidays.list_supported_countries()
    return {*known, *(f"{country}-{part}" for country, parts in known.items() for part in parts)}


def _is_holiday(calendar: str, day: date) -> bool:
    return calendar != NONE and day in _days(calendar)


@cache
def _days(calendar: str) -> HolidayBase:
    import holidays  # noqa: PLC0415 - a world starts fast: the first business day pays for the calendars

    country, _, part = calendar.partition("-")
    return holidays.country_holidays(country, subdiv=part or None)
