"""What the deliveries of one shop have in common, in one round or ahead of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.domain.retry import DELIVERY
from connector.ports import Access, Marketplace, Secret, Store, UnitOfWork
from connector.records import OutboxEntry, Shop
from connector.settings import Settings


@dataclass(frozen=True, slots=True)
class Run:
    """One shop, called with one set of tokens at one instant."""

    store: Store
    settings: Settings
    marketplace: Marketplace
    secret: Secret
    shop: Shop
    access: Access
    now: datetime
    next_round_at: datetime

    @property
    def stamp(self) -> dict[str, Any]:
        """Return, by the names of an adjustment's fields, that we have moved it and when."""
        return {"updated_source": "System", "updated_at": self.now}

    def note(
        self,
        work: UnitOfWork,
        entry: OutboxEntry,
        event: str,
        text: str,
        *,
        words: str | None = None,
        site_id: str | None = None,
    ) -> None:
        """Write a line of the order's history, as the connector's doing."""
        order = work.order(entry.order_id)
        assert order is not None
        work.note(order, self.now, by="connector", event=event, text=text, words=words, site_id=site_id)

    def due_at(self, entry: OutboxEntry, retry: datetime) -> datetime | None:
        """Return when the next attempt goes out ahead of the grid; None where the deadline waits for the round."""
        if entry.deadline is None or retry >= entry.deadline:
            return None
        round_at = self.next_round_at
        while round_at < retry:
            round_at += self.settings.poll_interval
        return retry if entry.deadline <= round_at else None

    def may_wait(self, entry: OutboxEntry) -> bool:
        """Return whether other claims are still waited for: as long as the marketplace is, then a person is told."""
        return self.now < entry.created_at + DELIVERY.attempts * self.settings.poll_interval
