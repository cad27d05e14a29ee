"""Judging requests and responses by an OpenAPI document."""

import json
from typing import Any

import pytest

from rehearsal.contract.message import UNREADABLE, read
from rehearsal.contract.openapi import METHODS, Contract
from rehearsal.contract.operation import Operation
from rehearsal.contract.redaction import REDACTED
from tests.openapi import json_of, parameter

LIST = {
    "operationId": "listOrders",
    "parameters": [
        parameter("$top", "query", type="integer", maximum=100),
        parameter("exported", "query", type="boolean"),
        parameter("ids", "query", type="array", items={"type": "integer"}),
    ],
    "responses": {"200": json_of({}, description="")},
}
ADJUST = {
    "operationId": "adjust",
    "x-codes": [7],
    "parameters": [parameter("id", "path", "required", type="integer"), parameter("X-Key", "header", "required")],
    "requestBody": json_of({"$ref": "#/components/schemas/Adjust"}, required=True),
    "responses": {"200": json_of({"type": "object", "required": ["code"]}, description=""), "204": {"description": ""}},
}
BUYER = {"type": "object", "properties": {"Name": {"type": "string", "x-sensitive": True}, "Note": {"type": "string"}}}
ADJUST_BODY = {
    "type": "object",
    "required": ["Reason"],
    "additionalProperties": False,
    "properties": {
        "Reason": {"enum": ["A", "B"]},
        "Amount": {"type": "string", "pattern": r"^\d+\.\d\d$"},
        "Buyer": BUYER,
    },
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "x-routing": "case-insensitive",
    "x-action-namespace": "ChannelAdvisor.RestApi.V1.Models",
    "x-gateway-codes": [9],
    "security": [{"bearer": []}],
    "paths": {"/v1/Orders": {"get": LIST}, "/v1/Orders({id})/Adjust": {"post": ADJUST}},
    "components": {
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        "schemas": {"Adjust": ADJUST_BODY},
    },
}
CONTRACT = Contract("example", DOCUMENT)
HEADERS = {"authorization": "bearer t", "x-key": "k", "content-type": "application/json"}


def operation(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    found = CONTRACT.find(method, path)
    assert found is not None
    return found


def pointers(
    body: Any = None, *, headers: dict[str, str] | None = None, path: str = "/v1/Orders(1)/Adjust"
) -> list[str]:
    adjust, values = operation("POST", path)
    message = read("application/json", b"" if body is None else json.dumps(body).encode())
    breaches = adjust.judge_request(values, [], HEADERS if headers is None else headers, message)
    return [breach.pointer for breach in breaches]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/Orders(12)/Adjust",
        "/v1/orders(12)/adjust",
        "/v1/Orders(12)/Adjust/",
        "/v1/Orders(12)/ChannelAdvisor.RestApi.V1.Models.Adjust",
    ],
)
def test_a_path_is_found_however_clients_write_it(path: str) -> None:
    found, values = operation("POST", path)
    assert (found.id, values) == ("adjust", {"id": "12"})


def test_another_method_is_another_operation() -> None:
    assert CONTRACT.find("GET", "/v1/Orders(12)/Adjust") is None


def test_a_contract_that_minds_the_case_finds_nothing_else() -> None:
    strict = Contract("strict", {**DOCUMENT, "x-routing": "exact"})
    assert strict.find("GET", "/v1/orders") is None
    assert strict.find("GET", "/v1/Orders") is not None


def test_a_request_that_keeps_the_contract_breaks_nothing() -> None:
    assert pointers({"Reason": "A", "Amount": "1.00"}) == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"Reason": "C"}, "/request/body/Reason"),
        ({}, "/request/body/Reason"),
        ({"Reason": "A", "Amount": 1}, "/request/body/Amount"),
        ({"Reason": "A", "Color": "red"}, "/request/body/Color"),
        (None, "/request/body"),
    ],
)
def test_a_breach_points_at_what_is_wrong(body: Any, pointer: str) -> None:
    assert pointers(body) == [pointer]


def test_a_required_header_and_credentials_are_missed() -> None:
    broken = pointers({"Reason": "A"}, headers={"content-type": "application/json"})
    assert broken == ["/request/headers/x-key", "/request/headers/authorization"]


def test_a_path_parameter_is_judged_by_its_type() -> None:
    assert pointers({"Reason": "A"}, path="/v1/Orders(abc)/Adjust") == ["/request/path/id"]


@pytest.mark.parametrize(
    ("query", "broken"),
    [
        ([("$top", "100"), ("exported", "false"), ("ids", "1,2")], []),
        ([("$top", "101")], ["/request/query/$top"]),
        ([("$top", "many")], ["/request/query/$top"]),
        ([("$top", "１")], ["/request/query/$top"]),
        ([("$top", "9" * 5_000)], ["/request/query/$top"]),
        ([("$top", "0" * 5_000 + "1")], ["/request/query/$top"]),
        ([("ids", "1,-" + "9" * 5_000)], ["/request/query/ids/1"]),
        ([("ids", "1,x")], ["/request/query/ids/1"]),
        ([("color", "red")], ["/request/query/color"]),
    ],
)
def test_query_parameters_are_coerced_by_type_and_then_judged(query: list[tuple[str, str]], broken: list[str]) -> None:
    orders, values = operation("GET", "/v1/Orders")
    breaches = orders.judge_request(values, query, HEADERS, read("", b""))
    assert [breach.pointer for breach in breaches] == broken


@pytest.mark.parametrize(
    ("status", "content_type", "body", "broken"),
    [
        (200, "application/json; charset=utf-8", b'{"code": 7}', []),
        (200, "application/json", b'{"code": 9}', []),
        (200, "application/json", b'{"code": 8}', ["/response/body/code"]),
        (200, "application/json", b"{}", ["/response/body/code"]),
        (200, "text/html", b"<p>", ["/response/headers/content-type"]),
        (200, "application/json", b"{", ["/response/body"]),
        (204, "", b"", []),
        (204, "application/json", b"{}", ["/response/body"]),
        (418, "", b"", ["/response/status"]),
    ],
)
def test_a_response_is_judged_by_its_status(status: int, content_type: str, body: bytes, broken: list[str]) -> None:
    adjust, _ = operation("POST", "/v1/Orders(1)/Adjust")
    breaches = adjust.judge_response(status, {"content-type": content_type}, read(content_type, body))
    assert [breach.pointer for breach in breaches] == broken


def test_what_is_sensitive_is_hidden_and_the_rest_is_kept() -> None:
    adjust, _ = operation("POST", "/v1/Orders(1)/Adjust")
    sent = {"Reason": "A", "Buyer": {"Name": "Maya", "Note": "soon"}}
    shown = adjust.masked_request(read("application/json", json.dumps(sent).encode()))
    assert shown == {"Reason": "A", "Buyer": {"Name": REDACTED, "Note": "soon"}}


def test_a_breach_never_shows_what_is_sensitive() -> None:
    adjust, values = operation("POST", "/v1/Orders(1)/Adjust")
    sent = {"Reason": "A", "Buyer": {"Name": 5}}
    breaches = adjust.judge_request(values, [], HEADERS, read("application/json", json.dumps(sent).encode()))
    assert [breach.seen for breach in breaches] == [f'"{REDACTED}"']


@pytest.mark.parametrize("name", ["tiktok_shop", "channeladvisor"])
def test_each_operation_that_is_more_than_a_get_says_whether_it_only_asks(name: str) -> None:
    paths = Contract.load(name).document.whole["paths"].values()
    silent = [
        item[method]["operationId"]
        for item in paths
        for method in METHODS
        if method in item and method != "get" and not isinstance(item[method].get("x-safe"), bool)
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("contract", "method", "path", "safe", "query", "body", "key"),
    [
        ("tiktok_shop", "POST", "/return_refund/202309/returns/search", True, [], {}, None),
        ("tiktok_shop", "POST", "/return_refund/202309/returns", False, [("idempotency_key", "k")], {}, "k"),
        ("channeladvisor", "GET", "/v1/orders", True, [], None, None),
        ("channeladvisor", "POST", "/v1/Orders(1)/Adjust", False, [], {"SellerAdjustmentID": "k"}, "k"),
        ("channeladvisor", "POST", "/v1/Orders(1)/Adjust", False, [("SellerAdjustmentID", "k")], None, "k"),
    ],
)
def test_a_contract_says_what_is_safe_and_which_key_makes_a_call_idempotent(
    contract: str, method: str, path: str, safe: bool, query: list[tuple[str, str]], body: Any, key: str | None
) -> None:
    found = Contract.load(contract).find(method, path)
    assert found is not None
    message = read("application/json", json.dumps(body).encode())
    assert (found[0].safe, found[0].idempotency_key(query, {}, message)) == (safe, key)


@pytest.mark.parametrize("path", ["/order/202309/orders/search", "/authorization/202309/shops", "/api/v2/token/get"])
def test_where_no_query_has_a_filter_it_is_hidden_like_any_unknown_parameter(path: str) -> None:
    contract = Contract.load("tiktok_shop")
    found = contract.find("POST", path) or contract.find("GET", path)
    assert found is not None
    assert "$filter" not in found[0].shown_parameters([("$filter", "Id eq 1")])


@pytest.mark.parametrize("number", [b"1e999", b"-1E+400", b"9" * 5_000, b"NaN"])
def test_a_number_that_could_not_be_written_again_is_unreadable(number: bytes) -> None:
    assert read("application/json", b'{"sum": %s}' % number).body is UNREADABLE
    assert read("application/json", b'{"sum": 1.5e3}').body == {"sum": 1500.0}


def test_a_contract_says_which_parameter_names_the_shop() -> None:
    query = [("app_key", "a"), ("shop_cipher", "s")]
    assert Contract.load("tiktok_shop").shop_of(query) == "s"
    assert Contract.load("channeladvisor").shop_of(query) is None
