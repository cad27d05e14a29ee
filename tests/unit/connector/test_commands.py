"""What the OMS may ask for, and what it is refused."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector.domain.decisions import CreateRefund
from connector.errors import BadRequest, BadSettings, NotNow, UnknownId
from connector.records import AdjustItem, AdjustOrder, ConditionQuantity, OutboxEntry
from tests.refused import refused
from tests.unit.connector.conftest import Bench
from tests.unit.connector.stub_tiktok import PENDING, ok

GRANTED: dict[str, Any] = {
    "access_token": "a",
    "access_token_expire_in": 2_000_000_000,
    "refresh_token": "r",
    "refresh_token_expire_in": 2_000_000_000,
}


def an_order_of_one_line(bench: Bench, *prices: str, **more: str) -> tuple[int, int]:
    """Have an order collected whose units are one line; return its id and the line's."""
    for line in bench.tiktok.put_order("500", *prices, **more)["line_items"]:
        line["sku_id"] = "S"
    bench.round()
    (item_id,) = bench.item_ids(bench.order_id("500"))
    return bench.order_id("500"), item_id


def line_ids(entry: OutboxEntry) -> tuple[str, ...]:
    assert isinstance(entry.decision, CreateRefund)
    return entry.decision.line_ids


def test_refund_only_leaves_unshipped_units_alone(bench: Bench) -> None:
    order_id = bench.order("20.00", status="AWAITING_SHIPMENT")
    refused(BadRequest, bench.connector.commands.adjust_order, order_id, AdjustOrder(refund_only=True))


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (AdjustOrder(amount=Decimal("40.01")), "AdjustmentAmount"),
        (AdjustOrder(amount=Decimal("0")), "AdjustmentAmount"),
        (AdjustOrder(amount=Decimal("1.005")), "AdjustmentAmount"),
        (AdjustItem(quantity=3), "Quantity"),
        (AdjustItem(quantity=0), "Quantity"),
        (AdjustItem(site_line_ids=("777",)), "SiteOrderLineItemIDs"),
        (AdjustItem(site_line_ids=("5001",), quantity=2), "Quantity"),
        (AdjustItem(quantity=1, item_amount=Decimal("20.01")), "ItemAdjustment"),
        (AdjustItem(shipping_amount=Decimal("-1")), "ShippingAdjustment"),
    ],
)
def test_a_refund_that_cannot_be_names_the_field_and_changes_nothing(
    bench: Bench, request_: AdjustOrder | AdjustItem, field: str
) -> None:
    order_id, item_id = an_order_of_one_line(bench, "20.00", "20.00")
    services = bench.connector.commands
    refusal = (
        refused(BadRequest, services.adjust_order, order_id, request_)
        if isinstance(request_, AdjustOrder)
        else refused(BadRequest, services.adjust_item, item_id, request_)
    )
    assert refusal.field == field
    assert (bench.adjustments(), bench.connector.waiting()) == ([], 0)


def test_keeping_the_shipping_refunds_the_rest(bench: Bench) -> None:
    _, item_id = an_order_of_one_line(bench, "14.95", shipping="9.95")
    request = AdjustItem(quantity=1, shipping_amount=Decimal("0"), force_calculate_omitted=True)
    bench.connector.commands.adjust_item(item_id, request)
    assert bench.adjustment().total == Decimal("14.95")
    bench.tiktok.decide = lambda call: ok({"return_id": "901"})
    bench.round()
    assert bench.tiktok.written()[0].body["refund_total"] == "14.95"


def a_return_of_two_lines(bench: Bench) -> tuple[int, int]:
    fields = {"return_type": "RETURN_AND_REFUND", "deadline": bench.clock.at + timedelta(days=2)}
    bench.claim("20.00", "10.00", status="BUYER_SHIPPED_ITEM", **fields)
    first, second = bench.adjustments()
    assert {first.status, second.status} == {"ReadyForReturn"}
    return first.id, second.id


def test_a_decision_can_be_changed_until_all_lines_have_one(bench: Bench) -> None:
    first, second = a_return_of_two_lines(bench)
    services = bench.connector.commands
    services.approve_return("item", first)
    services.reject_return("item", first)
    assert [entry.status for entry in bench.adjustments()] == ["PendingReturnRejection", "ReadyForReturn"]
    services.reject_return("item", second)
    assert bench.connector.waiting() == 1
    refused(NotNow, services.approve_return, "item", first)
    bench.round()
    assert [call.body["decision"] for call in bench.tiktok.written()] == ["REJECT_RECEIVED_PACKAGE"]


def test_words_of_several_lines_are_refused_where_together_they_are_too_long(bench: Bench) -> None:
    first, second = a_return_of_two_lines(bench)
    services = bench.connector.commands
    services.reject_return("item", first, comment="a" * 300)
    assert refused(BadRequest, services.reject_return, "item", second, comment="b" * 300).field == "SiteRejectComment"
    services.reject_return("item", second, comment="a" * 300)
    assert bench.connector.waiting() == 1


@pytest.mark.parametrize(
    ("said", "offered", "sent"),
    [
        ({"conditions": [ConditionQuantity("DAMAGED", 1)]}, (2,), 2),  # which is 5, and is not offered
        ({"reject_reason": "MerchandiseNotReceived"}, (1, 4), 4),
    ],
    ids=["damaged", "never came"],
)
def test_a_reason_that_the_case_does_not_offer_is_replaced_and_the_record_says_so(
    bench: Bench, said: dict[str, Any], offered: tuple[int, ...], sent: int
) -> None:
    for adjustment_id in a_return_of_two_lines(bench):
        bench.connector.commands.reject_return("item", adjustment_id, **said)
    bench.tiktok.reasons = [f"reverse_reject_return_parcel_reason_{number}" for number in offered]
    bench.round()
    assert bench.tiktok.written()[0].body["reject_reason"] == f"reverse_reject_return_parcel_reason_{sent}"
    assert ("reason_replaced" in bench.events("500")) is (sent == 2)


def test_since_when_goods_are_on_their_way_is_told_once(bench: Bench) -> None:
    bench.claim("20.00", status="AWAITING_BUYER_SHIP", return_type="RETURN_AND_REFUND")
    assert bench.adjustment().shipped_back_at is None
    shipped = bench.clock.now()
    for days in (30, 2):  # the second time it has arrived, and looks the same but for its deadline
        deadline = bench.clock.now() + timedelta(days=days)
        bench.tiktok.put_return("900", "500", "BUYER_SHIPPED_ITEM", deadline=deadline)
        bench.wait(hours=5)
        assert bench.adjustment().shipped_back_at == shipped


def test_a_decision_that_the_status_does_not_take_is_refused(bench: Bench) -> None:
    first, _ = a_return_of_two_lines(bench)
    refused(NotNow, bench.connector.commands.approve_buyer_request, "item", first)
    refused(UnknownId, bench.connector.commands.approve_return, "order", first)


@pytest.mark.parametrize("market", ["MX", ""])
def test_a_shop_of_a_market_without_reasons_is_not_taken_in_and_holds_up_no_neighbour(
    bench: Bench, market: str, caplog: pytest.LogCaptureFixture
) -> None:
    shops = [{"id": f"70{at}", "cipher": f"c{at}", "name": at, "region": at} for at in (market, "GB")]
    answer: dict[str, dict[str, Any]] = {"/authorization/202309/shops": {"shops": shops}, "/api/v2/token/get": GRANTED}
    bench.tiktok.instead = lambda call: ok(answer[call.path])
    assert [shop.shop_id for shop in bench.connector.add_shop("code-2")] == ["70GB"]
    assert f"not taken in: shop 70{market}: it belongs to" in caplog.text
    shops.pop()
    with pytest.raises(BadSettings, match=f"shop 70{market}: .*{market or 'no market'}.* for US, GB, ID, .* only"):
        bench.connector.add_shop("code-3")
    assert [shop.region for shop in bench.connector.shops()] == ["US", "GB"]


def test_a_name_is_for_one_shop_and_of_several_each_has_its_own(bench: Bench) -> None:
    shops = [{"id": f"70{at}", "cipher": f"c{at}", "name": at, "region": at} for at in ("GB", "TH")]
    answer: dict[str, dict[str, Any]] = {"/authorization/202309/shops": {"shops": shops}, "/api/v2/token/get": GRANTED}
    bench.tiktok.instead = lambda call: ok(answer[call.path])
    assert [shop.name for shop in bench.connector.add_shop("code-2", name="Ours")] == ["GB", "TH"]
    shops[:] = [{"id": "70SG", "cipher": "c", "name": "SG", "region": "SG"}]
    assert [shop.name for shop in bench.connector.add_shop("code-3", name="Ours")] == ["Ours"]


def test_a_partial_offer_waits_for_the_buyer_and_can_be_declined(bench: Bench) -> None:
    bench.claim("20.00")
    refused(BadRequest, bench.approve, partial_refund_amount=Decimal("20.01"))
    bench.approve(partial_refund_amount=Decimal("5.00"))
    bench.round()
    assert bench.tiktok.written()[0].body == {
        "decision": "OFFER_PARTIAL_REFUND",
        "partial_refund": {"currency": "USD", "amount": "5.00"},
    }
    assert bench.adjustment().status == "ProcessedNotAcknowledged"
    bench.becomes(PENDING, buyer_rejected_partial_refund=True)
    assert bench.adjustment().status == "NewRma"
    bench.approve()
    bench.round()
    assert bench.tiktok.written()[1].body == {"decision": "APPROVE_REFUND"}


@pytest.mark.parametrize("status", ["AWAITING_BUYER_SHIP", "BUYER_SHIPPED_ITEM"])
def test_goods_are_judged_only_once_the_buyer_has_sent_them_and_before_the_deadline(bench: Bench, status: str) -> None:
    deadline = bench.clock.at + timedelta(days=2)
    number = bench.claim("20.00", status=status, return_type="RETURN_AND_REFUND", deadline=deadline)
    services = bench.connector.commands
    early = status == "AWAITING_BUYER_SHIP"
    bench.clock.at = bench.clock.at if early else deadline
    for decide in (services.approve_return, services.reject_return):
        with pytest.raises(NotNow, match="has not shipped" if early else "too late, it was due by 2031-03-05"):
            decide("item", number)
    assert (bench.adjustment().status, bench.connector.waiting()) == ("ReadyForReturn", 0)


def test_an_unpaid_order_is_not_offered(bench: Bench) -> None:
    order_id = bench.order("20.00", status="UNPAID")
    refused(UnknownId, bench.connector.commands.activity, order_id)


def test_single_refunds_of_a_line_take_the_next_unit_each_time_and_add_up(bench: Bench) -> None:
    _, item_id = an_order_of_one_line(bench, "14.95", "14.95", "14.95", shipping="9.95")
    for _ in range(3):
        bench.connector.commands.adjust_item(item_id, AdjustItem(quantity=1))
    assert [line_ids(entry) for entry in bench.outbox()] == [("5001",), ("5002",), ("5003",)]
    assert sum(entry.total for entry in bench.adjustments()) == Decimal("54.80")
    refused(BadRequest, bench.connector.commands.adjust_item, item_id, AdjustItem(quantity=1))
