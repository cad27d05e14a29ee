"""Authorization codes and tokens, and how long each is good for, by the clock of those who call.

A marketplace has two developer apps: that of the connector, and one for the tools of whoever sets a stage. Each code
and each token belongs to one app, and to the other it is none. An authorization is a seller's: it goes by the first of
their shops, and its codes and tokens are good for all of them.

There are two kinds. *Shown* credentials are what a person copies out of the developer console: they follow from the
seed, the shop and the time alone, so looking at them changes nothing, what is shown is valid, and showing newer ones
ends none of the older. *Granted* tokens come from an exchange over HTTP, and a refresh ends the refresh token that was
granted before, after a grace (D38). Neither kind is ever ended by the other. A trouble ends the tokens of one app
before their time, shown ones too: then others are shown.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from mock_tiktok import errors
from mock_tiktok.state.quotas import Counted

ACCESS_LIFE: Final = timedelta(days=7)
REFRESH_LIFE: Final = timedelta(days=365)
CODE_LIFE: Final = timedelta(minutes=30)
LIVES: Final = (
    ("access token", ACCESS_LIFE, "NODE, PROBE", "documented"),
    ("refresh token", REFRESH_LIFE, "often quoted, never documented; ends after a use and a grace (D38)", "assumed"),
    ("auth code, once", CODE_LIFE, "FACT", "documented"),
)

USED_UP: Final = "used up"  # what has befallen a refresh token that was exchanged, and whose grace is over
SCOPES: Final = ("seller.authorization.info", "seller.order.info", "seller.return_refund.basic")


class AppName(StrEnum):
    """Whose a developer app is."""

    CONNECTOR = "connector"
    TOOLS = "tools"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What `Marketplace.credentials` shows: all three are valid now, and the code is unused."""

    access_token: str
    refresh_token: str
    auth_code: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What an exchange gives. The shop is the first of those that it is good for."""

    shop_id: str
    open_id: str
    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime
    scopes: tuple[str, ...] = SCOPES


class _Kind(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"
    CODE = "code"


_LIVES: Final = {_Kind.ACCESS: ACCESS_LIFE, _Kind.REFRESH: REFRESH_LIFE, _Kind.CODE: CODE_LIFE}
_LOOK_BACK: Final = {_Kind.ACCESS: 104, _Kind.REFRESH: 4, _Kind.CODE: 4}  # periods in which an old one is known
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


# fmt: off
# How a trouble ends tokens before their time, and what is said to each kind of them from then on.
ENDINGS: Final[Mapping[str, Mapping[_Kind, errors.Refusal]]] = {
    "token_revoked": {_Kind.ACCESS: errors.REVOKED_TOKEN},
    "token_expired": {_Kind.ACCESS: errors.EXPIRED_TOKEN},
    "refresh_ended": {_Kind.REFRESH: errors.EXPIRED_REFRESH},
    "deauthorised":  {_Kind.ACCESS: errors.REVOKED_TOKEN, _Kind.REFRESH: errors.BAD_REFRESH},
}
# fmt: on


@dataclass(frozen=True, slots=True)
class _Issued:
    shop_id: str  # the first of its authorization
    expires_at: datetime
    scopes: tuple[str, ...] = SCOPES
    granted: bool = False
    used: bool = False  # of a refresh token: its grace has begun
    ended: tuple[errors.Refusal, str] | None = None  # before its time: what is said to it, and by which trouble


class TokenStore:
    """Every code and token of one developer app, over all its shops."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._first: dict[str, str] = {}  # by shop, the first one under the same authorization
        self._issued: dict[tuple[_Kind, str], _Issued] = {}
        self._used_codes: dict[str, int] = {}
        self._exchanges: dict[str, int] = {}
        self._spent: set[str] = set()
        self.calls: dict[str, Counted] = {}  # by the shop they were made in
        # What has befallen the shown tokens of a kind and shop, one after the other: what is said to each, and why.
        self._shown_ended: dict[tuple[_Kind, str], list[tuple[errors.Refusal, str]]] = defaultdict(list)

    def add_shop(self, shop_id: str, beside: str | None = None) -> None:
        """Let a shop's seller authorize the app: by itself, or by the authorization under which another one stands."""
        self.calls[shop_id] = Counted()
        self._first[shop_id] = shop_id if beside is None else self._first[beside]
        self._used_codes.setdefault(self._first[shop_id], 0)
        self._exchanges.setdefault(self._first[shop_id], 0)

    def remove_shop(self, shop_id: str) -> None:
        """Forget a shop, and the codes and tokens that are good for it alone."""
        del self.calls[shop_id]
        if self._first.pop(shop_id) != shop_id:
            return
        del self._used_codes[shop_id], self._exchanges[shop_id]
        self._issued = {key: issued for key, issued in self._issued.items() if issued.shop_id != shop_id}
        for kind in _Kind:
            self._shown_ended.pop((kind, shop_id), None)

    def sharing(self, shop_id: str) -> tuple[str, ...]:
        """Return the shops under a shop's authorization, itself among them, oldest first."""
        return tuple(one for one, first in self._first.items() if first == self._first[shop_id])

    def shown(self, shop_id: str, now: datetime) -> Tokens:
        """Return credentials that are valid at `now`. Nothing changes by asking."""
        first, kinds = self._first[shop_id], (_Kind.ACCESS, _Kind.REFRESH, _Kind.CODE)
        return Tokens(*(self._shown(one, first, self._period(one, now), self._gone(one, first)) for one in kinds))

    def _gone(self, kind: _Kind, shop_id: str) -> int:
        """Return how many of what was shown before are no good any more: codes are used, tokens ended."""
        return self._used_codes[shop_id] if kind is _Kind.CODE else len(self._shown_ended.get((kind, shop_id), ()))

    def shops_of(self, access_token: str, now: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return which shops a token is good for and what it may do; raise what the gateway says of a bad one."""
        issued = self._good(_Kind.ACCESS, access_token, now, unknown=errors.BAD_TOKEN, expired=errors.EXPIRED_TOKEN)
        return self.sharing(issued.shop_id), issued.scopes

    def knows(self, access_token: str, now: datetime) -> bool:
        """Return whether an access token is this app's, be it good or not."""
        return self._find(_Kind.ACCESS, access_token, now) is not None

    def exchange(self, auth_code: str, now: datetime) -> Grant:
        """Exchange an authorization code, which ends it."""
        issued = self._find(_Kind.CODE, auth_code, now)
        if issued is None or auth_code in self._spent or now >= issued.expires_at:
            raise errors.BAD_AUTH_CODE()
        self._spent.add(auth_code)
        self._used_codes[issued.shop_id] += 1
        return self._grant(issued.shop_id, now)

    def refresh(self, refresh_token: str, now: datetime, grace: Callable[[str], timedelta]) -> Grant:
        """Exchange a refresh token for a new pair.

        One that was granted ends the shop's `grace` after its first use; the older access token lives out its life.
        """
        issued = self._good(
            _Kind.REFRESH, refresh_token, now, unknown=errors.BAD_REFRESH, expired=errors.EXPIRED_REFRESH
        )
        if issued.granted:
            ends = min(issued.expires_at, now.replace(microsecond=0) + grace(issued.shop_id))
            self._issued[_Kind.REFRESH, refresh_token] = replace(issued, expires_at=ends, used=True)
        return self._grant(issued.shop_id, now)

    def authorized_until(self, shop_id: str) -> datetime | None:
        """Return when the last refresh token that was granted for a shop ends; None where none was."""
        first = self._first[shop_id]
        granted = (
            issued.expires_at
            for (kind, _), issued in self._issued.items()
            if kind is _Kind.REFRESH and issued.shop_id == first and issued.granted and issued.ended is None
        )
        return max(granted, default=None)

    def end(self, how: str, trouble: str, shop_ids: Iterable[str]) -> list[str]:
        """End the tokens that are good for shops, as `ENDINGS` has it; those granted or shown later are good.

        Return all shops under their authorizations: the tokens are ended for each of them.
        """
        firsts = dict.fromkeys(self._first[shop_id] for shop_id in shop_ids)
        for first in firsts:
            for kind, said in ENDINGS[how].items():
                self._shown_ended[kind, first].append((said, trouble))
            for (kind, text), issued in self._issued.items():
                if issued.shop_id == first and (ended := ENDINGS[how].get(kind)):
                    self._issued[kind, text] = replace(issued, ended=(ended, trouble))
        return [shop_id for first in firsts for shop_id in self.sharing(first)]

    def _good(
        self, kind: _Kind, text: str, now: datetime, *, unknown: errors.Refusal, expired: errors.Refusal
    ) -> _Issued:
        """Return what a token stands for, or raise what is said of one that is no good."""
        issued = self._find(kind, text, now)
        if issued is None:
            raise unknown()
        if issued.ended is not None:
            said, trouble = issued.ended
            raise said(trouble=(trouble, issued.shop_id))
        if now >= issued.expires_at:
            raise expired(trouble=(USED_UP, issued.shop_id) if issued.used else None)
        return issued

    def _grant(self, shop_id: str, now: datetime) -> Grant:
        self._exchanges[shop_id] += 1
        number = self._exchanges[shop_id]
        start = now.replace(microsecond=0)
        tokens = {}
        for kind in (_Kind.ACCESS, _Kind.REFRESH):
            tokens[kind] = self._text(f"granted {kind}", shop_id, number)
            self._issued[kind, tokens[kind]] = _Issued(shop_id, start + _LIVES[kind], granted=True)
        return Grant(
            shop_id,
            open_id=self._digest("open id", shop_id, 0)[:28],
            access_token=tokens[_Kind.ACCESS],
            access_expires_at=start + ACCESS_LIFE,
            refresh_token=tokens[_Kind.REFRESH],
            refresh_expires_at=start + REFRESH_LIFE,
        )

    def _find(self, kind: _Kind, text: str, now: datetime) -> _Issued | None:
        """Look a token up. Shown ones follow from the time, so those still alive are worked out when first met."""
        if found := self._issued.get((kind, text)):
            return found
        now_period = self._period(kind, now)
        for shop_id in dict.fromkeys(self._first.values()):
            gone, ends = self._gone(kind, shop_id), self._shown_ended.get((kind, shop_id), ())
            for period in range(now_period, now_period - _LOOK_BACK[kind], -1):
                for count in range(gone + 1):
                    if text != self._shown(kind, shop_id, period, count):
                        continue
                    ended = ends[count] if count < len(ends) else None
                    issued = _Issued(shop_id, _EPOCH + period * (_LIVES[kind] / 2) + _LIVES[kind], ended=ended)
                    if kind is not _Kind.CODE:
                        self._issued[kind, text] = issued
                    return issued
        return None

    def _shown(self, kind: _Kind, shop_id: str, period: int, gone: int) -> str:
        """Return what is shown during one period: half a life long, so half a life is always left.

        A code that has been used, or a token that was ended, is replaced; each kind has a stream of its own.
        """
        return self._text(f"shown {kind}", f"{shop_id}|{gone}", period)

    def _period(self, kind: _Kind, now: datetime) -> int:
        return (now - _EPOCH) // (_LIVES[kind] / 2)

    def _text(self, purpose: str, whom: str, number: int) -> str:
        return f"ROW_{self._digest(purpose, whom, number)[:48]}"

    def _digest(self, purpose: str, whom: str, number: int) -> str:
        return hashlib.sha256(f"{self._seed}|{purpose}|{whom}|{number}".encode()).hexdigest()
