"""Several buyers, each in a matter of their own: what each wants of the seller, and what the seller answers each."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from pytest_bdd import given, when

from rehearsal.gherkin.buyer import Buyer, Goods
from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.closed_words import one_of
from rehearsal.gherkin.staff import Seller
from rehearsal.gherkin.steps.orders import COME
from rehearsal.gherkin.steps.phrases import money, phrase, table

LABEL: Final = timedelta(minutes=10)  # within which the marketplace has made one, where it says yes by itself
WANTS: Final[dict[str, Callable[[Buyer], None]]] = {
    "money back": Buyer.asks_for_refund,
    "to send it back": Buyer.asks_to_return,
    "to cancel": Buyer.asks_to_cancel,
    "nothing": lambda buyer: None,
}
ANSWERS: Final[dict[str, Callable[[Seller, Buyer], object]]] = {
    "approves": Seller.approves,
    "rejects": Seller.rejects,
    "accepts the goods": lambda seller, buyer: seller.finds(buyer, grade="AS_SOLD", accept=True),
    "refuses the goods": lambda seller, buyer: seller.finds(buyer, grade="DAMAGED", accept=False),
    "refunds the order": Seller.refunds,
    "calls the order off": lambda seller, buyer: seller.refunds(buyer, reason="ItemNotAvailable"),
}


@given(phrase("these buyers wait for the seller:"))
def _(people: Cast, datatable: list[list[str]] | None = None) -> None:
    """What is to be sent back has reached the warehouse, and the seller has heard of everything.

    In a market where the seller is asked before anything is sent, they have said yes.
    """
    rows = table(datatable, "buyer", "order", "goods", "price", "wants")
    for row in rows:
        with row.cell("wants") as wants:
            one_of("a buyer wants", WANTS, wants)
        with row.cell("order") as come:
            one_of("an order", COME, come)
        with row.cell("price") as price:
            money(price)
    for row in rows:
        buyer = people.buyer(row["buyer"])
        buyer.buys([Goods(row["goods"], money(row["price"]))], status=COME[row["order"]])
        WANTS[row["wants"]](buyer)
    parcels = [people.buyer(row["buyer"]) for row in rows if row["wants"] == "to send it back"]
    if parcels:
        people.clock.passes(LABEL)
    if asked := [buyer for buyer in parcels if buyer.shown_as() == "Request Pending"]:
        people.clock.news_goes_round()
        for buyer in asked:
            people.seller.approves(buyer)
        people.clock.news_goes_round()
    for buyer in parcels:
        buyer.sends_parcel()
        people.courier.brings_back(buyer)
    people.clock.news_goes_round()


@when(phrase("the seller answers like this:"))
def _(people: Cast, datatable: list[list[str]] | None = None) -> None:
    """All at once; then all hear of it."""
    _answers(people, datatable)
    people.clock.news_goes_round()


@given(phrase("the seller has answered like this:"))
def _answers(people: Cast, datatable: list[list[str]] | None = None) -> None:
    rows = table(datatable, "buyer", "answer")
    for row in rows:
        with row.cell("answer") as answer:
            one_of("the seller", ANSWERS, answer)
    for row in rows:
        ANSWERS[row["answer"]](people.seller, people.buyer(row["buyer"]))
