"""What the marketplace tells of claims, taken in: their news move their adjustments.

A document that was read before changes nothing; an older one than the last is not believed. What happened outside
(Seller Center, a lapse, the operator) walks the claim's open adjustment itself to its end; a new adjustment is made
only where the claim has none, or where its last one has ended and the news goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from connector.adapters.sql import tables as t
from connector.adapters.sql.store import Books
from connector.domain.adjustments import AWAITS_SELLER, BEGINS, OPEN, REOPENS, TERMINAL, Action, RequestStatus, after
from connector.domain.decisions import OUTCOME_UNKNOWN, UNFINISHED, Operation, PromiseState
from connector.domain.money import Parts, as_parts, split, unit_of
from connector.domain.site import (
    Claim,
    ClaimKind,
    ClaimLine,
    news,
)
from connector.domain.units import UnitMoney
from connector.records import Adjustment, Case, LineUnit, Order, Promise
from connector.usecases import history as telling
from connector.usecases.history import SELLER_REFUND

OURS: Final = "Api"  # the source of an adjustment that the OMS started
STRAYS: Final = 2  # coins per unit: one of tax, one of shipping
CLOCK_SKEW: Final = timedelta(minutes=5)  # between us and the marketplace, at most
MAKES: Final = {ClaimKind.RETURN: Operation.CREATE_RETURN, ClaimKind.CANCELLATION: Operation.CANCEL_ORDER}


def is_news(case: Case | None, claim: Claim) -> bool:
    if case is None:
        return True
    return case.fingerprint != claim.fingerprint and claim.updated >= case.site_updated


def take_claim(books: Books, profile_id: int, claim: Claim, now: datetime, *, adopting: bool = False) -> bool:
    """Take in a return or a cancellation of a known order; False when nothing is new.

    A refund that may be one of ours whose answer got lost is left aside until its promise is settled under its key,
    unless nothing but what is seen can say so: then it is `adopting`.
    """
    case = books.case(profile_id, claim.id)
    if not is_news(case, claim):
        return False
    order = books.order_by_site(profile_id, claim.order_id)
    if order is None:
        return False
    history = books.adjustments_of_claim(profile_id, claim.id, lock=True)
    alike = [] if history else _made_by_us(books, order, claim)
    if alike and alike[0].what == Operation.CREATE_RETURN and not adopting:
        return False
    _keep_case(books, order, case, claim)
    action = news(claim)
    if action is None:
        text = f"The marketplace shows a status that is not known here: {claim.status}"
        books.note(order, now, by="marketplace", event="status_unknown", text=text, site_id=claim.id)
        return True
    units = books.units([order.id])
    if len(alike) == 1:
        history = _adopt(books, order, claim, alike[0], now)
    generation = max((entry.generation for entry in history), default=0)
    current = [entry for entry in history if entry.generation == generation]
    ended = [RequestStatus(entry.status) for entry in current if entry.status in TERMINAL]
    if not current or (len(ended) == len(current) and action in REOPENS[ended[0]]):
        for entry in current:
            books.change(t.adjustments, entry.id, **_seen_after_end(claim, entry, now))
        _open(books, order, units, claim, action, generation + 1, now)
    else:
        _walk(books, order, units, claim, action, current, now)
    return True


def _keep_case(books: Books, order: Order, case: Case | None, claim: Claim) -> None:
    values = {
        "site_status": claim.status,
        "arbitration_status": claim.arbitration_status,
        "site_updated": claim.updated,
        "fingerprint": claim.fingerprint,
    }
    if case is not None:
        books.move_case(order.profile_id, claim.id, **values)
        return
    books.add(
        t.cases,
        profile_id=order.profile_id,
        site_id=claim.id,
        kind=claim.kind,
        order_id=order.id,
        request_type=claim.request_type,
        role=claim.role,
        **values,
    )


def _made_by_us(books: Books, order: Order, claim: Claim) -> list[Promise]:
    """Find the promises that may have made this claim, their answer being lost: the same units, the same sum."""
    if claim.role not in ("SELLER", ""):
        return []
    return [promise for promise in books.creating(order.id) if _is_alike(books, order, claim, promise)]


def _is_alike(books: Books, order: Order, claim: Claim, promise: Promise) -> bool:
    if promise.what != MAKES[claim.kind] or promise.first_sent_at is None:
        return False
    lines = {line.line_id for line in claim.lines}
    if lines and lines != set(promise.body["line_ids"]):
        return False
    if claim.total is None:
        alike = bool(lines)
    elif promise.what == Operation.CREATE_RETURN:
        alike = claim.total == Decimal(promise.body["amount"])
    else:
        alike = abs(claim.total - promised(books, promise)) <= astray(promise, order.currency)
    return alike and datetime.fromtimestamp(claim.created, UTC) >= promise.first_sent_at - CLOCK_SKEW


def promised(books: Books, promise: Promise) -> Decimal:
    """Add up what a promise is about, as we reckon it."""
    return sum((entry.total for entry in books.adjustments_of_promise(promise.id)), Decimal(0))


def astray(promise: Promise, currency: str) -> Decimal:
    """Say by how much the marketplace may differ about the same units: it shares out tax and shipping by itself."""
    return STRAYS * len(promise.body["line_ids"]) * unit_of(currency)


def _adopt(books: Books, order: Order, claim: Claim, promise: Promise, now: datetime) -> list[Adjustment]:
    books.change(t.outbox, promise.id, state=PromiseState.DONE, site_id=claim.id, due_at=None, finished_at=now)
    adopted = books.adjustments_of_promise(promise.id)
    for entry in adopted:
        status = after(RequestStatus(entry.status), Action.ACCEPTED) or RequestStatus(entry.status)
        books.change(t.adjustments, entry.id, site_adjustment_id=claim.id, status=status, updated_at=now)
    done = telling.says(promise.what, promise.body)
    text = f"Found at {telling.MARKETPLACE} ({done}): carried out although its answer was lost"
    books.note(order, now, by="connector", event="settled", text=text, words=claim.status, site_id=claim.id)
    return books.adjustments_of_claim(order.profile_id, claim.id, lock=True)


def _open(
    books: Books,
    order: Order,
    units: Sequence[LineUnit],
    claim: Claim,
    action: Action,
    generation: int,
    now: datetime,
) -> None:
    """Make the claim's adjustments: one per line for a return, one for a cancellation."""
    by_unit = {unit.site_line_id: unit for unit in units}
    lines = claim.lines or tuple(
        ClaimLine(line_id=unit.site_line_id, total=None, tax=Decimal(0), shipping=Decimal(0)) for unit in units
    )
    groups: dict[int | None, list[ClaimLine]] = {}
    for line in lines:
        unit = by_unit.get(line.line_id)
        item_id = unit.item_id if unit and claim.kind is ClaimKind.RETURN else None
        groups.setdefault(item_id, []).append(line)
    status = BEGINS[action]
    own_words = SELLER_REFUND if claim.role == "SELLER" and claim.request_type == "REFUND" else claim.request_type
    shares = _shares(claim, action, list(groups.values()), by_unit, order.currency, [])
    for (item_id, group), parts in zip(groups.items(), shares, strict=True):
        books.add(
            t.adjustments,
            level="item" if item_id is not None else "order",
            profile_id=order.profile_id,
            order_id=order.id,
            item_id=item_id,
            quantity=len(group) if item_id is not None else None,
            type="Cancellation" if claim.kind is ClaimKind.CANCELLATION else "Refund",
            created_source="Channel",
            is_restock=False,
            reason=_reason(claim),
            part=0,
            site_adjustment_id=claim.id,
            generation=generation,
            rma_number=claim.id if claim.kind is ClaimKind.RETURN else None,
            created_at=now,
            request_type=own_words,
            site_line_ids=[line.line_id for line in group],
            site_reason=claim.reason,
            site_reason_text=claim.reason_text,
            decided_by=None if status in (RequestStatus.NEW_RMA, RequestStatus.READY_FOR_RETURN) else "channel",
            **_seen(claim, group, status, parts, now),
        )
    total = sum((parts.total for parts in shares), Decimal(0))
    who, text = telling.opened(claim, own_words, status, total, order.currency, again=generation > 1)
    books.note(order, now, by=who, event="adjustment_opened", text=text, words=_words(claim), site_id=claim.id)


def ask_anew(books: Books, ended: Adjustment, status: RequestStatus, now: datetime) -> None:
    """Open a new adjustment for a question whose answer came to nothing: the same claim, lines, money and deadline."""
    same = {column.name: getattr(ended, column.name) for column in t.adjustments.c if column.name != "id"}
    fresh = {
        "status": status,
        "created_source": "Channel",
        "updated_source": "System",
        "created_at": now,
        "updated_at": now,
        "generation": ended.generation + 1,
        "error_code": None,
        "error_message": None,
        "decided_by": None,
        "offer_amount": None,
        "answer": None,
        "warned_at": None,
        "outbox_id": None,
    }
    books.add(t.adjustments, **{**same, **fresh})


def _walk(
    books: Books,
    order: Order,
    units: Sequence[LineUnit],
    claim: Claim,
    action: Action,
    current: Sequence[Adjustment],
    now: datetime,
) -> None:
    """Let the news move the claim's adjustments; a decision it forestalls is withdrawn or closed as done outside."""
    by_unit = {unit.site_line_id: unit for unit in units}
    stated = {line.line_id: line for line in claim.lines}
    nothing = ClaimLine(line_id="", total=None, tax=Decimal(0), shipping=Decimal(0))
    groups = [[stated.get(line_id, nothing) for line_id in entry.site_line_ids] for entry in current]
    shares = _shares(claim, action, groups, by_unit, order.currency, current)
    moved: list[RequestStatus] = []
    for entry, group, parts in zip(current, groups, shares, strict=True):
        was = RequestStatus(entry.status)
        ours = entry.request_type == SELLER_REFUND and action is Action.WAITS  # a refund of ours waits for nobody
        status = None if ours else after(was, action)
        values = _seen(claim, group, status or was, parts, now) if was in OPEN else _seen_after_end(claim, entry, now)
        if entry.deadline != claim.deadline:
            values["warned_at"] = None
        if status is not None:
            moved.append(status)
            values |= {"answer": None, "decided_by": _decider(books, entry, status, now)}
        books.change(t.adjustments, entry.id, **values)
    books.note(
        order,
        now,
        by="marketplace",
        event="adjustment_moved" if moved else "claim_changed",
        text=telling.moved(current[0], moved[0]) if moved else telling.changed(claim, current[0], action),
        words=_words(claim),
        site_id=claim.id,
    )


def _decider(books: Books, entry: Adjustment, status: RequestStatus, now: datetime) -> str:
    """Close the promise that the news has overtaken, and say whose decision stands."""
    if status is RequestStatus.NEW_RMA:  # a declined offer: everything is open again
        return "buyer"
    if entry.outbox_id is None:
        return entry.decided_by if entry.decided_by and entry.answer is None else "channel"
    promise = books.promise(entry.outbox_id)
    if promise.state not in UNFINISHED:
        # Where the seller is asked again, what was told is over: a lapse is nobody's answer but the marketplace's.
        return "channel" if entry.status in AWAITS_SELLER else entry.decided_by or "channel"
    outside = promise.state not in OUTCOME_UNKNOWN
    state = PromiseState.WITHDRAWN if outside else PromiseState.DONE
    books.change(t.outbox, promise.id, state=state, due_at=None, finished_at=now)
    return "channel" if outside else entry.decided_by or "channel"


def _seen(
    claim: Claim, group: Sequence[ClaimLine], status: RequestStatus, parts: Parts, now: datetime
) -> dict[str, Any]:
    """What an adjustment shows of its claim while it is open and as it ends."""
    return {
        "status": status,
        "updated_source": "Channel",
        "updated_at": now,
        "site_line_amounts": {line.line_id: str(line.total) for line in group if line.total is not None},
        "site_status": claim.status,
        "arbitration_status": claim.arbitration_status,
        "deadline": claim.deadline,
        "tracking": claim.tracking,
        "shipping_method": claim.carrier,
        "comment": _comment(claim, status),
        "site_refund_at": datetime.fromtimestamp(claim.updated, UTC) if status is RequestStatus.COMPLETE else None,
        **amounts(parts),
    }


def _seen_after_end(claim: Claim, entry: Adjustment, now: datetime) -> dict[str, Any]:
    """An adjustment that has ended keeps status and money; only what is said about it goes on."""
    return {
        "updated_at": now,
        "site_status": claim.status,
        "arbitration_status": claim.arbitration_status,
        "deadline": None,
        "comment": _comment(claim, RequestStatus(entry.status)) or entry.comment,
    }


def amounts(parts: Parts) -> dict[str, Decimal]:
    """Name the parts as the adjustment's columns do."""
    return {
        "total": parts.total,
        "item_amount": parts.item,
        "tax_amount": parts.tax,
        "shipping_amount": parts.shipping,
        "shipping_tax_amount": parts.shipping_tax,
        "gift_amount": parts.gift,
        "gift_tax_amount": parts.gift_tax,
        "recycling_amount": parts.recycling,
    }


def parts_as_kept(entry: Adjustment) -> Parts:
    """Read the parts back from the adjustment's columns."""
    return Parts(
        entry.item_amount,
        entry.tax_amount,
        entry.shipping_amount,
        entry.shipping_tax_amount,
        entry.gift_amount,
        entry.gift_tax_amount,
        entry.recycling_amount,
    )


def _shares(
    claim: Claim,
    action: Action,
    groups: Sequence[Sequence[ClaimLine]],
    by_unit: dict[str, LineUnit],
    currency: str,
    current: Sequence[Adjustment],
) -> list[Parts]:
    """Divide a claim's money among its adjustments: the total is the marketplace's, the lines say how it is spread."""
    if action is Action.INFORMED:
        return [Parts() for _ in groups]
    rough: list[Parts] = []
    for group in groups:
        parts = [_line_parts(line, by_unit) for line in group]
        rough.append(
            Parts(
                item=sum((part.item for part in parts), Decimal(0)),
                tax=sum((part.tax for part in parts), Decimal(0)),
                shipping=sum((part.shipping for part in parts), Decimal(0)),
            )
        )
    spread = [parts.total for parts in rough]
    total = claim.total if claim.total is not None else sum(spread, Decimal(0))
    paying = action in (Action.PAYING, Action.PAID)
    if paying and claim.offered is not None and claim.offered < total:
        total = claim.offered
        agreed = [entry.offer_amount for entry in current if entry.offer_amount is not None]
        spread = agreed if len(agreed) == len(groups) else spread
    if len(current) == len(groups) and not any(spread):
        spread = [entry.total for entry in current]
    unit = unit_of(currency)
    for at, entry in enumerate(current):
        if entry.created_source == OURS:  # the seller said which parts are meant; of the marketplace's it may differ
            rough[at] = parts_as_kept(entry)
    return [part.scaled_to(share, unit) for part, share in zip(rough, split(total, spread, unit), strict=True)]


def _line_parts(line: ClaimLine, by_unit: dict[str, LineUnit]) -> Parts:
    if line.total is not None:
        return as_parts(line.total, tax=line.tax, shipping=line.shipping)
    unit = by_unit.get(line.line_id)
    if unit is None:
        return Parts()
    paid = unit_money(unit)
    return Parts(item=paid.price + paid.fee, tax=paid.tax, shipping=paid.shipping + paid.shipping_tax)


def unit_money(unit: LineUnit) -> UnitMoney:
    return UnitMoney(unit.price, unit.tax, unit.shipping, unit.shipping_tax, unit.fee)


def _reason(claim: Claim) -> str:
    if claim.request_type == "REPLACEMENT":
        return "CustomerExchange"
    if claim.kind is ClaimKind.CANCELLATION:
        return "BuyerCancelled" if claim.role == "BUYER" else "GeneralAdjustment"
    if "not_received" in claim.reason:
        return "MerchandiseNotReceived"
    return "CustomerReturnedItem" if claim.request_type == "RETURN_AND_REFUND" else "GeneralAdjustment"


def _comment(claim: Claim, status: RequestStatus) -> str:
    """Words for what ChannelAdvisor has no value for."""
    if claim.arbitration_status == "IN_PROGRESS":
        return "In arbitration at the marketplace."
    if claim.arbitration_status:
        return f"Arbitration: {claim.arbitration_status}."
    if status is RequestStatus.REJECTED and news(claim) is Action.CLOSED:
        return f"Closed at the marketplace without a refund: {claim.cause or claim.status}"
    return ""


def _words(claim: Claim) -> str:
    more = claim.arbitration_status or claim.cause
    return f"{claim.status} ({more})" if more else claim.status
