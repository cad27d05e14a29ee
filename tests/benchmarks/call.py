"""One signed Search Returns with contract checks on both sides: in process, and over a loopback socket."""

from __future__ import annotations

import json

import requests

from mock_tiktok import AppName
from mock_tiktok.open_api.signing import signature
from rehearsal.server.sockets import Served, Service, origin, take
from rehearsal.world.world import World
from tests.benchmarks.measure import figure, median_seconds

PATH = "/return_refund/202309/returns/search"


def search(session: requests.Session, base: str, world: World) -> requests.Response:
    shop, app = world.marketplace.shops[0], world.marketplace.developer_apps[AppName.TOOLS]
    token = world.marketplace.credentials(shop.shop_id, app.name).access_token
    body = json.dumps({"return_status": ["RETURN_OR_REFUND_REQUEST_PENDING"]})
    query = {
        "app_key": app.key,
        "page_size": "50",
        "shop_cipher": shop.shop_cipher,
        "timestamp": str(int(world.now.timestamp())),
    }
    query["sign"] = signature(app.secret, PATH, query.items(), body.encode())
    headers = {"content-type": "application/json", "x-tts-access-token": token}
    response = session.post(base + PATH, params=query, data=body, headers=headers, timeout=10)
    if response.json()["code"] != 0:
        raise RuntimeError(response.text)
    return response


def run() -> None:
    world = World(seed=7)
    order = world.marketplace.place_order()
    world.marketplace.request_return(order.order_id, return_type="REFUND")
    session = world.wire.session("outside")
    host = "https://open-api.tiktokglobalshop.com"
    figure(
        "in process, a response with one return",
        median_seconds(lambda: search(session, host, world), goes=500) * 1000,
        "ms",
    )

    taken = take("127.0.0.1", 0)
    served = Served([Service(world.outside_app("tiktok"), taken)])
    served.start()
    with requests.Session() as outside:
        outside.trust_env = False
        base = origin("127.0.0.1", taken.getsockname()[1])
        figure("over a socket, the same", median_seconds(lambda: search(outside, base, world), goes=500) * 1000, "ms")
    served.stop()
    world.close()
