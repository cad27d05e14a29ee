"""When to try again: data, and one pure method. The wait is stored as a time, never slept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The first wait, what it is multiplied by, its limit, and after how many attempts a person is told."""

    first: timedelta
    factor: int
    longest: timedelta
    attempts: int
    source: str

    def next_try(self, now: datetime, *, attempts: int) -> datetime | None:
        """Return when to try again after this many attempts, or None when it is enough."""
        if attempts >= self.attempts:
            return None
        wait = self.first
        for _ in range(attempts - 1):
            wait = min(wait * self.factor, self.longest)
            if wait == self.longest:
                break
        return now + wait


# 1 s doubling to 60 s is the marketplace's own advice; the number of attempts spans more than a day of rounds.
DELIVERY: Final = RetryPolicy(
    first=timedelta(seconds=1),
    factor=2,
    longest=timedelta(seconds=60),
    attempts=100,
    source="DOC-LIMITS, FACT; attempts: assumed",
)
