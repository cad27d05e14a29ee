"""Orders that are called off in Seller Center, and buyers who want that and are answered there."""

from decimal import Decimal

import pytest

from mock_tiktok.domain.words import By, CancelStatus
from mock_tiktok.errors import ApiError, BadValue
from tests.refused import refused
from tests.unit.mock_tiktok.town import Town

OUT_OF_STOCK = "seller_cancel_reason_out_of_stock"


def test_the_first_reason_on_offer_is_meant_that_is_taken_for_those_units(town: Town) -> None:
    view = town.order("10.00", "20.00", status="AWAITING_SHIPMENT")
    unit = town.shop.order(view.order_id).lines[0].id
    part = town.market.seller_center_cancel(view.order_id, line_item_ids=[unit])
    kept = town.shop.store.get_cancellation(part.cancel_id)
    assert (kept.reason, kept.decided_by) == (OUT_OF_STOCK, By.SELLER_CENTER)
    assert [line.line_item_id for line in kept.lines] == [unit]
    rest = town.market.seller_center_cancel(view.order_id)
    offered = town.shop.profile.reasons.offered("seller", "CANCEL", "AWAITING_SHIPMENT")
    assert town.shop.store.get_cancellation(rest.cancel_id).reason == offered[0].name
    assert town.shop.order(view.order_id).status == "CANCELLED"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"decision": "YES"}, "decision"),
        ({"decision": "APPROVE", "reason": "x"}, "reason"),
        ({"decision": "APPROVE", "comment": "x"}, "comment"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(town: Town, given: dict[str, str], field: str) -> None:
    asked = town.market.request_cancellation(town.order(status="AWAITING_SHIPMENT").order_id)
    assert refused(BadValue, lambda: town.market.seller_center_answer(asked.cancel_id, **given)).field == field
    assert town.shop.store.get_cancellation(asked.cancel_id).status is CancelStatus.PENDING


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "0.001", "1E30"])
def test_a_senseless_sum_is_refused_in_words(town: Town, amount: str) -> None:
    order_id, refund = town.order().order_id, town.market.seller_center_refund
    refusal = refused(BadValue, lambda: refund(order_id, amount=Decimal(amount)))
    assert refusal.field == "amount"
    assert "class" not in refusal.message


def test_a_buyer_is_answered_once(town: Town) -> None:
    for decision, status, reason in (
        ("APPROVE", CancelStatus.SUCCESS, None),
        ("REJECT", CancelStatus.CANCELLED, town.shop.profile.reasons.offered("reject", "CANCEL")[0].name),
    ):
        asked = town.market.request_cancellation(town.order(status="AWAITING_SHIPMENT").order_id)
        town.market.seller_center_answer(asked.cancel_id, decision=decision)
        kept = town.shop.store.get_cancellation(asked.cancel_id)
        assert (kept.status, kept.reject_reason, kept.decided_by) == (status, reason, By.SELLER_CENTER)
        refused(ApiError, town.market.seller_center_answer, asked.cancel_id, decision=decision)
