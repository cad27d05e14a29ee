"""What the OMS may do with the connector: one method per use case.

Each decision and the promise to deliver it are one transaction. What cannot be taken is refused with an error of
`connector.errors`, and then nothing has changed. `level` is "order" or "item" (OrderAdjustments, OrderItemAdjustments).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine

from connector.records import (
    Access,
    ActivityEntry,
    AdjustItem,
    AdjustOrder,
    Client,
    ClientCredentials,
    ConditionQuantity,
    LineUnit,
    Order,
)


class Services:
    """Reached as `connector.services`. Reads of lists go to `engine` with the tables of `connector.adapters.tables`."""

    engine: Engine

    # --- the callers (OAuth) ---
    def add_client(self, name: str) -> ClientCredentials:
        raise NotImplementedError

    def grant_access(self, application_id: str, shared_secret: str, refresh_token: str) -> Access:
        """Exchange a refresh token for an access token. Raises BadCredentials."""
        raise NotImplementedError

    def verify_access(self, access_token: str) -> Client:
        """Say who calls. Raises NotAuthorized."""
        raise NotImplementedError

    # --- orders ---
    def order(self, order_id: int) -> Order:
        """Answer an offered order. Raises UnknownId."""
        raise NotImplementedError

    def units(self, order_ids: Sequence[int]) -> dict[int, list[LineUnit]]:
        """Answer the units of these orders, by the id of their ChannelAdvisor line, lowest number first."""
        raise NotImplementedError

    def activity(self, order_id: int) -> list[ActivityEntry]:
        """Answer an order's Activity & History, oldest first. Raises UnknownId."""
        raise NotImplementedError

    def mark_exported(self, order_id: int, application_id: str) -> None:
        raise NotImplementedError

    def unmark_exported(self, order_id: int, application_id: str) -> None:
        raise NotImplementedError

    # --- what the seller starts ---
    def adjust_order(self, order_id: int, request: AdjustOrder) -> None:
        """Refund what has shipped and cancel what has not. Raises UnknownId, BadRequest (ChannelAdvisor's field name)."""
        raise NotImplementedError

    def adjust_item(self, item_id: int, request: AdjustItem) -> None:
        """The same for one line. Raises UnknownId, BadRequest."""
        raise NotImplementedError

    # --- what the seller answers ---
    def approve_buyer_request(
        self, level: str, adjustment_id: int, *, partial_refund_amount: Decimal | None = None
    ) -> None:
        """Say yes to a request (NewRma), or offer a part of its sum. Raises UnknownId, BadRequest, NotNow."""
        raise NotImplementedError

    def reject_buyer_request(
        self, level: str, adjustment_id: int, *, reject_reason: str | None = None, comment: str | None = None
    ) -> None:
        raise NotImplementedError

    def approve_return(self, level: str, adjustment_id: int, conditions: Sequence[ConditionQuantity] = ()) -> None:
        """Accept the goods that came back (ReadyForReturn): pays. Raises UnknownId, BadRequest, NotNow."""
        raise NotImplementedError

    def reject_return(
        self,
        level: str,
        adjustment_id: int,
        conditions: Sequence[ConditionQuantity] = (),
        *,
        reject_reason: str | None = None,
        comment: str | None = None,
    ) -> None:
        raise NotImplementedError

    # --- what is known ---
    def now(self) -> datetime:
        raise NotImplementedError
