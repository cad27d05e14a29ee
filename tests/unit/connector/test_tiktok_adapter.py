"""The marketplace's wire as the adapter speaks it: signatures, pages, and errors told apart."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import requests

from connector.adapters.patience import TooLarge
from connector.adapters.tiktok import wire as documents
from connector.adapters.tiktok.client import LARGEST_KNOWN, TikTok, sign
from connector.domain.decisions import ApproveReturn, SiteDecision
from connector.domain.site import ClaimKind, SiteOrder
from connector.errors import Busy, Refused, TooMuch, Unavailable
from connector.ports import Access
from connector.settings import Settings
from tests.clock import HandClock
from tests.refused import refused
from tests.responses import Call
from tests.unit.connector.stub_tiktok import Json, StubTikTok, refusal
from tests.unit.mock_tiktok_http.test_signing import VECTORS

SHOP = Access(cipher="ROW_test", access_token="token")
Responder = Callable[[Call], Json]


@pytest.mark.parametrize("name", VECTORS)
def test_a_request_is_signed_as_the_marketplace_says(name: str) -> None:
    secret, path, query, body, expected = VECTORS[name]
    assert sign(secret, path, {**query, "access_token": "left out"}, body.encode()) == expected


class Wire:
    """The adapter and the stub it speaks to."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.stub = StubTikTok(self.clock)
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.mount("https://", self.stub)
        settings = Settings("sqlite://", "key", "secret", http_timeout=timedelta(seconds=1), page_size=10)
        self.tiktok = TikTok(self.http, self.clock, settings)

    def approve(self) -> str | None:
        return self.tiktok.send(SHOP, ApproveReturn(SiteDecision.APPROVE_REFUND), claim_id="9", key="K")


@pytest.fixture
def wire() -> Wire:
    return Wire()


def test_the_shops_are_asked_for_without_a_cipher(wire: Wire) -> None:
    wire.tiktok.shops("token")
    assert "shop_cipher" not in wire.stub.calls[0].query


@pytest.mark.parametrize("moves", [False, True])
def test_what_moves_to_the_end_while_it_is_paged_takes_nobody_past_us(wire: Wire, moves: bool) -> None:
    """The next one slips into its place, which has been read: the marketplace pages by place."""
    for number in range(12):
        wire.stub.put_order(f"{500 + number}", "10.00")
        wire.stub.orders[f"{500 + number}"]["update_time"] += number
    found = wire.tiktok.orders_since(SHOP, None)
    read = [next(found).id]
    wire.stub.orders["500"]["update_time"] += 100 * moves
    if not moves:
        assert len([*read, *found]) == 12
        return
    with pytest.raises(Unavailable, match="show 11 of 12 orders") as incomplete:
        read += [order.id for order in found]
    assert not incomplete.value.acted


def test_what_the_last_search_has_shown_is_understood_once(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    understood: list[str] = []

    def order(document: Json, read: Callable[[Json], SiteOrder] = documents.order) -> SiteOrder:
        understood.append(document["id"])
        return read(document)

    monkeypatch.setattr(documents, "order", order)
    elsewhere = Access(cipher="ROW_other", access_token="token")
    for number in ("500", "501"):
        wire.stub.put_order(number, "10.00")

    def search(shop: Access = SHOP, since: datetime | None = None) -> tuple[list[SiteOrder], list[str]]:
        understood.clear()
        return list(wire.tiktok.orders_since(shop, since)), list(understood)

    first, read = search()
    assert read == ["500", "501"]
    assert search() == (first, [])
    assert search(elsewhere) == (first, ["500", "501"])
    wire.stub.orders["501"]["line_items"][0]["sale_price"] = "12.00"
    changed, read = search()
    assert (read, changed[0], changed[1] != first[1]) == (["501"], first[0], True)
    assert search(since=wire.clock.now() + timedelta(days=1)) == ([], [])
    assert search() == (changed, ["500", "501"])  # what the last one has not shown is forgotten


@pytest.mark.parametrize("kind", list(ClaimKind))
def test_claims_are_understood_once_as_well(wire: Wire, kind: ClaimKind) -> None:
    wire.stub.put_order("500", "10.00")
    if kind is ClaimKind.RETURN:
        wire.stub.put_return("R1", "500", "RETURN_OR_REFUND_REQUEST_PENDING")
    else:
        wire.stub.put_cancellation("C1", "500", "PENDING")
    (claim,) = wire.tiktok.claims_since(SHOP, kind, None)
    (again,) = wire.tiktok.claims_since(SHOP, kind, None)
    assert again is claim


@pytest.mark.parametrize(
    ("note", "known"),
    [("as it comes", True), ("half of a character: \ud83d", False), (10**40, False), ("l" * LARGEST_KNOWN, False)],
    ids=["short", "half", "large", "long"],
)
def test_what_cannot_be_known_again_is_read_anew(wire: Wire, note: object, known: bool) -> None:
    wire.stub.put_order("500", "10.00")["note"] = note
    (order,) = wire.tiktok.orders_since(SHOP, None)
    (again,) = wire.tiktok.orders_since(SHOP, None)
    assert again == order
    assert (again is order) is known


@pytest.mark.parametrize("name", ["paid_time", "buyer_email", "recipient_address"])
def test_a_number_beyond_all_bounds_is_not_taken_for_nothing(wire: Wire, name: str) -> None:
    wire.stub.put_order("500", "10.00")[name] = None
    assert len(list(wire.tiktok.orders_since(SHOP, None))) == 1
    page = {"orders": [wire.stub.orders["500"]], "next_page_token": "", "total_count": 1}
    text = json.dumps({"code": 0, "message": "Success", "data": page})
    assert f'"{name}": null' in text
    wire.stub.instead = lambda call: {"raw": text.replace(f'"{name}": null', f'"{name}": 1e400').encode()}
    with pytest.raises(Unavailable, match="1 of the orders cannot be read"):
        list(wire.tiktok.orders_since(SHOP, None))


def test_pages_without_an_end_are_not_all_that_there_is(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.adapters.tiktok.client.PAGES_AT_MOST", 2)
    for number in range(21):
        wire.stub.put_order(f"5{number:02}", "10.00")
    found = wire.tiktok.orders_since(SHOP, None)
    assert len([next(found) for _ in range(20)]) == 20
    with pytest.raises(Unavailable, match="no end after 2 pages"):
        next(found)


def raising(error: Exception) -> Responder:
    def respond(call: Call) -> Json:
        raise error

    return respond


@pytest.mark.parametrize(
    ("respond", "acted"),
    [
        (refusal(36009002, "too many requests", 429), False),
        (refusal(105002, "access_token expired", 401), False),
        (refusal(106001, "sign invalid", 401), False),
        (refusal(36009004, "Invalid 'timestamp' query parameter", 400), False),
        (refusal(25001028, "lock not obtained"), False),
        (refusal(105013, "a code of tokens that nobody knows", 401), False),
        (refusal(36009033, "not in the allow list", 403), False),
        (refusal(77001, "not for this app", 403), False),
        (refusal(77001, "took too long", 408), True),
        (refusal(0, "Success", 401), True),
        (refusal(36009003, "internal error", 500), True),
        (refusal(25020008, "internal error"), True),
        (lambda call: {"http": 502, "raw": b"<html>"}, True),
        (lambda call: {"http": 429, "raw": b"", "headers": {"Retry-After": f"Mon, 03 Mar {'9' * 20} 08:00:00"}}, False),
        (lambda call: {"http": 200, "raw": b'{"code": 0, "mess'}, True),
        (raising(requests.ReadTimeout()), True),
        (raising(requests.ConnectionError()), True),
        (raising(TooLarge()), True),
        (raising(requests.ConnectTimeout()), False),
    ],
)
def test_no_usable_response_means_later_and_shows_whether_it_may_have_acted(
    wire: Wire, respond: Responder, acted: bool
) -> None:
    wire.stub.responses.append(respond)
    assert refused(Unavailable, wire.approve).acted is acted


@pytest.mark.parametrize("code", [25011012, 25001010, 25001011, 25005005, 25020010, 25001014, 36009009, 36004005])
def test_a_no_of_the_marketplace_is_a_refusal_with_its_words(wire: Wire, code: int) -> None:
    wire.stub.responses.append(refusal(code, "its words"))
    no = refused(Refused, wire.approve)
    assert (no.code, no.words) == (code, "its words")
    assert type(no) is {25001011: Busy, 25001010: TooMuch, 25005005: TooMuch}.get(code, Refused)


@pytest.mark.parametrize("code", [105001, 105002, 105013])
def test_a_code_of_the_tokens_has_the_token_renewed(wire: Wire, code: int) -> None:
    wire.stub.responses.append(refusal(code, "access token is invalid", 401))
    assert refused(Unavailable, wire.approve).stale_token


def test_a_refusal_of_after_sales_holds_whatever_status_it_travels_with(wire: Wire) -> None:
    wire.stub.responses.append(refusal(25020005, "no permission", 403))
    assert refused(Refused, wire.approve).code == 25020005
