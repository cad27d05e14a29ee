from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_oms.domain.cases import Adjustment, Case, Kind, Level, PartState, RefundPart
from mock_oms.domain.money import CENT, WHOLE, split, split_for_each, unit_of
from mock_oms.domain.orders import Order, OrderLine
from mock_oms.domain.refunds import Part, left_of, refund_lines
from mock_oms.domain.statuses import MEANINGS, PROMISED, loudest, meaning
from mock_oms.state.ledger import Ledger, LedgerRow
from tests.clock import START

CENTS = st.integers(0, 100_000).map(lambda cents: Decimal(cents) / 100)


COINS = st.integers(0, 100_000)
UNITS = pytest.mark.parametrize("unit", [CENT, WHOLE])


@UNITS
@given(coins=COINS, weights=st.lists(COINS, min_size=1, max_size=12))
def test_shares_add_up_and_are_never_negative(unit: Decimal, coins: int, weights: list[int]) -> None:
    shares = split(coins * unit, [weight * unit for weight in weights], unit)
    assert sum(shares) == coins * unit
    assert len(shares) == len(weights)
    assert all(share >= 0 and share % unit == 0 for share in shares)


@UNITS
@given(coins=st.lists(st.integers(1, 100_000), min_size=1, max_size=12), less=COINS)
def test_no_share_is_more_than_what_it_is_a_share_of(unit: Decimal, coins: list[int], less: int) -> None:
    weights = [coin * unit for coin in coins]
    amount = max(sum(coins) - less, len(coins)) * unit
    for shares in (split(amount, weights, unit), split_for_each(amount, weights, unit)):
        assert all(share <= weight for share, weight in zip(shares, weights, strict=True))
    assert min(shares) >= unit


@pytest.mark.parametrize(("currency", "unit"), [("USD", "0.01"), ("GBP", "0.01"), ("IDR", "1"), ("VND", "1")])
def test_the_smallest_sum_is_the_currency_s(currency: str, unit: str) -> None:
    assert unit_of(currency) == Decimal(unit)


def an_order(prices: list[Decimal], taxes: list[Decimal], quantities: list[int]) -> Order:
    lines = tuple(
        OrderLine(
            item_id=str(index),
            sku=f"sku-{index}",
            title="",
            quantity=quantity,
            unit_price=price,
            parts={"ItemAdjustment": price * quantity, "TaxAdjustment": tax},
            unit_ids=tuple(f"{index}-{unit}" for unit in range(quantity)),
            units_known=True,
        )
        for index, (price, tax, quantity) in enumerate(zip(prices, taxes, quantities, strict=True))
    )
    total = sum((line.paid for line in lines), Decimal(0))
    return Order("1", "576", "TikTok Shop", "USD", total, START, "", "", lines)


@given(data=st.data(), count=st.integers(1, 4))
def test_a_refund_of_units_adds_up_whatever_went_before(data: st.DataObject, count: int) -> None:
    order = an_order(
        data.draw(st.lists(CENTS, min_size=count, max_size=count)),
        data.draw(st.lists(CENTS, min_size=count, max_size=count)),
        data.draw(st.lists(st.integers(1, 4), min_size=count, max_size=count)),
    )
    cases: list[Case] = []
    for turn in range(3):
        left = left_of(order, cases)
        assert left.order >= 0
        units = data.draw(st.lists(st.sampled_from(sorted(left.units)), min_size=1, unique=True))
        rest = min(left.order, sum((left.units[unit] for unit in units), Decimal(0)))
        amount = data.draw(st.none() | st.integers(0, int(rest * 100)).map(lambda cents: Decimal(cents) / 100))
        refunds = refund_lines(order, units, amount=amount, left=left)
        assert sum((refund.amount for refund in refunds), Decimal(0)) == (rest if amount is None else amount)
        for refund in refunds:
            assert not refund.parts or sum(refund.parts.values()) == refund.amount
        parts = tuple(
            RefundPart(f"{turn}-{refund.line.item_id}", refund.line.item_id, refund.amount, refund.units, {})
            for refund in refunds
        )
        cases.append(Case(f"C-{turn}", Kind.REFUND, "1", "576", START, parts=parts))
    assert sum((case.amount for case in cases), Decimal(0)) <= order.total


def claim(number: int, amount: str, units: tuple[str, ...], stated: dict[str, str] | None = None) -> Adjustment:
    return Adjustment(
        key=(Level.ORDER, number),
        order_ref="1",
        item_ref=None,
        kind=Kind.REFUND,
        status="PostProcessingComplete",
        amount=Decimal(amount),
        quantity=None,
        created_at=START + timedelta(hours=number),
        rma_number=None,
        site_id=None,
        seller_id=None,
        tracking=None,
        comment=None,
        unit_ids=units,
        unit_amounts={unit: Decimal(sum_) for unit, sum_ in (stated or {}).items()},
    )


@pytest.mark.parametrize(
    ("stated", "left"),
    [
        (None, ["2.78", "11.11", "11.11"]),
        ({"0-0": "2.23", "0-1": "8.88", "0-2": "8.89"}, ["2.77", "11.12", "11.11"]),
        ({"0-0": "2.00"}, ["2.78", "11.11", "11.11"]),  # less than all of it: not to be relied on
    ],
)
def test_what_went_back_weighs_on_units_as_stated_or_as_they_stood(
    stated: dict[str, str] | None, left: list[str]
) -> None:
    order = an_order([Decimal("20.00")], [Decimal("0.00")], [3])
    every = ("0-0", "0-1", "0-2")
    later, first = claim(2, "20.00", every, stated), claim(1, "15.00", ("0-0",))
    case = Case("C-1", Kind.REFUND, "1", "576", START, adjustments={later.key: later, first.key: first})
    assert [left_of(order, [case]).units[unit] for unit in every] == [Decimal(sum_) for sum_ in left]


def test_of_a_unit_that_was_paid_back_nothing_is_left_and_its_coin_lies_on_the_others() -> None:
    order = an_order([Decimal("14.32"), Decimal("50.65")], [Decimal("0.32"), Decimal("1.16")], [1, 1])
    whole = claim(1, "51.80", ("1-0",), {"1-0": "51.80"})
    left = left_of(order, [Case("C-1", Kind.REFUND, "1", "576", START, adjustments={whole.key: whole})])
    assert left.units == {"0-0": Decimal("14.65"), "1-0": Decimal("0.00")}
    assert left.touched == {"1-0"}


def test_of_each_part_is_left_what_the_connector_says_did_not_go_back() -> None:
    """The parts of a sum of the order lie on its units as the sum does, and what lacks of one is of another."""
    order = an_order([Decimal("9.00"), Decimal("9.00")], [Decimal("1.00"), Decimal("0.00")], [3, 1])
    units = ("0-0", "0-1", "0-2", "1-0")
    sum_ = replace(
        claim(1, "0.37", units, {"0-0": "0.10", "0-1": "0.09", "0-2": "0.09", "1-0": "0.09"}),
        parts={"ItemAdjustment": Decimal("0.34"), "TaxAdjustment": Decimal("0.03")},
    )
    left = left_of(order, [Case("C-1", Kind.REFUND, "1", "576", START, adjustments={sum_.key: sum_})])
    assert left.of_parts(units[:3]) == {"ItemAdjustment": Decimal("26.75"), "TaxAdjustment": Decimal("0.97")}
    (tax,) = refund_lines(order, units, amount=None, left=left, part=Part.TAX)
    assert (tax.line.item_id, tax.parts) == ("0", {"TaxAdjustment": Decimal("0.97")})


def test_a_refused_refund_leaves_the_money_where_it_was() -> None:
    order = an_order([Decimal("10.00")], [Decimal("1.00")], [1])
    part = RefundPart("x", "0", Decimal("11.00"), {"0-0": Decimal("11.00")}, {}, state=PartState.REFUSED)
    assert left_of(order, [Case("C-1", Kind.REFUND, "1", "576", START, parts=(part,))]).order == Decimal("11.00")


def test_an_adjustment_is_booked_once() -> None:
    ledger = Ledger()
    for amount in ("5.00", "6.00"):
        ledger.write(LedgerRow("576", "C-1", (Level.ITEM, 1), Decimal(amount), START))
    ledger.write(LedgerRow("576", "C-1", (Level.ORDER, 1), Decimal("1.00"), START))
    assert ledger.sums() == {"576": Decimal("6.00")}


@pytest.mark.parametrize("status", sorted(MEANINGS))
def test_a_status_that_is_over_asks_nothing(status: str) -> None:
    assert not (meaning(status).terminal and meaning(status).asks)


def test_every_promise_of_the_connector_follows_its_answer() -> None:
    for answer, status in PROMISED.items():
        assert answer in meaning(status).follows


@pytest.mark.parametrize(
    ("statuses", "speaks"),
    [
        (["PostProcessingComplete", "NewRma"], "NewRma"),
        (["Error", "PendingApproval"], "PendingApproval"),
        (["PostProcessingComplete", "Error"], "Error"),
        (["RejectionCompleted", "PostProcessingComplete"], "PostProcessingComplete"),
        (["Mysterious", "PostProcessingComplete"], "Mysterious"),
    ],
)
def test_what_is_open_speaks_for_the_case(statuses: list[str], speaks: str) -> None:
    assert loudest(statuses) == speaks
