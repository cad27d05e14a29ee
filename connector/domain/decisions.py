"""From a seller's decision to the call that carries it: which operation, which of the marketplace's decisions."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final

from connector.domain.adjustments import Action
from connector.domain.adjustments import RequestStatus as S


class Operation(StrEnum):
    """What the marketplace can be asked to do."""

    APPROVE_RETURN = "approve return"
    REJECT_RETURN = "reject return"
    APPROVE_CANCELLATION = "approve cancellation"
    REJECT_CANCELLATION = "reject cancellation"
    CREATE_RETURN = "create return"
    CANCEL_ORDER = "cancel order"


class SiteDecision(StrEnum):
    """The marketplace's names of what can be decided about a claim."""

    APPROVE_REFUND = "APPROVE_REFUND"
    APPROVE_RETURN = "APPROVE_RETURN"
    OFFER = "OFFER_PARTIAL_REFUND"
    APPROVE_GOODS = "APPROVE_RECEIVED_PACKAGE"
    APPROVE_REPLACEMENT = "APPROVE_REPLACEMENT"
    PAY_INSTEAD = "ISSUE_REPLACEMENT_REFUND"
    APPROVE_CANCELLATION = "APPROVE_CANCELLATION"
    REJECT_REFUND = "REJECT_REFUND"
    REJECT_RETURN = "REJECT_RETURN"
    REJECT_GOODS = "REJECT_RECEIVED_PACKAGE"
    REJECT_REPLACEMENT = "REJECT_REPLACEMENT"
    REJECT_CANCELLATION = "REJECT_CANCELLATION"


@dataclass(frozen=True, slots=True)
class SellerDecision:
    """What the seller has decided about one adjustment."""

    action: Action
    amount: Decimal | None = None
    reject_reason: str | None = None
    comment: str | None = None
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApproveReturn:
    """A yes to a return or refund request, to the goods, or the offer of a part of the money."""

    operation: ClassVar = Operation.APPROVE_RETURN
    choice: SiteDecision
    amount: Decimal | None = None  # of an offer
    currency: str = ""


@dataclass(frozen=True, slots=True)
class RejectReturn:
    """A no to a return or refund request, or to the goods; without a reason the case's default is taken."""

    operation: ClassVar = Operation.REJECT_RETURN
    choice: SiteDecision
    reason: str | None
    comment: str | None
    grade: str


@dataclass(frozen=True, slots=True)
class ApproveCancellation:
    """A yes to a buyer's cancellation."""

    operation: ClassVar = Operation.APPROVE_CANCELLATION
    choice: ClassVar = SiteDecision.APPROVE_CANCELLATION


@dataclass(frozen=True, slots=True)
class RejectCancellation:
    """A no to a buyer's cancellation; without a reason the market's default is taken."""

    operation: ClassVar = Operation.REJECT_CANCELLATION
    choice: ClassVar = SiteDecision.REJECT_CANCELLATION
    reason: str | None
    comment: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDecision:
    """What the seller starts: it makes a new claim at the marketplace."""

    operation: ClassVar[Operation]
    order_id: str
    line_ids: tuple[str, ...]
    reason: str
    currency: str
    stated: bool = False  # whether the seller has named a sum
    whole: bool  # whether these are all units of the order that are left
    default_reason: bool = False  # the seller has named none: it is the one that fits when it is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRefund(OrderDecision):
    """A refund; without an amount the marketplace's own figure is taken."""

    operation = Operation.CREATE_RETURN
    amount: Decimal | None
    mended: bool = False  # whether a coin that lies elsewhere at the marketplace has been let go


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder(OrderDecision):
    """A cancellation of units that have not shipped."""

    operation = Operation.CANCEL_ORDER


ClaimDecision = ApproveReturn | RejectReturn | ApproveCancellation | RejectCancellation
Decision = ClaimDecision | CreateRefund | CancelOrder
APPROVALS: Final = (ApproveReturn, ApproveCancellation)


class OutboxState(StrEnum):
    """Where an entry stands. `sending` is written before the call: found later, its outcome is unknown."""

    WAITING = "waiting"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


UNFINISHED: Final = (OutboxState.WAITING, OutboxState.SENDING, OutboxState.UNKNOWN)
OUTCOME_UNKNOWN: Final = (OutboxState.SENDING, OutboxState.UNKNOWN)
CREATING: Final = (Operation.CREATE_RETURN, Operation.CANCEL_ORDER)
APPROVING: Final = (Action.APPROVE_REQUEST, Action.APPROVE_GOODS, Action.PAY_INSTEAD)

D = SiteDecision

# fmt: off
DECISIONS: Final[dict[tuple[str, Action], SiteDecision]] = {
    # a request of this type   decided like this       is this decision there
    ("REFUND",                 Action.APPROVE_REQUEST): D.APPROVE_REFUND,
    ("REFUND",                 Action.REJECT_REQUEST):  D.REJECT_REFUND,
    ("RETURN_AND_REFUND",      Action.APPROVE_REQUEST): D.APPROVE_RETURN,
    ("RETURN_AND_REFUND",      Action.REJECT_REQUEST):  D.REJECT_RETURN,
    ("RETURN_AND_REFUND",      Action.APPROVE_GOODS):   D.APPROVE_GOODS,
    ("RETURN_AND_REFUND",      Action.REJECT_GOODS):    D.REJECT_GOODS,
    ("REPLACEMENT",            Action.APPROVE_REQUEST): D.APPROVE_REPLACEMENT,
    ("REPLACEMENT",            Action.PAY_INSTEAD):     D.PAY_INSTEAD,
    ("REPLACEMENT",            Action.REJECT_REQUEST):  D.REJECT_REPLACEMENT,
    ("CANCEL",                 Action.APPROVE_REQUEST): D.APPROVE_CANCELLATION,
    ("CANCEL",                 Action.REJECT_REQUEST):  D.REJECT_CANCELLATION,
}
# fmt: on

# The status in which each can be decided.
DECIDED_IN: Final[dict[Action, S]] = {
    Action.APPROVE_REQUEST: S.NEW_RMA,
    Action.REJECT_REQUEST: S.NEW_RMA,
    Action.PAY_INSTEAD: S.NEW_RMA,
    Action.APPROVE_GOODS: S.READY_FOR_RETURN,
    Action.REJECT_GOODS: S.READY_FOR_RETURN,
}

# Words to the buyer, in bytes of UTF-8. Source: OBS-BR: 500 bytes were taken, 560
# characters refused with 98001004. Certainty: assumed; the limit itself is not documented.
COMMENT_BYTES: Final = 500

# What it brings when the marketplace takes it.
BRINGS: Final[dict[SiteDecision, Action]] = {
    D.APPROVE_REFUND: Action.PAYING,
    D.APPROVE_RETURN: Action.READY,
    D.OFFER: Action.OFFERED,
    D.APPROVE_GOODS: Action.PAYING,
    D.APPROVE_REPLACEMENT: Action.INFORMED,
    D.PAY_INSTEAD: Action.PAYING,
    D.APPROVE_CANCELLATION: Action.PAYING,
    D.REJECT_REFUND: Action.TURNED_DOWN,
    D.REJECT_RETURN: Action.TURNED_DOWN,
    D.REJECT_GOODS: Action.TURNED_DOWN,
    D.REJECT_REPLACEMENT: Action.TURNED_DOWN,
    D.REJECT_CANCELLATION: Action.TURNED_DOWN,
}

# What it can never come to when the marketplace takes it: where that is shown, it did not get there. A return that was
# approved, and an offer, may be closed all the same.
_UNPAID: Final = (Action.TURNED_DOWN, Action.CLOSED)
CONTRARY: Final[dict[Action, tuple[Action, ...]]] = {
    Action.PAYING: _UNPAID,
    Action.INFORMED: _UNPAID,
    Action.READY: (Action.TURNED_DOWN,),
    Action.OFFERED: (Action.TURNED_DOWN,),
    Action.TURNED_DOWN: (Action.PAYING, Action.PAID),
}

# What it was about, where not the request itself.
ASKED: Final[dict[SiteDecision, S]] = {D.APPROVE_GOODS: S.READY_FOR_RETURN, D.REJECT_GOODS: S.READY_FOR_RETURN}

# What `approve` and `reject` mean, by what waits.
MEANT: Final[dict[tuple[S, str], Action]] = {
    (status, "approve" if action in APPROVING else "reject"): action
    for action, status in DECIDED_IN.items()
    if action is not Action.PAY_INSTEAD
}
