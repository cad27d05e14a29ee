"""TikTok Shop's Open API as the connector calls it: signing, one attempt per call, paging, and telling errors apart.

Every call ends in a value, in `Unavailable` (try later; `acted` when it may have had its effect) or in `Refused`
(the marketplace's own code and words). What the documents mean is `wire`'s part. Nothing secret and nothing of
a buyer reaches a log: a failed call is logged by its path, code and request id only.
"""

import hashlib
import hmac
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import partial, wraps
from typing import Any, Final, NoReturn, TypeVar
from urllib.parse import quote_plus

import orjson
import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from connector.adapters import json_text
from connector.adapters.logs import discreet
from connector.adapters.tiktok import shapes, wire
from connector.adapters.tiktok.codes import Reading, reading
from connector.domain.decisions import CancelOrder, Decision
from connector.domain.site import Claim, ClaimKind, ReturnRecords, SiteOrder
from connector.errors import Busy, Refused, TooMuch, Unavailable
from connector.ports import Access, AuthorizedShop, Clock, Grant
from connector.settings import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")

ORDERS: Final = "/order/202309/orders"
DETAILS_AT_ONCE: Final = 50
PAGES_AT_MOST: Final = 10_000

SEARCHED: Final = {
    ClaimKind.RETURN: (wire.RETURNS, "return_orders", wire.returned),
    ClaimKind.CANCELLATION: (wire.CANCELLATIONS, "cancellations", wire.cancellation),
}

REFUSALS: Final[Mapping[Reading, type[Refused]]] = {Reading.BUSY: Busy, Reading.TOO_MUCH: TooMuch}
LONGEST_WORDS: Final = 1_000
_seconds: Final = re.compile(r"[0-9]{1,10}").fullmatch  # longer than 300 years is nothing sensible
REMEMBERED: Final = 500  # documents of one list
LARGEST_KNOWN: Final = 16_384  # bytes


def sign(secret: str, path: str, query: Mapping[str, str], body: bytes) -> str:
    """Sign a request: path, sorted query without `sign` and `access_token`, and the very bytes of the body."""
    parts = "".join(f"{key}{query[key]}" for key in sorted(query) if key not in ("sign", "access_token"))
    text = secret.encode() + f"{path}{parts}".encode() + body + secret.encode()
    return hmac.digest(secret.encode(), text, "sha256").hex()


@dataclass(frozen=True, slots=True)
class TikTok:
    """One developer app's view of the marketplace."""

    http: requests.Session
    clock: Clock
    settings: Settings
    # What the last search of a shop's list has shown, by the documents' marks; the next search of it forgets the rest.
    _shown: dict[tuple[str, str], dict[bytes, Any]] = field(default_factory=dict, init=False, repr=False, compare=False)

    # --- tokens ---
    def exchange_code(self, auth_code: str) -> Grant:
        return self._token("get", {"auth_code": auth_code, "grant_type": "authorized_code"})

    def refresh(self, refresh_token: str) -> Grant:
        return self._token("refresh", {"refresh_token": refresh_token, "grant_type": "refresh_token"})

    def shops(self, access_token: str) -> list[AuthorizedShop]:
        data = self._call("GET", "/authorization/202309/shops", Access(cipher="", access_token=access_token))
        return _read(wire.shops, data)

    def notify(self, shop: Access, topic: str, address: str) -> None:
        self._call("PUT", "/event/202309/webhooks", shop, body={"address": address, "event_type": topic})

    # --- reading ---
    def orders_since(self, shop: Access, since: datetime | None) -> Iterator[SiteOrder]:
        return self._each(f"{ORDERS}/search", shop, _updated_since(since), "orders", self._once(wire.order, shop))

    def claims_since(self, shop: Access, kind: ClaimKind, since: datetime | None) -> Iterator[Claim]:
        path, name, read = SEARCHED[kind]
        return self._each(f"{path}/search", shop, _updated_since(since), name, self._once(read, shop))

    def orders(self, shop: Access, order_ids: Sequence[str]) -> list[SiteOrder]:
        found: list[SiteOrder] = []
        for start in range(0, len(order_ids), DETAILS_AT_ONCE):
            ids = ",".join(order_ids[start : start + DETAILS_AT_ONCE])
            documents = _read(wire.details, self._call("GET", ORDERS, shop, {"ids": ids}))
            found += [order for document in documents if (order := _read_or_skip(wire.order, document))]
        return found

    def claims(
        self, shop: Access, kind: ClaimKind, *, ids: Sequence[str] = (), order_ids: Sequence[str] = ()
    ) -> list[Claim]:
        own = "return_ids" if kind is ClaimKind.RETURN else "cancel_ids"
        filters = {own: list(ids), "order_ids": list(order_ids)}
        path, name, read = SEARCHED[kind]
        asked = {name: values for name, values in filters.items() if values}
        return list(self._each(f"{path}/search", shop, asked, name, read))

    def records(self, shop: Access, return_id: str) -> ReturnRecords:
        return _read(wire.records, self._call("GET", f"{wire.RETURNS}/{return_id}/records", shop))

    def reject_reasons(self, shop: Access, claim_id: str) -> list[str]:
        data = self._call("GET", "/return_refund/202309/reject_reasons", shop, {"return_or_cancel_id": claim_id})
        return _read(wire.reasons, data)

    def refundable(self, shop: Access, order_id: str, line_ids: Sequence[str], reason: str) -> Decimal:
        asked = {"order_id": order_id, "request_type": "REFUND", "reason_name": reason}
        body = {**asked, "order_line_item_ids": list(line_ids)}
        data = self._call("POST", "/return_refund/202309/refunds/calculate", shop, body=body)
        return _read(wire.refund_total, data)

    # --- writing ---
    def send(self, shop: Access, decision: Decision, *, claim_id: str | None, key: str) -> str | None:
        path, document = wire.request(decision, claim_id)
        query = {} if isinstance(decision, CancelOrder) else {"idempotency_key": key}
        data = self._call("POST", path, shop, query, body=document)
        return _read(partial(wire.made, decision), data)

    # --- how it travels ---
    def _once(self, read: Callable[[wire.Json], T], shop: Access) -> Callable[[wire.Json], T]:
        """Return a reader for one search of a list that understands a document once, if the last search has shown it.

        A round reads again the hour before it, in which little has changed.
        """
        before = self._shown.get((read.__name__, shop.cipher), {})
        shown = self._shown[read.__name__, shop.cipher] = {}

        @wraps(read)  # its name is what a log calls it by
        def known(document: wire.Json) -> T:
            mark = _mark(document)
            if mark is None:
                return read(document)
            value: T = before[mark] if mark in before else read(document)
            if len(shown) < REMEMBERED:
                shown[mark] = value
            return value

        return known

    def _each(
        self, path: str, shop: Access, filters: Mapping[str, Any], name: str, read: Callable[[wire.Json], T]
    ) -> Iterator[T]:
        """Yield every object that can be read; one that cannot holds up no other, and is told at the end."""
        unread = 0
        for documents in self._pages(path, shop, filters, name):
            for document in documents:
                value = _read_or_skip(read, document)
                if value is None:
                    unread += 1
                else:
                    yield value
        if unread:
            raise Unavailable(f"{unread} of the {name} cannot be read.", acted=False)

    def _pages(self, path: str, shop: Access, filters: Mapping[str, Any], name: str) -> Iterator[list[Any]]:
        """Yield the pages; they are whole only when they hold as many objects as the marketplace counts.

        One that is seen twice counts once: what is changed while it is paged moves to the end, and another one into
        its place, past us.
        """
        query = {"page_size": str(self.settings.page_size), "sort_field": "update_time", "sort_order": "ASC"}
        seen: set[str] = set()
        shown: set[str] = set()
        for _ in range(PAGES_AT_MOST):
            data = self._call("POST", path, shop, query, body=filters)
            documents, total, token = _read(partial(wire.page, name=name), data)
            yield documents
            if documents:
                shown.update(str(wire.id_of(document, name)) for document in documents)
            if not token:
                if len(shown) < total:
                    raise Unavailable(f"The pages show {len(shown)} of {total} {name}.", acted=False)
                return
            if token in seen:
                raise Unavailable("The marketplace gave the same page token twice.", acted=False)
            seen.add(token)
            query = {**query, "page_token": token}
        raise Unavailable(f"The {name} have no end after {PAGES_AT_MOST} pages.", acted=False)

    def _token(self, verb: str, params: Mapping[str, str]) -> Grant:
        path = f"/api/v2/token/{verb}"
        query = {"app_key": self.settings.app_key, "app_secret": self.settings.app_secret, **params}
        data = self._exchange("GET", self.settings.tiktok_auth_url, path, query, headers={}, content=b"")
        return _read(wire.grant, data)

    def _call(
        self, method: str, path: str, shop: Access, query: wire.Json = wire.NONE, *, body: wire.Json | None = None
    ) -> wire.Json:
        content = b"" if body is None else json_text.written(body)
        signed = {
            **query,
            "app_key": self.settings.app_key,
            "timestamp": str(int(self.clock.now().timestamp())),
            **({"shop_cipher": shop.cipher} if shop.cipher else {}),
        }
        signed["sign"] = sign(self.settings.app_secret, path, signed, content)
        headers = {"x-tts-access-token": shop.access_token, "Content-Type": "application/json"}
        return self._exchange(method, self.settings.tiktok_url, path, signed, headers=headers, content=content)

    def _exchange(
        self, method: str, origin: str, path: str, query: wire.Json, *, headers: Mapping[str, str], content: bytes
    ) -> wire.Json:
        request = requests.PreparedRequest()  # in its final form already, and what was signed goes out unaltered
        request.method, request.url, request.body = method, f"{origin}{path}?{_query(query)}", content or None
        request.headers = CaseInsensitiveDict(headers)
        if content:
            request.headers["Content-Length"] = str(len(content))
        # The adapter itself, not the session: what a session adds is following redirects and keeping cookies.
        http, patience = self.http, self.settings.http_timeout.total_seconds()
        try:
            adapter = http.get_adapter(request.url)
            verify = True if http.verify is None else http.verify
            response = adapter.send(request, timeout=patience, verify=verify, cert=http.cert)
            content = response.content
        except requests.ConnectTimeout as error:
            raise Unavailable("No connection to the marketplace.", acted=False) from error
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            log.warning("%s %s: %s", method, path, type(error).__name__)
            raise Unavailable(f"No answer from the marketplace ({type(error).__name__}).", acted=True) from None
        return _data(method, path, response, content, self.clock.now())


def _mark(document: wire.Json) -> bytes | None:
    """Return by what a document is known again; None of one that is large, or that its text does not tell wholly.

    A number beyond all bounds is written as null, so one that has a null in it is read anew.
    """
    try:
        text = orjson.dumps(document)
    except TypeError:
        return None
    told = len(text) <= LARGEST_KNOWN and b"null" not in text
    return hashlib.blake2b(text, digest_size=16).digest() if told else None


def _read(read: Callable[[wire.Json], T], document: wire.Json) -> T:
    """Understand a document, or say that it cannot be: a response that lacks what it must have is none."""
    try:
        return read(document)
    except (ValueError, LookupError, TypeError, ArithmeticError, AttributeError, RecursionError) as error:
        log.error("%s: a document cannot be read: %s", getattr(read, "__name__", "response"), error)
        raise Unavailable(f"An answer of the marketplace cannot be read: {error}.", acted=True) from None


def _read_or_skip(read: Callable[[wire.Json], T], document: wire.Json) -> T | None:
    """Understand a document; None, and a line in the log, where it cannot be."""
    try:
        return _read(read, document)
    except Unavailable:
        return None


def _query(query: wire.Json) -> str:
    """Write a query; its names are plain words, and most of its values need no escape."""
    return "&".join(f"{name}={_escaped(value)}" for name, value in query.items())


def _escaped(value: str) -> str:
    return value if value.isascii() and value.replace("_", "").isalnum() else quote_plus(value)


def _updated_since(since: datetime | None) -> dict[str, Any]:
    return {} if since is None else {"update_time_ge": int(since.timestamp())}


def _data(method: str, path: str, response: requests.Response, content: bytes, now: datetime) -> wire.Json:
    """Open the envelope, or say what kind of failure this is."""
    status = response.status_code
    if 300 <= status < 400:
        log.warning("%s %s: HTTP %s", method, path, status)
        raise Unavailable(f"HTTP {status}: a redirect, which is not followed.", acted=True)
    try:
        envelope = _read_json(content.decode(json.detect_encoding(content), "surrogatepass"))
        code, words = envelope["code"], _printable(envelope.get("message"))
        if type(code) is not int:
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        log.warning("%s %s: HTTP %s without a readable answer", method, path, status)
        wait = _retry_after(response, now)
        raise Unavailable(f"HTTP {status} without a readable answer.", acted=status != 429, retry_after=wait) from None
    if code == 0 and 200 <= status < 300:
        return _read(_payload, envelope)
    log.warning("%s %s: HTTP %s code %s request %r", method, path, status, code, envelope.get("request_id"))
    raise _failure(response, code, discreet(words), now)  # it may repeat what it was sent, and this is kept and shown


def _payload(envelope: wire.Json) -> wire.Json:
    shapes.SUCCESS.check(envelope)
    data: wire.Json = envelope["data"]
    return data


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_read_json: Final = json.JSONDecoder(parse_constant=_no_constant).decode


def _printable(words: object) -> str:
    """Return the marketplace's words as any database can keep them."""
    text = str(words or "")[:LONGEST_WORDS]
    return text.encode(errors="replace").decode().replace("\x00", "")


def _failure(response: requests.Response, code: int, words: str, now: datetime) -> Unavailable | Refused:
    meant, reported = reading(code, response.status_code, words), f"{code}: {words}"
    if meant is Reading.STALE:
        return Unavailable(reported, acted=False, stale_token=True)
    if meant is Reading.LATER:
        return Unavailable(reported, acted=False, retry_after=_retry_after(response, now))
    if meant is Reading.UNSURE:
        return Unavailable(reported, acted=True, retry_after=_retry_after(response, now))
    return REFUSALS.get(meant, Refused)(code, words)


def _retry_after(response: requests.Response, now: datetime) -> timedelta | None:
    """Return how long the marketplace asks us to wait; None where it does not say, or says nothing sensible."""
    asked = response.headers.get("Retry-After", "").strip()
    if _seconds(asked):
        return timedelta(seconds=int(asked))
    try:
        until = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return None
    return max(until.replace(tzinfo=until.tzinfo or UTC) - now, timedelta(0))
