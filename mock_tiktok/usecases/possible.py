"""What people can do about an order or a return now, by the rules that it is held to when they do it."""

from collections.abc import Callable
from functools import partial
from typing import Final

from mock_tiktok.domain.orders import Order
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.state_machines import Step
from mock_tiktok.domain.words import Action, By, ReturnType
from mock_tiktok.errors import ApiError
from mock_tiktok.usecases import buyers
from mock_tiktok.usecases.shop import Shop

ABOUT_RETURNS: Final = {
    Action.ACCEPT_OFFER: By.BUYER,
    Action.DECLINE_OFFER: By.BUYER,
    Action.SHIP: By.BUYER,
    Action.DISPUTE: By.BUYER,
    Action.WITHDRAW: By.BUYER,
    Action.ARRIVE: By.SYSTEM,
    Action.SUPPORT_BUYER: By.OPERATOR,
    Action.SUPPORT_SELLER: By.OPERATOR,
    Action.HAND_BACK: By.OPERATOR,
}


def of_return(shop: Shop, item: Return) -> tuple[str, ...]:
    """Return what the buyer, the courier and the operator can do about a return."""
    if item.is_final:
        return ()
    check = shop.return_lifecycle.check_now
    return tuple(action for action, by in ABOUT_RETURNS.items() if not refused(partial(check, item, action, by)))


def of_order(shop: Shop, order: Order) -> tuple[str, ...]:
    """Return what can be done about an order, and what kinds of requests there can be."""
    checks: dict[str, Callable[[], object]] = {
        "PAY": partial(shop.order_lifecycle.check, order, Step.PAY),
        "SHIP": partial(shop.check_shipping, order),
        "DELIVER": partial(shop.order_lifecycle.check, order, Step.DELIVER),
        "CANCEL": partial(buyers.check_cancellation, shop, order),
        "CHANGE_ADDRESS": partial(shop.order_lifecycle.check, order, Step.CHANGE_ADDRESS),
        **{kind: partial(buyers.check_return, shop, order, kind) for kind in ReturnType},
    }
    return tuple(act for act, check in checks.items() if not refused(check))


def kinds_by_unit(shop: Shop, order: Order) -> dict[str, tuple[str, ...]]:
    """Return which types of request the buyer can make of each unit by itself."""
    check = buyers.check_return
    return {
        line.id: tuple(kind for kind in ReturnType if not refused(partial(check, shop, order, kind, [line.id])))
        for line in order.lines
    }


def refused(check: Callable[[], object]) -> bool:
    """Say whether the platform refuses."""
    try:
        check()
    except ApiError:
        return True
    return False
