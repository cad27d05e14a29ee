"""Connectors of which nothing is known but their calls: those that are broken are found out, the others not."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests

from rehearsal.audit.finding import Verdict
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Json
from rehearsal.seats.port import Capability, OmsSeat, SeatEvent, Seats
from rehearsal.world.world import World
from tests.outsider import RETURNS, RR, SEARCH, Outsider

QUARTER = timedelta(minutes=15)
NO = {"decision": "REJECT_REFUND", "reject_reason": "reverse_reject_refund_request_unclear_evidence"}
YES = {"decision": "APPROVE_REFUND"}
REASON = "ecom_order_delivered_refund_reason_not_match_description_seller"


class Connector(Outsider):
    """One with the seat's app. It decides by itself: what is asked for with an even number is granted."""

    def __init__(self, stage: InProcessStage, number: int = 0, *, every: timedelta = QUARTER) -> None:
        shown = stage.world()
        super().__init__(stage.current, shown["tiktok"] | shown["shops"][number])
        self.stage, self._every, self._next = stage, every, stage.current.now

    def post(self, *call: Any, **more: Any) -> Json:
        """Return an answer, or nothing where none came."""
        try:
            return super().post(*call, **more)
        except requests.RequestException:
            return {}

    def round(self) -> None:
        """Look at all there is, and answer what waits for the first time; what had no answer is asked again."""
        if self.world.now < self._next:
            return
        self._next = self.world.now + self._every
        for kind in ("returns", "cancellations"):
            token: str | None = ""
            while token is not None:
                paging = {"page_size": "10"} | ({"page_token": token} if token else {})
                data = self.post(f"{RR}/{kind}/search", {}, paging).get("data") or {}
                token = data.get("next_page_token") or None
                for claim in data.get(kind) or data.get("return_orders") or ():
                    self._answer(kind, claim)

    def _answer(self, kind: str, claim: Json) -> None:
        identity = claim.get("return_id") or claim["cancel_id"]
        if not str(claim.get("return_status") or claim["cancel_status"]).endswith("_PENDING"):
            return
        granted = int(identity) % 2 == 0
        body = {} if kind == "cancellations" else YES if granted else NO
        if kind == "cancellations" and not granted:
            body = {"reject_reason": "seller_reject_apply_product_has_been_packed"}
        verb = "approve" if granted else "reject"
        self.post(f"{RR}/{kind}/{identity}/{verb}", dict(body), {"idempotency_key": identity})

    def refund(self, order: Json, amount: str, key: str) -> None:
        """Pay back a part of an order's first unit, and do not mind whether an answer comes."""
        body = {"order_id": order["order_id"], "return_type": "REFUND", "return_reason": REASON, "currency": "USD"}
        body |= {"order_line_item_ids": [order["line_items"][0]["id"]], "refund_total": amount}
        self.post(RETURNS, body, {"idempotency_key": key})

    def decide(self, claim: Json, verb: str, body: Json) -> None:
        self.post(f"{RETURNS}/{claim['return_id']}/{verb}", body)


@pytest.fixture
def stage() -> Iterator[InProcessStage]:
    stage = InProcessStage(World, seats=Seats(), shops=2)
    yield stage
    stage.close()


def claimed(stage: InProcessStage, **order: Any) -> tuple[Json, Json]:
    bought = stage.place_order(**order)
    return bought, stage.request_return(bought["order_id"], type="REFUND")


def pays_twice(connector: Connector, stage: InProcessStage) -> None:
    order = stage.place_order()
    stage.plan_fault(kind="cut_after", from_="connector", operation="refund", times=1)
    connector.refund(order, "5.00", "first")
    stage.advance(by="PT15M")
    connector.search()
    connector.refund(order, "5.00", "second")


def answers_what_it_has_read_as_over(connector: Connector, stage: InProcessStage) -> None:
    _, claim = claimed(stage)
    stage.withdraw(claim["return_id"])
    connector.round()
    connector.decide(claim, "approve", YES)


def breaks_the_contract(connector: Connector, stage: InProcessStage) -> None:
    _, claim = claimed(stage)
    connector.decide(claim, "approve", {"decision": "YES"})


def takes_another_shops_cipher(connector: Connector, stage: InProcessStage) -> None:
    connector.post(SEARCH, {}, {"shop_cipher": stage.world()["shops"][1]["shop_cipher"]})


def answers_for_another_shop(connector: Connector, stage: InProcessStage) -> None:
    _, claim = claimed(stage, shop_id=stage.world()["shops"][1]["shop_id"])
    connector.decide(claim, "approve", YES)


Deed = Callable[[Connector, InProcessStage], None]
BROKEN: Mapping[Deed, tuple[str, str]] = {
    pays_twice: ("never-too-much", "its answer was lost"),
    answers_what_it_has_read_as_over: ("no-needless-call", "a claim that was read as RETURN_OR_REFUND_REQUEST_CANCEL"),
    breaks_the_contract: ("contract-kept", "/request/body/decision of approveReturn"),
    takes_another_shops_cipher: ("no-needless-call", "a call with the credentials of the shop that it is about"),
    answers_for_another_shop: ("no-needless-call", "a call with the credentials of the shop that it is about"),
}


@pytest.mark.parametrize("deed", BROKEN)
def test_a_connector_that_is_broken_is_found_out_by_its_calls_alone(stage: InProcessStage, deed: Deed) -> None:
    rule, words = BROKEN[deed]
    deed(Connector(stage), stage)
    stage.advance(by="P2D")
    findings = stage.findings()["findings"]
    assert {(finding["invariant"], finding["suspect"]) for finding in findings} == {(rule, "connector")}
    assert all(words in finding["expected"] for finding in findings)
    assert all(finding["witness"]["exchanges"] for finding in findings)


@pytest.mark.parametrize(
    ("path", "body", "query", "broken"),
    [
        (SEARCH, {}, {"color": "red"}, False),
        (SEARCH, {"return_ids": None}, {}, False),
        (SEARCH, {"color": "red"}, {}, True),
        (SEARCH, {}, {"page_size": "500"}, True),
        ("/product/202309/products/search", {}, {}, False),
        (f"{RR}/returns/1/photographs", {}, {}, False),
        (SEARCH.replace("202309", "202401"), {}, {}, True),
    ],
)
def test_what_the_marketplace_overlooks_and_what_is_not_built_here_is_no_breach(
    stage: InProcessStage, path: str, body: Json, query: Mapping[str, str], *, broken: bool
) -> None:
    Connector(stage).post(path, body, query)
    found = [(one["invariant"], one["suspect"]) for one in stage.findings()["findings"]]
    assert found == [("contract-kept", "connector")] * broken


@pytest.mark.parametrize("deed", BROKEN)
def test_what_tools_do_is_nobodys_fault(stage: InProcessStage, deed: Deed) -> None:
    tools = Connector(stage)
    tools.app |= stage.world()["tools"]
    deed(tools, stage)
    stage.advance(by="P2D")
    assert stage.findings()["findings"] == []


def test_a_refund_that_the_seller_starts_later_is_another_one(stage: InProcessStage) -> None:
    order, claim = claimed(stage, lines=[{"unit_price": "19.99"}])
    connector = Connector(stage)
    connector.decide(claim, "reject", NO)
    connector.refund(order, "19.99", "goodwill")
    stage.advance(by="P2D")
    assert stage.findings()["findings"] == []


@pytest.mark.parametrize("every", [15, 40, 60 * 24 * 60])
def test_a_connector_that_decides_by_itself_raises_no_alarm(stage: InProcessStage, every: int) -> None:
    """Often, seldom or never: what it answers and what it misses is its own affair where nobody hears the staff."""
    connectors = [Connector(stage, number, every=timedelta(minutes=every)) for number in (0, 1)]
    shops = [shop["shop_id"] for shop in stage.world()["shops"]]
    for kind, having in (("cut_after", {}), ("cut_before", {}), ("delay", {"by": "PT10S"})):
        stage.plan_fault(kind=kind, from_="connector", probability=0.3, with_=having)
    for day in range(3):
        for shop in shops if day % 2 else shops[:1]:
            claimed(stage, shop_id=shop, lines=[{"quantity": 2, "unit_price": "19.99"}])
            stage.request_return(stage.place_order(shop_id=shop)["order_id"], type="RETURN_AND_REFUND")
            stage.request_cancellation(stage.place_order(shop_id=shop, status="AWAITING_SHIPMENT")["order_id"])
        for connector in connectors:
            connector.refund(stage.place_order(shop_id=connector.app["shop_id"]), "3.00", "one")
        for _ in range(24 * 4):
            for connector in connectors:
                connector.round()
            stage.advance(by="PT15M")
    stage.advance(by="P40D")
    assert stage.findings()["findings"] == []
    verdicts = {one["invariant"]: one for one in stage.findings()["verdicts"]}
    assert verdicts["one-mail"]["verdict"] == verdicts["lapse-once"]["verdict"] == Verdict.HELD
    assert "whether all three books learn of it is not judged" in verdicts["lapse-once"]["why"]
    assert verdicts["executed-once"]["verdict"] == Verdict.NOT_JUDGED


# where the stage hears what the staff decide


@dataclass(frozen=True)
class Said:
    at: datetime
    name: str
    data: Mapping[str, Any]


class Staff(OmsSeat):
    """Staff who decide elsewhere and let the stage hear it, and nothing else; the connector is told on other ways."""

    capabilities = frozenset({Capability.STAFF_DECIDES})

    def __init__(self) -> None:
        self._tell: Callable[[SeatEvent], None] = print

    def subscribe(self, listener: Callable[[SeatEvent], None]) -> None:
        self._tell = listener

    def decide(self, at: datetime, claim: Json, decision: str) -> None:
        unknown = dict.fromkeys(("grade", "reason", "words_to_buyer"))
        self._told(at, "decision_given", claim, decision=decision, question="request", **unknown)

    def ask_for(self, at: datetime, order: Json, amount: str) -> None:
        asked = {"order_id": order["order_id"], "return_id": None, "refund_total": amount}
        self._told(at, "refund_requested", asked, line_item_ids=None, reason=None, restock=False)

    def _told(self, at: datetime, name: str, claim: Json, **data: Any) -> None:
        about = {one: claim[one] for one in ("return_id", "order_id")} | {"cancel_id": None, "currency": "USD"}
        about |= {"adjustment_id": "C-1", "amount": Decimal(claim["refund_total"]), "accepted": True}
        self._tell(Said(at, name, about | data))


@pytest.mark.parametrize(
    ("said", "deed", "rule"),
    [
        ("reject", "approve", "no-refund-after-no"),
        ("approve", "nothing", None),  # it may have ended in an error: nobody shows what stands before the staff
        ("approve", "approve", None),
        ("reject", "reject", None),
        ("nothing", "approve", None),  # it may have answered in the seller's place: nobody can ask it
    ],
)
def test_what_the_staff_decide_is_held_against_what_is_done(said: str, deed: str, rule: str | None) -> None:
    staff = Staff()
    stage = InProcessStage(World, seats=Seats(oms=lambda *place: staff))
    connector = Connector(stage)
    _, claim = claimed(stage)
    stage.advance(by="PT15M")
    if said != "nothing":
        staff.decide(stage.current.now, claim, said)
    if deed != "nothing":
        connector.decide(claim, deed, YES if deed == "approve" else NO)
    stage.advance(by="PT3H")
    found = {(finding["invariant"], finding["suspect"]) for finding in stage.findings()["findings"]}
    assert found == ({(rule, "connector")} if rule else set())
    (once,) = (one for one in stage.findings()["verdicts"] if one["invariant"] == "executed-once")
    assert "an answer in the seller's place is not judged" in once["why"]
    stage.close()


def test_a_refund_that_staff_asked_for_once_and_that_is_paid_twice_is_found_out_by_one_rule() -> None:
    staff = Staff()
    stage = InProcessStage(World, seats=Seats(oms=lambda *place: staff))
    connector, order = Connector(stage), stage.place_order()
    staff.ask_for(stage.current.now, order, "5.00")
    stage.plan_fault(kind="cut_after", from_="connector", operation="refund", times=1)
    for key in ("first", "second"):
        connector.refund(order, "5.00", key)
        stage.advance(by="PT15M")
    (finding,) = stage.findings()["findings"]
    assert (finding["invariant"], finding["suspect"]) == ("executed-once", "connector")
    assert "at most 5.00 USD, for 1 refund that the staff asked for" in finding["expected"]
    stage.close()
