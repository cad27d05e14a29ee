"""What a correct connector may meet is no finding: hands that cross, and coins that do not divide."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mock_tiktok import OrderLine
from rehearsal.audit.finding import Verdict
from rehearsal.world.origin import NewShop
from rehearsal.world.world import World

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def findings(world: World) -> list[tuple[str, str, str]]:
    world.advance(by=2 * HOUR)
    return [(one.invariant, one.expected, one.seen) for one in world.auditor.broken()]


def case_of(world: World, claim: str) -> str:
    world.advance(by=QUARTER)
    return next(row.id for row in world.oms.adjustments() if claim in (row.return_id, row.cancel_id))


@pytest.mark.parametrize("decision", ["APPROVE_RECEIVED_PACKAGE", "REJECT_RECEIVED_PACKAGE"])
def test_the_warehouse_and_seller_center_judge_the_same_goods_within_one_quarter(world: World, decision: str) -> None:
    order = world.marketplace.place_order()
    claim = world.marketplace.request_return(order.order_id, return_type="RETURN_AND_REFUND").return_id
    world.advance(by=QUARTER)
    world.marketplace.ship_return(claim)
    world.marketplace.arrive_return(claim)
    assert world.oms.inspect(claim, grade="AS_SOLD", accept=False).kept  # until the OMS knows what has arrived
    world.marketplace.seller_center_decision(claim, decision=decision)
    if decision.startswith("REJECT"):
        world.marketplace.withdraw(claim)
    assert findings(world) == []


@pytest.mark.parametrize("first", ["the parcel", "the answer"])
def test_the_parcel_leaves_while_a_no_with_words_is_on_its_way(world: World, first: str) -> None:
    order = world.marketplace.place_order(status="AWAITING_SHIPMENT")
    claim = world.marketplace.request_cancellation(order.order_id).cancel_id
    case = case_of(world, claim)
    if first == "the answer":
        world.oms.reject(case, comment="It has left")
    world.marketplace.ship_order(order.order_id)
    if first == "the parcel":
        world.oms.reject(case, comment="It has left")
    assert findings(world) == []


def test_the_buyer_gets_a_coin_less_for_a_unit_than_the_oms_reckons() -> None:
    """Three of 37.50 are 12.49, 12.50 and 12.51: an OMS that divides thinks that each is 12.50."""
    world = World(seed=4, profile="th-2025-11")
    sums: dict[str, Any] = {
        "shipping_fee": Decimal("5.00"),
        "tax": Decimal("2.53"),
        "shipping_fee_tax": Decimal("0.31"),
    }
    mugs = [OrderLine("MUG", 3, Decimal("9.99"))]
    order = world.marketplace.place_order(lines=mugs, status="AWAITING_COLLECTION", **sums)
    world.advance(by=QUARTER)
    unit = min(order.line_items, key=lambda line: line.total)
    world.marketplace.request_return(order.order_id, return_type="REFUND", line_item_ids=[unit.id])
    world.oms.refund(order_id=order.order_id, line_item_ids=[unit.id])
    world.advance(by=3 * DAY)
    assert findings(world) == []
    assert world.marketplace.order_view(order.order_id).refunded == unit.total == Decimal("12.49")
    world.close()


def test_a_refund_without_an_id_that_no_token_was_had_for_has_not_been_sent() -> None:
    world = World(seed=1, oms_manners=("no-ids",))
    order = world.marketplace.place_order()
    world.advance(by=QUARTER)
    world.deaths.kill()
    world.advance(by=2 * HOUR)  # by then the OMS has no token any more
    world.oms.refund(order_id=order.order_id, amount=Decimal("5.00"))
    world.deaths.start()
    world.advance(by=DAY)
    assert findings(world) == []
    assert world.marketplace.order_view(order.order_id).refunded == Decimal("5.00")
    world.close()


def test_the_staff_say_no_to_what_was_withdrawn_while_the_connector_was_down(world: World) -> None:
    order = world.marketplace.place_order()
    claim = world.marketplace.request_return(order.order_id, return_type="REFUND").return_id
    case = case_of(world, claim)
    world.deaths.kill()
    world.marketplace.withdraw(claim)
    world.advance(by=timedelta(seconds=1))
    assert world.oms.reject(case).kept
    assert world.oms.refund(order_id=order.order_id).kept
    world.deaths.start()
    assert findings(world) == []


def test_a_line_of_a_replacement_waits_for_the_next_pull_and_seller_center_pays() -> None:
    world = World(seed=1, oms_manners=("line-by-line",))
    lines = [OrderLine("MUG", 1, Decimal("9.99"), 1), OrderLine("LAMP", 1, Decimal("50.00"), 1)]
    order = world.marketplace.place_order(lines=lines)
    claim = world.marketplace.request_return(order.order_id, return_type="REPLACEMENT").return_id
    world.oms.reject(case_of(world, claim))
    world.marketplace.seller_center_decision(claim, decision="ISSUE_REPLACEMENT_REFUND")
    assert findings(world) == []


def test_fields_that_nobody_knows_are_no_change() -> None:
    world = World(seed=1, oms_manners=("reports",))
    order = world.marketplace.place_order(status="AWAITING_SHIPMENT")
    world.advance(by=QUARTER)
    world.trouble.plan(kind="unknown_fields", operation="searchCancellations", until="PT1H")
    world.oms.refund(order_id=order.order_id)
    world.advance(by=2 * HOUR)  # by then the same cancellation has been read with them and without
    world.advance(by=DAY)
    assert findings(world) == []
    world.close()


@pytest.mark.parametrize(("return_type", "withdrawn"), [("REFUND", True), ("REPLACEMENT", False)])
def test_a_claim_ends_while_its_decision_comes_to_nothing(world: World, return_type: str, withdrawn: bool) -> None:
    order = world.marketplace.place_order()
    claim = world.marketplace.request_return(order.order_id, return_type=return_type).return_id
    case = case_of(world, claim)
    shop = world.marketplace.shops[0].shop_id
    world.trouble.plan(kind="deauthorised", shop_id=shop)
    world.oms.reject(case)
    if withdrawn:
        world.marketplace.withdraw(claim)
    world.advance(by=30 * HOUR)  # after a hundred attempts it is an error
    world.authorize_shop(shop)
    assert findings(world) == []
    (row,) = world.oms.adjustments()
    assert row.status == ("RejectionCompleted" if withdrawn else "InformationOnly")


@pytest.mark.parametrize("kind", ["unnumbered", "other_topic", "forge"])
def test_a_webhook_that_is_held_up_is_judged_as_it_was_sent(kind: str) -> None:
    world = World(seed=1, webhooks=True)
    for planned in (kind, "reorder"):
        world.trouble.plan(kind=planned, **{"from": "marketplace", "to": "connector"}, operation="webhook", times=1)
    world.marketplace.place_order()
    world.marketplace.place_order()
    assert findings(world) == []
    hit = [entry for entry in world.trace.entries() if entry.get("fault")]
    assert [entry["fault"] for entry in hit] == [f"{kind}, reorder", "reorder"]
    assert all("tts_notification_id" in entry["request"]["body"] for entry in hit)
    world.close()


def test_an_answer_is_refused_for_good_on_its_way_and_the_staff_say_nothing_more(world: World) -> None:
    order = world.marketplace.place_order()
    claim = world.marketplace.request_return(order.order_id, return_type="REFUND").return_id
    case = case_of(world, claim)
    refused = {"status": 200, "code": 25001014}
    world.trouble.plan(kind="refuse", operation="decision", times=1, **{"with": refused})
    world.oms.reject(case)
    world.advance(by=HOUR)
    (row,) = world.oms.adjustments()
    assert (row.status, row.error and "25001014" in row.error) == ("NewRma", True)
    world.advance(by=DAY)
    assert findings(world) == []


def test_a_refund_that_was_held_up_is_carried_out_before_the_oms_has_said_that_it_asked_for_it() -> None:
    world = World(seed=1, webhooks=True)
    lines = [OrderLine("MUG", 1, Decimal("9.99"), 1), OrderLine("LAMP", 1, Decimal("50.00"), 2)]
    order = world.marketplace.place_order(lines=lines, status="AWAITING_SHIPMENT")
    world.advance(by=HOUR)
    world.marketplace.seller_center_cancel(order.order_id, line_item_ids=[order.line_items[0].id])
    world.trouble.plan(kind="reorder", to="connector", times=1)
    world.oms.refund(order_id=order.order_id, amount=Decimal("0.01"))  # the marketplace's webhook comes meanwhile
    assert findings(world) == []
    world.close()


def test_an_answer_is_carried_out_while_the_oms_still_waits_to_hear_that_it_was_taken() -> None:
    world = World(seed=1, webhooks=True)
    order = world.marketplace.place_order()
    claim = world.marketplace.request_return(order.order_id, return_type="REFUND").return_id
    case = case_of(world, claim)
    world.trouble.plan(kind="delay", to="connector", until="PT1H", **{"with": {"by": "PT2S", "of": "answer"}})
    world.marketplace.place_order()  # of which a webhook tells meanwhile, and a round begins
    world.oms.reject(case)
    assert findings(world) == []
    world.close()


def test_a_search_that_is_held_up_is_no_other_look() -> None:
    world = World(seed=1, shops=2)
    world.advance(by=QUARTER)
    world.trouble.plan(kind="reorder", operation="search", times=5)
    world.advance(by=2 * QUARTER)
    assert findings(world) == []
    world.close()


def test_an_answer_is_refused_twice_within_one_second() -> None:
    world = World(seed=1, webhooks=True, oms_policy="approve")
    order = world.marketplace.place_order(status="AWAITING_SHIPMENT")
    world.advance(by=HOUR)
    world.marketplace.mark_order(order.order_id, ["fulfilled_by_platform"])
    claim = world.marketplace.request_cancellation(order.order_id).cancel_id
    world.marketplace.set_cancellation_deadline(claim, world.now + timedelta(minutes=29))
    assert findings(world) == []
    assert world.marketplace.order_view(order.order_id).refunded == order.total
    world.close()


def test_a_request_is_read_and_approved_by_the_marketplace_in_its_first_second(world: World) -> None:
    order = world.marketplace.place_order()
    world.advance(by=QUARTER)
    world.deaths.kill()
    world.advance(by=timedelta(minutes=28))
    world.marketplace.request_return(order.order_id, return_type="RETURN_AND_REFUND")
    world.deaths.start()  # with a round at once, before the marketplace has approved
    assert findings(world) == []


def test_what_happens_in_a_shop_that_is_not_let_in_is_not_judged_before_it_is() -> None:
    world = World(seed=1, shops=[NewShop(), NewShop(authorized=False)])
    shut = world.marketplace.shops[1].shop_id
    order = world.marketplace.place_order(shop_id=shut)
    world.marketplace.request_return(order.order_id, return_type="REFUND")
    world.advance(by=2 * DAY)

    def verdicts() -> set[Verdict]:
        assert findings(world) == []
        return {one.verdict for one in world.findings() if one.invariant in ("lapse-once", "books-agree")}

    assert verdicts() == {Verdict.NOT_JUDGED}
    world.authorize_shop(shut)
    assert verdicts() == {Verdict.HELD}
    world.close()
