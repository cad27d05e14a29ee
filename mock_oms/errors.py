"""What the OMS refuses, and what its client for the connector reports.

OmsError
  Refused         an order to the OMS cannot be carried out; nothing has changed (404, 409, 422)
  ConnectorError  what comes back from the connector's API
    Unreachable   no answer, or none to rely on: try later
      Unreadable  the connector answers, and what it says cannot be read
      NotSent     there was no token to ask with: the connector has heard nothing
    Rejected      a clear no, with the connector's own words: tell a person
"""

import re
from typing import Final

HALF_ANSWERED: Final = "Only half answered"  # the title of the one refusal that leaves something behind


class OmsError(Exception):
    """Anything this package raises on purpose."""


class Refused(OmsError):
    """An order of the seller's staff that cannot be carried out. Nothing has changed, unless it is half answered."""

    def __init__(self, status: int, title: str, detail: str = "", field: str | None = None) -> None:
        super().__init__(f"{title}: {detail}" if detail else title)
        self.status = status
        self.title = title
        self.detail = detail
        self.field = field


class ConnectorError(OmsError):
    """The connector did not do what it was asked."""


class Unreachable(ConnectorError):
    """No answer came, or none that can be relied on; whether the connector acted is unknown."""


class Unreadable(Unreachable):
    """An answer came that cannot be read, or not all of it: what else is asked may well be answered."""


class NotSent(Unreachable):
    """No token was to be had, so the connector was not even asked."""


class Rejected(ConnectorError):
    """The connector answered that it will not."""

    def __init__(self, status: int, words: str, target: str | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.target = target


# The connector's name of a field at fault -> ours.
FIELDS = {
    "SiteRejectReason": "reason",
    "SiteReason": "reason",
    "Reason": "reason",
    "SiteRejectComment": "comment",
    "SitePartialRefundAmount": "amount",
    "AdjustmentAmount": "amount",
    "ItemAdjustment": "amount",
    "TaxAdjustment": "amount",
    "ShippingAdjustment": "amount",
    "ShippingTaxAdjustment": "amount",
    "SiteOrderLineItemIDs": "line_item_ids",
    "Quantity": "line_item_ids",
    "ConditionQuantityList": "grade",
}
_NAMED = re.compile(rf"\b({'|'.join(FIELDS)})\b")  # the connector names a field at fault, and names it first
# A word the connector does not know is a bad value; a sum or a unit it cannot give is a conflict with the past.
_BAD_VALUES = frozenset({"reason", "comment", "grade"})


def refusal(rejected: Rejected) -> Refused:
    """Return the connector's no as an answer to the seller's staff."""
    first = _NAMED.search(rejected.words)
    named = rejected.target or (first[0] if first else "")
    field = FIELDS.get(named)
    status = 422 if field in _BAD_VALUES else 409
    return Refused(status, "The connector refuses", rejected.words, field)
