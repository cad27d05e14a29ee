"""A TikTok Shop client as others write them, on a marketplace in this process; every answer is held to the contract."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from mock_tiktok import Marketplace, ShopCredentials
from mock_tiktok.open_api.signing import signature

CONTRACT = Path(__file__).parents[3] / "contracts" / "tiktok_shop.yaml"
START = datetime(2031, 3, 3, 9, tzinfo=UTC)
SEARCH = "/return_refund/202309/returns/search"


class Clock:
    """A clock that somebody moves."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


@cache
def contract() -> dict[str, Any]:
    loaded = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@cache
def _validator(method: str, template: str, status: int) -> Draft202012Validator:
    document = contract()
    response = document["paths"][template][method.lower()]["responses"][str(status)]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = response["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": document["components"]})


def _template(path: str) -> str | None:
    parts = path.split("/")
    for template in contract()["paths"]:
        there = template.split("/")
        if len(there) == len(parts) and all(a == b or a[:1] == "{" for a, b in zip(there, parts, strict=True)):
            return str(template)
    return None


class Client:
    """Signs and sends; `data` answers what a success carries."""

    def __init__(self, market: Marketplace, shop: ShopCredentials, clock: Clock) -> None:
        self.market = market
        self.shop = shop
        self._clock = clock
        self._http = market.app.test_client()
        self.token = market.credentials(shop.shop_id).access_token

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        *,
        leave_out: str = "",
        signed_body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **changed: str,
    ) -> TestResponse:
        """Send a call signed as it should be, but for what is left out or changed."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        pairs = {
            "app_key": self.market.app_key,
            "timestamp": str(int(self._clock.now().timestamp())),
            **({} if path.startswith("/authorization/") else {"shop_cipher": self.shop.shop_cipher}),
            **(query or {}),
            **changed,
        }
        pairs.pop(leave_out, None)
        signed = signature(self.market.app_secret, path, pairs.items(), raw if signed_body is None else signed_body)
        if leave_out != "sign":
            pairs.setdefault("sign", signed)
        sent = {"x-tts-access-token": self.token, "content-type": "application/json", **(headers or {})}
        sent.pop(leave_out, None)
        answer = self._http.open(f"{path}?{urlencode(pairs)}", method=method, data=raw, headers=sent)
        self._check(method, path, answer)
        return answer

    def data(self, method: str, path: str, query: Mapping[str, str] | None = None, body: Any = None) -> dict[str, Any]:
        """Return the `data` of a call that succeeds."""
        answer = self.send(method, path, query, body)
        assert answer.json is not None
        assert answer.json["code"] == 0, answer.json
        return dict(answer.json["data"])

    def refusal(self, *args: Any, **kwargs: Any) -> tuple[int, int, str]:
        """Return HTTP status, code and message of a call that is refused."""
        answer = self.send(*args, **kwargs)
        assert answer.json is not None
        assert answer.json["code"] != 0
        assert answer.json["data"] is None
        return answer.status_code, answer.json["code"], answer.json["message"]

    def _check(self, method: str, path: str, answer: TestResponse) -> None:
        assert answer.content_type == "application/json; charset=utf-8"
        template = _template(path)
        if template and method.lower() in contract()["paths"][template]:
            _validator(method, template, answer.status_code).validate(answer.json)
            promised = {0, *contract()["x-gateway-codes"], *contract()["paths"][template][method.lower()]["x-codes"]}
            assert answer.json is not None
            assert answer.json["code"] in promised
