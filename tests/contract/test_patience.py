"""Both players that call others: a time-out is for the whole call, and a redirect is an answer like any other."""

import gzip
import io
import json
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
import requests

from connector.adapters import patience as connectors
from mock_oms.adapters import patience as omss
from mock_tiktok import OrderLine
from mock_tiktok.open_api.order_responses import order as wire_order
from tests.unit.mock_tiktok.town import Town

PLAYERS = pytest.mark.parametrize("patience", [connectors, omss], ids=["connector", "oms"])
A_MEGABYTE = 2**20
MOST_UNITS, MOST_ORDERS = 500, 100  # of an order on the stage, on a page of the marketplace's
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n"
DRIPS = {
    "status line": b"HTTP/1.1 " + b"2" * 400,
    "headers": b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 400,
    "body": HEAD + b"x" * 400,
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 100,
    "a chunk's size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 400,
}
Serve = Callable[[bytes, float], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve bytes to whoever comes: all at once, or one by one with a gap (seconds) between them."""
    over, listening = threading.Event(), socket.create_server(("127.0.0.1", 0))

    def talk(answer: bytes, gap: float) -> None:
        with listening, listening.accept()[0] as line:
            line.recv(65_536)
            for at in range(0, len(answer), 1 if gap else len(answer)):
                line.sendall(answer[at : at + 1] if gap else answer)
                if over.wait(gap):
                    return

    def start(answer: bytes, gap: float) -> str:
        threading.Thread(target=talk, args=(answer, gap), daemon=True).start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}/"

    yield start
    over.set()


class Line:
    """A socket on which these bytes come, one by one; instead of none, its time-out does."""

    def __init__(self, *said: bytes) -> None:
        self.waits: list[float] = []
        self._said = iter(said)

    def settimeout(self, seconds: float) -> None:
        self.waits.append(seconds)

    def recv_into(self, buffer: bytearray) -> int:
        buffer[:1] = said = next(self._said)
        if not said:
            raise TimeoutError
        return 1


def call(patience: Any, url: str, timeout: float) -> bytes:
    with patience.patient(requests.Session()) as http:
        request = requests.Request("GET", url).prepare()
        content: bytes = http.get_adapter(url).send(request, timeout=timeout).content
        return content


@PLAYERS
@pytest.mark.parametrize("answer", DRIPS.values(), ids=DRIPS)
def test_an_answer_that_drips_ends_when_the_time_is_over(patience: Any, serve: Serve, answer: bytes) -> None:
    url = serve(answer, 0.02)  # 8 s in all, and never more than 0.02 s without a byte
    with pytest.raises((requests.ReadTimeout, requests.ConnectionError), match="timed out"):
        call(patience, url, 0.15)


@PLAYERS
def test_an_answer_in_time_is_whole(patience: Any, serve: Serve) -> None:
    assert call(patience, serve(HEAD + b"x" * 400, 0), 5.0) == b"x" * 400


def chunked(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def packed(body: bytes) -> bytes:
    small = gzip.compress(body)
    return b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(small), small)


def until_it_closes(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\n\r\n" + body


@PLAYERS
@pytest.mark.parametrize("sent", [chunked, packed, until_it_closes])
@pytest.mark.parametrize("more", [0, 1])
def test_an_answer_is_as_large_as_it_may_be_and_not_larger(
    patience: Any, serve: Serve, monkeypatch: pytest.MonkeyPatch, sent: Callable[[bytes], bytes], more: int
) -> None:
    monkeypatch.setattr(patience, "LARGEST", A_MEGABYTE)
    url = serve(sent(bytes(A_MEGABYTE + more)), 0)
    with pytest.raises(patience.TooLarge, match=f"more than {A_MEGABYTE} bytes") if more else nullcontext():
        assert call(patience, url, 30.0) == bytes(A_MEGABYTE)


@PLAYERS
def test_the_largest_page_of_orders_can_be_read(patience: Any) -> None:
    town = Town()
    line = OrderLine("A-LONG-NUMBER-OF-A-SELLER-WHO-HAS-MANY-THINGS", MOST_UNITS, Decimal(9))
    order = town.shop.order(town.market.place_order(lines=[line]).order_id)
    assert MOST_ORDERS * len(json.dumps(wire_order(order))) < patience.LARGEST


@PLAYERS
def test_of_an_answer_that_unpacks_to_very_much_little_is_held(
    patience: Any, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LARGEST", A_MEGABYTE)
    url = serve(packed(bytes(100 * A_MEGABYTE)), 0)
    tracemalloc.start()
    try:
        with pytest.raises(patience.TooLarge):
            call(patience, url, 30.0)
        assert tracemalloc.get_traced_memory()[1] < 3 * A_MEGABYTE
    finally:
        tracemalloc.stop()


@PLAYERS
def test_what_is_mounted_keeps_its_own_time(patience: Any) -> None:
    mounted = requests.Session()
    ours = type("Ours", (requests.adapters.HTTPAdapter,), {})()
    mounted.mount("https://", ours)
    assert patience.patient(mounted).get_adapter("https://x") is ours


@PLAYERS
def test_each_byte_gets_what_is_left_of_the_time(patience: Any) -> None:
    line, seconds = Line(b"a", b"b", b"c"), count(1)
    source = patience._Until(line, io.BytesIO(), 3.5, lambda: float(next(seconds)))
    assert [source.read(1) for _ in range(3)] == [b"a", b"b", b"c"]
    assert line.waits == [2.5, 1.5, 0.5]
    with pytest.raises(TimeoutError):
        source.read(1)


@PLAYERS
def test_the_time_is_over_by_the_clock_that_was_given(patience: Any) -> None:
    line, seconds = Line(b"", b"", b"a"), iter([1.0, 1.0, 1.5, 3.5])
    source = patience._Until(line, io.BytesIO(), 3.5, lambda: next(seconds))
    assert source.read(1) == b"a"
    assert line.waits == [2.5, 2.5, 2.0]
    with pytest.raises(TimeoutError):
        source.read(1)
