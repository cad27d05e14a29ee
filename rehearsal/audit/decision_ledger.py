"""What the OMS decides, and what is then done at the marketplace in the seller's name: paired, claim by claim.

The seller has two doors. Who comes through Seller Center is a person and decides as they please; who comes through the
Open API is the connector and may only carry out what the OMS has decided. A decision that the connector may have
received counts from the moment it was given, even where no answer came back and the OMS keeps it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from rehearsal.audit.finding import Witness
from rehearsal.audit.invariant import APPROVING, News, Objection, is_rejection
from rehearsal.wire.recorder import Exchange

OPEN_API: Final = "seller"
BY_SHIPPING: Final = "REJECT_BY_SHIPPING"  # the seller hands the goods over, and that is an answer
OFFER: Final = "OFFER_PARTIAL_REFUND"
PLAIN_YES: Final = APPROVING - {OFFER, "DIRECT_REFUND", "ISSUE_REPLACEMENT_REFUND"}  # those are more than was asked
ZERO: Final = Decimal("0.00")
ROUNDING: Final = Decimal("0.01")  # of whole units the marketplace's own figure is paid, unit by unit

# The marketplace's states in which the seller is asked for this answer.
ASKS: Final[Mapping[str, tuple[str, ...]]] = {
    "request": ("_PENDING",),
    "goods": ("AWAITING_BUYER_SHIP", "BUYER_SHIPPED_ITEM"),
}


class Question(StrEnum):
    """What the seller is asked about a claim."""

    REQUEST = "request"
    GOODS = "goods"


@dataclass(slots=True)
class Decision:
    """The OMS's answer to one question about one claim."""

    adjustment_id: str
    claim: str
    order_id: str
    question: str
    verdict: str  # approve | partial | reject
    amount: Decimal | None
    seq: int
    kept: bool = False  # the OMS does not know whether the connector has it
    done: bool = False  # the connector has moved the claim
    overtaken: bool = False  # somebody else has

    @property
    def owed(self) -> bool:
        """Return whether the connector still has to carry it out."""
        return not (self.kept or self.done or self.overtaken)

    def __str__(self) -> str:
        of = f" of {self.amount}" if self.verdict == "partial" else ""
        return f"{self.verdict}{of}"


@dataclass(slots=True)
class Request:
    """A refund that the OMS asked for by itself."""

    adjustment_id: str
    order_id: str
    seq: int
    amount: Decimal
    accepted: bool
    failed: bool = False  # in a person's sight


@dataclass(slots=True)
class _Account:
    """What of one order the OMS asked to be refunded, and what the connector has refunded unasked by a buyer."""

    requests: dict[str, Request] = field(default_factory=dict)
    claims: list[str] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    refunded: Decimal = ZERO
    called_off: Decimal = ZERO
    elsewhere: Decimal = ZERO  # in Seller Center, after the OMS had asked: so much less there was to refund
    rounding: Decimal = ZERO

    @property
    def asked(self) -> Decimal:
        """Return the sum of all that was asked for."""
        return sum((request.amount for request in self.requests.values()), ZERO)

    @property
    def owed(self) -> Decimal:
        """Return the sum of what the connector has taken on and has not failed at."""
        return sum((one.amount for one in self.requests.values() if one.accepted and not one.failed), ZERO)


@dataclass(slots=True)
class _Claim:
    status: str = ""
    asked: Decimal | None = None
    by_seller: bool = False


@dataclass(frozen=True, slots=True)
class Departure:
    """A move through the Open API that is not what the OMS decided; `decision` is None where it decided nothing."""

    order_id: str
    claim: str
    decision: Decision | None
    expected: str
    seen: str
    money: Mapping[str, str]
    events: tuple[int, ...]
    exchange: Exchange | None = None

    @property
    def approves_a_rejection(self) -> bool:
        """Return whether the OMS said no and the marketplace heard yes."""
        return self.decision is not None and self.decision.verdict == "reject"

    def objection(self) -> Objection:
        """Object to it, at the address of whoever made the move."""
        exchanges = () if self.exchange is None else (self.exchange.seq,)
        about = {"order_id": self.order_id, "claim": self.claim}
        if self.decision is not None:
            about["adjustment_id"] = self.decision.adjustment_id
        return Objection(
            f"departs {self.claim} {self.events[-1]}",
            "connector" if self.exchange is None else self.exchange.caller,
            self.expected,
            self.seen,
            Witness(exchanges, self.events, self.money, about),
        )


class Mandates:
    """Follows decisions and moves; each watcher that needs it has its own."""

    def __init__(self) -> None:
        self.unpaid: dict[str, Request] = {}  # refunds of the OMS's own, until they are seen to be in hand
        self._accounts: dict[str, _Account] = defaultdict(_Account)
        self._decisions: dict[tuple[str, str], Decision] = {}
        self._waiting: dict[tuple[str, str], Decision] = {}
        self._claims: dict[str, _Claim] = defaultdict(_Claim)
        self._departures: list[Departure] = []
        self._others_decide = False

    def hear(self, news: News) -> None:
        """Take note of decisions, and of moves with what is odd about them."""
        departure: Departure | None = None
        match news.name:
            case "decision_given":
                self._decided(news)
            case "refund_requested":
                self._refund_asked(news)
            case "return_requested" | "cancellation_requested" if news.claim:
                departure = self._asked(news)
            case "return_status_changed" | "cancellation_status_changed" if news.claim:
                departure = self._moved(news)
            case _:
                pass
        if departure is not None:
            self._departures.append(departure)

    def see(self, exchange: Exchange) -> None:
        """Learn who made the move; an outsider is no connector of ours, and one that decides is another OMS."""
        if exchange.outside and exchange.writes and exchange.callee == "connector":
            self._others_decide = True
        if self._departures and exchange.callee == "marketplace":
            told = [replace(one, exchange=one.exchange or exchange) for one in self._departures]
            self._departures = [one for one in told if one.exchange is None or not one.exchange.outside]

    def departures(self) -> list[Departure]:
        """Return what departed since this was last asked."""
        found, self._departures = self._departures, []
        return [one for one in found if one.decision is not None or not self._others_decide]

    def owed(self) -> list[Decision]:
        """Return the decisions that wait to be carried out, of questions that the marketplace still asks."""
        self._waiting = {key: decision for key, decision in self._waiting.items() if decision.owed}
        return [one for one in self._waiting.values() if self._asks(one.claim, one.question)]

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
        return short if short > account.rounding else ZERO

    def _asks(self, claim: str, question: str) -> bool:
        status = self._claims[claim].status if claim in self._claims else ""
        return not status or status.endswith(ASKS[question])

    def _refund_asked(self, news: News) -> None:
        identity = str(news.data.get("adjustment_id"))
        accepted = bool(news.data.get("accepted"))
        request = Request(identity, news.order, news.seq, Decimal(news.data.get("amount") or 0), accepted)
        account = self._accounts[news.order]
        account.requests[identity] = request
        account.events.append(news.seq)
        if accepted:
            self.unpaid[identity] = request

    def _decided(self, news: News) -> None:
        identity = str(news.data.get("adjustment_id"))
        claim = news.claim or identity
        question = str(news.data.get("question") or Question.REQUEST)
        amount = news.data.get("amount")
        decision = Decision(
            identity,
            claim,
            news.order,
            question,
            str(news.data.get("decision")),
            None if amount is None else Decimal(amount),
            news.seq,
            kept=not news.data.get("accepted"),
            overtaken=not self._asks(claim, question),
        )
        before = self._decisions.get((claim, question))
        if before is not None and before.kept and before.verdict == decision.verdict:
            before.kept = decision.kept  # told again, now that the connector has answered
        else:
            before = self._decisions[claim, question] = decision
        if before.owed:
            self._waiting[claim, question] = before

    def _asked(self, news: News) -> Departure | None:
        claim = self._claims[news.claim or ""]
        claim.status = str(news.data.get("status") or "")
        total = Decimal(news.data.get("refund_total") or 0)
        claim.asked = total
        claim.by_seller = news.data.get("role") == "SELLER"
        if not claim.by_seller:
            return None
        account = self._accounts[news.order]
        if news.data.get("by", OPEN_API) != OPEN_API:
            account.elsewhere += total if account.requests else ZERO
            return None
        account.claims.append(news.claim or "")
        account.events.append(news.seq)
        account.rounding += ROUNDING * len(news.data.get("line_item_ids") or ())
        if news.name == "cancellation_requested":
            account.called_off += total
            if account.requests:
                return None  # before anything ships a refund of a part is a cancellation of the whole
            return self._unasked(news, account, f"{total} called off")
        account.refunded += total
        if account.refunded <= account.asked + (account.rounding if account.requests else ZERO):
            return None
        return self._unasked(
            news, account, f"{account.refunded} refunded in {len(account.claims)} claims of the seller's"
        )

    def _unasked(self, news: News, account: _Account, seen: str) -> Departure:
        requests = len(account.requests)
        expected = f"at most the {account.asked} of {requests} refunds asked for by the OMS"
        money = {"asked": str(account.asked), "refunded": str(account.refunded + account.called_off)}
        return Departure(news.order, news.claim or "", None, expected, seen, money, tuple(account.events))

    def _moved(self, news: News) -> Departure | None:
        claim = self._claims[news.claim or ""]
        action, now = str(news.data.get("action")), str(news.data.get("now", ""))
        changed, claim.status = now != claim.status, now
        if news.data.get("by") != OPEN_API or action == BY_SHIPPING or claim.by_seller:
            if changed:
                self._overtaken(news.claim or "")
            return None
        if not (action in APPROVING or is_rejection(action)):
            return None
        question = Question.GOODS if action.endswith("RECEIVED_PACKAGE") else Question.REQUEST
        decision = self._decisions.get((news.claim or "", question))
        if decision is None or decision.done:
            return self._departure(news, None, "nothing, as the OMS has not decided", action)
        decision.done = True
        offered = Decimal(news.data.get("offer") or 0)
        if _carries_out(decision, action, offered, claim.asked):
            return None
        seen = f"{action} of {offered}" if action == OFFER else action
        return self._departure(news, decision, f"what the OMS decided: {decision}", seen)

    def _overtaken(self, claim: str) -> None:
        for question in Question:
            decision = self._decisions.get((claim, question))
            if decision is not None and decision.done:
                del self._decisions[claim, question]  # whoever asks again is to be answered anew
            elif decision is not None and not self._asks(claim, question):
                decision.overtaken = True

    def _departure(self, news: News, decision: Decision | None, expected: str, seen: str) -> Departure:
        money: dict[str, Any] = {"asked": self._claims[news.claim or ""].asked, "offered": news.data.get("offer")}
        if decision is not None and decision.verdict == "partial":
            money["decided"] = decision.amount
        told = {what: str(amount) for what, amount in money.items() if amount is not None}
        events = (news.seq,) if decision is None else (decision.seq, news.seq)
        return Departure(news.order, news.claim or "", decision, expected, seen, told, events)


def _carries_out(decision: Decision, action: str, offered: Decimal, asked: Decimal | None) -> bool:
    match decision.verdict:
        case "reject":
            return is_rejection(action)
        case "partial":
            whole = decision.amount == asked  # which is a plain yes
            return offered == decision.amount if action == OFFER else whole and action in PLAIN_YES
        case _:
            return action in PLAIN_YES
