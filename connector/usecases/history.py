"""The lines of Activity & History, in words for the seller's customers too: the marketplace's own stand beside them.

ChannelAdvisor's names of actions and statuses are kept as they are; the order page puts them into words.
"""

from datetime import datetime
from decimal import Decimal
from typing import Final

from connector.domain.adjustments import OPEN, Action
from connector.domain.adjustments import RequestStatus as S
from connector.domain.decisions import ApproveReturn, CreateRefund, Decision, Operation, OrderDecision
from connector.domain.decisions import SiteDecision as D
from connector.domain.money import said
from connector.domain.site import Claim
from connector.ports import UnitOfWork
from connector.records import Adjustment, OutboxEntry

MARKETPLACE: Final = "TikTok Shop"
SELLER_REFUND: Final = "SELLER_REFUND"
WHO: Final = {"BUYER": "buyer", "SELLER": "seller", "OPERATOR": "marketplace", "SYSTEM": "marketplace"}
NAMES: Final = {
    "REFUND": "Refund request",
    "RETURN_AND_REFUND": "Return request",
    "REPLACEMENT": "Replacement request",
    "CANCEL": "Cancellation",
    SELLER_REFUND: "Seller's refund",
}
# fmt: off
ARBITRATION: Final = {
    "IN_PROGRESS":    "in arbitration",
    "SUPPORT_BUYER":  "arbitration decided for the buyer",
    "SUPPORT_SELLER": "arbitration decided for the seller",
}
FOR_THE_BUYER: Final = "SUPPORT_BUYER"
SHIPPED_BACK: Final = "BUYER_SHIPPED_ITEM"
# What the marketplace's decision for the buyer comes to.
COMES_TO: Final[dict[S, str]] = {
    S.COMPLETE:         "{sum} paid back",
    S.ACKNOWLEDGED:     "{sum} to be paid back",
    S.READY_FOR_RETURN: "the goods may come back, {sum} for them",
    S.NEW_RMA:          "the request over {sum} waits for the seller",
}
DECISIONS: Final[dict[str, str]] = {
    D.APPROVE_REFUND:        "refund approved",
    D.APPROVE_RETURN:        "return approved",
    D.OFFER:                 "{sum} offered",
    D.APPROVE_GOODS:         "goods accepted",
    D.APPROVE_REPLACEMENT:   "replacement approved",
    D.PAY_INSTEAD:           "refund instead of a replacement",
    D.APPROVE_CANCELLATION:  "cancellation approved",
    D.REJECT_REFUND:         "refund rejected",
    D.REJECT_RETURN:         "return rejected",
    D.REJECT_GOODS:          "goods refused",
    D.REJECT_REPLACEMENT:    "replacement rejected",
    D.REJECT_CANCELLATION:   "cancellation rejected",
    Operation.CREATE_RETURN: "refund of {sum}",
    Operation.CANCEL_ORDER:  "cancellation of {units}",
}
# fmt: on


def note(
    work: UnitOfWork, entry: OutboxEntry, event: str, text: str, *, words: str | None = None, site_id: str | None = None
) -> None:
    """Write a line about a decision on its way, as the connector's doing."""
    ids = entry.profile_id, entry.order_id
    work.note(*ids, by="connector", event=event, text=text, words=words, site_id=site_id)


def name_of(request_type: str) -> str:
    """Return what people call a request of this type."""
    return NAMES.get(request_type, request_type)


def opened(
    claim: Claim, request_type: str, status: S, total: Decimal, currency: str, *, again: bool
) -> tuple[str, str]:
    """Return who has brought a claim's adjustment about, and what it is."""
    if not again:
        text = f"{name_of(request_type)} collected, {said(total, currency)}: {status}"
        return WHO.get(claim.role, "marketplace"), text
    if claim.arbitration_status == FOR_THE_BUYER and status in COMES_TO:
        came_to = COMES_TO[status].format(sum=said(total, currency))
        return "marketplace", f"{name_of(request_type)}: arbitration decided for the buyer, {came_to}"
    return "marketplace", f"{name_of(request_type)} goes on, {said(total, currency)}: {status}"


def moved(was: Adjustment, status: S) -> str:
    """Return where an adjustment has got to."""
    left = "the buyer has not taken the offer, " if status is S.NEW_RMA else ""  # declined it, or let its time go by
    return f"{name_of(was.request_type)}: {left}{status}"


def changed(claim: Claim, was: Adjustment, action: Action) -> str:
    """Return what is new of a claim whose adjustments stand where they stood; nothing where that cannot be seen."""
    news = []
    if claim.arbitration_status != was.arbitration_status:
        news.append(ARBITRATION.get(claim.arbitration_status, f"arbitration: {claim.arbitration_status.lower()}"))
    if claim.status == SHIPPED_BACK and was.site_status != SHIPPED_BACK:
        news.append(f"parcel on its way{f', {claim.tracking}' if claim.tracking else ''}")
    elif claim.tracking and claim.tracking != was.tracking:
        news.append(f"return label made, {claim.tracking}")
    if S(was.status) in OPEN and claim.deadline is not None and claim.deadline != was.deadline:
        news.append(f"an answer is due by {moment(claim.deadline)}")
    if not news and claim.status == was.site_status:
        return ""
    return f"{name_of(was.request_type)}: {', '.join(news) or action}"


def moment(at: datetime) -> str:
    """Return a moment to the second, in UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def lines_missing(count: int) -> str:
    """Return that a decision waits for those of the return's other lines."""
    lines = "other line is" if count == 1 else f"{count} other lines are"
    return f"the return's {lines} still to be answered"


def describe(decision: Decision) -> str:
    """Put a decision into words: what the marketplace has got, or was to get."""
    key = decision.operation if isinstance(decision, OrderDecision) else decision.choice
    sum_ = "what was paid"
    if isinstance(decision, CreateRefund | ApproveReturn) and decision.amount is not None:
        sum_ = said(decision.amount, decision.currency)
    count = len(decision.line_ids) if isinstance(decision, OrderDecision) else 0
    return DECISIONS[key].format(sum=sum_, units=so_many(count))


def found(decision: Decision, how: str = "carried out although its answer was lost") -> str:
    """Return that a decision has got there, and how that is known."""
    return f"Found at {MARKETPLACE} ({describe(decision)}): {how}"


def so_many(count: int) -> str:
    """Return a number of units in words."""
    return "1 unit" if count == 1 else f"{count} units"
