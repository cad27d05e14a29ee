"""The gate every Open API call passes, in the platform's order of checks, with its codes, words and HTTP statuses.

    path, method, version; app_key; timestamp; sign, over the raw bytes; token; scope; shop_cipher; quota; body

Each refusal is a row of `GATE` (`mock_tiktok/errors.py`). What comes out is a `Call`: whose shop, which version, and
what was asked, still in the wire's own words. A query name that nobody reads is ignored (D47).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any, Final

from werkzeug.formparser import parse_form_data

from mock_tiktok import errors
from mock_tiktok.open_api.endpoints import Endpoint
from mock_tiktok.open_api.signing import verifies
from mock_tiktok.state.idempotency import LONGEST_KEY, Scope
from mock_tiktok.state.tokens import AppName
from mock_tiktok.usecases.market import DeveloperApp, Market
from mock_tiktok.usecases.shop import Shop

OLDEST: Final = timedelta(minutes=5).total_seconds()
NEWEST: Final = timedelta(seconds=30).total_seconds()
TOKEN_HEADER: Final = "x-tts-access-token"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came in: decoded query pairs, raw body, and the body that was signed."""

    path: str
    query: tuple[tuple[str, str], ...]
    token: str | None
    content_type: str
    body: bytes
    signed: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A request that passed. `ids` are the path's, `query` the endpoint's own, `body` the JSON object."""

    market: Market
    app: AppName
    shop: Shop
    version: str
    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: Json


Act = Callable[[Call], Json]
OtherClocks = Callable[[], Iterable[datetime]]


def invalid(name: str, where: str = "query parameter", why: str = "") -> errors.ApiError:
    """Return the platform's form for something in a request that is wrong, by name."""
    return errors.BAD_NAME(name=name, where=where, why=f". {why}" if why else "")


class Gateway:
    """Lets calls through to their use cases, or says why not.

    `other_clocks` says what other clocks than the world's show, that a caller may go by.
    """

    def __init__(self, market: Market, other_clocks: OtherClocks = tuple) -> None:
        self._market = market
        self._other_clocks = other_clocks

    def pass_on(self, endpoint: Endpoint, act: Act, received: Received, path: Mapping[str, str]) -> Json:
        """Check the request, act, and return the `data`; raise `ApiError` for whatever is refused."""
        version = path["version"]
        if version not in endpoint.versions:
            raise errors.NO_VERSION()
        query = dict(received.query)
        app = self._app(query)
        now = self._check_timestamp(query)
        self._check_sign(app, query, received)
        shop = self._shop(app, endpoint, query, received)
        app.tokens.calls[shop.shop_id].count(now, sandbox=shop.store.sandbox)
        if self._market.troubles.armed:
            self._market.troubles.check_call(shop.shop_id, endpoint.scope)
            act = self._troubled(endpoint, act)
        body = {} if endpoint.method == "GET" else _form(received) if endpoint.form else _body(received)
        ids = {name: value for name, value in path.items() if name != "version"}
        call = Call(self._market, app.name, shop, version, ids, _read(received.query, endpoint.query), body)
        key = query.get("idempotency_key")
        if key is None or not endpoint.takes_key:
            return act(call)
        if not 0 < len(key) <= LONGEST_KEY:
            raise invalid("idempotency_key", why=f"It takes 1 to {LONGEST_KEY} characters")
        scope = Scope(app.key, shop.shop_id, endpoint.operation, ids.get(endpoint.object_id, ""), key)
        return self._market.state.outcomes.once(scope, received.body if body else b"", partial(act, call))

    def _troubled(self, endpoint: Endpoint, act: Act) -> Act:
        """Return the act, refused where it decides on what is locked: what has had its outcome is told it again."""

        def decide(call: Call) -> Json:
            about = call.ids.get(endpoint.object_id) or call.body.get("order_id")
            self._market.troubles.check_decision(call.shop.shop_id, about)
            return act(call)

        return decide if endpoint.locks else act

    def _app(self, query: Mapping[str, str]) -> DeveloperApp:
        app = self._market.app_of(query.get("app_key"))
        if app is None:
            raise errors.APP_KEY()
        return app

    def _check_timestamp(self, query: Mapping[str, str]) -> float:
        """Return the present in Unix seconds; raise what is said to a timestamp that is not near it."""
        text = query.get("timestamp", "")
        if not (text.isascii() and text.isdecimal() and len(text) == 10):
            raise errors.BAD_TIMESTAMP()
        sent = int(text)
        now = self._market.callers_now.timestamp()
        if _is_near(sent, now):
            return now
        clocks = [now, *(clock.timestamp() for clock in self._other_clocks())]
        if not any(_is_near(sent, clock) for clock in clocks):
            nearest = min(clocks, key=lambda clock: abs(sent - clock))  # the one that the caller goes by
            raise (errors.OLD_TIMESTAMP if sent < nearest else errors.EARLY_TIMESTAMP)()
        return now

    def _check_sign(self, app: DeveloperApp, query: Mapping[str, str], received: Received) -> None:
        sign = query.get("sign", "")
        if not sign:
            raise errors.NO_SIGN()
        signed_body = b"" if received.content_type.startswith("multipart/form-data") else received.signed
        if not verifies(sign, app.secret, received.path, received.query, signed_body):
            raise errors.BAD_SIGN()

    def _shop(self, app: DeveloperApp, endpoint: Endpoint, query: Mapping[str, str], received: Received) -> Shop:
        if not received.token:
            raise errors.NO_TOKEN()
        shop_ids, scopes = app.tokens.shops_of(received.token, self._market.callers_now)
        if endpoint.scope not in scopes:
            raise errors.NO_SCOPE()
        shops = [self._market.shop(shop_id) for shop_id in shop_ids]
        cipher = query.get("shop_cipher")
        if endpoint.cipher == "none":
            if cipher is not None:
                raise errors.ODD_CIPHER()
        elif not cipher:
            if endpoint.cipher == "needed" or len(shops) > 1:
                raise errors.NO_CIPHER()
        else:
            shops = [shop for shop in shops if shop.cipher_for(app.name) == cipher]
            if not shops:
                raise errors.WRONG_CIPHER()
        return shops[0]


def _is_near(sent: int, now: float) -> bool:
    return now - OLDEST <= sent <= now + NEWEST


def _read(pairs: tuple[tuple[str, str], ...], known: frozenset[str]) -> dict[str, str]:
    """Return what an endpoint reads of the query, repeated names as the comma list that they stand for."""
    read: dict[str, str] = {}
    for name, value in pairs:
        if name in known:
            read[name] = f"{read[name]},{value}" if name in read else value
    return read


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form."""

    content: bytes


def _form(received: Received) -> Json:
    """Read a multipart form: its texts, and its files as `Upload`."""
    if received.content_type.split(";")[0].strip().lower() != "multipart/form-data":
        raise errors.BAD_FORMAT(why="Send multipart/form-data")
    of_wsgi = {"CONTENT_TYPE": received.content_type, "CONTENT_LENGTH": str(len(received.body))}
    _, fields, files = parse_form_data({**of_wsgi, "wsgi.input": BytesIO(received.body)})
    read: Json = fields.to_dict()
    for name, file in files.items():
        with file.stream as stream:
            read[name] = Upload(stream.read())
    return read


def _body(received: Received) -> Json:
    """Read the JSON body. Nothing, an empty object and PHP's empty array are the same empty object."""
    if not received.body.strip():
        return {}
    if received.content_type.split(";")[0].strip().lower() != "application/json":
        raise errors.BAD_FORMAT(why="Send application/json")
    try:
        text = received.body.decode(json.detect_encoding(received.body))
        body = json.loads(text)
        if "\\u" in text:  # half a character can only be spelt out
            json.dumps(body, ensure_ascii=False).encode()
    except UnicodeError:
        raise errors.NO_TEXT() from None
    except (ValueError, RecursionError):
        raise errors.BAD_FORMAT(why="The body is no JSON") from None
    if body == []:
        return {}
    if not isinstance(body, dict):
        raise errors.BAD_FORMAT(why="The body must be a JSON object")
    return body
