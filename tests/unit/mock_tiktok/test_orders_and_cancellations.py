"""Orders on their way, cancellations before it, refunds the seller starts, and money within what was paid."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_tiktok import Discounts, OrderLine
from mock_tiktok.domain.money import coin
from mock_tiktok.domain.orders import LineItem, refund_of
from mock_tiktok.domain.state_machines import Step
from mock_tiktok.errors import ApiError, BadValue
from mock_tiktok.open_api.order_responses import order as wire_order
from mock_tiktok.state.store import SkuQuantity
from tests.clock import START
from tests.refused import refused
from tests.unit.mock_tiktok.town import REFUND_REASON, SELLER_REASON, Town

OUT_OF_STOCK = "seller_cancel_reason_out_of_stock"
OF_SELLER = {"REFUND": SELLER_REASON, "RETURN_AND_REFUND": "seller_ecom_delivered_return_refund_reason1"}


def code(act: Callable[..., object], *about: object, **more: object) -> int:
    return refused(ApiError, act, *about, **more).code


# orders


def test_tax_and_shipping_are_shared_out_to_the_cent(town: Town) -> None:
    view = town.order("10.00", "10.00", "10.00", tax=Decimal("1.00"), shipping_fee=Decimal("4.99"))
    order = town.shop.order(view.order_id)
    assert view.total == Decimal("35.99")
    assert sum(line.paid for line in order.lines) == Decimal("35.99")
    assert [line.tax for line in order.lines] == [Decimal("0.33"), Decimal("0.33"), Decimal("0.34")]


def test_no_tax_on_goods_falls_on_those_untaxed(town: Town) -> None:
    lines = [OrderLine("RUG", 1, Decimal(10)), OrderLine("MUG", 2, Decimal(10), untaxed=True)]
    sums: dict[str, Any] = {"tax": Decimal("1.30"), "shipping_fee": Decimal(3), "shipping_fee_tax": Decimal("0.30")}
    order = town.shop.order(town.market.place_order(lines=lines, **sums).order_id)
    assert [(line.product_tax, line.shipping_tax, line.shipping) for line in order.lines] == [
        (Decimal(tax), Decimal("0.10"), Decimal(1)) for tax in ("1.00", "0.00", "0.00")
    ]
    assert [len(line["item_tax"]) for line in wire_order(order)["line_items"]] == [2, 0, 0]
    assert refused(BadValue, lambda: town.market.place_order(lines=lines[1:], **sums)).field == "tax"


def test_to_a_product_without_a_sku_the_seller_has_given_none_and_what_replaces_it_is_the_same(town: Town) -> None:
    named, unnamed = OrderLine("MUG", unit_price=Decimal(5)), OrderLine("MUG", unit_price=Decimal(5), without_sku=True)
    order = town.shop.order(town.market.place_order(lines=[named, unnamed], status="DELIVERED").order_id)
    asked = town.market.request_return(order.id, return_type="REPLACEMENT", line_item_ids=[order.lines[1].id])
    town.shop.approve_return(asked.return_id, "APPROVE_REPLACEMENT")
    again = town.shop.order(town.shop.get_return(asked.return_id).replacement_order_id or "")
    shown = [line for one in (order, again) for line in wire_order(one)["line_items"]]
    assert [line["seller_sku"] for line in shown] == ["MUG", "", ""]
    assert len({(line["sku_id"], line["product_name"]) for line in shown}) == 1


def test_each_unit_is_a_line_of_its_own_and_a_sku_keeps_its_id(town: Town) -> None:
    view = town.market.place_order(lines=[OrderLine("MUG", 3, Decimal("5.00"))])
    order = town.shop.order(view.order_id)
    assert len({line.id for line in order.lines}) == 3
    assert len({line.sku_id for line in order.lines}) == 1
    again = town.shop.order(town.market.place_order(lines=[OrderLine("MUG", 1, Decimal("5.00"))]).order_id)
    assert again.lines[0].sku_id == order.lines[0].sku_id


def test_earlier_steps_lie_in_the_past_and_the_last_is_now(town: Town) -> None:
    order = town.shop.order(town.order().order_id)
    stamps = [order.created_at, order.rts_at, order.collected_at, order.delivered_at]
    assert stamps == sorted(stamps, key=lambda at: at or START)
    assert order.delivered_at == order.updated_at == START


def test_an_order_that_is_paid_for_late_is_held_for_an_hour_from_then(town: Town) -> None:
    order_id = town.order(status="UNPAID").order_id
    pay_by = town.shop.order(order_id).hours.pay_by
    town.passes(hours=12)
    assert town.market.pay_order(order_id).status == "ON_HOLD"
    order = town.shop.order(order_id)
    assert order.paid_at == order.updated_at == START + timedelta(hours=12)
    assert order.hours.pay_by == pay_by
    assert code(town.market.pay_order, order_id) == 25001003
    town.passes(hours=1, seconds=-1)
    assert town.market.order_view(order_id).status == "ON_HOLD"
    town.passes(seconds=1)
    assert town.market.order_view(order_id).status == "AWAITING_SHIPMENT"
    town.passes(days=2)
    assert town.market.order_view(order_id).status == "AWAITING_SHIPMENT"  # its time to pay is nobody's business now


def test_an_order_goes_to_another_address_until_it_has_a_label(town: Town) -> None:
    order_id = town.order(status="ON_HOLD").order_id
    first = town.shop.order(order_id)
    town.passes(minutes=20)
    assert town.market.change_address(order_id).status == "ON_HOLD"
    order = town.shop.order(order_id)
    assert order.updated_at == START + timedelta(minutes=20)
    assert order.buyer.address != first.buyer.address
    assert (order.buyer.name, order.buyer.phone) == (first.buyer.name, first.buyer.phone)
    assert order.hold_until == first.hold_until
    town.market.change_address(order_id)
    assert len({first.buyer.street, order.buyer.street, town.shop.order(order_id).buyer.street}) == 3
    town.passes(hours=1)
    assert "CHANGE_ADDRESS" in town.market.order_view(order_id).can
    town.market.ship_order(order_id)
    assert code(town.market.change_address, order_id) == 25001003


def test_what_nobody_has_paid_for_in_time_cannot_be_paid_for(town: Town) -> None:
    order_id = town.order(status="UNPAID").order_id
    town.passes(days=7)
    assert code(town.market.pay_order, order_id) == 25001003


def test_an_order_is_held_for_an_hour_shipped_delivered_and_closed(town: Town) -> None:
    order_id = town.order(status="ON_HOLD").order_id
    assert code(town.market.ship_order, order_id) == 25001003
    town.passes(hours=1)
    assert town.market.order_view(order_id).status == "AWAITING_SHIPMENT"
    assert town.market.ship_order(order_id).status == "IN_TRANSIT"
    assert town.market.deliver_order(order_id).status == "DELIVERED"
    town.passes(days=30, seconds=-1)
    assert town.market.order_view(order_id).status == "DELIVERED"
    town.passes(seconds=1)
    assert town.market.order_view(order_id).status == "COMPLETED"


def test_parcels_leave_one_after_the_other_and_nothing_is_called_off_or_paid_meanwhile(town: Town) -> None:
    lines = [OrderLine("RUG", 1, Decimal(50), package=1), OrderLine("MUG", 2, Decimal(10), package=2)]
    order = town.market.place_order(lines=lines, status="AWAITING_SHIPMENT")
    rug, *mugs = [line.id for line in order.line_items]
    asked = town.market.request_cancellation(order.order_id).cancel_id
    torn = refused(BadValue, town.market.ship_order, order.order_id, line_item_ids=[rug, mugs[0]])
    assert mugs[1] in str(torn)
    assert town.market.ship_order(order.order_id, line_item_ids=[rug]).status == "PARTIALLY_SHIPPING"
    assert town.market.cancellation_view(asked).cancel_status == "CANCELLATION_REQUEST_CANCELLED"
    assert "have left already" in str(refused(BadValue, town.market.ship_order, order.order_id, line_item_ids=[rug]))
    assert code(town.shop.cancel_order, order.order_id, OUT_OF_STOCK) == 25001045
    assert code(town.shop.create_return, order.order_id, "REFUND", SELLER_REASON) == 25001003
    assert code(town.market.deliver_order, order.order_id) == 25001003
    assert town.market.ship_order(order.order_id).status == "IN_TRANSIT"
    assert town.market.deliver_order(order.order_id).status == "DELIVERED"


@pytest.mark.parametrize(
    ("begun", "package_status", "labelled"),
    [("AWAITING_SHIPMENT", "TO_FULFILL", False), ("AWAITING_COLLECTION", "PROCESSING", True)],
)
def test_a_parcel_that_leaves_touches_no_line_of_another(
    town: Town, begun: str, package_status: str, labelled: bool
) -> None:
    lines = [OrderLine("RUG", 1, Decimal(50)), *(OrderLine("MUG", 1, Decimal(10), package=n) for n in (2, 3))]
    order = town.market.place_order(lines=lines, status=begun)
    shown = wire_order(town.shop.order(order.order_id))
    for gone, line in enumerate(order.line_items[:2], start=1):
        before = [one for one in shown["line_items"] if one["display_status"] == begun]
        town.passes(hours=1)
        town.market.ship_order(order.order_id, line_item_ids=[line.id])
        shown = wire_order(town.shop.order(order.order_id))
        left, stays = shown["line_items"][:gone], shown["line_items"][gone:]
        assert shown["status"] == "PARTIALLY_SHIPPING"
        assert stays == before[1:]
        for one in stays:
            assert (one["display_status"], one["package_status"]) == (begun, package_status)
            assert {"tracking_number", "shipping_provider_id", "rts_time"}.isdisjoint(one) is not labelled
        assert {one["display_status"] for one in left} == {"IN_TRANSIT"}
        assert {"tracking_number", "shipping_provider_id", "rts_time"} <= left[-1].keys()


def test_what_is_called_off_before_it_has_a_label_has_no_parcel_s_number(town: Town) -> None:
    for status, labelled in (("AWAITING_SHIPMENT", False), ("AWAITING_COLLECTION", True)):
        order = town.order(status=status)
        town.shop.order_lifecycle.step(town.shop.order(order.order_id), Step.CANCEL)
        shown = wire_order(town.shop.order(order.order_id))
        assert shown["status"] == "CANCELLED"
        assert ("tracking_number" in shown) is ("tracking_number" in shown["line_items"][0]) is labelled


@pytest.mark.parametrize(
    ("profile", "kept"), [("us-2025-08", ["0.01", "3.99", "4.00", "20.00"]), ("uk-2026-04", ["4.00", "20.00"])]
)
def test_as_much_is_kept_of_goods_that_came_back_as_the_market_says(profile: str, kept: list[str]) -> None:
    for less in ("0.01", "3.99", "4.00", "20.00", "20.01"):
        town = Town(profile)
        return_id = town.request(town.order("40.00"), kind="RETURN_AND_REFUND")
        if profile != "us-2025-08":  # where it approves by itself
            town.shop.approve_return(return_id, "APPROVE_RETURN")
        town.passes(minutes=30)
        town.market.ship_return(return_id)
        town.market.arrive_return(return_id)
        pay = partial(town.market.seller_center_decision, return_id, decision="APPROVE_RECEIVED_PACKAGE")
        amount = Decimal("40.00") - Decimal(less)
        if less in kept:
            assert pay(amount=amount).refund_total == amount
        else:
            assert code(pay, amount=amount) == 25011032


@pytest.mark.parametrize("status", ["COMPLETED", "CANCELLED"])
def test_an_order_at_its_end_takes_no_return_and_says_so_as_every_other_status_does(town: Town, status: str) -> None:
    if status == "COMPLETED":
        order_id = town.order(status=status).order_id
    else:
        order_id, cancel_id = town.cancellation()
        town.shop.approve_cancellation(cancel_id)
    for kind in ("REFUND", "RETURN_AND_REFUND"):
        assert code(town.market.request_return, order_id, return_type=kind) == 25001003
        assert code(town.shop.create_return, order_id, kind, SELLER_REASON) == 25001003
    assert code(town.shop.cancel_order, order_id, OUT_OF_STOCK) == 25001051
    found = {line.request_type: line.code for line in town.shop.aftersale_eligibility(order_id)}
    assert found == {"CANCEL": 25001051, "REFUND": 25001003, "RETURN_AND_REFUND": 25001003}


def test_an_order_with_an_open_claim_is_closed_when_the_claim_is(town: Town) -> None:
    order = town.order()
    town.passes(days=29)
    return_id = town.request(order, kind="RETURN_AND_REFUND")
    town.passes(days=10)
    assert town.market.order_view(order.order_id).status == "DELIVERED"
    assert code(town.market.request_return, order.order_id, return_type="REFUND") == 25001003
    town.market.withdraw(return_id)
    town.passes(seconds=0)
    assert town.market.order_view(order.order_id).status == "COMPLETED"


@pytest.mark.parametrize(
    ("field", "order"),
    [
        ("status", {"status": "LOST"}),
        ("plan", {"plan": "sleeps"}),
        ("tax", {"tax": Decimal("-1")}),
        ("shipping_fee", {"shipping_fee": Decimal("0.001")}),
        ("shipping_fee", {"shipping_fee": Decimal("1E30")}),
        ("lines[0].unit_price", {"lines": [OrderLine("A", 1, Decimal("1E30"))]}),
        ("shipping_fee_tax", {"shipping_fee_tax": Decimal("1.01"), "tax": Decimal(1), "shipping_fee": Decimal(5)}),
        ("shipping_fee_tax", {"shipping_fee_tax": Decimal(1), "tax": Decimal(1)}),
        ("lines", {"lines": []}),
        ("lines[0].quantity", {"lines": [OrderLine("A", 0, Decimal(1))]}),
        ("lines[0].unit_price", {"lines": [OrderLine("A", 1, Decimal("NaN"))]}),
    ],
)
def test_a_senseless_order_is_refused_by_field(town: Town, field: str, order: dict[str, object]) -> None:
    assert refused(BadValue, town.market.place_order, **order).field == field  # type: ignore[arg-type]  # senseless
    assert town.news == []


# cancellations


@pytest.mark.parametrize(("seconds", "status"), [(-1, "SUCCESS"), (0, "PENDING")])
def test_the_first_hour_ends_after_an_hour(town: Town, seconds: int, status: str) -> None:
    order_id = town.order(status="ON_HOLD").order_id
    town.passes(hours=1, seconds=seconds)
    assert town.market.request_cancellation(order_id).cancel_status == f"CANCELLATION_REQUEST_{status}"


def test_after_the_shipping_deadline_a_cancellation_is_approved_at_once(town: Town) -> None:
    order_id = town.order(status="AWAITING_SHIPMENT").order_id
    town.passes(days=2)
    asked = town.market.request_cancellation(order_id)
    assert asked.cancel_status == "CANCELLATION_REQUEST_SUCCESS"
    assert town.shop.get_cancellation(asked.cancel_id).cancel_type == "BUYER_CANCEL"


def test_the_seller_approves_or_rejects_a_cancellation_once(town: Town) -> None:
    _, approved = town.cancellation()
    town.shop.approve_cancellation(approved)
    assert code(town.shop.reject_cancellation, approved, REFUND_REASON) == 25020010
    order_id, rejected = town.cancellation()
    assert code(town.shop.reject_cancellation, rejected, REFUND_REASON) == 25001016
    town.shop.reject_cancellation(rejected, "seller_reject_apply_product_has_been_packed")
    assert code(town.shop.approve_cancellation, rejected) == 25020009
    assert town.market.order_view(order_id).status == "AWAITING_SHIPMENT"
    town.passes(days=3)
    assert town.market.order_view(order_id).refunded == 0


def test_shipping_rejects_a_cancellation(town: Town) -> None:
    order_id, cancel_id = town.cancellation()
    town.market.ship_order(order_id)
    assert town.market.cancellation_view(cancel_id).cancel_status == "CANCELLATION_REQUEST_CANCELLED"
    assert code(town.market.request_cancellation, order_id) == 25001045
    assert town.market.order_view(order_id).status == "IN_TRANSIT"


@pytest.mark.parametrize("profile", ["uk-2026-04", "id-2025-11", "th-2025-11", "vn-2026-01"])
@pytest.mark.parametrize("ends", ["approve_cancellation", "reject_cancellation", "withdraw"])
def test_outside_the_us_nothing_is_shipped_before_a_cancellation_is_answered(profile: str, ends: str) -> None:
    town = Town(profile)
    order_id = town.order("39000", status="AWAITING_SHIPMENT").order_id
    cancel_id = town.market.request_cancellation(order_id).cancel_id
    assert code(town.market.ship_order, order_id) == 21011007
    assert town.market.cancellation_view(cancel_id).cancel_status == "CANCELLATION_REQUEST_PENDING"
    if ends == "withdraw":
        town.market.withdraw_cancellation(cancel_id)
    elif ends == "approve_cancellation":
        town.shop.approve_cancellation(cancel_id)
        assert code(town.market.ship_order, order_id) == 25001003
        return
    else:
        town.shop.reject_cancellation(cancel_id, town.shop.reject_reasons(cancel_id)[0].name)
    assert town.market.ship_order(order_id).status == "IN_TRANSIT"


def test_where_shipping_decides_nothing_silence_still_cancels(tmp_path: Path) -> None:
    file = tmp_path / "shipping-decides-nothing.yaml"
    file.write_text(
        "name: other\nextends: us-2025-08\nnumbers:\n"
        "  cancel.shipping_answers: {value: leave_pending, source: 'C7: S18', certainty: documented}\n"
    )
    town = Town(file)
    order_id, cancel_id = town.cancellation()
    town.market.ship_order(order_id)
    assert town.market.cancellation_view(cancel_id).cancel_status == "CANCELLATION_REQUEST_PENDING"
    town.passes(hours=25)
    assert town.market.cancellation_view(cancel_id).cancel_status == "CANCELLATION_REQUEST_COMPLETE"
    assert town.market.order_view(order_id).status == "CANCELLED"


def test_the_seller_cancels_units_that_are_out_of_stock_and_then_the_rest(town: Town) -> None:
    order = town.order("10.00", "20.00", status="AWAITING_SHIPMENT")
    first = [order.line_items[0].id]
    wrong = "seller_cancel_reason_wrong_price"
    assert code(town.shop.cancel_order, order.order_id, wrong, line_item_ids=first) == 25005010
    town.shop.cancel_order(order.order_id, OUT_OF_STOCK, line_item_ids=first)
    town.passes(minutes=5)
    assert town.market.order_view(order.order_id).refunded == Decimal("10.00")
    assert town.market.order_view(order.order_id).status == "AWAITING_SHIPMENT"
    town.shop.cancel_order(order.order_id, wrong)
    town.passes(minutes=5)
    view = town.market.order_view(order.order_id)
    assert (view.status, view.refunded) == ("CANCELLED", Decimal("30.00"))


# refunds the seller starts


COINS = st.integers(0, 12_000)


@given(
    currency=st.sampled_from(["USD", "GBP", "IDR", "VND", "JPY"]),
    price=COINS,
    shipping=COINS,
    tax=COINS,
    fee=COINS,
    stays=st.booleans(),
    refunds=st.lists(st.integers(1, 9_000), max_size=12),
    inside=st.booleans(),
)
def test_no_refund_takes_more_of_a_part_than_is_left_of_it(
    currency: str, price: int, shipping: int, tax: int, fee: int, stays: bool, refunds: list[int], inside: bool
) -> None:
    item, carriage, duty, more = (coins * coin(currency) for coins in (price, shipping, tax, fee))
    unit = LineItem("l", "k", "SKU", "Default", "p", "Thing", item, carriage, duty, "b", "t", fee=more, fee_stays=stays)
    for coins in (*refunds, None):  # the last one takes the rest
        total = unit.refundable if coins is None else min(coins * coin(currency), unit.refundable)
        amount = refund_of(unit, total, currency, tax_in_subtotal=inside)
        assert sum(amount.parts.values()) == total
        goods, *rest, fees = unit.left
        assert all(0 <= part <= left for part, left in zip(amount.parts.values(), (goods + fees, *rest), strict=True))
        assert amount.fee == more if stays else 0 <= amount.fee <= fees
        unit = unit.paid_back(amount)
    assert not any(unit.left)
    assert unit.paid - unit.refunded == (more if stays else 0)


def test_a_market_that_adds_nothing_takes_no_fee(town: Town) -> None:
    shop_id = town.market.add_shop(market="GB").shop_id
    assert refused(BadValue, town.market.place_order, shop_id=shop_id, fee=Decimal("0.29")).field == "fee"


@given(prices=st.lists(COINS, min_size=1, max_size=8), of_goods=st.integers(0, 100), platform=st.integers(0, 100))
def test_discounts_lose_no_coin_and_take_no_more_than_a_unit_costs(
    prices: list[int], of_goods: int, platform: int
) -> None:
    costs, total = [Decimal(price) / 100 for price in prices], sum(prices)
    seller = total * of_goods // 100
    given_ = Discounts(*(Decimal(sum_) / 100 for sum_ in (seller, (total - seller) * platform // 100, 499, 1)))
    shares = given_.shared(costs, "USD")
    assert Discounts.sum(shares) == given_
    assert all(share.seller >= 0 and 0 <= share.product <= cost for share, cost in zip(shares, costs, strict=True))


@pytest.mark.parametrize(
    ("discounts", "field"),
    [
        (Discounts(seller=Decimal("20.01")), "discounts"),
        (Discounts(shipping_seller=Decimal("3.00"), shipping_platform=Decimal("2.01")), "discounts"),
        (Discounts(platform=Decimal("0.005")), "discounts.platform"),
        (Discounts(seller=Decimal(-1)), "discounts.seller"),
    ],
)
def test_no_more_is_given_than_it_costs(town: Town, discounts: Discounts, field: str) -> None:
    bought = [OrderLine("MUG", 1, Decimal("20.00")), OrderLine("BAG", 1, Decimal("9.00"), gift=True)]
    with pytest.raises(BadValue) as refused:
        town.market.place_order(lines=bought, shipping_fee=Decimal("5.00"), discounts=discounts)
    assert refused.value.field == field


def test_what_cost_nothing_has_not_been_paid_back(town: Town) -> None:
    order = town.order("0", "20.00")
    gift, bought = ([line.id] for line in order.line_items)
    for kind in OF_SELLER:
        ask: dict[str, object] = {"return_type": kind, "line_item_ids": gift}
        assert code(town.market.request_return, order.order_id, **ask) == 25001001
        assert code(town.shop.create_return, order.order_id, kind, OF_SELLER[kind], line_item_ids=gift) == 25001001
    one_cent: dict[str, object] = {"line_item_ids": gift, "refund_total": Decimal("0.01")}
    assert code(town.shop.create_return, order.order_id, "REFUND", SELLER_REASON, **one_cent) == 25005005
    assert town.shop.calculate_refund(order.order_id, "REFUND", line_item_ids=gift).total == 0
    may = {line.line_item_ids: line for line in town.shop.aftersale_eligibility(order.order_id, "SELLER", ["REFUND"])}
    assert (may[tuple(gift)].code, may[tuple(bought)].code) == (25001001, None)
    assert "nothing was paid" in (may[tuple(gift)].reason or "")
    item = town.shop.create_return(order.order_id, "REFUND", SELLER_REASON)  # a gift goes with what was bought
    assert [part.amount.total for part in item.lines] == [0, Decimal("20.00")]
    town.passes(minutes=5)
    assert code(town.shop.create_return, order.order_id, "REFUND", SELLER_REASON) == 25001010
    assert code(town.shop.create_return, order.order_id, "REFUND", SELLER_REASON, line_item_ids=gift) == 25001001


def test_an_order_that_cost_nothing_is_called_off_replaced_and_sent_again_but_not_refunded(town: Town) -> None:
    free = town.order("0", status="AWAITING_SHIPMENT")
    may = {line.request_type: line.eligible for line in town.shop.aftersale_eligibility(free.order_id)}
    assert may == {"CANCEL": True, "REFUND": False, "RETURN_AND_REFUND": False}
    called_off = town.shop.cancel_order(free.order_id, OUT_OF_STOCK)
    town.passes(minutes=5)
    assert town.shop.get_cancellation(called_off.cancel_id).status == "CANCELLATION_REQUEST_COMPLETE"
    delivered = town.order("0")
    assert code(town.market.request_return, delivered.order_id, return_type="REFUND") == 25001001
    return_id = town.request(delivered, kind="REPLACEMENT")
    ((_, _, number, *_),) = town.market_says(return_id, ["ISSUE_REPLACEMENT_REFUND"])
    assert number == 25001001
    assert code(town.shop.approve_return, return_id, "ISSUE_REPLACEMENT_REFUND") == 25001001
    town.shop.approve_return(return_id, "APPROVE_REPLACEMENT")
    again = town.shop.get_return(return_id).replacement_order_id
    assert again
    town.market.ship_order(again)
    town.market.deliver_order(again)
    assert code(town.shop.create_return, again, "REFUND", SELLER_REASON) == 25001001


def test_what_is_open_is_not_claimed_twice(town: Town) -> None:
    order = town.order("20.00", "10.00")
    town.request(order, line=0)
    assert code(town.request, order, line=0) == 25001011
    assert code(town.shop.create_return, order.order_id, "REFUND", SELLER_REASON) == 25001011
    town.request(order, line=1)


def test_units_can_be_named_by_sku(town: Town) -> None:
    view = town.market.place_order(lines=[OrderLine("MUG", 3, Decimal("5.00"))])
    two = [SkuQuantity(town.shop.order(view.order_id).lines[0].sku_id, 2)]
    item = town.shop.create_return(view.order_id, "REFUND", SELLER_REASON, skus=two)
    assert item.amount.total == Decimal("10.00")
    assert code(town.shop.create_return, view.order_id, "REFUND", SELLER_REASON, skus=two) == 25001011  # as by ids


def test_one_sku_named_twice_is_as_many_units(town: Town) -> None:
    view = town.market.place_order(lines=[OrderLine("MUG", 3, Decimal("5.00"))])
    one = SkuQuantity(town.shop.order(view.order_id).lines[0].sku_id, 1)
    assert town.shop.calculate_refund(view.order_id, "REFUND", skus=[one, one]).total == Decimal("10.00")
    item = town.shop.create_return(view.order_id, "REFUND", SELLER_REASON, skus=[one, one])
    assert len({line.line_item_id for line in item.lines}) == 2
    assert code(town.shop.calculate_refund, view.order_id, "REFUND", skus=[one] * 4) == 25005010


@pytest.mark.parametrize("asks", ["create_return", "calculate_refund", "cancel_order"])
def test_units_and_skus_that_are_both_named_are_the_same_units(town: Town, asks: str) -> None:
    status, about = {
        "create_return": ("DELIVERED", ("REFUND", SELLER_REASON)),
        "calculate_refund": ("DELIVERED", ("REFUND",)),
        "cancel_order": ("AWAITING_SHIPMENT", (OUT_OF_STOCK,)),
    }[asks]
    view = town.market.place_order(
        lines=[OrderLine("MUG", 2, Decimal("5.00")), OrderLine("RUG", 1, Decimal("9.00"))], status=status
    )
    mug, other, rug = town.shop.order(view.order_id).lines
    call = partial(getattr(town.shop, asks), view.order_id, *about)
    for ids, skus in (
        ([mug.id], [(rug.sku_id, 1)]),
        ([mug.id], [(mug.sku_id, 2)]),
        ([mug.id, mug.id], [(mug.sku_id, 2)]),
        ([mug.id, other.id], [(mug.sku_id, 1)]),
        ([mug.id, rug.id], [(mug.sku_id, 1)]),
        ([mug.id], [("1729", 1)]),
    ):
        told = refused(ApiError, call, line_item_ids=ids, skus=[SkuQuantity(*sku) for sku in skus])
        assert (told.code, "skus are not about the units" in told.message) == (25001001, True)
    call(line_item_ids=[mug.id, other.id], skus=[SkuQuantity(mug.sku_id, 1), SkuQuantity(mug.sku_id, 1)])


def test_one_request_covers_one_package(town: Town) -> None:
    lines = [OrderLine("A", 1, Decimal("5.00")), OrderLine("B", 1, Decimal("5.00"), package=2)]
    order = town.market.place_order(lines=lines)
    assert code(town.shop.create_return, order.order_id, "REFUND", SELLER_REASON) == 25005010
    town.shop.create_return(order.order_id, "REFUND", SELLER_REASON, line_item_ids=[order.line_items[1].id])


def test_reasons_must_be_the_seller_s_and_fit_the_order(town: Town) -> None:
    order_id = town.order().order_id
    in_transit = town.order(status="IN_TRANSIT").order_id
    for number, order, reason in (
        (25001014, order_id, "because"),
        (25001015, order_id, "ecom_order_delivered_refund_reason_damaged"),  # a buyer's
        (25001016, order_id, OUT_OF_STOCK),
        (25001021, in_transit, SELLER_REASON),
    ):
        assert code(town.shop.create_return, order, "REFUND", reason) == number


@pytest.mark.parametrize(
    ("status", "kind", "reason", "number"),
    [
        ("DELIVERED", "CANCEL", None, 25001003),
        ("AWAITING_SHIPMENT", "REFUND", None, 25001003),
        ("COMPLETED", "REFUND", None, 25001003),
        ("DELIVERED", "REFUND", "x", 25001014),
        ("DELIVERED", "REFUND", OUT_OF_STOCK, 25001016),
        ("IN_TRANSIT", "REFUND", SELLER_REASON, 25001021),
        ("DELIVERED", "REFUND", "ecom_order_delivered_refund_reason_damaged", None),
        ("AWAITING_SHIPMENT", "CANCEL", OUT_OF_STOCK, None),
    ],
)
def test_the_preview_is_refused_where_nobody_could_ask(
    town: Town, status: str, kind: str, reason: str | None, number: int | None
) -> None:
    order_id = town.order(status=status).order_id
    if number is None:
        assert town.shop.calculate_refund(order_id, kind, reason=reason).total > 0
    else:
        assert refused(ApiError, town.shop.calculate_refund, order_id, kind, reason=reason).code == number


def test_too_many_units_are_those_that_are_named(town: Town) -> None:
    many = [OrderLine("MUG", 101, Decimal("1.00"))]
    calls: tuple[tuple[Callable[..., object], tuple[str, ...], str], ...] = (
        (town.shop.create_return, ("REFUND", SELLER_REASON), "DELIVERED"),
        (town.shop.cancel_order, (OUT_OF_STOCK,), "AWAITING_SHIPMENT"),
        (town.shop.calculate_refund, ("REFUND",), "DELIVERED"),
    )
    for asks, about, status in calls:
        order = town.market.place_order(lines=many, status=status)
        sku = town.shop.order(order.order_id).lines[0].sku_id
        for named in ({"line_item_ids": [one.id for one in order.line_items]}, {"skus": [SkuQuantity(sku, 101)]}):
            assert code(asks, order.order_id, *about, **named) == 25005011
        asks(order.order_id, *about, skus=[SkuQuantity(sku, 100)])


def test_a_market_without_the_seller_s_refund_says_so(town: Town) -> None:
    shop = town.market.add_shop(market="TH")
    order_id = town.market.place_order(shop_id=shop.shop_id).order_id
    said = refused(ApiError, town.market.shop(shop.shop_id).create_return, order_id, "REFUND", SELLER_REASON)
    assert (said.code, "not supported in this market" in said.message) == (25001003, True)


def test_the_preview_and_the_eligibility_agree_with_what_happens(town: Town) -> None:
    order = town.order("20.00", "10.00", tax=Decimal("2.40"))
    ids = [order.line_items[0].id]
    amount = town.shop.calculate_refund(order.order_id, "REFUND", line_item_ids=ids)
    assert (amount.total, amount.subtotal, amount.tax) == (Decimal("21.60"), Decimal("20.00"), Decimal("1.60"))
    town.shop.create_return(order.order_id, "REFUND", SELLER_REASON, line_item_ids=ids)
    codes = {
        (line.line_item_ids, line.request_type): line.code for line in town.shop.aftersale_eligibility(order.order_id)
    }
    assert codes[tuple(ids), "REFUND"] == 25001011
    assert codes[(order.line_items[1].id,), "REFUND"] is None
    assert codes[(order.line_items[1].id,), "CANCEL"] == code(town.shop.cancel_order, order.order_id, OUT_OF_STOCK)
    for asked in ({"line_item_ids": ids}, {"skus": [SkuQuantity(town.shop.order(order.order_id).lines[0].sku_id, 1)]}):
        assert town.shop.calculate_refund(order.order_id, "REFUND", **asked) == amount  # the return is still open
    town.passes(minutes=5)
    assert code(town.shop.calculate_refund, order.order_id, "REFUND", line_item_ids=ids) == 25001010


@pytest.mark.parametrize(("seconds", "status"), [(-1, "PENDING"), (0, "SUCCESS")])
def test_silence_cancels_at_24_hours(town: Town, seconds: int, status: str) -> None:
    order_id = town.order(status="AWAITING_SHIPMENT").order_id
    asked = town.market.request_cancellation(order_id)
    assert asked.seller_deadline == START + timedelta(hours=24)
    town.passes(hours=24, seconds=seconds)
    assert town.market.cancellation_view(asked.cancel_id).cancel_status == f"CANCELLATION_REQUEST_{status}"
