"""A stage without a world: a clock, one order, one request, and an auditor who says what it is told to say."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rehearsal.control.calls import Call
from rehearsal.control.formats import duration
from rehearsal.control.stage import Json, Problem, Stage
from tests.clock import START


class StubStage(Stage):
    """Takes the calls that the plugin, the timeline and the report make; knows nothing of returns."""

    def __init__(self, *findings: Json) -> None:
        self.now = START
        self.found = findings
        self.orders: list[Json] = []

    def request(self, call: Call, path: Mapping[str, str], body: Json) -> Json:
        document: Json = getattr(self, f"_{call.name}")(**path, **body)
        return document

    def _world(self) -> Json:
        return {"now": _shown(self.now), "seed": 1, "market": "US"}

    def _advance(self, *, by: str = "PT1H", until: str | None = None) -> Json:
        self.now += duration(by, "by")
        paid = {"at": _shown(self.now), "who": "marketplace", "what": "refund paid 39.98 USD", "return_id": "7"}
        return {"now": _shown(self.now), "fired": [paid] if self.orders else [], "idle": 4}

    def _place_order(self, **order: Any) -> Json:
        (line,) = order["lines"]
        if line["unit_price"] == "0.00":
            raise Problem(422, "Invalid value", "lines.0.unit_price must be above 0", field="lines.0.unit_price")
        unit = {"id": "1", "sku": line["sku"], "price": line["unit_price"], "total": line["unit_price"]}
        self.orders.append({"order_id": "5", "total": line["unit_price"], "currency": "USD", "line_items": [unit]})
        return {**self.orders[-1], "status": order["status"], "created_at": "2031-02-27T02:00:00Z"}

    def _returns(self) -> Json:
        return {"returns": []}

    def _oms_adjustments(self) -> Json:
        return {"adjustments": []}

    def _ledgers(self) -> Json:
        row = {"refunded": "39.98"}
        rows = {"marketplace": row, "connector": row, "oms": row}
        return {
            "orders": [
                {"order_id": o["order_id"], "currency": "USD", "paid": o["total"], **rows, "agree": True}
                for o in self.orders
            ]
        }

    def _mailbox(self, *, order_id: str | None = None) -> Json:
        return {
            "mails": [
                {
                    "kind": "order refund",
                    "subject": "Your <refund>",
                    "text": "39.98 USD",
                    "sent_at": _shown(START),
                    "order_id": "5",
                }
            ]
        }

    def _faults(self) -> Json:
        return {"faults": []}

    def _findings(self) -> Json:
        verdict = {
            "invariant": "never-too-much", "number": 1, "rule": "Nobody gets back more than they paid",
            "occasions": 2, "verdict": "held", "why": None,
        }  # fmt: skip
        return {"findings": list(self.found), "verdicts": [verdict, *self.found], "news_under_way": None}

    def record(self, name: str) -> bytes:
        exchange = {
            "seq": 1, "at": _shown(START), "kind": "exchange", "cause": None, "from": "connector", "to": "marketplace",
            "operation": "approveReturn_202309", "writes": True, "method": "POST", "path": "/return_refund/approve",
            "query": {"idempotency_key": "7", "sign": "[redacted]"},
            "request": {"body": {"decision": "APPROVE_REFUND"}}, "response": {"body": {"code": 0, "message": "OK"}},
            "status": 200, "fault": None, "failure": None, "breaches": 0,
        }  # fmt: skip
        return "\n".join(map(json.dumps, ({"format": "rehearsal-trace", "version": 1}, exchange))).encode()


BROKEN: Json = {
    "id": "1", "invariant": "no-refund-after-no", "number": 3,
    "rule": "A rejection is never followed by a refund", "verdict": "broken",
    "expected": "no refund", "seen": "39.98 USD paid", "suspect": "connector", "why": None, "occasions": 1,
    "reproduce": "rehearsal play --seed 1",
}  # fmt: skip


def _shown(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
