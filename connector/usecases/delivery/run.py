"""What the deliveries of one shop have in common, and the marketplace's own account of what they decide."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.domain.adjustments import TERMINAL
from connector.domain.decisions import (
    OUTCOME_UNKNOWN,
    UNFINISHED,
    ApproveCancellation,
    CancelOrder,
    OrderDecision,
    OutboxState,
    RejectCancellation,
)
from connector.domain.retry import DELIVERY
from connector.domain.site import Claim, ClaimKind
from connector.errors import Refused
from connector.ports import Access, Clock, Marketplace, Secret, Store, UnitOfWork
from connector.records import OutboxEntry, Shop
from connector.settings import Settings
from connector.usecases.history import note
from connector.usecases.import_claims import take_claim
from connector.usecases.return_records import with_records


@dataclass(frozen=True, slots=True)
class Run:
    """One shop, called with one set of tokens."""

    store: Store
    settings: Settings
    marketplace: Marketplace
    secret: Secret
    clock: Clock
    shop: Shop
    access: Access
    began: datetime
    next_round_at: datetime

    @property
    def now(self) -> datetime:
        """Return the time by the clock: a run takes as long as its calls do."""
        return self.clock.now()

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


def stamp(work: UnitOfWork) -> dict[str, Any]:
    """Return, by the names of an adjustment's fields, that we have moved it and when."""
    return {"updated_source": "System", "updated_at": work.now}


def claims_of(run: Run, entry: OutboxEntry) -> list[Claim]:
    """Read the marketplace's own account of an entry. Raises Unavailable, Refused."""
    cancels = isinstance(entry.decision, CancelOrder | ApproveCancellation | RejectCancellation)
    kind = ClaimKind.CANCELLATION if cancels else ClaimKind.RETURN
    if isinstance(entry.decision, OrderDecision):
        claims = run.marketplace.claims(run.access, kind, order_ids=[entry.decision.order_id])
    else:
        assert entry.site_id is not None
        claims = run.marketplace.claims(run.access, kind, ids=[entry.site_id])
    return [with_records(run.marketplace, run.access, claim) for claim in claims]


def look_up(run: Run, entry: OutboxEntry, *, refused: Refused | None = None) -> list[Claim]:
    """Read the marketplace's own account of an entry and take it in. Raises Unavailable, Refused."""
    claims = claims_of(run, entry)
    with run.store.writing() as work:
        for claim in claims:
            take_claim(work, run.shop.id, claim)
        current = work.outbox_entry(entry.id)
        if refused is not None and current.state not in UNFINISHED:
            text = "Done outside already: the marketplace refused the decision because the matter is settled"
            note(work, entry, "done_outside", text, words=str(refused), site_id=entry.site_id)
        ended = all(adjustment.status in TERMINAL for adjustment in work.adjustments_of_entry(entry.id))
        if ended and current.state in OUTCOME_UNKNOWN:
            work.outbox_entry_finished(entry.id, OutboxState.DONE)
    return claims
