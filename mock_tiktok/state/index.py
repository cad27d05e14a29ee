"""A shelf keeps frozen values by id, with sorted indexes, so that a page and a total cost the same at any size.

Every value is listed by its two times, once among all and once among those of its status. A search that asks for
nothing, for a stretch of the time it sorts by, for some ids, or for one status reads these lists directly; any other
combination looks at what the narrowest list holds.
"""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

from mock_tiktok.domain.searches import Page, PageRequest, Sort, SortField, TimeRange
from mock_tiktok.errors import INVALID


class Dated(Protocol):
    """What a shelf can keep."""

    @property
    def created_at(self) -> datetime: ...
    @property
    def updated_at(self) -> datetime: ...
    @property
    def status(self) -> str: ...


T = TypeVar("T", bound=Dated)
Key = tuple[int, str]
FIELDS: Final[tuple[SortField, SortField]] = ("create_time", "update_time")
_ALL: Final = ""
_OPAQUE: Final = b"\xfb\xff\xbf"  # so that every page token has `+` and `/`, as those of the marketplace may (C2)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _key(value: Dated, field: SortField, id: str) -> Key:
    return (_seconds(value.created_at if field == "create_time" else value.updated_at), id)


@dataclass(frozen=True)
class Query(Generic[T]):
    """A search in the shelf's terms. `ids` narrows to those; `rest` decides what no index can."""

    created: TimeRange
    updated: TimeRange
    ids: Sequence[str] | None = None
    statuses: tuple[str, ...] = ()
    rest: Callable[[T], bool] | None = None


class Shelf(Generic[T]):
    """Frozen values by id."""

    def __init__(self, name: str = "") -> None:
        self._name = name  # a page token is good in the shelf of this name alone
        self._values: dict[str, T] = {}
        self._lists: dict[tuple[SortField, str], list[Key]] = {}
        self.followers: tuple[Behind[T], ...] = ()

    def __iter__(self) -> Iterator[T]:
        return iter(self._values.values())

    def __len__(self) -> int:
        return len(self._values)

    def get(self, id: str) -> T | None:
        """Return the value of that id, if there is one."""
        return self._values.get(id)

    def put(self, id: str, value: T) -> None:
        """Keep the value, instead of the one before."""
        old = self._values.get(id)
        for field in FIELDS:
            key = _key(value, field, id)
            if old is not None:
                old_key = _key(old, field, id)
                if old_key != key:
                    self._move(field, _ALL, old_key, key)
                if old_key != key or old.status != value.status:
                    self._drop(field, old.status, old_key)
                    insort(self._list(field, value.status), key)
            else:
                insort(self._list(field, _ALL), key)
                insort(self._list(field, value.status), key)
        self._values[id] = value
        for behind in self.followers:
            behind.news.append((id, value))

    def search(
        self, query: Query[T], sort: Sort, page: PageRequest, by_place: Callable[[], bool] = lambda: False
    ) -> Page[T]:
        """Return one page, which goes on behind the last entry of the one before, whatever has come or gone meanwhile.

        Where that is at another place by now, `by_place` is asked whether it goes on at the same place instead.
        """
        keys, low, high = self._matching(query, sort.field)
        total = high - low
        passed = 0  # of what is found, in the direction of the search
        if (last := _read_token(page.token, sort, self._name)) is not None:
            (seconds, id), place = last
            at = bisect_left(keys, (seconds, id + "\0" if sort.ascending else id), low, high)
            passed = at - low if sort.ascending else high - at
            if passed != place and by_place():
                passed = min(place, total)
        if sort.ascending:
            chosen = keys[low + passed : min(high, low + passed + page.size)]
        else:
            chosen = keys[max(low, high - passed - page.size) : high - passed][::-1]
        passed += len(chosen)
        token = _write_token(chosen[-1], passed, sort, self._name) if passed < total and chosen else ""
        return Page(tuple(self._values[id] for _, id in chosen), total, token)

    def touch(self, id: str, at: datetime) -> None:
        """Have a value changed anew, in nothing but when that was."""
        self.put(id, replace(self._values[id], updated_at=at))  # type: ignore[type-var] # all of them are dataclasses

    def followed(self, number: str, by: timedelta) -> Behind[T]:
        """Have an older state of the shelf kept from now on, which learns of everything `by` later."""
        behind = Behind(self, number, by)
        self.followers += (behind,)
        return behind

    def copy(self) -> Shelf[T]:
        """Return a shelf with the same values."""
        copied: Shelf[T] = Shelf(self._name)
        copied._values = dict(self._values)
        copied._lists = {name: list(keys) for name, keys in self._lists.items()}
        return copied

    def _matching(self, query: Query[T], field: SortField) -> tuple[list[Key], int, int]:
        """Return a sorted list and the stretch of it that matches."""
        own, other = (query.created, query.updated) if field == "create_time" else (query.updated, query.created)
        direct = query.ids is None and query.rest is None and other.is_all and len(query.statuses) <= 1
        if direct:
            keys = self._lists.get((field, query.statuses[0] if query.statuses else _ALL), [])
            return keys, *_stretch(keys, own)
        found = sorted(_key(value, field, id) for id, value in self._candidates(query) if _fits(value, query))
        return found, 0, len(found)

    def _candidates(self, query: Query[T]) -> Iterable[tuple[str, T]]:
        if query.ids is not None:
            for id in dict.fromkeys(query.ids):
                if (value := self._values.get(id)) is not None:
                    yield id, value
            return
        stretches = [
            (keys, *_stretch(keys, times))
            for field, times in zip(FIELDS, (query.created, query.updated), strict=True)
            for keys in [self._lists.get((field, query.statuses[0] if len(query.statuses) == 1 else _ALL), [])]
        ]
        keys, low, high = min(stretches, key=lambda stretch: stretch[2] - stretch[1])
        for _, id in keys[low:high]:
            yield id, self._values[id]

    def _list(self, field: SortField, status: str) -> list[Key]:
        return self._lists.setdefault((field, status), [])

    def _move(self, field: SortField, status: str, old: Key, new: Key) -> None:
        self._drop(field, status, old)
        insort(self._list(field, status), new)

    def _drop(self, field: SortField, status: str, key: Key) -> None:
        keys = self._list(field, status)
        del keys[bisect_left(keys, key)]


class Behind(Generic[T]):
    """A shelf as it was a while ago."""

    def __init__(self, shelf: Shelf[T], number: str, by: timedelta) -> None:
        self.number = number
        self.shown = shelf.copy()
        self.news: deque[tuple[str, T]] = deque()  # what it has yet to learn
        self._shelf = shelf
        self._by = by

    def differs(self, now: datetime) -> bool:
        """Bring it up to what it knows at `now`; return whether the shelf itself knows more."""
        while self.news and self.news[0][1].updated_at + self._by <= now:
            self.shown.put(*self.news.popleft())
        return bool(self.news)

    def leave(self) -> None:
        """Follow the shelf no more."""
        self._shelf.followers = tuple(other for other in self._shelf.followers if other is not self)


def _fits(value: T, query: Query[T]) -> bool:
    return (
        (not query.statuses or value.status in query.statuses)
        and query.created.holds(value.created_at)
        and query.updated.holds(value.updated_at)
        and (query.rest is None or query.rest(value))
    )


def _stretch(keys: list[Key], times: TimeRange) -> tuple[int, int]:
    low = 0 if times.ge is None else bisect_left(keys, (_seconds(times.ge), ""))
    high = len(keys) if times.lt is None else bisect_left(keys, (_seconds(times.lt), ""))
    return low, max(low, high)


def _write_token(last: Key, place: int, sort: Sort, shelf: str) -> str:
    text = f"{sort.field}|{'ASC' if sort.ascending else 'DESC'}|{last[0]}|{last[1]}|{place}|{shelf}"
    return base64.b64encode(_OPAQUE + text.encode()).decode()


def _read_token(token: str, sort: Sort, shelf: str) -> tuple[Key, int] | None:
    """Return behind which entry a page goes on, and how many there were up to it."""
    if not token:
        return None
    try:
        text = base64.b64decode(token, validate=True).removeprefix(_OPAQUE).decode("ascii")
        field, direction, seconds, id, place, of = text.split("|")
        last = (int(seconds), id), int(place)
    except (binascii.Error, ValueError):
        raise INVALID(what="page_token") from None
    if of != shelf:
        raise INVALID(what="page_token belongs to another search")
    if (field, direction) != (sort.field, "ASC" if sort.ascending else "DESC"):
        raise INVALID(what="page_token belongs to another sort order")
    return last
