"""Refunds that the seller starts, from the OMS to the marketplace's payout: whatever the order, to the cent."""

from contextlib import closing
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_oms import Refused
from mock_tiktok import OrderLine
from rehearsal.world.world import World
from tests.refused import refused

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)

cents = st.integers(0, 990).map(lambda number: Decimal(number) / 100)
bought = st.lists(
    st.builds(
        OrderLine,
        sku=st.sampled_from(["MUG", "LAMP", "CUP"]),
        quantity=st.integers(1, 3),
        unit_price=st.integers(1, 5000).map(lambda number: Decimal(number) / 100),
        package=st.integers(1, 3),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda line: line.sku,
)


@given(lines=bought, tax=cents, shipping_fee=cents, stated=st.booleans())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_a_whole_refund_leaves_nothing(
    lines: list[OrderLine], tax: Decimal, shipping_fee: Decimal, stated: bool
) -> None:
    with closing(World()) as world:
        order = world.marketplace.place_order(lines=lines, tax=tax, shipping_fee=shipping_fee)
        world.advance(by=QUARTER)
        world.oms.refund(order_id=order.order_id, amount=order.total if stated else None)
        world.advance(by=HOUR)
        (row,) = world.books()
        assert row.agree
        assert row.marketplace == row.paid
        assert world.auditor.content
        assert [row.error for row in world.oms.adjustments()] == [None]


@pytest.mark.parametrize("prices", [("0", "5.00"), ("5.00", "0", "0")])
def test_an_order_that_is_called_off_takes_its_gifts_with_it(world: World, prices: tuple[str, ...]) -> None:
    lines = [OrderLine(f"SKU-{at}", 1, Decimal(price)) for at, price in enumerate(prices)]
    order = world.marketplace.place_order(lines=lines, status="AWAITING_SHIPMENT")
    delivered = world.marketplace.place_order(lines=lines)
    world.advance(by=QUARTER)
    gifts = [line.id for line, price in zip(delivered.line_items, prices, strict=True) if price == "0"]
    words = str(refused(Refused, world.oms.refund, order_id=delivered.order_id, line_item_ids=gifts))
    assert "Nothing was paid" in words
    world.oms.refund(order_id=order.order_id)
    world.oms.refund(order_id=delivered.order_id)
    world.advance(by=HOUR)
    assert world.marketplace.order_view(order.order_id).status == "CANCELLED"
    assert [(row.agree, row.paid) for row in world.books()] == [(True, Decimal("5.00"))] * 2
    assert world.auditor.content


@given(
    lines=bought,
    tax=cents,
    shipping_fee=cents,
    parts=st.lists(st.integers(1, 999).map(lambda number: Decimal(number) / 100), min_size=1, max_size=4),
    at_once=st.booleans(),
)
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_parts_of_an_order_and_then_the_rest_leave_nothing(
    lines: list[OrderLine], tax: Decimal, shipping_fee: Decimal, parts: list[Decimal], at_once: bool
) -> None:
    with closing(World()) as world:
        order = world.marketplace.place_order(lines=lines, tax=tax, shipping_fee=shipping_fee)
        world.advance(by=QUARTER)
        rest = order.total
        for part in parts:
            if part < rest:
                world.oms.refund(order_id=order.order_id, amount=part)
                rest -= part
                world.advance(by=timedelta(0) if at_once else HOUR)
        world.oms.refund(order_id=order.order_id)
        world.advance(by=3 * HOUR)
        assert agreed(world) == order.total
        assert {error for _, error in sums(world)} == {None}


def sums(world: World) -> list[tuple[Decimal, str | None]]:
    return [(row.amount, row.error) for row in world.oms.adjustments()]


def agreed(world: World) -> Decimal:
    (row,) = world.books()
    assert row.agree
    assert world.auditor.content
    return row.marketplace


def test_two_refunds_of_one_unit_are_told_apart_whatever_becomes_of_their_answers(world: World) -> None:
    order = world.marketplace.place_order(lines=[OrderLine("MUG", 1, Decimal("90.00"))])
    world.advance(by=QUARTER)
    for amount in (5, 7):
        world.oms.refund(order_id=order.order_id, amount=Decimal(amount))
    world.trouble.plan(kind="cut_before", operation="createReturn", times=1)
    world.trouble.plan(kind="cut_after", operation="createReturn", skip=1, times=1)
    world.advance(by=3 * HOUR)
    assert agreed(world) == Decimal("12.00")
    assert sums(world) == [(Decimal("5.00"), None), (Decimal("7.00"), None)]


def test_the_books_have_the_reason_that_was_sent(world: World) -> None:
    """The goods arrive after the refund was asked for, and before it is sent."""
    order = world.marketplace.place_order(status="IN_TRANSIT")
    world.advance(by=QUARTER)
    world.oms.refund(order_id=order.order_id, amount=Decimal(5))
    world.marketplace.deliver_order(order.order_id)
    world.advance(by=HOUR)
    exchanges = [entry for entry in world.trace.entries() if entry["kind"] == "exchange"]
    (sent,) = (one["request"]["body"] for one in exchanges if (one["operation"] or "").startswith("createReturn"))
    read = [one["response"]["body"]["value"] for one in exchanges if one["path"] == "/v1/OrderAdjustments"]
    assert [rows[-1]["SiteReason"] for rows in read if rows][-1] == sent["return_reason"]
    assert sent["return_reason"] == "ecom_order_delivered_refund_reason_not_match_description_seller"
