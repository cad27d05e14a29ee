"""Refunds and cancellations of the same units go to the marketplace one after the other: it has one at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from connector.domain.adjustments import OPEN, RequestStatus
from connector.domain.decisions import OrderDecision
from connector.ports import UnitOfWork
from connector.records import Adjustment, OutboxEntry
from connector.usecases.history import SELLER_REFUND
from connector.usecases.import_claims import OURS
from connector.usecases.refundable import what_is_left

IN_ARBITRATION: Final = "IN_PROGRESS"


def in_the_way(work: UnitOfWork, entry: OutboxEntry) -> Adjustment | None:
    """Return what holds units of this entry: another claim that has not ended, or an earlier entry not yet sent.

    Of a buyer's claim only the marketplace can say whether it stands in the way, so it is asked at least once.
    """
    own = {adjustment.id for adjustment in work.adjustments_of_entry(entry.id)}
    lines = set(_line_ids(entry))
    for other in work.adjustments_of_order(entry.order_id):
        if other.id in own or not lines & set(other.site_line_ids):
            continue
        if other.status is RequestStatus.SUBMITTED:
            holds = other.id < min(own)
        else:
            holds = other.status in OPEN or other.arbitration_status == IN_ARBITRATION
        if holds and (entry.attempts or other.request_type == SELLER_REFUND or other.created_source == OURS):
            return other
    return None


def still_fits(work: UnitOfWork, entry: OutboxEntry) -> bool:
    """Return whether its units have, by our own ledger, what this entry is about beside all that others hold."""
    own = work.adjustments_of_entry(entry.id)
    order = work.order(entry.order_id)
    assert order is not None
    left = what_is_left(work, order, beside={adjustment.id for adjustment in own})
    units = [unit for unit in left.units if unit.site_line_id in _line_ids(entry)]
    return sum((adjustment.total for adjustment in own), Decimal(0)) <= left.sum(units)


def _line_ids(entry: OutboxEntry) -> tuple[str, ...]:
    assert isinstance(entry.decision, OrderDecision)
    return entry.decision.line_ids
