"""What a fault is, as data; what it takes to be a kind of fault; and a fault that meets a call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol

import requests

from rehearsal.contract.operation import Operation
from rehearsal.moments import shown_time
from rehearsal.simulation.duration import read_duration
from rehearsal.wire.recorder import Call, Endpoint, Recorder, Response

# Operations by what they are about, as their names begin without the version.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "approve": ("approve",),
    "reject": ("reject",),
    "refund": ("createReturn", "adjust"),
    "cancel": ("cancelOrder",),
    "search": ("search", "getOrderList", "list"),
    "decision": ("approve", "reject", "createReturn", "adjust", "cancelOrder"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Trouble of one kind, on the calls that it fits; without times, probability and until it lasts until lifted."""

    kind: str
    caller: str | None = None  # None: any of the world's players
    callee: str = "marketplace"
    operation: str | None = None  # an operationId without its version, or one of GROUPS
    shop_id: str | None = None
    skip: int = 0  # so many calls that it fits go unharmed first
    times: int | None = None  # so often it is hit
    probability: float | None = None  # of being hit, for each call that it fits
    at: datetime | None = None  # from when on
    until: datetime | None = None
    having: Mapping[str, Any] = field(default_factory=dict)  # what was given `with` it, complete

    def document(self) -> dict[str, Any]:
        """Return the fault as it can be given again."""
        told: dict[str, Any] = {"kind": self.kind, "from": self.caller, "to": self.callee, "operation": self.operation}
        told |= {"shop_id": self.shop_id, "skip": self.skip or None, "times": self.times}
        told |= {"probability": self.probability, "until": self.until and shown_time(self.until)}
        told |= {"with": {name: value for name, value in self.having.items() if value is not None} or None}
        return {key: value for key, value in told.items() if value is not None}

    def fits(self, operation: Operation | None) -> bool:
        """Return whether it is about this operation, or any; None is one that is not known."""
        if self.operation is None:
            return True
        if operation is None:
            return False
        name = unversioned(operation.id)
        return name.startswith(GROUPS[self.operation]) if self.operation in GROUPS else name == self.operation


def unversioned(operation: str) -> str:
    """Return an operationId without its version."""
    name, _, version = operation.rpartition("_")
    return name if name and version.isdigit() else operation


class Value(NamedTuple):
    """One thing that a fault takes `with` it: what it may be, in code and in words."""

    allows: Callable[[Any], bool]
    words: str
    default: Any = None
    required: bool = False
    exists: Callable[[Scene, Any], bool] = lambda scene, value: True  # of what is named: whether it is there


class Scene(Protocol):
    """What of its world a fault may touch. The world itself is one; only the wire and the marketplace are meant."""

    @property
    def seed(self) -> int: ...
    @property
    def now(self) -> datetime: ...
    @property
    def recorder(self) -> Recorder: ...
    @property
    def marketplace(self) -> Any: ...
    def meanwhile(self, span: timedelta, waiting: Collection[str]) -> None:
        """Let time pass while those who are `waiting` for an answer do nothing."""

    def stalls(self, call: Call, span: timedelta, shop_id: str | None) -> None:
        """Take note that the answer to a call from outside comes later by a span of the machine's time."""


class Stage(StrEnum):
    """How far a fault has come."""

    AHEAD = "ahead"
    ACTIVE = "active"
    OVER = "over"


@dataclass(slots=True, kw_only=True)
class Planned:
    """A fault in a world: what it has done so far, and what it has to remember."""

    id: str
    fault: Fault
    begun: datetime
    calls: int = 0  # that it fitted
    hit: int = 0
    stage: Stage = Stage.AHEAD
    memory: dict[Any, Any] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        """Return whether it stands on the link."""
        return self.stage is Stage.ACTIVE

    @property
    def missed(self) -> int:
        """Return how many of the hits that it was planned for have not come."""
        return max(0, (self.fault.times or 0) - self.hit)

    def document(self) -> dict[str, Any]:
        """Return it as `GET /faults` shows it."""
        told = {"id": self.id, "planned": self.fault.times, "hit": self.hit, "calls": self.calls}
        return told | {"stage": str(self.stage), "at": shown_time(self.begun)} | self.fault.document()


@dataclass(slots=True, kw_only=True)
class Meeting:
    """A fault that meets a call."""

    scene: Scene
    planned: Planned
    call: Call
    endpoint: Endpoint
    operation: Operation | None
    shop_id: str | None
    onward: Callable[[], Response]  # to the faults that were planned later, and to the other side
    again: Callable[[], Response]  # to the other side at once, past all faults
    hit: Callable[..., bool]  # counts a call that the fault would change, of a shop; returns whether it is to be hit
    hold: Callable[[], None]  # has the call reach the other side after the next one, whatever its caller gets
    waiting: list[str]  # those who wait for an answer at this moment

    def given(self, name: str) -> Any:
        """Return what goes `with` the fault."""
        return self.planned.fault.having[name]

    def wait(self, span: timedelta) -> None:
        """Let `span` pass for the caller, who does nothing meanwhile; raise its ReadTimeout when it has had enough.

        Whoever lives by the machine's clock has its call held for as long.
        """
        call, enough = self.call, self.call.patience
        if call.from_afar:
            if call.delivery is not None:
                call.delivery.held += span
                self.scene.stalls(call, span, self.shop_id)
            return
        self.waiting.append(call.caller)
        try:
            self.scene.meanwhile(span if enough is None else min(span, enough), self.waiting)
        finally:
            self.waiting.pop()
        if enough is not None and span >= enough:
            raise requests.ReadTimeout(f"{call.host} has not answered within {enough.total_seconds():g} s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What faults of one kind take `with` them, and what they do.

    `meets` is called at each call that the fault fits, and returns what its caller gets or raises what it sees;
    `begins` when the fault takes effect, `ends` when it has none any more. A kind that `says_hits` asks `Meeting.hit()`
    at the instant when it would make a difference; one that `needs_answer` makes one at every call that it fits and
    that the other side, or a fault planned later, has answered; all others make one at every call that they fit.
    """

    words: str  # what it does, as people say it
    shows: str = ""  # of what it takes, what belongs to these words
    takes: Mapping[str, Value] = field(default_factory=dict)
    meets: Callable[[Meeting], Response] = lambda meeting: meeting.onward()
    begins: Callable[[Scene, Planned], None] = lambda scene, planned: None
    ends: Callable[[Scene, Planned], None] = lambda scene, planned: None
    says_hits: bool = False
    needs_answer: Callable[[Fault], bool] = lambda fault: False
    at_odds: Callable[[Mapping[str, Any]], tuple[str, str] | None] = lambda having: None  # which, and why, with others
    of_marketplace: bool = False  # it is trouble of the marketplace's own, and lies on calls to nobody else
    finds_shop: bool = False  # the marketplace does, which it is about, also where a call does not say whose it means
    ends_tokens: bool = False  # which are good for all shops under one authorization
    webhooks_to: Sequence[str] = ()  # whose webhooks it lies on, if it is one of those and of nothing else
    needs_consent: bool = False  # nothing works again before the seller has let the app in anew

    def told(self, fault: Fault) -> str:
        """Return what a fault of this kind does, in words."""
        return f"{self.words} with {fault.having[self.shows]}" if self.shows else self.words


def is_duration(value: object, *, longest: timedelta = timedelta(days=366)) -> bool:
    """Return whether it is a duration above zero and not absurdly long."""
    try:
        return isinstance(value, str) and timedelta(0) < read_duration(value) <= longest
    except (ValueError, OverflowError):
        return False


def is_whole(least: int, most: int) -> Callable[[object], bool]:
    """Return whether something is a whole number within these limits."""
    return lambda value: type(value) is int and least <= value <= most


def is_text(value: object) -> bool:
    """Return whether it is a text that says something."""
    return isinstance(value, str) and bool(value.strip())


BY: Final = Value(is_duration, "a duration above zero such as PT10S", required=True)
