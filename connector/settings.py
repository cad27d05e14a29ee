"""The connector's settings: all that a deployed connector and a rehearsed one may differ in."""

from __future__ import annotations

import base64
import binascii
import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from connector.errors import BadSettings

T = TypeVar("T")
PREFIX: Final = "CONNECTOR_"
NEEDED: Final = ("database_url", "app_key", "app_secret")
SECRET_KEYS: Final = "CONNECTOR_SECRET_KEYS"
NO_KEYS: Final = "is not set; it takes keys of 32 bytes in base64, as `openssl rand -base64 32` makes one"
RENAMED: Final = {"PATIENCE": "HTTP_TIMEOUT", "HISTORY": "BACKFILL", "ROUND_EVERY": "POLL_INTERVAL"}
ANSWERS: Final = ("approve", "reject")
LONGEST: Final = 20 * 366 * 86_400  # seconds; whoever means more has mistyped
ANSWERABLE: Final = ("REFUND", "RETURN_AND_REFUND", "CANCEL")


@dataclass(frozen=True, slots=True)
class Settings:
    """Durations are simulated ones, except `http_timeout`: how long a call may take on the wire."""

    database_url: str = field(repr=False)
    app_key: str
    app_secret: str = field(repr=False)
    tiktok_url: str = "https://open-api.tiktokglobalshop.com"
    tiktok_auth_url: str = "https://auth.tiktok-shops.com"
    public_url: str | None = None  # links in responses begin with it; else with the address that was called
    poll_interval: timedelta = timedelta(minutes=15)
    overlap: timedelta = timedelta(hours=1)  # assumed; searches were seen to lag by half an hour and more (OBS-BR)
    backfill: timedelta = timedelta(days=60)  # assumed: how far back a shop's first round reads
    page_size: int = 50
    refresh_before: timedelta = timedelta(hours=1)
    warn_before: timedelta = timedelta(hours=2)
    access_token_life: timedelta = timedelta(hours=1)
    refresh_token_unused: timedelta = timedelta(days=90)  # "three months unused", the stricter reading
    http_timeout: timedelta = timedelta(seconds=30)
    default_answers: Mapping[str, str] = field(default_factory=dict)  # for shops without their own; empty is off
    host: str = "127.0.0.1"
    port: int = 8080
    threads: int = 8
    staff_password: str | None = field(default=None, repr=False)  # HTTP Basic, any user name, for the pages
    secret_keys: tuple[str, ...] = field(default=(), repr=False)  # the first seals, all open
    purge_after: timedelta = timedelta(days=90)
    webhook_url: str | None = None  # where the marketplace is to send its hints; nowhere when it is not set
    oms_webhook_url: str | None = None  # where an OMS is told; nowhere when it is not set
    oms_webhook_secret: str = field(default="", repr=False)
    pages_open: bool = False  # pages without a password: for a stage, never for a deployment

    def __post_init__(self) -> None:
        if self.oms_webhook_url is not None and not self.oms_webhook_secret:
            raise BadSettings(PREFIX + "OMS_WEBHOOK_SECRET", "is needed to sign what goes to the OMS's webhook")
        for kind, answer in self.default_answers.items():
            check_default_answer(kind, answer, setting=PREFIX + "DEFAULT_ANSWERS")

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read `CONNECTOR_*` variables; durations are whole seconds. Raises BadSettings naming the variable."""
        source = os.environ if env is None else env
        _refuse_unknown(source)
        given: dict[str, Any] = {}
        for name, (read, _) in SETTINGS.items():
            raw = source.get(PREFIX + name.upper(), "").strip()
            if raw:
                given[name] = read_as(read, PREFIX + name.upper(), raw)
        missing = [PREFIX + name.upper() for name in NEEDED if name not in given]
        if missing:
            raise BadSettings(", ".join(missing), "is not set" if len(missing) == 1 else "are not set")
        return cls(**given)


def _refuse_unknown(env: Mapping[str, str]) -> None:
    """Refuse old names and what is nearly a setting; what is nothing like one may be somebody else's (a cluster's)."""
    known = [name.upper() for name in SETTINGS]
    for variable in sorted(env):
        name = variable.removeprefix(PREFIX)
        if name == variable or name in known:
            continue
        if name in RENAMED:
            raise BadSettings(variable, f"this setting is called {PREFIX}{RENAMED[name]} now")
        if near := difflib.get_close_matches(name, [*known, *RENAMED], n=1, cutoff=0.8):
            meant = RENAMED.get(near[0], near[0])
            raise BadSettings(variable, f"there is no such setting; did you mean {PREFIX}{meant}?")


def check_default_answer(kind: str, answer: str, *, setting: str) -> None:
    if kind not in ANSWERABLE:
        raise BadSettings(setting, f"{kind!r} is not one of {', '.join(ANSWERABLE)}")
    if answer not in ANSWERS:
        raise BadSettings(setting, f"{answer!r} is not one of {', '.join(ANSWERS)}")


def read_answers(raw: str) -> dict[str, str]:
    """Read `REFUND=reject,CANCEL=approve`."""
    pairs = [part.partition("=") for part in raw.split(",") if part.strip()]
    answers = {kind.strip(): answer.strip() for kind, _, answer in pairs}
    if len(answers) < len(pairs):
        raise ValueError("names a kind twice")
    return answers


def _keys(raw: str) -> tuple[str, ...]:
    """Read `KEY,KEY`; what is wrong with one is said without showing it."""
    keys = tuple(key.strip() for key in raw.split(","))
    for number, key in enumerate(keys, 1):
        try:
            length = len(base64.b64decode(key.replace("-", "+").replace("_", "/"), validate=True))
        except (binascii.Error, ValueError):
            length = 0
        if length != 32:
            of_several = f"key {number} of {len(keys)} " if len(keys) > 1 else ""
            raise ValueError(f"{of_several}is not 32 bytes in base64; `openssl rand -base64 32` makes a key")
    return keys


def _address(raw: str) -> str:
    wrong = ValueError(
        "must begin with http:// or https://, name a host, have 255 characters at most "
        "and be without blanks and signs that do not show"
    )
    try:
        parts = urlsplit(raw)
        named = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        raise wrong from None
    if not named or len(raw) > 255 or " " in raw or not raw.isprintable():
        raise wrong
    if "#" in raw or "@" in parts.netloc:
        raise ValueError("must have no user, password or fragment (#), which are not sent")
    return raw


def _origin(raw: str) -> str:
    if "?" in raw:
        raise ValueError("must have no query (?): it is what addresses begin with")
    return _address(raw).rstrip("/")


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(raw: str) -> int:
        if not (raw.isascii() and raw.isdecimal() and len(raw) < 20 and least <= int(raw) <= most):
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(raw)

    return read


def _seconds(least: int) -> Callable[[str], timedelta]:
    whole = _whole(least, LONGEST)
    return lambda raw: timedelta(seconds=whole(raw))


def _flag(raw: str) -> bool:
    if raw.lower() not in ("true", "false"):
        raise ValueError("must be true or false")
    return raw.lower() == "true"


def read_as(read: Callable[[str], T], setting: str, raw: str) -> T:
    """Return what `read` makes of a setting or an argument. Raises BadSettings naming it."""
    try:
        raw.encode()  # bytes that are no text come as lone surrogates, which nothing can keep or send
        return read(raw)
    except UnicodeEncodeError:
        raise BadSettings(setting, "is not text in UTF-8") from None
    except ValueError as error:
        raise BadSettings(setting, str(error)) from error


# How each of them is read, and what it is for, as `connector --help` says it.
SETTINGS: Final[dict[str, tuple[Callable[[str], Any], str]]] = {
    "database_url": (str, "SQLAlchemy's URL of the database; has to be set"),
    "app_key": (str, "the developer app at TikTok Shop; has to be set"),
    "app_secret": (str, "its secret; has to be set"),
    "tiktok_url": (_origin, "TikTok Shop's Open API"),
    "tiktok_auth_url": (_origin, "TikTok Shop's token server"),
    "public_url": (
        _origin,
        "what links in answers begin with and the name it is known by; else the address that was called",
    ),
    "poll_interval": (_seconds(1), "seconds from one round of a shop to the next"),
    "overlap": (_seconds(0), "seconds that a round reads again of what the last one has read"),
    "backfill": (_seconds(0), "seconds that a shop's first round looks back"),
    "page_size": (_whole(10, 50), "objects on a page that TikTok Shop is asked for"),
    "refresh_before": (_seconds(0), "seconds before its end at which a shop's token is renewed"),
    "warn_before": (_seconds(0), "seconds before a deadline at which its order page warns"),
    "access_token_life": (_seconds(1), "seconds that an OMS's access token is good for"),
    "refresh_token_unused": (_seconds(1), "seconds unused after which its refresh token is not"),
    "http_timeout": (_seconds(1), "seconds that TikTok Shop has for an answer"),
    "default_answers": (read_answers, "for shops without their own, e.g. REFUND=reject,CANCEL=approve"),
    "host": (str, "address that `serve` listens on"),
    "port": (_whole(0, 65535), "port that `serve` listens on; 0 takes a free one and says which"),
    "threads": (_whole(1, 256), "calls that `serve` answers at a time"),
    "staff_password": (str, "for the order pages, with any user name; without it they are closed"),
    "secret_keys": (
        _keys,
        "32 bytes in base64, several with commas: the first seals tokens, all open them; not for `clients`",
    ),
    "purge_after": (
        _seconds(1),
        "seconds after an order's last event at which its names, addresses, e-mail and buyer are removed",
    ),
    "webhook_url": (
        _address,
        "where TikTok Shop reaches /webhooks/tiktok, to be asked for hints; else it is not asked",
    ),
    "oms_webhook_url": (
        _address,
        "where the OMS is told of refunds and cancellations that begin or end; else it is not told",
    ),
    "oms_webhook_secret": (str, "what is told there is signed with; has to be set with the address"),
    "pages_open": (_flag, "true: order pages without a password, never for a deployment"),
}


def explained() -> str:
    """Say all settings: the variable, what it is for, what it is when it is not set."""
    defaults = {field_.name: field_.default for field_ in fields(Settings)}
    lines = []
    for name, (_, meaning) in SETTINGS.items():
        default = defaults[name]
        shown = int(default.total_seconds()) if isinstance(default, timedelta) else default
        known = shown not in (None, MISSING, ()) and not isinstance(shown, bool)
        lines.append(f"  {PREFIX}{name.upper()}\n      {meaning}{f' [{shown}]' if known else ''}")
    return "\n".join(lines)
