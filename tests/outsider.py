"""Somebody who calls the marketplace's door from outside, with an app's credentials as `GET /world` shows them."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from werkzeug.test import Client

from mock_tiktok import AppName
from mock_tiktok.open_api.signing import signature
from rehearsal.world.doors import outside_app
from rehearsal.world.world import World

RR: Final = "/return_refund/202309"
RETURNS: Final = f"{RR}/returns"
SEARCH: Final = f"{RETURNS}/search"
NOTHING: Final[Mapping[str, str]] = {}


def signed_query(
    app: Mapping[str, str], path: str, raw: bytes, at: datetime, more: Mapping[str, str] = NOTHING
) -> dict[str, str]:
    """Return the query of a call for the app's shop, with `more` in it, signed as of that moment."""
    query = {name: app[name] for name in ("app_key", "shop_cipher")} | {"timestamp": str(int(at.timestamp())), **more}
    return query | {"sign": signature(app["app_secret"], path, query.items(), raw)}


class Outsider:
    """Signs and sends, and asks for nobody's leave."""

    def __init__(self, world: World, app: dict[str, Any]) -> None:
        self.world, self.app = world, app
        self._door = Client(outside_app(world, "tiktok"))
        self.says: dict[str, str] = {}  # in headers

    @classmethod
    def of(cls, world: World, app: AppName = AppName.TOOLS) -> "Outsider":
        """Return one with that app's credentials for the world's first shop."""
        of_app, shop = world.marketplace.developer_apps[app], world.marketplace.shops[0]
        tokens = asdict(world.marketplace.credentials(shop.shop_id, app))
        tokens |= {"app_key": of_app.key, "app_secret": of_app.secret, "shop_cipher": shop.shop_cipher}
        return cls(world, tokens)

    def post(
        self, path: str, body: Any, more: Mapping[str, str] = NOTHING, *, at: datetime | None = None
    ) -> dict[str, Any]:
        """Return the answer to a signed POST, with `more` in its query; a body may be bytes."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        query = signed_query(self.app, path, raw, at or self.world.now, more)
        headers = {"x-tts-access-token": self.app["access_token"], "content-type": "application/json", **self.says}
        return dict(json.loads(self._door.post(path, query_string=query, headers=headers, data=raw).data))

    def search(self, app_key: str = "") -> int:
        """Look at the shop's returns; return the code of the answer."""
        return int(self.post(SEARCH, {}, {"app_key": app_key or self.app["app_key"]})["code"])

    @property
    def caller(self) -> str:
        """Return whose the last call was."""
        return [str(entry["from"]) for entry in self.world.trace.entries() if entry["kind"] == "exchange"][-1]
