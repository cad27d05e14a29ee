"""What the connector had taken when it died is done when it is back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import MappingProxyType

from rehearsal.audit.decision_ledger import Decision, Request, has_failed
from rehearsal.audit.event import EventName
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, PlayerEvent, Quiescence, Violation
from rehearsal.audit.invariants.executed_once import as_seen
from rehearsal.seats.port import AdjustmentRow, Capability
from rehearsal.sums import Sum


@dataclass(eq=False, slots=True)
class SurvivesDeath(Invariant):
    """What is owed at each death is looked for when the world has come to rest after it; the books are others'."""

    slug = "survives-death"
    rule = "What the connector acknowledged survives its death at any instruction."
    needs = frozenset({Capability.KILL, Capability.STAFF_DECIDES})
    needs_at_rest = frozenset({Capability.STAFF_SEES})
    parts = MappingProxyType({"whether what had been acknowledged is done, or stands before the staff": needs_at_rest})

    _decisions: dict[int, tuple[Decision, int]] = field(default_factory=dict)  # by the decision's place in the trace
    _requests: dict[str, tuple[Request, int]] = field(default_factory=dict)  # by case
    _down: bool = False

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Note what is owed when the connector dies."""
        if event.name == EventName.CONNECTOR_KILLED:
            self._down = True
            for decision in self.decisions.owed():
                self._decisions.setdefault(decision.seq, (decision, event.seq))
            for case, request in self.decisions.unpaid.items():
                self._requests.setdefault(case, (request, event.seq))
            self.occasions += len(self._decisions) + len(self._requests)
        elif event.name == EventName.CONNECTOR_STARTED:
            self._down = False
        return NO_VIOLATION

    @property
    def still_open(self) -> int:
        return len(self._decisions) + len(self._requests)

    def at_quiescence(self, state: Quiescence) -> Iterable[Violation]:
        if self._down or not (self._decisions or self._requests):
            return
        rows = {row.id: row for row in state.adjustments}
        owed = {decision.seq for decision in self.decisions.owed()}
        for seq, (decision, death) in self._decisions.items():
            case = decision.adjustment_id
            row = rows.get(case)
            if seq in owed and not _in_sight(row):
                about = {"order_id": decision.order_id, "claim": decision.claim, "adjustment_id": case}
                yield _lost(f"the decision ({decision})", row, (seq, death), {}, about)
        for case, (request, death) in self._requests.items():
            row = rows.get(case)
            if self.decisions.missing(request.order_id) and not _in_sight(row):
                sums = {"asked": request.amount, "refunded": self.decisions.carried_out(request.order_id)}
                money = {what: Sum(amount, request.currency) for what, amount in sums.items()}
                about = {"order_id": request.order_id, "adjustment_id": case}
                yield _lost("the refund asked for", row, (request.seq, death), money, about)
        self._decisions, self._requests = {}, {}


def _in_sight(row: AdjustmentRow | None) -> bool:
    return row is not None and (row.status == "InformationOnly" or has_failed(row))


def _lost(
    what: str, row: AdjustmentRow | None, events: tuple[int, ...], money: dict[str, Sum], about: dict[str, str]
) -> Violation:
    expected = f"{what} carried out, as it had been taken before the connector died"
    return Violation.of(f"lost {events[0]}", expected, f"the staff see {as_seen(row)}", about, *events, money=money)
