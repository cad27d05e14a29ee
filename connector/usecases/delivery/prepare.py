"""Before an attempt: whether it has to wait, what only the marketplace knows, and that it begins."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from connector.domain.adjustments import Action, after
from connector.domain.decisions import (
    APPROVALS,
    UNFINISHED,
    CancelOrder,
    CreateRefund,
    Decision,
    OrderDecision,
    OutboxState,
    RejectCancellation,
    RejectReturn,
    SiteDecision,
)
from connector.domain.reasons import MARKETS, REASONS, choose
from connector.errors import Refused
from connector.ports import UnitOfWork
from connector.records import OutboxEntry
from connector.usecases.blocking import HELD, give_way, hold, in_the_way, same_units
from connector.usecases.delivery.fail import fail
from connector.usecases.delivery.run import Run, stamp
from connector.usecases.history import note
from connector.usecases.import_claims import astray, reckoned
from connector.usecases.refundable import not_called_off
from connector.usecases.refunds import site_reason

log = logging.getLogger(__name__)

SHIPPED: Final = "It has been shipped meanwhile, so that it cannot be called off any more. Ask for a refund instead."


def prepared(run: Run, entry: OutboxEntry) -> Decision:
    """Return the decision with a reason that the case's list has or that fits now, and the sum that would be paid back.

    Where the marketplace gives no advice our own reckoning stands: the call itself will say. Raises Unavailable.
    """
    decision = entry.decision
    if (no := _without_reason(decision)) is not None:
        return replace(no, reason=choose(_default_reason(run, no), _live_reasons(run, entry)))
    if isinstance(decision, CreateRefund | CancelOrder):
        decision = _as_things_are(run, entry, decision)
    if isinstance(decision, CreateRefund) and decision.amount is None:
        return replace(decision, amount=_plain(_amount(run, entry, decision)))
    return decision


def begin(run: Run, entry: OutboxEntry, decision: Decision) -> bool:
    """Write the attempt down before it is made; False where the entry is finished already."""
    with run.store.writing() as work:
        if not work.attempt_begun(entry, decision):
            return False
        no = _without_reason(entry.decision)
        if no is not None and (chosen := getattr(decision, "reason", None)) != (default := _default_reason(run, no)):
            text = f"The case does not offer the default reason {default}; its first one is taken"
            note(work, entry, "reason_replaced", text, words=chosen)
        for was in work.adjustments_of_entry(entry.id):
            status = after(was.status, Action.SEND)
            waited = entry.error_message == HELD
            if status is not None or waited:
                comment = "" if waited else was.comment
                work.moved(was, replace(was, status=status or was.status, comment=comment, **stamp(work)))
    return True


def its_turn(run: Run, entry: OutboxEntry, unsettled: Sequence[OutboxEntry]) -> tuple[OutboxEntry, bool]:
    """Return an entry as it now stands and whether it goes out now: an answer to a buyer goes before a refund of ours.

    Only a refund that is `unsettled` goes before the answer, as long as its deadline is not at stake.
    """
    if not isinstance(entry.decision, OrderDecision):
        in_time = entry.deadline is None or entry.deadline > run.next_round_at
        return entry, not (in_time and unsettled)
    with run.store.writing() as work:
        entry = give_way(work, entry)
        if _left_meanwhile(work, entry):
            fail(run, work, entry, code="shipped", words=SHIPPED, why="Not sent")
            entry = work.outbox_entry(entry.id)
        before = in_the_way(work, entry) if entry.state in UNFINISHED else None
        if before is not None:
            hold(work, entry, before)
    return entry, before is None and entry.state in UNFINISHED


def _as_things_are(run: Run, entry: OutboxEntry, decision: CreateRefund | CancelOrder) -> CreateRefund | CancelOrder:
    """Return what nobody has been told of yet as what it is by now: all that is left or a part of it, and why."""
    if entry.state is not OutboxState.WAITING:
        return decision
    with run.store.reading() as work:
        (own,) = work.adjustments_of_entry(entry.id)
        goods = [unit for unit in work.units([entry.order_id]) if unit.site_line_id in decision.line_ids]
        whole = not_called_off(work, entry.order_id) == set(decision.line_ids)
    reason = decision.reason
    if decision.default_reason:
        cancels = isinstance(decision, CancelOrder)
        reason = site_reason(MARKETS[run.shop.region], goods, own.reason, cancels=cancels, whole=whole)
    return replace(decision, whole=whole, reason=reason)


def _left_meanwhile(work: UnitOfWork, entry: OutboxEntry) -> bool:
    """Return whether all that was to be called off has been shipped before anybody was told."""
    decision = entry.decision
    if not isinstance(decision, CancelOrder) or entry.state is not OutboxState.WAITING:
        return False
    goods = [unit for unit in work.units([entry.order_id]) if unit.site_line_id in decision.line_ids]
    return bool(goods) and all(unit.shipped for unit in goods)


def unsettled(run: Run, entry: OutboxEntry) -> list[OutboxEntry]:
    """Return the refunds and cancellations of unknown outcome on whose units this answer says yes to a buyer."""
    if not isinstance(entry.decision, APPROVALS):
        return []
    with run.store.reading() as work:
        creating = work.creating(entry.order_id)
        return same_units(work, entry, creating) if creating else []


def _without_reason(decision: Decision) -> RejectReturn | RejectCancellation | None:
    """Return a no whose reason is yet to be taken from those that the marketplace offers for the case."""
    if isinstance(decision, RejectReturn | RejectCancellation) and (decision.reason or "") in ("", *REASONS):
        return decision
    return None


def _default_reason(run: Run, decision: RejectReturn | RejectCancellation) -> str:
    reasons = MARKETS[run.shop.region]
    if isinstance(decision, RejectCancellation):
        return reasons.reject_cancellation
    if decision.choice is SiteDecision.REJECT_GOODS:
        return reasons.reject_goods.get(decision.reason or "", reasons.reject_goods[decision.grade])
    return reasons.reject_request


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
