"""How an OMS behaves towards the connector: carefully, or with bad habits that real ones have. Each habit by its name.

`careless` is all of them but `reports`, which takes long, `by-change`, for which a connector needs a field of ours, and
`marks-by-page`, for which its links must lead on by what has been read, all no bad habits, and eight that change what
is decided: whoever gives their refunds no id and sends them twice has decided twice, whoever gives them all one id has
decided once, whoever answers at any time answers what nobody has asked, whoever only says how many pieces leaves it to
the connector which, whoever says no sum leaves it to the connector how much is left, whoever says the sum of all needs
a connector that takes it for a yes, whoever means what has shipped calls nothing off, and whoever has second thoughts
needs a connector that takes them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

CAREFUL: Final = "careful"
CARELESS: Final = "careless"
FEW: Final = 2  # rows of a small page. Certainty: assumed
_PAGES_BY: Final = "pages-by-"
_PAGES: Final = re.compile(rf"{_PAGES_BY}([1-9][0-9]{{0,2}})")


class Manner(StrEnum):
    """A bad habit."""

    BEYOND = "beyond-what-is-left"  # asks for more than is left, by number of pieces, or for nothing, or says too much
    TWICE = "twice"  # sends each decision and each refund twice; of a refund it hears the second answer
    NO_IDS = "no-ids"  # gives its refunds no SellerAdjustmentID
    ONE_ID = "one-id"  # gives all its refunds the same SellerAdjustmentID
    RECORDS = "record-only"  # enters what it has read as paid once more, to be recorded only
    OTHER_UNITS = "other-units"  # of several alike it names the last ones, not those it was told
    BY_NUMBER = "by-number"  # says of how many pieces a refund is, and not of which, as who knows no extensions
    NO_SUMS = "no-sums"  # says no sum of a whole order, and of pieces only their price, where it means all that is left
    NAMES_SUMS = "names-sums"  # says with a yes of how much it is, also where that is all that was asked for
    REFUND_ONLY = "refund-only"  # says with each refund that it is of what has shipped: nothing is to be called off
    OFFSETS = "offsets"  # writes moments in the local time of somewhere else
    NO_OVERLAP = "no-overlap"  # reads on from the very second at which it has read before
    MARKS_BY_PAGE = "marks-by-page"  # marks the orders of a page before it follows the link to the next one
    BY_CHANGE = "by-change"  # reads again what the connector says has changed, and not all that is open
    SECOND_APPLICATION = "second-application"  # another program marks the same orders first, and then once more
    OLD_TOKEN = "old-token"  # calls with the older of two access tokens until it is turned away, then with it first
    WRONG_KEYS = "wrong-keys"  # tries keys that are not its own before it comes with the right ones
    WRONG_NUMBERS = "wrong-numbers"  # asks about numbers that nothing has, and acts on them
    WRONG_NAMES = "wrong-names"  # misspells fields, lists and operators in what it asks
    OLD_CLIENT = "old-client"  # calls as clients in use do that know an older spelling of the same
    OTHER_WORDS = "other-words"  # asks for the same in more words, or in another case; its ids have an apostrophe
    REPORTS = "reports"  # asks once a day for parts of lists that it has read whole, and compares
    SMALL_PAGES = "small-pages"  # says how many rows it wants at a time, and skips those it has
    UNTIMELY = "untimely"  # answers too early, too late and once more: the connector is to refuse it
    CONTRADICTS = "contradicts-itself"  # as line by line, with the contrary for the others first: that is to be refused
    SECOND_THOUGHTS = "second-thoughts"  # as line by line, after the contrary for all but the last, and other words
    LINE_BY_LINE = "line-by-line"  # answers one line of a request, the others at the next pull, and says why then


CHANGES_DECISIONS: Final = frozenset(
    {
        Manner.NO_IDS,
        Manner.ONE_ID,
        Manner.UNTIMELY,
        Manner.BY_NUMBER,
        Manner.NO_SUMS,
        Manner.NAMES_SUMS,
        Manner.REFUND_ONLY,
        Manner.SECOND_THOUGHTS,
    }
)
NO_BAD_HABITS: Final = frozenset({Manner.REPORTS, Manner.BY_CHANGE, Manner.MARKS_BY_PAGE})


@dataclass(frozen=True, slots=True)
class Manners:
    """The habits of one OMS; none: it is careful. `page` is how many rows it asks for at a time, where it does."""

    habits: frozenset[Manner] = frozenset()
    page: int | None = None

    def __contains__(self, manner: Manner) -> bool:
        return manner in self.habits


POLITE: Final = Manners()


def manners_named(names: Iterable[str]) -> Manners:
    """Return the manners of these names. Raises ValueError, naming the one that there is not, or cannot be."""
    habits: set[Manner] = set()
    page = None
    names = tuple(names)
    if CAREFUL in names and (bad := next((name for name in names if name != CAREFUL), None)) is not None:
        raise ValueError(f"oms_manners has {CAREFUL!r} and {bad!r}; who is careful has none of the others.")
    for name in names:
        if name == CARELESS:
            habits |= set(Manner) - CHANGES_DECISIONS - NO_BAD_HABITS
        elif paged := _PAGES.fullmatch(name):
            habits.add(Manner.SMALL_PAGES)
            page = int(paged[1])
        elif name != CAREFUL:
            habits.add(_named(name))
    return Manners(frozenset(habits), (page or FEW) if Manner.SMALL_PAGES in habits else None)


def _named(name: str) -> Manner:
    try:
        return Manner(name)
    except ValueError:
        if name.startswith(_PAGES_BY):
            raise ValueError(f"oms_manners has {name!r}; pages are by 1 to 999 rows, as in {_PAGES_BY}{FEW}.") from None
        known = (CAREFUL, CARELESS, *Manner, f"{_PAGES_BY}N")
        meant = "".join(f"did you mean {one}? " for one in get_close_matches(name, known[:-1], 1))
        raise ValueError(f"oms_manners has {name!r}; {meant}there are {', '.join(known)}.") from None
