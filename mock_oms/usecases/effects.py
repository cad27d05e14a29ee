"""What follows from something that has happened at the OMS: those who listen hear of it."""

from __future__ import annotations

from mock_oms.domain.cases import Adjustment, Case, Decision
from mock_oms.domain.money import written
from mock_oms.state.agenda import Clock
from mock_oms.state.events import Event, Listener
from mock_oms.state.store import Parcel


class Effects:
    """Makes events and hands them to the listeners."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` with every event from now on."""
        self._listeners.append(listener)

    def decision_given(self, case: Case, decision: Decision, *, accepted: bool) -> None:
        self._about(
            case,
            "decision_given",
            decision="partial" if decision.amount is not None else str(decision.verdict),
            question=str(decision.question),
            amount=case.amount if decision.amount is None else decision.amount,
            grade=decision.grade,
            accepted=accepted,
        )

    def refund_requested(self, case: Case) -> None:
        units = [unit for part in case.parts if part.item_ref is not None for unit in part.units]
        self._about(case, "refund_requested", line_item_ids=units or None, amount=case.amount, accepted=not case.unsent)

    def booked(self, case: Case, paid: Adjustment) -> None:
        made_of = {part: written(sum_, case.currency) for part, sum_ in paid.made_of.items()}
        self._about(case, "booked", amount=written(paid.amount, case.currency), made_of=made_of)

    def parcel_received(self, parcel: Parcel) -> None:
        self._announce(
            "parcel_received",
            return_id=parcel.return_id,
            order_id=parcel.order_id,
            line_item_ids=parcel.line_item_ids,
            tracking_number=parcel.tracking_number,
        )

    def _about(self, case: Case, name: str, **data: object) -> None:
        self._announce(
            name,
            adjustment_id=case.number,
            return_id=case.return_id,
            cancel_id=case.cancel_id,
            order_id=case.order_id,
            currency=case.currency,
            **data,
        )

    def _announce(self, name: str, **data: object) -> None:
        event = Event(self._clock.now(), name, data)
        for listener in self._listeners:
            listener(event)
