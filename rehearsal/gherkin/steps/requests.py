"""Requests: what a buyer asks for and does about it. What somebody *tries* may be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pytest_bdd import then, when

from rehearsal.gherkin.cast import Buyer, Cast
from rehearsal.gherkin.steps.phrases import act, number, of, phrase

DOINGS: dict[str, Callable[[Buyer], None]] = {
    "withdraw": Buyer.withdraws,
    "withdraw the cancellation": Buyer.withdraws_cancellation,
    "appeal": Buyer.appeals,
    "send the parcel": Buyer.sends_parcel,
    "ask for money back": Buyer.asks_for_refund,
    "ask to send it back": Buyer.asks_to_return,
    "cancel the order": Buyer.asks_to_cancel,
    "accept the offer": Buyer.accepts_offer,
}


# fmt: off
# What is done in the sight of one buyer: as something done, as what happens, and who does what.
ACTS: Final[tuple[tuple[str | None, str | None, Callable[[Cast, Buyer], None]], ...]] = (
    ("{BUYER} has asked for {POSSESSIVE} money back", "{BUYER} asks for {POSSESSIVE} money back",
     lambda people, buyer: buyer.asks_for_refund()),
    ("{BUYER} has asked to send it back", "{BUYER} asks to send it back", lambda people, buyer: buyer.asks_to_return()),
    ("{BUYER} has handed over the parcel", "{BUYER} hands over the parcel", lambda people, buyer: buyer.sends_parcel()),
    ("{BUYER}'s parcel has reached the warehouse", "{BUYER}'s parcel reaches the warehouse",
     lambda people, buyer: people.courier.brings_back(buyer)),
    ("{BUYER} has withdrawn", "{BUYER} withdraws", lambda people, buyer: buyer.withdraws()),
    ("{BUYER} has appealed", "{BUYER} appeals", lambda people, buyer: buyer.appeals()),
    ("{BUYER} has declined the offer", "{BUYER} declines the offer", lambda people, buyer: buyer.declines_offer()),
    (None, "{BUYER} accepts the offer", lambda people, buyer: buyer.accepts_offer()),
    ("{BUYER} has asked to cancel the order", "{BUYER} asks to cancel the order",
     lambda people, buyer: buyer.asks_to_cancel()),
    (None, "{BUYER} withdraws the cancellation", lambda people, buyer: buyer.withdraws_cancellation()),
)
# fmt: on
for done, happens, does in ACTS:
    act(done=done, happens=happens)(of(does))


@act(done="{BUYER} has asked for the money for (?:{COUNT} of )?the {GOODS}")
def _(people: Cast, buyer: str, goods: str, pieces: str | None) -> None:
    people.buyer(buyer).asks_for_refund(goods=goods, pieces=number(pieces))


@act(done="{BUYER} has sent (?:it back|back {COUNT} of the {GOODS})")
def _(people: Cast, buyer: str, goods: str | None, pieces: str | None) -> None:
    people.buyer(buyer).asks_to_return(goods=goods, pieces=number(pieces))
    people.clock.news_goes_round()
    people.buyer(buyer).sends_parcel()


@when(phrase(rf"{{BUYER}} tries to (?P<doing>{'|'.join(sorted(DOINGS, reverse=True))})"))
def _(people: Cast, buyer: str, doing: str) -> None:
    person = people.buyer(buyer)
    person.tries(lambda: DOINGS[doing](person))


@then(phrase("(?P<who>{BUYER}|the seller|Seller Center) is told that it cannot be done"))
def _(people: Cast, who: str) -> None:
    refusal = people.told_no(who)
    assert refusal.status in (400, 409, 422)
    assert refusal.title
