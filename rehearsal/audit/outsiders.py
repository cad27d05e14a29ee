"""What somebody outside asks our connector for by its documented API: with an OMS of their own, or by hand.

The call itself is the credit, and only where the connector has taken it on. It names an order, a line or an adjustment
by the connector's own number, which our OMS has read; how much money a refund comes to is not known from it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from rehearsal.audit.event import EventName, PlayerEvent
from rehearsal.seats.port import Question
from rehearsal.wire.recorder import Exchange

# The connector's operations that ask for something: what for, and of what.
_ASKS: Final = re.compile(r"(adjust|approve|reject)(?:(BuyerRequest|Return)Of)?(Order\w*)")
REFUND, APPROVAL, REJECTION = "adjust", "approve", "reject"
NOES: Final = frozenset(range(400, 500)) - {429}  # what our OMS does not say again
_QUESTIONS: Final = {"BuyerRequest": Question.REQUEST, "Return": Question.GOODS}


class Asked(NamedTuple):
    """What the connector has been asked for: to refund, or how it is to answer which question; and of what."""

    what: str
    question: str  # of a refund none
    number: str  # the connector's, as our OMS writes it


@dataclass(slots=True)
class Outsiders:
    """What they have asked for so far, by the connector's number of what it was about."""

    _subjects: dict[str, str] = field(default_factory=dict)  # the claim, or the order that is none, of each number
    _refunds: set[str] = field(default_factory=set)
    _waiting: set[str] = field(default_factory=set)  # refunds that may still have to wait for something
    _answers: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # by what they say to which question

    def on_event(self, event: PlayerEvent) -> None:
        """Learn the connector's numbers."""
        if event.name == EventName.ORDER_READ:
            self._subjects.update(dict.fromkeys(event.refs, event.order))
        elif event.name == EventName.ADJUSTMENT_READ:
            self._subjects[event.ref] = event.claim or event.order

    def on_exchange(self, exchange: Exchange) -> None:
        """Take note of what the connector has taken on for somebody outside."""
        asked = taken_on(exchange)
        if asked is None:
            return
        if asked.what == REFUND:
            self._refunds.add(asked.number)
            self._waiting.add(asked.number)
        else:
            self._answers.setdefault((asked.what, asked.question), set()).add(asked.number)

    @property
    def orders(self) -> int:
        """Return of how many orders they have asked for refunds."""
        return len({self._subjects.get(number, number) for number in self._refunds})

    def settled(self) -> None:
        """Take note that the connector has done all that it has taken on."""
        self._waiting.clear()

    def have_asked(self, order_id: str) -> bool:
        """Return whether they have asked for a refund of an order; of one that nobody has read, it may be any."""
        return self._is_about(order_id, self._refunds)

    def wait(self, order_id: str) -> bool:
        """Return whether they may still wait for a refund of an order."""
        return self._is_about(order_id, self._waiting)

    def have_answered(self, claim: str, question: str, *, rejects: bool) -> bool:
        """Return whether they have said yes, or no, to what the seller is asked about a claim."""
        said = REJECTION if rejects else APPROVAL
        return self._is_about(claim, self._answers.get((said, question), ()))

    def _is_about(self, subject: str, numbers: Iterable[str]) -> bool:
        return any(self._subjects.get(number, subject) == subject for number in numbers)


def taken_on(exchange: Exchange) -> Asked | None:
    """Return what the connector has taken on for somebody outside; None where it has taken on nothing.

    Nor does our own OMS know of what it has asked for where trouble has made a refusal of the answer.
    """
    heard_a_no = exchange.caller == "oms" and exchange.heard in NOES
    return asked_by(exchange) if (exchange.outside or heard_a_no) and may_have_taken(exchange) else None


def asked_by(exchange: Exchange) -> Asked | None:
    """Return what a call asks the connector for; None where it asks for nothing."""
    asks = _ASKS.fullmatch(exchange.operation or "") if exchange.callee == "connector" else None
    if asks is None:
        return None
    numbers = ", ".join(number.lstrip("0") for number in exchange.subjects)  # 01 is 1
    return Asked(asks[1], _QUESTIONS.get(asks[2], ""), f"{asks[3]}s({numbers})")


def may_have_taken(exchange: Exchange) -> bool:
    """Return whether the connector says that it has taken a call on, or has died or been cut off over it."""
    return exchange.failure is not None if exchange.status is None else exchange.status < 300
