"""What may still be given back on an order, and how a refund of the seller's own is made up. Pure.

Counted as given away is what was refunded and what the seller has said yes to; what a buyer merely asks for is not.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from mock_oms.domain.cases import Adjustment, Case, PartState
from mock_oms.domain.money import ZERO, split
from mock_oms.domain.orders import Order, OrderLine
from mock_oms.domain.statuses import HANDED_OVER, PAID, meaning


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


Laid = Mapping[str, Mapping[str, Decimal]]  # sums by unit, and by part of its price


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an order."""

    order: Decimal
    units: Mapping[str, Decimal]
    touched: frozenset[str]  # the units of which something has been given back or promised
    parts: Laid  # what of each part of their price; below nothing where more lies on it
    smallest: Decimal

    def of_parts(self, unit_ids: Collection[str]) -> dict[str, Decimal]:
        """Return what is left of each part of the price of these units, and no more than the order has left of it.

        Where that is less than is left of them, the order's other parts make up for it.
        """
        own = _together(self.parts, unit_ids)
        room = {name: rest - own[name] for name, rest in _together(self.parts, self.parts).items()}
        less = sum((self.units[unit] for unit in unit_ids), ZERO) - sum(own.values(), ZERO)
        more = _shared_out(min(max(less, ZERO), sum(room.values(), ZERO)), room, self.smallest)
        return {name: rest + more.get(name, ZERO) for name, rest in own.items()}


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
    """A sum that is given away. `units` are those it is about; `shares` say how much of which, where they add up to it,
    and `parts` of what it is made up. One that `yields` has not been sent, and takes what others leave; one that is
    `paid`, and not for the goods alone, says what the marketplace had left of its units."""

    amount: Decimal
    units: Sequence[str]
    shares: Mapping[str, Decimal]
    parts: Mapping[str, Decimal]
    yields: bool
    paid: bool = False


def left_of(order: Order, cases: Iterable[Case]) -> Left:
    """Return what may still be refunded on the order and on each of its units.

    Claims weigh on their units in the order of their making, each as it says or else by what those then had left:
    as the connector and the marketplace reckon. What its own units cannot bear falls on the others, so that the sum of
    all is right. A refund that has not been sent yet comes last: an answer to a buyer goes before it.
    """
    parts = {unit: dict(paid) for line in order.lines for unit, paid in line.unit_parts(order.smallest).items()}
    prices = {unit: sum(paid.values(), ZERO) for unit, paid in parts.items()}
    units, whole = dict(prices), order.total
    shared = {name for paid in parts.values() for name in paid} - {*ADJUSTMENTS[Part.ITEM]}
    astray = order.smallest * len(shared)  # a coin of each: how they lie on the units is for the marketplace to say
    paid = {unit: dict(of) for unit, of in parts.items()}
    theirs: Laid = {}  # what those leave that have been sent
    for claim in _claims(order, list(cases)):
        if claim.yields and not theirs:
            theirs = {unit: dict(rests) for unit, rests in parts.items()}
        _take_parts(claim, parts, paid, theirs, order.smallest)
        whole -= claim.amount - _lay_down(claim, units, order.smallest)
        if claim.paid:
            _let_go(claim.shares, units, order.smallest, astray)
    whole = max(whole, ZERO)
    return Left(
        order=whole,
        units={unit: min(rest, whole) for unit, rest in units.items()},
        touched=frozenset(unit for unit, rest in units.items() if rest < prices[unit]),
        parts=parts,
        smallest=order.smallest,
    )


def _claims(order: Order, cases: Sequence[Case]) -> Iterable[Claim]:
    """Each sum that is given away: first what the connector has shown, oldest first, then what it has still to show."""
    shown = [a for case in cases for a in case.adjustments.values() if meaning(a.status).committed]
    for adjustment in sorted(shown, key=lambda a: (unmade(a), a.created_at is None, a.created_at, a.key[1])):
        units = adjustment.unit_ids
        if not units and adjustment.item_ref is not None:
            units = next((line.unit_ids for line in order.lines if line.item_id == adjustment.item_ref), ())
        paid = adjustment.status == PAID and adjustment.parts.keys() != {*ADJUSTMENTS[Part.ITEM]}
        yield Claim(adjustment.amount, units, adjustment.unit_amounts, adjustment.parts, unmade(adjustment), paid)
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
    known = sum(claim.shares.values(), ZERO) == claim.amount
    for unit in own if known else ():
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


def _let_go(paid: Mapping[str, Decimal], left: dict[str, Decimal], smallest: Decimal, astray: Decimal) -> None:
    """Lay what paid units have left, where it is only what may lie `astray`, on those that have more."""
    for unit in [unit for unit in paid if unit in left and paid[unit]]:
        others = [other for other, rest in left.items() if rest > astray]
        if others and left[unit] <= astray:
            coins, left[unit] = left[unit], ZERO
            for other, coin in zip(others, split(coins, [left[other] for other in others], smallest), strict=True):
                left[other] += coin


def _take_parts(
    claim: Claim, parts: dict[str, dict[str, Decimal]], paid: Laid, theirs: Laid, smallest: Decimal
) -> None:
    """Take what a claim is made of off the parts of its units' prices, as its sum lies on them.

    So does the connector; more of a part may then lie on a unit than was paid for it. What has not been sent takes only
    what those leave that have been.
    """
    own = [unit for unit in claim.units if unit in parts] or list(parts)
    stated = [claim.shares.get(unit, ZERO) for unit in own]
    weights = stated if any(stated) else [sum(paid[unit].values(), ZERO) for unit in own]
    gone = claim.parts or _shared_out(claim.amount, _together(parts, own), smallest)
    for name, part in gone.items():
        shares = split(part, weights, smallest)
        if claim.yields:
            laid = [[by[unit].get(name, ZERO) for by in (paid, parts, theirs)] for unit in own]
            shares = _in_room(shares, laid, smallest)
        for unit, share in zip(own, shares, strict=True):
            parts[unit][name] = parts[unit].get(name, ZERO) - share


def _in_room(shares: Sequence[Decimal], laid: Sequence[Sequence[Decimal]], smallest: Decimal) -> list[Decimal]:
    """Return shares of as much of the same sum as others leave.

    Of each unit it is given what was paid, what is left of that, and what they have left. Where they have taken nothing
    there is room for what was asked for, though a coin be more than was paid for the unit by our reckoning.
    """
    known = zip(shares, laid, strict=True)
    room = [max(rest + max(before - rest + share - paid, ZERO), ZERO) for share, (paid, rest, before) in known]
    taken = [min(share, space) for share, space in zip(shares, room, strict=True)]
    free = [space - share for space, share in zip(room, taken, strict=True)]
    more = split(min(sum(shares, ZERO) - sum(taken, ZERO), sum(free, ZERO)), free, smallest)
    return [share + further for share, further in zip(taken, more, strict=True)]


def _together(parts: Laid, unit_ids: Collection[str]) -> dict[str, Decimal]:
    """Return what is left of each part of the price of units together, and no more than the order has left of it."""
    own: dict[str, Decimal] = {}
    whole: dict[str, Decimal] = {}
    for unit, rests in parts.items():
        for name, rest in rests.items():
            whole[name] = whole.get(name, ZERO) + rest
            own[name] = own.get(name, ZERO) + (rest if unit in unit_ids else ZERO)
    return {name: max(min(own[name], rest), ZERO) for name, rest in whole.items()}


def _shared_out(amount: Decimal, rests: Mapping[str, Decimal], smallest: Decimal) -> dict[str, Decimal]:
    """Share a sum out over the parts of a price by what is left of each."""
    shares = zip(rests, split(amount, list(rests.values()), smallest), strict=True)
    return {name: share for name, share in shares if share}


def refund_lines(
    order: Order, unit_ids: Sequence[str], *, amount: Decimal | None, left: Left, part: Part | None = None
) -> list[LineRefund]:
    """Make up a refund of some units: all that is left of them, or `amount` shared out by what is left of each.

    With a `part`, of that part of their price alone.
    """
    if amount is not None or part is not None:
        unit_ids = [unit for unit in unit_ids if left.units[unit]]
    lines = [(line, own) for line in order.lines if (own := [unit for unit in line.unit_ids if unit in unit_ids])]
    made_of = _line_by_line([own for _, own in lines], left, part)
    every = [sum((left.units[unit] for unit in own), ZERO) for _, own in lines]
    rests = every
    if part is not None:
        rests = [min(rest, sum(parts.values(), ZERO)) for rest, parts in zip(every, made_of, strict=True)]
    sums = rests if amount is None else split(amount, rests, order.smallest)
    refunds = []
    for (line, own), parts, sum_, all_ in zip(lines, made_of, sums, every, strict=True):
        units = dict(zip(own, split(sum_, [left.units[unit] for unit in own], order.smallest), strict=True))
        # All that is left of known units the connector reckons to the same cent as its own books. A stated sum is sent
        # as it was stated: whoever knows of something paid that we have not heard of must see it to refuse it.
        theirs = amount is None and sum_ == all_ and (line.units_known or not left.touched & units.keys())
        made_up = {} if theirs else _shared_out(sum_, parts, order.smallest)
        if amount == ZERO:  # that is said, as whoever says no sum means all
            made_up = {"ItemAdjustment": ZERO}
        refunds.append(LineRefund(line=line, units=units, parts=made_up))
    return [refund for refund in refunds if refund.amount > 0 or amount == ZERO]


def _line_by_line(lines: Iterable[Collection[str]], left: Left, part: Part | None) -> list[dict[str, Decimal]]:
    """Return what is left of each part, or of what the `part` is made of, when one line is asked for after another."""
    room, made_of = left.of_parts(left.parts), []
    for units in lines:
        own = {name: min(rest, room[name]) for name, rest in left.of_parts(units).items()}
        room = {name: rest - own[name] for name, rest in room.items()}
        made_of.append({name: rest for name, rest in own.items() if part is None or name in ADJUSTMENTS[part]})
    return made_of
