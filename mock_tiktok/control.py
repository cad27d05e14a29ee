"""What only a test may do: have people buy, ship, complain and judge, and see everything.

`Marketplace` offers these methods. Each names a use case and returns a view of what came of it. Ids that do not exist
raise `UnknownId`, senseless values `BadValue`; what the platform refuses raises the very `ApiError` that its own pages
and API would give. Nothing has changed then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from mock_tiktok.domain.money import NO_DISCOUNTS, ZERO, Discounts
from mock_tiktok.domain.orders import Order
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.words import Action, By, Mark
from mock_tiktok.errors import BadValue
from mock_tiktok.usecases import buyers, possible, seller_center
from mock_tiktok.usecases.market import Market
from mock_tiktok.usecases.purchases import OrderLine
from mock_tiktok.usecases.returns import Sending
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

P = ParamSpec("P")


def _of_order(act: Callable[Concatenate[Shop, str, P], Return]) -> Callable[Concatenate[Control, str, P], ReturnView]:
    """Return the method that has a use case make a return of an order, whosever it is."""

    @wraps(act)
    def method(control: Control, order_id: str, /, *args: P.args, **more: P.kwargs) -> ReturnView:
        return control.return_view(act(control.shop_of_order(order_id), order_id, *args, **more).return_id)

    return method


def _of_return(act: Callable[Concatenate[Shop, str, P], Return]) -> Callable[Concatenate[Control, str, P], ReturnView]:
    """Return the method that has a use case change a return, whosever it is."""

    @wraps(act)
    def method(control: Control, return_id: str, /, *args: P.args, **more: P.kwargs) -> ReturnView:
        return control.return_view(act(control.shop_of_return(return_id), return_id, *args, **more).return_id)

    return method


class Control(Market):
    """The strings behind the scenery."""

    # orders

    def place_order(
        self,
        *,
        shop_id: str | None = None,
        lines: Sequence[OrderLine] | None = None,
        status: str = "DELIVERED",
        plan: str | None = None,
        buyer_name: str | None = None,
        shipping_fee: Decimal = ZERO,
        tax: Decimal = ZERO,
        shipping_fee_tax: Decimal = ZERO,
        fee: Decimal = ZERO,
        discounts: Discounts = NO_DISCOUNTS,
        asks: str | None = None,
    ) -> OrderView:
        """Have somebody buy; `status` brings the order that far at once, with earlier steps stamped in the past.

        Prices and the fee are before `discounts`, which are of the whole order; tax is of what is paid, and what of it
        is on shipping is `shipping_fee_tax`.

        Without a `buyer_name` the seed says who buys. `asks` is what the buyer asks for untold, once it can be
        (REFUND, RETURN_AND_REFUND, REPLACEMENT, CANCEL), and has hesitated.
        """
        if shop_id is None:
            if not self.shops:
                raise BadValue("shop_id", "the marketplace has no shop yet")
            shop_id = self.shops[0].shop_id
        place = self.shop(shop_id).order_lifecycle.place
        order = place(
            lines,
            status=status,
            plan=plan,
            buyer_name=buyer_name,
            shipping_fee=shipping_fee,
            tax=tax,
            shipping_fee_tax=shipping_fee_tax,
            fee=fee,
            discounts=discounts,
            asks=asks,
        )
        return self.order_view(order.id)

    def pay_order(self, order_id: str) -> OrderView:
        """The buyer pays what was ordered."""
        return self.order_view(self.shop_of_order(order_id).order_lifecycle.pay(order_id).id)

    def change_address(self, order_id: str) -> OrderView:
        """The buyer has it sent to another address."""
        return self.order_view(self.shop_of_order(order_id).order_lifecycle.change_address(order_id).id)

    def ship_order(self, order_id: str, *, line_item_ids: Sequence[str] = ()) -> OrderView:
        """The seller hands the order over to the carrier, or the parcels with these units alone."""
        return self.order_view(self.shop_of_order(order_id).ship_order(order_id, line_item_ids).id)

    def deliver_order(self, order_id: str) -> OrderView:
        """The courier delivers."""
        return self.order_view(self.shop_of_order(order_id).order_lifecycle.deliver(order_id).id)

    def mark_order(self, order_id: str, marks: Sequence[str]) -> OrderView:
        """Have these stand against an order, and no others: what its requests and decisions are refused for."""
        if wrong := [mark for mark in marks if mark not in list(Mark)]:
            raise BadValue("marks", f"{wrong[0]!r} is not one of {', '.join(Mark)}")
        self.shop_of_order(order_id).order_lifecycle.mark(order_id, [Mark(mark) for mark in marks])
        return self.order_view(order_id)

    def order_view(self, order_id: str) -> OrderView:
        """Look at an order."""
        shop = self.shop_of_order(order_id)
        order = shop.order(order_id)
        return order_view(order, possible.of_order(shop, order))

    def personal_data_in(self, text: str) -> list[str]:
        """Return what of buyers' personal data stands in a text, by its kind; nothing, where nothing does."""
        shops = self._shops.values()
        buyers = {order.buyer.user_id: order.buyer for shop in shops for order in shop.store.orders}
        return list(dict.fromkeys(kind for buyer in buyers.values() for kind in buyer.shown_in(text)))

    # cancellations

    def request_cancellation(self, order_id: str, reason: str | None = None) -> CancellationView:
        """The buyer wants the order cancelled."""
        item = buyers.request_cancellation(self.shop_of_order(order_id), order_id, reason)
        return self.cancellation_view(item.cancel_id)

    def withdraw_cancellation(self, cancel_id: str) -> CancellationView:
        """The buyer wants the order after all."""
        shop = self.shop_of_cancellation(cancel_id)
        shop.cancellation_lifecycle.act(shop.get_cancellation(cancel_id), Action.WITHDRAW, By.BUYER)
        return self.cancellation_view(cancel_id)

    def set_cancellation_deadline(self, cancel_id: str, due: datetime) -> CancellationView:
        """The platform gives the seller until another hour to answer this cancellation."""
        shop, due = self.shop_of_cancellation(cancel_id), self._hour(due)
        shop.cancellation_lifecycle.set_deadline(shop.get_cancellation(cancel_id), due)
        return self.cancellation_view(cancel_id)

    def cancellation_view(self, cancel_id: str) -> CancellationView:
        """Look at a cancellation."""
        shop = self.shop_of_cancellation(cancel_id)
        return cancellation_view(shop.get_cancellation(cancel_id), shop.store.records(cancel_id))

    # returns: the buyer and the courier

    request_return = _of_order(buyers.request_return)
    change_return = _of_return(buyers.change_return)

    def ship_return(
        self,
        return_id: str,
        *,
        line_item_ids: Sequence[str] = (),
        tracking_number: str | None = None,
        shipping_cost: Decimal = ZERO,
    ) -> ReturnView:
        """The buyer gives the parcel to the carrier; without lines with all the goods in it."""
        sending = Sending(tuple(line_item_ids), tracking_number, shipping_cost)
        buyers.send(self.shop_of_return(return_id), return_id, sending)
        return self.return_view(return_id)

    def label_return(
        self, return_id: str, *, tracking_number: str | None = None, label_type: str = "SHIPPING_LABEL"
    ) -> ReturnView:
        """The seller brings a label in Seller Center, in the place of the platform's."""
        self.shop_of_return(return_id).upload_shipping_document([return_id], label_type, tracking_number, None)
        return self.return_view(return_id)

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

    def dispute(self, return_id: str, evidence: Sequence[str] = ()) -> ReturnView:
        """The buyer takes a rejection to the platform, and may show pictures and videos with it."""
        return self._act(return_id, Action.DISPUTE, By.BUYER, images=evidence)

    def set_deadline(self, return_id: str, due: datetime) -> ReturnView:
        """The platform gives this return another hour for what it waits for."""
        shop, due = self.shop_of_return(return_id), self._hour(due)
        shop.return_lifecycle.set_deadline(shop.get_return(return_id), due)
        return self.return_view(return_id)

    def _hour(self, due: datetime) -> datetime:
        whole = due.replace(microsecond=0)
        if whole <= self.now:
            raise BadValue("within", "must be a second or more: a deadline lies ahead")
        return whole

    # returns: the operator, and the seller behind the connector's back

    arbitrate = _of_return(seller_center.arbitrate)
    seller_center_decision = _of_return(seller_center.decide)
    seller_center_refund = _of_order(seller_center.refund)

    def seller_center_cancel(
        self, order_id: str, *, line_item_ids: Sequence[str] | None = None, reason: str | None = None
    ) -> CancellationView:
        """The seller calls off an order, or some of its units."""
        shop = self.shop_of_order(order_id)
        item = seller_center.cancel(shop, order_id, line_item_ids=line_item_ids, reason=reason)
        return self.cancellation_view(item.cancel_id)

    def seller_center_answer(
        self, cancel_id: str, *, decision: str, reason: str | None = None, comment: str | None = None
    ) -> CancellationView:
        """The seller answers a buyer who wants an order called off."""
        shop = self.shop_of_cancellation(cancel_id)
        seller_center.answer(shop, cancel_id, decision=decision, reason=reason, comment=comment)
        return self.cancellation_view(cancel_id)

    # what can be seen

    def return_view(self, return_id: str) -> ReturnView:
        """Look at a return."""
        shop = self.shop_of_return(return_id)
        item = shop.get_return(return_id)
        return return_view(item, shop.records(return_id), possible.of_return(shop, item))

    def return_views(self) -> list[ReturnView]:
        """Look at all returns, newest first."""
        items = [item for shop in self._shops.values() for item in shop.store.returns]
        items.sort(key=lambda item: item.number, reverse=True)
        return [self.return_view(item.return_id) for item in items]

    def ledger(self) -> dict[str, LedgerLine]:
        """Return, per order, what was paid and what has gone back: only money that has really gone."""
        return {order.id: self._line_of(order) for shop in self._shops.values() for order in shop.store.orders}

    def _line_of(self, order: Order) -> LedgerLine:
        """Return an order's line; it is the same until the order is another."""
        known = self._summed.get(order.id)
        if known is None or known[0] is not order:
            known = self._summed[order.id] = order, LedgerLine(order.paid, order.refunded, order.currency)
        return known[1]

    def _act(self, return_id: str, action: Action, by: By, **more: Any) -> ReturnView:
        self.shop_of_return(return_id).act(return_id, action, by, **more)
        return self.return_view(return_id)
