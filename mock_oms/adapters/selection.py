"""How an OMS asks that says which fields it wants, and in which order: all that it has seen, by their names."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from mock_oms.adapters.rows import moment_of
from mock_oms.errors import Rejected, Unreadable

LINES: Final = "Items"  # which orders come with
DATE: Final = "CreatedDateUtc"
NEWEST_FIRST, BY_DATE = "ID desc", f"{DATE} desc,ID desc"


class Selection:
    """The fields that lists of the connector have shown: from then on they are asked for by name, the last ones first.

    The newest are wanted first, orders by their date: what comes meanwhile moves rows to later pages, never to those
    that have been read.
    """

    def __init__(self, seen: defaultdict[str, set[str]]) -> None:
        self._names = seen  # by the list's address

    def worded(self, path: str, query: Mapping[str, str]) -> dict[str, str]:
        """Return the query with what it says of fields and order."""
        asked = {**query, "$orderby": _order(path)}
        if self._names[path]:
            asked["$select"] = self._named(path)
        if asked.get("$expand") == LINES and self._names[LINES]:
            asked["$expand"] = f"{LINES}($select={self._named(LINES)})"
        return asked

    def checked(self, path: str, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield rows that come in the order that was asked for, and note their fields. Raises Unreadable.

        Where the list is refused, what was noted is forgotten: a field may have been shown that there is not.
        """
        order, before = _order(path), None
        try:
            for row in rows:
                if (place := _place(row, order)) is not None:
                    if before is not None and place > before:
                        raise Unreadable(f"The connector's list is not in the order that was asked for, {order}.")
                    before = place
                if DATE in row:  # what lacks that cannot be read, and nobody wants no more than it shows
                    self._note(path, row)
                    for line in row.get(LINES) or ():
                        self._note(LINES, line)
                yield row
        except Rejected:
            self._names.pop(path, None)
            self._names.pop(LINES, None)
            raise

    def _note(self, what: str, row: Mapping[str, Any]) -> None:
        self._names[what].update(name for name in row if "@" not in name and name != LINES)

    def _named(self, what: str) -> str:
        return ",".join(sorted(self._names[what], reverse=True))


def _order(path: str) -> str:
    return BY_DATE if path.endswith("/Orders") else NEWEST_FIRST


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
