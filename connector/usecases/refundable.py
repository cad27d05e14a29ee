"""What of an order is left to give back, unit by unit: what was paid, less all that has gone or is going back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Final

from connector.domain.adjustments import RequestStatus
from connector.domain.money import ZERO, Parts, split, sum_of, unit_of
from connector.domain.site import GONE
from connector.domain.units import HOLDING, Holding, held, parts_of
from connector.ports import UnitOfWork
from connector.records import Adjustment, LineUnit, Order

MADE: Final = (RequestStatus.NOT_ACKNOWLEDGED, RequestStatus.ACKNOWLEDGED, RequestStatus.COMPLETE)
OFFERING: Final = (RequestStatus.PENDING_APPROVAL, RequestStatus.PROCESSING_APPROVAL)


@dataclass(frozen=True, slots=True)
class Left:
    """An order's units and what of each is left to give back."""

    units: tuple[LineUnit, ...]
    remaining: Mapping[str, Decimal]
    untouched: frozenset[str]
    free: frozenset[str]  # units that cost nothing and are in no adjustment's hands
    parts_gone: Mapping[str, Parts]
    coin: Decimal
    whole: Parts  # what is left of each part of the order, whose canceled units may be among those asked about

    def refundable(self, *, shipped_only: bool = False, item_id: int | None = None) -> list[LineUnit]:
        """Return the units with anything left. What cost nothing and has not shipped can still be canceled."""
        return [
            unit
            for unit in self.units
            if (self.remaining[unit.site_line_id] > 0 or (unit.site_line_id in self.free and not unit.shipped))
            and (unit.shipped or not shipped_only)
            and item_id in (None, unit.item_id)
        ]

    def is_free(self, units: Sequence[LineUnit]) -> bool:
        """Return whether nothing was ever paid for these units, which is not the same as having paid it back."""
        return bool(units) and all(unit.site_line_id in self.free for unit in units)

    def sum(self, units: Sequence[LineUnit]) -> Decimal:
        return sum((self.remaining[unit.site_line_id] for unit in units), Decimal(0))

    def parts(self, units: Sequence[LineUnit]) -> Parts:
        """Return what is left of each part of what was paid for these units, and no more than the order has left.

        More of a part may lie on a unit than was paid for it: which part of whose price a sum was is our reckoning.
        Where that leaves less than is left of the units, the order's other parts make up for it.
        """
        own = parts_of(units).less(sum_of(self.parts_gone[unit.site_line_id] for unit in units))
        own = Parts(*(min(getattr(own, part.name), getattr(self.whole, part.name)) for part in fields(Parts)))
        room = self.whole.less(own)
        less = min(max(self.sum(units) - own.total, Decimal(0)), room.total)
        return sum_of((own, room.scaled_to(less, self.coin)))


def what_is_left(work: UnitOfWork, order: Order, *, beside: Collection[int] = ()) -> Left:
    """Read what is left of an order, or would be without the adjustments `beside`.

    Of canceled units nothing is left, whatever their claims have come to.
    """
    units = work.units([order.id])
    paid = {unit.site_line_id: parts_of([unit]).total for unit in units}
    adjustments = [one for one in work.adjustments_of_order(order.id) if one.id not in beside]
    claims = [
        Holding(
            one.status, _sum(one), one.site_line_ids, one.site_line_amounts, unmade(one), one.parts.item == one.total
        )
        for one in adjustments
    ]
    gone = held(claims, paid, unit_of(order.currency), _astray(parts_of(units), unit_of(order.currency)))
    taken = {line_id for one in adjustments if one.status in HOLDING for line_id in one.site_line_ids}
    parts_gone = _parts_gone(adjustments, units, unit_of(order.currency))
    return Left(
        units=tuple(unit for unit in units if unit.site_status != GONE),
        remaining={line_id: amount - gone[line_id] for line_id, amount in paid.items()},
        untouched=frozenset(line_id for line_id, amount in gone.items() if amount <= 0),
        free=frozenset(line_id for line_id, amount in paid.items() if not amount and line_id not in taken),
        parts_gone=parts_gone,
        coin=unit_of(order.currency),
        whole=parts_of(units).less(sum_of(parts_gone.values())),
    )


def what_was_paid(work: UnitOfWork, order: Order) -> Left:
    """Read an order as if nothing of it had ever gone back."""
    units = work.units([order.id])
    paid = {unit.site_line_id: parts_of([unit]).total for unit in units}
    free = frozenset(line_id for line_id, amount in paid.items() if not amount)
    nothing, coin = dict.fromkeys(paid, Parts()), unit_of(order.currency)
    return Left(tuple(units), paid, frozenset(paid), free, nothing, coin, parts_of(units))


def not_called_off(work: UnitOfWork, order_id: int) -> frozenset[str]:
    """Return the units of an order that are still wanted, with what was called off before its order shows it."""
    adjustments = work.adjustments_of_order(order_id)
    called_off = [one for one in adjustments if one.request_type == "CANCEL" and one.status in MADE]
    gone = {line_id for one in called_off for line_id in one.site_line_ids}
    wanted = (unit.site_line_id for unit in work.units([order_id]) if unit.site_status != GONE)
    return frozenset(wanted) - gone


def unmade(adjustment: Adjustment) -> bool:
    """Return whether this is a refund or cancellation of the seller's that the marketplace has not made yet."""
    return adjustment.status is RequestStatus.SUBMITTED


def _sum(adjustment: Adjustment) -> Decimal:
    """Return how much is going back: of an offer on its way only what is offered."""
    offered = adjustment.offer_amount if adjustment.status in OFFERING else None
    return adjustment.total if offered is None else offered


def _astray(paid: Parts, unit: Decimal) -> Decimal:
    """Return by how much the marketplace may differ about a unit: a coin of each part that is shared out."""
    return unit * sum(bool(getattr(paid, part.name)) for part in fields(Parts) if part.name != "item")


def _parts_gone(adjustments: Sequence[Adjustment], units: Sequence[LineUnit], unit: Decimal) -> dict[str, Parts]:
    """Lay the parts of all that has gone or is going back on the units, as each adjustment's sum lies on them.

    What the marketplace has not made comes last, and takes of its own units only what others leave of each part.
    """
    paid = {one.site_line_id: parts_of([one]) for one in units}
    gone = dict.fromkeys(paid, Parts())
    theirs = dict(gone)  # what lies there without what the marketplace has not made
    for adjustment in sorted(adjustments, key=unmade):
        own = [line_id for line_id in adjustment.site_line_ids if line_id in paid]
        if adjustment.status not in HOLDING or not own:
            continue
        stated = [Decimal(adjustment.site_line_amounts.get(line_id, 0)) for line_id in own]
        weights = stated if any(stated) else [paid[line_id].total for line_id in own]
        for part in fields(Parts):
            shares = split(getattr(adjustment.parts, part.name), weights, unit)
            if unmade(adjustment):
                laid = [[getattr(by[line_id], part.name) for by in (paid, gone, theirs)] for line_id in own]
                shares = _in_room(shares, laid, unit)
            for line_id, share in zip(own, shares, strict=True):
                gone[line_id] = replace(gone[line_id], **{part.name: getattr(gone[line_id], part.name) + share})
        if not unmade(adjustment):
            theirs.update(gone)
    return gone


def _in_room(shares: Sequence[Decimal], laid: Sequence[Sequence[Decimal]], unit: Decimal) -> list[Decimal]:
    """Return shares of as much of the same sum as others leave.

    Of each unit it is given what was paid, what lies on it, and what of that is theirs. Where nothing is theirs there
    is room for what was asked for, though a coin be more than was paid for the unit by our reckoning.
    """
    known = zip(shares, laid, strict=True)
    room = [max(max(paid, gone - theirs + share) - gone, ZERO) for share, (paid, gone, theirs) in known]
    taken = [min(share, space) for share, space in zip(shares, room, strict=True)]
    free = [space - share for space, share in zip(room, taken, strict=True)]
    more = split(min(sum(shares, ZERO) - sum(taken, ZERO), sum(free, ZERO)), free, unit)
    return [share + further for share, further in zip(taken, more, strict=True)]
