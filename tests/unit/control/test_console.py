"""The console: one page, buttons that are forms, no script."""

import re

import pytest
from flask.testing import FlaskClient

from rehearsal.control.local import InProcessStage
from rehearsal.seats.description import Hooks
from rehearsal.seats.port import Seats
from rehearsal.server.access import Gate
from rehearsal.server.console.pages import TROUBLES
from rehearsal.server.control_api import PREFIX, control_app
from rehearsal.world.world import World
from tests.team import seats as team_on_the_seats


def test_the_page_shows_the_world_without_any_script_or_outside_address(api: FlaskClient) -> None:
    page = api.get("/")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "09:00:00" in page.text
    assert re.search(r"The auditor is content: \d+ rules? held, \d+ not put to the test\.", page.text)


@pytest.mark.parametrize(
    ("seats", "words"),
    [
        (Seats(), "nobody shows what waits before the seller&#39;s staff"),
        (team_on_the_seats(Hooks("http://127.0.0.1:1")), "GET http://127.0.0.1:1/cases: no answer"),
    ],
    ids=["empty", "silent"],
)
def test_the_page_says_why_nobody_sees_the_staff(seats: Seats, words: str) -> None:
    stage = InProcessStage(World, seats=seats)
    page = control_app(stage, Gate(bind="127.0.0.1")).test_client().get("/")
    assert (page.status_code, words in page.text) == (200, True), page.text
    assert not [said for said in ("Kill the connector", "OMS: person", "its manners") if said in page.text]
    stage.close()


def test_its_style_is_served_from_here(api: FlaskClient) -> None:
    page = api.get("/").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert address.startswith("/")
    with api.get(address) as style:
        assert style.mimetype == "text/css"


def test_a_button_turns_the_clock(api: FlaskClient) -> None:
    response = api.post("/do/advance", data={"by": "PT24H"})
    assert response.status_code == 303
    assert api.get(f"{PREFIX}/world").get_json()["now"] == "2031-03-04T09:00:00Z"


def test_buttons_play_a_buyer(api: FlaskClient) -> None:
    api.post("/do/place_order", data={})
    order_id = api.get(f"{PREFIX}/ledgers").get_json()["orders"][0]["order_id"]
    api.post("/do/request_return", data={"order_id": order_id, "type": "REFUND"})
    page = api.get("/").text
    assert "Request Pending" in page
    assert order_id in page


def test_the_oms_is_offered_only_what_it_can_do(api: FlaskClient, stage: InProcessStage) -> None:
    order_id = stage.place_order()["order_id"]
    return_id = stage.request_return(order_id, type="RETURN_AND_REFUND")["return_id"]

    def offered() -> set[str]:
        section = api.get("/").text.split('id="oms"')[1].split("</section>")[0]
        return {word for word in ("oms_approve", "oms_reject", "oms_inspect") if f"/do/{word}" in section}

    stage.advance(by="PT1H")
    assert stage.oms_adjustments()["adjustments"][0]["status"] == "ReadyForReturn"
    assert offered() == set()
    assert "waits for the parcel" in api.get("/").text
    stage.ship_return(return_id)
    stage.arrive_return(return_id)
    assert offered() == {"oms_inspect"}
    response = api.post("/do/oms_inspect", data={"return_id": return_id, "grade": "DAMAGED"})
    assert response.status_code == 422
    response = api.post("/do/oms_inspect", data={"return_id": return_id, "grade": "DAMAGED", "accept": "no"})
    assert response.status_code == 303
    assert offered() == set()
    stage.advance(by="PT15M")  # the connector hears that the goods were sent
    assert stage.oms_adjustments()["adjustments"][0]["status"] == "PendingReturnRejection"
    stage.request_return(stage.place_order()["order_id"], type="REFUND")
    stage.advance(by="PT15M")
    assert offered() == {"oms_approve", "oms_reject"}


def test_a_button_is_there_while_it_is_accepted(api: FlaskClient, stage: InProcessStage) -> None:
    order_id = stage.place_order(status="AWAITING_SHIPMENT")["order_id"]

    def offered(section: str) -> set[str]:
        return set(re.findall(r"/do/(\w+)", api.get("/").text.split(f'id="{section}"')[1].split("</section>")[0]))

    assert offered("orders") == {"place_order", "change_address", "ship_order", "request_cancellation"}
    stage.ship_order(order_id)
    stage.deliver_order(order_id)
    assert offered("orders") == {"place_order", "request_return"}
    stage.request_return(order_id, type="REFUND")
    assert offered("orders") == {"place_order"}
    assert offered("returns") == {"withdraw"}
    assert "kill_connector" in offered("trouble")
    stage.kill_connector()
    assert offered("trouble") == {"plan_fault", "start_connector"}


def test_the_agenda_says_whose_time_is_up_and_of_what(api: FlaskClient, stage: InProcessStage) -> None:
    order_id = stage.place_order()["order_id"]
    return_id = stage.request_return(order_id, type="REFUND")["return_id"]
    agenda = api.get("/").text.split('id="agenda"')[1].split("</section>")[0]
    for words, of in (
        ("deadline: the seller&#39;s answer to the refund request", return_id),
        ("window over", order_id),
    ):
        assert re.search(f"{words}.*<code>{of}</code>", agenda)


def test_every_sum_has_its_currency(api: FlaskClient, stage: InProcessStage) -> None:
    order_id = stage.place_order()["order_id"]
    stage.request_return(order_id, type="REFUND")
    stage.advance(by="PT30M")
    sums = re.findall(r'<td class="num">([^<]*)</td>', api.get("/").text)
    assert len(sums) == 8  # of the order, the return, the case and the books
    assert [one for one in sums if not one.endswith(" USD")] == []


def test_trouble_is_planned_seen_and_lifted(api: FlaskClient, stage: InProcessStage) -> None:
    form = {"kind": "delay", "from": "connector", "to": "marketplace", "operation": "search", "times": "2"}
    for field, text in ({"with": "by=PT5S"} | dict.fromkeys(("until", "shop_id"), "")).items():
        form[field] = text
    assert api.post("/do/plan_fault", data=form | {"anchor": "trouble"}).headers["Location"] == "/#trouble"
    (fault,) = stage.faults()["faults"]
    assert (
        fault.items()
        >= {"kind": "delay", "from": "connector", "planned": 2, "with": {"by": "PT5S", "of": "call"}}.items()
    )
    stage.advance(by="PT1M")
    section = api.get("/").text.split('id="trouble"')[1].split("</section>")[0]
    assert re.findall(r'<td class="num">([^<]*)</td>', section) == ["2", "2", "2"]
    assert "/do/lift_fault" not in section, "it is over"
    for button in TROUBLES:
        assert api.post(f"/do/{button[0]}", data=button[2]).status_code == 303
    assert {fault["stage"] for fault in stage.faults()["faults"][1:]} == {"active"}
    assert api.post("/do/lift_fault", data={"fault_id": "fault-3"}).status_code == 303
    assert stage.faults()["faults"][2]["stage"] == "over"
    assert api.post("/do/plan_fault", data={"kind": "delay", "times": "often"}).status_code == 422


def test_what_a_fault_has_is_shown_as_it_may_be_typed(api: FlaskClient, stage: InProcessStage) -> None:
    stage.plan_fault(kind="refuse", with_={"repeats": True})
    api.post("/do/plan_fault", data={"kind": "refuse", "with": "status=429 repeats=yes acted=no"})
    shown = re.findall(r'<div class="soft">(calls are refused.*?)</div>', api.get("/").text)
    assert shown == [f"calls are refused, status {status}, acted no, repeats yes" for status in (429, 503)]


def test_a_refusal_is_shown_on_the_page(api: FlaskClient) -> None:
    response = api.post("/do/advance", data={"by": "<b>soon</b>"})
    assert response.status_code == 422
    assert "Nothing has changed" in response.text
    assert "<b>soon" not in response.text


def test_the_world_is_begun_anew_with_an_oms_of_other_manners(api: FlaskClient) -> None:
    assert api.post("/do/reset", data={"oms_manners": "careless, pages-by-3"}).status_code == 303
    assert "OMS: person, careless, pages-by-3" in api.get("/").get_data(as_text=True)
    refusal = api.post("/do/reset", data={"oms_manners": "rude"}).get_data(as_text=True)
    assert "oms_manners has &#39;rude&#39;; there are careful, careless" in refusal


def test_no_other_button_exists(api: FlaskClient) -> None:
    assert api.post("/do/close", data={}).status_code == 404


def test_off_loopback_a_browser_enters_once_with_the_token(stage: InProcessStage) -> None:
    browser = control_app(stage, Gate("0.0.0.0", "secret-token")).test_client()
    assert browser.get("/").status_code == 401
    assert browser.get("/?token=wrong").status_code == 401
    entered = browser.get("/?token=secret-token")
    assert (entered.status_code, entered.headers["Location"]) == (302, "/")
    assert "HttpOnly" in entered.headers["Set-Cookie"]
    assert browser.get("/").status_code == 200
