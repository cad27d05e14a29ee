"""The Stage over a world in this process.

A call is first judged by the contract, then by sense; what a player refuses becomes a `Problem` in one place. One
writer at a time: each call holds the world's lock. A call does its one act and leaves all consequences on the agenda.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import connector.errors
import mock_oms.errors
import mock_tiktok.errors
from mock_tiktok import Discounts, OrderLine
from mock_tiktok.open_api.order_responses import price_detail
from mock_tiktok.policy.checks import near
from mock_tiktok.policy.profile import load, markets, names
from rehearsal.control import serializers
from rehearsal.control.addresses import IN_PROCESS, Addresses
from rehearsal.control.calls import Call
from rehearsal.control.formats import beginning, duration, instant, money, refused, shown_time
from rehearsal.control.places import CONNECTOR_FAILED, named, places
from rehearsal.control.serializers import adjustment, cancellation, decided, order, return_
from rehearsal.control.stage import Json, Problem, Stage
from rehearsal.control.state import StageState
from rehearsal.control.validation import demand
from rehearsal.seats.port import NotCapable, SeatDown, SeatFailed, SeatRefuses
from rehearsal.simulation.compression import Machine, Pace
from rehearsal.trace.diagram import mermaid
from rehearsal.trace.har import har
from rehearsal.trace.log import Entry, ndjson
from rehearsal.wire.faults.reading import Mistake, UnknownFault
from rehearsal.world.errors import Busy, InvalidValue
from rehearsal.world.quiescence import Until
from rehearsal.world.world import START, NewShop, World

FARTHEST: Final = timedelta(days=3660)  # in one call; a slip of the finger must not keep a served world busy for days
LONGEST_WAIT: Final = timedelta(seconds=30)  # of real time, that a caller is kept while time passes by itself
SHORTEST_WAIT: Final = timedelta(milliseconds=1)
MOST_LOOKS: Final = 1_000  # at a world in which somebody outside is waited for
STEP: Final = timedelta(seconds=0.25)  # of real time, between two looks at a world in which time passes by itself
# The players' own names of a field -> the control API's.
_FIELDS: Final = {"return_type": "type", "plan": "buyer.plan", "asks": "buyer.asks", "shop": "shop_id"}

GOES_ON: Final = {"seed": "its app comes from the seed", "start": "the clock never goes back"}
_IDS: Final = {"order": "order_id", "return": "return_id", "cancellation": "cancel_id"}
_SUMS: Final = ("amount", "refund_total", "shipping_fee", "shipping_cost", "tax", "shipping_fee_tax", "fee")


def _add_shop(world: World, given: Json) -> Json:
    return serializers.shop(world, world.add_shop(NewShop(**given)))


def _authorize_shop(world: World, given: Json) -> Json:
    shop_id = given["shop_id"]
    if shop_id not in {shop.shop_id for shop in world.marketplace.shops}:
        raise Problem(404, "No such shop", f"there is no shop {shop_id}", field="shop_id")
    world.authorize_shop(shop_id)
    return serializers.shop(world, shop_id)


def _place_order(world: World, given: Json) -> Json:
    lines = given.pop("lines", None)
    buyer, bought = given.pop("buyer", {}), lines and [_line(line) for line in lines]
    if off := given.pop("discounts", None):
        given["discounts"] = Discounts(**{kind: Decimal(sum_) for kind, sum_ in off.items()})
    who = {"buyer_name": buyer.get("name"), "plan": buyer.get("plan"), "asks": buyer.get("asks")}
    view = world.marketplace.place_order(lines=bought, **who, **given)
    return order(view)


def _price_detail(world: World, given: Json) -> Json:
    shop = world.marketplace.shop_of_order(given["order_id"])
    return {"order_id": given["order_id"], **price_detail(shop.order(given["order_id"]))}


def _request_return(world: World, given: Json) -> Json:
    kind, evidence = given.pop("type", "RETURN_AND_REFUND"), tuple(given.pop("evidence", ()))
    return return_(
        world.marketplace.request_return(given.pop("order_id"), return_type=kind, evidence=evidence, **given)
    )


def _set_deadline(world: World, given: Json) -> Json:
    due = world.now + duration(given["within"], "within")
    if "return_id" in given:
        return return_(world.marketplace.set_deadline(given["return_id"], due))
    return cancellation(world.marketplace.set_cancellation_deadline(given["cancel_id"], due))


def _change_return(world: World, given: Json) -> Json:
    return return_(
        world.marketplace.change_return(given.pop("return_id"), return_type=given.pop("type", None), **given)
    )


def _activity(world: World, given: Json) -> Json:
    world.marketplace.order_view(**given)
    return serializers.activity(given["order_id"], world.connector.activity(**given))


def _mailbox(world: World, given: Json) -> Json:
    if given:
        world.marketplace.order_view(**given)
    return {"mails": [serializers.mail(mail) for mail in world.marketplace.mailbox(**given)]}


def _findings(world: World, given: Json) -> Json:
    verdicts = list(world.findings())
    return {
        "findings": [finding.document() for finding in verdicts if finding.broken],
        "verdicts": [finding.document() for finding in verdicts],
        "failures": [serializers.failure(one) for one in world.state.failures],
        "stage_failures": [serializers.failure(one) for one in world.state.stage_failures],
        "refused": serializers.refused(world.auditor.memory.refusals, world.now),
        **serializers.stillness(world.stillness()),
    }


# fmt: off
# What each call asks of the world, and the document that is made of what comes back. `given` is what the call is about
# and its body, which the contract has judged, with its sums read.
_OPERATIONS: Final[Mapping[str, Callable[[World, Json], Json]]] = {
    "agenda":                 lambda world, given: {"agenda": [serializers.happening(due) for due in world.agenda()]},
    "add_shop":               _add_shop,
    "authorize_shop":         _authorize_shop,
    "place_order":            _place_order,
    "order":                  lambda world, given: order(world.marketplace.order_view(**given)),
    "price_detail":           _price_detail,
    "ship_order":             lambda world, given: order(world.marketplace.ship_order(**given)),
    "deliver_order":          lambda world, given: order(world.marketplace.deliver_order(**given)),
    "mark_order":             lambda world, given: order(world.marketplace.mark_order(**given)),
    "request_cancellation":   lambda world, given: cancellation(world.marketplace.request_cancellation(**given)),
    "request_return":         _request_return,
    "seller_center_refund":   lambda world, given: return_(
                              world.marketplace.seller_center_refund(given.pop("order_id"), **given)),
    "activity":               _activity,
    "returns":                lambda world, given: {"returns": list(map(return_, world.marketplace.return_views()))},
    "get_return":             lambda world, given: return_(world.marketplace.return_view(**given)),
    "change_return":          _change_return,
    "ship_return":            lambda world, given: return_(world.marketplace.ship_return(**given)),
    "label_return":           lambda world, given: return_(world.marketplace.label_return(**given)),
    "arrive_return":          lambda world, given: return_(world.marketplace.arrive_return(**given)),
    "set_deadline":           _set_deadline,
    "withdraw":               lambda world, given: return_(world.marketplace.withdraw(**given)),
    "accept_offer":           lambda world, given: return_(world.marketplace.accept_offer(**given)),
    "decline_offer":          lambda world, given: return_(world.marketplace.decline_offer(**given)),
    "dispute":                lambda world, given: return_(world.marketplace.dispute(**given)),
    "arbitrate":              lambda world, given: return_(
                              world.marketplace.arbitrate(given.pop("return_id"), **given)),
    "seller_center_decision": lambda world, given: return_(
                              world.marketplace.seller_center_decision(given.pop("return_id"), **given)),
    "get_cancellation":       lambda world, given: cancellation(world.marketplace.cancellation_view(**given)),
    "set_cancellation_deadline": _set_deadline,
    "withdraw_cancellation":  lambda world, given: cancellation(world.marketplace.withdraw_cancellation(**given)),
    "oms_adjustments":        lambda world, given: {"adjustments": list(map(adjustment, world.oms.adjustments()))},
    "oms_approve":            lambda world, given: decided(world.oms.approve(**given)),
    "oms_reject":             lambda world, given: decided(world.oms.reject(**given)),
    "oms_inspect":            lambda world, given: decided(world.oms.inspect(**given)),
    "oms_refund":             lambda world, given: decided(world.oms.refund(**given)),
    "kill_connector":         lambda world, given: serializers.connector(world.deaths.kill()),
    "start_connector":        lambda world, given: serializers.connector(world.deaths.start()),
    "plan_fault":             lambda world, given: world.trouble.plan(**given).document(),
    "faults":                 lambda world, given: serializers.faults(world.trouble.faults()),
    "lift_fault":             lambda world, given: world.trouble.lift(**given)[0].document(),
    "lift_faults":            lambda world, given: serializers.faults(world.trouble.lift()),
    "mailbox":                _mailbox,
    "webhooks":               lambda world, given: serializers.webhooks(world.marketplace.webhooks),
    "ledgers":                lambda world, given: {"orders": list(map(serializers.ledger, world.books()))},
    "findings":               _findings,
}
_RECORDS: Final[Mapping[str, Callable[[Iterator[Entry]], bytes]]] = {
    "trace_ndjson":  ndjson,
    "trace_har":     lambda lines: har(islice(lines, 1, None)),
    "trace_mermaid": lambda lines: mermaid(islice(lines, 1, None)),
}
# fmt: on


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
                with _noted(world), refusals(), _discreet(world):
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
        match call.name:
            case "world":
                return self._world
            case "clock":
                return self._clock
            case "reset":
                return lambda: self._reset(given)
            case "add_shop":
                return lambda: self._act("add_shop", self._with_profile(given))
            case "advance":
                return lambda: self._advance(**given)
            case name:
                return lambda: self._act(name, given)

    def record(self, name: str, told: Callable[[Entry], Entry] | None = None) -> bytes:
        with self.holding() as world:
            lines = world.trace.lines()
            return _RECORDS[name](lines if told is None else map(told, lines))

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
        sums = {field: money(given[field]) for field in _SUMS if field in given}
        with self.holding() as world:
            if (said := given.pop("currency", None)) is not None:
                _demand_currency(said, _currency_of(world, given))
            return _OPERATIONS[name](world, given | sums)

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


@contextmanager
def _noted(world: World) -> Iterator[None]:
    """Have the world take note of what our own connector raises."""
    try:
        yield
    except Exception as fault:
        if (through := places(fault)) and through[-1].of_connector:
            world.note_failure(f"{named(fault)} ({through[-1]})")
        raise


@contextmanager
def _discreet(world: World) -> Iterator[None]:
    """Have what a connector from outside wrote before it failed told without secrets."""
    try:
        yield
    except SeatFailed as failure:
        raise type(failure)(world.hearing.discreet(str(failure))) from failure


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a player or the world refuses into a Problem."""
    try:
        yield
    except mock_tiktok.errors.ApiError as error:
        raise Problem(409, "The marketplace refuses", error.message, field=error.field, code=error.code) from error
    except mock_tiktok.errors.UnknownId as error:
        if error.kind == "shop":  # named in a body; the others are what the call is about
            raise refused("shop_id", f"names nobody: {error}") from error
        raise Problem(404, f"No such {error.kind}", str(error), field=_IDS.get(error.kind)) from error
    except mock_tiktok.errors.BadValue as error:
        field = _FIELDS.get(error.field, error.field)
        raise Problem(422, "Invalid value", f"{field} {error.message}", field=field) from error
    except mock_oms.errors.Refused as error:
        raise Problem(error.status, error.title, error.detail, field=error.field) from error
    except connector.errors.BadSettings as error:  # of a shop whose market it does not know
        raise Problem(422, "The connector does not take it", str(error), field="profile") from error
    except connector.errors.MarketplaceError as error:
        raise Problem(409, "The connector cannot take it", str(error)) from error
    except InvalidValue as error:
        raise Problem(422, error.title, error.detail, field=error.field) from error
    except Busy as error:
        raise Problem(409, error.title, error.detail) from error
    except UnknownFault as error:
        raise Problem(404, "No such fault", str(error), field=error.field) from error
    except Mistake as error:
        raise Problem(422, "Invalid value", str(error), field=error.field) from error
    except SeatRefuses as error:
        raise Problem(error.status, error.title, error.detail, field=error.field) from error
    except SeatDown as error:
        raise Problem(501, "Not on this stage", str(error)) from error
    except SeatFailed as error:
        raise Problem(500, CONNECTOR_FAILED, str(error)) from error
    except NotCapable as error:
        raise Problem(501, "Not on this stage", str(error)) from error


def _target(now: datetime, by: str | None, to: str | None, *, passed: bool = False) -> datetime:
    """Return the moment that is meant; one that has `passed` is reached where time passes by itself."""
    field = "by" if by is not None else "to"
    try:
        target = now + duration(by, field) if by is not None else instant(str(to), field)
    except OverflowError:
        target = datetime.max.replace(tzinfo=UTC)
    if target < now and passed and to is not None:
        return now
    if target < now:
        raise refused(field, f"lies before the world's present, {shown_time(now)}; its clock never goes back")
    if target - now > FARTHEST:
        raise refused(field, f"reaches further than {FARTHEST.days} days; take several steps")
    return target


def _currency_of(world: World, given: Json) -> str:
    """Return the currency in which sums about that are said: the shop's, whatever the call names of it."""
    market = world.marketplace
    if "return_id" in given:
        return market.return_view(given["return_id"]).currency
    if "adjustment_id" in given:
        cases = world.oms.adjustments()
        return next((case.currency for case in cases if case.id == given["adjustment_id"]), "")
    if "order_id" in given:
        return market.order_view(given["order_id"]).currency
    return market.shop(given.get("shop_id") or market.shops[0].shop_id).profile.currency


def _demand_currency(said: str, currency: str) -> None:
    if currency and said != currency:
        raise refused("currency", f"is {said}; the shop's is {currency}")


def _line(line: Json) -> OrderLine:
    return OrderLine(**{**line, "unit_price": money(line.get("unit_price"))})
