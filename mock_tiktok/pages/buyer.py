"""The buyer's app: what was bought, asking for money or goods back, following a request, and the mailbox."""

from typing import Any, Final

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.searches import CancellationFilter, OrderFilter, PageRequest, ReturnFilter, Sort
from mock_tiktok.domain.words import Action, By, CancelStatus, OrderStatus, is_plain
from mock_tiktok.errors import ApiError, BadValue, UnknownId
from mock_tiktok.pages.words import KINDS, FormErrors, Row
from mock_tiktok.usecases import buyers, possible
from mock_tiktok.usecases.market import Market
from mock_tiktok.usecases.shop import Shop

ORDERS: Final = 50
NEWEST: Final = Sort("create_time", ascending=False)
RETURN_FIELDS: Final = frozenset({"return_type", "reason", "line_item_ids", "evidence"})

STATUS_WORDS: Final = {
    OrderStatus.UNPAID: "Unpaid",
    OrderStatus.ON_HOLD: "Order placed",
    OrderStatus.AWAITING_SHIPMENT: "Preparing",
    OrderStatus.PARTIALLY_SHIPPING: "Partly on the way",
    OrderStatus.AWAITING_COLLECTION: "Packed",
    OrderStatus.IN_TRANSIT: "On the way",
    OrderStatus.DELIVERED: "Delivered",
    OrderStatus.COMPLETED: "Completed",
    OrderStatus.CANCELLED: "Canceled",
}
CANCEL_WORDS: Final = {
    CancelStatus.PENDING: "Cancellation requested",
    CancelStatus.SUCCESS: "Cancellation approved",
    CancelStatus.COMPLETE: "Canceled and refunded",
    CancelStatus.CANCELLED: "Cancellation declined",
}


BUTTONS: Final = {
    Action.ACCEPT_OFFER: ("accept-offer", "Accept offer"),
    Action.DECLINE_OFFER: ("decline-offer", "Decline offer"),
    Action.SHIP: ("ship", "I have shipped it"),
    Action.DISPUTE: ("dispute", "Dispute this decision"),
    Action.WITHDRAW: ("withdraw", "Withdraw request"),
}
ACTS: Final = {path: action for action, (path, _) in BUTTONS.items()}


def pages(market: Market) -> Blueprint:
    """Build the buyer's pages around one market."""
    blueprint = Blueprint("buyer", __name__, url_prefix="/buyer")

    @blueprint.get("")
    def front() -> Response:
        return redirect("/buyer/orders")

    @blueprint.get("/mail")
    def mail() -> str:
        order_id = request.args.get("order_id") or None
        mails = sorted(market.mailbox(order_id), key=lambda one: one.sent_at, reverse=True)
        return render_template("buyer/mail.html", mails=mails, order_id=order_id, tab="mail")

    _register_orders(blueprint, market)
    _register_new_return(blueprint, market)
    _register_cancel(blueprint, market)
    _register_return(blueprint, market)
    return blueprint


def _cards(shop: Shop) -> list[dict[str, Any]]:
    """Return the newest orders of a shop, each with what has been asked for it and what can be."""
    found = shop.search_orders(OrderFilter(), NEWEST, PageRequest(ORDERS)).items
    returns: dict[str, list[Return]] = {}
    cancellations: dict[str, list[Cancellation]] = {}
    if ids := tuple(order.id for order in found):
        for item in shop.search_returns(ReturnFilter(order_ids=ids), NEWEST, PageRequest(500)).items:
            returns.setdefault(item.order_id, []).append(item)
        wanted = CancellationFilter(order_ids=ids)
        for called_off in shop.search_cancellations(wanted, NEWEST, PageRequest(500)).items:
            cancellations.setdefault(called_off.order_id, []).append(called_off)
    return [
        {
            "order": order,
            "shop": shop,
            "status": STATUS_WORDS[order.status],
            "returns": returns.get(order.id, []),
            "cancellations": [(one, CANCEL_WORDS[one.status]) for one in cancellations.get(order.id, [])],
            "can": possible.of_order(shop, order),
            "can_claim": any(possible.kinds_by_unit(shop, order).values()),
        }
        for order in found
    ]


def _register_orders(blueprint: Blueprint, market: Market) -> None:
    """See what has been bought, pay for it, and have it sent elsewhere."""

    @blueprint.get("/orders")
    def orders(errors: FormErrors | None = None) -> str:
        cards = [card for one in market.shops for card in _cards(market.shop(one.shop_id))]
        cards.sort(key=lambda card: card["order"].created_at, reverse=True)
        page = "buyer/orders.html"
        return render_template(page, cards=cards, now=market.now, errors=errors or FormErrors(), tab="orders")

    @blueprint.post("/orders/<order_id>/<any(pay, address):what>")
    def act_on_order(order_id: str, what: str) -> Response | tuple[str, int]:
        about = market.shop_of_order(order_id).order_lifecycle
        acts = {"pay": about.pay, "address": about.change_address}
        try:
            acts[what](order_id)
        except ApiError as error:
            return orders(FormErrors.from_error(error, frozenset())), 422
        return redirect("/buyer/orders", 303)


def _form(template: str, shop: Shop, order_id: str, errors: FormErrors | None, **more: object) -> str:
    return render_template(
        template,
        shop=shop,
        order=shop.order(order_id),
        form=request.form,
        errors=errors or FormErrors(),
        tab="orders",
        **more,
    )


def _register_new_return(blueprint: Blueprint, market: Market) -> None:
    """Ask for money or goods back."""

    @blueprint.get("/orders/<order_id>/returns/new")
    def new_return(order_id: str, errors: FormErrors | None = None) -> str:
        shop = market.shop_of_order(order_id)
        units = possible.kinds_by_unit(shop, shop.order(order_id))
        kinds = [
            (kind, label, shop.buyer_reasons(order_id, kind))
            for kind, label in KINDS.items()
            if any(kind in can for can in units.values())
        ]
        chosen = request.form.getlist("line_item_ids")
        return _form("buyer/new_return.html", shop, order_id, errors, kinds=kinds, chosen=chosen, units=units)

    @blueprint.post("/orders/<order_id>/returns/new")
    def ask(order_id: str) -> Response | tuple[str, int]:
        shop = market.shop_of_order(order_id)
        kind, lines = request.form.get("return_type", ""), request.form.getlist("line_item_ids")
        evidence = tuple(line.strip() for line in request.form.get("evidence", "").splitlines() if line.strip())
        wrong = FormErrors()
        if not lines:
            wrong.by_field["line_item_ids"] = "Choose at least one item."
        if kind not in KINDS:
            wrong.by_field["return_type"] = "Choose what you would like."
        if words := _wrong_reason(shop, order_id, kind):
            wrong.by_field["reason"] = words
        if not all(map(is_plain, evidence)):
            wrong.by_field["evidence"] = "Write it without control characters."
        if wrong:
            return new_return(order_id, wrong), 422
        reason = request.form["reason"]
        try:
            asked = buyers.request_return(
                shop, order_id, return_type=kind, reason=reason, line_item_ids=lines, evidence=evidence
            )
        except (ApiError, BadValue) as error:
            return new_return(order_id, FormErrors.from_error(error, RETURN_FIELDS)), 422
        return redirect(f"/buyer/returns/{asked.return_id}", 303)


def _register_cancel(blueprint: Blueprint, market: Market) -> None:
    """Have an order called off."""

    @blueprint.get("/orders/<order_id>/cancel")
    def cancel(order_id: str, errors: FormErrors | None = None) -> str:
        shop = market.shop_of_order(order_id)
        return _form("buyer/cancel.html", shop, order_id, errors, reasons=shop.buyer_reasons(order_id, "CANCEL"))

    @blueprint.post("/orders/<order_id>/cancel")
    def ask_to_cancel(order_id: str) -> Response | tuple[str, int]:
        shop = market.shop_of_order(order_id)
        if words := _wrong_reason(shop, order_id, "CANCEL"):
            return cancel(order_id, FormErrors({"reason": words})), 422
        try:
            buyers.request_cancellation(shop, order_id, request.form["reason"])
        except (ApiError, BadValue) as error:
            return cancel(order_id, FormErrors.from_error(error, frozenset({"reason"}))), 422
        return redirect("/buyer/orders", 303)


def _register_return(blueprint: Blueprint, market: Market) -> None:
    """Follow a request, and do what the buyer can do about it."""

    @blueprint.get("/returns/<return_id>")
    def follow(return_id: str, errors: FormErrors | None = None) -> str:
        shop = market.shop_of_return(return_id)
        item = shop.get_return(return_id)
        return render_template(
            "buyer/return.html",
            shop=shop,
            item=item,
            row=Row(item, shop.order(item.order_id)),
            kind=KINDS[item.return_type],
            records=shop.records(return_id),
            actions=[button for action, button in BUTTONS.items() if action in possible.of_return(shop, item)],
            now=market.now,
            errors=errors or FormErrors(),
            tab="orders",
        )

    @blueprint.post("/returns/<return_id>/<what>")
    def act(return_id: str, what: str) -> Response | tuple[str, int]:
        shop = market.shop_of_return(return_id)
        if what not in ACTS:
            raise UnknownId("action", what)
        try:
            shop.act(return_id, ACTS[what], By.BUYER)
        except (ApiError, BadValue) as error:
            return follow(return_id, FormErrors.from_error(error, frozenset())), 422
        return redirect(f"/buyer/returns/{return_id}", 303)


def _wrong_reason(shop: Shop, order_id: str, kind: str) -> str:
    """Say what is wrong with the reason that was chosen; nothing, if the form offers it for this kind of request."""
    reason = request.form.get("reason", "")
    if not reason:
        return "Choose a reason."
    if kind in (*KINDS, "CANCEL") and reason not in (one.name for one in shop.buyer_reasons(order_id, kind)):
        return "This reason does not go with what you would like."
    return ""
