"""What the seller decided is carried out: all of it, once, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from rehearsal.audit.decision_ledger import Decision, Departure, Request
from rehearsal.audit.event import EventName
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, PlayerEvent, Quiescence, Violation
from rehearsal.seats.port import AdjustmentRow, Capability, tells
from rehearsal.sums import Sum


@dataclass(eq=False, slots=True)
class ExecutedOnce(Invariant):
    """A yes where the seller said no is another invariant's: no-refund-after-no."""

    slug = "executed-once"
    rule = "Every refund the seller decided is executed exactly once, or ends in an error a person can see."
    needs = frozenset({Capability.STAFF_DECIDES})
    needs_at_rest = frozenset({Capability.STAFF_SEES})
    parts = MappingProxyType(
        {
            "whether what was not executed ends in an error a person can see": needs_at_rest,
            "whether what nobody decided was an answer in the seller's place": frozenset({Capability.ACTIVITY}),
        }
    )

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Count the refunds that were decided."""
        decided = event.name == EventName.DECISION_GIVEN and event.decision in ("approve", "partial")
        if event.accepted and (decided or event.name == EventName.REFUND_REQUESTED):
            self.occasions += 1
        return NO_VIOLATION

    @property
    def still_open(self) -> int:
        approvals = sum(decision.verdict in ("approve", "partial") for decision in self.decisions.owed())
        return approvals + sum(self.decisions.missing(one.order_id) > 0 for one in self.decisions.unpaid.values())

    @property
    def excused(self) -> str:
        if not (orders := self.decisions.outsiders.orders):
            return ""
        of = "an order" if orders == 1 else f"{orders} orders"
        why = "somebody outside has asked the connector, and how much that comes to is not known"
        return f"what is refunded of {of} is not judged: {why}"

    def after_act(self, now: datetime) -> Iterable[Violation]:
        """What has been done was decided, unless the connector may have answered in the seller's place."""
        return [departs(one) for one in self.decisions.departures() if not one.approves_a_rejection]

    def at_quiescence(self, state: Quiescence) -> Iterable[Violation]:
        """Every decision has been carried out, or is in a person's sight, or is out of date."""
        rows = {row.id: row for row in state.adjustments}
        for decision in self.decisions.owed():
            if not decision.failed:
                yield _lost(decision, rows.get(decision.adjustment_id))
        unpaid, self.decisions.unpaid = self.decisions.unpaid, {}
        if state.settled:
            self.decisions.outsiders.settled()
        for identity, request in unpaid.items():
            row = rows.get(identity)
            begun = row is not None and self.decisions.started_by_seller(row.return_id or row.cancel_id)
            known = begun or (row is not None and not tells(row, "return_id"))
            missing = self.decisions.missing(request.order_id)
            in_hand = request.failed or self.decisions.left_nothing(request)
            if not in_hand and (missing or not known):
                self.decisions.unpaid[identity] = request
                yield self._unpaid(request, row)

    def _unpaid(self, request: Request, row: AdjustmentRow | None) -> Violation:
        done = Sum(self.decisions.carried_out(request.order_id), request.currency)
        about = {"order_id": request.order_id, "adjustment_id": request.adjustment_id}
        money = {"asked": Sum(request.amount, request.currency), "refunded": done}
        expected = "the refund executed at the marketplace, or an error that the staff can see"
        seen = f"{done} refunded at the marketplace; the staff see {as_seen(row)}"
        return Violation.of(f"lost {request.adjustment_id}", expected, seen, about, request.seq, money=money)


def departs(one: Departure) -> Violation:
    """Return what a departure from the seller's decisions violates, at the address of whoever made the move."""
    about = {"order_id": one.order_id, "claim": one.claim}
    if one.decision is not None:
        about["adjustment_id"] = one.decision.adjustment_id
    key, call = f"departs {one.claim} {one.events[-1]}", one.exchange
    found = Violation.of(key, one.expected, one.seen, about, *one.events, call=call, money=one.money)
    return replace(found, unless_by_default=one.order_id if one.in_sellers_place else None)


def as_seen(row: AdjustmentRow | None) -> str:
    """Return in words how the staff see a case."""
    if row is None or row.status:
        return row.status if row else "nothing of it"
    waits = f"may {' or '.join(row.can)} it" if row.can else "have nothing to decide"
    return f"it with {'an' if row.error else 'no'} error and {waits}"


def _lost(decision: Decision, row: AdjustmentRow | None) -> Violation:
    about = {"order_id": decision.order_id, "adjustment_id": decision.adjustment_id, "claim": decision.claim}
    expected = f"the decision ({decision}) carried out at the marketplace, or an error that the staff can see"
    seen = f"the marketplace still asks; the staff see {as_seen(row)}"
    return Violation.of(f"lost {decision.claim} {decision.seq}", expected, seen, about, decision.seq)
