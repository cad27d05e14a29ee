"""Requests: what a buyer asks for and does about it. What somebody *tries* may be refused."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from pytest_bdd import then, when

from rehearsal.gherkin.buyer import Buyer
from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.errors import Miswritten
from rehearsal.gherkin.expect import expect
from rehearsal.gherkin.refusals import Refusal
from rehearsal.gherkin.steps.phrases import act, by, by_buyer, evidence, money, phrase
from rehearsal.gherkin.steps.phrases import which as which_of
from rehearsal.gherkin.which import Which

# What one may try, as a pattern and as what is then done.
DOINGS: Final[dict[str, Callable[[Buyer, Which], None]]] = {
    "withdraw": Buyer.withdraws,
    "appeal": Buyer.appeals,
    "(?:send|hand over) the parcel": Buyer.sends_parcel,
    "ask for (?:(?:her|his|their) )?money back": Buyer.asks_for_refund,
    "ask to send (?:it )?back": Buyer.asks_to_return,
    "ask for a replacement": Buyer.asks_for_replacement,
    "cancel": Buyer.asks_to_cancel,
    "accept the offer": Buyer.accepts_offer,
    "decline the offer": Buyer.declines_offer,
}


for _words, _does in {
    "{BUYER} <has asked/asks> for {THEIR} money(?: back)?{ABOUT}": by_buyer(Buyer.asks_for_refund),
    "{BUYER} <has asked/asks> for a replacement{ABOUT}": by_buyer(Buyer.asks_for_replacement),
    "{BUYER} <has asked/asks> to cancel {THEIR} {ORDER}": by_buyer(Buyer.asks_to_cancel),
    "{BUYER} <has handed/hands> over {THEIR} {PARCEL}": by_buyer(Buyer.sends_parcel),
    "{BUYER}'s {PARCEL} <has reached/reaches> the warehouse": by(lambda people: people.courier.brings_back),
    "{BUYER}'s {PARCEL} <(?:is|has been|has got)/(?:gets|is)> lost": by(lambda people: people.courier.loses),
    "{BUYER} <has withdrawn/withdraws>{ABOUT}": by_buyer(Buyer.withdraws),
    "{BUYER} <has appealed/appeals>{ABOUT}": by_buyer(Buyer.appeals),
    "{BUYER} <has declined/declines> the offer{ABOUT}": by_buyer(Buyer.declines_offer),
    "{BUYER} <has accepted/accepts> the offer{ABOUT}": by_buyer(Buyer.accepts_offer),
}.items():
    act(_words)(_does)


# What a buyer wants, and where what they show of it lies.
WANTS: Final = {"for {THEIR} money(?: back)?": "REFUND", "to send (?:it )?back": "RETURN_AND_REFUND"}
SHOWN: Final = {"picture": "https://shown.example/{}.jpeg", "video": "https://shown.example/{}.mp4"}

for _words, _kind in (WANTS | {"for a replacement": "REPLACEMENT"}).items():

    @act(f"{{BUYER}} <has asked/asks> {_words}{{ABOUT}}, because {{WORDS}}")
    def _(people: Cast, which: Which, words: str, kind: str = _kind) -> None:
        people.buyer(which.name).asks(kind, which, words)


for _words, _kind in WANTS.items():

    @act(f"{{BUYER}} <has asked/asks> {_words}{{ABOUT}}, with {{SHOWN}}")
    def _(people: Cast, which: Which, shown: str, kind: str = _kind) -> None:
        people.buyer(which.name).asks(kind, which, evidence=_addresses(shown))


@act("{BUYER} <has appealed/appeals>{ABOUT}, with {SHOWN}")
def _(people: Cast, which: Which, shown: str) -> None:
    people.buyer(which.name).appeals(which, _addresses(shown))


def _addresses(shown: str) -> list[str]:
    return [SHOWN[what].format(place) for what, many in evidence(shown).items() for place in range(many)]


@act("{BUYER} <has made/makes> a request for each of {POSSESSIVE} goods")
def _(people: Cast, buyer: str) -> None:
    who = people.buyer(buyer)
    for goods in who.ordered().units:
        who.asks_for_refund(Which(goods=goods))


# How goods are to go back, as it is said at the end, and what the call has for it.
WAYS: Final[dict[str, dict[str, object]]] = {
    " in (?:her|his|their) own way": {"shipment": "BUYER_ARRANGE"},
    ", by quick refund": {"quick_refund": True},
    ", each kind by itself": {"combined": True},
}
KINDS: Final = {"refund": "REFUND", "return": "RETURN_AND_REFUND", "replacement": "REPLACEMENT"}
_INTO: Final = rf"into an? (?P<kind>{'|'.join(KINDS)})"


@act(f"{{BUYER}} <has asked/asks> to send (?:it |everything )?back{{ABOUT}}(?P<way>(?:{'|'.join(WAYS)})?)")
def _(people: Cast, which: Which, way: str) -> None:
    how = next((how for words, how in WAYS.items() if re.fullmatch(words, way)), {})
    people.buyer(which.name).asks_to_return(which, **how)


@act(f"{{BUYER}} <has changed/changes> {{THEIR}} {{REQUEST}} {_INTO}")
def _(people: Cast, which: Which, kind: str) -> None:
    people.buyer(which.name).changes(which, KINDS[kind])


@act(f"the operator <has changed/changes> {{BUYER}}'s {{REQUEST}} {_INTO}")
def _(people: Cast, which: Which, kind: str) -> None:
    people.buyer(which.name).changes(which, KINDS[kind], by="operator")


@act("{BUYER} <has handed/hands> over {THEIR} {PARCEL}, which <cost/costs> (?:her|him|them) {SUM}")
def _(people: Cast, which: Which, sum: str) -> None:
    people.buyer(which.name).sends_parcel(which, cost=money(sum))


@act("{BUYER} <has handed/hands> over {THEIR} {PARCEL}, with only (?P<some>[^,]+) in it")
def _(people: Cast, which: Which, some: str) -> None:
    people.buyer(which.name).sends_parcel(which, only=which_of(about=some))


_AS_ASKED: Final = (
    ', and what is asked for already goes back by "{name} has handed over the parcel", after "everybody has heard of '
    'it", which brings the label'
)


@act("{BUYER} has sent (?:it )?back{ABOUT}")
def _(people: Cast, which: Which) -> None:
    buyer = people.buyer(which.name)
    try:
        buyer.asks_to_return(which)
    except Refusal as refusal:
        if refusal.of_open_request:
            asked = any(claim.kind == "RETURN_AND_REFUND" for claim in buyer.claims)
            refusal.leads_to('"has sent back" asks anew' + _AS_ASKED.format(name=buyer.name) * asked)
        raise
    people.clock.passes(timedelta(hours=1))
    last = Which(nth="last")
    if buyer.shown_as(last) == "Request Pending":
        raise Miswritten(
            f"in this market the seller answers a return before it is sent: {buyer.name} has asked to send it back, "
            f"an hour later the seller has approved {buyer.name}'s request, an hour later the parcel is handed over"
        )
    buyer.sends_parcel(last)


@when(phrase(rf"{{BUYER}} tries to (?P<doing>{'|'.join(DOINGS)}){{ABOUT}}"))
def _(people: Cast, which: Which, doing: str) -> None:
    buyer = people.buyer(which.name)
    does = next(does for words, does in DOINGS.items() if re.fullmatch(words, doing))
    buyer.tries(lambda: does(buyer, which))


@then(phrase("(?P<who>the seller|Seller Center|{BUYER}) is told that it cannot be done"))
def _(people: Cast, who: str) -> None:
    refusal, no = people.told_no(who), "it cannot be done"
    expect(f"what {who} is told", no, no if refusal.status in (400, 409, 422) else str(refusal))
