"""What the staff have answered to buyers' claims, what became of it, and whose decision the OMS is told that it was."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rehearsal.audit.claims import Claim, Claims, State
from rehearsal.audit.event import PlayerEvent
from rehearsal.audit.invariant import Violation
from rehearsal.audit.invariants.status_words import FAILED, REJECTED, WAITS, answered, asks, said_of
from rehearsal.audit.invariants.sums_told import wrong
from rehearsal.audit.limits import Limits
from rehearsal.audit.outsiders import REFUND, REJECTION, taken_on
from rehearsal.wire.recorder import Exchange

ENDED: Final = ("PostProcessingComplete", REJECTED)
APPROVES: Final = "approve"
REJECTS: Final = "reject"
PAID_AT_ONCE: Final = ("REFUND", "BUYER's cancellation")  # when they are approved
NO: Final = "REJECT"  # in the name of each status that a no has
BY_STAFF, BY_OTHERS = "oms", "channel"  # who has decided, as our connector says it
API: Final = "Api"  # ChannelAdvisor's word for what came from the OMS


@dataclass(slots=True)
class Answers:
    """What the staff have said last of each claim, and what became of answers."""

    given: dict[str, str] = field(default_factory=dict)  # by claim
    _by_outsiders: dict[str, str] = field(default_factory=dict)  # by the connector's number of the adjustment
    _sent: set[str] = field(default_factory=set)  # claims to which the connector may have sent an answer
    _died_at: datetime | None = None
    _overtaken: set[str] = field(default_factory=set)  # claims whose answer was refused, or that an outsider has moved
    _lapsed: dict[str, int] = field(default_factory=dict)  # claims that nobody has answered in time: where in the trace
    # The first answer to a claim that was refused: where, and to what question; None where that was still open then.
    _settled: dict[str, tuple[int, str] | None] = field(default_factory=dict)

    def give(self, event: PlayerEvent) -> None:
        """Note what the staff say; a connector that died over it, or took it without a word, may have sent it."""
        claim = event.claim or ""
        self.given[claim] = event.decision
        if not event.accepted or event.at == self._died_at:
            self._sent.add(claim)

    def take(self, exchange: Exchange) -> None:
        """Note what somebody outside has the connector answer, who is as good as the staff."""
        asked = taken_on(exchange)
        if asked is not None and asked.what != REFUND:
            self._by_outsiders[asked.number] = REJECTS if asked.what == REJECTION else APPROVES

    def sent(self, exchange: Exchange) -> None:
        """Note on which claims the connector has tried to act, whatever has become of it."""
        self._sent.update(exchange.subjects)

    def died(self, at: datetime) -> None:
        """Note that the connector may have died while it sent any answer that it had."""
        self._died_at = at
        self._sent.update(self.given)

    def overtaken(self, event: PlayerEvent) -> None:
        """Note that a claim went on without an answer that the staff may have given."""
        self._overtaken.add(event.claim or "")

    def refused(self, event: PlayerEvent, claims: Claims, limits: Limits) -> None:
        """Note that the marketplace has refused an answer of the connector's, and whether it was still asked for."""
        claim = claims.by_id.get(event.claim or "")
        if claim is not None and claim.id not in self._settled:
            question = answered(event.action)
            asked = claim.by_seller or asks(claim.now) == question
            self._settled[claim.id] = None if asked or _hidden(claim, event, limits) else (event.seq, question)

    def lapsed(self, event: PlayerEvent, claims: Claims, limits: Limits) -> None:
        """Note that a claim was not answered in time, where no trouble could make anybody believe that it was."""
        claim = claims.by_id.get(event.claim or "")
        if claim is not None and not _hidden(claim, event, limits):
            self._lapsed[claim.id] = event.seq

    def judge(
        self, event: PlayerEvent, claim: Claim, claims: Claims, limits: Limits, *, ended_before: bool
    ) -> Iterable[Violation]:
        """Judge by whom the OMS is told that a claim was decided, and whether the answer has failed.

        What had `ended_before`, when it was last read, was not decided by what has happened since.
        """
        said = self.given.get(claim.id) or self._by_outsiders.get(event.ref)
        by_others = said is None or self._moved_by_others(claim, limits) or _against(claim, event.placed, said)
        by_staff = said is not None and claim.id not in self._overtaken and _carried_out(claim, limits)
        ended = event.placed in ENDED
        if event.decided_by == BY_STAFF and ended and by_others and not claim.by_seller:
            expected = "somebody else, for nothing that the staff decided was carried out"
            yield wrong(event, "decider", expected, "decided by the OMS")
        if event.decided_by in (BY_STAFF, BY_OTHERS) and event.placed == WAITS:
            seen = "decided by the OMS" if event.decided_by == BY_STAFF else "decided at the marketplace"
            yield wrong(event, "decider", "nobody yet, for it waits for the seller", seen)
        if event.updated_by == API and ended and by_others and not claim.by_seller:
            yield wrong(event, "source", "somebody else's doing, for the OMS did nothing", f"last moved by {API}")
        if event.decided_by == BY_OTHERS and ended and by_staff:
            yield wrong(event, "decider", "the staff, whose answer was carried out", "decided at the marketplace")
        if event.decided_by == BY_STAFF and ended and not ended_before and self._ended_by_lapse(claim):
            yield wrong(event, "decider", "the marketplace, as nobody had answered in time", "decided by the OMS")
        if event.placed == FAILED and (refused := self._settled.get(claim.id)) is not None:
            yield from _judge_failed(event, claim, claims, limits, *refused)

    def _moved_by_others(self, claim: Claim, limits: Limits) -> bool:
        """Return whether nothing that came through the Open API has moved a claim, and no trouble could hide that.

        No trouble hides from a connector that it has never sent anything.
        """
        since = _decisive(claim).since - limits.one_round
        hidden = claim.id in self._sent and limits.extension(claim.shop_id, since)
        return not (any(state.ours for state in claim.states) or hidden)

    def _ended_by_lapse(self, claim: Claim) -> bool:
        lapsed = self._lapsed.get(claim.id)
        since = [state for state in claim.states if lapsed is not None and state.seq > lapsed]
        return bool(since) and _decisive(claim) == since[0] and not since[0].ours


def _hidden(claim: Claim, event: PlayerEvent, limits: Limits) -> bool:
    """Return whether trouble may keep a connector from knowing how a claim came to what it is."""
    return bool(limits.extension(claim.shop_id, event.at - limits.one_round))


def _judge_failed(
    event: PlayerEvent, claim: Claim, claims: Claims, limits: Limits, refused: int, question: str
) -> Iterable[Violation]:
    """Judge that an answer which was refused because the matter was settled, as was read since, is no failure."""

    def unseen(at: datetime) -> bool:
        return limits.troubled(claim.shop_id, at) or at > event.at - limits.underway

    read = claims.read(claim, event.seq, after=refused, met=unseen)
    if read is not None and not any(asks(state) == question for state in claim.states if state.seq > refused):
        yield wrong(event, "status", f"{said_of(read)} for {read.status}", FAILED, read)


def _carried_out(claim: Claim, limits: Limits) -> bool:
    """Return whether a claim ended by an answer that came through the Open API, and no trouble could hide that."""
    decisive = _decisive(claim)
    return decisive.ours and not limits.extension(claim.shop_id, decisive.since - limits.one_round)


def _against(claim: Claim, ended: str, said: str) -> bool:
    """Return whether a claim has ended against what the staff have said, and never as they say: whatever got lost."""
    rejected = ended == REJECTED
    if rejected is (said == REJECTS):
        return False
    if rejected and NO not in _decisive(claim).status:  # what is approved and waits for nobody is not closed any more
        return said == APPROVES and claim.what in PAID_AT_ONCE and not any(state.ours for state in claim.states)
    return not any(state.ours and (NO in state.status) is rejected for state in claim.states)


def _decisive(claim: Claim) -> State:
    return next((state for state in reversed(claim.states) if not state.status.endswith("COMPLETE")), claim.now)
