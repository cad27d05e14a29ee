"""Where the marketplace's webhooks lead: to our connector in this process, to an address of this machine, to nobody.

They have a wire of their own, on which whoever has asked to be told is the host: an address that somebody names never
leads another player's calls astray.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Final

from mock_tiktok import AppName, Marketplace
from mock_tiktok.domain.webhooks import is_local
from rehearsal.contract.openapi import Contract
from rehearsal.seats.abroad import abroad, nobody
from rehearsal.simulation.compression import Compression
from rehearsal.wire.recorder import Endpoint, Recorder
from rehearsal.wire.retimed import outward
from rehearsal.wire.transport import Wire, WsgiApp

HOST: Final = "webhooks.connector.example"  # our connector's
ADDRESS: Final = f"https://{HOST}/webhooks/tiktok"
CONTRACT: Final = "tiktok_webhooks"


class WebhookWire:
    """The wire of one world's webhooks. Whoever waits for an answer from outside lets the world go."""

    def __init__(
        self,
        recorder: Recorder,
        letting_go: Callable[[], AbstractContextManager[None]],
        stalled: Callable[[], float],
        compression: Compression | None,
    ) -> None:
        self._wire = Wire(recorder)
        self._abroad = partial(abroad, letting_go=letting_go, stalled=stalled)
        self._compression = compression
        self._contract = Contract.load(CONTRACT)
        self._own: tuple[str, ...] = ()
        self.session: Final = self._wire.session("marketplace")

    def carry(self, marketplace: Marketplace) -> None:
        """Find the way to each address that the marketplace is told."""
        marketplace.webhooks.led_to = self._lead

    def mount(self, app: WsgiApp) -> None:
        """Have our own connector's address lead to it."""
        self._own = (HOST,)
        self._wire.mount(HOST, name="connector", contract=self._contract, app=app)

    def _lead(self, app: AppName, address: str) -> None:
        scheme, _, rest = address.partition("://")
        host = rest.partition("/")[0]
        if host in self._own:
            return
        there = self._abroad(f"{scheme}://{host}") if is_local(address) else nobody
        if self._compression is not None:
            there = outward(there, self._contract, self._compression)
        if app is AppName.CONNECTOR:
            self._wire.lead(host, to=Endpoint("connector", self._contract, there))
        else:
            self._wire.lead(host, to=Endpoint("outside", self._contract.unjudged(), there))
