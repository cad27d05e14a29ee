"""A deadline is data: when it falls, what it is, who is to act before it. It is exclusive: at `due` it is too late."""

from dataclasses import dataclass
from datetime import datetime

from mock_tiktok.domain.words import By, SellerAction


@dataclass(frozen=True, slots=True)
class Deadline:
    """`what` names the profile's number that set it, such as `refund_only.seller_response`."""

    due: datetime
    what: str
    whom: By
    seller_action: SellerAction | None = None

    def missed(self, now: datetime) -> bool:
        """Say whether it is too late to act."""
        return now >= self.due
