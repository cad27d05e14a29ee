"""What the players say has happened, by the names of `contracts/events.yaml`, read with types.

The only place of the audit that knows an event's or a field's name; a test holds both to the contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from rehearsal.contract.operation import Breach


class EventName(StrEnum):
    """The events that an invariant asks for."""

    ORDER_PLACED = "order_placed"
    RETURN_REQUESTED = "return_requested"
    RETURN_STATUS_CHANGED = "return_status_changed"
    CANCELLATION_REQUESTED = "cancellation_requested"
    CANCELLATION_STATUS_CHANGED = "cancellation_status_changed"
    DEADLINE_LAPSED = "deadline_lapsed"
    DISPUTE_DECIDED = "dispute_decided"
    MONEY_PAID = "money_paid"
    MAIL_SENT = "mail_sent"
    DECISION_GIVEN = "decision_given"
    REFUND_REQUESTED = "refund_requested"
    BOOKED = "booked"


REQUESTS: Final = (EventName.RETURN_REQUESTED, EventName.CANCELLATION_REQUESTED)
MOVES: Final = (EventName.RETURN_STATUS_CHANGED, EventName.CANCELLATION_STATUS_CHANGED)


@dataclass(frozen=True, slots=True)
class PlayerEvent:
    """Something that has happened inside a player; `seq` is its place in the trace.

    A property returns an empty text, None or nothing where the event has no such field.
    """

    seq: int
    at: datetime
    who: str
    name: str
    data: Mapping[str, Any]
    breaches: tuple[Breach, ...] = ()

    @property
    def claim(self) -> str | None:
        """Return the return or cancellation it is about."""
        return self._text("return_id") or self.cancellation

    @property
    def cancellation(self) -> str | None:
        """Return the cancellation it is about."""
        return self._text("cancel_id") or None

    @property
    def order(self) -> str:
        """Return the order it is about."""
        return self._text("order_id")

    @property
    def adjustment(self) -> str:
        """Return the OMS's number of the case it is about."""
        return self._text("adjustment_id")

    @property
    def status(self) -> str:
        """Return where the claim stands from now on."""
        return self._text("now") or self._text("status")

    @property
    def action(self) -> str:
        """Return what moved the claim."""
        return self._text("action")

    @property
    def by(self) -> str:
        """Return who acted."""
        return self._text("by")

    @property
    def role(self) -> str:
        """Return on whose side the claim was begun."""
        return self._text("role")

    @property
    def outcome(self) -> str:
        """Return how a dispute was decided."""
        return self._text("outcome")

    @property
    def kind(self) -> str:
        """Return which mail it was."""
        return self._text("kind")

    @property
    def decision(self) -> str:
        """Return approve, partial or reject."""
        return self._text("decision")

    @property
    def question(self) -> str:
        """Return what was decided: the request or the goods."""
        return self._text("question")

    @property
    def accepted(self) -> bool:
        """Return whether the connector has taken it."""
        return bool(self.data.get("accepted"))

    @property
    def amount(self) -> Decimal | None:
        """Return the sum that was paid, booked, decided or asked for."""
        return self._money("amount")

    @property
    def total(self) -> Decimal | None:
        """Return what the buyer paid for the order."""
        return self._money("total")

    @property
    def refund_total(self) -> Decimal | None:
        """Return what the claim asks for."""
        return self._money("refund_total")

    @property
    def offer(self) -> Decimal | None:
        """Return the part that the seller offers."""
        return self._money("offer")

    @property
    def lines(self) -> dict[str, Decimal]:
        """Return the money by unit."""
        return {unit: Decimal(money) for unit, money in (self.data.get("lines") or {}).items()}

    @property
    def units(self) -> tuple[str, ...]:
        """Return the units it is about."""
        return tuple(self.data.get("line_item_ids") or ())

    @property
    def sets_deadline(self) -> bool:
        """Return whether it says what deadline holds from now on, be it none."""
        return "deadline" in self.data

    @property
    def deadline(self) -> datetime | None:
        """Return the deadline that holds from now on."""
        return self._moment("deadline")

    @property
    def due(self) -> datetime | None:
        """Return the hour of the deadline that lapsed."""
        return self._moment("due")

    @property
    def what(self) -> str:
        """Return which deadline lapsed."""
        return self._text("what")

    def _text(self, field: str) -> str:
        return str(self.data.get(field) or "")

    def _money(self, field: str) -> Decimal | None:
        found = self.data.get(field)
        return None if found is None else Decimal(found)

    def _moment(self, field: str) -> datetime | None:
        found = self.data.get(field)
        return found if isinstance(found, datetime) else None
