"""What stands before the staff when the world has come to rest, held against what the marketplace says now."""

from collections.abc import Collection, Iterable

from rehearsal.audit.claims import ZERO, Claim
from rehearsal.audit.invariant import Violation
from rehearsal.audit.invariants.status_words import ASKING, FAILED, GOODS, HANDED_BACK, WAITS, asks, said_of, statuses
from rehearsal.audit.limits import Limits
from rehearsal.moments import time_or_none
from rehearsal.seats.port import AdjustmentRow, Overview, tells
from rehearsal.sums import Sum


def judge_order(claim: Claim, order_id: str, adjustment_id: str, *seqs: int) -> Iterable[Violation]:
    """Judge of which order a claim is said to be, to the staff or before them."""
    if order_id != claim.order_id:
        about = {**claim.about, "adjustment_id": adjustment_id, "what": "order"}
        key, expected = f"told order {claim.id} {order_id}", f"{claim.id} as of the order {claim.order_id}"
        yield Violation.of(key, expected, f"as of {order_id}", about, *(seqs or (claim.now.seq,)))


def judge_row(row: AdjustmentRow, claim: Claim, limits: Limits) -> Iterable[Violation]:
    """Judge a case as it stands before the staff when the world has come to rest."""
    state = claim.now
    official, shown = Sum(state.total, claim.currency), Sum(row.amount, row.currency)
    wrong: list[tuple[str, str, str]] = []
    own_words = not tells(row, "status")
    waits = row.status in ASKING or (own_words and bool(row.can))
    fits = row.status in statuses([state], row.status, ours=False) and (row.status != FAILED or asks(state))
    if not own_words and row.status != "NoChange" and not fits:
        wrong.append(("status", f"{said_of(state)} for {state.status}", row.status))
    if waits or row.status in ("AcknowledgedPostProcessingNotComplete", "PostProcessingComplete"):
        if tells(row, "amount") and row.amount != state.total:
            wrong.append(("sum", str(official), str(shown)))
        if tells(row, "currency") and row.currency != claim.currency:
            wrong.append(("currency", claim.currency, row.currency))
    if waits:
        proof = (("pictures", claim.pictures, row.pictures), ("videos", claim.videos, row.videos))
        wrong += [(what, f"{many} {what}", f"{seen} {what}") for what, many, seen in proof if seen not in (None, many)]
    if waits and tells(row, "deadline") and not limits.same(row.deadline, state.deadline):
        wrong.append(("deadline", time_or_none(state.deadline), time_or_none(row.deadline)))
    for what, expected, seen in wrong:
        about = {**claim.about, "adjustment_id": row.id, "what": what}
        money = {"marketplace": official, "OMS": shown} if what == "sum" else {}
        yield Violation.of(f"told {what} {claim.id} {seen}", expected, seen, about, state.seq, money=money)


def judge_listed(
    order_id: str, listed: Overview | None, claims: Collection[Claim], limits: Limits
) -> Iterable[Violation]:
    """Judge what the connector's list of orders shows of one, if anything, when the world has come to rest."""
    if listed is None:
        return
    waiting = {claim.id: claim.now.deadline for claim in claims if _waits(claim)}
    paid = sum((claim.now.total for claim in claims if claim.paid_at is not None), ZERO)
    first = min(filter(None, waiting.values()), default=None)
    wrong: list[tuple[str, str]] = []
    if listed.waits != bool(waiting):
        something = "something under what waits for the staff"
        wrong.append((f"what waits: {', '.join(waiting) or 'nothing'}", something if listed.waits else "nothing"))
    elif not limits.same(listed.deadline, first):
        wrong.append((f"answer by {time_or_none(first)}", f"answer by {time_or_none(listed.deadline)}"))
    currency = next((claim.currency for claim in claims), "")
    official, shown = Sum(paid, currency), Sum(listed.refunded, currency)
    if shown != official:
        wrong.append((f"{official} refunded", f"{shown} refunded"))
    about, money = {"order_id": order_id, "what": "list"}, {"marketplace": official, "list": shown}
    seqs = [claim.now.seq for claim in claims]
    for said, seen in wrong:
        expected = f"in the list of orders {said}"
        yield Violation.of(f"listed {order_id} {seen}", expected, seen, about, *seqs, money=money)


def _waits(claim: Claim) -> bool:
    """Return whether a claim waits for the staff: for an answer, or for a look at goods that are on their way back."""
    state = claim.now
    if claim.by_seller or state.deadline is None:
        return False
    said = HANDED_BACK.get(state.status, said_of(state))
    return said == WAITS or (said == GOODS and claim.shipped_at is not None)
