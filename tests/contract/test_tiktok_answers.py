"""What the fake's answers always carry is what the contract requires, object by object, and what else they carry when.

Each field that the platform's own tables have is required by the contract, or has its hour (`AT_TIMES`), or is never
sent, for a reason (`NOT_HERE`). The town walked here brings each object into
states in which everything that may be missing is missing, and in which all that has its hour is there.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from connector.adapters.tiktok import wire
from mock_tiktok import Discounts, Marketplace, OrderLine
from mock_tiktok.domain.words import OrderStatus
from mock_tiktok.open_api import order_responses
from tests.clock import HandClock
from tests.contract.test_tiktok_contract import document, operations
from tests.unit.mock_tiktok.town import REFUND_REASON, SELLER_REASON, pass_time
from tests.unit.mock_tiktok_http.client import Client

__all__ = ["document"]

RR = "/return_refund/202309"
OUT_OF_STOCK = "seller_cancel_reason_out_of_stock"
LINES = [OrderLine("MUG", 2, Decimal("19.99")), OrderLine("GIFT", 1, Decimal("0.00"))]
# Always sent here, and yet not promised: field lists of two live shops lack a sum (CAP), the platform's sample a flag.
NOT_PROMISED = {
    (f"{name}{version}", field)
    for name, field in (
        ("Cancellation", "refund_amount"),
        ("CancelLineItem", "refund_amount"),
        ("Cancellation", "should_replenish_stock"),
    )
    for version in ("", "202602")
}
# On some objects only: what has not happened, was not asked for or concerns goods where none go back is left out.
AT_TIMES = {
    "Order": (
        "cancel_order_sla_time cancel_reason cancel_time cancellation_initiator collection_time delivery_time "
        "paid_time payment_method_name replaced_order_id request_cancel_time rts_time shipping_provider "
        "shipping_provider_id tracking_number"
    ),
    "OrderLineItem": (
        "cancel_reason cancel_user retail_delivery_fee rts_time shipping_provider_id shipping_provider_name "
        "tracking_number"
    ),
    "Payment": "retail_delivery_fee",
    "RefundAmount": "retail_delivery_fee",
    "Return": (
        "arbitration_status buyer_rejected_partial_refund can_buyer_keep_item handover_method is_quick_refund "
        "next_return_id partial_refund pre_return_id return_method return_provider_id return_provider_name "
        "return_shipping_document_type return_tracking_number return_warehouse_address seller_next_action_response "
        "seller_proposed_return_type shipment_type"
    ),
    "Cancellation": "refund_amount seller_next_action_response should_replenish_stock",
    "CancelLineItem": "refund_amount",
    "ReturnRecord": "images",
    "DecisionEligibility": "available_reject_reasons ineligible_code ineligible_reason",
    "LineItemEligibility": "ineligible_code ineligible_reason",
    "LineItemEligibility202512": "available_reason_names ineligible_code ineligible_reason",
    "LineItemEligibility202602": "available_reason_names ineligible_code ineligible_reason",
}
# What the platform's own field tables have and is never sent, and why.
NOT_HERE = {
    "Order": {
        "exchanges are not modelled: whoever wants other goods returns and buys": "exchange_source_order_id",
        "of Brazil, Japan, Tokopedia or pharmacies, which are no markets here": (
            "channel_entity_national_registry_id consultation_id cpf cpf_name need_upload_invoice"
        ),
        "nobody here writes such words, or has such a face": "buyer_avatar buyer_message buyer_nickname seller_note",
        "programmes, with hours of their own that no source has": (
            "auto_combine_group_id delivery_option_required_delivery_time fast_delivery_program fast_dispatch_sla_time "
            "fulfillment_priority_level order_rights pick_up_cut_off_time recommended_shipping_time"
        ),
        "goods that are made or released later": "handling_duration release_date",
        "parcels are as they were ordered": "split_or_combine_tag",
        "how exactly somebody pays is the platform's": "payment_auth_code payment_card_type payment_method_code",
    },
    "OrderLineItem": {
        "bundles, boxes opened on air and goods with rules of their own": (
            "combined_listing_skus is_dangerous_good is_unboxing_item needs_prescription unboxing_sku_code"
        ),
        "goods that are made or released later": "handling_duration_days",
        "fees that no source has in a refund": "distance_fee distance_shipping_fee pfand_fee small_order_fee",
        "of gifts, in the newest version; no source says what it is beside the list price": "gift_retail_price",
        "a shop of another market": "buyer_service_fee",
    },
    "Payment": {
        "fees that no source has in a refund": (
            "distance_fee distance_shipping_fee handling_fee item_insurance_fee item_insurance_tax "
            "payment_discount_service_fee payment_platform_discount shipping_fee_cofunded_discount "
            "shipping_insurance_fee small_order_fee"
        ),
        "a shop of another market": "buyer_service_fee",
    },
    "RecipientAddress": {
        "the buyer's wishes": "delivery_preferences",
        "of Japan and the UK's post": "first_name_local_script last_name_local_script post_town",
    },
    "RecipientAddress.district_info[]": {"of markets that have such codes": "iso_code"},
    "RefundAmount": {"a shop of another market": "buyer_service_fee"},
    "ReturnRecord": {"buyers here show pictures": "videos"},
    "OrderLine": {"bundles": "sub_order_line_item_id"},
    "ReturnLineItem202602": {"bundles": "return_sub_line_items"},
    "CancelLineItem202602": {"bundles": "cancel_sub_line_items"},
}


def walked(market: Marketplace, clock: HandClock) -> dict[str, list[str]]:
    """Bring orders, returns and cancellations into different states; return the ids to ask about."""
    shop = market.shop(market.shops[0].shop_id)

    def bought(**more: Any) -> Any:
        more = {"shipping_fee": Decimal(5), "tax": Decimal("1.60"), "shipping_fee_tax": Decimal("0.20"), **more}
        return market.place_order(lines=LINES, **more)

    def asked(kind: str, **more: Any) -> str:
        return market.request_return(bought().order_id, return_type=kind, **more).return_id

    for status in OrderStatus:
        if status not in ("CANCELLED", "PARTIALLY_SHIPPING"):  # which are come to, and not begun with
            bought(status=status)
    waiting, partly, gone = (bought(status="AWAITING_SHIPMENT") for _ in range(3))
    cancellation = market.request_cancellation(waiting.order_id).cancel_id
    shop.cancel_order(partly.order_id, OUT_OF_STOCK, line_item_ids=[partly.line_items[0].id])
    shop.cancel_order(gone.order_id, OUT_OF_STOCK)
    open_, kept, paid, declined = (asked("REFUND") for _ in range(4))
    replaced, refused, gift = asked("REPLACEMENT"), asked("REFUND"), asked("REFUND")
    shop.approve_return(kept, "OFFER_PARTIAL_REFUND", partial_refund=(Decimal(5), "USD"))
    shop.approve_return(paid, "APPROVE_REFUND")
    shop.approve_return(replaced, "APPROVE_REPLACEMENT")
    shop.approve_return(declined, "OFFER_PARTIAL_REFUND", partial_refund=(Decimal(5), "USD"))
    market.decline_offer(declined)
    shop.approve_return(gift, "OFFER_PARTIAL_REFUND", partial_refund=(Decimal(5), "USD"))
    market.accept_offer(gift)
    shop.reject_return(refused, "REJECT_REFUND", REFUND_REASON, "Send a photo")
    market.dispute(refused)
    shop.create_return(bought().order_id, "REFUND", SELLER_REASON)
    sent = asked("RETURN_AND_REFUND", evidence=("https://example.com/a.jpg",))
    asked("RETURN_AND_REFUND", quick_refund=True)
    pass_time(market, clock, clock.at + timedelta(minutes=10))
    market.ship_return(sent)
    first = asked("RETURN_AND_REFUND")
    changed = market.change_return(first, return_type="REFUND").return_id
    orders = [order.id for order in shop.store.orders]
    charged = bought(fee=Decimal("0.29")).order_id
    market.request_return(charged, return_type="REFUND")
    returns = [open_, kept, paid, declined, replaced, refused, gift, sent, first, changed]
    return {"orders": orders, "returns": returns, "cancellations": [cancellation]}


def answers(client: Client, ids: dict[str, list[str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the path template of every call that answers with more than an id, and the `data` it gives."""
    for version in ("202309", "202602"):
        for kind in ("returns", "cancellations"):
            path = f"/return_refund/{version}/{kind}/search"
            yield path, client.data("POST", path, {"page_size": "50"})
            yield path, client.data("POST", path, None, {"create_time_lt": 1})
        path = f"/return_refund/{version}/refunds/calculate"
        yield path, client.data("POST", path, None, {"order_id": ids["orders"][5], "request_type": "REFUND"})
    for version in ("202309", "202507"):
        path = f"/order/{version}/orders"
        yield path, client.data("GET", path, {"ids": ",".join(ids["orders"])})
    path = "/order/202309/orders/search"
    yield path, client.data("POST", path, {"page_size": "100"})
    yield path, client.data("POST", path, {"page_size": "1"}, {"create_time_lt": 1})
    for which in ids["returns"]:
        yield f"{RR}/returns/{{return_id}}/records", client.data("GET", f"{RR}/returns/{which}/records")
    for which in ids["returns"] + ids["cancellations"]:
        yield f"{RR}/reject_reasons", client.data("GET", f"{RR}/reject_reasons", {"return_or_cancel_id": which})
        path = "/return_refund/202601/decision_eligibility"
        yield path, client.data("GET", path, {"return_or_cancel_id": which})
    for version in ("202309", "202512", "202602"):
        for order_id in ids["orders"]:
            path = f"/return_refund/{version}/orders/%s/aftersale_eligibility"
            yield path % "{order_id}", client.data("GET", path % order_id)


def answer_of(document: dict[str, Any], path: str) -> Any:
    """Return the schema of what a call's success carries."""
    (operation,) = (operation for known, _, operation in operations(document) if known == path)
    name = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return document["components"]["schemas"][name]["then"]["properties"]["data"]


def objects(document: dict[str, Any], schema: Any, value: Any, name: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield each object of an answer with its schema and the name that schema has in the contract."""
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"][name]
    if isinstance(value, list):
        for one in value:
            yield from objects(document, schema["items"], one, f"{name}[]")
    elif isinstance(value, dict):
        yield name, schema, value
        for field, inner in value.items():
            yield from objects(document, schema["properties"][field], inner, f"{name}.{field}")


class Seen(NamedTuple):
    """Of the objects of one kind: the fields there are, those that are promised, and all that came."""

    known: set[str]
    required: set[str]
    values: list[dict[str, Any]]


@pytest.fixture(scope="module")
def seen(document: dict[str, Any]) -> dict[str, Seen]:
    """Return by the schema's name what it is, and all objects that the fake has answered with."""
    clock = HandClock()
    market = Marketplace(clock=clock, seed=1)
    client = Client(market, market.add_shop(), clock)
    found: dict[str, Seen] = {}
    for path, data in answers(client, walked(market, clock)):
        for name, schema, value in objects(document, answer_of(document, path), data, path):
            kind = found.setdefault(name, Seen(set(schema["properties"]), set(schema.get("required", ())), []))
            kind.values.append(value)
    return found


def test_what_is_always_sent_is_what_the_contract_requires(seen: dict[str, Seen]) -> None:
    always = {name: set.intersection(*map(set, one.values)) for name, one in seen.items()}
    assert {
        (name, field) for name, fields in always.items() for field in fields ^ seen[name].required
    } - NOT_PROMISED == set()


def test_each_field_there_is_is_required_has_its_hour_or_is_not_here_for_a_reason(seen: dict[str, Seen]) -> None:
    for name, one in seen.items():
        if name.startswith("/"):
            continue  # a page, whose list is left out where it is empty
        sent = set[str]().union(*one.values)
        first = name.removesuffix("202602").removesuffix("202512")
        at_times = set(AT_TIMES.get(name, AT_TIMES.get(first, "")).split())
        assert (sent - one.required) == at_times, name
        left_out = " ".join({**NOT_HERE.get(first, {}), **NOT_HERE.get(name, {})}.values()).split()
        assert one.known - sent == set(left_out), name


def test_a_return_has_all_its_sums_zeros_included_and_a_mark_only_where_it_is_true(
    seen: dict[str, Seen],
) -> None:
    returns = seen["Return"].values
    zeros = {"product_seller_discount", "product_platform_discount"}
    zeros |= {"shipping_fee_seller_discount", "shipping_fee_platform_discount"}
    seller, *others = (f"{who}_paid_return_shipping_fee" for who in ("seller", "platform", "buyer"))
    for item in returns:
        assert item["discount_amount"] == [{"currency": "USD", **dict.fromkeys(zeros, "0")}]
        cost = "7.99" if "return_shipping_document_type" in item else "0"
        assert item["shipping_fee_amount"] == [{"currency": "USD", seller: cost, **dict.fromkeys(others, "0")}]
        assert not [mark for mark in ("can_buyer_keep_item", "is_quick_refund") if item.get(mark) is False]
    sent_back = {"return_warehouse_address" in item for item in returns if item["return_type"] == "RETURN_AND_REFUND"}
    assert sent_back == {True}
    cancelled = [line for line in seen["OrderLineItem"].values if line["display_status"] == "CANCELLED"]
    assert {(line["cancel_user"], line["cancel_reason"]) for line in cancelled} == {("SELLER", "Out of stock")}


def test_what_was_given_is_off_the_prices_once() -> None:
    market = Marketplace(clock=HandClock(), seed=1)
    shop = market.shop(market.add_shop().shop_id)
    given = Discounts(*map(Decimal, ("6.00", "4.00", "0.50", "1.50")))
    bought = [OrderLine("RUG", 1, Decimal("70.00")), OrderLine("MUG", 3, Decimal("10.00")), OrderLine("BAG", gift=True)]
    made = market.place_order(lines=bought, shipping_fee=Decimal("5.00"), tax=Decimal("3.10"), discounts=given)
    order = order_responses.order(shop.order(made.order_id))
    payment, lines, bag = order["payment"], order["line_items"], order["line_items"][-1]
    of_sums = ("sub", "total", "sh", "seller", "platform")
    assert {name: payment[name] for name in payment if name.startswith(of_sums)} == {
        "sub_total": "90", "shipping_fee": "3", "shipping_fee_tax": "0", "total_amount": "96.1",
        "seller_discount": "25.99", "platform_discount": "4", "shipping_fee_seller_discount": "0.5",
        "shipping_fee_platform_discount": "1.5",
    }  # fmt: skip
    assert (bag["is_gift"], bag["sale_price"], bag["seller_discount"]) == (True, "0", bag["original_price"])
    for line in lines:
        off = Decimal(line["seller_discount"]) + Decimal(line["platform_discount"])
        assert Decimal(line["sale_price"]) == Decimal(line["original_price"]) - off
    assert sum(Decimal(line["sale_price"]) for line in lines) == 90
    # prices, tax and shipping are the total: an OMS would take off a second time what it is told beside them
    less = wire.order({**order, "payment": {**payment, "total_amount": "95"}})
    assert [wire.order(order).discount, less.discount] == [Decimal(0), Decimal("1.1")]
