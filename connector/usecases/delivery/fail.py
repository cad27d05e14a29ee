"""After an attempt that brought nothing: the next attempt is a stored time, or a person is told."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from connector.domain.adjustments import BEGINS, Action, RequestStatus, after
from connector.domain.decisions import ASKED, OUTCOME_UNKNOWN, UNFINISHED, OrderDecision, OutboxState
from connector.domain.retry import DELIVERY
from connector.domain.site import Claim, news
from connector.errors import Unavailable
from connector.ports import UnitOfWork
from connector.records import OutboxEntry
from connector.usecases.delivery.run import Run, stamp
from connector.usecases.history import MARKETPLACE, describe, note
from connector.usecases.import_claims import ask_anew

log = logging.getLogger(__name__)


def postpone(run: Run, entry: OutboxEntry, error: Unavailable, *, tried: bool = True) -> OutboxState:
    """Store the next attempt; out of the grid where the deadline would not wait for the round.

    As long as there is a deadline ahead it is never enough.
    """
    attempts = entry.attempts + 1
    in_time = entry.deadline is not None and run.now < entry.deadline
    retry = DELIVERY.next_try(run.now, attempts=attempts, never_enough=in_time)
    acted = (tried and error.acted) or entry.state in OUTCOME_UNKNOWN  # what once was unknown still is
    if retry is None and not acted:
        with run.store.writing() as work:
            return fail(run, work, entry, code="unavailable", words=error.words)
    ours = retry or run.now + DELIVERY.longest
    retry = DELIVERY.as_asked(ours, error.retry_after, now=run.now, deadline=entry.deadline)
    state = OutboxState.UNKNOWN if acted else OutboxState.WAITING
    due = run.due_at(entry, retry)
    with run.store.writing() as work:
        if error.stale_token:
            work.token_stale(run.shop.id)
        work.attempt_failed(entry.id, state, attempts=attempts, not_before=retry, due_at=due, words=error.words)
        fate = "its outcome is not known, it will be looked up" if acted else "nothing has happened"
        came = "got no answer" if error.acted else "came to nothing"
        text = f"Attempt {attempts} to tell {MARKETPLACE} {came} ({describe(entry.decision)}): {fate}"
        note(work, entry, "attempt_failed", text, words=error.words, site_id=entry.site_id)
    return state


def broke(run: Run, entry: OutboxEntry, error: Exception) -> OutboxState:
    """Contain a fault of our own: it holds up no other entry, is tried again, and ends where a person sees it."""
    log.error("outbox entry %s: %s", entry.id, error, exc_info=error)
    words = f"The connector failed: {type(error).__name__}"
    with run.store.writing() as work:
        current = work.outbox_entry(entry.id)
        if current.state not in UNFINISHED:
            return current.state
        attempts = max(current.attempts, entry.attempts + 1)
        retry = DELIVERY.next_try(run.now, attempts=attempts)
        if retry is None:
            return fail(run, work, current, code="internal", words=words)
        state = OutboxState.UNKNOWN if current.state in OUTCOME_UNKNOWN else OutboxState.WAITING
        due = run.due_at(current, retry)
        work.attempt_failed(entry.id, state, attempts=attempts, not_before=retry, due_at=due, words=words)
        text = f"Attempt {attempts} to tell {MARKETPLACE} failed here ({describe(current.decision)})"
        note(work, current, "attempt_failed", text, words=words, site_id=current.site_id)
    return state


def fail(
    run: Run,
    work: UnitOfWork,
    entry: OutboxEntry,
    *,
    code: str,
    words: str,
    claims: Sequence[Claim] = (),
    why: str = f"{MARKETPLACE} does not take it",
) -> OutboxState:
    """End in an error that a person can see; what still waits for the seller is asked anew, so that they can."""
    work.outbox_entry_finished(entry.id, OutboxState.REFUSED, error=(code, words))
    failed = []
    for was in work.adjustments_of_entry(entry.id):
        status = after(after(was.status, Action.SEND) or was.status, Action.REFUSED) or was.status
        becomes = replace(was, status=status, error_code=code, error_message=words, decision=None, **stamp(work))
        work.moved(was, becomes)
        if status is RequestStatus.ERROR:
            failed.append(was)
    text = f"Error: {why} ({describe(entry.decision)}), code {code}"
    note(work, entry, "refused", text, words=words, site_id=entry.site_id)
    waits = _still_waits(run, entry, claims)
    if failed and waits is not None:
        for adjustment in failed:
            ask_anew(work, adjustment, waits)
        text = "The request still waits for the seller and can be answered again"
        shown = claims[0].status if claims else None
        note(work, entry, "asked_anew", text, words=shown, site_id=entry.site_id)
    return OutboxState.REFUSED


def _still_waits(run: Run, entry: OutboxEntry, claims: Sequence[Claim]) -> RequestStatus | None:
    """Return what the seller is still asked by the marketplace's account, or as last read where that is silent."""
    if isinstance(entry.decision, OrderDecision):
        return None
    if claims:
        action = news(claims[0])
        return BEGINS[action] if action in (Action.WAITS, Action.READY) else None
    if entry.deadline is not None and entry.deadline <= run.now:
        return None
    return ASKED.get(entry.decision.choice, RequestStatus.NEW_RMA)
