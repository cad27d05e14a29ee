"""Nothing stays open for ever: every state has a way out that somebody can take, and an hour at which it is taken.

The walks start from how requests begin and go wherever the tables lead, so a new row is walked too.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from mock_tiktok import ReturnView
from mock_tiktok.domain import state_machines as machines
from mock_tiktok.domain import words
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.rules import BUYER_ARRANGES, RUNS, NotAllowed, after, running
from mock_tiktok.errors import ApiError
from mock_tiktok.policy import profile
from tests.refused import refused
from tests.unit.mock_tiktok.test_state_machines import a_return
from tests.unit.mock_tiktok.town import PARCEL_REASON, REFUND_REASON, RETURN_REASON, Town

A = words.Action
SEATS = (
    *words.APPROVALS, *words.REJECTIONS, A.APPROVE_CANCELLATION, A.REJECT_CANCELLATION, A.WITHDRAW, A.SHIP, A.ARRIVE,
    A.ACCEPT_OFFER, A.DECLINE_OFFER, A.DISPUTE, A.SUPPORT_BUYER, A.SUPPORT_SELLER,
)  # fmt: skip
BOUGHT, SENT_BACK, SWAPPED = words.ReturnType.REFUND, words.ReturnType.RETURN_AND_REFUND, words.ReturnType.REPLACEMENT
BEGINNINGS = {
    "refund": (a_return(BOUGHT), machines.REFUND),
    "the seller's own refund": (a_return(BOUGHT, words.Claim.GRANTED, money=words.Money.OWED), machines.REFUND),
    "return": (a_return(SENT_BACK), machines.RETURN),
    "return in the buyer's own way": (replace(a_return(SENT_BACK), shipment_type=BUYER_ARRANGES), machines.RETURN),
    "the seller's own return": (a_return(SENT_BACK, words.Claim.APPROVED, words.Parcel.AWAITED), machines.RETURN),
    "replacement": (a_return(SWAPPED), machines.REPLACEMENT),
    "replacement, a won dispute is paid": (a_return(SWAPPED), machines.REPLACEMENT_PAID),
}


def becomes(item: Return, action: words.Action, claims: machines.Table[words.Claim, words.Action]) -> Return | None:
    try:
        return replace(after(item, action, claims), disputes_closed=0)
    except NotAllowed:
        return None


def walked(start: Return, claims: machines.Table[words.Claim, words.Action]) -> Iterator[Return]:
    """Return every state that a request which begins like this can come to."""
    seen, ahead = {start}, [start]
    while ahead:
        yield (item := ahead.pop())
        found = {moved for action in words.Action if (moved := becomes(item, action, claims))}
        ahead += found - seen
        seen |= found


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_every_state_of_a_return_has_a_way_out_and_an_hour(beginning: str) -> None:
    start, claims = BEGINNINGS[beginning]
    for item in walked(start, claims):
        state = (item.claim, item.parcel, item.money, item.dispute)
        if item.is_final:
            continue
        if item.money is words.Money.OWED:  # only the platform pays, and does so at its hour
            assert becomes(item, A.PAYOUT, claims), state
            continue
        assert any(becomes(item, action, claims) not in (None, item) for action in SEATS), state
        what = running(item)
        assert what, state
        lapse = RUNS[what].lapse or RUNS["dispute.decision"].lapse
        assert lapse, state
        assert becomes(item, lapse, claims) not in (None, item), state


def test_every_state_of_a_cancellation_has_a_way_out_and_an_hour() -> None:
    asked = {machines.CANCELLATION.after(words.CancelStatus.PENDING, action) for action in SEATS} - {None}
    assert asked == {words.CancelStatus.SUCCESS, words.CancelStatus.CANCELLED}
    lapse = RUNS["cancel.seller_response"].lapse
    assert lapse
    assert machines.CANCELLATION.after(words.CancelStatus.PENDING, lapse) is words.CancelStatus.SUCCESS
    assert machines.CANCELLATION.after(words.CancelStatus.SUCCESS, A.PAYOUT) is words.CancelStatus.COMPLETE
    assert {row.becomes for row in machines.CANCELLATION.rows if row.state is not words.CancelStatus.PENDING} == {
        words.CancelStatus.COMPLETE
    }


@pytest.mark.parametrize("name", profile.names())
def test_every_market_knows_every_hour(name: str) -> None:
    market = profile.load(name)
    needed = {*RUNS, "order.unpaid_cancel", "order.cool_down", "payout.processing"}
    assert needed <= market.numbers.keys()
    for status in (words.OrderStatus.UNPAID, words.OrderStatus.ON_HOLD):
        assert status in market.eligible["BUYER"]["CANCEL"]
        assert machines.ORDER.after(status, machines.Step.CANCEL) is words.OrderStatus.CANCELLED


# orders before they wait for shipment


def test_an_order_that_nobody_pays_is_called_off(town: Town) -> None:
    order_id = town.order(status="UNPAID").order_id
    assert [(entry.at - town.clock.at, entry.what) for entry in town.market.agenda()] == [
        (timedelta(hours=48), "deadline: the buyer's payment")
    ]
    town.passes(hours=48, seconds=-1)
    assert town.market.order_view(order_id).status == "UNPAID"
    town.passes(seconds=1, minutes=5)
    assert town.market.order_view(order_id).status == "CANCELLED"
    (item,) = town.shop.store.cancellations
    assert (item.role, item.status, item.refunded) == (words.Role.SYSTEM, words.CancelStatus.COMPLETE, Decimal(0))
    assert item.reason == "system_cancel_unpaid_time_out"
    assert not town.events("money_paid")


def test_an_unpaid_order_that_the_buyer_calls_off_costs_nothing_and_is_not_called_off_twice(town: Town) -> None:
    order_id = town.order(status="UNPAID").order_id
    town.market.request_cancellation(order_id)
    town.passes(days=3)
    assert len(town.shop.store.cancellations_of[order_id]) == 1
    assert town.market.order_view(order_id).paid == 0
    assert not town.events("money_paid")


# parcels that never arrive


@pytest.mark.parametrize("days", [1, 29])
def test_a_parcel_that_arrives_late_is_inspected_as_any_other(town: Town, days: int) -> None:
    return_id = town.on_its_way()
    town.passes(days=days)
    town.market.arrive_return(return_id)
    assert town.events("return_status_changed")[-1].data["deadline_what"] == "inspection.seller_response"
    due = town.view(return_id).seller_deadline
    assert due is not None
    assert due > town.clock.at + timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "approve", "reject"), [(0, True, False), (9.99, True, False), (10, True, True), (30, False, False)]
)
def test_what_the_seller_may_say_of_a_parcel_on_its_way_is_said_beforehand(
    town: Town, days: float, approve: bool, reject: bool
) -> None:
    return_id = town.on_its_way()
    town.clock.at += timedelta(days=days)
    asked = ["APPROVE_RECEIVED_PACKAGE", "REJECT_RECEIVED_PACKAGE"]
    told = {decision: eligible for decision, eligible, *_ in town.market_says(return_id, asked)}
    assert told == dict(zip(asked, (approve, reject), strict=True))
    if reject:
        town.shop.reject_return(return_id, asked[1], PARCEL_REASON)
    else:
        code = refused(ApiError, town.shop.reject_return, return_id, asked[1], PARCEL_REASON).code
        assert code == 25011035 or days == 30


@pytest.mark.parametrize("arrives_at_once", [False, True])
def test_a_quick_refund_is_paid_however_soon_its_parcel_arrives(town: Town, *, arrives_at_once: bool) -> None:
    item = town.market.request_return(town.order().order_id, return_type=SENT_BACK, quick_refund=True)
    town.passes(minutes=5)
    town.market.ship_return(item.return_id)
    if arrives_at_once:
        town.market.arrive_return(item.return_id)
    town.passes(days=1)
    assert town.view(item.return_id).refunded == item.refund_total
    assert [one.data["action"] for one in town.events("return_status_changed")].count("QUICK_REFUND") == 1


# what could be repeated without end


def ask_and_be_rejected(town: Town, order_id: str, kind: str) -> ReturnView:
    item = town.market.request_return(order_id, return_type=kind)
    reason = REFUND_REASON if kind == "REFUND" else RETURN_REASON
    town.shop.reject_return(item.return_id, f"REJECT_{kind}", reason)
    return item


def ask_and_withdraw(town: Town, order_id: str, kind: str) -> ReturnView:
    return town.market.withdraw(town.market.request_return(order_id, return_type=kind).return_id)


@pytest.mark.parametrize("round_", [ask_and_be_rejected, ask_and_withdraw])
@pytest.mark.parametrize("kind", ["REFUND", "REPLACEMENT"])
def test_a_buyer_asks_five_times_about_a_unit(town: Town, round_: object, kind: str) -> None:
    order_id = town.order().order_id
    for _ in range(5):
        round_(town, order_id, kind)  # type: ignore[operator]  # one of the two
    assert refused(ApiError, town.market.request_return, order_id, return_type="REFUND").code == 25001010


def test_a_buyer_asks_five_times_to_call_an_order_off(town: Town) -> None:
    order_id = town.order(status="AWAITING_SHIPMENT").order_id
    for _ in range(5):
        town.market.withdraw_cancellation(town.market.request_cancellation(order_id).cancel_id)
    assert refused(ApiError, town.market.request_cancellation, order_id).code == 25001010


def test_what_replaces_a_unit_is_not_replaced_again(town: Town) -> None:
    order = town.order("39.98")
    town.shop.approve_return(town.request(order, kind="REPLACEMENT"), "APPROVE_REPLACEMENT")
    new = str(town.events("order_placed")[-1].data["order_id"])
    town.market.ship_order(new)
    town.market.deliver_order(new)
    for order_id in (order.order_id, new):
        refusal = refused(ApiError, town.market.request_return, order_id, return_type="REPLACEMENT")
        assert (refusal.code, "replaced" in refusal.message) == (25001010, True)


def test_a_rejected_replacement_is_not_won_after_another_has_been_sent(town: Town) -> None:
    order = town.order()
    rejected = ask_and_be_rejected(town, order.order_id, "REPLACEMENT").return_id
    town.shop.approve_return(town.request(order, kind="REPLACEMENT"), "APPROVE_REPLACEMENT")
    assert refused(ApiError, town.market.dispute, rejected).code == 25001010
