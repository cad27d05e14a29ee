"""An OMS that names the fields it wants, and the order in which it wants the rows."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from mock_oms.adapters.selection import Selection
from mock_oms.errors import Rejected, Unreadable
from tests.refused import refused

ORDERS, ADJUSTMENTS = "/v1/Orders", "/v1/OrderAdjustments"
BY_DATE = "CreatedDateUtc desc,ID desc"
NINE = "2031-03-03T09:00:00Z"


def test_what_has_been_seen_is_asked_for_by_name() -> None:
    selection = Selection(defaultdict(set))
    assert selection.worded(ORDERS, {"$expand": "Items"}) == {"$expand": "Items", "$orderby": BY_DATE}
    rows = [
        {"ID": 3, "Nothing": "else"},  # cannot be read: of it nobody learns what there is
        {"ID": 2, "CreatedDateUtc": NINE, "Items": [{"ID": 7, "Sku": "a"}], "Items@odata.nextLink": "/"},
        {"ID": 1, "CreatedDateUtc": NINE, "Total": 3, "Items": []},
    ]
    assert list(selection.checked(ORDERS, rows)) == rows
    asked = {"$expand": "Items($select=Sku,ID)", "$select": "Total,ID,CreatedDateUtc", "$orderby": BY_DATE}
    assert selection.worded(ORDERS, {"$expand": "Items"}) == asked
    assert selection.worded(ADJUSTMENTS, {}) == {"$orderby": "ID desc"}


def test_what_is_refused_is_asked_for_without_names() -> None:
    """As where one answer has shown a field that there is not."""
    selection = Selection(defaultdict(set))

    def turned_away() -> Iterator[dict[str, object]]:
        raise Rejected(400, "Orders has no field 'Weather'.")
        yield {}

    list(selection.checked(ORDERS, [{"ID": 1, "CreatedDateUtc": NINE, "Weather": "fair", "Items": [{"ID": 2}]}]))
    with pytest.raises(Rejected):
        list(selection.checked(ORDERS, turned_away()))
    assert selection.worded(ORDERS, {"$expand": "Items"}) == {"$expand": "Items", "$orderby": BY_DATE}


def _dated(*rows: tuple[object, object]) -> list[dict[str, object]]:
    return [{"ID": number, "CreatedDateUtc": at} for number, at in rows]


@pytest.mark.parametrize(
    ("order", "rows", "taken"),
    [
        ("ID desc", _dated((3, None), (1, None), (2, None)), False),
        ("ID desc", _dated((3, None), (2, None), (2, None), (1, None)), True),  # as where one slips onto the next page
        ("ID desc", _dated((1, None), (2, None)), False),
        ("ID desc", _dated(("a", None), ("b", None)), True),
        (BY_DATE, _dated((1, "2031-03-03T13:00:01+04:00"), (3, "2031-03-03T09:00:00.5Z"), (2, NINE)), True),
        (BY_DATE, _dated((1, NINE), (2, NINE)), False),
        (BY_DATE, _dated((1, NINE), (2, "2031-03-03T09:00:01Z")), False),
        (BY_DATE, _dated((1, NINE), (2, "soon"), (3, None)), True),
    ],
)
def test_rows_come_in_the_order_that_was_asked_for(order: str, rows: list[dict[str, Any]], *, taken: bool) -> None:
    path = ORDERS if order == BY_DATE else ADJUSTMENTS
    selection = Selection(defaultdict(set))
    if taken:
        assert list(selection.checked(path, rows)) == rows
    else:
        assert order in str(refused(Unreadable, lambda: list(selection.checked(path, rows))))
