"""When a world is judged, and on what: what its seats show, whether it has come to rest, what the auditor then finds.

A seat that cannot show something, or does not answer, is not judged by it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Final, TypeVar

from mock_tiktok import LedgerLine, Marketplace
from rehearsal.audit.auditor import Auditor
from rehearsal.audit.event import EventName, Trouble
from rehearsal.audit.finding import Finding
from rehearsal.audit.invariant import LedgerRow, Quiescence
from rehearsal.audit.limits import Limits
from rehearsal.seats.port import (
    Activity,
    AdjustmentRow,
    Capability,
    ConnectorSeat,
    OmsSeat,
    SeatEvent,
    SeatFailed,
    common,
)
from rehearsal.simulation.clock import SimulatedClock
from rehearsal.simulation.player import Act, AgendaLike, FiredLike
from rehearsal.world.lock import WorldLock
from rehearsal.world.origin import Origin
from rehearsal.world.quiescence import RestState, Stillness, only_routine

T = TypeVar("T")
ZERO: Final = Decimal("0.00")


class Judge:
    """Looks at the marketplace and at both seats, and has the auditor judge what it sees."""

    def __init__(
        self,
        origin: Origin,
        marketplace: Marketplace,
        connector: ConnectorSeat,
        oms: OmsSeat,
        clock: SimulatedClock,
        lock: WorldLock,
        rest: RestState,
        limits: Limits,
        agenda: Callable[[], Sequence[AgendaLike]],
        hear: Callable[[], None],
        hear_history: Callable[[Sequence[Activity]], None],
    ) -> None:
        self._marketplace, self._connector, self._oms = marketplace, connector, oms
        self._clock, self._lock, self._rest = clock, lock, rest
        self._agenda, self._hear, self._hear_history = agenda, hear, hear_history
        self._driven = Capability.DRIVEN in connector.capabilities
        self.capabilities: Final = common(connector, oms)
        self.auditor: Final = Auditor(
            now=origin.start,
            reproduce=origin.command,
            capabilities=self.capabilities,
            by_default=self._answered_by_default,
            look=self._as_it_stands,
            limits=limits,
            unheard=oms.unheard,
        )

    def after_act(self, player: str, act: FiredLike, shops: int) -> None:
        """Judge what a player has done by itself and, if everybody has now looked in vain, all there is."""
        if player == "oms":
            self._hear_staff()
        looks = "connector" if self._driven else "oms"  # of one that takes its time from elsewhere no act is seen
        if player == looks and (act.changed or self._rest.unread):
            self._read_book()
        self.auditor.after_act(self._clock.now())
        pulls = Capability.DRIVEN in self._oms.capabilities
        rounds = shops or 1  # a connector that does not say which shops it has sees to all of them in one
        in_vain = self._rest.after_act(player, act.changed, self._clock.now(), rounds=rounds, pulls=pulls)
        if in_vain and self._rest.judged is None and self._settled() and self._driven:
            self._judge()

    def on_staff(self, event: SeatEvent) -> None:
        """Judge the book when a decision was taken, which may have been carried out at once: the money comes later.

        Our own connector does nothing between its acts, after each of which the book is read.
        """
        if not self._connector.from_outside:
            return
        if event.name in (EventName.DECISION_GIVEN, EventName.REFUND_REQUESTED) and event.data["accepted"]:
            self._read_book()

    def _read_book(self) -> None:
        self.auditor.on_ledger(self._shown(Capability.LEDGER, self._connector.ledger, {}))
        self._rest.unread = False

    def not_seen(self, failure: SeatFailed) -> Act:
        """Return that the staff have looked in vain; they have as much more time to see what there is."""
        self.auditor.on_answer(Capability.STAFF_SEES, str(failure))
        self.auditor.on_trouble(Trouble(self._clock.now(), None, pulls=1))
        return Act(self._clock.now(), f"sees nothing: {failure}", who="oms")

    def _hear_staff(self) -> None:
        unanswered = self._oms.unanswered
        if unanswered is not None or self.auditor.deaf:
            self.auditor.on_answer(Capability.STAFF_DECIDES, unanswered)

    def _shown(self, capability: Capability, ask: Callable[[], T], nothing: T) -> T:
        """Return what a seat shows; nothing where it cannot, or does not answer: then nothing is judged of it."""
        if capability not in self.capabilities:
            return nothing
        try:
            shown = ask()
        except SeatFailed as failure:
            self.auditor.on_answer(capability, str(failure))
            return nothing
        if self.auditor.deaf:
            self.auditor.on_answer(capability, None)
        return shown

    def _settled(self) -> bool:
        """Return whether the connector has done all it promised: as it says or, where it does not, as is seen."""
        says = self._says_settled()
        return not self.auditor.owing if says is None else says

    def _says_settled(self) -> bool | None:
        return self._connector.settled() if self._driven else None

    def _judge(self) -> None:
        changes = self._rest.changes
        state = self._as_it_stands()
        if self.auditor.deaf or self._rest.changes != changes:
            return  # somebody has not answered, or has called back and changed something: not yet at rest
        self._rest.judged = state.books
        self.auditor.at_quiescence(state)

    def _as_it_stands(self) -> Quiescence:
        books = self.books() if Capability.LEDGER in self.capabilities else []
        nothing: Sequence[AdjustmentRow] = ()
        cases = self._shown(Capability.STAFF_SEES, self._oms.adjustments, nothing)
        known = self._says_settled(), Capability.STAFF_SEES in self.capabilities
        seen = self._marketplace.mailbox, *known, self._activity, self._connector.overview
        return Quiescence(self._clock.now(), books, cases, *seen)

    def _activity(self, order_id: str) -> Sequence[Activity]:
        nothing: Sequence[Activity] = ()
        shown = self._shown(Capability.ACTIVITY, lambda: self._connector.activity(order_id), nothing)
        self._hear_history(shown)
        return shown

    def stillness(self) -> Stillness:
        """Return how long nothing has changed, and whether anybody may still learn of what has."""
        with self._lock:
            looked = self._rest.pulled and self._settled()
            at_rest = looked and only_routine(self._agenda())
            return Stillness(at_rest, not looked if self._driven else None, self._clock.now() - self._rest.since)

    def books(self) -> list[LedgerRow]:
        """Return what each of the three says has been refunded, order by order; nothing where a seat shows no book."""
        with self._lock:
            ours, theirs = self._books_shown()
            official = self._marketplace.ledger()
            nothing = LedgerLine(ZERO, ZERO, "")  # of an order that the marketplace does not know
            rows = []
            for order_id in dict.fromkeys((*official, *(ours or ()), *(theirs or ()))):
                line = official.get(order_id, nothing)
                one = None if ours is None else ours.get(order_id, ZERO)
                other = None if theirs is None else theirs.get(order_id, ZERO)
                rows.append(LedgerRow(order_id, line.paid, line.refunded, one, other, line.currency))
            return rows

    def _books_shown(self) -> tuple[Mapping[str, Decimal] | None, ...]:
        """Return the connector's book and the OMS's; None where one shows none, or a seat does not answer."""
        seats = (self._connector, self._oms)
        try:
            shown = tuple(seat.ledger() if Capability.LEDGER in seat.capabilities else None for seat in seats)
        except SeatFailed as failure:
            self.auditor.on_answer(Capability.LEDGER, str(failure))
            return None, None
        if self.auditor.deaf:
            self.auditor.on_answer(Capability.LEDGER, None)
        return shown

    def findings(self) -> list[Finding]:
        """Return what broke, and one verdict on each rule that did not.

        A book that has moved in a world that stands still is judged again, for nothing else would bring it up.
        """
        with self._lock:
            with suppress(SeatFailed):  # which is told beside the findings
                self._hear()
            self._hear_staff()
            judged = self._rest.judged
            if judged is not None and Capability.LEDGER in self.capabilities and self.books() != judged:
                self._judge()
            return self.auditor.findings()

    def _answered_by_default(self, order_id: str) -> bool:
        """Return whether the connector says that it has answered in the seller's place."""
        return any(entry.event == "answered" and entry.by == "connector" for entry in self._activity(order_id))
