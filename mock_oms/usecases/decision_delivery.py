"""The seller's decisions on their way to the connector: given at once, kept where it is silent, dropped when overtaken.

A decision on a case is one call per adjustment that asks. The connector passes it on when all lines have it; where one
of them refuses, the case says so and still asks: the decision can be completed, or another given to all. Nothing is
sent again before the adjustment has been read again: if it no longer asks, either the decision arrived after all or
somebody else was faster.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from mock_oms.domain.cases import AdjustmentKey, Case, Decision, KeptDecision
from mock_oms.domain.manners import POLITE, Manner, Manners
from mock_oms.domain.statuses import PROMISED, REJECTED, Verdict, meaning
from mock_oms.errors import Rejected, Unreachable
from mock_oms.state.agenda import Clock
from mock_oms.usecases.ports import ConnectorApi

TOO_LATE: Final = "The decision came too late: meanwhile the adjustment went to {status}."
HALF: Final = (
    "Half answered: {taken} of {count} lines have taken the decision ({verdict}), another has not: {words} "
    "Nothing reaches the marketplace before all lines have the same answer: decide again, the same or otherwise."
)
NOTHING_TO_JUDGE: Final = "The inspection found no open adjustment: the case has ended in {status}."

HASTY_WORDS: Final = "No."  # that are thought better of
HALVES: Final = frozenset({Manner.LINE_BY_LINE, Manner.CONTRADICTS, Manner.SECOND_THOUGHTS})
CONTRARY: Final = {Verdict.APPROVE: Verdict.REJECT, Verdict.REJECT: Verdict.APPROVE}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case after a decision was sent: how much the connector has taken, and what it said where it would not."""

    case: Case
    taken: int
    rejected: Rejected | None = None

    @property
    def kept(self) -> bool:
        return self.case.kept is not None


@dataclass(frozen=True, slots=True)
class DecisionDelivery:
    """Delivers decisions."""

    api: ConnectorApi
    clock: Clock
    manners: Manners = POLITE

    def give(self, case: Case, decision: Decision) -> Outcome:
        """Send a decision to every adjustment that asks, and first to those whose answer it changes."""
        case = replace(case, silence=None)
        asking = tuple(a.key for a in case.asking(decision.question))
        if not asking and Manner.UNTIMELY in self.manners:
            asking = tuple(a.key for a in case.current())
        if _completes(case, decision):
            return self._begin(case, decision, asking)
        return self._begin(case, decision, (*(a.key for a in case.half_answered(decision.question)), *asking))

    def give_again(self, case: Case) -> Outcome:
        """Send what is left of a kept decision, if it is still asked for. The case has just been read again."""
        kept = case.kept
        assert kept is not None, "only a kept decision is given again"
        decision = kept.decision
        if kept.left is None:
            return self._give_waiting(case, decision)
        half = {a.key for a in case.half_answered(decision.question)}
        hasty = Manner.SECOND_THOUGHTS in self.manners  # whether an answer that is there may be another one
        left, taken = [], 0
        # Where nothing has been taken yet, those go first whose answer it changes.
        for key in kept.left if kept.begun else sorted(kept.left, key=lambda key: key not in half):
            status = case.adjustments[key].status
            if meaning(status).asks is decision.question or (hasty and key in half):
                left.append(key)
            elif (decision.question, decision.verdict) in meaning(status).follows:
                taken += 1
            elif key in half:
                left.append(key)
            else:
                case = replace(case, note=TOO_LATE.format(status=status))
        outcome = self._send(
            replace(case, kept=None), decision, tuple(left), begun=None if kept.begun in left else kept.begun
        )
        return replace(outcome, taken=outcome.taken + taken)

    def _give_waiting(self, case: Case, decision: Decision) -> Outcome:
        """Deliver an inspection that came before its adjustment, once that is there."""
        if case.asking(decision.question) and case.sent_back:
            return self.give(replace(case, kept=None), decision)
        if case.adjustments and not can_come(case):
            return Outcome(replace(case, kept=None, note=NOTHING_TO_JUDGE.format(status=case.status)), taken=0)
        return Outcome(case, taken=0)

    def _begin(self, case: Case, decision: Decision, keys: tuple[AdjustmentKey, ...]) -> Outcome:
        """Send a decision; with such manners to the first line only, and keep it for the others, from the last on.

        Why, such an OMS says with the lines that come last, and so all of its words but the first. Lines go by their
        numbers, however they were read: so the connector puts the words together again.
        """
        if len(keys) < 2 or not HALVES & self.manners.habits:
            return self._send(case, decision, keys)
        keys = tuple(sorted(keys))
        first, others = keys[:1], keys[:0:-1]
        contrary = Decision(decision.question, CONTRARY[decision.verdict], grade=decision.grade)
        if Manner.SECOND_THOUGHTS in self.manners:
            words = HASTY_WORDS if decision.verdict is Verdict.REJECT else None
            try:
                self._also_say(contrary, case, keys[:-1])
                self._also_say(replace(decision, comment=words, shares={}), case, first)
            except Unreachable as silence:  # it may have heard the contrary
                case = replace(case, kept=KeptDecision(decision, left=keys))
                return Outcome(case.unheard(self.clock.now(), str(silence)), taken=0)
        outcome = self._send(case, replace(decision, reason=None, comment=split_words(decision.comment)[0]), first)
        if outcome.rejected:
            return outcome
        if outcome.kept:
            whole = KeptDecision(decision, left=keys, begun=first[0])
            return replace(outcome, case=replace(outcome.case, kept=whole))
        if Manner.CONTRADICTS in self.manners:
            with suppress(Unreachable):  # which it is to refuse
                self._also_say(contrary, outcome.case, others)
        kept = KeptDecision(decision, left=others, begun=first[0])
        return replace(outcome, case=replace(outcome.case, kept=kept))

    def _also_say(self, decision: Decision, case: Case, keys: tuple[AdjustmentKey, ...]) -> None:
        """Say what is not meant, of each of these lines; what the connector makes of it the case does not know.

        Raise Unreachable where there is no answer.
        """
        for key in keys:
            with suppress(Rejected):
                self.api.decide(case.adjustments[key], decision)

    def _send(
        self, case: Case, decision: Decision, keys: tuple[AdjustmentKey, ...], *, begun: AdjustmentKey | None = None
    ) -> Outcome:
        taken, said = 0, replace(decision, comment=split_words(decision.comment)[1]) if begun else decision
        for index, key in enumerate(keys):
            try:
                self.api.decide(case.adjustments[key], said)
            except Rejected as rejected:
                return Outcome(_rejected(case, decision, rejected, began=taken > 0), taken, rejected)
            except Unreachable as silence:
                kept = replace(case, kept=KeptDecision(decision, left=keys[index:], begun=begun))
                return Outcome(kept.unheard(self.clock.now(), str(silence)), taken)
            taken += 1
            case = case.with_status(key, PROMISED[decision.question, decision.verdict])
        return Outcome(replace(case, note=None, half=None) if keys else case, taken)


def split_words(words: str | None) -> tuple[str | None, str | None]:
    """Return the first word and the others, which make the same words again with one space between them."""
    first, _, others = (words or "").partition(" ")
    apart = first and others and first != others and others == others.strip()
    return (first, others) if apart else (None, words)


def _completes(case: Case, decision: Decision) -> bool:
    """Whether a decision is the one that some lines have taken already."""
    half = case.half
    return half is not None and (half.question, half.verdict, half.amount) == (
        decision.question,
        decision.verdict,
        decision.amount,
    )


def _rejected(case: Case, decision: Decision, rejected: Rejected, *, began: bool) -> Case:
    """Return the case saying what the connector said, and what that leaves half done."""
    half = case.half_answered(decision.question)
    if not half:
        return replace(case, note=rejected.words, half=None)
    words = HALF.format(
        taken=len(half), count=len(case.answerable(decision.question)), verdict=decision.verdict, words=rejected.words
    )
    return replace(case, note=words, half=decision if began or case.half is None else case.half)


def counting_offers(case: Case, decision: Decision, outcome: Outcome) -> Case:
    """Return the case knowing of an offer that has been made."""
    made = decision.amount is not None and outcome.taken > 0 and outcome.rejected is None and not outcome.kept
    return replace(case, offers=case.offers + 1) if made else case


def can_come(case: Case) -> bool:
    """Whether a question about the goods can still come: while the case is open, and after a rejection of the request
    that the buyer may have had overturned before sending the goods."""
    if not case.terminal:
        return True
    return case.status == REJECTED and not case.withdrawn
