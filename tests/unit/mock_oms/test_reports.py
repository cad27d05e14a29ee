"""An OMS that asks for parts of lists it has read whole: it is satisfied with what must come, and with nothing else."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mock_oms.adapters.reports import Reports, questions
from mock_oms.errors import Rejected, Unreadable
from tests.refused import refused
from tests.unit.mock_oms.conftest import Office

Json = dict[str, Any]

MUG: Json = {"ID": 7, "OrderID": 1, "Sku": "MUG", "UnitPrice": Decimal("12.50"), "Quantity": 3, "Adjustments": []}
RUG: Json = {"ID": 8, "OrderID": 1, "Sku": "RUG", "UnitPrice": Decimal("89.95"), "Quantity": 1, "Adjustments": []}
FIRST: Json = {
    "ID": 1,
    "SiteOrderID": "5761",
    "Note": None,
    "CreatedDateUtc": "2031-03-03T23:20:00Z",
    "TotalPrice": Decimal("127.45"),
    "ShippingStatus": "Shipped",
    "Items": [MUG, RUG],
    "Adjustments": [],
}
SECOND: Json = {
    "ID": 2,
    "SiteOrderID": "5762",
    "Note": "it's {new}",
    "CreatedDateUtc": "2031-03-04T00:10:05Z",
    "TotalPrice": Decimal("20.00"),
    "ShippingStatus": "Unshipped",
    "Items": [{**MUG, "ID": 9, "OrderID": 2, "Quantity": 1}],
    "Adjustments": [],
}
ORDERS: list[Json] = [FIRST, SECOND]
OF_LINES = {"Items/Any (c: c/Sku eq 'MUG')": [1, 2], "Items/Any (c: c/Sku eq 'MUG' and c/UnitPrice eq 89.95)": []}


def _parcel(number: int, order: Json, status: str) -> Json:
    lines = [{"OrderItemID": line["ID"], "Quantity": line["Quantity"]} for line in order["Items"]]
    return {"ID": number, "DeliveryStatus": status, "Items": lines}


def _dated(order: str, **adjustments: str) -> Json:
    """Return the first order as last changed then, with an adjustment of each level that has changed at its time."""
    of = {level: [{"ID": 3, "SiteUpdatedDateUtc": changed}] for level, changed in adjustments.items()}
    mug = {**MUG, "Adjustments": of.get("of_line", [])}
    return {**FIRST, "UpdatedDateUtc": order, "Items": [mug, RUG], "Adjustments": of.get("of_order", [])}


@dataclass
class Shelf:
    """A connector that answers rightly, but for what it is told to answer otherwise, by what is asked for."""

    otherwise: Mapping[str, list[Json]] = field(default_factory=dict)
    refuses: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    def read(self, path: str, query: Mapping[str, str]) -> list[Json]:
        option = next((value for name, value in query.items() if name != "$expand"), "")
        called = f"{path.removeprefix('/v1/')} {option}".strip()
        self.asked.append(called)
        if any(word in called for word in self.refuses):
            raise Rejected(400, "no such thing")
        return self.otherwise[called] if called in self.otherwise else self._right(path, option)

    def _right(self, path: str, option: str) -> list[Json]:
        match path.split("/")[2:]:
            case ["Orders"]:
                return self._orders(option)
            case ["Orders(1)", "Fulfillments"]:
                return [_parcel(7, FIRST, "InTransit")]
            case ["Orders(2)", "Fulfillments"]:
                return [_parcel(9, SECOND, "NoChange")]
            case ["Orders(1)" | "Orders(2)" as order, "Items"]:
                return list((SECOND if order == "Orders(2)" else FIRST)["Items"])
        return []

    def _orders(self, option: str) -> list[Json]:
        right = {one.filter: one.numbers for one in questions(ORDERS)} | OF_LINES | {"true": [1], "false": [2], "0": []}
        numbers = right.get(option, [1, 2])
        found = [row for row in ORDERS if row["ID"] in numbers]
        name, _, way = option.partition(" ")
        if name in FIRST and way in ("", "desc"):
            found.sort(key=lambda row: row[name], reverse=bool(way))
        return found

    def one(self, path: str) -> Json:
        called = path.removeprefix("/v1/")
        rows = {f"Orders({row['ID']})": row for row in ORDERS}
        rows |= {f"OrderItems({line['ID']})": line for row in ORDERS for line in row["Items"]}
        return self.otherwise[called][0] if called in self.otherwise else rows[called]

    def compare(self) -> Mapping[str, Sequence[str]]:
        reports = Reports(self.read, self.one)
        reports.compare({"1"})
        return reports.parcels


def test_what_is_asked_has_its_answer_in_the_rows() -> None:
    asked = {one.filter: one.numbers for one in questions(ORDERS)}
    expected: dict[str, list[int]] = {
        "ID ge 2": [2],
        "ID lt 2": [1],
        "CreatedDateUtc eq 2031-03-04": [2],
        "hour(CreatedDateUtc) eq 0": [2],
        "CreatedDateUtc ne 2031-03-04": [1],
        "CreatedDateUtc lt 2031-03-04": [1],
        "CreatedDateUtc le 2031-03-04": [1, 2],
        "CreatedDateUtc gt 2031-03-04": [],
        "floor(TotalPrice) eq 127": [1],
        "ceiling(TotalPrice) eq 128": [1],
        "127.45 lt TotalPrice": [],
        "Note eq 'it''s {new}'": [2],
        "Note ne 'it''s {new}'": [1],
        "Note eq null": [1],
        "Note ne null": [2],
        "ID eq 1 or ID eq 2 and ID ne 1": [1, 2],
        "(ID eq 1 or ID eq 2) and ID ne 1": [2],
    }
    assert {text: asked.get(text) for text in expected} == expected
    assert list(questions([FIRST])) == []  # of one row alone every question has the same answer


def test_who_answers_rightly_is_relied_on() -> None:
    shelf = Shelf()
    assert shelf.compare() == {"5761": ("InTransit",), "5762": ("NoChange",)}
    asked = (
        {one.filter for one in questions(ORDERS)}
        | set(OF_LINES)
        | {"true", "false", "TotalPrice desc", "TotalPrice", "0"}
    )
    assert {f"Orders {option}" for option in asked} <= set(shelf.asked)


@pytest.mark.parametrize(
    ("called", "rows", "words"),
    [
        ("Orders ID ge 2", ORDERS, "has 1, 2 for $filter=ID ge 2; by what the rows say it is 2"),
        ("Orders CreatedDateUtc eq 2031-03-04", [], "has nothing for"),
        (
            "Orders Items/Any (c: c/Sku eq 'MUG' and c/UnitPrice eq 89.95)",
            [FIRST],
            "by what the rows say it is nothing",
        ),
        ("Orders true", ORDERS, "for exported=true"),
        ("Orders false", ORDERS, "for exported=false"),
        ("Orders TotalPrice desc", [SECOND, FIRST], "the highest TotalPrice first"),
        ("Orders TotalPrice desc", [FIRST], "not all that there is"),
        ("Orders TotalPrice", [FIRST, SECOND], "the lowest TotalPrice first"),
        ("Orders(1)", [{**FIRST, "TotalPrice": Decimal("1.00")}], "alone with another TotalPrice"),
        ("Orders(1)", [{**FIRST, "More": 1}], "alone with another field"),
        ("Orders 0", [FIRST], "has rows where $top=0 asks for none"),
        ("Orders(1)/Items", [RUG, MUG], "other lines as those of"),
        ("OrderItems(8)", [{**RUG, "Quantity": 2}], "OrderItems(8) alone"),
        ("OrderItems(8)/Adjustments", [{"ID": 3}], "other adjustments of /v1/OrderItems(8)"),
        ("Orders(2)/Adjustments", [{"ID": 3}], "other adjustments of /v1/Orders(2)"),
        ("Orders", [{**FIRST, "Adjustments": [{"ID": 3}]}, SECOND], "other adjustments of /v1/Orders(1)"),
        ("Orders", [_dated("2031-03-04T08:00:00Z", of_line="2031-03-04T08:15:00Z")], "an UpdatedDateUtc before"),
        ("Orders", [_dated("2031-03-04T08:00:00Z", of_order="2031-03-04T08:00:01Z")], "of its adjustment 3"),
        ("Orders(1)/Fulfillments", [], "do not hold just what was bought"),
        ("Orders(1)/Fulfillments", [_parcel(7, FIRST, "NoChange")], "says of /v1/Orders(1) Shipped"),
        ("Orders(2)/Fulfillments", [_parcel(9, SECOND, "InTransit")], "says of /v1/Orders(2) Unshipped"),
    ],
)
def test_what_comes_otherwise_than_it_must_is_told(called: str, rows: list[Json], words: str) -> None:
    assert words in str(refused(Unreadable, Shelf({called: rows}).compare))


def test_a_field_that_is_refused_is_let_be_unless_everybody_asks_for_it() -> None:
    shelf = Shelf(refuses=("Note",))
    shelf.compare()
    assert sum("Note" in one for one in shelf.asked) == 1
    words = str(refused(Unreadable, Shelf(refuses=("ID eq 2",)).compare))
    assert words == "The connector refuses /v1/Orders?$filter=ID eq 2: no such thing"


def test_a_page_without_rows_may_be_refused() -> None:
    shelf = Shelf(refuses=("Orders 0",))
    shelf.compare()
    assert "Orders 0" in shelf.asked


@pytest.mark.parametrize("refused_", ["TotalPrice desc", "Fulfillments", "true", "Adjustments"])
def test_whatever_else_is_documented_is_not_refused(refused_: str) -> None:
    words = str(refused(Unreadable, Shelf(refuses=(refused_,)).compare))
    assert words == "The connector refuses a part of /v1/Orders: no such thing"


@pytest.mark.parametrize("called", ["Orders ID ge 2", "Orders TotalPrice desc", "Orders true"])
def test_a_list_that_changes_meanwhile_is_not_held_against_anybody(called: str) -> None:
    shelf, whole = Shelf({called: []}), [ORDERS, [FIRST]]

    def read(path: str, query: Mapping[str, str]) -> list[Json]:
        changing = path == "/v1/Orders" and list(query) == ["$expand"] and whole
        return whole.pop(0) if changing else shelf.read(path, query)

    Reports(read, shelf.one).compare({"1"})
    assert not whole


def test_what_stands_on_another_page_is_not_compared() -> None:
    cut = {**FIRST, "Items@odata.nextLink": "/v1/Orders(1)/Items?$skip=1"}
    shelf = Shelf({"Orders": [cut, SECOND], "Orders(1)": [cut]})
    shelf.compare()
    assert not any("Items/Any" in one or one.startswith("Orders(1)/") for one in shelf.asked)


@pytest.mark.parametrize("wrong", [False, True])
def test_a_report_is_made_once_a_day_when_nothing_is_new(monkeypatch: pytest.MonkeyPatch, *, wrong: bool) -> None:
    made: list[datetime] = []
    office = Office(manners=("reports",))

    def compare(_: Reports, marked: AbstractSet[str]) -> None:
        made.append(office.clock.at)
        if wrong:
            raise Unreadable("The connector's list is not what was asked for.")

    monkeypatch.setattr(Reports, "compare", compare)
    pulls = [office.pull() for _ in range(2 * 96 + 2)]  # two days of quarters
    assert [at.date() - made[0].date() for at in made] == [timedelta(0), timedelta(1)]
    assert made[0].time() == min(pull.at.time() for pull in pulls)
    told = [event["words"] for event in office.events_named("answers_unreadable")]
    assert told == ["The connector's list is not what was asked for."] * (2 * wrong)


@pytest.mark.parametrize("unreadable", [False, True])
def test_a_report_reads_again_the_orders_that_bear_our_mark(monkeypatch: pytest.MonkeyPatch, unreadable: bool) -> None:
    """One that cannot be read holds up no other, nor the parcels."""
    office = Office(manners=("reports",))
    order = office.told()
    other = office.connector.order("2", ("cup", 1, 10.0))
    never_offered = {**order, "ID": 99, "SiteOrderID": "99"}

    def compare(reports: Reports, marked: AbstractSet[str]) -> None:
        first = {**order, "TotalPrice": "much"} if unreadable else order
        reports.orders = [never_offered, {**other, "ShippingDateUtc": "2031-03-03T09:00:00Z"}, first]
        reports.parcels["1"] = ("InTransit",)

    office.pull()
    before = office.events_named("order_read")
    monkeypatch.setattr(Reports, "compare", compare)
    for _ in range(96):
        office.pull()
    again = office.events_named("order_read")[len(before) :]
    assert [one["order_id"] for one in again] == ["2"] if unreadable else ["2", "1"]
    (was,) = (one for one in before if one["order_id"] == "2")
    assert {name for name in again[0] if again[0][name] != was.get(name)} == {"shipped_at"}
    assert [one["order_id"] for one in office.events_named("parcels_read")] == ["1"]
    assert bool(office.events_named("answers_unreadable")) is unreadable
