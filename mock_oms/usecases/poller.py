"""One pull: everything the OMS does by itself, in a fixed order.

Orders not yet exported, adjustments created since the last pull, every open adjustment again; then what could not be
delivered before, then what the policy decides. What cannot be read holds up nothing else; without an answer the pull
ends, and the next one starts over. Nothing is lost by either: an order is exported only when it is kept, and the
watermark moves only when everything was read.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final, TypeVar

from mock_oms.domain.cases import Adjustment, Case, Decision, PartState
from mock_oms.domain.manners import Manner, Manners
from mock_oms.domain.money import written
from mock_oms.domain.orders import Order
from mock_oms.domain.statuses import PAID
from mock_oms.errors import ConnectorError, Rejected, Unreadable
from mock_oms.state.ledger import LedgerRow
from mock_oms.state.store import Store
from mock_oms.usecases.decision_delivery import DecisionDelivery, Outcome, counting_offers
from mock_oms.usecases.effects import Effects
from mock_oms.usecases.ports import ConnectorApi
from mock_oms.usecases.refunds import Refunds

Thing = TypeVar("Thing")

# Certainty: assumed. Adjustments carry no date of change, and the connector's clock is not ours.
OVERLAP: Final = timedelta(hours=1)


@dataclass
class Tally:
    """What a pull has changed."""

    orders: int = 0
    adjustments: int = 0
    decisions: int = 0
    refunds: int = 0
    booked: Decimal = Decimal("0.00")
    in_vain: list[str] = field(default_factory=list)  # cases whose telling has begun to be in vain
    failure: str | None = None
    unread: bool = False  # whether something that was asked for could not be read: it has to be asked for again
    cases: dict[str, None] = field(default_factory=dict)

    def cannot_read(self, error: Unreadable) -> None:
        self.failure, self.unread = str(error), True

    @property
    def changed(self) -> bool:
        news = (self.orders, self.adjustments, self.decisions, self.refunds, self.in_vain, self.failure)
        return any(news)

    def words(self, currency: str) -> str:
        """Say what happened."""
        news = [
            _count(self.orders, "new order"),
            _count(self.adjustments, "adjustment"),
            _count(self.decisions, "decision"),
            _count(self.refunds, "refund asked for", "refunds asked for"),
            f"booked {self.booked} {currency}".strip() if self.booked else "",
            f"{', '.join(self.in_vain)} told the connector again in vain" if self.in_vain else "",
            self.failure or "",
        ]
        return "pull: " + (", ".join(item for item in news if item) or "nothing new")


@dataclass(frozen=True, slots=True, kw_only=True)
class Poller:
    """Pulls. `decide` is the policy: the decision on a case, if it makes one."""

    api: ConnectorApi
    store: Store
    delivery: DecisionDelivery
    refunds: Refunds
    effects: Effects
    decide: Callable[[Case], Decision | None]
    manners: Manners
    beside: ConnectorApi | None  # another program of the house, which has its own view of the connector

    def run(self, now: datetime) -> Tally:
        """Do one pull."""
        tally = self._pull(now)
        if tally.unread:
            self.effects.answers_unreadable(tally.failure or "")
        return tally

    def _pull(self, now: datetime) -> Tally:
        tally, store = Tally(), self.store
        overlap = timedelta(0) if Manner.NO_OVERLAP in self.manners else OVERLAP
        since = None if store.read_until is None else store.read_until - overlap
        try:
            marked = [] if self.beside is None else self._mark_beside(self.beside, tally)
            self._take_orders(_readable(self.api.new_orders(), tally), tally)
            if self.beside is not None:
                self._take_marks_back(self.beside, marked)
            fresh = list(_readable(self.api.adjustments_since(since), tally))
            self._take_all(fresh, now, tally)
            known = {read.key for read in fresh}
            self._take_all(_readable(self.api.adjustments_again(store.open.keys(), known, since), tally), now, tally)
            if not tally.unread:
                store.read_until = now
        except ConnectorError as error:
            tally.failure = str(error)
            return tally
        self._send_what_is_left(now, tally)
        self._follow_policy(tally)
        if Manner.REPORTS in self.manners and not tally.changed:
            self._report(now.astimezone(UTC).date(), tally)
        return tally

    def _report(self, today: date, tally: Tally) -> None:
        """Once a day, when there is nothing else to do, read all orders again, and compare lists with parts of them."""
        last, self.store.reported_on = self.store.reported_on, today
        if last in (None, today):
            return
        try:
            orders, parcels = self.api.compare()
            for order in _readable(orders, tally):
                self.effects.order_read(order)
            for order_id, statuses in parcels.items():
                self.effects.parcels_read(order_id, statuses)
        except Unreadable as error:
            tally.cannot_read(error)
        except ConnectorError as error:
            tally.failure = str(error)

    def _mark_beside(self, beside: ConnectorApi, tally: Tally) -> list[Order]:
        """Have the other program mark what it reads, and return that."""
        read = list(_readable(beside.new_orders(), tally))
        for order in read:
            beside.mark_exported(order.ref)
        return read

    def _take_marks_back(self, beside: ConnectorApi, orders: Iterable[Order]) -> None:
        """Have the other program think better of each mark, once: with the next pull it reads the order again."""
        for order in orders:
            if order.ref not in self.store.taken_back:
                with suppress(Rejected):  # not every connector can
                    beside.unmark_exported(order.ref)
                self.store.taken_back.add(order.ref)

    def _take_orders(self, offered: Iterable[Order], tally: Tally) -> None:
        """Keep and mark the orders, when all have been read, or each as it is read."""
        if Manner.MARKS_BY_PAGE in self.manners:
            before, refs = frozenset(self.store.marked), set[str]()
            for order in offered:
                refs.add(order.ref)
                self._export(order, tally, again=order.ref in before)
            self._marks_arrived(refs)
            return
        orders = list(offered)
        again = self._marks_arrived(order.ref for order in orders)
        for order in orders:
            self._export(order, tally, again=order.ref in again)

    def _export(self, order: Order, tally: Tally, *, again: bool) -> None:
        if self.store.keep_order(order) or again:
            tally.orders += 1
            self.effects.order_read(order, again=again)
        self.store.marking.add(order.ref)
        try:
            self.api.mark_exported(order.ref)
            self.store.marked.add(order.ref)
            self.store.marking.discard(order.ref)
        except Rejected as rejected:  # one order the connector will not let go must not hold up all the rest
            tally.failure = f"order {order.order_id} cannot be exported: {rejected.words}"

    def _marks_arrived(self, offered: Iterable[str]) -> set[str]:
        """Take note of what is marked though no answer said so: it is not offered any more. Return what is, again."""
        refs = set(offered)
        self.store.marked |= self.store.marking - refs
        self.store.marking.clear()
        return refs & self.store.marked

    def _take_all(self, found: Iterable[Adjustment], now: datetime, tally: Tally) -> None:
        for read in found:
            try:
                self._take_in(read, now, tally)
            except Unreadable as error:  # its order, which is not known here
                tally.cannot_read(error)
            except Rejected as rejected:  # one order that the connector does not show must not hold up all the rest
                lists = f"The connector lists an adjustment of order {read.order_ref} and does not show the order"
                tally.cannot_read(Unreadable(f"{lists}: {rejected.words}"))

    def _take_in(self, read: Adjustment, now: datetime, tally: Tally) -> None:
        """Take an adjustment into its case, and book it when it is done."""
        store = self.store
        if read.seller_id in store.recorded:
            return
        read = store.recognized(read)
        case = self._case_of(read, now)
        if case.adjustments.get(read.key) != read:
            was_unsent = case.unsent
            case = store.keep(case.reading(read))
            if was_unsent and not case.unsent:  # the refund had arrived after all; only its answer was lost
                self.effects.refund_requested(case)
            tally.adjustments += 1
            tally.cases[case.number] = None
            self.effects.adjustment_read(case, read, store.line_of(read))
        if read.status == PAID:
            amount = written(read.amount, case.currency)
            row = LedgerRow(case.order_id, case.number, read.key, amount, now)
            if store.ledger.write(row):
                tally.booked += amount
                self.effects.booked(case, read)
                if Manner.RECORDS in self.manners:
                    self.refunds.record(read)

    def _case_of(self, read: Adjustment, now: datetime) -> Case:
        """Return the case of an adjustment, which is new, or which a parcel has opened before its order was known."""
        case = self.store.case_for(read)
        if case is not None and case.currency:
            return case
        order = self.store.order_by_ref(read.order_ref)
        if order is None:  # never exported to us, yet adjusted
            order = self.api.order(read.order_ref)
            self.store.keep_order(order)
            self.effects.order_read(order)
        if case is not None:
            return replace(case, currency=order.currency)
        return self.store.new_case(read.kind, order, now)

    def _send_what_is_left(self, now: datetime, tally: Tally) -> None:
        for number in list(self.store.unsent):
            case = self.store.cases[number]
            if case.kept is not None:
                outcome = self.delivery.give_again(case)
                if outcome.kept and outcome.case.silence and not outcome.taken:
                    self._tried_in_vain(outcome.case, tally)
                else:
                    self._settle(outcome, case.kept.decision, tally)
            else:
                before = case
                case, found = self.refunds.ask_again(case)
                if [part.state for part in case.parts] == [part.state for part in before.parts]:
                    self._tried_in_vain(case, tally)
                else:
                    self.store.keep(case)
                    tally.refunds += 1
                    tally.cases[number] = None
                    if not case.unsent and any(part.state is PartState.ACCEPTED for part in case.parts):
                        self.effects.refund_requested(case)
                for read in found:
                    self._take_in(read, now, tally)

    def _tried_in_vain(self, case: Case, tally: Tally) -> None:
        """Keep what came back from a further attempt; the first one in vain is news, the others are not."""
        before, silence = self.store.cases[case.number].silence, case.silence
        if silence is None:
            return
        self.store.keep(replace(case, silence=replace(silence, again=True)))
        if before is None or not before.again:
            tally.in_vain.append(case.number)
            tally.cases[case.number] = None

    def _follow_policy(self, tally: Tally) -> None:
        for case in self.store.moved_cases():
            decision = None if case.kept else self.decide(case)
            if decision is None:
                continue
            asking = frozenset(adjustment.key for adjustment in case.asking(decision.question))
            if asking <= case.tried_by_policy:
                continue
            case = self.store.keep(replace(case, tried_by_policy=case.tried_by_policy | asking))
            self._settle(self.delivery.give(case, decision), decision, tally)

    def _settle(self, outcome: Outcome, decision: Decision, tally: Tally) -> Case:
        """Keep what came of a decision that nobody stands waiting for, and announce it."""
        before = self.store.cases[outcome.case.number]
        case = outcome.case
        if outcome.rejected is not None:
            case = replace(case, kept=None)
        if case == before and not outcome.taken:
            return case
        case = self.store.keep(counting_offers(case, decision, outcome))
        tally.decisions += 1
        tally.cases[case.number] = None
        if outcome.rejected is None and (outcome.taken or outcome.kept):
            self.store.judge(case, decision.grade)
            self.effects.decision_given(case, decision, accepted=not outcome.kept)
        return case


def _readable(found: Iterator[Thing], tally: Tally) -> Iterator[Thing]:
    """Yield what can be read; that something cannot is noted, and the pull goes on."""
    try:
        yield from found
    except Unreadable as error:
        tally.cannot_read(error)


def _count(number: int, one: str, many: str | None = None) -> str:
    if not number:
        return ""
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"
