"""What the warehouse reports: goods that came back, and what they were found to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mock_oms.domain.cases import Case, Decision, KeptDecision, Kind
from mock_oms.domain.grades import GRAVEST, NOT_IN_THE_PARCEL, Grade
from mock_oms.domain.manners import Manner
from mock_oms.domain.statuses import Question, Verdict
from mock_oms.errors import Refused
from mock_oms.state.agenda import Clock
from mock_oms.state.store import Parcel, Store
from mock_oms.usecases.decision_delivery import can_come
from mock_oms.usecases.effects import Effects
from mock_oms.usecases.staff import Staff, nothing_waits, refuse_if_decided, refuse_not_here
from mock_oms.usecases.validation import a_word
from mock_oms.usecases.views import CommandResult, Views


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """The receiving dock and the inspection of what stands there."""

    store: Store
    clock: Clock
    staff: Staff
    effects: Effects
    views: Views

    def receive_parcel(
        self,
        *,
        return_id: str,
        order_id: str,
        line_item_ids: Sequence[str],
        tracking_number: str | None = None,
        damaged: Sequence[str] = (),
    ) -> None:
        """Note that goods came back. The same parcel twice is one parcel."""
        if return_id in self.store.parcels:
            return
        parcel = Parcel(return_id, order_id, tuple(line_item_ids), tracking_number, self.clock.now(), tuple(damaged))
        self.store.keep_parcel(parcel)
        self.effects.parcel_received(parcel)

    def inspect(
        self, return_id: str, *, grade: str, accept: bool, units: Sequence[Mapping[str, str]] = ()
    ) -> CommandResult:
        """Grade goods that came back, and accept or refuse them. It may come before the adjustment is known.

        `units` are those that were found otherwise than `grade` says; what is not in the parcel is missing.
        """
        graded = a_word(Grade, grade, "grade")
        if not isinstance(accept, bool):
            raise Refused(422, "Bad value", "accept is true or false.", "accept")
        case, parcel = self.store.case_of_return(return_id), self.store.parcels.get(return_id)
        if case is None and parcel is None:
            raise Refused(404, "Unknown return", f"The OMS knows no return {return_id}.", "return_id")
        grades = self._grades(return_id, graded, units)
        gravest = next(one for one in GRAVEST if one in (graded, *grades.values()))
        decision = Decision(Question.GOODS, Verdict.APPROVE if accept else Verdict.REJECT, grade=gravest, grades=grades)
        if case is not None and Manner.UNTIMELY in self.staff.manners:
            return self.staff.give(case, decision)
        if parcel is None:
            refuse_not_here(return_id)
        if case is None:
            case = self._case_of(parcel)
        else:
            refuse_if_decided(case)
            if case.asks is Question.GOODS and case.sent_back:
                return self.staff.give(case, decision)
            if parcel.grade is not None or not can_come(case):
                nothing_waits(case)
        kept = self.store.keep(replace(case, kept=KeptDecision(decision, left=None)))
        self.store.judge(kept, gravest)
        self.effects.decision_given(kept, decision, accepted=False)
        return CommandResult(self.views.row(kept), kept=True)

    def _grades(self, return_id: str, graded: Grade, units: Sequence[Mapping[str, str]]) -> Mapping[str, Grade]:
        """Return what each unit was found to be: as graded, but for those named; what did not come is missing."""
        case, parcel = self.store.case_of_return(return_id), self.store.parcels.get(return_id)
        claimed = [unit for one in case.current() for unit in one.unit_ids] if case else []
        came = parcel.line_item_ids if parcel else ()
        grades = {unit: NOT_IN_THE_PARCEL if came and unit not in came else graded for unit in (*came, *claimed)}
        grades |= dict.fromkeys(parcel.damaged, Grade.DAMAGED) if parcel else {}
        for at, unit in enumerate(units):
            if unit["line_item_id"] not in came:
                raise Refused(
                    422, "Not in the parcel", f"No {unit['line_item_id']} came back.", f"units.{at}.line_item_id"
                )
            grades[unit["line_item_id"]] = a_word(Grade, unit["grade"], f"units.{at}.grade")
        return grades

    def _case_of(self, parcel: Parcel) -> Case:
        order = self.store.orders.get(parcel.order_id)
        return Case(
            number=self.store.new_number(),
            kind=Kind.RETURN,
            order_ref=order.ref if order else None,
            order_id=parcel.order_id,
            currency=order.currency if order else "",
            opened_at=self.clock.now(),
            return_id=parcel.return_id,
        )
