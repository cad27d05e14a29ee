"""What the OMS is told of orders and claims is what the marketplace says: the rule `as-meant`, value by value."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from rehearsal.seats.port import Overview
from tests.clock import START
from tests.unit.rehearsal.story import PENDING, SUCCESS, Row, Story


def objected_to(story: Story) -> set[str | None]:
    """Return what of orders and claims the auditor finds to be told wrongly."""
    return {finding.witness.about.get("what") for finding in story.auditor.broken()}


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


@pytest.mark.parametrize("name", ["refund_requested", "refund_recorded"])
@pytest.mark.parametrize(
    ("asked", "told", "wrong"),
    [
        ({"tax": "0.73"}, {"tax": "0.73"}, False),
        ({"tax": "0.73"}, {"tax": "0.40"}, False),  # one of several lines, or what was left
        ({"tax": "0.73"}, {"tax": "0.74"}, False),  # lines share to a coin
        ({"tax": "0.73"}, {"item": "0.69", "shipping": "0.03", "tax": "0.01"}, True),
        ({"shipping": "5.00"}, {"item": "5.00"}, True),
        ({"item": "10.00", "tax": "1.00"}, {"item": "9.00", "tax": "2.00"}, True),
        (None, {"item": "9.00", "tax": "2.00"}, False),  # a sum, and nothing of its parts
    ],
)
def test_nothing_goes_back_of_a_part_that_the_staff_have_not_asked_for(
    name: str, asked: dict[str, str] | None, told: dict[str, str], *, wrong: bool
) -> None:
    def parts(said: dict[str, str]) -> dict[str, Decimal]:
        return {part: Decimal(said.get(part, "0")) for part in ("item", "shipping", "tax")}

    stated: dict[str, Any] = {} if asked is None else {"made_of": parts(asked)}
    story = Story().ordered().tell(name, who="oms", adjustment_id="C1", amount=Decimal(5), accepted=True, **stated)
    made_of = parts(told)
    story.read("Completed", claim="", amount=sum(made_of.values()), made_of=made_of).act_ended()
    assert ("parts" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ([("A1", "Refund", "4.00", "0.50"), ("A2", "Refund", "6.00", "0.50")], False),
        ([("A1", "Refund", "4.00", "1.00"), ("A2", "Refund", "5.00", "1.00")], True),  # the tax twice
        ([("A1", "Refund", "4.00", "1.00"), ("A1", "Refund", "9.00", "1.00")], False),  # one and the same, later
        ([("A1", "Refund", "9.98", "1.03")], False),  # three units, a coin of each
        ([("A1", "Refund", "9.97", "1.04")], True),
        ([("A1", "Cancellation", "30.00", "9.98")], False),  # called off is all that has not shipped
    ],
)
def test_all_lines_together_give_back_what_was_asked_for(told: list[tuple[str, str, str, str]], *, wrong: bool) -> None:
    asked = {"item": Decimal(10), "shipping": Decimal(0), "tax": Decimal(1)}
    story = Story().ordered().tell("refund_requested", who="oms", adjustment_id="C1", amount=Decimal(11), made_of=asked)
    for ref, kind, item, tax in told:
        parts = {"item": Decimal(item), "shipping": Decimal(0), "tax": Decimal(tax)}
        units = ("L1", "L2", "L3")
        story.read(
            "Completed", claim="", ref=ref, amount=sum(parts.values()), made_of=parts, kind=kind, line_item_ids=units
        )
    assert ("parts" in objected_to(story.act_ended())) is wrong


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


@pytest.mark.parametrize("asked", [True, False, None])
@pytest.mark.parametrize("by", ["seller", "buyer"])
@pytest.mark.parametrize("told", [True, False])
def test_goods_are_back_on_the_shelf_if_the_staff_have_asked_for_it(asked: bool | None, by: str, told: bool) -> None:
    story = Story().claimed() if by == "buyer" else Story().started("R1", "5.00")
    if asked is not None:
        story.asked("5.00", restock=asked)
    story.read("InformationOnly", asked=asked is not None, restock=told).act_ended()
    wrong = told and by == "buyer" if asked is None else told is not asked
    assert ("restock" in objected_to(story)) is wrong


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
    ("listed", "wrong"),
    [
        (None, False),  # it shows no list, or not this order
        (Overview(Decimal(0), waits=True, deadline=START + timedelta(days=1)), False),
        (Overview(Decimal(0), waits=True, deadline=START + timedelta(days=2)), True),
        (Overview(Decimal(0), waits=False, deadline=None), True),
        (Overview(Decimal("39.98"), waits=True, deadline=START + timedelta(days=1)), True),
    ],
)
def test_the_list_of_orders_shows_what_waits_until_when_and_what_was_paid_back(
    listed: Overview | None, wrong: bool
) -> None:
    story = Story().ordered().asked_back(deadline=START + timedelta(days=1))
    story.came_to_rest(Row(status="NewRma"), listed=listed)
    assert ("list" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ("PartiallyShipped", False),  # so it was until a moment ago
        ("Shipped", False),
        ("Unshipped", True),
        ("Canceled", True),
        ("", False),  # it says nothing of it
    ],
)
def test_how_much_of_an_order_has_shipped_is_told(told: str, wrong: bool) -> None:
    story = Story().ordered(status="AWAITING_SHIPMENT").tell("order_status_changed", status="PARTIALLY_SHIPPING")
    story.idle(minutes=20).tell("order_status_changed", status="IN_TRANSIT").idle(minutes=5)
    story.tell("order_read", who="oms", total=Decimal("39.98"), made_of={}, shipping_status=told).act_ended()
    seen = objected_to(story)
    assert ("shipping status" in seen) is wrong


@pytest.mark.parametrize(
    ("told", "wrong"), [({"tax": "1.50"}, False), ({}, False), ({"tax": "1.49"}, True), ({"shipping": "1.50"}, True)]
)
def test_what_of_an_order_is_tax_and_shipping_is_told(told: dict[str, str], wrong: bool) -> None:
    story = Story().ordered(L1="1.00", L2="0.50")
    stated = {part: Decimal(money) for part, money in told.items()}
    story.tell("order_read", who="oms", total=Decimal("39.98"), made_of={}, stated=stated).act_ended()
    seen = objected_to(story) & {"tax", "shipping"}
    assert seen == (set(told) if wrong else set())


@pytest.mark.parametrize(
    ("told", "wrong"), [("-2.50", False), ("0.00", False), (None, False), ("2.50", True), ("-2.00", True)]
)
def test_by_what_an_order_comes_to_less_than_its_parts_is_told(told: str | None, wrong: bool) -> None:
    story = Story().ordered(additional=Decimal("-2.50"))
    additional = None if told is None else Decimal(told)
    story.tell("order_read", who="oms", total=Decimal("39.98"), made_of={}, additional=additional).act_ended()
    assert ("additional cost" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("status", "told", "wrong"),
    [
        ("AWAITING_SHIPMENT", "Cleared", False),
        ("AWAITING_SHIPMENT", "Submitted", True),
        ("AWAITING_SHIPMENT", "", False),  # it says nothing of it
        ("UNPAID", "Cleared", True),
        ("UNPAID", "NotYetSubmitted", False),
        ("ON_HOLD", "Cleared", False),  # paid for, and the buyer may think better of it
    ],
)
def test_whether_an_order_has_been_paid_for_is_told(status: str, told: str, wrong: bool) -> None:
    story = Story().ordered(status=status)
    story.tell("order_read", who="oms", total=Decimal("39.98"), made_of={}, payment_status=told).act_ended()
    seen = objected_to(story)
    assert ("payment status" in seen) is wrong


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
    ("what", "told"),
    [
        ("", {"paid_at": START + timedelta(minutes=1), "shipped_at": START + timedelta(hours=1)}),
        ("", {"shipped_at": START + timedelta(hours=2)}),  # who calls shipped what the carrier has
        ("", {}),  # it says nothing of it
        ("", {"checkout_status": "CompletedOffline"}),
        ("checkout status", {"checkout_status": "OnHold"}),
        ("", {"names": {"L1": ("LAMP", "Desk lamp, white"), "L2": ("RUG",), "L9": ("MUG", "Mug")}}),
        ("goods", {"names": {"L1": ("RUG",), "L2": ("LAMP",)}}),
        ("title", {"names": {"L1": ("LAMP", ""), "L2": ("RUG", "Rug")}}),  # it has titles, and none for this one
        ("title", {"names": {"L1": ("LAMP", "Desk lamp white"), "L2": ("RUG", "Desk lamp white")}}),
        ("", {"recipient_address": {"name": "Maya Lind", "street": "12 Elm Street, Apt. 5"}}),
        ("hour of payment", {"paid_at": START}),
        ("hour of shipping", {"shipped_at": START + timedelta(hours=3)}),
        ("hour of shipping", {"shipped_at": None}),  # it has a date for that, and says none
        ("title", {"names": {"L1": ("LAMP", "white")}}),  # the variant alone is nothing that anybody finds
        ("", {"recipient_address": {"name": "Maya Lind", "street": "12 Elm Street Apt. 5", "buyer": "7494"}}),
        ("recipient", {"recipient_address": {"name": "Maya Lind", "street": "12 Elm Street Apt. 5", "buyer": "7495"}}),
        ("recipient", {"recipient_address": {"name": "Maya Lind"}}),
        ("recipient", {"recipient_address": {"name": "Maya Lind", "street": "12 Elm Street"}}),
    ],
)
def test_when_an_order_was_paid_for_and_shipped_of_what_it_is_and_to_whom_is_told(
    what: str, told: dict[str, Any]
) -> None:
    hours: dict[str, Any] = {"paid_at": START + timedelta(minutes=1), "ready_at": START + timedelta(hours=1)}
    hours["collected_at"] = START + timedelta(hours=2)
    names = {"L1": ("LAMP", "Desk lamp", "white"), "L2": ("RUG", "Rug", "2 m")}
    where = {"name": "Maya Lind", "street": "12 Elm Street Apt. 5", "buyer": "7494"}
    story = Story().ordered(status="DELIVERED", **hours, names=names, recipient_address=where)
    story.tell("order_read", who="oms", total=Decimal("39.98"), made_of={}, **told).act_ended()
    seen = objected_to(story)
    judged = {"hour of payment", "hour of shipping", "recipient", "checkout status", "goods", "title"}
    assert seen & judged == ({what} if what else set())
    assert "Elm" not in str([finding.witness for finding in story.auditor.broken()])


@pytest.mark.parametrize(
    ("minutes", "told", "wrong"),
    [
        (5, {"street": "12 Elm Street", "city": "Bath"}, False),  # the round that learns of it is still to come
        (5, {"street": "3 Oak Lane", "city": "Wells"}, False),
        (5, {"street": "3 Oak Lane", "city": "Bath"}, True),  # something of either is neither
        (20, {"street": "12 Elm Street", "city": "Bath"}, True),
        (20, {"street": "3 Oak Lane", "city": "Wells"}, False),
        (20, {}, False),  # it says nothing of it
    ],
)
def test_an_order_goes_where_it_is_to_go_now(minutes: int, told: dict[str, str], wrong: bool) -> None:
    before, then = {"street": "12 Elm Street", "city": "Bath"}, {"street": "3 Oak Lane", "city": "Wells"}
    story = Story().ordered(recipient_address=before)
    story.tell("address_changed", status="ON_HOLD", recipient_address=then).idle(minutes=minutes)
    story.tell("order_read", who="oms", total=Decimal("39.98"), made_of={}, recipient_address=told).act_ended()
    assert ("recipient" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("first", "then", "wrong"),
    [
        ({"paid_at": START}, {}, {"hour of payment"}),
        ({"shipped_at": START}, {"paid_at": START}, {"hour of shipping"}),
        ({}, {}, set()),  # it never says
        ({"paid_at": START, "shipped_at": START}, {"paid_at": START, "shipped_at": START}, set()),
    ],
)
def test_who_tells_when_one_order_was_paid_for_tells_it_of_another(
    first: dict[str, Any], then: dict[str, Any], wrong: set[str]
) -> None:
    story = Story()
    for order_id, told in (("O1", first), ("O2", then)):
        story.ordered(status="DELIVERED", order_id=order_id, paid_at=START, ready_at=START, collected_at=START)
        story.tell("order_read", who="oms", order_id=order_id, total=Decimal("39.98"), made_of={}, **told).act_ended()
    assert objected_to(story) & {"hour of payment", "hour of shipping"} == wrong


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


@pytest.mark.parametrize(("reason", "wrong"), [("package_was_not_received", False), ("wrong_item_received", True)])
def test_what_has_come_is_not_told_as_not_received(reason: str, wrong: bool) -> None:
    story = Story().claimed(reason=reason, return_type="REFUND").idle(minutes=16)
    story.read("NewRma", asked=False, amount=Decimal(5), reason="MerchandiseNotReceived", site_reason=reason)
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


@pytest.mark.parametrize(("told", "wrong"), [("ItemNotAvailable", False), ("GeneralAdjustment", True), ("", False)])
def test_the_reason_that_the_staff_gave_is_told(told: str, wrong: bool) -> None:
    story = Story().asked("5.00", reason="ItemNotAvailable").started("R1", "5.00").read(reason=told).act_ended()
    assert ("reason" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("told", "wrong"), [(["LAMP", "RUG"], False), (["LAMP", "LAMP"], True), (["LAMP"], True), (None, False)]
)
def test_what_was_bought_is_told(told: list[str] | None, wrong: bool) -> None:
    story = Story().ordered()
    story.tell("order_read", who="oms", total=Decimal("39.98"), made_of={}, goods=told).act_ended()
    seen = objected_to(story)
    assert ("goods" in seen) is wrong


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
    story = Story().claimed().decided(said).struck("S1").moved(*moved, "seller_center")
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
    story = Story().claimed(return_type=asks).decided(said).struck("S1")
    story.moved("RETURN_OR_REFUND_REQUEST_CANCEL", "WITHDRAW", "buyer")
    story.read("RejectionCompleted", asked=False, decided_by="oms").act_ended()
    assert ("decider" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("claim", "given", "sent", "about", "wrong"),
    [
        ("return", "MerchandiseNotReceived", "ecom_refund_reason_not_received_seller", {}, False),
        ("return", "MerchandiseNotReceived", "seller_shipped_refund_package_lost", {}, False),
        ("return", "MerchandiseNotReceived", "ecom_refund_reason_not_match_description", {}, True),
        ("return", "MerchandiseNotReceived", "ecom_refund_reason_not_match_description", {"currency": "GBP"}, False),
        ("return", "GeneralAdjustment", "ecom_refund_reason_not_match_description", {}, False),
        ("cancellation", "BuyerCancelled", "seller_cancel_paid_reason_buyer_requested_cancellation", {}, False),
        ("cancellation", "BuyerCancelled", "seller_cancel_reason_out_of_stock", {}, True),
        ("cancellation", "BuyerCancelled", "seller_cancel_reason_out_of_stock", {"line_item_ids": ("L1",)}, False),
    ],
)
def test_why_the_seller_gives_back_is_said_in_the_marketplace_s_words(
    claim: str, given: str, sent: str, about: dict[str, Any], wrong: bool
) -> None:
    story = Story().ordered().asked("39.98", reason=given)
    ids: dict[str, Any] = {"return_id" if claim == "return" else "cancel_id": "R1"}
    told = {"line_item_ids": ("L1", "L2"), "currency": "USD", "role": "SELLER", "by": "seller", "reason": sent}
    story.tell(f"{claim}_requested", status=SUCCESS, refund_total=Decimal("39.98"), **ids, **{**told, **about})
    assert ("reason" in objected_to(story.act_ended())) is wrong


@pytest.mark.parametrize(
    ("given", "status", "waited", "wrong"),
    [
        ("GeneralAdjustment", "DELIVERED", 16, True),
        ("GeneralAdjustment", "DELIVERED", 1, False),  # as who looks once in a round cannot know yet
        ("GeneralAdjustment", "IN_TRANSIT", 16, False),
        ("MerchandiseNotReceived", "DELIVERED", 16, False),
        ("seller_shipped_refund_package_lost", "DELIVERED", 16, False),
    ],
)
def test_goods_that_have_reached_the_buyer_are_not_said_to_be_lost(
    given: str, status: str, waited: int, *, wrong: bool
) -> None:
    story = Story().ordered(status="IN_TRANSIT").tell("order_status_changed", status=status).idle(minutes=waited)
    story.asked("39.98", reason=given)
    told: dict[str, Any] = {"line_item_ids": ("L1", "L2"), "currency": "USD", "role": "SELLER", "by": "seller"}
    reason = "seller_shipped_refund_package_lost"
    story.tell("return_requested", return_id="R1", status=SUCCESS, refund_total=Decimal("39.98"), reason=reason, **told)
    assert ("reason" in objected_to(story.act_ended())) is wrong


@pytest.mark.parametrize(("kind", "wrong"), [("Refund", False), ("Cancellation", True), ("", False)])
def test_a_return_is_told_as_a_refund(kind: str, wrong: bool) -> None:
    story = Story().claimed().read("NewRma", asked=False, kind=kind).act_ended()
    assert ("kind" in objected_to(story)) is wrong


@pytest.mark.parametrize(
    ("accounts", "wrong"),
    [
        (("1", "1", "2"), False),
        (("1", "1", "1"), False),  # as of a seller who has several shops in one
        (("1", "2", "2"), True),
        ((None, None, None), False),
        (("1", None, "1"), False),
    ],
)
def test_all_that_a_shop_has_is_of_one_account(accounts: tuple[str | None, ...], wrong: bool) -> None:
    story = Story().ordered().ordered(order_id="O2").ordered(order_id="O3", shop_id="S2")
    for order_id, account in zip(("O1", "O2", "O3"), accounts, strict=True):
        story.tell("adjustment_read", who="oms", order_id=order_id, ref="A1", status="NewRma", profile=account)
    assert ("account" in objected_to(story.act_ended())) is wrong


@pytest.mark.parametrize(
    ("order_id", "account", "wrong"),
    [("O2", "2", set()), ("O2", None, set()), ("O2", "1", {"account"}), ("O9", "2", {"order"})],
)
def test_of_whose_order_the_oms_is_told_unasked(order_id: str, account: str | None, wrong: set[str]) -> None:
    story = Story().ordered().ordered(order_id="O2", shop_id="S2")
    for known, own in (("O1", "1"), ("O2", "2")):
        story.tell("adjustment_read", who="oms", order_id=known, ref="A1", status="NewRma", profile=own)
    story.tell("order_hinted", who="oms", order_id=order_id, profile=account).act_ended()
    assert objected_to(story) & {"account", "order"} == wrong


@pytest.mark.parametrize(
    ("status", "after", "told", "wrong"),
    [
        ("AWAITING_SHIPMENT", 60, ["NoChange"], set()),
        ("AWAITING_SHIPMENT", 60, ["InTransit"], {"parcel"}),
        ("IN_TRANSIT", 60, ["InTransit", "Complete"], set()),
        ("IN_TRANSIT", 60, ["NoChange"], {"parcel"}),
        ("DELIVERED", 60, ["Complete", "Canceled"], set()),
        ("DELIVERED", 60, ["Complete", "InTransit"], {"parcel"}),
        ("DELIVERED", 10, ["NoChange"], set()),  # no round has been since
        ("CANCELLED", 60, ["Canceled"], set()),
        ("CANCELLED", 60, ["Complete"], {"parcel"}),
        ("AWAITING_SHIPMENT", 60, ["ReadyForPickup", "ThirdPartyManaged"], set()),
    ],
)
def test_how_parcels_stand_is_told_as_it_is(status: str, after: int, told: list[str], wrong: set[str]) -> None:
    story = Story().ordered(status="AWAITING_SHIPMENT").idle(minutes=60)
    story.tell("order_status_changed", status=status).idle(minutes=after)
    story.tell("parcels_read", who="oms", statuses=told).act_ended()
    assert objected_to(story) & {"parcel"} == wrong


def test_what_has_left_before_its_order_was_called_off_has_left() -> None:
    story = Story().ordered(status="IN_TRANSIT").idle(minutes=60)
    story.tell("order_status_changed", status="CANCELLED").idle(minutes=60)
    story.tell("parcels_read", who="oms", statuses=["InTransit"]).act_ended()
    assert "parcel" not in objected_to(story)


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


def test_an_earlier_no_was_the_staff_s_whatever_they_have_said_since() -> None:
    story = Story().claimed().decided("reject").moved("REFUND_OR_RETURN_REQUEST_REJECT", "REJECT_REFUND")
    story.decided("approve").read("RejectionCompleted", asked=False, decided_by="oms").act_ended()
    assert "decider" not in objected_to(story)


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
    story.tell("order_read", who="oms", total=Decimal("24.40"), currency="USD", stated={"shipping_tax": order_tells})
    stated = {} if on_shipping is None else {"shipping_tax": Decimal(on_shipping)}
    story.claimed().read("NewRma", asked=False, made_of={"tax": Decimal(tax)}, stated=stated).act_ended()
    assert objected_to(story) & {"tax on goods", "tax on shipping"} == wrong
