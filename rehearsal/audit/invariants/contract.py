"""Every request and answer on the wire keeps the contract, and so does every event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rehearsal.audit.finding import Witness
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, PlayerEvent, Violation
from rehearsal.contract.operation import Breach
from rehearsal.wire.recorder import Exchange


@dataclass(eq=False, slots=True)
class ContractKept(Invariant):
    """What the wire says is held against the vendors' contracts, what the players tell against `events`."""

    slug = "contract-kept"
    rule = "Every request and answer on the wire keeps the contract."

    def on_exchange(self, exchange: Exchange) -> Iterable[Violation]:
        self.occasions += 1
        if not exchange.breaches:
            return NO_VIOLATION
        sides = {"request": exchange.caller}
        return [
            _violation(breach, sides.get(breach.side, exchange.callee), exchanges=(exchange.seq,))
            for breach in exchange.breaches
        ]

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        return [_violation(breach, event.who, events=(event.seq,)) for breach in event.breaches]


def _violation(
    breach: Breach, suspect: str, *, exchanges: tuple[int, ...] = (), events: tuple[int, ...] = ()
) -> Violation:
    about = {"operation": breach.operation or "", "side": breach.side, "pointer": breach.pointer}
    expected = f"{breach.expected} at {breach.pointer} of {breach.operation or 'an unknown operation'}"
    key = f"breach {suspect} {breach.side} {breach.operation} {breach.pointer} {breach.expected}"
    witness = Witness(exchanges, events, about=about)
    return Violation(key, suspect, expected, breach.seen, witness, breach.certainty)
