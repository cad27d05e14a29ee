"""Every kind of fault is met, in the same process and over real sockets, and its caller sees the same of it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import pytest
import requests

from mock_tiktok.open_api.signing import signature
from rehearsal.seats.builtin import OURS
from rehearsal.seats.port import Seats
from rehearsal.server.sockets import Served, Service, origin, take
from rehearsal.wire.faults.kinds import KINDS
from rehearsal.wire.faults.reading import Mistake
from rehearsal.world.doors import outside_app
from rehearsal.world.world import API_HOST, World

RR: Final = "/return_refund/202309/returns"
IMPATIENT: Final = 0.2  # seconds, real or simulated
PATIENT: Final = 30.0


class Caller:
    """A client of the marketplace, with one claim to decide on."""

    def __init__(self, world: World, session: requests.Session, base: str, fault_from: str) -> None:
        self.world, self.session, self.base, self.fault_from = world, session, base, fault_from
        self.app = world.marketplace.developer_apps[fault_from]
        (self.shop,) = world.marketplace.shops
        self.claim = self.a_claim()
        self.patience = PATIENT
        self.met = threading.Event()
        world.recorder.subscribe(lambda exchange: self.met.set() if exchange.fault else None)
        code = self.auth_code
        self.granted = self.token("get", auth_code=code, grant_type="authorized_code")["data"]

    @property
    def auth_code(self) -> str:
        return self.world.marketplace.credentials(self.shop.shop_id, self.app.name).auth_code

    @property
    def cipher(self) -> str:
        return self.world.marketplace.shop(self.shop.shop_id).cipher_for(self.app.name)

    def a_claim(self) -> str:
        order = self.world.marketplace.place_order()
        return self.world.marketplace.request_return(order.order_id, return_type="REFUND").return_id

    def approve(self) -> requests.Response:
        return self.post(f"{RR}/{self.claim}/approve", {"decision": "APPROVE_REFUND"}, idempotency_key="k")

    def search(self, **query: str) -> requests.Response:
        return self.post(f"{RR}/search", {}, **query)

    def post(self, path: str, body: dict[str, Any], **query: str) -> requests.Response:
        raw = json.dumps(body).encode()
        query |= {"app_key": self.app.key, "shop_cipher": self.cipher}
        query["timestamp"] = str(int(self.world.now.timestamp()))
        query["sign"] = signature(self.app.secret, path, tuple(query.items()), raw)
        headers = {"x-tts-access-token": self.granted["access_token"], "content-type": "application/json"}
        address = f"{self.base}{path}?{urlencode(query)}"
        return self.session.post(address, data=raw, headers=headers, timeout=self.patience, allow_redirects=False)

    def token(self, verb: str, **query: str) -> dict[str, Any]:
        query |= {"app_key": self.app.key, "app_secret": self.app.secret}
        address = f"{self.base}/api/v2/token/{verb}?{urlencode(query)}"
        return dict(self.session.get(address, timeout=PATIENT).json())

    def refresh(self) -> int:
        token = self.granted["refresh_token"]
        return int(self.token("refresh", refresh_token=token, grant_type="refresh_token")["code"])


@contextmanager
def in_process() -> Iterator[Caller]:
    world = World()
    yield Caller(world, world.wire.session("connector"), f"https://{API_HOST}", "connector")


@contextmanager
def over_sockets(seats: Seats = OURS, whose: str = "tools") -> Iterator[Caller]:
    world, socket = World(seats=seats), take("127.0.0.1", 0)
    server = Served([Service(outside_app(world, "tiktok"), socket)])
    server.start()
    try:
        with requests.Session() as session:
            session.trust_env = False
            yield Caller(world, session, origin(*socket.getsockname()), whose)
    finally:
        server.stop()


def on_the_seat() -> AbstractContextManager[Caller]:
    """Return a connector of somebody else's, over sockets."""
    return over_sockets(Seats(), "connector")


def breaks(error: type[Exception], patience: float = PATIENT) -> Callable[[Caller], None]:
    def seen(caller: Caller) -> None:
        caller.patience = patience
        with pytest.raises(error):
            caller.approve()

    return seen


def answers(status: int, code: int | None = None, **more: str) -> Callable[[Caller], None]:
    def seen(caller: Caller) -> None:
        response = caller.approve()
        assert response.status_code == status
        assert code is None or response.json()["code"] == code
        assert more.items() <= {name.lower(): value for name, value in response.headers.items()}.items()

    return seen


def is_unreadable(caller: Caller) -> None:
    with pytest.raises(ValueError, match=r"Expecting value|decode"):
        caller.approve().json()


def is_as_before(caller: Caller) -> None:
    assert caller.search().json()["data"]["total_count"] == 1
    caller.world.advance(by=timedelta(minutes=11))
    caller.a_claim()
    assert caller.search().json()["data"]["total_count"] == 1


def lags(caller: Caller) -> None:
    caller.a_claim()
    assert caller.search().json()["data"]["total_count"] == 1


def says_null(caller: Caller) -> None:
    assert caller.search().json()["data"]["return_orders"][0]["partial_refund"] is None


def shows_more(caller: Caller) -> None:
    answer = caller.search().json()
    (shown,) = answer["data"]["return_orders"]
    assert all("added_later" in one for one in (answer, answer["data"], shown, shown["refund_amount"]))


def maimed(caller: Caller) -> list[str]:
    """Return of which claims nothing comes but their number and what is text."""
    shown = caller.search().json()["data"]["return_orders"]
    return [one["return_id"] for one in shown if _is_text(one)]


def _is_text(value: object) -> bool:
    return all(map(_is_text, value.values())) if isinstance(value, dict) else isinstance(value, str)


def shows_one_that_nobody_can_read(caller: Caller) -> None:
    caller.a_claim()
    assert len(maimed(caller)) == 1


def shows_a_new_status(caller: Caller) -> None:
    (shown,) = caller.search().json()["data"]["return_orders"]
    assert (shown["return_id"], shown["return_status"]) == (caller.claim, "NOBODY_KNOWS")


def pages(caller: Caller, *, answering: bool) -> list[str]:
    """Return what two pages show; between them, the first claim may be answered."""
    for _ in range(10):
        caller.a_claim()
    caller.world.advance(by=timedelta(seconds=1))
    asked = {"page_size": "10", "sort_field": "update_time"}
    first = caller.search(**asked).json()["data"]
    caller.claim = first["return_orders"][0]["return_id"]
    if answering:
        caller.approve()
    second = caller.search(**asked, page_token=first["next_page_token"]).json()["data"]
    return [one["return_id"] for page in (first, second) for one in page.get("return_orders", [])]


def moves(caller: Caller) -> None:
    shown = pages(caller, answering=False)
    assert (len(shown), shown.count(caller.claim), len(set(shown))) == (12, 2, 11)


def slips(caller: Caller) -> None:
    shown = pages(caller, answering=True)
    assert (len(shown), shown.count(caller.claim), len(set(shown))) == (11, 2, 10)


def halves(caller: Caller) -> None:
    for _ in range(10):
        caller.a_claim()
    page = caller.search(page_size="10").json()["data"]
    assert (len(page["return_orders"]), bool(page["next_page_token"])) == (5, True)


def cannot_be_renewed(caller: Caller) -> None:
    assert caller.refresh() == 36004001


SEEN: Final[dict[str, tuple[dict[str, Any], Callable[[Caller], None]]]] = {
    # kind                what is given with it           what its caller sees
    "refuse": ({"status": 503}, answers(503, 36009003)),
    "unreachable": ({}, breaks(requests.ConnectionError)),
    "delay": ({"by": "PT1S"}, breaks(requests.ReadTimeout, IMPATIENT)),
    "cut_before": ({}, breaks(requests.ConnectionError)),
    "cut_after": ({}, breaks(requests.ConnectionError)),
    "truncate": ({}, breaks(requests.exceptions.ChunkedEncodingError)),
    "garble": ({}, is_unreadable),
    "wrong_content_type": ({}, answers(200, 0, **{"content-type": "text/html"})),
    "empty_success": ({}, is_unreadable),
    "stale": ({"by": "PT10M"}, is_as_before),
    "sparse": ({"way": "null"}, says_null),
    "unknown_fields": ({}, shows_more),
    "unreadable_item": ({}, shows_one_that_nobody_can_read),
    "unknown_status": ({}, shows_a_new_status),
    "duplicate": ({}, answers(200, 0)),
    "reorder": ({}, breaks(requests.ReadTimeout, IMPATIENT)),
    "redirect": ({}, answers(302, location="https://elsewhere.example/")),
    "slow_drip": ({}, breaks(requests.RequestException, IMPATIENT)),
    "search_lag": ({"by": "PT10M"}, lags),
    "pages_move": ({}, moves),
    "pages_by_place": ({}, slips),
    "pages_short": ({}, halves),
    "locked": ({"return_id": ...}, answers(200, 25001028)),
    "quota": ({"calls": 0}, answers(429, 36009037)),
    "scope_removed": ({"scope": "seller.return_refund.basic"}, answers(401, 105005)),
    "token_revoked": ({}, answers(401, 105001)),
    "token_expired": ({}, answers(401, 105002)),
    "refresh_ended": ({}, cannot_be_renewed),
    "deauthorised": ({}, answers(401, 105001)),
}


@pytest.mark.usefixtures("messages_stay")
@pytest.mark.parametrize("way", [in_process, over_sockets, on_the_seat])
@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if not kind.webhooks_to])
def test_every_kind_is_met_and_is_over_when_it_was(kind: str, way: Callable[[], Any]) -> None:
    having, seen = SEEN[kind]
    with way() as caller:
        having = {name: caller.claim if value is ... else value for name, value in having.items()}
        told = {"kind": kind, "from": caller.fault_from, "times": 1, "with": having}
        planned = caller.world.trouble.plan(**told)
        seen(caller)
        assert caller.met.wait(PATIENT), "one that gives up may be gone before its call is answered"
        assert (planned.hit, planned.missed, planned.stage) == (1, 0, "over")
        (met,) = (entry for entry in caller.world.trace.entries() if entry.get("fault"))
        assert met["fault"] == kind
        caller.patience = PATIENT
        if "token" in kind or kind == "deauthorised":
            caller.granted = caller.token("get", auth_code=caller.auth_code, grant_type="authorized_code")["data"]
        assert caller.approve().json()["code"] == 0


@pytest.mark.parametrize(("entries", "held"), [(1, 1), (3, 3), (9, 9), (10, 10), (100, 10)])
def test_a_page_holds_no_more_than_so_many_and_is_left_alone_where_it_holds_no_more(entries: int, held: int) -> None:
    with in_process() as caller:
        for _ in range(9):
            caller.a_claim()
        short = {"kind": "pages_short", "from": caller.fault_from, "with": {"entries": entries}}
        planned = caller.world.trouble.plan(**short)
        page = caller.search(page_size="10").json()["data"]
        assert (len(page["return_orders"]), bool(page["next_page_token"]), planned.hit) == (held, held < 10, held < 10)


@pytest.mark.parametrize("entries", [0, 101, "2", 2.5, True])
def test_a_page_of_none_or_of_too_many_is_refused(entries: object) -> None:
    with in_process() as caller, pytest.raises(Mistake, match=r"with.entries.*from 1 to 100"):
        caller.world.trouble.plan(kind="pages_short", **{"with": {"entries": entries}})


@pytest.mark.parametrize(("heard", "done"), [("first", True), ("last", False)])
def test_of_a_call_that_arrives_twice_one_answer_comes_back(heard: str, done: bool) -> None:
    with in_process() as caller:
        caller.world.trouble.plan(kind="duplicate", times=1, **{"from": caller.fault_from, "with": {"heard": heard}})
        response = caller.post(f"{RR}/{caller.claim}/approve", {"decision": "APPROVE_REFUND"})
        assert (response.json()["code"] == 0) is done
        (claim,) = caller.search().json()["data"]["return_orders"]
        assert claim["return_status"] == "RETURN_OR_REFUND_REQUEST_SUCCESS"


@pytest.mark.parametrize(("code", "spoken"), [(None, "text/html"), (12000077, "application/json")])
def test_a_call_may_be_refused_that_has_had_its_effect(code: int | None, spoken: str) -> None:
    with in_process() as caller:
        having = {"status": 502, "acted": True} | ({} if code is None else {"code": code})
        caller.world.trouble.plan(kind="refuse", times=1, **{"from": caller.fault_from, "with": having})
        response = caller.approve()
        assert (response.status_code, response.headers["content-type"].split(";")[0]) == (502, spoken)
        (claim,) = caller.search().json()["data"]["return_orders"]
        assert claim["return_status"] == "RETURN_OR_REFUND_REQUEST_SUCCESS"


def test_what_nobody_can_read_is_the_same_whatever_comes_beside_it() -> None:
    with in_process() as caller:
        caller.world.trouble.plan(kind="unreadable_item", **{"from": caller.fault_from})
        assert maimed(caller) == [caller.claim]
        for _ in range(5):
            caller.a_claim()
        assert maimed(caller) == [caller.claim]


def test_each_status_is_one_that_nobody_knows_and_where_there_is_none_nothing_is_hit() -> None:
    with in_process() as caller:
        planned = caller.world.trouble.plan(kind="unknown_status", **{"from": caller.fault_from})
        assert caller.approve().json()["code"] == 0
        assert caller.post("/return_refund/202309/cancellations/search", {}).json()["data"]["total_count"] == 0
        assert planned.hit == 0
        asked = caller.world.marketplace.place_order(status="AWAITING_SHIPMENT").order_id
        caller.world.marketplace.request_cancellation(asked)
        (wish,) = caller.post("/return_refund/202309/cancellations/search", {}).json()["data"]["cancellations"]
        orders = caller.post("/order/202309/orders/search", {}, page_size="10").json()["data"]["orders"]
        lines = [line["display_status"] for order in orders for line in order["line_items"]]
        assert {wish["cancel_status"], *(order["status"] for order in orders), *lines} == {"NOBODY_KNOWS"}
        assert planned.hit == 2


@pytest.mark.parametrize("whose", ["connector", "tools"])
def test_tokens_of_the_tools_end_only_where_the_tools_are_meant(whose: str) -> None:
    with over_sockets() as caller:
        caller.world.trouble.plan(kind="deauthorised", **{"from": whose})
        assert caller.search().json()["code"] == (105001 if whose == "tools" else 0)
        assert caller.refresh() == (36004005 if whose == "tools" else 0)
        fired = caller.world.advance(by=timedelta(minutes=16)).fired
        assert any("unavailable" in act.what for act in fired) is (whose == "connector")
