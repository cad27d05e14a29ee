"""What the connector writes about itself shows no secret and nothing of a buyer."""

from collections.abc import Iterable
from dataclasses import dataclass

from rehearsal.audit.event import LogLine
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, Violation
from rehearsal.seats.port import Capability
from rehearsal.wire.recorder import Exchange


@dataclass(eq=False, slots=True)
class NothingLeaks(Invariant):
    """Each line of the connector's output is judged; what is recorded of the wire was redacted before.

    Each of its calls carries what it must not write down, so a connector that calls and writes nothing has kept it.
    """

    slug = "nothing-leaks"
    rule = "No secret, token or buyer's address appears in a log, an order's history or a trace export."
    needs = frozenset({Capability.OUTPUT})

    def on_exchange(self, exchange: Exchange) -> Iterable[Violation]:
        self.occasions += exchange.caller == "connector"
        return NO_VIOLATION

    def on_line(self, line: LogLine) -> Iterable[Violation]:
        self.occasions += 1
        if line.shows:
            shown, expected = " and ".join(line.shows), "no secret and nothing of a buyer in a log or a history"
            yield Violation.of(f"{shown} {line.text}", expected, f"{shown} in {line.where}", {"line": line.text})
