"""Wherever a caller puts a secret or a buyer's name, no export of the record shows it."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from werkzeug.test import Client

from rehearsal.trace.diagram import mermaid
from rehearsal.trace.har import har
from rehearsal.trace.log import Entry
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
    secret = world.marketplace.app_secret
    response = Client(world.outside_app(service)).open(
        path.format(secret=secret), method=method, json={"words": secret} if method != "GET" else None
    )
    assert response.status_code >= 400 or response.get_json(force=True)["code"] != 0
    assert last(world)["path"] == shown
    assert secret not in exports(world)


def connector_client(world: World) -> tuple[Client, dict[str, str]]:
    client = Client(world.outside_app("connector"))
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
