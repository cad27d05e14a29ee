"""The world's clock, which only the stage moves and which never goes back, and the one reader of the machine's clock.

Everything in a simulated world takes its time from a `SimulatedClock`. `SystemClock` is for the edges that must know
what the machine says: a call from outside may be stamped with either time.
"""

from datetime import UTC, datetime, timedelta

from rehearsal.moments import shown_time


class SimulatedClock:
    """Simulated time: it stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = _in_utc(start)

    def now(self) -> datetime:
        """Return the present moment of the world."""
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Move to `moment`, which may be now but not earlier."""
        moment = _in_utc(moment)
        if moment < self._now:
            raise ValueError(f"the clock stands at {shown_time(self._now)} and never goes back to {shown_time(moment)}")
        self._now = moment


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the machine's present moment."""
        return datetime.now(UTC)  # noqa: TID251 - the one reader: calls from outside may be stamped with the machine's time


def _in_utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError(f"{shown_time(moment)} has no time zone")
    return moment if moment.utcoffset() == timedelta(0) and moment.tzinfo is UTC else moment.astimezone(UTC)
