"""A connector small enough to read at one sitting: the part of ChannelAdvisor's API that the OMS uses, as a transport
adapter. It keeps what it was sent, and can be told to fail: before it acts, after it has acted, or with a response."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests

from mock_oms.adapters.mistakes import NO_NAME, NOTHING
from tests.clock import HandClock
from tests.responses import Answering, Call, response_of

Json = dict[str, Any]
HOST = "https://api.channeladvisor.com"
ACTIONS = {
    "ApproveBuyerRequest": ("NewRma", "PendingApproval"),
    "RejectBuyerRequest": ("NewRma", "PendingRejection"),
    "ApproveReturn": ("ReadyForReturn", "PendingReturn"),
    "RejectReturn": ("ReadyForReturn", "PendingReturnRejection"),
}


@dataclass
class Fault:
    """Strikes the next call whose path contains `path`."""

    path: str
    status: int | None = None  # None: the connection breaks
    document: Json | None = None
    after: bool = False  # the connector has acted, and only its response is lost
    times: int = 1


@dataclass
class Connector(Answering):
    clock: HandClock
    page_size: int = 100
    counts: bool = False  # for who asks how many there are
    miscounts: int = 0  # by so many
    extensions: bool = True
    orders: dict[int, Json] = field(default_factory=dict)
    exported: set[int] = field(default_factory=set)
    adjustments: dict[str, dict[int, Json]] = field(
        default_factory=lambda: {"OrderAdjustments": {}, "OrderItemAdjustments": {}}
    )
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    tokens: int = 0
    token: str = ""
    older: str = ""  # the one before it, which is good as well
    refuse: Callable[[Call], str | None] = lambda call: None

    def __post_init__(self) -> None:
        super().__init__()

    def session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.mount(HOST, self)
        return session

    # what the tests arrange
    def order(self, order_id: str, *lines: tuple[str, int, float], tax: float = 0, shipping: float = 0) -> Json:
        number = 100 + len(self.orders)
        items = []
        for index, (sku, quantity, price) in enumerate(lines):
            share = 1 if index == 0 else 0
            item: Json = {
                "ID": number * 10 + index,
                "SiteOrderItemID": f"{order_id}-{index}",
                "Sku": sku,
                "Title": sku.title(),
                "Quantity": quantity,
                "UnitPrice": price,
                "TaxPrice": tax * share,
                "ShippingPrice": shipping * share,
            }
            if self.extensions:
                item["SiteOrderLineItemIDs"] = [f"{order_id}-{index}-{unit}" for unit in range(quantity)]
            items.append(item)
        total = round(sum(quantity * price for _, quantity, price in lines) + tax + shipping, 2)
        order = {"ID": number, "SiteOrderID": order_id, "Currency": "USD", "TotalPrice": total, "Items": items}
        self.orders[number] = {**order, "SiteName": "TikTok Shop", "CreatedDateUtc": _text(self.clock.now())}
        return self.orders[number]

    def adjustment(self, order: Json, item: int | None = 0, **fields: Any) -> Json:
        level = "OrderAdjustments" if item is None else "OrderItemAdjustments"
        number = len(self.adjustments[level]) + 1
        row: Json = {
            "ID": number,
            "OrderID": order["ID"],
            "Type": "Refund",
            "RequestStatus": "NewRma",
            "CreatedDateUtc": _text(self.clock.now()),
            **({"SiteUpdatedDateUtc": _text(self.clock.now())} if self.extensions else {}),
            "ItemAdjustment": order["Items"][item]["UnitPrice"] if item is not None else order["TotalPrice"],
        }
        if item is not None:
            row |= {"OrderItemID": order["Items"][item]["ID"], "Quantity": 1}
        self.adjustments[level][number] = {**row, **fields}
        return self.adjustments[level][number]

    def paths(self) -> list[str]:
        return [f"{call.method} {call.path}" for call in self.calls]

    def posts(self, action: str) -> list[Call]:
        posts = [call for call in self.calls if call.method == "POST" and f"({NOTHING})" not in call.path]
        return [call for call in posts if call.path.endswith(action)]

    # the adapter
    def answer(self, call: Call, request: requests.PreparedRequest) -> requests.Response:
        self.calls.append(call)
        fault = next((fault for fault in self.faults if fault.path in call.path), None)
        if fault is not None:
            fault.times -= 1
            if fault.times == 0:
                self.faults.remove(fault)
            if fault.after:
                self.respond(call)
            if fault.status is None:
                raise requests.ConnectionError("the line is dead")
            status, document = fault.status, fault.document
        else:
            status, document = self.respond(call)
        return response_of(status, b"" if document is None else json.dumps(document).encode(), request)

    def respond(self, call: Call) -> tuple[int, Json | None]:
        if call.path == "/oauth2/token":
            self.tokens += 1
            self.older, self.token = self.token, f"token-{self.tokens}"
            return 200, {"access_token": self.token, "token_type": "bearer", "expires_in": 3600}
        scheme, _, token = call.headers.get("Authorization", "").partition(" ")
        if "access_token" in call.query:
            scheme, token = "bearer", call.query["access_token"]
        if scheme.lower() != "bearer" or token not in (self.token, self.older):
            return 401, {"Message": "Authorization has been denied for this request."}
        if f"({NOTHING})" in call.path:
            return 404, {"Message": "There is none."}
        if any(NO_NAME in value for value in call.query.values()):
            return 400, {"error": {"code": "", "message": f"There is no '{NO_NAME}'."}}
        words = self.refuse(call)
        if words:
            return 400, {"error": {"code": "", "message": words}}
        if call.method == "GET":
            return self.read(call)
        return self.act(call)

    def read(self, call: Call) -> tuple[int, Json | None]:
        spelled = call.path.removeprefix("/v1/").rstrip("/")
        known = {name.lower(): rows for name, rows in {"Orders": self.orders, **self.adjustments}.items()}
        if one := re.fullmatch(r"(\w+)\((\d+)\)", spelled):
            found = known[one[1].lower()].get(int(one[2]))
            return (200, found) if found else self._none(one[1], one[2])
        rows = list(known[spelled.lower()].values())
        if call.query.get("exported") == "false":
            rows = [row for row in rows if row["ID"] not in self.exported]
        wanted = call.query.get("$filter", "")
        if "SiteUpdatedDateUtc" in wanted and not self.extensions:
            return 400, {"error": {"code": "", "message": "Could not find a property named 'SiteUpdatedDateUtc'."}}
        rows = [row for row in rows if _matches(row, wanted)]
        start = int(call.query.get("$skip", 0))
        if "$top" in call.query:
            counted = {"@odata.count": len(rows) + self.miscounts} if self.counts and "$count" in call.query else {}
            return 200, {"value": rows[start : start + int(call.query["$top"])], **counted}
        page: Json = {"value": rows[start : start + self.page_size]}
        if len(rows) > start + self.page_size:
            rest = "&".join(f"{key}={value}" for key, value in call.query.items() if key != "$skip")
            page["@odata.nextLink"] = f"{HOST}{call.path}?{rest}&$skip={start + self.page_size}"
        return 200, page

    def act(self, call: Call) -> tuple[int, Json | None]:
        found = re.fullmatch(r"/v1/(\w+)\((\d+)\)/(?:ChannelAdvisor\.RestApi\.V1\.Models\.)?(\w+)", call.path)
        assert found, call.path
        kind, number, action = found[1], int(found[2]), found[3]
        if action == "Export":
            self.exported.add(number)
        elif action == "Adjust":
            self._adjust(kind, number, call.body)
        elif (row := self.adjustments[kind].get(number)) is None:
            return self._none(kind, number)
        else:
            was, becomes = ACTIONS[action]
            if row["RequestStatus"] != was:
                return 400, {"error": {"code": "", "message": f"RequestStatus is {row['RequestStatus']}"}}
            row["RequestStatus"] = becomes
        return 204, None

    @staticmethod
    def _none(kind: str, number: object) -> tuple[int, Json]:
        return 404, {"error": {"code": "", "message": f"No {kind} with ID {number} was found."}}

    def _adjust(self, kind: str, number: int, body: Json) -> None:
        level = "OrderAdjustments" if kind == "Orders" else "OrderItemAdjustments"
        ref = number if kind == "Orders" else number // 10
        row: Json = {
            "ID": len(self.adjustments[level]) + 1,
            "OrderID": ref,
            "OrderItemID": None if kind == "Orders" else number,
            "Type": "Refund",
            "RequestStatus": "SubmittedNotProcessed",
            "CreatedDateUtc": _text(self.clock.now()),
            "SellerAdjustmentID": body.get("SellerAdjustmentID"),
            "CreatedSource": "Api",
            "SiteRequestType": "SELLER_REFUND",
            "ItemAdjustment": body.get("AdjustmentAmount", body.get("ItemAdjustment", 20.0)),
        }
        self.adjustments[level][row["ID"]] = row


def _matches(row: Json, wanted: str) -> bool:
    if not wanted:
        return True
    if " or " in wanted:
        return any(_matches(row, part) for part in wanted.split(" or "))
    name, relation, value = wanted.split(" ", 2)
    if relation == "ge":
        return bool(row[name] >= value)
    return str(row.get(name)) == value.strip("'")


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


QUARTER = timedelta(minutes=15)
