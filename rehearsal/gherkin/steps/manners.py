"""How the OMS behaves towards the connector, what its staff only record, and what the connector makes of either."""

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import unquote_plus, urlencode

from pytest_bdd import given, then

from rehearsal.audit.event import EventName
from rehearsal.control.places import CONNECTOR_REFUSES
from rehearsal.gherkin.buyer import shown
from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.closed_words import one_of
from rehearsal.gherkin.expect import expect
from rehearsal.gherkin.steps.phrases import NO_PART, act, by, money, number, phrase
from rehearsal.gherkin.which import ORDINALS, Which, the_nth

# What one says of an OMS, and the name of that manner.
MANNERS: Final = {
    "is careful": "careful",
    "is careless": "careless",
    "asks for more than is left": "beyond-what-is-left",
    "says everything twice": "twice",
    "gives its refunds no ids": "no-ids",
    "gives all its refunds one id": "one-id",
    "records again what has been paid": "record-only",
    "takes the last of several alike": "other-units",
    "says how many and not which": "by-number",
    "says no sum where it means all": "no-sums",
    "says the sum of a plain yes": "names-sums",
    "means what has shipped only": "refund-only",
    "filters by its local time": "offsets",
    "reads without overlap": "no-overlap",
    "reads again only what has changed": "by-change",
    "marks orders page by page": "marks-by-page",
    "has a second application": "second-application",
    "keeps an old token": "old-token",
    "tries wrong keys": "wrong-keys",
    "mixes up its numbers": "wrong-numbers",
    "misspells what it asks for": "wrong-names",
    "speaks like an old client": "old-client",
    "asks in other words": "other-words",
    "makes a report every night": "reports",
    "answers at the wrong time": "untimely",
    "answers line by line": "line-by-line",
    "has second thoughts about a line": "second-thoughts",
    "contradicts itself from line to line": "contradicts-itself",
}
CONDITIONS: Final = "ConditionQuantityList"
KEYS: Final = {"invalid_client": "secret", "invalid_grant": "refresh token"}  # by the error of RFC 6749
_PAGES: Final = r"pages by (\d+)"
_ONE: Final = rf"(?:{'|'.join(MANNERS)}|{_PAGES.replace('(', '(?:', 1)})"


@given(phrase(rf"the OMS (?P<manners>{_ONE}(?:(?:,|,? and) {_ONE})*)"))
def _(people: Cast, manners: str) -> None:
    people.begin_anew()
    people.clock.starts_with([_name(said) for said in re.findall(_ONE, manners)])


def _name(said: str) -> str:
    pages = re.fullmatch(_PAGES, said)
    return f"pages-by-{number(pages[1])}" if pages else MANNERS[said]


_records = by(lambda people: people.seller.refunds, record_only=True)
act("the seller <has recorded/records> {BUYER}'s whole {ORDER} as given back elsewhere")(_records)
act(f"the seller <has recorded/records> {{BUYER}}{NO_PART}{{THE_GOODS}} as given back elsewhere")(_records)


@act("the seller <has recorded/records> {SUM} of {BUYER}'s {ORDER} as given back elsewhere")
@act("the seller <has recorded/records> {BUYER} {SUM}{ABOUT} as given back elsewhere")
def _(people: Cast, which: Which, sum: str) -> None:
    people.seller.refunds(people.buyer(which.name), which, amount=money(sum), record_only=True)


@then(phrase("the seller sees {SUM} recorded for {BUYER}, and nothing to be paid"))
def _(people: Cast, sum: str, buyer: str) -> None:
    whose = people.buyer(buyer)
    recorded = people.seller.recorded_of(whose)
    expect(f"what is recorded for {buyer}", [money(sum)], [shown(case, "amount") for case in recorded])
    stands = [people.seller.standing(whose, case) for case in recorded]
    expect(f"where that of {buyer} stands", ["InformationOnly"], stands)


@then(phrase("it was the connector that refused it"))
def _(people: Cast) -> None:
    expect("who told the seller no", CONNECTOR_REFUSES, people.told_no("the seller").title)


@then(phrase("{BUYER} has been paid for the (?P<nths>[a-z ,]+) of the {GOODS}"))
def _(people: Cast, buyer: str, nths: str, goods: str) -> None:
    mine = sorted(people.buyer(buyer).ordered(Which(goods=goods)).called(goods))  # by number, as the connector does
    said = re.split("(?:,? and |, )(?:the )?", nths)
    one_of("pieces are", ORDINALS, *said)
    expected = {the_nth(mine, nth, f"{buyer} has only {len(mine)} {goods}") for nth in said}
    paid = {
        unit
        for request in people.watcher.requests_of(people.buyer(buyer))
        if shown(request, "refunded").amount
        for unit in request["line_item_ids"]
    }
    expect(f"which of the {goods} were paid for", *(_places(mine, units) for units in (expected, paid)))


def _places(mine: Sequence[str], units: set[str]) -> list[int]:
    return [place for place, unit in enumerate(mine, 1) if unit in units]


@then(phrase("the connector has turned away a token whose hour was over"))
def _(people: Cast) -> None:
    _turned_away(people, "access token")


@then(phrase("the connector has turned away each wrong key"))
def _(people: Cast) -> None:
    _turned_away(people, "access token", "refresh token", "secret")


@then(phrase(r"the connector has found nothing by the number (?P<digits>\d+)"))
def _(people: Cast, digits: str) -> None:
    calls = [entry for entry in people.stage.trace() if entry.get("to") == "connector"]
    asked = [entry for entry in calls if f"({digits})" in entry["path"]]
    expect(f"whether it was asked about {digits}", True, bool(asked))
    found = sorted({f"{one['method']} {one['path']}: {one['status']}" for one in asked if one["status"] != 404})
    expect(f"what it has said of {digits}, beside that there is none", [], found)


@then(phrase(r'the connector has refused whatever is about "(?P<name>\w+)"'))
def _(people: Cast, name: str) -> None:
    calls = [entry for entry in people.stage.trace() if entry.get("to") == "connector"]
    said = {(one["path"], unquote_plus(urlencode(one["query"], doseq=True)), one["status"]) for one in calls}
    asked = [(f"{path}?{query}", status) for path, query, status in sorted(said) if name in query]
    expect(f"whether it was asked about {name}", True, bool(asked))
    taken = [f"{words}: {status}" for words, status in asked if status != 400]
    expect(f"what it has answered about {name}, beside that there is no such thing", [], taken)


@then(phrase("the connector has refused a piece too many"))
def _(people: Cast) -> None:
    calls = [entry for entry in people.stage.trace() if entry.get("to") == "connector"]
    graded = [entry["status"] for entry in calls if CONDITIONS in (entry["request"]["body"] or ())]
    heard = [status for status in graded if status != 401]
    expect("what the connector says first, where one piece more has been inspected", [400], heard[:1])


@then(phrase("the connector has answered whatever the report asked for"))
def _(people: Cast) -> None:
    entries = people.stage.trace()
    asked = [one for one in entries if one.get("to") == "connector" and "$filter" in one["query"]]
    expect("whether there was a report", True, any("year(" in str(one["query"]) for one in asked))
    said = [one["what"] for one in entries if one.get("kind") == "act" and one["who"] == "oms"]
    expect("what the OMS could not rely on", [], [what for what in said if "The connector" in what])


@then(phrase("the OMS is (?P<how>still told|told no more) who {BUYER} is"))
def _(people: Cast, how: str, buyer: str) -> None:
    orders = {order.id for order in people.buyer(buyer).all_orders()}
    read = [one["data"] for one in people.stage.trace() if one.get("name") == EventName.ORDER_READ]
    told = [one["recipient_address"] for one in read if one["order_id"] in orders]
    seen = ("still told" if told[-1] else "told no more") if told else "never, as the order was not read"
    expect(f"whether the OMS is told who {buyer} is", how, seen)


def _turned_away(people: Cast, *keys: str) -> None:
    """Expect that each of these kinds of keys has once opened nothing, by what the connector has answered."""
    calls = [entry for entry in people.stage.trace() if entry.get("to") == "connector" and entry["status"]]
    seen = {_key(entry["status"], entry["response"]["body"]) for entry in calls}
    expect("which keys were turned away", list(keys), [key for key in keys if key in seen])


def _key(status: int, body: Any) -> str | None:
    """Return what kind of key an answer turns away: by its status, or the error of RFC 6749; None where it is none."""
    if status == 401:
        return "access token"
    error = body.get("error") if isinstance(body, dict) else None
    return KEYS.get(error) if isinstance(error, str) else None
