"""Whatever the marketplace shows comes to stand before the seller's staff, once and soon."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from rehearsal.audit.decision_ledger import ZERO
from rehearsal.audit.event import REQUESTS, EventName
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, PlayerEvent, Quiescence, Violation
from rehearsal.audit.limits import EVERY_SHOP
from rehearsal.moments import shown_time
from rehearsal.seats.port import Capability, Sight
from rehearsal.sums import Sum
from rehearsal.wire.recorder import Exchange

NOT_SHOWN: Final = ("UNPAID", "ON_HOLD")  # orders that are not offered to an OMS (D16)
ELSEWHERE: Final = "was it on a further page, or outside of what was asked for?"
SHOWN: Final = 3  # looks that a witness shows of the first, and as many of the last
NOT_AGAIN: Final = "an order that was marked as exported not offered again"
MARK: Final = "markExported"
UNMARK: Final = "unmarkExported"
READERS: Final = 2  # an OMS, and at most one other program of the house with marks of its own
OVER: Final = frozenset({"PostProcessingComplete", "RejectionCompleted", "InformationOnly", "Error"})


@dataclass(frozen=True, slots=True)
class _Awaited:
    """An order or a claim that has still to arrive."""

    since: datetime
    seq: int
    shop: str
    order: str
    claim: str
    asked: Sum | None


@dataclass(slots=True)
class _Readings:
    """In which case a claim stands, and which of its adjustments are open: of which units."""

    case: str
    seq: int
    open: dict[str, tuple[int, frozenset[str]]] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class EverythingArrives(Invariant):
    """Judged at the first act after the limit, or as soon as the world rests where no trouble can be the reason."""

    slug = "everything-arrives"
    rule = "Every claim and order the marketplace shows is before the staff, once, within one round and one pull."
    needs = frozenset({Capability.STAFF_SEES})

    _hidden: dict[str, str] = field(default_factory=dict)  # orders not shown yet -> their shop
    _behind: dict[str, PlayerEvent] = field(default_factory=dict)  # claims of these, which are shown with them
    _awaited: dict[str, _Awaited] = field(default_factory=dict)  # by the number of the order or the claim
    _heap: list[tuple[datetime, str]] = field(default_factory=list)
    _readings: dict[str, _Readings] = field(default_factory=dict)  # by claim
    _beside: list[tuple[_Readings, set[str], Violation]] = field(default_factory=list)  # in the pull that goes on
    _marks: dict[str, tuple[int, ...]] = field(default_factory=dict)  # of orders as the connector numbers them
    _taken_back: dict[str, tuple[datetime, int]] = field(default_factory=dict)  # and since when one of these is
    _disturbed: bool = False  # something has befallen what the OMS reads in its present pull

    @property
    def _limit(self) -> timedelta:
        return self.limits.one_round + self.limits.one_pull

    @property
    def still_open(self) -> int:
        return len(self._awaited)

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Await what the marketplace shows; it has come when the OMS has read it."""
        match event.name:
            case EventName.ORDER_PLACED:
                if Sight.ORDERS not in self.decisions.unheard:
                    self._hidden[event.order] = event.shop
                    self._shown(event)
            case EventName.ORDER_STATUS_CHANGED:
                self._shown(event)
            case EventName.ORDER_READ:
                self._awaited.pop(event.order, None)
                return self._offered(event)
            case EventName.ADJUSTMENT_READ | EventName.CASE_SEEN if event.claim is not None:
                self._awaited.pop(event.claim, None)
                self._behind.pop(event.claim, None)
                judge = self._read if event.name == EventName.ADJUSTMENT_READ else self._stands
                return judge(event.claim, event)
            case name if name in REQUESTS and event.claim is not None:
                if event.order in self._hidden:
                    self._behind[event.claim] = event
                else:
                    self._await(event.claim, event.shop, event)
        return NO_VIOLATION

    def _offered(self, event: PlayerEvent) -> Iterable[Violation]:
        """Judge that what an OMS has marked is not offered to it again, unless trouble may have shown something old."""
        if event.again and not self.limits.extension(EVERY_SHOP, event.at - self.limits.one_round):
            key, about = f"offered {event.order} {event.seq}", {"order_id": event.order}
            yield Violation.of(key, NOT_AGAIN, "it is in the list", about, event.seq)

    def _shown(self, event: PlayerEvent) -> None:
        if event.placed not in NOT_SHOWN and event.order in self._hidden:
            self._await(event.order, self._hidden.pop(event.order), event)
            for claim in [claim for claim, asked in self._behind.items() if asked.order == event.order]:
                asked = self._behind.pop(claim)
                self._await(claim, asked.shop, replace(asked, at=event.at))

    def _await(self, identity: str, shop: str, event: PlayerEvent) -> None:
        self.occasions += 1
        amount = event.refund_total if event.claim else event.total
        asked = None if amount is None else Sum(amount, event.currency)
        self._awaited[identity] = _Awaited(event.at, event.seq, shop, event.order, event.claim or "", asked)
        heapq.heappush(self._heap, (event.at + self._limit, identity))

    def _stands(self, claim: str, event: PlayerEvent) -> Iterable[Violation]:
        """Judge that a claim stands in one case."""
        known = self._readings.setdefault(claim, _Readings(event.adjustment, event.seq))
        if event.adjustment != known.case:
            expected, seen = f"the claim in one case, {known.case}", f"it stands in {event.adjustment} too"
            about = {**event.about, "adjustment_id": event.adjustment}
            yield Violation.of(f"cases {claim} {event.adjustment}", expected, seen, about, known.seq, event.seq)

    def _read(self, claim: str, event: PlayerEvent) -> Iterable[Violation]:
        """Judge that a claim stands in one case, and each of its units in one open adjustment."""
        yield from self._stands(claim, event)
        known = self._readings[claim]
        about = {**event.about, "adjustment_id": event.adjustment}
        known.open.pop(event.ref, None)
        if event.placed in OVER:
            return
        units, sum_ = frozenset(event.units), Sum(event.amount or ZERO, event.currency)
        for ref, (seq, others) in known.open.items():
            if units == others or units & others:
                key, expected = f"twice {claim} {ref} {event.ref}", f"the claim's units in one open adjustment, {ref}"
                seen = f"{event.ref} is open beside it, of {sum_}"
                beside = Violation.of(key, expected, seen, about, seq, event.seq, money={"amount": sum_})
                self._beside.append((known, {ref, event.ref}, beside))
        known.open[event.ref] = (event.seq, units)

    def on_exchange(self, exchange: Exchange) -> Iterable[Violation]:
        """Judge that an order which was fetched, and is marked as fetched, is not offered again."""
        if exchange.caller == "oms" and exchange.fault and not exchange.writes:
            self._disturbed = True
        if exchange.operation not in (MARK, UNMARK) or exchange.outside:
            return
        if exchange.fault or exchange.failure:
            for order in exchange.subjects:  # it may have been done, whatever its caller got
                if exchange.operation == UNMARK:
                    self._marks[order] = self._marks.get(order, ())[:-1]
                else:
                    self._taken_back.pop(order, None)
            return
        if exchange.status is not None and exchange.status < 300:
            (order,) = exchange.subjects
            if exchange.operation == UNMARK:
                self._marks[order] = self._marks.get(order, ())[:-1]
                self._taken_back[order] = exchange.at, exchange.seq
                return
            self._taken_back.pop(order, None)
            if self._disturbed and order in self._marks:  # it may have been shown a list of the time before
                return
            marks = self._marks[order] = (*self._marks.get(order, ()), exchange.seq)
            if len(marks) > READERS:
                seen, shown = f"it was marked {len(marks)} times", marks[: READERS + 1]
                yield Violation.of(f"again {order}", NOT_AGAIN, seen, {"order": order}, exchanges=shown)

    def after_act(self, now: datetime) -> Iterable[Violation]:
        """Nothing is awaited for longer than the limit; and a pull, which reads what is new first, is over."""
        yield from (beside for known, both, beside in self._beside if both <= known.open.keys())
        self._beside.clear()
        self._disturbed = False
        yield from self._not_offered(now)
        while self._heap and self._heap[0][0] < now:
            due, identity = heapq.heappop(self._heap)
            awaited = self._awaited.get(identity)
            if awaited is None:
                continue
            longer = self.limits.extension(awaited.shop, awaited.since)
            latest = awaited.since + self._limit + longer
            if latest < now:
                del self._awaited[identity]
                yield self._missing(identity, awaited, due)
            else:  # while no limit runs, it is looked at again a round later
                heapq.heappush(self._heap, (min(latest, now + self.limits.one_round), identity))

    def _not_offered(self, now: datetime) -> Iterable[Violation]:
        """Judge that an order whose mark was taken back is offered to who did that with their next pull."""
        for order, (since, seq) in list(self._taken_back.items()):
            longer = self.limits.extension(EVERY_SHOP, since)
            if since + self.limits.one_pull + longer < now:
                del self._taken_back[order]
                expected = "an order whose mark as exported was taken back offered again"
                seen = "nobody has marked it since"
                yield Violation.of(f"back {order}", expected, seen, {"order": order}, exchanges=(seq,))

    def at_quiescence(self, state: Quiescence) -> Iterable[Violation]:
        """A round and a pull that found nothing new have passed everything awaited by, unless trouble kept it away."""
        for identity, awaited in list(self._awaited.items()):
            troubled = self.limits.extension(awaited.shop, awaited.since)
            if awaited.since < state.at and (not troubled or self._looked_after_trouble(awaited)):
                del self._awaited[identity]
                yield self._missing(identity, awaited, state.at)

    def _looked_after_trouble(self, awaited: _Awaited) -> bool:
        """Return whether somebody has looked at all of the shop's claims since the trouble that may have kept it away.

        Who was asked to come later, and has not come yet, has looked at nothing.
        """
        over = self.limits.last_trouble()
        return over is not None and self.claims.looked(awaited.shop, over)

    def _missing(self, identity: str, awaited: _Awaited, due: datetime) -> Violation:
        what = "claim" if awaited.claim else "order"
        money = {} if awaited.asked is None else {"asked" if awaited.claim else "paid": awaited.asked}
        about = {"order_id": awaited.order, "claim": awaited.claim, "shop_id": awaited.shop}
        expected = f"the {what} before the staff by {shown_time(due)}"
        seen = f"the marketplace has shown it since {shown_time(awaited.since)}, the OMS has read nothing of it"
        key, looks = f"missing {identity}", self.claims.looks(awaited.shop, awaited.claim, awaited.seq)
        if looks:
            seen += f"; the connector has asked for the shop's claims {len(looks)} times since: {ELSEWHERE}"
        elif looks is not None:
            seen += "; the connector has not asked for the shop's claims since"
        shown = _first_and_last(looks or ())
        return Violation.of(key, expected, seen, about, awaited.seq, exchanges=shown, money=money)


def _first_and_last(looks: Sequence[int]) -> tuple[int, ...]:
    """Return the looks that a witness shows: all of a few, and else those at both ends."""
    return (*looks,) if len(looks) <= 2 * SHOWN else (*looks[:SHOWN], *looks[-SHOWN:])
