"""What the seller's staff decide on a case, and what the policy decides in their place.

A decision calls the connector within the call: where the connector says no, `Refused` is raised and nothing has
changed; where no response comes, the decision is kept and tried again at the next pull, and the result says so.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, NoReturn

from mock_oms.domain.cases import Adjustment, Case, Decision, Kind
from mock_oms.domain.grades import UNGRADED, Grade
from mock_oms.domain.manners import Manner, Manners
from mock_oms.domain.money import ZERO, split_for_each, unit_of
from mock_oms.domain.policy import ANSWERS, Policy, half_of, offers_part
from mock_oms.domain.reasons import NOT_RECEIVED
from mock_oms.domain.refunds import left_of
from mock_oms.domain.statuses import Question, Verdict, meaning
from mock_oms.errors import HALF_ANSWERED, Refused, refusal
from mock_oms.state.store import Store
from mock_oms.usecases.decision_delivery import DecisionDelivery, counting_offers
from mock_oms.usecases.effects import Effects
from mock_oms.usecases.validation import a_comment, a_reason, a_sum
from mock_oms.usecases.views import CommandResult, Views

POLICY_TRIES_AGAIN: Final = 1  # certainty: assumed. A policy that decided for ever would never be seen to fail


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The seller's staff, who approve and reject."""

    store: Store
    delivery: DecisionDelivery
    effects: Effects
    views: Views
    policy: Policy
    manners: Manners

    def approve(
        self, adjustment_id: str, *, amount: Decimal | None = None, refund_instead: bool = False
    ) -> CommandResult:
        """Say yes to whatever the case asks; `amount` below the total makes it an offer of a part.

        `refund_instead`: the money goes back, and nothing is replaced.
        """
        case, question = self._asked(adjustment_id)
        if refund_instead:
            if amount is not None or not case.replaces:
                raise Refused(409, "Nothing to replace", "Only what is to be replaced is paid for.", "refund_instead")
            return self.give(case, replace(self._plain(case, question, Verdict.APPROVE), instead=True))
        if amount is None:
            amount = case.amount
        else:
            sum_ = a_sum(amount, case.currency, or_nothing=Manner.BEYOND in self.manners)
            amount = self._an_offer(case, question, sum_)
        if amount == case.amount:
            return self.give(case, self._plain(case, question, Verdict.APPROVE))
        return self.give(case, self._offer(case, amount))

    def reject(self, adjustment_id: str, *, reason: str | None = None, comment: str | None = None) -> CommandResult:
        """Say no to whatever the case asks."""
        reason, comment = a_reason(reason), a_comment(comment, of_any_length=Manner.BEYOND in self.manners)
        case, question = self._asked(adjustment_id)
        decision = self._plain(case, question, Verdict.REJECT)
        if question is Question.GOODS and decision.grade is None:
            reason = reason or NOT_RECEIVED
        return self.give(case, replace(decision, reason=reason, comment=comment))

    def give(self, case: Case, decision: Decision) -> CommandResult:
        """Give a decision that somebody stands waiting for."""
        outcome = self.delivery.give(case, decision)
        if outcome.rejected is not None:
            refused = refusal(outcome.rejected)
            if outcome.taken:  # the case says what has been left behind, and asks on
                note = self.store.keep(outcome.case).note or refused.detail
                refused = Refused(409, HALF_ANSWERED, note, refused.field)
            raise refused from outcome.rejected
        case = self.store.keep(counting_offers(outcome.case, decision, outcome))
        self.store.judge(case, decision.grade)
        self.effects.decision_given(case, decision, accepted=not outcome.kept)
        return CommandResult(self.views.row(case), kept=outcome.kept)

    def by_policy(self, case: Case) -> Decision | None:
        """Return what the policy decides on a case now, if anything; what failed twice is left to a person."""
        if case.failures > POLICY_TRIES_AGAIN:
            return None
        question = case.asks
        verdict = ANSWERS.get((self.policy, question)) if question else None
        if question is None or verdict is None:
            return None
        if question is Question.GOODS and (self.store.parcel_of(case) is None or not case.sent_back):
            return None
        if offers_part(self.policy, case):
            return self._offer(case, half_of(case))
        return self._plain(case, question, verdict)

    def _asked(self, adjustment_id: str) -> tuple[Case, Question]:
        """Return a case and what it asks now; refuse where it asks nothing or cannot be decided yet."""
        case = self.store.cases.get(adjustment_id)
        if case is None:
            raise Refused(404, "Unknown adjustment", f"The OMS knows no adjustment {adjustment_id}.", "adjustment_id")
        refuse_if_decided(case)
        if Manner.UNTIMELY in self.manners:
            return case, case.asks or (Question.GOODS if case.kind is Kind.RETURN else Question.REQUEST)
        if case.asks is None:
            nothing_waits(case)
        if self.views.too_late(case):
            raise Refused(409, "Too late", f"The answer was due by {case.deadline:%Y-%m-%d %H:%M:%S} UTC.")
        if case.asks is Question.GOODS and not self.views.judgeable(case):
            refuse_not_here(case.return_id, self._whereabouts(case))
        return case, case.asks

    def _whereabouts(self, case: Case) -> str:
        if self.store.parcel_of(case):
            return "is not known to have been sent, as far as the connector has read"
        dated = all(adjustment.shipped_back_at for adjustment in case.asking(Question.GOODS))
        unknown = ", and since when it travels is not known" if case.sent_back and not dated else ""
        return f"has not arrived{unknown}"

    def _an_offer(self, case: Case, question: Question, amount: Decimal) -> Decimal:
        """Return the amount; refuse where the case cannot be approved over it."""
        if question is Question.GOODS:
            raise Refused(409, "No part of it", "Goods that came back are accepted or refused whole.", "amount")
        if case.kind is Kind.CANCELLATION and amount != case.amount:
            raise Refused(409, "No part of it", "A cancellation is approved or rejected whole.", "amount")
        if case.replaces and amount != case.amount:
            raise Refused(409, "No offer for it", "A replacement is approved, rejected, or paid instead.", "amount")
        if amount > case.amount and Manner.BEYOND not in self.manners:
            raise Refused(
                422, "Too much", f"The request is about {case.amount} {case.currency}, not {amount}.", "amount"
            )
        if ZERO < amount < min(case.amount, case.least_offer):
            detail = (
                f"Each line that money is asked for must get some: the least that can be offered is "
                f"{case.least_offer} {case.currency}."
            )
            raise Refused(422, "Too little", detail, "amount")
        return amount

    def _plain(self, case: Case, question: Question, verdict: Verdict) -> Decision:
        parcel = self.store.parcel_of(case) if question is Question.GOODS else None
        if parcel is None:
            return Decision(question, verdict)
        plain = parcel.grade or UNGRADED[verdict is Verdict.APPROVE]
        grades = {unit: Grade.DAMAGED if unit in parcel.damaged else plain for unit in parcel.line_item_ids}
        grade = Grade.DAMAGED if parcel.damaged and parcel.grade is None else plain
        return Decision(question, verdict, grade=grade, grades=grades)

    def _offer(self, case: Case, amount: Decimal) -> Decision:
        """Return the offer of a part, shared out over the lines by what is left of each, where that suffices."""
        asked: list[Adjustment] = [a for a in case.answerable(Question.REQUEST) if a.amount]
        weights = [a.amount for a in asked]
        order = self.store.orders.get(case.order_id)
        if order is not None and all(a.unit_ids for a in asked):
            others = [other for other in self.store.cases_of_order(case.order_id) if other.number != case.number]
            left = left_of(order, others).units
            rests = [min(a.amount, sum((left.get(unit, ZERO) for unit in a.unit_ids), ZERO)) for a in asked]
            weights = rests if all(rests) and sum(rests) >= amount else weights
        each = split_for_each(amount, weights, unit_of(case.currency)) if amount else [ZERO] * len(asked)
        shares = dict(zip([a.key for a in asked], each, strict=True))
        return Decision(Question.REQUEST, Verdict.APPROVE, amount=amount, shares=shares)


def refuse_if_decided(case: Case) -> None:
    """Refuse what would be a second decision while the first one is kept."""
    if case.kept is not None:
        raise Refused(409, "Decided already", f"A decision on {case.number} is kept until the connector answers.")


def refuse_not_here(return_id: str | None, why: str = "has not arrived") -> NoReturn:
    """Refuse to judge goods that have not come, or of which the connector does not know yet that they were sent."""
    raise Refused(409, "Not here yet", f"The parcel of return {return_id} {why}.")


def nothing_waits(case: Case) -> NoReturn:
    """Refuse to decide what nobody asks."""
    means = meaning(case.status)
    state = "It is over" if means.terminal else "Nothing waits for an answer"
    raise Refused(409, "No decision waits", f"{state}: {case.number} is {case.status} ({means.words.lower()}).")
