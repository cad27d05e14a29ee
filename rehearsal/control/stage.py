"""The stage as those see it who act on it: Gherkin steps, the demo, outside suites.

A step speaks to a `Stage`, never to a world. There are two implementations: one in process and one over the control
API; every feature runs on both. Each method is one call of the control API, takes that call's body as keyword
arguments and answers that call's JSON document, with exactly the names and shapes of `contracts/control.yaml`:
times are RFC 3339 strings, durations ISO 8601 strings, money decimal strings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Json = dict[str, Any]


class Problem(Exception):
    """What the stage refuses, as RFC 9457 says it: nothing has changed.

    `field` names the key of the request that is at fault, where one is; `code` is the marketplace's own error code
    where the refusal is the marketplace's.
    """

    def __init__(
        self, status: int, title: str, detail: str = "", *, field: str | None = None, code: int | None = None
    ) -> None:
        super().__init__(f"{title}: {detail}" if detail else title)
        self.status = status
        self.title = title
        self.detail = detail
        self.field = field
        self.code = code

    def document(self) -> Json:
        """Return the `application/problem+json` document."""
        optional = {"detail": self.detail or None, "field": self.field, "code": self.code}
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            **{name: value for name, value in optional.items() if value is not None},
        }


class Stage(Protocol):
    """One world, as a person in front of it can order it about and look at it."""

    # the world and its clock
    def reset(
        self,
        *,
        seed: int | None = None,
        start: str | None = None,
        market: str | None = None,
        profile: str | None = None,
        oms_policy: str | None = None,
        shops: int | None = None,
    ) -> Json: ...
    def world(self) -> Json: ...
    def advance(self, *, by: str | None = None, to: str | None = None, until: str | None = None) -> Json: ...
    def agenda(self) -> Json: ...

    # orders and their buyers
    def place_order(
        self,
        *,
        lines: Sequence[Mapping[str, Any]] | None = None,
        status: str | None = None,
        buyer: Mapping[str, Any] | None = None,
        shop_id: str | None = None,
        shipping_fee: str | None = None,
        tax: str | None = None,
    ) -> Json: ...
    def order(self, order_id: str) -> Json: ...
    def ship_order(self, order_id: str) -> Json: ...
    def deliver_order(self, order_id: str) -> Json: ...
    def request_cancellation(self, order_id: str, *, reason: str | None = None) -> Json: ...
    def request_return(
        self,
        order_id: str,
        *,
        type: str = "RETURN_AND_REFUND",
        reason: str | None = None,
        line_item_ids: Sequence[str] | None = None,
        evidence: Sequence[str] | None = None,
    ) -> Json: ...

    # returns: the buyer, the courier, the operator, the seller in Seller Center
    def returns(self) -> Json: ...
    def get_return(self, return_id: str) -> Json: ...
    def ship_return(self, return_id: str) -> Json: ...
    def arrive_return(self, return_id: str) -> Json: ...
    def withdraw(self, return_id: str) -> Json: ...
    def accept_offer(self, return_id: str) -> Json: ...
    def decline_offer(self, return_id: str) -> Json: ...
    def dispute(self, return_id: str) -> Json: ...
    def arbitrate(self, return_id: str, *, outcome: str, refund_total: str | None = None) -> Json: ...
    def seller_center_decision(
        self,
        return_id: str,
        *,
        decision: str,
        reason: str | None = None,
        amount: str | None = None,
        comment: str | None = None,
    ) -> Json: ...
    def seller_center_refund(
        self,
        order_id: str,
        *,
        line_item_ids: Sequence[str] | None = None,
        amount: str | None = None,
        reason: str | None = None,
    ) -> Json: ...

    # cancellations: get, and what the seller's staff cannot do through the OMS
    def get_cancellation(self, cancel_id: str) -> Json: ...
    def withdraw_cancellation(self, cancel_id: str) -> Json: ...

    # the seller's staff at the OMS
    def oms_adjustments(self) -> Json: ...
    def oms_approve(self, adjustment_id: str, *, amount: str | None = None) -> Json: ...
    def oms_reject(self, adjustment_id: str, *, reason: str | None = None, comment: str | None = None) -> Json: ...
    def oms_inspect(self, return_id: str, *, grade: str, accept: bool) -> Json: ...
    def oms_refund(
        self,
        *,
        order_id: str,
        line_item_ids: Sequence[str] | None = None,
        amount: str | None = None,
        reason: str | None = None,
    ) -> Json: ...

    # what can be seen
    def activity(self, order_id: str) -> Json: ...
    def mailbox(self, *, order_id: str | None = None) -> Json: ...
    def ledgers(self) -> Json: ...
    def findings(self) -> Json: ...
    def trace(self) -> list[Json]: ...
