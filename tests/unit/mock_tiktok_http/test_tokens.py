"""Codes and tokens: exchanged over HTTP, alive in the world's time, and never ended by being looked at."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mock_tiktok import AppName, Marketplace
from tests.clock import START, HandClock
from tests.unit.mock_tiktok_http.client import SEARCH, Client


def exchange(
    market: Marketplace, what: str = "get", whose: AppName = AppName.CONNECTOR, **changed: str
) -> dict[str, Any]:
    app = market.developer_apps[whose]
    query = {"app_key": app.key, "app_secret": app.secret, "grant_type": "authorized_code", **changed}
    response = market.app.test_client().get(f"/api/v2/token/{what}", query_string=query)
    assert response.status_code == 200
    assert response.json is not None
    return dict(response.json)


@pytest.mark.parametrize(("mine", "theirs"), [tuple(AppName), tuple(AppName)[::-1]])
def test_each_app_has_codes_and_tokens_of_its_own(
    client: Client, market: Marketplace, clock: HandClock, mine: AppName, theirs: AppName
) -> None:
    """Whatever is the other app's is none; what this one does ends nothing of it."""
    shown = market.credentials(client.shop.shop_id, theirs)
    assert exchange(market, whose=mine, auth_code=shown.auth_code)["code"] == 36004004
    granted = exchange(market, whose=theirs, auth_code=shown.auth_code)["data"]
    own = Client(market, client.shop, clock, mine)
    used = exchange(market, whose=mine, auth_code=market.credentials(own.shop.shop_id, mine).auth_code)["data"]
    for token in (shown.refresh_token, granted["refresh_token"]):
        told = {"refresh_token": token, "grant_type": "refresh_token"}
        assert exchange(market, "refresh", mine, **told)["code"] == 36004005
        assert exchange(market, "refresh", theirs, **told)["code"] == 0
    for foreign in (shown.access_token, granted["access_token"]):
        own.token = foreign
        assert own.refusal("POST", SEARCH)[:2] == (401, 105001)
    for own.token in (market.credentials(client.shop.shop_id, mine).access_token, used["access_token"]):
        assert own.send("POST", SEARCH).status_code == 200
    assert own.refusal("POST", SEARCH, sign_as=theirs)[:2] == (401, 106001)
    other = {"app_key": market.developer_apps[theirs].key, "auth_code": "ROW_no"}
    assert "'app_secret'" in exchange(market, whose=mine, **other)["message"]


def test_one_code_and_one_refresh_token_are_those_of_all_shops_of_a_seller(
    client: Client, market: Marketplace, clock: HandClock
) -> None:
    second = Client(market, market.add_shop(market="GB", seller="Harbour Goods"), clock)
    shown = [market.credentials(one.shop.shop_id) for one in (client, second)]
    assert shown[0] == shown[1] != market.credentials(market.add_shop(name="Harbour Goods").shop_id)
    granted = exchange(market, auth_code=shown[1].auth_code)["data"]
    assert (granted["seller_name"], granted["seller_base_region"]) == ("Harbour Goods", "US")
    assert exchange(market, auth_code=shown[0].auth_code)["code"] == 36004004
    told = {"refresh_token": granted["refresh_token"], "grant_type": "refresh_token"}
    renewed = exchange(market, "refresh", **told)["data"]
    for one in (client, second):
        for one.token in (granted["access_token"], renewed["access_token"]):
            assert one.send("POST", SEARCH).status_code == 200
    clock.at += timedelta(minutes=10)
    assert exchange(market, "refresh", **told)["code"] == 36004001
    market.close_shop(second.shop.shop_id)
    assert client.send("POST", SEARCH).status_code == 200


def test_an_idempotency_key_is_known_to_the_app_that_sent_it(
    client: Client, market: Marketplace, clock: HandClock
) -> None:
    order = market.place_order()
    claim = market.request_return(order.order_id, return_type="REFUND").return_id
    path, key = f"/return_refund/202309/returns/{claim}/approve", {"idempotency_key": "k"}
    client.data("POST", path, key, {"decision": "APPROVE_REFUND"})
    assert client.document("POST", path, key, {"decision": "APPROVE_RETURN"})["code"] == 25001001, "another body"
    tools = Client(market, client.shop, clock, AppName.TOOLS)
    assert tools.document("POST", path, key, {"decision": "APPROVE_RETURN"})["code"] not in (0, 25001001)


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


def test_a_refresh_gives_a_new_pair_and_ends_no_access_token(client: Client, market: Marketplace) -> None:
    granted = exchange(market, auth_code=market.credentials(client.shop.shop_id).auth_code)["data"]
    for grant_type in ("refresh_token", "authorized_code"):
        fresh = exchange(market, "refresh", refresh_token=granted["refresh_token"], grant_type=grant_type)["data"]
        assert fresh["access_token"] != granted["access_token"]
        for token in (granted["access_token"], fresh["access_token"]):
            client.token = token
            assert client.send("POST", SEARCH).status_code == 200


@pytest.mark.parametrize("grace", ["0min", "10min", "2h"])
def test_a_granted_refresh_token_is_good_for_a_grace_after_its_first_use(
    tmp_path: Path, clock: HandClock, grace: str
) -> None:
    profile = tmp_path / "own.yaml"
    number = f"{{value: {grace}, source: a guess, certainty: assumed}}"
    profile.write_text(f"name: own\nextends: us-2025-08\nnumbers: {{token.refresh_grace: {number}}}\n")
    market = Marketplace(clock=clock, profile=profile)
    shown = market.credentials(market.add_shop().shop_id)

    def refresh(token: str) -> dict[str, Any]:
        return exchange(market, "refresh", refresh_token=token, grant_type="refresh_token")

    first = exchange(market, auth_code=shown.auth_code)["data"]["refresh_token"]
    second = refresh(first)["data"]["refresh_token"]
    left = {"0min": timedelta(0), "10min": timedelta(minutes=10), "2h": timedelta(hours=2)}[grace]
    if left:
        clock.at += left - timedelta(seconds=1)
        assert refresh(first)["data"]["refresh_token"] not in (first, second), "and its grace is not begun anew"
        clock.at += timedelta(seconds=1)
    assert refresh(first)["code"] == 36004001
    clock.at += timedelta(days=100)
    assert refresh(second)["code"] == 0
    for _ in range(2):
        assert refresh(shown.refresh_token)["code"] == 0, "what is shown is never ended by being used"
        clock.at += timedelta(hours=3)


def test_a_refresh_token_ends_after_its_year(client: Client, market: Marketplace, clock: HandClock) -> None:
    token = exchange(market, auth_code=market.credentials(client.shop.shop_id).auth_code)["data"]["refresh_token"]
    assert exchange(market, "refresh", refresh_token="ROW_no", grant_type="refresh_token")["code"] == 36004005
    clock.at += timedelta(days=365)
    assert exchange(market, "refresh", refresh_token=token, grant_type="refresh_token")["code"] == 36004001


def test_what_is_wrong_with_an_exchange_is_named(client: Client, market: Marketplace) -> None:
    code = market.credentials(client.shop.shop_id).auth_code
    wrong = {"app_key": "no", "app_secret": "no", "grant_type": "authorization_code", "auth_code": ""}
    for name, value in wrong.items():
        response = exchange(market, "get", AppName.CONNECTOR, **{"auth_code": code, name: value})
        assert response["code"] == 36009004
        assert f"'{name}'" in response["message"]
    assert exchange(market, auth_code=code, color="red")["code"] == 0
