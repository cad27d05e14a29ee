"""What the marketplace has said yes to, as the connector has heard: it need not be sent again."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from rehearsal.audit.claims import Claims, State
from rehearsal.audit.decision_ledger import DecisionLedger, is_answer, question_of
from rehearsal.audit.event import MOVES, EventName, PlayerEvent
from rehearsal.audit.outsiders import taken_on
from rehearsal.seats.port import Question, Sight
from rehearsal.wire.recorder import Exchange

# What the staff say anew has to be sent, too, whatever was said before.
SAID_ANEW: Final = (EventName.DECISION_GIVEN, EventName.REFUND_REQUESTED, EventName.REFUND_RECORDED)
ANSWERING: Final = (*MOVES, EventName.DECISION_REFUSED)  # what comes of an answer to a claim

HARMLESS: Final = frozenset({"delay", "sparse", "unknown_fields"})  # faults after which an answer says the same
CAME_TO_NOTHING: Final = ("_REJECT", "_CANCEL", "_CANCELLED")

Standing = State | tuple[int, int]  # of a claim; of an order's claims, how many there are, and came to nothing


class Yes(NamedTuple):
    """A yes that the connector has heard: to which call, how the claim, or the order's claims, stood then.

    And which question of the marketplace's the call has answered, where that is known.
    """

    call: Exchange
    stood: Standing
    question: Question | None


@dataclass(slots=True)
class Granted:
    """The last yes to each thing that can be asked of a claim, or to be opened on an order."""

    _heard: dict[tuple[str, str], Yes] = field(default_factory=dict)  # by operation, and the claim or the order
    _in_doubt: set[str] = field(default_factory=set)  # claims and orders of which a call may have been in vain, or not
    _died: int = 0  # when the connector did last, by its place in the trace
    _answering: dict[str, Question] = field(default_factory=dict)  # by claim: what is answered in the call that goes on
    unheard: dict[Sight, None] = field(default_factory=dict)  # where the staff may have asked for what has come again

    def on_event(self, event: PlayerEvent) -> None:
        """Forget what was granted to a connector that has died since, and what the staff have said something about."""
        if event.name == EventName.CONNECTOR_KILLED:
            self._in_doubt.update(subject for _, subject in self._heard)
            self._heard.clear()
            self._died = event.seq
        elif event.name in SAID_ANEW:
            self._forget(event.claim, event.order)
        elif event.name in ANSWERING and event.claim and event.by_connector and is_answer(event.action):
            self._answering[event.claim] = question_of(event.action)

    def on_exchange(self, exchange: Exchange, claims: Claims) -> None:
        """Take note of a yes that the connector has heard; after what others have asked for none counts."""
        if taken_on(exchange) is not None:
            self._heard.clear()
        for key in _about(exchange):
            if not _is_heard(exchange) or exchange.seq < self._died:
                self._in_doubt.add(key[1])
            elif exchange.code == 0:
                question = self._question(exchange, key)
                self._heard[key] = Yes(exchange, _standing(claims, key[1]), question)
        if exchange.callee == "marketplace":
            self._answering.clear()

    def before(self, exchange: Exchange, claims: Claims, decisions: DecisionLedger) -> Exchange | None:
        """Return the call of which this is one more, although nothing has happened since and nothing more was asked.

        One that has an effect is no repetition; nor is one for which the staff may have asked where nobody hears them.
        """
        for key in _about(exchange):
            yes, subject, of_claim = self._heard.get(key), key[1], key[1] in claims.by_id
            if yes is None or subject in self._in_doubt or not decisions.heard:
                continue
            if _standing(claims, subject) != yes.stood:
                continue
            if decisions.waits(subject) if of_claim else not decisions.all_begun(subject):
                continue
            sight = Sight.GOODS if of_claim else Sight.REFUNDS
            if decisions.hears(sight) or self._question(exchange, key) is Question.REQUEST:
                return yes.call
            self.unheard[sight] = None
        return None

    def _question(self, exchange: Exchange, key: tuple[str, str]) -> Question | None:
        """Return which question a call answers: what comes again under its key is the same answer."""
        yes = self._heard.get(key)
        again = yes.question if yes is not None and exchange.key is not None and exchange.key == yes.call.key else None
        return self._answering.get(key[1], again)

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
