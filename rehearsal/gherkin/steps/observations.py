"""Observations: what people see on the marketplace, in the mail, in the books and on the connector's order page."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from pytest_bdd import then

from rehearsal.control.stage import Json, Problem
from rehearsal.gherkin.buyer import shown
from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.closed_words import (
    APPEALS,
    CANCELLATIONS,
    DECIDERS,
    EVER_SHOWN,
    HAPPENINGS,
    MAILS,
    RETURNS,
    SHOWN,
    WRITERS,
    decided_by,
    one_of,
)
from rehearsal.gherkin.errors import Miswritten, NotJudged
from rehearsal.gherkin.expect import Differs, expect
from rehearsal.gherkin.refusals import LATER
from rehearsal.gherkin.staff import BOOKS
from rehearsal.gherkin.steps.phrases import act, evidence, expect_sum, lines, moment, money, number, phrase, table, time
from rehearsal.gherkin.which import ORDINALS, Which
from rehearsal.sums import Sum

ZONES: Final = {
    "New York": "America/New_York",
    "London": "Europe/London",
    "Jakarta": "Asia/Jakarta",
    "Bangkok": "Asia/Bangkok",
    "Ho Chi Minh City": "Asia/Ho_Chi_Minh",
    "universal time": "UTC",
}


@then(phrase("{BUYER}'s {REQUEST} is shown as {STATE}"))
def _(people: Cast, which: Which, words: str) -> None:
    _is_shown_as(people, which, words)


def _is_shown_as(people: Cast, which: Which, expected: str) -> None:
    _demand_shown(people, which, expected)
    with _explained(people, which.name):
        expect(f"{which.name}'s request", expected, people.buyer(which.name).shown_as(which))


@contextmanager
def _explained(people: Cast, name: str) -> Iterator[None]:
    """Where something differs, tell what became of the seller's answers: refused, or on their way."""
    try:
        yield
    except Differs as differs:
        more: list[str] = []
        with suppress(Problem):  # of who cannot be asked there is nothing to tell
            buyer = people.buyer(name)
            cases = people.seller.cases_of(buyer)
            more += [f"  the seller's word was not taken: {case['error']}" for case in cases if case["error"]]
            if any(people.stage.past(claim.order, claim).under_way for claim in buyer.claims):
                more.append(f"  the seller has answered already, and {LATER}")
        raise Differs("\n".join((str(differs), *more)), differs.comparison) from None


def _demand_shown(people: Cast, which: Which, *words: str) -> None:
    """Refuse what a request of that kind is never shown as."""
    kind = people.buyer(which.name).asked(which).kind
    called = "request" if kind not in SHOWN else kind.lower()
    one_of(f"a {called} is shown as", SHOWN.get(kind, RETURNS), *words)


@then(phrase('{BUYER}\'s {PARCEL} has the number "(?P<label>[^"]+)"'))
def _(people: Cast, which: Which, label: str) -> None:
    expect(f"the number of {which.name}'s parcel", label, people.buyer(which.name).request(which)["tracking_number"])


# What a history has beside what a request is shown as.
BESIDES: Final = (
    '; and where that stays as it was, a history says what happened, such as "Customer opened a dispute", '
    '"The package arrived at the warehouse" or "The refund was paid": docs/facts/words.md has them all'
)


@then(phrase(f"{{BUYER}}'s {{REQUEST}} was decided by (?P<who>{'|'.join(DECIDERS)}|.+)"))
def _(people: Cast, which: Which, who: str) -> None:
    expected = who.replace("TikTok Shop", "the marketplace")
    one_of("a request is decided by", DECIDERS, expected)
    decided = decided_by(people.buyer(which.name).request(which)["timeline"])
    with _explained(people, which.name):
        expect(f"who decided {which.name}'s request", expected, decided)


DONE_OUTSIDE: Final = "done_outside"  # the kind of a line, as our connector calls it
PAYERS: Final = {"the seller": "seller", "the buyer": "buyer", "the marketplace": "platform"}


@then(phrase(f"sending {{BUYER}}'s {{PARCEL}} back has cost (?P<payer>{'|'.join(PAYERS)}) {{SUM}}"))
def _(people: Cast, which: Which, payer: str, sum: str) -> None:
    seen = people.buyer(which.name).request(which)
    expect(f"who pays for {which.name}'s parcel", PAYERS[payer], seen["shipping_payer"])
    expect_sum(people.buyer(which.name), f"what {which.name}'s parcel costs", money(sum), shown(seen, "shipping_cost"))


@then(phrase("{BUYER} sees {SHOWN} with the answer to {POSSESSIVE} {REQUEST}"))
def _(people: Cast, which: Which, shown: str) -> None:
    given = [one for one in people.buyer(which.name).request(which)["evidence"] if one["by"] != "buyer"]
    seen = given[-1] if given else {"pictures": 0, "videos": 0}
    for what, many in evidence(shown).items():
        expect(f"{what}s with the answer to {which.name}", many, seen[f"{what}s"])


@then(phrase("{BUYER}'s {REQUEST} is over {SUM}"))
def _(people: Cast, which: Which, sum: str) -> None:
    buyer = people.buyer(which.name)
    expect_sum(buyer, f"what {which.name} asks for", money(sum), buyer.asks_over(which))


@then(phrase("{BUYER}'s {REQUEST} needs an answer within {SPAN}"))
def _(people: Cast, which: Which, span: str) -> None:
    buyer = people.buyer(which.name)
    asked = datetime.fromisoformat(buyer.request(which)["timeline"][0]["at"])
    due = buyer.request(which)["seller_deadline"]
    expect(f"the time to answer {which.name}", time(span), due and datetime.fromisoformat(due) - asked)


@then(phrase("{BUYER}'s {REQUEST} needs no answer"))
def _(people: Cast, which: Which) -> None:
    expect(f"until when to answer {which.name}", None, people.buyer(which.name).request(which)["seller_deadline"])


@then(phrase(f"the answer to {{BUYER}}{{ABOUT}} is due on (?P<said>.+) in (?P<city>{'|'.join(ZONES)}|.+)"))
def _(people: Cast, which: Which, said: str, city: str) -> None:
    one_of("an hour is told in", ZONES, city)
    expected = moment(said)
    due = people.buyer(which.name).request(which)["seller_deadline"]
    due = due and datetime.fromisoformat(due).astimezone(ZoneInfo(ZONES[city])).replace(tzinfo=None)
    expect(f"until when to answer {which.name}, in {city}", expected, due)


@then(phrase("{BUYER}'s appeal{ABOUT} is {APPEAL}"))
def _(people: Cast, which: Which, words: str) -> None:
    one_of("an appeal is", APPEALS, words)
    expect(f"{which.name}'s appeal", words, people.buyer(which.name).appeal(which))


@then(phrase("{BUYER} has been paid back (?:{SUM}|nothing|(?P<all>everything)){ABOUT}"))
def _(people: Cast, which: Which, sum: str | None, all: str | None) -> None:
    buyer = people.buyer(which.name)
    expected = money(sum) if sum else buyer.everything(which) if all else None
    paid = people.watcher.paid_back(buyer, which)
    with _explained(people, which.name):
        expect_sum(buyer, f"paid back to {which.name}", expected, paid if expected or paid.amount else None)


@then(phrase("all three books say {SUM} for {BUYER}(?:'s {ORDER})?"))
def _(people: Cast, which: Which, sum: str) -> None:
    _books_say(people, which, money(sum))


def _books_say(people: Cast, which: Which, expected: Sum) -> None:
    buyer = people.buyer(which.name)
    books = people.watcher.books_of(buyer, which)
    with _explained(people, which.name):
        expect_sum(buyer, f"paid back to {which.name}", expected, **books)
    if hidden := [name for name in BOOKS.values() if name not in books]:
        they_have = f"the {' and the '.join(hidden)} {'has' if len(hidden) == 1 else 'have'}"
        lacks = "a seat on this stage lacks the capability “book”"
        raise NotJudged(f"what {they_have} in the book is not shown: {lacks}")


@then(phrase('{BUYER} has (?:exactly )?{COUNT} mails?, (?P<mails>{MAIL}(?:,? (?:and )?(?:then )?"[^"]+")*)'))
def _(people: Cast, buyer: str, count: str, mails: str) -> None:
    kinds = re.findall(r'"([^"]+)"', mails)
    if len(kinds) != number(count):
        raise Miswritten(f"this step says {count} and names {len(kinds)}")
    _has_mails(people, buyer, *kinds)


@then(phrase("{BUYER} has no mail"))
def _(people: Cast, buyer: str) -> None:
    _has_mails(people, buyer)


def _has_mails(people: Cast, buyer: str, *expected: str) -> None:
    one_of("a mail is", MAILS, *expected)
    with _explained(people, buyer):
        expect(f"{buyer}'s mails", list(expected), [mail["kind"] for mail in people.buyer(buyer).mails])


@then(phrase("it has ended like this:"))
def _(people: Cast, datatable: list[list[str]] | None = None) -> None:
    for row in table(datatable, "buyer", "request", "mails", "all books"):
        buyer = row["buyer"]
        with row.cell("request") as shown:
            if shown == "none":
                expect(f"what {buyer} has asked for", [], list(map(str, people.buyer(buyer).claims)))
            else:
                _is_shown_as(people, Which(buyer), shown)
        with row.cell("mails") as mails:
            _has_mails(people, buyer, *([] if mails == "none" else mails.split(", ")))
        with row.cell("all books") as sum_:
            _books_say(people, Which(buyer), money(sum_))


@then(phrase("the {PLACE}mail(?: to {BUYER})? names the sum {SUM}"))
def _(people: Cast, place: str | None, buyer: str | None, sum: str) -> None:
    expected, mail = money(sum), _mail(people, place, buyer)
    found = re.findall(r"(?<![\d.])(\d+(?:\.\d+)?) ([A-Z]{3})\b", mail["text"])
    named = [Sum(Decimal(amount), currency) for amount, currency in found]
    whose = people.buyer(people.names().get(mail["order_id"], ""))
    expect_sum(whose, "the sum that the mail names", expected, expected if expected in named else named)


@then(phrase("the {PLACE}mail(?: to {BUYER})? (?P<what>says|gives the reason) {WORDS}"))
def _(people: Cast, place: str | None, buyer: str | None, what: str, words: str) -> None:
    before, after = {"says": ("The seller says: ", "\n"), "gives the reason": ("Reason: ", ".\n")}[what]
    found = re.findall(f"{before}(.*?){re.escape(after)}", _mail(people, place, buyer)["text"])
    expect(SAID[what], [words], found)


SAID: Final = {"says": "what the seller says in the mail", "gives the reason": "the reason that the mail gives"}


def _mail(people: Cast, place: str | None, buyer: str | None) -> Json:
    """Return the mail that is meant, of one buyer's or of all."""
    mails = people.buyer(buyer).mails if buyer else people.stage.mailbox()["mails"]
    if place is None and len(mails) > 1:
        kinds = ", ".join(f'"{mail["kind"]}" to {people.names().get(mail["order_id"], "nobody")}' for mail in mails)
        raise Miswritten(f'there are {len(mails)} mails, {kinds}; say which, as in "the first mail to Maya"')
    at = ORDINALS[place or "first"]
    if at >= len(mails) or not mails:
        expect(f"mails{f' to {buyer}' if buyer else ''}", max(at + 1, 1), len(mails))
    found: Json = mails[at]
    return found


@then(phrase("{BUYER} has made (?:exactly )?{COUNT} requests?"))
def _(people: Cast, buyer: str, count: str) -> None:
    expect(f"requests of {buyer}", number(count), len(people.watcher.requests_of(people.buyer(buyer))))


@then(phrase("Manage Returns lists, from the top:"))
def _(people: Cast, datatable: list[list[str]] | None = None) -> None:
    expected, names = table(datatable, "buyer", "shown"), people.names()
    for row in expected:
        with row.cell("shown") as shown:
            one_of("a return is shown as", EVER_SHOWN, shown)
        with row.cell("buyer") as buyer:
            one_of("buyers here are", dict.fromkeys(names.values()), buyer)
    _lists(people, [[row["buyer"], row["shown"]] for row in expected])


@then(phrase("Manage Returns lists nothing"))
def _(people: Cast) -> None:
    _lists(people, [])


def _lists(people: Cast, expected: list[list[str]]) -> None:
    names = people.names()
    listed = [[names.get(r["order_id"], "?"), r["shown_status"]] for r in people.seller_center.listing]
    expect("Manage Returns", expected, listed)


@then(phrase("the page of {BUYER}'s {ORDER} tells what happened, in the order of time"))
def _(people: Cast, which: Which) -> None:
    history = people.seller.history_of(people.buyer(which.name), which)
    times = [entry["at"] for entry in history]
    expect(f"the hours on the page of {which.name}'s order", sorted(times) or "some", times)


@then(phrase("the page of {BUYER}'s {ORDER} tells nothing(?P<own> of the connector's)? twice"))
def _(people: Cast, which: Which, own: str | None) -> None:
    history = people.seller.history_of(people.buyer(which.name), which)
    meant = [entry for entry in history if own is None or entry["by"] == "connector"]
    told = Counter((entry["by"], entry["text"], entry["source_words"]) for entry in meant)
    expect(f"whether the page of {which.name}'s order tells anything", True, bool(told))
    twice = [f"{text}, by the {by}" for (by, text, _), times in told.items() if times > 1]
    expect(f"what the page of {which.name}'s order tells more than once", [], twice)


@then(phrase("the page of {BUYER}'s {ORDER} tells nothing of what was done outside"))
def _(people: Cast, which: Which) -> None:
    history = people.seller.history_of(people.buyer(which.name), which)
    expect(f"whether the page of {which.name}'s order tells anything", True, bool(history))
    found = [entry["text"] for entry in history if entry["event"] == DONE_OUTSIDE]
    expect(f"what the page of {which.name}'s order tells of what was done outside", [], found)


@then(phrase("the page of {BUYER}'s {ORDER} tells, one after the other:"))
def _(people: Cast, which: Which, datatable: list[list[str]] | None = None) -> None:
    rows = table(datatable, "who", "what")
    for row in rows:
        with row.cell("who") as who:
            one_of("who writes on an order's page is", WRITERS, who)
    expected = [[row["who"], row["what"]] for row in rows]
    history = people.seller.history_of(people.buyer(which.name), which)
    page = [[entry["by"], f"{entry['text']} {entry['source_words'] or ''}".strip()] for entry in history]
    rest = iter(page)
    for who, what in expected:
        if not any(by == who and what.lower() in text.lower() for by, text in rest):
            where = f'of {which.name}\'s order, where "{what}" by the {who} is not found after what stands before it'
            expect(f"the page {where}", expected, page)


@act("somebody <has watched/watches> {BUYER}'s {REQUEST} for {SPAN}", heard=())
def _(people: Cast, which: Which, span: str) -> None:
    people.watcher.watches(people.buyer(which.name), which, for_=time(span), clock=people.clock)


@then(phrase("{BUYER}'s {REQUEST} has been shown, one after the other, as:"))
def _(people: Cast, which: Which, datatable: list[list[str]] | None = None) -> None:
    buyer, expected = people.buyer(which.name), lines(datatable)
    _demand_shown(people, which, *expected)
    people.watcher.looks_at(buyer, which)
    expect(f"what {which.name}'s request was shown as", expected, people.watcher.seen_of(buyer, which))


@then(phrase("these happened to {BUYER}'s {REQUEST}, in this order:"))
def _(people: Cast, which: Which, datatable: list[list[str]] | None = None) -> None:
    events = [entry["event"] for entry in people.buyer(which.name).request(which)["timeline"]]
    expected = lines(datatable)
    kind = people.buyer(which.name).asked(which).kind
    also = (*HAPPENINGS, *EVER_SHOWN, *CANCELLATIONS.values())
    one_of("it is shown as", SHOWN.get(kind, RETURNS), *expected, also=also, more=BESIDES)
    expect(f"what happened to {which.name}'s request", expected, events)
