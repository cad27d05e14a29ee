"""How things end: what is over is closed everywhere, and after trouble everything comes to rest again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rehearsal.audit.event import MOVES, REQUESTS, EventName, Trouble
from rehearsal.audit.finding import Witness
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, PlayerEvent, Quiescence, Violation
from rehearsal.audit.invariants.arrivals import OVER
from rehearsal.seats.port import AdjustmentRow, Capability
from rehearsal.wire.recorder import Exchange

ENDED: Final = ("_COMPLETE", "_CANCEL", "_CANCELLED")
ANYBODY: Final = ""  # whose claim a refusal concerned is not known where the call was to make one


@dataclass(slots=True)
class _Failures:
    """What was refused, in the words of who refused it; what was left without an answer; what a lapse has overtaken."""

    words: dict[str, None] = field(default_factory=dict)
    unanswered: bool = False
    overtaken: bool = False


@dataclass(eq=False, slots=True)
class NothingStaysOpen(Invariant):
    """Judged when the world rests: each claim that has ended, and each error that stands before the staff."""

    slug = "nothing-stays-open"
    rule = (
        "When a claim has ended, nothing about it is open; an error stands only where something failed, with its words."
    )
    needs = frozenset({Capability.STAFF_SEES, Capability.STAFF_DECIDES})

    _ended: dict[str, tuple[int, str, str]] = field(default_factory=dict)  # claim -> event, order, status
    _open: dict[str, dict[str, tuple[int, str]]] = field(
        default_factory=lambda: defaultdict(dict)
    )  # what is read as open
    _failures: dict[str, _Failures] = field(default_factory=lambda: defaultdict(_Failures))  # by claim

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Note which claims end, and which adjustments are open."""
        claim = event.claim
        if claim is None:
            return NO_VIOLATION
        if event.name in MOVES or event.name in REQUESTS:
            self._ended.pop(claim, None)
            if event.status.endswith(ENDED):
                self._ended[claim] = (event.seq, event.order, event.status)
        elif event.name == EventName.DEADLINE_LAPSED:
            self._failures[claim].overtaken = True
        elif event.name == EventName.ADJUSTMENT_READ:
            self._open[claim].pop(event.ref, None)
            if event.placed not in OVER:
                self._open[claim][event.ref] = (event.seq, event.placed)
        return NO_VIOLATION

    def on_exchange(self, exchange: Exchange) -> Iterable[Violation]:
        """Note what was refused, and what was left without an answer."""
        silent = exchange.writes and (exchange.failure is not None or (exchange.status or 500) >= 500)
        if exchange.outside or not (exchange.refusal or silent):
            return NO_VIOLATION
        known = exchange.subjects if exchange.callee == "marketplace" else ()
        for claim in known or (exchange.order or ANYBODY,):
            failures = self._failures[claim]
            failures.unanswered |= silent
            if exchange.refusal:
                failures.words[exchange.refusal] = None
        return NO_VIOLATION

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
                yield Violation(
                    f"open {claim} {status}",
                    "connector",
                    f"nothing open of the claim, which is {status}",
                    "; ".join(still),
                    Witness(
                        events=(seq, *(read for read, _ in self._open[claim].values())),
                        about={"order_id": order_id, "claim": claim, "adjustment_id": row.id if row else ""},
                    ),
                )
        for row in state.adjustments:
            if row.error or row.status == "Error":
                yield from self._judge_error(row)

    def _judge_error(self, row: AdjustmentRow) -> Iterable[Violation]:
        claim = row.return_id or row.cancel_id or ANYBODY
        about = [self._failures[one] for one in dict.fromkeys((claim, row.order_id, ANYBODY)) if one in self._failures]
        words = [word for failures in about for word in failures.words]
        told = row.error or ""
        silent = any(failures.unanswered or failures.overtaken for failures in about)
        if any(word in told for word in words) or (told and silent):
            return
        expected = f"the words of who refused it: {' or '.join(words)}" if words else "no error, as nothing has failed"
        yield Violation(
            f"error {row.id} {told}",
            "connector",
            expected,
            f"the staff see {row.status}: {told or 'without a word'}",
            Witness(
                money={"amount": str(row.amount)},
                about={"order_id": row.order_id, "claim": claim, "adjustment_id": row.id},
            ),
        )


DECIDED: Final = (EventName.DECISION_GIVEN, EventName.REFUND_REQUESTED)


@dataclass(eq=False, slots=True)
class CatchesUp(Invariant):
    """After trouble (D43), and sooner after whatever else has happened; then all is judged that holds at rest."""

    slug = "catches-up"
    rule = "After the last trouble everything settles within three rounds and two pulls."
    needs = frozenset({Capability.STAFF_SEES, Capability.STAFF_DECIDES})

    _last: tuple[datetime, int] | None = None  # what has happened, unless all has settled since
    _struck: bool = False  # by trouble, and has not settled since
    _look_at: datetime | None = None  # not before
    _claims: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))  # open ones, by order

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Note that something has happened that is to be carried out or told."""
        if event.who == "marketplace" or event.name in DECIDED:
            self._last, self._look_at = (event.at, event.seq), event.at + self.limits.one_round
        claim = event.claim
        if claim is not None and (event.name in MOVES or event.name in REQUESTS):
            self._claims[event.order].pop(claim, None)
            if not event.status.endswith(ENDED):
                self._claims[event.order][claim] = None
        return NO_VIOLATION

    def on_trouble(self, trouble: Trouble) -> None:
        """Note that trouble has struck."""
        self.occasions += 1
        self._struck = True
        self._look_at = self._look_at or trouble.at

    def wants_a_look(self, now: datetime) -> bool:
        """Return whether everybody has had the time to settle, and no refund has to wait for a buyer's claim."""
        if self._look_at is None or now <= self._look_at:
            return False
        latest = self._latest()
        held = any(self._claims.get(request.order_id) for request in self.decisions.unpaid.values())
        if latest is not None and latest < now and not held:
            return True
        self._look_at = now + self.limits.one_round if latest is None or held else latest
        return False

    def _latest(self) -> datetime | None:
        """Return by when everything has to have settled; None while no limit runs."""
        one_round, one_pull, latest = self.limits.one_round, self.limits.one_pull, []
        if self._struck:
            over = self.limits.last_trouble()
            if over is None:
                return None
            latest.append(over + 3 * one_round + 2 * one_pull)
        if self._last is not None:
            longer = self.limits.extension(None, self._last[0])
            latest.append(self._last[0] + 2 * one_round + one_pull + longer)
        return max(latest, default=None)

    def on_look(self, state: Quiescence) -> Iterable[Violation]:
        """Nobody has anything left to do."""
        if not state.settled:
            waits = [decision.adjustment_id for decision in self.decisions.owed()] + [*self.decisions.unpaid]
            after = "the last trouble" if self._struck else "anything has happened"
            yield Violation(
                f"unsettled {self._latest()}",
                "connector",
                f"everything settled by {state.at.isoformat()}, so long after {after}",
                "the connector still has something to tell the marketplace",
                Witness(
                    events=() if self._last is None else (self._last[1],),
                    about={"adjustment_id": ", ".join(dict.fromkeys(waits))},
                ),
            )

    def at_quiescence(self, state: Quiescence) -> Iterable[Violation]:
        """What has settled needs no look."""
        self._last, self._struck, self._look_at = None, False, None
        return NO_VIOLATION

    @property
    def unjudged(self) -> str | None:
        """Return that trouble has struck and the world has had no time to settle since."""
        return "trouble has struck and the time to settle is not over" if self._struck else None
