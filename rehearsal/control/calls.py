"""Every call of the control API, once: stage, client, routes, timeline and console all read it here.

`contracts/control.yaml` says what the calls mean and what their documents look like; a test holds the two together.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Call:
    """One call: how it is made, the method of the stage that makes it, and what goes with it."""

    method: str
    path: str
    name: str
    body: str | None = None  # the contract's schema of what is sent; a call without one reads and changes nothing
    query: tuple[str, ...] = ()

    @property
    def ids(self) -> list[str]:
        """Return the names of what the call is about, as they stand in its path."""
        return re.findall(r"\{(\w+)\}", self.path)


# fmt: off
_CALLS: Final = (
    #    method  path                                        the stage's method        the body's schema
    Call("GET",  "/world",                                   "world"),
    Call("POST", "/reset",                                   "reset",                  "Reset"),
    Call("GET",  "/clock",                                   "clock"),
    Call("POST", "/clock/advance",                           "advance",                "Advance"),
    Call("GET",  "/agenda",                                  "agenda"),
    Call("POST", "/shops",                                   "add_shop",               "AddShop"),
    Call("POST", "/shops/{shop_id}/authorize",               "authorize_shop",         "Nothing"),
    Call("POST", "/orders",                                  "place_order",            "PlaceOrder"),
    Call("GET",  "/orders/{order_id}",                       "order"),
    Call("GET",  "/orders/{order_id}/price-detail",          "price_detail"),
    Call("POST", "/orders/{order_id}/pay",                   "pay_order",              "Nothing"),
    Call("POST", "/orders/{order_id}/address",               "change_address",         "Nothing"),
    Call("POST", "/orders/{order_id}/ship",                  "ship_order",             "ShipOrder"),
    Call("POST", "/orders/{order_id}/deliver",               "deliver_order",          "Nothing"),
    Call("POST", "/orders/{order_id}/marks",                 "mark_order",             "MarkOrder"),
    Call("POST", "/orders/{order_id}/cancellation",          "request_cancellation",   "RequestCancellation"),
    Call("POST", "/orders/{order_id}/returns",               "request_return",         "RequestReturn"),
    Call("POST", "/orders/{order_id}/seller-center",         "seller_center_refund",   "SellerCenterRefund"),
    Call("POST", "/orders/{order_id}/seller-center/cancellation", "seller_center_cancel", "SellerCenterCancel"),
    Call("GET",  "/orders/{order_id}/activity",              "activity"),
    Call("GET",  "/returns",                                 "returns"),
    Call("GET",  "/returns/{return_id}",                     "get_return"),
    Call("POST", "/returns/{return_id}/change",              "change_return",          "ChangeReturn"),
    Call("POST", "/returns/{return_id}/ship",                "ship_return",            "ShipReturn"),
    Call("POST", "/returns/{return_id}/label",               "label_return",           "LabelReturn"),
    Call("POST", "/returns/{return_id}/arrive",              "arrive_return",          "Nothing"),
    Call("POST", "/returns/{return_id}/deadline",            "set_deadline",           "SetDeadline"),
    Call("POST", "/returns/{return_id}/withdraw",            "withdraw",               "Nothing"),
    Call("POST", "/returns/{return_id}/accept-offer",        "accept_offer",           "Nothing"),
    Call("POST", "/returns/{return_id}/decline-offer",       "decline_offer",          "Nothing"),
    Call("POST", "/returns/{return_id}/dispute",             "dispute",                "Dispute"),
    Call("POST", "/returns/{return_id}/arbitrate",           "arbitrate",              "Arbitrate"),
    Call("POST", "/returns/{return_id}/seller-center",       "seller_center_decision", "SellerCenterDecision"),
    Call("GET",  "/cancellations/{cancel_id}",               "get_cancellation"),
    Call("POST", "/cancellations/{cancel_id}/deadline",      "set_cancellation_deadline", "SetDeadline"),
    Call("POST", "/cancellations/{cancel_id}/seller-center", "seller_center_answer",   "SellerCenterAnswer"),
    Call("POST", "/cancellations/{cancel_id}/withdraw",      "withdraw_cancellation",  "Nothing"),
    Call("GET",  "/oms/adjustments",                         "oms_adjustments"),
    Call("POST", "/oms/adjustments/{adjustment_id}/approve", "oms_approve",            "Approve"),
    Call("POST", "/oms/adjustments/{adjustment_id}/reject",  "oms_reject",             "Reject"),
    Call("POST", "/oms/inspections/{return_id}",             "oms_inspect",            "Inspect"),
    Call("POST", "/oms/refunds",                             "oms_refund",             "Refund"),
    Call("POST", "/connector/kill",                          "kill_connector",         "Death"),
    Call("POST", "/connector/start",                         "start_connector",        "Nothing"),
    Call("POST", "/faults",                                  "plan_fault",             "Fault"),
    Call("GET",  "/faults",                                  "faults"),
    Call("DELETE", "/faults/{fault_id}",                     "lift_fault",             "Nothing"),
    Call("DELETE", "/faults",                                "lift_faults",            "Nothing"),
    Call("GET",  "/mailbox",                                 "mailbox",                query=("order_id",)),
    Call("GET",  "/webhooks",                                "webhooks"),
    Call("GET",  "/ledgers",                                 "ledgers"),
    Call("GET",  "/findings",                                "findings"),
)
# What is answered as a file: the stage's method, path and media type.
RECORDS: Final = {
    "trace_ndjson":  ("/trace",     "application/x-ndjson"),
    "trace_har":     ("/trace.har", "application/json"),
    "trace_mermaid": ("/trace.mmd", "text/plain; charset=utf-8"),
}
# fmt: on
CALLS: Final[Mapping[str, Call]] = {call.name: call for call in _CALLS}
