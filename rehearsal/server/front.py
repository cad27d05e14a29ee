"""The front of served worlds: it owns the connections, and breaks, closes or stalls them where trouble was ordered.

An app says in `Delivery` how its answer is to travel; by then the world has let go of the call. Stalling is real time,
on the thread of the call alone: it ends when the caller has hung up, or the server is told to stop.
"""

import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from waitress.channel import ClientDisconnected
from waitress.task import ErrorTask, WSGITask

from connector.adapters.sockets import Yielding
from rehearsal.moments import NOW, shown_time
from rehearsal.wire.delivery import DELIVERY, LONGEST, Delivery

Wsgi = Callable[..., Iterable[bytes]]
LOOKS_UP: Final = 0.5  # seconds after which it is seen that a caller has hung up
_CONNECTION: Final = "rehearsal.connection"
AT_ONCE: Final = struct.pack("ii", 1, 0)  # a close that lingers for no time is a reset


class _Dated:
    """An answer, of whatever kind, with the time that it is at the server when its head goes out."""

    def build_response_header(self: Any) -> bytes:
        now: datetime | None = self.channel.server.now()
        if now is not None:
            self.response_headers.append((NOW, shown_time(now)))
        header: bytes = super().build_response_header()  # type: ignore[misc]  # waitress has no types
        return header


class _Error(_Dated, ErrorTask):  # type: ignore[misc]  # waitress has no types
    """What the server itself answers to a request that cannot be read."""


class _Task(_Dated, WSGITask):  # type: ignore[misc]  # waitress has no types
    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ[_CONNECTION] = self.channel.socket
        return environ


class Channel(Yielding):
    """A connection that answers can break."""

    task_class = _Task
    error_task_class = _Error


def fronted(app: Wsgi, stopping: threading.Event) -> Wsgi:
    """Return `app` with its answers delivered as they say; no answer is stalled once the event has come."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        delivery = environ[DELIVERY] = Delivery()
        body = app(environ, start_response)
        return body if delivery == Delivery() else _delivered(delivery, body, environ, stopping)

    return serve


def _delivered(
    delivery: Delivery, body: Iterable[bytes], environ: dict[str, Any], stopping: threading.Event
) -> Iterator[bytes]:
    def stall(span: timedelta) -> None:
        left = min(span, LONGEST).total_seconds()
        while left > 0 and not stopping.wait(min(left, LOOKS_UP)):
            left -= LOOKS_UP
            if environ["waitress.client_disconnected"]():
                raise ClientDisconnected

    stall(delivery.held)
    if delivery.reset:
        environ[_CONNECTION].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        raise ClientDisconnected
    rate = delivery.bytes_per_second
    for chunk in body:
        step = rate or len(chunk) or 1
        for start in range(0, len(chunk), step):
            yield chunk[start : start + step]
            if rate:
                stall(timedelta(seconds=1))
    if delivery.ends_early:
        raise ClientDisconnected
