"""The wire: production host names lead to the players, in the same process or through sockets.

A player in this process makes its calls with the `requests.Session` it was handed, which takes each straight to the
WSGI app of the host and raises what requests raises in life: an unknown host is a ConnectionError. Environment
variables and proxies are never looked at, and no call ever leaves for a real host. Whoever comes over sockets finds the
same app behind `recorded`.
"""

import io
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import cached_property, lru_cache
from http.client import responses
from typing import Any, Final
from urllib.parse import quote, unquote

import requests
from requests.adapters import BaseAdapter
from requests.cookies import RequestsCookieJar
from requests.structures import CaseInsensitiveDict

from rehearsal.contract.openapi import Contract
from rehearsal.wire.delivery import DELIVERY
from rehearsal.wire.recorder import Call, Endpoint, Recorder, Response

_PATH_SAFE: Final = "/()'$,:;=@!*+&"
WsgiApp = Callable[..., Iterable[bytes]]
Write = Callable[[bytes], Any]
Headers = list[tuple[str, str]]


def run_wsgi(app: WsgiApp, environ: dict[str, Any]) -> Response:
    """Call a WSGI app and collect its response."""
    head: list[Any] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> Write:
        if exc_info and head:
            head.clear()
        head.extend((status, headers))
        return written.append

    written: list[bytes] = []
    chunks = app(environ, start_response)
    try:
        body = b"".join((*written, *chunks))
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    code, _, reason = head[0].partition(" ")
    return Response(int(code), reason, head[1], body)


def _environ(call: Call) -> dict[str, Any]:
    host, _, port = call.host.partition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": call.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(call.path, "latin-1") if "%" in call.path else call.path,
        "QUERY_STRING": call.query,
        "RAW_URI": f"{call.path}?{call.query}" if call.query else call.path,
        "SERVER_NAME": host,
        "SERVER_PORT": port or ("443" if call.scheme == "https" else "80"),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        # What is said to be sent is read, as over a socket: who counts otherwise than in bytes loses the end.
        "CONTENT_LENGTH": call.headers.get("content-length") or str(len(call.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": call.scheme,
        "wsgi.input": io.BytesIO(call.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "rehearsal.exchange_id": call.exchange_id,
    }
    for name, value in call.headers.items():
        if name == "content-type":
            environ["CONTENT_TYPE"] = value
        elif name != "content-length":
            environ[_variable(name)] = value
    environ.setdefault("HTTP_HOST", call.host)
    return environ


@lru_cache(maxsize=256)
def _variable(header: str) -> str:
    """Return the name that WSGI has for a header."""
    return "HTTP_" + header.upper().replace("-", "_")


Boundary = Callable[[str, Call, Endpoint], None]


class Wire:
    """The wire in process."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._endpoints: dict[str, Endpoint] = {}
        # Who is to hear, by caller, of each call of theirs: "before" it leaves, and "after" its response has come.
        self.boundaries: Final[dict[str, Boundary]] = {}

    def mount(self, *hosts: str, name: str, contract: Contract, app: WsgiApp) -> None:
        """Have `hosts` lead to `app`; a host that led elsewhere leads here from now on."""
        self.lead(*hosts, to=Endpoint(name, contract, lambda call: run_wsgi(app, _environ(call))))

    def lead(self, *hosts: str, to: Endpoint) -> None:
        """Have `hosts` lead to an endpoint, whoever is behind it."""
        self._endpoints.update(dict.fromkeys(hosts, to))

    def endpoint(self, host: str) -> Endpoint | None:
        """Return who is behind a host name."""
        return self._endpoints.get(host)

    def session(self, caller: str) -> requests.Session:
        """Return a session whose calls are those of `caller`."""
        session, adapter = requests.Session(), _InProcess(caller, self._recorder, self)
        session.trust_env = False
        for prefix in list(session.adapters):
            session.adapters[prefix].close()
            session.mount(prefix, adapter)
        return session


class _InProcess(BaseAdapter):
    def __init__(self, caller: str, recorder: Recorder, wire: Wire) -> None:
        super().__init__()
        self._caller = caller
        self._recorder = recorder
        self._wire = wire

    def send(
        self, request: requests.PreparedRequest, stream: bool = False, timeout: Any = None, *args: Any, **kwargs: Any
    ) -> requests.Response:
        scheme, _, rest = (request.url or "").partition("#")[0].partition("://")
        address, _, query = rest.partition("?")
        host, _, path = address.partition("/")
        endpoint = self._wire.endpoint(host)
        if endpoint is None:
            raise requests.ConnectionError(f"no such host: {host}", request=request)
        headers = {name: _text(value) for name, value in request.headers.lower_items()}
        body = _bytes(request.body)
        method, patience = request.method or "GET", _patience(timeout)
        call = Call(self._caller, method, host, f"/{path}", query, headers, body, scheme=scheme, patience=patience)
        boundary = self._wire.boundaries.get(self._caller)
        if boundary is not None:
            boundary("before", call, endpoint)
        try:
            received = self._recorder.exchange(call, endpoint)
        except requests.RequestException as failure:
            failure.request = request
            raise
        if boundary is not None:
            boundary("after", call, endpoint)
        if call.fault is not None and (more := _missing(received)):
            words = f"Connection broken: IncompleteRead({len(received.body)} bytes read, {more} more expected)"
            raise requests.exceptions.ChunkedEncodingError(words, request=request)
        return _Received(request, received)

    def close(self) -> None:
        """Nothing is open."""


class _Received(requests.Response):
    """A response of the wire: read already. What few look at, headers and cookies, is made when somebody does."""

    def __init__(self, request: requests.PreparedRequest, received: Response) -> None:
        self.request = request
        self.url = request.url or ""
        self.status_code = received.status
        self.reason = received.reason
        self.history = []
        self.elapsed = timedelta(0)
        self._received = received
        self._content = received.body
        self._content_consumed = True
        self._next = None

    @cached_property
    def headers(self) -> CaseInsensitiveDict[str]:  # type: ignore[override]
        return CaseInsensitiveDict(self._received.headers)

    @cached_property
    def encoding(self) -> str | None:  # type: ignore[override]
        return _encoding(self.headers.get("content-type", ""))

    @cached_property
    def raw(self) -> io.BytesIO:  # type: ignore[override]
        return io.BytesIO(self._received.body)

    @cached_property
    def cookies(self) -> RequestsCookieJar:  # type: ignore[override]
        return RequestsCookieJar()


def recorded(
    app: WsgiApp,
    *,
    recorder: Recorder,
    name: str,
    contract: Contract,
    guard: Callable[[], AbstractContextManager[Any]],
    caller: str = "outside",
    seated: Callable[[str, Mapping[str, str]], str | None] = lambda query, headers: None,
    boundary: Boundary = lambda when, call, endpoint: None,
) -> WsgiApp:
    """Return `app` as it is reached over sockets: each call is judged and recorded like any other.

    `guard` is held for the length of each call (the world's lock: one writer per world). Whoever `seated` finds, by the
    query and the headers, to sit on a seat is judged as one of ours (D40); everybody else is the `caller` from outside.
    `boundary` hears of each call before and after. Where a front takes the call, it is told how the answer is to be
    delivered.
    """

    def recording(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = _headers(environ)
        query = environ.get("QUERY_STRING", "")
        whose = seated(query, headers)
        call = Call(
            whose or caller,
            environ["REQUEST_METHOD"],
            environ.get("HTTP_HOST", environ["SERVER_NAME"]),
            quote((environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "/")).encode("latin-1"), safe=_PATH_SAFE),
            query,
            headers,
            body,
            outside=whose is None,
            from_afar=True,
            scheme=environ["wsgi.url_scheme"],
            delivery=environ.get(DELIVERY),
        )

        def handler(sent: Call) -> Response:
            asked = {"wsgi.input": io.BytesIO(body), "rehearsal.exchange_id": sent.exchange_id}
            return run_wsgi(app, environ | asked)

        try:
            with guard():
                boundary("before", call, endpoint := Endpoint(name, contract, handler))
                response = recorder.exchange(call, endpoint)
                boundary("after", call, endpoint)
        except requests.RequestException:  # what the link did, as one in the same process would see it
            if call.delivery is None:
                raise
            call.delivery.reset = True
            response = Response(502, "", [], b"")
        if call.delivery is not None and call.fault is not None:
            call.delivery.ends_early = bool(_missing(response))
        start_response(f"{response.status} {response.reason or responses.get(response.status, '')}", response.headers)
        return [response.body]

    return recording


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """Return a request's headers, their names in lower case."""
    headers = {key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    return headers


def _missing(response: Response) -> int:
    """Return how many bytes were announced that do not come."""
    return max(0, int(response.folded.get("content-length", "0")) - len(response.body))


@lru_cache(maxsize=16)
def _patience(timeout: float | tuple[float | None, float | None] | None) -> timedelta | None:
    """Return how long a caller waits for an answer that gave requests this time-out; None: for ever."""
    seconds = timeout[1] if isinstance(timeout, tuple) else timeout
    return None if seconds is None else timedelta(seconds=seconds)


@lru_cache(maxsize=256)
def _encoding(content_type: str) -> str | None:
    return requests.utils.get_encoding_from_headers(CaseInsensitiveDict({"content-type": content_type}))


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else b"".join(body)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
