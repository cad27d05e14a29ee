"""Somebody who calls the marketplace's door from outside, with an app's credentials as `GET /world` shows them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from werkzeug.test import Client

from mock_tiktok.open_api.signing import signature
from rehearsal.world.doors import outside_app
from rehearsal.world.world import World

RR: Final = "/return_refund/202309"
RETURNS: Final = f"{RR}/returns"
SEARCH: Final = f"{RETURNS}/search"
NOTHING: Final[Mapping[str, str]] = {}


class Outsider:
    """Signs and sends, and asks for nobody's leave."""

    def __init__(self, world: World, app: dict[str, Any]) -> None:
        self.world, self.app = world, app
        self._door = Client(outside_app(world, "tiktok"))
        self.says: dict[str, str] = {}  # in headers

    def post(
        self, path: str, body: dict[str, Any], more: Mapping[str, str] = NOTHING, *, at: datetime | None = None
    ) -> dict[str, Any]:
        """Return the answer to a signed POST, with `more` in its query."""
        at, raw = at or self.world.now, json.dumps(body).encode()
        query = {name: self.app[name] for name in ("app_key", "shop_cipher")}
        query |= {"timestamp": str(int(at.timestamp())), **more}
        query["sign"] = signature(self.app["app_secret"], path, query.items(), raw)
        headers = {"x-tts-access-token": self.app["access_token"], "content-type": "application/json", **self.says}
        return dict(json.loads(self._door.post(path, query_string=query, headers=headers, data=raw).data))

    def search(self, app_key: str = "") -> int:
        """Look at the shop's returns; return the code of the answer."""
        return int(self.post(SEARCH, {}, {"app_key": app_key or self.app["app_key"]})["code"])

    @property
    def caller(self) -> str:
        """Return whose the last call was."""
        return [str(entry["from"]) for entry in self.world.trace.entries() if entry["kind"] == "exchange"][-1]
