"""How time passes in a world: always to the earliest thing that anybody wants to do, one thing at a time.

At equal times the rank decides, then the number; after every act all are asked afresh, so what an act brings about at
the same instant takes its place in the same order. A player who is due again and again at one instant while nothing
changes is an error that names it.

Time may also pass in the middle of an act, while a call is delayed: then those act who do not wait for an answer
themselves, and whoever does is late for what it had planned meanwhile.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rehearsal.moments import shown_time
from rehearsal.simulation.clock import SimulatedClock
from rehearsal.simulation.player import AgendaLike, DueLike, FiredLike, Player

ACTS_IN_ONE_INSTANT: Final = 100_000


class Stuck(Exception):
    """A player wants to act again and again at one instant and nothing comes of it: `who`, where it is one alone."""

    def __init__(self, what: str, *, who: str = "") -> None:
        super().__init__(what)
        self.who = who


@dataclass(frozen=True, slots=True)
class Advanced:
    """What came of letting time pass: `idle` counts the rounds and pulls that changed nothing."""

    now: datetime
    fired: list[FiredLike]
    idle: int


class Scheduler:
    """Lets time pass for some players; `act` has one of them do the one thing that is due."""

    def __init__(
        self, clock: SimulatedClock, players: Mapping[str, Player], act: Callable[[str, Player], FiredLike]
    ) -> None:
        self._clock = clock
        self._players = players
        self._act = act
        self._under_way = 0
        self._meanwhile: list[Advanced] = []  # what was done in the middle of the act that is under way

    def until(
        self, target: datetime, waiting: Collection[str] = (), enough: Callable[[], bool] = lambda: False
    ) -> Advanced:
        """Have everything done that is due at or before `target`, in order, and then be there.

        Those who are `waiting` for an answer do nothing. Where an act takes time, the end may lie after `target`; and
        before it, where it is `enough` although more is due later.
        """
        fired: list[FiredLike] = []
        idle = 0
        watch = _Watch()
        while (earliest := self.earliest(max(target, self._clock.now()), waiting)) is not None:
            name, due = earliest
            if due.at > self._clock.now():
                if enough():
                    return Advanced(self._clock.now(), fired, idle)
                self._clock.move_to(due.at)
            self._under_way += 1
            try:
                act = self._act(name, self._players[name])
            finally:
                self._under_way -= 1
                done, self._meanwhile = self._meanwhile, []
            for one in done:
                fired += one.fired
                idle += one.idle
            if act.changed:
                fired.append(act)
            else:
                idle += 1
            watch.after(self._clock.now(), name, self._players[name], act.changed)
        self._clock.move_to(max(target, self._clock.now()))
        return Advanced(self._clock.now(), fired, idle)

    def meanwhile(self, span: timedelta, waiting: Collection[str]) -> None:
        """Let `span` pass in the middle of an act: all act who are due, but those who are `waiting` for an answer."""
        done = self.until(self._clock.now() + span, waiting)
        if self._under_way:
            self._meanwhile.append(done)

    def happened(self, what: FiredLike) -> None:
        """Tell of something that has come about in the middle of the act that is under way, if one is."""
        if self._under_way:
            self._meanwhile.append(Advanced(self._clock.now(), [what], 0))

    def earliest(self, target: datetime | None = None, waiting: Collection[str] = ()) -> tuple[str, DueLike] | None:
        """Return who acts next, at or before `target`: by time, then by rank, then by number."""
        found: tuple[str, DueLike] | None = None
        for name, player in self._players.items():
            if name in waiting:
                continue
            due = player.next_due()
            if due is None or (target is not None and due.at > target):
                continue
            if found is None or _order(due) < _order(found[1]):
                found = name, due
        return found

    def agenda(self) -> list[AgendaLike]:
        """Return all that is due, soonest first."""
        entries = [entry for player in self._players.values() for entry in player.agenda()]
        return sorted(entries, key=lambda entry: entry.at)


class _Watch:
    """Notices a player who gets nowhere.

    An idle act must leave its player with less to do at this instant; several idle rounds of several shops do, a round
    that only plans itself again does not.
    """

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._acts = 0
        self._left: dict[str, int] = {}

    def after(self, now: datetime, name: str, player: Player, changed: bool) -> None:
        if now != self._at:
            self._at, self._acts = now, 0
            self._left.clear()
        self._acts += 1
        if self._acts > ACTS_IN_ONE_INSTANT:
            raise Stuck(f"{name} and others have acted {self._acts} times at {shown_time(now)}")
        if changed:
            self._left.clear()
            return
        due = player.next_due()
        if due is None or due.at > now:
            return
        left = sum(1 for entry in player.agenda() if entry.at <= now)
        if left >= self._left.get(name, left + 1):
            raise Stuck(f"{name} is due again at {shown_time(now)} after an act that changed nothing", who=name)
        self._left[name] = left


def _order(due: DueLike) -> tuple[datetime, int, int]:
    return due.at, due.rank, due.number
