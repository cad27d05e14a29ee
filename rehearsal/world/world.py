"""A world: one clock, one seed, its players at their seats, the wires between them, and everything that watches.

The world moves time and decides nothing else. It always advances to the earliest thing that anybody wants to do, has
that one thing done, and looks afresh; the trace and the auditor hear of what happens. Whoever sits on a seat is met
through its port alone, and asked only for what it is capable of.
"""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import requests

from mock_tiktok import AppName, Marketplace
from mock_tiktok.state.marketplace import MarketplaceState
from rehearsal.audit.limits import Limits
from rehearsal.contract.openapi import Contract
from rehearsal.moments import shown_time
from rehearsal.seats.abroad import abroad
from rehearsal.seats.builtin import OURS
from rehearsal.seats.port import (
    CONNECTOR_HOST,
    Activity,
    AppCredentials,
    Capability,
    Client,
    Conduct,
    Place,
    SeatFailed,
    Seats,
)
from rehearsal.simulation.clock import SimulatedClock, SystemClock
from rehearsal.simulation.compression import Pace
from rehearsal.simulation.player import AgendaLike, FiredLike, Player
from rehearsal.simulation.scheduler import Advanced, Scheduler, Stuck
from rehearsal.trace.log import Trace
from rehearsal.wire.delivery import LONGEST
from rehearsal.wire.faults.fault import Stage
from rehearsal.wire.faults.trouble import Trouble
from rehearsal.wire.recorder import Call, Endpoint, Recorder
from rehearsal.wire.retimed import outward
from rehearsal.wire.transport import Wire, WsgiApp
from rehearsal.world.boundaries import Killed
from rehearsal.world.deaths import Deaths
from rehearsal.world.errors import Busy, InvalidValue
from rehearsal.world.hearing import Hearing
from rehearsal.world.judge import Judge
from rehearsal.world.lock import WorldLock
from rehearsal.world.market import Market
from rehearsal.world.origin import START, NewShop, Origin
from rehearsal.world.quiescence import HEARING, RestState, Until, nothing_follows
from rehearsal.world.shops import Shops, demand_running
from rehearsal.world.state import Failure, StageEvent, WorldState
from rehearsal.world.webhooks import ADDRESS, OMS_ADDRESS, OMS_CONTRACT, OMS_HOST, WebhookWire

__all__ = ["START", "Advanced", "NewShop", "Origin", "Stuck", "World"]

API_HOST: Final = "open-api.tiktokglobalshop.com"
AUTH_HOST: Final = "auth.tiktok-shops.com"
NO_CLIENT: Final = Client("", "", "")  # of a connector that lets nobody in when we ask


class World:
    """One simulated universe, with those on its seats whom `seats` names.

    With a `pace` its clock follows the machine's, which is the clock of all who call from outside. The
    marketplace may stand on what an earlier one has left. With `webhooks` the connector asks to be told by them; where
    `loopback_webhooks` says so, they go out to addresses of this machine. What grows too long for memory is kept below
    the folder `data`, or where the system keeps temporary files.
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
        shops: int | Sequence[NewShop] = 1,
        strict_time: bool = True,
        webhooks: bool = False,
        default_answers: Mapping[str, str] | None = None,
        loopback_webhooks: bool = False,
        seats: Seats = OURS,
        data: Path | None = None,
        pace: Pace | None = None,
        market_state: MarketplaceState | None = None,
    ) -> None:
        begun = (name, seed, start, market, profile, oms_policy, tuple(oms_manners), shops, strict_time)
        self.origin: Final = Origin(*begun, webhooks, default_answers, seats.options)
        self.name, self.seed, self._advancing = name, seed, threading.Lock()
        clock, lock, state = SimulatedClock(start), WorldLock(), WorldState(RestState(start))
        self.clock, self.lock, self.state = clock, lock, state
        self.pace: Final = pace
        self.compression: Final = pace.begun(start) if pace else None
        self.trace: Final = Trace(world=name, seed=seed, start=start, data=data)
        self.recorder: Final = Recorder(trace=self.trace, clock=clock)
        self.wire: Final = Wire(self.recorder)
        self.webhooks: Final = WebhookWire(self.recorder, self.letting_go, state.seconds_stalled, self.compression)
        self.marketplace: Final = self._a_marketplace(market_state, loopback_webhooks)
        self.webhooks.carry(self.marketplace)
        self.shops: Final = Shops(self.origin, self.marketplace, self.recorder)
        self._mount(API_HOST, AUTH_HOST, name="marketplace", contract="tiktok_shop", app=self.marketplace.app)
        self._oms_webhook: Final = self._where_the_oms_is_told(seats)
        own = self.marketplace.developer_apps[AppName.CONNECTOR]
        self.connector: Final = seats.connector(self._place("connector"), AppCredentials(own.key, own.secret))
        self._players: Final[dict[str, Player]] = {}
        self.deaths: Final = Deaths(self.connector, self.wire, clock, lock, state, self._players, self._note)
        if not self.connector.from_outside:
            self.connector.start()
        if self.connector.app is not None:
            self._mount_api(self.deaths.mortal(self.connector.app))
        self.client: Final = self._client_named("oms")
        self.oms: Final = seats.oms(self._place("oms"), self.client, self._conduct())
        if (hook := getattr(self.oms, "webhook", None)) is not None:
            self._mount(OMS_HOST, name="oms", contract=OMS_CONTRACT, app=hook)
        players = (self.marketplace, self.connector, self.oms)
        limits = Limits.of(pace.factor if pace else 0)
        hear = self.hear, self._hear_history
        self.judge: Final = Judge(self.origin, *players, clock, lock, state.rest, limits, self.agenda, *hear)
        self.books, self.findings, self.stillness = self.judge.books, self.judge.findings, self.judge.stillness
        self.auditor, self.capabilities = self.judge.auditor, self.judge.capabilities
        self._scheduler: Final = Scheduler(clock, self._players, self._act)
        self.hearing: Final = Hearing(*players, self.auditor, clock, self.trace, state, self._scheduler.happened)
        self.hearing.listen(self.recorder, self.judge.on_staff)
        self._wait_for_consent(self.shops.open_all(self.connector, self.deaths.died))
        self.trouble: Final = Trouble(self, told=self.hearing.on_hit)
        self._players.update(self._who_act())

    def _a_marketplace(self, state: MarketplaceState | None, loopback_webhooks: bool) -> Marketplace:
        return Marketplace(
            clock=self.clock,
            seed=self.seed,
            world=self.name,
            profile=self.origin.profile,
            other_clocks=self._other_clocks,
            callers=self.pace.machine if self.pace else None,
            state=state,
            http=self.webhooks.session,
            loopback_webhooks=loopback_webhooks,
        )

    def _note(self, event: StageEvent) -> None:
        self.hearing.note("stage", event)

    def _mount(self, *hosts: str, name: str, contract: str, app: WsgiApp) -> None:
        self.wire.mount(*hosts, name=name, contract=Contract.load(contract), app=app)

    def _mount_api(self, app: WsgiApp) -> None:
        self._mount(CONNECTOR_HOST, name="connector", contract="channeladvisor", app=app)
        self.webhooks.mount(app)

    def _where_the_oms_is_told(self, seats: Seats) -> tuple[str, str] | None:
        secret = sha256(f"{self.seed}|{self.name}|{OMS_HOST}".encode()).hexdigest()
        return (OMS_ADDRESS, secret) if self.origin.webhooks and seats.oms is OURS.oms else None

    def _who_act(self) -> dict[str, Player]:
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
        more = (self._outward, Market(self.marketplace), self.shops.opened, *seen, state.seconds_stalled)
        webhooks = ADDRESS if self.origin.webhooks else None
        told = (webhooks, self._oms_webhook, self.origin.default_answers)
        return Place(self.name, self.seed, self.clock, session, self.letting_go, *more, *told)

    def _outward(self, host: str, *, to: str, contract: str, url: str) -> requests.Session:
        there, spoken = abroad(url, self.letting_go, self.state.seconds_stalled), Contract.load(contract)
        if self.compression is not None:
            there = outward(there, spoken, self.compression)
        self.wire.lead(host, to=Endpoint(to, spoken, there))
        return self.wire.session("stage")

    # beginning

    def begin(self) -> None:
        """Have a connector from outside start, now that the world is there to be called; raise SeatFailed."""
        with self.lock:
            self.state.begun = True
            if self.connector.from_outside and not self.connector.ready():
                self.connector.start()

    # shops

    def add_shop(self, new: NewShop) -> str:
        """Open a shop whose seller lets the connector in, into all of theirs; return its id.

        Where that fails, there is no shop.
        """
        with self.lock:
            demand_running(self.connector)
            shop_id = self.shops.open(new, self.connector, self.deaths.died)
            self._wait_for_consent([(new, shop_id)])
            if new.authorized:
                self._consented(shop_id)
            self._note(StageEvent(self.now, "shop_added", {"shop_id": shop_id}))
            return shop_id

    def _wait_for_consent(self, opened: Sequence[tuple[NewShop, str]]) -> None:
        for new, shop_id in opened:
            if not new.authorized:
                self.auditor.on_unauthorized(shop_id, self.now)

    def authorize_shop(self, shop_id: str) -> None:
        """Have a shop's seller let the connector in, be it again, into all of theirs.

        Raise NotCapable where it cannot be told.
        """
        with self.lock:
            self.shops.authorize(shop_id, self.connector, self.deaths.died)
            self._note(StageEvent(self.now, "shop_authorized", {"shop_id": shop_id}))
            self._consented(shop_id)

    def _consented(self, shop_id: str) -> None:
        for shop in self.marketplace.sharing(shop_id):
            self.auditor.on_authorized(shop.shop_id, self.now)

    # time

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def advance(
        self, *, by: timedelta | None = None, to: datetime | None = None, until: Until | None = None
    ) -> Advanced:
        """Let time pass; come back when nothing is due any more at or before the new present.

        Until all have heard an hour passes, or as much of it as something can come of.
        """
        if not self._advancing.acquire(blocking=False):
            raise Busy("Time is passing already", "another advance of this world has not come back yet")
        try:
            with self.lock:
                self.demand_present()
                target = self._target(by, to, until)
                if until is Until.HEARD:
                    advanced = self._scheduler.until(target, enough=lambda: self._all_have_heard(target))
                else:
                    advanced = self._scheduler.until(target)
                self.auditor.after_act(self.now)
                return advanced
        except Stuck as stuck:
            if stuck.who != "connector":
                raise
            self.note_failure(str(stuck))
            raise SeatFailed(str(stuck)) from stuck
        finally:
            self._advancing.release()

    def keep_pace(self, waiting: Collection[str] = ()) -> None:
        """Let pass what has passed on the machine's clock, in a world that follows it; called by who holds the world.

        Those who are `waiting` act later. Before the world has begun, and while somebody outside is waited
        for, the clock alone goes on, and not past what is due.
        """
        if self.pace is None or self.compression is None:
            return
        target = self.compression.inside(self.pace.machine.now())
        if self.lock.away or not self.state.begun:
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

    def _hear_history(self, lines: Sequence[Activity]) -> None:
        self.hearing.on_history(lines)

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
        self.state.failures.append(Failure(self.now, self.hearing.discreet(what)))

    def note_own_failure(self, what: str) -> None:
        """Take note that the stage itself has failed: no verdict of this world is to be relied on."""
        self.state.stage_failures.append(Failure(self.now, self.hearing.discreet(what)))

    def told(self) -> Advanced:
        """Return what has fired, in a world that follows the machine's clock, since this was asked last."""
        fired, idle = list(self.state.untold), self.state.untold_idle
        self.state.untold.clear()
        self.state.untold_idle = 0
        return Advanced(self.now, fired, idle)

    def latest(self, until: Until) -> datetime:
        """Return when it is over at the latest: what is due next, or the hour in which all hear of what there is."""
        if until is Until.HEARD:
            return self.now + HEARING
        following = self._scheduler.earliest()
        return max(self.now, following[1].at) if following else self.now

    def _all_have_heard(self, latest: datetime) -> bool:
        """Return whether all were let in and have looked in vain, and nothing is to follow by then.

        What a limit or trouble leads to would follow; how somebody's time to act ends is a matter of its own.
        """
        if self.stillness().news_under_way is not False or self.auditor.memory.refusals.told(self.now):
            return False
        if self.auditor.waiting or any(fault.stage is not Stage.OVER for fault in self.trouble.faults()):
            return False
        return nothing_follows([entry for entry in self.agenda() if entry.at <= latest])

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
        with self.trace.apart(), self.auditor.meanwhile(waiting):
            self._scheduler.meanwhile(span, waiting)

    def stalls(self, call: Call, span: timedelta, shop_id: str | None) -> None:
        """Take note that an answer to somebody outside is held back: they are waited for that much longer."""
        span = min(span, LONGEST)
        self.state.stalled += span
        if self.pace and not call.outside:
            self.auditor.on_stall(self.now, shop_id, span * self.pace.factor)

    def _target(self, by: timedelta | None, to: datetime | None, until: Until | None) -> datetime:
        given = [name for name, value in (("by", by), ("to", to), ("until", until)) if value is not None]
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
                raise InvalidValue("Time never goes back", f"it is {shown_time(self.now)} already", field="to")
            return to
        return self.latest(until or Until.NEXT)

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
                    act = self.deaths.died()
                except SeatFailed as failure:
                    if name != "oms":
                        self.note_failure(str(failure))
                        raise
                    act = self.judge.not_seen(failure)
            done = {"who": act.who, "what": act.what, "changed": act.changed, "return_id": act.return_id}
        finally:
            self.trace.fill(slot, self.now, None, "act", **done)
        if points is not None:
            self.deaths.revive()
            points.act_ended(name, changed=act.changed)
        self.judge.after_act(name, act, len(self.shops.known))
        return act

    def agenda(self) -> list[AgendaLike]:
        """Return all that is due, soonest first."""
        with self.lock:
            return self._scheduler.agenda()

    # outsiders

    @contextmanager
    def visited(self) -> Iterator[None]:
        """Hold the world for one call from outside, which may be stamped with the machine's time."""
        with self.lock:
            self.state.outsiders += 1
            try:
                yield
            finally:
                self.state.outsiders -= 1

    def _other_clocks(self) -> tuple[datetime, ...]:
        by_machine = self.state.outsiders and not self.origin.strict_time and self.compression is None
        return (SystemClock().now(),) if by_machine else ()

    def close(self) -> None:
        with self.lock:
            self.connector.stop()
            self.trace.close()
