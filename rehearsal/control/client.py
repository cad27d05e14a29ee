"""The Stage over HTTP: every method is one call of the control API at an address."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import requests

from rehearsal.control.stage import Json, Problem

PATIENCE: Final = 900.0  # seconds of real time; a long advance over a busy world takes a while


class HttpStage:
    """The Stage at `url`, which ends in `/control/v1` or in a world's own path."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        session: requests.Session | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self.url = url.rstrip("/")
        self._patience = patience
        self._http = session or requests.Session()
        self._http.trust_env = False  # a proxy has no business between a test and its stage
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _get(self, *path: str, **query: str | None) -> Json:
        return _document(self._call("GET", path, query={k: v for k, v in query.items() if v is not None}))

    def _post(self, *path: str, **body: Any) -> Json:
        sent = {name: value for name, value in body.items() if value is not None}
        return _document(self._call("POST", path, body=sent))

    def _call(
        self, method: str, path: Sequence[str], *, query: Mapping[str, str] | None = None, body: Json | None = None
    ) -> requests.Response:
        url = "/".join([self.url, *(quote(part, safe="") for part in path)])
        try:
            response = self._http.request(
                method,
                url,
                params=query,
                json=body,
                headers=self._headers,
                timeout=self._patience,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Problem(503, "The stage does not answer", f"{method} {url}: {error}") from error
        if response.ok and response.status_code < 300:
            return response
        raise _problem(response)

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
    ) -> Json:
        return self._post(
            "reset", seed=seed, start=start, market=market, profile=profile, oms_policy=oms_policy, shops=shops
        )

    def world(self) -> Json:
        return self._get("world")

    def advance(self, *, by: str | None = None, to: str | None = None, until: str | None = None) -> Json:
        return self._post("clock", "advance", by=by, to=to, until=until)

    def agenda(self) -> Json:
        return self._get("agenda")

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
    ) -> Json:
        return self._post(
            "orders",
            lines=None if lines is None else [dict(line) for line in lines],
            status=status,
            buyer=None if buyer is None else dict(buyer),
            shop_id=shop_id,
            shipping_fee=shipping_fee,
            tax=tax,
        )

    def order(self, order_id: str) -> Json:
        return self._get("orders", order_id)

    def ship_order(self, order_id: str) -> Json:
        return self._post("orders", order_id, "ship")

    def deliver_order(self, order_id: str) -> Json:
        return self._post("orders", order_id, "deliver")

    def request_cancellation(self, order_id: str, *, reason: str | None = None) -> Json:
        return self._post("orders", order_id, "cancellation", reason=reason)

    def request_return(
        self,
        order_id: str,
        *,
        type: str = "RETURN_AND_REFUND",
        reason: str | None = None,
        line_item_ids: Sequence[str] | None = None,
        evidence: Sequence[str] | None = None,
    ) -> Json:
        return self._post(
            "orders",
            order_id,
            "returns",
            type=type,
            reason=reason,
            line_item_ids=_list(line_item_ids),
            evidence=_list(evidence),
        )

    # returns: the buyer, the courier, the operator, the seller in Seller Center
    def returns(self) -> Json:
        return self._get("returns")

    def get_return(self, return_id: str) -> Json:
        return self._get("returns", return_id)

    def ship_return(self, return_id: str) -> Json:
        return self._post("returns", return_id, "ship")

    def arrive_return(self, return_id: str) -> Json:
        return self._post("returns", return_id, "arrive")

    def withdraw(self, return_id: str) -> Json:
        return self._post("returns", return_id, "withdraw")

    def accept_offer(self, return_id: str) -> Json:
        return self._post("returns", return_id, "accept-offer")

    def decline_offer(self, return_id: str) -> Json:
        return self._post("returns", return_id, "decline-offer")

    def dispute(self, return_id: str) -> Json:
        return self._post("returns", return_id, "dispute")

    def arbitrate(self, return_id: str, *, outcome: str, refund_total: str | None = None) -> Json:
        return self._post("returns", return_id, "arbitrate", outcome=outcome, refund_total=refund_total)

    def seller_center_decision(
        self,
        return_id: str,
        *,
        decision: str,
        reason: str | None = None,
        amount: str | None = None,
        comment: str | None = None,
    ) -> Json:
        return self._post(
            "returns", return_id, "seller-center", decision=decision, reason=reason, amount=amount, comment=comment
        )

    def seller_center_refund(
        self,
        order_id: str,
        *,
        line_item_ids: Sequence[str] | None = None,
        amount: str | None = None,
        reason: str | None = None,
    ) -> Json:
        return self._post(
            "orders", order_id, "seller-center", line_item_ids=_list(line_item_ids), amount=amount, reason=reason
        )

    # cancellations
    def get_cancellation(self, cancel_id: str) -> Json:
        return self._get("cancellations", cancel_id)

    def withdraw_cancellation(self, cancel_id: str) -> Json:
        return self._post("cancellations", cancel_id, "withdraw")

    # the seller's staff at the OMS
    def oms_adjustments(self) -> Json:
        return self._get("oms", "adjustments")

    def oms_approve(self, adjustment_id: str, *, amount: str | None = None) -> Json:
        return self._post("oms", "adjustments", adjustment_id, "approve", amount=amount)

    def oms_reject(self, adjustment_id: str, *, reason: str | None = None, comment: str | None = None) -> Json:
        return self._post("oms", "adjustments", adjustment_id, "reject", reason=reason, comment=comment)

    def oms_inspect(self, return_id: str, *, grade: str, accept: bool) -> Json:
        return self._post("oms", "inspections", return_id, grade=grade, accept=accept)

    def oms_refund(
        self,
        *,
        order_id: str,
        line_item_ids: Sequence[str] | None = None,
        amount: str | None = None,
        reason: str | None = None,
    ) -> Json:
        return self._post(
            "oms", "refunds", order_id=order_id, line_item_ids=_list(line_item_ids), amount=amount, reason=reason
        )

    # what can be seen
    def activity(self, order_id: str) -> Json:
        return self._get("orders", order_id, "activity")

    def mailbox(self, *, order_id: str | None = None) -> Json:
        return self._get("mailbox", order_id=order_id)

    def ledgers(self) -> Json:
        return self._get("ledgers")

    def findings(self) -> Json:
        return self._get("findings")

    def trace(self) -> list[Json]:
        return [json.loads(line) for line in self._call("GET", ("trace",)).content.splitlines()]


def _list(values: Sequence[str] | None) -> list[str] | str | None:
    return values if values is None or isinstance(values, str) else list(values)


def _document(response: requests.Response) -> Json:
    try:
        document = response.json()
    except ValueError:
        document = None
    if isinstance(document, dict):
        return document
    raise Problem(502, "This is not the control API", f"{response.url} answered {response.headers.get('Content-Type')}")


def _problem(response: requests.Response) -> Problem:
    try:
        document = response.json()
        return Problem(
            response.status_code,
            document["title"],
            document.get("detail", ""),
            field=document.get("field"),
            code=document.get("code"),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return Problem(502, "This is not the control API", f"{response.url} answered HTTP {response.status_code}")
