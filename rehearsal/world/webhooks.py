"""Where the marketplace's webhooks lead: to our connector in this process, to an address of this machine, to nobody.

They have a wire of their own, on which whoever has asked to be told is the host: an address that somebody names never
leads another player's calls astray.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Final

from mock_tiktok import AppName, DeveloperApp, Marketplace
from mock_tiktok.domain.webhooks import is_local, signature
from rehearsal.contract.openapi import Contract
from rehearsal.seats.abroad import abroad, nobody
from rehearsal.simulation.compression import Compression
from rehearsal.wire.recorder import Call, Endpoint, Handler, Recorder, Response
from rehearsal.wire.retimed import outward
from rehearsal.wire.transport import Wire, WsgiApp

HOST: Final = "webhooks.connector.example"  # our connector's
ADDRESS: Final = f"https://{HOST}/webhooks/tiktok"
CONTRACT: Final = "tiktok_webhooks"
OMS_HOST: Final = "webhooks.oms.example"  # our OMS's
OMS_ADDRESS: Final = f"https://{OMS_HOST}/webhooks/channeladvisor"
OMS_CONTRACT: Final = "channeladvisor_webhooks"


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
        self._apps: Mapping[str, DeveloperApp] = {}
        self.session: Final = self._wire.session("marketplace")

    def carry(self, marketplace: Marketplace) -> None:
        """Find the way to each address that the marketplace is told."""
        self._apps = marketplace.developer_apps
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
            there = signed_anew(there, self._apps[app], self._contract, self._compression)
        if app is AppName.CONNECTOR:
            self._wire.lead(host, to=Endpoint("connector", self._contract, there))
        else:
            self._wire.lead(host, to=Endpoint("outside", self._contract.unjudged, there))


def signed_anew(there: Handler, app: DeveloperApp, contract: Contract, compression: Compression) -> Handler:
    """Return `there` for webhooks whose times are shown on the machine's clock (D35), which they are signed with.

    One whose signature does not fit, as somebody has had a hand in it, keeps the signature that it has.
    """

    def handle(call: Call) -> Response:
        fits = call.headers.get("authorization") == signature(app.key, app.secret, call.body)

        def sent(shown: Call) -> Response:
            anew = {"authorization": signature(app.key, app.secret, shown.body)} if fits else {}
            return there(replace(shown, headers={**shown.headers, **anew}))

        return outward(sent, contract, compression)(call)

    return handle
