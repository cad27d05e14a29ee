"""Which decisions a case takes now, and the number that says why the others are refused.

It asks the very rules that the decisions themselves are held to, without deciding anything.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.searches import Reason
from mock_tiktok.domain.words import Action
from mock_tiktok.errors import CANNOT_REJECT_RECEIPT, NOT_ELIGIBLE_RECEIPT, WRONG_TYPE, ApiError
from mock_tiktok.usecases import decisions
from mock_tiktok.usecases.possible import refused
from mock_tiktok.usecases.shop import Shop

# decision, eligible, code and words of the refusal, reasons for a rejection
Verdict = tuple[str, bool, int | None, str | None, tuple[Reason, ...]]

# The wire has names of its own for the two decisions on a cancellation.
CANCELLATION_DECISIONS: Final = {
    "APPROVE_REQUEST_CANCEL": Action.APPROVE_CANCELLATION,
    "REJECT_REQUEST_CANCEL": Action.REJECT_CANCELLATION,
}


def verdicts(shop: Shop, return_or_cancel_id: str, asked: Sequence[str]) -> Iterable[Verdict]:
    """Return one verdict per decision asked about."""
    case = shop.get_case(return_or_cancel_id)
    reasons = shop.reject_reasons(return_or_cancel_id)
    found: list[Verdict] = []
    for decision in asked:
        try:
            check(shop, case, decision)
            found.append((decision, True, None, None, reasons if decision.startswith("REJECT") else ()))
        except ApiError as error:
            if error.code == CANNOT_REJECT_RECEIPT.code:  # here it has a number of its own (C15)
                error = NOT_ELIGIBLE_RECEIPT(status=case.status)
            found.append((decision, False, error.code, error.message, ()))
    return found


def takes(shop: Shop, item: Return, actions: Iterable[Action]) -> list[Action]:
    """Return which of the seller's decisions the return takes now."""
    return [action for action in actions if not refused(partial(check, shop, item, action))]


def check(shop: Shop, case: Return | Cancellation, decision: str) -> None:
    """Raise what the platform says to a decision that the case does not take."""
    if isinstance(case, Cancellation):
        if decision not in CANCELLATION_DECISIONS:
            raise WRONG_TYPE(decision=decision, type=case.cancel_type)
        shop.cancellation_lifecycle.check_decision(case, CANCELLATION_DECISIONS[decision])
        return
    if decision in CANCELLATION_DECISIONS:
        raise WRONG_TYPE(decision=decision, type=case.return_type)
    action = Action(decision)
    decisions.check_fits(case, action)
    shop.check_decision(case, action)
