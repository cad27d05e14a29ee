"""Everything a marketplace must remember, in one object and as data: it can be pickled.

It holds no clock and no listener. A marketplace built around a copy, with a clock at the same moment, goes on exactly
as the first would have: nothing outside this object remembers anything. There are no random streams to remember, for
each is made anew from its key.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field

from mock_tiktok.policy.profile import Profile
from mock_tiktok.state.agenda import Agenda
from mock_tiktok.state.idempotency import IdempotencyStore
from mock_tiktok.state.store import Store
from mock_tiktok.state.tokens import AppName, TokenStore
from mock_tiktok.state.troubles import Trouble
from mock_tiktok.state.webhooks import WebhookState


@dataclass
class MarketplaceState:
    """The state of one marketplace. `profile` is what new shops get; None lets their market decide."""

    seed: int
    world: str
    profile: Profile | None = None
    shops: dict[str, Store] = field(default_factory=dict)
    ciphers: dict[str, str] = field(default_factory=dict)  # each that was ever given -> its shop
    agenda: Agenda = field(default_factory=Agenda)
    counts: Counter[str] = field(default_factory=Counter)
    outcomes: IdempotencyStore = field(default_factory=IdempotencyStore)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    webhooks: WebhookState = field(default_factory=WebhookState)
    past: frozenset[str] = frozenset()  # shops of an earlier marketplace, where nothing happens any more
    tokens: dict[AppName, TokenStore] = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = {name: TokenStore(int.from_bytes(self.digest("tokens", name)[:8])) for name in AppName}

    def over(self) -> MarketplaceState:
        """Return the state of another marketplace with the same apps.

        The shops of this one are known there and empty, their tokens are good, and no id is one of this one's.
        """
        shops: dict[str, Store] = {}
        next_ = MarketplaceState(self.seed, self.world, self.profile, shops=shops, counts=Counter(self.counts))
        for store in self.shops.values():
            known = (store.shop_id, store.name, store.market, store.profile)
            shops[store.shop_id] = Store(
                *known, shops, ciphers=store.ciphers, seller=store.seller, sandbox=store.sandbox
            )
        next_.tokens, next_.past = deepcopy(self.tokens), frozenset(shops)
        next_.ciphers.update(self.ciphers)
        return next_

    def give_cipher(self, shop_id: str) -> str:
        """Return a cipher for a shop, another one each time."""
        number = list(self.ciphers.values()).count(shop_id)
        cipher = f"ROW_{self.digest('shop cipher', f'{shop_id} {number}' if number else shop_id).hex()[:24]}"
        self.ciphers[cipher] = shop_id
        return cipher

    def digest(self, purpose: str, whom: str) -> bytes:
        """Return bytes that follow from seed, world, purpose and whom it concerns."""
        return hashlib.sha256(f"{self.seed}|{self.world}|{purpose}|{whom}".encode()).digest()
