"""What the platform refuses, each refusal with its number and its words.

    ApiError     the platform's own refusal: code, message, HTTP status. Business refusals travel with HTTP 200.
    UnknownId    a control call names something that does not exist
    BadValue     a control call says something that makes no sense

A `Refusal` is one row of the platform's error list; calling it fills in the words and gives the `ApiError`. Whatever
is raised, nothing has changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


class ApiError(Exception):
    """The platform says no, in its own words.

    `field` names what was said wrong, as the control calls name it; `trouble` the trouble but for which it had said
    yes, and the shop.
    """

    def __init__(
        self,
        code: int,
        message: str,
        http_status: int = 200,
        *,
        field: str | None = None,
        trouble: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.http_status = http_status
        self.field = field
        self.trouble = trouble


class UnknownId(Exception):
    """There is no such thing."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"There is no {kind} {id}.")
        self.kind = kind
        self.id = id


class BadValue(Exception):
    """A field says something that cannot be meant."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row of the platform's error list."""

    code: int
    text: str
    source: str
    certainty: str = "documented"
    field: str | None = None

    def __call__(self, *, at: str | None = None, **words: object) -> ApiError:
        """Return the error with its words filled in; `at` is the field at fault where it is not the row's own."""
        return ApiError(self.code, self.text.format(**words), field=at or self.field)


# fmt: off
# Codes: GUIDE's tables per endpoint, and S20. The words are ours, since no list of the literal texts is public.
INVALID             = Refusal(25001001, "Invalid parameter: {what}", "GUIDE")
ORDER_STATUS        = Refusal(25001003, "Order status {status} does not allow this operation", "GUIDE")
ALREADY_CLOSED      = Refusal(25001010, "The after-sales request already exists and is completed, nothing is left",
                              "GUIDE, S20")
ALREADY_OPEN        = Refusal(25001011, "There are processing reverse order exists",
                              "CAP (its text), GUIDE, S20")
REASON_UNKNOWN      = Refusal(25001014, "Reason {reason} is invalid", "GUIDE", field="reason")
REASON_ROLE         = Refusal(25001015, "Reason {reason} is not for this role", "GUIDE", field="reason")
REASON_ACTION       = Refusal(25001016, "Reason {reason} does not fit this action", "S20", field="reason")
REASON_STATUS       = Refusal(25001021, "Reason {reason} does not match order status {status}", "GUIDE",
                              field="reason")
LOCKED              = Refusal(25001028, "The lock on the after-sales request was not obtained. Try again later",
                              "GUIDE, of cancellations; that returns have it too", "assumed")
ALREADY_SHIPPED     = Refusal(25001045, "The order has been shipped, it cannot be cancelled", "GUIDE")
ORDER_CLOSED        = Refusal(25001051, "The order is completed or cancelled", "GUIDE")
OVER_REFUND         = Refusal(25005005, "Refund amount {amount} exceeds the refundable amount {most}", "GUIDE",
                              field="amount")
LINES_NOT_POSSIBLE  = Refusal(25005010, "These line items cannot be processed on their own: {why}", "GUIDE",
                              field="line_item_ids")
TOO_MANY_LINES      = Refusal(25005011, "Too many line items: {count}", "GUIDE", field="line_item_ids")
NOTHING_PAID        = Refusal(25001001, "Invalid parameter: nothing was paid for these items, nothing can be refunded",
                              "GUIDE; that zero is refused so is our choice", "assumed", field="line_item_ids")
OTHER_SHOPS_ORDER   = Refusal(21008111, "Order {order_id} belongs to another shop", "OBS-TOOL", "observed")
ORDER_NOT_FOUND     = Refusal(25007006, "Order {order_id} not found", "GUIDE")
OFFER_OPEN          = Refusal(25007007, "A negotiation with the buyer is open", "S20")
IN_ARBITRATION      = Refusal(25011010, "The request is in arbitration, the seller cannot act", "S20")
CANNOT_REJECT       = Refusal(25011011, "Status {status} does not allow rejecting: processed or expired", "GUIDE")
CANNOT_APPROVE      = Refusal(25011012, "Status {status} does not allow approving the request", "GUIDE")
# 25011013 has two readings: GUIDE lists it for cancellations, S20 can be read as for parcels
CANNOT_APPROVE_PARCEL = Refusal(25011013, "Status {status} does not allow approving", "GUIDE, S20")
QUICK_REFUND        = Refusal(25011025, "Quick refund is active, the parcel cannot be rejected", "GUIDE")
PARTIAL_NOT_POSSIBLE = Refusal(25011032, "Status {status} does not allow a partial refund", "S20")
PARCEL_NOT_REJECTABLE = Refusal(25011035, "The parcel cannot be rejected now: {why}", "S20")
WRONG_STATE         = Refusal(25020003, "Decision {decision} does not fit status {status}", "S20")
WRONG_TYPE          = Refusal(25020004, "Decision {decision} does not fit a request of type {type}", "GUIDE",
                              field="decision")
WRONG_FIELD         = Refusal(25020004, "{field} does not go with decision {decision}", "GUIDE", field="decision")
NO_PERMISSION       = Refusal(25020005, "No permission for {kind} {id}", "GUIDE")
ALREADY_CANCELLED   = Refusal(25020009, "The request is already cancelled", "S20")
ALREADY_APPROVED    = Refusal(25020010, "The request is already approved", "GUIDE")
CANNOT_REJECT_RECEIPT = Refusal(25020012, "Status {status} does not allow rejecting the receipt", "S20")
COMMENT_TOO_LONG    = Refusal(98001004, "Length of seller words over limit: {limit} bytes", "OBS-BR, CAP",
                              field="comment")
# What buyers meet is not part of the Open API; the platform's nearest codes are taken.
TOO_LATE            = Refusal(25001003, "The time to {what} has passed", "our choice; U5, U17", "assumed")
NOT_POSSIBLE        = Refusal(25020003, "Status {status} does not take {action}", "our choice; S20", "assumed")
DISPUTES_USED_UP    = Refusal(25001010, "No further dispute: {count} are closed", "our choice; S3", "assumed")
REPLACED_ALREADY    = Refusal(25001010, "The item has been replaced, and each is replaced once",
                              "S14, S15; our choice of the code", "assumed", field="line_item_ids")
REQUESTS_USED_UP    = Refusal(25001010, "The buyer has asked {count} times and may not ask again", "our choice",
                              "assumed")
# fmt: on

REFUSALS: Final = tuple(value for value in list(globals().values()) if isinstance(value, Refusal))
