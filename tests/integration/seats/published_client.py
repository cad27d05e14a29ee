"""The same connector by way of a client as it is published for TikTok Shop: its `https` hosts are written in."""

from __future__ import annotations

import json
from typing import Any

from tiktok_shop_api import TikTokShop, TikTokShopAuth
from tiktok_shop_api.generated.models import ApproveReturnRequest, SearchReturnsRequest

from tests.integration.seats import connector


def exchange(code: str) -> None:
    token = TikTokShopAuth(connector.KEY, connector.SECRET).exchange_code(code).access_token
    (shop,) = at(token).authorization.get_authorized_shops().to_dict()["data"]["shops"]
    connector.KEPT.write_text(json.dumps({**connector.shops(), shop["cipher"]: token}))


def at(token: str, cipher: str | None = None) -> Any:
    return TikTokShop(connector.KEY, connector.SECRET, access_token=token, shop_cipher=cipher)


def claims() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for cipher, token in connector.shops().items():
        answer = at(token, cipher).return_and_refund.search_returns(body=SearchReturnsRequest(), page_size="50")
        for one in answer.to_dict()["data"].get("return_orders", []):
            waits = one["return_status"] == "RETURN_OR_REFUND_REQUEST_PENDING"
            found[one["return_id"]] = {"cipher": cipher, "token": token} if waits else None
    return found


def approve(claim: str, waits: Any) -> None:
    body = ApproveReturnRequest.from_dict({"decision": "APPROVE_REFUND"})
    at(waits["token"], waits["cipher"]).return_and_refund.approve_return(claim, body=body, idempotency_key=claim)
    print(f"approved {claim}")


if __name__ == "__main__":
    connector.exchange, connector.claims, connector.approve = exchange, claims, approve
    connector.main()
