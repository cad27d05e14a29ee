"""What is to happen by itself, when, and in which order. Entries are data; whoever owns the agenda knows their meaning.

A subject has at most one entry per kind: putting a second one replaces the first. So a deadline that moves is put
again, one that is met is dropped, and nothing is ever searched for.
"""

import heapq
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

MARKETPLACE: Final = "marketplace"
OPERATOR: Final = "operator"
BUYER: Final = "buyer"
COURIER: Final = "courier"

RANK_DEADLINE: Final = 0
RANK_STEP: Final = 1
RANK_PEOPLE: Final = 3
RANK_WEBHOOK: Final = 4


class Due(NamedTuple):
    """When somebody next wants to act; sorts in the order of acting."""

    at: datetime
    rank: int
    number: int


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """One thing that is due, as people read it."""

    at: datetime
    who: str
    what: str
    return_id: str | None = None
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Fired:
    """One thing that has happened by itself."""

    at: datetime
    who: str
    what: str
    changed: bool
    return_id: str | None = None
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is due: `kind` says which act, `subject` on what."""

    due: Due
    who: str
    kind: str
    subject: str
    shop_id: str
    what: str
    return_id: str | None = None


class Agenda:
    """All that is due, soonest first."""

    def __init__(self) -> None:
        self._numbers = 0
        self._heap: list[Due] = []
        self._entries: dict[int, Entry] = {}
        self._number_of: dict[tuple[str, str], int] = {}

    def put(
        self,
        kind: str,
        subject: str,
        *,
        at: datetime,
        rank: int,
        who: str,
        what: str,
        shop_id: str,
        return_id: str | None = None,
    ) -> None:
        """Have `kind` happen to `subject` at `at`, instead of whenever it was to happen before."""
        self.drop(kind, subject)
        self._numbers += 1
        due = Due(at, rank, self._numbers)
        self._entries[due.number] = Entry(due, who, kind, subject, shop_id, what, return_id)
        self._number_of[kind, subject] = due.number
        heapq.heappush(self._heap, due)

    def drop(self, kind: str, subject: str) -> None:
        """Have `kind` not happen to `subject` after all."""
        number = self._number_of.pop((kind, subject), None)
        if number is not None:
            del self._entries[number]

    def next(self) -> Entry | None:
        """Return what is due first."""
        while self._heap and self._heap[0].number not in self._entries:
            heapq.heappop(self._heap)
        return self._entries[self._heap[0].number] if self._heap else None

    def take(self, now: datetime) -> Entry:
        """Take out what is due first, at or before `now`."""
        entry = self.next()
        if entry is None or entry.due.at > now:
            raise LookupError("Nothing is due.")
        heapq.heappop(self._heap)
        self.drop(entry.kind, entry.subject)
        return entry

    def entries(self) -> list[Entry]:
        """Return all of it, soonest first."""
        return sorted(self._entries.values(), key=lambda entry: entry.due)
