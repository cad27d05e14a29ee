"""The stage as those see it who act on it: Gherkin steps, the demo, outside suites.

A step speaks to a `Stage`, never to a world. There are two implementations: one in process and one over the control
API; every feature runs on both. Each method is one call of the control API, takes that call's body as keyword
arguments and returns that call's JSON document, with exactly the names and shapes of `contracts/control.yaml` (a name
that is a word of Python's is followed by an underscore):
times are RFC 3339 strings, durations ISO 8601 strings, money decimal strings. What is refused raises a `Problem`.
"""

# A call is spelled by a method without a body.
# mypy: disable-error-code="empty-body"
# ruff: noqa: B027
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Final

from rehearsal.control.calls import CALLS, Call

Json = dict[str, Any]
# The titles of refusals that no player could have spared whoever asked.
SENSELESS: Final = frozenset(
    {"Invalid value", "Bad value", "Not JSON", "Unknown adjustment", "Too much", "Too little", "No part of it"}
    | {f"No such {kind}" for kind in ("order", "return", "cancellation", "shop", "world", "fault")}
)


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

    @property
    def makes_no_sense(self) -> bool:
        """Return whether it is the fault of who asked, whoever is asked: no such thing, no such value."""
        return self.title in SENSELESS

    def document(self) -> Json:
        """Return the `application/problem+json` document."""
        optional = {"detail": self.detail or None, "field": self.field, "code": self.code}
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            **{name: value for name, value in optional.items() if value is not None},
        }


class Stage(ABC):
    """One world, as a person in front of it can order it about and look at it."""

    @abstractmethod
    def request(self, call: Call, path: Mapping[str, str], body: Json) -> Json:
        """Make `call`: `path` fills in its address, `body` is what is sent, or what is asked in the query."""

    @abstractmethod
    def record(self, name: str) -> bytes:
        """Return the world's record in one of the forms of `RECORDS`."""

    def close(self) -> bool:
        """Let go of what the stage holds; return whether it did."""
        return True

    def _call(self, name: str, /, **given: Any) -> Json:
        for key, value in given.items():
            about = key in CALLS[name].ids or (key.endswith("_id") and value is not None)
            if about and not (isinstance(value, str) and value.strip()):
                raise Problem(422, "Invalid value", f"{key} is {value!r}, which names nothing", field=key)
        body = {key.rstrip("_"): _plain(value) for key, value in given.items() if value is not None}
        path = {key: body.pop(key) for key in CALLS[name].ids}
        return self.request(CALLS[name], path, body)

    # Each of these spells its call, whose name it has: what goes with it, and what it means. `_makes` makes it.

    # the world and its clock
    def reset(
        self,
        *,
        seed: int | None = None,
        start: str | None = None,
        market: str | None = None,
        profile: str | None = None,
        oms_policy: str | None = None,
        oms_manners: Sequence[str] | None = None,
        shops: int | Sequence[Mapping[str, Any]] | None = None,
        webhooks: bool | None = None,
        default_answers: Mapping[str, str] | None = None,
    ) -> Json:
        """Begin anew behind the same addresses; what is not given stays as it was. Return the new world."""

    def world(self) -> Json:
        """Return the world's time, addresses and credentials."""

    def clock(self) -> Json:
        """Return what time it is, and whether it passes by itself; nothing is waited for."""

    def advance(self, *, by: str | None = None, to: str | None = None, until: str | None = None) -> Json:
        """Let time pass `by` a duration, `to` a time, or `until` "next" or "heard": exactly one. Return what fired.

        Next is what is due next. All have heard after an hour, or earlier where nothing more can come of it. Where time
        passes by itself it is waited for, however long that takes.
        """
        passed = self._call("advance", by=by, to=to, until=until)
        while not passed.get("reached", True):
            more = self._call("advance", to=passed["to"])
            passed = {**more, "fired": passed["fired"] + more["fired"], "idle": passed["idle"] + more["idle"]}
        return passed

    def agenda(self) -> Json:
        """Return what is due, soonest first."""

    # shops and their sellers
    def add_shop(
        self,
        *,
        market: str | None = None,
        profile: str | None = None,
        name: str | None = None,
        seller: str | None = None,
        default_answers: Mapping[str, str] | None = None,
        sandbox: bool | None = None,
        authorized: bool | None = None,
    ) -> Json:
        """Have a shop open whose seller lets the connector in, unless `authorized` is false. Return the shop.

        The shops of one `seller` are under one authorization. A sandbox takes few calls.
        """

    def authorize_shop(self, shop_id: str) -> Json:
        """Have a shop's seller let the connector in, be it again, into all of their shops. Return the shop."""

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
        shipping_fee_tax: str | None = None,
        fee: str | None = None,
        discounts: Mapping[str, str] | None = None,
        currency: str | None = None,
    ) -> Json:
        """Have somebody buy; `status` brings the order that far at once. Return the order.

        Prices and the shipping fee are before the `discounts` that seller and platform give on the whole order. `fee`
        is what the market adds to an order.
        """

    def order(self, order_id: str) -> Json:
        """Return one order."""

    def pay_order(self, order_id: str) -> Json:
        """Have the buyer pay for an order that is UNPAID. Return the order."""

    def change_address(self, order_id: str) -> Json:
        """Have the buyer have an order sent to another address. Return the order."""

    def ship_order(self, order_id: str, *, line_item_ids: Sequence[str] | None = None) -> Json:
        """Have the seller hand the order over to the carrier, or the parcels with these units. Return the order."""

    def price_detail(self, order_id: str) -> Json:
        """Return what an order's price is made of, as Get Price Detail has it."""

    def deliver_order(self, order_id: str) -> Json:
        """Have the courier deliver the order. Return the order."""

    def mark_order(self, order_id: str, *, marks: Sequence[str]) -> Json:
        """Have these stand against an order, and no others: the marketplace refuses for them. Return the order."""

    def request_cancellation(self, order_id: str, *, reason: str | None = None) -> Json:
        """Have the buyer ask to cancel. Return the cancellation."""

    def request_return(
        self,
        order_id: str,
        *,
        type: str = "RETURN_AND_REFUND",
        reason: str | None = None,
        line_item_ids: Sequence[str] | None = None,
        evidence: Sequence[str] | None = None,
        combined: bool | None = None,
        shipment: str | None = None,
        quick_refund: bool | None = None,
    ) -> Json:
        """Have the buyer ask for money back, with or without sending the goods. Return the return.

        `combined`: one return of each kind of goods, which go back together; the first is returned.
        """

    # returns: the buyer, the courier, the operator, the seller in Seller Center
    def returns(self) -> Json:
        """Return every return, newest first."""

    def get_return(self, return_id: str) -> Json:
        """Return everything about one return."""

    def change_return(
        self,
        return_id: str,
        *,
        type: str | None = None,
        reason: str | None = None,
        line_item_ids: Sequence[str] | None = None,
        by: str | None = None,
    ) -> Json:
        """Have the buyer, or the operator for them, change a request. Return the return that takes its place."""

    def ship_return(
        self,
        return_id: str,
        *,
        line_item_ids: Sequence[str] | None = None,
        tracking_number: str | None = None,
        shipping_cost: str | None = None,
        currency: str | None = None,
    ) -> Json:
        """Have the buyer hand the parcel over, where need be with less in it. Return the return."""

    def label_return(
        self, return_id: str, *, tracking_number: str | None = None, label_type: str | None = None
    ) -> Json:
        """Have the seller bring the label of a return that waits to be sent. Return the return."""

    def arrive_return(self, return_id: str) -> Json:
        """Have the parcel reach the seller's warehouse. Return the return."""

    def set_deadline(self, return_id: str, *, within: str) -> Json:
        """Have the marketplace give a return so long from now for what it waits for. Return the return."""

    def withdraw(self, return_id: str) -> Json:
        """Have the buyer take the request back. Return the return."""

    def accept_offer(self, return_id: str) -> Json:
        """Have the buyer accept the seller's partial refund. Return the return."""

    def decline_offer(self, return_id: str) -> Json:
        """Have the buyer refuse the seller's partial refund. Return the return."""

    def dispute(self, return_id: str, *, evidence: Sequence[str] | None = None) -> Json:
        """Have the buyer appeal against a rejection, and show something with it. Return the return."""

    def arbitrate(
        self, return_id: str, *, outcome: str, refund_total: str | None = None, currency: str | None = None
    ) -> Json:
        """Have the operator decide a dispute, for less than was asked, or not at all. Return the return."""

    def seller_center_decision(
        self,
        return_id: str,
        *,
        decision: str,
        reason: str | None = None,
        amount: str | None = None,
        currency: str | None = None,
        comment: str | None = None,
        pictures: int | None = None,
    ) -> Json:
        """Have the seller decide in Seller Center; so many pictures go with a rejection. Return the return."""

    def seller_center_refund(
        self,
        order_id: str,
        *,
        line_item_ids: Sequence[str] | None = None,
        amount: str | None = None,
        currency: str | None = None,
        reason: str | None = None,
    ) -> Json:
        """Have the seller start a refund in Seller Center. Return the return that it becomes."""

    def seller_center_cancel(
        self, order_id: str, *, line_item_ids: Sequence[str] | None = None, reason: str | None = None
    ) -> Json:
        """Have the seller call off an order, or some units of it, in Seller Center. Return the cancellation."""

    # cancellations
    def get_cancellation(self, cancel_id: str) -> Json:
        """Return one cancellation."""

    def set_cancellation_deadline(self, cancel_id: str, *, within: str) -> Json:
        """Have the marketplace give the seller so long from now to answer a cancellation. Return the cancellation."""

    def seller_center_answer(
        self, cancel_id: str, *, decision: str, reason: str | None = None, comment: str | None = None
    ) -> Json:
        """Have the seller answer in Seller Center whether the order is called off. Return the cancellation."""

    def withdraw_cancellation(self, cancel_id: str) -> Json:
        """Have the buyer take the wish to cancel back. Return the cancellation."""

    # the seller's staff at the OMS
    def oms_adjustments(self) -> Json:
        """Return the cases that stand before the seller's staff."""

    def oms_approve(
        self,
        adjustment_id: str,
        *,
        amount: str | None = None,
        currency: str | None = None,
        refund_instead: bool | None = None,
    ) -> Json:
        """Have the staff say yes; an `amount` below the total is a partial offer. Return the case.

        `refund_instead`: money for what is to be replaced.
        """

    def oms_reject(self, adjustment_id: str, *, reason: str | None = None, comment: str | None = None) -> Json:
        """Have the staff say no. Return the case."""

    def oms_inspect(
        self, return_id: str, *, grade: str, accept: bool, units: Sequence[Mapping[str, str]] | None = None
    ) -> Json:
        """Have the warehouse grade a parcel, or pieces of it by themselves, and take or refuse it. Return the case."""

    def oms_refund(
        self,
        *,
        order_id: str,
        line_item_ids: Sequence[str] | None = None,
        amount: str | None = None,
        currency: str | None = None,
        part: str | None = None,
        reason: str | None = None,
        record_only: bool | None = None,
        restock: bool | None = None,
    ) -> Json:
        """Have the staff refund what nobody asked for; without lines and amount the whole order. Return the case.

        `part`: item, tax or shipping, of which alone it is.
        `record_only`: it went back elsewhere, and is only to be recorded.
        """

    def activity(self, order_id: str) -> Json:
        """Return the connector's Activity & History of an order."""

    # the connector's process
    def kill_connector(self, *, after: str | None = None, nth: int | None = None, times: int | None = None) -> Json:
        """End the connector's process without a farewell, wherever it is. Return its state.

        `after`: not now, but after each `nth` commit or call of its that changes something, so many `times` (1); it
        starts again at once.
        """

    def start_connector(self) -> Json:
        """Start the connector again on the database that it left. Return its state."""

    # trouble
    def plan_fault(
        self,
        *,
        kind: str,
        from_: str | None = None,
        to: str | None = None,
        operation: str | None = None,
        shop_id: str | None = None,
        skip: int | None = None,
        times: int | None = None,
        probability: float | None = None,
        at: str | None = None,
        until: str | None = None,
        with_: Mapping[str, Any] | None = None,
    ) -> Json:
        """Plan a fault; it takes effect at once, or from `at` on. Return it with what it has hit."""

    def faults(self) -> Json:
        """Return every fault that was planned, also those that are over, with what it has hit."""

    def lift_fault(self, fault_id: str) -> Json:
        """End a fault. Return it."""

    def lift_faults(self) -> Json:
        """End all faults. Return them."""

    # what can be seen
    def mailbox(self, *, order_id: str | None = None) -> Json:
        """Return the buyers' mail, oldest first."""

    def webhooks(self) -> Json:
        """Return who is told what by the marketplace's webhooks, and every notification with its attempts."""

    def ledgers(self) -> Json:
        """Return the three books per order."""

    def findings(self) -> Json:
        """Return what the auditor found, and its verdict on every rule."""

    def trace(self) -> list[Json]:
        """Return the lines of the record: the first names its format."""
        return [json.loads(line) for line in self.trace_ndjson().splitlines()]

    def trace_ndjson(self) -> bytes:
        """Return the record as it is exported: a line that names the format, then one line per entry."""
        return self.record("trace_ndjson")

    def trace_har(self) -> bytes:
        """Return the record's HTTP exchanges as a HAR file."""
        return self.record("trace_har")

    def trace_mermaid(self) -> bytes:
        """Return the record as a sequence diagram."""
        return self.record("trace_mermaid")


def _makes(spelled: Callable[..., Json]) -> Callable[..., Json]:
    """Return the method that makes the call which `spelled` spells, with all that it takes by name."""
    code, unsaid = spelled.__code__, spelled.__kwdefaults__ or {}
    names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]

    @wraps(spelled)
    def make(stage: Stage, *args: Any, **given: Any) -> Json:
        spelled(stage, *args, **given)  # refuses what it does not take
        said = unsaid | dict(zip(names, args, strict=False)) | given
        return stage._call(spelled.__name__, **{name: said[name] for name in names})

    return make


for _name in CALLS.keys() - {"advance"}:
    setattr(Stage, _name, _makes(getattr(Stage, _name)))


def _plain(value: Any) -> Any:
    """Return what a caller gave as JSON has it."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
