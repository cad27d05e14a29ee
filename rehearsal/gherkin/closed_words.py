"""Words of which there are only so many: what a request is shown as, kinds of mail, ends of an appeal, places.

What stands in no such list is a slip of the pen, which no player could have spared the scenario: it is refused with the
list and with the word that was meant.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from rehearsal.gherkin.errors import Miswritten

ALIKE: Final = 0.75  # of 1: what is less alike may as well mean the contrary, as "Refunded" and "Refund Rejected" do
# What a request is shown as on the marketplace's pages, by its kind.
RETURNS: Final = (
    "Request Pending", "Waiting for Buyer to Ship", "Return Label Generated", "Buyer Shipped", "Return Rejected",
    "Refund Rejected", "Offer Sent to Buyer", "Refund Processing", "Completed", "Canceled",
)  # fmt: skip
REPLACEMENTS: Final = ("Replacement Requested", "Rejected", "Refunded", "Completed", "Canceled")
CANCELLATIONS: Final = {
    "CANCELLATION_REQUEST_PENDING": "Cancellation Pending",
    "CANCELLATION_REQUEST_SUCCESS": "Refund Processing",
    "CANCELLATION_REQUEST_COMPLETE": "Completed",
    "CANCELLATION_REQUEST_CANCELLED": "Canceled",
}
SHOWN: Final = {"REPLACEMENT": REPLACEMENTS, "CANCELLATION": tuple(CANCELLATIONS.values())}
EVER_SHOWN: Final = tuple(dict.fromkeys((*RETURNS, *REPLACEMENTS)))
# What else a history can say, where nothing is shown otherwise than before.
# fmt: off
HAPPENINGS: Final = (
    "Customer submitted a refund request", "Customer submitted a return request",
    "The request was changed: another takes its place", "Quick refund, as the carrier has the package",
    "Dispute handed back to the seller",
    "Customer submitted a replacement request", "Seller started a refund", "Seller started a return",
    "Return approved automatically", "Refunded automatically",
    "Seller approved the return", "Seller approved the refund request",
    "Seller refunds, the customer keeps the item", "Seller approved the received package",
    "Seller approved the replacement", "Seller refunds instead of replacing", "Seller offered a partial refund",
    "Seller rejected the refund request", "Seller rejected the return request", "Seller rejected the package",
    "Seller rejected the replacement", "Return label generated", "Customer shipped the package",
    "The package arrived at the warehouse", "Customer withdrew the request", "Customer accepted the offer",
    "Customer refused the offer", "Customer opened a dispute", "Dispute decided for the customer",
    "Dispute decided for the seller", "The refund was paid", "The seller did not answer in time",
    "Not shipped in time", "The package never arrived and the seller did not answer in time",
    "The offer was not answered in time", "The customer did not open a dispute in time",
    "The time for the seller's evidence is over", "The seller did not answer the received package in time",
    "Cancellation approved", "The seller did not answer in time: cancellation approved",
    "Seller rejected the cancellation", "Seller shipped: the cancellation is rejected",
    "Customer withdrew the cancellation",
)
# Of these, what decides a request for the marketplace or the buyer; all that the seller says does, but an offer.
SILENCE: Final = (
    "The seller did not answer in time", "The package never arrived and the seller did not answer in time",
    "The seller did not answer the received package in time",
    "The seller did not answer in time: cancellation approved",
)
BY_ITSELF: Final = (
    "Return approved automatically", "Refunded automatically", "Quick refund, as the carrier has the package",
)
BY_BUYER: Final = ("Customer withdrew the request", "Customer accepted the offer", "Customer withdrew the cancellation")
OFFER: Final = "Seller offered a partial refund"
HANDED_BACK: Final = "Dispute handed back to the seller"
DECIDERS: Final = (
    "the seller", "Seller Center", "the operator", "the buyer", "the marketplace, as nobody answered",
    "the marketplace by itself",
)
# fmt: on
MAILS: Final = ("order refund", "refund rejected", "return rejected", "order cancelled")
APPEALS: Final = ("in progress", "support buyer", "support seller", "closed", "never made")
WRITERS: Final = ("marketplace", "buyer", "seller", "oms", "connector")  # of an order page's lines


def decided_by(history: Iterable[Mapping[str, str]]) -> str:
    """Return who has decided a request last, by its history: one of DECIDERS, or nothing."""
    who = ""
    for step in history:
        by, text = step["by"], step["text"]
        if text in (OFFER, HANDED_BACK):
            who = ""
        elif by in ("seller", "seller_center", "operator"):
            who = {"seller": "the seller", "seller_center": "Seller Center", "operator": "the operator"}[by]
        elif text in BY_BUYER:
            who = "the buyer"
        elif text in SILENCE or text in BY_ITSELF:
            who = DECIDERS[4 if text in SILENCE else 5]
    return who


def one_of(what: str, known: Iterable[str], *said: str, also: Iterable[str] = (), more: str = "") -> None:
    """Refuse what is no known word; `what` introduces them, as in "a mail is"; `also` is known, and told as `more`."""
    listed = dict.fromkeys(known)
    words = [*listed, *also]
    for word in said:
        if word not in words:
            near = meant(word, words)
            below = f"{near}\n  " if near else "; "  # whoever shows one line shows what helps
            raise Miswritten(f'"{word}" is no word that stands here{below}{what} {quoted(listed)}{more}')


def quoted(words: Iterable[str]) -> str:
    """Return words as a list to choose from."""
    return ", ".join(f'"{word}"' for word in words)


def meant(word: str, known: Iterable[str], alike: float = ALIKE) -> str:
    """Return a hint at the known word that is nearest, where one is so much `alike`; else nothing."""
    folded = {one.casefold(): one for one in known}
    if word.casefold() in folded:
        return f'; it is written "{folded[word.casefold()]}"'
    near = get_close_matches(word.casefold(), folded, 1, alike)
    return f'; did you mean "{folded[near[0]]}"?' if near else ""
