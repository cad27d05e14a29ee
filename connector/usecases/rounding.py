"""What the marketplace still has of units whose refund it refuses, where our reckoning is right but for coins.

It shares tax and shipping out among units in its own way, so a coin may lie on another unit there. That must not make a
refund impossible which is right on the whole: units with nothing left are taken out, a coin too much is let go.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from connector.domain.decisions import CreateRefund
from connector.domain.money import ZERO, unit_of
from connector.errors import Refused
from connector.ports import Access, Marketplace
from connector.usecases.import_claims import STRAYS


def left_there(
    marketplace: Marketplace, access: Access, refund: CreateRefund, others: Sequence[str]
) -> dict[str, Decimal]:
    """Ask unit by unit, and return what is left of those with anything left. Raises Unavailable.

    Coins of an order that its units do not have may lie on `others` of its parcel.
    """
    left = _each(marketplace, access, refund, refund.line_ids)
    assert refund.amount is not None
    if 0 < refund.amount - sum(left.values(), ZERO) <= STRAYS * len(others) * unit_of(refund.currency):
        left |= _each(marketplace, access, refund, [line_id for line_id in others if line_id not in refund.line_ids])
    return left


def _each(
    marketplace: Marketplace, access: Access, refund: CreateRefund, line_ids: Sequence[str]
) -> dict[str, Decimal]:
    left: dict[str, Decimal] = {}
    for line_id in line_ids:
        try:
            left[line_id] = marketplace.refundable(access, refund.order_id, [line_id], refund.reason)
        except Refused:
            continue
    return {line_id: amount for line_id, amount in left.items() if amount > 0}


def mended(refund: CreateRefund, left: dict[str, Decimal], astray: Decimal) -> CreateRefund | None:
    """Return the refund as the marketplace can take it; None where more than coins is missing, or nothing to mend."""
    assert refund.amount is not None
    has = sum(left.values(), Decimal(0))
    fits = left.keys() == {*refund.line_ids} and refund.amount <= has
    if refund.mended or fits or not left or refund.amount - has > astray:
        return None
    return replace(refund, line_ids=tuple(left), amount=min(refund.amount, has), mended=True)
