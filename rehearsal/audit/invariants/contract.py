"""Every request and answer on the wire keeps the contract."""

from __future__ import annotations

from collections.abc import Iterable

from rehearsal.audit.finding import Witness
from rehearsal.audit.invariant import Objection, Sight, Watcher
from rehearsal.wire.recorder import Exchange


class ContractKept(Watcher):
    """`contract-kept`."""

    number = 8
    rule = "Every request and answer on the wire keeps the contract."
    needs = frozenset({Sight.EXCHANGES})

    def see(self, exchange: Exchange) -> Iterable[Objection]:
        """Pass on what the contract objects to."""
        self.occasions += 1
        for breach in exchange.breaches:
            suspect = exchange.caller if breach.side == "request" else exchange.callee
            yield Objection(
                f"breach {suspect} {breach.side} {breach.operation} {breach.pointer} {breach.expected}",
                suspect,
                f"{breach.expected} at {breach.pointer} of {breach.operation or 'an unknown operation'}",
                breach.seen,
                Witness(
                    exchanges=(exchange.seq,),
                    about={"operation": breach.operation or "", "side": breach.side, "pointer": breach.pointer},
                ),
                breach.certainty,
            )
