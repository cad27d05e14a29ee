"""A clock that a test turns, and the hour at which most tests begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

START = datetime(2031, 3, 3, 9, tzinfo=UTC)  # a Monday


@dataclass
class HandClock:
    """Stands still until it is moved."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at
