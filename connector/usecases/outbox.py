"""Decisions of the seller, put into the outbox to be delivered: decision and entry are made in one transaction.

An entry whose deadline falls at or before the next scheduled round goes out at the present instant; every other one
waits for its round.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from connector.domain.adjustments import Action, after
from connector.domain.decisions import (
    APPROVING,
    COMMENT_BYTES,
    DECIDED_IN,
    DECISIONS,
    ApproveCancellation,
    ApproveReturn,
    ClaimDecision,
    Decision,
    RejectCancellation,
    RejectReturn,
    SellerDecision,
    SiteDecision,
)
from connector.domain.money import said, unit_of
from connector.domain.reasons import gravest
from connector.domain.site import NOT_SHIPPED_BACK
from connector.errors import BadRequest, NotNow
from connector.ports import Secret, UnitOfWork
from connector.records import Adjustment, Order, OutboxEntry
from connector.usecases.history import lines_missing, moment


def decide(
    work: UnitOfWork, adjustment: Adjustment, decision: SellerDecision, *, by_default: bool = False, secret: Secret
) -> None:
    """Record a decision; once all lines of the RMA have one, put it into the outbox. Raises NotNow, BadRequest.

    Until then it can be changed: decisions of other lines that are contrary are void then, and are asked for again.
    """
    order = work.order(adjustment.order_id, lock=True)
    assert order is not None
    amount = _offer(adjustment, decision, order.currency)
    family = family_of(work, adjustment)
    instead = _instead_of(adjustment, family)
    contrary = _check(adjustment, decision, family, instead, work.now)
    if instead is not None and adjustment.decision == replace(decision, amount=amount):
        return  # said before
    if instead is not None:
        family = _take_back(work, [adjustment, *contrary], family)
    asked = next(entry for entry in family if entry.id == adjustment.id)
    decided = replace(
        asked,
        status=after(asked.status, decision.action) or asked.status,
        decision=replace(decision, amount=amount),
        offer_amount=amount,
        decided_by="default" if by_default else "oms",
        updated_source="System" if by_default else "Api",
        updated_at=work.now,
    )
    becomes = [decided if entry.id == adjustment.id else entry for entry in family]
    missing = sum(1 for entry in becomes if entry.decision is None)
    text = f"{decision.action}" + ("" if instead in (None, decision.action) else f" instead of {instead}")
    text += " by this shop's default answer" if by_default else ""
    if amount is not None:
        text += f", offering {said(amount, order.currency)}"
    if missing:
        text += f"; {lines_missing(missing)}"
    who = "connector" if by_default else "oms"
    ids, site_id = (order.profile_id, order.id), adjustment.site_adjustment_id
    work.note(*ids, by=who, event="answered", text=text, site_id=site_id)
    entry_id = None if missing else _enqueue_decision(work, order, becomes, secret)
    if entry_id is None:
        work.moved(asked, decided)
        return
    for was, entry in zip(family, becomes, strict=True):
        work.moved(was, replace(entry, outbox_id=entry_id))


def family_of(work: UnitOfWork, adjustment: Adjustment) -> list[Adjustment]:
    """Return the adjustments that are decided together: all lines of one RMA."""
    assert adjustment.site_adjustment_id is not None
    found = work.adjustments_of_claim(adjustment.profile_id, adjustment.site_adjustment_id, lock=True)
    return [entry for entry in found if entry.generation == adjustment.generation]


def _instead_of(adjustment: Adjustment, family: Sequence[Adjustment]) -> Action | None:
    """Return the action that a new decision of this line would change, while other lines have still to be decided."""
    if adjustment.decision is None or all(entry.decision for entry in family):
        return None
    return adjustment.decision.action


def _check(
    adjustment: Adjustment,
    decision: SellerDecision,
    family: Sequence[Adjustment],
    instead: Action | None,
    now: datetime,
) -> list[Adjustment]:
    """Refuse what cannot be decided now; return the other lines whose decisions would be void."""
    status = adjustment.status if instead is None else DECIDED_IN[instead]
    if after(status, decision.action) is None or (adjustment.request_type, decision.action) not in DECISIONS:
        raise NotNow("RequestStatus", f"an adjustment in {adjustment.status} does not take {decision.action}")
    if adjustment.site_status == NOT_SHIPPED_BACK:
        raise NotNow("RequestStatus", f"the buyer has not shipped the goods yet, so {decision.action} comes too early")
    if adjustment.deadline is not None and adjustment.deadline <= now:
        raise NotNow("RequestStatus", f"{decision.action} comes too late, it was due by {moment(adjustment.deadline)}")
    others = [entry for entry in family if entry.id != adjustment.id and entry.decision]
    contrary = [entry for entry in others if entry.decision and entry.decision.action != decision.action]
    if contrary and instead is None:
        given = contrary[0].decision.action if contrary[0].decision else None
        raise BadRequest("RmaNumber", f"{adjustment.rma_number}: another line of it was answered with {given}")
    comments = _joined([decision.comment, *(entry.decision.comment for entry in others if entry.decision)])
    if decision.comment and len(comments.encode()) > COMMENT_BYTES:
        problem = f"with the words of the other lines it is longer than {COMMENT_BYTES} bytes of UTF-8"
        raise BadRequest("SiteRejectComment", problem)
    return contrary


def _take_back(work: UnitOfWork, void: Sequence[Adjustment], family: Sequence[Adjustment]) -> list[Adjustment]:
    """Ask these lines again, as if they had never been decided."""
    asked = {}
    for was in void:
        assert was.decision is not None
        status = DECIDED_IN[was.decision.action]
        becomes = replace(was, status=status, decision=None, offer_amount=None, decided_by=None, updated_at=work.now)
        work.moved(was, becomes)
        asked[was.id] = becomes
    return [asked.get(entry.id, entry) for entry in family]


def _joined(comments: Sequence[str | None]) -> str:
    return " ".join(dict.fromkeys(comment for comment in comments if comment))


OFFERABLE: Final = ("REFUND", "RETURN_AND_REFUND")


def _offer(adjustment: Adjustment, decision: SellerDecision, currency: str) -> Decimal | None:
    """Check a partial refund; the whole sum is no offer but a plain yes."""
    if decision.amount is None:
        return None
    field = "SitePartialRefundAmount"
    if decision.action is not Action.APPROVE_REQUEST or adjustment.request_type not in OFFERABLE:
        raise BadRequest(field, "a partial refund can only be offered for a return or refund request")
    check_amount(field, decision.amount, currency)
    if decision.amount > adjustment.total:
        raise BadRequest(
            field, f"{said(decision.amount, currency)} is more than the {said(adjustment.total, currency)} asked for"
        )
    return None if decision.amount == adjustment.total else decision.amount


def check_amount(field: str, amount: Decimal, currency: str) -> None:
    """Refuse, by the caller's name of the field, what cannot be paid. Raises BadRequest."""
    if amount <= 0:
        raise BadRequest(field, f"{said(amount, currency)} is not more than nothing")
    check_coins(field, amount, currency)


def check_coins(field: str, amount: Decimal, currency: str) -> None:
    """Refuse, by the caller's name of the field, what is finer than the currency. Raises BadRequest."""
    if amount % (smallest := unit_of(currency)):
        raise BadRequest(field, f"{amount} {currency} is not a multiple of {smallest} {currency}")


def _enqueue_decision(work: UnitOfWork, order: Order, family: Sequence[Adjustment], secret: Secret) -> int:
    """Put the decision about all lines of an RMA into the outbox and return the entry's number."""
    deadlines = [entry.deadline for entry in family if entry.deadline is not None]
    site_id = family[0].site_adjustment_id
    assert site_id is not None
    return enqueue(
        work,
        order,
        _as_one(family, order.currency),
        once=f"{order.profile_id}/{site_id}/{work.decided_before(order.profile_id, site_id)}",
        site_id=site_id,
        deadline=min(deadlines, default=None),
        secret=secret,
    )


def _as_one(family: Sequence[Adjustment], currency: str) -> ClaimDecision:
    """Return what the decisions about the lines of an RMA come to, in the marketplace's terms."""
    decisions = [entry.decision for entry in family if entry.decision]
    choice = DECISIONS[family[0].request_type, decisions[0].action]
    reason = next((decision.reject_reason for decision in decisions if decision.reject_reason), None)
    comment = _joined([decision.comment for decision in decisions]) or None
    if choice is SiteDecision.APPROVE_CANCELLATION:
        return ApproveCancellation()
    if choice is SiteDecision.REJECT_CANCELLATION:
        return RejectCancellation(reason, comment)
    if decisions[0].action not in APPROVING:
        grades = [grade for decision in decisions for grade in decision.conditions]
        return RejectReturn(choice, reason, comment, gravest(grades))
    if any(decision.amount for decision in decisions):
        offered = [decision.amount or entry.total for decision, entry in zip(decisions, family, strict=True)]
        return ApproveReturn(SiteDecision.OFFER, sum(offered, Decimal(0)), currency)
    return ApproveReturn(choice)


def enqueue(
    work: UnitOfWork,
    order: Order,
    decision: Decision,
    *,
    once: str,
    site_id: str | None,
    deadline: datetime | None,
    secret: Secret,
) -> int:
    """Put a decision into the outbox and return the entry's number."""
    round_at = work.rounds_of(order.profile_id).next_round_at
    # A round that is due may be under way, and have looked for what there is to deliver already.
    at_once = deadline is not None and (deadline <= round_at or round_at <= work.now)
    entry = OutboxEntry(
        profile_id=order.profile_id,
        order_id=order.id,
        decision=decision,
        site_id=site_id,
        once=once,
        idempotency_key=new_key(secret),
        due_at=work.now if at_once else None,
        deadline=deadline,
        created_at=work.now,
    )
    return work.added(entry)


def new_key(secret: Secret) -> str:
    """Return a new idempotency key: a UUID, which nobody takes for a secret where calls are recorded."""
    return str(uuid5(NAMESPACE_OID, secret("idempotency key")))
