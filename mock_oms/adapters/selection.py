"""How an OMS asks that says which fields it wants, and in which order: all that it has seen, by their names."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mock_oms.errors import Unreadable

LINES: Final = "Items"  # which orders come with


class Selection:
    """The fields that lists of the connector have shown: from then on they are asked for by name, the last ones first.

    `order` is that of the rows: "ID", or "ID desc".
    """

    def __init__(self, order: str, seen: defaultdict[str, set[str]]) -> None:
        self._order = order
        self._names = seen  # by the list's address

    def worded(self, path: str, query: Mapping[str, str]) -> dict[str, str]:
        """Return the query with what it says of fields and order."""
        asked = {**query, "$orderby": self._order}
        if self._names[path]:
            asked["$select"] = self._named(path)
        if asked.get("$expand") == LINES and self._names[LINES]:
            asked["$expand"] = f"{LINES}($select={self._named(LINES)})"
        return asked

    def checked(self, path: str, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield rows that come in the order that was asked for, and note their fields. Raises Unreadable."""
        before, falls = None, self._order.endswith("desc")
        for row in rows:
            number = row.get("ID")
            if isinstance(number, int):
                if before is not None and number != before and (number < before) is not falls:
                    raise Unreadable(f"The connector's list is not in the order that was asked for, {self._order}.")
                before = number
            self._note(path, row)
            for line in row.get(LINES) or ():
                self._note(LINES, line)
            yield row

    def _note(self, what: str, row: Mapping[str, Any]) -> None:
        self._names[what].update(name for name in row if "@" not in name and name != LINES)

    def _named(self, what: str) -> str:
        return ",".join(sorted(self._names[what], reverse=True))
