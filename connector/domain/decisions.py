"""From a seller's answer to the call that carries it: which operation, which of the marketplace's decisions."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from connector.domain.adjustments import Action
from connector.domain.adjustments import RequestStatus as S


class Operation(StrEnum):
    """What can be promised to the marketplace."""

    APPROVE_RETURN = "approve return"
    REJECT_RETURN = "reject return"
    APPROVE_CANCELLATION = "approve cancellation"
    REJECT_CANCELLATION = "reject cancellation"
    CREATE_RETURN = "create return"
    CANCEL_ORDER = "cancel order"


class PromiseState(StrEnum):
    """Where a promise stands. `sending` is written before the call: found later, its outcome is unknown."""

    WAITING = "waiting"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


UNFINISHED: Final = (PromiseState.WAITING, PromiseState.SENDING, PromiseState.UNKNOWN)
OUTCOME_UNKNOWN: Final = (PromiseState.SENDING, PromiseState.UNKNOWN)
CREATING: Final = (Operation.CREATE_RETURN, Operation.CANCEL_ORDER)
REJECTING: Final = (Operation.REJECT_RETURN, Operation.REJECT_CANCELLATION)
APPROVING: Final = (Action.APPROVE_REQUEST, Action.APPROVE_GOODS)

OFFER: Final = "OFFER_PARTIAL_REFUND"

# fmt: off
DECISIONS: Final[dict[tuple[str, Action], tuple[Operation, str]]] = {
    # a request of this type   answered like this       is this call                      with this decision
    ("REFUND",                 Action.APPROVE_REQUEST): (Operation.APPROVE_RETURN,        "APPROVE_REFUND"),
    ("REFUND",                 Action.REJECT_REQUEST):  (Operation.REJECT_RETURN,         "REJECT_REFUND"),
    ("RETURN_AND_REFUND",      Action.APPROVE_REQUEST): (Operation.APPROVE_RETURN,        "APPROVE_RETURN"),
    ("RETURN_AND_REFUND",      Action.REJECT_REQUEST):  (Operation.REJECT_RETURN,         "REJECT_RETURN"),
    ("RETURN_AND_REFUND",      Action.APPROVE_GOODS):   (Operation.APPROVE_RETURN,        "APPROVE_RECEIVED_PACKAGE"),
    ("RETURN_AND_REFUND",      Action.REJECT_GOODS):    (Operation.REJECT_RETURN,         "REJECT_RECEIVED_PACKAGE"),
    ("CANCEL",                 Action.APPROVE_REQUEST): (Operation.APPROVE_CANCELLATION,  "APPROVE_CANCELLATION"),
    ("CANCEL",                 Action.REJECT_REQUEST):  (Operation.REJECT_CANCELLATION,   "REJECT_CANCELLATION"),
}
# fmt: on

# The question that each answers.
ANSWERS: Final[dict[Action, S]] = {
    Action.APPROVE_REQUEST: S.NEW_RMA,
    Action.REJECT_REQUEST: S.NEW_RMA,
    Action.APPROVE_GOODS: S.READY_FOR_RETURN,
    Action.REJECT_GOODS: S.READY_FOR_RETURN,
}

# Words to the buyer, in bytes of UTF-8. Source: OBS-BR: 500 bytes were taken, 560
# characters refused with 98001004. Certainty: assumed; the limit itself is not documented.
COMMENT_BYTES: Final = 500

# What it brings when the marketplace takes it.
BRINGS: Final[dict[str, Action]] = {
    "APPROVE_REFUND": Action.PAYING,
    "APPROVE_RETURN": Action.READY,
    OFFER: Action.OFFERED,
    "APPROVE_RECEIVED_PACKAGE": Action.PAYING,
    "APPROVE_CANCELLATION": Action.PAYING,
    "REJECT_REFUND": Action.TURNED_DOWN,
    "REJECT_RETURN": Action.TURNED_DOWN,
    "REJECT_RECEIVED_PACKAGE": Action.TURNED_DOWN,
    "REJECT_CANCELLATION": Action.TURNED_DOWN,
}

# What it answered, where not the request itself.
ASKED: Final[dict[str, S]] = {
    "APPROVE_RECEIVED_PACKAGE": S.READY_FOR_RETURN,
    "REJECT_RECEIVED_PACKAGE": S.READY_FOR_RETURN,
}

# The answer that `approve` and `reject` mean, by what waits.
MEANT: Final[dict[tuple[S, str], Action]] = {
    (S.NEW_RMA, "approve"): Action.APPROVE_REQUEST,
    (S.NEW_RMA, "reject"): Action.REJECT_REQUEST,
    (S.READY_FOR_RETURN, "approve"): Action.APPROVE_GOODS,
    (S.READY_FOR_RETURN, "reject"): Action.REJECT_GOODS,
}
