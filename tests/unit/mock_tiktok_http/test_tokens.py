"""Codes and tokens: exchanged over HTTP, alive in the world's time, and never ended by being looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from mock_tiktok import Marketplace
from tests.clock import START, HandClock
from tests.unit.mock_tiktok_http.client import SEARCH, Client


def exchange(market: Marketplace, what: str = "get", **changed: str) -> dict[str, Any]:
    query = {"app_key": market.app_key, "app_secret": market.app_secret, "grant_type": "authorized_code", **changed}
    response = market.app.test_client().get(f"/api/v2/token/{what}", query_string=query)
    assert response.status_code == 200
    assert response.json is not None
    return dict(response.json)


def test_a_code_is_exchanged_once_for_tokens_that_work(client: Client, market: Marketplace) -> None:
    code = market.credentials(client.shop.shop_id).auth_code
    response = exchange(market, auth_code=code)
    assert (response["code"], response["message"]) == (0, "success")
    granted = response["data"]
    assert granted["seller_name"] == "Harbour Goods"
    assert granted["access_token_expire_in"] == int((START + timedelta(days=7)).timestamp())
    client.token = granted["access_token"]
    assert client.data("GET", "/authorization/202309/shops")["shops"][0]["cipher"] == client.shop.shop_cipher
    again = exchange(market, auth_code=code)
    assert (again["code"], again["message"], again["data"]) == (36004004, "invalid auth code", None)


def test_the_shown_code_is_unused_and_lives_half_an_hour(client: Client, market: Marketplace, clock: HandClock) -> None:
    first = market.credentials(client.shop.shop_id).auth_code
    assert market.credentials(client.shop.shop_id).auth_code == first
    exchange(market, auth_code=first)
    second = market.credentials(client.shop.shop_id).auth_code
    assert second != first
    clock.at += timedelta(minutes=30)
    assert exchange(market, auth_code=second)["code"] == 36004004
    assert exchange(market, auth_code=market.credentials(client.shop.shop_id).auth_code)["code"] == 0


def test_shown_tokens_are_valid_and_end_no_older_ones(client: Client, market: Marketplace, clock: HandClock) -> None:
    for _ in range(6):
        client.token = market.credentials(client.shop.shop_id).access_token
        assert client.send("POST", SEARCH).status_code == 200
        clock.at += timedelta(days=3)
        market.credentials(client.shop.shop_id)
        assert client.send("POST", SEARCH).status_code == 200
        clock.at += timedelta(days=11)


def test_a_refresh_gives_a_new_pair_and_ends_nothing(client: Client, market: Marketplace) -> None:
    granted = exchange(market, auth_code=market.credentials(client.shop.shop_id).auth_code)["data"]
    for grant_type in ("refresh_token", "authorized_code"):
        fresh = exchange(market, "refresh", refresh_token=granted["refresh_token"], grant_type=grant_type)["data"]
        assert fresh["access_token"] != granted["access_token"]
        for token in (granted["access_token"], fresh["access_token"]):
            client.token = token
            assert client.send("POST", SEARCH).status_code == 200


def test_a_refresh_token_ends_after_its_year(client: Client, market: Marketplace, clock: HandClock) -> None:
    token = exchange(market, auth_code=market.credentials(client.shop.shop_id).auth_code)["data"]["refresh_token"]
    assert exchange(market, "refresh", refresh_token="ROW_no", grant_type="refresh_token")["code"] == 36004005
    clock.at += timedelta(days=365)
    assert exchange(market, "refresh", refresh_token=token, grant_type="refresh_token")["code"] == 36004001


def test_what_is_wrong_with_an_exchange_is_named(client: Client, market: Marketplace) -> None:
    code = market.credentials(client.shop.shop_id).auth_code
    wrong = {"app_key": "no", "app_secret": "no", "grant_type": "authorization_code", "auth_code": ""}
    for name, value in wrong.items():
        response = exchange(market, **{"auth_code": code, name: value})
        assert response["code"] == 36009004
        assert f"'{name}'" in response["message"]
    assert exchange(market, auth_code=code, color="red")["code"] == 0
