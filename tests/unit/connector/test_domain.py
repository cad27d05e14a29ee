"""The pure rules: the life of an adjustment, money that adds up, units, reasons, waits."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.adjustments import AWAITS_SELLER, BEGINS, OPEN, REOPENS, TABLE, TERMINAL, Action, after
from connector.domain.adjustments import RequestStatus as S
from connector.domain.decisions import BRINGS, DECISIONS, MEANT
from connector.domain.money import CENT, Parts, as_parts, split
from connector.domain.reasons import CONDITIONS, MARKETS, choose, gravest
from connector.domain.retry import DELIVERY
from connector.domain.site import CANCELLATION_NEWS, RETURN_NEWS, SiteLine, SiteOrder
from connector.domain.units import Holding, grouped, held, parts_of, share_out
from tests.clock import START

money = st.decimals(min_value=0, max_value=10_000, places=2)


def test_an_adjustment_that_has_ended_never_moves_again() -> None:
    assert not [pair for pair in TABLE if pair[0] in TERMINAL]


def test_every_open_adjustment_can_be_ended_by_the_marketplace() -> None:
    for status in OPEN:
        assert after(status, Action.PAID) is S.COMPLETE
        assert after(status, Action.CLOSED) is S.REJECTED


def test_the_seller_can_decide_only_what_waits_for_a_decision() -> None:
    decisions = {Action.APPROVE_REQUEST, Action.REJECT_REQUEST, Action.APPROVE_GOODS, Action.REJECT_GOODS}
    assert {status for status, action in TABLE if action in decisions} == AWAITS_SELLER
    assert set(MEANT.values()) == decisions


def test_every_decision_brings_something_the_table_knows() -> None:
    for decision in DECISIONS.values():
        assert BRINGS[decision] in {action for _, action in TABLE}


def test_every_status_of_the_marketplace_can_begin_an_adjustment() -> None:
    for action in (*RETURN_NEWS.values(), *CANCELLATION_NEWS.values()):
        assert action in BEGINS
    assert set(REOPENS) == TERMINAL


@given(asked=st.lists(money, min_size=7, max_size=7), left=st.lists(money, min_size=7, max_size=7))
def test_a_refund_takes_of_each_part_no_more_than_is_left_of_it(asked: list[Decimal], left: list[Decimal]) -> None:
    all_left = Parts(*left)
    fitted = Parts(*asked).within(all_left, Decimal("0.01"))
    assert fitted.total == sum(asked)
    over = max(sum(asked) - sum(left), Decimal(0))
    assert fitted.item <= left[0] + over
    taken = (fitted.tax, fitted.shipping, fitted.shipping_tax, fitted.gift, fitted.gift_tax, fitted.recycling)
    assert all(0 <= part <= most for part, most in zip(taken, left[1:], strict=True))


@given(total=money, weights=st.lists(money, min_size=1, max_size=8))
def test_parts_add_up_to_the_whole_and_none_is_less_than_nothing(total: Decimal, weights: list[Decimal]) -> None:
    parts = split(total, weights, CENT)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)


@given(total=money, item=money, tax=money, shipping=money)
def test_scaled_parts_add_up_and_what_was_nothing_stays_nothing(
    total: Decimal, item: Decimal, tax: Decimal, shipping: Decimal
) -> None:
    parts = Parts(item=item, tax=tax, shipping=shipping).scaled_to(total, CENT)
    assert parts.total == total
    assert parts.gift == 0


def test_the_last_of_three_single_refunds_takes_what_is_left() -> None:
    assert split(Decimal("3.59"), [Decimal("14.95")] * 3, CENT) == [Decimal("1.20"), Decimal("1.19"), Decimal("1.20")]


def test_a_stated_total_is_taken_as_given_even_where_tax_lies_inside() -> None:
    assert as_parts(Decimal("60.79"), tax=Decimal("4.80"), shipping=Decimal(0)).total == Decimal("60.79")
    assert as_parts(Decimal("1.00"), tax=Decimal("4.80"), shipping=Decimal(0)) == Parts(item=Decimal("1.00"))


def a_line(
    number: int, *, sku: str = "S", price: str = "10.00", package: str = "P", tax: str | None = None, fee: str = "0"
) -> SiteLine:
    return SiteLine(
        id=str(number),
        sku_id=sku,
        product_id="",
        sku=sku,
        title="",
        price=Decimal(price),
        tax=None if tax is None else Decimal(tax),
        status="DELIVERED",
        package_id=package,
        fee=Decimal(fee),
    )


@pytest.mark.parametrize(("stated", "fees"), [(("0.10", "0.20"), ("0.10", "0.20")), (("0.10", "0"), ("0.15", "0.15"))])
def test_a_fee_falls_on_units_as_it_is_stated_where_that_is_all_of_it(
    stated: tuple[str, str], fees: tuple[str, str]
) -> None:
    order = an_order(*(a_line(at, fee=fee) for at, fee in enumerate(stated)), total="20.30")
    assert [money.fee for money in share_out(order).values()] == [Decimal(fee) for fee in fees]


def an_order(*lines: SiteLine, total: str, tax: str = "0", shipping: str = "0") -> SiteOrder:
    return SiteOrder(
        id="1",
        status="DELIVERED",
        currency="USD",
        total=Decimal(total),
        tax=Decimal(tax),
        shipping=Decimal(shipping),
        shipping_tax=Decimal(0),
        discount=Decimal(0),
        created_at=START,
        paid_at=None,
        shipped_at=None,
        delivered_at=None,
        cancelled_at=None,
        buyer_user_id="",
        buyer_email="",
        recipient={},
        payment_method="",
        lines=lines,
        updated=0,
        fingerprint="",
    )


def test_units_of_equal_sku_price_and_package_make_one_line() -> None:
    lines = [a_line(10), a_line(9), a_line(11, price="12.00"), a_line(12, package="Q"), a_line(13, sku="T")]
    assert [[line.id for line in group] for group in grouped(lines)] == [["9", "10"], ["11"], ["12"], ["13"]]


def test_what_was_paid_for_the_units_adds_up_to_the_order() -> None:
    order = an_order(a_line(1), a_line(2), a_line(3), total="43.54", tax="3.59", shipping="9.95")
    shares = share_out(order)
    assert parts_of(shares.values()).total == order.total


def test_only_money_that_goes_back_is_held() -> None:
    paid = {"1": Decimal("10.00"), "2": Decimal("20.00")}
    claims = [
        Holding("PostProcessingComplete", Decimal("3.00"), ["1", "2"], {}),
        Holding("NewRma", Decimal("30.00"), ["1", "2"], {}),
    ]
    assert held(claims, paid, Decimal("0.01")) == {"1": Decimal("1.00"), "2": Decimal("2.00")}


def test_what_the_marketplace_says_per_unit_counts_where_it_makes_up_the_total() -> None:
    paid = {"1": Decimal("10.00"), "2": Decimal("20.00")}
    stated = {"1": "3.00", "2": "0"}
    claims = [Holding("PostProcessingComplete", Decimal("3.00"), ["1", "2"], stated)]
    assert held(claims, paid, Decimal("0.01")) == {"1": Decimal("3.00"), "2": Decimal("0")}


def test_the_gravest_grade_gives_the_reason() -> None:
    assert gravest(["AS_SOLD", "DAMAGED", "USED"]) == "DAMAGED"
    assert gravest([]) == "AS_SOLD"
    assert set(MARKETS["US"].reject_goods) == {*CONDITIONS, "MerchandiseNotReceived"}


def test_a_default_the_case_does_not_offer_gives_way_to_its_first() -> None:
    assert choose("a", ["b", "c"]) == "b"
    assert choose("a", ["b", "a"]) == "a"
    assert choose("a", []) == "a"


def test_waits_double_up_to_a_minute_and_end() -> None:
    waits = [DELIVERY.next_try(START, attempts=attempt) for attempt in (1, 2, 3, 7, 8, 99, 100)]
    seconds = [None if at is None else at - START for at in waits]
    assert seconds == [*(timedelta(seconds=second) for second in (1, 2, 4, 60, 60, 60)), None]
