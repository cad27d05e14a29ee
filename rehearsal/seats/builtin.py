"""Our own players on their seats: they have no private door, whatever the stage asks of them goes through the ports."""

import base64
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import requests

from connector import Connector, Settings
from connector.adapters.logs import DiscreetFormatter
from mock_oms import Oms
from mock_oms.adapters.channeladvisor import Application
from rehearsal.seats.disks import new_disk
from rehearsal.seats.port import (
    OF_A_CONNECTOR,
    OF_AN_OMS,
    Activity,
    AppCredentials,
    Capability,
    Client,
    Conduct,
    ConnectorSeat,
    Overview,
    Place,
    Seats,
    ShopAtConnector,
    Sight,
)
from rehearsal.simulation.player import AgendaLike, DueLike, FiredLike
from rehearsal.wire.transport import WsgiApp

LOG: Final = logging.getLogger("connector")


@dataclass(slots=True)
class SecretStreams:
    """Unguessable in life, repeatable on the stage: one stream of secrets per purpose, and how far each was drawn."""

    key: str
    drawn: dict[str, int] = field(default_factory=dict)

    def draw(self, purpose: str) -> str:
        """Return the next secret for `purpose`."""
        self.drawn[purpose] = self.drawn.get(purpose, 0) + 1
        return hashlib.sha256(f"{self.key}|{purpose}|{self.drawn[purpose]}".encode()).hexdigest()[:40]


def _key(of_stage: str) -> str:
    """Return a key that seals the tokens on its disk, as whoever runs a connector has to give one."""
    return base64.b64encode(hashlib.sha256(f"{of_stage}|secret key".encode()).digest()).decode()


class _Output(logging.Handler):
    """Hands on each line of the connector's log as its process would write it."""

    def __init__(self, listener: Callable[[str], None]) -> None:
        super().__init__()
        self.setFormatter(DiscreetFormatter("%(levelname)s %(name)s: %(message)s"))
        self._listener = listener

    def emit(self, record: logging.LogRecord) -> None:
        self._listener(self.format(record))


class OurConnector(ConnectorSeat):
    """Our connector: its process is an object, its disk a database in memory that outlives the process."""

    capabilities: frozenset[Capability] = OF_A_CONNECTOR

    def __init__(self, place: Place, app: AppCredentials) -> None:
        self._place = place
        self.secrets: Final = SecretStreams(f"{place.seed}|{place.world}|connector")
        self._settings = Settings(
            database_url="sqlite://",
            **asdict(app),
            secret_keys=(_key(self.secrets.key),),
            pages_open=True,
            webhook_url=place.webhooks,
            default_answers=place.default_answers or {},
            oms_webhook_url=place.oms_webhook and place.oms_webhook[0],
            oms_webhook_secret=place.oms_webhook[1] if place.oms_webhook else "",
        )
        self._disk = new_disk()
        self._process: Connector | None = None
        self._output: _Output | None = None
        self._reader: Connector | None = self._on_disk()  # reads the disk also while no process runs; it never acts

    @property
    def process(self) -> Connector:
        """Return the running connector."""
        if self._process is None:
            raise requests.ConnectionError("the connector is not running")
        return self._process

    @property
    def reader(self) -> Connector:
        """Return who reads its disk."""
        if self._reader is None:
            raise requests.ConnectionError("the connector has ended for good")
        return self._reader

    @property
    def app(self) -> WsgiApp:
        """Return whatever serves the connector's API now; while it is down, nobody does."""

        def serve(environ: dict[str, Any], start_response: Any) -> Any:
            return self.process.app(environ, start_response)

        return serve

    def start(self) -> None:
        """Start its process on whatever its disk holds."""
        self._process = self._on_disk()

    def _on_disk(self) -> Connector:
        clock, http = self._place.clock, self._place.http
        return Connector(self._settings, clock=clock, http=http, engine=self._disk.engine, secret=self.secrets.draw)

    def ready(self) -> bool:
        return self._process is not None

    def next_due(self) -> DueLike | None:
        return self._process.next_due() if self._process else None

    def run_due(self, now: datetime) -> FiredLike:
        return self.process.run_due(now)

    def agenda(self) -> Sequence[AgendaLike]:
        return self._process.agenda() if self._process else []

    def settled(self) -> bool:
        return self.reader.waiting() == 0

    def kill(self) -> None:
        """End its process without a farewell; what it had committed is still on its disk."""
        self._process = None
        self._disk.close()

    def on_output(self, listener: Callable[[str], None]) -> None:
        """Have `listener` hear each line of its log, with the tracebacks below it."""
        self._output = _Output(listener)
        LOG.addHandler(self._output)

    def on_commit(self, listener: Callable[[str], None]) -> bool:
        self._disk.listener = listener
        return True

    def stop(self) -> None:
        if self._output is not None:
            LOG.removeHandler(self._output)
        self._process = None
        if self._reader is not None:  # for good, once: the disk is the next one's
            self._reader = None
            self._disk.end()

    def add_shop(
        self, auth_code: str, *, name: str | None = None, default_answers: Mapping[str, str] | None = None
    ) -> list[ShopAtConnector]:
        answers = None if default_answers is None else dict(default_answers)
        added = self.process.add_shop(auth_code, name=name, default_answers=answers)
        return [ShopAtConnector(one.profile_id, one.shop_id, one.shop_cipher, one.name) for one in added]

    def add_client(self, name: str = "oms") -> Client:
        client = self.process.add_client(name)
        return Client(client.application_id, client.shared_secret, client.refresh_token)

    def ledger(self) -> dict[str, Decimal]:
        return self.reader.ledger()

    def activity(self, order_id: str) -> Sequence[Activity]:
        return self.reader.activity(order_id)

    def overview(self, order_id: str) -> Overview | None:
        line = self.reader.overview(order_id)
        return None if line is None else Overview(line.refunded, bool(line.asked or line.coming), line.deadline)


class OurOms(Oms):
    """Our OMS with its warehouse."""

    capabilities: frozenset[Capability] = OF_AN_OMS
    unheard = frozenset[Sight]()
    unanswered = None  # what it keeps it brings to the connector by itself, and is judged by that
    address = None

    def __init__(self, place: Place, client: Client, conduct: Conduct) -> None:
        super().__init__(
            clock=place.clock,
            seed=place.seed,
            http=place.http,
            **asdict(client),
            policy=conduct.policy,
            manners=conduct.manners,
            second=Application(**asdict(conduct.second)) if conduct.second else None,
            webhook_secret=place.oms_webhook[1] if place.oms_webhook else "",
        )


OURS: Final = Seats(connector=OurConnector, oms=OurOms)
