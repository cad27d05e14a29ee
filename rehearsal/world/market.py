"""What the marketplace's own books say of a claim or an order, for a seat that does not say it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from mock_tiktok import Marketplace
from mock_tiktok.domain.orders import LineItem
from mock_tiktok.errors import UnknownId
from rehearsal.seats.port import Question, Standing

# Where the goods are what a claim asks about, also when an appeal was handed back to the seller.
GOODS: Final = frozenset({"AWAITING_BUYER_SHIP", "BUYER_SHIPPED_ITEM", "REJECT_RECEIVE_PACKAGE"})


@dataclass(frozen=True, slots=True)
class Market:
    """Reads the marketplace; reading changes nothing."""

    marketplace: Marketplace

    def claim(self, claim_id: str) -> Standing | None:
        """Return how a return or a cancellation stands; None where there is none."""
        with suppress(UnknownId):
            view = self.marketplace.return_view(claim_id)
            question = Question.GOODS if view.return_status in GOODS else Question.REQUEST
            return Standing(view.order_id, question, view.refund_total, view.currency)
        with suppress(UnknownId):
            other = self.marketplace.cancellation_view(claim_id)
            return Standing(other.order_id, Question.REQUEST, other.refund_total, other.currency)
        return None

    def left(
        self, order_id: str, line_item_ids: Sequence[str] | None, part: str | None = None
    ) -> tuple[Decimal, str] | None:
        """Return what is left to pay back of these units, or of the order, and its currency; None where there is none.

        Of units it is at most what they were bought for, of a `part` what is left of that part of their price, and at
        most what is left of the order.
        """
        try:
            order = self.marketplace.shop_of_order(order_id).order(order_id)
        except UnknownId:
            return None
        left = order.paid - order.refunded
        chosen = [unit for unit in order.lines if line_item_ids is None or unit.id in line_item_ids]
        if part is not None:
            left = min(left, sum((_left_of(unit, part) for unit in chosen), Decimal(0)))
        elif line_item_ids is not None:
            left = min(left, sum((unit.paid for unit in chosen), Decimal(0)))
        return left, order.currency


def _left_of(unit: LineItem, part: str) -> Decimal:
    price, shipping, tax, fee = unit.left
    return {"item": price + fee, "shipping": shipping, "tax": tax}[part]
