"""Where a connector may die: before and after each of its commits and each of its calls, in the order it comes by.

A process that ends leaves behind what it had committed and what it had told others. Between two boundaries neither has
changed, so of several in a row, in one round or one call, the first stands for all (D44). Rounds and pulls that changed
nothing are left out, but for the first of each. A seat that cannot say when it commits has its calls alone, and all of
them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from rehearsal.simulation.player import Act, AgendaLike, DueLike, FiredLike
from rehearsal.trace.diagram import title

COMMIT: Final = "commit"
CALL: Final = "call"  # that changes something
AFTER_COMMIT: Final = f"after a {COMMIT}"
STAMP: Final = "%Y-%m-%d %H:%M:%S"


class Killed(BaseException):
    """The connector's process ends here; nothing in it gets to catch this."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """A place where the connector may die: the how many-th it is in its world, and what is about to be or has been."""

    number: int
    what: str
    at: datetime
    routine: bool = False  # in a round or pull in which nothing was new

    @property
    def spoken(self) -> str:
        """Return in words what is about to be or has been, and when."""
        when, what = self.what.split(" ", 1)
        return f"{when} {title(what)}, {self.at:{STAMP}}"


@dataclass(slots=True)
class Due:
    """Deaths that are planned: after each `nth` commit or call that changes something, so many `times` in all."""

    after: str
    nth: int
    times: int
    _seen: int = 0

    def comes_by(self, what: str) -> bool:
        """Take note of a commit or such a call; return whether the connector dies of it."""
        if what != self.after or not self.times:
            return False
        self._seen += 1
        dies = not self._seen % self.nth
        self.times -= dies
        return dies


@dataclass(slots=True)
class CrashPoints:
    """Counts the boundaries that a connector comes by, and ends its process, once, at the one of which `dies` says so.

    It starts again `down` later. What it comes by while it dies, as in a `finally`, does not happen either. Beside that
    it may be `due` to die after so many more commits or calls, be it several times: then it starts again at once.
    """

    dies: Callable[[Boundary], bool] = lambda boundary: False
    down: timedelta = timedelta(0)
    says_commits: bool = True
    keeps: bool = True  # what it has come by
    kept: list[Boundary] = field(default_factory=list)
    dying: bool = False
    killed: Boundary | None = None
    number: int = 0
    due: Due | None = None
    away: timedelta = timedelta(0)  # how long it stays down that is dying
    _same: bool = False  # nothing has moved since the last boundary, in the same round or call
    _act: list[Boundary] | None = None  # those of the round or pull that is going on
    _idle: set[str] = field(default_factory=set)  # who was seen to look in vain

    def passes(self, what: str, at: datetime, *, moves: bool) -> None:
        """Take note of a boundary, and whether something `moves` there; raise Killed if the connector dies."""
        if self.dying:
            raise Killed
        self.number += 1
        boundary = Boundary(self.number, what, at)
        if self.keeps and (moves or not self._same or not self.says_commits):
            self._same = True
            (self.kept if self._act is None else self._act).append(boundary)
        if self.killed is None and self.dies(boundary):
            self.dying, self.killed, self.away = True, boundary, self.down
            raise Killed
        if moves and self.due is not None and self.due.comes_by(COMMIT if what == AFTER_COMMIT else CALL):
            self.dying, self.away = True, timedelta(0)
            raise Killed

    def call_met(self) -> None:
        """Take note that a call reaches the connector from elsewhere, or has ended."""
        self._same = False

    def act_begins(self) -> None:
        """A player acts of its own accord from now on."""
        self._act, self._same = [], False

    def act_ended(self, player: str, *, changed: bool) -> None:
        """The player has acted; what it came by counts if anything came of it, or if it is the first such act."""
        if self._act and (changed or player not in self._idle):
            self.kept += self._act if changed else [replace(one, routine=True) for one in self._act]
        if not changed:
            self._idle.add(player)
        self._act, self._same = None, False

    def begin_anew(self) -> None:
        """Count from the beginning again, for another world has begun."""
        self.kept, self.dying, self.killed, self.number, self.due = [], False, None, 0, None
        self._same, self._act, self._idle = False, None, set()


class Restart:
    """Starts a connector again at its hour: a player of the scheduler's that acts once."""

    def __init__(self, at: datetime, start: Callable[[], object]) -> None:
        self._due: Act | None = Act(at, "starts again")
        self._start = start

    def next_due(self) -> DueLike | None:
        return self._due

    def run_due(self, now: datetime) -> FiredLike:
        assert self._due is not None
        done, self._due = self._due, None
        self._start()
        return done

    def call_off(self) -> None:
        """Start nothing any more, as somebody else has."""
        self._due = None

    def agenda(self) -> Sequence[AgendaLike]:
        return [self._due] if self._due else []
