"""What only a test may do: have people buy, ship, complain and judge, and see everything.

`Marketplace` offers these methods. Ids that do not exist raise `UnknownId`, senseless values `BadValue`; what the
platform refuses raises the very `ApiError` that its own pages and API would give. Nothing has changed then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from mock_tiktok.domain.mail import Mail
from mock_tiktok.domain.money import ZERO, in_coins
from mock_tiktok.domain.orders import Order
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.searches import Reason
from mock_tiktok.domain.words import APPROVALS, REJECTIONS, Action, By, OrderStatus, ReturnType
from mock_tiktok.errors import (
    ALREADY_CLOSED,
    ORDER_CLOSED,
    ORDER_STATUS,
    OVER_REFUND,
    REASON_ACTION,
    REASON_ROLE,
    REASON_STATUS,
    REASON_UNKNOWN,
    TOO_LATE,
    BadValue,
    UnknownId,
)
from mock_tiktok.policy.profile import is_known_reason
from mock_tiktok.usecases.orders import OrderLine
from mock_tiktok.usecases.shop import Shop
from mock_tiktok.usecases.views import (
    CancellationView,
    LedgerLine,
    OrderView,
    ReturnView,
    cancellation_view,
    order_view,
    return_view,
)

_SHOWN_REASONS: Final = 3
_OUTCOMES: Final = (Action.SUPPORT_BUYER, Action.SUPPORT_SELLER)


class Control:
    """The strings behind the scenery. Mixed into `Marketplace`, which has the shops."""

    _shops: dict[str, Shop]

    # which shop

    def shop(self, shop_id: str) -> Shop:
        """Return the shop of that id."""
        if (shop := self._shops.get(shop_id)) is None:
            raise UnknownId("shop", shop_id)
        return shop

    def shop_by_cipher(self, shop_cipher: str) -> Shop | None:
        """Return the shop with that cipher, if there is one."""
        return next((shop for shop in self._shops.values() if shop.shop_cipher == shop_cipher), None)

    def shop_of_order(self, order_id: str) -> Shop:
        """Return whose order it is."""
        return self._shop_of("order", order_id, lambda shop: shop.store.orders.get(order_id))

    def shop_of_return(self, return_id: str) -> Shop:
        """Return whose return it is."""
        return self._shop_of("return", return_id, lambda shop: shop.store.returns.get(return_id))

    def shop_of_cancellation(self, cancel_id: str) -> Shop:
        """Return whose cancellation it is."""
        return self._shop_of("cancellation", cancel_id, lambda shop: shop.store.cancellations.get(cancel_id))

    def _shop_of(self, kind: str, id: str, find: Callable[[Shop], object | None]) -> Shop:
        for shop in self._shops.values():
            if find(shop) is not None:
                return shop
        raise UnknownId(kind, id)

    # orders

    def place_order(
        self,
        *,
        shop_id: str | None = None,
        lines: Sequence[OrderLine] | None = None,
        status: str = "DELIVERED",
        plan: str | None = None,
        shipping_fee: Decimal = ZERO,
        tax: Decimal = ZERO,
    ) -> OrderView:
        """Have somebody buy; `status` brings the order that far at once, with earlier steps stamped in the past."""
        if shop_id is None:
            if not self._shops:
                raise BadValue("shop_id", "the marketplace has no shop yet")
            shop_id = next(iter(self._shops))
        desk = self.shop(shop_id).order_desk
        return order_view(desk.place(lines, status=status, plan=plan, shipping_fee=shipping_fee, tax=tax))

    def ship_order(self, order_id: str) -> OrderView:
        """The seller hands the order over to the carrier."""
        return order_view(self.shop_of_order(order_id).ship_order(order_id))

    def deliver_order(self, order_id: str) -> OrderView:
        """The courier delivers."""
        return order_view(self.shop_of_order(order_id).order_desk.deliver(order_id))

    def order_view(self, order_id: str) -> OrderView:
        """Look at an order."""
        return order_view(self.shop_of_order(order_id).order(order_id))

    # cancellations

    def request_cancellation(self, order_id: str, reason: str | None = None) -> CancellationView:
        """The buyer wants the order cancelled."""
        shop = self.shop_of_order(order_id)
        order = shop.order(order_id)
        shop.cancel_desk.check_ask(order)
        chosen = self._buyer_reason(shop, order, "CANCEL", reason)
        return self.cancellation_view(shop.cancel_desk.ask(order_id, chosen).cancel_id)

    def withdraw_cancellation(self, cancel_id: str) -> CancellationView:
        """The buyer wants the order after all."""
        shop = self.shop_of_cancellation(cancel_id)
        shop.cancel_desk.act(shop.get_cancellation(cancel_id), Action.WITHDRAW, By.BUYER)
        return self.cancellation_view(cancel_id)

    def cancellation_view(self, cancel_id: str) -> CancellationView:
        """Look at a cancellation."""
        shop = self.shop_of_cancellation(cancel_id)
        return cancellation_view(shop.get_cancellation(cancel_id), shop.store.records(cancel_id))

    # returns: the buyer and the courier

    def request_return(
        self,
        order_id: str,
        *,
        return_type: str,
        reason: str | None = None,
        line_item_ids: Sequence[str] | None = None,
        evidence: Sequence[str] = (),
    ) -> ReturnView:
        """The buyer asks for money, goods, or both. What follows by itself is on the agenda, even if it is due now."""
        shop = self.shop_of_order(order_id)
        order = shop.order(order_id)
        if return_type not in list(ReturnType):
            raise BadValue("type", f"{return_type!r} is not one of {', '.join(ReturnType)}")
        for line_id in line_item_ids or ():
            if order.line(line_id) is None:
                raise BadValue("line_item_ids", f"order {order_id} has no line {line_id}")
        if line_item_ids is not None and not line_item_ids:
            raise BadValue("line_item_ids", "must name at least one line, or be left out")
        self._may_ask(shop, order, return_type)
        chosen = self._buyer_reason(shop, order, return_type, reason)
        lines = shop.store.units(order, line_item_ids or ())
        wants_goods = return_type == ReturnType.REPLACEMENT
        if any(line.replaced for line in lines) if wants_goods else not any(line.refundable for line in lines):
            raise ALREADY_CLOSED()
        amounts = shop.store.amounts(order, lines, [line.refundable for line in lines])
        item = shop.return_desk.open(
            order, ReturnType(return_type), chosen, lines, amounts, by=By.BUYER, images=evidence
        )
        return self.return_view(item.return_id)

    def ship_return(self, return_id: str) -> ReturnView:
        """The buyer gives the parcel to the carrier."""
        return self._act(return_id, Action.SHIP, By.BUYER)

    def arrive_return(self, return_id: str) -> ReturnView:
        """The courier brings the parcel to the seller's warehouse."""
        return self._act(return_id, Action.ARRIVE, By.SYSTEM)

    def withdraw(self, return_id: str) -> ReturnView:
        """The buyer takes the request back."""
        return self._act(return_id, Action.WITHDRAW, By.BUYER)

    def accept_offer(self, return_id: str) -> ReturnView:
        """The buyer takes the partial refund that the seller offers."""
        return self._act(return_id, Action.ACCEPT_OFFER, By.BUYER)

    def decline_offer(self, return_id: str) -> ReturnView:
        """The buyer refuses the partial refund that the seller offers."""
        return self._act(return_id, Action.DECLINE_OFFER, By.BUYER)

    def dispute(self, return_id: str) -> ReturnView:
        """The buyer takes a rejection to the platform."""
        return self._act(return_id, Action.DISPUTE, By.BUYER)

    # returns: the operator

    def arbitrate(self, return_id: str, *, outcome: str, refund_total: Decimal | None = None) -> ReturnView:
        """The operator decides a dispute; for the buyer it may be for less than was asked."""
        shop = self.shop_of_return(return_id)
        item = shop.get_return(return_id)
        if outcome not in _OUTCOMES:
            raise BadValue("outcome", f"{outcome!r} is not one of {', '.join(_OUTCOMES)}")
        action = Action(outcome)
        total = None
        if refund_total is not None:
            if action is Action.SUPPORT_SELLER:
                raise BadValue("refund_total", "does not go with SUPPORT_SELLER")
            total = _money("refund_total", refund_total, item.amount.currency)
            if total > item.amount.total:
                raise OVER_REFUND(amount=total, most=item.amount.total, at="refund_total")
        return self._act(return_id, action, By.OPERATOR, total=total)

    # returns: the seller, behind the connector's back

    def seller_center_decision(
        self,
        return_id: str,
        *,
        decision: str,
        reason: str | None = None,
        amount: Decimal | None = None,
        comment: str | None = None,
    ) -> ReturnView:
        """The seller decides in Seller Center: the same use cases and refusals as the Open API."""
        shop = self.shop_of_return(return_id)
        item = shop.get_return(return_id)
        if decision in APPROVALS:
            if (decision == Action.OFFER_PARTIAL_REFUND) is (amount is None):
                words = f"is needed with {decision}" if amount is None else f"does not go with {decision}"
                raise BadValue("amount", words)
            currency = item.amount.currency
            offer = (_money("amount", amount, currency), currency) if amount is not None else None
            shop.approve_return(return_id, decision, partial_refund=offer, by=By.SELLER_CENTER)
        elif decision in REJECTIONS:
            if amount is not None:
                raise BadValue("amount", f"does not go with {decision}")
            chosen = reason or self._first_reject_reason(shop, item, decision)
            shop.reject_return(return_id, decision, chosen, comment, by=By.SELLER_CENTER)
        else:
            raise BadValue("decision", f"{decision!r} is not one of {', '.join((*APPROVALS, *REJECTIONS))}")
        return self.return_view(return_id)

    def seller_center_refund(
        self,
        order_id: str,
        *,
        line_item_ids: Sequence[str] | None = None,
        amount: Decimal | None = None,
        reason: str | None = None,
    ) -> ReturnView:
        """The seller starts a refund in Seller Center."""
        shop = self.shop_of_order(order_id)
        order = shop.order(order_id)
        offered = shop.profile.reasons.offered("seller", "REFUND", order.status)
        chosen = reason or (offered[0].name if offered else "")
        if not chosen:
            raise ORDER_STATUS(status=order.status)
        total = _money("amount", amount, order.currency) if amount is not None else None
        item = shop.create_return(
            order_id,
            ReturnType.REFUND,
            chosen,
            line_item_ids=line_item_ids or (),
            refund_total=total,
            by=By.SELLER_CENTER,
        )
        return self.return_view(item.return_id)

    # what can be seen

    def return_view(self, return_id: str) -> ReturnView:
        """Look at a return."""
        shop = self.shop_of_return(return_id)
        return return_view(shop.get_return(return_id), shop.records(return_id))

    def return_views(self) -> list[ReturnView]:
        """Look at all returns, newest first."""
        items = [item for shop in self._shops.values() for item in shop.store.returns]
        items.sort(key=lambda item: item.number, reverse=True)
        return [self.return_view(item.return_id) for item in items]

    def mailbox(self, order_id: str | None = None) -> list[Mail]:
        """Read the buyers' mail, oldest first."""
        if order_id is not None:
            return list(self.shop_of_order(order_id).store.mails(order_id))
        mails = [
            mail for shop in self._shops.values() for order in shop.store.orders for mail in shop.store.mails(order.id)
        ]
        return sorted(mails, key=lambda mail: mail.sent_at)

    def ledger(self) -> dict[str, LedgerLine]:
        """Return, per order, what was paid and what has gone back: only money that has really gone."""
        return {
            order.id: LedgerLine(order.paid, order.refunded)
            for shop in self._shops.values()
            for order in shop.store.orders
        }

    # steps

    def _act(self, return_id: str, action: Action, by: By, *, total: Decimal | None = None) -> ReturnView:
        shop = self.shop_of_return(return_id)
        shop.return_desk.act(shop.get_return(return_id), action, by, total=total)
        return self.return_view(return_id)

    def _may_ask(self, shop: Shop, order: Order, return_type: str) -> None:
        if order.status not in shop.profile.eligible["BUYER"].get(return_type, ()):
            if order.status in (OrderStatus.COMPLETED, OrderStatus.CANCELLED):
                raise ORDER_CLOSED()
            raise ORDER_STATUS(status=order.status)
        delivered = order.status is OrderStatus.DELIVERED
        if delivered and shop.platform.now >= shop.order_desk.window_end(order):
            raise TOO_LATE(what="return")

    def _buyer_reason(self, shop: Shop, order: Order, kind: str, reason: str | None) -> str:
        """Return the reason a buyer gives. They choose from the list that the platform shows them for this order."""
        reasons = shop.profile.reasons
        offered = reasons.offered("buyer", kind, order.status)
        if reason is None:
            return offered[0].name if offered else ""
        if not reason.strip():
            raise BadValue("reason", "must not be empty")
        if any(reason == one.name for one in offered):
            return reason
        places = reasons.places(reason)
        if not places and is_known_reason(reason):  # in another market
            raise REASON_UNKNOWN(reason=reason)
        if not places:
            raise BadValue("reason", f"is {reason!r}, which the marketplace does not know; {_choice(offered)}")
        if not any(group.who == "buyer" for group in places):
            raise REASON_ROLE(reason=reason)
        if not any(group.kind == kind for group in places):
            raise REASON_ACTION(reason=reason)
        raise REASON_STATUS(reason=reason, status=order.status)

    def _first_reject_reason(self, shop: Shop, item: Return, decision: str) -> str | None:
        kind = "PARCEL" if decision == Action.REJECT_RECEIVED_PACKAGE else item.return_type.value
        offered = shop.profile.reasons.offered("reject", kind)
        return offered[0].name if offered else None


def _choice(offered: Sequence[Reason]) -> str:
    if not offered:
        return "it has none for such a request on this order"
    shown = ", ".join(reason.name for reason in offered[:_SHOWN_REASONS])
    more = len(offered) - _SHOWN_REASONS
    return f"on this order such a request takes {shown}" + (f" and {more} more" if more > 0 else "")


def _money(field: str, amount: Decimal, currency: str) -> Decimal:
    if not amount.is_finite() or amount <= 0:
        raise BadValue(field, "must be more than zero")
    try:
        return in_coins(amount, currency)
    except (ValueError, ArithmeticError) as problem:
        raise BadValue(field, str(problem)) from None
