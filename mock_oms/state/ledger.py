"""The OMS's own ledger of refunds: one row per adjustment, ever, whatever is read how often."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mock_oms.domain.cases import AdjustmentKey
from mock_oms.domain.money import ZERO


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """Money that went back to a buyer."""

    order_id: str
    case: str
    adjustment: AdjustmentKey
    amount: Decimal
    booked_at: datetime


class Ledger:
    """Rows in the order they were written."""

    def __init__(self) -> None:
        self._rows: dict[AdjustmentKey, LedgerRow] = {}

    def write(self, row: LedgerRow) -> bool:
        """Write the row down unless its adjustment has one; return whether it was written."""
        return self._rows.setdefault(row.adjustment, row) is row

    def rows(self, order_id: str | None = None) -> list[LedgerRow]:
        """Return all rows, or one order's."""
        return [row for row in self._rows.values() if order_id in (None, row.order_id)]

    def sums(self) -> dict[str, Decimal]:
        """Return what went back, by order."""
        sums: dict[str, Decimal] = {}
        for row in self._rows.values():
            sums[row.order_id] = sums.get(row.order_id, ZERO) + row.amount
        return sums
