"""The pages that people read: what stands on them, and who may see them."""

import base64
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.adapters.sql import tables as t
from connector.adapters.sql.direct import Direct
from connector.adapters.sql.engines import engine_for
from connector.domain.adjustments import RequestStatus
from connector.domain.site import UNREAD
from connector.pages.words import STATUS, in_words, left, span, title
from tests.clock import START
from tests.unit.connector_api.oms_client import OmsClient


@pytest.fixture
def open_oms() -> Iterator[OmsClient]:
    made = OmsClient(settings={"pages_open": True})
    yield made
    made.close()


def test_closed_pages_name_the_setting_that_opens_them(oms: OmsClient) -> None:
    answer = oms.web.get("/")
    assert answer.status_code == 404
    assert "CONNECTOR_STAFF_PASSWORD" in answer.get_json()["Message"]


def test_the_staff_password_opens_them() -> None:
    oms = OmsClient(settings={"staff_password": "mäple:oak"})
    oms.order()
    refused = oms.web.get("/")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Basic")
    for given, status in (("anna:mäple:oak", 200), ("anna:maple", 401), ("mäple:oak", 401)):
        header = f"Basic {base64.b64encode(given.encode()).decode()}"
        assert oms.web.get("/orders/1", headers={"Authorization": header}).status_code == status
    assert oms.web.get("/", headers={"Authorization": f"Bearer {oms.token}"}).status_code == 401
    assert oms.web.get("/", headers={"Authorization": "Basic ?"}).status_code == 401
    oms.close()


def test_the_list_shows_the_most_urgent_order_first(open_oms: OmsClient) -> None:
    oms = open_oms
    later, sooner, quiet = (oms.order(site_order_id=number) for number in ("5701", "5702", "5703"))
    oms.adjustment(later, item_id=oms.items(later)[0], deadline=START + timedelta(hours=20))
    oms.adjustment(sooner, item_id=oms.items(sooner)[0], deadline=START + timedelta(hours=3))
    every = oms.web.get("/").text
    assert all(number in every for number in ("5701", "5702", "5703"))
    urgent = oms.web.get("/?show=attention").text
    assert "5703" not in urgent
    assert urgent.index("5702") < urgent.index("5701")
    assert "3 h 00 min left" in urgent
    assert "5703" in oms.web.get("/?number=703").text
    assert "No order number contains" in oms.web.get("/?number=%25").text
    assert quiet


def test_goods_that_the_buyer_still_has_wait_for_nobody_at_the_sellers(open_oms: OmsClient) -> None:
    oms = open_oms
    kept, sent, again = (oms.order(site_order_id=number) for number in ("5701", "5702", "5703"))
    goods = {"status": "ReadyForReturn", "request_type": "RETURN_AND_REFUND"}
    oms.adjustment(kept, item_id=oms.items(kept)[0], site_status="AWAITING_BUYER_SHIP", **goods)
    assert "1 under way" in oms.web.get("/").text
    assert "The buyer has not sent the goods yet" in oms.web.get(f"/orders/{kept}?tab=adjustments").text
    oms.adjustment(sent, item_id=oms.items(sent)[0], site_status="BUYER_SHIPPED_ITEM", **goods)
    oms.adjustment(again, item_id=oms.items(again)[0], site_status="REJECT_RECEIVE_PACKAGE", **goods)  # handed back
    urgent = oms.web.get("/?show=attention").text
    assert "5702" in urgent
    assert "5703" in urgent
    assert urgent.count("1 to judge once here") == 2
    assert "The buyer has not sent" not in oms.web.get(f"/orders/{again}?tab=adjustments").text
    assert not [words for words in ("5701", "awaiting you") if words in urgent]


def test_what_nobody_here_understands_needs_attention(open_oms: OmsClient) -> None:
    oms = open_oms
    clear, claimed, moved = (oms.order(site_order_id=number) for number in ("5701", "5702", "5703"))
    for order in (clear, claimed):
        oms.adjustment(order, item_id=oms.items(order)[0], status="RejectionCompleted")
    with oms.connector.engine.begin() as connection:
        connection.execute(t.cases.update().where(t.cases.c.order_id == claimed).values(fingerprint=UNREAD))
        connection.execute(t.orders.update().where(t.orders.c.id == moved).values(fingerprint=UNREAD))
    urgent = oms.web.get("/?show=attention").text
    assert [number in urgent for number in ("5701", "5702", "5703")] == [False, True, True]
    assert urgent.count("1 not understood") == 2
    assert ["Not understood" in oms.web.get(f"/orders/{one}").text for one in (clear, moved)] == [False, True]


def test_of_one_order_no_other_adjustments_are_read(open_oms: OmsClient) -> None:
    """However many orders there are: a sheet, and one line of the list."""
    oms = open_oms
    order = oms.order(site_order_id="5701")
    oms.adjustment(order, item_id=oms.items(order)[0])
    driver = oms.connector.engine.raw_connection().driver_connection
    assert isinstance(driver, sqlite3.Connection)
    said: list[str] = []
    driver.set_trace_callback(said.append)
    assert "5701" in oms.web.get(f"/orders/{order}").text
    assert oms.connector.overview("5701") is not None
    driver.set_trace_callback(None)
    asked = [sql for sql in said if "FROM adjustments" in sql]
    plans = [[step for *_, step in driver.execute(f"EXPLAIN QUERY PLAN {sql}")] for sql in asked]
    assert len(plans) >= 2
    assert [step for plan in plans for step in plan if step.startswith("SCAN adjustments")] == []


def test_an_order_shows_its_adjustments_in_words(open_oms: OmsClient) -> None:
    oms = open_oms
    order = oms.order()
    [line] = oms.items(order)
    sent = {"request_type": "RETURN_AND_REFUND", "tracking": "1Z9", "shipped_back_at": START}
    oms.adjustment(order, item_id=line, status="ReadyForReturn", **sent)
    oms.adjustment(order, item_id=line, status="Error", error_code="25010", error_message="No <b>such</b> thing")
    page = oms.web.get(f"/orders/{order}?tab=adjustments").text
    for words in ("Ready For Return", "ReadyForReturn", "39.98 USD", "1Z9", "24 h", "25010", "MUG-BLUE × 2"):
        assert words.replace("24 h", "1 d 0 h") in page
    assert "No &lt;b&gt;such&lt;/b&gt; thing" in page


def test_activity_and_history_tells_when_who_what_and_the_words(open_oms: OmsClient) -> None:
    oms = open_oms
    order = oms.order()
    oms.activity(order, "marketplace", "opened", "Return requested, 39.98 USD", "Item arrived damaged")
    page = oms.web.get(f"/orders/{order}?tab=activity")
    for words in (
        "Activity &amp; History",
        "09:00:00",
        "Mon 03 Mar 2031",
        "TikTok Shop",
        "Return requested, 39.98\N{NO-BREAK SPACE}USD",
    ):
        assert words in page.text
    assert "<q>Item arrived damaged</q>" in page.text


def test_an_unknown_order_or_tab_is_not_a_crash(open_oms: OmsClient) -> None:
    order = open_oms.order()
    for path in ("/orders/77", "/orders/１", "/orders/2147483648"):
        assert open_oms.web.get(path).status_code == 404
    assert open_oms.web.get(f"/orders/{order}?tab=nope").status_code == 200
    assert open_oms.web.get("/?page=0").status_code == 200
    assert open_oms.web.get("/?page=999999").status_code == 200


AWAY = [
    sa.exc.OperationalError("SELECT", {}, sqlite3.OperationalError("unable to open database file")),
    sa.exc.InterfaceError("SELECT", {}, sqlite3.InterfaceError("closed")),
    sa.exc.DatabaseError("SELECT", {}, sqlite3.DatabaseError("file is not a database")),
    sa.exc.TimeoutError("no connection is free"),
]


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/orders/1"),
        ("GET", "/v1/Orders"),
        ("GET", "/v1/OrderItemAdjustments(1)"),
        ("POST", "/v1/Orders(1)/Adjust"),
        ("POST", "/oauth2/token"),
    ],
)
def test_without_the_database_it_is_try_later_in_each_doors_own_form(
    open_oms: OmsClient, monkeypatch: pytest.MonkeyPatch, method: str, path: str, error: Exception
) -> None:
    def away(*args: object) -> None:
        raise error

    monkeypatch.setattr(Direct, "__enter__", away)
    headers = {"Authorization": f"Bearer {open_oms.token}"}
    form = {"grant_type": "refresh_token", "client_id": "a", "client_secret": "b", "refresh_token": "c"}
    answer = open_oms.web.open(path, method=method, headers=headers, data=form if "token" in path else None)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    page = not path.startswith(("/v1", "/oauth2"))
    assert answer.content_type.startswith("text/html" if page else "application/json")
    assert "database" in (answer.text if page else answer.get_json()["Message"])


def test_a_file_that_is_damaged_under_its_hands_is_a_database_that_is_away(tmp_path: Path) -> None:
    oms = OmsClient(settings={"pages_open": True}, engine=engine_for(f"sqlite:///{tmp_path / 'connector.db'}"))
    form = {"grant_type": "refresh_token", "refresh_token": oms.credentials.refresh_token}
    form |= {"client_id": oms.credentials.application_id, "client_secret": oms.credentials.shared_secret}
    for file in tmp_path.iterdir():
        file.write_bytes(b"spilt coffee" * 1000)
    headers = {"Authorization": f"Bearer {oms.token}"}
    for method, path in (
        ("GET", "/"),
        ("GET", "/v1/Orders"),
        ("POST", "/v1/Orders(1)/Export"),
        ("POST", "/oauth2/token"),
    ):
        answer = oms.web.open(path, method=method, headers=headers, data=form if "token" in path else None)
        assert answer.status_code == 503
    oms.close()


@pytest.mark.parametrize("path", ["/", "/v1/Orders"])
def test_a_fault_of_ours_is_not_called_the_databases(
    open_oms: OmsClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def broken(*args: object) -> None:
        raise sa.exc.ProgrammingError("SELEC", {}, sqlite3.ProgrammingError("near SELEC"))

    monkeypatch.setattr(Direct, "__enter__", broken)
    assert open_oms.web.get(path, headers={"Authorization": f"Bearer {open_oms.token}"}).status_code == 500


def test_every_status_has_words_for_people() -> None:
    assert set(STATUS) == set(RequestStatus)


def test_durations_are_said_the_short_way() -> None:
    assert span(timedelta(minutes=59, seconds=59)) == "59 min"
    assert span(timedelta(hours=23, minutes=5)) == "23 h 05 min"
    assert span(timedelta(days=2, hours=1)) == "2 d 1 h"
    assert left(START, START) == "passed 0 min ago"


def test_a_request_that_nobody_rejected_is_not_called_rejected() -> None:
    assert title("RejectionCompleted", "RETURN_AND_REFUND", "oms", "") == "Return Rejected"
    assert title("RejectionCompleted", "REFUND", "channel", "REFUND_OR_RETURN_REQUEST_REJECT") == "Refund Rejected"
    assert title("RejectionCompleted", "REFUND", "channel", "RETURN_OR_REFUND_REQUEST_CANCEL") == "Closed"
    assert title("NewRma", "CANCEL", None, "") == "New Cancellation Request"


def test_names_of_the_api_are_put_into_words() -> None:
    assert in_words("RejectReturn; was ReadyForReturn") == "Goods refused; was Ready For Return"
