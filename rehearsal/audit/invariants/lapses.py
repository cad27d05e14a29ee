"""Nobody's silence is lost: a deadline that passes acts once, at its own hour, and everybody learns of it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import datetime

from rehearsal.audit.finding import Witness
from rehearsal.audit.invariant import (
    DONE_AT_OMS,
    NO_OBJECTION,
    OPEN_AT_OMS,
    Claim,
    News,
    Objection,
    Sight,
    Stillness,
    Watcher,
)


class SilenceActs(Watcher):
    """`lapse-once`."""

    number = 5
    rule = "Nobody's silence is lost: each lapsed deadline acts once, at its own hour, and all three books learn of it."
    needs = frozenset({Sight.MARKETPLACE, Sight.OMS})

    def __init__(self) -> None:
        super().__init__()
        self._pending: dict[str, tuple[datetime, int]] = {}
        self._heap: list[tuple[datetime, str]] = []
        self._lapsed: dict[tuple[str, str, str], int] = {}
        self._claims: dict[str, Claim] = {}
        self._to_learn: set[str] = set()

    def hear(self, news: News) -> Iterable[Objection]:
        """Note what is due, what lapsed, and where the claim stands."""
        claim = news.claim
        if claim is None:
            return
        if news.name == "deadline_lapsed":
            self.occasions += 1
            yield from self._on_lapse(claim, news)
        elif "deadline" in news.data:
            due = news.data["deadline"]
            self._pending.pop(claim, None)
            if isinstance(due, datetime):
                self._pending[claim] = (due, news.seq)
                heapq.heappush(self._heap, (due, claim))
        if "now" in news.data and claim in self._claims:
            self._claims[claim].status = str(news.data["now"])
            self._to_learn.add(claim)

    def _on_lapse(self, claim: str, news: News) -> Iterable[Objection]:
        due = news.data.get("due")
        about = {"order_id": news.order, "claim": claim}
        self._claims.setdefault(claim, Claim(order_id=news.order)).events.append(news.seq)
        self._to_learn.add(claim)
        pending = self._pending.get(claim)
        if pending is not None and pending[0] == due:
            del self._pending[claim]
        if isinstance(due, datetime) and due != news.at:
            yield Objection(
                f"hour {claim} {due.isoformat()}",
                "marketplace",
                f"the deadline acts at {due.isoformat()}",
                f"it acted at {news.at.isoformat()}",
                Witness(events=(news.seq,), about=about),
            )
        key = (claim, str(news.data.get("what")), str(due))
        if key in self._lapsed:
            yield Objection(
                f"again {key}",
                "marketplace",
                "the deadline acts once",
                "it acted twice",
                Witness(events=(self._lapsed[key], news.seq), about=about),
            )
        self._lapsed[key] = news.seq

    def after_act(self, now: datetime) -> Iterable[Objection]:
        """No known deadline lies behind us without having acted."""
        while self._heap and self._heap[0][0] < now:
            due, claim = heapq.heappop(self._heap)
            pending = self._pending.get(claim)
            if pending is not None and pending[0] == due:
                del self._pending[claim]
                yield Objection(
                    f"missed {claim} {due.isoformat()}",
                    "marketplace",
                    f"the deadline acts at {due.isoformat()}",
                    "it passed and nothing happened",
                    Witness(events=(pending[1],), about={"claim": claim}),
                )

    def at_stillness(self, stillness: Stillness) -> Iterable[Objection]:
        """The OMS knows how each lapsed claim ended."""
        if not self._to_learn:
            return NO_OBJECTION
        rows = {row.return_id or row.cancel_id: row for row in stillness.adjustments}
        found = []
        for claim_id in sorted(self._to_learn):
            claim, row = self._claims[claim_id], rows.get(claim_id)
            status = row.status if row is not None else "no such case"
            if (claim.paid_out and status != DONE_AT_OMS) or (claim.called_off and status in OPEN_AT_OMS):
                found.append(
                    Objection(
                        f"unlearned {claim_id} {claim.status}",
                        "connector",
                        f"the OMS knows that the claim is {claim.status}",
                        f"the OMS has {status}",
                        Witness(events=tuple(claim.events), about={"order_id": claim.order_id, "claim": claim_id}),
                    )
                )
        self._to_learn.clear()
        return found
