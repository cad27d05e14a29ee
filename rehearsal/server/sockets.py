"""Sockets on which a stage is met, and the one loop that serves them all.

`take` binds an address or says in words why it cannot. `Served` runs any number of WSGI apps, each on a socket of its
own with threads of its own, under waitress, until it is told to stop.
"""

import errno
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from waitress import wasyncore
from waitress.server import create_server

from rehearsal.server.front import Channel, Wsgi, fronted

BACKLOG: Final = 256
LAST_PORT: Final = 65535


class AddressRefused(Exception):
    """An address that cannot be had; `taken` when somebody else has it."""

    def __init__(self, words: str, *, taken: bool = False) -> None:
        super().__init__(words)
        self.taken = taken


def take(host: str, port: int) -> socket.socket:
    """Return a listening socket at `host` and `port`, which may be 0 for any free one."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise AddressRefused(f"the host {host!r} is not known: {error}") from None
    taken = socket.socket(family, kind, protocol)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows, where SO_REUSEADDR would share the port
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(BACKLOG)  # at once: a port that is bound but not listened to can be bound by others
    except OSError as error:
        taken.close()
        why = {
            errno.EADDRINUSE: f"port {port} is taken on {host}",
            errno.EACCES: f"port {port} on {host} is not for this user",
            errno.EADDRNOTAVAIL: f"{host} is no address of this machine",
        }.get(error.errno or 0, f"port {port} on {host} cannot be had: {error.strerror}")
        raise AddressRefused(why, taken=error.errno == errno.EADDRINUSE) from None
    return taken


def origin(host: str, port: int) -> str:
    """Return the address of a port as others write it."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@dataclass(frozen=True, slots=True)
class Service:
    """One WSGI app on one socket."""

    app: Wsgi
    socket: socket.socket
    threads: int = 8


class Served:
    """Services that are being served by a thread of this process; each answer says what time it is by `now`."""

    def __init__(self, services: Iterable[Service], *, now: Callable[[], datetime | None] = lambda: None) -> None:
        self._map: dict[int, Any] = {}
        self._stopping = threading.Event()
        self._servers = [
            create_server(
                fronted(service.app, self._stopping),
                map=self._map,
                sockets=[service.socket],
                threads=service.threads,
                ident="rehearsal",
                connection_limit=1000,
            )
            for service in services
        ]
        for server in self._servers:
            server.channel_class, server.now = Channel, now
        self._thread = threading.Thread(target=self._loop, name="served", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self, patience: float = 5.0) -> None:
        """Let the threads end, waiting `patience` seconds of real time for each service at most, and close everything.

        A thread that has answered wakes the loop, which must still be there for it.
        """
        self._stopping.set()
        for server in self._servers:
            server.task_dispatcher.shutdown(cancel_pending=True, timeout=patience)
        with suppress(OSError):  # the loop was awake already, and has closed all before it was called
            self._servers[0].trigger.pull_trigger(lambda: wasyncore.close_all(self._map, ignore_all=True))
        self._thread.join(patience)

    def _loop(self) -> None:
        wasyncore.loop(timeout=1, use_poll=True, map=self._map)
