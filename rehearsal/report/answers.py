"""What the marketplace answers each decision in each state that a request can be in, asked of its own tables.

A state is reached by acts, from the request on; whoever wants to see it can have them happen one after the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.money import Amount
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.rules import NotAllowed, after
from mock_tiktok.domain.state_machines import CANCELLATION, claim_table
from mock_tiktok.domain.words import (
    APPROVALS,
    REJECTIONS,
    Action,
    CancelStatus,
    CancelType,
    Claim,
    OrderStatus,
    ReturnType,
    Role,
)
from mock_tiktok.errors import ApiError
from mock_tiktok.policy.profile import Profile
from mock_tiktok.usecases import refusals

DECISIONS: Final[Mapping[str, Sequence[Action]]] = {
    kind: [one for one in APPROVALS + REJECTIONS if one in claim_table(kind).actions] for kind in ReturnType
} | {"CANCEL": [Action.APPROVE_CANCELLATION, Action.REJECT_CANCELLATION]}
CALLS: Final = (("Create Return", "REFUND"), ("Create Return", "RETURN_AND_REFUND"), ("Cancel Order", "CANCEL"))
_AT: Final = datetime(2031, 3, 3, tzinfo=UTC)
_ASKED: Final[dict[str, Any]] = {
    **dict.fromkeys(("shop_id", "order_id", "reason", "reason_text"), ""),
    "number": 1,
    "role": Role.BUYER,
    "lines": (),
    "amount": Amount.sum("USD", []),
    "created_at": _AT,
    "updated_at": _AT,
}


@dataclass(frozen=True, slots=True)
class State:
    """A request in one state, the acts that lead there, and what each decision of its kind brings: the status that it
    has then, or the code of a refusal."""

    item: Any  # a Return or a Cancellation
    acts: tuple[Action, ...]
    answers: tuple[str | int, ...]


def states(kind: str) -> list[State]:
    """Return every state that a request of the kind can be in (a `ReturnType`, or CANCEL), nearest first."""
    first = _request(kind)
    found: dict[object, tuple[Return | Cancellation, tuple[Action, ...]]] = {_seen(first): (first, ())}
    waiting = [first]
    while waiting:
        item = waiting.pop(0)
        acts = found[_seen(item)][1]
        for action in Action:
            becomes = _after(item, action)
            if becomes is not None and _seen(becomes) not in found:
                found[_seen(becomes)] = becomes, (*acts, action)
                waiting.append(becomes)
    return [
        State(item, acts, tuple(_answer(item, decision) for decision in DECISIONS[kind]))
        for item, acts in found.values()
    ]


def to_orders(profile: Profile) -> dict[OrderStatus, tuple[str | int, ...]]:
    """Return, by an order's status, what the seller's own calls (`CALLS`) bring: `taken`, or the code of a refusal."""
    return {status: tuple(_of_order(profile, status, kind) for _, kind in CALLS) for status in OrderStatus}


def _of_order(profile: Profile, status: OrderStatus, kind: str) -> str | int:
    try:
        refusals.check_status(status, kind, profile.eligible["SELLER"].get(kind, ()))
    except ApiError as refused:
        return refused.code
    return "taken"


def _request(kind: str) -> Return | Cancellation:
    if kind == "CANCEL":
        return Cancellation("", cancel_type=CancelType.BUYER_CANCEL, status=CancelStatus.PENDING, **_ASKED)
    return Return("", return_type=ReturnType(kind), claim=Claim.REQUESTED, **_ASKED)


def _seen(item: Return | Cancellation) -> object:
    return item.status if isinstance(item, Cancellation) else (item.claim, item.parcel, item.money, item.dispute)


def _after(item: Return | Cancellation, action: Action) -> Return | Cancellation | None:
    if isinstance(item, Cancellation):
        status = CANCELLATION.after(item.status, action)
        return None if status is None else replace(item, status=status)
    try:
        return after(item, action, claim_table(item.return_type))
    except NotAllowed:
        return None


def _answer(item: Return | Cancellation, decision: Action) -> str | int:
    becomes = _after(item, decision)
    if becomes is not None:
        return becomes.status.value
    if isinstance(item, Cancellation):
        return refusals.of_cancellation(item, decision).code
    return refusals.of_state(item, decision).code
