from datetime import timedelta
from decimal import Decimal

import pytest

from mock_oms import Due
from tests.clock import START
from tests.refused import refused
from tests.unit.mock_oms.conftest import Office, Offices
from tests.unit.mock_oms.connector import QUARTER, Fault

LISTS = ["GET /v1/Orders", "GET /v1/OrderAdjustments", "GET /v1/OrderItemAdjustments"]


def test_the_first_pull_is_at_the_worlds_start_and_the_grid_never_moves(office: Office) -> None:
    assert office.oms.next_due() == Due(START, 6, 1)
    office.oms.run_due(START + timedelta(minutes=4))
    assert office.oms.next_due() == Due(START + QUARTER, 6, 2)
    refused(LookupError, office.oms.run_due, START + timedelta(minutes=14))


def test_orders_are_exported_one_by_one_and_only_once(office: Office) -> None:
    office.connector.page_size = 1
    office.connector.order("1", ("mug", 1, 9.5))
    office.connector.order("2", ("cup", 1, 9.5))
    office.pull()
    assert len(office.connector.posts("Export")) == 2
    assert sorted(office.oms.state.orders) == ["1", "2"]
    office.pull()
    assert office.connector.posts("Export") == []


def test_an_order_whose_export_failed_comes_again(office: Office) -> None:
    office.connector.order("1", ("mug", 1, 9.5))
    office.connector.faults.append(Fault("Export", status=503))
    assert office.pull().changed
    office.pull()
    assert office.connector.exported == {100}


@pytest.mark.parametrize("heard", [False, True])
def test_what_is_not_offered_any_more_has_been_marked(office: Office, heard: bool) -> None:
    office.connector.order("1", ("mug", 1, 9.5))
    office.connector.faults.append(Fault("Export", after=heard))
    office.pull()
    assert not office.oms.state.marked
    office.pull()
    assert (office.oms.state.marked, len(office.connector.posts("Export"))) == ({"100"}, 0 if heard else 1)
    assert not any(event["again"] for event in office.events_named("order_read"))


def test_an_order_that_is_offered_although_it_was_marked_is_told_of(office: Office) -> None:
    office.connector.order("1", ("mug", 1, 9.5))
    office.pull()
    office.connector.exported.clear()
    office.pull()
    assert [event["again"] for event in office.events_named("order_read")] == [False, True]


def test_one_order_that_cannot_be_exported_holds_up_nothing(office: Office) -> None:
    office.asked(9.5)
    office.connector.refuse = lambda call: "Not this one." if call.path.endswith("Export") else None
    assert office.pull().what == "pull: 1 new order, 1 adjustment, order 1 cannot be exported: Not this one."


def test_one_order_that_is_not_shown_holds_up_nothing(office: Office) -> None:
    hidden = office.connector.order("1", ("mug", 1, 9.5))
    office.connector.exported.add(hidden["ID"])
    office.connector.adjustment(hidden, 0, RmaNumber="R1")
    office.connector.adjustment(office.connector.order("2", ("mug", 1, 9.5)), 0, RmaNumber="R2")
    office.connector.refuse = lambda call: "Not yet." if call.path.endswith(f"Orders({hidden['ID']})") else None
    lists = f"The connector lists an adjustment of order {hidden['ID']} and does not show the order"
    assert office.pull().what == f"pull: 1 new order, 1 adjustment, {lists}: Not yet."
    assert [row.return_id for row in office.oms.adjustments()] == ["R2"]


def test_a_plain_connector_without_extension_fields_is_enough(office: Office) -> None:
    office.connector.extensions = False
    order = office.connector.order("1", ("mug", 2, 9.5))
    office.connector.adjustment(order, 0, RmaNumber="R1")
    office.connector.adjustment(order, None, Type="Cancellation", SiteAdjustmentID="X7")
    office.pull()
    assert [(row.kind, row.return_id, row.cancel_id) for row in office.oms.adjustments()] == [
        ("CANCELLATION", None, "X7"),
        ("RETURN", "R1", None),
    ]
    office.oms.refund(order_id="1", line_item_ids=["1-0"])
    (call,) = office.connector.posts("Adjust")
    assert call.body["Quantity"] == 2
    assert "SiteOrderLineItemIDs" not in call.body


def test_many_open_adjustments_are_read_again_by_their_date_of_change(office: Office) -> None:
    order = office.connector.order("1", ("mug", 1, 1.0))
    rows = [office.connector.adjustment(order, 0, RmaNumber=f"R{number}") for number in range(25)]
    for _ in range(7):  # beyond the overlap, where they no longer count as new
        office.pull()
    office.pull()
    assert office.connector.paths() == [*LISTS, *LISTS[1:]]
    rows[3] |= {"RequestStatus": "RejectionCompleted", "SiteUpdatedDateUtc": f"{office.clock.now():%Y-%m-%dT%H:%M:%SZ}"}
    assert office.pull().what == "pull: 1 adjustment"
    assert len(list(office.oms.state.open_cases())) == 24


def test_where_nobody_knows_that_date_they_are_read_again_by_number(office: Office) -> None:
    office.connector.extensions = False
    order = office.connector.order("1", ("mug", 1, 1.0))
    for number in range(25):
        office.connector.adjustment(order, 0, RmaNumber=f"R{number}")
    for _ in range(7):  # beyond the overlap, where they no longer count as new
        office.pull()
    filters = [call.query.get("$filter", "") for call in office.connector.calls]
    assert [text.count("ID eq") for text in filters if "ID eq" in text] == [20, 5]
    for row in office.connector.adjustments["OrderItemAdjustments"].values():
        row["RequestStatus"] = "RejectionCompleted"
    office.pull()
    office.pull()
    assert not any("ID eq" in call.query.get("$filter", "") for call in office.connector.calls)


def test_an_adjustment_of_an_order_never_exported_fetches_the_order(office: Office) -> None:
    order = office.connector.order("1", ("mug", 1, 20.0))
    office.connector.exported.add(order["ID"])
    office.connector.adjustment(order, 0, RmaNumber="R1")
    office.pull()
    assert office.row().order_id == "1"
    assert "GET /v1/Orders(100)" in office.connector.paths()


@pytest.mark.parametrize(("told", "read"), [(0.1 + 0.2, "0.30"), (19.99, "19.99"), (19.9901, "19.9901")])
def test_a_sum_is_read_as_it_is_told_but_for_the_noise_of_floats(office: Office, told: float, read: str) -> None:
    office.connector.adjustment(office.connector.order("1", ("mug", 1, 20.0)), 0, ItemAdjustment=told)
    office.pull()
    assert str(office.row().amount) == read


def test_the_token_is_renewed_before_it_expires(office: Office) -> None:
    for _ in range(9):
        office.pull()
    assert office.connector.tokens == 3


def test_a_revoked_token_is_renewed_once_and_the_body_is_sent_again(office: Office) -> None:
    office.connector.order("1", ("mug", 1, 20.0))
    office.pull()
    office.connector.token = "another"
    office.oms.refund(order_id="1", amount=Decimal("5.00"))
    first, second = office.connector.posts("Adjust")
    assert first.raw == second.raw
    assert second.body["AdjustmentAmount"] == 5.0


POLICIES = {"approve": "Approve", "reject": "Reject", "partial": "Approve", "person": None, "silent": None}


@pytest.mark.parametrize(("policy", "verb"), POLICIES.items())
def test_a_policy_decides_at_once(office_with: Offices, policy: str, verb: str | None) -> None:
    office, action = office_with(policy), f"{verb}BuyerRequest"
    office.told(price=20.01)
    decided = [call for call in office.connector.paths() if "BuyerRequest" in call]
    assert decided == ([f"POST /v1/OrderItemAdjustments(1)/{action}"] if verb else [])
    assert [data["decision"] for data in office.events_named("decision_given")] == ([policy] if verb else [])
    if policy == "partial":
        assert office.connector.posts(action)[0].body == {"SitePartialRefundAmount": 10.01}


def test_a_refused_offer_is_followed_by_the_whole(office_with: Offices) -> None:
    office = office_with("partial")
    office.told()
    row = office.connector.adjustments["OrderItemAdjustments"][1]
    row["RequestStatus"] = "ProcessedNotAcknowledged"
    office.pull()
    row["RequestStatus"] = "NewRma"
    office.pull()
    (call,) = office.connector.posts("ApproveBuyerRequest")
    assert call.raw == b""


def test_a_policy_that_is_refused_asks_once_and_shows_the_words(office_with: Offices) -> None:
    office = office_with("approve")
    office.asked()
    office.connector.refuse = lambda call: "Not now." if "Approve" in call.path else None
    office.pull()
    assert office.row().error == "Not now."
    office.pull()
    assert office.connector.posts("ApproveBuyerRequest") == []


def asks_anew(office: Office, order: dict[str, object]) -> None:
    """The marketplace has refused the decision, and the connector asks again."""
    rows = office.connector.adjustments["OrderItemAdjustments"]
    rows[len(rows)] |= {"RequestStatus": "Error", "SiteErrorMessage": f"No such reason ({len(rows)})"}
    office.connector.adjustment(order, 0, RmaNumber="R1")


@pytest.mark.parametrize(("by", "shown"), [("channel", "No such reason (1)"), ("oms", None), (None, None)])
def test_an_error_before_a_lapse_is_shown_after_it(office: Office, by: str | None, shown: str | None) -> None:
    order = office.told()
    office.clock.at += timedelta(minutes=5)
    asks_anew(office, order)
    office.pull()
    paid = {"RequestStatus": "PostProcessingComplete", "SiteDecidedBy": by}
    office.connector.adjustments["OrderItemAdjustments"][2] |= paid
    office.pull()
    assert (office.row().status, office.row().error) == ("PostProcessingComplete", shown)
    assert list(office.oms.state.troubled) == ([office.row().id] if shown else [])


def test_a_policy_answers_again_once_after_an_error_and_then_leaves_it_to_a_person(office_with: Offices) -> None:
    office = office_with("reject")
    order = office.asked()
    decided = []
    for _ in range(5):
        office.pull()
        decided.append(len(office.connector.posts("RejectBuyerRequest")))
        office.clock.at += timedelta(minutes=5)
        if decided[-1]:
            asks_anew(office, order)
    assert decided == [1, 1, 0, 0, 0]
    assert (office.row().status, office.row().error) == ("NewRma", "No such reason (1); No such reason (2)")


@pytest.mark.parametrize(("damaged", "grade"), [((), "USED"), (("1-0-0",), "DAMAGED")])
def test_an_automatic_policy_inspects_a_parcel_at_the_pull_after_its_arrival(
    office_with: Offices, damaged: tuple[str, ...], grade: str
) -> None:
    office = office_with("reject")
    office.told(RequestStatus="ReadyForReturn")
    assert office.connector.posts("RejectReturn") == []
    office.oms.receive_parcel(return_id="R1", order_id="1", line_item_ids=["1-0-0"], damaged=damaged)
    office.pull()
    (call,) = office.connector.posts("RejectReturn")
    assert call.body == {"ConditionQuantityList": [{"Condition": grade, "Quantity": 1}]}


def test_an_idle_pull_costs_three_calls_and_changes_nothing(office: Office) -> None:
    office.pull()
    fired = office.pull()
    assert office.connector.paths() == LISTS
    assert (fired.who, fired.what, fired.changed) == ("oms", "pull: nothing new", False)


def test_a_refund_is_booked_once_when_it_is_done_with_the_amounts_reported(office: Office) -> None:
    order = office.connector.order("1", ("mug", 1, 20.0))
    row = office.connector.adjustment(order, 0, RmaNumber="R1", TaxAdjustment=1.6, ShippingAdjustment=3.0)
    row["RequestStatus"] = "AcknowledgedPostProcessingNotComplete"
    office.pull()
    assert office.oms.ledger() == {}
    row |= {"RequestStatus": "PostProcessingComplete", "ItemAdjustment": 15.0}
    assert office.pull().what == "pull: 1 adjustment, booked 19.60 USD"
    office.pull()
    assert office.oms.ledger() == {"1": Decimal("19.60")}
    assert [data["amount"] for data in office.events_named("booked")] == [Decimal("19.60")]


def test_a_dispute_won_by_the_buyer_shows_in_the_same_case(office: Office) -> None:
    order = office.told(RequestStatus="RejectionCompleted")
    office.clock.at += timedelta(minutes=5)
    office.connector.adjustment(order, 0, RmaNumber="R1", RequestStatus="PostProcessingComplete")
    office.pull()
    row = office.row()
    assert (row.status, row.amount, row.error) == ("PostProcessingComplete", Decimal("20.00"), None)
    assert office.oms.ledger() == {"1": Decimal("20.00")}
