"""The Stage over a world in this process.

A call is first judged by the contract, then by sense; what a player refuses becomes a `Problem` in one place. One
writer at a time: each call holds the world's lock. A call does its one act and leaves all consequences on the agenda.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from mock_tiktok.policy.checks import near
from mock_tiktok.policy.profile import load, markets, names
from rehearsal.control import serializers
from rehearsal.control.addresses import IN_PROCESS, Addresses
from rehearsal.control.calls import Call
from rehearsal.control.formats import beginning, instant, later, refused
from rehearsal.control.operations import RECORDS, act
from rehearsal.control.refusals import discreet, noted, refusals
from rehearsal.control.stage import Json, Problem, Stage
from rehearsal.control.state import StageState
from rehearsal.control.validation import demand
from rehearsal.moments import shown_time
from rehearsal.seats.port import SeatFailed
from rehearsal.simulation.compression import Machine, Pace
from rehearsal.trace.log import Entry
from rehearsal.world.errors import Busy
from rehearsal.world.quiescence import Until
from rehearsal.world.world import START, NewShop, World

FARTHEST: Final = timedelta(days=3660)  # in one call; a slip of the finger must not keep a served world busy for days
LONGEST_WAIT: Final = timedelta(seconds=30)  # of real time, that a caller is kept while time passes by itself
SHORTEST_WAIT: Final = timedelta(milliseconds=1)
MOST_LOOKS: Final = 1_000  # at a world in which somebody outside is waited for
STEP: Final = timedelta(seconds=0.25)  # of real time, between two looks at a world in which time passes by itself
GOES_ON: Final = {"seed": "its app comes from the seed", "start": "the clock never goes back"}


class InProcessStage(Stage):
    """The Stage over whatever world `make_world` makes; `settings` are those of the first one.

    A profile is one that ships, one of `profiles` by its name, or the file that the first world has.
    """

    def __init__(
        self,
        make_world: Callable[..., World],
        *,
        addresses: Addresses = IN_PROCESS,
        more: Callable[[], Mapping[str, Any]] = dict,
        speed: float = 0,
        profiles: Mapping[str, Path] = MappingProxyType({}),
        **settings: Any,
    ) -> None:
        self.profiles: Final = profiles
        self._own_profile: Final = profiles.get(settings.get("profile", ""), settings.get("profile"))
        self.state: Final = StageState(settings | {"profile": self._own_profile})
        self._make_world = make_world
        self._addresses = addresses
        self._more = more
        self._pace: Pace | None = settings.get("pace")
        self._speed = self._pace.factor if self._pace else speed  # simulated seconds per second, where a clock runs
        self._awaited: datetime | None = None  # by the machine's clock, until which time is to pass by itself
        self._advancing = threading.Lock()
        self._changing = threading.RLock()
        self.on_call: Callable[[Call, Mapping[str, str], Json], None] | None = None  # told of each call as it begins

    @property
    def moment(self) -> datetime | None:
        """Return the time of the world, without waiting for what is going on in it; None if there is none yet."""
        return self.state.world.clock.now() if self.state.world else None

    @property
    def doing(self) -> str:
        """Return for what somebody outside is waited, or for how long it is until time has passed; nothing else."""
        doing = self.state.world.connector.doing if self.state.world else ""
        if doing or self._pace is None or self._awaited is None:
            return doing
        left = max(self._awaited - self._pace.machine.now(), timedelta(0))
        return f"waits {left // timedelta(minutes=1)}:{left.seconds % 60:02} more"

    @property
    def last_lines(self) -> list[str]:
        """Return the last lines that the connector has written, without secrets."""
        world = self.state.world
        return [world.hearing.discreet(line) for line in world.connector.last_lines] if world else []

    @property
    def moment_outside(self) -> datetime | None:
        """Return what time it is for those who call from outside, without waiting; None if there is no world yet."""
        return self._pace.machine.now() if self._pace else self.moment

    @property
    def current(self) -> World:
        """Return the world as it is now; the first call makes it."""
        with self._changing:
            if self.state.world is None:
                self.state.world = self._make_world(**self.state.settings)
            return self.state.world

    @contextmanager
    def holding(self, waiting: Collection[str] = ()) -> Iterator[World]:
        """Hold the current world, whose refusals become Problems; nothing that raises has changed it.

        Where it follows the machine's clock, those who are `waiting` do not act first.
        """
        while True:
            world = self.current
            with world.lock:
                if world is not self.current:
                    continue  # it was replaced while we waited for it
                with noted(world), refusals(), discreet(world):
                    world.keep_pace(waiting)
                    yield world
                return

    def close(self, patience: float = -1) -> bool:
        """End the world; return False when it is still busy after `patience` seconds of real time (-1: any)."""
        world = self.state.world
        if world is None:
            return True
        if not world.lock.acquire(timeout=patience):
            return False
        try:
            world.close()
            self.state.world = None
        finally:
            world.lock.release()
        return True

    def request(self, call: Call, path: Mapping[str, str], body: Json) -> Json:
        if self.on_call is not None:
            self.on_call(call, path, body)
        return self.prepare(call, path, body)()

    def prepare(self, call: Call, path: Mapping[str, str], body: Any) -> Callable[[], Json]:
        """Return the act that a call asks for; raises the Problem of a body that the contract does not allow."""
        if call.body is not None:
            demand(call.body, body)
        given = {**path, **body}
        of_the_stage: Mapping[str, Callable[[], Json]] = {
            "world": self._world,
            "clock": self._clock,
            "reset": lambda: self._reset(given),
            "add_shop": lambda: self._act("add_shop", self._with_profile(given)),
            "advance": lambda: self._advance(**given),
        }
        return of_the_stage.get(call.name, lambda: self._act(call.name, given))

    def record(self, name: str, told: Callable[[Entry], Entry] | None = None) -> bytes:
        with self.holding() as world:
            lines = world.trace.lines()
            return RECORDS[name](lines if told is None else map(told, lines))

    def note_own_failure(self, what: str) -> None:
        """Have the world that there is take note that the stage itself has failed."""
        if (world := self.state.world) is not None:
            with world.lock:
                world.note_own_failure(what)

    def let_pass(self, span: timedelta) -> bool:
        """Let a running clock run for `span`; return False when it has to wait, because somebody else is at it."""
        with self.holding() as world:
            if world.pace is not None:
                return True  # holding it was enough
            try:
                world.advance(by=span)
            except Busy:
                return False
            except SeatFailed:  # noted, and told with the findings: nobody waits for this clock
                pass
            return True

    def _act(self, name: str, given: Json) -> Json:
        with self.holding() as world:
            return act(world, name, given)

    def _world(self) -> Json:
        with self.holding() as world:
            return {**serializers.world(world, self._addresses), "speed": self._speed, **self._more()}

    def _clock(self) -> Json:
        world = self.current
        if self._pace is None or world.compression is None:
            return serializers.clock(world.now, self._speed)
        now = world.compression.inside(self._pace.machine.now())
        return serializers.clock(now, self._speed) | {"business_now": shown_time(now)}

    def _reset(self, wanted: Json) -> Json:
        wanted = self._with_profile(wanted)
        if isinstance(of_shops := wanted.get("shops"), list):
            each = enumerate(of_shops)
            shops = tuple(NewShop(**self._with_profile(shop, f"shops.{number}.")) for number, shop in each)
            wanted = {**wanted, "shops": shops}
        if "start" in wanted:
            wanted = {**wanted, "start": beginning(wanted["start"], "start")}
        with self._nobody_away() as old:
            settings = {**self.state.settings, **wanted}
            if "profile" in wanted and "market" not in wanted:
                settings.pop("market", None)  # the new profile has its own
            new = self._make_world(**settings | self._going_on(old, wanted))
            old.close()
            with self._changing:
                self.state.world, self.state.settings = new, settings
        self.begin()
        return self._world()

    @contextmanager
    def _nobody_away(self) -> Iterator[World]:
        """Hold the world; raise the Problem of one in which somebody outside is waited for.

        Where time passes by itself nobody may have asked for that: then it is waited for, too, and not for ever.
        """
        for look in count(1):
            with self.holding() as world:
                if world.pace is None or not world.lock.away or look > MOST_LOOKS:
                    world.demand_present()
                    yield world
                    return
                machine = world.pace.machine
            machine.wait(STEP.total_seconds() / 10)

    def _going_on(self, old: World, wanted: Json) -> Json:
        """Return with what a world begins whose connector has kept running: later, and with the same apps."""
        if not old.connector.goes_on:
            return {}
        kept = {"seed": old.seed, "start": self.state.settings.get("start", START)}
        for name, words in GOES_ON.items():
            if wanted.get(name, kept[name]) != kept[name]:
                raise Problem(501, "Not on this stage", f"the connector keeps running, and {words}", field=name)
        return {"start": old.now, "market_state": old.marketplace.state.over()}

    def begin(self) -> None:
        """Have a connector from outside start, where one sits: the doors that it calls at are open by now."""
        with self.holding() as world:
            world.begin()

    def revive(self) -> None:
        """Start a connector again that has died where it was to, if it is time."""
        with self.holding() as world:
            world.deaths.revive()

    def _with_profile(self, given: Json, of: str = "") -> Json:
        """Return what was given with the profile that it names, or whose market: one that ships, or that came along."""
        if (name := given.get("profile")) is None:
            return given
        known: dict[str, str | Path] = {ours: ours for ours in names()} | dict(self.profiles)
        if self._own_profile is not None:
            known.setdefault(load(self._own_profile).name, self._own_profile)
        if name not in known:
            own = [one for one in known.values() if one not in names()]
            known.update({**markets(), **{place: one for one in own for place in load(one).places}})
        if name not in known:
            raise refused(f"{of}profile", f"is {name!r}; {near(name, sorted(known, key=str.islower))}")
        return {**given, "profile": known[name]}

    def _advance(self, by: str | None = None, to: str | None = None, until: str | None = None) -> Json:
        if not self._advancing.acquire(blocking=False):
            raise Problem(409, "Somebody is advancing this world", "its clock moves for one caller at a time")
        try:
            with self.holding() as world:
                if world.pace is not None:
                    target = world.latest(Until(until)) if until else _target(world.now, by, to, passed=True)
                elif until is not None:
                    return serializers.advanced(world.advance(until=Until(until)))
                else:
                    return serializers.advanced(world.advance(to=_target(world.now, by, to)))
            return self._wait(world, world.pace.machine, target)
        finally:
            self._awaited = None
            self._advancing.release()

    def _wait(self, world: World, machine: Machine, target: datetime) -> Json:
        """Wait until time has passed by itself, which nobody hastens; not for longer than a caller may be kept."""
        latest, waiting = machine.now() + LONGEST_WAIT, True
        while True:
            with self.holding() as present:
                if present is not world or world.compression is None:
                    raise Problem(409, "The world has been begun anew", "what was waited for was in the one before")
                world.hear()
                now, reached = machine.now(), world.now >= target
                if reached or now >= latest or not waiting:
                    going_on = {} if reached else {"to": shown_time(target)}
                    return {**serializers.advanced(world.told()), "reached": reached, **going_on}
                self._awaited = world.compression.outside(target)
                left = min(self._awaited, latest) - now
            waiting = machine.wait(min(max(left, SHORTEST_WAIT), STEP).total_seconds())


def _target(now: datetime, by: str | None, to: str | None, *, passed: bool = False) -> datetime:
    """Return the moment that is meant; one that has `passed` is reached where time passes by itself."""
    field = "by" if by is not None else "to"
    target = later(now, by, field) if by is not None else instant(str(to), field)
    if target < now and passed and to is not None:
        return now
    if target < now:
        raise refused(field, f"lies before the world's present, {shown_time(now)}; its clock never goes back")
    if target - now > FARTHEST:
        raise refused(field, f"reaches further than {FARTHEST.days} days; take several steps")
    return target
