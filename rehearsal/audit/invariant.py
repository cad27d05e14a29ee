"""What every watcher is told, and how it objects.

A watcher hears news from inside the marketplace and the OMS, sees each exchange, is told when an act has ended, and,
when the world has come to stand still, is shown the books. It keeps only what it needs to judge what comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Final, Protocol

from rehearsal.audit.finding import Witness
from rehearsal.wire.recorder import Exchange


class Sight(StrEnum):
    """What a watcher must be able to see to judge at all."""

    MARKETPLACE = "what happens inside the marketplace"
    OMS = "what the OMS decides and books"
    EXCHANGES = "what passes over the wire"
    BOOKS = "the books of all three"


@dataclass(frozen=True, slots=True)
class News:
    """Something that has happened inside a player; `seq` is its place in the trace."""

    seq: int
    at: datetime
    who: str
    name: str
    data: Mapping[str, Any]

    @property
    def claim(self) -> str | None:
        """Return the return or cancellation it is about."""
        found = self.data.get("return_id") or self.data.get("cancel_id")
        return str(found) if found else None

    @property
    def order(self) -> str:
        """Return the order it is about, or an empty text."""
        return str(self.data.get("order_id") or "")


class Adjustment(Protocol):
    """A case as the OMS lists it."""

    @property
    def id(self) -> str: ...
    @property
    def return_id(self) -> str | None: ...
    @property
    def cancel_id(self) -> str | None: ...
    @property
    def order_id(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def error(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Book:
    """One order's money in the three books."""

    order_id: str
    paid: Decimal
    marketplace: Decimal
    connector: Decimal
    oms: Decimal

    @property
    def agree(self) -> bool:
        """Return whether all three say the same."""
        return self.marketplace == self.connector == self.oms


class Mail(Protocol):
    """A mail as it lies in a buyer's mailbox."""

    @property
    def kind(self) -> str: ...
    @property
    def return_id(self) -> str | None: ...
    @property
    def cancel_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Stillness:
    """The world when nobody has anything left to do at present.

    The books, the OMS's cases, and what lies in the mailbox of an order's buyer.
    """

    at: datetime
    books: Sequence[Book]
    adjustments: Sequence[Adjustment]
    mailbox: Callable[[str], Sequence[Mail]]


@dataclass(frozen=True, slots=True)
class Objection:
    """A promise that was not kept. Two objections with the same `key` are one finding."""

    key: str
    suspect: str
    expected: str
    seen: str
    witness: Witness
    certainty: str | None = None


class Watcher:
    """One promise, watched. Subclasses override what they need to see."""

    number: ClassVar[int]
    rule: ClassVar[str]
    certainty: ClassVar[str] = "documented"
    needs: ClassVar[frozenset[Sight]]

    def __init__(self) -> None:
        self.occasions = 0

    def hear(self, news: News) -> Iterable[Objection]:
        """Take note of something that has happened inside a player."""
        return ()

    def see(self, exchange: Exchange) -> Iterable[Objection]:
        """Take note of an exchange."""
        return ()

    def after_act(self, now: datetime) -> Iterable[Objection]:
        """Judge what must hold when an act has ended."""
        return ()

    def at_stillness(self, stillness: Stillness) -> Iterable[Objection]:
        """Judge what must hold when nobody has anything left to do at present."""
        return ()

    @property
    def unjudged(self) -> str | None:
        """Return why there is no verdict yet, although everything was seen; None when there is one."""
        return None


NO_OBJECTION: Final[tuple[Objection, ...]] = ()
OPEN_AT_OMS: Final = frozenset({"NewRma", "PendingApproval", "ReadyForReturn", "ReadyForReplacementShipment"})
DONE_AT_OMS: Final = "PostProcessingComplete"
PAID_OUT: Final = ("_COMPLETE",)
CALLED_OFF: Final = ("_CANCEL", "_CANCELLED")
APPROVING: Final = frozenset(
    {
        "APPROVE_REFUND",
        "APPROVE_RETURN",
        "APPROVE_RECEIVED_PACKAGE",
        "APPROVE_REPLACEMENT",
        "ISSUE_REPLACEMENT_REFUND",
        "OFFER_PARTIAL_REFUND",
        "DIRECT_REFUND",
        "APPROVE_CANCELLATION",
        "APPROVE_CANCEL",
        "APPROVE",
    }
)


def is_rejection(action: str) -> bool:
    """Return whether this is the seller's no, at whichever step."""
    return action.startswith("REJECT")


@dataclass(slots=True)
class Claim:
    """What watchers keep of one return or cancellation."""

    order_id: str = ""
    status: str = ""
    events: list[int] = field(default_factory=list)

    @property
    def paid_out(self) -> bool:
        """Return whether its money has been paid; a replacement that is complete had none."""
        return self.status.endswith(PAID_OUT) and not self.status.startswith("REPLACEMENT")

    @property
    def called_off(self) -> bool:
        """Return whether it ended without money."""
        return self.status.endswith(CALLED_OFF)
