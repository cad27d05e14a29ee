"""After a rejection: the buyer's dispute, the operator's word, and what silence does to both."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from mock_tiktok.errors import ApiError, BadValue
from mock_tiktok.policy import profile
from tests.refused import refused
from tests.unit.mock_tiktok.town import PARCEL_REASON, RETURN_REASON, Town

UK_REASON = "reverse_reject_request_reason_3_uk"


def test_the_operator_may_award_less(town: Town) -> None:
    return_id = town.rejected(town.order("30.00", "9.99"))
    town.market.dispute(return_id)
    judge = partial(town.market.arbitrate, return_id)
    assert refused(ApiError, judge, outcome="SUPPORT_BUYER", refund_total=Decimal("40.00")).code == 25005005
    with pytest.raises(BadValue, match="refund_total"):
        judge(outcome="SUPPORT_SELLER", refund_total=Decimal("1.00"))
    judge(outcome="SUPPORT_BUYER", refund_total=Decimal("13.33"))
    town.passes(minutes=5)
    assert town.view(return_id).refunded == Decimal("13.33")
    assert town.events("dispute_decided")[-1].data["refund_total"] == Decimal("13.33")


def test_a_dispute_comes_too_late_when_the_window_is_over(town: Town) -> None:
    return_id = town.rejected()
    town.clock.at += timedelta(days=10)
    refused(ApiError, town.market.dispute, return_id)
    town.passes(seconds=0)
    assert town.status(return_id) == "RETURN_OR_REFUND_REQUEST_CANCEL"


def test_a_first_review_won_by_the_buyer_has_the_goods_sent_and_can_be_disputed_again_but_no_third_time() -> None:
    town = Town("uk-2026-04")
    order = town.order()
    return_id = town.request(order, kind="RETURN_AND_REFUND")
    town.shop.reject_return(return_id, "REJECT_RETURN", UK_REASON)
    assert (town.shown(return_id), town.mails()) == ("Return Rejected", ["return rejected"])
    town.market.dispute(return_id)
    town.market.arbitrate(return_id, outcome="SUPPORT_BUYER")
    assert town.status(return_id) == "AWAITING_BUYER_SHIP"
    town.passes(minutes=5)
    town.market.ship_return(return_id)
    town.market.arrive_return(return_id)
    town.shop.reject_return(return_id, "REJECT_RECEIVED_PACKAGE", f"{PARCEL_REASON}_uk")
    assert town.market.dispute(return_id).arbitration_status == "IN_PROGRESS"
    town.market.arbitrate(return_id, outcome="SUPPORT_SELLER")
    again = town.request(order)
    town.shop.reject_return(again, "REJECT_REFUND", UK_REASON)
    assert refused(ApiError, town.market.dispute, again).code == 25001010  # both disputes of the one return count


def test_a_dispute_is_over_what_is_still_refundable(town: Town) -> None:
    order = town.order("40.00")
    return_id = town.rejected(order)
    town.market.seller_center_refund(order.order_id, amount=Decimal("15.00"))
    assert refused(ApiError, town.market.dispute, return_id).code == 25001011
    town.passes(minutes=5)
    assert town.market.dispute(return_id).refund_total == Decimal("25.00")
    town.market.arbitrate(return_id, outcome="SUPPORT_BUYER")
    town.passes(minutes=5)
    assert town.market.order_view(order.order_id).refunded == Decimal("40.00")


def test_after_two_closed_disputes_there_is_no_third(town: Town) -> None:
    order = town.order()
    for _ in range(2):
        return_id = town.rejected(order)
        town.market.dispute(return_id)
        town.market.arbitrate(return_id, outcome="SUPPORT_SELLER")
    return_id = town.rejected(order)
    refused(ApiError, town.market.dispute, return_id)


def test_the_seller_rejects_a_return_in_the_moment_before_it_is_approved(town: Town) -> None:
    return_id = town.request(kind="RETURN_AND_REFUND")
    town.shop.reject_return(return_id, "REJECT_RETURN", RETURN_REASON)
    assert town.passes(hours=1) == []
    assert town.status(return_id) == "REFUND_OR_RETURN_REQUEST_REJECT"


@pytest.mark.parametrize("name", profile.names())
@pytest.mark.parametrize("price", ["9", "40000"])  # some markets pay what costs little, and need no return
def test_a_return_that_is_handed_back_waits_for_the_seller_whatever_the_platform_does_by_itself(
    name: str, price: str
) -> None:
    town = Town(name)
    return_id = town.request(town.order(price), kind="RETURN_AND_REFUND")
    reason = profile.load(name).reasons.offered("reject", "RETURN_AND_REFUND")[0].name
    town.shop.reject_return(return_id, "REJECT_RETURN", reason)
    town.market.dispute(return_id)
    due = town.market.arbitrate(return_id, outcome="HAND_BACK").seller_deadline
    assert due is not None
    town.until(due - timedelta(seconds=1))
    assert town.status(return_id) == "REFUND_OR_RETURN_REQUEST_REJECT"
    waits = town.shop.get_return(return_id).deadline
    assert waits is not None
    assert waits.seller_action == "SELLER_RESPOND_RETURN"
    town.until(due)
    assert town.status(return_id) == "AWAITING_BUYER_SHIP"


def test_dispute_and_arbitration_need_no_time_between_them_and_only_a_dispute_is_judged(town: Town) -> None:
    return_id = town.rejected()
    refused(ApiError, town.market.arbitrate, return_id, outcome="SUPPORT_BUYER")
    town.market.dispute(return_id)
    town.market.arbitrate(return_id, outcome="SUPPORT_SELLER")
    refused(ApiError, town.market.arbitrate, return_id, outcome="SUPPORT_BUYER")
