"""The front of served worlds, over real sockets: it resets, cuts and stalls the answers that say so, and no others."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from rehearsal.server.sockets import Served, Service, origin, take
from rehearsal.wire.delivery import DELIVERY, Delivery

SOON, LATE = timedelta(seconds=0.05), timedelta(minutes=5)
HOW = {
    "plain": Delivery(),
    "reset": Delivery(reset=True),
    "early": Delivery(ends_early=True),
    "soon": Delivery(held=SOON),
    "late": Delivery(held=LATE),
    "drip": Delivery(bytes_per_second=5),
    "slow": Delivery(bytes_per_second=1),
}


class Asked:
    """A server whose answers travel as their path says, and when it was asked."""

    def __init__(self) -> None:
        self.once = threading.Event()
        taken = take("127.0.0.1", 0)
        self.address = origin(*taken.getsockname())
        self.server = Served([Service(self.app, taken, threads=4)], now=lambda: datetime(2031, 3, 3, 9, tzinfo=UTC))
        self.server.start()

    def app(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.once.set()
        return answer(environ, start_response)

    def get(self, how: str, timeout: float = 30) -> requests.Response:
        return requests.get(f"{self.address}/{how}", timeout=timeout)


def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    name = environ["PATH_INFO"].strip("/")
    for field in ("held", "bytes_per_second", "ends_early", "reset"):
        setattr(environ[DELIVERY], field, getattr(HOW[name], field))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"abc" if name == "early" else b"abcde"]


@pytest.fixture
def served() -> Iterator[Asked]:
    asked = Asked()
    yield asked
    asked.server.stop()


@pytest.mark.parametrize("how", ["plain", "soon", "drip"])
def test_an_answer_that_is_late_arrives_whole(served: Asked, how: str) -> None:
    assert served.get(how).content == b"abcde"


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        ("reset", requests.ConnectionError, "reset by peer"),
        ("early", requests.exceptions.ChunkedEncodingError, "3 bytes read, 2 more expected"),
        ("late", requests.ReadTimeout, "timed out"),
        ("slow", requests.ConnectionError, "timed out"),
    ],
)
def test_what_its_caller_sees_is_what_a_network_does(
    served: Asked, how: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        served.get(how, timeout=0.2)
    assert served.get("plain").content == b"abcde", "and only of that call"


@pytest.mark.parametrize("request_line", [b"GET /plain HTTP/1.1", b"nonsense", b"GET /no-such HTTP/1.1"])
def test_every_answer_says_what_time_it_is(served: Asked, request_line: bytes) -> None:
    where = urlsplit(served.address)
    with socket.create_connection((where.hostname, where.port), timeout=30) as asking:
        asking.sendall(request_line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        head = b"".join(iter(lambda: asking.recv(4096), b"")).partition(b"\r\n\r\n")[0]
    assert head.count(b"\r\nRehearsal-Now: 2031-03-03T09:00:00Z") == 1


def test_a_server_that_stops_waits_for_no_answer_that_is_stalled() -> None:
    served, seen = Asked(), list[bytes]()
    thread = threading.Thread(target=lambda: seen.append(served.get("late").content))
    thread.start()
    assert served.once.wait(30)
    served.server.stop()
    thread.join(30)
    assert seen == [b"abcde"]
