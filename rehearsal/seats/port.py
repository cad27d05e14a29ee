"""The ports through which the stage meets whoever sits on a seat, and the capabilities that they declare.

A port says for each call which capability it belongs to. Whoever sits down implements what it can and declares the
capabilities; everything else it may inherit, and that is refused by name. The stage asks nothing of its own accord of
a seat that lacks the capability. A scenario that needs it is not judged, and neither is a rule.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Protocol

import requests

from rehearsal.simulation.clock import SimulatedClock
from rehearsal.simulation.player import AgendaLike, DueLike, FiredLike, Player
from rehearsal.wire.transport import WsgiApp

CONNECTOR_HOST: Final = "api.channeladvisor.com"  # where an OMS calls a connector that speaks ChannelAdvisor's API


class Capability(StrEnum):
    """What can be asked of who sits on a seat, and seen of them: it decides what is asked and what is judged."""

    DRIVEN = "driven"  # takes its time and its rounds from us
    SHOPS = "shops"  # can be given a shop, and an OMS its credentials
    STAFF_SEES = "staff sees"  # what waits before the seller's staff can be read
    STAFF_DECIDES = "staff decides"  # they can be told to answer, inspect and refund, and are heard to do it
    LEDGER = "book"  # can be asked what it has refunded, order by order
    ACTIVITY = "activity"  # can be asked what happened to an order
    KILL = "kill"  # can die without a farewell and come back
    OUTPUT = "output"  # what it writes about itself can be read


OF_THE_STAFF: Final = frozenset({Capability.STAFF_SEES, Capability.STAFF_DECIDES})
OF_A_CONNECTOR: Final = frozenset(Capability) - OF_THE_STAFF
OF_AN_OMS: Final = OF_THE_STAFF | {Capability.DRIVEN, Capability.LEDGER}


# fmt: off
CANNOT: Final[Mapping[Capability, str]] = {
    # without this capability
    Capability.DRIVEN:        "nobody here takes the time and the rounds from the stage",
    Capability.SHOPS:         "the connector cannot be given a shop",
    Capability.STAFF_SEES:    "nobody shows what waits before the seller's staff",
    Capability.STAFF_DECIDES: "the seller's staff cannot be told what to decide",
    Capability.LEDGER:        "nobody shows a book of what has been paid back",
    Capability.ACTIVITY:      "nobody tells what happened to an order",
    Capability.KILL:          "the connector's process cannot be ended",
    Capability.OUTPUT:        "nobody hears what the connector writes",
}
# fmt: on


class Untold(Exception):
    """Who sits on this seat does not say what would have to be known for what was asked."""


class NotCapable(Exception):
    """Who sits on this seat cannot do what was asked."""

    def __init__(self, capability: Capability, hook: str = "", *, key: str = "") -> None:
        lacks = f"the hook “{hook}”" if hook else f"the key “{key}”" if key else f"the capability “{capability}”"
        super().__init__(f"{CANNOT[capability]}{' there' if hook else ''}: a seat on this stage lacks {lacks}")


class SeatFailed(Exception):
    """Who sits here has not answered, or not as agreed: whom was asked what, what came back, what would be right."""


class SeatDown(SeatFailed):
    """Nobody answers because the stage has ended the connector's process, and has not started it again."""


class SeatRefuses(Exception):
    """Who sits here will not do what was asked, in their own words; nothing has changed."""

    def __init__(self, status: int, title: str, detail: str = "", field: str | None = None) -> None:
        super().__init__(f"{title}: {detail}" if detail else title)
        self.status, self.title, self.detail, self.field = status, title, detail, field


class Sight(StrEnum):
    """What the staff of some OMSs do or see without the stage's hearing of it."""

    ORDERS = "orders"  # which orders have come before them
    GOODS = "goods"  # how they judge goods that came back
    REFUNDS = "refunds"  # what they pay back of their own accord


class Question(StrEnum):
    """What the seller is asked about a claim."""

    REQUEST = "request"
    GOODS = "goods"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a claim stands at the marketplace: whose order it is of, what it asks of the seller, and over how much."""

    order_id: str
    question: Question
    total: Decimal
    currency: str


class MarketplaceBooks(Protocol):
    """What the marketplace has in its own books: what a decision is about where a seat does not say."""

    def claim(self, claim_id: str) -> Standing | None:
        """Return how a return or a cancellation stands; None where there is none."""

    def left(
        self, order_id: str, line_item_ids: Sequence[str] | None, part: str | None = None
    ) -> tuple[Decimal, str] | None:
        """Return what is left to pay back of these units, or of the order, and its currency; None of an unknown one.

        With a `part` (item, tax or shipping), of that part of their price alone.
        """


@dataclass(frozen=True, slots=True)
class Client:
    """An OMS's credentials at the connector."""

    application_id: str
    shared_secret: str
    refresh_token: str


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """A connector's credentials at the marketplace."""

    app_key: str
    app_secret: str


@dataclass(frozen=True, slots=True)
class ShopAtConnector:
    """A shop as the connector knows it."""

    profile_id: int
    shop_id: str
    shop_cipher: str
    name: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What a connector's list of orders shows of one: what was paid back, whether anything waits, and until when."""

    refunded: Decimal
    waits: bool
    deadline: datetime | None


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


class AdjustmentRow(Protocol):
    """One case as the seller's staff see it: a return, a cancellation, or a refund the seller started."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def return_id(self) -> str | None: ...
    @property
    def cancel_id(self) -> str | None: ...
    @property
    def order_id(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...
    @property
    def deadline(self) -> datetime | None: ...
    @property
    def error(self) -> str | None: ...
    @property
    def note(self) -> str | None: ...
    @property
    def pictures(self) -> int | None: ...
    @property
    def videos(self) -> int | None: ...
    @property
    def can(self) -> Sequence[str]: ...


def tells(row: AdjustmentRow, what: str) -> bool:
    """Return whether an OMS tells this of a case; what is `untold`, nothing rests on."""
    return what not in getattr(row, "untold", ())


class CommandResult(Protocol):
    """A case after the staff's decision on it; `kept`: the connector has not taken it yet, it will be tried again."""

    @property
    def row(self) -> AdjustmentRow: ...
    @property
    def kept(self) -> bool: ...


class SeatEvent(Protocol):
    """Something that has happened inside a seat."""

    @property
    def at(self) -> datetime: ...
    @property
    def name(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


class Seat(Player, Protocol):
    """Whoever sits on a seat. What it does not implement is refused by name."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return what can be asked of it."""
        return frozenset()

    @property
    def app(self) -> WsgiApp | None:
        """Return what serves its API and its pages behind the stage's own door; None where nothing does."""
        return None

    @property
    def address(self) -> str | None:
        """Return where it is met, where that is no door of the stage's; None where nobody knows."""
        return None

    # DRIVEN
    def next_due(self) -> DueLike | None:
        """Return when it next wants to act."""
        return None

    def run_due(self, now: datetime) -> FiredLike:
        """Have it do the one earliest thing that is due."""
        raise NotCapable(Capability.DRIVEN)

    def agenda(self) -> Sequence[AgendaLike]:
        """Return what it has before it."""
        return ()


class ConnectorSeat(Seat, Protocol):
    """A connector on its seat.

    One `from_outside` calls from there, where it is known by the seat's app (D40); at `webhooks` those of the
    marketplace are to reach it, where it does not ask for them itself. One that `goes_on` keeps running when the world
    begins anew (D42). `doing` says for what it is waited, outside of the world's time, if it is.
    """

    from_outside: bool = False
    webhooks: str | None = None
    goes_on: bool = False
    doing: str = ""

    def start(self) -> None:
        """Have it start, or start again on what it has kept.

        One from outside is started when the world is there; it is given the codes of the shops and is ready then.
        """
        return

    def stop(self) -> None:
        """End it for good."""
        return

    def ready(self) -> bool:
        """Return whether it can be called."""
        return False

    @property
    def last_lines(self) -> Sequence[str]:
        """Return the last lines that it has written about itself."""
        return ()

    # DRIVEN
    def settled(self) -> bool | None:
        """Return whether it has delivered all that it has accepted; None where it does not say."""
        return None

    # SHOPS
    def add_shop(
        self, auth_code: str, *, name: str | None = None, default_answers: Mapping[str, str] | None = None
    ) -> Sequence[ShopAtConnector]:
        """Give it an authorization code to exchange for shops, and have it answer for a seller who is silent.

        Return how it knows the shops, if it says so. One from outside that is not started gets the code at its start.
        """
        raise NotCapable(Capability.SHOPS)

    def add_client(self, name: str = "oms") -> Client:
        """Have it let an OMS in."""
        raise NotCapable(Capability.SHOPS)

    # LEDGER
    def ledger(self) -> Mapping[str, Decimal]:
        """Return what it has refunded, by the marketplace's order id."""
        raise NotCapable(Capability.LEDGER)

    # ACTIVITY
    def activity(self, order_id: str) -> Sequence[Activity]:
        """Return what happened to an order, as its page shows it."""
        raise NotCapable(Capability.ACTIVITY)

    def overview(self, order_id: str) -> Overview | None:
        """Return what its list of orders shows of one, by the marketplace's id; None where it shows nothing of it."""
        return None

    # KILL
    def kill(self) -> None:
        """End its process without a farewell."""
        raise NotCapable(Capability.KILL)

    # OUTPUT
    def on_output(self, listener: Callable[[str], None]) -> None:
        """Have `listener` hear each line that it writes about itself, at the latest when `hear` is called."""
        raise NotCapable(Capability.OUTPUT)

    def hear(self) -> None:
        """Have its listener hear what it has written since; raise SeatFailed if it has ended of its own accord."""
        return

    def on_commit(self, listener: Callable[[str], None]) -> bool:
        """Have `listener` hear "before" and "after" at each commit; return whether the seat can say so."""
        return False


class OmsSeat(Seat, Protocol):
    """An OMS on its seat: what the seller's staff and its warehouse see and do there."""

    @property
    def unheard(self) -> frozenset[Sight]:
        """Return what its staff do or see without the stage's hearing of it; nothing is judged that rests on it."""
        return frozenset()

    @property
    def unanswered(self) -> str | None:
        """Return in words which decisions are kept, as no answer to them came; nothing is judged that rests on them."""
        return None

    # STAFF_SEES
    def adjustments(self) -> Sequence[AdjustmentRow]:
        """Return all cases."""
        raise NotCapable(Capability.STAFF_SEES)

    # STAFF_SEES or STAFF_DECIDES
    def subscribe(self, listener: Callable[[SeatEvent], None]) -> None:
        """Have `listener` hear of what comes before the staff, and of what is decided and booked there."""
        return

    # STAFF_DECIDES
    def approve(
        self, adjustment_id: str, *, amount: Decimal | None = None, refund_instead: bool = False
    ) -> CommandResult:
        """Say yes to what a case asks, or offer a part of the money."""
        raise NotCapable(Capability.STAFF_DECIDES)

    def reject(self, adjustment_id: str, *, reason: str | None = None, comment: str | None = None) -> CommandResult:
        """Say no to what a case asks."""
        raise NotCapable(Capability.STAFF_DECIDES)

    def inspect(
        self, return_id: str, *, grade: str, accept: bool, units: Sequence[Mapping[str, str]] = ()
    ) -> CommandResult:
        """Look at what came back, and accept it or not."""
        raise NotCapable(Capability.STAFF_DECIDES)

    def refund(
        self,
        *,
        order_id: str,
        line_item_ids: Sequence[str] | None = None,
        amount: Decimal | None = None,
        part: str | None = None,
        reason: str | None = None,
        record_only: bool = False,
        restock: bool = False,
    ) -> CommandResult:
        """Have the seller pay back of their own accord."""
        raise NotCapable(Capability.STAFF_DECIDES)

    def receive_parcel(
        self,
        *,
        return_id: str,
        order_id: str,
        line_item_ids: Sequence[str],
        tracking_number: str | None = None,
        damaged: Sequence[str] = (),
    ) -> None:
        """Put a parcel on the warehouse's dock."""
        raise NotCapable(Capability.STAFF_DECIDES)

    # LEDGER
    def ledger(self) -> Mapping[str, Decimal]:
        """Return what it has booked as refunded, by the marketplace's order id."""
        raise NotCapable(Capability.LEDGER)


class EmptyConnectorSeat(ConnectorSeat):
    """Nobody sits on the connector's seat: whoever calls with the seat's app takes it."""

    from_outside = True


class EmptyOmsSeat(OmsSeat):
    """Nobody sits on the OMS's seat."""


class Outward(Protocol):
    """Has a host name on a world's wire lead to an address outside."""

    def __call__(self, host: str, *, to: str, contract: str, url: str) -> requests.Session:
        """Return a session of the stage's own; whoever calls `host` now calls the player `to` at `url`."""


OURS_ALONE: Final = "nobody but our own connector can be told what to answer for a seller who is silent"


@dataclass(frozen=True, slots=True)
class OpenShop:
    """A shop as its seller lets somebody in: the code is fresh."""

    shop_id: str
    shop_cipher: str
    auth_code: str


@dataclass(frozen=True, slots=True)
class Place:
    """What a world gives to whoever sits down in it: its name and seed, its clock, and a way onto its wire.

    Who asks somebody outside and waits for them does so within `letting_go`: then they can call back. `outward` has a
    host name on the wire lead to an address outside, and returns a session of the stage's own that gets there.
    `shops` are those that are open, `written` is how many calls of the seat's own were to change something, `down` is
    whether the connector has been killed and not started again, and `stalled` for how many seconds of real time answers
    to it were held back, as somebody had ordered. At `webhooks` those of the marketplace reach the connector, where it
    is to ask for them; at `oms_webhook` the connector's reach the OMS, signed with the secret beside it. With the
    `default_answers` it answers for sellers who are silent, in shops without answers of their own.
    """

    world: str
    seed: int
    clock: SimulatedClock
    http: requests.Session
    letting_go: Callable[[], AbstractContextManager[None]]
    outward: Outward
    books: MarketplaceBooks
    shops: Callable[[], Sequence[OpenShop]] = tuple
    written: Callable[[], int] = int
    down: Callable[[], bool] = bool
    stalled: Callable[[], float] = float
    webhooks: str | None = None
    oms_webhook: tuple[str, str] | None = None
    default_answers: Mapping[str, str] | None = None


UNTOLD_CONDUCT: Final = ("person", "careful")  # how an OMS behaves that is told nothing


@dataclass(frozen=True, slots=True)
class Conduct:
    """How an OMS is to behave: by what policy it decides, with what manners, and with what second application."""

    policy: str = "person"
    manners: tuple[str, ...] = ()
    second: Client | None = None

    def demand_none(self) -> None:
        """Raise SeatRefuses where an OMS is told how to behave that is not ours: only ours can be told."""
        told = {"oms_policy": [self.policy], "oms_manners": self.manners}
        for field, said in told.items():
            for word in said:
                if word not in UNTOLD_CONDUCT:
                    words = f"{field} is {word}: nobody but our own OMS can be told so"
                    raise SeatRefuses(501, "Not on this stage", words, field)


def _nobody(place: Place, client: Client, conduct: Conduct) -> EmptyOmsSeat:
    conduct.demand_none()
    return EmptyOmsSeat()


@dataclass(frozen=True, slots=True)
class Seats:
    """Who is to sit on a world's seats; as it stands here, nobody."""

    connector: Callable[[Place, AppCredentials], ConnectorSeat] = lambda place, app: EmptyConnectorSeat()
    oms: Callable[[Place, Client, Conduct], OmsSeat] = _nobody
    options: tuple[str, ...] = ()  # of a command that has them sit there


def common(connector: Seat, oms: Seat) -> frozenset[Capability]:
    """Return what can be asked of a world with these seats: of each capability, all whom it concerns must have it."""
    return frozenset(Capability) - (OF_A_CONNECTOR - connector.capabilities) - (OF_AN_OMS - oms.capabilities)
