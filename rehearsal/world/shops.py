"""The shops of a world, and how their sellers let the connector in."""

from typing import Final

from mock_tiktok import AppName, Marketplace
from mock_tiktok.domain.webhooks import CANCELLATION_STATUS, ORDER_STATUS, RETURN_STATUS
from mock_tiktok.errors import BadValue
from rehearsal.seats.port import Capability, ConnectorSeat, NotCapable, OpenShop, SeatRefuses, ShopAtConnector
from rehearsal.wire.recorder import Recorder
from rehearsal.world.errors import Busy
from rehearsal.world.origin import NewShop, Origin

HINTS: Final = tuple(topic.event_type for topic in (ORDER_STATUS, CANCELLATION_STATUS, RETURN_STATUS))


class Shops:
    """Opens shops at the marketplace and brings the connector their sellers' consent, where it can be told."""

    def __init__(self, origin: Origin, marketplace: Marketplace, recorder: Recorder) -> None:
        self._origin = origin
        self._marketplace = marketplace
        self._recorder = recorder
        self.known: Final[list[ShopAtConnector]] = []  # to the connector

    def opened(self) -> list[OpenShop]:
        """Return every shop there is, with what lets a connector in."""
        market = self._marketplace
        return [
            OpenShop(shop.shop_id, shop.shop_cipher, market.credentials(shop.shop_id).auth_code)
            for shop in market.shops
        ]

    def open_all(self, connector: ConnectorSeat) -> None:
        """Open the shops with which the world begins; an error names the field of the one that was listed."""
        if self._origin.webhooks and connector.from_outside and connector.webhooks is None:
            words = "webhooks: who sits here has not said where they are to reach it, with the key webhooks of its seat"
            raise SeatRefuses(501, "Not on this stage", words, "webhooks")
        listed = self._origin.shops
        for number, new in enumerate([NewShop()] * listed if isinstance(listed, int) else listed):
            try:
                self.open(new, connector)
            except BadValue as error:
                which = "" if isinstance(listed, int) else f"shops.{number}."
                raise BadValue(f"{which}{error.field}", error.message) from error

    def open(self, new: NewShop, connector: ConnectorSeat) -> str:
        """Open a shop whose seller lets the connector in; return its id. Where that fails, there is no shop."""
        new = self._origin.opened(new)
        shop = self._marketplace.add_shop(name=new.name, market=new.market, profile=new.profile, sandbox=new.sandbox)
        try:
            if Capability.SHOPS in connector.capabilities:
                auth_code = self._marketplace.credentials(shop.shop_id).auth_code
                answers = {} if new.default_answers is None else {"default_answers": new.default_answers}
                if known := connector.add_shop(auth_code, name=shop.name, **answers):
                    self.known.append(known)
        except Exception:
            self._marketplace.close_shop(shop.shop_id)
            raise
        self._recorder.state.shops[shop.shop_cipher] = shop.shop_id
        for topic in HINTS if connector.webhooks else ():
            self._marketplace.webhooks.subscribe(AppName.CONNECTOR, shop.shop_id, topic, str(connector.webhooks))
        return shop.shop_id

    def authorize(self, shop_id: str, connector: ConnectorSeat) -> None:
        """Have a shop's seller let the connector in again. Raise NotCapable where it cannot be told."""
        shop = self._marketplace.shop(shop_id)
        if Capability.SHOPS not in connector.capabilities:
            raise NotCapable(Capability.SHOPS)
        demand_running(connector)
        connector.add_shop(self._marketplace.credentials(shop_id).auth_code, name=shop.name)


def demand_running(connector: ConnectorSeat) -> None:
    """Raise Busy where a connector that could be let into a shop is down."""
    if Capability.SHOPS in connector.capabilities and not connector.ready():
        raise Busy("The connector is down", "it has to run to be let into a shop")
