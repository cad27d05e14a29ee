"""The Stage, in process and over the control API on a real socket: the same words, the same results, the same refusals.

Every result is held to `contracts/control.yaml`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest

from rehearsal.control.addresses import IN_PROCESS
from rehearsal.control.stage import Problem
from tests.contract.stages import adjustment, asked, kinds, ledger_row, stage
from tests.refused import refused

__all__ = ["stage"]


def test_the_world_tells_its_time_addresses_and_credentials(stage: Any) -> None:
    world = stage.world()
    assert (world["seed"], world["now"], world["market"]) == (7, "2031-03-03T09:00:00Z", "US")
    assert (world["urls"], world["tiktok"]["shop_id"]) == (IN_PROCESS.document(), world["shops"][0]["shop_id"])
    assert world["tiktok"] == world["tools"], "our connector keeps its app to itself"


def test_reset_begins_anew_behind_the_same_addresses(stage: Any) -> None:
    first = stage.world()
    stage.place_order()
    again = stage.reset()
    assert again == first
    assert stage.ledgers()["orders"] == []
    manners = ["twice", "pages-by-2"]
    other = stage.reset(seed=8, start="2031-06-01T10:00:00+02:00", oms_policy="approve", oms_manners=manners, shops=2)
    assert (other["seed"], other["now"], other["oms_policy"]) == (8, "2031-06-01T08:00:00Z", "approve")
    assert (first["oms_manners"], other["oms_manners"], stage.reset()["oms_manners"]) == ([], manners, manners)
    refusal = refused(Problem, stage.reset, oms_manners=["rude"])
    assert (refusal.status, refusal.field, "careless" in refusal.detail) == (422, "oms_manners", True)
    assert len(other["shops"]) == 2
    several = stage.reset(shops=[{"market": "GB"}, {"profile": "Indonesia", "name": "Toko"}, {}])["shops"]
    assert [(shop["region"], shop["currency"]) for shop in several] == [("GB", "GBP"), ("ID", "IDR"), ("US", "USD")]
    assert [shop["seller_refunds"] for shop in several] == [["DELIVERED"]] * 2 + [["IN_TRANSIT", "DELIVERED"]]
    assert several[1]["name"] == "Toko"
    assert other["urls"] == first["urls"]
    assert other["tiktok"]["app_secret"] != first["tiktok"]["app_secret"]


def test_webhooks_are_shown_with_their_attempts_where_the_connector_asks_for_them(stage: Any) -> None:
    assert (stage.world()["webhooks"], stage.webhooks()) == (False, {"subscriptions": [], "deliveries": []})
    assert stage.reset(webhooks=True)["webhooks"] is True
    entry = asked(stage)
    stage.advance(by="PT0S")
    told = stage.webhooks()
    assert [one["app"] for one in told["subscriptions"]] == ["connector"] * 5
    delivery = told["deliveries"][-1]
    assert (delivery["return_id"], delivery["state"], delivery["type"]) == (entry["return_id"], "DELIVERED", 12)
    assert delivery["attempts"] == [{"at": "2031-03-03T09:00:00Z", "number": 1, "status": 200, "failure": None}]


def test_a_shop_opens_late_and_its_seller_consents_anew(stage: Any) -> None:
    stage.advance(by="PT7M")
    shop = stage.add_shop(market="GB", name="Corner Shop")
    assert stage.world()["shops"][1] == shop
    assert (shop["name"], shop["profile"], shop["profile_id"]) == ("Corner Shop", "uk-2026-04", 2)
    order = stage.place_order(shop_id=shop["shop_id"])
    entry = stage.request_return(order["order_id"], type="REFUND")
    again = stage.authorize_shop(shop["shop_id"])
    assert again["profile_id"] == 2
    assert again["auth_code"] == shop["auth_code"], "the tools', which the connector has not touched"
    case = adjustment(stage, return_id=entry["return_id"])
    assert (case["currency"], case["amount"]) == ("GBP", entry["refund_total"])
    shut = stage.add_shop(authorized=False)
    assert shut["profile_id"] is None
    assert stage.authorize_shop(shut["shop_id"])["profile_id"] == 3
    told = [line["name"] for line in stage.trace()[1:] if line.get("who") == "stage"]
    assert told == ["shop_added", "shop_authorized"] * 2


def test_a_sum_is_written_as_its_currency_is(stage: Any) -> None:
    shop = stage.reset(profile="id-2025-11")["shops"][0]["shop_id"]
    for field, asks in (
        ("shipping_fee", {"shipping_fee": "500.00"}),
        ("lines[1].unit_price", {"lines": [{"unit_price": "5000"}, {"unit_price": "500.00"}]}),
        ("discounts.seller", {"discounts": {"seller": "500.00"}}),
    ):
        wrong = refused(Problem, stage.place_order, shop_id=shop, **asks)
        assert (wrong.status, wrong.field) == (422, field)
        assert wrong.detail == f'{field} is "500.00 IDR": IDR is written with no decimals; did you mean 500 IDR?'
    order = stage.place_order(lines=[{"unit_price": "5000"}], tax="500")["order_id"]
    wrong = refused(Problem, stage.seller_center_refund, order, amount="500.00")
    assert (wrong.status, wrong.field) == (422, "amount")
    assert stage.seller_center_refund(order, amount="500")["refund_total"] == "500"


def test_shops_of_one_seller_are_let_in_together(stage: Any) -> None:
    of_acme = {"seller": "Acme", "market": "GB"}
    world = stage.reset(shops=[of_acme, {}, {"seller": "Acme"}])
    first, other, second = world["shops"]
    assert [shop["seller"] for shop in (first, other, second)] == ["Acme", other["name"], "Acme"]
    assert [shop["profile_id"] for shop in (first, other, second)] == [2, 1, 3]
    for name in ("access_token", "refresh_token", "auth_code"):
        assert first[name] == second[name] != other[name]
    joined = stage.add_shop(seller=other["seller"])
    assert joined["access_token"] == other["access_token"]
    assert joined["profile_id"] == 4


def test_a_shop_that_the_connector_cannot_take_is_not_there(stage: Any) -> None:
    before = stage.world()
    stage.kill_connector()
    assert refused(Problem, stage.add_shop).status == 409
    assert refused(Problem, stage.authorize_shop, before["tiktok"]["shop_id"]).status == 409
    stage.start_connector()
    assert stage.world() == before
    stage.add_shop()


def test_the_connector_dies_and_comes_back_on_its_database(stage: Any) -> None:
    entry = asked(stage)
    case = adjustment(stage, return_id=entry["return_id"])
    stage.oms_approve(case["id"])
    assert stage.kill_connector() == {"running": False}
    assert refused(Problem, stage.kill_connector).status == 409
    stage.advance(by="PT2H")
    assert stage.get_return(entry["return_id"])["refunded"] == "0.00"
    assert stage.start_connector() == {"running": True}
    assert refused(Problem, stage.start_connector).status == 409
    stage.advance(by="PT1H")
    assert stage.get_return(entry["return_id"])["refunded"] == entry["refund_total"]
    told = [line for line in stage.trace()[1:] if line.get("who") == "stage"]
    assert [(line["name"], line["data"]) for line in told] == [
        ("connector_killed", {}), ("connector_started", {"down": 7200.0})
    ]  # fmt: skip


def test_the_connector_is_due_to_die_and_comes_back_at_once(stage: Any) -> None:
    entry = asked(stage)
    assert stage.kill_connector(after="call", times=5) == {"running": True}
    stage.oms_approve(adjustment(stage, return_id=entry["return_id"])["id"])
    assert stage.kill_connector(after="commit", nth=2, times=3) == {"running": True}  # in the place of what was planned
    stage.advance(by="PT2H")
    assert refused(Problem, stage.start_connector).status == 409
    told = [line["name"] for line in stage.trace()[1:] if line.get("who") == "stage"]
    assert told == ["connector_killed", "connector_started"] * 3
    assert stage.get_return(entry["return_id"])["refunded"] == entry["refund_total"]
    assert refused(Problem, stage.kill_connector, nth=2).status == 422
    assert refused(Problem, stage.kill_connector, after="lunch").status == 422


def test_the_connector_is_let_in_however_often_it_dies_meanwhile(stage: Any) -> None:
    for let_in in (stage.add_shop, lambda: stage.authorize_shop(stage.world()["tiktok"]["shop_id"])):
        stage.kill_connector(after="commit", times=2)
        let_in()
    stage.advance(by="PT1H")
    told = [line["name"] for line in stage.trace()[1:] if line.get("who") == "stage"]
    died = ["connector_killed", "connector_started"] * 2
    assert told == [*died, "shop_added", *died, "shop_authorized"]
    assert stage.findings()["findings"] == []


def test_a_fault_is_planned_hit_and_asked_about_and_lifted(stage: Any) -> None:
    planned = stage.plan_fault(kind="cut_after", operation="approve", times=2)
    assert planned == {
        "id": "fault-1", "planned": 2, "hit": 0, "calls": 0, "stage": "active", "at": "2031-03-03T09:00:00Z",
        "kind": "cut_after", "to": "marketplace", "operation": "approve", "times": 2,
    }  # fmt: skip
    later = stage.plan_fault(kind="delay", from_="oms", to="connector", at="PT2H", until="PT20M", with_={"by": "PT5S"})
    assert (later["stage"], later["at"], later["until"]) == ("ahead", "2031-03-03T11:00:00Z", "2031-03-03T11:20:00Z")
    assert {due["what"] for due in stage.agenda()["agenda"] if due["who"] == "stage"} == {
        "trouble begins: fault-2, calls are delayed"
    }
    entry = asked(stage)
    stage.oms_approve(adjustment(stage, return_id=entry["return_id"])["id"])
    stage.advance(by="PT1H")
    assert stage.get_return(entry["return_id"])["refunded"] == entry["refund_total"]
    assert [(one["id"], one["hit"], one["stage"]) for one in stage.faults()["faults"]] == [
        ("fault-1", 1, "active"), ("fault-2", 0, "ahead")
    ]  # fmt: skip
    altered = [line for line in stage.trace()[1:] if line.get("fault")]
    assert [(line["operation"], line["status"], line["failure"]) for line in altered] == [
        ("approveReturn", 200, "ConnectionError")
    ]
    assert stage.lift_fault("fault-1")["stage"] == "over"
    assert {one["stage"] for one in stage.lift_faults()["faults"]} == {"over"}
    gone = refused(Problem, stage.lift_fault, "fault-9")
    assert (gone.status, gone.title, gone.field) == (404, "No such fault", "fault_id")


def test_the_clock_says_what_time_it_is_and_that_it_stands_still(stage: Any) -> None:
    assert stage.clock() == {"now": "2031-03-03T09:00:00Z", "running": False, "factor": 0}
    stage.advance(by="PT7M")
    assert stage.clock()["now"] == stage.world()["now"] == "2031-03-03T09:07:00Z"


def test_time_passes_by_a_span_to_an_hour_and_to_what_is_next(stage: Any) -> None:
    assert stage.advance(by="PT0S")["now"] == "2031-03-03T09:00:00Z"
    due = stage.agenda()["agenda"][0]["at"]
    assert stage.advance(until="next")["now"] == due
    assert stage.advance(to="2031-03-04T12:00:00+03:00")["now"] == "2031-03-04T09:00:00Z"
    assert stage.world()["now"] == "2031-03-04T09:00:00Z"


def _asks(stage: Any) -> None:
    stage.request_return(stage.place_order()["order_id"], type="REFUND")


def _waits_for_a_label(stage: Any) -> None:
    """For three hours, of which the last one has begun."""
    stage.reset(profile="us-2025-08-late-label")
    stage.request_return(stage.place_order()["order_id"], type="RETURN_AND_REFUND")
    stage.advance(by="PT2H15M")


def _plans_trouble(stage: Any) -> None:
    stage.plan_fault(kind="cut_after", operation="refreshToken")


def _lapses_soon(stage: Any) -> None:
    _asks(stage)
    stage.advance(by="PT2H")
    stage.set_deadline(stage.returns()["returns"][0]["return_id"], within="PT1H45M")
    stage.advance(by="PT1H")


@pytest.mark.parametrize(
    ("does", "passes"),
    [
        pytest.param(lambda stage: None, 0, id="all have looked in vain"),
        pytest.param(_asks, 30, id="a request is heard of, and then all look in vain"),
        pytest.param(_lapses_soon, 0, id="a deadline is near, of which nobody has to hear before"),
        pytest.param(_waits_for_a_label, 60, id="a label follows"),
        pytest.param(_plans_trouble, 60, id="trouble is planned"),
        pytest.param(lambda stage: stage.kill_connector(), 60, id="nobody looks"),
    ],
)
def test_until_all_have_heard_an_hour_passes_or_less_where_nothing_more_can_come_of_it(
    stage: Any, does: Callable[[Any], Any], passes: int
) -> None:
    stage.advance(by="PT1H")
    does(stage)
    before = datetime.fromisoformat(stage.clock()["now"])
    after = datetime.fromisoformat(stage.advance(until="heard")["now"])
    assert after - before == timedelta(minutes=passes)


def test_an_order_has_one_line_item_per_unit_and_a_total_with_fee_and_tax(stage: Any) -> None:
    lines = [{"sku": "MUG", "quantity": 2, "unit_price": "12.50"}, {"sku": "TEA", "unit_price": "4.99"}]
    order = stage.place_order(lines=lines, shipping_fee="3.00", tax="1.01")
    each = [(item["sku"], item["price"], item["total"]) for item in order["line_items"]]
    assert each == [("MUG", "12.50", "14.17"), ("MUG", "12.50", "14.17"), ("TEA", "4.99", "5.66")]
    assert (order["status"], order["total"], order["paid"]) == ("DELIVERED", "34.00", "34.00")
    assert stage.order(order["order_id"]) == order


def test_everything_about_a_line_may_be_left_out(stage: Any) -> None:
    chosen, named, unknown, priced = stage.place_order(
        lines=[{}, {"sku": "LAMP-OAK"}, {"sku": "ROCK"}, {"unit_price": "5.00", "quantity": 1}]
    )["line_items"]
    prices = {"MUG-BLUE": "19.99", "LAMP-OAK": "64.50", "TEE-M-BLK": "24.00"}
    prices |= {"EARBUDS-2": "39.98", "BLENDER-X": "119.00", "SCARF-GRN": "32.75"}
    assert chosen["price"] == prices[chosen["sku"]]
    assert (named["price"], unknown["price"], priced["price"]) == ("64.50", "19.99", "5.00")
    assert priced["sku"] in prices


def test_an_order_is_shipped_and_delivered_by_hand(stage: Any) -> None:
    goods = [{"sku": "RUG", "unit_price": "30.00"}, {"sku": "MUG", "unit_price": "10.00", "package": 2}]
    order = stage.place_order(lines=goods, status="AWAITING_SHIPMENT", discounts={"seller": "4.00"})
    order_id, (rug, _) = order["order_id"], [one["id"] for one in order["line_items"]]
    price = stage.price_detail(order_id)
    assert (price["sku_list_price"], price["subtotal_deduction_seller"], price["payment"]) == ("40", "4", "36")
    assert refused(Problem, stage.ship_order, order_id, line_item_ids=["1"]).field == "line_item_ids"
    assert stage.ship_order(order_id, line_item_ids=[rug])["status"] == "PARTIALLY_SHIPPING"
    assert stage.ship_order(order_id)["status"] in ("AWAITING_COLLECTION", "IN_TRANSIT")
    assert stage.deliver_order(order_id)["status"] == "DELIVERED"
    assert refused(Problem, stage.ship_order, order_id).status == 409


def test_what_stands_against_an_order_bars_its_buyer_until_nothing_does(stage: Any) -> None:
    order_id = stage.place_order()["order_id"]
    assert stage.mark_order(order_id, marks=["risk_control", "authenticity"])["marks"] == [
        "authenticity",
        "risk_control",
    ]
    barred = refused(Problem, stage.request_return, order_id, type="REFUND")
    assert (barred.status, barred.code) == (409, 25001046)
    assert refused(Problem, stage.mark_order, order_id, marks=["cursed"]).status == 422
    assert stage.mark_order(order_id, marks=[])["marks"] == stage.order(order_id)["marks"] == []
    assert stage.request_return(order_id, type="REFUND")["return_id"]


def test_a_buyer_who_is_to_ask_asks_untold(stage: Any) -> None:
    wrong = refused(Problem, stage.place_order, buyer={"asks": "CANCEL"})
    assert (wrong.status, wrong.field) == (422, "buyer.asks")
    assert refused(Problem, stage.place_order, buyer={"asks": "MORE"}).status == 422
    order_id = stage.place_order(buyer={"plan": "ships_at_once", "asks": "RETURN_AND_REFUND"})["order_id"]
    stage.advance(by="PT2H")
    (asked,) = [one for one in stage.returns()["returns"] if one["order_id"] == order_id]
    assert asked["shown_status"] == "Waiting for Buyer to Ship"


def test_silence_is_a_yes_and_all_ledgers_learn_of_it(stage: Any) -> None:
    order = stage.place_order(lines=[{"sku": "MUG", "unit_price": "39.98"}], buyer={"name": "Élodie O'Brien"})
    entry = stage.request_return(order["order_id"], type="REFUND")
    assert (entry["return_status"], entry["shown_status"]) == ("RETURN_OR_REFUND_REQUEST_PENDING", "Request Pending")
    assert (entry["refund_total"], entry["refunded"]) == ("39.98", "0.00")
    stage.advance(by="PT23H59M59S")
    assert stage.get_return(entry["return_id"])["return_status"] == "RETURN_OR_REFUND_REQUEST_PENDING"
    stage.advance(by="PT1H")
    assert stage.get_return(entry["return_id"])["refunded"] == "39.98"
    assert kinds(stage, order["order_id"]) == ["order refund"]
    (mail,) = stage.mailbox(order_id=order["order_id"])["mails"]
    assert mail["text"].startswith("Hello Élodie O'Brien,")
    row = ledger_row(stage, order["order_id"])
    assert [row[name]["refunded"] for name in ("marketplace", "connector", "oms")] == ["39.98"] * 3
    assert row["agree"] is True
    assert stage.findings()["findings"] == []


def test_findings_say_whether_there_may_be_more_without_anybody_s_doing(stage: Any) -> None:
    def still() -> tuple[Any, ...]:
        found = stage.findings()
        return found["news_under_way"], found["at_rest"], found["quiet_for"]

    stage.advance(by="PT1H")
    assert still() == (False, True, "PT3600S")
    asked(stage)
    assert still() == (True, False, "PT0S")
    stage.advance(by="PT1H")
    assert still() == (False, False, "PT2700S"), "all have heard of it, and its deadline is still to come"


@pytest.mark.parametrize(("reply", "refunded"), [("accept_offer", "5.00"), ("decline_offer", "0.00")])
def test_the_buyer_answers_a_partial_offer(stage: Any, reply: str, refunded: str) -> None:
    order = stage.place_order(lines=[{"sku": "MUG", "unit_price": "20.00"}])
    entry = stage.request_return(order["order_id"], type="REFUND")
    stage.oms_approve(adjustment(stage, return_id=entry["return_id"])["id"], amount="5.00")
    stage.advance(by="PT15M")
    assert stage.get_return(entry["return_id"])["shown_status"] == "Offer Sent to Buyer"
    getattr(stage, reply)(entry["return_id"])
    stage.advance(by="PT1H")
    assert stage.get_return(entry["return_id"])["refunded"] == refunded


def test_a_blind_refund_is_paid_and_never_more_than_was_paid(stage: Any) -> None:
    order = stage.place_order(lines=[{"sku": "MUG", "unit_price": "20.00", "quantity": 2}])
    stage.advance(by="PT30M")
    line = order["line_items"][0]["id"]
    case = stage.oms_refund(order_id=order["order_id"], line_item_ids=[line], amount="5.50")
    assert (case["kind"], case["amount"], case["return_id"]) == ("REFUND", "5.50", None)
    stage.advance(by="PT1H")
    assert ledger_row(stage, order["order_id"])["marketplace"]["refunded"] == "5.50"
    assert refused(Problem, stage.oms_refund, order_id=order["order_id"], amount="100.00").status == 409
    asked = {"order_id": order["order_id"], "line_item_ids": [line]}
    assert "Of the tax of order" in refused(Problem, stage.oms_refund, part="tax", **asked).detail
    assert refused(Problem, stage.oms_refund, part="postage", **asked).field == "part"
    assert len(stage.oms_adjustments()["adjustments"]) == 1
    recorded = stage.oms_refund(order_id=order["order_id"], amount="40.00", record_only=True, restock=True)
    stage.advance(by="PT1H")
    row = stage.oms_adjustments()["adjustments"][1]
    assert (row["id"], row["status"], row["note"]) == (recorded["id"], "InformationOnly", "Recorded only, as asked.")
    assert ledger_row(stage, order["order_id"])["oms"]["refunded"] == "5.50"


def test_the_seller_acts_in_seller_center(stage: Any) -> None:
    entry = asked(stage)
    refusal = refused(Problem, stage.seller_center_decision, entry["return_id"], decision="APPROVE_RECEIVED_PACKAGE")
    assert refusal.status == 409
    assert refusal.code
    stage.seller_center_decision(entry["return_id"], decision="APPROVE_REFUND")
    other = stage.place_order()
    stage.seller_center_refund(other["order_id"])
    stage.advance(by="PT1H")
    assert [entry["refunded"] == entry["refund_total"] for entry in stage.returns()["returns"]] == [True, True]
    assert all(row["agree"] for row in stage.ledgers()["orders"])


def test_the_buyer_withdraws(stage: Any) -> None:
    entry = asked(stage)
    assert stage.withdraw(entry["return_id"])["shown_status"] == "Canceled"
    assert refused(Problem, stage.withdraw, entry["return_id"]).status == 409


def test_a_cancellation_is_approved_and_another_withdrawn(stage: Any) -> None:
    order_id = stage.place_order(status="AWAITING_SHIPMENT")["order_id"]
    asked = stage.request_cancellation(order_id)
    case = adjustment(stage, cancel_id=asked["cancel_id"])
    assert (case["kind"], case["return_id"]) == ("CANCELLATION", None)
    stage.oms_approve(case["id"])
    stage.advance(by="PT1H")
    assert stage.get_cancellation(asked["cancel_id"])["cancel_status"] == "CANCELLATION_REQUEST_COMPLETE"
    assert stage.order(order_id)["status"] == "CANCELLED"
    other = stage.request_cancellation(stage.place_order(status="AWAITING_SHIPMENT")["order_id"])
    assert "CANCEL" in stage.withdraw_cancellation(other["cancel_id"])["cancel_status"]


def test_words_to_the_buyer_are_as_long_as_their_bytes(stage: Any) -> None:
    """500 bytes of any script are taken, and of one byte more the refusal says which field it is."""
    scripts = ["x" * 500, "é" * 250, "ก" * 166 + "xx", "🙂" * 125]
    entries = [asked(stage) for _ in scripts]
    cases = [adjustment(stage, return_id=entry["return_id"]) for entry in entries]
    for case, words in zip(cases, scripts, strict=True):
        assert refused(Problem, stage.oms_reject, case["id"], comment=f"{words}x").field == "comment"
        stage.oms_reject(case["id"], comment=words)
    stage.advance(by="PT1H")
    for entry, words in zip(entries, scripts, strict=True):
        (mail,) = stage.mailbox(order_id=entry["order_id"])["mails"]
        assert words in mail["text"]


def test_a_request_is_given_a_deadline_of_its_own(stage: Any) -> None:
    entry, order_id = asked(stage), stage.place_order(status="AWAITING_SHIPMENT")["order_id"]
    cancel_id = stage.request_cancellation(order_id)["cancel_id"]
    later = stage.set_deadline(entry["return_id"], within="PT90H")
    assert later["seller_deadline"] > entry["seller_deadline"]
    stage.set_cancellation_deadline(cancel_id, within="PT2H")
    ways = partial(stage.set_deadline, entry["return_id"]), partial(stage.set_cancellation_deadline, cancel_id)
    for way, within in product(ways, ("PT0S", "P9999999D")):
        refusal = refused(Problem, way, within=within)
        assert (refusal.status, refusal.field) == (422, "within")
    assert stage.findings()["stage_failures"] == []
    stage.advance(by="PT26H")
    assert stage.get_return(entry["return_id"]) == later
    assert stage.get_cancellation(cancel_id)["cancel_status"] == "CANCELLATION_REQUEST_COMPLETE"
    over = refused(Problem, stage.set_cancellation_deadline, cancel_id=cancel_id, within="PT2H")
    assert over.status == 409


def test_pictures_may_go_with_an_appeal(stage: Any) -> None:
    entry = stage.request_return(
        stage.place_order()["order_id"], type="REFUND", evidence=["https://shown.example/a.jpeg"]
    )
    stage.seller_center_decision(entry["return_id"], decision="REJECT_REFUND")
    stage.dispute(entry["return_id"], evidence=["https://shown.example/b.jpeg", "https://shown.example/c.mp4"])
    stage.arbitrate(entry["return_id"], outcome="HAND_BACK")
    stage.advance(by="PT30M")
    assert [(one["pictures"], one["videos"]) for one in stage.get_return(entry["return_id"])["evidence"]] == [
        (1, 0),
        (1, 1),
    ]
    (case,) = stage.oms_adjustments()["adjustments"]
    assert (case["pictures"], case["videos"]) == (2, 1)


def test_looking_changes_nothing_and_the_trace_is_the_record(stage: Any) -> None:
    entry = asked(stage)
    stage.advance(by="PT1H")
    before = stage.trace()
    stage.world(), stage.agenda(), stage.returns(), stage.ledgers(), stage.findings(), stage.mailbox()
    stage.get_return(entry["return_id"]), stage.activity(entry["order_id"]), stage.oms_adjustments()
    assert stage.trace() == before
    assert before[0]["format"] == "rehearsal-trace"
    assert [line["seq"] for line in before[1:]] == sorted(line["seq"] for line in before[1:])


def test_pictures_go_with_request_and_rejection_and_the_seller_brings_the_label(stage: Any) -> None:
    shown = ["https://shown.example/a.jpeg", "https://shown.example/b.mp4"]
    entry = stage.request_return(stage.place_order()["order_id"], evidence=shown)
    assert refused(Problem, stage.label_return, entry["return_id"]).status == 409
    stage.advance(by="PT20M")
    labelled = stage.label_return(entry["return_id"], tracking_number="TTH-1", label_type="QR_CODE")
    paid = [labelled[name] for name in ("tracking_number", "shipping_cost", "shipping_payer")]
    assert paid == ["TTH-1", "7.99", "seller"]
    stage.ship_return(entry["return_id"])
    stage.arrive_return(entry["return_id"])
    stage.advance(by="PT30M")
    (case,) = stage.oms_adjustments()["adjustments"]
    assert (case["pictures"], case["videos"]) == (1, 1)
    decide, no = stage.seller_center_decision, {"decision": "REJECT_RECEIVED_PACKAGE", "pictures": 2}
    yes = {"decision": "APPROVE_RECEIVED_PACKAGE", "pictures": 1}
    assert refused(Problem, decide, entry["return_id"], **yes).field == "pictures"
    given = [(one["by"], one["pictures"], one["videos"]) for one in decide(entry["return_id"], **no)["evidence"]]
    assert given == [("buyer", 1, 1), ("seller_center", 2, 0)]


def test_a_request_is_changed_a_parcel_has_less_in_it_and_each_piece_its_own_grade(stage: Any) -> None:
    goods = [{"sku": "MUG", "quantity": 2, "unit_price": "10.00"}, {"sku": "RUG", "unit_price": "30.00", "package": 2}]
    order = stage.place_order(lines=goods, discounts={"seller": "5.00"}, shipping_fee="4.00", fee="0.30")
    assert order["total"] == "49.30"
    mugs = order["order_id"], [one["id"] for one in order["line_items"] if one["sku"] == "MUG"]
    first = stage.request_return(mugs[0], type="REFUND", line_item_ids=mugs[1])
    own_way = {"type": "RETURN_AND_REFUND", "by": "operator"}
    second = stage.change_return(first["return_id"], **own_way)
    first = stage.get_return(first["return_id"])
    ended = first["return_status"], first["next_return_id"]
    assert ended == ("RETURN_OR_REFUND_REQUEST_CANCEL", second["return_id"])
    assert second["previous_return_id"] == first["return_id"]
    assert refused(Problem, stage.change_return, first["return_id"], type="REFUND").code == 25020003
    stage.advance(by="PT20M")
    assert refused(Problem, stage.ship_return, second["return_id"], line_item_ids=["1"]).field == "line_item_ids"
    stage.ship_return(second["return_id"], line_item_ids=mugs[1][:1])
    stage.advance(by="PT1H")
    stage.arrive_return(second["return_id"])
    units = [{"line_item_id": mugs[1][1], "grade": "USED"}]
    absent = refused(Problem, stage.oms_inspect, second["return_id"], grade="AS_SOLD", accept=False, units=units)
    assert (absent.status, absent.field) == (422, "units.0.line_item_id")
    case = stage.oms_inspect(second["return_id"], grade="AS_SOLD", accept=False)
    assert "Of 2 pieces 1 came back." in case["note"]


def test_what_is_asked_for_together_has_a_number_in_common_and_goes_back_in_one_parcel(stage: Any) -> None:
    order = stage.place_order(lines=[{"sku": "MUG", "unit_price": "10.00"}, {"sku": "RUG", "unit_price": "30.00"}])
    one = refused(Problem, stage.request_return, order["order_id"], combined=True,
                  line_item_ids=[order["line_items"][0]["id"]])  # fmt: skip
    assert (one.status, one.field) == (422, "combined")
    asked = stage.request_return(order["order_id"], combined=True, quick_refund=True)
    stage.advance(by="PT20M")
    stage.ship_return(asked["return_id"])
    stage.advance(by="PT1H")
    both = stage.returns()["returns"]
    assert [item["combined_id"] for item in both] == [asked["combined_id"]] * 2
    assert {(item["is_quick_refund"], item["refunded"], item["shown_status"]) for item in both} == {
        (True, "10.00", "Completed"), (True, "30.00", "Completed"),
    }  # fmt: skip
