"""Refunds the seller starts: which parts of the price they are about, and what becomes of several at once."""

from decimal import Decimal

import pytest

from connector.domain.money import sum_of
from connector.domain.reasons import MARKETS
from connector.errors import BadRequest
from connector.records import AdjustItem, Adjustment, AdjustOrder
from tests.refused import refused
from tests.unit.connector.conftest import Bench
from tests.unit.connector.stub_tiktok import COMPLETE, Json, ok


def three_mugs(bench: Bench) -> int:
    """An order of 3 x 14.95, tax 3.74, shipping 9.95; returns its one line."""
    document = bench.tiktok.put_order("500", "14.95", "14.95", "14.95", shipping="9.95")
    document["payment"] |= {"tax": "3.74", "total_amount": "58.54"}
    for line in document["line_items"]:
        line["sku_id"] = "MUG"
    bench.round()
    (item_id,) = bench.item_ids(bench.order_id("500"))
    return item_id


def paid_back(bench: Bench, *lines: tuple[str, str, str, str]) -> Json:
    """The marketplace's account of a refund: its total, and how it explains it (unit, total, tax, shipping)."""
    return bench.tiktok.put_return(
        "901",
        "500",
        COMPLETE,
        role="SELLER",
        refund_amount={"refund_total": str(sum(Decimal(total) for _, total, _, _ in lines))},
        return_line_items=[
            {
                "order_line_item_id": line,
                "refund_amount": {"refund_total": total, "refund_tax": tax, "refund_shipping_fee": shipping},
            }
            for line, total, tax, shipping in lines
        ],
    )


def parts(entry: Adjustment) -> tuple[str, str, str]:
    return str(entry.item_amount), str(entry.tax_amount), str(entry.shipping_amount)


@pytest.mark.parametrize(
    ("market", "status", "more", "refusal"),
    [
        ("US", "IN_TRANSIT", {}, ""),
        ("GB", "IN_TRANSIT", {}, ""),  # it may have arrived since it was read
        ("TH", "IN_TRANSIT", {}, "lets no seller of this market start a refund"),
        ("TH", "DELIVERED", {"site_reason": "theirs"}, "lets no seller of this market start a refund"),
    ],
)
def test_a_refund_that_no_seller_of_the_market_may_start_is_refused_at_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, market: str, status: str, more: Json, refusal: str
) -> None:
    bench.tiktok.put_order("500", "14.95", status=status)["line_items"][0]["display_status"] = status
    bench.round()
    monkeypatch.setitem(MARKETS, "US", MARKETS[market])
    order_id, ask = bench.order_id("500"), AdjustOrder(reason="GeneralAdjustment", **more)
    if refusal:
        assert refusal in str(refused(BadRequest, bench.connector.commands.adjust_order, order_id, ask))
    else:
        bench.connector.commands.adjust_order(order_id, ask)
    assert len(bench.adjustments()) == (not refusal)


def test_the_parts_that_were_asked_for_stay_as_they_were_asked_for(bench: Bench) -> None:
    item_id = three_mugs(bench)
    keep_shipping = AdjustItem(quantity=1, shipping_amount=Decimal("0"), force_calculate_omitted=True)
    bench.connector.commands.adjust_item(item_id, keep_shipping)
    assert parts(bench.adjustment()) == ("14.95", "1.24", "0.00")
    bench.tiktok.decide = lambda call: ok({"return_id": "901"})
    bench.round()
    paid_back(bench, ("5001", "16.19", "1.04", "2.76"))
    bench.round()
    assert bench.adjustment().status == "PostProcessingComplete"
    assert parts(bench.adjustment()) == ("14.95", "1.24", "0.00")


def test_parts_keep_their_proportions_where_the_marketplace_pays_another_sum(bench: Bench) -> None:
    item_id = three_mugs(bench)
    bench.connector.commands.adjust_item(item_id, AdjustItem(item_amount=Decimal("44.85")))
    bench.tiktok.decide = lambda call: ok({"return_id": "901"})
    bench.round()
    paid_back(bench, ("5001", "14.95", "1", "2"), ("5002", "14.95", "1", "2"), ("5003", "14.94", "1", "2"))
    bench.round()
    assert bench.adjustment().total == Decimal("44.84")
    assert parts(bench.adjustment()) == ("44.84", "0.00", "0.00")


def test_a_coin_that_lies_on_another_line_there_exceeds_no_part_of_the_order(bench: Bench) -> None:
    bench.order("1.00", "1.00", shipping="0.05")
    item_id, _ = bench.item_ids(bench.order_id("500"))
    bench.connector.commands.adjust_item(item_id, AdjustItem(item_amount=Decimal("0.50")))
    bench.tiktok.decide = lambda call: ok({"return_id": "901"})
    bench.round()
    paid_back(bench, ("5001", "0.50", "0", "0.01"))
    bench.round()
    lines = [("5001", "0.53", "0.03"), ("5002", "1.02", "0.02")]
    bench.becomes(
        COMPLETE,
        refund_amount={"refund_total": "1.55"},
        return_line_items=[
            {"order_line_item_id": line, "refund_amount": {"refund_total": total, "refund_shipping_fee": shipping}}
            for line, total, shipping in lines
        ],
    )
    gone = sum_of(entry.parts for entry in bench.adjustments())
    assert (gone.item, gone.shipping) == (Decimal("2.00"), Decimal("0.05"))


def test_a_part_that_is_finer_than_the_currency_is_refused_by_its_name(bench: Bench) -> None:
    bench.tiktok.put_order("500", "10000", "7000")["payment"]["currency"] = "IDR"
    bench.round()
    item_id, _ = bench.item_ids(bench.order_id("500"))
    halves = AdjustItem(item_amount=Decimal("10.5"), shipping_amount=Decimal("0.5"))
    refusal = refused(BadRequest, bench.connector.commands.adjust_item, item_id, halves)
    assert refusal.field == "ItemAdjustment"
    assert "10.5 IDR is not a multiple of 1 IDR" in str(refusal)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (AdjustItem(tax_amount=Decimal("3.75")), "TaxAdjustment"),
        (AdjustItem(quantity=1, item_amount=Decimal("14.96")), "ItemAdjustment"),
        (AdjustItem(item_amount=Decimal("1"), shipping_amount=Decimal("9.96")), "ShippingAdjustment"),
        (AdjustItem(gift_amount=Decimal("0.01")), "GiftWrapAdjustment"),
    ],
)
def test_no_more_of_a_part_is_given_back_than_was_paid(bench: Bench, request_: AdjustItem, field: str) -> None:
    item_id = three_mugs(bench)
    assert refused(BadRequest, bench.connector.commands.adjust_item, item_id, request_).field == field
    assert bench.adjustments() == []
