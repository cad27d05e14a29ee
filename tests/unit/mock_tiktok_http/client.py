"""A TikTok Shop client as others write them, on a marketplace in this process; responses are held to the contract."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from mock_tiktok import AppName, Marketplace, ShopCredentials
from mock_tiktok.open_api.signing import signature
from rehearsal.contract.message import read
from rehearsal.contract.openapi import Contract
from tests.clock import HandClock

CONTRACT = Contract.load("tiktok_shop")
SEARCH = "/return_refund/202309/returns/search"


class Client:
    """Signs and sends; `data` returns what a success carries."""

    def __init__(
        self, market: Marketplace, shop: ShopCredentials, clock: HandClock, app: AppName = AppName.CONNECTOR
    ) -> None:
        self.market = market
        self.shop = shop
        self._clock = clock
        self._http = market.app.test_client()
        self.app = market.developer_apps[app]
        self.token = market.credentials(shop.shop_id, app).access_token

    @property
    def cipher(self) -> str:
        return self.market.shop(self.shop.shop_id).cipher_for(self.app.name)

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        *,
        leave_out: str = "",
        signed_body: bytes | None = None,
        sign_as: AppName | None = None,
        headers: Mapping[str, str] | None = None,
        length: int | None = None,
        **changed: str,
    ) -> TestResponse:
        """Send a call signed as it should be, but for what is left out or changed."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        pairs = {
            "app_key": self.app.key,
            "timestamp": str(int(self._clock.now().timestamp())),
            **({} if path.startswith("/authorization/") else {"shop_cipher": self.cipher}),
            **(query or {}),
            **changed,
        }
        pairs.pop(leave_out, None)
        secret = self.market.developer_apps[sign_as or self.app.name].secret
        signed = signature(secret, path, pairs.items(), raw if signed_body is None else signed_body)
        if leave_out != "sign":
            pairs.setdefault("sign", signed)
        sent = {"x-tts-access-token": self.token, "content-type": "application/json", **(headers or {})}
        sent.pop(leave_out, None)
        said = {"CONTENT_LENGTH": str(len(raw) if length is None else length)}
        where = f"{path}?{urlencode(pairs)}"
        response = self._http.open(where, method=method, data=raw, headers=sent, environ_overrides=said)
        self._check(method, path, response)
        return response

    def document(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the whole document that comes back for a call."""
        response = self.send(*args, **kwargs)
        assert response.json is not None
        return dict(response.json)

    def data(self, method: str, path: str, query: Mapping[str, str] | None = None, body: Any = None) -> dict[str, Any]:
        """Return the `data` of a call that succeeds."""
        document = self.document(method, path, query, body)
        assert document["code"] == 0, document
        return dict(document["data"])

    def refusal(self, *args: Any, **kwargs: Any) -> tuple[int, int, str]:
        """Return HTTP status, code and message of a call that is refused."""
        response = self.send(*args, **kwargs)
        assert response.json is not None
        assert response.json["code"] != 0
        assert response.json["data"] is None
        return response.status_code, response.json["code"], response.json["message"]

    def _check(self, method: str, path: str, response: TestResponse) -> None:
        assert response.content_type == "application/json; charset=utf-8"
        found = CONTRACT.find(method, path)
        if found:
            message = read(response.content_type, response.data)
            assert found[0].judge_response(response.status_code, {"content-type": response.content_type}, message) == []
