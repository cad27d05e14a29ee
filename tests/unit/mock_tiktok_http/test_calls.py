"""Every call of the Open API, from a buyer's order to the money back; each response is held to the contract."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mock_tiktok import Marketplace, OrderLine
from tests.clock import START, HandClock
from tests.unit.mock_tiktok.town import pass_time
from tests.unit.mock_tiktok_http.client import SEARCH, Client

RR = "/return_refund/202309"
NOT_DESCRIBED = "ecom_order_delivered_refund_reason_not_match_description"
SELLER_NOT_DESCRIBED = "ecom_order_delivered_refund_reason_not_match_description_seller"
SELLER_RETURN = "seller_ecom_delivered_return_refund_reason1"
UNCLEAR = "reverse_reject_refund_request_unclear_evidence"


def two_mugs(market: Marketplace, **given: Any) -> Any:
    lines = [OrderLine("MUG", 2, Decimal("19.99"))]
    return market.place_order(lines=lines, shipping_fee=Decimal("5.00"), tax=Decimal("1.60"), **given)


def asked_for_money(market: Marketplace) -> Any:
    order = two_mugs(market)
    return market.request_return(order.order_id, return_type="REFUND", reason=NOT_DESCRIBED)


def a_refund(order_id: str, **more: Any) -> dict[str, Any]:
    return {"order_id": order_id, "return_type": "REFUND", "return_reason": SELLER_NOT_DESCRIBED, **more}


def the_orders(client: Client, ids: str) -> list[dict[str, Any]]:
    return list(client.data("GET", "/order/202309/orders", {"ids": ids})["orders"])


def the_return(client: Client, return_id: str) -> dict[str, Any]:
    found = client.data("POST", SEARCH, None, {"return_ids": [return_id]})["return_orders"]
    assert len(found) == 1
    return dict(found[0])


def test_the_shop_is_found_by_its_token(client: Client) -> None:
    (shop,) = client.data("GET", "/authorization/202309/shops")["shops"]
    assert (shop["id"], shop["cipher"]) == (client.shop.shop_id, client.shop.shop_cipher)
    assert (shop["name"], shop["region"]) == ("Harbour Goods", "US")


def test_an_order_is_listed_and_read_with_one_line_per_unit(client: Client, market: Marketplace) -> None:
    order = two_mugs(market)
    listed = client.data("POST", "/order/202309/orders/search", {"page_size": "20"}, {"order_status": "DELIVERED"})
    assert listed["total_count"] == 1
    (read,) = the_orders(client, f"{order.order_id},1")
    assert read == listed["orders"][0]
    assert (read["id"], read["status"]) == (order.order_id, "DELIVERED")
    assert [line["seller_sku"] for line in read["line_items"]] == ["MUG", "MUG"]
    assert (read["payment"]["sub_total"], read["payment"]["total_amount"]) == ("39.98", "46.58")
    none = client.data("POST", "/order/202309/orders/search", {"page_size": "20"}, {"shipping_type": "SELLER"})
    assert none == {"total_count": 0, "next_page_token": ""}


def test_several_orders_may_be_asked_for_as_a_list_or_by_repeating_a_name(client: Client, market: Marketplace) -> None:
    ids = [two_mugs(market).order_id for _ in range(2)]
    path = "/order/202309/orders"
    assert [one["id"] for one in the_orders(client, ",".join(ids))] == ids
    signed = client.send("GET", path, {"ids": ",".join(ids)}).request.args.to_dict()
    del signed["ids"]
    pairs = [*signed.items(), *(("ids", one) for one in ids)]
    response = market.app.test_client().get(path, query_string=pairs, headers={"x-tts-access-token": client.token})
    assert response.json is not None
    assert [one["id"] for one in response.json["data"]["orders"]] == ids
    assert client.refusal("GET", path)[:2] == (400, 36009004)
    assert client.refusal("GET", path, {"ids": ",".join("1" * 51)})[:2] == (400, 36009004)


def test_a_refund_is_searched_read_approved_and_paid(client: Client, market: Marketplace, clock: HandClock) -> None:
    asked = asked_for_money(market)
    item = the_return(client, asked.return_id)
    assert item["return_status"] == "RETURN_OR_REFUND_REQUEST_PENDING"
    assert item["refund_amount"]["refund_total"] == "46.58"
    assert item["seller_next_action_response"] == [
        {"action": "SELLER_RESPOND_REFUND", "deadline": int((START + timedelta(hours=24)).timestamp())}
    ]
    assert len(item["return_line_items"]) == 2
    assert "arbitration_status" not in item
    assert client.data("POST", f"{RR}/returns/{asked.return_id}/approve", None, {"decision": "APPROVE_REFUND"}) == {}
    assert the_return(client, asked.return_id)["return_status"] == "RETURN_OR_REFUND_REQUEST_SUCCESS"
    pass_time(market, clock, START + timedelta(hours=1))
    paid = the_return(client, asked.return_id)
    assert paid["return_status"] == "RETURN_OR_REFUND_REQUEST_COMPLETE"
    assert "seller_next_action_response" not in paid
    events = client.data("GET", f"{RR}/returns/{asked.return_id}/records", {"locale": "en-US"})["records"]
    assert events[0]["role"] == "BUYER"
    assert "REFUND_SUCCESS" in [event["event"] for event in events]


@pytest.mark.parametrize("version", ["202309", "202602"])
def test_the_seller_refunds_one_unit(client: Client, market: Marketplace, version: str) -> None:
    order = two_mugs(market)
    line = order.line_items[0].id
    whole = {"order_line_item_id": line, "sub_order_line_item_id": ""}
    lines = {"order_line_list": [whole]} if version == "202602" else {}
    which = lines or {"order_line_item_ids": [line]}
    body = a_refund(order.order_id, refund_total="10.00", currency="USD", **which)
    created = client.data("POST", f"/return_refund/{version}/returns", None, body)
    assert created["return_status"] == "RETURN_OR_REFUND_REQUEST_SUCCESS"
    item = the_return(client, created["return_id"])
    assert (item["role"], item["refund_amount"]["refund_total"]) == ("SELLER", "10")
    assert [one["order_line_item_id"] for one in item["return_line_items"]] == [line]
    if lines:
        other = {**body, **lines, "order_line_item_ids": [order.line_items[1].id]}
        told = client.refusal("POST", f"/return_refund/{version}/returns", None, other)
        assert (told[1], "order_line_list are not about the units" in told[2]) == (25001001, True)
        part = {"order_line_list": [{**whole, "sub_order_line_item_id": "1"}]}
        told = client.refusal("POST", f"/return_refund/{version}/returns", None, {**body, **part})
        assert (told[1], "line items here are no bundles" in told[2]) == (25001001, True)
    too_much = {**body, "refund_total": "1000", **lines}
    assert client.refusal("POST", f"/return_refund/{version}/returns", None, too_much)[1] in (25005005, 25001011)


@pytest.mark.parametrize("version", ["202309", "202602"])
def test_a_refund_is_calculated_without_changing_anything(client: Client, market: Marketplace, version: str) -> None:
    order = two_mugs(market)
    sku = the_orders(client, order.order_id)[0]["line_items"][0]["sku_id"]
    question = {
        "order_id": order.order_id,
        "request_type": "REFUND",
        "reason_name": SELLER_NOT_DESCRIBED,
        "skus": [{"sku_id": sku, "quantity": 2}],
    }
    amount = client.data("POST", f"/return_refund/{version}/refunds/calculate", None, question)["order_refund_amount"]
    assert (amount["currency"], amount["refund_total"]) == ("USD", "46.58")
    assert client.data("POST", SEARCH)["total_count"] == 0


@pytest.mark.parametrize("version", ["202309", "202512", "202602"])
def test_what_can_be_claimed_is_in_the_fields_of_the_version(client: Client, market: Marketplace, version: str) -> None:
    order = two_mugs(market)
    path = f"/return_refund/{version}/orders/{order.order_id}/aftersale_eligibility"
    (sku,) = client.data("GET", path, {"initiate_aftersale_user": "SELLER"})["sku_eligibility"]
    by_type = {line["request_type"]: line for line in sku["line_item_eligibility"]}
    assert by_type["REFUND"]["eligible"]
    assert not by_type["CANCEL"]["eligible"]
    assert by_type["CANCEL"]["ineligible_code"]
    assert ("available_reason_names" in by_type["REFUND"]) is (version >= "202512")
    assert ("order_line_list" in by_type["REFUND"]) is (version >= "202602")


def test_which_decisions_a_case_takes_is_said_with_its_reject_reasons(client: Client, market: Marketplace) -> None:
    asked = asked_for_money(market)
    path = "/return_refund/202601/decision_eligibility"
    about = {"return_or_cancel_id": asked.return_id}
    some = {**about, "check_decisions": "APPROVE_REFUND,REJECT_REFUND,APPROVE_RETURN"}
    decisions = {one["decision"]: one for one in client.data("GET", path, some)["decisions"]}
    assert decisions["APPROVE_REFUND"] == {"decision": "APPROVE_REFUND", "eligible": True}
    assert UNCLEAR in [reason["name"] for reason in decisions["REJECT_REFUND"]["available_reject_reasons"]]
    assert decisions["APPROVE_RETURN"]["ineligible_code"] == 25020004
    assert len(client.data("GET", path, about)["decisions"]) == 12


def test_a_buyer_s_cancellation_is_searched_and_answered(client: Client, market: Marketplace) -> None:
    search = f"{RR}/cancellations/search"
    for verb, status in (("approve", "CANCELLATION_REQUEST_SUCCESS"), ("reject", "CANCELLATION_REQUEST_CANCELLED")):
        order = two_mugs(market, status="AWAITING_SHIPMENT")
        asked = market.request_cancellation(order.order_id)
        (item,) = client.data("POST", search, {"page_size": "1"}, {"cancel_ids": [asked.cancel_id]})["cancellations"]
        assert (item["cancel_status"], item["cancel_type"]) == ("CANCELLATION_REQUEST_PENDING", "BUYER_CANCEL")
        assert item["seller_next_action_response"][0]["action"] == "SELLER_RESPOND_CANCEL"
        (read,) = the_orders(client, order.order_id)
        assert read["is_buyer_request_cancel"]
        which = {"return_or_cancel_id": asked.cancel_id}
        reasons = client.data("GET", f"{RR}/reject_reasons", which)["reasons"]
        decided = client.data("GET", "/return_refund/202601/decision_eligibility", which)["decisions"]
        assert [one["decision"] for one in decided if one["eligible"]] == [
            "APPROVE_REQUEST_CANCEL",
            "REJECT_REQUEST_CANCEL",
        ]
        body = {"reject_reason": reasons[0]["name"]} if verb == "reject" else None
        assert client.data("POST", f"{RR}/cancellations/{asked.cancel_id}/{verb}", None, body) == {}
        (item,) = client.data("POST", search, None, {"cancel_ids": [asked.cancel_id]})["cancellations"]
        assert item["cancel_status"] == status
    either = {"cancel_status": ["CANCELLATION_REQUEST_CANCEL"]}
    assert client.data("POST", search, None, either)["total_count"] == 1


@pytest.mark.parametrize("version", ["202309", "202602"])
def test_the_seller_cancels_an_order(client: Client, market: Marketplace, version: str) -> None:
    order = two_mugs(market, status="AWAITING_SHIPMENT")
    body = {"order_id": order.order_id, "cancel_reason": "seller_cancel_reason_out_of_stock"}
    created = client.data("POST", f"/return_refund/{version}/cancellations", None, body)
    assert created["cancel_status"] == "CANCELLATION_REQUEST_SUCCESS"
    (item,) = client.data("POST", f"/return_refund/{version}/cancellations/search")["cancellations"]
    assert (item["cancel_id"], item["cancel_type"], item["role"]) == (created["cancel_id"], "CANCEL", "SELLER")
    assert item["refund_amount"]["refund_total"] == "46.58"


def test_pages_and_times_are_asked_for_over_the_wire(client: Client, market: Marketplace, clock: HandClock) -> None:
    ids = []
    for _ in range(12):
        ids.append(asked_for_money(market).return_id)
        clock.at += timedelta(seconds=7)
    query = {"page_size": "10", "sort_field": "create_time"}
    first = client.data("POST", SEARCH, query)
    ids.append(asked_for_money(market).return_id)
    second = client.data("POST", SEARCH, {**query, "page_token": first["next_page_token"]})
    assert [item["return_id"] for item in first["return_orders"] + second["return_orders"]] == ids
    assert second["next_page_token"] == ""
    newest = client.data("POST", SEARCH, {"sort_order": "DESC", "page_size": "50"})
    assert newest["return_orders"][-1]["return_id"] == ids[0]
    early = int((START + timedelta(seconds=14)).timestamp())
    assert client.data("POST", SEARCH, None, {"create_time_lt": early})["total_count"] == 2
    assert client.refusal("POST", SEARCH, {"page_token": "made up"})[:2] == (200, 25001001)


def test_orders_come_newest_first_unless_told_otherwise(client: Client, market: Marketplace, clock: HandClock) -> None:
    first = two_mugs(market, status="AWAITING_SHIPMENT")
    clock.at += timedelta(minutes=5)
    second = two_mugs(market, status="AWAITING_SHIPMENT")
    path = "/order/202309/orders/search"
    orders = client.data("POST", path, {"page_size": "20"})["orders"]
    assert [order["id"] for order in orders] == [second.order_id, first.order_id]
    orders = client.data("POST", path, {"page_size": "20", "sort_order": "ASC"})["orders"]
    assert [order["id"] for order in orders] == [first.order_id, second.order_id]


def test_a_key_gives_the_first_outcome_again(client: Client, market: Marketplace) -> None:
    asked = asked_for_money(market)
    path = f"{RR}/returns/{asked.return_id}/approve"
    body = {"decision": "APPROVE_REFUND"}
    assert client.refusal("POST", path, {"idempotency_key": "k1"}, {"decision": "YES"})[1] == 25001001
    first, again = (client.document("POST", path, {"idempotency_key": "k1"}, body) for _ in range(2))
    assert first["request_id"] != again["request_id"]
    assert {**first, "request_id": ""} == {**again, "request_id": ""}
    other = client.refusal("POST", path, {"idempotency_key": "k1"}, {"decision": "APPROVE_RETURN"})
    assert other[:2] == (200, 25001001)
    assert "idempotency_key" in other[2]
    assert client.refusal("POST", path, {"idempotency_key": "k2"}, body)[1] == 25020010
    for key in ("", "k" * 256):
        assert client.refusal("POST", path, {"idempotency_key": key}, body)[:2] == (400, 36009004)


def test_no_body_and_an_empty_one_are_the_same_to_a_key(client: Client, market: Marketplace) -> None:
    cancel_id = market.request_cancellation(two_mugs(market, status="AWAITING_SHIPMENT").order_id).cancel_id
    path = f"{RR}/cancellations/{cancel_id}/approve"
    for body in (None, b"{}", b" ", b"[]"):
        assert client.document("POST", path, {"idempotency_key": "k"}, body)["code"] == 0


def test_a_key_keeps_a_seller_s_refund_from_being_made_twice(client: Client, market: Marketplace) -> None:
    order = two_mugs(market)
    body = a_refund(order.order_id, order_line_item_ids=[order.line_items[0].id])
    made = {client.data("POST", f"{RR}/returns", {"idempotency_key": "a"}, body)["return_id"] for _ in range(3)}
    assert len(made) == 1
    assert client.data("POST", SEARCH)["total_count"] == 1


def test_what_is_another_shop_s_is_refused_by_its_code_and_not_found(
    client: Client, market: Marketplace, clock: HandClock
) -> None:
    asked = asked_for_money(market)
    cancel_id = market.request_cancellation(two_mugs(market, status="AWAITING_SHIPMENT").order_id).cancel_id
    stranger = Client(market, market.add_shop(name="Elsewhere"), clock)
    own = market.place_order(shop_id=stranger.shop.shop_id, lines=[OrderLine("MUG", 1, Decimal("5.00"))]).order_id
    theirs = asked.order_id
    case, reject = f"{RR}/returns/{asked.return_id}", {"reject_reason": UNCLEAR}
    either = "return or cancellation"
    for method, path, query, body, named in (
        ("GET", f"{case}/records", None, None, f"return {asked.return_id}"),
        ("POST", f"{case}/approve", None, {"decision": "APPROVE_REFUND"}, f"return {asked.return_id}"),
        ("POST", f"{case}/reject", None, {"decision": "REJECT_REFUND", **reject}, f"return {asked.return_id}"),
        ("POST", f"{RR}/returns", None, a_refund(theirs), f"order {theirs}"),
        ("GET", f"{RR}/reject_reasons", {"return_or_cancel_id": cancel_id}, None, f"{either} {cancel_id}"),
        (
            "GET",
            "/return_refund/202601/decision_eligibility",
            {"return_or_cancel_id": asked.return_id},
            None,
            f"{either} {asked.return_id}",
        ),
        ("GET", f"{RR}/orders/{theirs}/aftersale_eligibility", None, None, f"order {theirs}"),
        ("POST", f"{RR}/refunds/calculate", None, {"order_id": theirs, "request_type": "REFUND"}, f"order {theirs}"),
        ("GET", f"/order/202407/orders/{theirs}/price_detail", None, None, f"order {theirs}"),
        ("POST", f"{RR}/cancellations", None, {"order_id": theirs, "cancel_reason": "made_up"}, f"order {theirs}"),
        ("POST", f"{RR}/cancellations/{cancel_id}/approve", None, None, f"cancellation {cancel_id}"),
        ("POST", f"{RR}/cancellations/{cancel_id}/reject", None, reject, f"cancellation {cancel_id}"),
    ):
        said = stranger.refusal(method, path, query, body)
        assert said == (200, 25020005, f"No permission for {named}"), path
    for version in ("202309", "202507"):
        for ids in (theirs, f"{own},{theirs}", f"1,{theirs}"):  # one of them is enough
            refused = stranger.refusal("GET", f"/order/{version}/orders", {"ids": ids})
            assert refused[:2] == (200, 21008111)
            assert theirs in refused[2]
    assert [one["id"] for one in the_orders(stranger, f"{own},1")] == [own]
    for name, ids in (("return_ids", asked.return_id), ("order_ids", theirs)):
        assert stranger.data("POST", SEARCH, None, {name: [ids]})["total_count"] == 0


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def test_null_is_left_out_at_any_depth_and_missing_where_it_is_needed(client: Client, market: Marketplace) -> None:
    order, asked = two_mugs(market), asked_for_money(market)
    sku = {"sku_id": None, "quantity": 1}
    refund = a_refund(order.order_id)
    ways = {"refund_total": None, "currency": None, "skus": None, "shipment_type": None, "handover_method": None}
    picture = {"image_id": None, "mime_type": None, "width": None}
    filters = dict.fromkeys(("return_ids", "order_ids", "return_status", "create_time_ge", "update_time_lt", "locale"))
    case = f"{RR}/returns/{asked.return_id}"
    for path, body, missing in (
        (SEARCH, filters, None),
        ("/order/202309/orders/search?page_size=10", {"order_status": None, "shipping_type": None}, None),
        (f"{RR}/cancellations/search", {"cancel_status": None, "update_time_ge": None}, None),
        (f"{RR}/returns", {**refund, "return_reason": None}, "return_reason"),
        (f"{RR}/returns", {**refund, "skus": [sku]}, "skus.sku_id"),
        (f"{RR}/refunds/calculate", {"order_id": order.order_id, "request_type": None}, "request_type"),
        (f"{RR}/refunds/calculate", {"order_id": order.order_id, "request_type": "REFUND", "skus": None}, None),
        (f"{RR}/returns", {**refund, **ways, "order_line_item_ids": None}, None),
        (f"{RR}/cancellations", {"order_id": None, "cancel_reason": "x"}, "order_id"),
        (f"{case}/approve", {"decision": None}, "decision"),
        (
            f"{case}/approve",
            {"decision": "OFFER_PARTIAL_REFUND", "partial_refund": {"currency": None, "amount": "1"}},
            "partial_refund.currency",
        ),
        (f"{case}/reject", {"decision": "REJECT_REFUND", "reject_reason": None}, "reject_reason"),
        (
            f"{case}/reject",
            {"decision": "REJECT_REFUND", "reject_reason": UNCLEAR, "comment": None, "images": [picture]},
            "images.image_id",
        ),
    ):
        path, _, query = path.partition("?")
        asked_with = dict([query.split("=")]) if query else None
        if missing:
            words = f"param body.{missing} is missing"
            assert client.refusal("POST", path, asked_with, body) == (400, 36009004, words)
            assert client.refusal("POST", path, asked_with, without_nulls(body)) == (400, 36009004, words)
        else:
            client.data("POST", path, asked_with, body)
    for body in ({"return_ids": [None]}, {"color": None}):
        assert client.refusal("POST", SEARCH, None, body)[:2] == (400, 36009004)
    assert client.refusal("POST", f"{RR}/returns", None, {"skus": [None]})[:2] == (400, 36009004)


@pytest.mark.parametrize("version", ["202309", "202602"])
@pytest.mark.parametrize("handover", ["PICKUP", "DROP_OFF"])
def test_a_buyer_who_sends_it_their_own_way_has_no_handover(
    client: Client, market: Marketplace, version: str, handover: str
) -> None:
    order_id = two_mugs(market).order_id
    ways = {"order_id": order_id, "shipment_type": "BUYER_ARRANGE", "handover_method": handover}
    new = {**ways, "return_type": "RETURN_AND_REFUND", "return_reason": SELLER_RETURN}
    asked = {**ways, "request_type": "RETURN_AND_REFUND"}
    for path, body in (("returns", new), ("refunds/calculate", asked)):
        refused = client.refusal("POST", f"/return_refund/{version}/{path}", None, body)
        assert refused[:2] == (200, 25001001)
        assert "handover_method" in refused[2]
        client.data("POST", f"/return_refund/{version}/{path}", None, {**body, "shipment_type": "PLATFORM"})
