"""Nobody gets back more than they paid, and at rest the three books agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rehearsal.audit.finding import Witness
from rehearsal.audit.invariant import NO_OBJECTION, News, Objection, Sight, Stillness, Watcher

ZERO = Decimal("0.00")


@dataclass(slots=True)
class _Account:
    total: Decimal
    lines: dict[str, Decimal]
    refunded: Decimal = ZERO
    refunded_lines: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    events: list[int] = field(default_factory=list)


class NeverMoreThanPaid(Watcher):
    """`never-too-much`."""

    number = 1
    rule = "A buyer never gets back more than they paid, per unit, line and order; nor twice for one claim."
    needs = frozenset({Sight.MARKETPLACE})

    def __init__(self) -> None:
        super().__init__()
        self._accounts: dict[str, _Account] = {}
        self._paid: dict[str, int] = {}

    def hear(self, news: News) -> Iterable[Objection]:
        """Add up what is paid in and what is paid back."""
        if news.name == "order_placed":
            lines: Mapping[str, Any] = news.data.get("lines") or {}
            self._accounts[news.order] = _Account(
                Decimal(news.data["total"]), {line: Decimal(paid) for line, paid in lines.items()}
            )
        elif news.name == "money_paid":
            self.occasions += 1
            yield from self._paid_back(news)

    def _paid_back(self, news: News) -> Iterable[Objection]:
        account = self._accounts.setdefault(news.order, _Account(ZERO, {}))
        amount = Decimal(news.data["amount"])
        account.refunded += amount
        account.events.append(news.seq)
        about = {"order_id": news.order, "claim": news.claim or ""}
        if news.claim is not None and news.claim in self._paid:
            yield Objection(
                f"twice {news.claim}",
                "marketplace",
                "one payment for one claim",
                f"a second payment of {amount}",
                Witness(events=(self._paid[news.claim], news.seq), money={"amount": str(amount)}, about=about),
            )
        elif news.claim is not None:
            self._paid[news.claim] = news.seq
        if account.refunded > account.total:
            yield Objection(
                f"order {news.order} {account.refunded}",
                "marketplace",
                f"at most the {account.total} that the buyer paid for the order",
                f"{account.refunded} paid back",
                Witness(
                    events=tuple(account.events),
                    money={"paid": str(account.total), "refunded": str(account.refunded)},
                    about=about,
                ),
            )
        for line, part in (news.data.get("lines") or {}).items():
            account.refunded_lines[line] += Decimal(part)
            back, paid = account.refunded_lines[line], account.lines.get(line)
            if paid is not None and back > paid:
                yield Objection(
                    f"line {line} {back}",
                    "marketplace",
                    f"at most the {paid} that the buyer paid for the unit {line}",
                    f"{back} paid back",
                    Witness(
                        events=tuple(account.events), money={"paid": str(paid), "refunded": str(back)}, about=about
                    ),
                )


class BooksAgree(Watcher):
    """`books-agree`."""

    number = 6
    rule = "When everything has come to rest, the marketplace's, the connector's and the OMS's books agree to the cent."
    needs = frozenset({Sight.MARKETPLACE, Sight.OMS, Sight.BOOKS})

    def __init__(self) -> None:
        super().__init__()
        self._last_payment: dict[str, int] = {}
        self._waiting = False

    def hear(self, news: News) -> Iterable[Objection]:
        """Remember that there is something to agree about."""
        if news.name in ("money_paid", "booked"):
            self._waiting = True
            self._last_payment[news.order] = news.seq
        return NO_OBJECTION

    def at_stillness(self, stillness: Stillness) -> Iterable[Objection]:
        """Compare the books."""
        if self._waiting:
            self.occasions += 1
            self._waiting = False
        for book in stillness.books:
            if not book.agree:
                last = self._last_payment.get(book.order_id)
                yield Objection(
                    f"books {book.order_id} {book.marketplace} {book.connector} {book.oms}",
                    "oms" if book.marketplace == book.connector else "connector",
                    "the same sum in all three books",
                    f"marketplace {book.marketplace}, connector {book.connector}, OMS {book.oms}",
                    Witness(
                        events=() if last is None else (last,),
                        money={
                            "paid": str(book.paid),
                            "marketplace": str(book.marketplace),
                            "connector": str(book.connector),
                            "oms": str(book.oms),
                        },
                        about={"order_id": book.order_id},
                    ),
                )

    @property
    def unjudged(self) -> str | None:
        """Money has moved, and the world has not stood still since."""
        return "money has moved and the world has not come to rest since" if self._waiting else None
