"""Our OMS works with the ChannelAdvisor API of a connector in a process of its own: ours, run as somebody else's."""

import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.audit.finding import Verdict
from rehearsal.control.stage import Problem
from tests.integration.seats.our_connector import CLIENT
from tests.integration.test_foreign_seat import ADDRESS, Sat, sat

SCRIPT = Path(__file__).parent / "seats/our_connector.py"
ENV = {
    "CONTROL": "{control}",
    "CONNECTOR_TIKTOK_URL": "{tiktok}",
    "CONNECTOR_TIKTOK_AUTH_URL": "{tiktok_auth}",
    "CONNECTOR_APP_KEY": "{app_key}",
    "CONNECTOR_APP_SECRET": "{app_secret}",
    "CONNECTOR_DATABASE_URL": "sqlite:///{data}/connector.sqlite",
    "CONNECTOR_SECRET_KEYS": b64encode(b"0" * 32).decode(),
    "CONNECTOR_PORT": "{port}",
    "PYTHONPATH": str(Path(__file__).parents[2]),
}
NAMES = ("APPLICATION_ID", "SHARED_SECRET", "REFRESH_TOKEN")
OMS = {"channeladvisor": {"url": ADDRESS, **{name.lower(): f"$OMS_{name}" for name in NAMES}}}
RULES = {"executed-once", "in-time", "everything-arrives", "nothing-stays-open", "as-meant", "contract-kept"}


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Sat]:
    with sat(tmp_path, name="ours", command=[sys.executable, "-P", str(SCRIPT)], env=ENV, oms=OMS) as one:
        yield one


@pytest.fixture
def let_in(one: Sat, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lets the OMS in is put into the environment when the connector is ready, where it is read now."""
    for name, said in zip(NAMES, CLIENT.values(), strict=True):
        monkeypatch.setenv(f"OMS_{name}", said)


@pytest.mark.usefixtures("let_in")
def test_a_claim_goes_all_the_way_and_back(one: Sat) -> None:
    stage = one.stage
    money = stage.request_return(stage.place_order()["order_id"], type="REFUND")
    goods = stage.request_return(stage.place_order()["order_id"])
    stage.advance(by="PT1H")
    cases = {row["return_id"]: row["id"] for row in stage.oms_adjustments()["adjustments"]}
    stage.oms_approve(cases[money["return_id"]])
    stage.ship_return(goods["return_id"])
    stage.arrive_return(goods["return_id"])
    stage.advance(by="PT1H")
    stage.oms_inspect(goods["return_id"], grade="USED", accept=False)
    stage.advance(by="PT6H")
    assert stage.get_return(money["return_id"])["refunded"] == money["refund_total"]
    assert stage.get_return(goods["return_id"])["shown_status"] == "Return Rejected"
    found = stage.current.findings()
    assert [(one.invariant, one.seen) for one in found if one.broken] == []
    assert {one.invariant for one in found if one.verdict is Verdict.HELD} >= RULES
    calls = [entry for entry in stage.current.trace.entries() if entry["kind"] == "exchange"]
    assert {(call["from"], call["to"]) for call in calls} == {("connector", "marketplace"), ("oms", "connector")}


@pytest.mark.usefixtures("let_in")
def test_a_decision_is_kept_while_nobody_answers(one: Sat) -> None:
    stage = one.stage
    money = stage.request_return(stage.place_order()["order_id"], type="REFUND")
    stage.advance(by="PT30M")
    stage.kill_connector()
    (case,) = stage.oms_adjustments()["adjustments"]
    assert stage.oms_approve(case["id"])["kept"]
    stage.start_connector()
    stage.advance(by="PT6H")
    assert stage.get_return(money["return_id"])["refunded"] == money["refund_total"]
    assert stage.findings()["findings"] == []


def test_credentials_that_nobody_has_are_named(one: Sat) -> None:
    assert "the environment has no OMS_APPLICATION_ID" in one.stage.advance(by="PT0S")["fired"][0]["what"]
    one.stage.request_return(one.stage.place_order()["order_id"], type="REFUND")
    one.stage.advance(by="PT1H")
    with pytest.raises(Problem, match="knows no adjustment"):
        one.stage.oms_approve("C-1001")
    (verdict,) = [one for one in one.stage.findings()["verdicts"] if one["invariant"] == "everything-arrives"]
    assert (verdict["verdict"], verdict["why"]) == (
        "not judged",
        "oms.channeladvisor names $OMS_APPLICATION_ID; the environment has no OMS_APPLICATION_ID",
    )
    with pytest.raises(Problem, match="oms_manners has second-application, and the seat says credentials of one alone"):
        one.stage.reset(oms_manners=["careless"])
