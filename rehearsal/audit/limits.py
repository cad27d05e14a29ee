"""How long whoever sits on the connector's seat may take, and how trouble that was ordered lengthens that (D43).

A connector that lives by the machine's clock (D35) has rounds of its own, which begin when they like and take real
time: it is given a round more, and no less than what three seconds of real time are in its world. Each hit gives the
shop it concerns one more round, and one more pull where the OMS was the caller; what lasts gives its duration as well,
and of what goes on at the same time that is counted once. While the connector is down, or a shop waits to be authorised
anew, there is no limit at all.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Final

from rehearsal.audit.event import Trouble

ROUND: Final = timedelta(minutes=15)
PULL: Final = timedelta(minutes=15)
REAL_PATIENCE: Final = timedelta(seconds=3)  # assumed: what a loaded machine may take for an answer
SAME_ROUND: Final = timedelta(minutes=1)  # what a round may take
UNLIMITED: Final = timedelta(days=365 * 100)
NOTHING: Final = timedelta(0)
EVERY_SHOP: Final = None


@dataclass(slots=True)
class _Past:
    """The trouble that is over or whose end is known, of one shop or of all, so kept that any stretch is read at once.

    Beside the hours at which it was over stands what hits before them have given, and beside the times that it lasted
    how long those before them were; times that meet are one.
    """

    overs: list[datetime] = field(default_factory=list)
    given: list[timedelta] = field(default_factory=lambda: [NOTHING])
    begins: list[datetime] = field(default_factory=list)
    ends: list[datetime] = field(default_factory=list)
    lasted: list[timedelta] = field(default_factory=lambda: [NOTHING])

    def add(self, at: datetime, over: datetime, gives: timedelta) -> None:
        """Take note of trouble from `at` till `over`; what comes last, as nearly all does, moves nothing else."""
        place = bisect_left(self.overs, over)
        if self.overs[place : place + 1] != [over]:
            self.overs.insert(place, over)
            self.given.insert(place + 1, self.given[place])
        for later in range(place + 1, len(self.given)):
            self.given[later] += gives
        first, last = bisect_left(self.ends, at), bisect_right(self.begins, over)
        self.begins[first:last] = [min([at, *self.begins[first:last]])]
        self.ends[first:last] = [max([over, *self.ends[first:last]])]
        times = zip(self.begins[first:], self.ends[first:], strict=True)
        self.lasted[first:] = accumulate((end - begin for begin, end in times), initial=self.lasted[first])

    def extension(self, since: datetime) -> timedelta:
        """Return what the trouble that was over then or later gives, and how long it lasted from then on."""
        longer = self.given[-1] - self.given[bisect_left(self.overs, since)]
        first = bisect_left(self.ends, since)
        if first < len(self.ends):
            longer += self.lasted[-1] - self.lasted[first] - max(since - self.begins[first], NOTHING)
        return longer

    def met(self, since: datetime, until: datetime) -> bool:
        """Return whether there was any between two times."""
        first = bisect_left(self.ends, since)
        return first < len(self.ends) and self.begins[first] <= until


@dataclass(slots=True)
class Limits:
    """One round, one pull, and all the trouble there was."""

    one_round: timedelta = ROUND
    one_pull: timedelta = PULL
    at_once: timedelta = NOTHING  # what is to be done at its own instant may take so long
    underway: timedelta = NOTHING  # a round may have begun so long before what it brings came about
    grain: timedelta = NOTHING  # what a connector has read in whole seconds it may tell by so much otherwise
    _past: list[Trouble] = field(default_factory=list)
    _of: dict[str | None, _Past] = field(default_factory=dict)  # by the shop that was asked about
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
            self._add(trouble)

    def _add(self, trouble: Trouble) -> None:
        self._past.append(trouble)
        for shop_id, past in self._of.items():
            if _concerns(trouble, shop_id):
                self._put(trouble, past)

    def _put(self, trouble: Trouble, past: _Past) -> None:
        gives = trouble.rounds * self.one_round + trouble.pulls * self.one_pull
        past.add(trouble.at, trouble.at + trouble.lasting, gives)

    def _past_of(self, shop_id: str | None) -> _Past:
        past = self._of.get(shop_id)
        if past is None:
            past = self._of[shop_id] = _Past()
            for trouble in self._past:
                if _concerns(trouble, shop_id):
                    self._put(trouble, past)
        return past

    def killed(self, at: datetime) -> None:
        """Stop all limits: the connector is down."""
        self._open.setdefault(EVERY_SHOP, Trouble(at, EVERY_SHOP, rounds=1))

    def ended(self, shop_id: str | None, at: datetime) -> None:
        """Have limits hold again: the shop is authorised, or (`EVERY_SHOP`) the connector runs."""
        trouble = self._open.pop(shop_id, None)
        if trouble is not None:
            lasting = max(trouble.lasting, at - trouble.at)
            rounds = max(trouble.rounds, 1)
            self._add(replace(trouble, rounds=rounds, lasting=lasting, until_authorized=False))

    def hold(self, shop_id: str | None) -> bool:
        """Return whether the limits of a shop hold at present: no trouble of its is open."""
        return not any(_concerns(trouble, shop_id) for trouble in self._open.values())

    def extension(self, shop_id: str | None, since: datetime) -> timedelta:
        """Return by how much a limit of the shop that began to run at `since` is longer than without trouble.

        A shop that is not known (None) is given every trouble. UNLIMITED where the limit does not run at present.
        """
        if not self.hold(shop_id):
            return UNLIMITED
        return self._past_of(shop_id).extension(since) if self._past else NOTHING

    def troubled(self, shop_id: str, at: datetime) -> bool:
        """Return whether there was trouble of the shop's at that time, or so near to it that it met the same round."""
        return self.met(shop_id, at - SAME_ROUND, at + SAME_ROUND)

    def met(self, shop_id: str | None, since: datetime, until: datetime) -> bool:
        """Return whether there was trouble of the shop's between two times."""
        if any(_concerns(one, shop_id) and one.at <= until for one in self._open.values()):
            return True
        return self._past_of(shop_id).met(since, until)

    def last_trouble(self) -> datetime | None:
        """Return when the last trouble was over; None where there was none, or where it lasts."""
        if self._open or not self._past:
            return None
        return self._past_of(None).overs[-1]


def _concerns(trouble: Trouble, shop_id: str | None) -> bool:
    return shop_id is None or trouble.shop_id in (EVERY_SHOP, shop_id)
