"""Sums of money and how they are shared out. Pure; what is shared out always adds up to what there was."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

ZERO: Final = Decimal("0.00")
CENT: Final = Decimal("0.01")


def in_cents(amount: Decimal) -> Decimal:
    """Return the amount rounded to whole cents."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def split(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Share `amount` out by `weights`, in whole cents.

    The running sum is rounded, not each share: so no share is ever negative and the last takes exactly what is left.
    Where all weights are nothing, all are equal.
    """
    whole = sum(weights, Decimal(0))
    if whole == 0:
        weights, whole = [Decimal(1)] * len(weights), Decimal(len(weights))
    shares: list[Decimal] = []
    given, weighed = ZERO, Decimal(0)
    for weight in weights:
        weighed += weight
        upto = amount if weighed == whole else in_cents(amount * weighed / whole)
        shares.append(upto - given)
        given = upto
    return shares


def split_for_each(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Share `amount` out by `weights`, all above nothing: at least a cent for each, and never more than the weight."""
    return [CENT + share for share in split(amount - CENT * len(weights), [weight - CENT for weight in weights])]
