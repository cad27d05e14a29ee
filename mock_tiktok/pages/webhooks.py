"""Webhooks of a shop, as its developers see them: who is told what, and every notification with its attempts."""

from typing import Final

from flask import Blueprint, render_template, request

from mock_tiktok.state.webhooks import Attempt, DeliveryState
from mock_tiktok.usecases.market import Market

ROWS: Final = 100
# How a notification stands, as people read it.
STATES: Final = {
    DeliveryState.WAITING: "Waiting",
    DeliveryState.DELIVERED: "Delivered",
    DeliveryState.DROPPED: "Dropped",
    DeliveryState.WITHDRAWN: "Withdrawn",
}


def pages(market: Market) -> Blueprint:
    """Build the page around one market."""
    blueprint = Blueprint("webhooks", __name__, url_prefix="/seller-center/webhooks")
    blueprint.add_app_template_filter(answered)

    @blueprint.get("")
    def webhooks() -> str:
        if not market.shops:
            return render_template("missing.html", message="This marketplace has no shop yet.")
        shop = market.shop(request.args.get("shop_id") or market.shops[0].shop_id)
        told = market.webhooks
        deliveries = [one for one in reversed(told.deliveries()) if one.shop_id == shop.shop_id]
        return render_template(
            "seller/webhooks.html",
            shop=shop,
            shops=market.shops,
            now=market.now,
            subscriptions=[one for one in told.all_subscriptions() if one.shop_id == shop.shop_id],
            deliveries=deliveries[:ROWS],
            more=max(0, len(deliveries) - ROWS),
            states=STATES,
        )

    return blueprint


def answered(attempt: Attempt) -> str:
    """Return what came of an attempt, in words."""
    return attempt.failure or f"answered with {attempt.status}"
