"""The platform's own words: every status, type and decision, letter for letter as they go over the wire.

`Claim`, `Parcel`, `Money` and `Dispute` are ours: the four small things a return is made of. What the wire calls
`return_status` is read off them (`domain/returns.py`), never stored.
"""

import re
from enum import StrEnum
from typing import Final

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]").search


def is_plain(text: str) -> bool:
    """Return whether a text has no control characters but tabs and ends of lines."""
    return text.isprintable() or _CONTROL(text) is None


class OrderStatus(StrEnum):
    UNPAID = "UNPAID"
    ON_HOLD = "ON_HOLD"
    AWAITING_SHIPMENT = "AWAITING_SHIPMENT"
    PARTIALLY_SHIPPING = "PARTIALLY_SHIPPING"
    AWAITING_COLLECTION = "AWAITING_COLLECTION"
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class Mark(StrEnum):
    """What may stand against an order, beside its status."""

    RISK_CONTROL = "risk_control"
    FULFILLED_BY_PLATFORM = "fulfilled_by_platform"
    AUTHENTICITY = "authenticity"


class ReturnType(StrEnum):
    REFUND = "REFUND"
    RETURN_AND_REFUND = "RETURN_AND_REFUND"
    REPLACEMENT = "REPLACEMENT"


class RequestType(StrEnum):
    """What Calculate Refund and Get Aftersale Eligibility can be asked about."""

    CANCEL = "CANCEL"
    REFUND = "REFUND"
    RETURN_AND_REFUND = "RETURN_AND_REFUND"


class Role(StrEnum):
    BUYER = "BUYER"
    SELLER = "SELLER"
    OPERATOR = "OPERATOR"
    SYSTEM = "SYSTEM"


class By(StrEnum):
    """Through which door an act came; the seller has two."""

    BUYER = "buyer"
    SELLER = "seller"
    SELLER_CENTER = "seller_center"
    SYSTEM = "system"
    OPERATOR = "operator"

    @property
    def role(self) -> Role:
        """Return the wire's word for whoever acted."""
        return _ROLES[self]


_ROLES = {
    By.BUYER: Role.BUYER,
    By.SELLER: Role.SELLER,
    By.SELLER_CENTER: Role.SELLER,
    By.SYSTEM: Role.SYSTEM,
    By.OPERATOR: Role.OPERATOR,
}


class ReturnStatus(StrEnum):
    PENDING = "RETURN_OR_REFUND_REQUEST_PENDING"
    REJECT = "REFUND_OR_RETURN_REQUEST_REJECT"
    AWAITING_BUYER_SHIP = "AWAITING_BUYER_SHIP"
    BUYER_SHIPPED_ITEM = "BUYER_SHIPPED_ITEM"
    REJECT_RECEIVE_PACKAGE = "REJECT_RECEIVE_PACKAGE"
    SUCCESS = "RETURN_OR_REFUND_REQUEST_SUCCESS"
    COMPLETE = "RETURN_OR_REFUND_REQUEST_COMPLETE"
    CANCEL = "RETURN_OR_REFUND_REQUEST_CANCEL"
    AWAITING_BUYER_RESPONSE = "AWAITING_BUYER_RESPONSE"
    REPLACEMENT_PENDING = "REPLACEMENT_REQUEST_PENDING"
    REPLACEMENT_REJECT = "REPLACEMENT_REQUEST_REJECT"
    REPLACEMENT_REFUND_SUCCESS = "REPLACEMENT_REQUEST_REFUND_SUCCESS"
    REPLACEMENT_CANCEL = "REPLACEMENT_REQUEST_CANCEL"
    REPLACEMENT_COMPLETE = "REPLACEMENT_REQUEST_COMPLETE"


class ArbitrationStatus(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    SUPPORT_BUYER = "SUPPORT_BUYER"
    SUPPORT_SELLER = "SUPPORT_SELLER"
    CLOSED = "CLOSED"


class CancelType(StrEnum):
    CANCEL = "CANCEL"
    BUYER_CANCEL = "BUYER_CANCEL"


class CancelStatus(StrEnum):
    """`CANCELLED` is what we emit; `CANCELLATION_REQUEST_CANCEL` is accepted in filters (C11)."""

    PENDING = "CANCELLATION_REQUEST_PENDING"
    SUCCESS = "CANCELLATION_REQUEST_SUCCESS"
    COMPLETE = "CANCELLATION_REQUEST_COMPLETE"
    CANCELLED = "CANCELLATION_REQUEST_CANCELLED"


class SellerAction(StrEnum):
    """What `seller_next_action_response` can ask for."""

    RESPOND_REFUND = "SELLER_RESPOND_REFUND"
    RESPOND_RETURN = "SELLER_RESPOND_RETURN"
    RESPOND_RECEIVE_PACKAGE = "SELLER_RESPOND_RECEIVE_PACKAGE"
    RESPOND_REPLACEMENT = "SELLER_RESPOND_REPLACEMENT"
    RESPOND_CANCEL = "SELLER_RESPOND_CANCEL"


class Action(StrEnum):
    """Everything that can happen to a return or a cancellation. The first ten are the wire's decisions."""

    APPROVE_REFUND = "APPROVE_REFUND"
    APPROVE_RETURN = "APPROVE_RETURN"
    APPROVE_RECEIVED_PACKAGE = "APPROVE_RECEIVED_PACKAGE"
    APPROVE_REPLACEMENT = "APPROVE_REPLACEMENT"
    ISSUE_REPLACEMENT_REFUND = "ISSUE_REPLACEMENT_REFUND"
    OFFER_PARTIAL_REFUND = "OFFER_PARTIAL_REFUND"
    DIRECT_REFUND = "DIRECT_REFUND"
    REJECT_REFUND = "REJECT_REFUND"
    REJECT_RETURN = "REJECT_RETURN"
    REJECT_RECEIVED_PACKAGE = "REJECT_RECEIVED_PACKAGE"
    REJECT_REPLACEMENT = "REJECT_REPLACEMENT"
    APPROVE_CANCELLATION = "APPROVE_CANCELLATION"
    REJECT_CANCELLATION = "REJECT_CANCELLATION"
    REJECT_BY_SHIPPING = "REJECT_BY_SHIPPING"
    AUTO_APPROVE = "AUTO_APPROVE"
    AUTO_REFUND = "AUTO_REFUND"
    LABEL = "LABEL"
    SHIP = "SHIP"
    ARRIVE = "ARRIVE"
    WITHDRAW = "WITHDRAW"
    EDIT = "EDIT"
    QUICK_REFUND = "QUICK_REFUND"
    ACCEPT_OFFER = "ACCEPT_OFFER"
    DECLINE_OFFER = "DECLINE_OFFER"
    DISPUTE = "DISPUTE"
    SUPPORT_BUYER = "SUPPORT_BUYER"
    SUPPORT_SELLER = "SUPPORT_SELLER"
    HAND_BACK = "HAND_BACK"
    PAYOUT = "PAYOUT"
    SELLER_SILENT = "SELLER_SILENT"
    NEVER_SHIPPED = "NEVER_SHIPPED"
    NEVER_ARRIVED = "NEVER_ARRIVED"
    OFFER_EXPIRED = "OFFER_EXPIRED"
    NO_DISPUTE = "NO_DISPUTE"

    @property
    def is_lapse(self) -> bool:
        """Say whether this is a deadline that passed."""
        return self in _LAPSES

    @property
    def spoken(self) -> str:
        """Return the word events use: every deadline that passes is a LAPSE."""
        return "LAPSE" if self.is_lapse else self.value


_LAPSES = {Action.SELLER_SILENT, Action.NEVER_SHIPPED, Action.NEVER_ARRIVED, Action.OFFER_EXPIRED, Action.NO_DISPUTE}

APPROVALS = (
    Action.APPROVE_REFUND,
    Action.APPROVE_RETURN,
    Action.APPROVE_RECEIVED_PACKAGE,
    Action.APPROVE_REPLACEMENT,
    Action.ISSUE_REPLACEMENT_REFUND,
    Action.OFFER_PARTIAL_REFUND,
    Action.DIRECT_REFUND,
)
REJECTIONS = (Action.REJECT_REFUND, Action.REJECT_RETURN, Action.REJECT_RECEIVED_PACKAGE, Action.REJECT_REPLACEMENT)


class Claim(StrEnum):
    """What the parties hold of the buyer's demand."""

    REQUESTED = "requested"
    OFFERED = "offered"
    REJECTED = "rejected"
    APPROVED = "approved"
    PARCEL_REJECTED = "parcel rejected"
    GRANTED = "granted"
    REPLACED = "replaced"
    CLOSED = "closed"


class Parcel(StrEnum):
    """Where the goods that go back are."""

    NONE = "none"
    AWAITED = "awaited"
    LABELLED = "labelled"
    SHIPPED = "shipped"
    ARRIVED = "arrived"
    REFUSED = "refused"


class Money(StrEnum):
    """What the buyer has of the money."""

    NONE = "none"
    OWED = "owed"
    PAID = "paid"


class Dispute(StrEnum):
    """The buyer's appeal to the platform."""

    NONE = "none"
    IN_PROGRESS = "in progress"
    SUPPORT_BUYER = "support buyer"
    SUPPORT_SELLER = "support seller"
    HANDED_BACK = "handed back"
    CLOSED = "closed"
