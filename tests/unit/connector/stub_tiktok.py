"""A stub of TikTok Shop's wire: canned documents, recorded calls, planned failures.

It knows no rules: a test sets what a search returns and what a decision brings about.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests

from tests.clock import HandClock
from tests.responses import Answering, Call, response_of

Json = dict[str, Any]
PENDING, REJECTED = "RETURN_OR_REFUND_REQUEST_PENDING", "REFUND_OR_RETURN_REQUEST_REJECT"
SUCCESS, COMPLETE = "RETURN_OR_REFUND_REQUEST_SUCCESS", "RETURN_OR_REFUND_REQUEST_COMPLETE"
CANCEL = "RETURN_OR_REFUND_REQUEST_CANCEL"
MADE = {"returns": {"return_id": "990"}, "cancellations": {"cancel_id": "890"}}


class Cut(Exception):
    """The response gets lost after the marketplace has acted."""


@dataclass
class StubTikTok(Answering):
    """Orders, returns and cancellations by id; `decide` is what a decision does to them."""

    clock: HandClock
    orders: dict[str, Json] = field(default_factory=dict)
    returns: dict[str, Json] = field(default_factory=dict)
    cancellations: dict[str, Json] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    responses: list[Callable[[Call], Json]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=lambda: ["reverse_reject_refund_request_unclear_evidence"])
    records: list[Json] = field(default_factory=list)
    instead: Callable[[Call], Json] | None = None  # responds to everything, when set
    decide: Callable[[Call], Json] = lambda call: ok(MADE.get(call.path.rpartition("/")[2], {}))

    def __post_init__(self) -> None:
        super().__init__()

    def answer(self, call: Call, request: requests.PreparedRequest) -> requests.Response:
        self.calls.append(call)
        plan = self.responses.pop(0) if self.responses and is_write(call) else None
        try:
            document = (self.instead or plan or self.respond)(call)
        except Cut:
            raise requests.ReadTimeout("cut") from None
        status, headers, raw = document.pop("http", 200), document.pop("headers", {}), document.pop("raw", None)
        return response_of(status, raw or json.dumps(document).encode(), request, **headers)

    def respond(self, call: Call) -> Json:
        now = int(self.clock.now().timestamp())
        if call.path.startswith("/api/v2/token/"):
            return ok(
                {
                    "access_token": f"access-{len(self.calls)}",
                    "access_token_expire_in": now + int(timedelta(days=7).total_seconds()),
                    "refresh_token": "refresh-1",
                    "refresh_token_expire_in": now + int(timedelta(days=365).total_seconds()),
                    "seller_name": "Cotton & Co",
                    "seller_base_region": "US",
                }
            )
        if call.path == "/authorization/202309/shops":
            return ok({"shops": [{"id": "7000001", "cipher": "ROW_c", "name": "Cotton & Co", "region": "US"}]})
        if call.path == "/order/202309/orders/search":
            return self._page(call, "orders", self.orders)
        if call.path == "/order/202309/orders":
            return ok({"orders": [self.orders[id] for id in call.query["ids"].split(",") if id in self.orders]})
        if call.path == "/return_refund/202309/returns/search":
            return self._page(call, "return_orders", self.returns)
        if call.path == "/return_refund/202309/cancellations/search":
            return self._page(call, "cancellations", self.cancellations)
        if call.path.endswith("/records"):
            return ok({"records": self.records})
        if call.path == "/return_refund/202309/reject_reasons":
            return ok({"reasons": [{"name": name, "text": name} for name in self.reasons]})
        if call.path == "/return_refund/202309/refunds/calculate":
            lines = self.orders[call.body["order_id"]]["line_items"]
            wanted = [line for line in lines if line["id"] in call.body["order_line_item_ids"]]
            total = sum(float(line["sale_price"]) for line in wanted)
            return ok({"order_refund_amount": {"currency": "USD", "refund_total": f"{total:.2f}"}})
        return self.decide(call)

    def _page(self, call: Call, name: str, store: dict[str, Json]) -> Json:
        body = call.body
        found = []
        for key, document in store.items():
            ids = body.get("return_ids") or body.get("cancel_ids")
            if ids and key not in ids:
                continue
            if body.get("order_ids") and document["order_id"] not in body["order_ids"]:
                continue
            if document["update_time"] >= body.get("update_time_ge", 0):
                found.append(document)
        found.sort(key=lambda document: document["update_time"])
        size, first = int(call.query["page_size"]), int(call.query.get("page_token", "0"))
        token = str(first + size) if first + size < len(found) else ""
        return ok({name: found[first : first + size], "next_page_token": token, "total_count": len(found)})

    # --- what a test puts on the shelf ---
    def put_order(
        self, order_id: str, *prices: str, status: str = "DELIVERED", package: str = "P1", shipping: str = "0"
    ) -> Json:
        total = sum((float(price) for price in prices), float(shipping))
        now = int(self.clock.now().timestamp())
        self.orders[order_id] = {
            "id": order_id,
            "status": status,
            "create_time": now - 3600,
            "update_time": now,
            "payment": {"currency": "USD", "total_amount": f"{total:.2f}", "shipping_fee": shipping, "tax": "0"},
            "line_items": [
                {
                    "id": f"{order_id}{number}",
                    "sku_id": f"S{number}",
                    "seller_sku": f"SKU-{number}",
                    "product_name": "Shirt",
                    "sale_price": price,
                    "display_status": status,
                    "package_id": package,
                }
                for number, price in enumerate(prices, 1)
            ],
        }
        return self.orders[order_id]

    def put_return(self, return_id: str, order_id: str, status: str, **fields: Any) -> Json:
        now = int(self.clock.now().timestamp())
        known = self.returns.get(return_id, {})
        lines = self.orders[order_id]["line_items"]
        wanted = fields.pop("lines", None)
        chosen = [line for line in lines if wanted is None or line["id"] in wanted]
        document = {
            "return_id": return_id,
            "order_id": order_id,
            "return_type": "REFUND",
            "role": "BUYER",
            "create_time": now,
            "refund_amount": {"refund_total": f"{sum(float(line['sale_price']) for line in chosen):.2f}"},
            "return_line_items": [
                {"order_line_item_id": line["id"], "refund_amount": {"refund_total": line["sale_price"]}}
                for line in chosen
            ],
            **known,
            "return_status": status,
            "update_time": now,
            **fields,
        }
        deadline = document.pop("deadline", None)
        document.pop("seller_next_action_response", None)
        if deadline:
            document["seller_next_action_response"] = [
                {"action": "SELLER_RESPOND_REFUND", "deadline": int(deadline.timestamp())}
            ]
        self.returns[return_id] = document
        return document

    def put_cancellation(self, cancel_id: str, order_id: str, status: str, *lines: str, **fields: Any) -> None:
        """Put there a cancellation of those lines, or of the order's first."""
        now = int(self.clock.now().timestamp())
        self.cancellations[cancel_id] = {
            "cancel_id": cancel_id,
            "order_id": order_id,
            "cancel_status": f"CANCELLATION_REQUEST_{status}",
            "role": "SELLER",
            "create_time": now,
            "update_time": now,
            "cancel_line_items": [{"order_line_item_id": line} for line in lines or (f"{order_id}1",)],
            **fields,
        }

    def written(self) -> list[Call]:
        """The calls that were meant to change something."""
        return [call for call in self.calls if is_write(call)]


def is_write(call: Call) -> bool:
    path = call.path
    return call.method == "POST" and not path.endswith(("/search", "/calculate"))


def cut(call: Call) -> Json:
    raise Cut


def ok(data: Json) -> Json:
    return {"code": 0, "message": "Success", "data": data, "request_id": "20310303090000000000"}


def refusal(code: int, words: str, http: int = 200) -> Callable[[Call], Json]:
    return lambda call: {"code": code, "message": words, "data": {}, "request_id": "r", "http": http}
