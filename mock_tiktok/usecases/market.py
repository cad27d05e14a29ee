"""All shops of one marketplace: whose order is whose, and what falls due next in any of them.

A market acts only when told to (`run_due`, a call of a use case), reads no clock but the one it is given, and keeps
everything it must remember in `state`. The doors are built around it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from mock_tiktok.domain.mail import Mail
from mock_tiktok.domain.orders import Order
from mock_tiktok.errors import BadValue, UnknownId
from mock_tiktok.policy import profile as policy
from mock_tiktok.state.agenda import AgendaEntry, Due, Entry, Fired
from mock_tiktok.state.events import Listener
from mock_tiktok.state.marketplace import MarketplaceState
from mock_tiktok.state.platform import Clock, Platform
from mock_tiktok.state.store import Store
from mock_tiktok.state.tokens import AppName, Grant, Tokens, TokenStore
from mock_tiktok.usecases import by_plan
from mock_tiktok.usecases.shop import Shop
from mock_tiktok.usecases.troubles import Troubles
from mock_tiktok.usecases.views import LedgerLine
from mock_tiktok.usecases.webhooks import KINDS as WEBHOOK_KINDS
from mock_tiktok.usecases.webhooks import Webhooks

DEFAULT_PROFILE: Final = "us-2025-08"


@dataclass(frozen=True, slots=True)
class ShopCredentials:
    """What a shop's seller gives to whoever connects it."""

    shop_id: str
    shop_cipher: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class DeveloperApp:
    """An app that sellers let into their shops: its credentials, and every code and token that is its own."""

    name: AppName
    key: str
    secret: str
    tokens: TokenStore


class Market:
    """The shops that stand on one state and live by one clock.

    Where those who call keep another, `callers` is theirs: tokens and signatures live by it.
    """

    def __init__(self, state: MarketplaceState, clock: Clock, callers: Clock | None = None) -> None:
        self.state = state
        self.platform = Platform(clock, state)
        self._callers = callers
        apps = [
            DeveloperApp(
                name,
                f"6{state.digest('app key', name).hex()[:12]}",
                state.digest("app secret", name).hex()[:40],
                tokens,
            )
            for name, tokens in state.tokens.items()
        ]
        self.developer_apps: Final[Mapping[str, DeveloperApp]] = MappingProxyType({app.name: app for app in apps})
        self._apps_by_key: Final = MappingProxyType({app.key: app for app in apps})
        self.troubles = Troubles(state, self.platform)
        self.webhooks = Webhooks(state, self.platform)
        self.troubles.deauthorized = self._deauthorized
        self._shops = {shop_id: Shop(self.platform, store, self.troubles) for shop_id, store in state.shops.items()}
        self._summed: dict[str, tuple[Order, LedgerLine]] = {}

    @property
    def now(self) -> datetime:
        """Return the instant as the marketplace stamps it: whole seconds."""
        return self.platform.now

    @property
    def callers_now(self) -> datetime:
        """Return the instant by the clock of those who call."""
        return self.now if self._callers is None else self._callers.now()

    # shops

    def add_shop(
        self,
        *,
        name: str | None = None,
        market: str | None = None,
        profile: str | Path | None = None,
        seller: str | None = None,
        sandbox: bool = False,
    ) -> ShopCredentials:
        """Open a shop, by the profile that is named; else by the one chosen for all or, in another market, its own.

        Where its `seller` has a shop, it is under the same authorization; else, and of nobody, under one of its own.
        A sandbox shop takes few calls (`state/quotas.py`).
        """
        chosen = self.state.profile if profile is None else policy.load(profile)
        known = policy.markets() if market else {}
        code = policy.load(known[market]).market if market and market in known else market
        fits = chosen is not None and code in (None, chosen.market)
        if chosen is not None and profile is not None and not fits:
            raise BadValue("market", f"{market} does not fit: profile {chosen.name} is of market {chosen.market}")
        if chosen is None or not fits:
            if market and market not in known:
                raise BadValue("market", f"{market} is none of those that have a profile: {', '.join(known)}")
            chosen = policy.load(known[market] if market else DEFAULT_PROFILE)
        number = self.platform.count("shop")
        shop_id = self.platform.numbered_id("shop", number)
        called, shops = name or f"Rehearsal Shop {number}", self.state.shops
        ciphers = dict.fromkeys(AppName, self.state.give_cipher(shop_id))
        store = Store(shop_id, called, chosen.market, chosen, shops, ciphers=ciphers, seller=seller, sandbox=sandbox)
        present = (one for one in shops.values() if one.shop_id not in self.state.past)
        beside = next((one.shop_id for one in present if one.seller == seller), None)
        shops[shop_id] = store
        self._shops[shop_id] = Shop(self.platform, store, self.troubles)
        for tokens in self.state.tokens.values():
            tokens.add_shop(shop_id, beside)
        return _credentials(self._shops[shop_id])

    def _deauthorized(self, app: AppName, shop_id: str) -> None:
        """Tell an app that a seller has taken back what it could do; its next cipher is another one (assumed)."""
        self.webhooks.deauthorized(app, shop_id)
        self.state.shops[shop_id].ciphers[app] = self.state.give_cipher(shop_id)

    def close_shop(self, shop_id: str) -> None:
        """Close a shop where nobody has bought anything, as if it had never been opened."""
        del self.state.ciphers[self._shops.pop(shop_id).shop_cipher], self.state.shops[shop_id]
        for tokens in self.state.tokens.values():
            tokens.remove_shop(shop_id)

    @property
    def shops(self) -> tuple[ShopCredentials, ...]:
        """Return all shops, oldest first, but for those of an earlier marketplace."""
        past = self.state.past
        return tuple(_credentials(shop) for shop_id, shop in self._shops.items() if shop_id not in past)

    def sharing(self, shop_id: str) -> list[Shop]:
        """Return the shops under a shop's authorization, itself among them, oldest first; no app has other ones."""
        return [self.shop(one) for one in self.state.tokens[AppName.CONNECTOR].sharing(shop_id)]

    def app_of(self, app_key: str | None) -> DeveloperApp | None:
        """Return whose app key it is; None for one that nobody has."""
        return self._apps_by_key.get(app_key or "")

    def whose(self, app_key: str | None, access_token: str | None) -> AppName | None:
        """Return whose app a call is made with: by its key or, where it names no app that there is, by its token."""
        app = self.app_of(app_key)
        if app is not None:
            return app.name
        owners = (
            name for name, tokens in self.state.tokens.items() if tokens.knows(access_token or "", self.callers_now)
        )
        return next(owners, None)

    def credentials(self, shop_id: str, app: AppName = AppName.CONNECTOR) -> Tokens:
        """Return an app's tokens that are valid now; asking changes nothing and ends none that were given before."""
        return self.state.tokens[app].shown(self.shop(shop_id).shop_id, self.callers_now)

    def refresh(self, app: DeveloperApp, refresh_token: str) -> Grant:
        """Exchange a refresh token for new tokens."""
        grace = "token.refresh_grace"
        return app.tokens.refresh(
            refresh_token, self.callers_now, lambda shop_id: self.shop(shop_id).profile.wait(grace)
        )

    def shop(self, shop_id: str) -> Shop:
        """Return the shop of that id; raise UnknownId where there is none."""
        if (shop := self._shops.get(shop_id)) is None:
            raise UnknownId("shop", shop_id)
        return shop

    def shop_of_order(self, order_id: str) -> Shop:
        """Return whose order it is; raise UnknownId where nobody has it."""
        return self._shop_of("order", order_id, lambda shop: shop.store.orders.get(order_id))

    def shop_of_return(self, return_id: str) -> Shop:
        """Return whose return it is; raise UnknownId where nobody has it."""
        return self._shop_of("return", return_id, lambda shop: shop.store.returns.get(return_id))

    def shop_of_cancellation(self, cancel_id: str) -> Shop:
        """Return whose cancellation it is; raise UnknownId where nobody has it."""
        return self._shop_of("cancellation", cancel_id, lambda shop: shop.store.cancellations.get(cancel_id))

    def can_be_locked(self, id: str) -> bool:
        """Return whether it is the number of a return, a cancellation or an order of any shop."""
        stores = self.state.shops.values()
        return any(store.returns.get(id) or store.cancellations.get(id) or store.orders.get(id) for store in stores)

    def _shop_of(self, kind: str, id: str, find: Callable[[Shop], object | None]) -> Shop:
        for shop in self._shops.values():
            if find(shop) is not None:
                return shop
        raise UnknownId(kind, id)

    def mailbox(self, order_id: str | None = None) -> list[Mail]:
        """Read the buyers' mail, oldest first."""
        if order_id is not None:
            return list(self.shop_of_order(order_id).store.mails(order_id))
        mails = [
            mail for shop in self._shops.values() for order in shop.store.orders for mail in shop.store.mails(order.id)
        ]
        return sorted(mails, key=lambda mail: mail.sent_at)

    # time

    def subscribe(self, listener: Listener) -> None:
        """Have `listener` hear all events from now on."""
        self.platform.news.subscribe(listener)

    def next_due(self) -> Due | None:
        """Return when the marketplace, or somebody in it, next acts."""
        entry = self.platform.agenda.next()
        return entry.due if entry else None

    def run_due(self, now: datetime) -> Fired:
        """Do the one earliest thing that is due at or before `now`; raise LookupError if nothing is."""
        entry = self.platform.agenda.take(now)
        order_id = self._order_of(entry)
        if entry.kind in WEBHOOK_KINDS:
            what, changed = self.webhooks.run(entry)
        elif entry.kind in by_plan.KINDS:
            what, changed = by_plan.run(self._shops[entry.shop_id], entry)
        else:
            what, changed = self._shops[entry.shop_id].run(entry)
        return Fired(entry.due.at, entry.who, what, changed, entry.return_id, order_id)

    def agenda(self) -> list[AgendaEntry]:
        """Return all that is due, soonest first."""
        return [
            AgendaEntry(entry.due.at, entry.who, entry.what, entry.return_id, self._order_of(entry))
            for entry in self.platform.agenda.entries()
        ]

    def _order_of(self, entry: Entry) -> str | None:
        """Return the order that an entry of the agenda concerns."""
        return (self.webhooks if entry.kind in WEBHOOK_KINDS else self._shops[entry.shop_id]).order_of(entry)


def _credentials(shop: Shop) -> ShopCredentials:
    return ShopCredentials(shop.shop_id, shop.shop_cipher, shop.name, shop.region)
