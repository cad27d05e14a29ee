"""What differs from market to market: the reasons by their exact keys, tax and coins, and what is decided by itself."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.domain.reasons import MARKETS
from mock_tiktok import OrderLine
from mock_tiktok.errors import BadValue
from mock_tiktok.policy import profile
from tests.refused import refused
from tests.unit.mock_tiktok.town import Town

REFUND, RETURN = "ecom_order_delivered_refund_reason_", "ecom_order_delivered_refund_and_return_reason_"
BASE = "damaged not_received not_match missing_product defective wrong_product missed_delivery_date"
BRITISH = (
    "suspected_counterfeit does_not_suit_me multiple_sizes_ordered quality_or_style_not_as_expected "
    "item_is_too_big/long item_is_too_small/short ordered_incorrect_size unauthorised_purchase "
    "product_is_expired/spoiled product_not_frozen_on_arrival"
)
AT_FAULT = "damaged not_match_description missing_product defective wrong_product"
SELLER = "not_match_description missing_product not_received damaged wrong_product missed_delivery_date"
AMERICAN = (
    "no_need not_match_description missing_product defective wrong_product damaged",
    "item_doesn't_fit shipping_box_damaged,_but_item_is_ok item_arrived_too_late "
    "fabric,_material_or_style_not_as_expected color_or_pattern_not_as_expected",
)


def keys(before: str, endings: str, after: str = "") -> set[str]:
    return {f"{before}{ending}{after}" for ending in endings.split()}


# What the pages of reasons say (S19), and of Vietnam what was met on live cases (S62).
SAID = [
    ("us-2025-08", "buyer", "REFUND", keys(REFUND, "damaged not_received missing_product defective "
     "missing_broken_parts not_match_description wrong_product_1")),
    ("us-2025-08", "buyer", "RETURN_AND_REFUND",
     keys(RETURN, AMERICAN[0]) | keys("buyer_return_and_refund_", AMERICAN[1])),
    ("us-2025-08", "seller", "REFUND", keys(REFUND, SELLER, "_seller") | {"seller_shipped_refund_package_lost",
     "seller_shipped_refund_package_delivery_failed"}),
    ("uk-2026-04", "buyer", "REFUND", keys(REFUND, f"{BASE} other", "_uk") | keys("buyer_refund_", BRITISH)),
    ("uk-2026-04", "buyer", "RETURN_AND_REFUND", keys(RETURN, "no_need damaged defective wrong_product not_match "
     "missing_product", "_uk") | keys("buyer_return_and_refund_", BRITISH)),
    ("uk-2026-04", "seller", "REFUND", keys(REFUND, SELLER, "_seller_uk") | {"seller_package_lost_uk"}),
    ("id-2025-11", "buyer", "REFUND", keys(REFUND, f"{BASE} other") | {"buyer_refund_suspected_counterfeit"}),
    ("id-2025-11", "buyer", "RETURN_AND_REFUND",
     keys(RETURN, AT_FAULT) | {"buyer_return_and_refund_suspected_counterfeit"}),
    ("id-2025-11", "seller", "REFUND", {f"{REFUND}missing_product_seller"}),
    ("th-2025-11", "buyer", "REFUND", keys(REFUND, f"{BASE} other") | {"buyer_refund_suspected_counterfeit"}),
    ("th-2025-11", "buyer", "RETURN_AND_REFUND",
     keys(RETURN, f"{AT_FAULT} no_need other") | {"buyer_return_and_refund_suspected_counterfeit"}),
    ("th-2025-11", "seller", "REFUND", set[str]()),
    ("vn-2026-01", "buyer", "REFUND", keys(REFUND, BASE) | {"buyer_refund_suspected_counterfeit"}),
    ("vn-2026-01", "buyer", "RETURN_AND_REFUND",
     keys(RETURN, f"{AT_FAULT} no_longer_needed_new") | {"buyer_return_and_refund_suspected_counterfeit"}),
    ("vn-2026-01", "seller", "REFUND", keys(REFUND, SELLER, "_seller")),
]  # fmt: skip
CANCELLATION = {"UNPAID": "unpaid", "ON_HOLD": "to_ship", "AWAITING_SHIPMENT": "to_ship"}
FIRST = {"uk-2026-04": "12345", "id-2025-11": "12345", "th-2025-11": "1345", "vn-2026-01": "12345"}


@pytest.mark.parametrize(("name", "who", "kind", "said"), SAID)
def test_a_market_offers_the_reasons_that_its_pages_list(name: str, who: str, kind: str, said: set[str]) -> None:
    assert {reason.name for reason in profile.load(name).reasons.offered(who, kind, "DELIVERED")} == said


@pytest.mark.parametrize("name", profile.names())
def test_who_has_not_paid_calls_an_order_off_for_other_reasons_than_who_has(name: str) -> None:
    offered = profile.load(name).reasons.offered
    for status, stage in CANCELLATION.items():
        (prefix,) = {reason.name.partition("canceled_reason_")[0] for reason in offered("buyer", "CANCEL", status)}
        assert prefix == f"ecom_order_{stage}_"


@pytest.mark.parametrize("name", FIRST)
@pytest.mark.parametrize("kind", ["REFUND", "RETURN_AND_REFUND"])
def test_a_no_to_a_request_has_the_numbers_of_its_market(name: str, kind: str) -> None:
    offered = {reason.name for reason in profile.load(name).reasons.offered("reject", kind)}
    after = "_uk" if name.startswith("uk") else ""
    numbered = {key for key in offered if key.startswith("reverse_reject_request_reason_")}
    assert numbered == {f"reverse_reject_request_reason_{number}{after}" for number in FIRST[name]}
    assert {key for key in offered - numbered if key.startswith("seller_reject_apply_")} == offered - numbered
    assert len(offered - numbered) == 5  # the choice among the US ones is the same in each


def test_one_market_is_unknown_to_the_connector() -> None:
    assert {profile.load(name).market for name in profile.names()} - MARKETS.keys() == {"BR"}


@pytest.mark.parametrize("name", [name for name in profile.names() if profile.load(name).market in MARKETS])
def test_every_default_of_the_connector_is_a_reason_that_the_market_offers_the_seller(name: str) -> None:
    market, ours = profile.load(name), MARKETS[profile.load(name).market]

    def offered(who: str, kind: str) -> set[str | None]:
        return {reason.name for reason in market.reasons.offered(who, kind)} | {None}

    assert {ours.refund_delivered, ours.refund_in_transit, *ours.refund.values()} <= offered("seller", "REFUND")
    assert bool(market.eligible["SELLER"]["REFUND"]) == bool(ours.refund_delivered)
    assert {ours.cancel, *ours.cancellation.values()} <= offered("seller", "CANCEL")
    assert ours.reject_request in offered("reject", "REFUND")
    assert ours.reject_cancellation in offered("reject", "CANCEL")
    assert set(ours.reject_goods.values()) <= offered("reject", "PARCEL")


def asked(town: Town, price: str, **asks: Any) -> Any:
    line = OrderLine("LAMP", 1, Decimal(price))
    status = asks.pop("status", "DELIVERED")
    order = town.market.place_order(lines=[line], tax=asks.pop("tax", Decimal(0)), status=status)
    item = town.market.request_return(order.order_id, **asks)
    town.passes(minutes=10)
    return town.shop.get_return(item.return_id)


def test_in_vietnam_the_tax_is_in_the_subtotal_and_in_the_united_states_beside_it() -> None:
    parts = [
        (item.amount.total, item.amount.subtotal, item.amount.tax)
        for name, price, tax in (("vn-2026-01", "445165", "44516"), ("us-2025-08", "60.79", "4.80"))
        for item in [asked(Town(name), price, tax=Decimal(tax), return_type="REFUND")]
    ]
    dong, dollars = [tuple(map(Decimal, row)) for row in (("489681", "489681", "44516"), ("65.59", "60.79", "4.80"))]
    assert parts == [dong, dollars]


@pytest.mark.parametrize(
    ("name", "price", "reason", "paid"),
    [
        ("us-2025-08", "10.00", "defective", None),  # the rule is of 2026
        ("us-2026-03", "10.00", "defective", "10.00"),
        ("us-2026-03", "10.01", "defective", None),
        ("us-2026-03-partial-by-rule", "10.00", "defective", "10.00"),  # what needs no return goes first
        ("us-2026-03-partial-by-rule", "10.01", "defective", "5.00"),  # 30 % are 3.00: the least is 5 USD
        ("us-2026-03-partial-by-rule", "33.33", "wrong_product", "9.99"),  # rounded down
        ("us-2026-03-partial-by-rule", "100.00", "damaged", "30.00"),
        ("us-2026-03-partial-by-rule", "100.01", "damaged", None),
        ("us-2026-03-partial-by-rule", "60.00", "no_need", None),
        ("uk-2026-04", "5.00", "defective_uk", None),
    ],
)
def test_what_costs_little_or_is_at_fault_is_paid_without_a_return(
    name: str, price: str, reason: str, paid: str | None
) -> None:
    item = asked(Town(name), price, return_type="RETURN_AND_REFUND", reason=f"{RETURN}{reason}")
    assert item.buyer_keeps_item == (paid is not None)
    assert (item.status == "RETURN_OR_REFUND_REQUEST_COMPLETE") == (paid is not None)
    assert item.amount.total == Decimal(paid or price)


@pytest.mark.parametrize(
    ("reason", "status", "hours"),
    [("damaged", "DELIVERED", None), ("not_received", "DELIVERED", 0), (None, "AWAITING_COLLECTION", 24)],
)
def test_since_september_2026_who_answers_a_refund_hangs_on_what_it_is_about(
    reason: str | None, status: str, hours: int | None
) -> None:
    key = reason and f"{REFUND}{reason}"
    item = asked(Town("us-2026-09"), "39.98", return_type="REFUND", reason=key, status=status)
    if hours == 0:
        assert item.status == "RETURN_OR_REFUND_REQUEST_COMPLETE"
        return
    assert item.deadline is not None
    given = (item.deadline.due - item.created_at).total_seconds() / 3600
    assert given == hours if hours else given > 24


def test_a_quick_refund_is_for_buyers_of_markets_that_have_it() -> None:
    kind = "RETURN_AND_REFUND"
    assert asked(Town("th-2025-11"), "39.98", return_type=kind, quick_refund=True).is_quick_refund
    market = Town("uk-2026-04").market
    order_id = market.place_order(plan="gets_quick_refunds").order_id
    refusal = refused(BadValue, market.request_return, order_id, return_type=kind, quick_refund=True)
    assert (refusal.field, refusal.message) == ("quick_refund", "is not for buyers of this market")
    assert not market.request_return(order_id, return_type=kind).is_quick_refund


@pytest.mark.parametrize(
    ("ordered", "end"),
    [
        ("2031-11-11T12:00", "2031-12-14T12:00"),
        ("2031-11-12T12:00", "2032-02-11T05:00"),  # the day after 10 February begins in New York
        ("2032-01-20T12:00", "2032-02-22T12:00"),
    ],
)
def test_what_is_ordered_for_the_holidays_may_come_back_until_february(ordered: str, end: str) -> None:
    bought = datetime.fromisoformat(f"{ordered}+00:00")
    market = profile.load("us-2026-03")
    assert market.window_end(bought, market.due("courier.return_transit", bought)) == datetime.fromisoformat(
        f"{end}+00:00"
    )
