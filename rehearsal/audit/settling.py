"""When everybody has had the time to come to rest, so that what holds at rest is judged even where nobody says so.

Two rounds and a pull after whatever has happened, three rounds and two pulls after the last trouble (D43).
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rehearsal.audit.decision_ledger import DecisionLedger
from rehearsal.audit.event import MOVES, REQUESTS, EventName, PlayerEvent
from rehearsal.audit.limits import Limits
from rehearsal.audit.outsiders import taken_on
from rehearsal.wire.recorder import Exchange

DECIDED: Final = (EventName.DECISION_GIVEN, EventName.REFUND_REQUESTED)
ENDED: Final = ("_COMPLETE", "_CANCEL", "_CANCELLED")  # how a claim's status ends when it has


@dataclass(slots=True)
class Settling:
    """What has happened since the world was last at rest, and by when all of it has to be over."""

    limits: Limits
    decisions: DecisionLedger
    last: tuple[datetime, int] | None = None  # what has happened, and its place in the trace
    struck: bool = False  # by trouble
    _look_at: datetime | None = None  # not before
    _claims: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))  # open ones, by order

    def on_event(self, event: PlayerEvent) -> None:
        if event.who == "marketplace" or event.name in DECIDED:
            self._happened(event.at, event.seq)
        claim = event.claim
        if claim is not None and (event.name in MOVES or event.name in REQUESTS):
            self._claims[event.order].pop(claim, None)
            if not event.status.endswith(ENDED):
                self._claims[event.order][claim] = None

    def on_exchange(self, exchange: Exchange) -> None:
        """Take note of what somebody outside has asked the connector for."""
        if taken_on(exchange):
            self._happened(exchange.at, exchange.seq)

    def _happened(self, at: datetime, seq: int) -> None:
        self.last, self._look_at = (at, seq), at + self.limits.one_round

    def on_trouble(self, at: datetime) -> None:
        self.struck = True
        self._look_at = self._look_at or at

    def rested(self) -> None:
        """Take note that the world has come to rest."""
        self.last, self.struck, self._look_at = None, False, None

    def put_off(self, now: datetime) -> None:
        """Take note that a look could not be taken: the next is a round later."""
        self._look_at = now + self.limits.one_round

    def wants_a_look(self, now: datetime) -> bool:
        """Return whether everybody has had the time to settle, and no refund has to wait for a buyer's claim."""
        if self._look_at is None or now <= self._look_at:
            return False
        latest = self.latest()
        held = any(claims and self.decisions.hold_back(order_id) for order_id, claims in self._claims.items())
        if latest is not None and latest < now and not held:
            return True
        self._look_at = now + self.limits.one_round if latest is None or held else latest
        return False

    def latest(self) -> datetime | None:
        """Return by when everything has to have settled; None while no limit runs."""
        one_round, one_pull, latest = self.limits.one_round, self.limits.one_pull, []
        if self.struck:
            over = self.limits.last_trouble()
            if over is None:
                return None
            latest.append(over + 3 * one_round + 2 * one_pull)
        if self.last is not None:
            longer = self.limits.extension(None, self.last[0])
            latest.append(self.last[0] + 2 * one_round + one_pull + longer)
        return max(latest, default=None)
