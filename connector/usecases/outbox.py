"""The seller's answers and refunds, and the promises to deliver them, made in one transaction each.

A promise whose deadline falls at or before the next scheduled round goes out at the present instant; every other one
waits for its round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from connector.adapters.sql import tables as t
from connector.adapters.sql.store import Books
from connector.domain.adjustments import Action, RequestStatus, after
from connector.domain.decisions import (
    ANSWERS,
    APPROVING,
    COMMENT_BYTES,
    DECISIONS,
    OFFER,
    REJECTING,
    Operation,
    PromiseState,
)
from connector.domain.money import unit_of
from connector.domain.reasons import gravest
from connector.errors import BadRequest, NotNow
from connector.ports import Secret
from connector.records import Adjustment, Order
from connector.usecases.history import lines_missing, money
from connector.usecases.refundable import what_is_left


@dataclass(frozen=True, slots=True)
class Answer:
    """What the seller says to one adjustment."""

    action: Action
    by: str = "oms"  # oms | default
    amount: Decimal | None = None
    reject_reason: str | None = None
    comment: str | None = None
    conditions: tuple[str, ...] = ()


def give_answer(books: Books, adjustment: Adjustment, answer: Answer, *, secret: Secret, now: datetime) -> None:
    """Record an answer; once all lines of the RMA have it, promise to deliver it. Raises NotNow, BadRequest.

    Until then it can be changed: answers of other lines that say the opposite are void then, and are asked for again.
    """
    order = books.order(adjustment.order_id, lock=True)
    assert order is not None
    amount = _offer(adjustment, answer, order.currency)
    assert adjustment.site_adjustment_id is not None
    family = [
        entry
        for entry in books.adjustments_of_claim(adjustment.profile_id, adjustment.site_adjustment_id, lock=True)
        if entry.generation == adjustment.generation
    ]
    instead = _changed(adjustment, family)
    status = after(RequestStatus(adjustment.status) if instead is None else ANSWERS[instead], answer.action)
    if status is None or (adjustment.request_type, answer.action) not in DECISIONS:
        raise NotNow("RequestStatus", f"an adjustment in {adjustment.status} does not take {answer.action}")
    contrary = [
        entry
        for entry in family
        if entry.id != adjustment.id and entry.answer and entry.answer["action"] != answer.action
    ]
    if contrary and instead is None:
        given = (contrary[0].answer or {})["action"]
        raise BadRequest("RmaNumber", f"{adjustment.rma_number}: another line of it was answered with {given}")
    if answer.comment:
        _check_comments(answer, [entry for entry in family if entry.id != adjustment.id])
    if instead is not None:
        family = _take_back(books, [adjustment, *contrary], family, now)
    if answer.action in APPROVING:
        _check_left(books, order, adjustment, adjustment.total if amount is None else amount)
    kept = {
        "action": answer.action,
        "amount": None if amount is None else str(amount),
        "reject_reason": answer.reject_reason,
        "comment": answer.comment,
        "conditions": list(answer.conditions),
    }
    books.change(
        t.adjustments,
        adjustment.id,
        status=status,
        answer=kept,
        offer_amount=amount,
        decided_by=answer.by,
        updated_source="Api" if answer.by == "oms" else "System",
        updated_at=now,
    )
    answers = [kept if entry.id == adjustment.id else entry.answer for entry in family]
    missing = sum(1 for given in answers if given is None)
    who = "oms" if answer.by == "oms" else "connector"
    text = f"{answer.action}" + ("" if instead in (None, answer.action) else f" instead of {instead}")
    text += "" if answer.by == "oms" else " by this shop's default answer"
    if amount is not None:
        text += f", offering {money(amount, order.currency)}"
    if missing:
        text += f"; {lines_missing(missing)}"
    books.note(order, now, by=who, event="answered", text=text, site_id=adjustment.site_adjustment_id)
    if not missing:
        _promise_answer(books, order, family, [given for given in answers if given], secret=secret, now=now)


def _changed(adjustment: Adjustment, family: Sequence[Adjustment]) -> Action | None:
    """Say which answer of this line a new one would change: one that other lines have still to be given."""
    if adjustment.answer is None or all(entry.answer for entry in family):
        return None
    return Action(adjustment.answer["action"])


def _take_back(
    books: Books, void: Sequence[Adjustment], family: Sequence[Adjustment], now: datetime
) -> list[Adjustment]:
    """Ask these lines again, as if they had never been answered."""
    asked = {}
    for entry in void:
        assert entry.answer is not None
        status = ANSWERS[Action(entry.answer["action"])]
        books.change(
            t.adjustments, entry.id, status=status, answer=None, offer_amount=None, decided_by=None, updated_at=now
        )
        asked[entry.id] = replace(entry, status=status, answer=None, offer_amount=None, decided_by=None)
    return [asked.get(entry.id, entry) for entry in family]


def _check_comments(answer: Answer, others: Sequence[Adjustment]) -> None:
    """Refuse words to the buyer that together with those of the other lines are more than can be told."""
    said = [answer.comment, *((entry.answer or {}).get("comment") for entry in others)]
    if len(_joined(said).encode()) > COMMENT_BYTES:
        problem = f"with the words of the other lines it is longer than {COMMENT_BYTES} bytes of UTF-8"
        raise BadRequest("SiteRejectComment", problem)


def _joined(comments: Sequence[str | None]) -> str:
    return " ".join(dict.fromkeys(comment for comment in comments if comment))


def _check_left(books: Books, order: Order, adjustment: Adjustment, amount: Decimal) -> None:
    """Refuse a yes to money that another refund of the same units has taken meanwhile."""
    left = what_is_left(books, order)
    units = [unit for unit in left.units if unit.site_line_id in adjustment.site_line_ids]
    touched = any(unit.site_line_id not in left.untouched for unit in units)
    if touched and amount > left.sum(units):
        raise BadRequest("ID", f"only {left.sum(units)} of the {amount} is left; another refund holds the rest")


def _offer(adjustment: Adjustment, answer: Answer, currency: str) -> Decimal | None:
    """Check a partial refund; the whole sum is no offer but a plain yes."""
    if answer.amount is None:
        return None
    field = "SitePartialRefundAmount"
    if answer.action is not Action.APPROVE_REQUEST or adjustment.request_type == "CANCEL":
        raise BadRequest(field, "a partial refund can only be offered for a return or refund request")
    check_amount(field, answer.amount, currency)
    if answer.amount > adjustment.total:
        raise BadRequest(field, f"{answer.amount} is more than the {adjustment.total} asked for")
    return None if answer.amount == adjustment.total else answer.amount


def check_amount(field: str, amount: Decimal, currency: str) -> None:
    if amount <= 0:
        raise BadRequest(field, f"{amount} is not more than nothing")
    if amount != amount.quantize(unit_of(currency)):
        raise BadRequest(field, f"{amount} is finer than {currency} can be paid")


def _promise_answer(
    books: Books,
    order: Order,
    family: Sequence[Adjustment],
    answers: Sequence[dict[str, Any]],
    *,
    secret: Secret,
    now: datetime,
) -> None:
    first = family[0]
    operation, decision = DECISIONS[first.request_type, Action(answers[0]["action"])]
    body: dict[str, Any] = {"decision": decision}
    if any(answer["amount"] for answer in answers):
        offered = [Decimal(given["amount"] or entry.total) for given, entry in zip(answers, family, strict=True)]
        body = {"decision": OFFER, "amount": str(sum(offered, Decimal(0))), "currency": order.currency}
    if operation in REJECTING:
        reasons = [answer["reject_reason"] for answer in answers if answer["reject_reason"]]
        grades = [grade for answer in answers for grade in answer["conditions"]]
        body |= {
            "reason": reasons[0] if reasons else None,
            "grade": gravest(grades),
            "comment": _joined([answer["comment"] for answer in answers]) or None,
        }
    deadlines = [entry.deadline for entry in family if entry.deadline is not None]
    site_id = first.site_adjustment_id
    assert site_id is not None
    count = books.decided_before(order.profile_id, site_id)
    promise_id = promise(
        books,
        order,
        operation,
        body,
        once=f"{order.profile_id}/{site_id}/{count}",
        site_id=site_id,
        deadline=min(deadlines) if deadlines else None,
        secret=secret,
        now=now,
    )
    for entry in family:
        books.change(t.adjustments, entry.id, outbox_id=promise_id)


def promise(
    books: Books,
    order: Order,
    operation: Operation,
    body: dict[str, Any],
    *,
    once: str,
    site_id: str | None,
    deadline: datetime | None,
    secret: Secret,
    now: datetime,
) -> int:
    """Put an entry into the outbox and answer its number."""
    at_once = deadline is not None and deadline <= books.rounds_of(order.profile_id).next_round_at
    return books.add(
        t.outbox,
        profile_id=order.profile_id,
        order_id=order.id,
        what=operation,
        site_id=site_id,
        once=once,
        idempotency_key=secret("idempotency key"),
        body=body,
        state=PromiseState.WAITING,
        attempts=0,
        due_at=now if at_once else None,
        deadline=deadline,
        created_at=now,
    )
