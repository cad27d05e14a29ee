"""Which days are holidays where, asked of the `holidays` library. Business days themselves are a rule of the domain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Final

import holidays

_KNOWN: Final = {
    "us-federal": ("US", None),
    "england-wales": ("GB", "ENG"),
}


@cache
def calendar_named(name: str) -> Callable[[date], bool]:
    """Return who can tell whether a day is a holiday; `calendar-days` has none."""
    if name == "calendar-days":
        return lambda day: False
    country, part = _KNOWN[name]
    days = holidays.country_holidays(country, subdiv=part)
    return lambda day: day in days
