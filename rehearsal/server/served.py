"""A stage on sockets of this machine: `up` serves one for people, and `play` and `crash` for a seat's connector.

The ports come first, so that the addresses are known before the world is made and whoever sits in it can be told
them; a call that arrives meanwhile waits. Then comes the stage, and `ServedStage` puts a door before each of its
players. Our own players keep the wire inside this process; a door looks the current world up at each call, so that a
reset keeps every address. Here, with `rehearsal.server.sockets`, is the one place where the machine's own clock and
real waiting belong.
"""

import socket
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

import requests

from rehearsal.control.addresses import Addresses
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Problem
from rehearsal.server.access import Gate
from rehearsal.server.authority import Authority
from rehearsal.server.control_api import PREFIX, control_app
from rehearsal.server.doors import APIS, KNOCK, Door, guarded, knockable
from rehearsal.server.front import Wsgi
from rehearsal.server.machine_time import control_by_machine
from rehearsal.server.proxy import Proxy
from rehearsal.server.sockets import AddressRefused, Served, Service, origin, take
from rehearsal.simulation.clock import SystemClock
from rehearsal.world.doors import HOSTS

TICK: Final = 0.25  # seconds of real time between two steps of a running clock
ANSWER_PATIENCE: Final = 20.0  # seconds of real time until every address must have answered
STOP_PATIENCE: Final = 1.0  # seconds of real time for what is going on to come to its end
LOOPBACK: Final = "127.0.0.1"
SERVICES: Final = ("control", "tiktok", "tiktok_auth", "connector", "oms", "proxy")  # as they are named in `urls`
ANY_PORT: Final[Mapping[str, int]] = MappingProxyType(dict.fromkeys(SERVICES, 0))


class PortsRefused(Exception):
    """Ports that cannot be had, by service; none of the others is kept."""

    def __init__(self, refused: Mapping[str, AddressRefused]) -> None:
        super().__init__("; ".join(f"{service}: {refusal}" for service, refusal in refused.items()))
        self.refused = refused


class Ports:
    """A listening socket for each service, and whom their clients trust; port 0 is any that is free.

    The authority is kept in the folder `data`, if there is one. Raises PortsRefused and AuthorityRefused.
    """

    def __init__(self, host: str = LOOPBACK, wanted: Mapping[str, int] = ANY_PORT, data: Path | None = None) -> None:
        self.host: Final = host
        self.authority: Final = Authority(data)
        self.sockets: Final[dict[str, socket.socket]] = {}
        refused: dict[str, AddressRefused] = {}
        for service, port in wanted.items():
            try:
                self.sockets[service] = take(host, port)
            except AddressRefused as refusal:
                refused[service] = refusal
        if refused:
            self.close()
            raise PortsRefused(refused)

    def addresses(self, host: str | None = None) -> Addresses:
        """Return where the services are met, under the name `host` if one is given."""
        met = {service: self.met(service, host) for service in self.sockets}
        more = {"console": met["control"], "ca_file": str(self.authority.ca_file)}
        return Addresses(**{**met, "control": met["control"] + PREFIX, **more})

    def met(self, service: str, host: str | None = None) -> str:
        """Return the origin at which a service is met, by itself or by another name of this machine."""
        return origin(host or reachable(self.host), self.sockets[service].getsockname()[1])

    def doors(self) -> dict[str, tuple[str, int]]:
        """Return where the proxy leads for each host that a vendor's clients call."""
        bound = {host: self.sockets[service].getsockname() for service, host in HOSTS.items()}
        return {host: (reachable(address), port) for host, (address, port, *_) in bound.items()}

    def close(self) -> None:
        """Give them all back."""
        for taken in self.sockets.values():
            taken.close()
        self.authority.close()


def reachable(host: str) -> str:
    """Return by what name this machine reaches what listens on `host`."""
    return {"0.0.0.0": LOOPBACK, "::": "::1", "": LOOPBACK}.get(host, host)


class RealMachine(SystemClock):
    """This machine's clock; waiting by it ends when the event comes."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def wait(self, seconds: float) -> bool:
        """Wait; return whether all goes on."""
        return not self._stop.wait(seconds)


class RunningClock(threading.Thread):
    """Moves the world's clock as real time passes, `factor` times as fast. A jump by a caller is kept."""

    def __init__(self, stage: InProcessStage, factor: float, stop: threading.Event) -> None:
        super().__init__(name="running clock", daemon=True)
        self._stage = stage
        self._factor = factor
        self._ended = stop
        self.failure: Exception | None = None

    def run(self) -> None:
        """Take one step per tick until the stage stops; a step that fails stops the stage."""
        last = time.monotonic()  # noqa: TID251 - this world follows real time
        while not self._ended.wait(TICK):
            now = time.monotonic()  # noqa: TID251 - this world follows real time
            try:
                if self._stage.let_pass(timedelta(seconds=(now - last) * self._factor)):
                    last = now
            except Exception as error:
                self.failure = error
                self._ended.set()


class ServedStage:
    """A stage behind its doors, from entering until leaving. A running clock ends at `stop`, and may set it itself."""

    def __init__(
        self, stage: InProcessStage, ports: Ports, gate: Gate | None = None, stop: threading.Event | None = None
    ) -> None:
        gate = gate or Gate(bind=ports.host)
        self.stage: Final = stage
        self._stop = stop or threading.Event()
        self.closed = False  # the world has come to its end, too
        self._ports = ports
        self._clock: RunningClock | None = None
        apps: dict[str, Wsgi] = {name: guarded(Door(stage, name), gate, name) for name in APIS}
        apps["control"] = control_by_machine(control_app(stage, gate), stage, PREFIX)
        self._served = Served(
            (Service(knockable(app), ports.sockets[name]) for name, app in apps.items()),
            now=lambda: stage.moment_outside,
        )
        self._proxy = Proxy(ports.sockets["proxy"], ports.doors(), ports.authority)

    def __enter__(self) -> Self:
        """Serve; come back when every address has answered, and who sits there is ready."""
        self._served.start()
        self._proxy.start()
        try:
            self._await_answers()
            self.stage.begin()
        except BaseException:
            self.close()
            raise
        return self

    def run_clock(self, factor: float) -> None:
        """Let the world's clock run `factor` times as fast as real time from now on."""
        self._clock = RunningClock(self.stage, factor, self._stop)
        self._clock.start()

    def close(self) -> None:
        """Serve nobody any more and end the world, in bounded time; raise what has ended a running clock."""
        self._stop.set()
        self._served.stop(STOP_PATIENCE)
        self._proxy.stop(STOP_PATIENCE)
        self._ports.close()
        self.closed = self.stage.close(STOP_PATIENCE)
        if self._clock is not None and self._clock.failure is not None:
            raise self._clock.failure

    def __exit__(self, *_: object) -> None:
        self.close()

    def _await_answers(self) -> None:
        with requests.Session() as http:
            http.trust_env = False
            for address in map(self._ports.met, self._ports.sockets):
                response = http.get(address + KNOCK, timeout=ANSWER_PATIENCE)
                if response.status_code != 204:
                    raise Problem(500, "The stage does not answer", f"{address} answered {response.status_code}")
