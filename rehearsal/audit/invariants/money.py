"""Nobody gets back more than they paid, and at rest the three books agree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from rehearsal.audit.decision_ledger import ZERO
from rehearsal.audit.event import EventName
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, LedgerRow, PlayerEvent, Quiescence, Violation
from rehearsal.audit.invariants.arrivals import NOT_SHOWN
from rehearsal.seats.port import Capability
from rehearsal.sums import Sum, coin
from rehearsal.wire.recorder import Exchange

NOTHING: Final = (ZERO, 0)  # paid, by no event

# Whose sum: the order's, one unit's or, in the books, one line's; and of what: the total, or a part.
Sums = dict[tuple[str, str], Decimal]
THE_ORDER: Final = ""
THE_TOTAL: Final = ""
ITEM: Final = "item"


@dataclass(slots=True)
class _Account:
    paid: Sums = field(default_factory=lambda: {(THE_ORDER, THE_TOTAL): ZERO})
    refunded: Sums = field(default_factory=dict)
    events: list[int] = field(default_factory=list)
    astray: Decimal = ZERO  # how far the books' parts may differ: a coin for each unit
    booked: dict[tuple[tuple[str, ...], str], Decimal] = field(default_factory=dict)  # of a line's units, or of none
    bookings: list[int] = field(default_factory=list)
    line: tuple[str, ...] = ()  # the units of that of which the OMS has read last, to book it

    def of(self, sums: Sums, units: tuple[str, ...], part: str) -> Decimal | None:
        """Return how much of a part the sums say of some units, or of the order; None where they do not."""
        said = [sums.get((unit, part)) for unit in units or (THE_ORDER,)]
        known = [money for money in said if money is not None]
        return sum(known, ZERO) if known else None


@dataclass(eq=False, slots=True)
class NeverTooMuch(Invariant):
    """Sums by unit and by order, in total and part by part, and one payment for each claim.

    Where nobody hears what the staff decide, a refund of the seller's that is made again after its answer was lost has
    been paid twice.
    """

    slug = "never-too-much"
    rule = "A buyer never gets back more than they paid, per unit, line, order and part; nor twice for one claim."

    _accounts: dict[str, _Account] = field(default_factory=dict)
    _paid: dict[str, int] = field(default_factory=dict)
    _begun: list[PlayerEvent] = field(default_factory=list)  # refunds of the seller's, in the call that goes on
    # Refunds of the seller's that were executed and whose answer was lost, and in which exchange: by order.
    _unanswered: dict[str, list[tuple[PlayerEvent, int]]] = field(default_factory=dict)

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Add up what is paid in and what is paid back."""
        if event.name == EventName.RETURN_REQUESTED and event.by_connector and not self.decisions.heard:
            self._begun.append(event)
        if event.name == EventName.ORDER_PLACED:
            total = event.total or ZERO
            self._accounts[event.order] = _Account(_sums(event, total), astray=coin(event.currency) * len(event.lines))
        elif event.name == EventName.MONEY_PAID:
            self.occasions += 1
            yield from self._paid_back(event)
        elif event.name == EventName.ADJUSTMENT_READ and event.order in self._accounts:
            self._accounts[event.order].line = event.order_line
        elif event.name == EventName.BOOKED and event.order in self._accounts:
            yield from _booked(self._accounts[event.order], event)

    def _paid_back(self, event: PlayerEvent) -> Iterable[Violation]:
        account = self._accounts.setdefault(event.order, _Account())
        amount = event.amount or ZERO
        second = Sum(amount, event.currency)
        account.events.append(event.seq)
        if event.claim is not None and event.claim in self._paid:
            expected, seen = "one payment for one claim", f"a second payment of {second}"
            key, seqs = f"twice {event.claim}", (self._paid[event.claim], event.seq)
            yield Violation.of(key, expected, seen, event.about, *seqs, money={"amount": second}, suspect="marketplace")
        elif event.claim is not None:
            self._paid[event.claim] = event.seq
        for of, part in _sums(event, amount).items():
            back = account.refunded[of] = account.refunded.get(of, ZERO) + part
            paid = account.paid.get(of)
            if part and paid is not None and back > paid:
                yield _too_much(event, of, paid, back, account)

    def on_exchange(self, exchange: Exchange) -> Iterable[Violation]:
        """Judge the refunds that a call has begun, and note whether its answer was lost."""
        if not self._begun or exchange.callee != "marketplace":
            return NO_VIOLATION
        return self._judge_begun(exchange)

    def _judge_begun(self, exchange: Exchange) -> Iterable[Violation]:
        begun, self._begun = self._begun, []
        lost = bool(exchange.fault or exchange.failure)
        for event in () if exchange.outside else begun:
            before = self._unanswered.setdefault(event.order, [])
            for first, unheard in before:
                if _of_what(first) == _of_what(event):
                    yield _again(event, first, unheard, exchange)
                    break
            if lost:
                before.append((event, exchange.seq))


def _of_what(refund: PlayerEvent) -> tuple[list[str], Decimal]:
    return sorted(refund.units), refund.refund_total or ZERO


def _again(event: PlayerEvent, first: PlayerEvent, unheard: int, exchange: Exchange) -> Violation:
    total = first.refund_total or ZERO
    once, twice = Sum(total, event.currency), Sum(total + total, event.currency)
    return Violation.of(
        f"again {event.claim}",
        f"one refund of {once}: {first.claim} was executed, though its answer was lost; it is looked up, or sent again "
        "with the same idempotency_key",
        f"the same refund once more, {event.claim}",
        event.about,
        first.seq,
        event.seq,
        call=exchange,
        exchanges=tuple(dict.fromkeys((unheard, exchange.seq))),
        money={"refunded": twice},
    )


def _sums(event: PlayerEvent, total: Decimal) -> Sums:
    """Return what an event says of money, as far as it goes into detail."""
    sums: Sums = {(THE_ORDER, THE_TOTAL): total}
    for unit, money in event.lines.items():
        sums[unit, THE_TOTAL] = money
    for unit, parts in event.parts.items():
        for part, money in parts.items():
            sums[unit, part] = money
            sums[THE_ORDER, part] = sums.get((THE_ORDER, part), ZERO) + money
    return sums


def _booked(account: _Account, event: PlayerEvent) -> Iterable[Violation]:
    """Judge the parts in the OMS's books, of a line and of the order, unless the marketplace has misled them.

    Where only items are named, the parts are not told.
    """
    account.bookings.append(event.seq)
    lines = dict.fromkeys((account.line, ()))  # whatever is of a line is of the order, too
    for units in lines:
        for part, money in event.made_of.items():
            account.booked[units, part] = account.booked.get((units, part), ZERO) + money
    account.line = ()
    told = sum(money for (units, part), money in account.booked.items() if not units and part != ITEM)
    for units, part in [(units, part) for units in lines for part in event.made_of] if told else ():
        paid, back = account.of(account.paid, units, part), account.booked[units, part]
        misled = account.of(account.refunded, units, part) or ZERO
        if paid is not None and back > max(paid, misled) + account.astray:
            most, books = Sum(paid, event.currency), Sum(back, event.currency)
            whose = f"the line {', '.join(units)}" if units else "the order"
            expected = f"at most the {most} of {part} that the buyer paid for {whose}"
            key, seen = f"booked {event.order} {units} {part} {back}", f"{books} of {part} in the OMS's books"
            sums = {"paid": most, "in the books": books}
            yield Violation.of(key, expected, seen, event.about, *account.bookings, money=sums)
            return


def _too_much(event: PlayerEvent, of: tuple[str, str], paid: Decimal, back: Decimal, account: _Account) -> Violation:
    unit, part = of
    whose = f"line {unit}" if unit else f"order {event.order}"
    of_what = f" of {part}" if part else ""
    most, refunded = Sum(paid, event.currency), Sum(back, event.currency)
    expected = f"at most the {most}{of_what} that the buyer paid for {f'the unit {unit}' if unit else 'the order'}"
    key, seen = f"{whose}{of_what} {back}", f"{refunded}{of_what} paid back"
    money = {"paid": most, "refunded": refunded}
    return Violation.of(key, expected, seen, event.about, *account.events, money=money, suspect="marketplace")


@dataclass(eq=False, slots=True)
class NeverAhead(Invariant):
    """Judged when the OMS books, and when the connector has done something."""

    slug = "never-ahead"
    rule = "At no instant does the connector's or the OMS's book say more than the marketplace has paid."
    needs = frozenset({Capability.LEDGER})

    _paid: dict[str, tuple[Decimal, int]] = field(default_factory=dict)  # by order, and the last event
    _booked: dict[str, tuple[Decimal, int]] = field(default_factory=dict)
    _currencies: dict[str, str] = field(default_factory=dict)  # by order

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        if event.name not in (EventName.ORDER_PLACED, EventName.MONEY_PAID, EventName.BOOKED):
            return
        self._currencies.setdefault(event.order, event.currency)
        if event.name == EventName.ORDER_PLACED:
            return
        book = self._paid if event.name == EventName.MONEY_PAID else self._booked
        before, _ = book.get(event.order, NOTHING)
        book[event.order] = before + (event.amount or ZERO), event.seq
        if event.name == EventName.BOOKED:
            self.occasions += 1
            total, seq = self._booked[event.order]
            if total > self._paid.get(event.order, NOTHING)[0]:
                yield self._ahead(event.order, "OMS", total, event.claim or "", seq)

    def on_ledger(self, ledger: Mapping[str, Decimal]) -> Iterable[Violation]:
        """Hold the connector's book against what is paid."""
        for order_id, total in ledger.items():
            if total:
                self.occasions += 1
                if total > self._paid.get(order_id, NOTHING)[0]:
                    yield self._ahead(order_id, "connector", total)

    def _ahead(self, order_id: str, who: str, says: Decimal, claim: str = "", *events: int) -> Violation:
        amount, last = self._paid.get(order_id, NOTHING)
        paid, book = (Sum(one, self._currencies.get(order_id, "")) for one in (amount, says))
        about = {"order_id": order_id, "claim": claim}
        expected = f"at most the {paid} that the marketplace has paid for the order so far"
        seen = f"{book} in the {who}'s book"
        key, money = f"ahead {who} {order_id} {says}", {"marketplace": paid, who: book}
        return Violation.of(key, expected, seen, about, *([last] if last else []), *events, money=money)


def _said(row: LedgerRow) -> str:
    return ", ".join(f"{'OMS' if who == 'oms' else who} {book}" for who, book in row.books.items())


@dataclass(eq=False, slots=True)
class BooksAgree(Invariant):
    """Once the world has come to rest; before, they are on their way."""

    slug = "books-agree"
    rule = "When everything has come to rest, the marketplace's, the connector's and the OMS's books agree to the cent."
    needs = frozenset({Capability.LEDGER})

    _last_payment: dict[str, int] = field(default_factory=dict)
    _hidden: set[str] = field(default_factory=set)  # orders that no OMS is shown yet
    _shops: dict[str, str] = field(default_factory=dict)  # by order
    _waiting: bool = False

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Remember that there is something to agree about."""
        if event.name == EventName.ORDER_PLACED:
            self._shops[event.order] = event.shop
        if event.name == EventName.ORDER_PLACED and event.placed in NOT_SHOWN:
            self._hidden.add(event.order)
        elif event.name == EventName.ORDER_READ or (
            event.name == EventName.ORDER_STATUS_CHANGED and event.placed not in NOT_SHOWN
        ):
            self._hidden.discard(event.order)
        if event.name in (EventName.MONEY_PAID, EventName.BOOKED):
            self._waiting = True
            self._last_payment[event.order] = event.seq
        return NO_VIOLATION

    def at_quiescence(self, state: Quiescence) -> Iterable[Violation]:
        astray = [row for row in state.books if row.agree is False and row.order_id not in self._hidden]
        unknown = {row.order_id for row in astray if not self._is_let_in(row.order_id)}
        if self._waiting and not unknown:
            self.occasions += 1
            self._waiting = False
        for row in astray:
            if row.order_id not in unknown:
                yield self._disagree(row)

    def _disagree(self, row: LedgerRow) -> Violation:
        key = f"books {row.order_id} {row.marketplace} {row.connector} {row.oms}"
        expected, about = "the same sum in all three books", {"order_id": row.order_id}
        events = [self._last_payment[row.order_id]] if row.order_id in self._last_payment else []
        money = {"paid": Sum(row.paid, row.currency), **row.books}
        suspect = "oms" if row.marketplace == row.connector else "connector"
        return Violation.of(key, expected, _said(row), about, *events, money=money, suspect=suspect)

    def _is_let_in(self, order_id: str) -> bool:
        return order_id not in self._shops or self.limits.hold(self._shops[order_id])

    @property
    def unjudged(self) -> str | None:
        """Return that money has moved and the world has not come to rest since."""
        return "money has moved and the world has not come to rest since" if self._waiting else None
