"""Returns from the asking to the last cent: each workflow, each decision, each silence."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal

import pytest

from mock_tiktok.domain.state_machines import REFUND, REPLACEMENT, RETURN
from mock_tiktok.domain.words import APPROVALS
from mock_tiktok.errors import ApiError, BadValue, UnknownId
from mock_tiktok.usecases.decisions import money
from tests.refused import refused
from tests.unit.mock_tiktok.town import PARCEL_REASON, REFUND_REASON, Town

PENDING = "RETURN_OR_REFUND_REQUEST_PENDING"
SUCCESS = "RETURN_OR_REFUND_REQUEST_SUCCESS"
CANCEL = "RETURN_OR_REFUND_REQUEST_CANCEL"
REJECT = "REFUND_OR_RETURN_REQUEST_REJECT"
COMPLETE = "RETURN_OR_REFUND_REQUEST_COMPLETE"


def offer(town: Town, return_id: str, amount: str, currency: str = "USD") -> None:
    town.shop.approve_return(return_id, "OFFER_PARTIAL_REFUND", partial_refund=(Decimal(amount), currency))


ENDS: list[tuple[Callable[[Town], str], timedelta, str, str]] = [
    # what begins, after how long it ends by itself, what it is until then, and from then on
    (lambda town: town.request(), timedelta(hours=24), PENDING, SUCCESS),
    (lambda town: town.request(kind="RETURN_AND_REFUND"), timedelta(days=30), "AWAITING_BUYER_SHIP", CANCEL),
    (lambda town: town.on_its_way(), timedelta(days=30), "BUYER_SHIPPED_ITEM", SUCCESS),
    (lambda town: town.rejected(), timedelta(days=10), REJECT, CANCEL),
    (lambda town: town.market.dispute(town.rejected()).return_id, timedelta(hours=72), REJECT, SUCCESS),
]


@pytest.mark.parametrize(("begins", "after", "until_then", "from_then_on"), ENDS)
def test_what_nobody_answers_ends_at_its_second_and_not_before(
    town: Town, begins: Callable[[Town], str], after: timedelta, until_then: str, from_then_on: str
) -> None:
    return_id = begins(town)
    town.until(town.clock.at + after - timedelta(seconds=1))
    assert town.status(return_id) == until_then
    town.passes(seconds=1)
    assert town.status(return_id) == from_then_on


# refund-only


def test_a_decision_at_the_deadline_is_too_late_even_before_the_platform_acts(town: Town) -> None:
    return_id = town.request()
    town.clock.at += timedelta(hours=24)
    assert refused(ApiError, town.shop.approve_return, return_id, "APPROVE_REFUND").code == 25011012
    assert refused(ApiError, town.shop.reject_return, return_id, "REJECT_REFUND", REFUND_REASON).code == 25011011
    assert town.status(return_id) == PENDING


def test_a_mail_is_a_real_message(town: Town) -> None:
    return_id = town.request()
    town.shop.reject_return(return_id, "REJECT_REFUND", REFUND_REASON, "Please send a photo")
    [mail] = town.market.mailbox(town.view(return_id).order_id)
    buyer = town.shop.order(mail.order_id).buyer
    assert (mail.message["To"], mail.message["Subject"]) == (f"{buyer.name} <{buyer.email}>", mail.subject)
    assert mail.message.get_content() == mail.text
    for words in ("The evidence is unclear", "Please send a photo", "2031-03-13 09:00 UTC"):
        assert words in mail.text


# return and refund


@pytest.mark.parametrize(("price", "days"), [("100.00", 2), ("100.01", 4)])
def test_silence_after_the_arrival_refunds_after_business_days_by_amount(town: Town, price: str, days: int) -> None:
    return_id = town.goods_back(town.order(price))
    assert town.view(return_id).seller_deadline == town.clock.at + timedelta(days=days)
    town.passes(days=days, seconds=-1)
    assert town.status(return_id) == "BUYER_SHIPPED_ITEM"
    town.passes(seconds=1)
    assert town.status(return_id) == SUCCESS
    assert town.shop.records(return_id)[-1].event == "SELLER_REJECT_RECEIVE_DELIVERED_TIMEOUT"


def test_where_the_seller_reviews_returns_silence_approves_them() -> None:
    town = Town("uk-2026-04")
    return_id = town.request(kind="RETURN_AND_REFUND")
    town.passes(hours=1)
    assert town.status(return_id) == PENDING
    town.passes(days=2)
    assert town.status(return_id) == "AWAITING_BUYER_SHIP"


@pytest.mark.parametrize("keep", [True, False])
def test_a_return_can_be_refunded_without_the_goods(town: Town, keep: bool) -> None:
    return_id = town.request(kind="RETURN_AND_REFUND")
    decision = "APPROVE_RETURN" if keep else "DIRECT_REFUND"
    town.shop.approve_return(return_id, decision, buyer_keep_item=keep or None)
    town.passes(minutes=5)
    assert town.status(return_id) == COMPLETE
    assert town.shop.get_return(return_id).buyer_keeps_item


def test_with_the_goods_left_to_the_buyer_an_approval_is_refused_as_without(town: Town) -> None:
    return_id = town.request(kind="RETURN_AND_REFUND")
    town.shop.approve_return(return_id, "APPROVE_RETURN")
    for keep in (True, False, None):
        said = refused(ApiError, town.shop.approve_return, return_id, "APPROVE_RETURN", buyer_keep_item=keep)
        assert (said.code, said.message) == (25020010, "The request is already approved")


# offers


def test_a_refused_or_forgotten_offer_asks_the_seller_again(town: Town) -> None:
    for forget in (True, False):
        return_id = town.request()
        offer(town, return_id, "5.00")
        assert refused(ApiError, town.shop.approve_return, return_id, "APPROVE_REFUND").code == 25007007
        if forget:
            town.passes(hours=48)
        else:
            town.market.decline_offer(return_id)
        item = town.shop.get_return(return_id)
        assert (item.status, item.buyer_rejected_offer) == (PENDING, True)
        assert item.seller_deadline == town.clock.at + timedelta(hours=24)
        again = refused(ApiError, offer, town, return_id, "6.00")
        assert (again.code, "1 made and not accepted" in again.message) == (25011032, True)


@pytest.mark.parametrize(
    ("currency", "written", "taken"),
    [
        ("USD", "5.00", True),
        ("USD", "5", True),
        ("USD", "5.000", False),
        ("USD", "5.001", False),
        ("VND", "50000", True),
        ("VND", "50000.0", False),
        ("VND", "50000.5", False),
    ],
)
def test_a_sum_has_no_more_decimals_than_the_platform_writes(currency: str, written: str, *, taken: bool) -> None:
    with nullcontext() if taken else pytest.raises(ApiError):
        assert money("amount", Decimal(written), currency, currency) == Decimal(written)


def test_an_impossible_offer_is_refused(town: Town) -> None:
    return_id = town.request()
    assert refused(ApiError, offer, town, return_id, "39.99").code == 25005005
    for sum_ in (("0", "USD"), ("-1", "USD"), ("1.001", "USD"), ("5.00", "GBP")):
        assert refused(ApiError, offer, town, return_id, *sum_).code == 25001001
    assert town.status(return_id) == PENDING


# refusals


def test_a_decision_with_what_does_not_go_with_it_gets_the_code_for_it(town: Town) -> None:
    def refused_with(act: Callable[..., object], *about: object, **more: object) -> int:
        return refused(ApiError, act, *about, **more).code

    approve, reject = town.shop.approve_return, town.shop.reject_return
    pending = town.request()
    assert refused_with(approve, pending, "DO_IT") == 25001001
    for kind, table in (("REFUND", REFUND), ("RETURN_AND_REFUND", RETURN), ("REPLACEMENT", REPLACEMENT)):
        asked = town.request(kind=kind)
        for decision in table.actions & set(APPROVALS):
            if decision != "APPROVE_RETURN":
                for keep in (True, False):
                    assert refused_with(approve, asked, decision, buyer_keep_item=keep) == 25020004
            if decision != "OFFER_PARTIAL_REFUND":
                assert refused_with(approve, asked, decision, partial_refund=(Decimal(1), "USD")) == 25020004
    assert refused_with(reject, pending, "REJECT_REFUND", None) == 25001001
    assert refused_with(reject, pending, "REJECT_REFUND", "no such reason") == 25001014
    assert refused_with(reject, pending, "REJECT_REFUND", PARCEL_REASON) == 25001016
    assert refused_with(reject, pending, "REJECT_REFUND", REFUND_REASON, "x" * 501) == 98001004
    assert refused_with(town.shop.get_return, "0") == 25020005


def test_what_is_refused_changes_nothing_and_a_refused_decision_is_told(town: Town) -> None:
    return_id = town.request()
    before, news = town.view(return_id), len(town.news)
    refused(ApiError, town.shop.reject_return, return_id, "REJECT_REFUND", "nonsense")
    refused(BadValue, town.market.arbitrate, return_id, outcome="SUPPORT_ME")
    refused(ApiError, town.market.ship_return, return_id)
    refused(UnknownId, town.market.withdraw, "4711")
    assert town.view(return_id) == before
    assert [event.name for event in town.news[news:]] == ["decision_refused"]


def test_the_seller_in_seller_center_is_refused_like_the_api(town: Town) -> None:
    return_id = town.request()
    town.market.seller_center_decision(return_id, decision="REJECT_REFUND")
    assert town.events("return_status_changed")[-1].data["by"] == "seller_center"
    assert refused(ApiError, town.shop.approve_return, return_id, "APPROVE_REFUND").code == 25011012


def test_an_accepted_offer_is_what_is_paid(town: Town) -> None:
    return_id = town.request(town.order("30.00", "10.01"))
    offer(town, return_id, "10")
    assert (town.status(return_id), town.shown(return_id)) == ("AWAITING_BUYER_RESPONSE", "Offer Sent to Buyer")
    assert town.view(return_id).seller_deadline is None
    town.market.accept_offer(return_id)
    town.passes(minutes=5)
    item = town.shop.get_return(return_id)
    assert item.refunded == Decimal("10.00")
    assert sum(line.amount.total for line in item.lines) == Decimal("10.00")


def test_a_replacement_is_a_new_order_that_costs_nothing(town: Town) -> None:
    order = town.order("39.98")
    return_id = town.request(order, kind="REPLACEMENT")
    assert town.status(return_id) == "REPLACEMENT_REQUEST_PENDING"
    town.passes(days=1)
    assert town.status(return_id) == "REPLACEMENT_REQUEST_COMPLETE"
    placed = town.events("order_placed")[-1].data
    assert placed["total"] == 0
    again = town.shop.order(str(placed["order_id"]))
    assert again.replaces_order_id == order.order_id
    assert {again.created_at, again.paid_at, again.hold_until, again.updated_at} == {
        town.shop.get_return(return_id).updated_at
    }
    refused(ApiError, town.request, order, kind="REPLACEMENT")


def test_a_replacement_can_be_settled_with_money(town: Town) -> None:
    return_id = town.request(kind="REPLACEMENT")
    town.shop.approve_return(return_id, "ISSUE_REPLACEMENT_REFUND")
    town.passes(minutes=5)
    assert town.status(return_id) == "REPLACEMENT_REQUEST_REFUND_SUCCESS"
    assert (town.shown(return_id), town.mails()) == ("Refunded", ["order refund"])
    assert town.view(return_id).refunded == Decimal("39.98")
