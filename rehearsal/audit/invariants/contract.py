"""Every request and answer on the wire keeps the contract, and so does every event."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rehearsal.audit.event import EventName
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, PlayerEvent, Violation
from rehearsal.contract.operation import Breach
from rehearsal.moments import shown_time
from rehearsal.wire.recorder import Exchange

# What the gate says of a request that is not made as it should be, where the contract's schemas cannot see it: another
# text was signed, the time is not now, the app is nobody's.
MALFORMED: Final = frozenset({36009004, 106001})
TURNED_AWAY: Final = 401
RELIABLE: Final = "answers to the OMS that can be read, fit one another and are what was asked for"


@dataclass(eq=False, slots=True)
class ContractKept(Invariant):
    """What the wire says is held against the vendors' contracts, what the players tell against `events`."""

    slug = "contract-kept"
    rule = "Every request and answer on the wire keeps the contract."

    _died: bool = False  # who was there before may have kept its tokens to itself
    _disturbed: bool = False  # something has befallen a call of the OMS's within its present pull

    def on_exchange(self, exchange: Exchange) -> Iterable[Violation]:
        self.occasions += 1
        if exchange.caller == "oms" and (exchange.fault or exchange.failure):
            self._disturbed = True
        if exchange.token_until is not None and (wrong := self._let_in(exchange, exchange.token_until)):
            return [wrong]
        if not exchange.breaches:
            return [_turned_away(exchange)] if exchange.code in MALFORMED and _by_itself(exchange) else NO_VIOLATION
        sides = {"request": exchange.caller}
        return [_violation(one, sides.get(one.side, _answering(exchange)), call=exchange) for one in exchange.breaches]

    def _let_in(self, exchange: Exchange, until: datetime) -> Violation | None:
        """Return what is wrong with how a call was let in, or was not; who lives by another clock goes by that."""
        if exchange.status is None or exchange.fault or self.limits.grain:
            return None
        over = exchange.at > until
        if over == (exchange.status == TURNED_AWAY) or exchange.at == until or (self._died and not over):
            return None
        answer = str(TURNED_AWAY) if over else "no 401"
        expected = f"{answer} for a token that is good until {shown_time(until)}"
        about = {"operation": exchange.operation or "", "side": "response"}
        key, seen = f"token {exchange.callee} {exchange.operation} {over}", str(exchange.status)
        return Violation.of(key, expected, seen, about, call=exchange, suspect=exchange.callee)

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        self._died = self._died or event.name == EventName.CONNECTOR_KILLED
        if event.name == EventName.ANSWERS_UNREADABLE and not self._disturbed:
            words = str(event.data["words"])
            return [Violation.of(f"unreadable {words}", RELIABLE, words, {}, event.seq)]
        return [_violation(breach, event.who, event.seq) for breach in event.breaches]

    def after_act(self, now: datetime) -> Iterable[Violation]:
        self._disturbed = False
        return NO_VIOLATION


def _by_itself(exchange: Exchange) -> bool:
    """Return whether a connector's own request was refused for what it is, and not for what was done to it."""
    return exchange.caller == "connector" and exchange.status is not None and exchange.fault is None


def _answering(exchange: Exchange) -> str:
    """Return who has answered: what the stage asks the staff by hooks, whoever wrote the connector."""
    return "connector" if (exchange.caller, exchange.callee) == ("stage", "oms") else exchange.callee


def _turned_away(exchange: Exchange) -> Violation:
    expected = f"a request for {exchange.operation} that the marketplace does not turn away for how it is made"
    seen = f"{exchange.status}, {exchange.code} {exchange.refusal}"
    about = {"operation": exchange.operation or "", "side": "request"}
    key = f"malformed {exchange.caller} {exchange.operation} {exchange.code} {exchange.refusal}"
    return Violation.of(key, expected, seen, about, call=exchange)


def _violation(breach: Breach, suspect: str, *events: int, call: Exchange | None = None) -> Violation:
    about = {"operation": breach.operation or "", "side": breach.side, "pointer": breach.pointer}
    expected = f"{breach.expected} at {breach.pointer} of {breach.operation or 'an unknown operation'}"
    key = f"breach {suspect} {breach.side} {breach.operation} {breach.pointer} {breach.expected}"
    seen, certainty = breach.seen, breach.certainty
    return Violation.of(key, expected, seen, about, *events, call=call, suspect=suspect, certainty=certainty)
