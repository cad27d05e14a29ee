"""What the marketplace still has of units whose refund it refuses, where our reckoning is right but for coins.

It shares tax and shipping out among units in its own way, so a coin may lie on another unit there. That must not make a
refund impossible which is right on the whole: units with nothing left are taken out, a coin too much is let go.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from connector.errors import Refused
from connector.ports import Access, Marketplace

TOO_MUCH: Final = frozenset({25001010, 25005005})  # nothing is left of a unit; more than is left of them all
MENDED: Final = "mended"  # in a promise's body: this has been tried


def what_it_has(marketplace: Marketplace, access: Access, body: dict[str, Any]) -> dict[str, Decimal]:
    """Ask unit by unit; those with nothing left are not in the answer. Raises Unavailable."""
    left: dict[str, Decimal] = {}
    for line_id in body["line_ids"]:
        try:
            left[line_id] = marketplace.refundable(access, body["order_id"], [line_id], body["reason"])
        except Refused:
            continue
    return {line_id: amount for line_id, amount in left.items() if amount > 0}


def mended(body: dict[str, Any], left: dict[str, Decimal], astray: Decimal) -> dict[str, Any] | None:
    """Return the refund as the marketplace can take it; None where more than coins is missing, or nothing to mend."""
    wanted, has = Decimal(body["amount"]), sum(left.values(), Decimal(0))
    fits = len(left) == len(body["line_ids"]) and wanted <= has
    if MENDED in body or fits or not left or wanted - has > astray:
        return None
    return {**body, "line_ids": list(left), "amount": str(min(wanted, has)), MENDED: True}
