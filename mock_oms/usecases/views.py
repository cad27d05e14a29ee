"""What the seller's staff see of a case, and what came of what they ordered."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from mock_oms.domain.cases import Case
from mock_oms.domain.refunds import Left, goes_before, left_of
from mock_oms.domain.statuses import Question
from mock_oms.state.agenda import Clock
from mock_oms.state.store import Parcel, Store
from mock_oms.usecases.decision_delivery import can_come


@dataclass(frozen=True, slots=True)
class AdjustmentRow:
    """One case, as it is listed: a return, a cancellation, or a refund the seller started."""

    id: str
    kind: str
    return_id: str | None
    cancel_id: str | None
    order_id: str
    status: str
    amount: Decimal
    currency: str
    deadline: datetime | None
    error: str | None
    note: str | None  # what stands beside the status, such as what a refund waits for
    pictures: int | None  # with which the buyer has asked, and videos
    videos: int | None
    can: tuple[str, ...]  # what staff can do with it now: approve, reject, inspect


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What came of an order to the OMS. `kept`: the connector has not taken it yet; it will be tried again."""

    row: AdjustmentRow
    kept: bool


@dataclass(frozen=True, slots=True)
class Views:
    """Reads the store for people; reading changes nothing."""

    store: Store
    clock: Clock
    _over: dict[str, tuple[Case, Parcel | None, AdjustmentRow]] = field(default_factory=dict, repr=False, compare=False)

    def rows(self) -> list[AdjustmentRow]:
        """Return all cases, oldest first."""
        return [self._listed(case) for case in self.store.cases.values()]

    def _listed(self, case: Case) -> AdjustmentRow:
        """Return a case as it is listed; one that is over looks as it did, until it or its parcel is another."""
        parcel, known = self.store.parcel_of(case), self._over.get(case.number)
        if known is not None and known[0] is case and known[1] is parcel:
            return known[2]
        row = self.row(case)
        if case.terminal and not case.parts:  # a refund of the seller's may wait for another case
            self._over[case.number] = (case, parcel, row)
        return row

    def row(self, case: Case) -> AdjustmentRow:
        """Return a case as it is listed."""
        return AdjustmentRow(
            id=case.number,
            kind=str(case.kind),
            return_id=case.return_id,
            cancel_id=case.cancel_id,
            order_id=case.order_id,
            status=case.status,
            amount=case.amount,
            currency=case.currency,
            deadline=case.deadline,
            error=case.error,
            note=self.note(case),
            pictures=case.pictures,
            videos=case.videos,
            can=self._can(case),
        )

    def refundable(self, order_id: str) -> Left:
        """Return what is left to refund of an order; raise Refused where it has not reached the OMS."""
        return left_of(self.store.order(order_id), self.store.cases_of_order(order_id))

    def judgeable(self, case: Case) -> bool:
        """Return whether the goods of a case can be judged: sent, and here or on their way for too long."""
        return case.sent_back and (self.store.parcel_of(case) is not None or case.overdue(self.clock.now()))

    def too_late(self, case: Case) -> bool:
        """Return whether the marketplace has taken over, though nobody has told us yet: a deadline is exclusive."""
        return case.deadline is not None and case.deadline <= self.clock.now()

    def note(self, case: Case) -> str | None:
        """Return the connector's comments; before it has made one, what a refund of the seller's has to wait for."""
        comments = [a.comment for a in case.current() if a.comment]
        claimed, parcel = {unit for a in case.current() for unit in a.unit_ids}, self.store.parcel_of(case)
        if parcel is not None and (missing := claimed.difference(parcel.line_item_ids)) and parcel.line_item_ids:
            comments.append(
                f"Of {len(claimed)} piece{'s' * (len(claimed) != 1)} {len(claimed) - len(missing)} came back."
            )
        before = goes_before(case, self.store.cases_of_order(case.order_id)) if case.parts and not comments else None
        if before is not None:
            comments = [f"Waits: {before.return_id or before.cancel_id} of the buyer's on the same units goes first."]
        return " ".join(dict.fromkeys(comments)) or None

    def _can(self, case: Case) -> tuple[str, ...]:
        """Return what of `approve`, `reject` and `inspect` would not be refused for where the case stands."""
        parcel = self.store.parcel_of(case)
        if case.kept is not None or (case.asks and self.too_late(case)):
            return ()
        if case.asks is Question.REQUEST:
            return ("approve", "reject")
        if case.asks is Question.GOODS and (case.sent_back or not parcel):
            answers = ("approve", "reject") if self.judgeable(case) else ()
            return (*answers, "inspect") if parcel else answers
        return ("inspect",) if parcel and parcel.grade is None and can_come(case) else ()
