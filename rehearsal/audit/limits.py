"""How long whoever sits on the connector's seat may take, and how trouble that was ordered lengthens that (D43).

A connector that lives by the machine's clock (D35) has rounds of its own, which begin when they like and take real
time: it is given a round more, and no less than what three seconds of real time are in its world. Each hit gives the
shop it concerns one more round, and one more pull where the OMS was the caller; what lasts gives its duration as well,
and of what goes on at the same time that is counted once. While the connector is down, or a shop waits to be authorised
anew, there is no limit at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from rehearsal.audit.event import Trouble

ROUND: Final = timedelta(minutes=15)
PULL: Final = timedelta(minutes=15)
REAL_PATIENCE: Final = timedelta(seconds=3)  # assumed: what a loaded machine may take for an answer
SAME_ROUND: Final = timedelta(minutes=1)  # what a round may take
UNLIMITED: Final = timedelta(days=365 * 100)
EVERY_SHOP: Final = None


@dataclass(slots=True)
class Limits:
    """One round, one pull, and all the trouble there was."""

    one_round: timedelta = ROUND
    one_pull: timedelta = PULL
    at_once: timedelta = timedelta(0)  # what is to be done at its own instant may take so long
    underway: timedelta = timedelta(0)  # a round may have begun so long before what it brings came about
    grain: timedelta = timedelta(0)  # what a connector has read in whole seconds it may tell by so much otherwise
    _past: list[Trouble] = field(default_factory=list)
    _open: dict[str | None, Trouble] = field(default_factory=dict)

    @classmethod
    def of(cls, factor: int) -> Limits:
        """Return the limits in a world that runs `factor` times as fast as the machine's clock; 0: that does not."""
        if not factor:
            return cls()
        at_once = factor * REAL_PATIENCE
        longer = max(ROUND, at_once)
        return cls(ROUND + longer, PULL + longer, at_once, longer, timedelta(seconds=factor))

    def same(self, told: datetime | None, known: datetime | None) -> bool:
        """Return whether the time that somebody tells is the one that is known."""
        return told == known or (told is not None and known is not None and abs(told - known) <= self.grain)

    def note(self, trouble: Trouble) -> None:
        """Take note of a hit, or of trouble whose end is not known yet."""
        if trouble.until_authorized:
            self._open.setdefault(trouble.shop_id, trouble)
        else:
            self._past.append(trouble)

    def killed(self, at: datetime) -> None:
        """Stop all limits: the connector is down."""
        self._open.setdefault(EVERY_SHOP, Trouble(at, EVERY_SHOP, rounds=1))

    def ended(self, shop_id: str | None, at: datetime) -> None:
        """Have limits hold again: the shop is authorised, or (`EVERY_SHOP`) the connector runs."""
        trouble = self._open.pop(shop_id, None)
        if trouble is not None:
            lasting = max(trouble.lasting, at - trouble.at)
            rounds = max(trouble.rounds, 1)
            self._past.append(replace(trouble, rounds=rounds, lasting=lasting, until_authorized=False))

    def hold(self, shop_id: str | None) -> bool:
        """Return whether the limits of a shop hold at present: no trouble of its is open."""
        return not any(_concerns(trouble, shop_id) for trouble in self._open.values())

    def extension(self, shop_id: str | None, since: datetime) -> timedelta:
        """Return by how much a limit of the shop that began to run at `since` is longer than without trouble.

        A shop that is not known (None) is given every trouble. UNLIMITED where the limit does not run at present.
        """
        if not self.hold(shop_id):
            return UNLIMITED
        longer = timedelta(0)
        spans: list[tuple[datetime, datetime]] = []
        for trouble in self._past:
            over = trouble.at + trouble.lasting
            if over >= since and _concerns(trouble, shop_id):
                longer += trouble.rounds * self.one_round + trouble.pulls * self.one_pull
                spans.append((max(trouble.at, since), over))
        return longer + _together(spans)

    def troubled(self, shop_id: str, at: datetime) -> bool:
        """Return whether there was trouble of the shop's at that time, or so near to it that it met the same round."""
        return self.met(shop_id, at - SAME_ROUND, at + SAME_ROUND)

    def met(self, shop_id: str | None, since: datetime, until: datetime) -> bool:
        """Return whether there was trouble of the shop's between two times."""
        if any(_concerns(one, shop_id) and one.at <= until for one in self._open.values()):
            return True
        met = (one for one in self._past if _concerns(one, shop_id))
        return any(one.at <= until and since <= one.at + one.lasting for one in met)

    def last_trouble(self) -> datetime | None:
        """Return when the last trouble was over; None where there was none, or where it lasts."""
        if self._open or not self._past:
            return None
        return max(trouble.at + trouble.lasting for trouble in self._past)


def _together(spans: list[tuple[datetime, datetime]]) -> timedelta:
    """Return how long these last in all; while several do, that is one time and not several."""
    lasting = timedelta(0)
    until = None
    for begins, ends in sorted(spans):
        from_ = begins if until is None else max(begins, until)
        if ends > from_:
            lasting += ends - from_
            until = ends
    return lasting


def _concerns(trouble: Trouble, shop_id: str | None) -> bool:
    return shop_id is None or trouble.shop_id in (EVERY_SHOP, shop_id)
