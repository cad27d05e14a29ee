"""What an OMS decides: accepted with 204 and nothing in it, or refused with 400, named, and nothing changed."""

import json
from typing import Any

import pytest

from tests.unit.connector_api.oms_client import OmsClient


def test_the_two_sets_do_not_answer_for_each_other(oms: OmsClient) -> None:
    order = oms.order()
    line = oms.adjustment(order, item_id=oms.items(order)[0])
    assert oms.call("post", f"/v1/OrderAdjustments({line})/ApproveBuyerRequest").status_code == 404
    assert oms.call("get", f"/v1/OrderAdjustments({line})").status_code == 404


def test_lines_of_one_return_answered_differently_are_refused_naming_the_rma(oms: OmsClient) -> None:
    order = oms.order(("MUG", 1, "19.99"), ("CUP", 1, "5.00"))
    mug, cup = (
        oms.adjustment(order, item_id=item, return_id="4055", status="ReadyForReturn", request_type="RETURN_AND_REFUND")
        for item in oms.items(order)
    )
    oms.post(f"/v1/OrderItemAdjustments({mug})/ApproveReturn")
    message = oms.refused("post", f"/v1/OrderItemAdjustments({cup})/RejectReturn")
    assert "RmaNumber" in message
    assert "4055" in message


@pytest.mark.parametrize("raw", [None, b"", b"{}", b"null", b'{"PreventSiteProcessing": null}'])
def test_an_empty_body_means_the_whole_order(oms: OmsClient, raw: bytes | None) -> None:
    order, _ = oms.to_adjust(("MUG", 2, "19.99"), ("CUP", 1, "5.00"))
    assert oms.call("post", order, raw=raw).status_code == 204
    rows = oms.get("/v1/OrderItemAdjustments")["value"] + oms.get("/v1/OrderAdjustments")["value"]
    assert round(sum(row["ItemAdjustment"] for row in rows), 2) == 44.98
    assert {row["RequestStatus"] for row in rows} == {"SubmittedNotProcessed"}
    assert {row["CreatedSource"] for row in rows} == {"Api"}
    oms.refused("post", order, raw=raw)


def test_a_line_is_refunded_by_quantity_amount_or_unit(oms: OmsClient) -> None:
    _, line = oms.to_adjust(("MUG", 3, "14.95"), site_order_id="5700")
    oms.post(line, {"Quantity": 1, "SellerAdjustmentID": "a"})
    named = {"SellerAdjustmentID": "b", "SiteOrderLineItemIDs": ["5700002"]}
    oms.post(line, {"Quantity": 1, "ItemAdjustment": 4.5, **named})
    found = {row["SellerAdjustmentID"]: row for row in oms.get("/v1/OrderItemAdjustments")["value"]}
    assert found["a"]["ItemAdjustment"] == 14.95
    assert found["b"]["ItemAdjustment"] == 4.5
    assert found["b"]["SiteOrderLineItemIDs"] == ["5700002"]
    assert found["b"]["SiteRequestType"] == "SELLER_REFUND"


def test_the_same_seller_adjustment_id_is_one_refund_and_names_one_thing(oms: OmsClient) -> None:
    order, line = oms.to_adjust(("MUG", 3, "14.95"))
    body = {"Quantity": 2, "SellerAdjustmentID": "refund-1"}
    for again in (body, body, {**body, "Quantity": 3}):  # the third is more than is left, and was never asked
        oms.post(line, again)
    (row,) = oms.get("/v1/OrderItemAdjustments")["value"]
    assert row["ItemAdjustment"] == 29.9
    message = oms.refused("post", order, {"SellerAdjustmentID": "refund-1"})
    assert "SellerAdjustmentID: refund-1" in message


def test_what_went_back_elsewhere_can_be_recorded_and_is_never_sent(oms: OmsClient) -> None:
    order, line = oms.to_adjust(("MUG", 2, "14.95"))
    oms.post(order, {})
    for body in ({"Quantity": 1}, {"Quantity": 2, "ItemAdjustment": 5.0}):
        oms.post(line, {**body, "PreventSiteProcessing": True})
    assert "ItemAdjustment" in oms.refused("post", line, body={"ItemAdjustment": 29.91, "PreventSiteProcessing": True})
    recorded = oms.get("/v1/OrderItemAdjustments")["value"]
    assert [(row["RequestStatus"], row["ItemAdjustment"]) for row in recorded] == [
        ("InformationOnly", 14.95),
        ("InformationOnly", 5.0),
    ]


def test_the_fields_may_stand_in_the_query_as_well(oms: OmsClient) -> None:
    order, _ = oms.to_adjust()
    query = {"Reason": "CustomerReturnedItem", "SellerAdjustmentID": "q1", "AdjustmentAmount": "10.00"}
    body = {"Reason": "CustomerReturnedItem", "SellerAdjustmentID": "q1"}
    assert "Reason" in oms.refused("post", order, query, body={"Reason": "CustomerExchange"})
    beyond = ("1e999999999999999999", "1e99999999999999999999", "1e999", "1e-999", "1e", "1e１", "1e1.0", "9" * 5_000)
    for number in (*beyond, "sNaN", "1_0", "１", " 1"):
        assert "AdjustmentAmount" in oms.refused("post", order, {"AdjustmentAmount": number})
    oms.post(order, body, query)
    rows = oms.get("/v1/OrderAdjustments")["value"] + oms.get("/v1/OrderItemAdjustments")["value"]
    assert {(row["SellerAdjustmentID"], row["Reason"]) for row in rows} == {("q1", "CustomerReturnedItem")}
    assert round(sum(row["ItemAdjustment"] for row in rows), 2) == 10.0


@pytest.mark.parametrize("number", ["1e1", "1E+1", "100e-1", "0.1e02"])
def test_a_number_in_the_query_may_have_an_exponent_as_one_in_a_body(oms: OmsClient, number: str) -> None:
    oms.post(oms.to_adjust()[0], {}, {"AdjustmentAmount": number})
    rows = oms.get("/v1/OrderAdjustments")["value"] + oms.get("/v1/OrderItemAdjustments")["value"]
    assert round(sum(row["ItemAdjustment"] for row in rows), 2) == 10.0


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"Reason": "Because"}, "Reason"),
        ({"Comment": "x"}, "Comment"),
        ({"Quantity": "1"}, "Quantity"),
        ({"Quantity": 0}, "Quantity"),
        ({"Quantity": True}, "Quantity"),
        ({"Quantity": 1.5}, "Quantity"),
        ({"Quantity": 2.0}, "Quantity"),  # a whole number is written without a point
        ({"Quantity": 1e0}, "Quantity"),
        ({"SellerAdjustmentID": 2.0}, "SellerAdjustmentID"),
        ({"ItemAdjustment": "5.00"}, "ItemAdjustment"),
        ({"ItemAdjustment": -1}, "ItemAdjustment"),
        ({"ItemAdjustment": 1.234}, "ItemAdjustment"),
        ({"Restock": "yes"}, "Restock"),
        ({"SellerAdjustmentID": ""}, "SellerAdjustmentID"),
        ({"SellerAdjustmentID": "x" * 101}, "SellerAdjustmentID"),
        ({"SiteOrderLineItemIDs": []}, "SiteOrderLineItemIDs"),
        ({"SiteOrderLineItemIDs": ["a", "a"]}, "SiteOrderLineItemIDs"),
        ({"SiteOrderLineItemIDs": ["not-mine"]}, "SiteOrderLineItemIDs"),
        ([1], "body"),
    ],
)
def test_a_wrong_field_is_400_and_named(oms: OmsClient, body: Any, named: str) -> None:
    assert named in oms.refused("post", oms.to_adjust()[1], body=body)


@pytest.mark.parametrize(
    "raw",
    [
        *(b"{", b"Quantity=1", b'{"Quantity": NaN}', b'{"Quantity": 1, "Quantity": 2}', b"\xff", b"[" * 9999),
        b'{%s"a": 1}' % b"".join(b'"%d": 1, ' % number for number in (*range(20_000), 19_999)),
        *(
            b'{"Quantity": %s}' % number
            for number in (b"9" * 5_000, b"1e99999999999999999999", b"0e-99999999999999999999")
        ),
    ],
)
def test_a_body_that_is_not_json_is_400(oms: OmsClient, raw: bytes) -> None:
    oms.refused("post", oms.to_adjust()[1], raw=raw)


@pytest.mark.parametrize(
    ("conditions", "named"),
    [
        ([{"Condition": "SHINY", "Quantity": 1}], "Condition"),
        ([{"Condition": "USED", "Quantity": 0}], "Quantity"),
        ([{"Condition": "USED", "Quantity": -1}], "Quantity"),
        ([{"Condition": "USED"}], "ConditionQuantityList"),
        ("USED", "ConditionQuantityList"),
        ([{"Condition": "USED", "Quantity": 3}], "ConditionQuantityList"),
    ],
)
def test_a_wrong_grade_is_400_and_named(oms: OmsClient, conditions: Any, named: str) -> None:
    order = oms.order()
    adjustment = oms.adjustment(
        order, item_id=oms.items(order)[0], status="ReadyForReturn", request_type="RETURN_AND_REFUND"
    )
    path = f"/v1/OrderItemAdjustments({adjustment})/RejectReturn"
    assert named in oms.refused("post", path, body={"ConditionQuantityList": conditions})


def test_what_was_done_stands_in_the_activity_history(oms: OmsClient) -> None:
    order = oms.order()
    oms.activity(order, "marketplace", "requested", "The buyer asks for 39.98 USD back", "Item arrived damaged")
    oms.post(f"/v1/Orders({order})/Adjust", {"AdjustmentAmount": 1})
    history = oms.get(f"/v1/Orders({order})/ActivityHistory")["value"]
    assert history[0] == {
        "CreatedDateUtc": "2031-03-03T09:00:00Z",
        "Source": "marketplace",
        "Event": "requested",
        "Text": "The buyer asks for 39.98 USD back",
        "SiteText": "Item arrived damaged",
    }
    assert len(history) > 1


def test_without_a_token_nothing_is_done(oms: OmsClient) -> None:
    order = oms.order()
    before = oms.counted()
    for path in (f"/v1/Orders({order})/Adjust", f"/v1/Orders({order})/Export"):
        answer = oms.call("post", path, raw=json.dumps({}).encode(), headers={"Authorization": "Bearer nobody"})
        assert answer.status_code == 401
    assert oms.counted() == before


@pytest.mark.parametrize("action", ["RejectBuyerRequest", "RejectReturn"])
@pytest.mark.parametrize("comment", ["x" * 501, "é" * 251])
def test_words_to_the_buyer_beyond_500_bytes_are_400_and_named(oms: OmsClient, action: str, comment: str) -> None:
    path = f"/v1/OrderItemAdjustments({oms.adjustment(oms.order())})/{action}"
    assert "SiteRejectComment" in oms.refused("post", path, body={"SiteRejectComment": comment})


DEEP = [
    opens * depth + b"1" + closes * depth
    for depth in (70, 500, 900, 100_000)
    for opens, closes in ((b"[", b"]"), (b'{"a":', b"}"))
]
NAMED = ["Reason", "Quantity", "SiteOrderLineItemIDs", "ConditionQuantityList", "SiteRejectReason"]


@pytest.mark.parametrize("deep", DEEP, ids=lambda deep: f"{deep[:1].decode()}{len(deep)}")
@pytest.mark.parametrize("action", ["Orders({})/Adjust", "OrderItemAdjustments({})/RejectReturn", "Orders({})/Export"])
def test_json_of_any_depth_is_refused_with_and_without_a_token(oms: OmsClient, action: str, deep: bytes) -> None:
    order = oms.order()
    oms.adjustment(order, item_id=oms.items(order)[0])
    path = f"/v1/{action.format(order if 'Orders' in action else 1)}"
    for body in (deep, *(b'{"%s": %s}' % (name.encode(), deep) for name in NAMED)):
        for headers, status in (({}, 400), ({"Authorization": ""}, 401)):
            response = oms.web.post(path, data=body, headers={"Authorization": f"Bearer {oms.token}", **headers})
            assert response.status_code in (status, 413)
            assert response.json is not None
            assert response.json.keys() & {"error", "Message"}


@pytest.mark.parametrize("host", ["[", "[::1", "..", "a b", "x" * 300, "\xff", "a:b", "http://["])
@pytest.mark.parametrize("header", ["Host", "Origin"])
def test_a_host_or_origin_of_any_form_gets_an_answer(oms: OmsClient, header: str, host: str) -> None:
    for path in ("/v1/Orders?$top=1", "/v1/Sites", "/", "/nowhere"):
        headers = {"Authorization": f"Bearer {oms.token}", header: host}
        assert oms.web.get(path, headers=headers).status_code < 500
