"""Calls over sockets whose time-out is for the call as a whole: connecting, asking, and the answer to its last byte.

`requests` limits each wait for a byte, so that an answer of one byte a second never ends, and not how much comes. A
session that has been made `patient` raises the same ReadTimeout or ConnectionError, but when the time is over: by
whichever clock it is told; and TooLarge where an answer, unpacked, is larger than any that is meant.
"""

import io
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from http.client import HTTPResponse
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Timeout

Seconds = Callable[[], float]
LARGEST: Final = 64 * 2**20  # bytes; assumed: 100 orders of 500 units, as many as the stage shows, take 38 MB


class TooLarge(requests.RequestException):
    """An answer is larger than any that is meant; the rest of it is not read."""


def patient(session: requests.Session, now: Seconds = time.monotonic) -> requests.Session:  # noqa: TID251 - how long an answer takes on a socket is for the machine's clock to say
    """Return the session, its plain adapters replaced; whatever else is mounted keeps its own time."""
    for prefix, adapter in list(session.adapters.items()):
        if type(adapter) is HTTPAdapter:
            session.mount(prefix, _Patient(now))
    return session


class _Patient(HTTPAdapter):
    def __init__(self, now: Seconds) -> None:
        super().__init__()
        self._now = now

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        return super().send(request, *args, **{**options, "timeout": Timeout(total=options.get("timeout"))})

    def build_response(self, *args: Any) -> requests.Response:
        response = super().build_response(*args)
        response.__class__ = _Bounded  # whose content requests reads when it has been built, in a place of its own
        return response

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        if not isinstance(pool.ConnectionCls, partial):
            pool.ConnectionCls = partial(_connection, pool.ConnectionCls, self._now)
        return pool


class _Bounded(requests.Response):
    """An answer whose content ends where it is too large; all that reads it reads these pieces."""

    def iter_content(self, *args: Any, **options: Any) -> Iterator[Any]:
        size = 0
        for piece in super().iter_content(*args, **options):
            size += len(piece)
            if size > LARGEST:
                self.close()
                raise TooLarge(f"an answer of more than {LARGEST} bytes")
            yield piece


def _connection(kind: Callable[..., Any], now: Seconds, **options: Any) -> Any:
    connection = kind(**options)
    connection.response_class = partial(_Answer, now=now)
    return connection


class _Answer(HTTPResponse):
    """An answer that is read from a socket whose time-out is what is left of the call's time: so urllib3 leaves it."""

    def __init__(self, sock: socket.socket, *args: Any, now: Seconds, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        left = sock.gettimeout()
        if left is not None:
            source: Any = self.fp
            self.fp = io.BufferedReader(_Until(sock, source.detach(), now() + left, now))


class _Until(io.RawIOBase):
    """What comes from a socket, until its time is over."""

    def __init__(self, sock: socket.socket, source: io.RawIOBase, until: float, now: Seconds) -> None:
        self._sock, self._source, self._until, self._now = sock, source, until, now

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        while (left := self._until - self._now()) > 0:
            self._sock.settimeout(left)
            with suppress(TimeoutError):
                return self._sock.recv_into(buffer)
        raise TimeoutError("the answer takes too long")

    def close(self) -> None:
        self._source.close()
        super().close()
