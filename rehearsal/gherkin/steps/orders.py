"""Orders: what a buyer has bought, and how far it has come."""

from __future__ import annotations

from decimal import Decimal

from pytest_bdd import given, then

from rehearsal.gherkin.cast import Cast, Goods
from rehearsal.gherkin.steps.phrases import act, basket, phrase


@given(phrase("{BUYER} has received an? {GOODS} for {PRICE}"))
def _(people: Cast, buyer: str, goods: str, price: str) -> None:
    people.buyer(buyer).buys([Goods(goods, Decimal(price))])


@given(phrase(r"{BUYER} has received (?P<pieces>\d+) {GOODS} at {PRICE} each"))
def _(people: Cast, buyer: str, pieces: str, goods: str, price: str) -> None:
    people.buyer(buyer).buys([Goods(goods, Decimal(price), int(pieces))])


@given(phrase("{BUYER} has received:"))
def _(people: Cast, buyer: str, datatable: list[list[str]]) -> None:
    people.buyer(buyer).buys(basket(datatable))


@given(
    phrase(
        r"{BUYER} has received an? {GOODS} for {PRICE}, "
        r"with (?P<shipping>\d+\.\d\d) USD for shipping and (?P<tax>\d+\.\d\d) USD of tax"
    )
)
def _(people: Cast, buyer: str, goods: str, price: str, shipping: str, tax: str) -> None:
    people.buyer(buyer).buys([Goods(goods, Decimal(price))], shipping=Decimal(shipping), tax=Decimal(tax))


@given(phrase("{BUYER} has ordered an? {GOODS} for {PRICE}"))
def _(people: Cast, buyer: str, goods: str, price: str) -> None:
    people.buyer(buyer).buys([Goods(goods, Decimal(price))], status="AWAITING_SHIPMENT")


@given(phrase("{BUYER} has just ordered an? {GOODS} for {PRICE}"))
def _(people: Cast, buyer: str, goods: str, price: str) -> None:
    people.buyer(buyer).buys([Goods(goods, Decimal(price))], status="ON_HOLD")


@given(phrase("an? {GOODS} for {PRICE} is on its way to {BUYER}"))
def _(people: Cast, buyer: str, goods: str, price: str) -> None:
    people.buyer(buyer).buys([Goods(goods, Decimal(price))], status="IN_TRANSIT")


@given(phrase("{BUYER} has long had an? {GOODS} for {PRICE}"))
def _(people: Cast, buyer: str, goods: str, price: str) -> None:
    people.buyer(buyer).buys([Goods(goods, Decimal(price))], status="COMPLETED")


@act(happens="the seller ships {BUYER}'s order")
def _(people: Cast, buyer: str) -> None:
    people.seller.ships(people.buyer(buyer))


@then(phrase("{BUYER}'s order is canceled"))
def _(people: Cast, buyer: str) -> None:
    assert people.buyer(buyer).order["status"] == "CANCELLED", f"{buyer}'s order stands"


@then(phrase("{BUYER}'s order stands"))
def _(people: Cast, buyer: str) -> None:
    assert people.buyer(buyer).order["status"] != "CANCELLED", f"{buyer}'s order is canceled"
