"""What may still be given back on an order, and how a refund of the seller's own is made up. Pure.

Counted as given away is what was refunded and what the seller has said yes to; what a buyer merely asks for is not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from mock_oms.domain.cases import Adjustment, Case, PartState
from mock_oms.domain.money import ZERO, rounded, split
from mock_oms.domain.orders import Order, OrderLine
from mock_oms.domain.statuses import HANDED_OVER, meaning


class Part(StrEnum):
    """What a price is made of, each by itself."""

    ITEM = "item"
    TAX = "tax"
    SHIPPING = "shipping"


# What the connector calls it.
ADJUSTMENTS: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.ITEM: ("ItemAdjustment",),
    Part.TAX: ("TaxAdjustment", "ShippingTaxAdjustment"),
    Part.SHIPPING: ("ShippingAdjustment",),
}


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an order."""

    order: Decimal
    units: Mapping[str, Decimal]
    touched: frozenset[str]  # the units of which something has been given back or promised
    parts: Mapping[str, Mapping[str, Decimal]]  # and what of each part of their price, by the connector's name for it

    def of_unit(self, unit_id: str, part: Part | None) -> Decimal:
        """Return what is left of a unit, or of one part of its price."""
        rest = self.units[unit_id]
        if part is None:
            return rest
        return min(rest, sum((self.parts[unit_id].get(name, ZERO) for name in ADJUSTMENTS[part]), ZERO))


@dataclass(frozen=True, slots=True)
class LineRefund:
    """The part of a refund that falls on one order line. No `parts`: whatever is left of those units."""

    line: OrderLine
    units: Mapping[str, Decimal]
    parts: Mapping[str, Decimal]

    @property
    def amount(self) -> Decimal:
        return sum(self.units.values(), ZERO)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sum that is given away. `units` are those it is about; `shares` say how much of which, where that is known,
    and `parts` of what it is made up. One that `yields` has not been sent, and takes what others leave."""

    amount: Decimal
    units: Sequence[str]
    shares: Mapping[str, Decimal]
    parts: Mapping[str, Decimal]
    yields: bool


def left_of(order: Order, cases: Iterable[Case]) -> Left:
    """Return what may still be refunded on the order and on each of its units.

    Claims weigh on their units in the order of their making, each as it says or else by what those then had left:
    as the connector and the marketplace reckon. What its own units cannot bear falls on the others, so that the sum of
    all is right. A refund that has not been sent yet comes last: an answer to a buyer goes before it.
    """
    parts = {unit: dict(paid) for line in order.lines for unit, paid in line.unit_parts(order.smallest).items()}
    prices = {unit: sum(paid.values(), ZERO) for unit, paid in parts.items()}
    units, whole = dict(prices), order.total
    for claim in _claims(order, list(cases)):
        before = dict(units)
        whole -= claim.amount - _lay_down(claim, units, order.smallest)
        taken = {unit: before[unit] - rest for unit, rest in units.items() if rest != before[unit]}
        _take_parts(claim, parts, taken, order.smallest)
    whole = max(whole, ZERO)
    return Left(
        order=whole,
        units={unit: min(rest, whole) for unit, rest in units.items()},
        touched=frozenset(unit for unit, rest in units.items() if rest != prices[unit]),
        parts=parts,
    )


def _claims(order: Order, cases: Sequence[Case]) -> Iterable[Claim]:
    """Each sum that is given away: first what the connector has shown, oldest first, then what it has still to show."""
    shown = [a for case in cases for a in case.adjustments.values() if meaning(a.status).committed]
    for adjustment in sorted(shown, key=lambda a: (unmade(a), a.created_at is None, a.created_at, a.key[1])):
        units = adjustment.unit_ids
        if not units and adjustment.item_ref is not None:
            units = next((line.unit_ids for line in order.lines if line.item_id == adjustment.item_ref), ())
        shares = adjustment.unit_amounts
        known = sum(shares.values(), ZERO) == adjustment.amount
        yield Claim(adjustment.amount, units, shares if known else {}, adjustment.parts, unmade(adjustment))
    for case in cases:
        for part in case.unread():
            if part.state is not PartState.REFUSED and not part.recorded:
                yield Claim(part.amount, tuple(part.units), part.units, part.parts, yields=True)


def unmade(adjustment: Adjustment) -> bool:
    """Whether this is a refund of the seller's that the connector has not sent yet, as far as we know."""
    return adjustment.status == HANDED_OVER


def goes_before(refund: Case, cases: Iterable[Case]) -> Case | None:
    """Return the buyer's open case on the same units that a refund of the seller's, if it is unsent, waits for."""
    unread = [part for part in refund.unread() if part.state is not PartState.REFUSED and not part.recorded]
    waiting = {unit for part in unread for unit in part.units}
    waiting |= {unit for a in refund.adjustments.values() if unmade(a) for unit in a.unit_ids}
    claims = [case for case in cases if not case.parts and not case.terminal]
    return next((case for case in claims if any(waiting & {*a.unit_ids} for a in case.current())), None)


def _lay_down(claim: Claim, left: dict[str, Decimal], smallest: Decimal) -> Decimal:
    """Take a claim off what is left of the units; return what of it has yielded to others."""
    own = [unit for unit in claim.units if unit in left]
    rest = claim.amount
    for unit in own:
        taken = min(claim.shares.get(unit, ZERO), left[unit])
        left[unit] -= taken
        rest -= taken
    yields = claim.yields and bool(own)
    for bearers in (own, [] if yields else list(left)):
        room = [left[unit] for unit in bearers]
        taken = min(rest, sum(room, ZERO))
        for unit, share in zip(bearers, split(taken, room, smallest), strict=True):
            left[unit] -= share
        rest -= taken
    return rest if yields else ZERO


def _take_parts(
    claim: Claim, parts: dict[str, dict[str, Decimal]], taken: Mapping[str, Decimal], smallest: Decimal
) -> None:
    """Take off the parts of the units' prices what a claim has taken of the units."""
    for unit, sum_ in taken.items():
        own = parts[unit]
        if claim.parts:
            spread = {name: rounded(part * sum_ / claim.amount, smallest) for name, part in claim.parts.items()}
        else:
            spread = dict(zip(own, split(sum_, list(own.values()), smallest), strict=True))
        for name, share in spread.items():
            own[name] = max(own.get(name, ZERO) - share, ZERO)


def refund_lines(
    order: Order, unit_ids: Sequence[str], *, amount: Decimal | None, left: Left, part: Part | None = None
) -> list[LineRefund]:
    """Make up a refund of some units: all that is left of them, or `amount` shared out by what is left of each.

    With a `part`, of that part of their price alone.
    """
    rests = [left.of_unit(unit, part) for unit in unit_ids]
    shares = dict(zip(unit_ids, rests if amount is None else split(amount, rests, order.smallest), strict=True))
    refunds = []
    for line in order.lines:
        units = {unit: shares[unit] for unit in line.unit_ids if unit in shares}
        if not units:
            continue
        # All that is left of known units the connector reckons to the same cent as its own books. A stated sum is sent
        # as it was stated: whoever knows of something paid that we have not heard of must see it to refuse it.
        theirs = amount is None and part is None and (line.units_known or not left.touched & units.keys())
        sum_of_units = sum(units.values(), ZERO)
        made_up = {} if theirs else _made_up(sum_of_units, units, left, order.smallest, part)
        if amount == ZERO:  # that is said, as whoever says no sum means all
            made_up = {"ItemAdjustment": ZERO}
        refunds.append(LineRefund(line=line, units=units, parts=made_up))
    return [refund for refund in refunds if refund.amount > 0 or amount == ZERO]


def _made_up(
    amount: Decimal, units: Iterable[str], left: Left, smallest: Decimal, part: Part | None
) -> dict[str, Decimal]:
    """Share a refund out over goods, tax and shipping, or over what the `part` is made of, by what is left of each."""
    rests = dict.fromkeys(() if part is None else ADJUSTMENTS[part], ZERO)
    for unit in units:
        for name, rest in left.parts[unit].items():
            if part is None or name in rests:
                rests[name] = rests.get(name, ZERO) + rest
    shares = split(amount, list(rests.values()), smallest)
    return {name: share for name, share in zip(rests, shares, strict=True) if share}
