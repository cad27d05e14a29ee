"""Wherever a caller puts a secret or a buyer's name, no export of the record shows it."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import Client

from rehearsal.trace.diagram import mermaid
from rehearsal.trace.har import har
from rehearsal.trace.log import Entry
from rehearsal.world.doors import outside_app
from rehearsal.world.world import World


def exports(world: World) -> str:
    entries = list(world.trace.entries())
    findings = str(world.findings()).encode()
    return (world.trace.ndjson() + har(entries) + mermaid(entries) + findings).decode()


def last(world: World) -> Entry:
    return list(world.trace.entries())[-1]


@pytest.mark.parametrize(
    ("service", "method", "path", "shown"),
    [
        ("tiktok_auth", "GET", "/api/v2/token/get/{secret}", "/api/v2/token/get/[redacted]"),
        ("tiktok", "GET", "/zz/{secret}", "/zz/[redacted]"),
        ("tiktok", "GET", "/{secret}", "/[redacted]"),
        ("tiktok", "GET", "/zz?{secret}", "/zz"),
        ("tiktok", "GET", "/zz?q={secret}", "/zz"),
        ("tiktok", "GET", "/authorization/202309/shops?q={secret}", "/authorization/202309/shops"),
        (
            "tiktok",
            "PUT",
            "/return_refund/202309/returns/{secret}/approve",
            "/return_refund/202309/returns/[redacted]/approve",
        ),
        ("connector", "GET", "/v1/orders({secret})/Nothing/{secret}", "/v1/Orders([redacted])/[redacted]"),
        ("connector", "POST", "/v1/{secret}", "/v1/[redacted]"),
    ],
)
def test_a_secret_in_an_unknown_call_is_hidden(world: World, service: str, method: str, path: str, shown: str) -> None:
    secret = world.marketplace.developer_apps["connector"].secret
    response = Client(outside_app(world, service)).open(
        path.format(secret=secret), method=method, json={"words": secret} if method != "GET" else None
    )
    assert response.status_code >= 400 or response.get_json(force=True)["code"] != 0
    assert last(world)["path"] == shown
    assert secret not in exports(world)


def connector_client(world: World) -> tuple[Client, dict[str, str]]:
    client = Client(outside_app(world, "connector"))
    basic = base64.b64encode(f"{world.client.application_id}:{world.client.shared_secret}".encode()).decode()
    form = {"grant_type": "refresh_token", "refresh_token": world.client.refresh_token}
    token = client.post("/oauth2/token", data=form, headers={"Authorization": f"Basic {basic}"}).get_json()
    return client, {"Authorization": f"Bearer {token['access_token']}"}


def test_a_filter_that_speaks_of_a_buyer_is_not_recorded_and_any_other_is(world: World) -> None:
    world.marketplace.place_order()
    world.advance(by=timedelta(minutes=15))
    client, bearer = connector_client(world)
    for text in ("ShippingLastName eq 'Butler'", "shippinglastname eq Butler", "contains(BuyerEmailAddress,'Butler'"):
        client.get("/v1/Orders", query_string={"$filter": text}, headers=bearer)
        assert last(world)["query"] == {"$filter": "[redacted]"}
    assert "Butler" not in exports(world)
    client.get("/v1/Orders", query_string={"$filter": "ID eq 1", "$select": "ShippingLastName"}, headers=bearer)
    assert last(world)["query"] == {"$filter": "ID eq 1", "$select": "ShippingLastName"}


@pytest.fixture
def secrets(world: World) -> dict[str, str]:
    """One secret of each kind that somebody could put where it does not belong."""
    shown = world.marketplace.credentials(world.shops.known[0].shop_id)
    _, bearer = connector_client(world)
    foreign = "Zm9yZWlnbi10b2tlbi0xMjM0-_x"  # of a connector that makes its tokens in its own way
    Client(outside_app(world, "connector")).get("/v1/Orders", headers={"Authorization": f"Bearer {foreign}"})
    return {
        "app secret": world.marketplace.developer_apps["connector"].secret,
        "shown access token": shown.access_token,
        "auth code": shown.auth_code,
        "shared secret": world.client.shared_secret,
        "refresh token": world.client.refresh_token,
        "bearer": bearer["Authorization"].partition(" ")[2],
        "foreign": foreign,
    }


PLACES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "filter": ("GET", "/v1/Orders", {"query_string": {"$filter": "SiteOrderID eq '{}'"}}),
    "glued in a filter": ("GET", "/v1/OrderItemAdjustments", {"query_string": {"$filter": "Comment eq 'x{}x'"}}),
    "select": ("GET", "/v1/Orders", {"query_string": {"$select": "{}"}}),
    "name of a parameter": ("GET", "/v1/Orders", {"query_string": {"{}": "1"}}),
    "path": ("GET", "/v1/Orders(1)/{}", {}),
    "words": ("POST", "/v1/Orders(1)/Adjust", {"json": {"SellerAdjustmentID": "see {}", "Reason": "{}"}}),
    "unknown field": ("POST", "/v1/Orders(1)/Adjust", {"json": {"Surplus": "{}"}}),
    "name of a field": ("POST", "/v1/Orders(1)/Adjust", {"json": {"{}": 1}}),
    "spelt out": ("POST", "/v1/Orders(1)/Adjust", {"data": '{{"SellerAdjustmentID": "{}"}}'}),
    "type": ("POST", "/v1/Orders(1)/Adjust", {"data": "x", "content_type": "text/{}"}),
    "method": ("{}", "/v1/Orders", {}),
}


@pytest.mark.parametrize("kind", ["app secret", "shown access token", "auth code", "shared secret", "refresh token",
                                  "bearer", "foreign"])  # fmt: skip
@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_known_by_its_value_wherever_it_stands(
    world: World, secrets: dict[str, str], kind: str, place: str
) -> None:
    secret = secrets[kind]
    client, bearer = connector_client(world)
    written = f"\\u{ord(secret[0]):04x}{secret[1:]}" if place == "spelt out" else secret
    method, path, options = filled(PLACES[place], written)
    client.open(path, method=method, headers=bearer, **options)
    assert secret not in exports(world)
    assert secret not in str(list(world.recorder.trace.entries()))


def filled(place: Any, secret: str) -> Any:
    if isinstance(place, str):
        return place.replace("{{", "{").replace("}}", "}").replace("{}", secret)
    if isinstance(place, dict):
        return {filled(name, secret): filled(value, secret) for name, value in place.items()}
    return tuple(filled(one, secret) for one in place) if isinstance(place, tuple) else place


def test_what_nobody_knows_in_a_body_is_not_recorded(world: World) -> None:
    client, bearer = connector_client(world)
    world.marketplace.place_order()
    world.advance(by=timedelta(minutes=15))
    client.post(
        "/v1/Orders(1)/Adjust", json={"SellerAdjustmentID": "A-1", "Surplus": {"deep": "Butler"}}, headers=bearer
    )
    assert last(world)["request"]["body"] == {"SellerAdjustmentID": "A-1", "Surplus": "[redacted]"}
    assert "Butler" not in exports(world)


def test_a_secret_in_the_words_of_a_decision_reaches_neither_call_nor_event(world: World) -> None:
    order = world.marketplace.place_order()
    world.marketplace.request_return(order.order_id, return_type="REFUND")
    world.advance(by=timedelta(minutes=30))
    (case,) = world.oms.adjustments()
    world.oms.reject(case.id, comment=f"see {world.marketplace.developer_apps['connector'].secret}")
    world.advance(by=timedelta(minutes=30))
    assert "see [redacted]" in exports(world)
    assert world.marketplace.developer_apps["connector"].secret not in exports(world)
