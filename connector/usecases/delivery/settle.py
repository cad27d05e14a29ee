"""What became of an attempt: looked up before anything is sent again."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from connector.domain.adjustments import Action
from connector.domain.decisions import UNFINISHED, ApproveReturn, CreateRefund, OutboxState
from connector.domain.retry import DELIVERY
from connector.domain.site import Claim, news
from connector.errors import Refused, Unavailable
from connector.records import OutboxEntry
from connector.usecases.delivery.deliver import carried_out, deliver
from connector.usecases.delivery.run import Run, claims_of, look_up
from connector.usecases.history import found, note
from connector.usecases.import_claims import CLOCK_SKEW, take_claim

log = logging.getLogger(__name__)


def settle(run: Run, entry: OutboxEntry) -> OutboxState:
    """Look up what became of an attempt; send again only when nothing did and its time had come when the run began."""
    if isinstance(entry.decision, CreateRefund):
        return _ask_by_key(run, entry)
    try:
        claims = look_up(run, entry)
    except (Unavailable, Refused) as error:
        log.warning("outbox entry %s: cannot be looked up: %s", entry.id, error)
        with run.store.writing() as work:
            work.outbox_entry_due(entry.id, run.due_at(entry, run.now + DELIVERY.longest))
        return OutboxState.UNKNOWN
    with run.store.reading() as work:
        entry = work.outbox_entry(entry.id)
    if entry.state in UNFINISHED and (over := [claim for claim in claims if _not_taken(entry, claim)]):
        return _offered(run, entry, over)
    if entry.state in UNFINISHED and (entry.not_before is None or entry.not_before <= run.began):
        return deliver(run, entry)
    return entry.state


def _not_taken(entry: OutboxEntry, claim: Claim) -> bool:
    """Return whether an offer has got there and was not taken: the claim waits again, as if nobody had answered."""
    decision = entry.decision
    if not isinstance(decision, ApproveReturn) or decision.amount is None or entry.first_sent_at is None:
        return False
    since = datetime.fromtimestamp(claim.updated, UTC) >= entry.first_sent_at - CLOCK_SKEW
    return since and news(claim) is Action.WAITS and claim.last_offer == decision.amount


def _offered(run: Run, entry: OutboxEntry, claims: Sequence[Claim]) -> OutboxState:
    """Take an offer for made, and what the buyer said to it for news: the same answer once more would be no new one."""
    with run.store.writing() as work:
        work.outbox_entry_finished(entry.id, OutboxState.DONE)
        for was in work.adjustments_of_entry(entry.id):
            work.moved(was, carried_out(work, was, entry.decision, None))
        note(work, entry, "settled", found(entry.decision), site_id=entry.site_id)
        for claim in claims:
            take_claim(work, run.shop.id, claim, again=True)
    return OutboxState.DONE


def _ask_by_key(run: Run, entry: OutboxEntry) -> OutboxState:
    """Send a refund again to learn its number: the same key brings the first outcome, whatever it was.

    A refund that looks the same may be the seller's own, made at the marketplace: its looks prove nothing.
    """
    if entry.not_before is not None and entry.not_before > run.began:
        return OutboxState.UNKNOWN
    try:
        seen = claims_of(run, entry)
    except (Unavailable, Refused) as error:
        log.warning("outbox entry %s: cannot be looked up: %s", entry.id, error)
        return OutboxState.UNKNOWN
    return deliver(run, entry, seen)
