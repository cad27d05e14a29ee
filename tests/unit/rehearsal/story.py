"""What is told to an auditor, one thing after the other, and a tale in which every rule is put to the test."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Final

from rehearsal.audit.auditor import EVERYTHING, Auditor, Memory
from rehearsal.audit.event import LogLine, Trouble
from rehearsal.audit.finding import Finding
from rehearsal.audit.invariant import LedgerRow, PlayerEvent, Quiescence
from rehearsal.contract.operation import Breach
from rehearsal.seats.port import AdjustmentRow, Capability, Overview
from rehearsal.wire.recorder import Exchange
from tests.clock import START

DAY = timedelta(hours=24)
MARKED = ("oms", "connector", "markExported", 204, "7")
UNMARKED = ("oms", "connector", "unmarkExported", 204, "7")
SUCCESS, COMPLETE = "RETURN_OR_REFUND_REQUEST_SUCCESS", "RETURN_OR_REFUND_REQUEST_COMPLETE"
PENDING, LOOK = "RETURN_OR_REFUND_REQUEST_PENDING", "searchReturns_202602"
TO_BE_SENT = "AWAITING_BUYER_SHIP"
REJECTED, CANCELLED = "REFUND_OR_RETURN_REQUEST_REJECT", "RETURN_OR_REFUND_REQUEST_CANCEL"


@dataclass(frozen=True)
class Row:
    id: str = "C1"
    return_id: str | None = "R1"
    cancel_id: str | None = None
    order_id: str = "O1"
    status: str = "PostProcessingComplete"
    error: str | None = None
    note: str | None = None
    kind: str = "refund"
    amount: Decimal = Decimal("19.99")
    currency: str = "USD"
    deadline: datetime | None = None
    pictures: int | None = None
    videos: int | None = None
    can: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    at: datetime
    text: str
    by: str = "connector"
    event: str = "told"
    source_words: str | None = None


@dataclass(frozen=True)
class Mail:
    kind: str
    return_id: str | None = "R1"
    cancel_id: str | None = None


# A number with decimals; or one so great as those that are told in dong, or nothing, without its currency.
MISSAID: Final = re.compile(r"\d\.\d|0{6}\b(?! VND\b)|(?<![-:.\w])0 (?!VND\b|videos\b)")

# A moment that is not said as the control API says it, "2031-03-03T09:00:00Z", unless somebody else's words are quoted.
MISTIMED: Final = re.compile(r"\d-\d\d-\d\d(?!T\d\d:\d\d:\d\d(?:\.\d+)?Z)[ T]\d\d:\d\d(?![^“”]*”)|datetime\.")


def in_dong(told: Any) -> Any:
    """Return what is told of sums as if it were of dong: a million of them for each cent, and all with decimals."""
    match told:
        case Decimal():
            return (told * 100_000_000).quantize(Decimal("0.00"))
        case "USD" | "EUR" | "IDR":
            return "VND"
        case LedgerRow():
            return LedgerRow(*map(in_dong, told))
        case tuple() | list():
            return type(told)(map(in_dong, told))
        case Mapping():
            return {name: in_dong(value) for name, value in told.items()}
        case PlayerEvent() | Row() | Overview():
            return replace(told, **{one.name: in_dong(getattr(told, one.name)) for one in fields(told)})
        case _:
            return told


def stands_in_dong(state: Quiescence) -> Quiescence:
    def overview(order_id: str) -> Overview | None:
        found: Overview | None = in_dong(state.overview(order_id))
        return found

    return replace(state, books=in_dong(state.books), adjustments=in_dong(state.adjustments), overview=overview)


class Listener(Auditor):
    """An auditor to whom what has sums is told once more in dong, which have no decimals: it says none otherwise.

    Nor does it say any moment otherwise than in UTC, ending in Z.
    """

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        look: Callable[[], Quiescence] = how["look"]
        self._in_dong: Final = Auditor(**{**how, "look": lambda: stands_in_dong(look()), "memory": None})

    def on_event(self, event: PlayerEvent) -> None:
        self._in_dong.on_event(in_dong(event))
        super().on_event(event)

    def on_exchange(self, exchange: Exchange) -> None:
        self._in_dong.on_exchange(exchange)
        super().on_exchange(exchange)

    def on_ledger(self, ledger: Mapping[str, Decimal]) -> None:
        self._in_dong.on_ledger(in_dong(ledger))
        super().on_ledger(ledger)

    def after_act(self, now: datetime) -> None:
        self._in_dong.after_act(now)
        super().after_act(now)

    def at_quiescence(self, state: Quiescence) -> None:
        self._in_dong.at_quiescence(stands_in_dong(state))
        super().at_quiescence(state)

    def broken(self) -> list[Finding]:
        for finding in self._in_dong.broken():
            money = finding.document()["witness"]["money"].values()
            missaid = [text for text in (finding.expected, finding.seen, *money) if MISSAID.search(text)]
            assert not missaid, f"{finding.invariant} says sums of dong otherwise than they are written: {missaid}"
        return well_timed(super().broken())

    def findings(self) -> list[Finding]:
        return well_timed(super().findings())


def well_timed(findings: list[Finding]) -> list[Finding]:
    for finding in findings:
        said = (finding.expected, finding.seen, finding.why or "", *finding.witness.about.values())
        mistimed = [text for text in said if MISTIMED.search(text)]
        assert not mistimed, f"{finding.invariant} says moments otherwise than they are written: {mistimed}"
    return findings


class Story:
    """Tells an auditor what happens, one thing per second."""

    def __init__(
        self,
        capabilities: frozenset[Capability] = EVERYTHING,
        by_default: Callable[[str], bool] = lambda order_id: False,
    ) -> None:
        self._seen, self._by_default = capabilities, by_default
        self.mailbox: list[Mail] = []
        self.history: list[Line] = []  # says of every second whatever may be expected of it
        self.rows: list[AdjustmentRow] = []
        self.settled: bool | None = True
        self.now = START
        self.listened_to_by(None)
        self._seqs = count(1)

    def listened_to_by(self, memory: Memory | None) -> None:
        self.auditor = Listener(
            now=START,
            reproduce="rehearsal demo --seed 1",
            capabilities=self._seen,
            by_default=self._by_default,
            look=lambda: Quiescence(
                self.now,
                [],
                self.rows,
                lambda order_id: self.mailbox,
                self.settled,
                Capability.STAFF_SEES in self._seen,
                lambda order_id: self.history,
            ),
            memory=memory,
        )

    def tell(self, name: str, *, at: datetime | None = None, who: str = "marketplace", **data: Any) -> Story:
        self.now = at or self.now + timedelta(seconds=1)
        self.history += [
            Line(self.now, f"{text} {len(self.history)}")
            for text in ("approved, refunded", "to reject", "request closed")
        ]
        self.auditor.on_event(
            PlayerEvent(next(self._seqs), self.now, who, name, {"order_id": "O1", "currency": "USD", **data})
        )
        return self

    def ordered(self, total: str = "39.98", *, part: str = "tax", status: str = "ON_HOLD", **paid: Any) -> Story:
        half = Decimal(total) / 2
        parts = {line: {part: Decimal(paid.pop(line))} for line in ("L1", "L2") if line in paid}
        return self.tell(
            "order_placed",
            **{"shop_id": "S1", **paid},
            status=status,
            total=Decimal(total),
            lines={"L1": half, "L2": half},
            parts=parts,
            goods=["LAMP", "RUG"],
        )

    def moved(self, now: str, action: str, by: str = "seller", *, at: datetime | None = None, **data: Any) -> Story:
        return self.tell("return_status_changed", at=at, return_id="R1", now=now, action=action, by=by, **data)

    def decided(self, decision: str = "approve", **data: Any) -> Story:
        given = {"adjustment_id": "C1", "return_id": "R1", "decision": decision, "accepted": True, **data}
        return self.tell("decision_given", who="oms", **given)

    def paid(
        self, amount: str, lines: dict[str, str] | None = None, claim: str = "R1", *, part: str = "tax", **back: str
    ) -> Story:
        shares = {line: Decimal(share) for line, share in (lines or {}).items()}
        parts = {line: {part: Decimal(money)} for line, money in back.items()}
        return self.tell("money_paid", return_id=claim, amount=Decimal(amount), lines=shares, parts=parts)

    def booked(self, line: Sequence[str] = (), **made_of: str) -> Story:
        """Have the OMS read of a paid adjustment, of a line where one is named, and book it."""
        parts = {part: Decimal(money) for part, money in made_of.items()}
        amount = sum(parts.values(), Decimal(0))
        if line:
            self.read(amount=amount, order_line=line)
        return self.tell("booked", who="oms", adjustment_id="C1", return_id="R1", amount=amount, made_of=parts)

    def mailed(self, kind: str) -> Story:
        self.mailbox.append(Mail(kind))
        return self.tell("mail_sent", return_id="R1", kind=kind)

    def asked(self, amount: str, **more: Any) -> Story:
        about: dict[str, Any] = {"adjustment_id": "C1", "amount": Decimal(amount), "accepted": True, **more}
        return self.tell("refund_requested", who="oms", **about)

    def started(self, claim: str, amount: str, *, by: str = "seller", currency: str = "USD", shop: str = "") -> Story:
        about: dict[str, Any] = {"role": "SELLER", "by": by, "line_item_ids": ("L1", "L2"), "status": SUCCESS}
        about |= {"currency": currency, "shop_id": shop}
        return self.tell("return_requested", return_id=claim, refund_total=Decimal(amount), **about)

    def called_off(self, amount: str) -> Story:
        """Have the seller call the order off through the Open API."""
        about: dict[str, Any] = {"role": "SELLER", "by": "seller", "line_item_ids": ("L1", "L2"), "shop_id": "S1"}
        about |= {"cancel_id": "R1", "status": "CANCELLATION_REQUEST_SUCCESS"}
        return self.tell("cancellation_requested", refund_total=Decimal(amount), **about)

    def read(self, status: str = "InformationOnly", claim: str = "R1", ref: str = "A1", **data: Any) -> Story:
        about = {"adjustment_id": "C1", "return_id": claim, "ref": ref, "status": status, "amount": Decimal(0)}
        return self.tell("adjustment_read", who="oms", **{**about, "asked": True, "currency": "USD", **data})

    def claimed(self, **more: Any) -> Story:
        about: dict[str, Any] = {"return_id": "R1", "shop_id": "S1", "currency": "USD", "status": PENDING, **more}
        return self.tell("return_requested", refund_total=Decimal(5), line_item_ids=("L1", "L2"), **about)

    def struck(self, shop_id: str, *, until_authorized: bool = False) -> Story:
        self.auditor.on_trouble(Trouble(self.now, shop_id, rounds=1, until_authorized=until_authorized))
        return self

    def unsettled(self) -> Story:
        self.settled = False
        return self

    def silent(self) -> Story:
        """Have the connector not say whether it has settled."""
        self.settled = None
        return self

    def before_the_staff(self, *rows: AdjustmentRow) -> Story:
        self.rows = [*rows]
        return self

    def refund_asked(self) -> Story:
        """Have the OMS ask for a refund of its own."""
        about: dict[str, Any] = {
            "adjustment_id": "C1",
            "amount": Decimal("19.99"),
            "line_item_ids": ("L1",),
            "currency": "USD",
        }
        return self.tell("refund_requested", who="oms", accepted=True, **about)

    def ledger_of_the_connector(self, total: str) -> Story:
        self.auditor.on_ledger({"O1": Decimal(total)})
        return self

    def rejected(self) -> Story:
        return self.moved(REJECTED, "REJECT_REFUND").mailed("refund rejected")

    def lapsed(self, *, at: datetime | None = START + DAY, claim: str = "R1") -> Story:
        return self.tell("deadline_lapsed", at=at, return_id=claim, what="answer", due=START + DAY)

    def called(
        self,
        caller: str,
        callee: str,
        operation: str,
        status: int | None = 200,
        *claims: str,
        refusal: str = "",
        seq: int = 9,
        failure: str | None = None,
        heard: int | None = None,
    ) -> Story:
        outside = caller == "outside"
        call = seq, self.now, caller, callee, outside, operation, status, (), True, claims, failure
        exchange = Exchange(*call, refusal=refusal, heard=heard)
        self.auditor.on_exchange(exchange)
        return self

    def shown(self, order: str = "O1", number: str = "7") -> Story:
        """Have the OMS be shown an order under the connector's own number."""
        about: dict[str, Any] = {"total": Decimal("39.98"), "made_of": {}, "refs": (f"Orders({number})",)}
        return self.tell("order_read", who="oms", order_id=order, **about)

    def by_hand(self, operation: str, number: str = "7", status: int | None = 204, **more: Any) -> Story:
        """Have somebody outside ask the connector for something."""
        call = (next(self._seqs), self.now, "outside", "connector", True, operation, status, (), True, (number,))
        self.auditor.on_exchange(Exchange(*call, **more))
        return self

    def refused(self, words: str, *claims: str) -> Story:
        return self.called("connector", "marketplace", "approveReturn", 200, *claims, refusal=words)

    def idle(self, **time: int) -> Story:
        self.now += timedelta(**time)
        return self.act_ended()

    def found_in_the_mailbox(self, times: int) -> Story:
        self.mailbox *= times
        return self

    def act_ended(self) -> Story:
        self.auditor.after_act(self.now)
        return self

    def came_to_rest(
        self, *rows: AdjustmentRow, ledger: Sequence[LedgerRow] = (), listed: Overview | None = None
    ) -> Story:
        seen = Capability.STAFF_SEES in self._seen
        stands = Quiescence(
            self.now,
            ledger,
            rows,
            lambda _: self.mailbox,
            staff_seen=seen,
            activity=lambda _: self.history,
            overview=lambda order_id: listed if order_id == "O1" else None,
        )
        self.auditor.at_quiescence(stands)
        return self

    def died(self) -> Story:
        """Have the connector be killed and come back."""
        return self.tell("connector_killed", who="stage").tell("connector_started", who="stage")

    def forgotten(self) -> Story:
        """Have nothing stand in the order's history."""
        self.history = []
        return self

    def said(self, *minutes: int, text: str = "No answer yet") -> Story:
        """Have the order's history say the same so many minutes after the present."""
        self.history += [Line(self.now + timedelta(minutes=at), text) for at in minutes]
        return self

    def asked_back(self, shop: str = "S1", deadline: datetime | None = None) -> Story:
        """Have a buyer ask for a refund."""
        asked: dict[str, Any] = {
            "status": PENDING,
            "refund_total": Decimal("39.98"),
            "role": "BUYER",
            "by": "buyer",
            "shop_id": shop,
            "seller_deadline": deadline,
        }
        return self.tell("return_requested", return_id="R1", line_item_ids=("L1", "L2"), currency="USD", **asked)

    def called_for(self, shop: str, operation: str, *claims: str, code: int = 0, **more: Any) -> Story:
        """Have the connector call the marketplace for a shop."""
        self.auditor.on_exchange(self.asks_the_marketplace(operation, *claims, shop=shop, code=code, **more))
        return self

    def asks_the_marketplace(self, operation: str, *claims: str, shop: str = "S1", **more: Any) -> Exchange:
        """Return a call of the connector's, of which nobody has heard yet."""
        writes = not operation.startswith("search")
        call = (next(self._seqs), self.now, "connector", "marketplace", False, operation, 200, (), writes, claims)
        return Exchange(*call, shop=shop, **{"code": 0, **more})

    def lost(self, operation: str, *claims: str, key: str | None = None) -> Story:
        """Have the connector call the marketplace, about an order where no claims are named, and hear nothing."""
        order = None if claims else "O1"
        return self.called_for("S1", operation, *claims, order=order, failure="ConnectionError", key=key)

    def turned_away(self, action: str, claim: str = "R1") -> Story:
        """Have the marketplace turn an answer of the connector's away."""
        self.tell("decision_refused", return_id=claim, action=action, by="seller", code=25020010)
        return self.called_for("S1", "rejectReturn_202309", claim, code=25020010)

    def looked_at(self, *shops: str) -> Story:
        for shop in shops:
            self.called_for(shop, LOOK)
        return self

    def broken(self) -> list[str]:
        return [finding.invariant for finding in self.auditor.broken()]

    def verdict(self, invariant: str) -> Finding:
        return next(finding for finding in self.auditor.findings() if finding.invariant == invariant)


def a_whole_refund() -> Story:
    return (
        Story()
        .ordered()
        .decided()
        .moved(SUCCESS, "APPROVE_REFUND")
        .moved(COMPLETE, "PAYOUT", "system")
        .paid("39.98", {"L1": "19.99", "L2": "19.99"})
        .mailed("order refund")
        .act_ended()
    )


def ledger_row(marketplace: str, connector: str, oms: str) -> LedgerRow:
    return LedgerRow("O1", Decimal("39.98"), Decimal(marketplace), Decimal(connector), Decimal(oms), "USD")


def a_breach(seq: int) -> Exchange:
    breach = Breach("response", "searchReturns", "/response/body/code", "integer", '"0"', "observed")
    return Exchange(seq, START, "connector", "marketplace", False, "searchReturns", 200, (breach,))


# A tale in which every rule is put to the test, and most of them break.
TALE: Sequence[Callable[[Story], object]] = (
    lambda story: story.ordered(status="DELIVERED"),
    Story.decided,
    lambda story: story.decided(return_id="R7", adjustment_id="C7").died(),
    lambda story: story.read("PendingApproval"),
    lambda story: story.tell("refund_requested", who="oms", adjustment_id="C2", amount=Decimal(5), accepted=True),
    lambda story: story.moved("X", "OPEN", deadline=START + DAY),
    lambda story: story.moved(REJECTED, "REJECT_REFUND", deadline=START + DAY),
    Story.act_ended,
    lambda story: story.tell("order_read", who="oms", total=Decimal("39.98"), currency="EUR", made_of={}),
    lambda story: story.mailed("refund rejected"),
    lambda story: story.auditor.on_exchange(a_breach(70)),
    lambda story: story.paid("30.00", {"L1": "30.00"}),
    lambda story: story.decided("reject", return_id="R2", adjustment_id="C3"),
    lambda story: story.lapsed(claim="R2"),
    lambda story: story.lapsed(at=None, claim="R2"),
    lambda story: story.started("R9", "7.00"),
    lambda story: story.auditor.on_exchange(a_breach(71)),
    lambda story: story.auditor.on_line(LogLine(START, "WARNING connector: [redacted]", ("a secret",))),
    lambda story: story.paid("20.00", {"L1": "10.00", "L2": "10.00"}),
    lambda story: story.booked(item="50.01"),
    lambda story: story.moved(COMPLETE, "PAYOUT", "system"),
    lambda story: story.tell("return_status_changed", return_id="R9", now=COMPLETE, action="PAYOUT", by="system"),
    lambda story: story.called_for("S1", "approveReturn", code=101000).looked_at("S1", "S2"),
    lambda story: story.struck("S1").unsettled().forgotten(),
    lambda story: story.idle(hours=2),
    lambda story: story.looked_at("S1").idle(minutes=16).looked_at("S1"),
    lambda story: story.came_to_rest(Row(status="NewRma"), ledger=[ledger_row("50.00", "39.98", "0.00")]),
)


def objected_to(story: Story) -> set[str | None]:
    """Return what of orders and claims the auditor finds to be told wrongly."""
    return {finding.witness.about.get("what") for finding in story.auditor.broken()}
