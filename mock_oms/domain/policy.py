"""Who decides at the seller's, when no person does: one row per policy. Pure data and one lookup.

`person` and `silent` decide nothing; the first means that somebody will, the second that nobody will.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Final

from mock_oms.domain.cases import Case, Kind
from mock_oms.domain.money import rounded, unit_of
from mock_oms.domain.statuses import Question, Verdict


class Policy(StrEnum):
    """How the OMS answers by itself."""

    PERSON = "person"
    APPROVE = "approve"
    REJECT = "reject"
    PARTIAL = "partial"
    SILENT = "silent"


# fmt: off
ANSWERS: Final[dict[tuple[Policy, Question], Verdict]] = {
    (Policy.APPROVE, Question.REQUEST): Verdict.APPROVE,
    (Policy.APPROVE, Question.GOODS):   Verdict.APPROVE,
    (Policy.REJECT,  Question.REQUEST): Verdict.REJECT,
    (Policy.REJECT,  Question.GOODS):   Verdict.REJECT,
    (Policy.PARTIAL, Question.REQUEST): Verdict.APPROVE,   # of a part, see `offer`
    (Policy.PARTIAL, Question.GOODS):   Verdict.APPROVE,
}
# fmt: on


def offers_part(policy: Policy, case: Case) -> bool:
    """Whether the policy offers only a part. Certainty: assumed; one offer, and what comes back is paid whole."""
    return (
        policy is Policy.PARTIAL
        and case.asks is Question.REQUEST
        and case.kind is not Kind.CANCELLATION
        and not case.replaces
        and case.offers == 0
        and case.least_offer <= half_of(case) < case.amount
    )


def half_of(case: Case) -> Decimal:
    """Return what the policy offers: half of what is asked for."""
    return rounded(case.amount / 2, unit_of(case.currency))
