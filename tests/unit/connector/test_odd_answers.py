"""What the marketplace answers and should not: nothing of it is taken for "nothing new", and nothing stops a round.

Fields are dropped and bent from the shapes that the connector itself goes by, so that a new field is tried as well.
"""

import json
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pytest
import requests

from connector import Settings
from connector.adapters.tiktok import shapes
from connector.adapters.tiktok.shapes import Shape
from connector.domain.decisions import ApproveReturn, CancelOrder, CreateRefund, RejectReturn, SiteDecision
from connector.domain.site import ClaimKind
from connector.errors import MarketplaceError
from tests.clock import START
from tests.responses import Call
from tests.unit.connector.conftest import SETTINGS, Bench
from tests.unit.connector.stub_tiktok import PENDING, REJECTED, SUCCESS, Json, is_write, ok
from tests.unit.connector.test_tiktok_adapter import SHOP, Wire

SEARCHES: Final = {
    "/order/202309/orders/search": "orders",
    "/return_refund/202309/returns/search": "return_orders",
    "/return_refund/202309/cancellations/search": "cancellations",
}
LEFT_OUT: Final = object()
BENT: Final[tuple[object, ...]] = (LEFT_OUT, None, True, 0.5, "", -1, [[]], {"": []})


def a_full_shop(bench: Bench) -> None:
    """Two orders; a return and a cancellation of each."""
    for number in ("1", "2"):
        bench.tiktok.put_order(f"50{number}", "10.00")
        bench.tiktok.put_return(f"90{number}", f"50{number}", PENDING)
        bench.tiktok.put_cancellation(f"80{number}", f"50{number}", "PENDING", role="BUYER")


def bent(document: Json, path: tuple[str | int, ...], value: object) -> Json:
    """Return a copy with one field left out or of another kind."""
    copy = deepcopy(document)
    where: Any = copy
    for step in path[:-1]:
        where = where[step]
    if value is LEFT_OUT:
        where.pop(path[-1], None)
    else:
        where[path[-1]] = value
    return copy


def needed(shape: Shape, *more: tuple[tuple[str | int, ...], Shape]) -> list[tuple[str | int, ...]]:
    """Return the paths of all that a shape and the shapes inside it need."""
    return [(*at, name) for at, inner in (((), shape), *more) for name in inner.needs]


RELIED_ON: Final = {
    "orders": needed(shapes.ORDER, (("payment",), shapes._PAYMENT), (("line_items", 0), shapes._LINE)),
    "return_orders": needed(
        shapes.RETURN, (("refund_amount",), shapes._REFUND), (("return_line_items", 0), shapes._CLAIM_LINE)
    ),
    "cancellations": needed(shapes.CANCELLATION, (("cancel_line_items", 0), shapes._CLAIM_LINE)),
}
OF_A_PAGE: Final[dict[tuple[str, ...], tuple[object, ...]]] = {
    ("data",): (LEFT_OUT, None, [], "nothing", 0),
    ("data", "total_count"): (LEFT_OUT, None, "2", 2.0, True, -1),
    ("data", "next_page_token"): (7, [], {}),
}


def asked_since(bench: Bench, path: str) -> list[int]:
    return [call.body["update_time_ge"] for call in bench.tiktok.calls if call.path == path]


def bends(bench: Bench, path: str, bend: Callable[[Json], Json]) -> None:
    """Have the answers of one operation bent, and no other."""

    def respond(call: Call) -> Json:
        return bend(bench.tiktok.respond(call)) if call.path == path else bench.tiktok.respond(call)

    bench.tiktok.instead = respond


def none_is_taken_for_nothing_new(bench: Bench, path: str, bent_so: Iterable[Callable[[Json], Json]]) -> None:
    """Let a round pass over each; the watermark stands still, and when all is whole again everything comes."""
    a_full_shop(bench)
    for bend in bent_so:
        bends(bench, path, bend)
        assert "unavailable" in bench.round()
    bench.tiktok.instead = None
    bench.round()
    assert len(set(asked_since(bench, path))) == 1, "the watermark has moved over what was not read"
    assert len(bench.adjustments()) == 4
    assert "unavailable" not in bench.round()
    assert len(set(asked_since(bench, path))) == 2


@pytest.mark.parametrize(("path", "name"), SEARCHES.items())
def test_a_page_that_lacks_what_it_must_have_cannot_be_read(bench: Bench, path: str, name: str) -> None:
    odd = {**OF_A_PAGE, ("data", name): (LEFT_OUT, {}, "none", 3, None)}
    bent_so = [partial(bent, path=at, value=value) for at, values in odd.items() for value in values]
    none_is_taken_for_nothing_new(bench, path, bent_so)


@pytest.mark.parametrize(("path", "name"), SEARCHES.items())
def test_pages_that_end_before_the_count_is_reached_are_not_the_whole(bench: Bench, path: str, name: str) -> None:
    def cut(answer: Json, token: object) -> Json:
        answer["data"][name] = answer["data"][name][:1]
        return bent(answer, ("data", "next_page_token"), token)

    none_is_taken_for_nothing_new(bench, path, [partial(cut, token=token) for token in ("", LEFT_OUT, None)])


@pytest.mark.parametrize(
    ("path", "name", "at"), [(path, name, at) for path, name in SEARCHES.items() for at in RELIED_ON[name]]
)
def test_a_document_without_a_field_that_is_relied_on_cannot_be_read_and_holds_up_no_other(
    bench: Bench, path: str, name: str, at: tuple[str | int, ...]
) -> None:
    def bend(answer: Json, value: object) -> Json:
        return bent(answer, ("data", name, 0), bent(answer["data"][name][0], at, value))

    none_is_taken_for_nothing_new(bench, path, [partial(bend, value=value) for value in BENT])


@pytest.mark.parametrize(
    ("name", "field", "value"), [("orders", "line_items", []), ("return_orders", "return_type", "EXCHANGE")]
)
def test_an_order_of_nothing_and_a_return_of_an_unknown_type_cannot_be_read(
    bench: Bench, name: str, field: str, value: object
) -> None:
    path = next(path for path, listed in SEARCHES.items() if listed == name)
    none_is_taken_for_nothing_new(bench, path, [partial(bent, path=("data", name, 0, field), value=value)])


def test_what_is_read_anew_and_shows_no_more_is_not_stamped_as_changed(bench: Bench) -> None:
    bench.claim("39.98")
    before = bench.adjustment()
    bench.becomes(PENDING, nobody_knows="NOBODY_KNOWS")
    assert bench.adjustment() == before
    bench.becomes(PENDING, return_tracking_number="1Z999AA10123456784")
    assert bench.adjustment().updated_at == bench.clock.at > before.updated_at


@pytest.mark.parametrize("instead", [{}, {"next_page_token": None}])
def test_the_last_page_may_have_no_token_and_an_empty_one_no_list(bench: Bench, instead: Json) -> None:
    """The marketplace leaves out what has no value; or it might say null."""

    def bare(call: Call) -> Json:
        answer = bench.tiktok.respond(call)
        named = {SEARCHES[call.path]: None} if instead and call.path in SEARCHES else {}
        told = {name: value for name, value in answer["data"].items() if value not in ("", [])}
        answer["data"] = {**named, **instead, **told}
        return answer

    bench.tiktok.instead = bare
    assert bench.round() == "round: nothing new"
    a_full_shop(bench)
    assert bench.round() == "round: 6 collected"


@pytest.mark.parametrize("data", [LEFT_OUT, None, [], {}, {"return_id": None}, {"return_id": ""}, {"return_id": 7}])
def test_a_creation_that_does_not_name_what_it_has_made_is_asked_for_again_under_its_key(
    bench: Bench, data: object
) -> None:
    bench.order("39.98")
    bench.refund(seller_adjustment_id="A-1")
    bench.tiktok.responses.append(lambda call: bent(ok({}), ("data",), data))
    assert "without an answer" in bench.round()
    bench.tiktok.calls.clear()
    bench.wait(minutes=15)
    sent = [call for call in bench.tiktok.calls if "/return_refund/" in call.path and "update_time_ge" not in call.body]
    assert [call.path.rpartition("/")[2] for call in sent] == ["search", "returns"]
    assert bench.outbox()[0].state == "done"
    assert bench.adjustment().site_adjustment_id == "990"


@pytest.mark.parametrize("data", [LEFT_OUT, None, [], {}, {"cancel_id": None}, {"return_id": "990"}])
def test_a_cancellation_that_is_not_named_is_looked_up_before_it_is_sent_again(bench: Bench, data: object) -> None:
    bench.order("39.98", status="AWAITING_SHIPMENT")
    bench.refund(seller_adjustment_id="A-1")

    def acts(call: Call) -> Json:
        bench.tiktok.put_cancellation("801", "500", "SUCCESS")
        return bent(ok({}), ("data",), data)

    bench.tiktok.responses.append(acts)
    bench.wait(minutes=30)
    assert len(bench.tiktok.written()) == 1
    assert [adjustment.site_adjustment_id for adjustment in bench.adjustments()] == ["801"]
    assert bench.connector.waiting() == 0


@pytest.mark.parametrize("data", [LEFT_OUT, None, [], "done"])
@pytest.mark.parametrize("acted", [True, False])
@pytest.mark.parametrize("decide", ["approve", "reject"])
def test_a_yes_or_no_whose_answer_proves_nothing_is_looked_up(
    bench: Bench, decide: str, acted: bool, data: object
) -> None:
    bench.claim("39.98", deadline=START + timedelta(days=2))
    getattr(bench, decide)()
    became = {"approve": SUCCESS, "reject": REJECTED}[decide]

    def acts(call: Call) -> Json:
        if acted:
            bench.tiktok.put_return("900", "500", became)
        return bent(ok({}), ("data",), data)

    bench.tiktok.responses.append(acts)
    bench.wait(minutes=30)
    assert len(bench.tiktok.written()) == (1 if acted else 2)
    assert bench.connector.waiting() == 0
    assert bench.outbox()[0].state == "done"


def deep(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def enveloped(data: bytes) -> bytes:
    return b'{"code": 0, "message": "Success", "request_id": "r", "data": ' + data + b"}"


RAW: Final = [
    b" ",
    b"null",
    b"[]",
    b"7",
    b'"code"',
    b"<html>",
    b"\xff\xfe\x00",
    b'{"code": 0, "mess',
    b'{"code": null}',
    b'{"code": "0", "data": {}}',
    b'{"code": false, "data": {}}',
    b'{"code": 0.0, "data": {}}',
    b'{"code": 1e400}',
    b'{"code": NaN}',
    b'{"code": ' + b"9" * 5000 + b"}",
    b'{"code": 25011012, "message": {"a": ["\\ud800\\u0000"]}, "request_id": []}',
    deep(900),
    deep(100_000),
    enveloped(deep(900)),
    enveloped(b'{"orders": %s, "total_count": 1, "next_page_token": ""}' % deep(900)),
    enveloped(b'{"total_count": NaN, "next_page_token": ""}'),
    enveloped(b'{"total_count": 1e999, "next_page_token": ""}'),
    enveloped(b'{"return_orders": [{"return_id": "\\ud800"}], "total_count": 1, "next_page_token": ""}'),
]
ODD: Final[list[Json | Exception]] = [
    *({"raw": raw} for raw in RAW),
    {**ok({}), "http": 301, "headers": {"Location": "https://elsewhere.example/"}},
    {**ok({}), "http": 302, "headers": {"Location": "http://["}},
    {**ok({}), "http": 303},
    {**ok({}), "http": 304},
    {**ok({}), "http": 307, "headers": {"Location": "\udcff"}},
    {**ok({}), "http": 308, "headers": {"Location": "/again"}},
    {**ok({}), "http": 500},
    {"http": 204, "raw": b" "},
    requests.exceptions.ChunkedEncodingError("IncompleteRead"),
    requests.exceptions.ContentDecodingError("gzip"),
    requests.exceptions.InvalidURL("https://open-api"),
    ValueError("a header"),
    ConnectionResetError(),
]


def said(odd: Json | Exception) -> Json:
    if isinstance(odd, Exception):
        raise odd
    return deepcopy(odd)


ORDERED: Final[Any] = {"order_id": "500", "reason": "r", "line_ids": ("5001",), "currency": "USD", "whole": True}
OPERATIONS: Final[dict[str, Callable[[Wire], object]]] = {
    "exchange": lambda wire: wire.tiktok.exchange_code("code"),
    "refresh": lambda wire: wire.tiktok.refresh("refresh-1"),
    "shops": lambda wire: wire.tiktok.shops("token"),
    "orders": lambda wire: list(wire.tiktok.orders_since(SHOP, None)),
    "returns": lambda wire: list(wire.tiktok.claims_since(SHOP, ClaimKind.RETURN, None)),
    "cancellations": lambda wire: wire.tiktok.claims(SHOP, ClaimKind.CANCELLATION, ids=["1"]),
    "details": lambda wire: wire.tiktok.orders(SHOP, ["500"]),
    "records": lambda wire: wire.tiktok.records(SHOP, "900"),
    "reasons": lambda wire: wire.tiktok.reject_reasons(SHOP, "900"),
    "calculate": lambda wire: wire.tiktok.refundable(SHOP, "500", ["5001"], "reason"),
    "reject": lambda wire: wire.tiktok.send(
        SHOP, RejectReturn(SiteDecision.REJECT_REFUND, "r", None, ""), claim_id="9", key="K"
    ),
    "approve": lambda wire: wire.tiktok.send(SHOP, ApproveReturn(SiteDecision.APPROVE_REFUND), claim_id="9", key="K"),
    "create return": lambda wire: wire.tiktok.send(
        SHOP, CreateRefund(**ORDERED, amount=Decimal(1)), claim_id=None, key="K"
    ),
    "cancel": lambda wire: wire.tiktok.send(SHOP, CancelOrder(**ORDERED), claim_id=None, key="K"),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_whatever_is_answered_a_call_ends_in_words_of_ours(operation: Callable[[Wire], object]) -> None:
    wire, words = Wire(), []
    for odd in ODD:
        wire.stub.instead = lambda call, odd=odd: said(odd)
        try:
            operation(wire)
            assert isinstance(odd, dict)
            assert json.loads(odd["raw"])["code"] == 0  # a yes, and nothing more is asked of it
        except MarketplaceError as error:
            words.append(str(error))
    assert max(len(text.encode()) for text in words) < 1_100


@pytest.mark.parametrize("path", [*SEARCHES, "/order/202309/orders", "/api/v2/token/refresh"])
def test_whatever_is_answered_the_rest_of_the_round_goes_on(make_bench: Callable[[Settings], Bench], path: str) -> None:
    bench = make_bench(replace(SETTINGS, refresh_before=timedelta(days=9)))  # each round renews its token
    whole = bench.tiktok.respond
    for number in range(len(ODD)):
        bench.tiktok.put_order(f"6{number:02}", "39.98")
        bench.tiktok.put_return(f"7{number:02}", f"6{number:02}", PENDING)
    bench.round()
    for adjustment, odd in zip(bench.adjustments(), ODD, strict=True):
        bench.connector.commands.approve_buyer_request("item", adjustment.id)
        bench.tiktok.put_order("699", "10.00")
        bench.tiktok.put_return("799", "699", PENDING)
        bench.tiktok.instead = lambda call, odd=odd: (
            said(odd) if call.path == path and not is_write(call) else whole(call)
        )
        assert "1 delivered" in bench.round()
    bench.tiktok.instead = None
    bench.round()
    assert bench.adjustments()[-1].site_adjustment_id == "799"
    assert len(bench.tiktok.written()) == len(ODD)


class Unkeepable(Exception):
    """The database, or a rule, will not have it."""


@pytest.mark.parametrize("which", ["take_order", "take_claim"])
def test_what_cannot_be_kept_holds_up_no_other_and_comes_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    a_full_shop(bench)
    take = getattr(__import__("connector.usecases.round", fromlist=[which]), which)

    def takes(work: Any, profile_id: int, one: Any, **more: Any) -> bool:
        if one.id in ("501", "901", "801"):
            raise Unkeepable
        return bool(take(work, profile_id, one, **more))

    with monkeypatch.context() as patch:
        patch.setattr(f"connector.usecases.round.{which}", takes)
        assert "unavailable" in bench.round()
        assert {adjustment.site_adjustment_id for adjustment in bench.adjustments()} == {"902", "802"}
    bench.round()
    assert len(bench.adjustments()) == 4


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        ("120", timedelta(minutes=2)),
        ("100000000", timedelta(hours=1)),
        ("9999999999", timedelta(hours=1)),
        ("0", timedelta(seconds=1)),
        *((odd, timedelta(seconds=1)) for odd in ("nan", "inf", "1e18", "-5", "1e3", "soon", "", "9" * 20, "\u0663")),
        ("Mon, 03 Mar 2031 09:25:00 GMT", timedelta(minutes=10)),
        ("Mon, 03 Mar 2031 08:00:00 GMT", timedelta(seconds=1)),
        ("Fri, 03 Mar 2093 08:00:00 GMT", timedelta(hours=1)),
        ("Mon, 99 Mar 2031 08:00:00 GMT", timedelta(seconds=1)),
        (f"Mon, 03 Mar {'9' * 20} 08:00:00 GMT", timedelta(seconds=1)),
    ],
)
def test_a_wait_that_is_asked_for_has_its_limits(bench: Bench, asked: str, waits: timedelta) -> None:
    asked_to_wait(bench, asked, START + timedelta(days=2))
    assert bench.outbox()[0].not_before == START + timedelta(minutes=15) + waits


@pytest.mark.parametrize("asked", ["3000", "100000000", "Fri, 03 Mar 2093 08:00:00 GMT"])
def test_a_wait_that_is_asked_for_never_reaches_the_deadline(bench: Bench, asked: str) -> None:
    deadline = START + timedelta(minutes=40)
    asked_to_wait(bench, asked, deadline)
    assert bench.outbox()[0].not_before == deadline - timedelta(minutes=1)
    bench.until(deadline - timedelta(seconds=1))
    assert bench.outbox()[0].state == "done"


@pytest.mark.parametrize(
    ("http", "body", "state"),
    [
        (503, {"code": 36009003, "message": "down for repair"}, "unknown"),
        (503, {"raw": b"<h1>Service Unavailable</h1>"}, "unknown"),
        (429, {"raw": b"<h1>Too Many Requests</h1>"}, "waiting"),
    ],
)
def test_a_wait_is_heard_whoever_asks_for_it(bench: Bench, http: int, body: dict[str, Any], state: str) -> None:
    asked_to_wait(bench, "2400", START + timedelta(days=2), http=http, body=body)
    assert (bench.outbox()[0].not_before, bench.outbox()[0].state) == (START + timedelta(minutes=55), state)


def asked_to_wait(
    bench: Bench, asked: str, deadline: datetime, *, http: int = 429, body: dict[str, Any] | None = None
) -> None:
    """Have an answer with that deadline turned away, with a word on when to come again."""
    bench.claim("39.98", deadline=deadline)
    bench.approve()
    too_many = body or {"code": 36009002, "message": "slowly"}
    bench.tiktok.responses.append(lambda call: {**too_many, "http": http, "headers": {"Retry-After": asked}})
    bench.until(START + timedelta(minutes=15))
