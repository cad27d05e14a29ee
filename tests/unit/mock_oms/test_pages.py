from contextlib import closing

import pytest
from werkzeug.test import Client

from rehearsal.server.machine_time import pages_by_machine
from rehearsal.simulation.compression import Compression
from tests.clock import BEGUN, START
from tests.unit.mock_oms.conftest import Office
from tests.unit.mock_oms.connector import Fault


@pytest.fixture
def page(office: Office) -> Client:
    """The pages of an OMS where one request waits and one parcel lies at the dock."""
    order = office.connector.order("576", ("mug", 2, 20.0))
    said = {"SiteDecisionDeadlineUtc": "2031-03-04T08:30:00Z", "SitePictureCount": 2, "SiteVideoCount": 1}
    office.connector.adjustment(order, 0, RmaNumber="R1", SiteReasonText="Arrived <b>broken</b>", **said)
    other = office.connector.order("577", ("cup", 1, 9.5))
    office.connector.adjustment(other, 0, RmaNumber="R2", RequestStatus="ReadyForReturn")
    office.pull()
    office.oms.receive_parcel(return_id="R2", order_id="577", line_item_ids=["577-0-0"], tracking_number="T1")
    return Client(office.oms.app)


def test_the_work_list_shows_what_waits_and_until_when(page: Client) -> None:
    text = page.get("/").text
    assert "C-1001" in text
    assert "in 23 h 30 min" in text
    assert "C-1002" in text


@pytest.mark.parametrize("path", ["/", "/returns", "/orders", "/orders/576", "/static/oms.css"])
def test_every_page_is_there_and_loads_nothing_from_elsewhere(page: Client, path: str) -> None:
    with closing(page.get(path)) as response:
        assert response.status_code == 200
        assert "http://" not in response.text
        assert "https://" not in response.text


@pytest.mark.parametrize(("path", "shown"), [("/", "in 23 min"), ("/orders", ""), ("/orders/576", "11:23:30 UTC")])
def test_outside_a_compressed_world_they_say_the_machines_time(page: Client, path: str, shown: str) -> None:
    outside = Client(pages_by_machine(page.application, Compression(START, BEGUN, 60)))
    text = outside.get(path).get_data(as_text=True)
    assert shown in text
    assert "Thu 26 Nov 2026, 11:" in text
    assert "2031" not in text


def test_what_a_buyer_wrote_is_shown_and_not_obeyed(page: Client) -> None:
    text = page.get("/orders/576").text
    assert "Arrived &lt;b&gt;broken&lt;/b&gt;" in text
    assert "2 pictures and 1 video" in text


def test_a_person_approves_rejects_inspects_and_refunds(office: Office, page: Client) -> None:
    for path, form, action in (
        ("/cases/C-1001/reject", {"reason": "", "comment": "Sorry"}, "RejectBuyerRequest"),
        ("/returns/R2/inspect", {"grade": "USED", "accept": "no"}, "RejectReturn"),
        ("/orders/576/refund", {"seen": "1", "unit": "576-0-1", "amount": ""}, "Adjust"),
    ):
        response = page.post(path, data=form, follow_redirects=True)
        assert (response.status_code, 'role="status"' in response.text) == (200, True)
        assert len(office.connector.posts(action)) == 1


def test_a_refused_form_comes_back_with_what_was_typed_and_why(office: Office, page: Client) -> None:
    response = page.post("/cases/C-1001/approve", data={"amount": "a lot"})
    assert response.status_code == 422
    assert "amount is a sum above zero" in response.text
    assert 'value="a lot"' in response.text
    assert office.connector.posts("ApproveBuyerRequest") == []


def test_the_same_refund_form_sent_twice_refunds_once(office: Office, page: Client) -> None:
    form = {"seen": "1", "amount": "5.00"}
    assert page.post("/orders/576/refund", data=form).status_code == 303
    assert page.post("/orders/576/refund", data=form).status_code == 409
    assert len(office.connector.posts("Adjust")) == 1


def test_a_kept_decision_stands_in_the_work_list(office: Office, page: Client) -> None:
    office.connector.faults.append(Fault("ApproveBuyerRequest"))
    response = page.post("/cases/C-1001/approve", data={}, follow_redirects=True)
    assert "not delivered yet" in response.text
    assert "Decided, not delivered" in page.get("/").text


def test_a_form_from_another_site_is_turned_away(office: Office, page: Client) -> None:
    for origin in ("https://evil.example", "null", "", "http://[", "http://[::1", "localhost", "http://localhost@evil"):
        response = page.post("/cases/C-1001/approve", headers={"Origin": origin})
        assert response.status_code == 403
    assert office.connector.posts("ApproveBuyerRequest") == []


@pytest.mark.parametrize("host", ["[", "[::1", "..", "a b", "x" * 300, "\xff", "a:b", ""])
def test_a_host_of_any_form_gets_an_answer(page: Client, host: str) -> None:
    for method, path in (("GET", "/"), ("GET", "/nowhere"), ("POST", "/cases/C-1001/approve")):
        assert page.open(path, method=method, headers={"Host": host}).status_code < 500


@pytest.mark.parametrize("path", ["/orders/9", "/cases/C-9"])
def test_what_is_not_there_is_said_plainly(page: Client, path: str) -> None:
    response = page.get(path)
    assert response.status_code == 404
    assert "Back to the work list" in response.text
