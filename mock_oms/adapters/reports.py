"""Reports: an OMS that has read a list whole asks for parts of it, in all the ways that ChannelAdvisor documents.

What must come it knows from the rows that it has: comparisons with a value, with null and with a day, with the value
before the field as well; parts of dates, sums without their cents; `and` before `or`; orders by their lines, and by
whether they bear its mark; sorted rows, and none of them; the same row by its number, the same lines without their
order; orders that are dated no earlier than their adjustments. Source: CA-DOC, CA-DIAN; the last is our contract's.
"""

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from mock_oms.adapters import filters
from mock_oms.adapters.rows import Json, moment_of
from mock_oms.domain.cases import Level
from mock_oms.errors import Rejected, Unreadable

ORDERS: Final = "/v1/Orders"
LINES: Final = "Items"
OF_EACH: Final = "Adjustments"
NOTHING_MORE: Final[Mapping[str, str]] = {}
LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    ORDERS: {"$expand": f"{LINES}($expand={OF_EACH}),{OF_EACH}"},
    **{f"/v1/{level}": NOTHING_MORE for level in Level},
}
EVERYBODY_ASKS: Final = ("ID", "CreatedDateUtc")  # no connector refuses a filter by these
# How an order stands of which all parcels have left, or none.
STANDS: Final = {
    frozenset({True}): ("Shipped", "Canceled"),
    frozenset({False}): ("Unshipped", "PendingShipment", "Canceled"),
}

_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_A_DAY: Final = timedelta(days=1)
_PARTS_OF_TIME: Final = ("year", "month", "day", "hour", "minute", "second")
_TURNED: Final = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}  # what a comparison means with its value in front
# A date without a time means the whole day: greater is what comes after it.
_OF_DAYS: Final[Mapping[str, Callable[[datetime, datetime], bool]]] = {
    "eq": lambda at, day: day <= at < day + _A_DAY,
    "ne": lambda at, day: not day <= at < day + _A_DAY,
    "gt": lambda at, day: at >= day + _A_DAY,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": lambda at, day: at < day + _A_DAY,
}
_WHOLE: Final = {"floor": math.floor, "ceiling": math.ceil}

Way = tuple[str, Callable[[Any], bool]]  # a filter with a hole for the field's name, and of which values it is true
Read = Callable[[str, Mapping[str, str]], list[Json]]


@dataclass(frozen=True, slots=True)
class Question:
    """A filter that mentions a field, and the numbers of the rows that it is true of."""

    field: str
    filter: str
    numbers: list[int]


class Reports:
    """Asks, and raises Unreadable where something else comes than must."""

    def __init__(self, read: Read, one: Callable[[str], Json]) -> None:
        self._read, self._one = read, one
        self.orders: list[Json] = []  # as they were read, with their lines
        self.parcels: Final[dict[str, tuple[str, ...]]] = {}  # how those stand that were read, by order

    def compare(self, marked: AbstractSet[str]) -> None:
        """Compare what the connector hands out in its many ways; `marked` are the orders that bear our mark."""
        for path, expanded in LISTS.items():
            rows = self._read(path, expanded)
            if path == ORDERS:
                self.orders = rows
            try:
                self._compare(path, rows, marked)
            except Unreadable:
                if self._read(path, expanded) == rows:  # what changes meanwhile is held against nobody
                    raise
            except Rejected as rejected:
                raise Unreadable(f"The connector refuses a part of {path}: {rejected.words}") from None

    def _compare(self, path: str, rows: list[Json], marked: AbstractSet[str]) -> None:
        if path == ORDERS:
            _are_dated(rows)
        self._none(path)
        refused = set[str]()
        for question in (*questions(rows), *_of_lines(rows)):
            if question.field not in refused and not self._is_taken(path, question):
                refused.add(question.field)
        for name in _sortable(rows):
            self._sort(path, rows, name)
        for row in _spread(rows):
            self._alone(path, row)
        if path == ORDERS:
            self._by_mark(rows, marked)

    def _is_taken(self, path: str, question: Question) -> bool:
        """Ask one question; return whether the connector takes it, as not every one does."""
        try:
            found = _numbers(self._read(path, {"$filter": question.filter}))
        except Rejected as rejected:
            if question.field in EVERYBODY_ASKS:
                raise Unreadable(f"The connector refuses {path}?$filter={question.filter}: {rejected.words}") from None
            return False
        if found != question.numbers:
            meant = f"$filter={question.filter}; by what the rows say it is {_said(question.numbers)}"
            raise Unreadable(f"The connector's list of {path} has {_said(found)} for {meant}.")
        return True

    def _sort(self, path: str, rows: list[Json], name: str) -> None:
        for order, first, falling in ((f"{name} desc", "highest", True), (name, "lowest", False)):
            found = self._read(path, {"$orderby": order})
            values = [value for row in found if (value := _value(name, row)) is not None]
            if values != sorted(values, reverse=falling) or _numbers(found) != _numbers(rows):
                raise Unreadable(f"The connector's list of {path} is not all that there is, the {first} {name} first.")

    def _none(self, path: str) -> None:
        """Ask for no rows, which no connector need take."""
        with suppress(Rejected):
            if self._read(path, {"$top": "0"}):
                raise Unreadable(f"The connector's list of {path} has rows where $top=0 asks for none.")

    def _alone(self, path: str, row: Json) -> None:
        alone = _plain(self._one(f"{path}({row['ID']})"))
        if alone != _plain(row):
            differs = ", ".join(sorted(name for name in _plain(row) if alone.get(name) != row[name]))
            raise Unreadable(f"The connector shows {path}({row['ID']}) alone with another {differs or 'field'}.")
        if path == ORDERS and not _is_cut(row):
            self._within(row)

    def _within(self, order: Json) -> None:
        """Compare what belongs to an order, as it has come with it, with the same by itself."""
        own = f"{ORDERS}({order['ID']})"
        if self._plainly(f"{own}/{LINES}") != [*map(_plain, order[LINES])]:
            raise Unreadable(f"The connector shows other lines as those of {own} than it shows within it.")
        owners = [(own, order, Level.ORDER, f"OrderID eq {order['ID']}")]
        for line in order[LINES]:
            item = f"/v1/OrderItems({line['ID']})"
            if _plain(self._one(item)) != _plain(line):
                raise Unreadable(f"The connector shows {item} alone as it is not within its order.")
            owners.append((item, line, Level.ITEM, f"OrderItemID eq {line['ID']}"))
        for owner, shown, level, theirs in owners:
            listed = self._plainly(f"/v1/{level}", {"$filter": theirs})
            if listed != self._plainly(f"{owner}/{OF_EACH}") or listed != [*map(_plain, shown[OF_EACH])]:
                raise Unreadable(f"The connector shows other adjustments of {owner} than it lists for it.")
        self._parcels_of(own, order)

    def _plainly(self, path: str, query: Mapping[str, str] = NOTHING_MORE) -> list[Json]:
        return [*map(_plain, self._read(path, query))]

    def _parcels_of(self, path: str, order: Json) -> None:
        parcels = self._read(f"{path}/Fulfillments", {"$expand": LINES})
        packed = sorted((one["OrderItemID"], one["Quantity"]) for parcel in parcels for one in parcel[LINES])
        if packed != sorted((line["ID"], line["Quantity"]) for line in order[LINES]):
            raise Unreadable(f"The connector's parcels of {path} do not hold just what was bought.")
        stand = tuple(parcel["DeliveryStatus"] for parcel in parcels)
        self.parcels[order["SiteOrderID"]] = stand
        left = {status not in ("NoChange", "ReadyForPickup", "Canceled") for status in stand}
        fitting = STANDS.get(frozenset(left))
        if fitting and order["ShippingStatus"] not in fitting:
            raise Unreadable(f"The connector says of {path} {order['ShippingStatus']}, and of its parcels otherwise.")

    def _by_mark(self, rows: list[Json], marked: AbstractSet[str]) -> None:
        for said, expected in (("true", True), ("false", False)):
            found = _numbers(self._read(ORDERS, {"exported": said}))
            if found != [number for number in _numbers(rows) if (str(number) in marked) is expected]:
                raise Unreadable(f"The connector's list of {ORDERS} has {_said(found)} for exported={said}.")


def _are_dated(orders: Sequence[Json]) -> None:
    """Raise Unreadable where an adjustment has changed after its order: who asks for orders by date would miss it.

    Only who dates the changes of adjustments, which is our extension, is held to that.
    """
    for order in orders:
        last = moment_of(order.get("UpdatedDateUtc"))
        for row in (one for owner in (order, *order[LINES]) for one in owner[OF_EACH]):
            changed = moment_of(row.get("SiteUpdatedDateUtc"))
            if last and changed and last < changed.replace(microsecond=0):  # some keep whole seconds
                path = f"{ORDERS}({order['ID']})"
                words = f"an UpdatedDateUtc before the SiteUpdatedDateUtc of its adjustment {row['ID']}"
                raise Unreadable(f"The connector shows {path} with {words}.")


def _spread(rows: Sequence[Json]) -> list[Json]:
    """Return the first of the rows, one in their midst, and the last."""
    return [rows[at] for at in sorted({0, len(rows) // 2, len(rows) - 1})] if rows else []


def questions(rows: Sequence[Json]) -> Iterator[Question]:
    """Yield what is asked of rows that differ: by each field, by one of a kind in every way, with `and` and `or`."""
    tried = set[type]()
    for name in sorted({name for row in rows for name in _plain(row)}):
        values = {row["ID"]: _value(name, row) for row in rows}
        known = sorted({value for value in values.values() if value is not None})
        without = None in values.values()
        if len(known) + without < 2:
            continue
        middle = known[len(known) // 2]
        ways = _comparisons(middle)
        if len(known) > 1 and type(middle) not in tried:
            tried.add(type(middle))
            ways += _other_ways(middle)
        else:
            ways = ways[: 1 + without]
        if without:
            ways += [("{} eq null", lambda value: value is None), ("{} ne null", lambda value: value is not None)]
        for text, holds in ways:
            yield Question(name, text.format(name), sorted(row for row, value in values.items() if holds(value)))
    if len(rows) > 1:
        first, *_, last = _numbers(rows)
        yield Question("ID", f"ID eq {first} or ID eq {last} and ID ne {first}", [first, last])
        yield Question("ID", f"(ID eq {first} or ID eq {last}) and ID ne {first}", [last])


def _comparisons(value: Any) -> list[Way]:
    """Return how a field can be compared with a value, `eq` first: numbers and dates have an order."""
    words = list(_COMPARE)[: 2 if isinstance(value, str | bool) else None]
    written = _written(value).replace("{", "{{").replace("}", "}}")
    return [(f"{{}} {word} {written}", _comparing(word, _COMPARE[word], value)) for word in words]


def _other_ways(value: Any) -> list[Way]:
    """Return how else a field of this kind can be asked for: by days and parts of dates, by sums without cents."""
    if isinstance(value, datetime):
        day = value.replace(hour=0, minute=0, second=0, microsecond=0)
        parts = [(part, operator.attrgetter(part)) for part in _PARTS_OF_TIME]
        return [(f"{{}} {word} {day:%Y-%m-%d}", _comparing(word, holds, day)) for word, holds in _OF_DAYS.items()] + [
            (f"{part}({{}}) eq {of(value)}", _of(of, of(value))) for part, of in parts
        ]
    if isinstance(value, Decimal):
        ways = [(f"{name}({{}}) eq {whole(value)}", _of(whole, whole(value))) for name, whole in _WHOLE.items()]
        turned = [(f"{_written(value)} {word} {{}}", as_, _COMPARE[as_]) for word, as_ in _TURNED.items()]
        return [*ways, *((text, _comparing(as_, holds, value)) for text, as_, holds in turned)]
    return []


def _of_lines(rows: Sequence[Json]) -> Iterator[Question]:
    """Yield what is asked of orders by their lines: of two things that are asked for one line has to have both."""
    several = next((row[LINES] for row in rows if len(row.get(LINES) or ()) > 1), None)
    if several is None or any(map(_is_cut, rows)):
        return
    first, last = several[0], several[-1]
    for wanted in ({"Sku": first["Sku"]}, {"Sku": first["Sku"], "UnitPrice": last["UnitPrice"]}):
        text = " and ".join(f"c/{name} eq {_written(value)}" for name, value in wanted.items())
        having = [row["ID"] for row in rows if any(wanted.items() <= _plain(line).items() for line in row[LINES])]
        yield Question(LINES, f"{LINES}/Any (c: {text})", sorted(having))


def _comparing(word: str, compare: Callable[[Any, Any], bool], with_: Any) -> Callable[[Any], bool]:
    """Return what a comparison is of a field's value: nothing is not equal to anything, and neither more nor less."""
    return lambda value: word == "ne" if value is None else compare(value, with_)


def _of(part: Callable[[Any], int], number: int) -> Callable[[Any], bool]:
    return lambda value: value is not None and part(value) == number


def _sortable(rows: Sequence[Json]) -> list[str]:
    """Return the fields that rows can be sorted by, so that everybody agrees: numbers and dates that differ."""
    names = sorted({name for row in rows for name in _plain(row)})
    values = {name: {value for row in rows if (value := _value(name, row)) is not None} for name in names}
    return [
        name for name in names if len(values[name]) > 1 and not any(isinstance(v, str | bool) for v in values[name])
    ]


def _value(name: str, row: Json) -> Any:
    value = row.get(name)
    at = moment_of(value) if name.endswith("Utc") else None
    return value if at is None else at


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"{value.replace(tzinfo=None).isoformat()}Z"
    return filters.quoted(value) if isinstance(value, str) else str(value)


def _plain(row: Json) -> Json:
    """Return a row without what it has come with: links, and lists that were asked for."""
    return {name: value for name, value in row.items() if "@" not in name and not isinstance(value, list | dict)}


def _is_cut(order: Json) -> bool:
    """Return whether more of its lines, or of their adjustments, stand on another page."""
    return any("nextLink" in name for row in (order, *order.get(LINES, ())) for name in row)


def _numbers(rows: Sequence[Json]) -> list[int]:
    return sorted(row["ID"] for row in rows)


def _said(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers)) or "nothing"
