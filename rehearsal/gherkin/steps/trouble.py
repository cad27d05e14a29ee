"""What goes wrong between the players: in people's words, to which calls, how often and for how long.

Each sentence is one fault of `rehearsal/wire/faults`. "The next" are so many calls and no more; "every" one, or "one in
four", is concerned until the trouble is over, or for the span that is said.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from pytest_bdd import given, then, when

from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.closed_words import one_of
from rehearsal.gherkin.errors import Miswritten, NotJudged
from rehearsal.gherkin.expect import expect
from rehearsal.gherkin.plan_file import tally
from rehearsal.gherkin.plan_file import trouble as described
from rehearsal.gherkin.steps.phrases import NUMBERS, PIECES, Phrase, number, phrase, spelled, time, times
from rehearsal.gherkin.which import ORDINALS

CALLS: Final = {
    # in people's words         the operation
    "call": None,
    "decision": "decision",
    "approval": "approve",
    "rejection": "reject",
    "refund": "refund",
    "cancellation": "cancel",
    "search": "search",
    "search for orders": "getOrderList",
    "search for returns": "searchReturns",
    "search for cancellations": "searchCancellations",
    "question for reasons": "getRejectReasons",
    "question for the sum": "calculateRefund",
    "question for the records": "getReturnRecords",
    "renewal of the tokens": "refreshToken",
    "webhook": "webhook",
}
SPOILT: Final = {
    # what becomes of an answer    the kind
    "loses": "cut_after",
    "cuts short": "truncate",
    "garbles": "garble",
    "mislabels": "wrong_content_type",
    "empties": "empty_success",
    "drips out": "slow_drip",
}


VALUELESS: Final = {
    # what an answer does with what has no value    the way
    "leaves out": "left_out",
    "says null for": "null",
    "says nothing for": "empty",
}


def _several(name: str) -> str:
    first, *more = name.split()
    return " ".join([first + ("es" if first.endswith("ch") else "s"), *more])


_FORMS: Final = CALLS | {_several(name): operation for name, operation in CALLS.items()}
_COUNT: Final = rf"\d+|{'|'.join(NUMBERS)}"
_TIMES: Final = PIECES["TIMES"]
_NTHS: Final = {nth: place for nth, place in ORDINALS.items() if place >= 0}
_PARTIES: Final = "marketplace|connector|OMS"
_ANY: Final = "[a-z]+(?: for [a-z]+)?"  # no call that is known: refused with those that are
_WHICH: Final = (
    rf"(?:the next (?:(?P<count>{_COUNT}) )?|the (?P<nth>{'|'.join(_NTHS)}) |(?P<every>every) |"
    rf"one in (?P<odds>{_COUNT}) )(?P<calls>{'|'.join(sorted(_FORMS, key=len, reverse=True))}|{_ANY})"
    rf"(?: of the (?P<shop>{'|'.join(_NTHS)}) shop)?"
)


class _Sentence(Phrase):
    """A step's text whose pieces a step gets together."""

    def parse_arguments(self, name: str) -> dict[str, Any] | None:
        said = super().parse_arguments(name)
        return said and {"said": {piece: text for piece, text in said.items() if text}}

    def others(self, name: str) -> list[str]:
        """Leave out calls that nobody makes of whom it is about; and what is about webhooks stays so."""
        others = (other for other in super().others(name) if "webhook" in other or "webhook" not in name)
        return [other for other in others if (said := self.parse_arguments(other)) and _is_asked(**said["said"])]


def _is_asked(party: str, calls: str = "call", shop: str = "", **said: str) -> bool:
    """Return whether there are such calls: webhooks go to the connector and the OMS, which gets no others."""
    operation = _FORMS.get(calls)
    if party == "OMS" or operation == "webhook":
        return operation in (None, "webhook") and party != "marketplace"
    of_its_own = shop or (operation and not operation.islower())  # its shops, and names that only it has
    return party == "marketplace" or not of_its_own


def trouble(text: str, kind: str, whose: str = _PARTIES, **having: object) -> None:
    """Make a sentence a fault: of which calls, how often and for how long is said in the same way in all of them.

    What the fault does is in its kind, in pieces of the sentence that are called as what they say, and in `having`.
    """

    @given(_Sentence(f"the (?P<party>{whose}) {text}(?: for {{SPAN}})?"), stacklevel=2)
    def plan(people: Cast, said: dict[str, str]) -> None:
        if "calls" in said:
            one_of("a call is one of", CALLS, said["calls"], also=_FORMS)
        told = {piece: read(said[piece]) for piece, read in _PIECES.items() if piece in said} | having
        people.trouble.comes(
            SPOILT[said["spoils"]] if "spoils" in said else kind,
            to=said["party"].lower(),
            operation=_FORMS[said["calls"]] if "calls" in said else None,
            shop_id=people.shops.id_of(said["shop"]) if "shop" in said else None,
            skip=_NTHS[said["nth"]] if "nth" in said else None,
            times=_times(said),
            probability=_probability(said["odds"]) if "odds" in said else None,
            until=spelled(said["span"]) if "span" in said else None,
            with_=told or None,
        )


def _probability(odds: str) -> float:
    if (calls := number(odds)) < 1:
        raise Miswritten(f'"one in {odds}" is none; say "one in 3"')
    return 1 / calls


def _times(said: dict[str, str]) -> int | None:
    """Return how many calls are meant; None where no number is."""
    if "calls" not in said:
        return times(said["often"]) if "often" in said else None
    return None if "every" in said or "odds" in said else number(said.get("count", "1"))


def _seconds(text: str) -> int:
    return time(text) // timedelta(seconds=1)


# What a fault can be told by a piece of its sentence, and how that is read.
_PIECES: Final[Mapping[str, Callable[[str], object]]] = {
    "status": int,
    "code": int,
    "retry_after": _seconds,
    "acted": bool,
    "repeats": bool,
    "by": spelled,
    "times": times,
    "of": str,
    "shows": str,
    "way": VALUELESS.__getitem__,
}
_BY: Final = PIECES["SPAN"].replace("<span>", "<by>")
_REFUSES: Final = r"answers (?P<status>200(?= with)|[45]\d\d)(?: with code (?P<code>\d{1,8}))?"
_ASKS: Final = rf"(?:,? and asks to wait {PIECES['SPAN'].replace('<span>', '<retry_after>')})?"
_ACTS: Final = "(?P<acted>, and carries (?:it|them) out all the same)?"
_REPEATS: Final = "(?P<repeats>, and repeats what was asked)?"
_OVER: Final = rf"receives {_WHICH} {_TIMES.replace('<often>', '<times>')}"
trouble(f"(?P<spoils>{'|'.join(SPOILT)}) its answers? to {_WHICH}", "")
trouble(f"does not receive {_WHICH}", "cut_before")
trouble(f"answers {_WHICH} with nothing, and does nothing", "empty_success", acted=False)
trouble(_OVER, "duplicate")
trouble(f"{_OVER}, and is heard the last time", "duplicate", heard="last")
trouble(f"receives {_WHICH} only after the call that follows", "reorder")
trouble(f"receives {_WHICH} with a forged (?P<of>signature|body)", "forge")
trouble(f"receives {_WHICH} without a signature", "forge", of="absence")
trouble(f"receives {_WHICH} without (?:its|their) numbers?", "unnumbered")
trouble(f"receives {_WHICH} under a topic that it has no use for", "other_topic")
trouble(f"receives {_WHICH} {_BY} late", "delay")
trouble(f"answers {_WHICH} {_BY} late", "delay", of="answer")
trouble(f"answers {_WHICH} as it did {_BY} before", "stale")
trouble(f"(?P<way>{'|'.join(VALUELESS)}) what has no value in its answers? to {_WHICH}", "sparse")
trouble(f"has fields that nobody knows in its answers? to {_WHICH}", "unknown_fields")
trouble(f"has one that nobody can read in its answers? to {_WHICH}", "unreadable_item")
trouble(f"has one whose (?P<shows>status|type) nobody knows in its answers? to {_WHICH}", "unreadable_item")
trouble(f"has statuses that nobody knows in its answers? to {_WHICH}", "unknown_status", "marketplace")
trouble(f"{_REFUSES} to {_WHICH}{_ASKS}{_ACTS}{_REPEATS}", "refuse")
trouble(f"{_REFUSES} {_TIMES}{_ASKS}", "refuse")
trouble(f"redirects {_WHICH}", "redirect")
trouble(f"is unreachable(?: for {_WHICH})?", "unreachable")


@given(phrase("the trouble is over"))
@when(phrase("the trouble is over"))
def _(people: Cast) -> None:
    people.trouble.is_over()


@then(phrase(f"the trouble was hit(?: {_TIMES})?"))
def _(people: Cast, often: str | None) -> None:
    planned = people.trouble.planned
    if not planned:
        raise Miswritten("no trouble was planned")
    expected, hits = times(often) if often else 1, sum(one["hit"] for one in planned)
    unhit = [f"{described(one)}: {tally(one)}" for one in planned if not one["hit"] or (often and hits < expected)]
    if unhit and people.stage.from_outside:  # what it calls for is the affair of who sits there
        raise NotJudged(f"trouble that met too few calls of whoever sits here: {'; '.join(unhit)}")
    if often:
        expect("how often the trouble was hit", expected, hits)
    else:
        expect("trouble that was not hit", "none", "; ".join(unhit) or "none")
