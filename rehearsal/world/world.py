"""A world: one clock, one seed, its players at their seats, the wires between them, and everything that watches.

The world moves time and decides nothing else. It always advances to the earliest thing that anybody wants to do, has
that one thing done, and looks afresh; it is the road on which parcels travel from the marketplace's couriers to the
warehouse's dock; the trace and the auditor hear from it what happens. Whoever sits on a
seat is met through its port alone, and asked only for what it is capable of.
"""

from __future__ import annotations

import shlex
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, unquote

import requests

from mock_tiktok import AppName, LedgerLine, Marketplace
from mock_tiktok.errors import BadValue
from mock_tiktok.state.marketplace import MarketplaceState
from rehearsal.audit.auditor import Auditor
from rehearsal.audit.event import EventName, LogLine
from rehearsal.audit.event import Trouble as Extension
from rehearsal.audit.finding import Finding
from rehearsal.audit.invariant import LedgerRow, PlayerEvent, Quiescence
from rehearsal.audit.limits import Limits
from rehearsal.contract.events import EventContract
from rehearsal.contract.openapi import Contract
from rehearsal.contract.redaction import REDACTED
from rehearsal.seats.abroad import abroad
from rehearsal.seats.builtin import OURS
from rehearsal.seats.port import (
    CONNECTOR_HOST,
    OF_THE_STAFF,
    Activity,
    AdjustmentRow,
    AppCredentials,
    Capability,
    Client,
    Conduct,
    NotCapable,
    OpenShop,
    Place,
    SeatFailed,
    Seats,
    ShopAtConnector,
    common,
)
from rehearsal.simulation.clock import SimulatedClock, SystemClock
from rehearsal.simulation.compression import Pace
from rehearsal.simulation.player import Act, AgendaLike, FiredLike, Player
from rehearsal.simulation.scheduler import Advanced, Scheduler, Stuck
from rehearsal.trace.log import Trace
from rehearsal.wire.delivery import DELIVERY
from rehearsal.wire.faults.trouble import Hit, Trouble, TroubleAct
from rehearsal.wire.recorder import Call, Endpoint, Exchange, Recorder
from rehearsal.wire.retimed import outward
from rehearsal.wire.transport import Wire, WsgiApp, recorded, run_wsgi
from rehearsal.world.boundaries import CrashPoints, Killed, Restart
from rehearsal.world.errors import Busy, InvalidValue
from rehearsal.world.lock import WorldLock
from rehearsal.world.market import Market
from rehearsal.world.quiescence import RestState, Stillness, only_routine

__all__ = ["Advanced", "NewShop", "Origin", "Stuck", "World"]

START: Final = datetime(2031, 3, 3, 9, tzinfo=UTC)
T = TypeVar("T")
API_HOST: Final = "open-api.tiktokglobalshop.com"
AUTH_HOST: Final = "auth.tiktok-shops.com"
API_ALONE: Final = "rehearsal.api_alone"  # in the environment of a call that no page may answer
REFRESH: Final = "/api/v2/token/refresh"
SEATS: Final = {"connector": "connector", "oms": "OMS"}  # as they are called, by the name of their door
TIMESTAMP_EARLY: Final = timedelta(minutes=5)
TIMESTAMP_LATE: Final = timedelta(seconds=30)
MOST_UNTOLD: Final = 10_000  # things that fired; the oldest go first
ZERO: Final = Decimal("0.00")
NO_CLIENT: Final = Client("", "", "")  # of a connector that lets nobody in when we ask


@dataclass(frozen=True, slots=True)
class NewShop:
    """What a shop is opened with; what is left out is as in the rest of the world."""

    market: str | None = None
    profile: str | Path | None = None
    name: str | None = None
    default_answers: Mapping[str, str] | None = None  # what the connector answers when its seller is silent


@dataclass(frozen=True, slots=True)
class Origin:
    """What a world was begun with: with the same, it begins the same."""

    name: str = "default"
    seed: int = 1
    start: datetime = START
    market: str | None = None
    profile: str | Path | None = None
    oms_policy: str = "person"
    oms_manners: tuple[str, ...] = ()
    passive: bool = True
    shops: int | Sequence[NewShop] = 1
    strict_time: bool = True
    seated: tuple[str, ...] = ()  # the options by which somebody else sits there

    def opened(self, shop: NewShop) -> NewShop:
        """Return with what a shop is opened in this world."""
        own = shop.market is not None or shop.profile is not None
        return shop if own else replace(shop, market=self.market, profile=self.profile)

    @property
    def command(self) -> str:
        """Return the command that serves a world which begins the same."""
        each = [] if isinstance(self.shops, int) else [self.opened(shop) for shop in self.shops]
        shops = ",".join(str(shop.profile or shop.market or "US") for shop in each) or self.shops
        told: dict[str, Any] = {"--seed": self.seed, "--start": self.start.isoformat(), "--shops": shops}
        told |= {"--market": self.market, "--profile": self.profile, "--oms-policy": self.oms_policy}
        told |= {"--oms-manners": ",".join(self.oms_manners) or None}
        said = [word for name, value in told.items() if value is not None for word in (name, str(value))]
        return shlex.join(["rehearsal", "up", *self.seated, *said, *(["--strict-time"] if self.strict_time else [])])


@dataclass(frozen=True, slots=True)
class ConnectorFailure:
    """The connector has ended of its own accord, or has not made a round that it was told of; what there is to say."""

    at: datetime
    what: str


@dataclass(slots=True)
class WorldState:
    """What a world itself remembers.

    How near it is to rest, how many outsiders are inside at this moment, since when the connector is down, and what has
    fired, and failed, while nobody let time pass.
    """

    rest: RestState
    outsiders: int = 0
    points: CrashPoints | None = None
    down_since: datetime | None = None
    written: int = 0  # calls of the connector's that were to change something
    renewals_hit: bool = False  # trouble has befallen a renewal of the connector's tokens
    untold: deque[FiredLike] = field(default_factory=lambda: deque(maxlen=MOST_UNTOLD))
    untold_idle: int = 0
    failure: SeatFailed | None = None  # the connector has ended meanwhile
    failures: list[ConnectorFailure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StageEvent:
    """Something that the stage itself has done to a player."""

    at: datetime
    name: str
    data: Mapping[str, Any] = field(default_factory=dict)


class World:
    """One simulated universe, with those on its seats whom `seats` names.

    With a `pace` its clock follows the machine's, which is the clock of all who call from outside. The
    marketplace may stand on what an earlier one has left. What grows too long for memory is kept below the folder
    `data`, or where the system keeps temporary files.
    """

    def __init__(
        self,
        *,
        name: str = "default",
        seed: int = 1,
        start: datetime = START,
        market: str | None = None,
        profile: str | Path | None = None,
        oms_policy: str = "person",
        oms_manners: Sequence[str] = (),
        passive: bool = True,
        shops: int | Sequence[NewShop] = 1,
        strict_time: bool = True,
        seats: Seats = OURS,
        data: Path | None = None,
        pace: Pace | None = None,
        market_state: MarketplaceState | None = None,
    ) -> None:
        opening = [NewShop()] * shops if isinstance(shops, int) else shops
        if not opening:
            raise InvalidValue("A world has a shop", "shops must be 1 or more", field="shops")
        begun = (name, seed, start, market, profile, oms_policy, tuple(oms_manners), passive, shops, strict_time)
        self.origin: Final = Origin(*begun, seated=seats.options)
        self.name, self.seed = name, seed
        self.lock: Final = WorldLock()
        self._advancing = threading.Lock()
        self.state: Final = WorldState(RestState(start))
        self.clock: Final = SimulatedClock(start)
        self.pace: Final = pace
        self.compression: Final = pace.begun(start) if pace else None
        self.trace: Final = Trace(world=name, seed=seed, start=start, data=data)
        self.recorder: Final = Recorder(trace=self.trace, clock=self.clock)
        self.wire: Final = Wire(self.recorder)
        self.marketplace: Final = Marketplace(
            clock=self.clock,
            seed=seed,
            world=name,
            profile=profile,
            accepts_timestamp=self._accepts_timestamp,
            callers=pace.machine if pace else None,
            state=market_state,
        )
        self._mount(API_HOST, AUTH_HOST, name="marketplace", contract="tiktok_shop", app=self.marketplace.app)
        self.connector: Final = seats.connector(self._place("connector"), self._app_of_the_seat())
        if not self.connector.from_outside:
            self.connector.start()
        if self.connector.app is not None:
            api = self._mortal(self.connector.app)
            self._mount(CONNECTOR_HOST, name="connector", contract="channeladvisor", app=api)
        self.client: Final = self._client_named("oms")
        self.oms: Final = seats.oms(self._place("oms"), self.client, self._conduct())
        self.capabilities: Final = common(self.connector, self.oms)
        self.auditor: Final = self._an_auditor()
        self._listen()
        self.shops: Final[list[ShopAtConnector]] = []
        self._open_shops(opening, "" if isinstance(shops, int) else "shops.{}.")
        self.trouble: Final = Trouble(self, told=self._on_hit)
        self._players: Final = self._who_act()
        self._scheduler: Final = Scheduler(self.clock, self._players, self._act)

    def _mount(self, *hosts: str, name: str, contract: str, app: WsgiApp) -> None:
        self.wire.mount(*hosts, name=name, contract=Contract.load(contract), app=app)

    def _app_of_the_seat(self) -> AppCredentials:
        app = self.marketplace.developer_apps[AppName.CONNECTOR]
        return AppCredentials(app.key, app.secret)

    def _who_act(self) -> dict[str, Player]:
        """Return those who act in this world's time, by name."""
        seated = {"connector": self.connector, "oms": self.oms}
        driven = {name: seat for name, seat in seated.items() if Capability.DRIVEN in seat.capabilities}
        return {"stage": self.trouble, "marketplace": self.marketplace, **driven}

    def _client_named(self, name: str) -> Client:
        lets_in = Capability.SHOPS in self.connector.capabilities and not self.connector.from_outside
        return self.connector.add_client(name) if lets_in else NO_CLIENT

    def _conduct(self) -> Conduct:
        begun = self.origin
        second = self._client_named("another application") if begun.oms_manners else None
        return Conduct(begun.oms_policy, begun.oms_manners, second)

    def _place(self, seat: str) -> Place:
        session, state = self.wire.session(seat), self.state
        seen = (lambda: state.written, lambda: state.down_since is not None)
        more = (self._outward, Market(self.marketplace), self._shops_open, *seen)
        return Place(self.name, self.seed, self.clock, session, self.letting_go, *more)

    def _outward(self, host: str, *, to: str, contract: str, url: str) -> requests.Session:
        there, spoken = abroad(url, self.letting_go), Contract.load(contract)
        if self.compression is not None:
            there = outward(there, spoken, self.compression)
        self.wire.lead(host, to=Endpoint(to, spoken, there))
        return self.wire.session("stage")

    def _shops_open(self) -> list[OpenShop]:
        market = self.marketplace
        return [
            OpenShop(shop.shop_id, shop.shop_cipher, market.credentials(shop.shop_id).auth_code)
            for shop in market.shops
        ]

    def _an_auditor(self) -> Auditor:
        return Auditor(
            now=self.origin.start,
            reproduce=self.origin.command,
            capabilities=self.capabilities,
            by_default=self._answered_by_default,
            look=self._as_it_stands,
            limits=Limits.of(self.pace.factor if self.pace else 0),
            unheard=self.oms.unheard,
        )

    def _listen(self) -> None:
        self.recorder.subscribe(self.auditor.on_exchange)
        self.recorder.subscribe(self._on_exchange)
        self.marketplace.subscribe(self._on_marketplace)
        self.marketplace.troubles.shut_out = self._on_shut_out
        if not OF_THE_STAFF.isdisjoint(self.oms.capabilities):
            self.oms.subscribe(self._on_oms)
        if Capability.OUTPUT in self.connector.capabilities:
            self.connector.on_output(self._on_line)

    # beginning

    def begin(self) -> None:
        """Have a connector from outside start, now that the world is there to be called; raise SeatFailed."""
        with self.lock:
            if self.connector.from_outside and not self.connector.ready():
                self.connector.start()

    # shops

    def add_shop(self, new: NewShop) -> str:
        """Open a shop whose seller lets the connector in; return its id. Where that fails, there is no shop."""
        with self.lock:
            self._demand_running()
            shop_id = self._open_shop(new)
            self._note("stage", StageEvent(self.now, "shop_added", {"shop_id": shop_id}))
            return shop_id

    def authorize_shop(self, shop_id: str) -> None:
        """Have a shop's seller let the connector in again. Raise NotCapable where it cannot be told."""
        with self.lock:
            shop = self.marketplace.shop(shop_id)
            if Capability.SHOPS not in self.connector.capabilities:
                raise NotCapable(Capability.SHOPS)
            self._demand_running()
            self.connector.add_shop(self.marketplace.credentials(shop_id).auth_code, name=shop.name)
            self._note("stage", StageEvent(self.now, "shop_authorized", {"shop_id": shop_id}))
            self.auditor.on_authorized(shop_id, self.now)

    def _demand_running(self) -> None:
        if Capability.SHOPS in self.connector.capabilities and not self.connector.ready():
            raise Busy("The connector is down", "it has to run to be let into a shop")

    def _open_shops(self, opening: Sequence[NewShop], named: str) -> None:
        for number, new in enumerate(opening):
            try:
                self._open_shop(new)
            except BadValue as error:
                raise BadValue(f"{named.format(number)}{error.field}", error.message) from error

    def _open_shop(self, new: NewShop) -> str:
        new = self.origin.opened(new)
        shop = self.marketplace.add_shop(name=new.name, market=new.market, profile=new.profile)
        try:
            if Capability.SHOPS in self.connector.capabilities:
                auth_code = self.marketplace.credentials(shop.shop_id).auth_code
                answers = {} if new.default_answers is None else {"default_answers": new.default_answers}
                if known := self.connector.add_shop(auth_code, name=shop.name, **answers):
                    self.shops.append(known)
        except Exception:
            self.marketplace.close_shop(shop.shop_id)
            raise
        self.recorder.state.shops[shop.shop_cipher] = shop.shop_id
        return shop.shop_id

    # time

    @property
    def now(self) -> datetime:
        """Return the world's present."""
        return self.clock.now()

    def advance(self, *, by: timedelta | None = None, to: datetime | None = None, until_next: bool = False) -> Advanced:
        """Let time pass; come back when nothing is due any more at or before the new present."""
        if not self._advancing.acquire(blocking=False):
            raise Busy("Time is passing already", "another advance of this world has not come back yet")
        try:
            with self.lock:
                self.demand_present()
                advanced = self._scheduler.until(self._target(by, to, until_next))
                self.auditor.after_act(self.now)
                return advanced
        finally:
            self._advancing.release()

    def keep_pace(self, waiting: Collection[str] = ()) -> None:
        """Let pass what has passed on the machine's clock, in a world that follows it; called by who holds the world.

        Those who are `waiting` act later. While somebody outside is waited for the clock alone goes on, and not past
        what is due.
        """
        if self.pace is None or self.compression is None:
            return
        target = self.compression.inside(self.pace.machine.now())
        if self.lock.away:
            following = self._scheduler.earliest()
            self.clock.move_to(max(self.now, min(target, following[1].at) if following else target))
        elif target > self.now and self._advancing.acquire(blocking=False):
            try:
                done = self._scheduler.until(target, waiting)
                self.auditor.after_act(self.now)
            finally:
                self._advancing.release()
            self.state.untold.extend(done.fired)
            self.state.untold_idle += done.idle
            try:
                self.connector.hear()
            except SeatFailed as failure:  # told to whoever waits for something, not to whoever comes by
                self.state.failure = failure

    def hear(self) -> None:
        """Hear what the connector has written; raise SeatFailed, once, where it has ended of its own accord."""
        failure, self.state.failure = self.state.failure, None
        try:
            if failure is not None:
                raise failure
            self.connector.hear()
        except SeatFailed as failed:
            self.note_failure(str(failed))
            raise

    def note_failure(self, what: str) -> None:
        """Take note that the connector has failed: whoever judges this world is told, also when nobody has waited."""
        self.state.failures.append(ConnectorFailure(self.now, self.discreet(what)))

    def told(self) -> Advanced:
        """Return what has fired, in a world that follows the machine's clock, since this was asked last."""
        fired, idle = list(self.state.untold), self.state.untold_idle
        self.state.untold.clear()
        self.state.untold_idle = 0
        return Advanced(self.now, fired, idle)

    def next_due(self) -> datetime:
        """Return when something is due next; now, where nothing is."""
        following = self._scheduler.earliest()
        return max(self.now, following[1].at) if following else self.now

    @contextmanager
    def letting_go(self) -> Iterator[None]:
        """Let the world go while somebody outside is waited for, who may call back; time stands still meanwhile."""
        with self.trace.away(), self.lock.letting_go():
            yield

    def demand_present(self) -> None:
        """Raise Busy while somebody who acts here waits for somebody outside."""
        if self.lock.away:
            raise Busy("Somebody outside is waited for", "until they have answered this world's clock stands still")

    def meanwhile(self, span: timedelta, waiting: Collection[str]) -> None:
        """Let time pass in the middle of an act, while those who are `waiting` for an answer do nothing."""
        with self.trace.apart():
            self._scheduler.meanwhile(span, waiting)

    def _target(self, by: timedelta | None, to: datetime | None, until_next: bool) -> datetime:
        given = [name for name, value in (("by", by), ("to", to), ("until", until_next or None)) if value is not None]
        if len(given) != 1:
            named = " and ".join(given) or "none of them"
            field_name = given[1] if given else "by"
            raise InvalidValue("Say how far", f"exactly one of by, to and until; not {named}", field=field_name)
        if by is not None:
            if by < timedelta(0):
                raise InvalidValue("Time never goes back", "by must be PT0S or longer", field="by")
            try:
                return self.now + by
            except OverflowError as error:
                raise InvalidValue("Too far", "that is after the end of the calendar", field="by") from error
        if to is not None:
            if to.utcoffset() is None:
                raise InvalidValue("Which zone?", "to needs a time zone", field="to")
            if to < self.now:
                raise InvalidValue("Time never goes back", f"it is {self.now.isoformat()} already", field="to")
            return to
        return self.next_due()

    def _act(self, name: str, player: Player) -> FiredLike:
        slot = self.trace.reserve()
        done: dict[str, Any] = {"who": name, "what": "failed", "changed": True, "return_id": None}
        points = self.state.points
        if points is not None:
            points.act_begins()
        try:
            with self.trace.during(slot):
                try:
                    act = player.run_due(self.now)
                except Killed:
                    act = self._died()
                except SeatFailed as failure:
                    if name != "oms":
                        self.note_failure(str(failure))
                        raise
                    act = self._not_seen(failure)
            done = {"who": act.who, "what": act.what, "changed": act.changed, "return_id": act.return_id}
        finally:
            self.trace.fill(slot, self.now, None, "act", **done)
        if points is not None:
            self.revive()
            points.act_ended(name, changed=act.changed)
        if name == "oms":
            self._hear_staff()
        if name == "connector" and act.changed:
            self.auditor.on_ledger(self._shown(Capability.LEDGER, self.connector.ledger, {}))
        self.auditor.after_act(self.now)
        rest = self.state.rest
        pulls = Capability.DRIVEN in self.oms.capabilities
        in_vain = rest.after_act(name, act.changed, self.now, shops=len(self.shops), pulls=pulls)
        if in_vain and rest.judged is None and self._settled() and Capability.DRIVEN in self.connector.capabilities:
            self._judge()
        return act

    def agenda(self) -> list[AgendaLike]:
        """Return all that is due, soonest first."""
        with self.lock:
            return self._scheduler.agenda()

    # coming to rest

    def _not_seen(self, failure: SeatFailed) -> Act:
        """Return that the staff have looked in vain; they have as much more time to see what there is."""
        self.auditor.on_answer(Capability.STAFF_SEES, str(failure))
        self.auditor.on_trouble(Extension(self.now, None, pulls=1))
        return Act(self.now, f"sees nothing: {failure}", who="oms")

    def _hear_staff(self) -> None:
        unanswered = self.oms.unanswered
        if unanswered is not None or self.auditor.deaf:
            self.auditor.on_answer(Capability.STAFF_DECIDES, unanswered)

    def _shown(self, capability: Capability, ask: Callable[[], T], nothing: T) -> T:
        """Return what a seat shows; nothing where it cannot, or does not answer: then nothing is judged of it."""
        if capability not in self.capabilities:
            return nothing
        try:
            shown = ask()
        except SeatFailed as failure:
            self.auditor.on_answer(capability, str(failure))
            return nothing
        if self.auditor.deaf:
            self.auditor.on_answer(capability, None)
        return shown

    def _settled(self) -> bool:
        """Return whether the connector has done all it promised: as it says or, where it does not, as is seen."""
        says = self._says_settled()
        return not self.auditor.owing if says is None else says

    def _says_settled(self) -> bool | None:
        return self.connector.settled() if Capability.DRIVEN in self.connector.capabilities else None

    def _judge(self) -> None:
        changes = self.state.rest.changes
        state = self._as_it_stands()
        if self.auditor.deaf or self.state.rest.changes != changes:
            return  # somebody has not answered, or has called back and changed something: not yet at rest
        self.state.rest.judged = state.books
        self.auditor.at_quiescence(state)

    def _as_it_stands(self) -> Quiescence:
        books = self.books() if Capability.LEDGER in self.capabilities else []
        nothing: Sequence[AdjustmentRow] = ()
        cases = self._shown(Capability.STAFF_SEES, self.oms.adjustments, nothing)
        known = self._says_settled(), Capability.STAFF_SEES in self.capabilities
        return Quiescence(self.now, books, cases, self.marketplace.mailbox, *known, self._activity)

    def _activity(self, order_id: str) -> Sequence[Activity]:
        return self._shown(Capability.ACTIVITY, lambda: self.connector.activity(order_id), ())

    def stillness(self) -> Stillness:
        """Return how long nothing has changed, and whether anybody may still learn of what has."""
        with self.lock:
            seen = "connector" in self._players
            looked = self.state.rest.pulled and self._settled()
            at_rest = looked and only_routine(self.agenda())
            return Stillness(at_rest, not looked if seen else None, self.now - self.state.rest.since)

    def books(self) -> list[LedgerRow]:
        """Return what each of the three says has been refunded, order by order; nothing where a seat shows no book."""
        with self.lock:
            ours, theirs = self._books_shown()
            official = self.marketplace.ledger()
            nothing = LedgerLine(ZERO, ZERO, "")  # of an order that the marketplace does not know
            rows = []
            for order_id in dict.fromkeys((*official, *(ours or ()), *(theirs or ()))):
                line = official.get(order_id, nothing)
                one, other = (None if book is None else book.get(order_id, ZERO) for book in (ours, theirs))
                rows.append(LedgerRow(order_id, line.paid, line.refunded, one, other, line.currency))
            return rows

    def _books_shown(self) -> tuple[Mapping[str, Decimal] | None, ...]:
        """Return the connector's book and the OMS's; None where one shows none, or a seat does not answer."""
        seats = (self.connector, self.oms)
        try:
            shown = tuple(seat.ledger() if Capability.LEDGER in seat.capabilities else None for seat in seats)
        except SeatFailed as failure:
            self.auditor.on_answer(Capability.LEDGER, str(failure))
            return None, None
        if self.auditor.deaf:
            self.auditor.on_answer(Capability.LEDGER, None)
        return shown

    def findings(self) -> list[Finding]:
        """Return what broke, and one verdict on each rule that did not.

        A book that has moved in a world that stands still is judged again, for nothing else would bring it up.
        """
        with self.lock:
            with suppress(SeatFailed):  # which is told beside the findings
                self.hear()
            self._hear_staff()
            judged = self.state.rest.judged
            if judged is not None and Capability.LEDGER in self.capabilities and self.books() != judged:
                self._judge()
            return self.auditor.findings()

    def _answered_by_default(self, order_id: str) -> bool:
        """Return whether the connector says that it has answered in the seller's place."""
        return any(entry.event == "answered" and entry.by == "connector" for entry in self._activity(order_id))

    # what happens inside the players

    def _on_marketplace(self, event: Any) -> None:
        self._note("marketplace", event)
        if event.name == "parcel_arrived" and Capability.STAFF_DECIDES in self.oms.capabilities:
            data = event.data
            self.oms.receive_parcel(
                return_id=data["return_id"],
                order_id=data["order_id"],
                line_item_ids=data["line_item_ids"],
                tracking_number=data["tracking_number"],
            )

    def _on_exchange(self, exchange: Exchange) -> None:
        if exchange.writes and (exchange.outside or exchange.caller == "connector"):
            self.state.written += exchange.caller == "connector"
            if exchange.outside or self.connector.from_outside:
                self.state.rest.disturb(self.now)

    def _on_hit(self, hit: Hit) -> None:
        """Have the auditor give more time to those whom trouble has hit."""
        self.state.rest.troubled = True
        until, call = hit.planned.fault.until, hit.call
        lasting = until - hit.at if until is not None and call is None else timedelta(0)
        pulls = 1 if call is not None and call.caller == "oms" else 0
        more = Extension(hit.at, hit.shop_id, 1, pulls, lasting, until_authorized=hit.needs_consent)
        self.auditor.on_trouble(more)
        if call is not None:
            self.state.renewals_hit |= call.path == REFRESH
            self._scheduler.happened(TroubleAct(hit.at, hit.what))

    def _on_shut_out(self, shop_id: str) -> None:
        """Where trouble befell renewals of tokens, only the seller can help whom it has left with a used one."""
        if self.state.renewals_hit:
            self.auditor.on_trouble(Extension(self.now, shop_id, rounds=1, until_authorized=True))

    def _on_line(self, text: str) -> None:
        shows = [f"a buyer's {kind}" for kind in self.marketplace.personal_data_in(text)]
        if self.trace.state.secrets.stand_in(text.encode()):
            shows.append("a secret")
        self.auditor.on_line(LogLine(self.now, self.discreet(text), tuple(shows)))

    def discreet(self, text: str) -> str:
        """Return lines as they may be shown: without secrets, and nothing of one that has something of a buyer's."""
        hidden = self.trace.state.secrets.hidden
        lines = text.split("\n")
        return "\n".join(REDACTED if self.marketplace.personal_data_in(one) else hidden(one) for one in lines)

    def _on_oms(self, event: Any) -> None:
        if event.name == EventName.CASE_SEEN:  # it answers again, if it did not
            self.auditor.on_answer(Capability.STAFF_SEES, None)
        self._note("oms", event)

    def _note(self, who: str, event: Any) -> None:
        shop = event.data.get("shop_id")
        entry = self.trace.event(event.at, who, event.name, event.data, shop if isinstance(shop, str) else None)
        self.state.rest.disturb(self.now)
        breaches = EventContract.load().breaches(who, event.name, entry["data"])
        self.auditor.on_event(PlayerEvent(entry["seq"], event.at, who, event.name, event.data, breaches))

    # trouble

    def kill_connector(self) -> bool:
        """End the connector's process without a farewell; return that it does not run. Raise Busy if it is down."""
        with self.lock:
            self._demand_mortal()
            if not self.connector.ready():
                raise Busy("The connector is down", "it has to run before it can be killed")
            self.connector.kill()
            self.state.down_since = self.now
            self._note("stage", StageEvent(self.now, "connector_killed"))
            return False

    def start_connector(self) -> bool:
        """Start the connector on what it left; return that it runs. Raise Busy if it runs already."""
        with self.lock:
            self._demand_mortal()
            if self.connector.ready():
                raise Busy("The connector runs", "only one that was killed can be started")
            self.connector.start()
            down, self.state.down_since = self.now - (self.state.down_since or self.now), None
            self._note("stage", StageEvent(self.now, "connector_started", {"down": down.total_seconds()}))
            return True

    def _demand_mortal(self) -> None:
        if Capability.KILL not in self.connector.capabilities:
            raise NotCapable(Capability.KILL)

    def kill_at(self, points: CrashPoints) -> None:
        """Have the connector's boundaries counted from now on, and its process end at the one that `points` names."""
        self.state.points = points

        def calls(when: str, call: Call, endpoint: Endpoint) -> None:
            found = endpoint.contract.find(call.method, unquote(call.path))
            name, safe = (found[0].id.partition("_")[0], found[0].safe) if found else (call.path, False)
            points.passes(f"{when} {name}", self.now, moves=when == "after" and not safe)

        def commits(when: str) -> None:
            points.passes(f"{when} a commit", self.now, moves=when == "after")

        self.wire.boundaries["connector"] = calls
        points.says_commits = self.connector.on_commit(commits)

    def revive(self) -> None:
        """Start the connector again when it is time, if it has died at a door."""
        if self.state.points is not None and self.state.points.dying:
            self._died()

    def _died(self) -> Act:
        """Have the connector's process end, and start it again when it is time; return that as an act."""
        points = self.state.points
        assert points is not None
        if self.connector.ready():
            self.kill_connector()
        points.dying = False
        if points.down:
            self._players["restart"] = Restart(self.now + points.down, self.start_connector)
        else:
            self.start_connector()
        return Act(self.now, "is killed")

    def _mortal(self, app: WsgiApp) -> WsgiApp:
        """Return the connector's app; when its process ends in the midst of a call, the caller's connection is cut."""

        def serve(environ: dict[str, Any], start_response: Any) -> Any:
            points = self.state.points
            if points is not None:
                points.call_met()
            try:
                return app(environ, start_response)
            except Killed:
                self._died()
                raise requests.ConnectionError("the connection was closed without a response") from None
            finally:
                if points is not None:
                    points.call_met()

        return serve

    # outsiders

    def outside_app(self, name: str) -> WsgiApp:
        """Return what is reached over sockets: "tiktok", "tiktok_auth", "connector" or "oms"."""
        app = {"connector": self.connector.app, "oms": self.oms.app}.get(name, self.marketplace.app)
        if app is None:
            return _nobody(name)
        if name == "oms":
            return _guarded(app, self)
        endpoint = self.wire.endpoint({"tiktok": API_HOST, "tiktok_auth": AUTH_HOST, "connector": CONNECTOR_HOST}[name])
        assert endpoint is not None
        contract, seated = endpoint.contract, self._seated if endpoint.name == "marketplace" else _nobody_seated
        judged = recorded(
            app,
            recorder=self.recorder,
            name=endpoint.name,
            contract=contract,
            guard=self.visited,
            seated=seated,
            boundary=self._passed,
        )
        return _api_or_pages(self._deadly(judged), _guarded(app, self), contract)

    def _passed(self, when: str, call: Call, endpoint: Endpoint) -> None:
        if call.from_afar and (boundary := self.wire.boundaries.get(call.caller)) is not None:
            boundary(when, call, endpoint)

    def _deadly(self, app: WsgiApp) -> WsgiApp:
        """Return a door at which a connector from outside may die: its process is ended, and its connection is cut."""

        def serve(environ: dict[str, Any], start_response: Any) -> Any:
            try:
                return app(environ, start_response)
            except Killed:
                if self.connector.ready():
                    self.kill_connector()
                if (delivery := environ.get(DELIVERY)) is not None:
                    delivery.reset = True
                start_response("502 Bad Gateway", [])
                return []

        return serve

    def _seated(self, query: str, headers: Mapping[str, str]) -> str | None:
        """Return "connector" for a call to the marketplace that is made with the app of a connector from outside.

        Where a call names no app that there is, its access token says whose it is.
        """
        if not self.connector.from_outside:
            return None
        app_key = next((value for name, value in parse_qsl(query) if name == "app_key"), None)
        with self.lock:
            whose = self.marketplace.whose(app_key, headers.get("x-tts-access-token"))
        return "connector" if whose is AppName.CONNECTOR else None

    @contextmanager
    def visited(self) -> Iterator[None]:
        """Hold the world for one call from outside, which may be stamped with the machine's time."""
        with self.lock:
            self.state.outsiders += 1
            try:
                yield
            finally:
                self.state.outsiders -= 1

    def _accepts_timestamp(self, timestamp: int) -> bool:
        clocks: list[SimulatedClock | SystemClock] = [self.clock]
        if self.compression is not None:
            return False
        if self.state.outsiders and not self.origin.strict_time:
            clocks.append(SystemClock())
        return any(
            (clock.now() - TIMESTAMP_EARLY).timestamp() <= timestamp <= (clock.now() + TIMESTAMP_LATE).timestamp()
            for clock in clocks
        )

    def close(self) -> None:
        """End the world."""
        with self.lock:
            self.connector.stop()
            self.trace.close()


def _nobody_seated(query: str, headers: Mapping[str, str]) -> None:
    return None


def _nobody(name: str) -> WsgiApp:
    """Return what answers at the door of a player who is not there."""
    words = f"Nobody of this stage's sits on the seat of the {SEATS[name]}: there is nothing behind this door.\n"

    def serve(environ: dict[str, Any], start_response: Any) -> Sequence[bytes]:
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [words.encode()]

    return serve


def _guarded(app: WsgiApp, world: World) -> WsgiApp:
    """Return `app` with the world held during each call: pages are no part of a contract, and no part of the trace."""

    def serve(environ: dict[str, Any], start_response: Any) -> Sequence[bytes]:
        with world.visited():
            response = run_wsgi(app, environ)
        start_response(f"{response.status} {response.reason}", response.headers)
        return [response.body]

    return serve


def _api_or_pages(api: WsgiApp, pages: WsgiApp, contract: Contract) -> WsgiApp:
    """Return an app that has API calls judged and lets people's pages through.

    What a contract names is the API; of the rest, what a browser asks for is a page or belongs to one, but where a door
    leads to the API alone. A client that asks for something else is recorded as the client it is.
    """
    roots = {operation.template.split("/")[1].partition("(")[0].lower() for operation in contract.operations}

    def serve(environ: dict[str, Any], start_response: Any) -> Any:
        first, _, rest = environ.get("PATH_INFO", "/").lstrip("/").partition("/")
        browsing = "text/html" in environ.get("HTTP_ACCEPT", "") or "." in (rest or first).rpartition("/")[2]
        page = browsing and API_ALONE not in environ and first.partition("(")[0].lower() not in roots
        return (pages if page else api)(environ, start_response)

    return serve
