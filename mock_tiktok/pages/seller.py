"""Seller Center, Orders, Manage Returns: what waits for the seller, how long still, and the decision itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.searches import PageRequest, ReturnFilter, Sort
from mock_tiktok.domain.words import Action, ArbitrationStatus, SellerAction
from mock_tiktok.errors import ApiError, BadValue, UnknownId
from mock_tiktok.pages.words import KINDS, FormErrors, Row, amount_in
from mock_tiktok.usecases import seller_center
from mock_tiktok.usecases.decision_eligibility import takes
from mock_tiktok.usecases.market import Market
from mock_tiktok.usecases.shop import Shop

ROWS: Final = 100
SOON: Final = timedelta(hours=24)
FIELDS: Final = frozenset({"reason", "comment", "amount"})

# What the buttons say; one decision, one button.
BUTTONS: Final = {
    Action.APPROVE_REFUND: "Approve refund",
    Action.APPROVE_RETURN: "Approve return",
    Action.DIRECT_REFUND: "Refund without return",
    Action.APPROVE_RECEIVED_PACKAGE: "Accept parcel and refund",
    Action.APPROVE_REPLACEMENT: "Approve replacement",
    Action.ISSUE_REPLACEMENT_REFUND: "Refund instead",
    Action.OFFER_PARTIAL_REFUND: "Offer partial refund",
    Action.REJECT_REFUND: "Reject refund",
    Action.REJECT_RETURN: "Reject return",
    Action.REJECT_RECEIVED_PACKAGE: "Reject parcel",
    Action.REJECT_REPLACEMENT: "Reject replacement",
}

# What silence means, for each thing that the seller can be asked.
SILENCE: Final = {
    SellerAction.RESPOND_REFUND: "Without your answer the platform refunds the buyer.",
    SellerAction.RESPOND_RETURN: "Without your answer the platform approves the return.",
    SellerAction.RESPOND_RECEIVE_PACKAGE: "Without your answer the platform refunds the buyer.",
    SellerAction.RESPOND_REPLACEMENT: "Without your answer the platform approves the replacement.",
}


def _waits(item: Return) -> bool:
    return item.seller_deadline is not None


TABS: Final[dict[str, tuple[str, Callable[[Return], bool]]]] = {
    "awaiting": ("Awaiting action", _waits),
    "disputed": ("Appealed / disputed", lambda item: item.arbitration_status is not None),
    "completed": ("Completed", lambda item: item.is_final),
    "all": ("All", lambda item: True),
}


def pages(market: Market) -> Blueprint:
    """Build the seller's pages around one market."""
    blueprint = Blueprint("seller", __name__, url_prefix="/seller-center/orders/returns")
    _register_list(blueprint, market)
    _register_return(blueprint, market)
    return blueprint


def _register_list(blueprint: Blueprint, market: Market) -> None:
    """All returns of a shop, by what they wait for."""

    @blueprint.get("")
    def manage() -> str:
        if not market.shops:
            return render_template("missing.html", message="This marketplace has no shop yet.")
        shop = market.shop(request.args.get("shop_id") or market.shops[0].shop_id)
        tab = request.args.get("tab", "awaiting")
        if tab not in TABS:
            raise UnknownId("tab", tab)
        everything = _everything(shop)
        chosen = {name: request.args.get(name, "").strip() for name in ("status", "kind", "q", "due")}
        listed = _filtered([item for item in everything if TABS[tab][1](item)], chosen, market.now)
        return render_template(
            "seller/returns.html",
            shop=shop,
            shops=market.shops,
            now=market.now,
            tab=tab,
            tabs=[(name, label, sum(map(test, everything))) for name, (label, test) in TABS.items()],
            rows=[Row(item, shop.order(item.order_id)) for item in listed[:ROWS]],
            more=max(0, len(listed) - ROWS),
            statuses=sorted({item.shown_status for item in everything}),
            kinds=KINDS,
            chosen=chosen,
            attention={
                "soon": sum(_due_soon(item, market.now) for item in everything),
                "requests": sum(_waits(item) and item.arrived_at is None for item in everything),
                "parcels": sum(_waits(item) and item.arrived_at is not None for item in everything),
                "disputes": sum(item.arbitration_status is ArbitrationStatus.IN_PROGRESS for item in everything),
            },
        )


def _register_return(blueprint: Blueprint, market: Market) -> None:
    """One return, and the decision on it."""

    @blueprint.get("/<return_id>")
    def detail(return_id: str, errors: FormErrors | None = None, decision: str = "") -> str:
        shop = market.shop_of_return(return_id)
        item = shop.get_return(return_id)
        possible = takes(shop, item, BUTTONS)
        rejects = [action for action in possible if action.startswith("REJECT")]
        approves = [action for action in possible if action not in rejects and action != Action.OFFER_PARTIAL_REFUND]
        asked = item.deadline.seller_action if item.deadline else None
        return render_template(
            "seller/return.html",
            shop=shop,
            shops=market.shops,
            now=market.now,
            row=Row(item, shop.order(item.order_id)),
            item=item,
            silence=SILENCE.get(asked, "") if asked else "",
            kind=KINDS[item.return_type],
            records=shop.records(return_id),
            approvals=[(action.value, BUTTONS[action]) for action in approves],
            rejections=[(action.value, BUTTONS[action]) for action in rejects],
            offer=Action.OFFER_PARTIAL_REFUND in possible,
            reasons=list(shop.reject_reasons(return_id)) if rejects else [],
            form=request.form,
            errors=errors or FormErrors(),
            decided=decision,
        )

    @blueprint.post("/<return_id>")
    def decide(return_id: str) -> Response | tuple[str, int]:
        shop = market.shop_of_return(return_id)
        decision = request.form.get("decision", "")
        try:
            if decision not in tuple(Action):
                raise BadValue("", "Choose what to do.")
            reason = request.form.get("reason") or None
            if decision.startswith("REJECT") and reason is None:
                raise BadValue("reason", "Choose a reason.")
            amount = amount_in(request.form.get("amount", ""))
            comment = request.form.get("comment", "").strip() or None
            seller_center.decide(shop, return_id, decision=decision, reason=reason, amount=amount, comment=comment)
        except (ApiError, BadValue) as error:
            otherwise = "amount" if decision == Action.OFFER_PARTIAL_REFUND else ""
            return detail(return_id, FormErrors.from_error(error, FIELDS, otherwise), decision), 422
        return redirect(f"/seller-center/orders/returns/{return_id}", 303)


def _everything(shop: Shop) -> list[Return]:
    """Return all returns of a shop, newest first."""
    found: list[Return] = []
    token = ""
    while True:
        page = shop.search_returns(ReturnFilter(), Sort("create_time", ascending=False), PageRequest(500, token))
        found += page.items
        token = page.next_token
        if not token:
            return found


def _due_soon(item: Return, now: datetime) -> bool:
    return item.seller_deadline is not None and item.seller_deadline - now <= SOON


def _filtered(items: list[Return], chosen: dict[str, str], now: datetime) -> list[Return]:
    if status := chosen["status"]:
        items = [item for item in items if item.shown_status == status]
    if kind := chosen["kind"]:
        items = [item for item in items if item.return_type == kind]
    if number := chosen["q"]:
        items = [item for item in items if number in (item.return_id, item.order_id)]
    if chosen["due"]:
        items = [item for item in items if _due_soon(item, now)]
    return items
