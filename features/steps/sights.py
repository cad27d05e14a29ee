"""Sights: what people see on the marketplace, in the mail, in the books and on the connector's order page."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from pytest_bdd import given, parsers, then, when

from ..cast import Cast
from .phrases import money, phrase, time


@then(phrase("{BUYER}'s request is shown as {WORDS}"))
def _(people: Cast, buyer: str, words: str) -> None:
    assert people.buyer(buyer).request["shown_status"] == words


@then(phrase("{BUYER}'s request is over {SUM}"))
def _(people: Cast, buyer: str, sum: str) -> None:
    assert money(people.buyer(buyer).request["refund_total"]) == Decimal(sum)


@then(phrase(r"{BUYER}'s request needs an answer within (?P<hours>\d+) hours"))
def _(people: Cast, buyer: str, hours: str) -> None:
    request = people.buyer(buyer).request
    asked = datetime.fromisoformat(request["timeline"][0]["at"])
    assert (people.buyer(buyer).deadline - asked).total_seconds() == int(hours) * 3600


@then(phrase("{BUYER}'s request needs no answer"))
def _(people: Cast, buyer: str) -> None:
    assert people.buyer(buyer).request["seller_deadline"] is None


@then(phrase("the answer to {BUYER} is due on (?P<moment>.+) in New York"))
def _(people: Cast, buyer: str, moment: str) -> None:
    due = people.buyer(buyer).deadline.astimezone(ZoneInfo("America/New_York"))
    assert f"{due:%A} {due.day} {due:%B %Y, %H:%M:%S}" == moment


@then(phrase("{BUYER}'s appeal is {WORDS}"))
def _(people: Cast, buyer: str, words: str) -> None:
    seen = people.buyer(buyer).request["arbitration_status"] or "never made"
    assert seen.replace("_", " ").lower() == words


@then(phrase("{BUYER} has been paid back {SUM}"))
def _(people: Cast, buyer: str, sum: str) -> None:
    assert people.watcher.paid_back(people.buyer(buyer)) == Decimal(sum)


@then(phrase("{BUYER} has been paid back nothing"))
def _(people: Cast, buyer: str) -> None:
    assert people.watcher.paid_back(people.buyer(buyer)) == 0


@then(phrase("{BUYER} has been paid back everything"))
def _(people: Cast, buyer: str) -> None:
    person = people.buyer(buyer)
    assert people.watcher.paid_back(person) == person.paid


@then(phrase("all three books say {SUM} for {BUYER}"))
def _(people: Cast, buyer: str, sum: str) -> None:
    books = people.watcher.books_of(people.buyer(buyer))
    assert {name: money(books[name]["refunded"]) for name in ("marketplace", "connector", "oms")} == dict.fromkeys(
        ("marketplace", "connector", "oms"), Decimal(sum)
    )
    assert books["agree"]


@then(phrase("{BUYER} has exactly one mail, {WORDS}"))
def _(people: Cast, buyer: str, words: str) -> None:
    assert [mail["kind"] for mail in people.buyer(buyer).mails] == [words]


@then(phrase('{BUYER} has two mails, {WORDS} and then "(?P<second>[^"]+)"'))
def _(people: Cast, buyer: str, words: str, second: str) -> None:
    mails = sorted(people.buyer(buyer).mails, key=lambda mail: str(mail["sent_at"]))
    assert [mail["kind"] for mail in mails] == [words, second]


@then(phrase("{BUYER} has no mail"))
def _(people: Cast, buyer: str) -> None:
    assert people.buyer(buyer).mails == []


@then(phrase("the mail names the sum {SUM}"))
def _(people: Cast, sum: str) -> None:
    (mail,) = people.stage.mailbox()["mails"]
    assert sum in mail["text"]


@then(phrase("{BUYER} has made exactly one request"))
def _(people: Cast, buyer: str) -> None:
    assert len(people.watcher.requests_of(people.buyer(buyer))) == 1


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
    told = [(e["by"], f"{e['text']} {e['source_words'] or ''}") for e in people.seller.history_of(people.buyer(buyer))]
    rest = iter(told)
    for who, what in datatable[1:]:
        assert any(by == who and what.lower() in text.lower() for by, text in rest), (who, what, told)


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
