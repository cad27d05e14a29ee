"""Authorization: the two token endpoints, which stand outside the gate, and the shops a token may act for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mock_tiktok.errors import ApiError
from mock_tiktok.open_api import responses as wire
from mock_tiktok.open_api.gateway import Act, Call, Json, invalid
from mock_tiktok.usecases.market import Market

GET_TOKEN: Final = "/api/v2/token/get"
REFRESH_TOKEN: Final = "/api/v2/token/refresh"
GRANT_TYPES: Final = {
    GET_TOKEN: ("authorized_code",),
    # the official Node SDK says authorized_code here too
    REFRESH_TOKEN: ("refresh_token", "authorized_code"),
}


def token(market: Market, path: str, query: Mapping[str, str], *, tools: bool = False) -> Json:
    """Exchange a code, or refresh. Unsigned; whatever is refused comes with HTTP 200, for a client reads the code."""
    try:
        return _token(market, path, query, tools)
    except ApiError as error:
        raise ApiError(error.code, error.message, 200, trouble=error.trouble) from error


def _token(market: Market, path: str, query: Mapping[str, str], tools: bool) -> Json:
    given = "auth_code" if path == GET_TOKEN else "refresh_token"
    for name, right in (("app_key", market.app_key), ("app_secret", market.app_secret)):
        if query.get(name) != right:
            raise invalid(name)
    if query.get("grant_type") not in GRANT_TYPES[path]:
        raise invalid("grant_type", why=f"It must be {GRANT_TYPES[path][0]}")
    if not query.get(given):
        raise invalid(given, why="It is missing")
    granted = market.exchange(query[given], tools=tools) if path == GET_TOKEN else market.refresh(query[given])
    return wire.grant(granted, market.shop(granted.shop_id))


def shops(call: Call) -> Json:
    return wire.shops([call.shop])


ACTS: Final[dict[str, Act]] = {"shops": shops}
