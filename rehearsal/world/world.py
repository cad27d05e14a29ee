"""A world: one clock, one seed, its players at their seats, the wires between them, and everything that watches.

The world moves time and decides nothing else. It always advances to the earliest thing that anybody wants to do, has
that one thing done, and looks afresh; it is the road on which parcels travel from the marketplace's couriers to the
warehouse's dock; it tells the trace and the auditor what happens; it knows when all has come to rest.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from mock_oms import Oms
from mock_tiktok import Marketplace
from rehearsal.audit.auditor import Auditor
from rehearsal.audit.finding import Finding
from rehearsal.audit.invariant import LedgerRow, PlayerEvent, Quiescence
from rehearsal.contract.events import EventContract
from rehearsal.contract.openapi import Contract
from rehearsal.control.stage import Problem
from rehearsal.seats.builtin import OurConnector
from rehearsal.seats.port import Capability, Client, Driver, ShopAtConnector
from rehearsal.simulation.clock import SimulatedClock, SystemClock
from rehearsal.simulation.player import AgendaLike, FiredLike, Player
from rehearsal.simulation.scheduler import Advanced, Scheduler, Stuck
from rehearsal.trace.log import Trace
from rehearsal.wire.recorder import Exchange, Recorder
from rehearsal.wire.transport import Wire, WsgiApp, recorded, run_wsgi

__all__ = ["Advanced", "Origin", "Stuck", "World"]

START: Final = datetime(2031, 3, 3, 9, tzinfo=UTC)
API_HOST: Final = "open-api.tiktokglobalshop.com"
AUTH_HOST: Final = "auth.tiktok-shops.com"
CONNECTOR_HOST: Final = "api.channeladvisor.com"
TIMESTAMP_EARLY: Final = timedelta(minutes=5)
TIMESTAMP_LATE: Final = timedelta(seconds=30)
ZERO: Final = Decimal("0.00")
ROUTINE: Final = ("round", "pull")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a world was begun with: with the same, it begins the same."""

    name: str = "default"
    seed: int = 1
    start: datetime = START
    market: str | None = None
    profile: str | Path | None = None
    oms_policy: str = "person"
    passive: bool = True
    shops: int = 1
    strict_time: bool = True


@dataclass(slots=True)
class _Quiet:
    """Which idle acts have followed the last change: a round of each shop, and then a pull."""

    rounds: int = 0
    pulled: bool = False
    judged: list[LedgerRow] | None = None

    def disturb(self) -> None:
        self.rounds, self.pulled, self.judged = 0, False, None


class World:
    """One simulated universe."""

    def __init__(
        self,
        *,
        name: str = "default",
        seed: int = 1,
        start: datetime = START,
        market: str | None = None,
        profile: str | Path | None = None,
        oms_policy: str = "person",
        passive: bool = True,
        shops: int = 1,
        strict_time: bool = True,
    ) -> None:
        if shops < 1:
            raise Problem(422, "A world has a shop", "shops must be 1 or more", field="shops")
        self.origin: Final = Origin(name, seed, start, market, profile, oms_policy, passive, shops, strict_time)
        self.name, self.seed = name, seed
        self.lock: Final = threading.RLock()
        self._advancing = threading.Lock()
        self._outsiders = 0
        self._quiet = _Quiet()
        self.clock: Final = SimulatedClock(start)
        self.trace: Final = Trace(world=name, seed=seed, start=start)
        self.auditor: Final = Auditor(
            now=start, reproduce=f"rehearsal demo --seed {seed}", by_default=self._answered_by_default
        )
        self.recorder: Final = Recorder(trace=self.trace, clock=self.clock)
        self.recorder.subscribe(self.auditor.on_exchange)
        self.recorder.subscribe(self._on_exchange)
        self.wire: Final = Wire(self.recorder)
        self.marketplace: Final = Marketplace(
            clock=self.clock, seed=seed, world=name, profile=profile, accepts_timestamp=self._accepts_timestamp
        )
        self.marketplace.subscribe(self._on_marketplace)
        self._mount(API_HOST, AUTH_HOST, name="marketplace", contract="tiktok_shop", app=self.marketplace.app)
        self.connector: Final[Driver] = OurConnector(
            clock=self.clock,
            http=self.wire.session("connector"),
            seed=seed,
            world=name,
            app_key=self.marketplace.app_key,
            app_secret=self.marketplace.app_secret,
        )
        self.connector.start()
        self._mount(CONNECTOR_HOST, name="connector", contract="channeladvisor", app=self.connector.app)
        self.shops: Final[list[ShopAtConnector]] = [self._open_shop(market) for _ in range(shops)]
        self.client: Final[Client] = self.connector.add_client("oms")
        self.oms: Final = Oms(
            clock=self.clock,
            seed=seed,
            http=self.wire.session("oms"),
            application_id=self.client.application_id,
            shared_secret=self.client.shared_secret,
            refresh_token=self.client.refresh_token,
            policy=oms_policy,
        )
        self.oms.subscribe(self._on_oms)
        players: dict[str, Player] = {
            "marketplace": self.marketplace,
            "connector": self.connector,
            "oms": self.oms,
        }
        self._scheduler: Final = Scheduler(self.clock, players, self._act)

    def _mount(self, *hosts: str, name: str, contract: str, app: WsgiApp) -> None:
        self.wire.mount(*hosts, name=name, contract=Contract.load(contract), app=app)

    def _open_shop(self, market: str | None) -> ShopAtConnector:
        shop = self.marketplace.add_shop(market=market)
        self.recorder.state.shops[shop.shop_cipher] = shop.shop_id
        return self.connector.add_shop(self.marketplace.credentials(shop.shop_id).auth_code, name=shop.name)

    # time

    @property
    def now(self) -> datetime:
        """Return the world's present."""
        return self.clock.now()

    def advance(self, *, by: timedelta | None = None, to: datetime | None = None, until_next: bool = False) -> Advanced:
        """Let time pass; come back when nothing is due any more at or before the new present."""
        if not self._advancing.acquire(blocking=False):
            raise Problem(409, "Time is passing already", "another advance of this world has not come back yet")
        try:
            with self.lock:
                advanced = self._scheduler.until(self._target(by, to, until_next))
                self.auditor.after_act(self.now)
                return advanced
        finally:
            self._advancing.release()

    def _target(self, by: timedelta | None, to: datetime | None, until_next: bool) -> datetime:
        given = [name for name, value in (("by", by), ("to", to), ("until", until_next or None)) if value is not None]
        if len(given) != 1:
            named = " and ".join(given) or "none of them"
            field_name = given[1] if given else "by"
            raise Problem(422, "Say how far", f"exactly one of by, to and until; not {named}", field=field_name)
        if by is not None:
            if by < timedelta(0):
                raise Problem(422, "Time never goes back", "by must be PT0S or longer", field="by")
            try:
                return self.now + by
            except OverflowError as error:
                raise Problem(422, "Too far", "that is after the end of the calendar", field="by") from error
        if to is not None:
            if to.utcoffset() is None:
                raise Problem(422, "Which zone?", "to needs a time zone", field="to")
            if to < self.now:
                raise Problem(422, "Time never goes back", f"it is {self.now.isoformat()} already", field="to")
            return to
        following = self._scheduler.earliest()
        return max(self.now, following[1].at) if following else self.now

    def _act(self, name: str, player: Player) -> FiredLike:
        slot = self.trace.reserve()
        told: dict[str, Any] = {"who": name, "what": "failed", "changed": True, "return_id": None}
        try:
            with self.trace.during(slot):
                act = player.run_due(self.now)
            told = {"who": act.who, "what": act.what, "changed": act.changed, "return_id": act.return_id}
        finally:
            self.trace.fill(slot, self.now, None, "act", **told)
        self.auditor.after_act(self.now)
        self._listen_for_quiet(name, act.changed)
        return act

    def agenda(self) -> list[AgendaLike]:
        """Return all that is due, soonest first."""
        with self.lock:
            return self._scheduler.agenda()

    # coming to rest

    def _listen_for_quiet(self, name: str, changed: bool) -> None:
        if changed:
            self._quiet.disturb()
        elif name == "connector":
            self._quiet.rounds += 1
        elif name == "oms" and self._quiet.rounds >= len(self.shops):
            self._quiet.pulled = True
            if self._quiet.judged is None and self.connector.settled():
                self._judge(self.books())

    def _judge(self, books: list[LedgerRow]) -> None:
        self._quiet.judged = books
        self.auditor.at_quiescence(Quiescence(self.now, books, self.oms.adjustments(), self.marketplace.mailbox))

    def at_rest(self) -> bool:
        """Return whether nothing is left to happen but rounds and pulls that find nothing."""
        with self.lock:
            return (
                self._quiet.pulled
                and self.connector.settled()
                and all(any(word in entry.what for word in ROUTINE) for entry in self.agenda())
            )

    def books(self) -> list[LedgerRow]:
        """Return what each of the three says has been refunded, order by order."""
        with self.lock:
            ours, theirs = self.connector.book(), self.oms.ledger()
            official = self.marketplace.ledger()
            return [
                LedgerRow(
                    order_id,
                    official[order_id].paid if order_id in official else ZERO,
                    official[order_id].refunded if order_id in official else ZERO,
                    ours.get(order_id, ZERO),
                    theirs.get(order_id, ZERO),
                )
                for order_id in dict.fromkeys((*official, *ours, *theirs))
            ]

    def findings(self) -> list[Finding]:
        """Return what broke, and one verdict on each rule that did not.

        A book that has moved in a world that stands still is judged again, for nothing else would bring it up.
        """
        with self.lock:
            if self._quiet.judged is not None and (books := self.books()) != self._quiet.judged:
                self._judge(books)
            return self.auditor.findings()

    def _answered_by_default(self, order_id: str) -> bool:
        """Return whether the connector says that it has answered in the seller's place."""
        return Capability.ACTIVITY in self.connector.capabilities and any(
            entry.event == "answered" and entry.by == "connector" for entry in self.connector.activity(order_id)
        )

    # what players tell

    def _on_marketplace(self, event: Any) -> None:
        self._tell("marketplace", event)
        if event.name == "parcel_arrived":
            data = event.data
            self.oms.receive_parcel(
                return_id=data["return_id"],
                order_id=data["order_id"],
                line_item_ids=data["line_item_ids"],
                tracking_number=data["tracking_number"],
            )

    def _on_exchange(self, exchange: Exchange) -> None:
        if exchange.outside and exchange.writes:
            self._quiet.disturb()

    def _on_oms(self, event: Any) -> None:
        self._tell("oms", event)

    def _tell(self, who: str, event: Any) -> None:
        shop = event.data.get("shop_id")
        entry = self.trace.event(event.at, who, event.name, event.data, shop if isinstance(shop, str) else None)
        self._quiet.disturb()
        breaches = EventContract.load().breaches(who, event.name, entry["data"])
        self.auditor.on_event(PlayerEvent(entry["seq"], event.at, who, event.name, event.data, breaches))

    # outsiders

    def outside_app(self, name: str) -> WsgiApp:
        """Return what outsiders reach over sockets: "tiktok", "tiktok_auth", "connector" or "oms"."""
        if name == "oms":
            return _guarded(self.oms.app, self)
        host = {"tiktok": API_HOST, "tiktok_auth": AUTH_HOST, "connector": CONNECTOR_HOST}[name]
        seat = self.wire.endpoint(host)
        assert seat is not None
        app = self.connector.app if name == "connector" else self.marketplace.app
        judged = recorded(app, recorder=self.recorder, name=seat.name, contract=seat.contract, guard=self.visited)
        return _api_or_pages(judged, _guarded(app, self), seat.contract)

    @contextmanager
    def visited(self) -> Iterator[None]:
        """Hold the world for one call from outside, which may be stamped with the machine's time."""
        with self.lock:
            self._outsiders += 1
            try:
                yield
            finally:
                self._outsiders -= 1

    def _accepts_timestamp(self, timestamp: int) -> bool:
        clocks: list[SimulatedClock | SystemClock] = [self.clock]
        if self._outsiders and not self.origin.strict_time:
            clocks.append(SystemClock())
        return any(
            (clock.now() - TIMESTAMP_EARLY).timestamp() <= timestamp <= (clock.now() + TIMESTAMP_LATE).timestamp()
            for clock in clocks
        )

    def close(self) -> None:
        """End the world."""
        with self.lock:
            self.connector.stop()


def _guarded(app: WsgiApp, world: World) -> WsgiApp:
    """Return `app` with the world held during each call: pages are no part of a contract, and no part of the trace."""

    def serve(environ: dict[str, Any], start_response: Any) -> Sequence[bytes]:
        with world.visited():
            said = run_wsgi(app, environ)
        start_response(f"{said.status} {said.reason}", said.headers)
        return [said.body]

    return serve


def _api_or_pages(api: WsgiApp, pages: WsgiApp, contract: Contract) -> WsgiApp:
    """Return an app that has API calls judged and lets people's pages through.

    What a contract names is the API; of the rest, what a browser asks for is a page or belongs to one. A client that
    asks for something else is recorded as the client it is.
    """
    roots = {operation.template.split("/")[1].partition("(")[0].lower() for operation in contract.operations}

    def serve(environ: dict[str, Any], start_response: Any) -> Any:
        first, _, rest = environ.get("PATH_INFO", "/").lstrip("/").partition("/")
        browsing = "text/html" in environ.get("HTTP_ACCEPT", "") or "." in (rest or first).rpartition("/")[2]
        page = browsing and first.partition("(")[0].lower() not in roots
        return (pages if page else api)(environ, start_response)

    return serve
