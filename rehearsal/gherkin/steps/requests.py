"""Requests: what a buyer asks for and does about it. What somebody *tries* may be refused."""

from __future__ import annotations

from collections.abc import Callable

from pytest_bdd import then, when

from rehearsal.gherkin.cast import Buyer, Cast
from rehearsal.gherkin.steps.phrases import act, number, phrase

DOINGS: dict[str, Callable[[Buyer], None]] = {
    "withdraw": Buyer.withdraws,
    "withdraw the cancellation": Buyer.withdraws_cancellation,
    "appeal": Buyer.appeals,
    "send the parcel": Buyer.sends_parcel,
    "ask for money back": Buyer.asks_for_refund,
    "ask to send it back": Buyer.asks_to_return,
    "ask for a replacement": Buyer.asks_for_replacement,
    "cancel the order": Buyer.asks_to_cancel,
    "accept the offer": Buyer.accepts_offer,
}


@act(done="{BUYER} has asked for {POSSESSIVE} money back", happens="{BUYER} asks for {POSSESSIVE} money back")
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).asks_for_refund()


@act(done="{BUYER} has asked for the money for (?:{COUNT} of )?the {GOODS}")
def _(people: Cast, buyer: str, goods: str, pieces: str | None) -> None:
    people.buyer(buyer).asks_for_refund(goods=goods, pieces=number(pieces))


@act(done="{BUYER} has asked to send it back", happens="{BUYER} asks to send it back")
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).asks_to_return()


@act(done="{BUYER} has asked for a replacement", happens="{BUYER} asks for a replacement")
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).asks_for_replacement()


@act(done="{BUYER} has sent (?:it back|back {COUNT} of the {GOODS})")
def _(people: Cast, buyer: str, goods: str | None, pieces: str | None) -> None:
    people.buyer(buyer).asks_to_return(goods=goods, pieces=number(pieces))
    people.clock.news_goes_round()
    people.buyer(buyer).sends_parcel()


@act(done="{BUYER} has handed over the parcel", happens="{BUYER} hands over the parcel")
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).sends_parcel()


@act(done="{BUYER}'s parcel has reached the warehouse", happens="{BUYER}'s parcel reaches the warehouse")
def _(people: Cast, buyer: str) -> None:
    people.courier.brings_back(people.buyer(buyer))


@act(done="{BUYER} has withdrawn", happens="{BUYER} withdraws")
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).withdraws()


@act(done="{BUYER} has appealed", happens="{BUYER} appeals")
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).appeals()


@act(done="{BUYER} has declined the offer", happens="{BUYER} declines the offer")
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).declines_offer()


@act(happens="{BUYER} accepts the offer")
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).accepts_offer()


@act(done="{BUYER} has asked to cancel the order", happens="{BUYER} asks to cancel the order")
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).asks_to_cancel()


@act(happens="{BUYER} withdraws the cancellation")
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).withdraws_cancellation()


@when(phrase(rf"{{BUYER}} tries to (?P<doing>{'|'.join(sorted(DOINGS, reverse=True))})"))
def _(people: Cast, buyer: str, doing: str) -> None:
    person = people.buyer(buyer)
    person.tries(lambda: DOINGS[doing](person))


@then(phrase("(?P<who>{BUYER}|the seller|Seller Center) is told that it cannot be done"))
def _(people: Cast, who: str) -> None:
    refusal = people.told_no(who)
    assert refusal.status in (400, 409, 422)
    assert refusal.title
