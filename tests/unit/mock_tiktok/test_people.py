"""Buyers with a plan act by themselves; all others, and all couriers, wait to be told."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mock_tiktok import Discounts, Marketplace, OrderLine
from mock_tiktok.errors import BadValue
from tests.clock import HandClock
from tests.refused import refused
from tests.unit.mock_tiktok.town import PARCEL_REASON, REFUND_REASON, Town


def test_in_a_passive_world_only_the_clocks_of_the_profile_act(town: Town) -> None:
    town.request(kind="RETURN_AND_REFUND")
    town.order(status="IN_TRANSIT")
    fired = town.passes(days=60)
    assert {act.who for act in fired} == {"marketplace"}
    assert town.market.next_due() is None


def test_a_buyer_who_ships_at_once_is_refunded_unasked(town: Town) -> None:
    return_id = town.request(town.order(plan="ships_at_once"), kind="RETURN_AND_REFUND")
    fired = [(act.who, act.what) for act in town.passes(days=9)]
    assert fired[:5] == [
        ("marketplace", "return approved automatically"),
        ("marketplace", "label generated"),
        ("buyer", "buyer ships the return"),
        ("courier", "return arrives at the warehouse"),
        ("marketplace", "silence: refund approved"),
    ]
    assert town.shown(return_id) == "Completed"


def test_couriers_deliver_to_whoever_has_a_plan(town: Town) -> None:
    order_id = town.order(status="AWAITING_SHIPMENT", plan="forgets_to_ship").order_id
    town.market.ship_order(order_id)
    town.passes(days=3)
    assert town.market.order_view(order_id).status == "DELIVERED"


@pytest.mark.parametrize("plan", ["forgets_to_ship", "withdraws"])
def test_some_returns_come_to_nothing(town: Town, plan: str) -> None:
    return_id = town.request(town.order(plan=plan), kind="RETURN_AND_REFUND")
    town.passes(days=31)
    assert (town.status(return_id), town.mails()) == ("RETURN_OR_REFUND_REQUEST_CANCEL", [])


def test_the_same_seed_makes_the_same_people_whoever_looks_meanwhile() -> None:
    def story(seed: int, looks: int) -> list[str]:
        town = Town(seed=seed)
        for _ in range(3):
            return_id = town.request(town.market.place_order())
            for _ in range(looks):
                town.market.return_views()
                town.market.credentials(town.shop.shop_id)
        town.passes(days=2)
        return [*map(str, town.news), *(mail.message.as_string() for mail in town.market.mailbox()), return_id]

    assert story(1, 0) == story(1, 3)
    assert story(1, 0) != story(2, 0)


def test_a_name_that_is_given_changes_nothing_else() -> None:
    towns = [(town, town.order(buyer_name=name).order_id) for town, name in ((Town(), None), (Town(), "Maya"))]
    seeded, named = (town.shop.order(order_id).buyer for town, order_id in towns)
    assert named == replace(seeded, name="Maya")


@pytest.mark.parametrize(
    ("street", "lines"),
    [
        ("580 Parsons Gateway Apt. 215", ("580 Parsons Gateway", "Apt. 215")),
        ("Flat 83, Hollie Road", ("Flat 83", "Hollie Road")),
        ("1 Jones Gateway", ("1 Jones Gateway", "")),
    ],
)
def test_a_flat_has_a_line_of_its_own_in_an_address(town: Town, street: str, lines: tuple[str, str]) -> None:
    buyer = replace(town.shop.order(town.order().order_id).buyer, street=street)
    assert buyer.street_lines == lines
    assert buyer.told["street"] == street.replace(",", "")
    assert "street" in buyer.shown_in(f"to {max(lines, key=len)} in {buyer.city}")


def test_worlds_with_one_seed_share_no_credentials() -> None:
    markets = [Marketplace(clock=HandClock(), seed=1, world=world) for world in ("a", "b")]
    shops = [market.add_shop() for market in markets]
    assert shops[0].shop_id != shops[1].shop_id
    assert markets[0].developer_apps["connector"].key != markets[1].developer_apps["connector"].key
    tokens = [market.credentials(shop.shop_id) for market, shop in zip(markets, shops, strict=True)]
    assert tokens[0].access_token != tokens[1].access_token


def test_ids_are_all_digits_as_the_platform_s_are(town: Town) -> None:
    return_id = town.request()
    for id in (return_id, town.view(return_id).order_id, town.shop.shop_id):
        assert id.isdigit()
        assert 18 <= len(id) <= 19


def test_a_quarrelsome_buyer_disputes_and_the_platform_sides_with_them(town: Town) -> None:
    return_id = town.request(town.order(plan="disputes_every_rejection"), kind="RETURN_AND_REFUND")
    town.passes(days=3, hours=3)
    town.shop.reject_return(return_id, "REJECT_RECEIVED_PACKAGE", PARCEL_REASON)
    town.passes(days=4)
    assert town.view(return_id).arbitration_status == "SUPPORT_BUYER"
    assert town.mails() == ["return rejected", "order refund"]


@pytest.mark.parametrize(("plan", "paid"), [("accepts_offer", "5.00"), ("refuses_offer", "0.00")])
def test_offers_are_taken_or_left_as_planned(town: Town, plan: str, paid: str) -> None:
    return_id = town.request(town.order(plan=plan))
    town.market.seller_center_decision(return_id, decision="OFFER_PARTIAL_REFUND", amount=Decimal(5))
    town.passes(hours=3)
    assert str(town.view(return_id).refunded) == paid


@pytest.mark.parametrize(
    ("plan", "lines", "kind", "paid", "found"),
    [
        ("shows_pictures", 1, "REFUND", "20.00", "evidence"),
        ("sends_only_a_part", 3, "RETURN_AND_REFUND", "60.00", "part"),
        ("sends_one_damaged", 3, "RETURN_AND_REFUND", "60.00", "damaged"),
        ("sends_back_worn", 1, "RETURN_AND_REFUND", "10.00", "seller_center"),
        ("gets_the_sellers_label", 1, "RETURN_AND_REFUND", "20.00", "label"),
        ("is_refused_with_pictures", 1, "RETURN_AND_REFUND", "0.00", "shown"),
        ("sends_in_own_way", 1, "RETURN_AND_REFUND", "20.00", "cost"),
    ],
)
def test_a_plan_says_how_goods_are_asked_for_and_sent_back(
    town: Town, plan: str, lines: int, kind: str, paid: str, found: str
) -> None:
    bought = [OrderLine("MUG", lines, Decimal("20.00"))]
    order = town.market.place_order(lines=bought, plan=plan, asks=kind)
    town.passes(days=1)
    (return_id,) = town.shop.store.returns_of[order.order_id]
    town.passes(days=12)
    seen, units = town.view(return_id), [line.id for line in order.line_items]
    parcel: Mapping[str, Any] = next((event.data for event in town.news if event.name == "parcel_arrived"), {})
    assert str(seen.refunded) == paid
    assert {
        "evidence": [(one.by, one.pictures, one.videos) for one in seen.evidence] == [("buyer", 2, 1)],
        "part": list(parcel.get("line_item_ids", ())) == units[:-1],
        "damaged": list(parcel.get("damaged_line_item_ids", ())) == units[-1:],
        "seller_center": any(one.by == "seller_center" for one in seen.timeline),
        "shown": [(one.by, one.pictures) for one in seen.evidence] == [("seller_center", 2)],
        "cost": (str(seen.shipping_cost), seen.shipping_payer) == ("7.99", "buyer"),
        "label": (seen.tracking_number or "").endswith("-S") and seen.shipping_payer == "seller",
    }[found]


@pytest.mark.parametrize(
    ("asks", "status", "who"),
    [
        ("REFUND", "DELIVERED", "buyer asks for a refund"),
        ("RETURN_AND_REFUND", "IN_TRANSIT", "buyer asks to send it back"),
        ("REPLACEMENT", "DELIVERED", "buyer asks for a replacement"),
        ("CANCEL", "ON_HOLD", "buyer asks to cancel"),
        ("CANCEL", "UNPAID", "buyer asks to cancel"),
    ],
)
def test_a_buyer_may_ask_of_their_own_accord_once(town: Town, asks: str, status: str, who: str) -> None:
    order_id = town.order(status=status, asks=asks, plan="forgets_to_ship").order_id
    fired = town.passes(days=5)
    assert [(act.who, act.changed) for act in fired if act.what == who] == [("buyer", True)]
    kinds = [town.view(return_id).return_type for return_id in town.shop.store.returns_of.get(order_id, ())]
    assert kinds == ([] if asks == "CANCEL" else [asks])
    assert len(town.shop.store.cancellations_of.get(order_id, ())) == (asks == "CANCEL")


def test_what_a_buyer_would_ask_is_refused_like_any_request(town: Town) -> None:
    town.request(town.order(asks="REFUND"))
    (told,) = [act for act in town.passes(hours=2) if act.who == "buyer"]
    assert (told.what, told.changed) == (
        "buyer asks for a refund: refused, There are processing reverse order exists",
        False,
    )
    for asks, status, words in (
        ("BACK", "DELIVERED", "is not one of"),
        ("CANCEL", "DELIVERED", "comes to nothing"),
        ("REFUND", "COMPLETED", "comes to nothing"),
    ):
        assert words in str(refused(BadValue, town.order, asks=asks, status=status))


def test_who_pays_late_asks_like_anybody_else(town: Town) -> None:
    order_id = town.order(asks="REFUND", status="UNPAID").order_id
    town.market.pay_order(order_id)
    town.passes(hours=1)
    town.market.ship_order(order_id)
    town.market.deliver_order(order_id)
    assert [act.what for act in town.passes(hours=2) if act.who == "buyer"] == ["buyer asks for a refund"]


@pytest.mark.parametrize(("plan", "what"), [("gets_shipping_back", "shipping_fee"), ("gets_tax_back", "tax")])
@pytest.mark.parametrize("said", [True, False])
def test_the_seller_pays_back_what_is_beside_the_goods(town: Town, plan: str, what: str, said: bool) -> None:
    more = {what: Decimal("4.00")} if said else {}
    order = town.order("20.00", plan=plan, status="IN_TRANSIT", **more)
    town.passes(days=5)
    assert str(town.market.ledger()[order.order_id].refunded) == ("4.00" if said else "5.00")


@pytest.mark.parametrize("status", ["IN_TRANSIT", "DELIVERED"])
@pytest.mark.parametrize("profile", ["us-2025-08", "uk-2026-04", "id-2025-11", "th-2025-11", "vn-2026-01"])
def test_a_request_is_changed_only_into_what_the_order_s_status_has_reasons_for(profile: str, status: str) -> None:
    town = Town(profile)
    asked = town.request(town.order("40", plan="changes_the_request", status=status))
    town.passes(hours=3)
    open_to = town.shop.profile.reasons.offered("buyer", "RETURN_AND_REFUND", status)
    assert (town.view(asked).next_return_id is not None) is bool(open_to)


def test_the_operator_grants_half_where_the_plan_says_so(town: Town) -> None:
    order = town.market.place_order(lines=[OrderLine("MUG", 1, Decimal("20.01"))], plan="is_granted_half")
    return_id = town.market.request_return(order.order_id, return_type="REFUND").return_id
    town.shop.reject_return(return_id, "REJECT_REFUND", REFUND_REASON)
    town.passes(days=5)
    assert str(town.view(return_id).refunded) == "10.00"


@pytest.mark.parametrize("plan", ["buys_at_a_discount", "gets_a_gift", "gets_several_parcels"])
def test_a_plan_says_what_is_bought_where_nobody_says_otherwise(town: Town, plan: str) -> None:
    sold = [OrderLine("MUG", 2, Decimal("20.00")), OrderLine("RUG", 1, Decimal("10.00"))]
    planned = town.shop.order(town.market.place_order(lines=sold, plan=plan, shipping_fee=Decimal(4)).order_id)
    parcels = {line.package_id for line in planned.lines}
    told = town.shop.order(town.market.place_order(lines=sold, plan=plan, discounts=Discounts(Decimal(1))).order_id)
    seen = planned.total, told.total, len(planned.lines), len(parcels)
    assert (
        seen
        == {
            "buys_at_a_discount": (Decimal("42.50"), Decimal("49.00"), 3, 1),
            "gets_a_gift": (Decimal("54.00"), Decimal("49.00"), 4, 1),
            "gets_several_parcels": (Decimal("54.00"), Decimal("49.00"), 3, 2),
        }[plan]
    )
    assert len(town.market.place_order(plan=plan).line_items) == (1 if plan == "buys_at_a_discount" else 2)


@pytest.mark.parametrize("status", ["ON_HOLD", "AWAITING_SHIPMENT", "AWAITING_COLLECTION", "IN_TRANSIT", "DELIVERED"])
def test_who_takes_one_field_of_an_order_for_another_is_seen(town: Town, status: str) -> None:
    order = town.shop.order(town.order(status=status).order_id)
    assert order.paid_at is not None
    assert order.created_at < order.paid_at
    (line,) = order.lines
    assert len({line.seller_sku, line.product_name, line.sku_name}) == 3
