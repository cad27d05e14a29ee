"""Before an attempt: whether it has to wait, what only the marketplace knows, and that it begins."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from connector.domain.adjustments import Action, after
from connector.domain.decisions import (
    OUTCOME_UNKNOWN,
    UNFINISHED,
    CreateRefund,
    Decision,
    OrderDecision,
    RejectCancellation,
    RejectReturn,
    SiteDecision,
)
from connector.domain.reasons import MARKETS, REASONS, choose
from connector.errors import Refused
from connector.records import OutboxEntry
from connector.usecases.blocking import in_the_way
from connector.usecases.delivery.run import Run
from connector.usecases.history import describe
from connector.usecases.import_claims import astray, reckoned

log = logging.getLogger(__name__)

HELD: Final = "Waits for another claim on the same units."


def prepared(run: Run, entry: OutboxEntry) -> Decision:
    """Return the decision with a reason that the case's list has, or the sum that would be paid back.

    Where the marketplace gives no advice our own reckoning stands: the call itself will say. Raises Unavailable.
    """
    decision = entry.decision
    if isinstance(decision, RejectReturn | RejectCancellation) and (decision.reason or "") in ("", *REASONS):
        return replace(decision, reason=_reject_reason(run, entry, decision))
    if isinstance(decision, CreateRefund) and decision.amount is None:
        return replace(decision, amount=_plain(_amount(run, entry, decision)))
    return decision


def begin(run: Run, entry: OutboxEntry, decision: Decision) -> bool:
    """Write the attempt down before it is made; False where the entry is finished already."""
    with run.store.writing() as work:
        if work.outbox_entry(entry.id).state not in UNFINISHED:
            return False
        work.attempt_begun(entry, decision, run.now)
        for was in work.adjustments_of_entry(entry.id):
            status = after(was.status, Action.SEND)
            if status is not None:
                work.moved(was, replace(was, status=status, **run.stamp))
    return True


def must_wait(run: Run, entry: OutboxEntry) -> bool:
    """Return whether a refund has to wait for another one of the same units; the history has it once."""
    may = isinstance(entry.decision, OrderDecision) and entry.state not in OUTCOME_UNKNOWN and run.may_wait(entry)
    if not may:
        return False
    with run.store.reading() as work:
        before = in_the_way(work, entry)
    if before is None:
        return False
    if entry.error_message != HELD:
        with run.store.writing() as work:
            work.outbox_entry_held(entry.id, HELD)
            text = f"Not sent yet ({describe(entry.decision)}): another claim on the same units goes first"
            run.note(work, entry, "held_back", text, site_id=before.site_adjustment_id)
    return True


def _reject_reason(run: Run, entry: OutboxEntry, decision: RejectReturn | RejectCancellation) -> str:
    reasons = MARKETS[run.shop.region]
    if isinstance(decision, RejectCancellation):
        default = reasons.reject_cancellation
    elif decision.choice is SiteDecision.REJECT_GOODS:
        default = reasons.reject_goods.get(decision.reason or "", reasons.reject_goods[decision.grade])
    else:
        default = reasons.reject_request
    chosen = choose(default, _live_reasons(run, entry))
    if chosen != default:
        with run.store.writing() as work:
            text = f"The case does not offer the default reason {default}; its first one is taken"
            run.note(work, entry, "reason_replaced", text, words=chosen)
    return chosen


def _live_reasons(run: Run, entry: OutboxEntry) -> Sequence[str]:
    assert entry.site_id is not None
    try:
        return run.marketplace.reject_reasons(run.access, entry.site_id)
    except Refused as error:
        log.info("outbox entry %s: %s", entry.id, error)
        return ()


def _amount(run: Run, entry: OutboxEntry, refund: CreateRefund) -> Decimal:
    """Return the marketplace's sum for all that is left, but no more than rounding makes of ours: units whose other
    refund came to nothing have more left than was meant. Nor less, where a sum was asked for: a person is told."""
    with run.store.reading() as work:
        ours = reckoned(work, entry)
    try:
        theirs = run.marketplace.refundable(run.access, refund.order_id, refund.line_ids, refund.reason)
    except Refused as error:
        log.info("outbox entry %s: %s", entry.id, error)
        return ours
    most = astray(refund, refund.currency)
    too_little = refund.stated and theirs < ours - most
    return ours if too_little or theirs > ours + most else theirs


def _plain(amount: Decimal) -> Decimal:
    """Return a sum as the marketplace writes it: no exponent, no padding."""
    text = f"{amount:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)
