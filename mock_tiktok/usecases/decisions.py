"""The seller's decisions on returns: which are known, what they need, which fields go with which."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from mock_tiktok import errors
from mock_tiktok.domain.money import coin, in_coins
from mock_tiktok.domain.orders import LineItem
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.state_machines import REFUND, REPLACEMENT, RETURN
from mock_tiktok.domain.words import Action, Claim, Parcel, ReturnType
from mock_tiktok.errors import ApiError

_JUDGED: Final = (Parcel.SHIPPED, Parcel.ARRIVED, Parcel.REFUSED)  # refused: the operator has handed them back
_TAKES: Final = {
    ReturnType.REFUND: REFUND.actions,
    ReturnType.RETURN_AND_REFUND: RETURN.actions,
    ReturnType.REPLACEMENT: REPLACEMENT.actions,
}


def read(decision: str, known: Sequence[Action]) -> Action:
    """Read a decision off the wire, which is to be a known one: an approval, or a rejection."""
    if decision not in known:
        raise errors.INVALID(what=f"decision {decision!r} is not one of {', '.join(known)}")
    return Action(decision)


def reason_kind(item: Return, action: Action | None = None) -> str:
    """Return which list of reject reasons is for this return now, or for that decision on it."""
    if action is Action.REJECT_RECEIVED_PACKAGE:
        return "PARCEL"
    if action is None and item.claim is Claim.APPROVED and item.parcel in _JUDGED:
        return "PARCEL"
    return item.return_type.value


def check_fits(item: Return, action: Action) -> None:
    """Refuse a decision that no request of this type ever takes."""
    if action not in _TAKES[item.return_type]:
        raise errors.WRONG_TYPE(decision=action, type=item.return_type)


def check_fields(action: Action, *, keep: bool | None, offer: object | None) -> None:
    """Refuse a field that goes with another decision, whatever it says."""
    for field, said, goes_with in (
        ("buyer_keep_item", keep is not None, Action.APPROVE_RETURN),
        ("partial_refund", offer is not None, Action.OFFER_PARTIAL_REFUND),
    ):
        if said and action is not goes_with:
            raise errors.WRONG_FIELD(field=field, decision=action)


def nothing_left(lines: Iterable[LineItem]) -> ApiError:
    """Return the code for units of which nothing can be refunded: all has gone back, or nothing was ever paid."""
    return errors.ALREADY_CLOSED() if any(line.paid for line in lines) else errors.NOTHING_PAID()


def offered(item: Return, partial_refund: tuple[Decimal, str] | None) -> Decimal:
    """Read a partial offer: money of the order's currency, more than nothing, not more than is claimed."""
    if partial_refund is None:
        raise errors.INVALID(what="partial_refund is needed with OFFER_PARTIAL_REFUND")
    amount, currency = partial_refund
    amount = money("partial_refund.amount", amount, item.amount.currency, currency)
    if amount > item.amount.total:
        raise errors.OVER_REFUND(amount=amount, most=item.amount.total)
    return amount


def money(field: str, amount: Decimal, currency: str, named: str | None) -> Decimal:
    """Read an amount of money off the wire: whole coins of the order's currency, and more than nothing.

    It has no more decimals than the platform itself writes: 864000 dong, not 864000.00. Certainty: assumed
    """
    if named is not None and named != currency:
        raise errors.INVALID(what=f"{field}: currency {named} is not the order's {currency}")
    if not amount.is_finite() or amount <= 0:
        raise errors.INVALID(what=f"{field} must be more than zero")
    try:
        exact = in_coins(amount, currency)
    except (ValueError, ArithmeticError):
        raise errors.INVALID(what=f"{field} must be a multiple of {coin(currency)} {currency}") from None
    if int(amount.as_tuple().exponent) < int(exact.as_tuple().exponent):
        raise errors.INVALID(what=f"{field} must have no more decimals than {exact} {currency}")
    return exact
