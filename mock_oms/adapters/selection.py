"""How an OMS asks that says which fields it wants, and in which order: all that it has seen, by their names."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from mock_oms.adapters.rows import moment_of
from mock_oms.errors import Unreadable

LINES: Final = "Items"  # which orders come with
DATE: Final = "CreatedDateUtc"
BY_NUMBER, NEWEST_FIRST, BY_DATE = "ID", "ID desc", f"{DATE} desc,ID desc"


class Selection:
    """The fields that lists of the connector have shown: from then on they are asked for by name, the last ones first.

    The newest are wanted first, orders by their date. Who pages `by_hand` would miss rows before which new ones come,
    and wants each list by number.
    """

    def __init__(self, seen: defaultdict[str, set[str]], *, by_hand: bool) -> None:
        self._by_hand = by_hand
        self._names = seen  # by the list's address

    def worded(self, path: str, query: Mapping[str, str]) -> dict[str, str]:
        """Return the query with what it says of fields and order."""
        asked = {**query, "$orderby": self._order(path)}
        if self._names[path]:
            asked["$select"] = self._named(path)
        if asked.get("$expand") == LINES and self._names[LINES]:
            asked["$expand"] = f"{LINES}($select={self._named(LINES)})"
        return asked

    def checked(self, path: str, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield rows that come in the order that was asked for, and note their fields. Raises Unreadable."""
        order, before = self._order(path), None
        for row in rows:
            if (place := _place(row, order)) is not None:
                if before is not None and place != before and (place < before) is not order.endswith("desc"):
                    raise Unreadable(f"The connector's list is not in the order that was asked for, {order}.")
                before = place
            self._note(path, row)
            for line in row.get(LINES) or ():
                self._note(LINES, line)
            yield row

    def _order(self, path: str) -> str:
        if self._by_hand:
            return BY_NUMBER
        return BY_DATE if path.endswith("/Orders") else NEWEST_FIRST

    def _note(self, what: str, row: Mapping[str, Any]) -> None:
        self._names[what].update(name for name in row if "@" not in name and name != LINES)

    def _named(self, what: str) -> str:
        return ",".join(sorted(self._names[what], reverse=True))


def _place(row: Mapping[str, Any], order: str) -> tuple[object, ...] | None:
    """Return by what a row has its place in a list, if it says so."""
    number = row.get("ID")
    if not isinstance(number, int):
        return None
    if order != BY_DATE:
        return (number,)
    with suppress(ValueError):  # whoever reads the row says what is wrong with its date
        if at := moment_of(row.get(DATE)):
            return at, number
    return None
