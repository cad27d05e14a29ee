"""The seller's decisions on returns: which are known, what they need, and with which code each wrong one is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Final

from mock_tiktok.domain.money import coin, in_coins
from mock_tiktok.domain.orders import LineItem, Order
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.state_machines import REFUND, REPLACEMENT, RETURN
from mock_tiktok.domain.words import APPROVALS, REJECTIONS, Action, Claim, Dispute, OrderStatus, Parcel, ReturnType
from mock_tiktok.errors import (
    ALREADY_APPROVED,
    ALREADY_CANCELLED,
    ALREADY_CLOSED,
    ALREADY_SHIPPED,
    CANNOT_APPROVE,
    CANNOT_APPROVE_PARCEL,
    CANNOT_REJECT,
    CANNOT_REJECT_RECEIPT,
    IN_ARBITRATION,
    INVALID,
    NOTHING_PAID,
    OFFER_OPEN,
    ORDER_CLOSED,
    ORDER_STATUS,
    OVER_REFUND,
    PARTIAL_NOT_POSSIBLE,
    WRONG_FIELD,
    WRONG_TYPE,
    ApiError,
)

_TAKES: Final = {
    ReturnType.REFUND: REFUND.actions,
    ReturnType.RETURN_AND_REFUND: RETURN.actions,
    ReturnType.REPLACEMENT: REPLACEMENT.actions,
}


def approval(decision: str) -> Action:
    """Read an approving decision off the wire."""
    return _read(decision, APPROVALS)


def rejection(decision: str) -> Action:
    """Read a rejecting decision off the wire."""
    return _read(decision, REJECTIONS)


def _read(decision: str, known: tuple[Action, ...]) -> Action:
    if decision not in known:
        raise INVALID(what=f"decision {decision!r} is not one of {', '.join(known)}")
    return Action(decision)


def reason_kind(item: Return, action: Action | None = None) -> str:
    """Return which list of reject reasons is for this return now, or for that decision on it."""
    if action is Action.REJECT_RECEIVED_PACKAGE:
        return "PARCEL"
    if action is None and item.claim is Claim.APPROVED and item.parcel in (Parcel.SHIPPED, Parcel.ARRIVED):
        return "PARCEL"
    return item.return_type.value


def check_fits(item: Return, action: Action) -> None:
    """Refuse a decision that no request of this type ever takes."""
    if action not in _TAKES[item.return_type]:
        raise WRONG_TYPE(decision=action, type=item.return_type)


def check_fields(action: Action, *, keep: bool, offer: object | None) -> None:
    """Refuse a field that goes with another decision."""
    for field, said, goes_with in (
        ("buyer_keep_item", keep, Action.APPROVE_RETURN),
        ("partial_refund", offer is not None, Action.OFFER_PARTIAL_REFUND),
    ):
        if said and action is not goes_with:
            raise WRONG_FIELD(field=field, decision=action)


def check_status(order: Order, kind: str, takes: Collection[str]) -> None:
    """Raise what the platform says to a request of that kind where it `takes` only orders of other statuses."""
    status = order.status
    if status in takes:
        return
    if kind == "CANCEL" and status in (OrderStatus.COMPLETED, OrderStatus.CANCELLED):
        raise ORDER_CLOSED()
    if kind == "CANCEL" and status in (OrderStatus.AWAITING_COLLECTION, OrderStatus.IN_TRANSIT, OrderStatus.DELIVERED):
        raise ALREADY_SHIPPED()
    raise ORDER_STATUS(status=status)


def nothing_left(lines: Iterable[LineItem]) -> ApiError:
    """Return the code for units of which nothing can be refunded: all has gone back, or nothing was ever paid."""
    return ALREADY_CLOSED() if any(line.paid for line in lines) else NOTHING_PAID()


def offered(item: Return, partial_refund: tuple[Decimal, str] | None) -> Decimal:
    """Read a partial offer: money of the order's currency, more than nothing, not more than is claimed."""
    if partial_refund is None:
        raise INVALID(what="partial_refund is needed with OFFER_PARTIAL_REFUND")
    amount, currency = partial_refund
    amount = money("partial_refund.amount", amount, item.amount.currency, currency)
    if amount > item.amount.total:
        raise OVER_REFUND(amount=amount, most=item.amount.total)
    return amount


def money(field: str, amount: Decimal, currency: str, named: str | None) -> Decimal:
    """Read an amount of money off the wire: whole coins of the order's currency, and more than nothing."""
    if named is not None and named != currency:
        raise INVALID(what=f"{field}: currency {named} is not the order's {currency}")
    if not amount.is_finite() or amount <= 0:
        raise INVALID(what=f"{field} must be more than zero")
    try:
        return in_coins(amount, currency)
    except (ValueError, ArithmeticError):
        raise INVALID(what=f"{field} must be a multiple of {coin(currency)} {currency}") from None


def refusal(item: Return, action: Action) -> ApiError:
    """Return the code with which the platform refuses a seller's decision in this state."""
    if item.dispute is Dispute.IN_PROGRESS:
        return IN_ARBITRATION()
    if item.claim is Claim.CLOSED:
        return ALREADY_CANCELLED()
    if item.claim is Claim.OFFERED:
        return OFFER_OPEN()
    if item.claim in (Claim.GRANTED, Claim.REPLACED):
        return ALREADY_APPROVED()
    if item.claim is Claim.APPROVED and action is Action.OFFER_PARTIAL_REFUND:
        return PARTIAL_NOT_POSSIBLE(status=item.status)
    if item.claim is Claim.APPROVED and not action.value.endswith("RECEIVED_PACKAGE"):
        return ALREADY_APPROVED()
    return too_late(item, action)


def too_late(item: Return, action: Action) -> ApiError:
    """Return the code for a decision that comes in a state, or at an hour, that no longer takes it."""
    if action is Action.REJECT_RECEIVED_PACKAGE:
        return CANNOT_REJECT_RECEIPT(status=item.status)
    if action in REJECTIONS:
        return CANNOT_REJECT(status=item.status)
    if action is Action.OFFER_PARTIAL_REFUND:
        return PARTIAL_NOT_POSSIBLE(status=item.status)
    if action is Action.APPROVE_RECEIVED_PACKAGE:
        return CANNOT_APPROVE_PARCEL(status=item.status)
    return CANNOT_APPROVE(status=item.status)
