"""Bad habits of an OMS, each as the connector meets it; and that a good one has none of them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from mock_oms import Refused
from mock_oms.adapters import filters
from mock_oms.domain.manners import CHANGES_DECISIONS, NO_BAD_HABITS, POLITE, Manner, manners_named
from mock_oms.usecases.decision_delivery import split_words
from tests.refused import refused
from tests.unit.mock_oms.conftest import Office
from tests.unit.mock_oms.connector import Fault


def a_day(*manners: str) -> Office:
    """An order of three mugs, a rug and a lid, and a request for the last two: all of it read, nothing said yet."""
    office = Office(manners=manners)
    order = office.connector.order("1", ("mug", 3, 20.0), ("rug", 1, 9.0), ("lid", 1, 9.0))
    for item in (1, 2):
        office.connector.adjustment(order, item, RmaNumber="R1")
    office.pull()
    return office


# This connector takes a yes and a no, and reads the plainest filters.
UNLIKE = {*CHANGES_DECISIONS, *NO_BAD_HABITS, Manner.SECOND_APPLICATION, Manner.CONTRADICTS, Manner.OTHER_WORDS}


@pytest.mark.parametrize(
    ("manner", "refunds", "unit", "named", "answers"),
    [
        ("careful", 1, "1-0-0", True, 2),
        ("twice", 2, "1-0-0", True, 4),
        ("no-ids", 1, "1-0-0", False, 2),
        ("other-units", 1, "1-0-2", True, 2),
        ("line-by-line", 1, "1-0-0", True, 1),
        ("careless", 2, "1-0-2", True, 2),
    ],
)
def test_what_it_says(manner: str, refunds: int, unit: str, named: bool, answers: int) -> None:
    office = a_day(*[manner] if manner != "careless" else set(Manner) - UNLIKE)
    office.oms.refund(order_id="1", line_item_ids=["1-0-0"])
    office.oms.approve("C-1001")
    said = [call.body for call in office.connector.posts("Adjust")]
    assert [one["SiteOrderLineItemIDs"] for one in said] == [[unit]] * refunds
    assert {one.get("SellerAdjustmentID") for one in said} == {said[0]["SellerAdjustmentID"] if named else None}
    assert len(office.connector.posts("ApproveBuyerRequest")) == answers
    office.pull()
    assert [row.status for row in office.oms.adjustments()] == ["PendingApproval", "SubmittedNotProcessed"]
    assert [event["accepted"] for event in office.events_named("decision_given")][-1] is True
    assert len(office.events_named("refund_requested")) == 1


@pytest.mark.parametrize("manner", ["line-by-line", "contradicts-itself"])
def test_a_line_that_nobody_heard_of_is_said_again_with_those_that_follow(manner: str) -> None:
    office = a_day(manner)
    office.connector.faults.append(Fault("ApproveBuyerRequest", times=1))
    assert office.oms.approve("C-1001").kept
    office.pull()
    assert len({call.path for call in office.connector.posts("ApproveBuyerRequest")}) == 2


def test_it_contradicts_itself_from_line_to_line() -> None:
    office = a_day("contradicts-itself")
    office.oms.approve("C-1001")
    (yes,), (no,) = (office.connector.posts(name) for name in ("ApproveBuyerRequest", "RejectBuyerRequest"))
    assert yes.path != no.path


def test_under_the_same_number_in_the_other_list_it_says_the_contrary() -> None:
    office = a_day("wrong-numbers")
    office.oms.approve("C-1001")
    _, mistaken, *_ = office.connector.posts("BuyerRequest")
    assert mistaken.path.endswith("/OrderAdjustments(1)/RejectBuyerRequest")
    assert len(office.connector.posts("ApproveBuyerRequest")) == 2


def test_where_the_other_list_has_that_number_nothing_is_said_of_it_even_if_it_has_not_been_read() -> None:
    office = a_day("wrong-numbers")
    row = office.connector.adjustment(office.connector.order("2", ("mug", 1, 20.0)), None, RmaNumber="R9")
    assert row["ID"] == 1
    office.oms.approve("C-1001")
    assert row["RequestStatus"] == "NewRma"
    assert [call.path for call in office.connector.posts("RejectBuyerRequest")] == [
        "/v1/OrderAdjustments(2)/RejectBuyerRequest"
    ]


def test_where_the_other_list_shows_nothing_by_its_number_nothing_is_known_to_be_missing() -> None:
    office = a_day("wrong-numbers")
    office.connector.refuse = lambda call: "Never." if call.method == "GET" else None
    office.oms.approve("C-1001")
    assert not office.connector.posts("RejectBuyerRequest")


@pytest.mark.parametrize("path", ["/v1/OrderAdjustments(1)", "/OrderAdjustments(1)/RejectBuyerRequest"])
@pytest.mark.parametrize("status", [None, 500])
def test_what_becomes_of_its_mistake_is_not_what_becomes_of_its_answer(path: str, status: int | None) -> None:
    office = a_day("wrong-numbers")
    office.connector.faults.append(Fault(path, status=status))
    assert not office.oms.approve("C-1001").kept


def test_it_has_second_thoughts_about_a_line() -> None:
    office = a_day("second-thoughts")
    with pytest.raises(Refused):  # this connector takes none
        office.oms.reject("C-1001", comment="It is as listed")
    yes, hasty, no = office.connector.posts("BuyerRequest")
    assert yes.path.replace("Approve", "Reject") == hasty.path == no.path != yes.path
    assert [call.body["SiteRejectComment"] for call in (hasty, no)] == ["No.", "It"]


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("lost", ["RejectBuyerRequest", "ApproveBuyerRequest"])
def test_what_it_did_not_mean_and_nobody_answered_is_followed_by_all_that_it_means(lost: str, heard: bool) -> None:
    office = a_day("second-thoughts")
    office.connector.faults.append(Fault(lost, after=heard))
    if lost == "ApproveBuyerRequest":  # another connector would have taken the contrary back
        office.connector.refuse = lambda call: "Never." if call.path.endswith("RejectBuyerRequest") else None
    assert office.oms.approve("C-1001").kept
    for row in office.connector.adjustments["OrderItemAdjustments"].values():
        row["RequestStatus"] = "NewRma"
    office.pull()
    said = [call.path.rpartition("(")[2] for call in office.connector.posts("ApproveBuyerRequest")]
    assert said == ["1)/ApproveBuyerRequest", "2)/ApproveBuyerRequest"]


def test_it_says_how_many_and_means_those_of_which_nothing_has_gone_back() -> None:
    office = a_day("by-number")
    office.oms.refund(order_id="1", line_item_ids=["1-0-0"], amount=Decimal("1.00"))
    office.oms.refund(order_id="1", line_item_ids=["1-0-0"])
    assert [call.body.get("SiteOrderLineItemIDs") for call in office.connector.posts("Adjust")] == [None] * 2
    assert [call.body["Quantity"] for call in office.connector.posts("Adjust")] == [1, 1]
    assert office.events_named("refund_requested")[-1]["line_item_ids"] == ["1-0-1"]


def test_it_says_no_sum_where_it_means_all_that_is_left() -> None:
    office = a_day("no-sums")
    office.oms.refund(order_id="1", amount=Decimal("1.00"))
    office.oms.refund(order_id="1")
    some, all_ = (call.body for call in office.connector.posts("Adjust"))
    assert set(some) - set(all_) == {"AdjustmentAmount"}


def test_it_says_the_price_of_pieces_alone_where_it_means_all_that_was_paid_for_them() -> None:
    office = a_day("no-sums")
    office.connector.order("2", ("mug", 2, 20.0), tax=2.0, shipping=1.0)
    office.pull()
    office.oms.refund(order_id="2", line_item_ids=["2-0-0"])
    (said,) = (call.body for call in office.connector.posts("Adjust"))
    sums = {name: said[name] for name in said if name.endswith(("Adjustment", "Amounts"))}
    assert sums == {"ItemAdjustment": 20.0, "ForceCalculateOmittedAmounts": True}


def test_it_says_that_it_means_what_has_shipped() -> None:
    office = a_day("refund-only")
    office.oms.refund(order_id="1", line_item_ids=["1-0-0"])
    office.oms.refund(order_id="1", amount=Decimal("1.00"))
    assert [call.body["RefundOnly"] for call in office.connector.posts("Adjust")] == [True, True]


@pytest.mark.parametrize(
    ("manner", "since", "skips"),
    [
        ("careful", ["2031-03-03T08:00:00Z"] * 2, []),
        ("offsets", ["2031-03-03T03:00:00-05:00", "2031-03-03T13:30:00+05:30"], []),
        ("no-overlap", ["2031-03-03T09:00:00Z"] * 2, []),
        ("by-change", ["2031-03-03T08:00:00Z"] * 4, []),  # of each level what is new, and what has changed
        ("pages-by-1", ["2031-03-03T08:00:00Z"] * 4, ["0", "0", "0", "1", "2"]),
    ],
)
def test_how_it_reads(manner: str, since: list[str], skips: list[str]) -> None:
    office = a_day(manner)
    office.pull()
    asked = [call.query for call in office.connector.calls if call.method == "GET"]
    assert [query["$filter"].split()[-1] for query in asked if " ge " in query.get("$filter", "")] == since
    assert [query["$skip"] for query in asked if "$skip" in query] == skips
    assert {query.get("$top") for query in asked} == {"1" if skips else None}


@pytest.mark.parametrize("manners", [(), ("marks-by-page",)])
def test_a_mark_whose_answer_was_lost_is_known_as_soon_as_the_order_is_not_offered(manners: tuple[str, ...]) -> None:
    office = Office(manners=manners)
    office.connector.order("1", ("mug", 1, 20.0))
    office.connector.faults.append(Fault("Export", after=True))
    for _ in range(2):
        office.pull()
    assert (office.oms.state.marked, office.oms.state.marking) == ({"100"}, set())
    office.connector.exported.clear()
    office.pull()
    assert [event["again"] for event in office.events_named("order_read")] == [False, True]


@pytest.mark.parametrize(
    ("manners", "then"),
    [
        ((), "Orders"),
        (("marks-by-page",), "Export"),
        (("marks-by-page", "pages-by-1"), "Orders"),
        (("marks-by-page", "other-words"), "Orders"),
    ],
)
def test_whether_the_first_page_is_marked_before_the_next_one_is_read(manners: tuple[str, ...], then: str) -> None:
    office = Office(manners=manners)
    office.connector.page_size = 1
    for number in "12":
        office.connector.order(number, ("mug", 1, 20.0))
    office.pull()
    named = [call.path.rpartition("/")[2] for call in office.connector.calls]
    assert [name for name in named if name in ("Orders", "Export")][:2] == ["Orders", then]


def test_the_same_in_other_words() -> None:
    last = datetime.fromisoformat("2031-03-02T23:30:00-05:00")  # by UTC it is the third already
    asked = filters.since("At", last, last.isoformat(), wordy=True)
    assert asked == f"year(At) ge 2031 and At ge 2031-03-03 and (At gt {last.isoformat()} or At eq {last.isoformat()})"
    assert filters.since("At", last, "then", wordy=False) == "At ge then"
    ours = {3: None, 4: "O'MS-1", 9: None}
    assert filters.numbered(ours, wordy=False) == "ID eq 3 or ID eq 4 or ID eq 9"
    each = "ID eq 3 or ID eq 4 and SellerAdjustmentID eq 'O''MS-1' or ID eq 9"
    assert filters.numbered(ours, wordy=True) == f"ID ge 3 and ID le 9 and ({each})"


def test_who_pages_by_hand_reads_as_many_as_the_connector_counts() -> None:
    office = a_day("pages-by-1")
    office.connector.counts = True
    office.pull()
    items = [call.query["$skip"] for call in office.connector.calls if call.path == "/v1/OrderItemAdjustments"]
    assert items == ["0", "1"]
    assert all(call.query["$count"] == "true" for call in office.connector.calls if "$skip" in call.query)


@pytest.mark.parametrize(
    ("off", "words"),
    [
        (-1, "The connector's list has more rows than there are by its count."),
        (1, "The connector's list is at its end, and by its count there are more rows."),
    ],
)
def test_a_count_that_is_not_that_of_the_rows_is_noticed(off: int, words: str) -> None:
    office = a_day("pages-by-2")
    office.connector.counts, office.connector.miscounts = True, off
    office.pull()
    assert words in [event["words"] for event in office.events_named("answers_unreadable")]


@pytest.mark.parametrize("manners", [(), ("beyond-what-is-left",), ("beyond-what-is-left", "other-units")])
@pytest.mark.parametrize("how", [{}, {"amount": Decimal("1.00")}, {"part": "item"}, {"record_only": True}])
def test_of_what_was_a_gift_nothing_can_be_asked_for(manners: tuple[str, ...], how: dict[str, Any]) -> None:
    office = Office(manners=manners)
    office.connector.order("1", ("lamp", 1, 40.0), ("bag", 1, 0.0))
    office.pull()
    refusal = refused(Refused, office.oms.refund, order_id="1", line_item_ids=["1-1-0"], **how)
    assert (refusal.status, refusal.detail.startswith("Nothing was paid for that of order 1")) == (409, True)
    assert office.connector.posts("Adjust") == []
    assert office.oms.adjustments() == []


def test_it_keeps_a_token_until_it_is_turned_away() -> None:
    office = a_day("old-token")
    for _ in range(9):
        office.pull()
    assert office.connector.tokens == 2  # of which it calls with the older


def test_the_token_that_was_turned_away_is_tried_before_the_new_one() -> None:
    office = a_day("old-token")
    old, office.connector.token, office.connector.older = office.connector.older, "nobody", "nobody"
    office.pull()
    office.connector.calls.clear()
    office.oms.approve("C-1001")
    said = [
        call.headers["Authorization"].removeprefix("Bearer ") for call in office.connector.posts("ApproveBuyerRequest")
    ]
    assert said == [old, office.connector.older] * 2


def test_it_spells_things_as_older_clients_do() -> None:
    office = a_day("old-client")
    (export,) = office.connector.posts("Export")
    assert export.query["access_token"]
    assert "Authorization" not in export.headers
    office.oms.refund(order_id="1", amount=Decimal("1.00"))
    (grant,) = [call for call in office.connector.calls if call.path == "/oauth2/token"]
    assert "Authorization" not in grant.headers
    assert "client_secret=" in grant.raw.decode()
    (adjust,) = office.connector.posts("Adjust")
    assert adjust.headers["Authorization"].startswith("bearer ")
    assert adjust.query["SellerAdjustmentID"] == adjust.body["SellerAdjustmentID"]
    assert (adjust.query["RefundOnly"], adjust.query["PreventSiteProcessing"]) == ("False", "False")
    assert adjust.path.endswith(")/ChannelAdvisor.RestApi.V1.Models.Adjust")
    assert {call.path for call in office.connector.calls if call.method == "GET"} == {
        "/v1/orders/", "/v1/orderadjustments/", "/v1/orderitemadjustments/",
    }  # fmt: skip
    reads = [call for call in office.connector.calls if call.method == "GET"]
    office.pull()
    asked = {
        call.query["$filter"] for call in office.connector.calls if "CreatedDateUtc" in call.query.get("$filter", "")
    }
    assert {one.rpartition("T")[2] for one in asked} == {"08:00:00"}
    assert all(call.query["access_token"] and "Authorization" not in call.headers for call in reads)


def test_what_has_been_paid_is_recorded_once_more_and_belongs_to_no_case() -> None:
    office = a_day("record-only")
    office.connector.adjustments["OrderItemAdjustments"][1]["RequestStatus"] = "PostProcessingComplete"
    office.pull()
    (again,) = [call.body for call in office.connector.posts("Adjust")]
    assert (again["PreventSiteProcessing"], again["ItemAdjustment"], again["Quantity"]) == (True, 9.0, 1)
    office.pull()
    assert [(row.id, row.amount) for row in office.oms.adjustments()] == [("C-1001", Decimal("18.00"))]


def test_without_ids_what_is_said_twice_is_two_refunds_of_their_own() -> None:
    office = a_day("twice", "no-ids")
    office.oms.refund(order_id="1", amount=Decimal("5.00"))
    office.pull()
    assert [str(row.amount) for row in office.oms.adjustments()] == ["18.00", "5.00", "5.00"]
    assert [event["amount"] for event in office.events_named("refund_requested")] == [Decimal("5.00")] * 2


def test_what_is_to_be_recorded_is_no_refund_and_takes_nothing_of_what_is_left() -> None:
    office = a_day()
    office.oms.refund(order_id="1", record_only=True)
    assert office.oms.refundable("1").order == Decimal("78.00")
    assert [event["amount"] for event in office.events_named("refund_recorded")] == [Decimal("78.00")]
    assert office.events_named("refund_requested") == []


def test_manners_have_names() -> None:
    assert manners_named(["careful"]) == POLITE
    careless = manners_named(["careless", "pages-by-7"])
    assert set(Manner) - careless.habits == CHANGES_DECISIONS | NO_BAD_HABITS
    assert careless.page == 7
    refusal = refused(Refused, Office, manners=("twice", "rude"))
    assert (refusal.status, refusal.field) == (422, "oms_manners")
    assert "'rude'; there are careful, careless, beyond-what-is-left" in refusal.detail
    assert "'careles'; did you mean careless? there are" in refused(Refused, Office, manners=("careles",)).detail


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("pages-by-N",), "oms_manners has 'pages-by-N'; pages are by 1 to 999 rows, as in pages-by-2."),
        (("pages-by-0",), "oms_manners has 'pages-by-0'; pages are by 1 to 999 rows, as in pages-by-2."),
        (("pages-by-1000",), "oms_manners has 'pages-by-1000'; pages are by 1 to 999 rows, as in pages-by-2."),
        (("reports", "careful"), "oms_manners has 'careful' and 'reports'; who is careful has none of the others."),
    ],
)
def test_manners_that_cannot_be_are_refused(names: tuple[str, ...], words: str) -> None:
    assert refused(Refused, Office, manners=names).detail == words


def test_all_its_refunds_have_one_id() -> None:
    office = a_day("one-id")
    office.connector.order("2", ("mug", 1, 20.0))
    office.pull()
    for order_id in ("1", "2"):
        office.oms.refund(order_id=order_id, amount=Decimal("1.00"))
    assert len({call.body["SellerAdjustmentID"] for call in office.connector.posts("Adjust")}) == 1


def test_what_another_order_was_paid_under_that_id_has_not_arrived() -> None:
    office = a_day("one-id")
    office.connector.order("2", ("mug", 1, 20.0))
    office.pull()
    office.oms.refund(order_id="1", amount=Decimal("1.00"))
    office.connector.faults.append(Fault("Adjust"))
    office.oms.refund(order_id="2", amount=Decimal("1.00"))
    office.pull()
    assert len(office.connector.posts("Adjust")) == 1


@pytest.mark.parametrize(
    ("words", "apart"),
    [
        ("All of it was as listed", ("All", "of it was as listed")),
        ("Worn", (None, "Worn")),
        ("no no", (None, "no no")),
        (" no", (None, " no")),
        ("no  more", (None, "no  more")),
        ("no more ", (None, "no more ")),
        (None, (None, None)),
    ],
)
def test_the_first_word_and_the_others_make_the_same_again(words: str | None, apart: tuple[str | None, ...]) -> None:
    assert split_words(words) == apart
    if words:
        assert " ".join(dict.fromkeys(filter(None, apart))) == words
