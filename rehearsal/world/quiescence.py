"""How a world knows that it has come to rest: since anything last changed, all who act by themselves looked in vain.

That takes an idle round of each shop and then an idle pull. A connector or an OMS that takes its time from elsewhere is
never seen to do either, so a world with such a seat is never known to be at rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rehearsal.audit.invariant import LedgerRow
from rehearsal.simulation.player import AgendaLike

ROUTINE: Final = ("round", "pull")


@dataclass(slots=True)
class RestState:
    """Which idle acts have followed the last change, and what was judged when they had."""

    rounds: int = 0
    pulled: bool = False
    troubled: bool = False  # the act that is under way met trouble: it may have looked in vain, and is not idle
    judged: Sequence[LedgerRow] | None = None

    def disturb(self) -> None:
        """Take note that something has changed."""
        self.rounds, self.pulled, self.judged = 0, False, None

    def after_act(self, player: str, changed: bool, *, shops: int) -> bool:
        """Take note of an act; return whether it was the pull, or one more, that leaves nothing to do at present."""
        if changed or self.troubled:
            self.troubled = False
            self.disturb()
        elif player == "connector":
            self.rounds += 1
        elif player == "oms" and self.rounds >= shops:
            self.pulled = True
            return True
        return False


def only_routine(agenda: Sequence[AgendaLike]) -> bool:
    """Return whether nothing is planned but rounds and pulls."""
    return all(any(word in entry.what for word in ROUTINE) for entry in agenda)
