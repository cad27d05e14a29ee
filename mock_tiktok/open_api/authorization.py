"""Authorization: the two token endpoints, which stand outside the gate, and the shops that a token may act for."""

from collections.abc import Mapping
from typing import Final

from mock_tiktok.errors import ApiError
from mock_tiktok.open_api import responses as wire
from mock_tiktok.open_api.gateway import Act, Call, Json, invalid
from mock_tiktok.state.tokens import USED_UP, AppName
from mock_tiktok.usecases.market import DeveloperApp, Market

GET_TOKEN: Final = "/api/v2/token/get"
REFRESH_TOKEN: Final = "/api/v2/token/refresh"
GRANT_TYPES: Final = {
    GET_TOKEN: ("authorized_code",),
    # the official Node SDK says authorized_code here too
    REFRESH_TOKEN: ("refresh_token", "authorized_code"),
}


def token(market: Market, path: str, query: Mapping[str, str]) -> Json:
    """Exchange a code, or refresh. Unsigned; whatever is refused comes with HTTP 200, for a client reads the code."""
    app = market.app_of(query.get("app_key"))
    try:
        return _token(market, app, path, query)
    except ApiError as error:
        own = (
            app is not None and app.name is AppName.TOOLS and error.trouble is not None and error.trouble[0] == USED_UP
        )
        raise ApiError(error.code, error.message, 200, trouble=None if own else error.trouble) from error


def _token(market: Market, app: DeveloperApp | None, path: str, query: Mapping[str, str]) -> Json:
    given = "auth_code" if path == GET_TOKEN else "refresh_token"
    if app is None:
        raise invalid("app_key")
    if query.get("app_secret") != app.secret:
        raise invalid("app_secret")
    if query.get("grant_type") not in GRANT_TYPES[path]:
        raise invalid("grant_type", why=f"It must be {GRANT_TYPES[path][0]}")
    if not query.get(given):
        raise invalid(given, why="It is missing")
    exchanges = path == GET_TOKEN
    granted = app.tokens.exchange(query[given], market.callers_now) if exchanges else market.refresh(app, query[given])
    for shop_id in app.tokens.sharing(granted.shop_id):
        market.webhooks.authorized(app.name, shop_id)
    return wire.grant(granted, market.shop(granted.shop_id))


def shops(call: Call) -> Json:
    return wire.shops(call.market.sharing(call.shop.shop_id), call.app)


ACTS: Final[tuple[Act, ...]] = (shops,)
