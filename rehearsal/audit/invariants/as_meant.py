"""What reaches the marketplace is what the seller's staff meant; what the OMS is told is what the marketplace says.

Whether there was a decision at all, and for which sum, is `executed-once`'s; this is about how it was carried out.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from rehearsal.audit.decision_ledger import is_answer, is_rejection, question_of
from rehearsal.audit.event import MOVES, REQUESTS, EventName
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, PlayerEvent, Quiescence, Violation
from rehearsal.audit.invariants.answers import Answers
from rehearsal.audit.invariants.as_shown import judge_listed, judge_order, judge_row
from rehearsal.audit.invariants.as_told import NOT_RECEIVED, Told
from rehearsal.seats.port import Capability, Question
from rehearsal.sums import Sum
from rehearsal.wire.recorder import Exchange

# ChannelAdvisor's reasons, which say nothing of how the marketplace calls them.
CHANNELADVISOR: Final = re.compile(r"[A-Z][A-Za-z]+")
# Why goods are refused has a number at the marketplace, the same in every market (D22).
PARCEL_REASON: Final = re.compile(r"reverse_reject_return_parcel_reason_(\d)(?:_[a-z]+)?")
NUMBERS: Final[Mapping[str, str]] = {
    # what the warehouse found, or did not
    "WRONG_ITEM": "1",
    "USED": "2",
    "AS_SOLD": "2",
    "MISSING_PARTS": "3",
    NOT_RECEIVED: "4",
    "DAMAGED": "5",
}


# What the marketplace's reason has to say of what the seller starts, for ChannelAdvisor's: in the US, whose lists are
# documented (S19), and where all of an order is called off (S18).
US_DOLLARS: Final = "USD"
SAYS: Final[Mapping[tuple[str, str], re.Pattern[str]]] = {
    (EventName.RETURN_REQUESTED, NOT_RECEIVED): re.compile(r"not_received|lost|failed|miss"),
    (EventName.CANCELLATION_REQUESTED, "BuyerCancelled"): re.compile(r"buyer"),
    (EventName.CANCELLATION_REQUESTED, "ShippingAddressUndeliverable"): re.compile(r"address"),
}
CALLED_OFF: Final = ("CANCELLATION_REQUEST_SUCCESS", "CANCELLATION_REQUEST_COMPLETE")
NOT_THERE: Final = re.compile(r"not_received|lost|delivery_failed")
_OTHER: Final = {Question.REQUEST: Question.GOODS, Question.GOODS: Question.REQUEST}
# What the marketplace says to what makes no sense at any time, whatever has happened meanwhile.
SENSELESS: Final[Mapping[int, str]] = {
    25001001: "a parameter that is not valid, such as a sum in another currency",
    25020004: "a decision that is not for this kind of request, or that lacks what it needs",
    98001004: "words to the buyer that are too long",
}
MADE_UNREADABLE: Final = "unreadable_item"  # the fault after which the OMS has read less than it was told, or nonsense
NO_REASON: Final = (25001014, 25001015, 25001016, 25001020)  # it does not take a reason of this name there


@dataclass(frozen=True, slots=True)
class _Wrong:
    """In what way a thing departs from what was meant or said."""

    what: str
    expected: str
    seen: str


@dataclass(eq=False, slots=True)
class AsMeant(Invariant):
    """Judged move by move at the marketplace, reading by reading at the OMS, and once more at rest."""

    slug = "as-meant"
    rule = (
        "What reaches the marketplace is what the staff meant, and what the OMS is told is what the marketplace says."
    )
    needs = frozenset({Capability.STAFF_DECIDES})
    needs_at_rest = frozenset({Capability.STAFF_SEES})
    parts = MappingProxyType({"whether what the OMS is told is what the marketplace says": needs_at_rest})

    _decided: dict[tuple[str, str], PlayerEvent] = field(default_factory=dict)  # by claim and question
    _answers: Answers = field(default_factory=Answers)
    _asked: dict[str, dict[str, PlayerEvent]] = field(default_factory=lambda: defaultdict(dict))  # by order and case
    _wishes: dict[str, dict[str, PlayerEvent]] = field(default_factory=lambda: defaultdict(dict))  # refunds, likewise
    _moves: list[tuple[PlayerEvent, Exchange | None]] = field(default_factory=list)
    _told: Told = field(default_factory=Told)
    _to_compare: dict[str, None] = field(default_factory=dict)
    _turned_down: set[int] = field(default_factory=set)  # what was decided and refused: another answer may follow it
    _misread: bool = False  # by the OMS, in its present pull: nothing is held against what it has read
    _lacking: set[str] = field(default_factory=set)  # claims that were there then: it may lack a line of them for good

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Note what is meant and what happens; judge what the OMS reads."""
        if event.name == EventName.DECISION_GIVEN:
            self._answers.give(event)
            self._decided[event.claim or "", event.question] = event
        elif event.name == EventName.REFUND_REQUESTED:
            self._asked[event.order][event.adjustment] = event
            self._wishes[event.order][event.adjustment] = event
        elif event.name == EventName.REFUND_RECORDED:
            self._wishes[event.order][event.adjustment] = event
        elif event.name == EventName.ORDER_PLACED:
            self._told.placed(event)
        elif event.name in (EventName.ORDER_STATUS_CHANGED, EventName.ADDRESS_CHANGED):
            self._told.changed(event)
        elif event.name == EventName.ORDER_HINTED:
            self.occasions += 1
            return self._told.hinted(event)
        elif event.name == EventName.PARCELS_READ:
            self.occasions += 1
            return self._told.parcels(event, self.limits)
        elif event.name == EventName.CASE_SEEN and (claim := self.claims.by_id.get(event.claim or "")):
            if not self._misread:
                self.occasions += 1
                return judge_order(claim, event.order, event.adjustment, event.seq)
        elif event.name in (EventName.ORDER_READ, EventName.ADJUSTMENT_READ):
            if self._misread:
                return NO_VIOLATION
            self.occasions += 1
            asked = self._asked[event.order].get(event.adjustment) if event.asked else None
            restock = asked.restock if asked else None
            reason = asked.reason if asked and not _names_key(asked.reason) else ""
            return self._told.read(
                event,
                self.claims,
                self.limits,
                reason=reason,
                restock=restock,
                wish=self._wishes.get(event.order, {}).get(event.adjustment),
                answers=self._answers,
                wished=self.decisions.outsiders.have_asked(event.order),
            )
        elif event.name == EventName.CONNECTOR_KILLED:
            self._answers.died(event.at)
        elif event.name == EventName.DEADLINE_LAPSED and event.whom == "seller":
            self._answers.lapsed(event, self.claims, self.limits)
        elif event.name == EventName.DECISION_REFUSED and event.by_connector:
            self._answers.overtaken(event)
            self._moves.append((event, None))
        elif (claim := self.claims.by_id.get(event.claim or "")) and event.who == "marketplace":
            self._to_compare[claim.id] = None
            if event.by_connector and (event.name in MOVES or (event.name in REQUESTS and event.role == "SELLER")):
                self._moves.append((event, None))
        return NO_VIOLATION

    def on_exchange(self, exchange: Exchange) -> Iterable[Violation]:
        """Learn who made the moves; an outsider is no connector of ours."""
        if self._moves and exchange.callee == "marketplace":
            known = [(event, of or exchange) for event, of in self._moves]
            for event, of in known:
                if of.outside:
                    self._answers.overtaken(event)
                elif event.name == EventName.DECISION_REFUSED:
                    self._answers.refused(event, self.claims, self.limits)
            self._moves = [(event, of) for event, of in known if not of.outside]
        self._answers.take(exchange)
        if exchange.caller == "oms" and MADE_UNREADABLE in (exchange.fault or ""):
            self._misread = True
            self._lacking.update(self.claims.by_id)
        if not exchange.writes or (exchange.caller, exchange.callee) != ("connector", "marketplace"):
            return NO_VIOLATION
        self._answers.sent(exchange)
        what = SENSELESS.get(exchange.code or 0)
        return [self._senseless(exchange, what)] if what else NO_VIOLATION

    def _senseless(self, exchange: Exchange, what: str) -> Violation:
        """Return what is wrong with a call that nobody can have meant."""
        claim = next((one for one in exchange.subjects if one in self.claims.by_id), "")
        expected = "a call that the marketplace can make sense of"
        seen = f"{exchange.operation} refused with {exchange.code}: {what}"
        key = f"senseless {exchange.operation} {exchange.code} {claim or exchange.seq}"
        return Violation.of(key, expected, seen, {"claim": claim, "what": "call"}, call=exchange)

    def after_act(self, now: datetime) -> Iterable[Violation]:
        """Hold the act's moves against what was meant, and the sums that were read against the marketplace's."""
        for event, exchange in self._moves:
            for meant, wrong in self._wrong(event):
                found = _departs(event, exchange, meant, wrong)
                yield replace(found, unless_by_default=event.order) if meant.seq in self._turned_down else found
        self._moves, self._misread = [], False
        yield from self._told.sums(self.claims, self.limits, now, self._lacking)

    def _wrong(self, event: PlayerEvent) -> Iterable[tuple[PlayerEvent, _Wrong]]:
        if event.name in REQUESTS:
            asked = list(self._asked[event.order].values())
            if asked and not self.decisions.outsiders.have_asked(event.order):
                self.occasions += 1
                first = min(wish.at for wish in self._wishes[event.order].values())
                troubled = self.limits.met(event.shop, first, event.at)  # the same may have been begun as a part
                whole = not troubled and self._told.is_whole(event.order, {*event.units, *self._called_off(event)})
                yield from _not_asked(event, asked, whole=whole, there=self._told.is_there(event, self.limits))
            return
        question, claim = question_of(event.action), event.claim or ""
        refused = event.name == EventName.DECISION_REFUSED
        meant = self._decided.get((claim, question)) if is_answer(event.action) else None
        other = self._decided.get((claim, _OTHER[question])) if refused else None
        if meant is None and other is not None:
            yield other, _Wrong("step", f"an answer to the question of the {_OTHER[question]}", event.action)
        if meant is not None and not refused:
            del self._decided[claim, question]
        if meant is not None and (meant.decision == "reject") == is_rejection(event.action):
            self.occasions += 1
            for wrong in _otherwise(event, meant, question):
                yield meant, wrong
            if event.code in NO_REASON and not _names_key(meant.reason):
                yield meant, _Wrong("reason", "a reason that the marketplace takes for this", event.reason or "none")
        if meant is not None and refused:
            self._turned_down.add(meant.seq)

    def _called_off(self, event: PlayerEvent) -> Iterable[str]:
        """Yield the units of the order that have been called off before, as the connector did or has read."""
        for claim in self.claims.of_order.get(event.order, ()):
            before = claim.before(event.seq)
            if claim.kind == "cancellations" and before is not None and before.status in CALLED_OFF:
                read = self.claims.read(claim, event.seq)
                if before.ours or (read is not None and read.status in CALLED_OFF):
                    yield from claim.units

    def at_quiescence(self, state: Quiescence) -> Iterable[Violation]:
        """Hold what stands before the staff against what the marketplace says now."""
        rows = {row.return_id or row.cancel_id: row for row in state.adjustments}
        for id_ in self._to_compare:
            row, claim = rows.get(id_), self.claims.by_id[id_]
            if row is not None:
                yield from judge_order(claim, row.order_id, row.id)
            if row is not None and not claim.by_seller:
                yield from judge_row(row, claim, self.limits)
        for order_id in dict.fromkeys(self.claims.by_id[id_].order_id for id_ in self._to_compare):
            yield from judge_listed(order_id, state.overview(order_id), self.claims.of_order[order_id], self.limits)
        self._to_compare.clear()


def _not_asked(
    event: PlayerEvent, asked: list[PlayerEvent], *, whole: bool, there: bool
) -> Iterable[tuple[PlayerEvent, _Wrong]]:
    """Return in what way a claim of the seller's is none of those that the OMS has asked for."""
    if event.kind_of_return not in ("", "REFUND"):
        yield asked[-1], _Wrong("step", "a refund, for which nothing comes back", event.kind_of_return)
    units = {*event.units}
    fitting = [one for one in asked if not one.units or units.issubset(one.units)]  # without units it is of all
    if not fitting:
        wanted = " or ".join(", ".join(sorted({*one.units})) for one in asked)
        yield asked[-1], _Wrong("units", f"a refund of the units {wanted}", ", ".join(sorted(units)))
    elif not any(not _names_key(one.reason) or one.reason == event.reason for one in fitting):
        yield fitting[-1], _Wrong("reason", f"the reason {fitting[-1].reason}", event.reason)
    elif not any(_says(event, one.reason, whole=whole) for one in fitting):
        expected = f"the marketplace's reason for {fitting[-1].reason}"
        yield fitting[-1], _Wrong("reason", expected, event.reason or "none")
    elif there and NOT_THERE.search(event.reason) and not any(_may_be_lost(one.reason) for one in fitting):
        yield fitting[-1], _Wrong("reason", "a reason for goods that have reached the buyer", event.reason)


def _may_be_lost(reason: str) -> bool:
    """Return whether who gives this reason says that the goods are not there, or names the marketplace's own."""
    return reason == NOT_RECEIVED or _names_key(reason)


def _says(event: PlayerEvent, reason: str, *, whole: bool) -> bool:
    """Return whether the marketplace's reason says what ChannelAdvisor's does, or nobody knows what would."""
    says = SAYS.get((event.name, reason)) if event.currency == US_DOLLARS else None
    if says is None or (event.name == EventName.CANCELLATION_REQUESTED and not whole):
        return True
    return says.search(event.reason) is not None


def _otherwise(event: PlayerEvent, meant: PlayerEvent, question: Question) -> Iterable[_Wrong]:
    """Return in what way a decision has been carried out otherwise than it was meant."""
    if event.words != meant.words:
        said = "the words to the buyer that the staff wrote" if meant.words else "no words to the buyer"
        yield _Wrong("words", said, "others" if event.words and meant.words else "some" if event.words else "none")
    if event.action == "DIRECT_REFUND":
        yield _Wrong("goods", "the goods to come back before the money goes", "the buyer keeps the goods")
    if not is_rejection(event.action):
        return
    sent = PARCEL_REASON.fullmatch(event.reason)
    number = NUMBERS.get(meant.reason) or NUMBERS.get(meant.grade)
    if _names_key(meant.reason):
        if event.reason != meant.reason:
            yield _Wrong("reason", f"the reason {meant.reason}", event.reason or "none")
    elif question is Question.GOODS and sent and number and sent[1] != number:
        found = meant.reason or meant.grade
        yield _Wrong("reason", f"the marketplace's reason number {number}, for {found}", event.reason)


def _names_key(reason: str) -> bool:
    return bool(reason) and not CHANNELADVISOR.fullmatch(reason)


def _departs(event: PlayerEvent, exchange: Exchange | None, meant: PlayerEvent, wrong: _Wrong) -> Violation:
    about = {**event.about, "adjustment_id": meant.adjustment, "what": wrong.what}
    key, seqs = f"{wrong.what} {event.claim} {event.seq}", (meant.seq, event.seq)
    money = {} if event.refund_total is None else {"refund": Sum(event.refund_total, event.currency)}
    return Violation.of(key, wrong.expected, wrong.seen, about, *seqs, call=exchange, money=money)
