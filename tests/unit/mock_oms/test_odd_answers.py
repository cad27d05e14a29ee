"""What a connector answers and should not: each pull ends in words, and all comes when the answers are whole again."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from mock_oms import Fired
from tests.responses import response_of
from tests.unit.mock_oms.conftest import Office
from tests.unit.mock_oms.connector import Fault

DEEP = b"[" * 100_000
ORDER = b'{"value": [{"ID": 100, "SiteOrderID": "1", "Items": %s}]}'
ROWS = [b'{"ID": 1, "OrderID": 100, %s}' % field for field in (
    b'"ID": null', b'"ID": true', b'"OrderID": {}', b'"OrderID": null', b'"ItemAdjustment": "much"',
    b'"ItemAdjustment": 1e999999', b'"Quantity": "two"', b'"Quantity": []', b'"CreatedDateUtc": "yesterday"',
    b'"CreatedDateUtc": "9999-12-31T23:59:59-01:00"',
    b'"SiteOrderLineItemAmounts": [7]', b'"SiteOrderLineItemIDs": 7', b'"SiteRequestType": [7]',
)]  # fmt: skip
ODD = [
    b"", b"null", b"[]", b"7", b"<html>", b"\xff", b'{"value": ', DEEP, b'{"value": %s}' % DEEP,
    b'{"value": null}', b'{"value": {}}', b'{"value": [null]}', b'{"value": [{}]}', b'{"value": NaN}',
    *(b'{"value": [], "@odata.nextLink": %s}' % link for link in (b"7", b"[]", b'"http://["', b'"/v1/Orders?a"')),
    *(ORDER % items for items in (b"7", b"null", b"[7]", b"[{}]", b'[{"ID": null}]', b'[{"ID": 1, "Quantity": {}}]')),
    *(b'{"value": [%s]}' % row for row in ROWS),
]  # fmt: skip
LINES = [requests.exceptions.ChunkedEncodingError("x"), requests.exceptions.InvalidURL("x"), ValueError("x"), OSError()]


def answering(office: Office, answer: Callable[[str], requests.Response | None]) -> None:
    """Have the connector's adapter answer by `answer`, which is given the path; where that is None, as ever."""
    respond = office.connector.send

    def send(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        odd = answer(request.path_url.partition("?")[0])
        return respond(request, *args, **kwargs) if odd is None else odd

    office.connector.send = send  # type: ignore[method-assign]  # a test's own


def pull(office: Office) -> Fired:
    office.oms.state.tokens.clear()
    return office.pull()


def was_told_and_all_comes(office: Office, fired: Fired) -> None:
    assert "connector" in fired.what.lower()
    del office.connector.send
    office.pull()
    assert [row.return_id for row in office.oms.adjustments()] == ["R1"]


@pytest.mark.parametrize("odd", ODD, ids=lambda raw: repr(raw[:40]))
@pytest.mark.parametrize("path", ["/oauth2/token", "/v1/Orders", "/v1/OrderItemAdjustments"])
def test_a_pull_over_an_answer_that_cannot_be_read_ends_in_words(office: Office, path: str, odd: bytes) -> None:
    office.asked()
    answering(office, lambda asked: response_of(200, odd) if asked == path else None)
    fired = pull(office)
    if "connector" in fired.what.lower():
        was_told_and_all_comes(office, fired)


@pytest.mark.parametrize("name", ["OrderID", "ProfileID"])
def test_a_line_of_another_order_is_not_taken_for_one_of_this(office: Office, name: str) -> None:
    office.asked()
    astray = ORDER % (b'[{"ID": 1, "%s": 7}]' % name.encode())
    answering(office, lambda asked: response_of(200, astray) if asked == "/v1/Orders" else None)
    fired = pull(office)
    assert f"line 1 has {name} 7" in fired.what
    was_told_and_all_comes(office, fired)


@pytest.mark.parametrize("odd", ODD, ids=lambda raw: repr(raw[:40]))
@pytest.mark.parametrize("path", ["/v1/Orders", "/v1/OrderAdjustments", "/v1/OrderItemAdjustments"])
def test_a_decision_is_delivered_whatever_the_rest_of_the_pull_reads(office: Office, path: str, odd: bytes) -> None:
    office.told()
    office.connector.faults.append(Fault("ApproveBuyerRequest"))
    office.oms.approve("C-1001")
    answering(office, lambda asked: response_of(200, odd) if asked == path else None)
    pull(office)
    assert len(office.connector.posts("ApproveBuyerRequest")) == 1
    assert office.oms.waiting() == 0


@pytest.mark.parametrize("row", [b"null", b"{}", *ROWS[:6]], ids=repr)
def test_one_row_that_cannot_be_read_holds_up_no_other_and_is_asked_for_again(office: Office, row: bytes) -> None:
    order = office.told()
    read_until = office.oms.state.read_until
    office.connector.adjustment(order, 0, RmaNumber="R2")
    whole = json.dumps({**office.connector.adjustments["OrderItemAdjustments"][2]}).encode()
    page = response_of(200, b'{"value": [%s, %s]}' % (row, whole))
    answering(office, lambda asked: page if asked == "/v1/OrderItemAdjustments" else None)
    office.pull()
    assert {found.return_id for found in office.oms.adjustments()} == {"R1", "R2"}
    assert office.oms.state.read_until == read_until


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("path", ["/oauth2/token", "/v1/Orders", "/v1/Orders(100)/Export"])
def test_a_redirect_is_told_and_never_followed(office: Office, path: str, status: int) -> None:
    office.asked()
    answering(office, lambda asked: response_of(status, b"{}", Location="http://[") if asked == path else None)
    fired = pull(office)
    assert str(status) in fired.what
    was_told_and_all_comes(office, fired)


@pytest.mark.parametrize("error", LINES, ids=lambda error: type(error).__name__)
def test_a_line_that_breaks_in_any_way_is_told(office: Office, error: Exception) -> None:
    def breaks(asked: str) -> requests.Response:
        raise error

    office.asked()
    answering(office, breaks)
    was_told_and_all_comes(office, pull(office))


@pytest.mark.parametrize("life", [b"null", b"[]", b'"long"', b"1e400", b"NaN", b"9" * 30])
def test_a_token_whose_life_cannot_be_read_is_none(office: Office, life: bytes) -> None:
    office.asked()
    token = b'{"access_token": "t", "expires_in": %s}' % life
    answering(office, lambda asked: response_of(200, token) if asked == "/oauth2/token" else None)
    was_told_and_all_comes(office, pull(office))
