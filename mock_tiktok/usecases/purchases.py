"""What is bought: its lines, the sums beside them and what is given off, checked, and priced where nobody says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from typing import Final

from mock_tiktok.domain.money import FEES, KINDS, NO_DISCOUNTS, ZERO, Discounts, coin, in_coins
from mock_tiktok.errors import BadValue
from mock_tiktok.state.people import CATALOGUE, Plan, Product

_DEFAULT_COINS: Final = 1999
_PAID_BACK_COINS: Final = 500
_MOST_UNITS: Final = 500


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What is bought: `quantity` units of a SKU, in the parcel of that number. No SKU: the seed chooses a product.

    A gift costs nothing: the seller gives its price (assumed). Of the tax on goods nothing falls on those untaxed. To a
    product `without_sku` the seller has given none: what is said here is told to nobody who calls the Open API.
    """

    sku: str | None = None
    quantity: int = 1
    unit_price: Decimal | None = None
    package: int = 1
    gift: bool = False
    untaxed: bool = False
    without_sku: bool = False


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with everything known; `price` is before discounts."""

    sku: str
    quantity: int
    price: Decimal
    package: int
    gift: bool
    untaxed: bool
    without_sku: bool


def as_planned(lines: Sequence[OrderLine] | None, plan: Plan) -> Sequence[OrderLine]:
    """Return what a buyer of that plan buys: what is said, with a gift, or in several parcels; else one product."""
    if lines is None:
        lines = [OrderLine()] * (1 + plan.parcels)
    if plan.gift and not any(line.gift for line in lines):
        lines = [*lines, OrderLine(gift=True)]
    if plan.parcels and len({line.package for line in lines}) == 1:
        lines = [replace(line, package=number) for number, line in enumerate(lines, start=1)]
    return lines


def given_by_plan(lines: Sequence[PricedLine], fee: Decimal, currency: str) -> Discounts:
    """Return what a buyer of such a plan is given: a tenth by the seller, a twentieth and the fee by the platform."""
    goods = sum((line.price * line.quantity for line in lines if not line.gift), ZERO)
    seller, platform = ((goods / part).quantize(coin(currency), ROUND_DOWN) for part in (10, 20))
    return Discounts(seller, platform, shipping_platform=fee)


def checked_sums(
    said: Mapping[str, Decimal], gets_back: str, lines: Sequence[OrderLine], currency: str
) -> tuple[Decimal, ...]:
    """Return the sums beside the goods; refuse what can be none, a fee where the market adds none, tax on goods where
    all are untaxed, and more tax on shipping than there is tax, or than there is shipping.

    What will be paid back is something, whoever has left it out.
    """
    if gets_back and not said[gets_back]:
        said = {**said, gets_back: _PAID_BACK_COINS * coin(currency)}
    if said["fee"] and currency not in FEES:
        raise BadValue("fee", "is for markets that add one to an order, which this one does not")
    sums = {field: an_amount(field, amount, currency) for field, amount in said.items()}
    if sums["shipping_fee_tax"] > sums["tax"]:
        raise BadValue("shipping_fee_tax", f"is part of the tax, of which there is {sums['tax']}")
    if sums["tax"] > sums["shipping_fee_tax"] and all(line.untaxed for line in lines):
        raise BadValue("tax", "is on goods, and every line is untaxed")
    if sums["shipping_fee_tax"] and not sums["shipping_fee"]:
        raise BadValue("shipping_fee_tax", "is for an order with a shipping_fee")
    return tuple(sums.values())


def an_amount(field: str, amount: Decimal, currency: str) -> Decimal:
    """Return a sum that a person says, in whole coins; raise BadValue for what can be none."""
    if not amount.is_finite() or amount < 0:
        raise BadValue(field, "must be an amount of zero or more")
    try:
        return in_coins(amount, currency)
    except ValueError as problem:
        raise BadValue(field, str(problem)) from None
    except InvalidOperation:
        raise BadValue(field, "has more digits than any sum") from None


def checked_discounts(given: Discounts, fee: Decimal, lines: Sequence[OrderLine], currency: str) -> Discounts:
    """Return what is given, which is no more than it is given off."""
    read = Discounts(**{kind: an_amount(f"discounts.{kind}", getattr(given, kind), currency) for kind in KINDS})
    if read == NO_DISCOUNTS:
        return NO_DISCOUNTS
    goods = sum((price_of(line, currency) * line.quantity for line in lines if not line.gift), ZERO)
    for off, most, what in ((read.product, goods, "the goods"), (read.shipping, fee, "shipping")):
        if off > most:
            raise BadValue("discounts", f"give {off} off {what}, which is more than its {most}")
    return read


def price_of(line: OrderLine, currency: str) -> Decimal:
    """Return what a unit costs before discounts; at least, where the seed has yet to choose the product."""
    if line.unit_price is not None:
        return line.unit_price
    coins = _list_price(line.sku) if line.sku else min(product.coins for product in CATALOGUE)
    return coins * coin(currency)


def checked_lines(lines: Sequence[OrderLine], currency: str) -> tuple[OrderLine, ...]:
    """Return the lines with their prices in whole coins; raise BadValue, by the field, for what cannot be bought."""
    if not lines:
        raise BadValue("lines", "an order has at least one line")
    for index, line in enumerate(lines):
        if line.sku == "":
            raise BadValue(f"lines[{index}].sku", "must not be empty")
        if line.quantity < 1:
            raise BadValue(f"lines[{index}].quantity", "must be at least 1")
    if sum(line.quantity for line in lines) > _MOST_UNITS:
        raise BadValue("lines", f"an order has at most {_MOST_UNITS} units")
    return tuple(
        line
        if line.unit_price is None
        else replace(line, unit_price=an_amount(f"lines[{index}].unit_price", line.unit_price, currency))
        for index, line in enumerate(lines)
    )


def product_of(sku: str) -> Product | None:
    """Return the product of the shops' catalogue with that SKU; None for goods of somebody's own."""
    return next((product for product in CATALOGUE if product.sku == sku), None)


def _list_price(sku: str) -> int:
    """Return what a unit costs where nobody says so, in coins of whatever currency."""
    product = product_of(sku)
    return product.coins if product else _DEFAULT_COINS
