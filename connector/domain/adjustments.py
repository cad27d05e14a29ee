"""The life of an adjustment, in ChannelAdvisor's words, as one table.

Three kinds of action move it: what the seller decides, what the connector does about it, and news from the
marketplace. Pure rules: nothing here reads a clock, a store or an HTTP response.
"""

from enum import StrEnum
from typing import Final


class RequestStatus(StrEnum):
    """ChannelAdvisor's AsyncStatus, as far as the connector shows it."""

    ERROR = "Error"
    SUBMITTED = "SubmittedNotProcessed"
    NEW_RMA = "NewRma"
    PENDING_APPROVAL = "PendingApproval"
    PROCESSING_APPROVAL = "ProcessingApproval"
    READY_FOR_RETURN = "ReadyForReturn"
    PENDING_RETURN = "PendingReturn"
    PROCESSING_RETURN = "ProcessingReturn"
    PENDING_REJECTION = "PendingRejection"
    PROCESSING_REJECTION = "ProcessingRejection"
    NOT_ACKNOWLEDGED = "ProcessedNotAcknowledged"
    PENDING_RETURN_REJECTION = "PendingReturnRejection"
    PROCESSING_RETURN_REJECTION = "ProcessingReturnRejection"
    ACKNOWLEDGED = "AcknowledgedPostProcessingNotComplete"
    COMPLETE = "PostProcessingComplete"
    REJECTED = "RejectionCompleted"
    INFORMATION_ONLY = "InformationOnly"


class Action(StrEnum):
    """What can happen to an adjustment."""

    # the seller decides
    APPROVE_REQUEST = "ApproveBuyerRequest"
    REJECT_REQUEST = "RejectBuyerRequest"
    PAY_INSTEAD = "ApproveBuyerRequest with SiteRefundInstead"
    APPROVE_GOODS = "ApproveReturn"
    REJECT_GOODS = "RejectReturn"
    # the connector delivers
    SEND = "an attempt begins"
    ACCEPTED = "the marketplace took the refund up"
    REFUSED = "the marketplace refused it"
    # news from the marketplace
    WAITS = "the request waits for the seller"
    READY = "the goods may come back"
    OFFERED = "an offer lies with the buyer"
    PAYING = "approved, money on its way"
    PAID = "money paid back"
    TURNED_DOWN = "rejected"
    CLOSED = "closed without money"
    INFORMED = "only to be known"


S = RequestStatus
A = Action

TERMINAL: Final = frozenset({S.COMPLETE, S.REJECTED, S.INFORMATION_ONLY, S.ERROR})
OPEN: Final = frozenset(S) - TERMINAL
AWAITS_SELLER: Final = frozenset({S.NEW_RMA, S.READY_FOR_RETURN})
BEFORE_GOODS: Final = (
    S.NEW_RMA, S.PENDING_APPROVAL, S.PROCESSING_APPROVAL, S.PENDING_REJECTION, S.PROCESSING_REJECTION,
    S.NOT_ACKNOWLEDGED,
)  # fmt: skip
SENT: Final = (
    S.SUBMITTED, S.PROCESSING_APPROVAL, S.PROCESSING_REJECTION, S.PROCESSING_RETURN, S.PROCESSING_RETURN_REJECTION,
)  # fmt: skip

# fmt: off
TABLE: Final[dict[tuple[RequestStatus, Action], RequestStatus]] = {
    # in this status                on this action      it becomes
    (S.NEW_RMA,                     A.APPROVE_REQUEST): S.PENDING_APPROVAL,
    (S.NEW_RMA,                     A.REJECT_REQUEST):  S.PENDING_REJECTION,
    (S.NEW_RMA,                     A.PAY_INSTEAD):     S.PENDING_APPROVAL,
    (S.READY_FOR_RETURN,            A.APPROVE_GOODS):   S.PENDING_RETURN,
    (S.READY_FOR_RETURN,            A.REJECT_GOODS):    S.PENDING_RETURN_REJECTION,
    (S.PENDING_APPROVAL,            A.SEND):            S.PROCESSING_APPROVAL,
    (S.PENDING_REJECTION,           A.SEND):            S.PROCESSING_REJECTION,
    (S.PENDING_RETURN,              A.SEND):            S.PROCESSING_RETURN,
    (S.PENDING_RETURN_REJECTION,    A.SEND):            S.PROCESSING_RETURN_REJECTION,
    (S.SUBMITTED,                   A.ACCEPTED):        S.NOT_ACKNOWLEDGED,
    (S.NOT_ACKNOWLEDGED,            A.WAITS):           S.NEW_RMA,      # the buyer declined the offer
    # a yes to a request pays, sends the buyer to the post office, or is an offer: `decisions.BRINGS` says which
    **{(was, A.READY):       S.READY_FOR_RETURN for was in BEFORE_GOODS},
    **{(was, A.OFFERED):     S.NOT_ACKNOWLEDGED for was in BEFORE_GOODS if was is not S.NOT_ACKNOWLEDGED},
    **{(was, A.REFUSED):     S.ERROR            for was in SENT},
    # whoever decided it: what the marketplace says has happened, has happened
    **{(was, A.PAYING):      S.ACKNOWLEDGED     for was in OPEN if was is not S.ACKNOWLEDGED},
    **{(was, A.PAID):        S.COMPLETE         for was in OPEN},
    **{(was, A.TURNED_DOWN): S.REJECTED         for was in OPEN},
    **{(was, A.CLOSED):      S.REJECTED         for was in OPEN},
    **{(was, A.INFORMED):    S.INFORMATION_ONLY for was in OPEN},
}

# What a claim's first (or, after an end, next) adjustment begins as.
BEGINS: Final[dict[Action, RequestStatus]] = {
    A.WAITS:       S.NEW_RMA,
    A.READY:       S.READY_FOR_RETURN,
    A.OFFERED:     S.NOT_ACKNOWLEDGED,
    A.PAYING:      S.ACKNOWLEDGED,
    A.PAID:        S.COMPLETE,
    A.TURNED_DOWN: S.REJECTED,
    A.CLOSED:      S.REJECTED,
    A.INFORMED:    S.INFORMATION_ONLY,
}

# After an end, only these news of the same claim open a new adjustment.
REOPENS: Final[dict[RequestStatus, frozenset[Action]]] = {
    S.REJECTED:         frozenset(BEGINS) - {A.TURNED_DOWN, A.CLOSED},  # arbitration, or handed back
    S.ERROR:            frozenset(BEGINS),                              # went on, or ended, without us
    S.INFORMATION_ONLY: frozenset({A.PAYING, A.PAID}),                  # a replacement settled by money
    S.COMPLETE:         frozenset(),
}
# fmt: on


def after(status: RequestStatus, action: Action) -> RequestStatus | None:
    """Return the status after `action`, or None where the table does not take it."""
    return TABLE.get((status, action))
