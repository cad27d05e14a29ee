"""What people decide by hand on the platform's own pages: the seller in Seller Center, the operator in a dispute.

The seller's decisions go through the same use cases as the Open API's. Amounts are typed by people, so a senseless one
raises BadValue.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.words import APPROVALS, REJECTIONS, Action, By, ReturnType
from mock_tiktok.errors import NOT_DEDUCTIBLE, OVER_REFUND, PARTIAL_NOT_POSSIBLE, BadValue
from mock_tiktok.usecases import decisions, refusals
from mock_tiktok.usecases.purchases import an_amount
from mock_tiktok.usecases.shop import Shop

_PICTURE: Final = (200, 200)  # the size of a picture that somebody takes with a rejection
APPROVE, REJECT = "APPROVE", "REJECT"
_OUTCOMES: Final = (Action.SUPPORT_BUYER, Action.SUPPORT_SELLER, Action.HAND_BACK)


def decide(
    shop: Shop,
    return_id: str,
    *,
    decision: str,
    reason: str | None = None,
    amount: Decimal | None = None,
    comment: str | None = None,
    pictures: int = 0,
) -> Return:
    """Approve or reject a return; a rejection without a reason takes the first on offer.

    With it go so many pictures, which are uploaded first.
    """
    item = shop.get_return(return_id)
    if pictures and decision not in REJECTIONS:
        raise BadValue("pictures", f"do not go with {decision}")
    if decision in APPROVALS:
        if decision == Action.APPROVE_RECEIVED_PACKAGE and amount is not None:
            total = _deducted(shop, item, _money("amount", amount, item.amount.currency))
            return shop.approve_return(return_id, decision, total=total, by=By.SELLER_CENTER)
        if (decision == Action.OFFER_PARTIAL_REFUND) is (amount is None):
            words = f"is needed with {decision}" if amount is None else f"does not go with {decision}"
            raise BadValue("amount", words)
        currency = item.amount.currency
        offer = (_money("amount", amount, currency), currency) if amount is not None else None
        return shop.approve_return(return_id, decision, partial_refund=offer, by=By.SELLER_CENTER)
    if decision not in REJECTIONS:
        raise BadValue("decision", f"{decision!r} is not one of {', '.join((*APPROVALS, *REJECTIONS))}")
    if amount is not None:
        raise BadValue("amount", f"does not go with {decision}")
    chosen = reason or shop.profile.reasons.first("reject", decisions.reason_kind(item, Action(decision)))
    images = [shop.upload_image(f"{return_id} {number}".encode(), _PICTURE) for number in range(pictures)]
    return shop.reject_return(return_id, decision, chosen, comment, images=images, by=By.SELLER_CENTER)


def _deducted(shop: Shop, item: Return, total: Decimal) -> Decimal:
    """Return what is paid for goods that have come back worse; refuse where the market has them paid in full."""
    asked = item.amount.total
    least, most = (Decimal(str(share)) for share in shop.profile.numbers["inspection.deduction"].value)
    if not most:
        raise PARTIAL_NOT_POSSIBLE(status=item.status)
    if total > asked:
        raise OVER_REFUND(amount=total, most=asked)
    if total != asked and not asked * least <= asked - total <= asked * most:
        raise NOT_DEDUCTIBLE(kept=asked - total, asked=asked, least=f"{least:.0%}", most=f"{most:.0%}")
    return total


def refund(
    shop: Shop,
    order_id: str,
    *,
    line_item_ids: Sequence[str] | None = None,
    amount: Decimal | None = None,
    reason: str | None = None,
) -> Return:
    """Start a refund that no buyer has asked for; without a reason the first on offer is taken."""
    order = shop.order(order_id)
    refusals.check_request(shop.profile, order, ReturnType.REFUND, "SELLER")
    chosen = reason or shop.profile.reasons.first("seller", "REFUND", order.status) or ""
    total = _money("amount", amount, order.currency) if amount is not None else None
    return shop.create_return(
        order_id, ReturnType.REFUND, chosen, line_item_ids=line_item_ids or (), refund_total=total, by=By.SELLER_CENTER
    )


def cancel(
    shop: Shop, order_id: str, *, line_item_ids: Sequence[str] | None = None, reason: str | None = None
) -> Cancellation:
    """Call off an order, or some of its units; without a reason the first on offer that is taken for those is meant."""
    offered = [one.name for one in shop.profile.reasons.offered("seller", "CANCEL", shop.order(order_id).status)]
    if line_item_ids:
        offered = [name for name in offered if shop.profile.says("cancel.partial_reason", name)] or offered
    chosen = reason or next(iter(offered), "")
    return shop.cancel_order(order_id, chosen, line_item_ids=line_item_ids or (), by=By.SELLER_CENTER)


def answer(
    shop: Shop, cancel_id: str, *, decision: str, reason: str | None = None, comment: str | None = None
) -> Cancellation:
    """Approve or reject a buyer's wish to cancel; a rejection without a reason takes the first on offer."""
    if decision == APPROVE:
        for name, value in {"reason": reason, "comment": comment}.items():
            if value is not None:
                raise BadValue(name, f"does not go with {APPROVE}")
        return shop.approve_cancellation(cancel_id, by=By.SELLER_CENTER)
    if decision != REJECT:
        raise BadValue("decision", f"{decision!r} is not one of {APPROVE}, {REJECT}")
    chosen = reason or shop.profile.reasons.first("reject", "CANCEL")
    return shop.reject_cancellation(cancel_id, chosen, comment, by=By.SELLER_CENTER)


def arbitrate(shop: Shop, return_id: str, *, outcome: str, refund_total: Decimal | None = None) -> Return:
    """Decide a dispute as the operator does, for the buyer for less than was asked, or hand it back to the seller."""
    item = shop.get_return(return_id)
    if outcome not in _OUTCOMES:
        raise BadValue("outcome", f"{outcome!r} is not one of {', '.join(_OUTCOMES)}")
    total = None
    if refund_total is not None:
        if outcome != Action.SUPPORT_BUYER:
            raise BadValue("refund_total", f"does not go with {outcome}")
        total = _money("refund_total", refund_total, item.amount.currency)
        if total > item.amount.total:
            raise OVER_REFUND(amount=total, most=item.amount.total, at="refund_total")
    return shop.act(return_id, Action(outcome), By.OPERATOR, total=total)


def _money(field: str, amount: Decimal, currency: str) -> Decimal:
    if not amount.is_finite() or amount <= 0:
        raise BadValue(field, "must be more than zero")
    return an_amount(field, amount, currency)
