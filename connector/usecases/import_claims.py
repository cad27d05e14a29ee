"""What the marketplace shows of claims, taken in: their news move their adjustments.

A document that was read before changes nothing; an older one than the last is not believed. What happened outside
(Seller Center, a lapse, the operator) walks the claim's open adjustment itself to its end; a new adjustment is made
only where the claim has none, or where its last one has ended and the news goes on from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from connector.domain.adjustments import AWAITS_SELLER, BEGINS, OPEN, REOPENS, TERMINAL, Action, RequestStatus, after
from connector.domain.decisions import (
    BRINGS,
    CONTRARY,
    OUTCOME_UNKNOWN,
    UNFINISHED,
    CreateRefund,
    Decision,
    Operation,
    OrderDecision,
    OutboxState,
)
from connector.domain.money import Parts, as_parts, split, sum_of, unit_of
from connector.domain.site import UNREAD, Claim, ClaimKind, ClaimLine, Shown, news
from connector.domain.units import HOLDING
from connector.ports import UnitOfWork
from connector.records import Adjustment, Case, LineUnit, Order, OutboxEntry, amounts
from connector.usecases.history import SELLER_REFUND, SHIPPED_BACK, changed, found, moved, note, opened
from connector.usecases.refundable import unmade, what_is_left

OURS: Final = "Api"  # the source of an adjustment that the OMS started
STRAYS: Final = 2  # coins per unit: one of tax, one of shipping
CLOCK_SKEW: Final = timedelta(minutes=5)  # between us and the marketplace, at most
NOTHING: Final = ClaimLine(line_id="", total=None, tax=Decimal(0), shipping=Decimal(0))
STAMPS: Final = frozenset({"updated_at", "updated_source"})  # when and by whom: no news by themselves
# What only an answer, or the wait for one, has brought.
UNANSWERED: Final[Mapping[str, Any]] = dict.fromkeys(
    ("error_code", "error_message", "decided_by", "offer_amount", "decision", "warned_at", "outbox_id")
)
MAKES: Final = {ClaimKind.RETURN: Operation.CREATE_RETURN, ClaimKind.CANCELLATION: Operation.CANCEL_ORDER}


@dataclass(frozen=True, slots=True)
class Account:
    """What the marketplace shows of a claim of a known order, and what that means for its adjustments."""

    work: UnitOfWork
    order: Order
    units: Mapping[str, LineUnit]
    claim: Claim
    action: Action

    def note(self, by: str, event: str, text: str) -> None:
        """Write a line of the order's history, with the marketplace's own words."""
        claim, more = self.claim, self.claim.arbitration_status or self.claim.cause
        words = f"{claim.status} ({more})" if more else claim.status
        ids = self.order.profile_id, self.order.id
        self.work.note(*ids, by=by, event=event, text=text, words=words, site_id=claim.id)


def is_news(case: Case | None, claim: Claim) -> bool:
    """Return whether a claim shows anything that has not been read before."""
    if case is None:
        return True
    return case.fingerprint != claim.fingerprint and claim.updated >= case.site_updated


def take_claim(work: UnitOfWork, profile_id: int, claim: Claim, *, adopting: bool = False, again: bool = False) -> bool:
    """Take in a return or a cancellation of a known order; False when nothing is new, or is taken in `again`.

    A refund that may be one of ours whose outcome got lost is left aside until its outbox entry is settled under its
    key, unless only its looks can show that: then it is `adopting`.
    """
    case = work.case(profile_id, claim.id)
    if not (again or is_news(case, claim)):
        return False
    order = work.order_by_site(profile_id, claim.order_id)
    if order is None:
        return False
    known = work.adjustments_of_claim(profile_id, claim.id, lock=True)
    alike = [] if known else _made_by_us(work, order, claim)
    if alike and isinstance(alike[0].decision, CreateRefund) and not adopting:
        return False
    action = news(claim)
    if action is None:
        return _cannot_tell(work, order, case, claim)
    _keep_case(work, order, case, claim)
    units = {unit.site_line_id: unit for unit in work.units([order.id])}
    account = Account(work, order, units, claim, action)
    if len(alike) == 1:
        known = _adopt(work, claim, alike[0])
    generation = max((entry.generation for entry in known), default=0)
    current = [entry for entry in known if entry.generation == generation]
    ended = [entry.status for entry in current if entry.status in TERMINAL]
    if not current or (len(ended) == len(current) and action in REOPENS[ended[0]]):
        for entry in current:
            work.moved(entry, replace(entry, **_seen_after_end(entry, account)))
        _open(account, generation + 1, current[0] if current else None)
    else:
        _walk(account, current)
    return True


def _cannot_tell(work: UnitOfWork, order: Order, case: Case | None, claim: Claim) -> bool:
    """Note a status that is not known here, once; the claim stays news, so that it is taken in when the status is."""
    if case is not None and case.site_status == claim.status:
        return False
    _keep_case(work, order, case, replace(claim, fingerprint=UNREAD))
    text = f"The marketplace shows a status that is not known here: {claim.status}"
    work.note(order.profile_id, order.id, by="marketplace", event="status_unknown", text=text, site_id=claim.id)
    return True


def _keep_case(work: UnitOfWork, order: Order, known: Case | None, claim: Claim) -> None:
    case = Case(
        profile_id=order.profile_id,
        site_id=claim.id,
        kind=claim.kind,
        order_id=order.id,
        request_type=claim.request_type,
        site_status=claim.status,
        arbitration_status=claim.arbitration_status,
        role=claim.role,
        site_updated=claim.updated,
        fingerprint=claim.fingerprint,
    )
    if known is None:
        work.added(case)
        return
    kept = replace(case, kind=known.kind, order_id=known.order_id, request_type=known.request_type, role=known.role)
    work.moved(known, kept)


def _made_by_us(work: UnitOfWork, order: Order, claim: Claim) -> list[OutboxEntry]:
    """Return the outbox entries that may have made this claim, their outcome being lost: the same units and sum."""
    if claim.role not in ("SELLER", ""):
        return []
    return [entry for entry in work.creating(order.id) if _is_alike(work, order, claim, entry)]


def _is_alike(work: UnitOfWork, order: Order, claim: Claim, entry: OutboxEntry) -> bool:
    decision = entry.decision
    if not isinstance(decision, OrderDecision) or decision.operation != MAKES[claim.kind]:
        return False
    if entry.first_sent_at is None:
        return False
    lines = {line.line_id for line in claim.lines}
    if lines and lines != set(decision.line_ids):
        return False
    if claim.total is None:
        alike = bool(lines)
    elif isinstance(decision, CreateRefund):
        alike = claim.total == decision.amount
    else:
        alike = abs(claim.total - reckoned(work, entry)) <= astray(decision, order.currency)
    return alike and datetime.fromtimestamp(claim.created, UTC) >= entry.first_sent_at - CLOCK_SKEW


def reckoned(work: UnitOfWork, entry: OutboxEntry) -> Decimal:
    """Return the sum that an outbox entry is about, as we reckon it."""
    return sum((adjustment.total for adjustment in work.adjustments_of_entry(entry.id)), Decimal(0))


def astray(decision: OrderDecision, currency: str) -> Decimal:
    """Return by how much the marketplace may differ about the same units: it shares out tax and shipping by itself."""
    return STRAYS * len(decision.line_ids) * unit_of(currency)


def _adopt(work: UnitOfWork, claim: Claim, entry: OutboxEntry) -> list[Adjustment]:
    work.outbox_entry_finished(entry.id, OutboxState.DONE, site_id=claim.id)
    for adjustment in work.adjustments_of_entry(entry.id):
        status = after(adjustment.status, Action.ACCEPTED) or adjustment.status
        adopted = replace(adjustment, site_adjustment_id=claim.id, status=status, updated_at=work.now)
        work.moved(adjustment, adopted)
    note(work, entry, "settled", found(entry.decision), words=claim.status, site_id=claim.id)
    return work.adjustments_of_claim(entry.profile_id, claim.id, lock=True)


def _open(account: Account, generation: int, before: Adjustment | None) -> None:
    """Make the claim's adjustments: one per line for a return, one for a cancellation."""
    order, units, claim = account.order, account.units, account.claim
    shown = claim.shown or (before and Shown(before.pictures, before.videos)) or Shown(None, None)
    lines = claim.lines or tuple(replace(NOTHING, line_id=line_id) for line_id in units)
    groups: dict[int | None, list[ClaimLine]] = {}
    for line in lines:
        unit = units.get(line.line_id)
        item_id = unit.item_id if unit and claim.kind is ClaimKind.RETURN else None
        groups.setdefault(item_id, []).append(line)
    status = BEGINS[account.action]
    shares = _shares(account, list(groups.values()))
    own_words = SELLER_REFUND if claim.role == "SELLER" and claim.request_type == "REFUND" else claim.request_type
    for (item_id, group), parts in zip(groups.items(), shares, strict=True):
        adjustment = Adjustment(
            level="item" if item_id is not None else "order",
            profile_id=order.profile_id,
            order_id=order.id,
            item_id=item_id,
            quantity=len(group) if item_id is not None else None,
            type="Cancellation" if claim.kind is ClaimKind.CANCELLATION else "Refund",
            created_source="Channel",
            reason=_reason(claim),
            site_adjustment_id=claim.id,
            generation=generation,
            rma_number=claim.id if claim.kind is ClaimKind.RETURN else None,
            created_at=account.work.now,
            request_type=own_words,
            site_line_ids=[line.line_id for line in group],
            site_reason=claim.reason,
            site_reason_text=claim.reason_text,
            pictures=shown.pictures,
            videos=shown.videos,
            decided_by=None if status in AWAITS_SELLER else "channel",
            **_seen(account, group, status, parts),
        )
        if before is not None and adjustment.shipped_back_at is None:  # the goods are where they were
            adjustment = replace(adjustment, shipped_back_at=before.shipped_back_at)
        account.work.added(adjustment)
    total = sum((parts.total for parts in shares), Decimal(0))
    who, text = opened(claim, own_words, status, total, order.currency, again=generation > 1)
    account.note(who, "adjustment_opened", text)


def ask_anew(work: UnitOfWork, ended: Adjustment, status: RequestStatus) -> None:
    """Open a new adjustment for a question whose decision came to nothing: the same claim, lines, money, deadline."""
    work.added(
        replace(
            ended,
            id=0,
            status=status,
            created_source="Channel",
            updated_source="System",
            created_at=work.now,
            updated_at=work.now,
            generation=ended.generation + 1,
            **UNANSWERED,
        )
    )


def _walk(account: Account, current: Sequence[Adjustment]) -> None:
    """Let the news move the claim's adjustments; a decision it forestalls is withdrawn or closed as done outside."""
    claim, action = account.claim, account.action
    stated = {line.line_id: line for line in claim.lines}
    groups = [[stated.get(line_id, NOTHING) for line_id in entry.site_line_ids] for entry in current]
    shares = _shares(account, groups, current)
    reached: list[RequestStatus] = []
    decided: dict[int | None, str | None] = {}  # by outbox entry: what all lines have in common is closed once
    for was, group, parts in zip(current, groups, shares, strict=True):
        ours = was.request_type == SELLER_REFUND and action is Action.WAITS  # a refund of ours waits for nobody
        status = None if ours else after(was.status, action)
        if was.status in OPEN:
            news = _seen(account, group, status or was.status, parts)
            news["shipped_back_at"] = was.shipped_back_at or news["shipped_back_at"]
        else:
            news = _seen_after_end(was, account)
        if was.deadline != claim.deadline:
            news["warned_at"] = None
        if status is not None:
            reached.append(status)
            if was.outbox_id is None or was.outbox_id not in decided:
                decided[was.outbox_id] = _decider(account, was, status)
            news |= {"decision": None, "decided_by": decided[was.outbox_id]}
        if any(getattr(was, name) != told for name, told in news.items() if name not in STAMPS):
            account.work.moved(was, replace(was, **news))
    if reached:
        account.note("marketplace", "adjustment_moved", moved(current[0], reached[0]))
    elif text := changed(claim, current[0], action):
        account.note("marketplace", "claim_changed", text)


def _decider(account: Account, adjustment: Adjustment, status: RequestStatus) -> str | None:
    """Close the outbox entry that the news has overtaken, and return whose decision stands."""
    if status is RequestStatus.NEW_RMA:  # an offer that was not taken: everything is open again
        return None
    if adjustment.outbox_id is None:
        return adjustment.decided_by if adjustment.decided_by and adjustment.decision is None else "channel"
    entry = account.work.outbox_entry(adjustment.outbox_id)
    if entry.state not in UNFINISHED:
        # Where the seller is asked again, what was decided is over: a lapse is nobody's decision but the marketplace's.
        return "channel" if adjustment.status in AWAITS_SELLER else adjustment.decided_by or "channel"
    outside = entry.state not in OUTCOME_UNKNOWN or _contrary(entry.decision, account.action)
    state = OutboxState.WITHDRAWN if outside else OutboxState.DONE
    account.work.outbox_entry_finished(entry.id, state)
    return "channel" if outside else adjustment.decided_by or "channel"


def _contrary(decision: Decision, shown: Action) -> bool:
    """Return whether the marketplace shows what a decision never comes to, which then did not get there."""
    return not isinstance(decision, OrderDecision) and shown in CONTRARY[BRINGS[decision.choice]]


def _seen(account: Account, group: Sequence[ClaimLine], status: RequestStatus, parts: Parts) -> dict[str, Any]:
    """Return, by the names of its fields, an adjustment as its claim shows it while it is open and as it ends."""
    claim = account.claim
    paid = status is RequestStatus.COMPLETE
    return {
        **amounts(parts),
        "status": status,
        "updated_source": "Channel",
        "updated_at": account.work.now,
        "site_line_amounts": {line.line_id: str(line.total) for line in group if line.total is not None},
        "site_status": claim.status,
        "arbitration_status": claim.arbitration_status,
        "deadline": claim.deadline,
        "shipped_back_at": datetime.fromtimestamp(claim.updated, UTC) if claim.status == SHIPPED_BACK else None,
        "tracking": claim.tracking,
        "shipping_method": claim.carrier,
        "comment": _comment(claim, status),
        "site_refund_at": datetime.fromtimestamp(claim.updated, UTC) if paid else None,
    }


def _seen_after_end(adjustment: Adjustment, account: Account) -> dict[str, Any]:
    """Return the same of one that has ended: it keeps status and money; only what is written about it goes on."""
    claim = account.claim
    return {
        "updated_at": account.work.now,
        "site_status": claim.status,
        "arbitration_status": claim.arbitration_status,
        "deadline": None,
        "comment": _comment(claim, adjustment.status) or adjustment.comment,
    }


def _shares(account: Account, groups: Sequence[Sequence[ClaimLine]], current: Sequence[Adjustment] = ()) -> list[Parts]:
    """Divide a claim's money among its adjustments: the total is the marketplace's, the lines say how it is spread."""
    claim, action, unit = account.claim, account.action, unit_of(account.order.currency)
    unpaid = claim.total is None and account.order.paid_at is None
    if action is Action.INFORMED or unpaid:
        return [Parts() for _ in groups]
    rough = [sum_of(_line_parts(line, account.units, unit) for line in group) for group in groups]
    spread = [parts.total for parts in rough]
    total = claim.total if claim.total is not None else sum(spread, Decimal(0))
    paying = action in (Action.PAYING, Action.PAID)
    if paying and claim.offered is not None and claim.offered < total:
        total = claim.offered
        agreed = [entry.offer_amount for entry in current if entry.offer_amount is not None]
        spread = agreed if len(agreed) == len(groups) else spread
    if len(current) == len(groups) and not any(spread):
        spread = [entry.total for entry in current]
    for at, entry in enumerate(current):
        if entry.created_source == OURS:  # the seller chose the parts; of the marketplace's it may differ
            rough[at] = entry.parts
    parts = [part.scaled_to(share, unit) for part, share in zip(rough, split(total, spread, unit), strict=True)]
    return _within_what_is_left(account, groups, current, parts)


def _within_what_is_left(
    account: Account, groups: Sequence[Sequence[ClaimLine]], current: Sequence[Adjustment], parts: list[Parts]
) -> list[Parts]:
    """Take of each part what is left of it: the marketplace does not know which parts our refunds were made of.

    What the seller has asked for and the marketplace has not made takes nothing from a claim. The parts of a refund of
    ours the seller has chosen, and the order alone has to have them: by now a coin may lie on another unit.
    """
    claim, order = account.claim, account.order
    others = account.work.adjustments_of_order(order.id)
    beside = {one.id for one in others if unmade(one) or one.site_adjustment_id == claim.id}
    beside |= {entry.id for entry in current}
    if not any(one.status in HOLDING for one in others if one.id not in beside):
        return parts  # which the marketplace knows to the coin; how it has shared them out is a guess of ours
    left = what_is_left(account.work, order, beside=beside)
    line_ids = [entry.site_line_ids for entry in current] or [[line.line_id for line in group] for group in groups]
    units = [[account.units[line_id] for line_id in own if line_id in account.units] for own in line_ids]
    unit, room = unit_of(order.currency), left.whole  # which may have a coin that none of these units has
    chosen = any(entry.created_source == OURS for entry in current)
    fitting = []
    for part, own in zip(parts, units, strict=True):
        known = part if chosen else part.within(left.parts(own), unit)
        fitting.append(known.within(room, unit) if own else part)
        room = room.less(fitting[-1])
    return fitting


def _line_parts(line: ClaimLine, units: Mapping[str, LineUnit], smallest: Decimal) -> Parts:
    """Divide what is claimed for a unit; in the marketplace's tax is that on shipping, which the order states apart."""
    unit = units.get(line.line_id)
    if line.total is not None:
        on_shipping = Decimal(0)
        if unit is not None and unit.shipping_tax:
            _, on_shipping = split(line.tax, [unit.tax, unit.shipping_tax], smallest)
        return as_parts(line.total, tax=line.tax - on_shipping, shipping=line.shipping, shipping_tax=on_shipping)
    if unit is None:
        return Parts()
    return Parts(unit.price + unit.fee, unit.tax, unit.shipping, unit.shipping_tax)


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
