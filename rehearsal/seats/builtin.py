"""The port through which the stage meets a connector, and our own connector behind it.

The port is small and says what it can do: a scenario that needs a capability the connector lacks is not judged. Ours
has no private door; what the stage asks of it, it could ask of a connector written elsewhere.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Final, Protocol

import requests

from connector import Connector, Settings
from connector.adapters.sql.store import engine_for
from rehearsal.simulation.clock import SimulatedClock
from rehearsal.simulation.scheduler import AgendaLike, DueLike, FiredLike, Player
from rehearsal.wire.transport import WsgiApp


class Capability(StrEnum):
    """What a connector on the stage may be able to do."""

    DRIVEN = "driven"  # takes its time and its rounds from us
    SHOPS = "shops"  # can be given a shop
    BOOK = "book"  # can be asked for its book
    ACTIVITY = "activity"  # can be asked what happened to an order
    KILL = "kill"  # can die without a farewell and come back


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


class OurConnector:
    """Our connector: its process is an object, its disk a database in memory that outlives the process."""

    capabilities: Final = frozenset(Capability)

    def __init__(
        self, *, clock: SimulatedClock, http: requests.Session, seed: int, world: str, app_key: str, app_secret: str
    ) -> None:
        self._clock = clock
        self._http = http
        self._chance = f"{seed}|{world}|connector"
        self._drawn: dict[str, int] = {}
        self._settings = Settings(database_url="sqlite://", app_key=app_key, app_secret=app_secret, pages_open=True)
        self._disk = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        _template().backup(self._disk)
        self._engine = engine_for(self._settings.database_url, disk=self._disk)
        self._process: Connector | None = None
        self._reader: Final = self._on_disk()  # reads the disk, whether or not a process runs; it never acts

    @property
    def process(self) -> Connector:
        """Answer the running connector."""
        if self._process is None:
            raise requests.ConnectionError("the connector is not running")
        return self._process

    @property
    def app(self) -> WsgiApp:
        """Answer whatever serves the connector's API now; while it is down, nobody does."""

        def serve(environ: dict[str, Any], start_response: Any) -> Any:
            return self.process.app(environ, start_response)

        return serve

    def start(self) -> None:
        """Start its process on whatever its disk holds."""
        self._process = self._on_disk()

    def _on_disk(self) -> Connector:
        return Connector(self._settings, clock=self._clock, http=self._http, engine=self._engine, secret=self._secret)

    def ready(self) -> bool:
        """Answer whether it can be called."""
        return self._process is not None

    def next_due(self) -> DueLike | None:
        """Answer when it next wants to act; while it is down, never."""
        return self._process.next_due() if self._process else None

    def run_due(self, now: datetime) -> FiredLike:
        """Have it do the one earliest thing that is due."""
        return self.process.run_due(now)

    def agenda(self) -> Sequence[AgendaLike]:
        """Answer what it has before it."""
        return self._process.agenda() if self._process else []

    def settled(self) -> bool:
        """Answer whether it has delivered all it promised."""
        return self._reader.waiting() == 0

    def kill(self) -> None:
        """End its process without a farewell; what it had committed is still on its disk."""
        self._process = None

    def stop(self) -> None:
        """End it for good."""
        self._process = None
        self._engine.dispose()
        self._disk.close()

    def add_shop(self, auth_code: str, *, name: str | None = None) -> ShopAtConnector:
        """Have it exchange an authorization code for a shop."""
        added = self.process.add_shop(auth_code, name=name)
        return ShopAtConnector(added.profile_id, added.shop_id, added.shop_cipher, added.name)

    def add_client(self, name: str = "oms") -> Client:
        """Have it let an OMS in."""
        client = self.process.add_client(name)
        return Client(client.application_id, client.shared_secret, client.refresh_token)

    def book(self) -> dict[str, Decimal]:
        """Answer what it has refunded, by the marketplace's order id."""
        return self._reader.book()

    def activity(self, order_id: str) -> Sequence[Activity]:
        """Answer what happened to an order, as its page shows it."""
        return self._reader.activity(order_id)

    @property
    def round_every(self) -> timedelta:
        """Answer how far its rounds lie apart."""
        return self._settings.round_every

    def _secret(self, purpose: str) -> str:
        """Unguessable in life, repeatable on the stage: one stream per purpose."""
        self._drawn[purpose] = self._drawn.get(purpose, 0) + 1
        return hashlib.sha256(f"{self._chance}|{purpose}|{self._drawn[purpose]}".encode()).hexdigest()[:40]


@cache
def _template() -> sqlite3.Connection:
    """Answer a migrated, empty database; copying it is a thousand times cheaper than migrating anew."""
    disk = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    settings = Settings(database_url="sqlite://", app_key="", app_secret="")
    with requests.Session() as nobody:
        epoch = SimulatedClock(datetime.fromisoformat("2031-01-01T00:00:00+00:00"))
        Connector(settings, clock=epoch, http=nobody, engine=engine_for(settings.database_url, disk=disk)).migrate()
    return disk
