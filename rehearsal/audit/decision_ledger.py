"""What the OMS decides, and what is then done at the marketplace in the seller's name: paired, claim by claim.

The seller has two doors. Who comes through Seller Center is a person and decides as they please; who comes through the
Open API is the connector and may only carry out what the OMS has decided. A decision that the connector may have
received may be carried out from the moment it was given, even where no answer came back and the OMS keeps it; that
something else is done does not contradict it then, but is done in the seller's place, as by default (D22).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from rehearsal.audit.claims import summed
from rehearsal.audit.event import MOVES, OPEN_API, REQUESTS, EventName, PlayerEvent
from rehearsal.audit.outsiders import Outsiders
from rehearsal.seats.port import AdjustmentRow, Question, Sight, tells
from rehearsal.sums import Sum, coin
from rehearsal.wire.recorder import Exchange

APPROVING: Final = frozenset({
    "APPROVE_REFUND", "APPROVE_RETURN", "APPROVE_RECEIVED_PACKAGE", "APPROVE_REPLACEMENT",
    "ISSUE_REPLACEMENT_REFUND", "OFFER_PARTIAL_REFUND", "DIRECT_REFUND",
    "APPROVE_CANCELLATION", "APPROVE_CANCEL", "APPROVE",
})  # fmt: skip

OFFER: Final = "OFFER_PARTIAL_REFUND"
PLAIN_YES: Final = APPROVING - {OFFER, "DIRECT_REFUND", "ISSUE_REPLACEMENT_REFUND"}  # those are more than was asked
ZERO: Final = Decimal("0.00")
SAYING: Final = ("stage", "oms")  # who calls the connector to say what the staff have decided

ON_ITS_WAY: Final = ("Submitted", "Pending", "Processing")  # a RequestStatus while what was decided is not settled

# The marketplace's states in which the seller is asked for this answer.
ASKS: Final[Mapping[str, tuple[str, ...]]] = {
    "request": ("_PENDING",),
    "goods": ("AWAITING_BUYER_SHIP", "BUYER_SHIPPED_ITEM"),
}


@dataclass(slots=True)
class Decision:
    """The OMS's answer to one question about one claim."""

    adjustment_id: str
    claim: str
    order_id: str
    question: str
    verdict: str  # approve | partial | instead (of a replacement) | reject
    amount: Decimal | None
    currency: str
    seq: int
    kept: bool = False  # the OMS does not know whether the connector has it
    done: bool = False  # the connector has moved the claim
    overtaken: bool = False  # somebody else has
    failed: bool = False  # in a person's sight

    @property
    def owed(self) -> bool:
        return not (self.kept or self.done or self.overtaken)

    def __str__(self) -> str:
        of = f" of {Sum(self.amount, self.currency)}" if self.verdict == "partial" and self.amount is not None else ""
        return f"{self.verdict}{of}"


GRANTED: Final = ("_SUCCESS", "_COMPLETE")
DIVIDED: Final = ("shipping", "tax", "shipping_tax")  # among the units of an order


@dataclass(slots=True)
class Request:
    """A refund that the OMS asked for by itself."""

    adjustment_id: str
    order_id: str
    seq: int
    amount: Decimal
    currency: str
    accepted: bool
    rounding: Decimal  # by which an OMS that reckons by itself can be off
    kept_back: Decimal  # what the platform keeps, as far as an OMS that names goods has it in the sum
    failed: bool = False  # in a person's sight
    gave_way: Decimal = ZERO  # to buyers' claims on the same units, which go first
    shown: Decimal | None = None  # the staff see that so much of it is left


@dataclass(slots=True)
class _Account:
    """What of one order the OMS asked to be refunded, and what the connector has refunded unasked by a buyer."""

    requests: dict[str, Request] = field(default_factory=dict)
    claims: list[str] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    refunded: Decimal = ZERO
    called_off: Decimal = ZERO
    elsewhere: Decimal = ZERO  # in Seller Center, unknown to the OMS when it asked: so much less there was to refund
    shared: int = 1  # how many parts of a unit's price are its share of the order's, as an OMS reckons by itself
    rounding: Decimal = ZERO
    paid: dict[str, Decimal] = field(default_factory=dict)  # for each unit
    stays: dict[str, Decimal] = field(default_factory=dict)  # of that with the platform, whoever gives back
    to_buyers: Decimal = ZERO  # on their own claims, unknown to the OMS when it asked
    unread: dict[str, Decimal] = field(default_factory=dict)  # what a claim has come to, till the OMS reads of it

    @property
    def asked(self) -> Decimal:
        return sum((request.amount for request in self.requests.values()), ZERO)

    @property
    def owed(self) -> Decimal:
        """Return the sum of what the connector has taken on and has not failed at."""
        standing = (one for one in self.requests.values() if one.accepted and not one.failed)
        return sum((one.amount - one.gave_way for one in standing), ZERO)

    @property
    def kept_back(self) -> Decimal:
        return sum((request.kept_back for request in self.requests.values()), ZERO)

    def fee_in(self, asked: Decimal, units: Sequence[str]) -> Decimal:
        """Return how much of what the platform keeps is in a sum: what is above the price of these units, or of all."""
        of = units or tuple(self.paid)
        fee = sum((self.stays.get(unit, ZERO) for unit in of), ZERO)
        left = sum((self.paid.get(unit, ZERO) for unit in of), ZERO) - fee - self.refunded - self.called_off
        return min(fee, max(asked - max(left, ZERO), ZERO))

    def coins(self, event: PlayerEvent) -> Decimal:
        """Return by how much can be off what is reckoned unit by unit, of an event's units."""
        return coin(event.currency) * self.shared * len(event.units)


@dataclass(slots=True)
class _Claim:
    status: str = ""
    asked: Decimal | None = None
    currency: str = ""
    by_seller: bool = False
    granted: bool = False


@dataclass(frozen=True, slots=True)
class Departure:
    """A move through the Open API that is not what the OMS decided; `decision` is None where it decided nothing."""

    order_id: str
    claim: str
    decision: Decision | None
    expected: str
    seen: str
    money: Mapping[str, Sum]
    events: tuple[int, ...]
    exchange: Exchange | None = None
    in_sellers_place: bool = False  # an answer to a buyer that nobody decided

    @property
    def approves_a_rejection(self) -> bool:
        """Return whether the OMS said no and the marketplace heard yes."""
        return self.decision is not None and self.decision.verdict == "reject"


class DecisionLedger:
    """Follows decisions and moves: fed once, read by every invariant that needs it."""

    def __init__(self) -> None:
        self.unheard: frozenset[Sight] = frozenset()  # what the staff do without the stage's hearing of it
        self.unpaid: dict[str, Request] = {}  # refunds of the OMS's own, until they are seen to be in hand
        self._accounts: dict[str, _Account] = defaultdict(_Account)
        self._decisions: dict[tuple[str, str], Decision] = {}
        self._waiting: dict[tuple[str, str], Decision] = {}
        self._claims: dict[str, _Claim] = defaultdict(_Claim)
        self._departures: list[Departure] = []
        self.oms_waits = False  # for an answer, and it may have asked for more than it has said
        self.outsiders = Outsiders()
        self._told_since: int | None = None  # where the staff, or their OMS, have begun to say what is told next
        self.heard = True  # the stage hears what the staff decide

    def hears(self, sight: Sight) -> bool:
        """Return whether the stage hears what the staff do there."""
        return self.heard and sight not in self.unheard

    def on_event(self, event: PlayerEvent) -> None:
        """Take note of decisions, and of moves with what is odd about them."""
        departure: Departure | None = None
        self.outsiders.on_event(event)
        if event.name == EventName.ORDER_PLACED:
            paid = {**summed(event.parts.values()), **event.stated}
            account = self._accounts[event.order]
            account.shared = max(sum(1 for part in DIVIDED if paid.get(part)), 1)
            account.paid, account.stays = event.lines, event.stays
        elif event.name == EventName.DECISION_GIVEN:
            self._decided(event)
        elif event.name == EventName.REFUND_REQUESTED:
            self._refund_asked(event)
        elif event.name == EventName.ADJUSTMENT_READ:
            self._accounts[event.order].unread.pop(event.claim or "", None)
        elif event.claim is not None and event.name in REQUESTS:
            departure = self._asked(event, event.claim)
        elif event.claim is not None and event.name in MOVES:
            departure = self._moved(event, event.claim)
        if departure is not None:
            self._departures.append(departure)

    def on_exchange(self, exchange: Exchange) -> None:
        """Learn who made the move; an outsider is no connector of ours, and one that decides is another OMS."""
        self.outsiders.on_exchange(exchange)
        if exchange.callee != "marketplace":
            if exchange.writes and not exchange.outside and exchange.caller in SAYING:
                begun = self._told_since
                self._told_since = exchange.seq if begun is None else min(begun, exchange.seq)
        elif self._departures:
            known = [replace(one, exchange=one.exchange or exchange) for one in self._departures]
            self._departures = [one for one in known if one.exchange is None or not one.exchange.outside]

    def act_judged(self) -> None:
        """Begin the next act: what departed in this one has been judged, unless that is put off."""
        if not self.oms_waits:
            self._departures, self._told_since = [], None

    def departures(self) -> list[Departure]:
        """Return what departed in this act; nothing yet while the OMS may still say that it asked for that."""
        if self.oms_waits:
            return []
        return [one for one in self._departures if one.decision is not None or not self._is_outsiders(one)]

    def _is_outsiders(self, one: Departure) -> bool:
        """Return whether somebody outside has asked the connector for what none of the staff has decided."""
        if not one.in_sellers_place:
            return self.outsiders.have_asked(one.order_id)
        return self.outsiders.have_answered(one.claim, question_of(one.seen), rejects=is_rejection(one.seen))

    def hold_back(self, order_id: str) -> bool:
        """Return whether a refund that was asked for may have to wait for the buyers' claims on an order."""
        return any(one.order_id == order_id for one in self.unpaid.values()) or self.outsiders.wait(order_id)

    def owed(self) -> list[Decision]:
        """Return the decisions that wait to be carried out, of questions that the marketplace still asks."""
        self._waiting = {key: decision for key, decision in self._waiting.items() if decision.owed}
        return [one for one in self._waiting.values() if self.asks(one.claim, one.question)]

    def kept(self, claim: str) -> bool:
        """Return whether the staff have decided something about a claim that the connector has not been told."""
        return any(decision.kept for decision in self._given(claim))

    def done(self, claim: str, question: str) -> bool:
        """Return whether the connector has carried out what the staff decided on this, and nothing has moved since."""
        decision = self._decisions.get((claim, question))
        return decision is not None and decision.done

    @property
    def owing(self) -> bool:
        """Return whether a decision or a refund waits to be carried out, and has not failed in a person's sight."""
        waits = any(not decision.failed for decision in self.owed())
        return waits or any(self.missing(one.order_id) for one in self.unpaid.values())

    def staff_see(self, rows: Iterable[AdjustmentRow]) -> None:
        """Learn from what the staff see now what has failed, and how much is left of what they asked for."""
        seen = {row.id: row for row in rows}
        waiting: list[Decision | Request] = [*self._waiting.values(), *self.unpaid.values()]
        for one in waiting:
            row = seen.get(one.adjustment_id)
            one.failed = row is not None and has_failed(row)
        for identity, request in self.unpaid.items():
            if (row := seen.get(identity)) is not None and tells(row, "amount"):
                self._gives_way(request, row.amount)

    def status(self, claim: str) -> str:
        """Return where a claim stands at the marketplace; an empty text where nothing is known of it."""
        return self._claims[claim].status if claim in self._claims else ""

    def started_by_seller(self, claim: str | None) -> bool:
        """Return whether the marketplace has this claim from the seller."""
        return claim is not None and claim in self._claims and self._claims[claim].by_seller

    def carried_out(self, order_id: str) -> Decimal:
        """Return how much the connector has refunded of an order for the OMS."""
        account = self._accounts[order_id]
        return account.refunded + account.called_off

    def missing(self, order_id: str) -> Decimal:
        """Return how much of what the OMS asked for on an order has not even been begun."""
        account = self._accounts[order_id]
        short = account.owed - self.carried_out(order_id) - account.elsewhere
        return short if short > account.rounding + account.kept_back else ZERO

    def all_begun(self, order_id: str) -> bool:
        """Return whether the connector has begun each refund that was asked for on an order, taken on or not."""
        account = self._accounts[order_id]
        short = account.asked - self.carried_out(order_id) - account.rounding - account.kept_back
        each = len(account.claims) >= len(account.requests)
        return short <= ZERO and each and not self.outsiders.have_asked(order_id)

    def waits(self, claim: str) -> bool:
        """Return whether the staff have decided something on a claim that is not carried out, be it given too early."""
        return any(not decision.done for decision in self._given(claim))

    def _given(self, claim: str) -> list[Decision]:
        return [self._decisions[claim, question] for question in Question if (claim, question) in self._decisions]

    def _gives_way(self, request: Request, shown: Decimal) -> None:
        """Take note that less is shown of a request than was asked for: right as far as buyers got it meanwhile."""
        account = self._accounts[request.order_id]
        request.shown = shown
        others = sum((one.gave_way for one in account.requests.values() if one is not request), ZERO)
        request.gave_way = min(max(request.amount - shown, ZERO), max(account.to_buyers - others, ZERO))

    def left_nothing(self, request: Request) -> bool:
        """Return whether others have got all that was asked for, and the staff see that nothing of it is left."""
        account = self._accounts[request.order_id]
        return request.shown == ZERO and request.amount - request.gave_way - account.elsewhere <= request.rounding

    def asks(self, claim: str, question: str) -> bool:
        """Return whether the marketplace asks the seller this about a claim, as far as is known."""
        status = self.status(claim)
        return not status or status.endswith(ASKS[question])

    def _refund_asked(self, event: PlayerEvent) -> None:
        account = self._accounts[event.order]
        about = event.adjustment, event.order, event.seq
        asked = event.amount or ZERO
        off = account.coins(event), account.fee_in(asked, event.units)
        request = Request(*about, asked, event.currency, event.accepted, *off)
        account.requests[event.adjustment] = request
        for claim, total in account.unread.items():
            if self._claims[claim].by_seller:
                account.elsewhere += total
            else:
                self._claims[claim].granted = True
                account.to_buyers += total
        account.unread.clear()
        self._told_since = None
        account.events.append(event.seq)
        if request.accepted:
            self.unpaid[event.adjustment] = request
        known, meanwhile = self._departures, account.refunded <= account.asked + account.rounding
        self._departures = []
        for one in known:
            if one.order_id != event.order or one.decision or one.in_sellers_place:
                self._departures.append(one)
            elif not meanwhile:  # what was paid while this was asked for is that, unless it is more
                anew = _unasked(account, event.currency, one.order_id, one.claim, one.seen)
                self._departures.append(replace(anew, exchange=one.exchange))

    def _decided(self, event: PlayerEvent) -> None:
        claim = event.claim or event.adjustment
        question = event.question or Question.REQUEST
        decision = Decision(
            event.adjustment,
            claim,
            event.order,
            question,
            event.decision,
            event.amount,
            event.currency or self._claims[claim].currency,  # who knows of the parcel alone has not read it
            event.seq,
            kept=not event.accepted,
            overtaken=not self.asks(claim, question),
        )
        before = self._decisions.get((claim, question))
        if before is not None and before.kept and before.verdict == decision.verdict:
            before.kept = decision.kept  # told again, now that the connector has answered
        else:
            before = self._decisions[claim, question] = decision
        known, self._departures = self._departures, []
        for one in known:
            if not _answers(one, decision):
                self._departures.append(one)
            elif _carries_out(decision, one.seen, _offered(one), self._claims[claim].asked):
                before.done = True
            elif decision.kept or self._told_since is None or one.events[-1] < self._told_since:
                self._departures.append(one)
            else:
                before.done = True
                self._departures.append(_contradicts(one, decision))
        self._told_since = None
        if before.owed:
            self._waiting[claim, question] = before

    def _asked(self, event: PlayerEvent, claim_id: str) -> Departure | None:
        total = event.refund_total or ZERO
        by_seller = event.role == "SELLER"
        self._claims[claim_id] = _Claim(event.status, total, event.currency, by_seller)
        if not by_seller:
            return None
        account = self._accounts[event.order]
        if (event.by or OPEN_API) != OPEN_API:
            if account.requests:
                account.elsewhere += total
            else:
                account.unread[claim_id] = total
            return None
        account.claims.append(claim_id)
        account.events.append(event.seq)
        account.rounding += account.coins(event)  # the marketplace pays unit by unit
        if event.name == EventName.CANCELLATION_REQUESTED:
            account.called_off += total
            if account.requests or Sight.REFUNDS in self.unheard:
                return None  # before anything ships a refund of a part is a cancellation of the whole
            seen = f"{Sum(total, event.currency)} called off"
            return _unasked(account, event.currency, event.order, claim_id, seen)
        account.refunded += total
        most = account.asked + (account.rounding if account.requests else ZERO)
        if Sight.REFUNDS in self.unheard or account.refunded <= most:
            return None
        seen = f"{Sum(account.refunded, event.currency)} paid back in {_counted(account.claims)}"
        return _unasked(account, event.currency, event.order, claim_id, seen)

    def _moved(self, event: PlayerEvent, claim_id: str) -> Departure | None:
        claim, action = self._claims[claim_id], event.action
        changed, claim.status = event.status != claim.status, event.status
        account = self._accounts[event.order]
        if not claim.by_seller and not claim.granted and event.status.endswith(GRANTED):
            if account.requests:
                claim.granted = True
                account.to_buyers += event.refund_total or ZERO
            else:
                account.unread[claim_id] = event.refund_total or ZERO
        if not event.by_connector or claim.by_seller:
            if changed:
                self._overtaken(claim_id)
            return None
        if not is_answer(action):
            return None
        question = question_of(action)
        decision = self._decisions.get((claim_id, question))
        if decision is None and question is Question.GOODS and Sight.GOODS in self.unheard:
            return None
        if decision is None or decision.done:
            return self._departure(event, "nothing, as the OMS has not decided", action)
        offered = event.offer or ZERO
        if not (fits := _carries_out(decision, action, offered, claim.asked)) and decision.kept:
            expected = f"nothing, as no answer says that the decision ({decision}) has arrived"
            return self._departure(event, expected, action)
        decision.done = True
        return None if fits else _contradicts(self._departure(event, "", action), decision)

    def _overtaken(self, claim: str) -> None:
        for decision in self._given(claim):
            if decision.done:
                del self._decisions[claim, decision.question]  # whoever asks again is to be answered anew
            elif not self.asks(claim, decision.question):
                decision.overtaken = True

    def _departure(self, event: PlayerEvent, expected: str, action: str) -> Departure:
        """Return a move that nobody has decided."""
        claim = event.claim or ""
        sums = {"asked": self._claims[claim].asked, "offered": event.offer}
        money = {what: Sum(amount, event.currency) for what, amount in sums.items() if amount is not None}
        return Departure(event.order, claim, None, expected, action, money, (event.seq,), in_sellers_place=True)


def question_of(action: str) -> Question:
    """Return what the seller was asked to which this is an answer."""
    return Question.GOODS if action.endswith("RECEIVED_PACKAGE") else Question.REQUEST


def has_failed(row: AdjustmentRow) -> bool:
    """Return whether a case has failed in a person's sight; an error may be an older one while it is on its way."""
    return row.status == "Error" or (bool(row.error) and not (row.status or "").startswith(ON_ITS_WAY))


def is_rejection(action: str) -> bool:
    """Return whether this is the seller's no, at whichever step."""
    return action.startswith("REJECT")


def is_answer(action: str) -> bool:
    """Return whether this is the seller's yes or no, at whichever step."""
    return action in APPROVING or is_rejection(action)


def _unasked(account: _Account, currency: str, order_id: str, claim: str, seen: str) -> Departure:
    """Return that more was refunded of an order than the staff have asked for by now."""
    asked, refunded = (Sum(one, currency) for one in (account.asked, account.refunded + account.called_off))
    asked_for = f"at most {asked}, for {_counted(account.requests)} that the staff asked for"
    none = "no refund, as the staff have asked for none, or for none that was taken on"
    expected = asked_for if account.requests else none
    money = {"asked": asked, "refunded": refunded}
    return Departure(order_id, claim, None, expected, seen, money, tuple(account.events))


def _answers(one: Departure, decision: Decision) -> bool:
    """Return whether a move that nobody had decided answers the question of a decision."""
    return one.in_sellers_place and one.claim == decision.claim and question_of(one.seen) == decision.question


def _offered(one: Departure) -> Decimal:
    offered = one.money.get("offered")
    return ZERO if offered is None else offered.amount


def _contradicts(one: Departure, decision: Decision) -> Departure:
    """Return a move as one that is not what was decided."""
    money, seen = {**one.money}, one.seen
    if decision.verdict == "partial" and decision.amount is not None:
        money["decided"] = Sum(decision.amount, decision.currency)
    if seen == OFFER and "offered" in money:
        seen = f"{OFFER} of {money['offered']}"
    events, expected = (decision.seq, *one.events), f"what the OMS decided: {decision}"
    return replace(
        one, decision=decision, expected=expected, seen=seen, money=money, events=events, in_sellers_place=False
    )


def _counted(refunds: Sized) -> str:
    return f"{len(refunds)} refund{'s' * (len(refunds) != 1)}"


def _carries_out(decision: Decision, action: str, offered: Decimal, asked: Decimal | None) -> bool:
    match decision.verdict:
        case "reject":
            return is_rejection(action)
        case "instead":
            return action == "ISSUE_REPLACEMENT_REFUND"
        case "partial":
            whole = decision.amount == asked  # which is a plain yes
            return offered == decision.amount if action == OFFER else whole and action in PLAIN_YES
        case _:
            return action in PLAIN_YES
