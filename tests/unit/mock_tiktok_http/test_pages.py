"""The pages that people see: Manage Returns, the buyer's app, and what a form says when it is refused."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from mock_tiktok import Marketplace, OrderLine
from mock_tiktok.pages.app import create_pages
from mock_tiktok.usecases.market import Market
from tests.clock import HandClock
from tests.unit.mock_tiktok_http.client import Client

MANAGE = "/seller-center/orders/returns"
NOT_DESCRIBED = "ecom_order_delivered_refund_reason_not_match_description"
UNCLEAR = "reverse_reject_refund_request_unclear_evidence"


class Text(HTMLParser):
    """What a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    @property
    def seen(self) -> str:
        return " ".join(word for word in self.words if word)


@pytest.fixture
def return_id(client: Client, market: Marketplace) -> str:
    order = market.place_order(lines=[OrderLine("MUG", 1, Decimal("19.99"))])
    return str(market.request_return(order.order_id, return_type="REFUND", reason=NOT_DESCRIBED).return_id)


def get(market: Marketplace, path: str, status: int = 200) -> Text:
    response: TestResponse = market.app.test_client().get(path, follow_redirects=True)
    assert response.status_code == status
    return Text(response.text)


def post(market: Marketplace, path: str, form: Mapping[str, object]) -> TestResponse:
    response: TestResponse = market.app.test_client().post(path, data=form)
    return response


def test_an_empty_shop_says_that_nothing_waits(client: Client, market: Marketplace) -> None:
    page = get(market, "/")
    assert "Manage Returns" in page.seen
    assert "Nothing waits for you." in page.seen


def test_manage_returns_shows_status_and_time_left(market: Marketplace, clock: HandClock, return_id: str) -> None:
    page = get(market, MANAGE).seen
    assert return_id in page
    assert "Request Pending" in page
    assert "$19.99" in page
    assert "24 h 00 min left" in page
    clock.at += timedelta(hours=23, minutes=30)
    assert "30 min left" in get(market, f"{MANAGE}?due=24h").seen


def test_tabs_and_filters_narrow_the_list(market: Marketplace, return_id: str) -> None:
    order_id = market.return_view(return_id).order_id
    found = f"tab=all tab=awaiting status=Request+Pending kind=REFUND q={return_id} q={order_id}"
    for query in found.split():
        assert return_id in get(market, f"{MANAGE}?{query}").seen
    for query in ("tab=completed", "tab=disputed", "status=Completed", "kind=REPLACEMENT", "q=1"):
        assert return_id not in get(market, f"{MANAGE}?{query}").seen
    assert "There is no tab made-up." in get(market, f"{MANAGE}?tab=made-up", 404).seen


def test_the_seller_approves_on_the_page(market: Marketplace, return_id: str) -> None:
    response = post(market, f"{MANAGE}/{return_id}", {"decision": "APPROVE_REFUND"})
    assert response.status_code == 303
    assert market.return_view(return_id).return_status == "RETURN_OR_REFUND_REQUEST_SUCCESS"
    page = get(market, f"{MANAGE}/{return_id}").seen
    assert "Refund Processing" in page
    assert "Nothing is asked of you now." in page


def test_a_rejection_without_a_reason_stands_on_the_form_beside_the_field(market: Marketplace, return_id: str) -> None:
    response = post(market, f"{MANAGE}/{return_id}", {"decision": "REJECT_REFUND", "comment": "<b>no</b>"})
    assert response.status_code == 422
    assert 'id="problem-reason"' in response.text
    assert "&lt;b&gt;no&lt;/b&gt;" in response.text
    assert market.return_view(return_id).return_status == "RETURN_OR_REFUND_REQUEST_PENDING"
    form = {"decision": "REJECT_REFUND", "reason": UNCLEAR, "comment": "No photo"}
    assert post(market, f"{MANAGE}/{return_id}", form).status_code == 303
    assert "Refund Rejected" in get(market, f"{MANAGE}/{return_id}").seen


@pytest.mark.parametrize("amount", ["lots", "-1", "0", "NaN", "1000", "0.001", "1e400", ""])
def test_an_offer_that_makes_no_sense_is_named(market: Marketplace, return_id: str, amount: str) -> None:
    response = post(market, f"{MANAGE}/{return_id}", {"decision": "OFFER_PARTIAL_REFUND", "amount": amount})
    assert response.status_code == 422
    assert 'id="problem-amount"' in response.text


def test_the_buyer_asks_follows_disputes_and_gets_mail(client: Client, market: Marketplace, clock: HandClock) -> None:
    order = market.place_order(lines=[OrderLine("MUG", 2, Decimal("19.99"))])
    assert order.order_id in get(market, "/buyer/orders").seen
    form = f"/buyer/orders/{order.order_id}/returns/new"
    assert "What would you like?" in get(market, form).seen
    line = order.line_items[1].id
    request = {"return_type": "REFUND", "reason": NOT_DESCRIBED, "line_item_ids": line, "evidence": "a\nb"}
    asked = post(market, form, request)
    assert asked.status_code == 303
    (view,) = market.return_views()
    assert view.line_item_ids == (line,)
    page = f"/buyer/returns/{view.return_id}"
    assert asked.headers["location"] == page
    assert "Withdraw request" in get(market, page).seen
    assert get(market, form).seen.count("nothing can be asked for it now") == 1
    assert post(market, f"{page}/ship", {}).status_code == 422
    market.seller_center_decision(view.return_id, decision="REJECT_REFUND", reason=UNCLEAR)
    assert "Your refund request" in get(market, f"/buyer/mail?order_id={order.order_id}").seen
    assert post(market, f"{page}/dispute", {}).status_code == 303
    assert market.return_view(view.return_id).arbitration_status == "IN_PROGRESS"
    assert "The platform is deciding" in get(market, f"{MANAGE}/{view.return_id}").seen


@pytest.mark.parametrize(
    ("field", "value"), [("return_type", "GIFT"), ("line_item_ids", ""), ("reason", ""), ("reason", "made_up")]
)
def test_the_request_page_names_a_wrong_field(client: Client, market: Marketplace, field: str, value: str) -> None:
    order = market.place_order()
    form = {"return_type": "REFUND", "reason": NOT_DESCRIBED, "line_item_ids": order.line_items[0].id, field: value}
    response = post(market, f"/buyer/orders/{order.order_id}/returns/new", {k: v for k, v in form.items() if v})
    assert response.status_code == 422
    assert f'id="problem-{field}"' in response.text
    assert market.return_views() == []


def test_an_empty_request_names_every_field_at_once(client: Client, market: Marketplace) -> None:
    response = post(market, f"/buyer/orders/{market.place_order().order_id}/returns/new", {})
    for field in ("return_type", "line_item_ids", "reason"):
        assert f'id="problem-{field}"' in response.text


def test_nobody_waits_for_pages_that_nobody_looks_at(market: Marketplace, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Market] = []

    def create(of: Market) -> Flask:
        made.append(of)
        return create_pages(of)

    monkeypatch.setattr("mock_tiktok.pages.app.create_pages", create)
    get(market, "/nowhere", 404)
    assert made == []
    for page in ("/", "/buyer/orders"):
        get(market, page)
    assert made == [market]


def test_the_buyer_pays_once(client: Client, market: Marketplace) -> None:
    order = market.place_order(status="UNPAID")
    pay = f"/buyer/orders/{order.order_id}/pay"
    assert "Pay" in get(market, "/buyer/orders").words
    assert post(market, pay, {}).status_code == 303
    assert "Pay" not in get(market, "/buyer/orders").words
    again = post(market, pay, {})
    assert (again.status_code, 'id="problem-form"' in again.text) == (422, True)


def test_the_buyer_has_it_sent_elsewhere_until_it_has_a_label(client: Client, market: Marketplace) -> None:
    order = market.place_order(status="AWAITING_SHIPMENT")
    before = get(market, "/buyer/orders").words
    change = f"/buyer/orders/{order.order_id}/address"
    assert post(market, change, {}).status_code == 303
    assert get(market, "/buyer/orders").words != before
    market.ship_order(order.order_id)
    again = post(market, change, {})
    assert (again.status_code, 'id="problem-form"' in again.text) == (422, True)


def test_the_buyer_cancels_before_shipment(client: Client, market: Marketplace) -> None:
    order = market.place_order(status="AWAITING_SHIPMENT")
    form = f"/buyer/orders/{order.order_id}/cancel"
    assert "Cancel this order" in get(market, form).seen
    assert 'id="problem-reason"' in post(market, form, {}).text
    reason = "ecom_order_to_ship_canceled_reason_created_by_mistakes"
    assert post(market, form, {"reason": reason}).status_code == 303
    assert "Cancellation requested" in get(market, "/buyer/orders").seen


def test_what_people_wrote_is_escaped_everywhere(market: Marketplace, clock: HandClock) -> None:
    shop = market.add_shop(name="<script>alert(1)</script> & Sons")
    order = market.place_order(shop_id=shop.shop_id, lines=[OrderLine("<i>MUG</i>", 1, Decimal(5))])
    asked = market.request_return(
        order.order_id, return_type="REFUND", reason=NOT_DESCRIBED, evidence=("<script>x</script>",)
    )
    for path in (MANAGE, f"{MANAGE}/{asked.return_id}", "/buyer/orders", f"/buyer/returns/{asked.return_id}"):
        response = market.app.test_client().get(path)
        assert response.status_code == 200
        assert "<script>" not in response.text
        assert "<i>MUG" not in response.text


def test_what_is_not_there_says_so_to_people(client: Client, market: Marketplace) -> None:
    for path in (f"{MANAGE}/1", "/buyer/returns/1", "/buyer/orders/1/returns/new", f"{MANAGE}?shop_id=1"):
        assert "Nothing here" in get(market, path, 404).seen


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "http://[::1", "null", "localhost", "//", "http://\x80"]
)
def test_a_form_sent_from_another_site_is_refused(market: Marketplace, return_id: str, origin: str) -> None:
    response = market.app.test_client().post(
        f"{MANAGE}/{return_id}", data={"decision": "APPROVE_REFUND"}, headers={"origin": origin}
    )
    assert response.status_code == 403
    assert market.return_view(return_id).return_status == "RETURN_OR_REFUND_REQUEST_PENDING"
