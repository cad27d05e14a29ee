"""A no stays a no, an answer given in time arrives in time, and each decision is told to the buyer once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from rehearsal.audit.decision_ledger import Mandates
from rehearsal.audit.finding import Witness
from rehearsal.audit.invariant import APPROVING, NO_OBJECTION, News, Objection, Sight, Stillness, Watcher, is_rejection
from rehearsal.wire.recorder import Exchange

MOVES: Final = ("return_status_changed", "cancellation_status_changed")


class NoStaysNo(Watcher):
    """`no-refund-after-no`, per claim (D26)."""

    number = 3
    rule = "A rejection is never followed by a refund, unless arbitration, a lapse or the seller says so."
    needs = frozenset({Sight.MARKETPLACE})

    def __init__(self) -> None:
        super().__init__()
        self._rejected: dict[str, int] = {}
        self._mandates = Mandates()

    def see(self, exchange: Exchange) -> Iterable[Objection]:
        """Learn who did it."""
        self._mandates.see(exchange)
        return NO_OBJECTION

    def after_act(self, now: datetime) -> Iterable[Objection]:
        """A no that the OMS gave is not a yes at the marketplace."""
        return [one.objection() for one in self._mandates.departures() if one.approves_a_rejection]

    def hear(self, news: News) -> Iterable[Objection]:
        """Follow each claim from the no to whatever lifts it, or to money."""
        self._mandates.hear(news)
        claim = news.claim
        if claim is None:
            return
        if news.name in MOVES:
            action = str(news.data.get("action"))
            if is_rejection(action):
                self.occasions += 1
                self._rejected[claim] = news.seq
            elif action == "SUPPORT_BUYER" or (
                action in APPROVING and news.data.get("by") in ("seller", "seller_center", "operator")
            ):
                self._rejected.pop(claim, None)
        elif news.name == "dispute_decided" and news.data.get("outcome") == "SUPPORT_BUYER":
            self._rejected.pop(claim, None)
        elif news.name == "money_paid" and claim in self._rejected:
            yield Objection(
                f"paid after no {claim}",
                "marketplace",
                "no refund after the rejection, since neither arbitration, a lapse nor the seller lifted it",
                f"{news.data.get('amount')} paid",
                Witness(
                    events=(self._rejected[claim], news.seq),
                    money={"amount": str(news.data.get("amount"))},
                    about={"order_id": news.order, "claim": claim},
                ),
            )


class InTime(Watcher):
    """`in-time`, as D4 reads it."""

    number = 4
    rule = "A decision the OMS gave before the deadline (less one round) reaches the marketplace before it."
    needs = frozenset({Sight.MARKETPLACE, Sight.OMS, Sight.EXCHANGES})

    def __init__(self, one_round: timedelta) -> None:
        super().__init__()
        self._round = one_round
        self._given: dict[str, tuple[datetime, int]] = {}

    def hear(self, news: News) -> Iterable[Objection]:
        """Note decisions as given, delivered or overtaken."""
        claim = news.claim
        if claim is None:
            return
        if news.name == "decision_given" and news.data.get("accepted"):
            self.occasions += 1
            self._given[claim] = (news.at, news.seq)
        elif news.name == "deadline_lapsed":
            given = self._given.pop(claim, None)
            due = news.data.get("due")
            due = due if isinstance(due, datetime) else news.at
            if given is not None and given[0] < due:
                early = given[0] <= due - self._round
                yield Objection(
                    f"late {claim} {due.isoformat()}",
                    "connector",
                    "the decision at the marketplace before the deadline"
                    + ("" if early else ", sent at its own instant since the next round comes too late"),
                    f"given at {given[0].isoformat()}, not delivered when the deadline fell at {due.isoformat()}",
                    Witness(events=(given[1], news.seq), about={"order_id": news.order, "claim": claim}),
                )
        elif news.name in MOVES:
            self._given.pop(claim, None)

    def see(self, exchange: Exchange) -> Iterable[Objection]:
        """A decision that the marketplace has answered has reached it, whatever the answer."""
        if self._given and exchange.callee == "marketplace" and exchange.status is not None:
            for claim in exchange.subjects:
                self._given.pop(claim, None)
        return NO_OBJECTION


MAIL_FOR: Final = {
    # on this decision about a return   the buyer gets
    "REJECT_REFUND": "refund rejected",
    "REJECT_RETURN": "return rejected",
    "REJECT_RECEIVED_PACKAGE": "return rejected",
}


class OneMail(Watcher):
    """`one-mail`, with the kinds of D25."""

    number = 7
    rule = "Exactly one mail of the right kind per decision."
    needs = frozenset({Sight.MARKETPLACE})

    def __init__(self) -> None:
        super().__init__()
        self._owed: Counter[tuple[str, str]] = Counter()  # by what is told: less than nothing is too many
        self._due: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)  # in each order's mailbox
        self._written_to: dict[str, None] = {}
        self._seqs: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._orders: dict[str, str] = {}
        self._touched: set[tuple[str, str]] = set()

    def hear(self, news: News) -> Iterable[Objection]:
        """Count mails owed and mails sent."""
        claim = news.claim
        if claim is None:
            return NO_OBJECTION
        if news.name in MOVES or news.name == "money_paid":
            kind = _mail_for(news)
            if kind is not None:
                self.occasions += 1
                self._count(claim, kind, 1, news)
        elif news.name == "mail_sent" and news.data.get("kind") in _KINDS:
            self._count(claim, str(news.data["kind"]), -1, news)
        return NO_OBJECTION

    def _count(self, claim: str, kind: str, by: int, news: News) -> None:
        key = (claim, kind)
        self._owed[key] += by
        self._due[news.order][key] += max(by, 0)
        self._written_to[news.order] = None
        self._seqs[key].append(news.seq)
        self._orders[claim] = news.order
        self._touched.add(key)

    def after_act(self, now: datetime) -> Iterable[Objection]:
        """By the end of the act there is no mail that no decision asked for."""
        for key in self._touched:
            if self._owed[key] < 0:
                yield self._objection(key, "one mail", "one more than that")
        self._touched.clear()

    def at_stillness(self, stillness: Stillness) -> Iterable[Objection]:
        """And when nothing is left to do, none is owed; what counts is what lies in the mailbox."""
        for order_id in self._written_to:
            lying = Counter(
                (mail.return_id or mail.cancel_id or "", mail.kind)
                for mail in stillness.mailbox(order_id)
                if mail.kind in _KINDS
            )
            due = self._due[order_id]
            for key in sorted(due - lying):
                yield self._objection(key, "one mail", "none")
            for key in sorted(lying - due):
                yield self._objection(key, "one mail", "one more than that")
        self._written_to.clear()

    def _objection(self, key: tuple[str, str], expected: str, seen: str) -> Objection:
        claim, kind = key
        return Objection(
            f"mail {claim} {kind} {seen}",
            "marketplace",
            f"{expected} “{kind}” for the decision",
            seen,
            Witness(events=tuple(self._seqs[key]), about={"order_id": self._orders.get(claim, ""), "claim": claim}),
        )


_KINDS: Final = frozenset({*MAIL_FOR.values(), "order refund", "order cancelled"})


def _mail_for(news: News) -> str | None:
    """Return the mail that this news owes the buyer: money back for a return, a cancellation's end, a rejection."""
    if news.name == "money_paid":
        return "order refund" if news.data.get("return_id") else None
    if news.data.get("cancel_id"):
        return "order cancelled" if str(news.data.get("now")).endswith("_COMPLETE") else None
    return MAIL_FOR.get(str(news.data.get("action")))
