"""The proxy of a served stage: clients that have the vendors' `https` hosts written in come through it to the doors.

Three ways lead in: CONNECT, after which we speak TLS as the host that was named; a request that names an `http://` or
`https://` address; and TLS at once, for clients whose look-up of names is bent, which say the host in their greeting.
Only hosts of the stage lead anywhere, each to its own door of this machine; every other is refused in words that reach
the client's own error. Behind the door's threshold nothing is read: bytes go to and fro as they come, so an answer that
is cut, stalled or reset is that for the client, too. Whoever says nothing for too long is let go, and first of all when
many come.
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import h11

from rehearsal.server.authority import Authority, server_context
from rehearsal.server.doors import KNOCK
from rehearsal.server.front import AT_ONCE
from rehearsal.wire.delivery import LONGEST

MOST: Final = 128  # connections at once; each may hold three files open, with its door's two
LONGEST_HEAD: Final = 64 * 1024  # bytes
CHUNK: Final = 64 * 1024  # bytes
PATIENCE: Final = 10.0  # seconds of real time until a client has said whom it wants, and until TLS stands
SILENCE: Final = LONGEST.total_seconds() + 60  # seconds of real time without a byte either way
BREATH: Final = 0.1  # seconds of real time before the next try where no connection can be had
PARTING: Final = 1.0  # seconds of real time in which a client that was refused may read why
TLS: Final = b"\x16"  # what a greeting in TLS begins with
PORTS: Final[Mapping[str, tuple[int | None, ...]]] = {"": (443,), "http": (None, 80), "https": (None, 443)}
QUICKACK: Final[int | None] = getattr(socket, "TCP_QUICKACK", None)  # Linux has it
NOT_FOR_THE_DOOR: Final = {
    *(b"connection", b"host", b"keep-alive", b"proxy-authorization", b"proxy-connection", b"upgrade"),
}

Address = tuple[str, int]
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Turned(Exception):
    """A client that is led nowhere; told with a status and words, which its own error shows."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        body = f"{words}\n" if status is not HTTPStatus.NO_CONTENT else ""
        self.answer: Final = (
            f"HTTP/1.1 {status.value} {words}\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
        ).encode("ascii", "replace")


class Proxy:
    """Serves on a listening socket, with one thread, from start to stop; `doors` are where each host leads."""

    def __init__(self, listener: socket.socket, doors: Mapping[str, Address], authority: Authority) -> None:
        self._listener = listener
        self._doors = doors
        self._known = ", ".join(doors)
        self._authority = authority
        self._limits: dict[asyncio.Task[None], asyncio.Timeout] = {}
        self._greeting = server_context()
        self._greeting.sni_callback = self._choose
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._listener.setblocking(False)
        self._serving = self._loop.create_task(self._serve())
        self._thread.start()

    def stop(self, patience: float = 5.0) -> None:
        """Let go of everybody and close everything, waiting `patience` seconds of real time at most."""
        with suppress(RuntimeError):  # it has stopped before
            self._loop.call_soon_threadsafe(self._serving.cancel)
        self._thread.join(patience)

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._serving)
        self._listener.close()
        self._loop.close()

    async def _serve(self) -> None:
        try:
            while True:
                try:
                    connection, _ = await self._loop.sock_accept(self._listener)
                except OSError:  # it has hung up already, or too many files are open
                    await asyncio.sleep(BREATH)
                    continue
                if len(self._limits) >= MOST:
                    least = min(self._limits, key=lambda task: self._limits[task].when() or 0)
                    least.cancel()
                    await asyncio.wait((least,))
                limit = asyncio.timeout(PATIENCE)
                task = self._loop.create_task(self._attend(connection, limit))
                self._limits[task] = limit
                task.add_done_callback(partial(self._attended, connection))
        finally:
            for task in self._limits:
                task.cancel()
            await asyncio.gather(*self._limits, return_exceptions=True)

    def _attended(self, connection: socket.socket, task: asyncio.Task[None]) -> None:
        connection.close()
        del self._limits[task]

    async def _attend(self, connection: socket.socket, limit: asyncio.Timeout) -> None:
        """Lead one client to the door that it wants, and let go of both in the end."""
        with suppress(OSError):  # whoever is gone, or says nothing until its time is out, needs no answer
            async with limit:
                try:
                    host, context, said = await self._asked(connection)
                except Turned as turned:
                    await self._part(connection, turned.answer)
                    return
                client = await _stream(connection, context)
                try:
                    door = await asyncio.open_connection(*self._doors[host or self._greeted_as(client)])
                    try:
                        door[1].write(said)
                        await _carry_both(client, door, limit)
                    finally:
                        await _let_go(door)
                finally:
                    await _let_go(client)

    async def _asked(self, connection: socket.socket) -> tuple[str, ssl.SSLContext | None, bytes]:
        """Return which host is wanted, how to speak TLS as it, and what to say at its door; raise Turned.

        A host that is yet to be named in a greeting is "".
        """
        if await _first(connection) == TLS:
            return "", self._greeting, b""
        parser = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD)
        try:
            while (asked := parser.next_event()) is h11.NEED_DATA:
                parser.receive_data(await self._loop.sock_recv(connection, CHUNK))
        except h11.RemoteProtocolError as error:
            raise Turned(HTTPStatus(error.error_status_hint), f"This is no call in HTTP/1.1: {error}") from None
        if not isinstance(asked, h11.Request):
            raise ConnectionError("it has hung up")
        if not asked.http_version.startswith(b"1."):
            raise Turned(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.1 is spoken here")
        host, rest = self._host(asked), parser.trailing_data[0]
        if asked.method != b"CONNECT":
            return host, None, _as_at_its_door(asked, host) + rest
        if rest:
            raise Turned(HTTPStatus.BAD_REQUEST, "Wait for the answer to CONNECT before you go on")
        await self._loop.sock_sendall(connection, b"HTTP/1.1 200 Connection established\r\n\r\n")
        return host, self._authority.context(host), b""

    def _host(self, asked: h11.Request) -> str:
        target = asked.target.decode("ascii")
        if asked.method == b"CONNECT":
            address = f"//{target}"
        elif target.startswith("/"):
            if target == KNOCK:
                raise Turned(HTTPStatus.NO_CONTENT, "At home")
            raise Turned(HTTPStatus.BAD_REQUEST, f"This is a proxy, for {self._known}: nothing has its address here")
        else:
            address = target
        try:
            parts = urlsplit(address)
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            host, port = "", None
        if host not in self._doors or port not in PORTS.get(parts.scheme, ()):
            raise Turned(HTTPStatus.FORBIDDEN, f"{target[:200]} is not on this stage: only {self._known} are")
        return host

    def _choose(self, greeted: ssl.SSLSocket | ssl.SSLObject, host: str | None, _: ssl.SSLContext) -> int | None:
        if host not in self._doors:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        greeted.context = self._authority.context(host)
        return None

    def _greeted_as(self, client: Stream) -> str:
        chosen = client[1].get_extra_info("ssl_object").context
        return next(host for host in self._doors if self._authority.context(host) is chosen)

    async def _part(self, connection: socket.socket, answer: bytes) -> None:
        await self._loop.sock_sendall(connection, answer)
        connection.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(PARTING):  # closed over what is unread, the answer would be lost
            while await self._loop.sock_recv(connection, CHUNK):
                pass


async def _first(connection: socket.socket) -> bytes:
    """Return the first byte that a client says, which stays to be read."""
    loop, said = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(connection, said.set)
    try:
        await said.wait()
    finally:
        loop.remove_reader(connection)
    return connection.recv(1, socket.MSG_PEEK)


def _as_at_its_door(asked: h11.Request, host: str) -> bytes:
    """Return the head of a request as its door is to see it: of one call, whose connection ends with the answer."""
    _, _, rest = asked.target.partition(b"://")
    path = rest[len(urlsplit(asked.target).netloc) :]
    headers = [(name, value) for name, value in asked.headers.raw_items() if name.lower() not in NOT_FOR_THE_DOOR]
    headers += [(b"Host", host.encode()), (b"Connection", b"close")]
    target = path if path.startswith(b"/") else b"/" + path
    return h11.Connection(h11.CLIENT).send(h11.Request(method=asked.method, target=target, headers=headers)) or b""


async def _stream(connection: socket.socket, context: ssl.SSLContext | None) -> Stream:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(CHUNK)
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.connect_accepted_socket(
        lambda: protocol, connection, ssl=context, ssl_shutdown_timeout=PARTING if context else None
    )
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _carry_both(client: Stream, door: Stream, limit: asyncio.Timeout) -> None:
    """Carry bytes both ways until one side ends; a client learns of the door's end in the way that it came."""
    up, down = (asyncio.create_task(_carry(source, sink, limit)) for source, sink in ((client, door), (door, client)))
    try:
        await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
        if not (client[0].at_eof() or client[0].exception()):  # it is still there
            await asyncio.wait((down,))
            if isinstance(down.exception(), ConnectionError):
                client[1].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            else:
                client[1].close()
                await client[1].wait_closed()
    finally:
        for task in (up, down):
            task.cancel()
        await asyncio.gather(up, down, return_exceptions=True)


async def _carry(source: Stream, sink: Stream, limit: asyncio.Timeout) -> None:
    clock, spoken_by = asyncio.get_running_loop().time, source[1].get_extra_info("socket")
    limit.reschedule(clock() + SILENCE)
    while said := await source[0].read(CHUNK):
        limit.reschedule(clock() + SILENCE)
        with suppress(OSError):  # it may be gone, which the next reading says
            if QUICKACK is not None:  # many clients send the body only when the head has been acknowledged
                spoken_by.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)
        sink[1].write(said)
        await sink[1].drain()


async def _let_go(stream: Stream) -> None:
    stream[1].transport.abort()
    with suppress(OSError):
        await stream[1].wait_closed()
