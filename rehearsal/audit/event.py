"""What the players say has happened, by the names of `contracts/events.yaml`, read with types.

The only place of the audit that knows an event's or a field's name; a test holds both to the contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from rehearsal.contract.operation import Breach

T = TypeVar("T")


class EventName(StrEnum):
    """The events that an invariant asks for."""

    ORDER_PLACED = "order_placed"
    ORDER_STATUS_CHANGED = "order_status_changed"
    ADDRESS_CHANGED = "address_changed"
    RETURN_REQUESTED = "return_requested"
    RETURN_STATUS_CHANGED = "return_status_changed"
    EVIDENCE_SHOWN = "evidence_shown"
    PARCEL_SHIPPED = "parcel_shipped"
    PARCEL_ARRIVED = "parcel_arrived"
    CANCELLATION_REQUESTED = "cancellation_requested"
    CANCELLATION_STATUS_CHANGED = "cancellation_status_changed"
    DEADLINE_LAPSED = "deadline_lapsed"
    DISPUTE_DECIDED = "dispute_decided"
    DECISION_REFUSED = "decision_refused"
    MONEY_PAID = "money_paid"
    MAIL_SENT = "mail_sent"
    DECISION_GIVEN = "decision_given"
    REFUND_REQUESTED = "refund_requested"
    REFUND_RECORDED = "refund_recorded"
    ORDER_HINTED = "order_hinted"
    ANSWERS_UNREADABLE = "answers_unreadable"
    ORDER_READ = "order_read"
    PARCELS_READ = "parcels_read"
    ADJUSTMENT_READ = "adjustment_read"
    CASE_SEEN = "case_seen"
    BOOKED = "booked"
    CONNECTOR_KILLED = "connector_killed"
    CONNECTOR_STARTED = "connector_started"


REQUESTS: Final = (EventName.RETURN_REQUESTED, EventName.CANCELLATION_REQUESTED)
OPEN_API: Final = "seller"  # the door through which a connector acts
BY_SHIPPING: Final = "REJECT_BY_SHIPPING"  # the seller hands the goods over, and that is an answer of no connector's
MOVES: Final = (EventName.RETURN_STATUS_CHANGED, EventName.CANCELLATION_STATUS_CHANGED)


class Field(Generic[T]):
    """One field of an event's data, with its type: read when it is first asked for, and kept with the event."""

    def __init__(self, name: str, read: Callable[[Any], T]) -> None:
        self.name: Final = name
        self._read = read

    def __set_name__(self, owner: type, attribute: str) -> None:
        self._attribute = attribute

    def __get__(self, event: PlayerEvent, owner: type[PlayerEvent]) -> T:
        found = vars(event)[self._attribute] = self._read(event.data.get(self.name))
        return found


def _text(found: Any) -> str:
    return str(found or "")


def _maybe_text(found: Any) -> str | None:
    return None if found is None else str(found)


def _count(found: Any) -> int | None:
    return found if isinstance(found, int) else None


def _money(found: Any) -> Decimal | None:
    return None if found is None else Decimal(found)


def _instant(found: Any) -> datetime | None:
    return found if isinstance(found, datetime) else None


def _money_by_unit(found: Any) -> dict[str, Decimal]:
    return {unit: Decimal(money) for unit, money in (found or {}).items()}


def _parts_by_unit(found: Any) -> dict[str, dict[str, Decimal]]:
    return {unit: _money_by_unit(parts) for unit, parts in (found or {}).items()}


def _line(found: Any) -> tuple[tuple[str, ...], dict[str, Decimal]]:
    return tuple(found["units"]), _money_by_unit({part: money for part, money in found.items() if part != "units"})


@dataclass(frozen=True)
class PlayerEvent:
    """Something that has happened inside a player; `seq` is its place in the trace.

    What an event has no field for is an empty text, None or nothing.
    """

    seq: int
    at: datetime
    who: str
    name: str
    data: Mapping[str, Any]
    breaches: tuple[Breach, ...] = ()

    # whom it is about
    shop = Field("shop_id", _text)
    order = Field("order_id", _text)
    profile = Field("profile", _text)
    returned = Field("return_id", _text)
    cancellation = Field("cancel_id", _text)
    adjustment = Field("adjustment_id", _text)
    units = Field("line_item_ids", lambda found: tuple(found or ()))
    order_line = Field("order_line", lambda found: tuple(found or ()))
    goods = Field("goods", lambda found: tuple(found or ()))
    names = Field("names", lambda found: {unit: tuple(names) for unit, names in (found or {}).items()})
    # what has happened
    kind_of_return = Field("return_type", _text)
    reason = Field("reason", _text)
    reason_text = Field("reason_text", _text)
    tracking_number = Field("tracking_number", _text)
    carrier = Field("carrier", _maybe_text)
    words = Field("words_to_buyer", _text)
    grade = Field("grade", _text)
    restock = Field("restock", bool)
    placed = Field("status", _text)
    moved_to = Field("now", _text)
    action = Field("action", _text)
    by = Field("by", _text)
    role = Field("role", _text)
    outcome = Field("outcome", _text)
    kind = Field("kind", _text)
    decision = Field("decision", _text)
    question = Field("question", _text)
    accepted = Field("accepted", bool)
    code = Field("code", lambda found: found or 0)
    deadline = Field("deadline", _instant)
    seller_deadline = Field("seller_deadline", _instant)
    created_by = Field("created_by", _text)
    updated_by = Field("updated_by", _text)
    decided_by = Field("decided_by", _text)
    arbitration = Field("arbitration_status", _maybe_text)
    pictures = Field("pictures", lambda found: found or 0)
    videos = Field("videos", lambda found: found or 0)
    due = Field("due", _instant)
    what = Field("what", _text)
    whom = Field("whom", _text)
    # money
    currency = Field("currency", _text)
    total = Field("total", _money)
    amount = Field("amount", _money)
    refund_total = Field("refund_total", _money)
    offer = Field("offer", _money)
    additional = Field("additional", _money)
    lines = Field("lines", _money_by_unit)
    parts = Field("parts", _parts_by_unit)
    made_of = Field("made_of", _money_by_unit)
    by_line = Field("by_line", lambda found: tuple(map(_line, found or ())))
    stated = Field("stated", _money_by_unit)
    stays = Field("stays", _money_by_unit)
    # what the OMS has read
    ref = Field("ref", _text)
    refs = Field("refs", lambda found: tuple(found or ()))
    asked = Field("asked", bool)
    again = Field("again", bool)
    rma = Field("rma", _text)
    site_status = Field("site_status", _text)
    site_reason = Field("site_reason", _maybe_text)
    site_reason_text = Field("site_reason_text", _maybe_text)
    quantity = Field("quantity", _count)
    checkout_status = Field("checkout_status", _text)
    payment_status = Field("payment_status", _text)
    shipping_status = Field("shipping_status", _text)
    statuses = Field("statuses", lambda found: tuple(found or ()))
    shipped_back = Field("shipped_back_at", _instant)
    created = Field("created_at", _instant)
    updated = Field("updated_at", _instant)
    paid_at = Field("paid_at", _instant)
    ready_at = Field("ready_at", _instant)
    collected_at = Field("collected_at", _instant)
    parcels = Field("parcels", _count)
    parcels_left = Field("parcels_left", _count)
    shipped_at = Field("shipped_at", _instant)
    recipient = Field("recipient_address", lambda found: found or {})
    refunded = Field("refunded_at", _instant)

    @property
    def claim(self) -> str | None:
        return self.returned or self.cancellation or None

    @property
    def about(self) -> dict[str, str]:
        """Return its order and its claim, as a witness names them."""
        return {"order_id": self.order, "claim": self.claim or ""}

    @property
    def status(self) -> str:
        return self.moved_to or self.placed

    @property
    def by_connector(self) -> bool:
        """Return whether it came through the Open API, the door through which a connector acts."""
        return self.by == OPEN_API and self.action != BY_SHIPPING

    @property
    def sets_deadline(self) -> bool:
        """Return whether the marketplace says what deadline holds from now on, be it none."""
        return self.who == "marketplace" and "deadline" in self.data


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that the connector has written, without what it must not show, and what that was."""

    at: datetime
    text: str
    shows: tuple[str, ...] = ()
    where: str = "a log"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One hit of a fault, or a death of the connector: what it gives the limits of a shop, or of all (None), on top.

    With `until_authorized` there are no limits until the shop has been authorised anew.
    """

    at: datetime
    shop_id: str | None
    rounds: int = 0
    pulls: int = 0
    lasting: timedelta = timedelta(0)
    until_authorized: bool = False
