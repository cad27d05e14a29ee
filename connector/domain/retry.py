"""When to try again: data, and pure methods. The wait is stored as a time, never slept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The first wait, what it is multiplied by, its limit, and after how many attempts a person is told.

    `longest_asked` is the limit of a wait that the other side asks for.
    """

    first: timedelta
    factor: int
    longest: timedelta
    attempts: int
    longest_asked: timedelta
    source: str

    def next_try(self, now: datetime, *, attempts: int, never_enough: bool = False) -> datetime | None:
        """Return when to try again after this many attempts, or None when it is enough."""
        if attempts >= self.attempts and not never_enough:
            return None
        wait = self.first
        for _ in range(attempts - 1):
            wait = min(wait * self.factor, self.longest)
            if wait == self.longest:
                break
        return now + wait

    def as_asked(
        self, ours: datetime, asked: timedelta | None, *, now: datetime, deadline: datetime | None
    ) -> datetime:
        """Return when to try again where the other side asks to wait: no earlier than `ours`, within the limit, and
        in time for the deadline all the same."""
        if asked is None:
            return ours
        theirs = now + min(asked, self.longest_asked)
        if deadline is not None:
            theirs = min(theirs, deadline - self.longest)
        return max(ours, theirs)


# 1 s doubling to 60 s is the marketplace's own advice; the number of attempts spans more than a day of rounds.
DELIVERY: Final = RetryPolicy(
    first=timedelta(seconds=1),
    factor=2,
    longest=timedelta(seconds=60),
    attempts=100,
    longest_asked=timedelta(hours=1),
    source="DOC-LIMITS, FACT; attempts, longest_asked: assumed",
)
