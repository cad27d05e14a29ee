"""Webhooks: who is told what, signed how, when again, and where to."""

import json
from datetime import timedelta
from typing import Any

import pytest

from mock_tiktok import AppName, Marketplace
from mock_tiktok.domain.webhooks import signature, wrong_address
from mock_tiktok.state.tokens import REFRESH_LIFE
from mock_tiktok.state.webhooks import Delivery
from mock_tiktok.usecases.webhooks import Answer
from rehearsal.contract.message import read
from rehearsal.contract.openapi import Contract
from tests.clock import START, HandClock
from tests.unit.mock_tiktok.town import pass_time
from tests.unit.mock_tiktok_http.client import Client

PATH = "/event/202309/webhooks"
HERE = "https://hooks.example.com/tiktok"
TOPICS = (
    *("ORDER_STATUS_CHANGE", "CANCELLATION_STATUS_CHANGE", "RETURN_STATUS_CHANGE"),
    *("SELLER_DEAUTHORIZATION", "UPCOMING_AUTHORIZATION_EXPIRATION"),
)
NOTIFY, _ = Contract.load("tiktok_webhooks").find("POST", "/wherever/it/is") or pytest.fail("no such operation")


class Receiver:
    """Whoever is told: keeps what comes, and answers as it is told to."""

    def __init__(self) -> None:
        self.got: list[Delivery] = []
        self.answer = Answer(200)

    def __call__(self, delivery: Delivery) -> Answer:
        message = read("application/json", delivery.body)
        assert NOTIFY.judge_request({}, [], {"authorization": "signed"}, message) == []
        self.got.append(delivery)
        return self.answer

    @property
    def told(self) -> list[tuple[int, str]]:
        """Return the type and the status, or the message, of each that came."""
        documents = [json.loads(one.body) for one in self.got]
        return [(one["type"], _status(one["data"])) for one in documents]


def _status(data: dict[str, Any]) -> str:
    return next(str(value) for name, value in data.items() if name.endswith("status") or name == "message")


@pytest.fixture
def receiver(market: Marketplace) -> Receiver:
    market.webhooks.post = receiver = Receiver()
    return receiver


@pytest.fixture
def subscribed(client: Client, receiver: Receiver) -> Client:
    for topic in TOPICS:
        client.data("PUT", PATH, body={"address": HERE, "event_type": topic})
    return client


def passes(client: Client, clock: HandClock, **duration: float) -> list[str]:
    return [fired.what for fired in pass_time(client.market, clock, clock.at + timedelta(**duration))]


def test_one_address_per_topic_app_and_shop_until_it_is_deleted(client: Client, clock: HandClock) -> None:
    assert client.data("GET", PATH) == {"total_count": 0, "webhooks": []}
    begun = int(clock.at.timestamp())
    client.data("PUT", PATH, body={"address": HERE, "event_type": "ORDER_STATUS_CHANGE"})
    clock.at += timedelta(seconds=9)
    client.data("PUT", PATH, body={"address": "https://elsewhere.example.com", "event_type": "ORDER_STATUS_CHANGE"})
    (kept,) = client.data("GET", PATH)["webhooks"]
    assert kept == {
        "address": "https://elsewhere.example.com",
        "event_type": "ORDER_STATUS_CHANGE",
        "create_time": begun,
        "update_time": begun + 9,
    }
    tools = Client(client.market, client.shop, clock, AppName.TOOLS)
    assert tools.data("GET", PATH)["total_count"] == 0
    for _ in range(2):
        client.data("DELETE", PATH, body={"event_type": "ORDER_STATUS_CHANGE"})
    assert client.data("GET", PATH)["total_count"] == 0


@pytest.mark.parametrize(
    ("method", "body", "words"),
    [
        ("PUT", {"event_type": "ORDER_STATUS_CHANGE"}, "param body.address is missing"),
        ("PUT", {"address": HERE}, "param body.event_type is missing"),
        ("PUT", {"address": HERE, "event_type": "EVERYTHING"}, "'EVERYTHING' is not known"),
        ("PUT", {"address": "http://hooks.example.com", "event_type": "NEW_MESSAGE"}, "must begin with https://"),
        ("PUT", {"address": HERE, "event_type": "NEW_MESSAGE", "secret": "x"}, "unexpected identifier"),
        ("DELETE", {}, "param body.event_type is missing"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(client: Client, method: str, body: Any, words: str) -> None:
    refused = client.document(method, PATH, body=body)
    assert (refused["code"], words in refused["message"]) == (36009004, True), refused


@pytest.mark.parametrize(
    ("address", "wrong", "wrong_on_loopback"),
    [
        ("https://hooks.example.com/a?b=c", False, False),
        ("https://hooks.example.com:443/", True, True),
        ("https://192.0.2.7/", True, True),
        ("https://localhost/", True, False),
        ("http://127.0.0.1:8123/hooks", True, False),
        ("http://[::1]:8123/", True, False),
        ("http://192.0.2.7:8123/", True, True),
        ("ftp://127.0.0.1/", True, True),
        ("https://user@hooks.example.com/", True, True),
        ("https://[half", True, True),
        ("nothing", True, True),
        (f"https://hooks.example.com/{'x' * 255}", True, True),
    ],
)
def test_an_address_is_https_on_a_domain_or_this_machine_where_it_is_taken(
    address: str, wrong: bool, wrong_on_loopback: bool
) -> None:
    found = [wrong_address(address, loopback=loopback) for loopback in (False, True)]
    assert [one is not None for one in found] == [wrong, wrong_on_loopback]


@pytest.mark.parametrize(
    ("app_key", "secret", "body", "signed"),
    [
        (
            "abcdef",
            "123",
            '{"type":1,"tts_notification_id":"7380066284010030890","shop_id":"7495540735365777507",'
            '"timestamp":1718305585,"data":{"is_on_hold_order":true,"order_id":"576653688135258178",'
            '"order_status":"UNPAID","update_time":1718305585}}',
            "5dec0f11ec2f6783b8deee53c9ffbf8d024302f7c7e7fa55a35d17629031ac05",
        ),
        (
            "testkey01",
            "testsecret01",
            '{"type":12,"tts_notification_id":"7327112393057371910","shop_id":"7494049642642441621",'
            '"timestamp":1644412885,"data":{"order_id":"576486316948490001","return_role":"BUYER",'
            '"return_type":"REFUND","return_status":"RETURN_OR_REFUND_REQUEST_PENDING",'
            '"return_id":"4035318504086604100","create_time":1627587600,"update_time":1644412885}}',
            "0831a488e82f6ef38d182595f4baf99e039f64bb02e4c4eee2ba2abd4032a30c",
        ),
    ],
)
def test_the_signature_is_the_platform_s(app_key: str, secret: str, body: str, signed: str) -> None:
    assert signature(app_key, secret, body.encode()) == signed


def test_what_happens_is_told_in_its_own_act_and_never_in_the_midst_of_it(
    subscribed: Client, receiver: Receiver, clock: HandClock
) -> None:
    market = subscribed.market
    order = market.place_order(status="AWAITING_SHIPMENT")
    market.request_cancellation(order.order_id)
    bought = market.place_order()
    market.request_return(bought.order_id, return_type="REFUND")
    assert receiver.got == []
    assert {due.rank for due in [market.next_due()] if due} == {4}
    passes(subscribed, clock, minutes=0)
    assert receiver.told[:2] == [(1, "AWAITING_SHIPMENT"), (11, "CANCELLATION_REQUEST_PENDING")]
    assert receiver.told[2:] == [(1, "DELIVERED"), (12, "RETURN_OR_REFUND_REQUEST_PENDING")]
    passes(subscribed, clock, hours=25)
    assert (1, "CANCEL") in receiver.told, "as this one topic spells it"
    assert receiver.told[-1] == (12, "RETURN_OR_REFUND_REQUEST_COMPLETE")
    assert {delivery.state for delivery in market.webhooks.deliveries()} == {"DELIVERED"}


@pytest.mark.parametrize("who", ["nobody pays", "the seller", "a buyer within the hour"])
def test_a_cancellation_that_needs_no_answer_is_told_as_a_success(
    subscribed: Client, receiver: Receiver, clock: HandClock, who: str
) -> None:
    market = subscribed.market
    order_id = market.place_order(status="UNPAID" if who == "nobody pays" else "ON_HOLD").order_id
    if who == "the seller":
        market.shop(subscribed.shop.shop_id).cancel_order(order_id, "seller_cancel_reason_out_of_stock")
    elif who != "nobody pays":
        market.request_cancellation(order_id)
    passes(subscribed, clock, days=3)
    told = [status for kind, status in receiver.told if kind == 11]
    assert told == ["CANCELLATION_REQUEST_SUCCESS", "CANCELLATION_REQUEST_COMPLETE"]


def test_an_offer_is_nothing_that_a_webhook_has_a_word_for(
    subscribed: Client, receiver: Receiver, clock: HandClock
) -> None:
    market = subscribed.market
    order = market.place_order()
    asked = market.request_return(order.order_id, return_type="REFUND")
    passes(subscribed, clock, minutes=0)
    before = list(receiver.told)
    market.seller_center_decision(asked.return_id, decision="OFFER_PARTIAL_REFUND", amount=order.total / 2)
    passes(subscribed, clock, minutes=0)
    assert receiver.told == before


@pytest.mark.parametrize("answer", [Answer(500), Answer(204), Answer(302), Answer(None, "no answer within 3 s")])
def test_what_is_not_taken_comes_again_the_same_four_times_and_is_dropped(
    subscribed: Client, receiver: Receiver, clock: HandClock, answer: Answer
) -> None:
    receiver.answer = answer
    subscribed.market.place_order()
    passes(subscribed, clock, days=2)
    waits = [one.at - START for one in subscribed.market.webhooks.deliveries()[0].attempts]
    assert waits == [timedelta(minutes=m) for m in (0, 2, 32, 212, 932)]
    assert len({(one.notification_id, one.body) for one in receiver.got}) == 1
    (delivery,) = subscribed.market.webhooks.deliveries()
    assert (delivery.state, delivery.next_attempt_at, delivery.attempts[0].status) == ("DROPPED", None, answer.status)


def test_once_taken_it_comes_no_more_and_follows_the_address_that_is_set_meanwhile(
    subscribed: Client, receiver: Receiver, clock: HandClock
) -> None:
    receiver.answer = Answer(500)
    subscribed.market.place_order()
    passes(subscribed, clock, minutes=1)
    subscribed.data("PUT", PATH, body={"address": "https://new.example.com", "event_type": "ORDER_STATUS_CHANGE"})
    receiver.answer = Answer(200)
    passes(subscribed, clock, days=1)
    assert [one.address for one in receiver.got] == [HERE, "https://new.example.com"]


def test_what_nobody_asks_for_any_more_is_sent_to_nobody(
    subscribed: Client, receiver: Receiver, clock: HandClock
) -> None:
    subscribed.market.place_order()
    subscribed.data("DELETE", PATH, body={"event_type": "ORDER_STATUS_CHANGE"})
    passes(subscribed, clock, minutes=0)
    assert (receiver.got, subscribed.market.webhooks.deliveries()[0].state) == ([], "WITHDRAWN")
    subscribed.market.place_order()
    assert len(subscribed.market.webhooks.deliveries()) == 1


def test_a_seller_who_shuts_an_app_out_is_told_to_that_app(
    subscribed: Client, receiver: Receiver, clock: HandClock
) -> None:
    shop_id = subscribed.shop.shop_id
    subscribed.market.troubles.begin("1", "deauthorised", shop_id=shop_id, app=AppName.TOOLS)
    passes(subscribed, clock, minutes=0)
    assert receiver.told == []
    subscribed.market.troubles.begin("2", "deauthorised", shop_id=shop_id)
    passes(subscribed, clock, minutes=0)
    assert receiver.told == [(6, f"Shop_id {shop_id} is deauthorized from your APP by merchant.")]


def test_a_seller_who_shuts_an_app_out_does_so_in_all_their_shops(
    subscribed: Client, receiver: Receiver, clock: HandClock
) -> None:
    market = subscribed.market
    second = Client(market, market.add_shop(seller=subscribed.shop.name), clock)
    second.data("PUT", PATH, None, {"event_type": "SELLER_DEAUTHORIZATION", "address": HERE})
    market.troubles.begin("1", "deauthorised", shop_id=second.shop.shop_id)
    passes(subscribed, clock, minutes=0)
    assert [told.shop_id for told in receiver.got] == [subscribed.shop.shop_id, second.shop.shop_id]


def test_the_end_of_an_authorization_is_told_daily_for_its_last_thirty_days(
    subscribed: Client, receiver: Receiver, clock: HandClock
) -> None:
    market, app = subscribed.market, subscribed.app
    for _ in range(2):
        granted = app.tokens.exchange(market.credentials(subscribed.shop.shop_id).auth_code, clock.now())
        market.webhooks.authorized(app.name, granted.shop_id)
        clock.at += timedelta(days=1)
    passes(subscribed, clock, days=REFRESH_LIFE.days - 31 - 1, hours=-1)
    assert receiver.told == [], "the second one counts"
    passes(subscribed, clock, days=40)
    days = [int(words.split(" in ")[1].split()[0]) for _, words in receiver.told]
    assert days == list(range(30, 0, -1))
    expires = json.loads(receiver.got[0].body)["data"]["expiration_time"]
    assert expires == str(int(granted.refresh_expires_at.timestamp()))


def test_the_page_shows_who_is_told_what_and_what_came_of_it(
    subscribed: Client, receiver: Receiver, clock: HandClock
) -> None:
    def page() -> str:
        return " ".join(str(subscribed.market.app.test_client().get("/seller-center/webhooks").text).split())

    assert "Nothing has been sent yet." in page()
    receiver.answer = Answer(None, "no answer within 3 s")
    order = subscribed.market.place_order()
    passes(subscribed, clock, minutes=1)
    for words in (HERE, "to the connector", f"Order {order.order_id}", "Waiting", "no answer within 3 s"):
        assert words in page(), words
