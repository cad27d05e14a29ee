"""What the use cases need of the connector, in the OMS's words.

One attempt per call. Each raises `Unreachable` where no response came, or none to rely on, and `Rejected` where the
connector said no.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import datetime
from typing import Protocol

from mock_oms.domain.cases import Adjustment, AdjustmentKey, Decision, Level, RefundPart
from mock_oms.domain.orders import Order


class ConnectorApi(Protocol):
    """The connector, as one client application meets it."""

    def new_orders(self) -> list[Order]: ...
    def order(self, ref: str) -> Order: ...
    def mark_exported(self, ref: str) -> None: ...
    def adjustments_since(self, level: Level, since: datetime | None) -> list[Adjustment]: ...
    def adjustments_again(
        self, keys: Set[AdjustmentKey], fresh: Set[AdjustmentKey], since: datetime | None
    ) -> Iterator[Adjustment]: ...
    def find_refund(self, part: RefundPart) -> list[Adjustment]: ...
    def decide(self, adjustment: Adjustment, decision: Decision) -> None: ...
    def refund(self, part: RefundPart, order_ref: str) -> None: ...
