"""The marketplace: its shops, its clock, its agenda, and everybody who listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from mock_tiktok.shop import Shop


class Clock(Protocol):
    """Who knows what time it is."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class ShopCredentials:
    shop_id: str
    shop_cipher: str
    name: str
    region: str


class Marketplace:
    """A fake TikTok Shop with its shops, buyers, couriers and operator."""

    app_key: str
    app_secret: str
    seed: int
    world: str

    def __init__(
        self,
        *,
        clock: Clock,
        seed: int,
        world: str = "default",
        profile: str | Path = "us-2025-08",
        accepts_timestamp: Callable[[int], bool] | None = None,
    ) -> None:
        self.clock = clock
        self.accepts_timestamp = accepts_timestamp

    @cached_property
    def app(self) -> Any:
        """Answer the WSGI app that serves this marketplace on the wire."""
        from mock_tiktok.app import create_app

        return create_app(self)

    @property
    def now(self) -> datetime:
        """Answer the instant, in whole seconds, as the marketplace stamps it."""
        raise NotImplementedError

    def shop(self, shop_id: str) -> Shop:
        """Raises UnknownId."""
        raise NotImplementedError

    def shop_by_cipher(self, shop_cipher: str) -> Shop | None:
        raise NotImplementedError

    def shop_of_order(self, order_id: str) -> Shop:
        """Raises UnknownId; likewise shop_of_return, shop_of_cancellation."""
        raise NotImplementedError
