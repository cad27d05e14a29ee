"""Orders over the Open API: the list and the detail."""

from typing import Final

from mock_tiktok.domain.searches import Page
from mock_tiktok.open_api import order_responses as wire
from mock_tiktok.open_api import requests as read
from mock_tiktok.open_api.gateway import Act, Call, Json


def search_orders(call: Call) -> Json:
    sort, page = read.paging(call.query, read.ORDER_PAGES)
    wanted, shipping_type = read.orders_filter(call.body)
    if shipping_type == "SELLER":  # every order here travels with the platform's shipping
        return wire.order_page(Page((), 0, ""))
    return wire.order_page(call.shop.search_orders(wanted, sort, page))


def orders(call: Call) -> Json:
    return wire.orders(call.shop.orders(read.order_ids(call.query)))


def price_detail(call: Call) -> Json:
    return wire.price_detail(call.shop.order(call.ids["order_id"]))


ACTS: Final[tuple[Act, ...]] = (search_orders, orders, price_detail)
