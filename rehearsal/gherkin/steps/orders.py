"""Orders: what a buyer has bought, and how far it has come."""

from typing import Final

from pytest_bdd import given, then

from rehearsal.gherkin.buyer import Goods
from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.expect import expect
from rehearsal.gherkin.steps.phrases import Terms, act, basket, by, kinds, money, number, phrase
from rehearsal.gherkin.which import Which

# What one says of somebody who has bought, and how far the order has come.
COME: Final = {
    "has received": "DELIVERED",
    "has ordered": "AWAITING_SHIPMENT",
    "has just ordered": "ON_HOLD",
    "has not paid for": "UNPAID",
    "has long had": "COMPLETED",
}
_COME: Final = rf"(?P<come>{'|'.join(COME)})"


@given(phrase(f"{{BUYER}} {_COME} an? {{GOODS}} for {{PRICE}}{{TERMS}}"))
def _(people: Cast, buyer: str, come: str, goods: str, price: str, terms: Terms) -> None:
    _buys(people, buyer, COME[come], [Goods(goods, money(price))], terms)


@given(phrase(f"{{BUYER}} {_COME} {{COUNT}} {{GOODS}} at {{PRICE}} each{{TERMS}}"))
def _(people: Cast, buyer: str, come: str, count: str, goods: str, price: str, terms: Terms) -> None:
    _buys(people, buyer, COME[come], [Goods(goods, money(price), number(count))], terms)


@given(phrase(f"{{BUYER}} {_COME} {{KINDS}}{{TERMS}}"))
def _(people: Cast, buyer: str, come: str, count: str, price: str, terms: Terms) -> None:
    _buys(people, buyer, COME[come], kinds(count, price), terms)


@given(phrase(f"{{BUYER}} {_COME}{{TERMS}}:"))
def _(people: Cast, buyer: str, come: str, terms: Terms, datatable: list[list[str]] | None = None) -> None:
    _buys(people, buyer, COME[come], basket(datatable), terms)


@given(phrase("an? {GOODS} for {PRICE} is on its way to {BUYER}{TERMS}"))
def _(people: Cast, buyer: str, goods: str, price: str, terms: Terms) -> None:
    _buys(people, buyer, "IN_TRANSIT", [Goods(goods, money(price))], terms)


def _buys(people: Cast, buyer: str, status: str, goods: list[Goods], terms: Terms) -> None:
    gifts = [Goods(terms.gift, None)] if terms.gift else []
    shop_id = people.shops.id_of(terms.shop)
    people.buyer(buyer).buys([*goods, *gifts], status=status, shop_id=shop_id, sums=terms.sums)


act("the seller <has shipped/ships> {BUYER}'s {ORDER}")(by(lambda people: people.seller.ships))
act("{BUYER}'s {ORDER} <has been/is> delivered")(by(lambda people: people.courier.delivers))


@then(phrase("{BUYER}'s {ORDER} (?P<end>is canceled|stands)"))
def _(people: Cast, which: Which, end: str) -> None:
    order = people.stage.order(people.buyer(which.name).ordered(which).id)
    expect(f"{which.name}'s order", end, "is canceled" if order["status"] == "CANCELLED" else "stands")
