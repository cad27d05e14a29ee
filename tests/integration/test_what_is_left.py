"""What is left of an order to refund: the OMS, the connector and the marketplace reckon it alike, unit by unit."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from mock_oms import Refused
from mock_tiktok import OrderLine
from rehearsal.seats.builtin import OurOms
from rehearsal.world.world import World
from tests.integration.test_redaction import connector_client
from tests.refused import refused

HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    assert not world.auditor.broken()
    world.close()


def test_after_refunds_of_a_unit_and_of_the_order_the_rest_of_a_unit_is_refunded_to_the_cent(world: World) -> None:
    order = world.marketplace.place_order(lines=[OrderLine("MUG", 3, Decimal("20.00"))])
    first, second, _ = (line.id for line in order.line_items)
    world.advance(by=HOUR)
    world.oms.refund(order_id=order.order_id, line_item_ids=[first], amount=Decimal(15))
    world.advance(by=HOUR)
    world.oms.refund(order_id=order.order_id, amount=Decimal(20))
    world.advance(by=HOUR)
    assert isinstance(world.oms, OurOms)
    rest = world.oms.refundable(order.order_id).units[second]
    assert world.oms.refund(order_id=order.order_id, line_item_ids=[second], amount=rest).row.amount == rest
    world.advance(by=HOUR)
    assert world.oms.ledger() == {order.order_id: 35 + rest}
    world.oms.refund(order_id=order.order_id)
    world.advance(by=HOUR)
    assert world.oms.ledger() == {order.order_id: Decimal("60.00")}


def test_a_part_with_tax_is_refunded_after_others_had_theirs(world: World) -> None:
    lines = [OrderLine("MUG", 2, Decimal("33.00")), OrderLine("LAMP", 1, Decimal("9.99"))]
    order = world.marketplace.place_order(lines=lines, tax=Decimal("7.01"), shipping_fee=Decimal("5.00"))
    units = [line.id for line in order.line_items]
    world.advance(by=HOUR)
    for amount in ("7.77", "5.55", "3.33"):
        world.oms.refund(order_id=order.order_id, line_item_ids=units[:1], amount=Decimal(amount))
        world.advance(by=HOUR)
    world.marketplace.seller_center_refund(order.order_id, amount=Decimal(20))
    world.advance(by=HOUR)
    for unit in units:
        assert isinstance(world.oms, OurOms)
        rest = world.oms.refundable(order.order_id).units[unit]
        world.oms.refund(order_id=order.order_id, line_item_ids=[unit], amount=rest)
        world.advance(by=HOUR)
    assert world.oms.ledger() == {order.order_id: order.total}


PAID = {"ItemAdjustment": 50.00, "TaxAdjustment": 4.13, "ShippingAdjustment": 6.00}


@pytest.mark.parametrize("first", PAID)
@pytest.mark.parametrize("then", ["approved", "approved in Seller Center", "lapsed", "refunded in Seller Center"])
def test_the_rest_takes_of_each_part_what_is_left_of_it(world: World, first: str, then: str) -> None:
    """The marketplace knows the sums of our refunds and not what parts they were made of."""
    lines = [OrderLine("LAMP", 1, Decimal("50.00"))]
    order = world.marketplace.place_order(lines=lines, tax=Decimal("4.13"), shipping_fee=Decimal("6.00"))
    world.advance(by=HOUR)
    client, bearer = connector_client(world)
    body = {"Reason": "GeneralAdjustment", first: PAID[first]}
    assert client.post("/v1/OrderItems(1)/Adjust", json=body, headers=bearer).status_code == 204
    world.advance(by=HOUR)
    if then.startswith("refunded"):
        world.marketplace.seller_center_refund(order.order_id)
    else:
        return_id = world.marketplace.request_return(order.order_id, return_type="REFUND").return_id
        world.advance(by=HOUR)
        if then == "approved":
            world.oms.approve(next(row.id for row in world.oms.adjustments() if row.return_id == return_id))
        elif then != "lapsed":
            world.marketplace.seller_center_decision(return_id, decision="APPROVE_REFUND")
    world.advance(by=(30 if then == "lapsed" else 2) * HOUR)
    client, bearer = connector_client(world)
    shown = client.get("/v1/OrderItemAdjustments", headers=bearer).get_json()["value"]
    assert [row["RequestStatus"] for row in shown] == ["PostProcessingComplete"] * 2
    assert {part: round(sum(row[part] for row in shown), 2) for part in PAID} == PAID
    assert world.oms.ledger() == {order.order_id: order.total}


@pytest.mark.parametrize("known", [False, True])
def test_a_sum_that_was_named_is_refused_where_less_is_left_and_never_lowered(world: World, known: bool) -> None:
    order = world.marketplace.place_order(lines=[OrderLine("MUG", 3, Decimal("33.00"))], tax=Decimal(20))
    units = [line.id for line in order.line_items]
    world.advance(by=HOUR)
    world.marketplace.seller_center_refund(order.order_id, amount=Decimal(20))
    if known:
        world.advance(by=HOUR)
        caught = refused(Refused, world.oms.refund, order_id=order.order_id, line_item_ids=units, amount=Decimal(119))
        assert caught.field == "amount"
    else:
        case = world.oms.refund(order_id=order.order_id, line_item_ids=units, amount=Decimal(119)).row.id
        world.advance(by=HOUR)
        row = next(row for row in world.oms.adjustments() if row.id == case)
        assert row.status == "Error"
        assert "25005005" in str(row.error)
    assert world.oms.ledger() == {order.order_id: Decimal("20.00")}
    world.oms.refund(order_id=order.order_id, line_item_ids=units)  # the rest must succeed
    world.advance(by=HOUR)
    assert world.oms.ledger() == {order.order_id: Decimal("119.00")}


def test_the_last_coin_of_an_order_is_found_on_the_unit_that_has_it() -> None:
    """By our reckoning the rug has cost 51.81 and the mug 14.64; the marketplace of this market divides otherwise."""
    world = World(profile="uk-2026-04")
    lines = [OrderLine("MUG", 1, Decimal("14.32")), OrderLine("RUG", 1, Decimal("50.65"))]
    order = world.marketplace.place_order(lines=lines, shipping_fee=Decimal("1.48"))
    world.advance(by=HOUR)
    for line, amount in zip(order.line_items, ("14.64", "51.80"), strict=True):
        world.marketplace.seller_center_refund(order.order_id, line_item_ids=[line.id], amount=Decimal(amount))
        world.advance(by=HOUR)
    world.oms.refund(order_id=order.order_id)
    world.advance(by=HOUR)
    assert [row.error for row in world.oms.adjustments()] == [None] * 3
    assert world.oms.ledger() == {order.order_id: order.total}
    assert not world.auditor.broken()
    world.close()


def test_the_goods_that_are_refunded_are_goods_still_where_a_coin_has_moved_meanwhile(world: World) -> None:
    lines = [OrderLine("MUG", 2, Decimal("19.57")), OrderLine("LAMP", 2, Decimal("31.34"))]
    order = world.marketplace.place_order(lines=lines, tax=Decimal("3.84"), shipping_fee=Decimal("1.29"))
    world.advance(by=HOUR)
    world.oms.refund(order_id=order.order_id, amount=Decimal("2.47"))
    goods = world.oms.refund(order_id=order.order_id, line_item_ids=[order.line_items[1].id], part="item").row
    world.advance(by=2 * HOUR)
    client, bearer = connector_client(world)
    (row,) = client.get("/v1/OrderItemAdjustments", headers=bearer).get_json()["value"]
    assert (row["RequestStatus"], row["TaxAdjustment"], row["ShippingAdjustment"]) == ("PostProcessingComplete", 0, 0)
    assert Decimal(str(row["ItemAdjustment"])) == goods.amount


@pytest.mark.parametrize("waits_too", [True, False], ids=["asked before", "asked meanwhile"])
def test_a_refund_that_waits_for_a_claim_takes_nothing_of_what_others_have(world: World, waits_too: bool) -> None:
    """Of the mug an offer is open, and its price waits to be refunded: the lamp has all of its own price."""
    lines = [OrderLine(sku, 1, Decimal("10.00")) for sku in ("MUG", "LAMP")]
    order = world.marketplace.place_order(lines=lines, tax=Decimal("2.00"))
    mug, lamp = (line.id for line in order.line_items)
    world.advance(by=HOUR)
    claims = {
        one: world.marketplace.request_return(order.order_id, return_type="REFUND", line_item_ids=[one]).return_id
        for one in ([mug, lamp] if waits_too else [mug])
    }
    for one in claims:
        world.oms.refund(order_id=order.order_id, line_item_ids=[one], amount=Decimal("10.00"), part="item")
    world.advance(by=HOUR)
    for one, amount in zip(claims, ("2.00", "4.00"), strict=False):
        world.marketplace.seller_center_decision(claims[one], decision="OFFER_PARTIAL_REFUND", amount=Decimal(amount))
    world.advance(by=HOUR)
    if waits_too:
        world.marketplace.accept_offer(claims[lamp])
    else:
        world.oms.refund(order_id=order.order_id, line_item_ids=[lamp], amount=Decimal("10.00"), part="item")
    world.advance(by=HOUR)
    world.marketplace.accept_offer(claims[mug])
    world.advance(by=2 * HOUR)
    # Of 4.00 the tax has 0.36, and of 2.00 it has 0.18.
    assert world.oms.ledger() == {order.order_id: Decimal("20.56" if waits_too else "20.19")}
