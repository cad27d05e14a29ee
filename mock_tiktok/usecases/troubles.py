"""What can go wrong at the marketplace itself, apart from what callers do: begun and ended by whoever sets a stage.

    search_lag     {by}           searches find what was there a while ago; details, and what is counted, do not lag
    pages_move     {entries}      of what a page shows that is not the last, so much is changed again at once
    pages_by_place {}             a page goes on at a place in the list, whatever has moved there meanwhile
    pages_short    {entries}      a page holds so many entries at most (None: half of what it could), and others follow
    locked         {return_id}    a return or cancellation takes no decision, an order no request of the seller's
    quota          {calls, per}   a shop's calls beyond that many in that time are refused
    scope_removed  {scope}        tokens lack the scope
    token_revoked, token_expired, refresh_ended, deauthorised
                                  end, once, the tokens of one app (`state/tokens.py`), with all that they are good for

A trouble bites only on calls made inside `during`, which names those that may: its caller decides whom it concerns,
and is asked at the instant when one would make a difference. A call that nobody has armed for pays nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, TypeVar

from mock_tiktok.domain.searches import Page, PageRequest, Sort
from mock_tiktok.errors import LOCKED, NO_SCOPE, SANDBOX_QUOTA, TOO_MANY, BadValue, UnknownId
from mock_tiktok.state.index import Behind, Dated, Query, Shelf
from mock_tiktok.state.marketplace import MarketplaceState
from mock_tiktok.state.platform import Platform
from mock_tiktok.state.tokens import ENDINGS, SCOPES, USED_UP, AppName
from mock_tiktok.state.troubles import Trouble

Strikes = Callable[[str], bool]  # told the shop; returns whether it is to strike
T = TypeVar("T", bound=Dated)

# What each kind is told.
KINDS: Final[Mapping[str, frozenset[str]]] = {
    "search_lag": frozenset({"by"}),
    "pages_move": frozenset({"entries"}),
    "pages_by_place": frozenset(),
    "pages_short": frozenset({"entries"}),
    "locked": frozenset({"return_id"}),
    "quota": frozenset({"calls", "per"}),
    "scope_removed": frozenset({"scope"}),
    **dict.fromkeys(ENDINGS, frozenset()),
}
HOUR: Final = timedelta(hours=1)
_NOBODY: Final[Mapping[str, Strikes]] = MappingProxyType({})


class Troubles:
    """The troubles of one marketplace."""

    def __init__(self, state: MarketplaceState, platform: Platform) -> None:
        self._state = state
        self._platform = platform
        self.armed: Mapping[str, Strikes] = _NOBODY
        self.shut_out: Callable[[str], None] = lambda shop_id: None  # hears whose refresh token is used up
        self.deauthorized: Callable[[AppName, str], None] = lambda app, shop_id: None  # hears whom a seller shuts out

    def begin(
        self, number: str, kind: str, *, shop_id: str | None = None, app: AppName = AppName.CONNECTOR, **told: Any
    ) -> None:
        """Begin a trouble, in one shop or in all; a kind that ends tokens has ended the app's when this returns.

        Raise BadValue for what cannot be meant, UnknownId for a shop that is not there: nothing has changed then.
        """
        self._check(kind, told)
        if shop_id is not None and shop_id not in self._state.shops:
            raise UnknownId("shop", shop_id)
        shops = [store for store in self._state.shops.values() if shop_id in (None, store.shop_id)]
        trouble = self._state.troubles[number] = Trouble(number, kind, shop_id, told)
        if kind in ENDINGS:
            ended = self._state.tokens[app].end(kind, number, [store.shop_id for store in shops])
            for one in ended if kind == "deauthorised" else ():
                self.deauthorized(app, one)
        for store in shops:
            if kind == "search_lag":
                shelves: Iterable[Shelf[Any]] = (store.orders, store.returns, store.cancellations)
                trouble.behind += [shelf.followed(number, told["by"]) for shelf in shelves]

    def end(self, number: str) -> None:
        """End a trouble, if there is such a one; tokens that it has ended stay so."""
        trouble = self._state.troubles.pop(number, None)
        for behind in trouble.behind if trouble else ():
            behind.leave()

    @contextmanager
    def during(self, armed: Mapping[str, Strikes]) -> Iterator[None]:
        """Have these troubles bite, by number, on calls made inside; each is asked when it would, and may decline."""
        before, self.armed = self.armed, armed
        try:
            yield
        finally:
            self.armed = before

    # what is asked while a call is answered

    def met(self, number: str, shop_id: str) -> None:
        """Say that a call has met what a trouble did, or a refresh token that is used up."""
        if number == USED_UP:
            self.shut_out(shop_id)
        elif strikes := self.armed.get(number):
            strikes(shop_id)

    def check_call(self, shop_id: str, scope: str) -> None:
        """Raise what the gateway says to a call that a lost scope or a used-up quota refuses."""
        for trouble, strikes in self._armed("scope_removed", shop_id):
            if trouble.told["scope"] == scope and strikes(shop_id):
                raise NO_SCOPE()
        for trouble, strikes in self._armed("quota", shop_id):
            since, calls = trouble.counted.get(shop_id, (self._platform.now, 0))
            if self._platform.now - since >= trouble.told["per"]:
                since, calls = self._platform.now, 0
            if calls >= trouble.told["calls"] and strikes(shop_id):
                raise (SANDBOX_QUOTA if trouble.told["per"] == HOUR else TOO_MANY)()
            trouble.counted[shop_id] = since, calls + 1

    def check_decision(self, shop_id: str, id: object) -> None:
        """Raise what is said to a decision on a claim, or a request for an order, that somebody else has locked."""
        for trouble, strikes in self._armed("locked", shop_id):
            if trouble.told["return_id"] == id and strikes(shop_id):
                raise LOCKED()

    def search(self, shop_id: str, shelf: Shelf[T], query: Query[T], sort: Sort, page: PageRequest) -> Page[T]:
        """Return one page of a search, and have what it shows move on, as these troubles want it."""

        def by_place() -> bool:
            return any(strikes(shop_id) for _, strikes in self._armed("pages_by_place", shop_id))

        searched, now = self._searched(shop_id, shelf), self._platform.now
        found = searched.search(query, sort, page, by_place)
        for trouble, strikes in self._armed("pages_short", shop_id):
            size = trouble.told["entries"] or len(found.items) // 2
            if 0 < size < len(found.items) and strikes(shop_id):
                found = searched.search(query, sort, replace(page, size=size), by_place)
        for trouble, strikes in self._armed("pages_move", shop_id) if found.next_token else ():
            older = (_id(one) for one in found.items if one.updated_at < now)
            ids = list(islice(older, trouble.told["entries"]))
            if ids and strikes(shop_id):
                for id in ids:
                    shelf.touch(id, now)
        return found

    def _searched(self, shop_id: str, shelf: Shelf[T]) -> Shelf[T]:
        """Return what a search reads: the shelf, or an older state of it that differs."""
        for trouble, strikes in self._armed("search_lag", shop_id):
            followers: list[Behind[T]] = [behind for behind in shelf.followers if behind.number == trouble.number]
            for behind in followers:
                if behind.differs(self._platform.now) and strikes(shop_id):
                    return behind.shown
        return shelf

    def _armed(self, kind: str, shop_id: str) -> Iterator[tuple[Trouble, Strikes]]:
        for number, strikes in self.armed.items():
            trouble = self._state.troubles.get(number)
            if trouble and trouble.kind == kind and trouble.shop_id in (None, shop_id):
                yield trouble, strikes

    def _check(self, kind: str, told: Mapping[str, Any]) -> None:
        if kind not in KINDS:
            raise BadValue("kind", f"{kind!r} is none of the marketplace's troubles: {', '.join(KINDS)}")
        for name in sorted(KINDS[kind] ^ told.keys()):
            raise BadValue(name, f"is not for {kind}" if name in told else f"is missing; {kind} needs it")
        for name in ("by", "per"):
            if told.get(name, HOUR) <= timedelta(0):
                raise BadValue(name, "must be longer than PT0S")
        if told.get("calls", 0) < 0:
            raise BadValue("calls", "must be 0 or more")
        if (entries := told.get("entries")) is not None and entries < 1:
            raise BadValue("entries", "must be 1 or more")
        if "scope" in told and told["scope"] not in SCOPES:
            raise BadValue("scope", f"{told['scope']!r} is none of {', '.join(SCOPES)}")


def _id(value: Any) -> str:
    """Return by what a shelf knows an order, a return or a cancellation."""
    return str(next(getattr(value, name) for name in ("return_id", "cancel_id", "id") if hasattr(value, name)))
