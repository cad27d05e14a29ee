"""What the Stage refuses, in process and over a socket alike: by its field, with nothing changed."""

from collections.abc import Callable
from typing import Any

import pytest

from rehearsal.control.stage import Json, Problem
from tests.contract.stages import asked, stage
from tests.refused import refused

__all__ = ["stage"]


@pytest.mark.parametrize(
    ("fault", "field", "words"),
    [
        ({"kind": "cut_befor"}, "kind", "did you mean cut_before?"),
        ({"kind": "garble", "operation": "aprove"}, "operation", "did you mean approve?"),
        ({"kind": "delay", "with_": {"bye": "PT1S"}}, "with.bye", "did you mean by?"),
        ({"kind": "garble", "shop_id": "1"}, "shop_id", "names no shop"),
        ({"kind": "garble", "probability": 2}, "probability", "2"),
        ({"kind": "garble", "until": "soon"}, "until", "such as PT20M"),
        ({"kind": "garble", "until": "P2900000D"}, "until", "beyond 2286-11-20T17:46:39Z"),
        ({"kind": "garble", "at": "9999-12-31T23:59:59Z"}, "at", "beyond 2286-11-20T17:46:39Z"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_by_its_field(stage: Any, fault: Json, field: str, words: str) -> None:
    refusal = refused(Problem, stage.plan_fault, **fault)
    assert (refusal.status, refusal.field) == (422, field)
    assert words in refusal.detail
    assert stage.faults() == {"faults": []}


@pytest.mark.parametrize(
    ("target", "field"),
    [
        ({}, "by"),
        ({"by": "PT1S", "to": "2031-03-04T00:00:00Z"}, "to"),
        ({"by": "-PT1S"}, "by"),
        ({"by": "P999999999W"}, "by"),
        ({"by": "P3661D"}, "by"),
        ({"to": "2031-03-03T08:59:59Z"}, "to"),
        ({"to": "2031-03-04T00:00:00"}, "to"),
        ({"until": "forever"}, "until"),
    ],
)
def test_a_mistake_about_time_names_the_key_and_moves_nothing(stage: Any, target: dict[str, str], field: str) -> None:
    refusal = refused(Problem, stage.advance, **target)
    assert (refusal.status, refusal.field) == (422, field)
    assert stage.world()["now"] == "2031-03-03T09:00:00Z"


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({"decision": "OFFER_PARTIAL_REFUND"}, 422, "amount"),
        ({"decision": "APPROVE_REFUND", "amount": "1.00"}, 422, "amount"),
        ({"decision": "OFFER_PARTIAL_REFUND", "amount": "0.00"}, 422, "amount"),
        ({"decision": "OFFER_PARTIAL_REFUND", "amount": "999999.00"}, 409, "amount"),
        ({"decision": "REJECT_REFUND", "reason": "nope"}, 409, "reason"),
        ({"decision": "REJECT_REFUND", "comment": "x" * 600}, 409, "comment"),
        ({"decision": "APPROVE_RETURN"}, 409, "decision"),
    ],
)
def test_what_seller_center_refuses_names_a_field(stage: Any, given: dict[str, str], status: int, field: str) -> None:
    entry = asked(stage)
    refusal = refused(Problem, stage.seller_center_decision, entry["return_id"], **given)
    assert (refusal.status, refusal.field) == (status, field)
    assert (refusal.code is not None) is (status == 409)
    assert field in refusal.detail.lower() or status == 409
    assert stage.get_return(entry["return_id"]) == entry


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({"reason": "zz"}, 409, "reason"),
        ({"amount": "999999.00"}, 409, "amount"),
        ({"amount": "0.00"}, 422, "amount"),
        ({"line_item_ids": ["77"]}, 409, "line_item_ids"),
    ],
)
def test_a_refused_seller_refund_names_its_field(stage: Any, given: dict[str, Any], status: int, field: str) -> None:
    order_id = stage.place_order()["order_id"]
    refusal = refused(Problem, stage.seller_center_refund, order_id, **given)
    assert (refusal.status, refusal.field) == (status, field)
    assert (refusal.code is not None) is (status == 409)


def test_what_the_operator_cannot_grant_names_the_sum(stage: Any) -> None:
    entry = asked(stage)
    stage.seller_center_decision(entry["return_id"], decision="REJECT_REFUND")
    stage.dispute(entry["return_id"])
    refusal = refused(Problem, stage.arbitrate, entry["return_id"], outcome="SUPPORT_BUYER", refund_total="999.00")
    assert (refusal.status, refusal.field) == (409, "refund_total")


def test_a_buyer_chooses_from_the_marketplaces_reasons(stage: Any) -> None:
    order_id = stage.place_order()["order_id"]
    unknown = refused(Problem, stage.request_return, order_id, type="REFUND", reason="ecom_xx")
    assert (unknown.status, unknown.field) == (422, "reason")
    assert "ecom_order_delivered_refund_reason_damaged" in unknown.detail
    waiting = stage.place_order(status="AWAITING_SHIPMENT")["order_id"]
    unknown = refused(Problem, stage.request_cancellation, waiting, reason="ecom_zz")
    assert (unknown.status, unknown.field) == (422, "reason")
    assert "ecom_order_to_ship_canceled_reason_no_longer_needed" in unknown.detail
    for elsewhere, code in (
        ("ecom_order_shipped_refund_reason_not_arrive_on_time", 25001021),
        ("ecom_order_delivered_refund_and_return_reason_no_need", 25001016),
        ("seller_cancel_reason_out_of_stock", 25001015),
        ("ecom_order_delivered_refund_and_return_reason_damaged_uk", 25001014),
    ):
        known = refused(Problem, stage.request_return, order_id, type="REFUND", reason=elsewhere)
        assert (known.status, known.code) == (409, code)
    assert stage.returns()["returns"] == []


@pytest.mark.parametrize(
    ("field", "name", "more"),
    [
        *(("order_id", name, {}) for name in ("order", "activity", "mailbox", "change_address")),
        *(("order_id", f"{what}_order", {}) for what in ("pay", "ship", "deliver")),
        ("order_id", "mark_order", {"marks": []}),
        *(("order_id", f"request_{what}", {}) for what in ("cancellation", "return")),
        *(("order_id", name, {}) for name in ("seller_center_refund", "oms_refund")),
        *(
            ("return_id", name, {})
            for name in ("get_return", "change_return", "ship_return", "arrive_return", "withdraw", "dispute")
        ),
        ("return_id", "set_deadline", {"within": "PT1H"}),
        ("cancel_id", "set_cancellation_deadline", {"within": "PT1H"}),
        *(("return_id", f"{answer}_offer", {}) for answer in ("accept", "decline")),
        ("return_id", "arbitrate", {"outcome": "SUPPORT_BUYER"}),
        ("return_id", "seller_center_decision", {"decision": "APPROVE_REFUND"}),
        ("return_id", "oms_inspect", {"grade": "USED", "accept": True}),
        ("shop_id", "authorize_shop", {}),
        *(("cancel_id", f"{does}_cancellation", {}) for does in ("get", "withdraw")),
        *(("adjustment_id", f"oms_{answer}", {}) for answer in ("approve", "reject")),
    ],
)
def test_what_does_not_exist_is_a_404_that_names_it(stage: Any, field: str, name: str, more: dict[str, Any]) -> None:
    refusal = refused(Problem, getattr(stage, name), **{field: "0"}, **more)
    assert (refusal.status, refusal.field) == (404, field)
    assert refusal.title


def test_an_id_of_odd_characters_is_a_404_like_any_other(stage: Any) -> None:
    assert refused(Problem, stage.get_return, "a/b?c#d e").status == 404


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda stage: stage.place_order(lines=[{"sku": "MUG", "unit_price": "1.005"}]), "lines.0.unit_price"),
        (lambda stage: stage.place_order(buyer={"plan": "no such plan"}), "buyer.plan"),
        (lambda stage: stage.place_order(status="LOST"), "status"),
        (lambda stage: stage.place_order(currency="GBP"), "currency"),
        (lambda stage: stage.place_order(currency="dollars"), "currency"),
        (lambda stage: stage.place_order(shop_id="nobody"), "shop_id"),
        (lambda stage: stage.request_return("0", type="EXCHANGE"), "type"),
        (lambda stage: stage.request_return("0", line_item_ids="123"), "line_item_ids"),
        (lambda stage: stage.arbitrate("0", outcome="DRAW"), "outcome"),
        (lambda stage: stage.seller_center_decision("0", decision="APPROVE"), "decision"),
        (lambda stage: stage.oms_inspect("0", grade="SHINY", accept=True), "grade"),
        (lambda stage: stage.oms_approve("0", amount="five"), "amount"),
        (lambda stage: stage.reset(profile="no-such-profile"), "profile"),
        (lambda stage: stage.reset(profile="mock_tiktok/policy/profiles/us-2026-03.yaml"), "profile"),
        (lambda stage: stage.reset(seed=-1), "seed"),
        (lambda stage: stage.reset(start="2031-02-30T00:00:00Z"), "start"),
        (lambda stage: stage.reset(start="9999-12-31T23:00:00Z"), "start"),
        (lambda stage: stage.reset(market="ZZ"), "market"),
        (lambda stage: stage.reset(shops=0), "shops"),
        (lambda stage: stage.reset(shops=[]), "shops"),
        (lambda stage: stage.reset(shops=[{}, {"market": "ZZ"}]), "shops.1.market"),
        (lambda stage: stage.reset(shops=[{"profile": "nowhere"}]), "shops.0.profile"),
        (lambda stage: stage.add_shop(market="ZZ"), "market"),
        (lambda stage: stage.add_shop(market="GB", profile="us-2026-03"), "market"),
        (lambda stage: stage.add_shop(profile="nowhere"), "profile"),
        (lambda stage: stage.add_shop(name=""), "name"),
        (lambda stage: stage.add_shop(seller=""), "seller"),
        (lambda stage: stage.add_shop(authorized=False, default_answers={"REFUND": "approve"}), "default_answers"),
        (
            lambda stage: stage.reset(
                shops=[{"seller": "Acme", "default_answers": {"REFUND": "approve"}}, {"seller": "Acme"}]
            ),
            "shops.0.default_answers",
        ),
        (lambda stage: stage.reset(market="UK", profile="us-2026-03"), "market"),
    ],
)
def test_a_wrong_value_names_a_field_and_changes_nothing(stage: Any, call: Callable[[Any], object], field: str) -> None:
    before = stage.world(), stage.ledgers()
    refusal = refused(Problem, call, stage)
    assert (refusal.status, refusal.field) == (422, field)
    assert (stage.world(), stage.ledgers()) == before
