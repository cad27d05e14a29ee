"""What became of an attempt: looked up before anything is sent again."""

import logging

from connector.domain.decisions import UNFINISHED, CreateRefund, OutboxState
from connector.domain.retry import DELIVERY
from connector.errors import Refused, Unavailable
from connector.records import OutboxEntry
from connector.usecases.delivery.deliver import deliver
from connector.usecases.delivery.run import Run, claims_of, look_up

log = logging.getLogger(__name__)


def settle(run: Run, entry: OutboxEntry) -> OutboxState:
    """Look up what became of an attempt; send again only when nothing did and its time had come when the run began."""
    if isinstance(entry.decision, CreateRefund):
        return _ask_by_key(run, entry)
    try:
        look_up(run, entry)
    except (Unavailable, Refused) as error:
        log.warning("outbox entry %s: cannot be looked up: %s", entry.id, error)
        with run.store.writing() as work:
            work.outbox_entry_due(entry.id, run.due_at(entry, run.now + DELIVERY.longest))
        return OutboxState.UNKNOWN
    with run.store.reading() as work:
        entry = work.outbox_entry(entry.id)
    if entry.state in UNFINISHED and (entry.not_before is None or entry.not_before <= run.began):
        return deliver(run, entry)
    return entry.state


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
