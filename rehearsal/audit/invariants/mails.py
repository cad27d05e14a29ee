"""Each decision is told to the buyer once."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rehearsal.audit.event import MOVES, EventName
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, PlayerEvent, Quiescence, Violation

MAIL_FOR: Final = {
    # on this decision about a return   the buyer gets
    "REJECT_REFUND": "refund rejected",
    "REJECT_RETURN": "return rejected",
    "REJECT_RECEIVED_PACKAGE": "return rejected",
}
KINDS: Final = frozenset({*MAIL_FOR.values(), "order refund", "order cancelled"})


@dataclass(eq=False, slots=True)
class OneMail(Invariant):
    """The kinds are those of D25; what counts at rest is what lies in the mailbox."""

    slug = "one-mail"
    rule = "Exactly one mail of the right kind per decision."

    _owed: Counter[tuple[str, str]] = field(default_factory=Counter)  # less than nothing is too many
    _due: dict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))  # by order
    _written_to: dict[str, None] = field(default_factory=dict)
    _seqs: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    _orders: dict[str, str] = field(default_factory=dict)
    _touched: dict[tuple[str, str], None] = field(default_factory=dict)

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        claim = event.claim
        if claim is None:
            return NO_VIOLATION
        if event.name in MOVES or event.name == EventName.MONEY_PAID:
            kind = _mail_for(event)
            if kind is not None:
                self.occasions += 1
                self._count(claim, kind, 1, event)
        elif event.name == EventName.MAIL_SENT and event.kind in KINDS:
            self._count(claim, event.kind, -1, event)
        return NO_VIOLATION

    def _count(self, claim: str, kind: str, by: int, event: PlayerEvent) -> None:
        key = (claim, kind)
        self._owed[key] += by
        self._due[event.order][key] += max(by, 0)
        self._written_to[event.order] = None
        self._seqs[key].append(event.seq)
        self._orders[claim] = event.order
        self._touched[key] = None

    def after_act(self, now: datetime) -> Iterable[Violation]:
        """By the end of the act there is no mail that no decision asked for."""
        for key in self._touched:
            if self._owed[key] < 0:
                yield self._violation(key, "one more than that")
        self._touched.clear()

    def at_quiescence(self, state: Quiescence) -> Iterable[Violation]:
        """And when nothing is left to do, none is owed; what counts is what lies in the mailbox."""
        for order_id in self._written_to:
            mails = [mail for mail in state.mailbox(order_id) if mail.kind in KINDS]
            lying = Counter((mail.return_id or mail.cancel_id or "", mail.kind) for mail in mails)
            due = self._due[order_id]
            for key in sorted(due - lying):
                yield self._violation(key, "none")
            for key in sorted(lying - due):
                yield self._violation(key, "one more than that")
        self._written_to.clear()

    def _violation(self, key: tuple[str, str], seen: str) -> Violation:
        claim, kind = key
        about = {"order_id": self._orders.get(claim, ""), "claim": claim}
        name, expected = f"mail {claim} {kind} {seen}", f"one mail “{kind}” for the decision"
        return Violation.of(name, expected, seen, about, *self._seqs[key], suspect="marketplace")


def _mail_for(event: PlayerEvent) -> str | None:
    """Return the mail that this event owes the buyer: money back for a return, a cancellation's end, a rejection."""
    if event.name == EventName.MONEY_PAID:
        return None if event.cancellation else "order refund"
    if event.cancellation:
        return "order cancelled" if event.status.endswith("_COMPLETE") else None
    return MAIL_FOR.get(event.action)
