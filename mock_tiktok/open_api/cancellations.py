"""Cancellations over the Open API: the seller's own, and the decisions on the buyer's."""

from typing import Final

from mock_tiktok.open_api import requests as read
from mock_tiktok.open_api import responses as wire
from mock_tiktok.open_api.gateway import Act, Call, Json


def cancel_order(call: Call) -> Json:
    return wire.created_cancellation(call.shop.cancel_order(**read.new_cancellation(call.body, call.version)))


def search_cancellations(call: Call) -> Json:
    sort, page = read.paging(call.query, read.CANCELLATION_PAGES)
    found = call.shop.search_cancellations(read.cancellations_filter(call.body), sort, page)
    return wire.cancellation_page(found, call.shop.order, sums=call.shop.profile.says("cancel.tells_refund", True))


def approve_cancellation(call: Call) -> Json:
    read.no_fields(call.body)
    call.shop.approve_cancellation(call.ids["cancel_id"])
    return {}


def reject_cancellation(call: Call) -> Json:
    call.shop.reject_cancellation(call.ids["cancel_id"], **read.cancel_rejection(call.body))
    return {}


ACTS: Final[tuple[Act, ...]] = (cancel_order, search_cancellations, approve_cancellation, reject_cancellation)
