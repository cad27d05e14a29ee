"""What of an order is left to give back, unit by unit: what was paid, less all that has gone or is going back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connector.adapters.sql import Books
from connector.domain.money import unit_of
from connector.domain.site import GONE
from connector.domain.units import Holding, held, parts_of
from connector.intake import unit_money
from connector.records import LineUnit, Order


@dataclass(frozen=True, slots=True)
class Left:
    """An order's units and what of each is left to give back."""

    units: tuple[LineUnit, ...]
    remaining: Mapping[str, Decimal]
    untouched: frozenset[str]

    def refundable(self, *, shipped_only: bool = False, item_id: int | None = None) -> list[LineUnit]:
        return [
            unit
            for unit in self.units
            if self.remaining[unit.site_line_id] > 0
            and (unit.shipped or not shipped_only)
            and item_id in (None, unit.item_id)
        ]

    def sum(self, units: Sequence[LineUnit]) -> Decimal:
        return sum((self.remaining[unit.site_line_id] for unit in units), Decimal(0))


def what_is_left(books: Books, order: Order) -> Left:
    """Read what is left of an order. Of canceled units nothing is, whatever their claims have come to."""
    units = books.units([order.id])
    paid = {unit.site_line_id: parts_of([unit_money(unit)]).total for unit in units}
    claims = [
        Holding(entry.status, entry.total, entry.site_line_ids, entry.site_line_amounts)
        for entry in books.adjustments_of_order(order.id)
    ]
    gone = held(claims, paid, unit_of(order.currency))
    return Left(
        units=tuple(unit for unit in units if unit.site_status != GONE),
        remaining={line_id: amount - gone[line_id] for line_id, amount in paid.items()},
        untouched=frozenset(line_id for line_id, amount in gone.items() if not amount),
    )
