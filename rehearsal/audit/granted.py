"""What the marketplace has said yes to, as the connector has heard: it need not be sent again."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from rehearsal.audit.claims import Claims, State
from rehearsal.audit.decision_ledger import DecisionLedger
from rehearsal.audit.event import EventName, PlayerEvent
from rehearsal.audit.outsiders import taken_on
from rehearsal.seats.port import Sight
from rehearsal.wire.recorder import Exchange

# What the staff say anew has to be sent, too, whatever was said before.
SAID_ANEW: Final = (EventName.DECISION_GIVEN, EventName.REFUND_REQUESTED, EventName.REFUND_RECORDED)

HARMLESS: Final = frozenset({"delay", "sparse", "unknown_fields"})  # faults after which an answer says the same
CAME_TO_NOTHING: Final = ("_REJECT", "_CANCEL", "_CANCELLED")

Standing = State | tuple[int, int]  # of a claim; of an order's claims, how many there are, and came to nothing


class Yes(NamedTuple):
    """A yes that the connector has heard: to which call, and how the claim, or the order's claims, stood then."""

    call: Exchange
    stood: Standing


@dataclass(slots=True)
class Granted:
    """The last yes to each thing that can be asked of a claim, or to be opened on an order."""

    _heard: dict[tuple[str, str], Yes] = field(default_factory=dict)  # by operation, and the claim or the order
    _in_doubt: set[str] = field(default_factory=set)  # claims and orders of which a call may have been in vain, or not
    _died: int = 0  # when the connector did last, by its place in the trace

    def on_event(self, event: PlayerEvent) -> None:
        """Forget what was granted to a connector that has died since, and what the staff have said something about."""
        if event.name == EventName.CONNECTOR_KILLED:
            self._in_doubt.update(subject for _, subject in self._heard)
            self._heard.clear()
            self._died = event.seq
        elif event.name in SAID_ANEW:
            self._forget(event.claim, event.order)

    def on_exchange(self, exchange: Exchange, claims: Claims) -> None:
        """Take note of a yes that the connector has heard; after what others have asked for none counts."""
        if taken_on(exchange) is not None:
            self._heard.clear()
        for key in _about(exchange):
            if not _is_heard(exchange) or exchange.seq < self._died:
                self._in_doubt.add(key[1])
            elif exchange.code == 0:
                self._heard[key] = Yes(exchange, _standing(claims, key[1]))

    def before(self, exchange: Exchange, claims: Claims, decisions: DecisionLedger) -> Exchange | None:
        """Return the call of which this is one more, although nothing has happened since and nothing more was asked.

        One that has an effect is no repetition.
        """
        for operation, subject in _about(exchange):
            yes, of_claim = self._heard.get((operation, subject)), subject in claims.by_id
            decided = decisions.hears(Sight.GOODS if of_claim else Sight.REFUNDS)
            if yes is None or subject in self._in_doubt or not decided:
                continue
            if _standing(claims, subject) != yes.stood:
                continue
            if not decisions.waits(subject) if of_claim else decisions.all_begun(subject):
                return yes.call
        return None

    def _forget(self, *subjects: str | None) -> None:
        for key in [key for key in self._heard if key[1] in subjects]:
            del self._heard[key]


def _standing(claims: Claims, subject: str) -> Standing:
    """Return how a claim stands, or how many claims there are on an order, and how many of them came to nothing."""
    claim = claims.by_id.get(subject)
    others = claims.of_order.get(subject, ())
    return claim.now if claim else (len(others), sum(one.now.status.endswith(CAME_TO_NOTHING) for one in others))


def _is_heard(exchange: Exchange) -> bool:
    """Return whether an answer has reached its caller as it was given, or as good as that."""
    met = set(exchange.fault.split(", ")) if exchange.fault else set()
    return exchange.status is not None and exchange.status < 500 and exchange.failure is None and met <= HARMLESS


def _about(exchange: Exchange) -> list[tuple[str, str]]:
    """Return what a call changes: its operation of any version, and the claim in its path or the order in its body."""
    if exchange.caller != "connector" or not exchange.writes or exchange.held_up or exchange.operation is None:
        return []
    subjects = exchange.subjects or ((exchange.order,) if exchange.order else ())
    return [(exchange.operation.partition("_")[0], subject) for subject in subjects]
