"""What a shop's buyers ask for. They choose among the reasons that the platform shows them for their order.

A reason is named by its key, or by the words that the platform shows for it.
"""

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.orders import LineItem, Order
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.rules import BUYER_ARRANGES
from mock_tiktok.domain.searches import Reason
from mock_tiktok.domain.words import Action, By, OrderStatus, ReturnType
from mock_tiktok.errors import REASON_UNKNOWN, TOO_LATE, BadValue
from mock_tiktok.policy.profile import is_known_reason
from mock_tiktok.state.people import plan_named
from mock_tiktok.usecases import decisions, refusals
from mock_tiktok.usecases.purchases import an_amount
from mock_tiktok.usecases.returns import Manner, Sending
from mock_tiktok.usecases.shop import Shop

_SHOWN: Final = (*(f"https://shown.example/{name}" for name in ("front.jpeg", "back.jpeg", "unpacking.mp4")),)


def request_cancellation(shop: Shop, order_id: str, reason: str | None = None) -> Cancellation:
    """Have the buyer ask for the order to be called off; without a reason they take the first on offer."""
    order = shop.order(order_id)
    check_cancellation(shop, order)
    return shop.cancellation_lifecycle.ask(order_id, _reason(shop, order, "CANCEL", reason))


def check_cancellation(shop: Shop, order: Order) -> None:
    """Raise what the platform says where the buyer cannot have the order called off now."""
    shop.cancellation_lifecycle.check_ask(order)
    shop.store.units(order)


def check_return(shop: Shop, order: Order, return_type: str, line_item_ids: Sequence[str] | None = None) -> None:
    """Raise what the platform says where the buyer cannot ask for that now, of these units or of the whole order."""
    _asked(shop, order, return_type, None, line_item_ids)


def request_return(
    shop: Shop,
    order_id: str,
    *,
    return_type: str,
    reason: str | None = None,
    line_item_ids: Sequence[str] | None = None,
    evidence: Sequence[str] = (),
    combined: bool = False,
    shipment: str | None = None,
    quick_refund: bool = False,
) -> Return:
    """Have the buyer ask for money, goods, or both; no lines named means all that can still be claimed.

    What is `combined` is one return for each kind of goods, with one parcel for them all (assumed); the first is
    returned.
    Raises BadValue for what cannot be meant, ApiError for what the platform refuses.
    """
    order = shop.order(order_id)
    plan = plan_named(order.plan)
    evidence = evidence or (_SHOWN if plan.shows else ())
    kind, chosen, lines = _asked(shop, order, return_type, reason, line_item_ids)
    shipment = shipment or (BUYER_ARRANGES if plan.own_way and kind is ReturnType.RETURN_AND_REFUND else None)
    if kind is not ReturnType.RETURN_AND_REFUND and (shipment or quick_refund):
        raise BadValue("shipment" if shipment else "quick_refund", f"goes with RETURN_AND_REFUND, not {kind}")
    kinds: dict[str, list[LineItem]] = {}
    for line in lines:
        kinds.setdefault(line.sku_id if combined or plan.combines else "", []).append(line)
    if combined and len(kinds) == 1:
        raise BadValue("combined", "needs goods of several kinds")
    combined_id = shop.platform.new_id("combined return") if len(kinds) > 1 else None
    offered = shop.profile.says("quick_refund.offered", True)
    if quick_refund and not offered:
        raise BadValue("quick_refund", "is not for buyers of this market")
    quick = offered and (quick_refund or plan.quick)
    manner = Manner(combined_id=combined_id, is_quick_refund=quick, shipment_type=shipment)
    opened = []
    for some in kinds.values():
        amounts = shop.store.amounts(order, some, [line.refundable for line in some])
        open_ = shop.return_lifecycle.open
        opened.append(open_(order, kind, chosen, some, amounts, by=By.BUYER, images=evidence, manner=manner))
    return opened[0]


def change_return(
    shop: Shop,
    return_id: str,
    *,
    return_type: str | None = None,
    reason: str | None = None,
    line_item_ids: Sequence[str] | None = None,
    by: str = "buyer",
) -> Return:
    """Have the buyer, or the operator for them, change a request; return the one that takes its place."""
    item = shop.get_return(return_id)
    shop.return_lifecycle.check(item, Action.EDIT)
    ids = line_item_ids if line_item_ids is not None else [line.line_item_id for line in item.lines]
    order = shop.order(item.order_id)
    kind, chosen, lines = _asked(shop, order, return_type or item.return_type, reason, ids, instead_of=item)
    amounts = shop.store.amounts(order, lines, [line.refundable for line in lines])
    return shop.return_lifecycle.change(item, kind, chosen, lines, amounts, By(by))


def send(shop: Shop, return_id: str, sending: Sending) -> Return:
    """Have the buyer hand over the parcel, with what they say of it."""
    item = shop.get_return(return_id)
    claimed = [line.line_item_id for line in item.lines]
    for line_id in sending.line_item_ids:
        if line_id not in claimed:
            raise BadValue("line_item_ids", f"return {return_id} is not about line {line_id}")
    if sending.line_item_ids and item.combined_id:
        raise BadValue("line_item_ids", "is not for what goes back together with other returns")
    if item.shipment_type != BUYER_ARRANGES and (sending.tracking_number or sending.cost):
        field = "tracking_number" if sending.tracking_number else "shipping_cost"
        raise BadValue(field, "is for parcels that the buyer sends in their own way")
    cost = an_amount("shipping_cost", sending.cost, item.amount.currency)
    return shop.act(return_id, Action.SHIP, By.BUYER, sending=replace(sending, cost=cost))


def _asked(
    shop: Shop,
    order: Order,
    return_type: str,
    reason: str | None,
    line_item_ids: Sequence[str] | None,
    *,
    instead_of: Return | None = None,
) -> tuple[ReturnType, str, Sequence[LineItem]]:
    """Return the kind, the reason and the units of what a buyer asks; raise where it cannot be, or is refused."""
    if return_type not in list(ReturnType):
        raise BadValue("type", f"{return_type!r} is not one of {', '.join(ReturnType)}")
    for line_id in line_item_ids or ():
        if order.line(line_id) is None:
            raise BadValue("line_item_ids", f"order {order.id} has no line {line_id}")
    if line_item_ids is not None and not line_item_ids:
        raise BadValue("line_item_ids", "must name at least one line, or be left out")
    refusals.check_request(shop.profile, order, return_type, "BUYER")
    delivered = order.status is OrderStatus.DELIVERED
    if delivered and instead_of is None and shop.platform.now >= shop.order_lifecycle.window_end(order):
        raise TOO_LATE(what="return")
    chosen = _reason(shop, order, return_type, reason)
    lines = shop.store.units(order, line_item_ids or (), instead_of=instead_of.return_id if instead_of else None)
    if return_type == ReturnType.REPLACEMENT:
        shop.store.check_replaceable(lines)
    elif not any(line.refundable for line in lines):
        raise decisions.nothing_left(lines if line_item_ids else order.lines)
    for line in lines:
        earlier = shop.store.returns_about(line, order.id)
        shop.store.check_asked(earlier)
    return ReturnType(return_type), chosen, lines


def _reason(shop: Shop, order: Order, kind: str, reason: str | None) -> str:
    reasons = shop.profile.reasons
    if reason is None:
        return reasons.first("buyer", kind, order.status) or ""
    offered = reasons.offered("buyer", kind, order.status)
    if not reason.strip():
        raise BadValue("reason", "must not be empty")
    for one in offered:
        if reason in (one.name, one.text):
            return one.name
    places = reasons.places(reason)
    if not places and is_known_reason(reason):  # in another market
        raise REASON_UNKNOWN(reason=reason)
    if not places:
        raise BadValue("reason", f"is {reason!r}, which the marketplace does not know{_choice(reason, offered)}")
    shop.check_reason(reason, "buyer", kind, order.status)
    return reason


def _choice(reason: str, offered: Sequence[Reason]) -> str:
    if not offered:
        return "; it has none for such a request on this order"
    known = [one.name if "_" in reason else f'"{one.text}"' for one in offered]  # as it was said: a code, or words
    near = get_close_matches(f'"{reason}"', known, 1)
    meant = f"; did you mean {near[0]}?" if near else ";"
    return f"{meant} on this order such a request takes {', '.join(known)}"
