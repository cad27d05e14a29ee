"""Words and small values that both sets of pages share: times, money, urgency, and which field a refusal concerns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from mock_tiktok.domain.money import coin
from mock_tiktok.domain.orders import Order
from mock_tiktok.domain.returns import Return
from mock_tiktok.errors import ApiError, BadValue

PACE: Final = "rehearsal.pace"  # as a stage says how many times as fast as its reader's clock the world's runs
KINDS: Final = {"REFUND": "Refund only", "RETURN_AND_REFUND": "Return and refund", "REPLACEMENT": "Replacement"}
_SIGNS: Final = {"USD": "$", "GBP": "£", "EUR": "€"}

# Beside which field of a form a refusal stands that names none; any other stands above the form.
_FIELDS: Final = {25001010: "line_item_ids", 25001011: "line_item_ids", 25011032: "amount"}
# What the use cases call a field that the forms name otherwise.
_OTHER_NAMES: Final = {"type": "return_type"}


@dataclass(slots=True)
class FormErrors:
    """What is wrong with a form: by field, and what concerns the whole of it under the empty name."""

    by_field: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """Return what is wrong with one field, or nothing."""
        return self.by_field.get(name, "")

    def __bool__(self) -> bool:
        return bool(self.by_field)

    @staticmethod
    def from_error(error: ApiError | BadValue, known: frozenset[str], otherwise: str = "") -> FormErrors:
        """Put a refusal beside its field, if the form has it; a number that names none goes to `otherwise`."""
        if isinstance(error, BadValue):
            name, words = error.field, error.message
        else:
            name = error.field or _FIELDS.get(error.code, otherwise)
            words = f"{error.message} (code {error.code})"
        name = _OTHER_NAMES.get(name, name)
        return FormErrors({name: words} if name in known else {"": f"{name}: {words}" if name else words})


@dataclass(frozen=True, slots=True)
class Row:
    """One return beside the order it belongs to."""

    item: Return
    order: Order

    @property
    def goods(self) -> list[tuple[str, str, int]]:
        """Return what goes back: product, SKU, units."""
        claimed = self.order.claimed(self.item.lines)
        counted = Counter((line.product_name, line.seller_sku) for line in claimed)
        return [(product, sku, units) for (product, sku), units in counted.items()]


@dataclass(frozen=True, slots=True)
class Urgency:
    """How soon somebody must act: `level` is over, hot (24 hours), warm (48 hours) or calm."""

    level: str
    left: str


def urgency(due: datetime, now: datetime, pace: int = 1) -> Urgency:
    """Say how much time is left, in the words of a person whose clock runs `pace` times slower."""
    left = due - now
    if left <= timedelta(0):
        return Urgency("over", "time is up")
    hours, minutes = divmod(int((left / pace).total_seconds()) // 60, 60)
    if hours >= 48:
        words = f"{hours // 24} days left"
    elif hours:
        words = f"{hours} h {minutes:02} min left"
    else:
        words = f"{max(minutes, 1)} min left"
    if left <= timedelta(hours=24):
        return Urgency("hot", words)
    return Urgency("warm" if left <= timedelta(hours=48) else "calm", words)


def moment(at: datetime | None) -> str:
    """Return an instant as pages show it."""
    return "–" if at is None else f"{at:%b} {at.day}, {at:%Y, %H:%M} UTC"


def cash(amount: Decimal, currency: str) -> str:
    """Return an amount with its currency."""
    text = f"{amount.quantize(coin(currency)):,}"
    sign = _SIGNS.get(currency)
    return f"{sign}{text}" if sign else f"{text} {currency}"


def amount_in(text: str) -> Decimal | None:
    """Read an amount typed by a person; nothing typed is no amount."""
    if not text.strip():
        return None
    try:
        amount = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation:
        raise BadValue("amount", "must be an amount such as 12.50") from None
    if not amount.is_finite() or amount <= 0:
        raise BadValue("amount", "must be more than zero")
    return amount
