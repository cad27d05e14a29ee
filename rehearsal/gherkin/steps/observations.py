"""Observations: what people see on the marketplace, in the mail, in the books and on the connector's order page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pytest_bdd import given, parsers, then, when

from rehearsal.gherkin.cast import Cast, shown
from rehearsal.gherkin.errors import Miswritten
from rehearsal.gherkin.steps.phrases import money, phrase, time
from rehearsal.sums import Sum

ENDINGS = ["buyer", "request", "mails", "all books"]
ZONES = {"New York": "America/New_York", "London": "Europe/London", "Jakarta": "Asia/Jakarta"}


@then(phrase("{BUYER}'s request is shown as {WORDS}"))
def _(people: Cast, buyer: str, words: str) -> None:
    _is_shown_as(people, buyer, words)


def _is_shown_as(people: Cast, buyer: str, words: str) -> None:
    shown = people.buyer(buyer).request["shown_status"]
    assert shown == words, f'{buyer}\'s request is shown as "{shown}", not as "{words}"'


@then(phrase("{BUYER}'s request is over {SUM}"))
def _(people: Cast, buyer: str, sum: str) -> None:
    asked, expected = shown(people.buyer(buyer).request, "refund_total"), money(sum)
    assert asked == expected, f"{buyer}'s request is over {asked}, not {expected}"


@then(phrase(r"{BUYER}'s request needs an answer within (?P<hours>\d+) hours"))
def _(people: Cast, buyer: str, hours: str) -> None:
    request = people.buyer(buyer).request
    asked = datetime.fromisoformat(request["timeline"][0]["at"])
    assert (people.buyer(buyer).deadline - asked).total_seconds() == int(hours) * 3600


@then(phrase("{BUYER}'s request needs no answer"))
def _(people: Cast, buyer: str) -> None:
    assert people.buyer(buyer).request["seller_deadline"] is None


@then(phrase(rf"the answer to {{BUYER}} is due on (?P<moment>.+) in (?P<city>{'|'.join(ZONES)})"))
def _(people: Cast, buyer: str, moment: str, city: str) -> None:
    due = people.buyer(buyer).deadline.astimezone(ZoneInfo(ZONES[city]))
    assert f"{due:%A} {due.day} {due:%B %Y, %H:%M:%S}" == moment


@then(phrase("{BUYER}'s appeal is {WORDS}"))
def _(people: Cast, buyer: str, words: str) -> None:
    seen = people.buyer(buyer).request["arbitration_status"] or "never made"
    assert seen.replace("_", " ").lower() == words


@then(phrase("{BUYER} has been paid back {SUM}"))
def _(people: Cast, buyer: str, sum: str) -> None:
    _paid_back(people, buyer, money(sum))


@then(phrase("{BUYER} has been paid back nothing"))
def _(people: Cast, buyer: str) -> None:
    paid = people.watcher.paid_back(people.buyer(buyer))
    assert not paid.amount, f"{buyer} has been paid back {paid}, not nothing"


@then(phrase("{BUYER} has been paid back everything"))
def _(people: Cast, buyer: str) -> None:
    _paid_back(people, buyer, people.buyer(buyer).paid)


def _paid_back(people: Cast, buyer: str, expected: Sum) -> None:
    paid = people.watcher.paid_back(people.buyer(buyer))
    assert paid == expected, f"{buyer} has been paid back {paid}, not {expected}"


@then(phrase("all three books say {SUM} for {BUYER}"))
def _(people: Cast, buyer: str, sum: str) -> None:
    _books_say(people, buyer, money(sum))


def _books_say(people: Cast, buyer: str, expected: Sum) -> None:
    row = people.watcher.books_of(people.buyer(buyer))
    books = {name: shown({**row, **row[name]}, "refunded") for name in ("marketplace", "connector", "oms")}
    said = ", ".join(f"{name} {book}" for name, book in books.items())
    assert all(book == expected for book in books.values()), f"the books say {said}, not {expected}"
    assert row["agree"]


@then(phrase("{BUYER} has exactly one mail, {WORDS}"))
def _(people: Cast, buyer: str, words: str) -> None:
    _has_mails(people, buyer, words)


@then(phrase('{BUYER} has two mails, {WORDS} and then "(?P<second>[^"]+)"'))
def _(people: Cast, buyer: str, words: str, second: str) -> None:
    _has_mails(people, buyer, words, second)


@then(phrase("{BUYER} has no mail"))
def _(people: Cast, buyer: str) -> None:
    _has_mails(people, buyer)


def _has_mails(people: Cast, buyer: str, *expected: str) -> None:
    mails = sorted(people.buyer(buyer).mails, key=lambda mail: str(mail["sent_at"]))
    kinds = [mail["kind"] for mail in mails]
    assert kinds == list(expected), f"{buyer} has {_listed(kinds)}; expected was {_listed(expected)}"


def _listed(kinds: Sequence[str]) -> str:
    """Return mails as people name them: no mail, the mail "order refund"."""
    quoted = " and then ".join(f'"{kind}"' for kind in kinds)
    return f"the mail{'s' if len(kinds) > 1 else ''} {quoted}" if kinds else "no mail"


@then(parsers.parse("it has ended like this:"))
def _(people: Cast, datatable: list[list[str]]) -> None:
    if datatable[0] != ENDINGS:
        raise Miswritten(f"the columns of this table are {', '.join(ENDINGS)}; not {', '.join(datatable[0])}")
    for buyer, request, mails, books in datatable[1:]:
        _is_shown_as(people, buyer, request)
        _has_mails(people, buyer, *([] if mails == "none" else mails.split(", ")))
        _books_say(people, buyer, money(books))


@then(phrase("the mail names the sum {SUM}"))
def _(people: Cast, sum: str) -> None:
    texts = [mail["text"] for mail in people.stage.mailbox()["mails"]]
    assert len(texts) == 1, f"there are {len(texts)} mails, not one"
    expected = money(sum)
    named = re.search(rf"(?<![\d.]){re.escape(str(expected))}\b", texts[0])
    assert named, f"the mail does not name {expected}; it says: {texts[0]}"


@then(phrase("{BUYER} has made exactly one request"))
def _(people: Cast, buyer: str) -> None:
    made = len(people.watcher.requests_of(people.buyer(buyer)))
    assert made == 1, f"{buyer} has made {made} requests, not one"


@then(parsers.parse("Manage Returns lists, from the top:"))
def _(people: Cast, datatable: list[list[str]]) -> None:
    buyers = {people.buyer(row[0]).order_id: row[0] for row in datatable[1:]}
    listed = [[buyers.get(r["order_id"], "?"), r["shown_status"]] for r in people.seller_center.listing]
    assert listed == datatable[1:]


@then(phrase("the page of {BUYER}'s order tells what happened, in the order of time"))
def _(people: Cast, buyer: str) -> None:
    times = [entry["at"] for entry in people.seller.history_of(people.buyer(buyer))]
    assert times
    assert times == sorted(times)


@then(phrase("the page of {BUYER}'s order tells, one after the other:"))
def _(people: Cast, buyer: str, datatable: list[list[str]]) -> None:
    page = [(e["by"], f"{e['text']} {e['source_words'] or ''}") for e in people.seller.history_of(people.buyer(buyer))]
    rest = iter(page)
    for who, what in datatable[1:]:
        assert any(by == who and what.lower() in text.lower() for by, text in rest), (who, what, page)


@given(phrase("somebody has watched {BUYER}'s request for {SPAN}"))
@when(phrase("somebody watches {BUYER}'s request for {SPAN}"))
def _(people: Cast, buyer: str, span: str) -> None:
    people.watcher.watches(people.buyer(buyer), for_=time(span), clock=people.clock)


@then(phrase("{BUYER}'s request has been shown, one after the other, as:"))
def _(people: Cast, buyer: str, datatable: list[list[str]]) -> None:
    people.watcher.looks_at(people.buyer(buyer))
    assert people.watcher.seen == [row[0] for row in datatable]


@then(phrase("these happened to {BUYER}'s request, in this order:"))
def _(people: Cast, buyer: str, datatable: list[list[str]]) -> None:
    assert people.watcher.events_of(people.buyer(buyer)) == [row[0] for row in datatable]
