"""The words by which a line of an order's history is known to tell of something; `docs/your-connector.md` lists them.

They are English, in any form (refuse, refused, refuses) and anywhere in the line's text or in its `event`; a line in
another language has one of them there. The marketplace's own name for a state will do in their place.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

Words = tuple[str, ...]

YES: Final = ("approve", "accept", "grant", "offer", "agree", "say yes")
NO: Final = ("reject", "refuse", "decline", "deny", "turn down", "say no")
PAID: Final = (*YES, "refund")  # as the marketplace is told, for whom a yes may be money
MONEY: Final = ("refund", "cancel", "call off")
FAILED: Final = ("refuse", "fail", "error", "not possible", "could not", "cannot", "outside", "too late")
# What tells of another deadline, beside the marketplace's own name and the day of it: that it is one, or what for.
DUE: Final = (
    "due", "deadline", "sla", "expire", "extend", "answer", "respond", "reply", "arrive", "deliver", "receive",
    "inspect", "warehouse", "handed over",
)  # fmt: skip
# The words that fit a state of the marketplace's, by what its name has in it: the first that there is counts.
FITS: Final[Mapping[str, Words]] = {
    "PENDING": ("request", "ask", "new", "wait"),
    "REJECT": NO,
    "AWAITING_BUYER_RESPONSE": ("offer",),
    "AWAITING": (*YES, "ready", "label", "ship"),
    "SHIPPED": ("ship", "parcel", "on its way", "transit", "sent"),
    "SUCCESS": (*YES, "paid", "acknowledged", "refund"),
    "COMPLETE": ("paid", "complete", "refunded", "replace"),
    "CANCEL": ("cancel", "close", "withdraw", "end"),
}
A_LINE_ON: Final[Mapping[str, Words]] = {
    "the staff's yes": YES,
    "a yes that the marketplace was told": PAID,
    "a no, of the staff's and as it was told": NO,
    "a refund of the seller's own, asked for and told": MONEY,
    "what the marketplace refused": FAILED,
    "a deadline that has moved": DUE,
    **{f"a state with `{part}` in its name": words for part, words in FITS.items()},
}
# How a word is looked for that has forms which do not begin with it, or that is a part of others.
_FORMS: Final[Mapping[str, str]] = {
    "approve": "approv",
    "agree": r"\bagree",
    "say yes": r"\bsa(?:id|ys?) yes\b",
    "refuse": "refus",
    "decline": "declin",
    "deny": "den(?:y|ie[ds])",
    "turn down": r"\bturn(?:s|ed)? down\b",
    "say no": r"\bsa(?:id|ys?) no\b",
    "call off": "call(?:s|ed)? off",
    "ask": r"ask(?:s|ed)?\b",
    "close": "clos",
    "withdraw": "withdr",
    "expire": r"\bexpir",
    "respond": r"\brespon",
    "reply": r"\brepl[yi]",
    "arrive": r"\barriv",
    "receive": r"\breceiv",
}


def fitting(status: str) -> Words:
    """Return the words that fit a state; none where any will do."""
    return next((words for part, words in FITS.items() if part in status), ())


@lru_cache
def pattern(words: Words) -> re.Pattern[str]:
    """Return what finds any of these in a line; without words, whatever is no empty line."""
    forms = (_FORMS.get(word, rf"\b{word}" if word in DUE else re.escape(word)) for word in words)
    return re.compile("|".join(forms) or r"\w", re.IGNORECASE)


def listed(words: Words) -> str:
    """Return words as a sentence lists them."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
