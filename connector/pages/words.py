"""What people read: ChannelAdvisor's status names as words, what each means for them, sums and times."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, NamedTuple

from connector.domain.adjustments import RequestStatus as S
from connector.domain.money import written
from connector.domain.site import NOT_SHIPPED_BACK


class Tone(StrEnum):
    """How a status is coloured."""

    WAITS = "waits"  # for the seller
    MOVES = "moves"
    DONE = "done"
    CLOSED = "closed"
    FAILED = "failed"


class Words(NamedTuple):
    title: str
    gloss: str
    tone: Tone


# fmt: off
STATUS: Final[dict[str, Words]] = {
    S.NEW_RMA:                     Words("New Return", "A buyer asks; your answer is awaited", Tone.WAITS),
    S.READY_FOR_RETURN:            Words("Ready For Return", "Accept or refuse the goods once here", Tone.WAITS),
    S.PENDING_APPROVAL:            Words("Pending Approval", "Your yes goes out with the next round", Tone.MOVES),
    S.PROCESSING_APPROVAL:         Words("Processing Approval", "Your yes is being sent", Tone.MOVES),
    S.PENDING_REJECTION:           Words("Pending Rejection", "Your no goes out with the next round", Tone.MOVES),
    S.PROCESSING_REJECTION:        Words("Processing Rejection", "Your no is being sent", Tone.MOVES),
    S.PENDING_RETURN:              Words("Pending Return", "The next round accepts the goods", Tone.MOVES),
    S.PROCESSING_RETURN:           Words("Processing Return", "Goods accepted; being sent", Tone.MOVES),
    S.PENDING_RETURN_REJECTION:    Words("Pending Return Rejection", "The next round refuses the goods", Tone.MOVES),
    S.PROCESSING_RETURN_REJECTION: Words("Processing Return Rejection", "Goods refused; being sent", Tone.MOVES),
    S.SUBMITTED:                   Words("Submitted", "Waits for the next round", Tone.MOVES),
    S.NOT_ACKNOWLEDGED:            Words("Sent", "The marketplace or the buyer has not answered yet", Tone.MOVES),
    S.ACKNOWLEDGED:                Words("Acknowledged", "Approved by the marketplace, money on its way", Tone.MOVES),
    S.COMPLETE:                    Words("Complete", "The money went back to the buyer", Tone.DONE),
    S.REJECTED:                    Words("Return Rejected", "Closed without a refund", Tone.CLOSED),
    S.INFORMATION_ONLY:            Words("Information Only", "Nothing to do here", Tone.CLOSED),
    S.ERROR:                       Words("Error", "The marketplace refused it; somebody has to look", Tone.FAILED),
}
WITH_BUYER: Final = Words("Ready For Return", "The buyer has not sent the goods yet", Tone.MOVES)
REQUEST: Final = {
    "REFUND":            "Refund without return",
    "RETURN_AND_REFUND": "Return and refund",
    "REPLACEMENT":       "Replacement",
    "CANCEL":            "Cancellation",
    "SELLER_REFUND":     "Refund by the seller",
}
TITLES: Final[dict[tuple[str, str], str]] = {
    (S.NEW_RMA,  "REFUND"): "New Refund Request",
    (S.NEW_RMA,  "CANCEL"): "New Cancellation Request",
    (S.NEW_RMA,  "REPLACEMENT"): "New Replacement Request",
    (S.REJECTED, "REPLACEMENT"): "Replacement Rejected",
    (S.REJECTED, "REFUND"): "Refund Rejected",
    (S.REJECTED, "CANCEL"): "Cancellation Rejected",
}
WHO: Final = {
    "Channel":       "TikTok Shop",
    "Api":           "OMS",
    "System":        "Connector",
    "UserInterface": "Seller",
    "marketplace":   "TikTok Shop",
    "oms":           "OMS",
    "connector":     "Connector",
    "buyer":         "Buyer",
    "seller":        "Seller",
    "channel":       "TikTok Shop",
    "default":       "Default answer",
}
ACTIONS: Final[dict[str, str]] = {
    "ApproveBuyerRequest": "Request approved",
    "ApproveBuyerRequest with SiteRefundInstead": "Money instead of a replacement",
    "RejectBuyerRequest":  "Request rejected",
    "ApproveReturn":       "Goods accepted",
    "RejectReturn":        "Goods refused",
}
SELLERS: Final = frozenset({"oms", "default", "seller"})
PARTS: Final = {
    "Goods":         "item_amount",
    "Tax":           "tax_amount",
    "Shipping":      "shipping_amount",
    "Shipping tax":  "shipping_tax_amount",
    "Gift wrap":     "gift_amount",
    "Gift wrap tax": "gift_tax_amount",
    "Recycling":     "recycling_amount",
}
# fmt: on


_NAMED: Final = re.compile(rf"\b(?:{'|'.join([*ACTIONS, *(name for name in STATUS if len(name) > len('Error'))])})\b")


def status(name: str, site_status: str = "") -> Words:
    if name == S.READY_FOR_RETURN and site_status == NOT_SHIPPED_BACK:
        return WITH_BUYER
    return STATUS.get(name) or Words(spaced(name), "", Tone.MOVES)


def title(name: str, request_type: str, decided_by: str | None, site_status: str) -> str:
    """Name a status for the request it is of: ChannelAdvisor calls everything a return, people do not.

    It also has one word for a request that somebody rejected and one that the buyer let go.
    """
    if name == S.REJECTED and decided_by not in SELLERS and "REJECT" not in site_status:
        return "Closed"
    return TITLES.get((name, request_type)) or status(name).title


def spaced(name: str) -> str:
    """`PartiallyShipped` is read as `Partially Shipped`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def in_words(text: str) -> str:
    """Put ChannelAdvisor's names of actions and statuses in a sentence into words, and break no line inside a sum."""
    text = _NAMED.sub(lambda found: ACTIONS.get(found.group()) or status(found.group()).title, text)
    return re.sub(r"([0-9]) ([A-Z]{3})\b", "\\1\N{NO-BREAK SPACE}\\2", text)


def who(name: str) -> str:
    return WHO.get(name, name)


def money(amount: Decimal | None, currency: str) -> str:
    if amount is None:
        return "–"
    return f"{written(amount, currency):,} {currency}"


def parts(adjustment: Any) -> list[tuple[str, Decimal]]:
    """Return what a sum is made up of; nothing where that is one thing."""
    stated = [(name, getattr(adjustment, column)) for name, column in PARTS.items() if getattr(adjustment, column)]
    return stated if len(stated) > 1 else []


def day(moment: datetime | None) -> str:
    return "–" if moment is None else moment.astimezone(UTC).strftime("%a %d %b %Y")


def hour(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime("%H:%M:%S")


def span(length: timedelta) -> str:
    """Say a duration the short way: 23 h 45 min."""
    minutes = int(abs(length).total_seconds()) // 60
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def left(deadline: datetime, now: datetime) -> str:
    return f"{span(deadline - now)} left" if deadline > now else f"passed {span(now - deadline)} ago"
