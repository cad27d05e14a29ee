"""Orders: what a buyer has bought, and how far it has come."""

from __future__ import annotations

from pytest_bdd import given, then

from rehearsal.gherkin.cast import Cast, Goods
from rehearsal.gherkin.steps.phrases import act, basket, money, phrase

# What one says of somebody who has bought, and how far the order has come.
COME = {
    "has received": "DELIVERED",
    "has ordered": "AWAITING_SHIPMENT",
    "has just ordered": "ON_HOLD",
    "has long had": "COMPLETED",
}


@given(phrase(rf"{{BUYER}} (?P<come>{'|'.join(COME)}) an? {{GOODS}} for {{PRICE}}"))
def _(people: Cast, buyer: str, come: str, goods: str, price: str) -> None:
    people.buyer(buyer).buys([Goods(goods, money(price))], status=COME[come])


@given(phrase("{BUYER} has received {COUNT} {GOODS} at {PRICE} each"))
def _(people: Cast, buyer: str, pieces: str, goods: str, price: str) -> None:
    people.buyer(buyer).buys([Goods(goods, money(price), int(pieces))])


@given(phrase("{BUYER} has received:"))
def _(people: Cast, buyer: str, datatable: list[list[str]]) -> None:
    people.buyer(buyer).buys(basket(datatable))


@given(
    phrase(
        r"{BUYER} has received an? {GOODS} for {PRICE}, "
        r"with {SHIPPING} for shipping and {TAX} of tax"
    )
)
def _(people: Cast, buyer: str, goods: str, price: str, shipping: str, tax: str) -> None:
    people.buyer(buyer).buys([Goods(goods, money(price))], shipping=money(shipping), tax=money(tax))


@given(phrase("an? {GOODS} for {PRICE} is on its way to {BUYER}"))
def _(people: Cast, buyer: str, goods: str, price: str) -> None:
    people.buyer(buyer).buys([Goods(goods, money(price))], status="IN_TRANSIT")


@act(happens="the seller ships {BUYER}'s order")
def _(people: Cast, buyer: str) -> None:
    people.seller.ships(people.buyer(buyer))


@then(phrase("{BUYER}'s order is canceled"))
def _(people: Cast, buyer: str) -> None:
    assert people.buyer(buyer).order["status"] == "CANCELLED", f"{buyer}'s order stands"


@then(phrase("{BUYER}'s order stands"))
def _(people: Cast, buyer: str) -> None:
    assert people.buyer(buyer).order["status"] != "CANCELLED", f"{buyer}'s order is canceled"
