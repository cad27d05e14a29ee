"""An order's units and its money: which units make a line, what was paid for each, what of it is left to refund."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Final

from connector.domain.adjustments import RequestStatus as S
from connector.domain.money import ZERO, Parts, split, unit_of
from connector.domain.site import SiteLine, SiteOrder

# Of these, money has gone or is going back. A claim nobody has said yes to holds nothing, nor does one that ended so.
HOLDING: Final = frozenset(
    {S.SUBMITTED, S.PENDING_APPROVAL, S.PROCESSING_APPROVAL, S.PENDING_RETURN, S.PROCESSING_RETURN,
     S.NOT_ACKNOWLEDGED, S.ACKNOWLEDGED, S.COMPLETE}
)  # fmt: skip


@dataclass(frozen=True)
class UnitMoney:
    """What the buyer paid for one unit; over an order these add up to its total."""

    price: Decimal
    tax: Decimal
    shipping: Decimal
    shipping_tax: Decimal
    fee: Decimal  # what else of the order's total falls on it


def share_out(order: SiteOrder) -> dict[str, UnitMoney]:
    """Divide an order's total among its units; what is not stated per unit falls on them by price."""
    lines = order.lines  # in the marketplace's own order
    unit = unit_of(order.currency)
    prices = [line.price for line in lines]
    # Rounded down, as the marketplace is assumed to: where it does otherwise, a coin lies on another unit.
    shipping = split(order.shipping, prices, unit, rounding=ROUND_DOWN)
    shipping_tax = split(order.shipping_tax, prices, unit, rounding=ROUND_DOWN)
    if all(line.tax is not None for line in lines):
        taxes = [line.tax or Decimal(0) for line in lines]
    else:
        taxes = split(order.tax - order.shipping_tax, prices, unit, rounding=ROUND_DOWN)
    stated = sum(prices) + sum(taxes) + order.shipping + order.shipping_tax
    fees, rest = [line.fee for line in lines], order.total - stated
    if sum(fees) != rest:
        fees = split(rest, prices, unit)
    return {
        line.id: UnitMoney(*money)
        for line, *money in zip(lines, prices, taxes, shipping, shipping_tax, fees, strict=True)
    }


def grouped(lines: Iterable[SiteLine]) -> list[list[SiteLine]]:
    """Make lines of units: equal SKU, price and package belong together."""
    groups: dict[tuple[str, Decimal, str], list[SiteLine]] = {}
    for line in sorted(lines, key=lambda line: (len(line.id), line.id)):  # the numbers are text of digits
        groups.setdefault((line.sku_id, line.price, line.package_id), []).append(line)
    return list(groups.values())


@dataclass(frozen=True, slots=True)
class Holding:
    """An adjustment, as far as it holds money of units; `stated` is how much of which, where that is known."""

    status: str
    total: Decimal
    line_ids: Sequence[str]
    stated: Mapping[str, str]
    yields: bool = False  # it has not been sent, and takes only what others leave
    goods: bool = False  # it is of the goods alone, and leaves what was paid beside their price


def held(
    holdings: Iterable[Holding], paid: Mapping[str, Decimal], unit: Decimal, astray: Decimal = ZERO
) -> dict[str, Decimal]:
    """Return how much of each unit has gone or is going back, never more than was paid for it; less than nothing where
    coins of others lie on it.

    Claims are laid down in the order given, which is that of their making: each weighs on its units by what is stated,
    or else by what they then still had left. What they cannot bear falls on the order's other units, so that the sum
    of all is right even where a claim's share of one unit is not known. Those that yield come last, on their own units.
    Where the marketplace has paid back all of a unit but what our reckoning may be `astray`, that lies on the others.
    """
    left = dict(paid)
    for holding in sorted(holdings, key=lambda one: one.yields):
        if S(holding.status) not in HOLDING:
            continue
        own = [line_id for line_id in holding.line_ids if line_id in left]
        rest = holding.total
        stated = {line_id: Decimal(holding.stated.get(line_id, 0)) for line_id in own}
        known = sum(stated.values()) == holding.total
        if known:
            for line_id, share in stated.items():
                taken = min(share, left[line_id])
                left[line_id] -= taken
                rest -= taken
        for bearers in (own, [] if holding.yields else list(left)):
            room = [left[line_id] for line_id in bearers]
            taken = min(rest, sum(room, Decimal(0)))
            for line_id, share in zip(bearers, split(taken, room, unit), strict=True):
                left[line_id] -= share
            rest -= taken
        if known and S(holding.status) is S.COMPLETE and not holding.goods:
            _let_go([line_id for line_id in own if stated[line_id]], left, unit, astray)
    return {line_id: amount - left[line_id] for line_id, amount in paid.items()}


def _let_go(line_ids: Iterable[str], left: dict[str, Decimal], unit: Decimal, astray: Decimal) -> None:
    """Lay what these units have left, where it is only what may lie astray, on those that have more."""
    for line_id in line_ids:
        others = [other for other, rest in left.items() if rest > astray]
        if others and left[line_id] <= astray:
            coins, left[line_id] = left[line_id], ZERO
            for other, coin in zip(others, split(coins, [left[other] for other in others], unit), strict=True):
                left[other] += coin


def parts_of(money: Iterable[UnitMoney]) -> Parts:
    """Add units up in ChannelAdvisor's parts; what else the marketplace charged counts as recycling fee.

    A negative rest (tax inside the price) lowers the item's part.
    """
    units = list(money)
    fee = sum((unit.fee for unit in units), Decimal(0))
    return Parts(
        item=sum((unit.price for unit in units), Decimal(0)) + min(fee, Decimal(0)),
        tax=sum((unit.tax for unit in units), Decimal(0)),
        shipping=sum((unit.shipping for unit in units), Decimal(0)),
        shipping_tax=sum((unit.shipping_tax for unit in units), Decimal(0)),
        recycling=max(fee, Decimal(0)),
    )
