"""Splitting money so that nothing is lost and nothing is made: parts are rounded, the last part takes what is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

ZERO: Final = Decimal("0.00")
CENT: Final = Decimal("0.01")
WHOLE: Final = Decimal("1")
NO_MINOR_UNIT: Final = frozenset({"VND", "IDR", "JPY"})


def unit_of(currency: str) -> Decimal:
    """Return the smallest sum that can be paid in this currency."""
    return WHOLE if currency in NO_MINOR_UNIT else CENT


def written(amount: Decimal, currency: str) -> Decimal:
    """Return the amount with the decimals of its currency, where none of it is lost by that."""
    exact = amount.quantize(unit_of(currency))
    return exact if exact == amount else amount


def said(amount: Decimal, currency: str) -> str:
    """Return a sum with its currency, as people write it."""
    return f"{written(amount, currency)} {currency}"


def split(total: Decimal, weights: Sequence[Decimal], unit: Decimal, *, rounding: str = ROUND_HALF_UP) -> list[Decimal]:
    """Split `total` in proportion to `weights`. The parts add up to it exactly; without weights all parts are equal.

    Rounding runs over the sum so far, so no part strays by more than one unit and none goes below zero.
    """
    if not weights:
        return []
    shares = list(weights) if sum(weights) else [WHOLE] * len(weights)
    whole = sum(shares)
    parts: list[Decimal] = []
    given = Decimal(0)
    so_far = Decimal(0)
    for share in shares[:-1]:
        so_far += share
        until_here = (total * so_far / whole).quantize(unit, rounding)
        parts.append(until_here - given)
        given = until_here
    parts.append(total - given)
    return parts


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of an adjustment as ChannelAdvisor names them; they always add up to `total`."""

    item: Decimal = ZERO
    tax: Decimal = ZERO
    shipping: Decimal = ZERO
    shipping_tax: Decimal = ZERO
    gift: Decimal = ZERO
    gift_tax: Decimal = ZERO
    recycling: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return sum((getattr(self, part.name) for part in fields(self)), ZERO)

    def scaled_to(self, total: Decimal, unit: Decimal) -> Parts:
        """Return parts in the same proportions that add up to `total`."""
        amounts = [getattr(self, part.name) for part in fields(self)]
        if not sum(amounts):
            return Parts(item=total)
        used = [index for index, amount in enumerate(amounts) if amount]
        for index, amount in zip(used, split(total, [amounts[index] for index in used], unit), strict=True):
            amounts[index] = amount
        return Parts(*amounts)

    def less(self, gone: Parts) -> Parts:
        """Return what is left of each part when that has gone; nothing of one of which more has gone than there was."""
        each = ((getattr(self, part.name), getattr(gone, part.name)) for part in fields(self))
        return Parts(*(max(amount - taken, ZERO) for amount, taken in each))

    def at_most(self, left: Parts) -> Parts:
        """Return of each part no more than is `left` of it."""
        return Parts(*(min(getattr(self, part.name), getattr(left, part.name)) for part in fields(self)))

    def within(self, left: Parts, unit: Decimal) -> Parts:
        """Return parts of the same total that take of each no more than is `left`; the item bears what none can."""
        most = self.at_most(left)
        amounts = [getattr(most, part.name) for part in fields(self)]
        room = [getattr(left, part.name) - amount for part, amount in zip(fields(self), amounts, strict=True)]
        rest = self.total - most.total
        borne = split(min(rest, sum(room, ZERO)), room, unit)
        amounts = [amount + more for amount, more in zip(amounts, borne, strict=True)]
        amounts[0] += rest - sum(borne)
        return Parts(*amounts)


def sum_of(all_: Iterable[Parts]) -> Parts:
    """Return the sum of each part."""
    rows = [[getattr(one, part.name) for part in fields(Parts)] for one in all_]
    return Parts(*(sum(amounts, Decimal(0)) for amounts in zip(*rows, strict=True)))


def as_parts(total: Decimal, *, tax: Decimal, shipping: Decimal, shipping_tax: Decimal = ZERO) -> Parts:
    """Divide a sum the marketplace states. The total is taken as given: tax may lie inside or outside of the price."""
    item = total - tax - shipping - shipping_tax
    return Parts(item=total) if item < 0 else Parts(item, tax, shipping, shipping_tax)
