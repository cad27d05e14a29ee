"""What an action makes of a return, and which deadline then runs. Pure: the tables decide, this only asks them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from mock_tiktok.domain.deadlines import Deadline
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.state_machines import DISPUTE, MONEY, PARCEL, PARCEL_OWN, Consequence, Table
from mock_tiktok.domain.words import Action, By, Claim, Dispute, Money, Parcel, ReturnType, SellerAction

BUYER_ARRANGES: Final = "BUYER_ARRANGE"


class NotAllowed(Exception):
    """A machine has no row for its state and the action."""

    def __init__(self, machine: str, action: Action) -> None:
        super().__init__(f"{machine} does not take {action}")
        self.machine = machine
        self.action = action


def after(item: Return, action: Action, claims: Table[Claim, Action]) -> Return:
    """Return the return as it stands once `action` has happened; raise NotAllowed where a table refuses."""
    dispute, parcel, money = item.dispute, item.parcel, item.money
    parcels = PARCEL_OWN if item.shipment_type == BUYER_ARRANGES else PARCEL
    if action in DISPUTE.actions:
        dispute = _found(DISPUTE.after(dispute, action), "dispute", action)
    claim = _found(claims.after(item.claim, action), "claim", action)
    if action in parcels.actions:
        parcel = _found(parcels.after(parcel, action), "parcel", action)
    if claim is Claim.APPROVED and item.claim is not Claim.APPROVED:
        parcel = _found(parcels.after(parcel, Consequence.EXPECT), "parcel", action)
    if claim is Claim.GRANTED and item.claim is not Claim.GRANTED:
        money = _found(MONEY.after(money, Consequence.GRANT), "money", action)
    if action is Action.PAYOUT:
        money = _found(MONEY.after(money, Consequence.PAYOUT), "money", action)
    closed = item.dispute is Dispute.IN_PROGRESS and dispute is not Dispute.IN_PROGRESS
    disputes_closed = item.disputes_closed + closed
    return replace(item, claim=claim, dispute=dispute, parcel=parcel, money=money, disputes_closed=disputes_closed)


_S = TypeVar("_S", Claim, Parcel, Money, Dispute)


def _found(state: _S | None, machine: str, action: Action) -> _S:
    if state is None:
        raise NotAllowed(machine, action)
    return state


@dataclass(frozen=True, slots=True)
class Runs:
    """One rule: while this holds, that number of the profile runs, and then that happens."""

    what: str
    whom: By
    lapse: Action | None
    seller_action: SellerAction | None = None


# What is waited for, and what a lapse does. `dispute.seller_evidence` leads to `dispute.decision`, not to an action.
RUNS: Final = {
    runs.what: runs
    for runs in (
        Runs("refund_only.seller_response", By.SELLER, Action.SELLER_SILENT, SellerAction.RESPOND_REFUND),
        Runs("return.seller_response", By.SELLER, Action.SELLER_SILENT, SellerAction.RESPOND_RETURN),
        Runs("replacement.seller_response", By.SELLER, Action.SELLER_SILENT, SellerAction.RESPOND_REPLACEMENT),
        Runs("inspection.seller_response", By.SELLER, Action.SELLER_SILENT, SellerAction.RESPOND_RECEIVE_PACKAGE),
        Runs("return.buyer_ship_by", By.BUYER, Action.NEVER_SHIPPED),
        Runs("return.lost_after", By.SELLER, Action.NEVER_ARRIVED, SellerAction.RESPOND_RECEIVE_PACKAGE),
        Runs("partial_offer.buyer_response", By.BUYER, Action.OFFER_EXPIRED),
        Runs("dispute.open_window", By.BUYER, Action.NO_DISPUTE),
        Runs("dispute.seller_evidence", By.SELLER_CENTER, None),
        Runs("dispute.decision", By.OPERATOR, Action.SUPPORT_BUYER),
        Runs("cancel.seller_response", By.SELLER, Action.SELLER_SILENT, SellerAction.RESPOND_CANCEL),
    )
}

_FIRST_REVIEW: Final = {
    ReturnType.REFUND: "refund_only.seller_response",
    ReturnType.RETURN_AND_REFUND: "return.seller_response",
    ReturnType.REPLACEMENT: "replacement.seller_response",
}

_OF_PARCEL: Final = {
    Parcel.AWAITED: "return.buyer_ship_by",
    Parcel.LABELLED: "return.buyer_ship_by",
    Parcel.SHIPPED: "return.lost_after",
    Parcel.ARRIVED: "inspection.seller_response",
    Parcel.REFUSED: "inspection.seller_response",
}


def running(item: Return) -> str | None:
    """Return the number that runs in this state, if one does."""
    if item.dispute is Dispute.IN_PROGRESS:
        return "dispute.seller_evidence"
    if item.claim is Claim.REQUESTED:
        return _FIRST_REVIEW[item.return_type]
    if item.claim is Claim.APPROVED:
        return _OF_PARCEL.get(item.parcel)
    if item.claim is Claim.OFFERED:
        return "partial_offer.buyer_response"
    if item.claim in (Claim.REJECTED, Claim.PARCEL_REJECTED):
        return "dispute.open_window"
    return None


def deadline_after(
    old: Return | None, item: Return, what: str | None, now: datetime, due: Callable[[str, datetime], datetime]
) -> Deadline | None:
    """Return the deadline that now runs. One that already runs is not begun anew."""
    if what is None:
        return None
    if old and old.deadline and old.deadline.what == what and (old.claim, old.dispute) == (item.claim, item.dispute):
        return old.deadline
    return deadline(what, now, due)


def deadline(what: str, now: datetime, due: Callable[[str, datetime], datetime]) -> Deadline:
    """Return a deadline that begins now."""
    return Deadline(due(what, now), what, RUNS[what].whom, RUNS[what].seller_action)
