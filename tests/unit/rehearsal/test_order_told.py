"""What the OMS is told of orders is what the marketplace says: the rule `as-meant`, in part."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from rehearsal.seats.port import Overview
from tests.clock import START
from tests.unit.rehearsal.story import Row, Story, objected_to


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
    ("units", "tax", "wrong"),
    [
        (("L1",), "501", False),
        (("L1",), "502", False),  # a coin lies elsewhere
        (("L1",), "503", False),  # and another one, of what is shared among two
        (("L1",), "504", True),
        (("L1",), "501.5", True),  # no such coin
        (("L1", "L2"), "801", False),
        (("L1", "L2"), "805", True),
        ((), "1", False),  # of which units is not told
        (("L1", "L3"), "1", False),  # nor known of one of them
    ],
)
def test_what_was_paid_for_each_line_is_told_in_coins_that_there_are(
    units: tuple[str, ...], tax: str, wrong: bool
) -> None:
    story = Story().ordered("17801", L1="501", L2="300", currency="IDR")
    line = {"units": units, "tax": Decimal(tax)}
    total = Decimal("17801")
    story.tell("order_read", who="oms", total=total, currency="IDR", made_of={}, by_line=[line]).act_ended()
    assert any(str(what).startswith("tax of") for what in objected_to(story)) is wrong


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
    ("told", "wrong"), [(["LAMP", "RUG"], False), (["LAMP", "LAMP"], True), (["LAMP"], True), (None, False)]
)
def test_what_was_bought_is_told(told: list[str] | None, wrong: bool) -> None:
    story = Story().ordered()
    story.tell("order_read", who="oms", total=Decimal("39.98"), made_of={}, goods=told).act_ended()
    seen = objected_to(story)
    assert ("goods" in seen) is wrong


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


@pytest.mark.parametrize(
    ("after", "told", "wrong"),
    [
        (60, ["Complete", "InTransit", "NoChange"], False),
        (60, ["InTransit", "NoChange", "NoChange"], True),
        (5, ["InTransit", "NoChange", "NoChange"], False),  # a round ago that was so
        (60, ["InTransit", "InTransit", "InTransit"], True),
        (60, ["NoChange", "NoChange", "NoChange"], True),
        (60, ["InTransit", "NoChange"], False),  # parcelled out otherwise
        (60, ["InTransit", "InTransit", "NoChange", "Canceled"], False),
    ],
)
def test_as_many_parcels_are_said_to_have_left_as_have(after: int, told: list[str], wrong: bool) -> None:
    story = Story().ordered(status="PARTIALLY_SHIPPING", parcels=3, parcels_left=1).idle(minutes=60)
    story.tell("order_status_changed", status="PARTIALLY_SHIPPING", parcels=3, parcels_left=2).idle(minutes=after)
    story.tell("parcels_read", who="oms", statuses=told).act_ended()
    assert ("parcels" in objected_to(story)) is wrong


def test_how_many_parcels_may_have_left_is_told_in_their_order() -> None:
    story = Story().ordered(status="PARTIALLY_SHIPPING", parcels=12, parcels_left=10).idle(minutes=60)
    for left in (2, 11):
        story.tell("order_status_changed", status="PARTIALLY_SHIPPING", parcels=12, parcels_left=left)
    story.idle(minutes=5).tell("parcels_read", who="oms", statuses=["NoChange"] * 12).act_ended()
    told = next(one for one in story.auditor.broken() if one.witness.about.get("what") == "parcels")
    of_all = "of 12 parcels that have left"
    assert (told.expected, told.seen) == (f"2 or 10 or 11 {of_all}", f"none {of_all}")


def test_what_has_left_before_its_order_was_called_off_has_left() -> None:
    story = Story().ordered(status="IN_TRANSIT").idle(minutes=60)
    story.tell("order_status_changed", status="CANCELLED").idle(minutes=60)
    story.tell("parcels_read", who="oms", statuses=["InTransit"]).act_ended()
    assert "parcel" not in objected_to(story)
