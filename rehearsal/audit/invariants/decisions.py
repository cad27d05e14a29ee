"""A no stays a no, and a decision given in time arrives in time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rehearsal.audit.decision_ledger import APPROVING, ZERO, is_rejection
from rehearsal.audit.event import MOVES, REQUESTS, EventName
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, PlayerEvent, Violation
from rehearsal.audit.invariants.executed_once import departs
from rehearsal.moments import shown_time
from rehearsal.seats.port import Capability, Question
from rehearsal.sums import Sum
from rehearsal.wire.recorder import Exchange

SUPPORT_BUYER: Final = "SUPPORT_BUYER"
LIFTS: Final = (SUPPORT_BUYER, "HAND_BACK")  # of the operator: who is handed it back is asked once more
DEADLINE_SET: Final = "DEADLINE_SET"  # the marketplace has given a request another hour, which a round tells
TOO_MANY: Final = 429
OF_AFTER_SALES: Final = range(25_000_000, 26_000_000)  # codes of the marketplace's that are about a claim or an order
# Of these: it is locked, another request is in the way, and an error inside.
COME_AGAIN: Final = (25001028, 25001011, 25020008)


@dataclass(eq=False, slots=True)
class NoRefundAfterNo(Invariant):
    """Per claim (D26): another return of the same order is judged by itself."""

    slug = "no-refund-after-no"
    rule = "A rejection is never followed by a refund, unless arbitration, a lapse or the seller says so."

    _rejected: dict[str, int] = field(default_factory=dict)

    def after_act(self, now: datetime) -> Iterable[Violation]:
        """A no that the OMS gave is not a yes at the marketplace."""
        return [departs(one) for one in self.decisions.departures() if one.approves_a_rejection]

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Follow each claim from the no to whatever lifts it, or to money."""
        claim = event.claim
        if claim is None:
            return
        if event.name in MOVES:
            if is_rejection(event.action):
                self.occasions += 1
                self._rejected[claim] = event.seq
            elif event.action in LIFTS or (
                event.action in APPROVING and event.by in ("seller", "seller_center", "operator")
            ):
                self._rejected.pop(claim, None)
        elif event.name == EventName.DISPUTE_DECIDED and event.outcome == SUPPORT_BUYER:
            self._rejected.pop(claim, None)
        elif event.name == EventName.MONEY_PAID and claim in self._rejected:
            expected = "no refund after the rejection, since neither arbitration, a lapse nor the seller lifted it"
            paid = Sum(event.amount or ZERO, event.currency)
            seen, money = f"{paid} paid", {"amount": paid}
            key, seqs = f"paid after no {claim}", (self._rejected[claim], event.seq)
            yield Violation.of(key, expected, seen, event.about, *seqs, money=money, suspect="marketplace")


@dataclass(eq=False, slots=True)
class InTime(Invariant):
    """A decision later than a round before the deadline, but before it, is sent at its own instant (D4)."""

    slug = "in-time"
    rule = "A decision the OMS gave before the deadline (less one round) reaches the marketplace before it."
    needs = frozenset({Capability.STAFF_DECIDES})

    _given: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    _shops: dict[str, str] = field(default_factory=dict)  # of each claim
    _set: dict[str, datetime] = field(default_factory=dict)  # when a claim was last given another hour

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Note decisions as given, delivered or overtaken."""
        claim = event.claim
        if claim is None:
            return
        if event.name in REQUESTS:
            self._shops[claim] = event.shop
        elif event.name == EventName.DECISION_GIVEN and event.accepted:
            self.occasions += 1
            if self.decisions.asks(claim, event.question or Question.REQUEST):  # or somebody else was faster
                self._given[claim] = (event.at, event.seq)
        elif event.action == DEADLINE_SET:
            self._set[claim] = event.at
        elif event.name == EventName.DEADLINE_LAPSED:
            given = self._given.pop(claim, None)
            due = event.due or event.at
            if given is None or given[0] >= due:
                return
            trouble = self.limits.extension(self._shops.get(claim), given[0])
            if claim in self._set and due - self._set[claim] <= self.limits.one_round + trouble:
                return  # nobody could know of it: of two things in one second the round may be the first
            early = due - given[0] >= self.limits.one_round + trouble
            if early or (not trouble and due - given[0] > self.limits.at_once):
                at_once = "" if early else ", sent at its own instant since the next round comes too late"
                expected = f"the decision at the marketplace before the deadline{at_once}"
                seen = f"given at {shown_time(given[0])}, not delivered when the deadline fell at {shown_time(due)}"
                yield Violation.of(f"late {claim} {shown_time(due)}", expected, seen, event.about, given[1], event.seq)
        elif event.name in MOVES:
            self._given.pop(claim, None)

    @property
    def still_open(self) -> int:
        return len(self._given.keys() & {decision.claim for decision in self.decisions.owed()})

    def on_exchange(self, exchange: Exchange) -> Iterable[Violation]:
        """A decision that was answered has reached the marketplace, unless it is told to come back."""
        if self._given and exchange.callee == "marketplace" and exchange.writes and _answered(exchange):
            for claim in exchange.subjects:
                self._given.pop(claim, None)
        return NO_VIOLATION


def _answered(exchange: Exchange) -> bool:
    if exchange.code in COME_AGAIN:
        return False
    if exchange.status is None:  # or refused on its way, in the marketplace's words and for good
        return exchange.code is not None and exchange.code in OF_AFTER_SALES
    return exchange.status < 500 and exchange.status != TOO_MANY
