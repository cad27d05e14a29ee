"""How a world knows that it has come to rest: since anything last changed, all who act by themselves looked in vain.

That takes an idle round of each shop (or one round, of a connector that sees to all of them in it) and then, where
there is an OMS that pulls, an idle pull. A connector that takes its time from elsewhere is never seen to look, so a
world with such a one is never known to be at rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from rehearsal.audit.invariant import LedgerRow
from rehearsal.simulation.player import AgendaLike

ROUTINE: Final = ("round", "pull", "webhook")
TIME_IS_UP: Final = ("deadline", "window over")  # somebody's time to act ends: nobody has to hear of that before
HEARING: Final = timedelta(hours=1)  # a round, the payment, the next round and the OMS's pull fit in it


class Until(StrEnum):
    """What time may be let pass for, beside a span and an hour of the clock."""

    NEXT = "next"  # whatever is due next
    HEARD = "heard"  # all have heard of what has happened


@dataclass(frozen=True, slots=True)
class Stillness:
    """How still a world is, for those who want to know whether it can be judged yet.

    News are under way until everybody who acts by themselves has looked in vain since the last change; None where
    somebody is never seen to look. A world at rest has, besides, nothing planned but rounds, pulls and webhooks, which
    tell nothing that a round does not find.
    """

    at_rest: bool
    news_under_way: bool | None
    quiet_for: timedelta  # since anything last changed


@dataclass(slots=True)
class RestState:
    """When something last changed, which idle acts have followed, and what was judged when they had."""

    since: datetime
    rounds: int = 0
    pulled: bool = False
    troubled: bool = False  # the act that is under way met trouble: it may have looked in vain, and is not idle
    judged: Sequence[LedgerRow] | None = None
    changes: int = 0  # since the world began
    unread: bool = True  # nobody has looked into the connector's book since

    def disturb(self, now: datetime) -> None:
        self.since, self.rounds, self.pulled, self.judged = now, 0, False, None
        self.changes += 1
        self.unread = True

    def after_act(self, player: str, changed: bool, now: datetime, *, rounds: int, pulls: bool) -> bool:
        """Take note of an act; return whether it was the look, or one more, that leaves nothing to do at present.

        So many `rounds` see to every shop once.
        """
        if changed or self.troubled:
            self.troubled = False
            self.disturb(now)
            return False
        if player == "connector":
            self.rounds += 1
        looks_last = "oms" if pulls else "connector"
        if player != looks_last or self.rounds < rounds:
            return False
        self.pulled = True
        return True


def nothing_follows(agenda: Sequence[AgendaLike]) -> bool:
    """Return whether nothing is planned that comes of what has happened: nothing but looks and the ends of times."""
    return only_routine([entry for entry in agenda if not any(word in entry.what for word in TIME_IS_UP)])


def only_routine(agenda: Sequence[AgendaLike]) -> bool:
    """Return whether nothing is planned but rounds, pulls and webhooks."""
    return all(any(word in entry.what for word in ROUTINE) for entry in agenda)
