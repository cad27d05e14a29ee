"""Requests: what a buyer asks for and does about it.

Said as something that has happened, the act stands alone. Said as what happens, an hour passes after it, so that the
round, the payment and the mail that follow can be looked at. What somebody *tries* may be refused.
"""

from __future__ import annotations

from collections.abc import Callable

from pytest_bdd import given, then, when

from rehearsal.gherkin.cast import Buyer, Cast
from rehearsal.gherkin.steps.phrases import phrase

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


@given(phrase("{BUYER} has asked for {POSSESSIVE} money back"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).asks_for_refund()


@when(phrase("{BUYER} asks for {POSSESSIVE} money back"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).asks_for_refund()
    people.clock.news_goes_round()


@given(phrase("{BUYER} has asked for the money for the {GOODS}"))
def _(people: Cast, buyer: str, goods: str) -> None:
    people.buyer(buyer).asks_for_refund(goods=goods)


@given(phrase(r"{BUYER} has asked for the money for (?P<pieces>\d+) of the {GOODS}"))
def _(people: Cast, buyer: str, goods: str, pieces: str) -> None:
    people.buyer(buyer).asks_for_refund(goods=goods, pieces=int(pieces))


@given(phrase("{BUYER} has asked to send it back"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).asks_to_return()


@when(phrase("{BUYER} asks to send it back"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).asks_to_return()
    people.clock.news_goes_round()


@given(phrase("{BUYER} has sent it back"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).asks_to_return()
    people.clock.news_goes_round()
    people.buyer(buyer).sends_parcel()


@given(phrase(r"{BUYER} has sent back (?P<pieces>\d+) of the {GOODS}"))
def _(people: Cast, buyer: str, goods: str, pieces: str) -> None:
    people.buyer(buyer).asks_to_return(goods=goods, pieces=int(pieces))
    people.clock.news_goes_round()
    people.buyer(buyer).sends_parcel()


@given(phrase("{BUYER} has handed over the parcel"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).sends_parcel()


@when(phrase("{BUYER} hands over the parcel"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).sends_parcel()
    people.clock.news_goes_round()


@given(phrase("{BUYER}'s parcel has reached the warehouse"))
def _(people: Cast, buyer: str) -> None:
    people.courier.brings_back(people.buyer(buyer))


@when(phrase("{BUYER}'s parcel reaches the warehouse"))
def _(people: Cast, buyer: str) -> None:
    people.courier.brings_back(people.buyer(buyer))
    people.clock.news_goes_round()


@given(phrase("{BUYER} has withdrawn"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).withdraws()


@when(phrase("{BUYER} withdraws"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).withdraws()
    people.clock.news_goes_round()


@given(phrase("{BUYER} has appealed"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).appeals()


@when(phrase("{BUYER} appeals"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).appeals()
    people.clock.news_goes_round()


@given(phrase("{BUYER} has declined the offer"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).declines_offer()


@when(phrase("{BUYER} declines the offer"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).declines_offer()
    people.clock.news_goes_round()


@when(phrase("{BUYER} accepts the offer"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).accepts_offer()
    people.clock.news_goes_round()


@given(phrase("{BUYER} has asked to cancel the order"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).asks_to_cancel()


@when(phrase("{BUYER} asks to cancel the order"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).asks_to_cancel()
    people.clock.news_goes_round()


@when(phrase("{BUYER} withdraws the cancellation"))
def _(people: Cast, buyer: str) -> None:
    people.buyer(buyer).withdraws_cancellation()
    people.clock.news_goes_round()


@when(phrase(rf"{{BUYER}} tries to (?P<doing>{'|'.join(sorted(DOINGS, reverse=True))})"))
def _(people: Cast, buyer: str, doing: str) -> None:
    person = people.buyer(buyer)
    person.tries(lambda: DOINGS[doing](person))


@then(phrase("(?P<who>{BUYER}|the seller|Seller Center) is told that it cannot be done"))
def _(people: Cast, who: str) -> None:
    refusal = people.told_no(who)
    assert refusal.status in (400, 409, 422)
    assert refusal.title
