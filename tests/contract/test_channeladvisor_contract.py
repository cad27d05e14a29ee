"""`contracts/channeladvisor.yaml` and the connector's API say the same: addresses, fields, names, bodies."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from openapi_spec_validator import validate

from connector.api import bodies
from connector.api import entities as wire
from connector.api.bodies import Fields
from connector.api.odata.entity import Entity, Kind
from connector.domain.reasons import CONDITIONS
from rehearsal import resources
from tests.unit.connector_api.conftest import oms
from tests.unit.connector_api.oms_client import OmsClient

__all__ = ["oms"]

ENTITIES = {
    "Order": wire.ORDERS,
    "OrderItem": wire.ORDER_ITEMS,
    "OrderAdjustment": wire.ORDER_ADJUSTMENTS,
    "OrderItemAdjustment": wire.ORDER_ITEM_ADJUSTMENTS,
    "Fulfillment": wire.FULFILLMENTS_OF,
    "FulfillmentItem": wire.FULFILLMENT_ITEMS,
}
ACTIONS = {
    "OrderAdjustBody": bodies.ADJUST_ORDER,
    "OrderItemAdjustBody": bodies.ADJUST_ITEM,
    "ApproveBuyerRequestBody": bodies.APPROVE_REQUEST,
    "RejectBuyerRequestBody": bodies.REJECT_REQUEST,
    "ApproveReturnBody": bodies.APPROVE_RETURN,
    "RejectReturnBody": bodies.REJECT_RETURN,
    "EmptyBody": bodies.NOTHING,
}
EXTENSIONS = {
    "SiteRequestType", "SiteOrderLineItemIDs", "SiteStatus", "SiteReason", "SiteReasonText", "SiteDecisionDeadlineUtc",
    "SiteArbitrationStatus", "SiteErrorCode", "SiteErrorMessage", "SiteDecidedBy", "SiteRejectReason",
    "SiteRejectComment", "SitePartialRefundAmount", "SiteOrderLineItemAmounts", "SiteShippedBackDateUtc",
    "SiteUpdatedDateUtc", "SitePictureCount", "SiteVideoCount",
}  # fmt: skip


@cache
def contract() -> dict[str, Any]:
    return resources.contract("channeladvisor")


def schemas() -> dict[str, Any]:
    found: dict[str, Any] = contract()["components"]["schemas"]
    return found


def test_the_contract_is_valid_openapi() -> None:
    validate(contract())


@pytest.mark.parametrize("name", ENTITIES)
def test_an_entity_has_the_fields_that_the_contract_promises(name: str) -> None:
    entity: Entity = ENTITIES[name]
    promised = [field for field in schemas()[name]["properties"] if "@odata" not in field]
    assert promised == [field.name for field in entity.fields] + [nav.name for nav in entity.navs]
    assert schemas()[name]["additionalProperties"] is False
    assert schemas()[f"{name}Whole"]["required"] == [field.name for field in entity.fields]


@pytest.mark.parametrize("name", ENTITIES)
def test_a_field_has_the_type_and_the_names_that_the_contract_promises(name: str) -> None:
    for field in ENTITIES[name].fields:
        promised = schemas()[name]["properties"][field.name]
        kind = promised.get("$ref", "").rsplit("/", 1)[-1]
        plain = promised.get("type")
        nullable = kind.endswith("OrNull") or (isinstance(plain, list) and "null" in plain)
        assert nullable or not field.nullable, field.name
        match field.kind:
            case Kind.ENUM:
                assert tuple(schemas()[kind.removesuffix("OrNull")]["enum"]) == field.names
            case Kind.MONEY:
                assert kind in ("Money", "MoneyOrNull"), field.name
            case Kind.TIME:
                assert kind in ("Instant", "InstantOrNull"), field.name
            case Kind.INT:
                assert "integer" in plain, field.name
            case Kind.TEXT:
                assert "string" in plain, field.name
            case Kind.BOOL:
                assert plain == "boolean", field.name


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_takes_the_fields_that_the_contract_promises(name: str) -> None:
    fields: Fields = ACTIONS[name]
    assert set(schemas()[name].get("properties", {})) == set(fields)
    assert schemas()[name]["additionalProperties"] is False


def test_conditions_are_the_ones_of_the_contract() -> None:
    assert tuple(schemas()["Condition"]["enum"]) == CONDITIONS


def test_each_address_of_the_contract_is_served_and_no_other(oms: OmsClient) -> None:
    served = set()
    for rule in oms.connector.app.url_map.iter_rules():
        if rule.rule.startswith(("/v1", "/oauth2")):
            template = re.sub(r"<key:\w+>", "{id}", rule.rule)
            served |= {(template, method) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    promised = {
        (path, method.upper())
        for path, item in contract()["paths"].items()
        for method in item
        if method in ("get", "post", "delete", "put", "patch")
    }
    assert served == promised


def test_operation_ids_are_there_and_differ() -> None:
    names = [item[m]["operationId"] for item in contract()["paths"].values() for m in item if m != "parameters"]
    assert len(names) == len(set(names))


def properties(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            yield from node["properties"].items()
        for value in node.values():
            yield from properties(value)
    elif isinstance(node, list):
        for value in node:
            yield from properties(value)


def test_extensions_are_marked_in_the_contract() -> None:
    seen = set()
    for name, schema in properties(contract()["components"]):
        if name in EXTENSIONS:
            target = schemas().get(schema.get("$ref", "").rsplit("/", 1)[-1], {})
            assert schema.get("x-extension") or target.get("x-extension"), name
            seen.add(name)
    assert seen == EXTENSIONS
    assert contract()["paths"]["/v1/Orders({id})/ActivityHistory"]["get"]["x-extension"] is True


def test_buyers_and_secrets_are_marked_as_sensitive() -> None:
    order = schemas()["Order"]["properties"]
    for name in ("BuyerEmailAddress", "BuyerUserId", "ShippingLastName", "ShippingAddressLine1", "ShippingPostalCode"):
        assert order[name]["x-sensitive"] is True
    for schema, name in (("TokenAnswer", "access_token"), ("TokenRequest", "refresh_token")):
        assert schemas()[schema]["properties"][name]["x-sensitive"] is True
    assert contract()["components"]["parameters"]["accessToken"]["x-sensitive"] is True


def test_every_answer_of_a_full_call_keeps_the_contract(oms: OmsClient) -> None:
    order = oms.order(("MUG", 2, "19.99"), ("CUP", 1, "5.00"))
    held = oms.order(shipping_status="Unshipped", recipient={})
    for at, item in enumerate(oms.items(order)):
        oms.adjustment(order, item_id=item, status=("NewRma", "PostProcessingComplete")[at])
    oms.adjustment(held, request_type="CANCEL")
    everything = {
        "$expand": "Items($expand=Adjustments,Promotions,FulfillmentItems,BundleComponents),"
        "Fulfillments($expand=Items),Adjustments,CustomFields",
        "$count": "true",
    }
    assert oms.get("/v1/Orders", everything)["@odata.count"] == 2
    for path in (
        f"/v1/Orders({order})",
        f"/v1/Orders({order})/Items",
        f"/v1/Orders({order})/Adjustments",
        f"/v1/Orders({order})/Fulfillments",
        f"/v1/Orders({order})/ActivityHistory",
        f"/v1/OrderItems({oms.items(order)[0]})",
        f"/v1/OrderItems({oms.items(order)[0]})/Adjustments",
        "/v1/OrderAdjustments",
        "/v1/OrderAdjustments(3)",
        "/v1/OrderItemAdjustments",
        "/v1/OrderItemAdjustments(1)",
        "/v1/Sites",
    ):
        oms.get(path)
