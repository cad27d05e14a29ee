"""Which decisions a case takes now, and the number that says why the others are refused.

The table is the platform's guide to decisions by state; the refusals are those that Approve Return and Reject Return
give themselves. Asking changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.searches import Reason
from mock_tiktok.domain.words import Action as A
from mock_tiktok.domain.words import ArbitrationStatus, CancelStatus
from mock_tiktok.domain.words import ReturnStatus as S
from mock_tiktok.domain.words import ReturnType as T
from mock_tiktok.errors import (
    IN_ARBITRATION,
    QUICK_REFUND,
    WRONG_STATE,
    WRONG_TYPE,
    ApiError,
)
from mock_tiktok.shop import Shop

# decision, eligible, code and words of the refusal, reasons for a rejection
Verdict = tuple[str, bool, int | None, str | None, tuple[Reason, ...]]

# fmt: off
TAKES: Final = {
    (T.REFUND, S.PENDING):
        (A.APPROVE_REFUND, A.OFFER_PARTIAL_REFUND, A.REJECT_REFUND),
    (T.RETURN_AND_REFUND, S.PENDING):
        (A.APPROVE_RETURN, A.DIRECT_REFUND, A.OFFER_PARTIAL_REFUND, A.REJECT_RETURN),
    (T.RETURN_AND_REFUND, S.BUYER_SHIPPED_ITEM):
        (A.APPROVE_RECEIVED_PACKAGE, A.REJECT_RECEIVED_PACKAGE),
    (T.REPLACEMENT, S.REPLACEMENT_PENDING):
        (A.APPROVE_REPLACEMENT, A.ISSUE_REPLACEMENT_REFUND, A.REJECT_REPLACEMENT),
}
# fmt: on
CANCELLATION_TAKES: Final = ("APPROVE_REQUEST_CANCEL", "REJECT_REQUEST_CANCEL")


def verdicts(shop: Shop, return_or_cancel_id: str, decisions: Sequence[str]) -> Iterable[Verdict]:
    """Answer one verdict per decision asked about."""
    try:
        case: Return | Cancellation = shop.get_return(return_or_cancel_id)
    except ApiError:
        case = shop.get_cancellation(return_or_cancel_id)
    reasons = shop.reject_reasons(return_or_cancel_id)
    found: list[Verdict] = []
    for decision in decisions:
        refusal = _cancel_refusal(case, decision) if isinstance(case, Cancellation) else _refusal(case, decision)
        if refusal:
            found.append((decision, False, refusal.code, refusal.message, ()))
        else:
            found.append((decision, True, None, None, reasons if decision.startswith("REJECT") else ()))
    return found


def _refusal(case: Return, decision: str) -> ApiError | None:
    fitting = {action for (kind, _), actions in TAKES.items() if kind is case.return_type for action in actions}
    if decision not in fitting:
        return WRONG_TYPE(decision=decision, type=case.return_type.value)
    if case.arbitration_status is ArbitrationStatus.IN_PROGRESS:
        return IN_ARBITRATION()
    if decision not in TAKES.get((case.return_type, case.status), ()):
        return WRONG_STATE(decision=decision, status=case.status.value)
    if case.is_quick_refund and decision == A.REJECT_RECEIVED_PACKAGE:
        return QUICK_REFUND()
    return None


def _cancel_refusal(case: Cancellation, decision: str) -> ApiError | None:
    if decision not in CANCELLATION_TAKES:
        return WRONG_TYPE(decision=decision, type=case.cancel_type.value)
    if case.status is not CancelStatus.PENDING:
        return WRONG_STATE(decision=decision, status=case.status.value)
    return None
