"""What the platform refuses, each refusal with its number and its words.

    ApiError     the platform's own refusal: code, message, HTTP status. Business refusals travel with HTTP 200.
    UnknownId    a control call names something that does not exist
    BadValue     a control call says something that makes no sense

A `Refusal` is one row of the platform's error list; calling it fills in the words and gives the `ApiError`. Whatever
is raised, nothing has changed.
"""

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
    """One row of the platform's error list; `when` says on which calls, and for what."""

    code: int
    text: str
    source: str
    certainty: str = "documented"
    field: str | None = None
    when: str = ""
    http_status: int = 200

    def __call__(self, *, at: str | None = None, trouble: tuple[str, str] | None = None, **words: object) -> ApiError:
        """Return the error with its words filled in; `at` is the field at fault where it is not the row's own."""
        text = self.text.format(**words)
        return ApiError(self.code, text, self.http_status, field=at or self.field, trouble=trouble)


# fmt: off
# Codes: GUIDE's tables per endpoint, and S20. The words are ours, since no list of the literal texts is public.
INVALID = Refusal(25001001, "Invalid parameter: {what}", "GUIDE",
    when="any call: a field that is missing, of no sense, or not of the order")
ORDER_STATUS = Refusal(25001003, "Order status {status} does not allow this operation", "GUIDE",
    when="Create Return, Cancel Order, a buyer's request: the order is in another status")
NOT_IN_MARKET = Refusal(25001003, "Requests of type {kind} are not supported in this market",
    "S18, S19; the words are ours",
    when="Create Return, Cancel Order, a buyer's request: the market knows none such")
ALREADY_CLOSED = Refusal(25001010, "The after-sales request already exists and is completed, nothing is left",
    "GUIDE, S20",
    when="Create Return, Cancel Order, a buyer's request: all has gone back, or the unit is cancelled")
ALREADY_OPEN = Refusal(25001011, "There are processing reverse order exists", "CAP (its text), GUIDE, S20",
    when="Create Return, Cancel Order, a buyer's request or dispute: another request holds a unit")
REASON_UNKNOWN = Refusal(25001014, "Reason {reason} is invalid", "GUIDE", field="reason",
    when="any call with a reason: no reason of this market")
REASON_ROLE = Refusal(25001015, "Reason {reason} is not for this role", "GUIDE", field="reason",
    when="any call with a reason: one that others give")
REASON_ACTION = Refusal(25001016, "Reason {reason} does not fit this action", "S20", field="reason",
    when="any call with a reason: one for another kind of request or decision")
REASON_RETIRED = Refusal(25001020, "Reason {reason} is no longer in use", "GUIDE; which are: S70", field="reason",
    when="a rejection: one that the market's list has had and has no more")
REASON_STATUS = Refusal(25001021, "Reason {reason} does not match order status {status}", "GUIDE", field="reason",
    when="Create Return, Cancel Order, a buyer's request: one for another status of the order")
LOCKED = Refusal(25001028, "The lock on the after-sales request was not obtained. Try again later",
    "GUIDE, of cancellations; that returns have it too", "assumed",
    when="a decision, Create Return, Cancel Order: somebody else holds the lock (trouble `locked`)")
NOT_APPROVABLE = Refusal(25001044, "The return cannot be approved",
    "S20; that risk control is why: our reading", "assumed",
    when="an approval: the order is under risk control (`marks`)")
ALREADY_SHIPPED = Refusal(25001045, "The order has been shipped, it cannot be cancelled", "GUIDE",
    when="Cancel Order, a buyer's cancellation: the order is with the carrier")
RISK_CONTROL = Refusal(25001046, "The operation is blocked by risk control", "GUIDE, S20; that buyers hear it too: S7",
    when="Create Return, Cancel Order, a buyer's request: the order is under risk control (`marks`)")
ORDER_CLOSED = Refusal(25001051, "The order is completed or cancelled", "GUIDE",
    when="Cancel Order, a buyer's cancellation: the order is at its end")
OVER_REFUND = Refusal(25005005, "Refund amount {amount} exceeds the refundable amount {most}", "GUIDE", field="amount",
    when="Create Return, an offer, an award: more than is left, of which a fee that the platform keeps\n"
    "(`refund.fee_in_total`) is no part; all of it may be offered (assumed)")
LINES_NOT_POSSIBLE = Refusal(25005010, "These line items cannot be processed on their own: {why}",
    "GUIDE", field="line_item_ids",
    when="Create Return: units of two parcels; Cancel Order: a part, where the market takes none; `skus`: more units\n"
    "than are left of the SKU (assumed)")
LINES_DISAGREE = Refusal(25001001, "Invalid parameter: {field} are not about the units of the line items named",
    "samples name the same units both ways (NODE); that others are refused: assumed", "assumed",
    field="line_item_ids",
    when="Create Return, Cancel Order, Calculate Refund: `skus` (of each SKU as many) or\n"
    "`order_line_list` beside `order_line_item_ids`, and they are about other units")
TOO_MANY_LINES = Refusal(25005011, "Too many line items: {count}", "GUIDE", field="line_item_ids",
    when="Create Return, Cancel Order, Calculate Refund: more than `refund.max_lines` units named;\n"
    "a whole order, which names none, is never too many (assumed)")
NOTHING_PAID = Refusal(25001001, "Invalid parameter: nothing was paid for these items, nothing can be refunded",
    "GUIDE; that zero is refused so is our choice", "assumed", field="line_item_ids",
    when="Create Return, ISSUE_REPLACEMENT_REFUND, a buyer's request: gifts and replacements")
EDITS_USED_UP = Refusal(25001010, "The request has been changed {count} times and may not be changed again",
    "S50; our choice of the code", "assumed",
    when="a buyer's change: more often than `request.edits`")
PACKAGE_CLAIMED = Refusal(21011007, "The package has an open after-sales request",
    "S25; of what waits to be cancelled alone: assumed",
    when="shipping (control API, no call of the Open API here): a buyer's cancellation waits for an answer, where\n"
    "the market has `cancel.shipping_answers` as `bar_shipping`")
OTHER_SHOPS_ORDER = Refusal(21008111, "Order {order_id} belongs to another shop", "OBS-TOOL", "observed",
    when="Get Order Detail: the order of another shop")
ORDER_NOT_FOUND = Refusal(25007006, "Order {order_id} not found", "GUIDE",
    when="any call about an order: there is none such")
OFFER_OPEN = Refusal(25007007, "A negotiation with the buyer is open", "S20",
    when="a decision: the buyer has yet to answer an offer")
IN_ARBITRATION = Refusal(25011010, "The request is in arbitration, the seller cannot act", "S20",
    when="a decision: the operator has the case")
CANNOT_REJECT = Refusal(25011011, "Status {status} does not allow rejecting: processed or expired", "GUIDE",
    when="a rejection: rejected already, or too late")
CANNOT_APPROVE = Refusal(25011012, "Status {status} does not allow approving the request", "GUIDE",
    when="an approval: rejected already, or too late")
# two readings (C16)
CANNOT_APPROVE_PARCEL = Refusal(25011013, "Status {status} does not allow approving", "GUIDE, S20",
    when="APPROVE_RECEIVED_PACKAGE: no parcel is on its way; Approve Cancellation: decided, or too late")
OF_AUTHENTICITY = Refusal(25011023, "The order has an authenticity guarantee, the seller cannot process it", "S20",
    when="a decision, Create Return, Cancel Order: so is the order marked (`marks`)")
QUICK_REFUND = Refusal(25011025, "Quick refund is active, the parcel cannot be rejected", "GUIDE",
    when="REJECT_RECEIVED_PACKAGE: a quick refund is paid, or about to be, as the carrier has had the goods")
OF_PLATFORM = Refusal(25011026, "The order is fulfilled by TikTok Shop, the seller cannot process it", "S20",
    when="a decision, Create Return, Cancel Order: so is the order marked (`marks`)")
PARTIAL_NOT_POSSIBLE = Refusal(25011032, "Status {status} does not allow a partial refund", "S20",
    when="OFFER_PARTIAL_REFUND: answered already, or too late")
OFFERS_USED_UP = Refusal(25011032, "No further offer of a partial refund: {count} made and not accepted",
    "S20; how often one may be made: assumed", "assumed",
    when="OFFER_PARTIAL_REFUND: the buyer has declined `partial_offer.most` offers, or let them lapse")
NOT_DEDUCTIBLE = Refusal(25011032, "{kept} of {asked} cannot be kept: {least} to {most} can", "our choice; S17",
    "assumed", field="amount", when="Seller Center, goods that came back: outside `inspection.deduction`")
PARCEL_NOT_REJECTABLE = Refusal(25011035, "The parcel cannot be rejected now: {why}", "S20",
    when="REJECT_RECEIVED_PACKAGE: not arrived, and sooner than `inspection.undelivered_review_after`")
WRONG_STATE = Refusal(25020003, "Decision {decision} does not fit status {status}", "S20",
    when="DIRECT_REFUND, ISSUE_REPLACEMENT_REFUND: the request has been answered")
WRONG_TYPE = Refusal(25020004, "Decision {decision} does not fit a request of type {type}", "GUIDE", field="decision",
    when="a decision: one that no request of this kind takes")
WRONG_FIELD = Refusal(25020004, "{field} does not go with decision {decision}", "GUIDE", field="decision",
    when="a decision: a field that goes with another")
NO_PERMISSION = Refusal(25020005, "No permission for {kind} {id}", "GUIDE",
    when="any call: a return, cancellation or order of another shop, or of none")
ALREADY_CANCELLED = Refusal(25020009, "The request is already cancelled", "S20",
    when="a decision: the request is closed")
ALREADY_APPROVED = Refusal(25020010, "The request is already approved", "GUIDE",
    when="a decision: the request is approved")
ALREADY_RECEIVED = Refusal(25020011, "The package is already received",
    "S20; that it is about goods decided on: our reading", "assumed",
    when="a decision about goods: their refund is granted; rejecting what a quick one has paid: 25011025")
NOT_ELIGIBLE_RECEIPT = Refusal(25011014, "Status {status} does not allow rejecting the received package",
    "CAP", "observed",
    when="Decision Eligibility: REJECT_RECEIVED_PACKAGE, where the call itself gets 25020012 (C15)")
CANNOT_REJECT_RECEIPT = Refusal(25020012, "Status {status} does not allow rejecting the receipt", "S20",
    when="REJECT_RECEIVED_PACKAGE: no parcel is on its way, or too late")
COMMENT_TOO_LONG = Refusal(98001004, "Length of seller words over limit: {limit} bytes", "OBS-BR, CAP", field="comment",
    when="a rejection: more bytes than `reject.comment_limit`")
# What buyers meet is not part of the Open API; the platform's nearest codes are taken.
TOO_LATE = Refusal(25001003, "The time to {what} has passed", "our choice; U5, U17", "assumed",
    when="a buyer's return or dispute, an award: the time is over")
NOT_POSSIBLE = Refusal(25020003, "Status {status} does not take {action}", "our choice; S20", "assumed",
    when="an act of a buyer, courier or operator: the request does not take it")
DISPUTES_USED_UP = Refusal(25001010, "No further dispute: {count} are closed", "our choice; S3", "assumed",
    when="a buyer's dispute: `dispute.max_closed_per_product` of the unit are closed")
REPLACED_ALREADY = Refusal(25001010, "The item has been replaced, and each is replaced once",
    "S14, S15; our choice of the code", "assumed", field="line_item_ids",
    when="a buyer's request for a replacement: of what has been replaced")
REQUESTS_USED_UP = Refusal(25001010, "The buyer has asked {count} times and may not ask again", "our choice", "assumed",
    when="a buyer's request: after `request.most` of the unit")
# fmt: on

REFUSALS: Final = tuple(value for value in list(globals().values()) if isinstance(value, Refusal))

# fmt: off
# What the gate says, and the token endpoints; the words are the platform's own where DOC-ERRORS has them.
NO_PATH = Refusal(36009009, "Invalid path. The specified path does not match any available endpoint.",
    "DOC-ERRORS, PROBE", "observed", http_status=404, when="a path that no operation has")
NOT_SERVED = Refusal(36009009, f"{NO_PATH.text} This stage does not serve it: {{why}}.",
    "our words", "assumed", http_status=404,
    when="a call that the platform has announced and the fake leaves out ([endpoints.md](endpoints.md))")
NO_METHOD = Refusal(36009010, "Invalid method. The HTTP method used is not supported by this endpoint.",
    "DOC-ERRORS; its status: assumed", http_status=405, when="a path that has other methods")
NO_VERSION = Refusal(36009014, "Invalid API version. The version value is invalid or unsupported.",
    "DOC-ERRORS (C18); its status: assumed", http_status=400, when="a version that the operation does not have")
APP_KEY = Refusal(36009004, "Invalid credentials. Invalid 'app_key' query parameter.",
    "DOC-ERRORS, PROBE", "observed", http_status=400, when="`app_key` is missing or nobody's")
BAD_TIMESTAMP = Refusal(36009004, "Invalid timestamp. The 'timestamp' query parameter must be a 10-digit Unix time.",
    "RB; these words are ours", http_status=400, when="`timestamp` is missing or no time")
OLD_TIMESTAMP = Refusal(36009004,
    "Invalid timestamp. The value of the 'timestamp' query parameter must not be earlier than 5 minutes before the "
    "current time.", "DOC-ERRORS, RB, PROBE", http_status=400, when="`timestamp` is more than 5 minutes old (D1)")
EARLY_TIMESTAMP = Refusal(36009004,
    "Invalid timestamp. The value of the 'timestamp' query parameter must not exceed the current time by more than 30 "
    "seconds.", "DOC-ERRORS, RB, PROBE", http_status=400, when="`timestamp` is more than 30 seconds ahead (D1)")
NO_SIGN = Refusal(36009004, "Missing credentials. The request does not include a required signature in the query.",
    "DOC-ERRORS", http_status=400, when="`sign` is missing")
BAD_SIGN = Refusal(106001, "Invalid credentials. The 'sign' query parameter is invalid.",
    "DOC-ERRORS, PROBE", "observed", http_status=401, when="`sign` is not that of path, query and body")
NO_TOKEN = Refusal(36009004, "Invalid credentials. The 'x-tts-access-token' header is invalid.",
    "DOC-ERRORS", http_status=400, when="the token's header is missing")
BAD_TOKEN = Refusal(105001, "access token is invalid", "DOC-ERRORS; of a token of another app: assumed", "assumed",
    http_status=401, when="the token is nobody's, or another app's")
REVOKED_TOKEN = Refusal(105001, "access token is invalid; detail:your token has been deauthorized",
    "DOC-ERRORS (of creators)", http_status=401, when="the seller has taken the token, or the authorization, back")
EXPIRED_TOKEN = Refusal(105002, "Expired credentials. The 'x-tts-access-token' header has expired.",
    "DOC-ERRORS, RB, FACT", http_status=401, when="the token is older than 7 days (NODE)")
NO_SCOPE = Refusal(105005,
    "Access denied. The app is not authorized to access the endpoint because the access scopes granted for the app or "
    "the access token do not contain the required access scope for the endpoint.",
    "DOC-ERRORS, RB; its status: assumed", http_status=401, when="the token lacks the operation's scope")
NO_CIPHER = Refusal(106013, "Missing identifier. The 'shop_cipher' query parameter is required to identify the target "
    "shop.", "DOC-ERRORS, RB; its status: assumed", http_status=400, when="`shop_cipher` is missing")
ODD_CIPHER = Refusal(36009004,
    "Unexpected identifier. The 'shop_cipher' query parameter is not required for this request.",
    "DOC-ERRORS, RB", http_status=400, when="`shop_cipher` where an operation takes none")
WRONG_CIPHER = Refusal(101000,
    "Invalid query or header. The 'shop_cipher' query parameter or 'x-tts-access-token' header is invalid.",
    "DOC-ERRORS; its status: assumed", http_status=401,
    when="`shop_cipher` of another shop than the token's, or one from before its seller took an authorization back "
    "(assumed)")
TOO_MANY = Refusal(36009002, "Too many requests. You've made too many requests in a short period of time.",
    "DOC-ERRORS, DOC-LIMITS", http_status=429, when="more calls in a minute than the quota (below)")
SANDBOX_QUOTA = Refusal(36009037, "Too many requests. The hourly quota of this sandbox shop is used up.",
    "PROBE; the words are ours", http_status=429, when="more calls in an hour than a sandbox shop's quota (below)")
BAD_FORMAT = Refusal(36009022,
    "Invalid request format. The request body format must be 'application/json' for structured data or "
    "'multipart/form-data' for binary files. {why}",
    "DOC-ERRORS; of JSON that is none: assumed", http_status=400,
    when="a body of another content type, or no JSON object")
NO_TEXT = Refusal(36009022,
    "Invalid request format. The request body has text that is no Unicode, such as half of a surrogate pair.",
    "not found: our choice", "assumed", http_status=400,
    when="a JSON body with bytes that are no UTF-8, or with half a character")
BAD_NAME = Refusal(36009004, "Invalid '{name}' {where}{why}", "PROBE", "observed", http_status=400,
    when="a parameter or field of no sense; one that nobody knows is ignored in the query (D47)")
INTERNAL = Refusal(36009003, "Internal error. Please try again. If the issue persists after multiple attempts, please "
    "contact platform support.", "DOC-ERRORS; its status: assumed", http_status=500, when="the fake itself fails")
BAD_AUTH_CODE = Refusal(36004004, "invalid auth code", "DOC-ERRORS, FACT", when="the code is used, expired or nobody's")
BAD_REFRESH = Refusal(36004005, "no related auth record for this refresh_token", "GUIDE; the words are ours", "assumed",
    when="the refresh token is nobody's, or its authorization was taken back")
EXPIRED_REFRESH = Refusal(36004001, "refresh_token has expired", "GUIDE; the words are ours", "assumed",
    when="the refresh token has ended, or was exchanged and its grace is over (D38)")
# fmt: on

GATE: Final = tuple(value for value in list(globals().values()) if isinstance(value, Refusal) and value not in REFUSALS)
