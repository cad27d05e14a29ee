"""What the platform answers a decision that a request does not take: rules by state, the first that fits is the answer.

Whether a decision is taken is for the state machines (`domain/state_machines.py`); these say with which number it is
not. What forbids a decision beside the state (an hour, a flag, a field, a reason) is asked by the use cases, and named
with each `Refusal`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from mock_tiktok import errors
from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.orders import Order
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.words import (
    APPROVALS,
    REJECTIONS,
    Action,
    CancelStatus,
    Claim,
    Dispute,
    Mark,
    OrderStatus,
    Parcel,
)
from mock_tiktok.errors import ApiError, Refusal
from mock_tiktok.policy.profile import Profile

_ALL: Final = frozenset(APPROVALS + REJECTIONS)
_OFFER: Final = frozenset({Action.OFFER_PARTIAL_REFUND})
_APPROVES_GOODS: Final = frozenset({Action.APPROVE_RECEIVED_PACKAGE})
_REJECTS_GOODS: Final = frozenset({Action.REJECT_RECEIVED_PACKAGE})
_ON_GOODS: Final = _APPROVES_GOODS | _REJECTS_GOODS
_PAYS_INSTEAD: Final = frozenset({Action.DIRECT_REFUND, Action.ISSUE_REPLACEMENT_REFUND})
_BACK: Final = frozenset({Parcel.SHIPPED, Parcel.ARRIVED})
_ANSWERED: Final = frozenset({Claim.APPROVED, Claim.REJECTED, Claim.PARCEL_REJECTED})
_ANY: Final = frozenset(Claim)


@dataclass(frozen=True, slots=True)
class Rule:
    """In one of these states of claim, goods and dispute, one of these decisions is refused so."""

    claims: Collection[Claim]
    decisions: Collection[Action]
    refusal: Refusal
    parcels: Collection[Parcel] = frozenset(Parcel)
    disputes: Collection[Dispute] = frozenset(Dispute)
    quick: bool = False  # speaks of quick refunds alone

    def fits(self, item: Return, action: Action) -> bool:
        """Say whether it speaks of this decision on this return."""
        of_state = item.claim in self.claims and item.parcel in self.parcels and item.dispute in self.disputes
        return of_state and action in self.decisions and (item.is_quick_refund or not self.quick)


# Where nothing of the state tells them apart it is the decision that has its number, as it has at an hour too late.
BY_DECISION: Final = (
    Rule(_ANY, _REJECTS_GOODS, errors.CANNOT_REJECT_RECEIPT),
    Rule(_ANY, REJECTIONS, errors.CANNOT_REJECT),
    Rule(_ANY, _OFFER, errors.PARTIAL_NOT_POSSIBLE),
    Rule(_ANY, _APPROVES_GOODS, errors.CANNOT_APPROVE_PARCEL),
    Rule(_ANY, _ALL, errors.CANNOT_APPROVE),
)
OF_RETURNS: Final = (
    Rule(_ANY, _ALL, errors.IN_ARBITRATION, disputes={Dispute.IN_PROGRESS}),
    Rule({Claim.CLOSED}, _ALL, errors.ALREADY_CANCELLED),
    Rule({Claim.OFFERED}, _ALL, errors.OFFER_OPEN),
    Rule({Claim.GRANTED}, _REJECTS_GOODS, errors.QUICK_REFUND, parcels=_BACK, quick=True),
    Rule({Claim.GRANTED}, _ON_GOODS, errors.ALREADY_RECEIVED, parcels=_BACK),
    Rule({Claim.GRANTED, Claim.REPLACED}, _ALL, errors.ALREADY_APPROVED),
    Rule(_ANSWERED, _PAYS_INSTEAD, errors.WRONG_STATE),
    Rule({Claim.APPROVED}, _ALL - _OFFER - _ON_GOODS, errors.ALREADY_APPROVED),
    *BY_DECISION,
)
OF_CANCELLATIONS: Final[Mapping[tuple[CancelStatus, Action], Refusal]] = {
    (CancelStatus.SUCCESS, Action.APPROVE_CANCELLATION): errors.CANNOT_APPROVE_PARCEL,
    (CancelStatus.COMPLETE, Action.APPROVE_CANCELLATION): errors.CANNOT_APPROVE_PARCEL,
    (CancelStatus.CANCELLED, Action.APPROVE_CANCELLATION): errors.ALREADY_CANCELLED,
    (CancelStatus.SUCCESS, Action.REJECT_CANCELLATION): errors.ALREADY_APPROVED,
    (CancelStatus.COMPLETE, Action.REJECT_CANCELLATION): errors.ALREADY_APPROVED,
    (CancelStatus.CANCELLED, Action.REJECT_CANCELLATION): errors.CANNOT_REJECT,
    # too late, though the platform has yet to act
    (CancelStatus.PENDING, Action.APPROVE_CANCELLATION): errors.CANNOT_APPROVE_PARCEL,
    (CancelStatus.PENDING, Action.REJECT_CANCELLATION): errors.CANNOT_REJECT,
}
# An order that is not in a status in which a request of that kind is taken; every other status is ORDER_STATUS.
OF_ORDERS: Final[Mapping[tuple[str, OrderStatus], Refusal]] = {
    ("CANCEL", OrderStatus.PARTIALLY_SHIPPING): errors.ALREADY_SHIPPED,
    ("CANCEL", OrderStatus.AWAITING_COLLECTION): errors.ALREADY_SHIPPED,
    ("CANCEL", OrderStatus.IN_TRANSIT): errors.ALREADY_SHIPPED,
    ("CANCEL", OrderStatus.DELIVERED): errors.ALREADY_SHIPPED,
    ("CANCEL", OrderStatus.COMPLETED): errors.ORDER_CLOSED,
    ("CANCEL", OrderStatus.CANCELLED): errors.ORDER_CLOSED,
}
# What an order is marked with forbids these, in a state that takes them.
REQUEST, APPROVAL, REJECTION, ON_CANCELLATION = "request", "approval", "rejection", "answer to a cancellation"
OF_SELLER: Final = "the seller's own refund, return or cancellation"
OF_MARKS: Final[Mapping[tuple[Mark, str], Refusal]] = {
    (Mark.RISK_CONTROL, REQUEST): errors.RISK_CONTROL,
    (Mark.RISK_CONTROL, APPROVAL): errors.NOT_APPROVABLE,
    # that it is with what a seller begins as with their answers is our reading of S20
    (Mark.AUTHENTICITY, OF_SELLER): errors.OF_AUTHENTICITY,
    (Mark.FULFILLED_BY_PLATFORM, OF_SELLER): errors.OF_PLATFORM,
    (Mark.AUTHENTICITY, APPROVAL): errors.OF_AUTHENTICITY,
    (Mark.AUTHENTICITY, REJECTION): errors.OF_AUTHENTICITY,
    (Mark.AUTHENTICITY, ON_CANCELLATION): errors.OF_AUTHENTICITY,
    (Mark.FULFILLED_BY_PLATFORM, APPROVAL): errors.OF_PLATFORM,
    (Mark.FULFILLED_BY_PLATFORM, REJECTION): errors.OF_PLATFORM,
    (Mark.FULFILLED_BY_PLATFORM, ON_CANCELLATION): errors.OF_PLATFORM,
}


def of_state(item: Return, action: Action) -> ApiError:
    """Return what the platform says to a seller's decision that this state does not take."""
    return _said(next(rule.refusal for rule in OF_RETURNS if rule.fits(item, action)), item, action)


def too_late(item: Return, action: Action) -> ApiError:
    """Return what is said to a decision at an hour that no longer takes it."""
    return _said(next(rule.refusal for rule in BY_DECISION if rule.fits(item, action)), item, action)


def of_cancellation(item: Cancellation, action: Action) -> ApiError:
    """Return what is said to what a cancellation does not take, or no longer."""
    return _said(OF_CANCELLATIONS.get((item.status, action), errors.NOT_POSSIBLE), item, action)


def check_status(status: OrderStatus, kind: str, takes: Collection[str]) -> None:
    """Raise what the platform says to a request of that kind where it `takes` only orders of other statuses, or none.

    A market that takes none of any status has no such requests.
    """
    if not takes:
        raise errors.NOT_IN_MARKET(kind=kind)
    if status not in takes:
        raise OF_ORDERS.get((kind, status), errors.ORDER_STATUS)(status=status)


def check_request(profile: Profile, order: Order, kind: str, who: str) -> None:
    """Raise what the platform says to a request of a BUYER or SELLER for this order, by its status and its marks."""
    check_status(order.status, kind, profile.eligible[who].get(kind, ()))
    _check_marks(order, REQUEST)
    if who == "SELLER":
        _check_marks(order, OF_SELLER)


def check_decision(order: Order, action: Action) -> None:
    """Raise what the platform says to a seller's decision on a request for an order that is marked so."""
    _check_marks(order, APPROVAL if action in APPROVALS else REJECTION if action in REJECTIONS else ON_CANCELLATION)


def _check_marks(order: Order, what: str) -> None:
    for mark in order.marks:
        if (mark, what) in OF_MARKS:
            raise OF_MARKS[mark, what]()


def _said(refusal: Refusal, item: Return | Cancellation, action: Action) -> ApiError:
    return refusal(status=item.status, decision=action, action=action)
