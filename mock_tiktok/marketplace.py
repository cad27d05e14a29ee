"""The marketplace: its shops, its clock and agenda, and everybody who listens. The fake's composition root.

One object is one marketplace. It acts only when told to (`run_due`, a call on the wire, a control call), reads no clock
but the one it is given, and with the same seed and the same calls it does the same, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mock_tiktok.control import Control
from mock_tiktok.errors import BadValue
from mock_tiktok.policy import profile as policy
from mock_tiktok.state.agenda import AgendaEntry, Due, Fired
from mock_tiktok.state.events import Listener
from mock_tiktok.state.platform import Clock, Platform
from mock_tiktok.state.tokens import TokenBook, Tokens
from mock_tiktok.usecases.shop import Shop

if TYPE_CHECKING:
    from flask import Flask

DEFAULT_PROFILE: Final = "us-2025-08"
_OF_MARKET: Final = {"US": DEFAULT_PROFILE, "GB": "uk-2026-04", "UK": "uk-2026-04"}
_CALLED: Final = {"UK": "GB"}


@dataclass(frozen=True, slots=True)
class ShopCredentials:
    """What a shop's seller gives to whoever connects it."""

    shop_id: str
    shop_cipher: str
    name: str
    region: str


class Marketplace(Control):
    """A fake TikTok Shop with its shops, buyers, couriers and operator."""

    def __init__(
        self,
        *,
        clock: Clock,
        seed: int,
        world: str = "default",
        profile: str | Path | None = None,
        accepts_timestamp: Callable[[int], bool] | None = None,
    ) -> None:
        self.seed = seed
        self.world = world
        self.accepts_timestamp = accepts_timestamp
        self._profile = None if profile is None else policy.load(profile)
        self._platform = Platform(clock, seed, world)
        self._shops: dict[str, Shop] = {}
        self.app_key = f"6{self._platform.digest('app key', world).hex()[:12]}"
        self.app_secret = self._platform.digest("app secret", world).hex()[:40]
        self.tokens = TokenBook(int.from_bytes(self._platform.digest("tokens", world)[:8]))

    @cached_property
    def app(self) -> Flask:
        """Return the WSGI app that serves this marketplace on the wire."""
        from mock_tiktok.open_api.app import create_app

        return create_app(self)

    @property
    def now(self) -> datetime:
        """Return the instant as the marketplace stamps it: whole seconds."""
        return self._platform.now

    # shops

    def add_shop(
        self, *, name: str | None = None, market: str | None = None, profile: str | Path | None = None
    ) -> ShopCredentials:
        """Open a shop. A profile that was chosen decides the market; else the market decides the profile."""
        chosen = self._profile if profile is None else policy.load(profile)
        if chosen is None:
            if market is not None and market not in _OF_MARKET:
                raise BadValue("market", f"{market} is none of those that have a profile: {', '.join(_OF_MARKET)}")
            chosen = policy.load(_OF_MARKET[market or "US"])
        elif market is not None and _CALLED.get(market, market) != chosen.market:
            raise BadValue("market", f"{market} does not fit: profile {chosen.name} is of market {chosen.market}")
        number = self._platform.count("shop")
        title = name or f"Rehearsal Shop {number}"
        shop = Shop(self._platform, number=number, name=title, market=chosen.market, profile=chosen)
        self._shops[shop.shop_id] = shop
        self.tokens.add_shop(shop.shop_id)
        return _credentials(shop)

    @property
    def shops(self) -> tuple[ShopCredentials, ...]:
        """Return all shops, oldest first."""
        return tuple(_credentials(shop) for shop in self._shops.values())

    def credentials(self, shop_id: str) -> Tokens:
        """Return tokens that are valid now; asking changes nothing and ends none that were given before."""
        return self.tokens.shown(self.shop(shop_id).shop_id, self.now)

    # time

    def subscribe(self, listener: Listener) -> None:
        """Have `listener` hear all news from now on."""
        self._platform.news.subscribe(listener)

    def next_due(self) -> Due | None:
        """Return when the marketplace, or somebody in it, next acts."""
        entry = self._platform.agenda.next()
        return entry.due if entry else None

    def run_due(self, now: datetime) -> Fired:
        """Do the one earliest thing that is due at or before `now`; raise LookupError if nothing is."""
        entry = self._platform.agenda.take(now)
        shop = self._shops[entry.shop_id]
        order_id = shop.order_of(entry)
        what, changed = shop.run(entry)
        return Fired(entry.due.at, entry.who, what, changed, entry.return_id, order_id)

    def agenda(self) -> list[AgendaEntry]:
        """Return all that is due, soonest first."""
        return [
            AgendaEntry(entry.due.at, entry.who, entry.what, entry.return_id)
            for entry in self._platform.agenda.entries()
        ]


def _credentials(shop: Shop) -> ShopCredentials:
    return ShopCredentials(shop.shop_id, shop.shop_cipher, shop.name, shop.region)
