"""Business days. n business days after a start is the same local time on the n-th business day after it.

A start on a day that is none counts from 00:00 of the next business day, local time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_SATURDAY: Final = 5


@dataclass(frozen=True)
class BusinessCalendar:
    """A market's working days in its own zone."""

    zone: ZoneInfo
    is_holiday: Callable[[date], bool]

    def is_business_day(self, day: date) -> bool:
        """Say whether people work on that day."""
        return day.weekday() < _SATURDAY and not self.is_holiday(day)

    def add(self, start: datetime, count: int) -> datetime:
        """Return the instant `count` business days after `start`, in UTC."""
        local = start.astimezone(self.zone)
        day, hour = local.date(), local.time()
        if not self.is_business_day(day):
            hour = time(0)
            while not self.is_business_day(day):
                day += timedelta(days=1)
        for _ in range(count):
            day += timedelta(days=1)
            while not self.is_business_day(day):
                day += timedelta(days=1)
        return datetime.combine(day, hour, tzinfo=self.zone).astimezone(UTC)
