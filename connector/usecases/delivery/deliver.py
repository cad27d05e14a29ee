"""The attempt itself, and what it has brought: done, refused, or to be looked up."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from connector.domain.adjustments import Action, RequestStatus, after
from connector.domain.decisions import (
    BRINGS,
    OUTCOME_UNKNOWN,
    UNFINISHED,
    CancelOrder,
    CreateRefund,
    Decision,
    OrderDecision,
    OutboxState,
)
from connector.domain.money import Parts, unit_of
from connector.domain.retry import DELIVERY
from connector.domain.site import Claim
from connector.errors import Busy, Refused, TooMuch, Unavailable
from connector.ports import UnitOfWork
from connector.records import Adjustment, OutboxEntry, amounts
from connector.usecases.blocking import give_way, in_the_way, still_fits
from connector.usecases.delivery.fail import fail, postpone
from connector.usecases.delivery.prepare import begin, prepared
from connector.usecases.delivery.run import Run, claims_of, look_up, stamp
from connector.usecases.history import MARKETPLACE, describe, found, note
from connector.usecases.import_claims import OURS, astray, take_claim
from connector.usecases.outbox import new_key
from connector.usecases.rounding import left_there, mended

log = logging.getLogger(__name__)
Look = Callable[[Run, OutboxEntry], list[Claim]]


def deliver(run: Run, entry: OutboxEntry, seen: Sequence[Claim] = ()) -> OutboxState:
    """Make one attempt and return where the entry stands after it.

    `seen` is the marketplace's account just before: taken in with the outcome, which shows what of it is ours.
    """
    try:
        decision = prepared(run, entry)
    except Unavailable as error:
        return postpone(run, entry, error, tried=False)
    if not begin(run, entry, decision):
        return OutboxState.WITHDRAWN
    try:
        made = run.marketplace.send(run.access, decision, claim_id=entry.site_id, key=entry.idempotency_key)
    except Unavailable as error:
        return postpone(run, entry, error)
    except Refused as error:
        return _not_made(run, entry, error) if isinstance(decision, OrderDecision) else _refused(run, entry, error)
    return _done(run, entry, decision, made, seen)


def _done(run: Run, entry: OutboxEntry, decision: Decision, made: str | None, seen: Sequence[Claim]) -> OutboxState:
    creating = isinstance(decision, OrderDecision)
    with run.store.writing() as work:
        if creating and made and (known := work.adjustments_of_claim(run.shop.id, made)):
            return _known_already(run, work, entry, made, known)
        work.outbox_entry_finished(entry.id, OutboxState.DONE, site_id=made if creating else None)
        for was in work.adjustments_of_entry(entry.id):
            work.moved(was, carried_out(work, was, decision, made))
        words = decision.reason if isinstance(decision, OrderDecision) else decision.choice
        text = f"Told {MARKETPLACE}: {describe(decision)}"
        note(work, entry, "delivered", text, words=words, site_id=made or entry.site_id)
        for claim in seen:
            take_claim(work, run.shop.id, claim)
    return OutboxState.DONE


def carried_out(work: UnitOfWork, was: Adjustment, decision: Decision, made: str | None) -> Adjustment:
    """Return the adjustment as the marketplace has taken it, over the sum that it reckons, spread as ours was."""
    more = stamp(work)
    if isinstance(decision, OrderDecision):
        action = Action.ACCEPTED
        more |= {"site_adjustment_id": made, "site_reason": decision.reason}
    else:
        action = BRINGS[decision.choice]
    if action is Action.INFORMED:  # what is sent once more costs nothing
        more |= amounts(Parts())
    if isinstance(decision, CreateRefund) and decision.amount is not None and decision.amount != was.total:
        more |= amounts(was.parts.scaled_to(decision.amount, unit_of(decision.currency)))
        more["site_line_amounts"] = {}
    return replace(was, status=after(was.status, action) or was.status, decision=None, **more)


def _known_already(
    run: Run, work: UnitOfWork, entry: OutboxEntry, made: str, known: Sequence[Adjustment]
) -> OutboxState:
    """Keep one refund one refund, where what a lost attempt has made was collected as somebody else's."""
    if any(adjustment.created_source == OURS for adjustment in known):
        return fail(run, work, entry, code="mistaken", words=f"{made} is another refund of the seller's.")
    work.outbox_entry_finished(entry.id, OutboxState.DONE, site_id=made)
    comment = f"Stands in the books as adjustment {known[0].id}."
    for was in work.adjustments_of_entry(entry.id):
        work.moved(was, replace(was, status=RequestStatus.INFORMATION_ONLY, comment=comment, **stamp(work)))
    note(work, entry, "settled", found(entry.decision, "collected already"), site_id=made)
    return OutboxState.DONE


def _refused(run: Run, entry: OutboxEntry, error: Refused) -> OutboxState:
    """A refusal because the same result already stands is no error: look before calling it one."""
    with run.store.writing() as work:  # this attempt had no effect: what stands is somebody else's
        work.attempt_refused(entry.id)
    claims = _claims_now(run, entry, partial(look_up, refused=error)) or ()
    with run.store.writing() as work:
        state = work.outbox_entry(entry.id).state
        if state not in UNFINISHED:
            return state
        return fail(run, work, entry, code=str(error.code), words=error.words, claims=claims)


def _not_made(run: Run, entry: OutboxEntry, error: Refused) -> OutboxState:
    """A refund or cancellation was refused: find what an earlier sending of it has made, or wait for its turn."""
    repeated = isinstance(entry.decision, CancelOrder) or entry.state in OUTCOME_UNKNOWN
    if not repeated and not isinstance(error, Busy):
        return _mend_or_fail(run, entry, error)
    claims = _claims_now(run, entry)
    if claims is None and repeated and entry.attempts + 1 < DELIVERY.attempts:
        return postpone(run, entry, Unavailable(error.words, acted=True))
    with run.store.writing() as work:
        if repeated:
            for claim in claims or ():
                take_claim(work, run.shop.id, claim, adopting=True)
            if work.outbox_entry(entry.id).state not in UNFINISHED:
                return OutboxState.DONE
        if (state := _gave_way(run, work, entry, claims)) is not None:
            return state
        if isinstance(error, Busy) and run.may_wait(entry) and _has_its_turn_coming(work, entry):
            _keep_waiting(work, entry, error)
            return OutboxState.WAITING
        if not isinstance(error, TooMuch):
            return fail(run, work, entry, code=str(error.code), words=error.words)
        entry = work.outbox_entry(entry.id)
    return _mend_or_fail(run, entry, error)


def _claims_now(run: Run, entry: OutboxEntry, look: Look = claims_of) -> list[Claim] | None:
    """Return what the marketplace shows after a refusal; None where it cannot be asked."""
    try:
        return look(run, entry)
    except (Unavailable, Refused) as failure:
        log.warning("outbox entry %s: refused, and cannot be looked up: %s", entry.id, failure)
        return None


def _gave_way(run: Run, work: UnitOfWork, entry: OutboxEntry, claims: Sequence[Claim] | None) -> OutboxState | None:
    """Return where a refused refund stands that buyers' claims have overtaken; None where that is not what failed.

    Nothing was made, and the key's outcome is this refusal: another attempt is another request.
    """
    work.attempt_refused(entry.id, key=new_key(run.secret))
    for claim in claims or ():
        take_claim(work, run.shop.id, claim)
    refused = work.outbox_entry(entry.id)
    left = give_way(work, refused)
    return None if left == refused else left.state


def _has_its_turn_coming(work: UnitOfWork, entry: OutboxEntry) -> bool:
    current = work.outbox_entry(entry.id)
    return in_the_way(work, current) is not None or still_fits(work, current)


def _keep_waiting(work: UnitOfWork, entry: OutboxEntry, error: Refused) -> None:
    work.outbox_entry_held(entry.id, error.words, until=work.now + DELIVERY.longest)
    if entry.error_message != error.words:
        text = f"{MARKETPLACE} is busy with another claim on the same units ({describe(entry.decision)})"
        note(work, entry, "held_back", text, words=error.words)


def _mend_or_fail(run: Run, entry: OutboxEntry, error: Refused) -> OutboxState:
    """End in an error, unless all that is wrong with a refund is how we have reckoned a coin."""
    try:
        better = _mended(run, entry) if isinstance(error, TooMuch) else None
    except Unavailable as failure:
        return postpone(run, entry, failure, tried=False)
    if better is None:
        claims = _claims_now(run, entry)
        if claims is None and entry.attempts + 1 < DELIVERY.attempts:  # a buyer's claim may have overtaken it
            return postpone(run, entry, Unavailable(error.words, acted=True))
        with run.store.writing() as work:
            state = _gave_way(run, work, entry, claims)
            return state or fail(run, work, entry, code=str(error.code), words=error.words)
    with run.store.writing() as work:
        work.attempt_refused(entry.id, key=new_key(run.secret), decision=better)
        for was in work.adjustments_of_entry(entry.id):
            line_ids = list(better.line_ids)
            quantity = None if was.item_id is None else len(line_ids)
            becomes = replace(was, site_line_ids=line_ids, site_line_amounts={}, quantity=quantity, **stamp(work))
            work.moved(was, becomes)
        entry = work.outbox_entry(entry.id)
    return deliver(run, entry)


def _mended(run: Run, entry: OutboxEntry) -> CreateRefund | None:
    """Return a refund as the marketplace would take it, once and where it is off by no more than coins."""
    with run.store.reading() as work:
        refund = work.outbox_entry(entry.id).decision
        units = work.units([entry.order_id])
        named = any(one.item_id is not None for one in work.adjustments_of_entry(entry.id))
    if not isinstance(refund, CreateRefund) or refund.mended:
        return None
    parcels = {unit.package_id for unit in units if unit.site_line_id in refund.line_ids}
    others = [] if named else [unit.site_line_id for unit in units if unit.package_id in parcels]
    left = left_there(run.marketplace, run.access, refund, others)
    return mended(refund, left, astray(refund, refund.currency))
