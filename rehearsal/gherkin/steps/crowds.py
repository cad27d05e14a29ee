"""Many buyers at once: they have no names, and do all the same."""

from collections import Counter
from collections.abc import Callable
from typing import Final

from pytest_bdd import given, then

from rehearsal.control.stage import Stage
from rehearsal.gherkin.buyer import Buyer, Goods
from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.closed_words import CANCELLATIONS, EVER_SHOWN, MAILS, one_of
from rehearsal.gherkin.crowd import Crowd
from rehearsal.gherkin.expect import expect
from rehearsal.gherkin.steps.orders import COME
from rehearsal.gherkin.steps.phrases import act, kinds, money, number, phrase
from rehearsal.sums import Sum

_COME: Final = rf"have each (?P<come>{'|'.join(come.removeprefix('has ') for come in COME)})"
_PART: Final = "(?:(?:all|{COUNT}) of them|the others)"
_ASKS: Final = {
    "for their money back": Buyer.asks_for_refund,
    "to send it back": Buyer.asks_to_return,
    "to cancel their orders": Buyer.asks_to_cancel,
}
_WHAT: Final = f"(?P<what>{'|'.join(_ASKS)})"
_ANSWERS: Final[dict[str, Callable[..., object]]] = {"approve": Stage.oms_approve, "reject": Stage.oms_reject}


@given(phrase(f"(?P<many>\\d+) buyers {_COME} an? {{GOODS}} for {{PRICE}}{{FROM}}"))
def _(people: Cast, crowd: Crowd, many: str, come: str, goods: str, price: str, shop: str | None) -> None:
    _buy(people, crowd, many, come, [Goods(goods, money(price))], shop)


@given(phrase(f"(?P<many>\\d+) buyers {_COME} {{KINDS}}{{FROM}}"))
def _(people: Cast, crowd: Crowd, many: str, come: str, count: str, price: str, shop: str | None) -> None:
    _buy(people, crowd, many, come, kinds(count, price), shop)


def _buy(people: Cast, crowd: Crowd, many: str, come: str, goods: list[Goods], shop: str | None) -> None:
    crowd.buys(number(many), goods, COME[f"has {come}"], people.shops.id_of(shop))


@act(f"{_PART} <ha(?:ve|s) asked/asks?> {_WHAT}")
def _(people: Cast, crowd: Crowd, count: str | None, what: str) -> None:
    crowd.asks(_count(count), _ASKS[what])


@act("the seller< has/> (?P<answer>approve|reject)<e?d/s> (?:all|{COUNT}) of their requests")
def _(people: Cast, crowd: Crowd, count: str | None, answer: str) -> None:
    crowd.is_answered(_count(count), lambda case: _ANSWERS[answer](people.stage, case))


@act("the seller <has refunded/refunds> each of them {SUM}")
def _(people: Cast, crowd: Crowd, sum: str) -> None:
    for buyer in crowd.buyers:
        people.seller.refunds(buyer, amount=money(sum))


@then(phrase("(?:all|{COUNT}) of them stands? before the seller"))
def _(crowd: Crowd, count: str | None) -> None:
    expect("how many stand before the seller", _many(crowd, count), len(crowd.waiting()))


@then(phrase("the seller has heard of (?:all|{COUNT}) of their requests"))
def _(crowd: Crowd, count: str | None) -> None:
    expect("of how many requests the seller has heard", _many(crowd, count), crowd.heard_of())


@then(phrase("(?:all|{COUNT}) of them ha(?:ve|s) been paid back (?:everything|{SUM})"))
def _(crowd: Crowd, count: str | None, sum: str | None) -> None:
    due: Sum | None = money(sum) if sum else None
    books = crowd.paid_back(lambda order: due or order.paid)
    expect(f"how many have been paid back {sum or 'everything'}", _many(crowd, count), **books)


@then(phrase("(?:all|{COUNT}) of their requests (?:are|is) shown as {STATE}"))
def _(crowd: Crowd, count: str | None, words: str) -> None:
    one_of("a request is shown as", (*EVER_SHOWN, *CANCELLATIONS.values()), words)
    seen = Counter(buyer.shown_as() for buyer in crowd.buyers if buyer.claims)
    expect(f'how many requests are shown as "{words}"', _many(crowd, count), seen[words])


@then(phrase("(?:each|{COUNT}) of them ha(?:ve|s) exactly one mail, {MAIL}"))
def _(crowd: Crowd, count: str | None, words: str) -> None:
    one_of("a mail is", MAILS, words)
    seen = Counter(tuple(mail["kind"] for mail in buyer.mails) for buyer in crowd.buyers)
    expect(f'how many have one mail, "{words}"', _many(crowd, count), seen[words,])


def _count(count: str | None) -> int | None:
    return None if count is None else number(count)


def _many(crowd: Crowd, count: str | None) -> int:
    return len(crowd.buyers) if count is None else number(count)
