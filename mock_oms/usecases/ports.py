"""What the use cases need of the connector, in the OMS's words.

One attempt per call. Each raises `Unreachable` where no response came, or none to rely on, and `Rejected` where the
connector said no. What yields does so with all that can be read, and raises `Unreadable` at the end for the rest.
"""

from collections.abc import Iterator, Set
from datetime import datetime
from typing import Protocol

from mock_oms.domain.cases import Adjustment, AdjustmentKey, Decision, RefundPart
from mock_oms.domain.orders import Order


class ConnectorApi(Protocol):
    """The connector, as one client application meets it."""

    def new_orders(self) -> Iterator[Order]: ...
    def order(self, ref: str) -> Order: ...
    def mark_exported(self, ref: str) -> None: ...
    def adjustments_since(self, since: datetime | None) -> Iterator[Adjustment]: ...
    def adjustments_again(
        self, keys: Set[AdjustmentKey], fresh: Set[AdjustmentKey], since: datetime | None
    ) -> Iterator[Adjustment]: ...
    def find_refund(self, part: RefundPart) -> list[Adjustment]: ...
    def decide(self, adjustment: Adjustment, decision: Decision) -> None: ...
    def refund(self, part: RefundPart, order_ref: str) -> None: ...
