"""Watches everything that happens in a world and says what did not keep.

The auditor only listens: it is fed by the world, judges as things happen, keeps sums and open ends instead of history,
and costs the same whether a world is an hour or a year old. All it remembers is its `memory`, which is plain data: an
auditor that is given the memory of another goes on where that one was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from rehearsal.audit.claims import Claims
from rehearsal.audit.decision_ledger import DecisionLedger
from rehearsal.audit.event import EventName, LogLine, Trouble
from rehearsal.audit.finding import Finding, Verdict
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, PlayerEvent, Quiescence, Violation
from rehearsal.audit.invariants import INVARIANTS
from rehearsal.audit.limits import EVERY_SHOP, Limits
from rehearsal.audit.misheard import Misheard
from rehearsal.audit.refusals import Refusals
from rehearsal.audit.settling import Settling
from rehearsal.moments import shown_time
from rehearsal.seats.port import Capability, Sight
from rehearsal.wire.recorder import Exchange

Listener = tuple[int, Callable[[Any], Iterable[Violation]]]  # a method of an invariant, and its number

EVERYTHING: Final = frozenset(Capability)
WITNESSES: Final = 5
NEVER_LET_IN: Final = "every call of the connector was refused"
UNSEEN: Final[Mapping[Capability, str]] = {
    # without this capability           it is not known
    Capability.DRIVEN:        "when the connector makes its rounds",
    Capability.SHOPS:         "how the connector takes up a shop",
    Capability.STAFF_SEES:    "what waits before the seller's staff",
    Capability.STAFF_DECIDES: "what the seller's staff decide",
    Capability.LEDGER:          "what stands in the connector's book",
    Capability.ACTIVITY:      "what the connector says happened to an order",
    Capability.KILL:          "how the connector comes back after it died",
    Capability.OUTPUT:        "what the connector writes about itself",
}  # fmt: skip


@dataclass(slots=True)
class _Broken:
    violation: Violation
    at: datetime
    times: int = 1


@dataclass(slots=True)
class Memory:
    """All that an auditor remembers of a world, as plain data that can be pickled."""

    now: datetime
    decisions: DecisionLedger
    limits: Limits
    claims: Claims
    settling: Settling
    refusals: Refusals
    invariants: dict[int, Invariant]
    broken: dict[tuple[int, str], _Broken] = field(default_factory=dict)
    misheard: Misheard = field(default_factory=Misheard)

    @classmethod
    def blank(cls, now: datetime, limits: Limits) -> Memory:
        """Return what an auditor knows when a world begins."""
        decisions, claims = DecisionLedger(), Claims()
        known = decisions, limits, claims, Settling(limits, decisions)
        rules = {number: kind(*known) for number, kind in INVARIANTS.items()}
        return cls(now, *known, Refusals(limits), rules)


class Auditor:
    """Holds the invariants of one world, as far as the `capabilities` of who sits there let it see.

    `by_default` returns whether the connector says of an order that it has answered in the seller's place, as a shop
    may have asked it to; one that nobody can ask may always have done so. `look` returns how the world stands, for
    rules that are judged at a time of their own. `unheard` is what the staff do or see without our hearing of it.
    """

    def __init__(
        self,
        *,
        now: datetime,
        reproduce: str,
        capabilities: frozenset[Capability] = EVERYTHING,
        by_default: Callable[[str], bool] = lambda order_id: False,
        look: Callable[[], Quiescence] | None = None,
        limits: Limits | None = None,
        unheard: frozenset[Sight] = frozenset(),
        memory: Memory | None = None,
    ) -> None:
        self.reproduce = reproduce
        self.memory: Final = memory or Memory.blank(now, limits or Limits())
        self.memory.decisions.unheard = unheard
        self._capabilities = capabilities
        self.memory.decisions.heard = Capability.STAFF_DECIDES in capabilities
        self._by_default = by_default
        self._look = look
        self._silent: dict[Capability, str] = {}  # what a seat is capable of and does not answer, and its last words
        judging = {number: one for number, one in self.memory.invariants.items() if one.needs <= capabilities}
        at_rest = {number: one for number, one in judging.items() if one.needs_at_rest <= capabilities}
        self._on_event = _overriding("on_event", judging)
        self._on_exchange = _overriding("on_exchange", judging)
        self._on_line = _overriding("on_line", judging)
        self._after_act = _overriding("after_act", judging)
        self._on_trouble = _overriding("on_trouble", judging)
        self._on_ledger = _overriding("on_ledger", judging)
        self._on_look = _overriding("on_look", judging)
        self._at_quiescence = _overriding("at_quiescence", at_rest)

    @property
    def deaf(self) -> bool:
        """Return whether a seat did not answer when it was last asked."""
        return bool(self._silent)

    def on_answer(self, capability: Capability, failure: str | None) -> None:
        """Take note of how a seat has answered: after a failure nothing is judged that needs it, until it answers."""
        if failure is not None:
            self._silent[capability] = failure
        else:
            self._silent.pop(capability, None)

    def on_trouble(self, trouble: Trouble) -> None:
        """Take note of a hit: limits are longer by what it gives."""
        self.memory.limits.note(trouble)
        self._struck(trouble)

    def _struck(self, trouble: Trouble) -> None:
        self.memory.settling.on_trouble(trouble.at)
        for _, hear in self._on_trouble:
            hear(trouble)

    def on_stall(self, at: datetime, shop_id: str | None, lasting: timedelta) -> None:
        """Take note that a hit has kept a connector waiting that does not live by the world's clock."""
        self.memory.limits.note(Trouble(at, shop_id, lasting=lasting))

    def on_unauthorized(self, shop_id: str, at: datetime) -> None:
        """Take note that a shop's seller has not let the connector in yet: its limits begin with that."""
        self.memory.limits.note(Trouble(at, shop_id, until_authorized=True))

    def on_authorized(self, shop_id: str, at: datetime) -> None:
        """Take note that a shop has been authorised anew: its limits hold again."""
        self.memory.limits.ended(shop_id, at)

    def on_event(self, event: PlayerEvent) -> None:
        self.memory.now = max(self.memory.now, event.at)
        event = self.memory.misheard.as_it_is(event)
        self._lengthen_limits(event)
        self.memory.decisions.on_event(event)
        self.memory.claims.on_event(event)
        self.memory.settling.on_event(event)
        self._tell(self._on_event, event)

    def _lengthen_limits(self, event: PlayerEvent) -> None:
        limits = self.memory.limits
        if event.name == EventName.CONNECTOR_KILLED:
            limits.killed(event.at)
            self._struck(Trouble(event.at, EVERY_SHOP, rounds=1))
        elif event.name == EventName.CONNECTOR_STARTED:
            limits.ended(EVERY_SHOP, event.at)

    def on_exchange(self, exchange: Exchange) -> None:
        self.memory.misheard.on_exchange(exchange)
        self.memory.decisions.on_exchange(exchange)
        self.memory.claims.on_exchange(exchange)
        self.memory.settling.on_exchange(exchange)
        self._tell(self._on_exchange, exchange)

    @contextmanager
    def meanwhile(self, waiting: Collection[str]) -> Iterator[None]:
        """Put off what is judged by what the OMS has asked for while it is `waiting`: it may not have said so yet."""
        decisions = self.memory.decisions
        before, decisions.oms_waits = decisions.oms_waits, decisions.oms_waits or "oms" in waiting
        try:
            yield
        finally:
            decisions.oms_waits = before

    def on_line(self, line: LogLine) -> None:
        self._tell(self._on_line, line)

    def after_act(self, now: datetime) -> None:
        self.memory.now = now
        self._tell(self._after_act, now)
        self.memory.decisions.act_judged()
        if self._look is not None and self.memory.settling.wants_a_look(now):
            state = self._look()
            if self.deaf:
                self.memory.settling.put_off(now)
                return
            self.memory.decisions.staff_see(state.adjustments)
            self._tell(self._on_look, state)
            self._judge_at_rest(state)

    def on_ledger(self, ledger: Mapping[str, Decimal]) -> None:
        self._tell(self._on_ledger, ledger)

    def at_quiescence(self, state: Quiescence) -> None:
        self.after_act(state.at)
        self.memory.decisions.staff_see(state.adjustments)
        self._judge_at_rest(state)

    def _judge_at_rest(self, state: Quiescence) -> None:
        self._tell(self._at_quiescence, state)
        self.memory.settling.rested()

    @property
    def owing(self) -> bool:
        """Return whether something that the staff have decided, and the connector has taken, is not carried out."""
        return self.memory.decisions.owing

    @property
    def waiting(self) -> bool:
        """Return whether a limit runs, after which something is judged."""
        return any(invariant.still_open for invariant in self.memory.invariants.values())

    @property
    def content(self) -> bool:
        """Return whether nothing broke."""
        return not self.memory.broken

    def broken(self) -> list[Finding]:
        """Return what broke, in the order it was noticed."""
        return [
            self._finding(f"F{index}", number, broken)
            for index, ((number, _), broken) in enumerate(self.memory.broken.items(), 1)
        ]

    def findings(self) -> list[Finding]:
        """Return what broke, and then one verdict on each rule that did not."""
        guilty = {number for number, _ in self.memory.broken}
        return [*self.broken(), *(self._verdict(number) for number in self.memory.invariants if number not in guilty)]

    def _tell(self, listeners: Sequence[Listener], what: object) -> None:
        for number, hear in listeners:
            if (violations := hear(what)) is not NO_VIOLATION:
                self._note(number, violations)

    def _note(self, number: int, violations: Iterable[Violation]) -> None:
        for violation in violations:
            if self._silent and not self.memory.invariants[number].needs.isdisjoint(self._silent):
                continue
            if violation.unless_by_default is not None and self._may_be_by_default(violation.unless_by_default):
                continue
            known = self.memory.broken.get((number, violation.key))
            if known is None:
                self.memory.broken[number, violation.key] = _Broken(violation, self.memory.now)
                continue
            known.times += 1
            before, more = known.violation.witness, violation.witness
            if len(before.exchanges) < WITNESSES and more.exchanges:
                witness = replace(before, exchanges=(*before.exchanges, *more.exchanges))
                known.violation = replace(known.violation, witness=witness)

    def _may_be_by_default(self, order_id: str) -> bool:
        return Capability.ACTIVITY not in self._capabilities or self._by_default(order_id)

    def _rule(self, number: int) -> Finding:
        """Return what there is to say of a rule before anything has tried it."""
        invariant = self.memory.invariants[number]
        return Finding(
            id=invariant.slug,
            number=number,
            invariant=invariant.slug,
            rule=invariant.rule,
            verdict=Verdict.NOT_TRIED,
            certainty=invariant.certainty,
            expected=invariant.rule,
            seen="",
            reproduce=self.reproduce,
            occasions=_closed(invariant),
        )

    def _finding(self, identity: str, number: int, broken: _Broken) -> Finding:
        rule, violation = self._rule(number), broken.violation
        return replace(
            rule,
            id=identity,
            verdict=Verdict.BROKEN,
            certainty=violation.certainty or rule.certainty,
            expected=violation.expected,
            seen=violation.seen,
            at=shown_time(broken.at),
            suspect=violation.suspect,
            occasions=broken.times,
            witness=violation.witness,
        )

    def _verdict(self, number: int) -> Finding:
        verdict, why = self._judged(self.memory.invariants[number])
        seen = "no exception" if verdict is Verdict.HELD else ""
        return replace(self._rule(number), verdict=verdict, seen=seen, why=why)

    def _judged(self, invariant: Invariant) -> tuple[Verdict, str | None]:
        """Return the verdict on an invariant that nothing broke, and what of it was not judged, and why."""
        if unseen := self._unseen(invariant.needs):
            return Verdict.NOT_JUDGED, unseen
        if invariant.unjudged is not None:
            return Verdict.NOT_JUDGED, invariant.unjudged
        if self.memory.refusals.times and not self.memory.refusals.let_in:
            return Verdict.NOT_JUDGED, NEVER_LET_IN
        unseen_of = {part: self._unseen(needs) for part, needs in invariant.parts.items()}
        unjudged = [f"{part} is not judged: {unseen}" for part, unseen in unseen_of.items() if unseen]
        if excused := invariant.excused:
            unjudged.append(excused)
        if waiting := invariant.still_open:
            unjudged.append(f"{waiting} more, still open, {'are' if waiting > 1 else 'is'} not put to the test yet")
        return Verdict.HELD if _closed(invariant) else Verdict.NOT_TRIED, "; ".join(unjudged) or None

    def _unseen(self, needs: frozenset[Capability]) -> str:
        """Return in words why what needs these is not judged: some are lacking, or are there and do not answer."""
        missing = [UNSEEN[one] for one in Capability if one in needs - self._capabilities]
        if missing:
            return f"who sits here does not let us know {' and '.join(missing)}"
        words = dict.fromkeys(self._silent[one] for one in Capability if one in needs & self._silent.keys())
        return "; ".join(words)


def _closed(invariant: Invariant) -> int:
    """Return how many occasions there were that are over."""
    return max(0, invariant.occasions - invariant.still_open)


def _overriding(method: str, invariants: Mapping[int, Invariant]) -> list[Listener]:
    """Return the `method` of the invariants that have one of their own, so that nobody else is asked."""
    return [
        (number, getattr(one, method))
        for number, one in invariants.items()
        if getattr(type(one), method) is not getattr(Invariant, method)
    ]
