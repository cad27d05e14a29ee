"""What a world itself remembers, besides what its players do."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from rehearsal.seats.port import SeatFailed
from rehearsal.simulation.player import FiredLike
from rehearsal.world.boundaries import CrashPoints
from rehearsal.world.quiescence import RestState

MOST_UNTOLD: Final = 10_000  # things that fired; the oldest go first


@dataclass(frozen=True, slots=True)
class Failure:
    """A connector, or the stage itself, has failed: the connector has ended of its own accord, or made no round."""

    at: datetime
    what: str


@dataclass(slots=True)
class WorldState:
    """What a world itself remembers.

    How near it is to rest, how many outsiders are inside at this moment, since when the connector is down, and what has
    fired, and failed, while nobody let time pass.
    """

    rest: RestState
    begun: bool = False  # whoever sits there from outside has been told to start: nobody is asked before
    outsiders: int = 0
    points: CrashPoints | None = None
    down_since: datetime | None = None
    written: int = 0  # calls of the connector's that were to change something
    stalled: timedelta = timedelta(0)  # of the machine's time, for which answers to somebody outside were held back
    renewals_hit: bool = False  # trouble has befallen a renewal of the connector's tokens
    untold: deque[FiredLike] = field(default_factory=lambda: deque(maxlen=MOST_UNTOLD))
    untold_idle: int = 0
    failure: SeatFailed | None = None  # the connector has ended meanwhile
    failures: list[Failure] = field(default_factory=list)  # of the connector
    stage_failures: list[Failure] = field(default_factory=list)

    def seconds_stalled(self) -> float:
        """Return for how many seconds answers were held back."""
        return self.stalled.total_seconds()


@dataclass(frozen=True, slots=True)
class StageEvent:
    """Something that the stage itself has done to a player."""

    at: datetime
    name: str
    data: Mapping[str, Any] = field(default_factory=dict)
