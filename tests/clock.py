"""A clock that a test turns, and the hour at which most tests begin."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2031, 3, 3, 9, tzinfo=UTC)  # a Monday
BEGUN = datetime(2026, 11, 26, 11, tzinfo=UTC)  # by the clock of a machine


@dataclass
class HandClock:
    """Stands still until it is moved."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at


@dataclass
class HandMachine:
    """The clock of a machine; whoever waits by it has waited at once."""

    at: datetime = BEGUN
    waited: float = 0

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> bool:
        self.at += timedelta(seconds=seconds)
        self.waited += seconds
        return True
