"""The front of served worlds, over real sockets: it resets, cuts and stalls the answers that say so, and no others.

So does its proxy: what leaves the door is what arrives.
"""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from waitress.trigger import trigger

from rehearsal.server.authority import Authority
from rehearsal.server.proxy import Proxy
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
    """A server whose answers travel as their path says, the road on which it is asked, and when it was asked."""

    def __init__(self, road: str = "straight") -> None:
        self.once = threading.Event()
        door, entrance = take("127.0.0.1", 0), take("127.0.0.1", 0)
        self.server = Served([Service(self.app, door, threads=4)], now=lambda: datetime(2031, 3, 3, 9, tzinfo=UTC))
        self.authority = Authority()
        self.proxy = Proxy(entrance, {"open-api.example": door.getsockname()}, self.authority)
        self.address = {"straight": origin(*door.getsockname())}.get(road, f"{road}://open-api.example")
        self.proxies = {} if road == "straight" else {road: origin(*entrance.getsockname())}
        self.server.start()
        self.proxy.start()

    def app(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.once.set()
        return answer(environ, start_response)

    def get(self, how: str, timeout: float = 30) -> requests.Response:
        known = str(self.authority.ca_file)
        return requests.get(f"{self.address}/{how}", timeout=timeout, proxies=self.proxies, verify=known)

    def stop(self) -> None:
        self.server.stop()
        self.proxy.stop()
        self.authority.close()


def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    name = environ["PATH_INFO"].strip("/")
    for field in ("held", "bytes_per_second", "ends_early", "reset"):
        setattr(environ[DELIVERY], field, getattr(HOW[name], field))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"abc" if name == "early" else b"abcde"]


@pytest.fixture(params=["straight", "https", "http"])
def served(request: pytest.FixtureRequest) -> Iterator[Asked]:
    asked = Asked(request.param)
    yield asked
    asked.stop()


@pytest.mark.parametrize("how", ["plain", "soon", "drip"])
def test_an_answer_that_is_late_arrives_whole(served: Asked, how: str) -> None:
    assert served.get(how).content == b"abcde"


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        ("reset", requests.ConnectionError, "reset by peer|without response"),  # the latter is Python's, over TLS
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


def head_of(served: Asked, said: bytes) -> bytes:
    """Return the head of the answer to a call that begins so."""
    where = urlsplit(served.address)
    with socket.create_connection((where.hostname, where.port), timeout=30) as asking:
        asking.sendall(said + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        return b"".join(iter(lambda: asking.recv(4096), b"")).partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize("served", ["straight"], indirect=True)
@pytest.mark.parametrize("request_line", [b"GET /plain HTTP/1.1", b"nonsense", b"GET /no-such HTTP/1.1"])
def test_every_answer_says_what_time_it_is(served: Asked, request_line: bytes) -> None:
    assert head_of(served, request_line).count(b"\r\nRehearsal-Now: 2031-03-03T09:00:00Z") == 1


@pytest.mark.parametrize("served", ["straight"], indirect=True)
@pytest.mark.parametrize("length", [b"9" * 5_000, b"-1", b"2.0"])
def test_a_length_that_is_none_is_a_bad_request(served: Asked, length: bytes) -> None:
    head = head_of(served, b"GET /plain HTTP/1.1\r\nContent-Length: " + length)
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_a_server_that_stops_waits_for_no_answer_that_is_stalled() -> None:
    served, seen = Asked(), list[bytes]()
    thread = threading.Thread(target=lambda: seen.append(served.get("late").content))
    thread.start()
    assert served.once.wait(30)
    served.stop()
    thread.join(30)
    assert seen == [b"abcde"]


def test_it_stops_also_where_its_loop_was_awake_already(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else wakes it between the word that it is to close and the call that would have woken it."""
    server = Served([Service(lambda environ, start_response: [], take("127.0.0.1", 0))])
    pulled = trigger._physical_pull

    def late(one: trigger) -> None:
        pulled(one)
        server._thread.join(20)
        pulled(one)

    monkeypatch.setattr(trigger, "_physical_pull", late)
    server.start()
    server.stop()
    assert not server._thread.is_alive()
