"""What the staff have asked to be refunded is what goes back and what is told of it: the rule `as-meant`, in part."""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.rehearsal.story import SUCCESS, Story, objected_to


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
    ("by", "read_before", "wrong"),
    [("seller_center", False, False), ("seller_center", True, True), ("seller", False, True)],
)
def test_a_part_that_went_elsewhere_before_anybody_could_read_of_it_is_paid_out_of_others(
    by: str, *, read_before: bool, wrong: bool
) -> None:
    asked = {"item": Decimal(0), "shipping": Decimal(0), "tax": Decimal(4)}
    told = {"item": Decimal(2), "shipping": Decimal(0), "tax": Decimal(2)}
    story = Story().ordered().tell("refund_requested", who="oms", adjustment_id="C1", amount=Decimal(4), made_of=asked)
    story.started("R9", "30.00", by=by, shop="S1")
    if read_before:
        story.looked_at("S1")
    story.started("R1", "4.00", shop="S1").read("Completed", amount=Decimal(4), made_of=told).act_ended()
    assert ("parts" in objected_to(story)) is wrong


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


@pytest.mark.parametrize(("told", "wrong"), [("ItemNotAvailable", False), ("GeneralAdjustment", True), ("", False)])
def test_the_reason_that_the_staff_gave_is_told(told: str, wrong: bool) -> None:
    story = Story().asked("5.00", reason="ItemNotAvailable").started("R1", "5.00").read(reason=told).act_ended()
    assert ("reason" in objected_to(story)) is wrong


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
