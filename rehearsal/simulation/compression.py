"""How a compressed world's time lies on the machine's: it runs a whole number of times as fast (D35).

Inside, everybody lives by the world's clock as in any world. Outside, a moment of the world is shown as the machine's
time at which it comes about; Unix seconds are rounded down. A time that somebody outside asks by is put back so that
it divides the moments of the world exactly where it divides what is shown of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol

from rehearsal.moments import shown_time

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FIRST: Final = datetime.min.replace(tzinfo=UTC)
LAST: Final = datetime.max.replace(tzinfo=UTC)
_LAST: Final = 253_402_300_799  # the last second of the year 9999
_MICROSECONDS: Final = 1_000_000
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)")
# How moments are spelled for people, by sentences and by the players' pages. They are shown to the second, of which one
# of the machine's is minutes of the world.
_SPOKEN: Final = tuple(
    (re.compile(rf"\b{pattern}:\d\d(?P<seconds>:\d\d)? UTC"), read, f"{written}:{{0:%M:%S}} UTC")
    for pattern, read, written in (
        (r"\d{4}-\d\d-\d\d \d\d", "%Y-%m-%d %H:%M", "{0:%Y-%m-%d %H}"),
        (r"[A-Z][a-z]{2} \d\d?, \d{4}, \d\d", "%b %d, %Y, %H:%M", "{0:%b} {0.day}, {0:%Y, %H}"),
        (r"[A-Z][a-z]{2} \d\d? [A-Z][a-z]{2} \d{4}, \d\d", "%a %d %b %Y, %H:%M", "{0:%a} {0.day} {0:%b %Y, %H}"),
    )
)


class Machine(Protocol):
    """The machine's clock, and who waits by it."""

    def now(self) -> datetime: ...
    def wait(self, seconds: float) -> bool:
        """Wait; return False where waiting is over because everything ends."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a world is to run by a machine's clock: 1 is real time."""

    factor: int
    machine: Machine

    def begun(self, start: datetime) -> Compression:
        """Return how the time of a world lies on the machine's that begins now."""
        return Compression(start, self.machine.now(), self.factor)


@dataclass(frozen=True, slots=True)
class Compression:
    """A world began at `start`; then it was `anchor` by the machine's clock."""

    start: datetime
    anchor: datetime
    factor: int

    def outside(self, moment: datetime) -> datetime:
        """Return the machine's time at a moment of the world."""
        return self.anchor + (moment - self.start) // self.factor

    def inside(self, moment: datetime) -> datetime:
        """Return the moment of the world at a machine's time; at the ends of the calendar the last one there is."""
        try:
            return self.start + (moment - self.anchor) * self.factor
        except OverflowError:
            return LAST if moment > self.anchor else FIRST

    def shown(self, value: Any) -> Any:
        """Return a time of the world as it is shown outside: Unix seconds, or a text with moments in it.

        No time at all, 0, stays what it is.
        """
        if isinstance(value, str):
            return _moved(value, self.outside)
        if type(value) is not int or not 0 < value <= _LAST:
            return value
        elapsed = value * _MICROSECONDS - _since_epoch(self.start)
        return (_since_epoch(self.anchor) * self.factor + elapsed) // (self.factor * _MICROSECONDS)

    def meant(self, value: Any) -> Any:
        """Return the time of the world that is meant by one from outside, spelled likewise."""
        if isinstance(value, str):
            return _moved(value, self.inside)
        if type(value) is not int or not 0 < value <= _LAST:
            return value
        elapsed = (value * _MICROSECONDS - _since_epoch(self.anchor)) * self.factor
        return min(max(-(-(_since_epoch(self.start) + elapsed) // _MICROSECONDS), 0), _LAST)


def _since_epoch(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moved(text: str, move: Callable[[datetime], datetime]) -> str:
    def moved(found: re.Match[str]) -> str:
        try:
            moment = move(datetime.fromisoformat(found[0].upper().replace("Z", "+00:00")))
        except (ValueError, OverflowError):  # no day of any calendar
            return found[0]
        return shown_time(moment)

    for pattern, read, written in _SPOKEN:
        text = pattern.sub(partial(_respoken, move, read, written), text)
    return _MOMENT.sub(moved, text)


def _respoken(move: Callable[[datetime], datetime], read: str, written: str, found: re.Match[str]) -> str:
    spelling = f"{read}:%S UTC" if found["seconds"] else f"{read} UTC"
    try:
        return written.format(move(datetime.strptime(found[0], spelling).replace(tzinfo=UTC)))
    except (ValueError, OverflowError):  # no day of any calendar
        return found[0]
