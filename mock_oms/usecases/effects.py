"""What follows from something that has happened at the OMS: those who listen hear of it."""

from collections.abc import Sequence

from mock_oms.domain.cases import Adjustment, Case, Decision
from mock_oms.domain.money import written
from mock_oms.domain.orders import Order, OrderLine
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
            decision="instead" if decision.instead else "partial" if decision.amount is not None else decision.verdict,
            question=str(decision.question),
            amount=case.amount if decision.amount is None else decision.amount,
            grade=decision.grade,
            reason=decision.reason,
            words_to_buyer=decision.comment,
            accepted=accepted,
        )

    def refund_requested(self, case: Case) -> None:
        units = [unit for part in case.parts if part.item_ref is not None for unit in part.units]
        body = case.parts[0].body
        meant: dict[str, object] = {
            "line_item_ids": units or None,
            "amount": case.amount,
            "reason": body.get("SiteReason") or body.get("Reason"),
            "restock": bool(body.get("Restock")),
        }
        if made_of := case.asked_part_by_part():
            meant["made_of"] = {part: written(sum_, case.currency) for part, sum_ in made_of.items()}
        if case.parts[0].recorded:
            self._about(case, "refund_recorded", **meant)
        else:
            self._about(case, "refund_requested", **meant, accepted=not case.unsent)

    def order_read(self, order: Order, *, again: bool = False) -> None:
        made_of = {part: written(sum_, order.currency) for part, sum_ in order.made_of.items()}
        units = [unit for line in order.lines if line.units_known for unit in line.unit_ids]
        self._announce(
            "order_read",
            order_id=order.order_id,
            refs=[f"Orders({order.ref})", *(f"OrderItems({line.item_id})" for line in order.lines)],
            again=again,
            currency=order.currency,
            total=order.total,
            made_of=made_of,
            stated={part: written(sum_, order.currency) for part, sum_ in order.stated.items()},
            by_line=[
                {"units": line.unit_ids if line.units_known else ()}
                | {part: written(sum_, order.currency) for part, sum_ in line.made_of.items()}
                for line in order.lines
            ],
            additional=order.additional,
            goods=order.goods,
            names=order.names,
            line_item_ids=units or None,
            created_at=order.created_at,
            **order.dates,
            recipient_address=order.recipient,
            profile=order.profile,
            checkout_status=order.checkout_status,
            payment_status=order.payment_status,
            shipping_status=order.shipping_status,
        )

    def parcels_read(self, order_id: str, statuses: Sequence[str]) -> None:
        self._announce("parcels_read", order_id=order_id, statuses=statuses)

    def answers_unreadable(self, words: str) -> None:
        self._announce("answers_unreadable", words=words)

    def order_hinted(self, order_id: str, hint: str, profile: str | None) -> None:
        self._announce("order_hinted", order_id=order_id, hint=hint, profile=profile)

    def adjustment_read(self, case: Case, read: Adjustment, line: OrderLine | None) -> None:
        level, number = read.key
        on_shipping = read.tax_on_shipping
        self._announce(
            "adjustment_read",
            adjustment_id=case.number,
            return_id=read.return_id,
            cancel_id=read.cancel_id,
            order_id=case.order_id,
            currency=case.currency,
            ref=f"{level}({number})",
            asked=read.seller_id is not None,
            status=read.status,
            amount=written(read.amount, case.currency),
            made_of={part: written(sum_, case.currency) for part, sum_ in read.made_of.items()},
            stated={} if on_shipping is None else {"shipping_tax": written(on_shipping, case.currency)},
            line_item_ids=list(read.unit_ids) or None,
            order_line=list(line.unit_ids) if line is not None and line.units_known else None,
            lines={unit: written(sum_, case.currency) for unit, sum_ in read.unit_amounts.items()},
            quantity=read.quantity,
            restock=read.restock,
            site_status=read.site_status,
            reason=read.reason,
            site_reason=read.site_reason_key,
            site_reason_text=read.site_reason_text,
            tracking_number=read.tracking or "",
            carrier=read.carrier,
            deadline=read.deadline,
            shipped_back_at=read.shipped_back_at,
            created_at=read.created_at,
            updated_at=read.updated_at,
            refunded_at=read.refunded_at,
            created_by=read.created_by,
            updated_by=read.updated_by,
            decided_by=read.decided_by,
            kind=read.type,
            profile=read.profile,
            arbitration_status=read.arbitration_status,
            rma=read.rma_number,
        )

    def booked(self, case: Case, paid: Adjustment) -> None:
        made_of = {part: written(sum_, case.currency) for part, sum_ in paid.made_of.items()}
        self._about(case, "booked", amount=written(paid.amount, case.currency), made_of=made_of)

    def parcel_received(self, parcel: Parcel) -> None:
        about = {"return_id": parcel.return_id, "order_id": parcel.order_id, "line_item_ids": parcel.line_item_ids}
        self._announce("parcel_received", **about, tracking_number=parcel.tracking_number)

    def _about(self, case: Case, name: str, **data: object) -> None:
        ids = {"adjustment_id": case.number, "return_id": case.return_id, "cancel_id": case.cancel_id}
        self._announce(name, **ids, order_id=case.order_id, currency=case.currency, **data)

    def _announce(self, name: str, **data: object) -> None:
        event = Event(self._clock.now(), name, data)
        for listener in self._listeners:
            listener(event)
