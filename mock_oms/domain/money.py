"""Sums of money and how they are shared out. Pure; what is shared out always adds up to what there was."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

ZERO: Final = Decimal("0.00")
CENT: Final = Decimal("0.01")
FINEST: Final = Decimal("0.0001")  # what of a number is read: beyond it stands the noise of floats. Certainty: assumed
WHOLE: Final = Decimal(1)
WITHOUT_DECIMALS: Final = frozenset({"VND", "IDR", "JPY"})


def unit_of(currency: str) -> Decimal:
    """Return the smallest sum that can be paid in this currency."""
    return WHOLE if currency in WITHOUT_DECIMALS else CENT


def rounded(amount: Decimal, unit: Decimal) -> Decimal:
    """Return the amount rounded to whole units."""
    return amount.quantize(unit, rounding=ROUND_HALF_UP)


def written(amount: Decimal, currency: str) -> Decimal:
    """Return the amount with the decimals of its currency, where none of it is lost by that."""
    exact = rounded(amount, unit_of(currency))
    return exact if exact == amount else amount


def split(amount: Decimal, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """Share `amount` out by `weights`, in whole units.

    The running sum is rounded, not each share: so no share is ever negative and the last takes exactly what is left.
    Where all weights are nothing, all are equal.
    """
    whole = sum(weights, Decimal(0))
    if whole == 0:
        weights, whole = [WHOLE] * len(weights), Decimal(len(weights))
    shares: list[Decimal] = []
    given, weighed = unit - unit, Decimal(0)
    for weight in weights:
        weighed += weight
        upto = amount if weighed == whole else rounded(amount * weighed / whole, unit)
        shares.append(upto - given)
        given = upto
    return shares


def split_for_each(amount: Decimal, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """Share `amount` out by `weights`, all above nothing: at least a unit for each, and never more than the weight."""
    shares = split(amount - unit * len(weights), [weight - unit for weight in weights], unit)
    return [unit + share for share in shares]


def made_of(parts: Mapping[str, Decimal], total: Decimal) -> dict[str, Decimal]:
    """Return what a sum of the connector's parts is made of, as a buyer would say it."""
    shipping = parts.get("ShippingAdjustment", ZERO)
    tax = parts.get("TaxAdjustment", ZERO) + parts.get("ShippingTaxAdjustment", ZERO)
    return {"item": total - shipping - tax, "shipping": shipping, "tax": tax}
