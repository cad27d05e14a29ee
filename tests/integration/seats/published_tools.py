"""The same connector by way of another client as it is published, made of tools: its `https` hosts are written in, too.

It cannot take up a shop by a code, so it is handed the token of one that has been; then it goes by itself.
"""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request

from tiktok_shop_mcp.client import TikTokShopClient
from tiktok_shop_mcp.config import ShopCredentials, config
from tiktok_shop_mcp.tools import get_order_detail, search_cancellations, search_returns

from tests.integration.seats import connector


def exchange(code: str) -> None:
    query = {"app_key": connector.KEY, "app_secret": connector.SECRET, "auth_code": code}
    asked = urlencode({**query, "grant_type": "authorized_code"})
    one = at(connector.answer(Request(f"{os.environ['AUTH']}/api/v2/token/get?{asked}")))
    (shop,) = asyncio.run(one._make_request("GET", "authorization", "shops", skip_cipher=True))["data"]["shops"]
    kept = asyncio.run(one.refresh_access_token()) | {"shop_cipher": shop["cipher"]}
    connector.KEPT.write_text(json.dumps({**connector.shops(), shop["cipher"]: kept}))


def at(known: Any) -> TikTokShopClient:
    shop = {"seller_name": "Rehearsal", "app_key": connector.KEY, "app_secret": connector.SECRET}
    config.shops["Rehearsal"] = ShopCredentials(known | shop)
    return TikTokShopClient(config.shops["Rehearsal"])


def claims() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for known in connector.shops().values():
        client = at(known)
        assert not asyncio.run(search_cancellations(client))["cancellations"]
        for one in asyncio.run(search_returns(client))["returns"]:
            (order,) = asyncio.run(get_order_detail(client, [one["order_id"]]))
            assert order["order_id"] == one["order_id"]
            waits = one["return_status"] == "RETURN_OR_REFUND_REQUEST_PENDING"
            found[one["return_id"]] = known if waits else None
    return found


def approve(claim: str, waits: Any) -> None:
    path, yes = f"returns/{claim}/approve", {"decision": "APPROVE_REFUND"}
    asyncio.run(at(waits)._make_request("POST", "return_refund", path, {"idempotency_key": claim}, yes))
    print(f"approved {claim}")


if __name__ == "__main__":
    connector.exchange, connector.claims, connector.approve = exchange, claims, approve
    connector.main()
