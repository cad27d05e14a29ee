"""An OMS that names the fields it wants, and the order in which it wants the rows."""

from collections import defaultdict

import pytest

from mock_oms.adapters.selection import Selection
from mock_oms.errors import Unreadable
from tests.refused import refused

ORDERS = "/v1/Orders"


def test_what_has_been_seen_is_asked_for_by_name() -> None:
    selection = Selection("ID desc", defaultdict(set))
    assert selection.worded(ORDERS, {"$expand": "Items"}) == {"$expand": "Items", "$orderby": "ID desc"}
    rows = [
        {"ID": 2, "Items": [{"ID": 7, "Sku": "a"}], "Items@odata.nextLink": "/"},
        {"ID": 1, "Total": 3, "Items": []},
    ]
    assert list(selection.checked(ORDERS, rows)) == rows
    asked = {"$expand": "Items($select=Sku,ID)", "$select": "Total,ID", "$orderby": "ID desc"}
    assert selection.worded(ORDERS, {"$expand": "Items"}) == asked
    assert selection.worded("/v1/OrderAdjustments", {}) == {"$orderby": "ID desc"}


@pytest.mark.parametrize(
    ("order", "ids", "taken"),
    [
        ("ID", [1, 2, 3], True),
        ("ID", [1, 3, 2], False),
        ("ID desc", [3, 2, 2, 1], True),  # as where one slips onto the next page
        ("ID desc", [1, 2], False),
        ("ID", ["b", "a"], True),
    ],
)
def test_rows_come_in_the_order_that_was_asked_for(order: str, ids: list[object], *, taken: bool) -> None:
    rows = [{"ID": one} for one in ids]
    if taken:
        assert list(Selection(order, defaultdict(set)).checked(ORDERS, rows)) == rows
    else:
        assert order in str(refused(Unreadable, lambda: list(Selection(order, defaultdict(set)).checked(ORDERS, rows))))
