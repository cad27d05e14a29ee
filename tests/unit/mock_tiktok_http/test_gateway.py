"""What the gate refuses, in the platform's order: an earlier fault hides a later one."""

import json
from datetime import timedelta

import pytest

from mock_tiktok import AppName, Marketplace
from mock_tiktok.open_api.app import written
from mock_tiktok.state.quotas import EVERY_SHOP, SANDBOX, Quota
from tests.clock import START, HandClock
from tests.unit.mock_tiktok_http.client import SEARCH, Client

OLD, LATE = "must not be earlier than 5 minutes before", "must not exceed the current time"
APPROVE = "/return_refund/202309/returns/4035318504086604100/approve"
SHOPS = "/authorization/202309/shops"


def is_refused(refusal: tuple[int, int, str], status: int, code: int, *words: str) -> None:
    assert refusal[:2] == (status, code)
    assert [word for word in words if word not in refusal[2]] == []


def test_an_unknown_path_is_refused_before_anything_else(client: Client) -> None:
    for path in ("/return_refund/202309/returns/4035318504086604100", "/event/202309/topics", f"{SEARCH}/"):
        is_refused(client.refusal("GET", path, app_key="nobody"), 404, 36009009, "Invalid path. The specified path")


@pytest.mark.parametrize(
    "call",
    [
        "POST /return_refund/202603/aftersales/search",
        "POST /return_refund/202604/rma/search",
        "POST /return_refund/202606/aftersales/review",
        "POST /return_refund/202609/aftersales/review",
        "GET /return_refund/202606/review_decision",
        "GET /oauth/authorize",
    ],
)
def test_what_the_platform_has_and_the_fake_leaves_out_says_so(client: Client, call: str) -> None:
    is_refused(client.refusal(*call.split()), 404, 36009009, "Invalid path. The", "This stage does not serve it: ")


def test_a_method_the_path_lacks_is_refused_by_name(client: Client) -> None:
    is_refused(client.refusal("GET", SEARCH, app_key="nobody"), 405, 36009010, "Invalid method. The HTTP method used")


def test_a_version_the_endpoint_lacks_is_refused_though_others_have_it(client: Client) -> None:
    path = "/return_refund/202602/returns/4035318504086604100/approve"
    is_refused(client.refusal("POST", path, app_key="nobody"), 400, 36009014, "Invalid API version. The version value")


def test_an_unknown_app_is_refused_before_the_timestamp_and_the_sign(client: Client) -> None:
    refused = client.refusal("POST", SEARCH, app_key="nobody", timestamp="1", sign="0" * 64)
    assert refused == (400, 36009004, "Invalid credentials. Invalid 'app_key' query parameter.")
    assert client.refusal("POST", SEARCH, leave_out="app_key")[1] == 36009004


@pytest.mark.parametrize(("seconds", "taken"), [(-301, False), (-300, True), (0, True), (30, True), (31, False)])
def test_a_timestamp_may_be_five_minutes_old_or_half_a_minute_ahead(client: Client, seconds: int, taken: bool) -> None:
    document = client.document("POST", SEARCH, timestamp=str(int(START.timestamp()) + seconds))
    assert (document["code"] == 0) is taken
    assert taken or (LATE if seconds > 0 else OLD) in document["message"]


def test_a_bad_timestamp_is_refused_before_the_sign(client: Client) -> None:
    for bad in ("", "now", "1930381200000", "-930381200"):
        is_refused(client.refusal("POST", SEARCH, timestamp=bad, sign="0" * 64), 400, 36009004, "'timestamp'")


@pytest.mark.parametrize("years", [-4, 4])
def test_a_stage_may_accept_the_machine_s_time_as_well_and_its_words_go_by_the_nearer_clock(
    clock: HandClock, years: int
) -> None:
    machine = START + timedelta(days=365 * years)
    market = Marketplace(clock=clock, seed=1, other_clocks=lambda: [machine])
    client = Client(market, market.add_shop(), clock)
    for now in (machine, START):
        for seconds, words in ((-301, OLD), (-300, ""), (30, ""), (31, LATE), (3600, LATE), (-3600, OLD)):
            document = client.document("POST", SEARCH, timestamp=str(int(now.timestamp()) + seconds))
            assert words in document["message"]
            assert (document["code"] == 0) is (words == "")


def test_a_wrong_sign_is_refused_before_the_token(client: Client) -> None:
    status, code, message = client.refusal("POST", SEARCH, sign="0" * 64, leave_out="x-tts-access-token")
    assert (status, code) == (401, 106001)
    assert message.startswith("Invalid credentials. The 'sign' query parameter is invalid.")
    is_refused(client.refusal("POST", SEARCH, leave_out="sign"), 400, 36009004, "signature")


def test_a_body_changed_after_signing_breaks_the_sign(client: Client) -> None:
    refused = client.refusal("POST", SEARCH, body={"return_ids": ["1"]}, signed_body=b'{"return_ids":["1"]}')
    assert refused[:2] == (401, 106001)


@pytest.mark.parametrize(("length", "code"), [(2, 0), (1, 106001), (0, 106001), (3, 106001)])
def test_a_body_is_read_as_far_as_its_header_says(client: Client, length: int, code: int) -> None:
    """Two bytes are signed, and a third lies there: whoever reads too few, or all, finds another signature."""
    response = client.send("POST", SEARCH, body=b"{} ", signed_body=b"{}", length=length)
    assert response.json is not None
    assert response.json["code"] == code


@pytest.mark.parametrize("value", [START, HandClock()])
def test_a_document_holds_nothing_that_json_has_no_word_for(value: object) -> None:
    with pytest.raises(TypeError):
        written({"value": value})


def test_the_token_is_missing_or_unknown_or_has_expired(client: Client, clock: HandClock) -> None:
    is_refused(client.refusal("POST", SEARCH, leave_out="x-tts-access-token"), 400, 36009004, "x-tts-access-token")
    assert client.refusal("POST", SEARCH, headers={"x-tts-access-token": "ROW_no"})[:2] == (401, 105001)
    assert client.send("POST", SEARCH).status_code == 200
    clock.at += timedelta(days=7)
    is_refused(client.refusal("POST", SEARCH, leave_out="shop_cipher"), 401, 105002, "expired")


def test_a_cipher_must_be_the_token_s_own_and_be_absent_for_authorization(client: Client, market: Marketplace) -> None:
    assert client.refusal("POST", SEARCH, leave_out="shop_cipher")[:2] == (400, 106013)
    other = market.add_shop(name="Elsewhere")
    assert client.refusal("POST", SEARCH, shop_cipher=other.shop_cipher)[:2] == (401, 101000)
    refusal = client.refusal("GET", SHOPS, shop_cipher=client.shop.shop_cipher)
    is_refused(refusal, 400, 36009004, "Unexpected identifier. The 'shop_cipher' query parameter")


def test_a_token_is_good_for_each_shop_of_its_seller_with_the_shop_s_own_cipher(
    client: Client, market: Marketplace, clock: HandClock
) -> None:
    other, third = market.add_shop(seller="Somebody"), market.add_shop(market="GB", seller="Harbour Goods")
    (alone,) = Client(market, other, clock).data("GET", SHOPS)["shops"]
    assert (alone["id"], alone["seller_type"]) == (other.shop_id, "LOCAL")
    both = client.data("GET", SHOPS)["shops"]
    assert [(one["id"], one["cipher"], one["region"], one["seller_type"]) for one in both] == [
        (shop.shop_id, shop.shop_cipher, shop.region, "CROSS_BORDER") for shop in (client.shop, third)
    ]
    market.place_order(shop_id=third.shop_id)
    of_third = {"shop_cipher": third.shop_cipher}
    found = [
        client.data("POST", "/order/202309/orders/search", {"page_size": "9", **more}, {}) for more in ({}, of_third)
    ]
    assert [one["total_count"] for one in found] == [0, 1]
    assert client.refusal("POST", SEARCH, shop_cipher=other.shop_cipher)[:2] == (401, 101000)


@pytest.mark.parametrize(
    ("sent", "signed"),
    [(b"{}", b""), (b"{}", b"{}"), (b"[]", b"[]"), (b"", b"")],
    ids=["object signed as none", "object", "PHP's array", "none"],
)
def test_an_empty_filter_arrives_in_four_forms(client: Client, sent: bytes, signed: bytes) -> None:
    empty = {"total_count": 0, "next_page_token": ""}
    assert client.document("POST", SEARCH, body=sent, signed_body=signed)["data"] == empty


def test_a_body_that_is_no_json_object_is_refused(client: Client) -> None:
    assert client.refusal("POST", SEARCH, body=b"{not json")[:2] == (400, 36009022)
    assert client.refusal("POST", SEARCH, body=b'"text"')[:2] == (400, 36009022)
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.refusal("POST", SEARCH, body=b"a=b", headers=form)[:2] == (400, 36009022)


@pytest.mark.parametrize(
    "body",
    [
        b'{"order_ids":["\\ud800"]}',
        b"[" * 100_000,
        b'{"create_time_ge":' + b"9" * 5000 + b"}",
        b'{"create_time_ge":99999999999999999999}',
        b'{"create_time_ge":NaN}',
        b'{"return_status":["\\ud800"]}',
        b'{"\\ud800":1}',
        b"\xff\xfe",
        b'{"create_time_ge":true}',
        b'{"create_time_ge":1925000000.0}',
        b'{"create_time_ge":1e400}',
        b'{"return_ids":2.0}',
        b" " * (5 * 1024 * 1024),
    ],
    ids=["surrogate", "deep", "long", "late", "NaN", "word", "name", "bytes", "flag", "2.0", "1e400", "float", "large"],
)
def test_nothing_a_caller_sends_breaks_the_fake(client: Client, body: bytes) -> None:
    assert client.send("POST", SEARCH, body=body).status_code in (200, 400)
    assert client.refusal("POST", SEARCH, sign="é" * 64)[:2] == (401, 106001)


@pytest.mark.parametrize(
    "path", [SEARCH, "/api/v2/token/get", "/nowhere", "/seller-center/orders/returns", "/buyer/orders"]
)
def test_no_header_and_no_query_breaks_the_fake(market: Marketplace, path: str) -> None:
    http = market.app.test_client()
    for header, values in {
        "Origin": ("http://[::1", "null", "\x80", "//"),
        "Host": ("[::1", "a b", "x:99999999", "x:abc", ""),
        "Content-Type": ("application/json; charset=none", "multipart/form-data", "\"';;==", "\xff"),
        "Content-Length": ("-1", "2.0", "abc", "9" * 30),
        "Transfer-Encoding": ("chunked", "none"),
    }.items():
        for value in values:
            for method in ("GET", "POST"):
                response = http.open(path, method=method, headers={header: value})
                assert response.status_code < 500, (method, header, value)
    odd = "%ff%fe a=% =%zz&& %00=%00 page_size=2.0&timestamp=2.0 timestamp=%D9%A3 shop_id=%00"
    for query in odd.split():
        assert http.get(f"{path}?{query}").status_code < 500


def test_an_access_token_in_the_query_is_ignored(client: Client) -> None:
    assert client.send("POST", SEARCH, access_token="whatever").status_code == 200
    assert client.refusal("POST", SEARCH, access_token=client.token, leave_out="x-tts-access-token")[1] == 36009004


def test_what_is_not_modelled_is_refused_by_name(client: Client) -> None:
    for search in (SEARCH, "/return_refund/202309/cancellations/search"):
        assert client.data("POST", search, body={"page_size": 1, "sort_order": "no such"})["total_count"] == 0
    refused = client.refusal("POST", "/order/202309/orders/search", {"page_size": "10"}, {"page_size": 10})
    assert "'param body.page_size'" in refused[2]
    assert "'param body.return_ids'" in client.refusal("POST", SEARCH, body={"return_ids": "1"})[2]
    assert client.refusal("POST", SEARCH, body={"return_status": ["GONE"]})[:2] == (200, 25001001)
    assert client.refusal("POST", APPROVE, body={})[2] == "param body.decision is missing"


def test_a_query_name_that_nobody_reads_is_ignored(client: Client) -> None:
    plain = client.document("POST", SEARCH)["data"]
    for color in ("red", "", "\ufffd"):
        assert client.document("POST", SEARCH, color=color)["data"] == plain
    early = "/return_refund/202309/orders/1/aftersale_eligibility"  # the name is known from 202512 on
    assert client.refusal("GET", early, {"request_types": "NONE"})[1] == 25007006
    assert client.refusal("GET", early.replace("202309", "202512"), {"request_types": "NONE"})[1] == 25001001


def test_sizes_and_sorting_are_checked_by_name(client: Client) -> None:
    for query in ({"page_size": "9"}, {"page_size": "51"}, {"page_size": "ten"}, {"sort_order": "asc"}):
        is_refused(client.refusal("POST", SEARCH, query), 400, 36009004, f"'{next(iter(query))}'")
    orders = "/order/202309/orders/search"
    assert "'page_size'" in client.refusal("POST", orders)[2]
    number = client.refusal("POST", orders, {"page_size": "5"}, {"order_status": 111})
    is_refused(number, 400, 36009004, "param body.order_status")


def test_each_response_has_a_request_id_of_its_own_that_a_stage_may_set(client: Client, market: Marketplace) -> None:
    first, second = (client.document("POST", SEARCH) for _ in range(2))
    assert first["request_id"] != second["request_id"]
    assert first["request_id"].startswith("20310303090000")
    staged = market.app.test_client().get("/nowhere", environ_overrides={"rehearsal.exchange_id": 42})
    assert staged.json is not None
    assert staged.json["request_id"] == f"20310303090000{42:020X}"


def test_two_marketplaces_of_one_seed_answer_the_same_bytes(client: Client, clock: HandClock) -> None:
    other = Marketplace(clock=clock, seed=1)
    twin = Client(other, other.add_shop(name="Harbour Goods"), clock)
    for path in (SHOPS, "/nowhere"):
        assert client.send("GET", path).data == twin.send("GET", path).data


def test_non_ascii_text_travels_as_it_is(client: Client) -> None:
    raw = json.dumps({"buyer_user_ids": ["Zoë"]}, ensure_ascii=True).encode()
    assert client.send("POST", SEARCH, body=raw).status_code == 200


@pytest.mark.parametrize(("quota", "field"), [(EVERY_SHOP, "calls"), (SANDBOX, "calls_in_hour")])
def test_calls_beyond_a_quota_wait_for_the_next_window(
    market: Marketplace, clock: HandClock, quota: Quota, field: str
) -> None:
    here, elsewhere, plain = (Client(market, market.add_shop(sandbox=few), clock) for few in (True, True, False))
    tools = Client(market, here.shop, clock, AppName.TOOLS)
    for one in (here, elsewhere, plain, tools):
        assert one.send("POST", SEARCH).status_code == 200
    setattr(here.app.tokens.calls[here.shop.shop_id], field, quota.calls - 1)
    assert here.send("POST", SEARCH).status_code == 200
    for _ in range(2):
        is_refused(here.refusal("POST", SEARCH), 429, quota.refusal.code, "Too many requests.")
    assert [one.send("POST", SEARCH).status_code for one in (elsewhere, plain, tools)] == [200] * 3
    assert plain.app.tokens.calls[plain.shop.shop_id].calls_in_hour == 0
    clock.at += timedelta(seconds=quota.seconds)
    assert here.send("POST", SEARCH).status_code == 200
