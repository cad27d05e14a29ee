"""What a shop's buyers ask for. They choose among the reasons that the platform shows them for their order.

A reason is named by its key, or by the words that the platform shows for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.orders import Order
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.searches import Reason
from mock_tiktok.domain.words import By, OrderStatus, ReturnType, Role
from mock_tiktok.errors import REASON_UNKNOWN, TOO_LATE, BadValue
from mock_tiktok.policy.profile import is_known_reason
from mock_tiktok.usecases import decisions
from mock_tiktok.usecases.shop import Shop

_SHOWN_REASONS: Final = 3


def request_cancellation(shop: Shop, order_id: str, reason: str | None = None) -> Cancellation:
    """Have the buyer ask for the order to be called off; without a reason they take the first on offer."""
    order = shop.order(order_id)
    shop.cancellation_lifecycle.check_ask(order)
    return shop.cancellation_lifecycle.ask(order_id, _reason(shop, order, "CANCEL", reason))


def request_return(
    shop: Shop,
    order_id: str,
    *,
    return_type: str,
    reason: str | None = None,
    line_item_ids: Sequence[str] | None = None,
    evidence: Sequence[str] = (),
) -> Return:
    """Have the buyer ask for money, goods, or both; no lines named means all that can still be claimed.

    Raises BadValue for what cannot be meant, ApiError for what the platform refuses.
    """
    order = shop.order(order_id)
    if return_type not in list(ReturnType):
        raise BadValue("type", f"{return_type!r} is not one of {', '.join(ReturnType)}")
    for line_id in line_item_ids or ():
        if order.line(line_id) is None:
            raise BadValue("line_item_ids", f"order {order_id} has no line {line_id}")
    if line_item_ids is not None and not line_item_ids:
        raise BadValue("line_item_ids", "must name at least one line, or be left out")
    shop.check_eligible(order, "BUYER", return_type)
    delivered = order.status is OrderStatus.DELIVERED
    if delivered and shop.platform.now >= shop.order_lifecycle.window_end(order):
        raise TOO_LATE(what="return")
    chosen = _reason(shop, order, return_type, reason)
    lines = shop.store.units(order, line_item_ids or ())
    if return_type == ReturnType.REPLACEMENT:
        shop.store.check_replaceable(lines)
    elif not any(line.refundable for line in lines):
        raise decisions.nothing_left(lines if line_item_ids else order.lines)
    for line in lines:
        earlier = shop.store.returns_about(line, order_id)
        shop.store.check_asked(sum(1 for item in earlier if item.role is Role.BUYER))
    amounts = shop.store.amounts(order, lines, [line.refundable for line in lines])
    kind = ReturnType(return_type)
    return shop.return_lifecycle.open(order, kind, chosen, lines, amounts, by=By.BUYER, images=evidence)


def _reason(shop: Shop, order: Order, kind: str, reason: str | None) -> str:
    reasons = shop.profile.reasons
    offered = reasons.offered("buyer", kind, order.status)
    if reason is None:
        return offered[0].name if offered else ""
    if not reason.strip():
        raise BadValue("reason", "must not be empty")
    for one in offered:
        if reason in (one.name, one.text):
            return one.name
    places = reasons.places(reason)
    if not places and is_known_reason(reason):  # in another market
        raise REASON_UNKNOWN(reason=reason)
    if not places:
        raise BadValue("reason", f"is {reason!r}, which the marketplace does not know; {_choice(offered)}")
    shop.check_reason(reason, "buyer", kind, order.status)
    return reason


def _choice(offered: Sequence[Reason]) -> str:
    if not offered:
        return "it has none for such a request on this order"
    shown = ", ".join(reason.name for reason in offered[:_SHOWN_REASONS])
    more = len(offered) - _SHOWN_REASONS
    return f"on this order such a request takes {shown}" + (f" and {more} more" if more > 0 else "")
