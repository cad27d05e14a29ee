"""A seller lets the connector in: the code they were given becomes tokens, and their shops join the rounds."""

import logging
from dataclasses import dataclass, replace

from connector.domain.reasons import MARKETS
from connector.errors import BadSettings, MarketplaceError
from connector.ports import Access, AuthorizedShop, Clock, Grant, Marketplace, Store, UnitOfWork
from connector.records import Shop, ShopAdded
from connector.settings import Settings, check_default_answer
from connector.usecases.notifications import TOPICS
from connector.usecases.round import first_round

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Onboarding:
    """Takes shops in."""

    store: Store
    marketplace: Marketplace
    clock: Clock
    settings: Settings

    def add_shop(
        self, auth_code: str, *, name: str | None = None, default_answers: dict[str, str] | None = None
    ) -> list[ShopAdded]:
        """Take in every shop that the code opens, and return them; one that is known gets its new tokens.

        A name is for one shop: of several each keeps the marketplace's. Those of a market whose reasons are not known
        hold up no other. Raises Unavailable, Refused, BadSettings.
        """
        for kind, answer in (default_answers or {}).items():
            check_default_answer(kind, answer, setting="default answers")
        grant = self.marketplace.exchange_code(auth_code)
        found = self.marketplace.shops(grant.access_token)
        if not found:
            raise BadSettings("auth code", "the authorization covers no shop")
        found = [replace(shop, region=shop.region or grant.region) for shop in found]
        taken = [shop for shop in found if shop.region in MARKETS]
        refused = [_of_no_use(shop) for shop in found if shop not in taken]
        if not taken:
            raise refused[0]
        for why in refused:
            log.error("not taken in: %s", why)
        called = name if len(taken) == 1 else None
        with self.store.writing() as work:
            added = [self._keep(work, shop, grant, called, default_answers) for shop in taken]
        if self.settings.webhook_url is not None:
            for shop in taken:
                self._ask_to_be_told(Access(shop.cipher, grant.access_token), shop.shop_id, self.settings.webhook_url)
        return added

    def _ask_to_be_told(self, access: Access, shop_id: str, address: str) -> None:
        """Have the marketplace send hints; without them all is found by the rounds, only later."""
        try:
            for topic in TOPICS:
                self.marketplace.notify(access, topic, address)
        except MarketplaceError as error:
            log.warning("shop %s: the marketplace will not tell of what happens: %s", shop_id, error)

    def _keep(
        self,
        work: UnitOfWork,
        shop: AuthorizedShop,
        grant: Grant,
        name: str | None,
        default_answers: dict[str, str] | None,
    ) -> ShopAdded:
        now = self.clock.now()
        known_as = name or shop.name or grant.seller_name
        known = work.shop_by_site(shop.shop_id)
        if known is not None:
            answers = known.default_answers if default_answers is None else default_answers
            work.shop_renewed(known, replace(known, cipher=shop.cipher, default_answers=answers), grant)
            return ShopAdded(known.id, shop.shop_id, shop.cipher, known.name)
        added = Shop(
            shop_id=shop.shop_id,
            cipher=shop.cipher,
            name=known_as,
            region=shop.region,
            default_answers=default_answers or {},
            added_at=now,
        )
        rounds_from = min((rounds.rounds_from for rounds in work.rounds()), default=now)
        first = first_round(rounds_from, now, self.settings.poll_interval)
        profile_id = work.shop_added(added, grant, rounds_from=rounds_from, next_round_at=first)
        return ShopAdded(profile_id, shop.shop_id, shop.cipher, known_as)


def _of_no_use(shop: AuthorizedShop) -> BadSettings:
    where, known = f"the market {shop.region}" if shop.region else "no market", ", ".join(MARKETS)
    return BadSettings(f"shop {shop.shop_id}", f"it belongs to {where}; reasons are known for {known} only")
