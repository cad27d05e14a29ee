"""Orders: what a buyer has bought, and how far it has come."""

from decimal import Decimal
from typing import Final

from pytest_bdd import given, then, when

from rehearsal.gherkin.buyer import Goods
from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.expect import expect
from rehearsal.gherkin.steps.phrases import Terms, act, basket, by, expect_sum, kinds, money, number, phrase, table
from rehearsal.gherkin.which import Which
from rehearsal.sums import Sum

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


@given(phrase("an? {GOODS} for {PRICE} (?P<where>is on its way to|is packed for) {BUYER}{TERMS}"))
def _(people: Cast, buyer: str, goods: str, price: str, where: str, terms: Terms) -> None:
    status = "IN_TRANSIT" if where == "is on its way to" else "AWAITING_COLLECTION"
    _buys(people, buyer, status, [Goods(goods, money(price))], terms)


def _buys(people: Cast, buyer: str, status: str, goods: list[Goods], terms: Terms) -> None:
    gifts = [Goods(terms.gift, None)] if terms.gift else []
    shop_id = people.shops.id_of(terms.shop)
    people.buyer(buyer).buys([*goods, *gifts], status=status, shop_id=shop_id, sums=terms.sums)


@act("{BUYER} <has paid/pays> for {THEIR} {ORDER}")
def _(people: Cast, which: Which) -> None:
    people.buyer(which.name).pays(which)


@act("{BUYER} <has changed/changes> the address of {THEIR} {ORDER}")
def _(people: Cast, which: Which) -> None:
    people.buyer(which.name).changes_address(which)


act("the seller <has shipped/ships> {BUYER}'s {ORDER}")(by(lambda people: people.seller.ships))


@when(phrase("the seller tries to ship {BUYER}'s {ORDER}"))
def _(people: Cast, which: Which) -> None:
    people.seller.tries(lambda: people.seller.ships(people.buyer(which.name), which))


@act("the seller <has shipped/ships> only the {GOODS} of {BUYER}'s {ORDER}")
def _(people: Cast, which: Which, goods: str) -> None:
    people.seller.ships(people.buyer(which.name), which, only=goods)


act("{BUYER}'s {ORDER} <has been/is> delivered")(by(lambda people: people.courier.delivers))


@then(phrase("{BUYER}'s {ORDER} (?P<end>is canceled|stands|is shipped in part)"))
def _(people: Cast, which: Which, end: str) -> None:
    status = people.stage.order(people.buyer(which.name).ordered(which).id)["status"]
    known = {"CANCELLED": "is canceled", "PARTIALLY_SHIPPING": end if end == "stands" else "is shipped in part"}
    expect(f"{which.name}'s order", end, known.get(status, "stands"))


# What the marketplace's account of a price calls what people read in a table.
PRICES: Final = {
    "list price": "sku_list_price",
    "seller gives": "subtotal_deduction_seller",
    "marketplace gives": "subtotal_deduction_platform",
    "goods": "subtotal",
    "shipping": "shipping_sale_price",
    "tax": "tax_amount",
    "paid": "payment",
}


@then(phrase("the price of {BUYER}'s {ORDER} is made up like this:"))
def _(people: Cast, which: Which, datatable: list[list[str]] | None = None) -> None:
    buyer = people.buyer(which.name)
    detail = people.stage.price_detail(buyer.ordered(which).id)
    for row in table(datatable, *PRICES, optional=PRICES):
        for what in row:
            seen = Sum(Decimal(detail[PRICES[what]]), detail["currency"])
            with row.cell(what) as sum_:
                expect_sum(buyer, f"{what} of {which.name}'s order", money(sum_), seen)
