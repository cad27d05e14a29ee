"""Watches everything that happens in a world and says what did not keep.

The auditor only listens: it is fed by the world, judges as things happen, keeps sums and open ends instead of history,
and costs the same whether a world is an hour or a year old.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from rehearsal.audit.finding import Finding, Verdict, Witness
from rehearsal.audit.invariant import News, Objection, Sight, Stillness, Watcher
from rehearsal.audit.invariants.contract import ContractKept
from rehearsal.audit.invariants.decisions import InTime, NoStaysNo, OneMail
from rehearsal.audit.invariants.executed_once import ExecutedOnce
from rehearsal.audit.invariants.lapses import SilenceActs
from rehearsal.audit.invariants.money import BooksAgree, NeverMoreThanPaid
from rehearsal.trace.log import spoken
from rehearsal.wire.recorder import Exchange

EVERYTHING: Final = frozenset(Sight)
WITNESSES: Final = 5


@dataclass(slots=True)
class _Broken:
    watcher: Watcher
    objection: Objection
    at: datetime
    times: int = 1


class Auditor:
    """Holds the invariants of one world."""

    def __init__(
        self,
        *,
        now: datetime,
        reproduce: str,
        one_round: timedelta = timedelta(minutes=15),
        sights: frozenset[Sight] = EVERYTHING,
        by_default: Callable[[str], bool] = lambda order_id: False,
    ) -> None:
        self.reproduce = reproduce
        self._sights = sights
        self._now = now
        self._broken: dict[str, _Broken] = {}
        self._watchers: Final[Sequence[Watcher]] = (
            NeverMoreThanPaid(),
            ExecutedOnce(by_default),
            NoStaysNo(),
            InTime(one_round),
            SilenceActs(),
            BooksAgree(),
            OneMail(),
            ContractKept(),
        )
        judging = [watcher for watcher in self._watchers if watcher.needs <= sights]
        self._hearing = [watcher for watcher in judging if type(watcher).hear is not Watcher.hear]
        self._seeing = [watcher for watcher in judging if type(watcher).see is not Watcher.see]
        self._after = [watcher for watcher in judging if type(watcher).after_act is not Watcher.after_act]
        self._resting = [watcher for watcher in judging if type(watcher).at_stillness is not Watcher.at_stillness]

    def hear(self, news: News) -> None:
        """Take note of something that has happened inside a player."""
        self._now = max(self._now, news.at)
        for watcher in self._hearing:
            self._note(watcher, watcher.hear(news))

    def see(self, exchange: Exchange) -> None:
        """Take note of an exchange."""
        for watcher in self._seeing:
            self._note(watcher, watcher.see(exchange))

    def after_act(self, now: datetime) -> None:
        """Judge what must hold between two acts."""
        self._now = now
        for watcher in self._after:
            self._note(watcher, watcher.after_act(now))

    def at_stillness(self, stillness: Stillness) -> None:
        """Judge what must hold when nobody has anything left to do at present."""
        self._now = stillness.at
        for watcher in self._resting:
            self._note(watcher, watcher.at_stillness(stillness))

    @property
    def content(self) -> bool:
        """Return whether nothing broke."""
        return not self._broken

    def broken(self) -> list[Finding]:
        """Return what broke, in the order it was noticed."""
        return [self._told(index, broken) for index, broken in enumerate(self._broken.values(), 1)]

    def findings(self) -> list[Finding]:
        """Return what broke, and then one verdict on each rule that did not."""
        guilty = {broken.watcher.number for broken in self._broken.values()}
        return [*self.broken(), *(self._verdict(w) for w in self._watchers if w.number not in guilty)]

    def _note(self, watcher: Watcher, objections: Iterable[Objection]) -> None:
        for objection in objections:
            key = f"{watcher.number} {objection.key}"
            known = self._broken.get(key)
            if known is None:
                self._broken[key] = _Broken(watcher, objection, self._now)
                continue
            known.times += 1
            before, more = known.objection.witness, objection.witness
            if len(before.exchanges) < WITNESSES and more.exchanges:
                witness = replace(before, exchanges=(*before.exchanges, *more.exchanges))
                known.objection = replace(known.objection, witness=witness)

    def _told(self, index: int, broken: _Broken) -> Finding:
        watcher, objection = broken.watcher, broken.objection
        return Finding(
            id=f"F{index}",
            invariant=watcher.number,
            rule=watcher.rule,
            verdict=Verdict.BROKEN,
            certainty=objection.certainty or watcher.certainty,
            source=_source(watcher),
            expected=objection.expected,
            seen=objection.seen,
            reproduce=self.reproduce,
            at=spoken(broken.at),
            suspect=objection.suspect,
            occasions=broken.times,
            witness=objection.witness,
        )

    def _verdict(self, watcher: Watcher) -> Finding:
        missing = sorted(watcher.needs - self._sights)
        why = f"cannot see {', '.join(missing)}" if missing else watcher.unjudged
        held = why is None
        if held and not watcher.occasions:
            why = "nothing has put it to the test"
        return Finding(
            id=f"I{watcher.number}",
            invariant=watcher.number,
            rule=watcher.rule,
            verdict=Verdict.HELD if held else Verdict.NOT_JUDGED,
            certainty=watcher.certainty,
            source=_source(watcher),
            expected=watcher.rule,
            seen="no exception" if held else "",
            reproduce=self.reproduce,
            why=why,
            occasions=watcher.occasions,
            witness=Witness(),
        )


def _source(watcher: Watcher) -> str:
    return f"design, section 9, {watcher.number}"
