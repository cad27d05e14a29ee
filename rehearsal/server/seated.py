"""A stage on free ports of this machine for a connector of somebody else's: one scenario after the other.

Steps speak to the stage, which is in this process; the doors are the connector's. Between two scenarios it begins anew
with an empty folder, in a world of its own, or it keeps running and sees another shop (D42).
"""

import importlib.metadata
import threading
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

from rehearsal.control.addresses import Addresses
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Stage
from rehearsal.seats.description import FILL_INS, Regime, SeatDescription
from rehearsal.seats.foreign import ForeignSeat
from rehearsal.server.served import Ports, RealMachine, ServedStage
from rehearsal.simulation.compression import Pace
from rehearsal.world.world import World


def told(addresses: Addresses) -> dict[str, str]:
    """Return what is filled in of the stage's addresses."""
    return {name: str(address) for name, address in asdict(addresses).items() if name in FILL_INS}


def begun_with(seat: ForeignSeat, stop: threading.Event) -> dict[str, Any]:
    """Return with what a world begins where it sits: the clock follows the machine's unless the seat is driven."""
    described = seat.described
    pace = None if described.regime is Regime.DRIVEN else Pace(described.factor, RealMachine(stop))
    return {"seats": seat.seats(), "pace": pace}


class SeatedStage:
    """A stage with a connector of somebody else's, served from entering until leaving."""

    def __init__(
        self, described: SeatDescription, *, profiles: Mapping[str, Path] = MappingProxyType({}), **settings: Any
    ) -> None:
        self._ports = Ports()
        addresses = self._ports.addresses()
        self._seat = ForeignSeat(described, told(addresses))
        more = {"version": importlib.metadata.version("rehearsal")}
        stop = threading.Event()
        settings |= {"strict_time": False} | begun_with(self._seat, stop)  # it may sign by the clock that it has (D1)
        self._factor = settings["pace"].factor if settings["pace"] else 0
        make_world = partial(World, loopback_webhooks=True)
        self.stage: Final = InProcessStage(
            make_world, addresses=addresses, more=lambda: more, profiles=profiles, **settings
        )
        self._settings = dict(self.stage.state.settings)
        self._begun = False
        self._served = ServedStage(self.stage, self._ports, stop=stop)

    def fresh(self) -> Stage:
        """Return the stage for the next scenario, with the connector ready; raise the Problem of one that is not."""
        begun, self._begun = self._begun, True
        if begun:
            self.stage.state.settings = dict(self._settings)
            self.stage.reset()
        return self.stage

    def __enter__(self) -> Self:
        try:
            self._served.__enter__()
        except BaseException:
            self._seat.end()
            raise
        if self._factor:
            self._served.run_clock(self._factor)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._served.close()
        finally:
            self._seat.end()
