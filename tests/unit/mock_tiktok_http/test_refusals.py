"""Refusals: the table of docs/facts/refusals.md walked whole, over HTTP, and every code of the list brought about."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from mock_tiktok import Marketplace, OrderLine
from mock_tiktok.domain.words import Action, By, Mark, Parcel
from mock_tiktok.errors import REFUSALS, ApiError, BadValue
from mock_tiktok.usecases.decision_eligibility import CANCELLATION_DECISIONS
from mock_tiktok.usecases.refusals import APPROVAL, OF_MARKS, OF_SELLER, ON_CANCELLATION, REJECTION, REQUEST
from rehearsal.report.answers import CALLS, DECISIONS, State, states, to_orders
from rehearsal.resources import folder
from tests.clock import HandClock
from tests.refused import refused
from tests.unit.mock_tiktok_http.client import Client

RR: Final = "/return_refund/202309"
OF_RETURNS: Final = {one for kind, decisions in DECISIONS.items() if kind != "CANCEL" for one in decisions}
ELIGIBILITY: Final = {action: name for name, action in CANCELLATION_DECISIONS.items()}
NOT_ASKED: Final = "OFFER_PARTIAL_REFUND"  # of what Decision Eligibility can be asked about (S20)
SELLERS: Final = {
    "REFUND": "ecom_order_delivered_refund_reason_not_match_description_seller",
    "RETURN_AND_REFUND": "seller_ecom_delivered_return_refund_reason1",
}
# A parcel on its way is rejected after a minute, so that the hour plays no part in the walk.
PROFILE: Final = """
name: no-hours
extends: us-2025-08
numbers:
  inspection.undelivered_review_after: {value: 1min, source: this test, certainty: assumed}
"""


class Walk:
    """One market, and requests brought to the states in which it is asked what it makes of a decision."""

    def __init__(self, clock: HandClock, profile: Path) -> None:
        self.clock = clock
        self.market = Marketplace(clock=clock, seed=1, profile=profile)
        self.client = Client(self.market, self.market.add_shop(), clock)
        self.shop = self.market.shop(self.client.shop.shop_id)

    def brought_to(self, kind: str, state: State, *, quick: bool = False) -> str:
        """Return a request of the kind in that state, by the acts that lead there."""
        if kind == "CANCEL":
            order = self.market.place_order(status="AWAITING_SHIPMENT")
            cancel_id = self.market.request_cancellation(order.order_id).cancel_id
            for action in state.acts:
                self.shop.cancellation_lifecycle.act(self.shop.get_cancellation(cancel_id), action, By.SYSTEM)
            return cancel_id
        order_id = self.market.place_order().order_id
        return_id = self.market.request_return(order_id, return_type=kind, quick_refund=quick).return_id
        for action in state.acts:
            offer = self.shop.get_return(return_id).amount.total / 2 if action is Action.OFFER_PARTIAL_REFUND else None
            self.shop.return_lifecycle.act(self.shop.get_return(return_id), action, By.SYSTEM, offer=offer)
        self.clock.at += timedelta(minutes=1)
        return return_id

    def order(self, status: str) -> str:
        """Return an order in that status."""
        begins = "AWAITING_SHIPMENT" if status in ("CANCELLED", "PARTIALLY_SHIPPING") else status
        parcels = (1, 2) if status == "PARTIALLY_SHIPPING" else (1,)
        placed = self.market.place_order(lines=[OrderLine(package=one) for one in parcels], status=begins)
        if len(parcels) > 1:
            self.market.ship_order(placed.order_id, line_item_ids=[placed.line_items[0].id])
        if status == "CANCELLED":
            self.shop.cancel_order(placed.order_id, "seller_cancel_reason_out_of_stock")
        return placed.order_id

    def answer(self, kind: str, id: str, decision: Action) -> str | int:
        """Send a decision; return the status that the request then has, or the code of the refusal."""
        verb = "approve" if decision.value.startswith(("APPROVE", "OFFER", "DIRECT", "ISSUE")) else "reject"
        body: dict[str, Any] = {} if kind == "CANCEL" else {"decision": decision.value}
        if verb == "reject":
            of = "CANCEL" if kind == "CANCEL" else "PARCEL" if "PACKAGE" in decision else kind
            body["reject_reason"] = self.shop.profile.reasons.offered("reject", of)[0].name
        if decision is Action.OFFER_PARTIAL_REFUND:
            body["partial_refund"] = {"amount": "1.00", "currency": "USD"}
        group = "cancellations" if kind == "CANCEL" else "returns"
        document = self.client.document("POST", f"{RR}/{group}/{id}/{verb}", body=body or None)
        if document["code"]:
            assert document["data"] is None
            return int(document["code"])
        return self.status(kind, id)

    def status(self, kind: str, id: str) -> str:
        found = self.shop.get_cancellation(id) if kind == "CANCEL" else self.shop.get_return(id)
        return found.status.value

    def foretold(self, id: str) -> dict[str, int | None]:
        """Return what Decision Eligibility says, by the decision: nothing, or the code of a refusal."""
        asked = {"return_or_cancel_id": id}
        data = self.client.data("GET", "/return_refund/202601/decision_eligibility", asked)
        return {one["decision"]: one.get("ineligible_code") for one in data["decisions"]}


@pytest.fixture
def walk(clock: HandClock, tmp_path: Path) -> Walk:
    file = tmp_path / "no-hours.yaml"
    file.write_text(PROFILE)
    return Walk(clock, file)


@pytest.mark.parametrize("kind", DECISIONS)
def test_each_decision_in_each_state_is_answered_as_the_table_says(walk: Walk, kind: str) -> None:
    of_others = [] if kind == "CANCEL" else sorted(OF_RETURNS - set(DECISIONS[kind]))
    for state in states(kind):
        table = dict(zip(DECISIONS[kind], state.answers, strict=True)) | dict.fromkeys(of_others, 25020004)
        id = walk.brought_to(kind, state)
        assert walk.status(kind, id) == state.item.status
        foretold = walk.foretold(id)
        taken = [decision for decision, answer in table.items() if isinstance(answer, str)]
        for decision, answer in table.items():
            name = ELIGIBILITY.get(decision, decision.value)
            if name != NOT_ASKED:
                other = 25011014 if answer == 25020012 else answer  # C15
                assert foretold[name] == (None if decision in taken else other), (state, decision)
            if decision not in taken:
                assert walk.answer(kind, id, decision) == answer, (state, decision)
        assert walk.status(kind, id) == state.item.status, "what is refused has changed nothing"
        for number, decision in enumerate(taken):
            fresh = walk.brought_to(kind, state) if number else id
            assert walk.answer(kind, fresh, decision) == table[decision], (state, decision)


def test_goods_of_a_quick_refund_are_never_rejected(walk: Walk) -> None:
    """From the carrier's having them on, before the money goes and after, until the end."""
    kind, reject = "RETURN_AND_REFUND", Action.REJECT_RECEIVED_PACKAGE
    on_the_way = [one for one in states(kind) if one.item.parcel in (Parcel.SHIPPED, Parcel.ARRIVED)]
    assert {one.item.status.value.rpartition("_")[2] for one in on_the_way} == {"ITEM", "SUCCESS", "COMPLETE"}
    for state in on_the_way:
        id = walk.brought_to(kind, state, quick=True)
        assert walk.foretold(id)[reject] == walk.answer(kind, id, reject) == 25011025, state
        assert walk.status(kind, id) == state.item.status


def test_the_seller_s_own_calls_are_answered_by_the_order_s_status(walk: Walk) -> None:
    for status, answers in to_orders(walk.shop.profile).items():
        for (_, kind), answer in zip(CALLS, answers, strict=True):
            order_id = walk.order(status)
            reason = next((one.name for one in walk.shop.profile.reasons.offered("seller", kind, status)), "any")
            body = {"order_id": order_id, "cancel_reason": reason}
            if kind != "CANCEL":
                body = {"order_id": order_id, "return_type": kind, "return_reason": reason}
            path = f"{RR}/{'cancellations' if kind == 'CANCEL' else 'returns'}"
            code = walk.client.document("POST", path, body=body)["code"]
            assert (code or "taken") == answer, (status, kind)


@pytest.mark.parametrize("mark", Mark)
def test_what_stands_against_an_order_refuses_what_its_state_would_take(walk: Walk, mark: Mark) -> None:
    for kind, decisions in DECISIONS.items():
        first = states(kind)[0]
        for decision, taken in zip(decisions, first.answers, strict=True):
            id = walk.brought_to(kind, first)
            case = walk.shop.get_cancellation(id) if kind == "CANCEL" else walk.shop.get_return(id)
            walk.market.mark_order(case.order_id, [mark])
            what = ON_CANCELLATION if kind == "CANCEL" else REJECTION if "REJECT" in decision else APPROVAL
            refusal = OF_MARKS.get((mark, what))
            expected = refusal.code if refusal and isinstance(taken, str) else taken
            assert walk.answer(kind, id, decision) == expected, (kind, decision)
            walk.market.mark_order(case.order_id, [])
            assert refusal is None or walk.answer(kind, id, decision) == taken
    order_id = walk.market.place_order().order_id
    walk.market.mark_order(order_id, [mark])
    for kind, (line, *_) in ((kind, walk.shop.aftersale_eligibility(order_id, "SELLER", [kind])) for kind in SELLERS):
        for_all = OF_MARKS.get((mark, REQUEST))
        expected = (for_all or OF_MARKS[mark, OF_SELLER]).code
        body = {"order_id": order_id, "return_type": kind, "return_reason": SELLERS[kind]}
        code = walk.client.document("POST", f"{RR}/returns", body=body)["code"]
        assert (code, line.code) == (expected, expected)
        if for_all:
            assert refused(ApiError, walk.market.request_return, order_id, return_type=kind).code == for_all.code
    waiting = walk.market.place_order(status="AWAITING_SHIPMENT").order_id
    walk.market.mark_order(waiting, [mark])
    cancel = {"order_id": waiting, "cancel_reason": "seller_cancel_reason_out_of_stock"}
    assert walk.client.document("POST", f"{RR}/cancellations", body=cancel)["code"] == expected
    if not for_all:
        walk.market.request_return(order_id, return_type="REFUND")


def test_a_mark_that_there_is_not_is_named(walk: Walk) -> None:
    order_id = walk.market.place_order().order_id
    assert "'cursed' is not one of risk_control" in str(refused(BadValue, walk.market.mark_order, order_id, ["cursed"]))


def test_a_reason_that_is_retired_is_told_from_one_that_never_was(walk: Walk) -> None:
    id = walk.brought_to("RETURN_AND_REFUND", states("RETURN_AND_REFUND")[0])
    for reason, code in (("reverse_reject_request_reason_5", 25001020), ("reverse_reject_request_reason_9", 25001014)):
        assert reason not in [one.name for one in walk.shop.reject_reasons(id)]
        body = {"decision": "REJECT_RETURN", "reject_reason": reason}
        assert walk.client.document("POST", f"{RR}/returns/{id}/reject", body=body)["code"] == code


def test_every_code_that_the_contract_promises_of_after_sales_can_be_brought_about() -> None:
    """All but one are a `Refusal`; an internal error is trouble on the wire (`refuse`)."""
    document = yaml.safe_load((folder("contracts") / "tiktok_shop.yaml").read_text("utf-8"))
    operations = [one for path in document["paths"].values() for one in path.values() if "x-codes" in one]
    promised = {code for one in operations for code in one["x-codes"]}
    of_after_sales = {code for code in promised if str(code).startswith("25")}
    assert of_after_sales - {25020008} == {one.code for one in REFUSALS if str(one.code).startswith("25")}
