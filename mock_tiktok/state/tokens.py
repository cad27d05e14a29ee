"""Authorization codes and tokens, and how long each is good for, in the world's time.

There are two kinds. *Shown* credentials are what a person copies out of the developer console: they follow from the
seed, the shop and the time alone, so looking at them changes nothing, what is shown is valid, and showing newer ones
ends none of the older. *Granted* tokens come from an exchange over HTTP, and a refresh ends the refresh token that was
granted before, after a grace (D38). Neither kind is ever ended by the other. What a trouble ends before its time are
granted tokens, either those of the tools or all others; what is shown is the tools' and never ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from mock_tiktok.errors import ApiError

ACCESS_LIFE: Final = timedelta(days=7)  # NODE
REFRESH_LIFE: Final = timedelta(days=365)  # assumed: often quoted, never documented
CODE_LIFE: Final = timedelta(minutes=30)  # FACT

USED_UP: Final = "used up"  # what has befallen a refresh token that was exchanged, and whose grace is over
SCOPES: Final = (
    "seller.authorization.info",
    "seller.order.info",
    "seller.return_refund.basic",
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What `Marketplace.credentials` shows: all three are valid now, and the code is unused."""

    access_token: str
    refresh_token: str
    auth_code: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What an exchange gives."""

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
# What is said to a token that is no good. That of one that was taken away is not documented apart (assumed).
_SAID: Final[Mapping[int, tuple[str, int]]] = {
    105001: ("The 'x-tts-access-token' header is invalid: no such access_token.", 401),
    105002: ("The access_token in 'x-tts-access-token' has expired. Refresh it and retry.", 401),
    36004001: ("refresh_token has expired", 200),
    36004005: ("no related auth record for this refresh_token", 200),
}
# How a trouble ends tokens before their time, and what is said to each kind of them from then on.
ENDINGS: Final[Mapping[str, Mapping[_Kind, int]]] = {
    "token_revoked": {_Kind.ACCESS: 105001},
    "token_expired": {_Kind.ACCESS: 105002},
    "refresh_ended": {_Kind.REFRESH: 36004001},
    "deauthorised":  {_Kind.ACCESS: 105001, _Kind.REFRESH: 36004005},
}
# fmt: on


def _no_good(code: int, trouble: tuple[str, str] | None = None) -> ApiError:
    words, http_status = _SAID[code]
    return ApiError(code, words, http_status, trouble=trouble)


@dataclass(frozen=True, slots=True)
class _Issued:
    shop_id: str
    expires_at: datetime
    scopes: tuple[str, ...] = SCOPES
    granted: bool = False
    tools: bool = False  # granted to a tool of the stage's
    used: bool = False  # of a refresh token: its grace has begun
    ended: tuple[int, str] | None = None  # before its time: what is said to it, and the trouble that ended it


class TokenStore:
    """Every code and token of one developer app, over all its shops."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._shops: list[str] = []
        self._issued: dict[tuple[_Kind, str], _Issued] = {}
        self._used_codes: dict[str, int] = {}
        self._exchanges: dict[str, int] = {}
        self._spent: set[str] = set()

    def add_shop(self, shop_id: str) -> None:
        """Let a shop's seller authorize the app."""
        self._shops.append(shop_id)
        self._used_codes[shop_id] = 0
        self._exchanges[shop_id] = 0

    def remove_shop(self, shop_id: str) -> None:
        """Forget a shop, and the codes and tokens that it has given."""
        self._shops.remove(shop_id)
        del self._used_codes[shop_id], self._exchanges[shop_id]
        self._issued = {key: issued for key, issued in self._issued.items() if issued.shop_id != shop_id}

    def shown(self, shop_id: str, now: datetime) -> Tokens:
        """Return credentials that are valid at `now`. Nothing changes by asking."""
        return Tokens(
            access_token=self._shown(_Kind.ACCESS, shop_id, self._period(_Kind.ACCESS, now), 0),
            refresh_token=self._shown(_Kind.REFRESH, shop_id, self._period(_Kind.REFRESH, now), 0),
            auth_code=self._shown(_Kind.CODE, shop_id, self._period(_Kind.CODE, now), self._used_codes[shop_id]),
        )

    def shop_of(self, access_token: str, now: datetime) -> tuple[str, tuple[str, ...]]:
        """Return whose token it is and what it may do; raise what the gateway says of a bad one."""
        issued = self._good(_Kind.ACCESS, access_token, now, unknown=105001, expired=105002)
        return issued.shop_id, issued.scopes

    def exchange(self, auth_code: str, now: datetime, *, tools: bool = False) -> Grant:
        """Exchange an authorization code, which ends it; say whether it is a tool of the stage's that does."""
        issued = self._find(_Kind.CODE, auth_code, now)
        if issued is None or auth_code in self._spent or now >= issued.expires_at:
            raise ApiError(36004004, "invalid auth code", 200)
        self._spent.add(auth_code)
        self._used_codes[issued.shop_id] += 1
        return self._grant(issued.shop_id, now, tools)

    def refresh(self, refresh_token: str, now: datetime, grace: Callable[[str], timedelta]) -> Grant:
        """Exchange a refresh token for a new pair.

        One that was granted ends the shop's `grace` after its first use; the older access token lives out its life.
        """
        issued = self._good(_Kind.REFRESH, refresh_token, now, unknown=36004005, expired=36004001)
        if issued.granted:
            ends = min(issued.expires_at, now.replace(microsecond=0) + grace(issued.shop_id))
            self._issued[_Kind.REFRESH, refresh_token] = replace(issued, expires_at=ends, used=True)
        return self._grant(issued.shop_id, now, issued.tools or not issued.granted)

    def end(self, how: str, trouble: str, shop_id: str, *, tools: bool = False) -> None:
        """End the tokens that were granted for a shop, as `ENDINGS` has it; those granted later are good."""
        for (kind, text), issued in self._issued.items():
            concerned = issued.granted and issued.tools is tools and issued.shop_id == shop_id
            if concerned and (code := ENDINGS[how].get(kind)):
                self._issued[kind, text] = replace(issued, ended=(code, trouble))

    def _good(self, kind: _Kind, text: str, now: datetime, *, unknown: int, expired: int) -> _Issued:
        """Return what a token stands for, or raise what is said of one that is no good."""
        issued = self._find(kind, text, now)
        if issued is None:
            raise _no_good(unknown)
        if issued.ended is not None:
            code, trouble = issued.ended
            raise _no_good(code, (trouble, issued.shop_id))
        if now >= issued.expires_at:
            raise _no_good(expired, (USED_UP, issued.shop_id) if issued.used and not issued.tools else None)
        return issued

    def _grant(self, shop_id: str, now: datetime, tools: bool) -> Grant:
        self._exchanges[shop_id] += 1
        number = self._exchanges[shop_id]
        start = now.replace(microsecond=0)
        tokens = {}
        for kind in (_Kind.ACCESS, _Kind.REFRESH):
            tokens[kind] = self._text(f"granted {kind}", shop_id, number)
            self._issued[kind, tokens[kind]] = _Issued(shop_id, start + _LIVES[kind], granted=True, tools=tools)
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
        for shop_id in self._shops:
            used = self._used_codes[shop_id] if kind is _Kind.CODE else 0
            for period in range(now_period, now_period - _LOOK_BACK[kind], -1):
                if text in (self._shown(kind, shop_id, period, count) for count in range(used + 1)):
                    issued = _Issued(shop_id, _EPOCH + period * (_LIVES[kind] / 2) + _LIVES[kind])
                    if kind is not _Kind.CODE:
                        self._issued[kind, text] = issued
                    return issued
        return None

    def _shown(self, kind: _Kind, shop_id: str, period: int, used: int) -> str:
        """Return what is shown during one period: half a life long, so half a life is always left.

        A code that has been used is replaced; the codes have a stream of their own.
        """
        return self._text(f"shown {kind}", f"{shop_id}|{used}", period)

    def _period(self, kind: _Kind, now: datetime) -> int:
        return (now - _EPOCH) // (_LIVES[kind] / 2)

    def _text(self, purpose: str, whom: str, number: int) -> str:
        return f"ROW_{self._digest(purpose, whom, number)[:48]}"

    def _digest(self, purpose: str, whom: str, number: int) -> str:
        return hashlib.sha256(f"{self._seed}|{purpose}|{whom}|{number}".encode()).hexdigest()
