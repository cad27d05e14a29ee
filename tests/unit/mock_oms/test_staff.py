from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mock_oms import Refused
from tests.clock import START
from tests.refused import refused
from tests.unit.mock_oms.conftest import Office
from tests.unit.mock_oms.connector import Fault, Json


@pytest.fixture
def asked(office: Office) -> Office:
    """A buyer wants money back for two lines of one order."""
    order = office.connector.order("1", ("mug", 1, 20.0), ("cup", 1, 10.0))
    for item in (0, 1):
        office.connector.adjustment(order, item, RmaNumber="R1", SiteRequestType="REFUND")
    office.pull()
    office.connector.calls.clear()
    return office


@pytest.fixture
def returned(office: Office) -> Office:
    """A buyer has sent a mug back, and it lies at the dock."""
    office.told(RequestStatus="ReadyForReturn")
    office.parcel()
    return office


def test_a_smaller_amount_is_an_offer_shared_out_over_the_adjustments(asked: Office) -> None:
    asked.oms.approve("C-1001", amount=Decimal("10.01"))
    assert [call.body["SitePartialRefundAmount"] for call in asked.connector.calls] == [6.67, 3.34]


def test_a_channeladvisor_reason_leaves_the_marketplaces_reason_to_the_connector(asked: Office) -> None:
    asked.oms.reject("C-1001", reason="GeneralAdjustment")
    assert asked.connector.calls[0].raw == b""


def test_a_decision_that_only_some_lines_take_is_refused_and_the_row_says_so(asked: Office) -> None:
    asked.connector.refuse = lambda call: "Not this one." if "(2)/Approve" in call.path else None
    refusal = refused(Refused, asked.oms.approve, "C-1001")
    assert (refusal.status, refusal.title) == (409, "Only half answered")
    assert (asked.row().status, asked.row().error) == ("NewRma", refusal.detail)
    assert refusal.detail.startswith("Half answered: 1 of 2 lines have taken the decision (approve)")
    assert asked.events_named("decision_given") == []
    asked.connector.refuse = lambda call: None
    asked.connector.calls.clear()
    asked.oms.approve("C-1001")  # the same again completes it
    assert asked.connector.paths() == ["POST /v1/OrderItemAdjustments(2)/ApproveBuyerRequest"]
    assert (asked.row().status, asked.row().error) == ("PendingApproval", None)
    assert len(asked.events_named("decision_given")) == 1


def test_another_decision_after_half_of_one_goes_to_all_lines(asked: Office) -> None:
    rows = asked.connector.adjustments["OrderItemAdjustments"]
    rows[1]["RequestStatus"], rows[2]["RequestStatus"] = "NewRma", "PendingApproval"
    asked.pull()
    asked.connector.calls.clear()
    refused(Refused, asked.oms.reject, "C-1001")  # this connector changes no decision: nothing more has happened
    assert asked.connector.paths() == ["POST /v1/OrderItemAdjustments(2)/RejectBuyerRequest"]


@pytest.mark.parametrize(
    ("words", "status", "field"),
    [
        ("OrderItemAdjustments(1) is PendingApproval and takes no answer.", 409, None),
        ("SitePartialRefundAmount: 20.00 is more than is asked for.", 409, "amount"),
        ("ConditionQuantityList/0/Quantity must be at least 1.", 422, "grade"),
        ("SiteRejectComment is too long for the Reason given.", 422, "comment"),
    ],
)
def test_a_refusal_names_the_field_it_is_about(asked: Office, words: str, status: int, field: str | None) -> None:
    asked.connector.refuse = lambda call: words
    refusal = refused(Refused, asked.oms.approve, "C-1001")
    assert (refusal.status, refusal.field, refusal.detail) == (status, field, words)


@pytest.mark.parametrize("status", [None, 500, 429])
def test_an_unreachable_connector_keeps_the_decision_until_the_next_pull(asked: Office, status: int | None) -> None:
    asked.connector.faults.append(Fault("ApproveBuyerRequest", status=status))
    assert asked.oms.approve("C-1001").kept
    assert asked.oms.waiting() == 1
    assert refused(Refused, asked.oms.reject, "C-1001").status == 409
    asked.pull()
    assert len(asked.connector.posts("ApproveBuyerRequest")) == 2
    assert asked.oms.waiting() == 0
    assert [data["accepted"] for data in asked.events_named("decision_given")] == [False, True]


@pytest.mark.parametrize("status", [None, 503])
@pytest.mark.parametrize("what", ["decision", "refund"])
def test_what_the_connector_does_not_take_is_seen_on_its_case(asked: Office, what: str, status: int | None) -> None:
    action = "ApproveBuyerRequest" if what == "decision" else "Adjust"
    asked.connector.faults.append(Fault(f"/{action}", status=status, document={"Message": "busy"}, times=4))
    asked.clock.at += timedelta(minutes=7)
    oms = asked.oms
    result = oms.approve("C-1001") if what == "decision" else oms.refund(order_id="1", amount=Decimal("5.00"))
    case = result.row.id
    words = "The connector answers 503: busy" if status else "The connector cannot be reached (ConnectionError)."
    error = f"Kept since 2031-03-03 09:07 UTC and tried again at every pull: {words}"
    assert (result.kept, result.row.error) == (True, error)
    assert case in asked.oms.state.troubled
    assert f"deliver what was kept of {case} once more" in [entry.what for entry in asked.oms.agenda()]
    pulls = [asked.pull() for _ in range(3)]
    assert [fired.changed for fired in pulls] == [True, False, False]
    assert pulls[0].what == f"pull: {case} told the connector again in vain"
    row = next(row for row in asked.oms.adjustments() if row.id == case)
    assert row.error == error
    assert asked.pull().changed
    row = next(row for row in asked.oms.adjustments() if row.id == case)
    assert (row.error, asked.oms.waiting(), case in asked.oms.state.troubled) == (None, 0, False)
    assert len(asked.oms.agenda()) == 1


def test_a_kept_decision_that_was_overtaken_is_dropped_and_says_so(asked: Office) -> None:
    asked.connector.faults.append(Fault("RejectBuyerRequest"))
    asked.oms.reject("C-1001")
    for row in asked.connector.adjustments["OrderItemAdjustments"].values():
        row["RequestStatus"] = "PostProcessingComplete"
    asked.pull()
    assert asked.connector.posts("RejectBuyerRequest") == []
    assert "too late" in str(asked.row().error)
    assert asked.oms.waiting() == 0


@pytest.mark.parametrize(("after", "can"), [(-1, ()), (0, ("approve", "reject"))], ids=["before", "from then on"])
def test_a_parcel_that_never_came_is_answered_from_the_tenth_day(
    office: Office, after: int, can: tuple[str, ...]
) -> None:
    office.told(RequestStatus="ReadyForReturn", SiteShippedBackDateUtc="2031-03-03T09:00:00Z")
    office.clock.at = START + timedelta(days=10, seconds=after)
    assert office.row().can == can
    assert refused(Refused, office.oms.inspect, "R1", grade="USED", accept=False).status == 409
    if not can:
        assert refused(Refused, office.oms.reject, "C-1001").status == 409
        return
    office.oms.reject("C-1001")
    (call,) = office.connector.posts("RejectReturn")
    assert call.body == {"SiteRejectReason": "MerchandiseNotReceived"}
    assert office.events_named("decision_given")[0]["grade"] is None


def test_a_parcel_of_which_nobody_knows_when_it_was_sent_is_waited_for(office: Office) -> None:
    office.told(RequestStatus="ReadyForReturn")
    office.clock.at += timedelta(days=90)
    assert office.row().can == ()


def test_a_row_says_what_can_be_done_with_it(returned: Office) -> None:
    assert returned.row().can == ("approve", "reject", "inspect")
    returned.connector.faults.append(Fault("RejectReturn"))
    returned.oms.inspect("R1", grade="DAMAGED", accept=False)
    assert returned.row().can == ()  # it is kept until the connector responds


def test_each_piece_is_told_as_it_was_found(office: Office) -> None:
    order = office.connector.order("1", ("mug", 4, 20.0))
    units = [f"1-0-{number}" for number in range(4)]
    office.connector.adjustment(order, 0, RmaNumber="R1", RequestStatus="ReadyForReturn", SiteOrderLineItemIDs=units)
    office.pull()
    office.oms.receive_parcel(return_id="R1", order_id="1", line_item_ids=units[1:], damaged=units[3:])
    used = [{"line_item_id": units[2], "grade": "USED"}]
    office.oms.inspect("R1", grade="AS_SOLD", accept=False, units=used)
    (call,) = office.connector.posts("RejectReturn")
    found = {one["Condition"]: one["Quantity"] for one in call.body["ConditionQuantityList"]}
    assert found == {"AS_SOLD": 1, "USED": 1, "DAMAGED": 1, "MISSING_PARTS": 1}


def test_goods_cannot_be_paid_in_part(returned: Office) -> None:
    refusal = refused(Refused, returned.oms.approve, "C-1001", amount=Decimal("1.00"))
    assert (refusal.status, refusal.field) == (409, "amount")


def test_an_inspection_addresses_the_newest_open_adjustment_of_the_rma(office: Office) -> None:
    order = office.told(RequestStatus="RejectionCompleted")
    office.clock.at += timedelta(minutes=1)
    office.connector.adjustment(order, 0, RmaNumber="R1", RequestStatus="ReadyForReturn")
    office.parcel()
    assert office.oms.inspect("R1", grade="AS_SOLD", accept=True).kept
    office.pull()
    (call,) = office.connector.posts("ApproveReturn")
    assert call.path == "/v1/OrderItemAdjustments(2)/ApproveReturn"


def test_the_same_parcel_twice_is_one_parcel(returned: Office) -> None:
    returned.parcel()
    assert len(returned.events_named("parcel_received")) == 1


@pytest.mark.parametrize(
    ("act", "status", "field"),
    [
        (lambda oms: oms.approve("C-9"), 404, "adjustment_id"),
        (lambda oms: oms.inspect("R9", grade="USED", accept=True), 404, "return_id"),
        (lambda oms: oms.inspect("R1", grade="SHINY", accept=True), 422, "grade"),
        (lambda oms: oms.inspect("R1", grade="USED", accept="yes"), 422, "accept"),
        (lambda oms: oms.approve("C-1001", amount=Decimal("-1")), 422, "amount"),
        (lambda oms: oms.approve("C-1001", amount=Decimal("1.001")), 422, "amount"),
        (lambda oms: oms.approve("C-1001", amount=Decimal("30.01")), 422, "amount"),
        (lambda oms: oms.reject("C-1001", reason="No way!"), 422, "reason"),
        (lambda oms: oms.approve("C-1001", amount=Decimal("0.01")), 422, "amount"),
        (lambda oms: oms.reject("C-1001", comment="x" * 501), 422, "comment"),
        (lambda oms: oms.reject("C-1001", comment="é" * 251), 422, "comment"),
        (lambda oms: oms.refund(order_id="9"), 404, "order_id"),
        (lambda oms: oms.refund(order_id="1", line_item_ids=["9"]), 422, "line_item_ids"),
        (lambda oms: oms.refund(order_id="1", line_item_ids=[]), 422, "line_item_ids"),
        (lambda oms: oms.refund(order_id="1", amount=Decimal("30.01")), 409, "amount"),
        (lambda oms: oms.refund(order_id="1", line_item_ids=["1-1-0"], amount=Decimal("10.01")), 409, "amount"),
    ],
)
def test_a_bad_order_is_refused_by_name_and_never_reaches_the_connector(
    asked: Office, act: Callable[[object], object], status: int, field: str | None
) -> None:
    refusal = refused(Refused, act, asked.oms)
    assert (refusal.status, refusal.field) == (status, field)
    assert asked.connector.calls == []


@pytest.fixture
def sold(office: Office) -> Office:
    """Three mugs and a cup, with tax and shipping."""
    office.connector.order("1", ("mug", 3, 14.95), ("cup", 1, 10.0), tax=3.59, shipping=9.95)
    office.pull()
    office.connector.calls.clear()
    return office


def bodies(office: Office) -> list[Json]:
    return [call.body for call in office.connector.posts("Adjust")]


def test_a_whole_order_is_refunded_with_its_amount_spelled_out(sold: Office) -> None:
    row = sold.oms.refund(order_id="1").row
    (body,) = bodies(sold)
    assert body["AdjustmentAmount"] == 68.39
    assert (row.status, row.amount, row.return_id) == ("SubmittedNotProcessed", Decimal("68.39"), None)
    assert sold.connector.paths() == ["POST /v1/Orders(100)/Adjust"]


def test_units_of_two_lines_are_two_calls_with_ids_of_their_own(sold: Office) -> None:
    sold.oms.refund(order_id="1", line_item_ids=["1-0-0", "1-0-2", "1-1-0"], reason="MerchandiseNotReceived")
    first, second = bodies(sold)
    assert (first["Quantity"], first["SiteOrderLineItemIDs"]) == (2, ["1-0-0", "1-0-2"])
    assert (second["Quantity"], second["SiteOrderLineItemIDs"]) == (1, ["1-1-0"])
    assert first["SellerAdjustmentID"] != second["SellerAdjustmentID"]
    assert first["Reason"] == "MerchandiseNotReceived"
    assert len(sold.oms.adjustments()) == 1


def test_part_of_a_line_is_spelled_out_to_the_cent(sold: Office) -> None:
    sold.oms.refund(order_id="1", line_item_ids=["1-0-0"], amount=Decimal("5.00"), reason="seller_lost_it")
    (body,) = bodies(sold)
    parts = [Decimal(str(body[name])) for name in ("ItemAdjustment", "TaxAdjustment", "ShippingAdjustment")]
    assert sum(parts) == Decimal("5.00")
    assert body["SiteReason"] == "seller_lost_it"


def test_a_sum_is_sent_as_it_was_stated_also_where_it_is_the_whole_price(sold: Office) -> None:
    sold.oms.refund(order_id="1", line_item_ids=["1-1-0"], amount=Decimal("10.00"))
    assert bodies(sold)[0]["ItemAdjustment"] == 10.0


def test_a_refused_refund_leaves_no_trace(sold: Office) -> None:
    sold.connector.refuse = lambda call: "AdjustmentAmount is more than is left."
    refusal = refused(Refused, sold.oms.refund, order_id="1")
    assert (refusal.status, refusal.field) == (409, "amount")
    assert sold.oms.adjustments() == []


def test_a_decision_whose_response_was_lost_is_not_given_twice(asked: Office) -> None:
    asked.connector.faults.append(Fault("(1)/ApproveBuyerRequest", after=True))
    assert asked.oms.approve("C-1001").kept
    asked.pull()
    (call,) = asked.connector.posts("ApproveBuyerRequest")
    assert call.path == "/v1/OrderItemAdjustments(2)/ApproveBuyerRequest"


def test_what_was_given_back_is_not_there_to_be_given_again(sold: Office) -> None:
    sold.oms.refund(order_id="1", amount=Decimal("60.00"))
    refusal = refused(Refused, sold.oms.refund, order_id="1", amount=Decimal("8.40"))
    assert (refusal.status, refusal.field) == (409, "amount")
    sold.oms.refund(order_id="1")
    assert bodies(sold)[-1]["AdjustmentAmount"] == 8.39
    assert refused(Refused, sold.oms.refund, order_id="1").status == 409


def test_what_the_connector_refuses_changes_nothing(asked: Office) -> None:
    before = asked.row()
    asked.connector.refuse = lambda call: "SiteRejectReason is not one the marketplace offers."
    refusal = refused(Refused, asked.oms.reject, "C-1001", reason="nonsense")
    assert (refusal.status, refusal.field) == (422, "reason")
    assert refusal.detail == "SiteRejectReason is not one the marketplace offers."
    assert asked.row() == before
    assert asked.events_named("decision_given") == []


def test_an_inspection_may_come_before_its_adjustment(office: Office) -> None:
    order = office.connector.order("1", ("mug", 1, 20.0))
    office.pull()
    office.parcel()
    result = office.oms.inspect("R1", grade="AS_SOLD", accept=True)
    assert result.kept
    assert (result.row.return_id, result.row.status) == ("R1", "NoChange")
    office.pull()
    assert office.connector.posts("ApproveReturn") == []
    office.connector.adjustment(order, 0, RmaNumber="R1", RequestStatus="ReadyForReturn")
    office.pull()
    assert len(office.connector.posts("ApproveReturn")) == 1
    assert (office.row().id, office.row().status, office.oms.waiting()) == (result.row.id, "PendingReturn", 0)


def test_a_lost_response_never_refunds_twice(sold: Office) -> None:
    sold.connector.faults.append(Fault("Adjust", after=True))
    assert sold.oms.refund(order_id="1").kept
    sold.pull()
    assert bodies(sold) == []
    assert len(sold.connector.adjustments["OrderAdjustments"]) == 1
    assert (sold.row().status, sold.oms.waiting()) == ("SubmittedNotProcessed", 0)
    assert [data["accepted"] for data in sold.events_named("refund_requested")] == [False, True]


def test_a_refund_that_never_arrived_is_asked_for_again_under_the_same_id(sold: Office) -> None:
    sold.connector.faults.append(Fault("Adjust"))
    sold.oms.refund(order_id="1")
    (first,) = bodies(sold)
    assert sold.row().status == "NoChange"
    sold.pull()
    assert bodies(sold) == [first]
    assert [data["accepted"] for data in sold.events_named("refund_requested")] == [False, True]


def test_a_refund_knows_its_return_once_the_connector_does(sold: Office) -> None:
    sold.oms.refund(order_id="1")
    done = {"SiteAdjustmentID": "R5", "RequestStatus": "PostProcessingComplete"}
    sold.connector.adjustments["OrderAdjustments"][1] |= done
    sold.pull()
    row = sold.row()
    assert (row.id, row.kind, row.return_id, row.status) == ("C-1001", "REFUND", "R5", "PostProcessingComplete")
    assert sold.oms.ledger() == {"1": Decimal("68.39")}


@pytest.mark.parametrize(
    ("how", "name", "made_of"),
    [
        ({}, "refund_requested", None),  # the whole order, by its sum
        ({"amount": Decimal(5)}, "refund_requested", None),
        ({"part": "shipping"}, "refund_requested", {"item": "0.00", "shipping": "9.95", "tax": "0.00"}),
        ({"part": "tax", "record_only": True}, "refund_recorded", {"item": "0.00", "shipping": "0.00", "tax": "3.59"}),
    ],
)
def test_what_of_each_part_the_staff_have_asked_for_is_told(
    sold: Office, how: dict[str, Any], name: str, made_of: Json | None
) -> None:
    sold.oms.refund(order_id="1", **how)
    (told,) = sold.events_named(name)
    expected = None if made_of is None else {part: Decimal(sum_) for part, sum_ in made_of.items()}
    assert told.get("made_of") == expected
