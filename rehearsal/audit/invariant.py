"""What every invariant is told, and what it says when it is violated.

An invariant is told of events inside the marketplace and the OMS, of each exchange, when an act has ended, and, when
the world has come to rest, what then stands in the ledgers. It keeps only what it needs to judge what comes next, as
plain data that can be pickled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar, Final, NamedTuple, Protocol

from rehearsal.audit.claims import Claims
from rehearsal.audit.decision_ledger import DecisionLedger
from rehearsal.audit.event import LogLine, PlayerEvent, Trouble
from rehearsal.audit.finding import Witness
from rehearsal.audit.limits import Limits
from rehearsal.audit.settling import Settling
from rehearsal.seats.port import Activity, AdjustmentRow, Capability, Overview
from rehearsal.sums import Sum
from rehearsal.wire.recorder import Exchange

__all__ = ["NO_VIOLATION", "Invariant", "LedgerRow", "Mail", "PlayerEvent", "Quiescence", "Violation"]


class LedgerRow(NamedTuple):
    """One order's money in the three ledgers; None where a seat shows none."""

    order_id: str
    paid: Decimal
    marketplace: Decimal
    connector: Decimal | None
    oms: Decimal | None
    currency: str

    @property
    def books(self) -> dict[str, Sum]:
        """Return what each ledger that is shown says."""
        known = {"marketplace": self.marketplace, "connector": self.connector, "oms": self.oms}
        return {who: Sum(amount, self.currency) for who, amount in known.items() if amount is not None}

    @property
    def agree(self) -> bool | None:
        """Return whether all that are shown say the same; None where the marketplace's is the only one."""
        others = [book for book in (self.connector, self.oms) if book is not None]
        return all(book == self.marketplace for book in others) if others else None


class Mail(Protocol):
    """A mail as it lies in a buyer's mailbox."""

    @property
    def kind(self) -> str: ...
    @property
    def return_id(self) -> str | None: ...
    @property
    def cancel_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Quiescence:
    """The world when nobody has anything left to do at present.

    The ledgers, the OMS's cases, and what lies in the mailbox of an order's buyer.
    """

    at: datetime
    books: Sequence[LedgerRow]
    adjustments: Sequence[AdjustmentRow]
    mailbox: Callable[[str], Sequence[Mail]]
    settled: bool | None = True  # the connector has delivered all that it has accepted; None where it does not say
    staff_seen: bool = True  # the adjustments are all that stand before the staff
    activity: Callable[[str], Sequence[Activity]] = lambda order_id: ()  # what the connector says of an order
    overview: Callable[[str], Overview | None] = lambda order_id: None  # what its list of orders shows of one


@dataclass(frozen=True, slots=True)
class Violation:
    """How an invariant was violated. Two with the same `key` are one finding.

    It is none where the connector says that it has answered in the seller's place for the order `unless_by_default`.
    """

    key: str
    suspect: str
    expected: str
    seen: str
    witness: Witness
    certainty: str | None = None
    unless_by_default: str | None = None

    @classmethod
    def of(
        cls,
        key: str,
        expected: str,
        seen: str,
        about: Mapping[str, str],
        *events: int,
        call: Exchange | None = None,
        exchanges: tuple[int, ...] = (),
        money: Mapping[str, Sum] | None = None,
        suspect: str = "",
        certainty: str | None = None,
    ) -> Violation:
        """Return a violation whose witness shows these events, and the `call` unless it shows other `exchanges`.

        Where no `suspect` is named it is whoever made the call, and without a call the connector.
        """
        by = suspect or (call.caller if call else "connector")
        witness = Witness(exchanges or ((call.seq,) if call else ()), events, money or {}, about)
        return cls(key, by, expected, seen, witness, certainty)


NO_VIOLATION: Final[tuple[Violation, ...]] = ()


@dataclass(eq=False, slots=True)
class Invariant:
    """What must always hold. Subclasses override what they need to be told.

    Without the capabilities it `needs` it is not judged at all, and without those that it `needs_at_rest` only until
    the world comes to rest. `parts` says, in words, what of it is not judged without which.
    """

    slug: ClassVar[str]
    rule: ClassVar[str]
    certainty: ClassVar[str] = "documented"
    needs: ClassVar[frozenset[Capability]] = frozenset()
    needs_at_rest: ClassVar[frozenset[Capability]] = frozenset()
    parts: ClassVar[Mapping[str, frozenset[Capability]]] = MappingProxyType({})

    decisions: DecisionLedger
    limits: Limits
    claims: Claims
    settling: Settling
    occasions: int = 0

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Take note of something that has happened inside a player."""
        return NO_VIOLATION

    def on_exchange(self, exchange: Exchange) -> Iterable[Violation]:
        """Take note of an exchange."""
        return NO_VIOLATION

    def on_line(self, line: LogLine) -> Iterable[Violation]:
        """Take note of a line that the connector has written about itself."""
        return NO_VIOLATION

    def after_act(self, now: datetime) -> Iterable[Violation]:
        """Judge what must hold when an act has ended."""
        return NO_VIOLATION

    def at_quiescence(self, state: Quiescence) -> Iterable[Violation]:
        """Judge what must hold when nobody has anything left to do at present."""
        return NO_VIOLATION

    def on_trouble(self, trouble: Trouble) -> None:
        """Take note of trouble that somebody ordered."""

    def on_ledger(self, ledger: Mapping[str, Decimal]) -> Iterable[Violation]:
        """Judge what the connector's ledger says, order by order, after an act of its own that changed something."""
        return NO_VIOLATION

    def on_look(self, state: Quiescence) -> Iterable[Violation]:
        """Judge a world that should have come to rest."""
        return NO_VIOLATION

    @property
    def still_open(self) -> int:
        """Return how many of the occasions can still break it or keep it: these have not put it to the test yet."""
        return 0

    @property
    def excused(self) -> str:
        """Return what of it is not judged, and why, although everything was seen; an empty text where all of it is."""
        return ""

    @property
    def unjudged(self) -> str | None:
        """Return why there is no verdict yet, although everything was seen; None when there is one."""
        return None
