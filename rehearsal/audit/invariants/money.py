"""Nobody gets back more than they paid, and at rest the three books agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from rehearsal.audit.decision_ledger import ZERO
from rehearsal.audit.event import EventName
from rehearsal.audit.finding import Witness
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, PlayerEvent, Quiescence, Violation
from rehearsal.seats.port import Capability


@dataclass(slots=True)
class _Account:
    total: Decimal = ZERO
    lines: dict[str, Decimal] = field(default_factory=dict)
    refunded: Decimal = ZERO
    refunded_lines: dict[str, Decimal] = field(default_factory=dict)
    events: list[int] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class NeverTooMuch(Invariant):
    """Sums by unit and by order, and one payment for each claim."""

    slug = "never-too-much"
    rule = "A buyer never gets back more than they paid, per unit, line and order; nor twice for one claim."

    _accounts: dict[str, _Account] = field(default_factory=dict)
    _paid: dict[str, int] = field(default_factory=dict)

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Add up what is paid in and what is paid back."""
        if event.name == EventName.ORDER_PLACED:
            self._accounts[event.order] = _Account(event.total or ZERO, event.lines)
        elif event.name == EventName.MONEY_PAID:
            self.occasions += 1
            yield from self._paid_back(event)

    def _paid_back(self, event: PlayerEvent) -> Iterable[Violation]:
        account = self._accounts.setdefault(event.order, _Account())
        amount = event.amount or ZERO
        account.refunded += amount
        account.events.append(event.seq)
        about = {"order_id": event.order, "claim": event.claim or ""}
        if event.claim is not None and event.claim in self._paid:
            yield Violation(
                f"twice {event.claim}",
                "marketplace",
                "one payment for one claim",
                f"a second payment of {amount}",
                Witness(events=(self._paid[event.claim], event.seq), money={"amount": str(amount)}, about=about),
            )
        elif event.claim is not None:
            self._paid[event.claim] = event.seq
        if account.refunded > account.total:
            yield _too_much(f"order {event.order}", "the order", account.total, account.refunded, account, about)
        for line, part in event.lines.items():
            back = account.refunded_lines[line] = account.refunded_lines.get(line, ZERO) + part
            paid = account.lines.get(line)
            if paid is not None and back > paid:
                yield _too_much(f"line {line}", f"the unit {line}", paid, back, account, about)


def _too_much(
    key: str, bought: str, paid: Decimal, back: Decimal, account: _Account, about: dict[str, str]
) -> Violation:
    return Violation(
        f"{key} {back}",
        "marketplace",
        f"at most the {paid} that the buyer paid for {bought}",
        f"{back} paid back",
        Witness(events=tuple(account.events), money={"paid": str(paid), "refunded": str(back)}, about=about),
    )


@dataclass(eq=False, slots=True)
class BooksAgree(Invariant):
    """Once the world has come to rest; before, they are on their way."""

    slug = "books-agree"
    rule = "When everything has come to rest, the marketplace's, the connector's and the OMS's books agree to the cent."
    needs = frozenset({Capability.LEDGER})

    _last_payment: dict[str, int] = field(default_factory=dict)
    _waiting: bool = False

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Remember that there is something to agree about."""
        if event.name in (EventName.MONEY_PAID, EventName.BOOKED):
            self._waiting = True
            self._last_payment[event.order] = event.seq
        return NO_VIOLATION

    def at_quiescence(self, state: Quiescence) -> Iterable[Violation]:
        """Compare the books."""
        if self._waiting:
            self.occasions += 1
            self._waiting = False
        for row in state.books:
            if not row.agree:
                last = self._last_payment.get(row.order_id)
                yield Violation(
                    f"books {row.order_id} {row.marketplace} {row.connector} {row.oms}",
                    "oms" if row.marketplace == row.connector else "connector",
                    "the same sum in all three books",
                    f"marketplace {row.marketplace}, connector {row.connector}, OMS {row.oms}",
                    Witness(
                        events=() if last is None else (last,),
                        money={
                            "paid": str(row.paid),
                            "marketplace": str(row.marketplace),
                            "connector": str(row.connector),
                            "oms": str(row.oms),
                        },
                        about={"order_id": row.order_id},
                    ),
                )

    @property
    def unjudged(self) -> str | None:
        """Return that money has moved and the world has not come to rest since."""
        return "money has moved and the world has not come to rest since" if self._waiting else None
