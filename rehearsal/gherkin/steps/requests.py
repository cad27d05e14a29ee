"""Requests: what a buyer asks for and does about it. What somebody *tries* may be refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from pytest_bdd import then, when

from rehearsal.gherkin.cast import Buyer, Cast
from rehearsal.gherkin.errors import Miswritten
from rehearsal.gherkin.expect import expect
from rehearsal.gherkin.steps.phrases import act, phrase
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


@act(
    done="{BUYER} has asked for {THEIR} money(?: back)?{ABOUT}",
    happens="{BUYER} asks for {THEIR} money(?: back)?{ABOUT}",
)
def _(people: Cast, which: Which) -> None:
    people.buyer(which.name).asks_for_refund(which)


@act(
    done="{BUYER} has made a request for each of {POSSESSIVE} goods",
    happens="{BUYER} makes a request for each of {POSSESSIVE} goods",
)
def _(people: Cast, buyer: str) -> None:
    who = people.buyer(buyer)
    for goods in who.ordered().units:
        who.asks_for_refund(Which(goods=goods))


@act(
    done="{BUYER} has asked to send (?:it )?back{ABOUT}",
    happens="{BUYER} asks to send (?:it )?back{ABOUT}",
)
def _(people: Cast, which: Which) -> None:
    people.buyer(which.name).asks_to_return(which)


@act(done="{BUYER} has asked for a replacement{ABOUT}", happens="{BUYER} asks for a replacement{ABOUT}")
def _(people: Cast, which: Which) -> None:
    people.buyer(which.name).asks_for_replacement(which)


@act(done="{BUYER} has sent (?:it )?back{ABOUT}")
def _(people: Cast, which: Which) -> None:
    buyer = people.buyer(which.name)
    buyer.asks_to_return(which)
    people.clock.news_goes_round()
    last = Which(nth="last")
    if buyer.shown_as(last) == "Request Pending":
        raise Miswritten(
            f"in this market the seller answers a return before it is sent: {buyer.name} has asked to send it back, "
            f"an hour later the seller has approved {buyer.name}'s request, an hour later the parcel is handed over"
        )
    buyer.sends_parcel(last)


@act(done="{BUYER} has handed over {THEIR} {PARCEL}", happens="{BUYER} hands over {THEIR} {PARCEL}")
def _(people: Cast, which: Which) -> None:
    people.buyer(which.name).sends_parcel(which)


@act(
    done="{BUYER}'s {PARCEL} has reached the warehouse",
    happens="{BUYER}'s {PARCEL} reaches the warehouse",
)
def _(people: Cast, which: Which) -> None:
    people.courier.brings_back(people.buyer(which.name), which)


@act(done="{BUYER}'s {PARCEL} (?:is|has been|has got) lost", happens="{BUYER}'s {PARCEL} (?:gets|is) lost")
def _(people: Cast, which: Which) -> None:
    people.courier.loses(people.buyer(which.name), which)


@act(done="{BUYER} has withdrawn{ABOUT}", happens="{BUYER} withdraws{ABOUT}")
def _(people: Cast, which: Which) -> None:
    people.buyer(which.name).withdraws(which)


@act(done="{BUYER} has appealed{ABOUT}", happens="{BUYER} appeals{ABOUT}")
def _(people: Cast, which: Which) -> None:
    people.buyer(which.name).appeals(which)


@act(done="{BUYER} has declined the offer{ABOUT}", happens="{BUYER} declines the offer{ABOUT}")
def _(people: Cast, which: Which) -> None:
    people.buyer(which.name).declines_offer(which)


@act(done="{BUYER} has accepted the offer{ABOUT}", happens="{BUYER} accepts the offer{ABOUT}")
def _(people: Cast, which: Which) -> None:
    people.buyer(which.name).accepts_offer(which)


@act(done="{BUYER} has asked to cancel {THEIR} {ORDER}", happens="{BUYER} asks to cancel {THEIR} {ORDER}")
def _(people: Cast, which: Which) -> None:
    people.buyer(which.name).asks_to_cancel(which)


@when(phrase(rf"{{BUYER}} tries to (?P<doing>{'|'.join(DOINGS)}){{ABOUT}}"))
def _(people: Cast, which: Which, doing: str) -> None:
    buyer = people.buyer(which.name)
    does = next(does for words, does in DOINGS.items() if re.fullmatch(words, doing))
    buyer.tries(lambda: does(buyer, which))


@then(phrase("(?P<who>the seller|Seller Center|{BUYER}) is told that it cannot be done"))
def _(people: Cast, who: str) -> None:
    refusal = people.told_no(who)
    expect(
        f"what {who} is told",
        "it cannot be done",
        "it cannot be done" if refusal.status in (400, 409, 422) else str(refusal),
    )
