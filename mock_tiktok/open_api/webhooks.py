"""Webhooks over the Open API: what an app is told of a shop, and where."""

from typing import Final

from mock_tiktok.open_api import requests as read
from mock_tiktok.open_api import responses as wire
from mock_tiktok.open_api.gateway import Act, Call, Json


def webhooks(call: Call) -> Json:
    return wire.webhooks(call.market.webhooks.subscriptions(call.app, call.shop.shop_id))


def set_webhook(call: Call) -> Json:
    told = call.market.webhooks
    event_type, address = read.webhook(call.body, loopback=told.loopback)
    told.subscribe(call.app, call.shop.shop_id, event_type, address)
    return {}


def delete_webhook(call: Call) -> Json:
    call.market.webhooks.unsubscribe(call.app, call.shop.shop_id, read.webhook_topic(call.body))
    return {}


ACTS: Final[tuple[Act, ...]] = (webhooks, set_webhook, delete_webhook)
