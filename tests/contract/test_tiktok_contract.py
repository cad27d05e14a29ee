"""The promise on TikTok Shop's wire: valid, strict both ways, true to the platform's field tables, true to the fake."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError
from openapi_spec_validator import validate

from mock_tiktok.domain import words
from mock_tiktok.errors import PACKAGE_CLAIMED, REFUSALS
from mock_tiktok.open_api.endpoints import ENDPOINTS, Endpoint
from mock_tiktok.open_api.requests import CHECKABLE
from rehearsal.contract.message import read
from rehearsal.contract.openapi import Contract
from tests.refused import refused

CONTRACT = Path(__file__).parents[2] / "contracts" / "tiktok_shop.yaml"
# What the contract names for every call beside what its endpoint reads.
COMMON_QUERY = {"app_key", "timestamp", "sign", "shop_cipher", "access_token"}
COMMON_QUERY |= {"x-tts-access-token", "version", "shop_id"}  # some clients send these, and nobody reads them
TOKEN_PATHS = {"/api/v2/token/get", "/api/v2/token/refresh"}

# The platform's own field tables, name by name; what newer clients add is in the second row of each.
FIELDS = {
    "Return": (
        "return_id order_id return_type return_status arbitration_status role return_reason return_reason_text "
        "shipment_type handover_method return_method return_tracking_number return_provider_id return_provider_name "
        "return_shipping_document_type pre_return_id next_return_id can_buyer_keep_item is_combined_return "
        "combined_return_id seller_proposed_return_type partial_refund buyer_rejected_partial_refund "
        "return_warehouse_address seller_next_action_response refund_amount discount_amount shipping_fee_amount "
        "return_line_items create_time update_time "
        "is_quick_refund"
    ),
    "ReturnLineItem": (
        "return_line_item_id order_line_item_id sku_id sku_name seller_sku product_name product_image refund_amount"
    ),
    "RefundAmount": (
        "currency refund_total refund_subtotal refund_shipping_fee refund_tax retail_delivery_fee buyer_service_fee"
    ),
    "Cancellation": (
        "cancel_id order_id cancel_type cancel_status role cancel_reason cancel_reason_text create_time update_time "
        "seller_next_action_response refund_amount cancel_line_items "
        "should_replenish_stock"
    ),
    "ReturnRecord": "event role description reason_text note create_time images videos",
    "Shop": "id name region seller_type cipher code",
    "TokenGrant": (
        "access_token access_token_expire_in refresh_token refresh_token_expire_in open_id seller_name "
        "seller_base_region user_type granted_scopes"
    ),
    "ReturnsFilter": (
        "return_ids order_ids buyer_user_ids return_types return_status arbitration_status seller_proposed_return_type "
        "create_time_ge create_time_lt update_time_ge update_time_lt locale"
    ),
    "CancellationsFilter": (
        "cancel_ids order_ids buyer_user_ids cancel_types cancel_status create_time_ge create_time_lt update_time_ge "
        "update_time_lt locale"
    ),
    "OrdersFilter": (
        "order_status create_time_ge create_time_lt update_time_ge update_time_lt shipping_type buyer_user_id "
        "is_buyer_request_cancel warehouse_ids"
    ),
    "Approval": "decision buyer_keep_item partial_refund",
    "Rejection": "decision reject_reason comment images",
    "NewReturn": (
        "order_id return_type return_reason skus order_line_item_ids refund_total currency shipment_type "
        "handover_method"
    ),
    "NewCancellation": "order_id cancel_reason skus order_line_item_ids",
    "RefundQuestion": ("order_id request_type reason_name skus order_line_item_ids shipment_type handover_method"),
}
ENUMERATIONS = {
    "ReturnStatus": tuple(words.ReturnStatus),
    "ReturnType": tuple(words.ReturnType),
    "ArbitrationStatus": tuple(words.ArbitrationStatus),
    "Role": tuple(words.Role),
    "OrderStatus": tuple(words.OrderStatus),
    "CancelStatus": tuple(words.CancelStatus),
    "RequestType": tuple(words.RequestType),
    "ApproveDecision": words.APPROVALS,
    "RejectDecision": words.REJECTIONS,
    "AnyDecision": CHECKABLE,
}
# fmt: off
A_RETURN = {
    "return_id": "4035318504086604100",
    "order_id": "577686530908261117",
    "return_type": "REFUND",
    "return_status": "RETURN_OR_REFUND_REQUEST_PENDING",
    "role": "BUYER",
    "return_reason": "ecom_order_delivered_refund_reason_damaged",
    "return_reason_text": "Damaged",
    "is_combined_return": False,
    "combined_return_id": "0",
    "refund_amount": {
        "currency": "USD", "refund_total": "1.23", "refund_subtotal": "1.23",
        "refund_shipping_fee": "0", "refund_tax": "0",
    },
    "discount_amount": [
        {
            "currency": "USD", "product_seller_discount": "0", "product_platform_discount": "0",
            "shipping_fee_seller_discount": "0", "shipping_fee_platform_discount": "0",
        },
    ],
    "shipping_fee_amount": [
        {
            "currency": "USD", "seller_paid_return_shipping_fee": "0", "platform_paid_return_shipping_fee": "0",
            "buyer_paid_return_shipping_fee": "0",
        },
    ],
    "return_line_items": [],
    "seller_next_action_response": [{"action": "SELLER_RESPOND_REFUND", "deadline": 1690554680}],
    "create_time": 1690451136,
    "update_time": 1690453136,
}
# fmt: on


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def path_of(endpoint: Endpoint, version: str) -> str:
    """Return how the contract writes it."""
    return endpoint.path.replace("<version>", version).replace("<", "{").replace(">", "}")


def nodes(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield path, node
        for name, child in node.items():
            yield from nodes(child, f"{path}/{name}")
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from nodes(child, f"{path}/{index}")


def query_names(document: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    shared = document["components"]["parameters"]
    parameters = [shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in operation["parameters"]]
    return {one["name"] for one in parameters if one["in"] == "query"}


def validator(document: dict[str, Any], name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    validate(document)
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))


def test_it_names_every_endpoint_and_version_of_the_fake_and_no_other(document: dict[str, Any]) -> None:
    served = {(path_of(endpoint, version), endpoint.method) for endpoint in ENDPOINTS for version in endpoint.versions}
    described = {(path, method) for path, method, _ in operations(document) if path not in TOKEN_PATHS}
    assert described == served


def test_each_operation_promises_the_query_names_that_the_fake_takes(document: dict[str, Any]) -> None:
    described = {(path, method): query_names(document, operation) for path, method, operation in operations(document)}
    for endpoint in ENDPOINTS:
        for version in endpoint.versions:
            path = path_of(endpoint, version)
            taken = COMMON_QUERY | endpoint.query | ({"idempotency_key"} if endpoint.takes_key else set())
            if endpoint.cipher == "none":
                taken.discard("shop_cipher")
            if endpoint.operation == "aftersale_eligibility" and version == "202309":
                taken.discard("request_types")
            assert described[path, endpoint.method] == taken, path


def test_every_object_is_closed_and_nothing_but_a_refusal_s_data_may_be_null(document: dict[str, Any]) -> None:
    for path, node in nodes(document["components"]["schemas"]):
        if node.get("type") == "object" and "if" not in node:
            assert node.get("additionalProperties") is False, path
        if node.get("type") == "null":
            assert path == "/Error/properties/data"


@pytest.mark.parametrize("name", FIELDS)
def test_an_object_has_the_platform_s_fields(document: dict[str, Any], name: str) -> None:
    assert set(document["components"]["schemas"][name]["properties"]) == set(FIELDS[name].split())


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_an_enumeration_has_the_fake_s_words(document: dict[str, Any], name: str) -> None:
    assert set(document["components"]["schemas"][name]["enum"]) == {str(word) for word in ENUMERATIONS[name]}


def test_from_202602_on_bundles_have_their_own_fields(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("NewReturn", "NewCancellation", "RefundQuestion"):
        added = set(schemas[f"{name}202602"]["properties"]) - set(schemas[name]["properties"])
        assert added == {"order_line_list"}
    added = set(schemas["ReturnLineItem202602"]["properties"]) - set(schemas["ReturnLineItem"]["properties"])
    assert added == {"return_sub_line_items"}


def test_every_code_the_fake_can_give_is_promised(document: dict[str, Any]) -> None:
    described = set(document["x-gateway-codes"])
    for _, _, operation in operations(document):
        described.update(operation["x-codes"])
    by_control_alone = {PACKAGE_CLAIMED.code}  # shipping is no call of this contract
    assert {refusal.code for refusal in REFUSALS} - described == by_control_alone


def test_secrets_and_personal_data_are_marked(document: dict[str, Any]) -> None:
    marked = {path.rpartition("/")[2] for path, node in nodes(document["components"]) if node.get("x-sensitive")}
    assert {"access_token", "refresh_token", "buyer_email", "recipient_address", "Sign", "AccessToken"} <= marked
    for path in TOKEN_PATHS:
        secret = {one["name"] for one in document["paths"][path]["get"]["parameters"] if one.get("x-sensitive")}
        assert "app_secret" in secret
        assert len(secret) == 2


def test_an_answer_is_strict(document: dict[str, Any]) -> None:
    check = validator(document, "ReturnsAnswer")
    page = {"return_orders": [A_RETURN], "total_count": 1, "next_page_token": ""}
    response = {"code": 0, "message": "Success", "data": page, "request_id": "20310303090000" + "0" * 20}
    check.validate(response)
    check.validate({"code": 25001001, "message": "no", "data": None, "request_id": response["request_id"]})
    wrong: list[dict[str, Any]] = [
        {"color": "red"},
        {"return_reason": None},
        {"return_status": "GONE"},
        {"create_time": "1690451136"},
        {"can_buyer_keep_item": False},
        {"discount_amount": []},
    ]
    for broken in wrong:
        page["return_orders"] = [{**A_RETURN, **broken}]
        where = list(refused(ValidationError, check.validate, response).absolute_path)
        assert where[:3] == ["data", "return_orders", 0]


def test_a_request_is_strict(document: dict[str, Any]) -> None:
    check = validator(document, "Rejection")
    check.validate({"decision": "REJECT_REFUND", "reject_reason": "x", "comment": "y"})
    for broken in ({"decision": "REJECT_REFUND"}, {"decision": "NO", "reject_reason": "x"}, {"reason": "x"}):
        assert not check.is_valid({"decision": "REJECT_REFUND", **broken} if "decision" not in broken else broken)


@pytest.mark.parametrize(("text", "good"), [("0", True), ("598.4", True), ("-1.5", True), ("1.50", False), ("", False)])
def test_money_is_written_without_padding(document: dict[str, Any], text: str, good: bool) -> None:
    assert validator(document, "Decimal").is_valid(text) is good


def test_what_the_platform_overlooks_is_a_breach_of_whoever_is_held_to_the_contract(document: dict[str, Any]) -> None:
    contract = Contract.load("tiktok_shop")
    for path, method, operation in operations(document):
        found = contract.find(method, path.replace("{", "").replace("}", ""))
        assert found
        sent = found[0].judge_request(found[1], [("color", "red")], {}, read("application/json", b'{"color":null}'))
        seen = {breach.pointer for breach in sent if breach.expected in ("no such field", "no body")}
        is_json = "application/json" in operation.get("requestBody", {}).get("content", ())
        body = {"/request/body/color"} if is_json else set()
        assert seen - {"/request/body"} == {"/request/query/color"} | body, path
