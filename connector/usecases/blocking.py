"""Refunds and cancellations of the same units go to the marketplace one after the other: it has one at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from connector.adapters.sql.store import Books
from connector.domain.adjustments import OPEN, RequestStatus
from connector.records import Adjustment, Order, Promise
from connector.usecases.history import SELLER_REFUND
from connector.usecases.import_claims import OURS
from connector.usecases.refundable import what_is_left

IN_ARBITRATION: Final = "IN_PROGRESS"


def in_the_way(books: Books, promise: Promise) -> Adjustment | None:
    """Find what holds units of this promise: another claim that has not ended, or an earlier promise not yet sent.

    Of a buyer's claim only the marketplace can say whether it stands in the way, so it is asked at least once.
    """
    own = {entry.id for entry in books.adjustments_of_promise(promise.id)}
    lines = set(promise.body["line_ids"])
    for entry in books.adjustments_of_order(promise.order_id):
        if entry.id in own or not lines & set(entry.site_line_ids):
            continue
        if entry.status == RequestStatus.SUBMITTED:
            holds = entry.id < min(own)
        else:
            holds = entry.status in OPEN or entry.arbitration_status == IN_ARBITRATION
        if holds and (promise.attempts or entry.request_type == SELLER_REFUND or entry.created_source == OURS):
            return entry
    return None


def still_fits(books: Books, order: Order, promise: Promise) -> bool:
    """Say whether its units have, by our own book, what this promise is about beside all that others hold."""
    own = books.adjustments_of_promise(promise.id)
    left = what_is_left(books, order, beside={entry.id for entry in own})
    units = [unit for unit in left.units if unit.site_line_id in promise.body["line_ids"]]
    return sum((entry.total for entry in own), Decimal(0)) <= left.sum(units)
