"""How things end: what is over is closed everywhere, and after trouble everything comes to rest again."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rehearsal.audit.event import MOVES, REQUESTS, EventName, Trouble
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, PlayerEvent, Quiescence, Violation
from rehearsal.audit.invariants.arrivals import OVER
from rehearsal.audit.invariants.calls import HANDED_OVER
from rehearsal.audit.invariants.status_words import FAILED
from rehearsal.audit.settling import ENDED
from rehearsal.moments import shown_time
from rehearsal.seats.port import AdjustmentRow, Capability, Question
from rehearsal.sums import Sum
from rehearsal.wire.recorder import Exchange

ANYBODY: Final = ""  # whose claim a refusal concerned is not known where the call was to make one
NOTHING: Final = {
    # by whether something was done, or may have been
    True: "no error, as nothing has failed: what was asked for was done, be it that the answer got lost",
    False: "no error, as nobody has refused anything: who will not do it says so in the answer to the staff",
}


@dataclass(slots=True)
class _Failures:
    """What was refused, in the words of who refused it; what had no answer, though done; what others were first at."""

    words: dict[str, None] = field(default_factory=dict)
    unanswered: bool = False  # and nothing was done
    overtaken: bool = False


@dataclass(eq=False, slots=True)
class NothingStaysOpen(Invariant):
    """Judged when the world rests: each claim that has ended, and each error that stands before the staff."""

    slug = "nothing-stays-open"
    rule = (
        "When a claim has ended, nothing about it is open; an error stands only where something failed, with its words."
    )
    needs = frozenset({Capability.STAFF_SEES})

    _ended: dict[str, tuple[int, str, str]] = field(default_factory=dict)  # claim -> event, order, status
    # What is read as open: by claim, and by the adjustment's number.
    _open: dict[str, dict[str, tuple[int, str]]] = field(default_factory=lambda: defaultdict(dict))
    _failures: dict[str, _Failures] = field(default_factory=lambda: defaultdict(_Failures))  # by claim
    _acting: bool = False  # the connector has moved something in a call that has not ended
    _moved: set[str] = field(default_factory=set)  # claims that the connector was the last to move
    _made: set[str | None] = field(default_factory=set)  # the keys of calls by which it has moved something
    _tried: int = 0  # its last attempt to move anything
    _left: dict[str, datetime] = field(default_factory=dict)  # when an order was handed over
    _called_off: set[str] = field(default_factory=set)  # wishes for money from before that was known
    _errors: dict[str, datetime] = field(default_factory=dict)  # when an adjustment was first read as failed

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Note which claims end, and which adjustments are open."""
        claim = event.claim
        if event.name == EventName.ORDER_STATUS_CHANGED and event.placed in HANDED_OVER:
            self._left.setdefault(event.order, event.at)
        elif event.name == EventName.REFUND_REQUESTED and self._has_not_left(event):
            self._called_off.add(event.adjustment)
        if event.name == EventName.ADJUSTMENT_READ and event.placed == FAILED:
            self._errors.setdefault(event.adjustment, event.at)
        if claim is None:
            return NO_VIOLATION
        if event.by_connector:
            self._acting = True
            self._moved.add(claim)
        else:
            self._moved.discard(claim)
        if event.name in MOVES or event.name in REQUESTS:
            self._ended.pop(claim, None)
            if not event.by_connector and not any(self.decisions.asks(claim, one) for one in Question):
                self._failures[claim].overtaken |= self.decisions.kept(claim)
            if event.status.endswith(ENDED):
                self._ended[claim] = (event.seq, event.order, event.status)
        elif event.name == EventName.DEADLINE_LAPSED or (
            event.name == EventName.DECISION_GIVEN and self._comes_late(claim, event.question or Question.REQUEST)
        ):
            self._failures[claim].overtaken = True
        elif event.name == EventName.ADJUSTMENT_READ:
            self._open[claim].pop(event.ref, None)
            if event.placed not in OVER:
                self._open[claim][event.ref] = (event.seq, event.placed)
        return NO_VIOLATION

    def _has_not_left(self, wish: PlayerEvent) -> bool:
        """Return whether an order had not been handed over when money of it was asked for, as far as anybody knew."""
        left = self._left.get(wish.order)
        return left is None or wish.at <= left + self.limits.one_round + self.limits.extension(None, left)

    def _comes_late(self, claim: str, question: str) -> bool:
        """Return whether nobody asks for this any more, for another reason than that it was carried out meanwhile."""
        return not (self.decisions.asks(claim, question) or self.decisions.done(claim, question))

    def on_exchange(self, exchange: Exchange) -> Iterable[Violation]:
        """Note what was refused, and what was left without an answer and undone."""
        acting, self._acting = self._acting, False
        if exchange.outside or not (exchange.writes or exchange.refusal):
            return NO_VIOLATION
        at_marketplace = exchange.callee == "marketplace"
        known = exchange.subjects if at_marketplace else ()
        if at_marketplace and exchange.writes:
            self._tried = exchange.seq
        if acting and exchange.key is not None:
            self._made.add(exchange.key)
        done = acting or exchange.key in self._made or not self._moved.isdisjoint(known)
        silent = exchange.writes and (exchange.failure is not None or (exchange.status or 500) >= 500)
        for claim in known or (exchange.order or ANYBODY,):
            failures = self._failures[claim]
            failures.unanswered |= silent and not done
            if exchange.refusal and not self._shows_what_it_tried(exchange):
                failures.words[exchange.refusal] = None
        return NO_VIOLATION

    def _shows_what_it_tried(self, exchange: Exchange) -> bool:
        """Return whether a seat has answered with a case that it tried to move in this call: it has refused nothing."""
        return exchange.callee != "marketplace" and (exchange.status or 500) < 400 and self._tried > exchange.seq

    def at_quiescence(self, state: Quiescence) -> Iterable[Violation]:
        """Judge what has ended since the last time, and the errors that stand."""
        rows = {row.return_id or row.cancel_id: row for row in state.adjustments}
        ended, self._ended = self._ended, {}
        for claim, (seq, order_id, status) in ended.items():
            self.occasions += 1
            row = rows.get(claim)
            still = [f"{ref} is {word}" for ref, (_, word) in self._open[claim].items()]
            if row is not None and {"approve", "reject"} & set(row.can):
                still.append(f"the staff can {' or '.join(row.can)}")
            if still:
                about = {"order_id": order_id, "claim": claim, "adjustment_id": row.id if row else ""}
                expected = f"nothing open of the claim, which is {status}"
                seqs = (seq, *(read for read, _ in self._open[claim].values()))
                yield Violation.of(f"open {claim} {status}", expected, "; ".join(still), about, *seqs)
        for row in state.adjustments:
            if row.error or row.status == FAILED:
                yield from self._judge_error(row)

    def _judge_error(self, row: AdjustmentRow) -> Iterable[Violation]:
        claim = row.return_id or row.cancel_id or ANYBODY
        about = [self._failures[one] for one in dict.fromkeys((claim, row.order_id, ANYBODY)) if one in self._failures]
        words = [word for failures in about for word in failures.words]
        told = row.error or ""
        silent = any(failures.unanswered or failures.overtaken for failures in about)
        left, failed = self._left.get(row.order_id), self._errors.get(row.id)
        shipped = row.id in self._called_off and left is not None and (failed is None or left <= failed)
        if any(word in told for word in words) or (told and (silent or shipped)):
            return
        done = not claim or claim in self._moved or any(self.decisions.done(claim, one) for one in Question)
        expected = f"the words of who refused it: {' or '.join(words)}" if words else NOTHING[done]
        seen = f"the staff see {row.status or 'an error'}: {told or 'without a word'}"
        whom = {"order_id": row.order_id, "claim": claim, "adjustment_id": row.id}
        money = {"amount": Sum(row.amount, row.currency)}
        yield Violation.of(f"error {row.id} {told}", expected, seen, whom, money=money)


@dataclass(eq=False, slots=True)
class CatchesUp(Invariant):
    """After trouble (D43), and sooner after whatever else has happened: then all is judged that holds at rest."""

    slug = "catches-up"
    rule = "After the last trouble everything settles within three rounds and two pulls."
    needs = frozenset({Capability.STAFF_SEES})

    def on_trouble(self, trouble: Trouble) -> None:
        self.occasions += 1

    def on_look(self, state: Quiescence) -> Iterable[Violation]:
        """Nobody has anything left to do. Of a connector that does not say so, what was decided is looked at."""
        last, struck = self.settling.last, self.settling.struck
        unsettled = struck and self.decisions.owing if state.settled is None else not state.settled
        if unsettled:
            waits = [decision.adjustment_id for decision in self.decisions.owed()] + [*self.decisions.unpaid]
            after = "the last trouble" if struck else "anything has happened"
            about = {"adjustment_id": ", ".join(dict.fromkeys(waits))}
            expected = f"everything settled by {shown_time(state.at)}, so long after {after}"
            seen = "the connector still has something to tell the marketplace"
            events = [] if last is None else [last[1]]
            yield Violation.of(f"unsettled {self.settling.latest()}", expected, seen, about, *events)

    @property
    def unjudged(self) -> str | None:
        """Return that trouble has struck and the world has had no time to settle since."""
        return "trouble has struck and the time to settle is not over" if self.settling.struck else None
