"""The shops of a world, and how their sellers let the connector in."""

from collections.abc import Callable
from typing import Any, Final

from mock_tiktok import AppName, Marketplace
from mock_tiktok.domain.webhooks import CANCELLATION_STATUS, ORDER_STATUS, RETURN_STATUS
from mock_tiktok.errors import BadValue
from rehearsal.seats.port import (
    OURS_ALONE,
    Capability,
    ConnectorSeat,
    EmptyConnectorSeat,
    NotCapable,
    OpenShop,
    SeatRefuses,
    ShopAtConnector,
)
from rehearsal.wire.recorder import Recorder
from rehearsal.world.boundaries import Killed
from rehearsal.world.errors import Busy
from rehearsal.world.origin import NewShop, Origin

HINTS: Final = tuple(topic.event_type for topic in (ORDER_STATUS, CANCELLATION_STATUS, RETURN_STATUS))
Died = Callable[[], object]  # tells that the connector's process has ended, so that it starts again


class Shops:
    """Opens shops at the marketplace and brings the connector their sellers' consent, where it can be told."""

    def __init__(self, origin: Origin, marketplace: Marketplace, recorder: Recorder) -> None:
        self._origin = origin
        self._marketplace = marketplace
        recorder.state.shops = marketplace.state.ciphers
        self.known: Final[list[ShopAtConnector]] = []  # to the connector

    def opened(self) -> list[OpenShop]:
        """Return every shop there is, with what lets a connector in."""
        market = self._marketplace
        return [
            OpenShop(one.shop_id, one.shop_cipher, market.credentials(one.shop_id).auth_code) for one in market.shops
        ]

    def open_all(self, connector: ConnectorSeat, died: Died) -> list[tuple[NewShop, str]]:
        """Open the shops with which the world begins and return their ids; an error names the field of a listed one."""
        if self._origin.webhooks and connector.from_outside and connector.webhooks is None:
            words = "webhooks: who sits here has not said where they are to reach it, with the key webhooks of its seat"
            raise SeatRefuses(501, "Not on this stage", words, "webhooks")
        if self._origin.default_answers and connector.from_outside:
            raise SeatRefuses(501, "Not on this stage", OURS_ALONE, "default_answers")
        listed, opened = self._origin.shops, []
        each = [NewShop()] * listed if isinstance(listed, int) else listed
        for number, new in enumerate(each):
            more_to_come = any(new.seller and one.seller == new.seller and one.authorized for one in each[number + 1 :])
            try:
                opened.append((new, self.open(new, connector, died, more_to_come=more_to_come)))
            except BadValue as error:
                which = "" if isinstance(listed, int) else f"shops.{number}."
                raise BadValue(f"{which}{error.field}", error.message) from error
        return opened

    def open(self, new: NewShop, connector: ConnectorSeat, died: Died, *, more_to_come: bool = False) -> str:
        """Open a shop and have its seller let the connector in, unless that is to come later; return its id.

        A seller with `more_to_come` consents once, with the last of their shops. Where it fails, there is no shop.
        """
        new = self._origin.opened(new)
        consents = new.authorized and not more_to_come
        if not consents and new.default_answers is not None:
            why = f"which is with the last shop of {new.seller}" if new.authorized else "and authorized is false"
            raise BadValue("default_answers", f"they are said when the connector is let in, {why}")
        shop = self._marketplace.add_shop(
            name=new.name, market=new.market, profile=new.profile, seller=new.seller, sandbox=new.sandbox
        )
        try:
            if consents and Capability.SHOPS in connector.capabilities:
                answers = {} if new.default_answers is None else {"default_answers": new.default_answers}
                self._let_in(shop.shop_id, shop.name, connector, died, **answers)
        except Exception:
            self._marketplace.close_shop(shop.shop_id)
            raise
        for topic in HINTS if connector.webhooks else ():
            self._marketplace.webhooks.subscribe(AppName.CONNECTOR, shop.shop_id, topic, str(connector.webhooks))
        return shop.shop_id

    def authorize(self, shop_id: str, connector: ConnectorSeat, died: Died) -> None:
        """Have a shop's seller let the connector in, be it again. Raise NotCapable where it cannot be told."""
        shop = self._marketplace.shop(shop_id)
        if isinstance(connector, EmptyConnectorSeat):
            return  # whoever takes the seat exchanges the code that the shop shows
        if Capability.SHOPS not in connector.capabilities:
            raise NotCapable(Capability.SHOPS)
        demand_running(connector)
        self._let_in(shop_id, shop.name, connector, died)

    def _let_in(self, shop_id: str, name: str, connector: ConnectorSeat, died: Died, **answers: Any) -> None:
        known = None
        while known is None:
            try:
                known = connector.add_shop(self._marketplace.credentials(shop_id).auth_code, name=name, **answers)
            except Killed:  # whoever gave the command gives it once more, with the code that is good by then
                died()
                demand_running(connector)
        self.known.extend(shop for shop in known if shop not in self.known)


def demand_running(connector: ConnectorSeat) -> None:
    """Raise Busy where a connector that could be let into a shop is down."""
    if Capability.SHOPS in connector.capabilities and not connector.ready():
        raise Busy("The connector is down", "it has to run to be let into a shop")
