"""The port through which the stage meets whoever sits on a seat, and the capabilities that they declare.

The port is small: a scenario that needs a capability which the seat lacks is not judged, and neither is a rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from rehearsal.simulation.player import Player
from rehearsal.wire.transport import WsgiApp


class Capability(StrEnum):
    """What can be asked of who sits on a seat, and seen of them: it decides what is asked and what is judged."""

    DRIVEN = "driven"  # takes its time and its rounds from us
    SHOPS = "shops"  # can be given a shop
    STAFF_SEES = "staff sees"  # what waits before the seller's staff can be read
    STAFF_DECIDES = "staff decides"  # the seller's staff can be told to answer, inspect and refund
    BOOK = "book"  # can be asked for its book
    ACTIVITY = "activity"  # can be asked what happened to an order
    KILL = "kill"  # can die without a farewell and come back
    OUTPUT = "output"  # what it writes about itself can be read


class NotCapable(Exception):
    """The connector on this seat cannot do what was asked."""

    def __init__(self, capability: Capability) -> None:
        super().__init__(f"the connector on this seat lacks the capability “{capability}”")
        self.capability = capability


@dataclass(frozen=True, slots=True)
class Client:
    """An OMS's credentials at the connector."""

    application_id: str
    shared_secret: str
    refresh_token: str


@dataclass(frozen=True, slots=True)
class ShopAtConnector:
    """A shop as the connector knows it."""

    profile_id: int
    shop_id: str
    shop_cipher: str
    name: str


class Activity(Protocol):
    """One line of an order's Activity & History."""

    @property
    def at(self) -> datetime: ...
    @property
    def by(self) -> str: ...
    @property
    def event(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def source_words(self) -> str | None: ...


class Driver(Player, Protocol):
    """A connector on the stage."""

    @property
    def capabilities(self) -> frozenset[Capability]: ...
    @property
    def app(self) -> WsgiApp: ...
    def start(self) -> None: ...
    def ready(self) -> bool: ...
    def settled(self) -> bool: ...
    def kill(self) -> None: ...
    def stop(self) -> None: ...
    def add_shop(self, auth_code: str, *, name: str | None = None) -> ShopAtConnector: ...
    def add_client(self, name: str = "oms") -> Client: ...
    def book(self) -> dict[str, Decimal]: ...
    def activity(self, order_id: str) -> Sequence[Activity]: ...
