"""The OMS's own book of refunds: one entry per adjustment, ever, whatever is read how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mock_oms.domain.cases import AdjustmentKey
from mock_oms.domain.money import ZERO


@dataclass(frozen=True, slots=True)
class Entry:
    """Money that went back to a buyer."""

    order_id: str
    case: str
    adjustment: AdjustmentKey
    amount: Decimal
    booked_at: datetime


class Ledger:
    """Entries in the order they were made."""

    def __init__(self) -> None:
        self._entries: dict[AdjustmentKey, Entry] = {}

    def book(self, entry: Entry) -> bool:
        """Write the entry down unless its adjustment has been booked; answer whether it was written."""
        if entry.adjustment in self._entries:
            return False
        self._entries[entry.adjustment] = entry
        return True

    def __contains__(self, adjustment: AdjustmentKey) -> bool:
        return adjustment in self._entries

    def entries(self, order_id: str | None = None) -> list[Entry]:
        """Return all entries, or one order's."""
        return [entry for entry in self._entries.values() if order_id in (None, entry.order_id)]

    def sums(self) -> dict[str, Decimal]:
        """Return what went back, by order."""
        sums: dict[str, Decimal] = {}
        for entry in self._entries.values():
            sums[entry.order_id] = sums.get(entry.order_id, ZERO) + entry.amount
        return sums
