"""One signed Search Returns with contract checks on both sides: in process, over a socket, and through the proxy."""

import json
import statistics
from contextlib import closing
from functools import partial
from urllib.parse import urlsplit

import requests

from mock_tiktok import AppName
from mock_tiktok.open_api.signing import signature
from rehearsal.server.authority import Authority
from rehearsal.server.proxy import Proxy
from rehearsal.server.sockets import Served, Service, origin, take
from rehearsal.world.doors import outside_app
from rehearsal.world.world import World
from tests.benchmarks.measure import figure, median_seconds, seconds

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

    taken, entrance = take("127.0.0.1", 0), take("127.0.0.1", 0)
    served = Served([Service(outside_app(world, "tiktok"), taken)], now=lambda: world.now)
    with closing(Authority()) as authority, requests.Session() as outside:
        proxy = Proxy(entrance, {urlsplit(host).netloc: taken.getsockname()}, authority)
        served.start()
        proxy.start()
        outside.trust_env, outside.verify = False, str(authority.ca_file)
        outside.proxies = {"https": origin(*entrance.getsockname())}
        ways = {"over a socket, the same": origin(*taken.getsockname()), "through the proxy, in one tunnel": host}
        for words, base in ways.items():
            act = partial(search, outside, base, world)
            figure(words, median_seconds(act, goes=500) * 1000, "ms")
            figure(f"{words}: real time", statistics.median(seconds(act) for _ in range(500)) * 1000, "ms")
        served.stop()
        proxy.stop()
    world.close()
