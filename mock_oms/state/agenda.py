"""When the OMS acts by itself: a pull at the world's start and on a fixed grid after it, whatever else happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

RANK: Final = 6  # at equal times the OMS comes last


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def now(self) -> datetime: ...


class Due(NamedTuple):
    """The next act: when, and in which order among acts of the same instant."""

    at: datetime
    rank: int
    number: int


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """Something that is going to happen."""

    at: datetime
    who: str
    what: str
    return_id: str | None = None
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Fired:
    """Something that happened."""

    at: datetime
    who: str
    what: str
    changed: bool
    return_id: str | None = None
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """The pulls: when the next one is, and its number."""

    next: datetime
    every: timedelta
    number: int = 1

    def due(self) -> Due:
        return Due(self.next, RANK, self.number)

    def after(self, now: datetime) -> Grid:
        """Return the grid once the next pull is under way; pulls that were missed are not made up for."""
        return Grid(self.next + ((now - self.next) // self.every + 1) * self.every, self.every, self.number + 1)
