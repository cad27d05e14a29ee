"""What may still be given back on an order, and how a refund of the seller's own is made up. Pure.

Counted as given away is what was refunded and what the seller has said yes to; what a buyer merely asks for is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mock_oms.domain.cases import Case, PartState
from mock_oms.domain.money import ZERO, split
from mock_oms.domain.orders import Order, OrderLine
from mock_oms.domain.statuses import meaning


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an order."""

    order: Decimal
    units: Mapping[str, Decimal]
    touched: frozenset[str]  # the units of which something has been given back or promised


@dataclass(frozen=True, slots=True)
class LineRefund:
    """The part of a refund that falls on one order line. No `parts`: whatever those units cost."""

    line: OrderLine
    units: Mapping[str, Decimal]
    parts: Mapping[str, Decimal]

    @property
    def amount(self) -> Decimal:
        return sum(self.units.values(), ZERO)


def left_of(order: Order, cases: Iterable[Case]) -> Left:
    """Return what may still be refunded on the order and on each of its units."""
    units = _prices(order)
    whole, touched = order.total, set[str]()
    for case in cases:
        for given, on in _given(order, case):
            whole -= given
            for unit, share in on.items():
                if unit in units:
                    units[unit] = max(units[unit] - share, ZERO)
                    touched.add(unit)
    whole = max(whole, ZERO)
    return Left(order=whole, units={unit: min(rest, whole) for unit, rest in units.items()}, touched=frozenset(touched))


def _prices(order: Order) -> dict[str, Decimal]:
    return {unit: paid for line in order.lines for unit, paid in line.unit_prices().items()}


def _given(order: Order, case: Case) -> Iterable[tuple[Decimal, Mapping[str, Decimal]]]:
    """Each sum of the case that is given away, and the units it falls on."""
    prices = _prices(order)
    for adjustment in case.adjustments.values():
        if meaning(adjustment.status).committed:
            units = adjustment.unit_ids
            if not units and adjustment.item_ref is not None:
                units = next((line.unit_ids for line in order.lines if line.item_id == adjustment.item_ref), ())
            shares = split(adjustment.amount, [prices.get(unit, ZERO) for unit in units]) if units else []
            yield adjustment.amount, dict(zip(units, shares, strict=True))
    for part in case.unread():
        if part.state is not PartState.REFUSED:
            yield part.amount, part.units


def refund_lines(order: Order, unit_ids: Sequence[str], *, amount: Decimal | None, left: Left) -> list[LineRefund]:
    """Make up a refund of some units: all that is left of them, or `amount` shared out by what is left of each."""
    rests = [left.units[unit] for unit in unit_ids]
    shares = dict(zip(unit_ids, rests if amount is None else split(amount, rests), strict=True))
    refunds = []
    for line in order.lines:
        units = {unit: shares[unit] for unit in line.unit_ids if unit in shares}
        if not units:
            continue
        prices = line.unit_prices()
        untouched = not left.touched & units.keys() and all(units[unit] == prices[unit] for unit in units)
        sum_of_units = sum(units.values(), ZERO)
        # Of untouched units the connector knows the price as well as we do, and to the same cent as its own books.
        refunds.append(LineRefund(line=line, units=units, parts={} if untouched else line.share_out(sum_of_units)))
    return [refund for refund in refunds if refund.amount > 0]
