"""The marketplace's own troubles: each with its code, on the calls it is armed for, and gone when it is ended."""

import pickle
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest

from mock_tiktok import AppName, Marketplace
from mock_tiktok.errors import BadValue, UnknownId
from tests.clock import HandClock
from tests.unit.mock_tiktok_http.client import SEARCH, Client
from tests.unit.mock_tiktok_http.test_tokens import exchange

RR = "/return_refund/202309"
ORDERS = "/order/202309/orders"
YES = {"decision": "APPROVE_REFUND"}


class Struck:
    """Arms troubles for the calls made inside, and counts how often each was asked whether it strikes."""

    def __init__(self, market: Marketplace) -> None:
        self.market = market
        self.hits: list[str] = []

    def by(self, *numbers: str, really: bool = True) -> AbstractContextManager[None]:
        return self.market.troubles.during({number: self._asked(number, really) for number in numbers})

    def _asked(self, number: str, really: bool) -> Callable[[str], bool]:
        def asked(shop_id: str) -> bool:
            assert shop_id in (shop.shop_id for shop in self.market.shops)
            self.hits.append(number)
            return really

        return asked


@pytest.fixture
def struck(market: Marketplace, client: Client) -> Struck:
    return Struck(market)


def granted(market: Marketplace, client: Client) -> dict[str, Any]:
    data = dict(exchange(market, auth_code=market.credentials(client.shop.shop_id).auth_code)["data"])
    client.token = data["access_token"]
    return data


@pytest.mark.parametrize(
    ("kind", "access", "refresh"),
    [
        ("token_revoked", (401, 105001), 0),
        ("token_expired", (401, 105002), 0),
        ("refresh_ended", (200, 0), 36004001),
        ("deauthorised", (401, 105001), 36004005),
    ],
)
def test_tokens_of_an_app_end_shown_ones_too_and_later_ones_are_good(
    client: Client,
    market: Marketplace,
    struck: Struck,
    clock: HandClock,
    kind: str,
    access: tuple[int, int],
    refresh: int,
) -> None:
    shown, tools = market.credentials(client.shop.shop_id), Client(market, client.shop, clock, AppName.TOOLS)
    old = granted(market, client)
    market.troubles.begin("1", kind)

    def outcomes() -> tuple[tuple[int, int], int]:
        called = client.send("POST", SEARCH)
        renewed = exchange(market, "refresh", refresh_token=old["refresh_token"], grant_type="refresh_token")
        assert called.json is not None
        return (called.status_code, called.json["code"]), renewed["code"]

    assert outcomes() == (access, refresh)
    assert struck.hits == []
    with struck.by("1"):
        assert outcomes() == (access, refresh)
    assert struck.hits == ["1"] * ((access[1] != 0) + (refresh != 0))
    market.troubles.end("1")
    assert outcomes() == (access, refresh), "what has ended stays so"
    granted(market, client)
    assert client.send("POST", SEARCH).status_code == 200
    client.token, old = shown.access_token, {"refresh_token": shown.refresh_token}
    assert outcomes() == (access, refresh)
    renewed = market.credentials(client.shop.shop_id)
    client.token, old = renewed.access_token, {"refresh_token": renewed.refresh_token}
    assert outcomes() == ((200, 0), 0), "what is shown is good"
    assert tools.send("POST", SEARCH).status_code == 200, "what the tools have is not touched"


def test_who_was_shut_out_names_the_shop_by_another_cipher_from_then_on(client: Client, market: Marketplace) -> None:
    given, tools = client.cipher, market.shop(client.shop.shop_id).cipher_for(AppName.TOOLS)
    assert given == tools, "at first"
    for kind in ("token_revoked", "token_expired", "refresh_ended"):
        market.troubles.begin(kind, kind)
        assert client.cipher == given
    market.troubles.begin("1", "deauthorised")
    granted(market, client)
    (listed,) = client.data("GET", "/authorization/202309/shops")["shops"]
    assert listed["cipher"] == client.cipher != given
    assert client.refusal("POST", SEARCH, shop_cipher=given)[:2] == (401, 101000)
    assert client.send("POST", SEARCH).status_code == 200
    assert market.shop(client.shop.shop_id).cipher_for(AppName.TOOLS) == given
    again = Marketplace(clock=HandClock(), state=market.state.over())
    assert again.shop(client.shop.shop_id).cipher_for(AppName.CONNECTOR) == client.cipher, "it goes on"


def test_tokens_end_in_the_shop_that_is_named(client: Client, market: Marketplace, clock: HandClock) -> None:
    other = Client(market, market.add_shop(), clock)
    for one in (client, other):
        granted(market, one)
    market.troubles.begin("1", "token_revoked", shop_id=other.shop.shop_id)
    assert client.send("POST", SEARCH).status_code == 200
    assert other.refusal("POST", SEARCH)[:2] == (401, 105001)


def test_tokens_end_for_all_shops_of_a_seller(client: Client, market: Marketplace, clock: HandClock) -> None:
    other = Client(market, market.add_shop(seller=client.shop.name), clock)
    shown = market.credentials(client.shop.shop_id)
    for shop_id in (other.shop.shop_id, None):
        market.troubles.begin("1", "token_revoked", shop_id=shop_id)
        for one in (client, other):
            assert one.refusal("POST", SEARCH)[:2] == (401, 105001)
            one.token = market.credentials(one.shop.shop_id).access_token
            assert one.send("POST", SEARCH).status_code == 200
    assert shown != market.credentials(other.shop.shop_id) == market.credentials(client.shop.shop_id)


def test_a_scope_is_lost_while_its_trouble_lasts(client: Client, market: Marketplace, struck: Struck) -> None:
    market.troubles.begin("1", "scope_removed", scope="seller.return_refund.basic")
    assert client.send("POST", SEARCH).status_code == 200, "nobody is armed for"
    with struck.by("1"):
        status, code, message = client.refusal("POST", SEARCH)
        assert (status, code, "required access scope" in message) == (401, 105005, True)
        assert client.send("POST", f"{ORDERS}/search", {"page_size": "20"}).status_code == 200
        market.troubles.end("1")
        assert client.send("POST", SEARCH).status_code == 200
    assert struck.hits == ["1"]


def test_who_is_asked_may_decline(client: Client, market: Marketplace, struck: Struck) -> None:
    market.troubles.begin("1", "scope_removed", scope="seller.return_refund.basic")
    market.troubles.begin("2", "quota", calls=0, per=timedelta(hours=1))
    with struck.by("1", "2", really=False):
        assert client.send("POST", SEARCH).status_code == 200
    assert struck.hits == ["1", "2"]


@pytest.mark.parametrize(("per", "code"), [(timedelta(hours=1), 36009037), (timedelta(minutes=1), 36009002)])
def test_a_quota_refuses_what_goes_beyond_it_in_its_time(
    client: Client, market: Marketplace, struck: Struck, clock: HandClock, per: timedelta, code: int
) -> None:
    other = Client(market, market.add_shop(), clock)
    market.troubles.begin("1", "quota", calls=2, per=per)
    for _ in range(2):
        with struck.by("1"):
            assert [client.send("POST", SEARCH).status_code for _ in range(3)] == [200, 200, 429]
            assert client.refusal("POST", SEARCH)[:2] == (429, code)
            assert other.send("POST", SEARCH).status_code == 200, "each shop has its own"
        assert client.send("POST", SEARCH).status_code == 200, "others' calls are not counted"
        clock.at += per
    assert struck.hits == ["1"] * 4


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_locked_claim_takes_no_decision_and_keeps_no_outcome(
    client: Client, market: Marketplace, struck: Struck, verb: str
) -> None:
    ids = [market.request_return(market.place_order().order_id, return_type="REFUND").return_id for _ in range(2)]
    market.troubles.begin("1", "locked", return_id=ids[0])
    no = {"decision": "REJECT_REFUND", "reject_reason": "reverse_reject_refund_request_unclear_evidence"}
    body, key = YES if verb == "approve" else no, {"idempotency_key": "k"}
    with struck.by("1"):
        assert client.refusal("POST", f"{RR}/returns/{ids[0]}/{verb}", key, body)[:2] == (200, 25001028)
        client.data("POST", f"{RR}/returns/{ids[1]}/{verb}", key, body)
    assert struck.hits == ["1"]
    client.data("POST", f"{RR}/returns/{ids[0]}/{verb}", key, body)
    with struck.by("1"):
        client.data("POST", f"{RR}/returns/{ids[0]}/{verb}", key, body)
    assert struck.hits == ["1"], "the first outcome again, which needs no lock"


def test_a_cancellation_can_be_locked(client: Client, market: Marketplace, struck: Struck, clock: HandClock) -> None:
    order = market.place_order(status="AWAITING_SHIPMENT")
    cancel_id = market.request_cancellation(order.order_id).cancel_id
    market.troubles.begin("1", "locked", return_id=cancel_id)
    with struck.by("1"):
        assert client.refusal("POST", f"{RR}/cancellations/{cancel_id}/approve")[:2] == (200, 25001028)


def test_searches_lag_and_details_do_not(client: Client, market: Marketplace, struck: Struck, clock: HandClock) -> None:
    old = market.place_order().order_id
    claim = market.request_return(old, return_type="REFUND").return_id
    clock.at += timedelta(minutes=1)
    market.troubles.begin("1", "search_lag", by=timedelta(minutes=10))

    def statuses() -> list[str]:
        return [one["return_status"] for one in client.data("POST", SEARCH).get("return_orders", [])]

    def orders() -> list[str]:
        found = client.data("POST", f"{ORDERS}/search", {"page_size": "20"})
        assert len(found.get("orders", [])) == found["total_count"]
        return [one["id"] for one in found.get("orders", [])]

    with struck.by("1"):
        assert (len(orders()), statuses()) == (1, ["RETURN_OR_REFUND_REQUEST_PENDING"])
        assert struck.hits == [], "nothing differs yet"
        client.data("POST", f"{RR}/returns/{claim}/approve", {}, YES)
        new = market.place_order().order_id
        assert (orders(), statuses()) == ([old], ["RETURN_OR_REFUND_REQUEST_PENDING"])
        assert client.data("GET", ORDERS, {"ids": new})["orders"][0]["id"] == new
        assert struck.hits == ["1", "1"]
        clock.at += timedelta(minutes=9, seconds=59)
        assert orders() == [old]
        clock.at += timedelta(seconds=1)
        assert (set(orders()), len(statuses())) == ({old, new}, 1)
        assert "PENDING" not in statuses()[0]
        late = market.place_order().order_id
        assert late not in orders()
        market.troubles.end("1")
        assert late in orders()


def test_searches_of_others_do_not_lag(client: Client, market: Marketplace) -> None:
    market.troubles.begin("1", "search_lag", by=timedelta(minutes=10))
    market.request_return(market.place_order().order_id, return_type="REFUND")
    assert client.data("POST", SEARCH)["total_count"] == 1


def test_troubles_are_part_of_what_a_copy_remembers(market: Marketplace, client: Client, clock: HandClock) -> None:
    market.troubles.begin("lag", "search_lag", by=timedelta(minutes=10))
    market.request_return(market.place_order().order_id, return_type="REFUND")
    market.troubles.begin("few", "quota", calls=2, per=timedelta(hours=1))
    with Struck(market).by("few"):
        client.data("POST", SEARCH)
    copied = Marketplace(clock=HandClock(clock.at), state=pickle.loads(pickle.dumps(market.state)))
    other = Client(copied, copied.shops[0], clock)
    with Struck(copied).by("lag", "few"):
        assert other.data("POST", SEARCH)["total_count"] == 0
        assert other.refusal("POST", SEARCH)[:2] == (429, 36009037)


@pytest.mark.parametrize(
    ("kind", "told", "field"),
    [
        ("earthquake", {}, "kind"),
        ("search_lag", {}, "by"),
        ("search_lag", {"by": timedelta(0)}, "by"),
        ("quota", {"calls": -1, "per": timedelta(hours=1)}, "calls"),
        ("quota", {"calls": 1, "per": timedelta(0)}, "per"),
        ("scope_removed", {"scope": "seller.everything"}, "scope"),
        ("token_revoked", {"scope": "seller.order.info"}, "scope"),
    ],
)
def test_what_cannot_be_meant_is_named_and_changes_nothing(
    market: Marketplace, kind: str, told: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadValue) as bad:
        market.troubles.begin("1", kind, **told)
    assert bad.value.field == field
    assert market.state.troubles == {}


def test_a_shop_that_is_not_there_cannot_be_in_trouble(market: Marketplace) -> None:
    with pytest.raises(UnknownId):
        market.troubles.begin("1", "deauthorised", shop_id="7495")
    assert market.state.troubles == {}
