"""The composition root: the one module that knows every room of the fake and puts a marketplace together."""

from functools import cached_property
from pathlib import Path

import requests
from flask import Flask

from mock_tiktok.control import Control
from mock_tiktok.open_api.app import create_app
from mock_tiktok.open_api.gateway import OtherClocks
from mock_tiktok.pages.app import WithPages
from mock_tiktok.policy import profile as policy
from mock_tiktok.state.marketplace import MarketplaceState
from mock_tiktok.state.platform import Clock
from mock_tiktok.webhooks.sender import sender


class Marketplace(Control):
    """A fake TikTok Shop with its shops, buyers, couriers and operator.

    One object is one marketplace. With the same seed and the same calls it does the same, byte for byte; around a
    `state` that another one has left it goes on as that one would have. Webhooks go out over `http`, and to addresses
    of this machine where `loopback_webhooks` says so.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        seed: int = 0,
        world: str = "default",
        profile: str | Path | None = None,
        other_clocks: OtherClocks = tuple,
        callers: Clock | None = None,
        state: MarketplaceState | None = None,
        http: requests.Session | None = None,
        loopback_webhooks: bool = False,
    ) -> None:
        chosen = None if profile is None else policy.load(profile)
        super().__init__(state or MarketplaceState(seed, world, chosen), clock, callers)
        self._other_clocks = other_clocks
        self.webhooks.loopback = loopback_webhooks
        if http is not None:
            self.webhooks.post = sender(http, self.developer_apps)

    @cached_property
    def app(self) -> Flask:
        """Return the WSGI app that serves this marketplace on the wire, and to people."""
        app = create_app(self, self._other_clocks)
        app.wsgi_app = WithPages(app.wsgi_app, self)  # type: ignore[method-assign]  # as Flask says to
        return app
