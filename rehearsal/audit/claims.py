"""Claims as the marketplace has them, and how they have stood: what everybody else is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from rehearsal.audit.event import MOVES, REQUESTS, EventName, PlayerEvent

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class State:
    """How a claim stands from one moment on. The deadline is the seller's."""

    since: datetime
    status: str
    total: Decimal
    deadline: datetime | None
    seq: int


@dataclass(slots=True)
class Claim:
    """A return or a cancellation: what it is about, and each state it has been in."""

    id: str
    order_id: str
    shop_id: str
    by_seller: bool
    currency: str
    reason: str
    units: frozenset[str]
    parts: Mapping[str, Decimal]
    states: list[State] = field(default_factory=list)
    paid_at: datetime | None = None

    @property
    def now(self) -> State:
        """Return how it stands."""
        return self.states[-1]

    def stood(self, since: datetime) -> list[State]:
        """Return each state that it has been in at some time since then, the newest first."""
        stood = []
        for state in reversed(self.states):
            stood.append(state)
            if state.since <= since:
                break
        return stood


@dataclass(slots=True)
class Claims:
    """All claims of a world."""

    by_id: dict[str, Claim] = field(default_factory=dict)
    of_order: dict[str, list[Claim]] = field(default_factory=dict)

    def on_event(self, event: PlayerEvent) -> Claim | None:
        """Take note of what happens to a claim at the marketplace; return it where something did."""
        claim = event.claim
        if claim is None:
            return None
        if event.name in REQUESTS:
            parts: dict[str, Decimal] = {}
            for unit in event.parts.values():
                for part, money in unit.items():
                    parts[part] = parts.get(part, ZERO) + money
            new = Claim(
                claim,
                event.order,
                event.shop,
                event.role == "SELLER",
                event.currency,
                event.reason,
                frozenset(event.units),
                parts,
            )
            self.by_id[claim] = new
            self.of_order.setdefault(event.order, []).append(new)
        known = self.by_id.get(claim)
        if known is None:
            return None
        if event.name in REQUESTS or event.name in MOVES:
            deadline = event.seller_deadline if event.returned else event.deadline
            known.states.append(State(event.at, event.status, event.refund_total or ZERO, deadline, event.seq))
        elif event.name == EventName.MONEY_PAID:
            known.paid_at = event.at
        else:
            return None
        return known
