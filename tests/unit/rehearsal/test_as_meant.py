"""What the OMS is told of claims is what the marketplace says: the rule `as-meant`, value by value."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.clock import START
from tests.unit.rehearsal.story import CANCELLED, PENDING, REJECTED, SUCCESS, Row, Story, objected_to

SHIP = "AWAITING_BUYER_SHIP"
SAID_YES = (SUCCESS, "APPROVE_RECEIVED_PACKAGE", "seller")
PAID = ("RETURN_OR_REFUND_REQUEST_COMPLETE", "PAYOUT", "system")


@pytest.mark.parametrize(
    ("what", "said", "told"),
    [
        ("reason", {"reason": "no_need"}, {"site_reason": ""}),
        ("words", {"reason_text": "No longer needed"}, {"site_reason_text": "It does not fit"}),
        ("tracking number", {}, {"site_status": "BUYER_SHIPPED_ITEM", "tracking_number": ""}),
        ("carrier", {}, {"site_status": "BUYER_SHIPPED_ITEM", "tracking_number": "1Z0009", "carrier": "1Z0009"}),
        ("carrier", {}, {"site_status": "BUYER_SHIPPED_ITEM", "tracking_number": "1Z0009", "carrier": ""}),
        ("reason", {"return_type": "REFUND"}, {"reason": "CustomerReturnedItem"}),
        ("reason", {"return_type": "RETURN_AND_REFUND"}, {"reason": "GeneralAdjustment"}),
        ("restock", {}, {"restock": True}),
    ],
)
def test_what_the_oms_is_told_beside_the_status_is_what_the_marketplace_says(
    what: str, said: dict[str, Any], told: dict[str, Any]
) -> None:
    asked: dict[str, Any] = {
        "return_id": "R1",
        "shop_id": "S1",
        "currency": "USD",
        "status": "BUYER_SHIPPED_ITEM",
        **said,
    }
    story = Story().tell("return_requested", refund_total=Decimal(0), line_item_ids=("L1",), **asked)
    story.tell("parcel_shipped", return_id="R1", tracking_number="1Z0009", carrier="UPS").idle(minutes=16)
    story.read("ReadyForReturn", asked=False, **told).act_ended()
    (finding,) = story.auditor.broken()
    assert (finding.invariant, finding.witness.about["what"]) == ("as-meant", what)
    assert finding.certainty == ("assumed" if what == "restock" else "documented")


@pytest.mark.parametrize(("order", "wrong"), [("O1", False), ("O2", True)])
@pytest.mark.parametrize("shown", ["seen", "at rest", "both"])
@pytest.mark.parametrize("role", ["BUYER", "SELLER"])
def test_a_case_names_the_order_of_its_claim(order: str, shown: str, role: str, *, wrong: bool) -> None:
    story = Story().ordered().claimed(role=role).act_ended()
    if shown != "at rest":
        story.tell("case_seen", who="oms", order_id=order, return_id="R1", adjustment_id="C1", can=["approve"])
    if shown != "seen":
        story.came_to_rest(Row(status="NewRma", order_id=order, amount=Decimal(5), can=("approve",)))
    found = [one for one in story.auditor.broken() if one.witness.about.get("what") == "order"]
    assert [(one.invariant, one.expected, one.seen) for one in found] == (
        [("as-meant", "R1 as of the order O1", "as of O2")] if wrong else []
    )


@pytest.mark.parametrize(
    ("now", "wrong"),
    [
        (PENDING, False),
        ("AWAITING_BUYER_SHIP", False),
        ("REFUND_OR_RETURN_REQUEST_REJECT", False),  # an appeal may hand it back
        ("RETURN_OR_REFUND_REQUEST_SUCCESS", True),
        ("RETURN_OR_REFUND_REQUEST_COMPLETE", True),
        ("RETURN_OR_REFUND_REQUEST_CANCEL", True),
    ],
)
def test_at_rest_an_error_stands_only_where_the_marketplace_still_asks(now: str, *, wrong: bool) -> None:
    story = Story().claimed()
    if now != PENDING:
        story.moved(now, "MOVED", "seller center")
    story.idle(minutes=16).came_to_rest(Row(status="Error", amount=Decimal(5)))
    assert ("status" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (Row(status="NewRma", pictures=3, videos=1), None),
        (Row(status="NewRma"), None),  # it says nothing of them
        (Row(status="NewRma", pictures=2, videos=1), "pictures"),
        (Row(status="NewRma", pictures=3, videos=0), "videos"),
    ],
)
def test_what_the_buyer_has_shown_stands_with_the_case(row: Row, what: str | None) -> None:
    story = Story().claimed()
    for by, pictures, videos in (("buyer", 2, 0), ("seller", 5, 0), ("buyer", 1, 1)):
        story.tell("evidence_shown", return_id="R1", by=by, pictures=pictures, videos=videos)
    story.came_to_rest(replace(row, amount=Decimal(5)))
    (judged,) = [finding for finding in story.auditor.findings() if finding.invariant == "as-meant"]
    assert judged.witness.about.get("what") == what


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"L1": "3.00", "L2": "2.00"}, False),
        ({"L1": "2.99", "L2": "2.01"}, False),  # who shares out for itself may put a coin elsewhere
        ({}, False),  # it is not known
        ({"L1": "2.00", "L2": "3.00"}, True),
        ({"L1": "3.00"}, True),
        ({"L1": "3.00", "L3": "2.00"}, True),
        ({"L1": "5.00", "L2": "5.00"}, True),
    ],
)
def test_what_of_a_sum_falls_on_each_unit_is_told(told: dict[str, str], wrong: bool) -> None:
    asked: dict[str, Any] = {
        "return_id": "R1",
        "shop_id": "S1",
        "currency": "USD",
        "status": "RETURN_OR_REFUND_REQUEST_PENDING",
    }
    parts = {"L1": {"item": Decimal(3)}, "L2": {"item": Decimal(2)}}
    story = Story().tell("return_requested", refund_total=Decimal(5), line_item_ids=("L1", "L2"), parts=parts, **asked)
    shares = {unit: Decimal(share) for unit, share in told.items()}
    story.read("NewRma", asked=False, amount=Decimal(5), line_item_ids=("L1", "L2"), lines=shares).act_ended()
    seen = objected_to(story)
    assert seen == ({"shares"} if wrong else set())


@pytest.mark.parametrize(("told", "wrong"), [(2, False), (1, True), (3, True), (None, False)])
def test_how_many_units_a_claim_is_about_is_told(told: int | None, wrong: bool) -> None:
    story = Story().claimed()
    story.read("NewRma", asked=False, amount=Decimal(5), line_item_ids=("L1", "L2"), quantity=told).act_ended()
    seen = objected_to(story)
    assert seen == ({"quantity"} if wrong else set())


@pytest.mark.parametrize(
    ("told", "wrong"),
    [(["L1", "L2"], False), (["L1", "L2", "L3"], False), (["L1"], True), (["L3"], True), (None, False)],
)
def test_to_which_line_of_its_order_a_claim_belongs_is_told(told: list[str] | None, wrong: bool) -> None:
    story = Story().claimed()
    story.read("NewRma", asked=False, amount=Decimal(5), line_item_ids=("L1", "L2"), order_line=told).act_ended()
    seen = objected_to(story)
    assert seen == ({"line"} if wrong else set())


@pytest.mark.parametrize(
    ("minutes", "then", "wrong"),
    [
        (None, None, False),  # it says nothing of it
        (1, 1, False),
        (6, 6, False),  # as the connector has come to know it
        (0, 0, True),  # when it was asked for
        (60, 60, True),
        (6, 21, True),  # so it would never have been on its way for long
    ],
)
def test_since_when_the_goods_are_on_their_way_back_is_told(minutes: int | None, then: int | None, wrong: bool) -> None:
    story = Story().claimed()
    asked_at = story.now
    story.idle(minutes=1).moved("BUYER_SHIPPED_ITEM", "SHIP", "buyer")
    story.tell("parcel_shipped", return_id="R1", at=asked_at + timedelta(minutes=1), tracking_number="1Z0009")
    for after, told in ((10, minutes), (30, then)):
        at = None if told is None else asked_at + timedelta(minutes=told)
        story.now = asked_at + timedelta(minutes=after)
        about: dict[str, Any] = {
            "site_status": "BUYER_SHIPPED_ITEM",
            "tracking_number": "1Z0009",
            "shipped_back_at": at,
        }
        story.read("ReadyForReturn", asked=False, amount=Decimal(0), **about)
    seen = objected_to(story)
    assert ("date" in seen) is wrong


@pytest.mark.parametrize(
    ("what", "first", "then"),
    [
        ("tracking number", {"tracking_number": "1Z0009"}, {}),
        ("words", {"site_reason_text": "No longer needed"}, {"site_reason_text": None}),
        ("words", {}, {"site_reason_text": "It does not fit"}),  # which is said of another one
        ("date of the refund", {"refunded_at": START}, {}),
        (None, {"tracking_number": "1Z0009"}, {"tracking_number": "1Z0010"}),  # a label was made anew
        (None, {}, {"tracking_number": "1Z0009", "carrier": "UPS"}),
    ],
)
def test_what_is_told_for_good_may_come_later_and_is_not_taken_back(
    what: str | None, first: dict[str, Any], then: dict[str, Any]
) -> None:
    story = Story().claimed(reason_text="No longer needed").idle(minutes=16)
    for told in (first, then):
        story.read("NewRma", asked=False, amount=Decimal(0), **told)
    judged = {"tracking number", "carrier", "words", "date of the refund"}
    assert objected_to(story) & judged == ({what} if what else set())


@pytest.mark.parametrize(
    ("reason", "told", "wrong"),
    [
        ("package_was_not_received", "MerchandiseNotReceived", False),
        ("package_was_not_received_uk", "MerchandiseNotReceived", False),
        ("package_was_not_received_uk", "GeneralAdjustment", True),
        ("package_was_not_received", "GeneralAdjustment", True),
        ("package_was_not_received", "", False),  # it says nothing of it
        ("wrong_item_received", "MerchandiseNotReceived", True),
        ("wrong_item_received", "GeneralAdjustment", False),
    ],
)
def test_what_has_not_come_is_told_as_not_received_and_nothing_else_is(reason: str, told: str, wrong: bool) -> None:
    story = Story().claimed(reason=reason, return_type="REFUND").idle(minutes=16)
    story.read("NewRma", asked=False, amount=Decimal(5), reason=told, site_reason=reason)
    assert ("reason" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("asked", "told", "wrong"),
    [
        (False, {"created_by": "Channel", "updated_by": "Channel"}, False),
        (False, {}, False),  # it says nothing of it
        (True, {"created_by": "Api"}, False),
        (False, {"created_by": "Api"}, True),
        (True, {"created_by": "Channel"}, True),
        (False, {"updated_by": "Api"}, True),  # a lapse is nobody's doing at the OMS
    ],
)
def test_who_has_made_an_adjustment_and_moved_it_last_is_told(asked: bool, told: dict[str, str], wrong: bool) -> None:
    story = Story().claimed(role="SELLER" if asked else "BUYER").moved(SUCCESS, "APPROVE_REFUND", "system")
    story.idle(minutes=20).moved("RETURN_OR_REFUND_REQUEST_COMPLETE", "PAY", "system").idle(minutes=20)
    story.read("PostProcessingComplete", asked=asked, amount=Decimal(0), **told)
    assert ("source" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("answered", "by", "told", "wrong"),
    [
        (False, "seller_center", "oms", True),
        (False, "seller_center", "channel", False),
        (False, "seller", "oms", True),  # the connector has answered for a silent seller
        (False, "seller", "default", False),
        (True, "seller_center", "channel", False),  # answered, and overtaken
        (True, "seller_center", "oms", True),
        (True, "seller", "channel", True),
        (True, "seller", "oms", False),
        (True, "seller", "", False),  # it says nothing of it
    ],
)
def test_whoever_has_decided_is_told(answered: bool, by: str, told: str, wrong: bool) -> None:
    story = Story().claimed()
    if answered:
        story.decided()
    story.moved("RETURN_OR_REFUND_REQUEST_SUCCESS", "APPROVE_REFUND", by)
    story.moved("RETURN_OR_REFUND_REQUEST_COMPLETE", "PAY", "system")
    story.read("PostProcessingComplete", asked=False, decided_by=told).act_ended()
    assert ("decider" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("shown", "minutes", "wrong"),
    [
        (("", REJECTED), 15, False),  # when the round began
        (("", REJECTED), 14, True),
        (("IN_PROGRESS", REJECTED), 44, True),  # that the buyer has appealed is a change, too
        (("IN_PROGRESS", REJECTED), 45, False),
        (("IN_PROGRESS", REJECTED), 75, False),  # when it was read
        (("IN_PROGRESS", REJECTED), 91, True),  # ahead
        (("", PENDING), 1, False),  # something old, with its own date
        (("", "NOBODY_KNOWS"), 1, False),  # another rule's
        (("IN_PROGRESS", REJECTED), None, False),  # it tells no such date
    ],
)
def test_what_has_come_about_has_changed_the_adjustment(
    shown: tuple[str, str], minutes: int | None, wrong: bool
) -> None:
    story = Story().claimed()
    story.moved(REJECTED, "REJECT_REFUND", at=START + timedelta(minutes=30))
    story.moved(REJECTED, "DISPUTE", "buyer", at=START + timedelta(hours=1), arbitration_status="IN_PROGRESS")
    story.now = START + timedelta(minutes=90)
    updated = None if minutes is None else START + timedelta(minutes=minutes, seconds=1)
    arbitration, status = shown
    told: dict[str, Any] = {"site_status": status, "arbitration_status": arbitration, "updated_at": updated}
    story.read("RejectionCompleted", asked=False, **told).act_ended()
    assert ("date of change" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("lapse", "then", "told", "troubled", "wrong"),
    [
        ("seller", [(SHIP, "LAPSE", "system"), (CANCELLED, "WITHDRAW", "buyer")], "oms", False, False),
        ("seller", [(SUCCESS, "LAPSE", "system"), PAID], "oms", False, True),
        ("seller", [(SUCCESS, "LAPSE", "system"), PAID], "oms", True, False),  # nobody knows whose answer it was
        ("seller", [(SUCCESS, "LAPSE", "system"), PAID], "channel", False, False),
        ("seller", [(SUCCESS, "LAPSE", "system"), PAID], "TikTok Shop", False, False),  # in words of their own
        ("seller", [(SUCCESS, "LAPSE", "system"), PAID], "", False, False),  # it says nothing of it
        ("seller", [(SHIP, "LAPSE", "system"), SAID_YES, PAID], "oms", False, False),  # they have answered later
        ("buyer", [(SUCCESS, "LAPSE", "system"), PAID], "oms", False, False),  # it was not the staff's turn
    ],
)
def test_what_nobody_has_answered_in_time_the_marketplace_has_decided(
    lapse: str, then: list[tuple[str, str, str]], told: str, *, troubled: bool, wrong: bool
) -> None:
    story = Story().claimed().decided().moved("AWAITING_BUYER_SHIP", "APPROVE_RETURN")
    if troubled:
        story.struck("S1")
    story.tell("deadline_lapsed", return_id="R1", what="inspection", due=story.now, whom=lapse)
    for status, action, by in then:
        story.moved(status, action, by)
    story.read("PostProcessingComplete", asked=False, decided_by=told).act_ended()
    assert ("decider" in objected_to(story)) is wrong


def test_who_had_decided_before_a_lapse_is_told_as_before() -> None:
    story = Story().claimed().decided("reject").moved(REJECTED, "REJECT_REFUND")
    story.read("RejectionCompleted", asked=False, decided_by="oms")
    story.moved(REJECTED, "HAND_BACK", "operator").tell("deadline_lapsed", return_id="R1", what="answer", whom="seller")
    story.moved(SUCCESS, "LAPSE", "system").read("RejectionCompleted", asked=False, decided_by="oms", reason="Other")
    assert "decider" not in objected_to(story.act_ended())


@pytest.mark.parametrize(
    ("said", "moved", "read", "wrong"),
    [
        ("approve", ("REFUND_OR_RETURN_REQUEST_REJECT", "REJECT_REFUND"), "RejectionCompleted", True),
        ("reject", ("RETURN_OR_REFUND_REQUEST_COMPLETE", "APPROVE_REFUND"), "PostProcessingComplete", True),
        ("reject", ("REFUND_OR_RETURN_REQUEST_REJECT", "REJECT_REFUND"), "RejectionCompleted", False),
        ("partial", ("RETURN_OR_REFUND_REQUEST_CANCEL", "WITHDRAW"), "RejectionCompleted", False),
    ],
)
def test_whatever_got_lost_the_staff_have_not_decided_the_contrary(
    said: str, moved: tuple[str, str], read: str, wrong: bool
) -> None:
    story = Story().claimed().decided(said).called_for("S1", "approveReturn", "R1", code=1).struck("S1")
    story.moved(*moved, "seller_center")
    assert ("decider" in objected_to(story.read(read, asked=False, decided_by="oms").act_ended())) is wrong


@pytest.mark.parametrize(
    ("asks", "said", "wrong"),
    [
        ("REFUND", "approve", True),
        ("REFUND", "partial", False),  # an offer may have been there
        ("REFUND", "reject", False),
        ("RETURN_AND_REFUND", "approve", False),  # the buyer may have been let send it, and has not
    ],
)
def test_what_is_paid_when_it_is_approved_was_not_approved_when_it_is_closed(asks: str, said: str, wrong: bool) -> None:
    story = Story().claimed(return_type=asks).decided(said).called_for("S1", "approveReturn", "R1", code=1)
    story.struck("S1").moved("RETURN_OR_REFUND_REQUEST_CANCEL", "WITHDRAW", "buyer")
    story.read("RejectionCompleted", asked=False, decided_by="oms").act_ended()
    assert ("decider" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("meanwhile", "wrong"),
    [
        (lambda story: story, True),
        (lambda story: story.called_for("S1", "rejectReturn", "R2"), True),  # that was another's
        (lambda story: story.called_for("S1", "rejectReturn", "R1", code=1), False),
        (lambda story: story.died(), False),  # it may have been about to
        (lambda story: story.decided("reject", accepted=False), False),  # nobody has heard what became of it
    ],
)
def test_the_staff_have_decided_nothing_that_was_never_sent(meanwhile: Callable[[Story], Story], wrong: bool) -> None:
    story = meanwhile(Story().claimed().decided("reject").struck("S1")).moved(
        REJECTED, "REJECT_REFUND", "seller_center"
    )
    story.read("RejectionCompleted", asked=False, decided_by="oms").act_ended()
    assert ("decider" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("operation", "number", "wrong"),
    [
        ("approveReturnOfOrderItemAdjustment", "7", False),
        ("approveReturnOfOrderItemAdjustment", "07", False),
        ("approveReturnOfOrderItemAdjustment", "8", True),
        ("approveReturnOfOrderAdjustment", "7", True),
        ("adjustOrderItem", "7", True),
    ],
)
def test_who_answers_by_hand_decides_as_the_staff_do(operation: str, number: str, wrong: bool) -> None:
    story = Story().claimed().by_hand(operation, number).moved(SUCCESS, "APPROVE_RECEIVED_PACKAGE")
    story.read("PostProcessingComplete", ref="OrderItemAdjustments(7)", asked=False, decided_by="oms").act_ended()
    assert ("decider" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("order", "seller", "wrong"), [("O1", "SELLER", False), ("O2", "SELLER", True), ("O1", "BUYER", True)]
)
def test_who_asks_for_a_refund_by_hand_gives_a_reason_of_their_own(order: str, seller: str, wrong: bool) -> None:
    story = Story().shown(order).by_hand("adjustOrder").claimed(return_type="REFUND", role=seller)
    story.read("NewRma", asked=False, reason="CustomerReturnedItem").act_ended()
    assert ("reason" in objected_to(story)) is wrong


@pytest.mark.parametrize(("seconds", "wrong"), [(0, False), (1, True)])
def test_whoever_died_over_an_answer_may_have_sent_it(seconds: int, wrong: bool) -> None:
    """The OMS tells of its answer when the call has ended, so after the death that ended it."""
    story = Story().claimed().struck("S1").died()
    killed = story.now - timedelta(seconds=1)
    story.decided("reject", at=killed + timedelta(seconds=seconds)).moved(REJECTED, "REJECT_REFUND", "seller_center")
    story.read("RejectionCompleted", asked=False, decided_by="oms").act_ended()
    assert ("decider" in objected_to(story)) is wrong


@pytest.mark.parametrize(("kind", "wrong"), [("Refund", False), ("Cancellation", True), ("", False)])
def test_a_return_is_told_as_a_refund(kind: str, wrong: bool) -> None:
    story = Story().claimed().read("NewRma", asked=False, kind=kind).act_ended()
    assert ("kind" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("told", "after", "wrong"),
    [
        ("", 0, False),  # as it was in the round before
        ("IN_PROGRESS", 0, False),
        ("", 60, True),
        ("IN_PROGRESS", 60, False),
        ("SUPPORT_BUYER", 60, True),
        (None, 60, False),  # not told at all
    ],
)
def test_how_an_appeal_stands_is_told_as_it_does(told: str | None, after: int, wrong: bool) -> None:
    story = Story().claimed().rejected().idle(minutes=60)
    story.moved("REFUND_OR_RETURN_REQUEST_REJECT", "DISPUTE", "buyer", arbitration_status="IN_PROGRESS")
    story.idle(minutes=after).read("RejectionCompleted", asked=False, arbitration_status=told)
    assert ("arbitration" in objected_to(story.act_ended())) is wrong


@pytest.mark.parametrize(("told", "wrong"), [("oms", True), ("channel", True), ("buyer", False), ("", False)])
def test_what_waits_for_the_seller_has_not_been_decided(told: str, wrong: bool) -> None:
    story = Story().claimed().decided("partial")
    story.moved("AWAITING_BUYER_RESPONSE", "OFFER_PARTIAL_REFUND").idle(minutes=20)
    story.moved("RETURN_OR_REFUND_REQUEST_PENDING", "DECLINE_OFFER", "buyer").idle(minutes=20)
    story.read("NewRma", asked=False, amount=Decimal(5), decided_by=told).act_ended()
    assert ("decider" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("status", "amount", "wrong"),
    [("InformationOnly", "0.00", False), ("InformationOnly", "5.00", True), ("NewRma", "5.00", False)],
)
def test_what_is_sent_once_more_is_told_without_a_sum(status: str, amount: str, wrong: bool) -> None:
    story = Story().claimed(return_type="REPLACEMENT", status="REPLACEMENT_REQUEST_PENDING")
    story.idle(minutes=16).read(status, asked=False, amount=Decimal(amount)).act_ended()
    assert ("sum" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("looked", "told", "wrong"),
    [(False, "25.00", False), (False, "25.50", True), (True, "25.00", True), (True, "20.00", False)],
)
def test_a_fee_that_stays_may_be_told_until_somebody_has_read_of_the_refund(
    looked: bool, told: str, wrong: bool
) -> None:
    story = Story().ordered("25.00", stays={"L1": Decimal(5)}).asked("25.00").started("R1", "20.00", shop="S1")
    story.idle(minutes=20)
    if looked:
        story.looked_at("S1").idle(minutes=16)
    story.read("AcknowledgedPostProcessingNotComplete", amount=Decimal(told), line_item_ids=("L1", "L2")).act_ended()
    assert ("sum" in objected_to(story.came_to_rest(Row()))) is wrong


def test_an_earlier_no_was_the_staff_s_whatever_they_have_said_since() -> None:
    story = Story().claimed().decided("reject").moved("REFUND_OR_RETURN_REQUEST_REJECT", "REJECT_REFUND")
    story.decided("approve").read("RejectionCompleted", asked=False, decided_by="oms").act_ended()
    assert "decider" not in objected_to(story)


@pytest.mark.parametrize(
    ("now", "action", "then", "looks", "troubled", "wrong"),
    [
        (SUCCESS, "APPROVE_REFUND", None, True, None, True),
        (CANCELLED, "APPROVE_REFUND", None, True, None, True),
        ("AWAITING_BUYER_SHIP", "APPROVE_RETURN", None, True, None, True),  # the goods are another question
        ("AWAITING_BUYER_SHIP", "APPROVE_RECEIVED_PACKAGE", None, True, None, False),
        (SUCCESS, "APPROVE_REFUND", None, False, None, False),  # nobody has read since that it was settled
        (SUCCESS, "APPROVE_REFUND", None, True, "before", False),
        (SUCCESS, "APPROVE_REFUND", None, True, "then", False),  # what was looked at may have been lost
        (PENDING, "APPROVE_REFUND", SUCCESS, True, None, False),  # it was asked for, and settled later
        (CANCELLED, "APPROVE_REFUND", PENDING, True, None, False),  # it is asked for once more
    ],
)
def test_what_was_settled_before_the_answer_came_has_not_failed(
    now: str, action: str, then: str | None, *, looks: bool, troubled: str | None, wrong: bool
) -> None:
    story = Story().claimed().decided().moved(now, "MOVED", "seller center")
    if troubled == "before":
        story.struck("S1")
    story.tell("decision_refused", return_id="R1", action=action, by="seller", code=25020010)
    story.called_for("S1", "approveReturn", "R1", code=25020010)
    if then is not None:
        story.moved(then, "MOVED", "seller center")
    if troubled == "then":
        story.struck("S1")
    if looks:
        story.looked_at("S1")
    story.read("Error", asked=False).act_ended()
    assert ("status" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("refused", "by_default", "wrong"), [(True, True, False), (True, False, True), (False, True, True)]
)
def test_after_a_refusal_another_answer_may_follow_in_other_words(refused: bool, by_default: bool, wrong: bool) -> None:
    story = (
        Story(by_default=lambda order_id: by_default)
        .claimed()
        .decided("reject", words_to_buyer="Not so", question="request")
    )
    if refused:
        story.tell(
            "decision_refused",
            return_id="R1",
            action="REJECT_REFUND",
            by="seller",
            code=25020004,
            words_to_buyer="Not so",
        )
        story.called_for("S1", "rejectReturn", "R1", code=25020004)
    story.moved("REFUND_OR_RETURN_REQUEST_REJECT", "REJECT_REFUND").called_for("S1", "rejectReturn", "R1").act_ended()
    assert ("words" in objected_to(story)) is wrong


def test_an_answer_that_was_refused_has_decided_nothing() -> None:
    story = Story().claimed().decided()
    story.tell("decision_refused", return_id="R1", action="APPROVE_REFUND", by="seller", code=25020004)
    story.moved("RETURN_OR_REFUND_REQUEST_SUCCESS", "APPROVE_REFUND", "seller")
    story.moved("RETURN_OR_REFUND_REQUEST_COMPLETE", "PAY", "system")
    story.read("PostProcessingComplete", asked=False, decided_by="channel").act_ended()
    assert "decider" not in objected_to(story)


@pytest.mark.parametrize(("paid", "told", "wrong"), [(True, True, False), (False, False, False), (False, True, True)])
def test_no_refund_has_a_date_before_its_money_has_come(paid: bool, told: bool, wrong: bool) -> None:
    story = Story().claimed().moved("RETURN_OR_REFUND_REQUEST_SUCCESS", "APPROVE_REFUND")
    if paid:
        story.paid("5.00")
    story.read("AcknowledgedPostProcessingNotComplete", amount=Decimal(5), refunded_at=story.now if told else None)
    assert ("date" in objected_to(story)) is wrong


@pytest.mark.parametrize(("arrives", "late", "wrong"), [(True, 10, False), (False, 10, True), (True, 5, True)])
def test_a_refund_whose_parcel_arrives_after_the_payment_may_have_the_date_of_that(
    arrives: bool, late: int, wrong: bool
) -> None:
    story = Story().claimed().moved("RETURN_OR_REFUND_REQUEST_SUCCESS", "APPROVE_REFUND").paid("5.00").idle(minutes=10)
    story.moved("RETURN_OR_REFUND_REQUEST_COMPLETE", "PAY", "system")
    if arrives:
        story.tell("parcel_arrived", return_id="R1")
    dated = story.now - timedelta(minutes=10) + timedelta(minutes=late)
    story.read("PostProcessingComplete", amount=Decimal(5), refunded_at=dated)
    assert ("date" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("first", "again", "other", "cancellation", "wrong"),
    [
        ("R1", "R1", "R2", "", False),
        ("", "R1", "", "", False),
        ("R1", "R9", "R2", "", True),  # each line another one
        ("R1", "R1", "R1", "", True),  # two returns of one number
        ("R1", "R1", "R2", "C1", True),
    ],
)
def test_a_return_has_a_number_of_its_own_and_a_cancellation_none(
    first: str, again: str, other: str, cancellation: str, wrong: bool
) -> None:
    story = Story().claimed().claimed(return_id="R2")
    story.tell("cancellation_requested", cancel_id="C1", currency="USD", status="CANCELLATION_REQUEST_PENDING")
    for claim, ref, rma in (("R1", "A1", first), ("R1", "A2", again), ("R2", "A3", other)):
        story.read("NewRma", claim, ref, asked=False, rma=rma)
    story.read("NewRma", "", "A4", cancel_id="C1", asked=False, rma=cancellation)
    for claim, ref in (("R3", "A5"), ("R4", "A6")):
        story.started(claim, "5.00").read("NewRma", claim, ref, rma="ours")  # one refund in two parcels
    story.act_ended()
    assert ("RMA number" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("order_tells", "on_shipping", "tax", "wrong"),
    [
        ("0.40", "0.40", "4.40", set()),
        ("0.40", "0.38", "4.40", set()),  # a coin of each unit
        ("0.40", "0.00", "4.40", {"tax on goods"}),
        ("0.40", "2.40", "4.40", {"tax on shipping"}),
        ("0.40", None, "4.40", set()),  # the adjustments do not tell it apart
        ("0.00", "0.00", "4.40", set()),  # nor does the order
    ],
)
def test_no_claim_has_more_of_a_tax_than_was_paid(
    order_tells: str, on_shipping: str | None, tax: str, wrong: set[str]
) -> None:
    parts = {"L1": {"item": Decimal(20), "tax": Decimal("4.40")}}
    about: dict[str, Any] = {"total": Decimal("24.40"), "currency": "USD", "lines": {"L1": Decimal("24.40")}}
    story = Story().tell("order_placed", **about, parts=parts, stated={"shipping_tax": Decimal("0.40")})
    ordered = {"shipping_tax": Decimal(order_tells)}
    story.tell("order_read", who="oms", total=Decimal("24.40"), currency="USD", stated=ordered)
    stated = {} if on_shipping is None else {"shipping_tax": Decimal(on_shipping)}
    story.claimed().read("NewRma", asked=False, made_of={"tax": Decimal(tax)}, stated=stated).act_ended()
    assert objected_to(story) & {"tax on goods", "tax on shipping"} == wrong
