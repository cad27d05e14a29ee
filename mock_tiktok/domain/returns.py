"""A return: a buyer's demand for money or goods back, from the asking to the last cent. Pure values.

Four small states make it up (claim, parcel, money, dispute). What the wire calls `return_status`, and the words that
people see in Seller Center, are read off them here and nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from mock_tiktok.domain.deadlines import Deadline
from mock_tiktok.domain.money import ZERO, Amount, nothing
from mock_tiktok.domain.orders import ClaimLine
from mock_tiktok.domain.words import (
    ArbitrationStatus,
    By,
    Claim,
    Dispute,
    Money,
    Parcel,
    ReturnStatus,
    ReturnType,
    Role,
)

VIDEOS: Final = (".mp4", ".mov")


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a return's history, as Get Return Records gives it, with the words people see beside it."""

    at: datetime
    event: str
    role: Role
    by: By
    description: str
    shown: str
    reason_text: str = ""
    note: str = ""
    images: tuple[str, ...] = ()  # addresses of pictures and videos, or the numbers of pictures that were uploaded

    @property
    def videos(self) -> tuple[str, ...]:
        """Return the addresses of what is a video by its name."""
        return tuple(one for one in self.images if one.lower().endswith(VIDEOS))

    @property
    def pictures(self) -> tuple[str, ...]:
        """Return what else was shown."""
        return tuple(one for one in self.images if one not in self.videos)


@dataclass(frozen=True, slots=True)
class Return:
    """One after-sale request over some units of one order.

    `deadline` is the next one that lapses, whosever it is; `seller_deadline` is what the API tells the seller.
    `buyer_keeps_item` marks a return that became a refund without goods. `combined_id` is that of several returns that
    were asked for, and go back, together; `sent_line_ids` are the units in the parcel, where those are not all of them,
    `damaged_line_ids` those that the warehouse will find damaged.
    `shipping_cost` is what sending back costs, and the seller, the platform or the buyer pays; `seller_labelled` says
    that the seller has brought the label.
    """

    return_id: str
    shop_id: str
    order_id: str
    number: int
    return_type: ReturnType
    role: Role
    reason: str
    reason_text: str
    lines: tuple[ClaimLine, ...]
    amount: Amount
    created_at: datetime
    updated_at: datetime
    claim: Claim
    parcel: Parcel = Parcel.NONE
    money: Money = Money.NONE
    dispute: Dispute = Dispute.NONE
    deadline: Deadline | None = None
    shipment_type: str | None = None
    handover_method: str | None = None
    sent_to: str | None = None
    label_type: str | None = None
    tracking_number: str | None = None
    provider_id: str | None = None
    provider_name: str | None = None
    offer: Decimal | None = None
    buyer_rejected_offer: bool = False
    buyer_keeps_item: bool = False
    can_buyer_keep_item: bool = False
    is_quick_refund: bool = False
    offers_made: int = 0
    disputes_closed: int = 0
    shipped_at: datetime | None = None
    arrived_at: datetime | None = None
    reject_reason: str | None = None
    replacement_order_id: str | None = None
    previous_return_id: str | None = None
    next_return_id: str | None = None
    combined_id: str | None = None
    sent_line_ids: tuple[str, ...] = ()
    damaged_line_ids: tuple[str, ...] = ()
    shipping_cost: Decimal = ZERO
    shipping_payer: str = "buyer"
    seller_labelled: bool = False

    @property
    def status(self) -> ReturnStatus:
        """Return the wire's `return_status`."""
        return _STATUS[self.return_type is ReturnType.REPLACEMENT, self.claim](self)

    @property
    def shown_status(self) -> str:
        """Return the words that people see in Seller Center."""
        if self.status is ReturnStatus.REJECT and self.return_type is ReturnType.REFUND:
            return "Refund Rejected"
        if self.parcel is Parcel.LABELLED and self.claim is Claim.APPROVED:
            return "Return Label Generated"
        return SHOWN[self.status]

    @property
    def arbitration_status(self) -> ArbitrationStatus | None:
        """Return the wire's `arbitration_status`; absent while the return was never disputed."""
        return _ARBITRATION[self.dispute]

    @property
    def seller_deadline(self) -> datetime | None:
        """Return until when the seller may act, if the seller is asked to."""
        return self.deadline.due if self.deadline and self.deadline.seller_action else None

    @property
    def refunded(self) -> Decimal:
        """Return what has been paid back: nothing before the money has really gone."""
        return self.amount.total if self.money is Money.PAID else nothing(self.amount.currency)

    @property
    def is_final(self) -> bool:
        """Say whether nothing can happen to it any more."""
        return self.claim in (Claim.CLOSED, Claim.REPLACED) or self.money is Money.PAID

    @property
    def holds_its_lines(self) -> bool:
        """Say whether its units cannot be claimed a second time now. A rejection nobody has disputed lets them go."""
        if self.is_final:
            return False
        return self.claim not in (Claim.REJECTED, Claim.PARCEL_REJECTED) or self.dispute is Dispute.IN_PROGRESS


def _requested(item: Return) -> ReturnStatus:
    """A rejection that the operator hands back keeps its status."""
    return ReturnStatus.REJECT if item.dispute is Dispute.HANDED_BACK else ReturnStatus.PENDING


def _approved(item: Return) -> ReturnStatus:
    if item.parcel is Parcel.REFUSED:  # handed back by the operator
        return ReturnStatus.REJECT_RECEIVE_PACKAGE
    gone = item.parcel in (Parcel.SHIPPED, Parcel.ARRIVED)
    return ReturnStatus.BUYER_SHIPPED_ITEM if gone else ReturnStatus.AWAITING_BUYER_SHIP


def _granted(item: Return) -> ReturnStatus:
    return ReturnStatus.COMPLETE if item.money is Money.PAID else ReturnStatus.SUCCESS


def _replacement_requested(item: Return) -> ReturnStatus:
    handed_back = item.dispute is Dispute.HANDED_BACK
    return ReturnStatus.REPLACEMENT_REJECT if handed_back else ReturnStatus.REPLACEMENT_PENDING


# (a replacement?, claim): the wire's status. A replacement settled by money says so from the start.
_STATUS: Final[Mapping[tuple[bool, Claim], Callable[[Return], ReturnStatus]]] = {
    (False, Claim.REQUESTED): _requested,
    (False, Claim.OFFERED): lambda item: ReturnStatus.AWAITING_BUYER_RESPONSE,
    (False, Claim.REJECTED): lambda item: ReturnStatus.REJECT,
    (False, Claim.APPROVED): _approved,
    (False, Claim.PARCEL_REJECTED): lambda item: ReturnStatus.REJECT_RECEIVE_PACKAGE,
    (False, Claim.GRANTED): _granted,
    (False, Claim.CLOSED): lambda item: ReturnStatus.CANCEL,
    (True, Claim.REQUESTED): _replacement_requested,
    (True, Claim.REJECTED): lambda item: ReturnStatus.REPLACEMENT_REJECT,
    (True, Claim.GRANTED): lambda item: ReturnStatus.REPLACEMENT_REFUND_SUCCESS,
    (True, Claim.REPLACED): lambda item: ReturnStatus.REPLACEMENT_COMPLETE,
    (True, Claim.CLOSED): lambda item: ReturnStatus.REPLACEMENT_CANCEL,
}

SHOWN: Final = {
    ReturnStatus.PENDING: "Request Pending",
    ReturnStatus.REJECT: "Return Rejected",
    ReturnStatus.AWAITING_BUYER_SHIP: "Waiting for Buyer to Ship",
    ReturnStatus.BUYER_SHIPPED_ITEM: "Buyer Shipped",
    ReturnStatus.REJECT_RECEIVE_PACKAGE: "Return Rejected",
    ReturnStatus.SUCCESS: "Refund Processing",
    ReturnStatus.COMPLETE: "Completed",
    ReturnStatus.CANCEL: "Canceled",
    ReturnStatus.AWAITING_BUYER_RESPONSE: "Offer Sent to Buyer",
    ReturnStatus.REPLACEMENT_PENDING: "Replacement Requested",
    ReturnStatus.REPLACEMENT_REJECT: "Rejected",
    ReturnStatus.REPLACEMENT_REFUND_SUCCESS: "Refunded",
    ReturnStatus.REPLACEMENT_CANCEL: "Canceled",
    ReturnStatus.REPLACEMENT_COMPLETE: "Completed",
}

_ARBITRATION: Final = {
    Dispute.NONE: None,
    Dispute.IN_PROGRESS: ArbitrationStatus.IN_PROGRESS,
    Dispute.SUPPORT_BUYER: ArbitrationStatus.SUPPORT_BUYER,
    Dispute.SUPPORT_SELLER: ArbitrationStatus.SUPPORT_SELLER,
    Dispute.HANDED_BACK: ArbitrationStatus.CLOSED,  # assumed: which closings it is for is not documented
    Dispute.CLOSED: ArbitrationStatus.CLOSED,
}
