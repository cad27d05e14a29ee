"""A cancellation: an order, or some of its units, called off before it is shipped. Pure values."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mock_tiktok.domain.deadlines import Deadline
from mock_tiktok.domain.money import Amount, nothing
from mock_tiktok.domain.orders import ClaimLine
from mock_tiktok.domain.words import By, CancelStatus, CancelType, Role


@dataclass(frozen=True, slots=True)
class Cancellation:
    """One cancellation. Whose decision it was is `decided_by`; `SUCCESS` is agreed, only `COMPLETE` is paid."""

    cancel_id: str
    shop_id: str
    order_id: str
    number: int
    cancel_type: CancelType
    status: CancelStatus
    role: Role
    reason: str
    reason_text: str
    lines: tuple[ClaimLine, ...]
    amount: Amount
    created_at: datetime
    updated_at: datetime
    deadline: Deadline | None = None
    decided_by: By | None = None
    reject_reason: str | None = None
    comment: str | None = None

    @property
    def refunded(self) -> Decimal:
        """Return what has been paid back."""
        if self.status is CancelStatus.COMPLETE:
            return self.amount.total
        return nothing(self.amount.currency)

    @property
    def is_open(self) -> bool:
        """Say whether anything is still to come."""
        return self.status in (CancelStatus.PENDING, CancelStatus.SUCCESS)

    @property
    def seller_deadline(self) -> datetime | None:
        """Return until when the seller may answer, if the seller is asked."""
        return self.deadline.due if self.deadline and self.deadline.seller_action else None
