"""A deadline that passes acts once, at its own hour, and everybody learns of it."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from rehearsal.audit.event import MOVES, EventName
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, PlayerEvent, Quiescence, Violation
from rehearsal.audit.invariants.arrivals import OVER
from rehearsal.moments import shown_time, time_or_none
from rehearsal.seats.port import Capability, tells

DONE_AT_OMS: Final = "PostProcessingComplete"
CALLED_OFF: Final = ("_CANCEL", "_CANCELLED")


@dataclass(eq=False, slots=True)
class LapseOnce(Invariant):
    """The marketplace acts; at rest the others know."""

    slug = "lapse-once"
    rule = "Nobody's silence is lost: each lapsed deadline acts once, at its own hour, and all three books learn of it."
    needs_at_rest = frozenset({Capability.LEDGER})
    parts = MappingProxyType({"whether all three books learn of it": needs_at_rest})

    _pending: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    _heap: list[tuple[datetime, str]] = field(default_factory=list)
    _lapsed: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _lapses: dict[str, tuple[str, list[int]]] = field(default_factory=dict)  # each claim's order and events
    _to_learn: set[str] = field(default_factory=set)

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Note what is due, what lapsed, and which of the lapsed claims went on."""
        claim = event.claim
        if claim is None:
            return
        if event.name == EventName.DEADLINE_LAPSED:
            self.occasions += 1
            yield from self._on_lapse(claim, event)
        elif event.sets_deadline:
            self._pending.pop(claim, None)
            if event.deadline is not None:
                self._pending[claim] = (event.deadline, event.seq)
                heapq.heappush(self._heap, (event.deadline, claim))
        if event.name in MOVES and claim in self._lapses:
            self._to_learn.add(claim)

    def _on_lapse(self, claim: str, event: PlayerEvent) -> Iterable[Violation]:
        due = event.due
        self._lapses.setdefault(claim, (event.order, []))[1].append(event.seq)
        self._to_learn.add(claim)
        pending = self._pending.get(claim)
        if pending is not None and pending[0] == due:
            del self._pending[claim]
        if due is not None and due != event.at:
            expected = f"the deadline acts at {shown_time(due)}"
            seen = f"it acted at {shown_time(event.at)}"
            key = f"hour {claim} {shown_time(due)}"
            yield Violation.of(key, expected, seen, event.about, event.seq, suspect="marketplace")
        lapse = (claim, event.what, time_or_none(due))
        if lapse in self._lapsed:
            expected, seen = "the deadline acts once", "it acted twice"
            seqs = (self._lapsed[lapse], event.seq)
            yield Violation.of(f"again {lapse}", expected, seen, event.about, *seqs, suspect="marketplace")
        self._lapsed[lapse] = event.seq

    def after_act(self, now: datetime) -> Iterable[Violation]:
        """No known deadline lies behind us without having acted."""
        while self._heap and self._heap[0][0] < now:
            due, claim = heapq.heappop(self._heap)
            pending = self._pending.get(claim)
            if pending is not None and pending[0] == due:
                del self._pending[claim]
                expected = f"the deadline acts at {shown_time(due)}"
                seen = "it passed and nothing happened"
                key, about = f"missed {claim} {shown_time(due)}", {"claim": claim}
                yield Violation.of(key, expected, seen, about, pending[1], suspect="marketplace")

    def at_quiescence(self, state: Quiescence) -> Iterable[Violation]:
        """The OMS knows how each lapsed claim ended; where nobody sees what it knows, its book does."""
        if not self._to_learn:
            return NO_VIOLATION
        if not state.staff_seen:
            return self._unbooked(state)
        rows = {row.return_id or row.cancel_id: row for row in state.adjustments}
        found = []
        for claim in self._take_known():
            ended, row = self.decisions.status(claim), rows.get(claim)
            if row is not None and not tells(row, "status"):
                continue
            status = row.status if row is not None else "no such case"
            if (_paid_out(ended) and status != DONE_AT_OMS) or (ended.endswith(CALLED_OFF) and status not in OVER):
                order_id, seqs = self._lapses[claim]
                expected, seen = f"the OMS knows that the claim is {ended}", f"the OMS has {status}"
                about = {"order_id": order_id, "claim": claim}
                found.append(Violation.of(f"unlearned {claim} {ended}", expected, seen, about, *seqs))
        return found

    def _take_known(self) -> list[str]:
        """Take out the claims of which everybody can have learned: their shops have let the connector in."""
        known = {claim for claim in self._to_learn if self._is_let_in(claim)}
        self._to_learn -= known
        return sorted(known)

    def _is_let_in(self, claim: str) -> bool:
        known = self.claims.by_id.get(claim)
        return known is None or self.limits.hold(known.shop_id)

    @property
    def unjudged(self) -> str | None:
        """Return that a deadline has lapsed of which nobody can have learned yet."""
        known = all(map(self._is_let_in, self._to_learn))
        return None if known else "a deadline has lapsed in a shop that has not let the connector in"

    def _unbooked(self, state: Quiescence) -> Iterable[Violation]:
        books = {row.order_id: row for row in state.books}
        for claim in self._take_known():
            order_id, events = self._lapses[claim]
            row, ended = books.get(order_id), self.decisions.status(claim)
            if row is not None and row.agree is False and _paid_out(ended):
                expected = f"all books know that the claim is {ended}"
                seen = "they do not say the same of the order"
                about = {"order_id": order_id, "claim": claim}
                yield Violation.of(f"unlearned {claim} {ended}", expected, seen, about, *events, money=row.books)


def _paid_out(status: str) -> bool:
    """Return whether the claim's money has been paid; a replacement that is complete had none."""
    return status.endswith("_COMPLETE") and not status.startswith("REPLACEMENT")
