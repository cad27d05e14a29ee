"""The marketplace's own account of what an outbox entry decides."""

from __future__ import annotations

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
from connector.domain.site import Claim, ClaimKind
from connector.errors import Refused
from connector.records import OutboxEntry
from connector.usecases.delivery.run import Run
from connector.usecases.import_claims import take_claim


def claims_of(run: Run, entry: OutboxEntry) -> list[Claim]:
    """Read the marketplace's own account of an entry. Raises Unavailable, Refused."""
    cancels = isinstance(entry.decision, CancelOrder | ApproveCancellation | RejectCancellation)
    kind = ClaimKind.CANCELLATION if cancels else ClaimKind.RETURN
    if isinstance(entry.decision, OrderDecision):
        return run.marketplace.claims(run.access, kind, order_ids=[entry.decision.order_id])
    assert entry.site_id is not None
    return run.marketplace.claims(run.access, kind, ids=[entry.site_id])


def look_up(run: Run, entry: OutboxEntry, *, refused: Refused | None = None) -> list[Claim]:
    """Read the marketplace's own account of an entry and take it in. Raises Unavailable, Refused."""
    claims = claims_of(run, entry)
    with run.store.writing() as work:
        for claim in claims:
            take_claim(work, run.shop.id, claim, run.now)
        current = work.outbox_entry(entry.id)
        if refused is not None and current.state not in UNFINISHED:
            text = "Done outside already: the marketplace refused the decision because the matter is settled"
            run.note(work, entry, "done_outside", text, words=str(refused), site_id=entry.site_id)
        ended = all(adjustment.status in TERMINAL for adjustment in work.adjustments_of_entry(entry.id))
        if ended and current.state in OUTCOME_UNKNOWN:
            work.outbox_entry_finished(entry.id, OutboxState.DONE, run.now)
    return claims
