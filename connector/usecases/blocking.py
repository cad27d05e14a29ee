"""In which order refunds, cancellations and answers about the same units go to the marketplace: it has one at a time.

An answer to a buyer goes first. A refund or cancellation of the seller's that has not been sent waits for the buyers'
claims on its units, and is cut to what they leave; where they leave nothing it ends as done with them. One whose parts
the seller has named takes of each what is left of it, also where a refund made at the marketplace itself took the rest.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from connector.domain.adjustments import OPEN, RequestStatus
from connector.domain.decisions import CancelOrder, CreateRefund, OrderDecision, OutboxState
from connector.domain.money import Parts, said, split, unit_of
from connector.ports import UnitOfWork
from connector.records import Adjustment, LineUnit, OutboxEntry, amounts
from connector.usecases.history import SELLER_REFUND, describe, name_of, note
from connector.usecases.import_claims import OURS
from connector.usecases.refundable import Left, unmade, what_is_left

IN_ARBITRATION: Final = "IN_PROGRESS"
HELD: Final = "Waits for another claim on the same units."
GIVEN: Final = (RequestStatus.ACKNOWLEDGED, RequestStatus.COMPLETE)


def in_the_way(work: UnitOfWork, entry: OutboxEntry) -> Adjustment | None:
    """Return what goes before this refund or cancellation: a claim that has not ended, or an earlier one unmade."""
    own = {adjustment.id for adjustment in work.adjustments_of_entry(entry.id)}
    for other in _others(work, entry):
        if other.id < min(own) if unmade(other) else _is_open(other):
            return other
    return None


def _is_open(claim: Adjustment) -> bool:
    return claim.status in OPEN or claim.arbitration_status == IN_ARBITRATION


def hold(work: UnitOfWork, entry: OutboxEntry, before: Adjustment) -> None:
    """Say that an entry waits, and for what; the history has it once."""
    if entry.error_message == HELD:
        return
    claim = _named(before)
    work.outbox_entry_held(entry.id, HELD)
    for was in work.adjustments_of_entry(entry.id):
        work.moved(was, replace(was, comment=f"Waits until {claim} on the same units has ended.", updated_at=work.now))
    text = f"Not sent yet ({describe(entry.decision)}): {claim} on the same units goes first"
    note(work, entry, "held_back", text, site_id=before.site_adjustment_id)


def give_way(work: UnitOfWork, entry: OutboxEntry) -> OutboxEntry:
    """Cut a refund or cancellation that waits to what other claims have left; withdraw it where they left nothing.

    Only claims whose money is on its way count, and what the seller has asked for before: of the others nobody knows
    what they will come to.
    """
    decision = entry.decision
    if not isinstance(decision, OrderDecision) or entry.state is not OutboxState.WAITING:
        return entry
    (was,) = work.adjustments_of_entry(entry.id)
    others = _others(work, entry)
    given = [claim for claim in others if claim.status in GIVEN and claim.updated_at >= was.created_at]
    claims = [claim for claim in given if _goes_before(claim, was, decision)]
    if not claims:
        return entry
    order = work.order(entry.order_id)
    assert order is not None
    beside = {other.id for other in work.adjustments_of_order(order.id) if unmade(other) and other.id >= was.id}
    beside |= {one.id for one in others if one.created_source != OURS and one.status not in GIVEN and _is_open(one)}
    left = what_is_left(work, order, beside=beside)
    unit = unit_of(order.currency)
    there = [one for one in left.refundable() if one.site_line_id in decision.line_ids]
    if all(claim.request_type == SELLER_REFUND for claim in claims) and left.sum(there) < was.total:
        return entry  # a sum that is not there any more is refused, and never lowered
    units, parts = _rest(was, decision, left, there, unit)
    rest = parts.total
    if rest == was.total and len(units) == len(decision.line_ids):
        return entry
    names = ", ".join(dict.fromkeys(map(_named, claims)))
    if not units:
        work.outbox_entry_finished(entry.id, OutboxState.WITHDRAWN)
        comment = f"Done with {names}: of {said(was.total, order.currency)} nothing is left to give back."
        nothing = {**amounts(Parts()), "site_line_amounts": {}, "decision": None}
        becomes = replace(was, **nothing, status=RequestStatus.INFORMATION_ONLY, comment=comment, updated_at=work.now)
    else:
        shares = split(rest, [left.remaining[one.site_line_id] for one in units], unit)
        line_ids = [one.site_line_id for one in units]
        work.attempt_refused(entry.id, decision=_cut(decision, line_ids, rest))
        comment = f"Cut from {said(was.total, order.currency)}: {names} went first."
        becomes = replace(
            was,
            **amounts(parts),
            site_line_ids=line_ids,
            site_line_amounts={line_id: str(share) for line_id, share in zip(line_ids, shares, strict=True)},
            quantity=None if was.item_id is None else len(line_ids),
            comment=comment,
            updated_at=work.now,
        )
    work.moved(was, becomes)
    note(work, entry, "gave_way", f"{describe(decision)}: {comment}", site_id=claims[-1].site_adjustment_id)
    return work.outbox_entry(entry.id)


def _goes_before(claim: Adjustment, was: Adjustment, decision: OrderDecision) -> bool:
    """Whether a claim takes from a refund of ours, rather than stands against it: a buyer's, or a like cancellation.

    The seller's own refund at the marketplace does so where we are about parts: ours would be paid out of others.
    """
    if claim.created_source == OURS:
        return False
    if claim.request_type == SELLER_REFUND:
        return _names_parts(was, decision)
    return claim.request_type != "CANCEL" or claim.reason == "BuyerCancelled" or isinstance(decision, CancelOrder)


def _names_parts(was: Adjustment, decision: OrderDecision) -> bool:
    """Whether the seller has said how much of which part of the price goes back; of an order only a sum is said."""
    return isinstance(decision, CreateRefund) and decision.stated and was.item_id is not None


def _rest(
    was: Adjustment, decision: OrderDecision, left: Left, units: list[LineUnit], unit: Decimal
) -> tuple[list[LineUnit], Parts]:
    """Return of which of its units a refund or cancellation can still be, and what; no units where nothing is left."""
    rest, of_these = min(left.sum(units), was.total), left.parts(units)
    if _names_parts(was, decision):
        of_each = was.parts.at_most(of_these)
        return (units if of_each.total else []), of_each.scaled_to(min(rest, of_each.total), unit)
    return units, was.parts.scaled_to(rest, unit).within(of_these, unit).within(left.whole, unit)


def _cut(decision: OrderDecision, line_ids: list[str], rest: Decimal) -> CreateRefund | CancelOrder:
    cut = replace(decision, line_ids=tuple(line_ids))  # whether that is all there is shows when it is sent
    if isinstance(cut, CreateRefund):
        return cut if cut.amount is None else replace(cut, amount=rest)
    assert isinstance(cut, CancelOrder)
    return cut


def same_units(work: UnitOfWork, answer: OutboxEntry, entries: Iterable[OutboxEntry]) -> list[OutboxEntry]:
    """Return those of these refunds and cancellations that are about units of the claim that is answered."""
    lines = {line_id for adjustment in work.adjustments_of_entry(answer.id) for line_id in adjustment.site_line_ids}
    return [entry for entry in entries if lines & set(_line_ids(entry))]


def still_fits(work: UnitOfWork, entry: OutboxEntry) -> bool:
    """Return whether its units have, by our own ledger, what this entry is about beside all that others hold."""
    own = work.adjustments_of_entry(entry.id)
    order = work.order(entry.order_id)
    assert order is not None
    left = what_is_left(work, order, beside={adjustment.id for adjustment in own})
    units = [unit for unit in left.units if unit.site_line_id in _line_ids(entry)]
    return sum((adjustment.total for adjustment in own), Decimal(0)) <= left.sum(units)


def _others(work: UnitOfWork, entry: OutboxEntry) -> list[Adjustment]:
    """Return what else there is of the units of an entry."""
    lines = set(_line_ids(entry))
    found = work.adjustments_of_order(entry.order_id)
    return [other for other in found if other.outbox_id != entry.id and lines & set(other.site_line_ids)]


def _line_ids(entry: OutboxEntry) -> tuple[str, ...]:
    assert isinstance(entry.decision, OrderDecision)
    return entry.decision.line_ids


def _named(claim: Adjustment) -> str:
    """Return what people call a claim on the same units."""
    return f"the {name_of(claim.request_type).lower()} {claim.site_adjustment_id or claim.id}"
