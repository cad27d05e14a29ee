"""The words by which a line of an order's history is known to tell of something; `docs/your-connector.md` lists them.

They are English, in any of their forms, of the verb or the noun (refuse, refuses, refusing, refused, refusal), and each
stands as a word of its own in the line's text or its `event`; a line in another language has one of them there. The
marketplace's own name for a state will do in their place.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

Words = tuple[str, ...]

# What stands between a verb and its *down*, *off* or *over*, as in *turned the request down*.
_IT: Final = r"(?: (?:it|them|this|that|(?:the|her|his|its|their)(?: \w+){1,2}))?"

YES: Final = ("approve", "accept", "grant", "offer", "agree", "say yes")
# Each word for a no as it states that it was said: *reject* alone may ask for one, a *rejection* may be to come.
STATED_NO: Final[Mapping[str, str]] = {
    "reject": "reject(?:s|ed)",
    "refuse": "refuse[ds]",
    "decline": "decline[ds]",
    "deny": "denie[ds]",
    "turn down": f"turn(?:s|ed){_IT} down",
    "say no": r"sa(?:ys|id):? no(?! ?[\w-])|sa(?:ys|id) no(?= (?:to|at|on|because|as)\b)",
}
NO: Final = tuple(STATED_NO)
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
# By which expression each of them is known, as a word of its own.
FORMS: Final[Mapping[str, str]] = {
    "approve": r"approv\w*",
    "accept": r"accept(?!ab)\w*",
    "grant": "grant(?:s|ed|ing)?",
    "offer": r"(?:counter)?offer\w*",
    "agree": r"agree(?!ab)\w*",
    "say yes": "sa(?:y|ys|id|ying):? yes",
    "reject": r"reject\w*",
    "refuse": "refus(?:e[ds]?|ing|als?)",
    "decline": r"declin\w*",
    "deny": "den(?:y|ie[ds]|ying|ials?)",
    "turn down": f"turn(?:s|ed|ing)?{_IT} down",
    "say no": "sa(?:y|ys|id|ying):? no",
    "refund": r"refund(?!ab)\w*",
    "cancel": r"cancel\w*",
    "call off": f"call(?:s|ed|ing)?{_IT} off",
    "fail": r"fail\w*",
    "error": "errors?",
    "not possible": r"(?:not|\w+n['’]t) possible|impossible",
    "could not": "could(?: not|n['’]t)",
    "cannot": "can(?: ?not|['’]t)",
    "outside": "outside",
    "too late": "too late",
    "due": "(?:over)?due",
    "deadline": "deadlines?",
    "sla": "slas?",
    "expire": r"expir\w*",
    "extend": "exten(?:d(?:s|ed|ing)?|sions?)",
    "answer": r"answer\w*",
    "respond": "respon(?:d(?:s|ed|ing)?|ses?)",
    "reply": "repl(?:y|ie[ds]|ying)",
    "arrive": r"arriv\w*",
    "deliver": r"deliver\w*",
    "receive": r"recei(?:v\w*|pts?)",
    "inspect": r"inspect\w*",
    "warehouse": r"warehous\w*",
    "handed over": f"hand(?:s|ed|ing)?{_IT} over|handovers?",
    "request": r"request\w*",
    "ask": "ask(?:s|ed|ing)?",
    "new": "new(?:ly)?",
    "wait": "a?wait(?:s|ed|ing)?",
    "ready": "ready",
    "label": r"label\w*",
    "ship": "(?:re)?ship(?:s|ped|ping|ments?)?",
    "parcel": "parcels?",
    "on its way": "on (?:its|the|their|her|his) way",
    "transit": "transit(?:s|ed|ing)?",
    "sent": "(?:re)?(?:sen[dt]|sends|sending)",
    "paid": "(?:re)?pa(?:id|y(?:s|ing|ments?|outs?)?)",
    "acknowledged": r"acknowledg\w*",
    "complete": "complet(?:e[ds]?|ing|ions?)",
    "refunded": r"refund(?:s|ed|ing)?(?! (?:request|claim|case)s?\b)",  # as those have not been, yet
    "replace": r"replac(?!eab)\w*",
    "close": "clos(?:e[ds]?|ing|ures?)",
    "withdraw": "withdr(?:aw(?:s|n|ing|als?)?|ew)",
    "end": "end(?:s|ed|ing)?",
}
# What parts words in a name that a program gives, as `seller_rejected`, `seller-rejected` and `SellerRejected`.
_SEAM: Final = re.compile(r"[_\s]+|(?<=[^\W\d_])-(?=[^\W\d_])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")


def fitting(status: str) -> Words:
    """Return the words that fit a state; none where any will do."""
    return next((words for part, words in FITS.items() if part in status), ())


def tells(text: str, words: Words) -> bool:
    """Return whether a text has any of these words; without words, whether it is no empty one."""
    return _pattern(words).search(_SEAM.sub(" ", text)) is not None


@lru_cache
def _pattern(words: Words) -> re.Pattern[str]:
    forms = "|".join(FORMS.get(word, re.escape(word)) for word in words)  # a day stands for itself
    return re.compile(rf"\b(?:{forms})\b" if words else r"\w", re.IGNORECASE)


def listed(words: Words) -> str:
    """Return words as a sentence lists them."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
