"""Whatever the OMS asks for, in whatever order: nobody gets back more than they paid, per unit, line and order."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields, replace
from decimal import Decimal
from itertools import count

import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connector.adapters.sql import tables as t
from connector.adapters.sql.store import SqlStore
from connector.domain.money import Parts, sum_of
from connector.domain.site import GONE, SiteLine, SiteOrder
from connector.domain.units import HOLDING, Holding, held, parts_of
from connector.errors import BadRequest
from connector.records import AdjustItem, Adjustment, AdjustOrder, LineUnit
from connector.usecases.import_orders import take_order
from connector.usecases.refundable import what_is_left
from tests.refused import refused
from tests.unit.connector.conftest import Bench
from tests.unit.connector.test_domain import a_line, an_order, money

numbers = count(1)
PLACES = (("DELIVERED", "P1"), ("DELIVERED", "P2"), ("IN_TRANSIT", "P3"), ("AWAITING_SHIPMENT", ""))
sums = st.sampled_from(["0.01", "0.37", "1.00", "4.99", "5.00", "12.34", "14.95", "29.90"]).map(Decimal)
maybe_sums = st.none() | sums

lines = st.builds(
    lambda sku, price, tax, place, number: (
        [replace(a_line(0, sku=sku, price=price, package=place[1], tax=tax), status=place[0])] * number
    ),
    sku=st.sampled_from(["MUG", "CUP"]),
    price=st.sampled_from(["14.95", "5.00", "0.01", "7.77", "0"]),
    tax=st.sampled_from(["0", "1.20", "0.07"]),
    place=st.sampled_from(PLACES),
    number=st.integers(1, 3),
)
item_requests = st.builds(
    AdjustItem,
    quantity=st.none() | st.integers(1, 3),
    item_amount=maybe_sums,
    tax_amount=maybe_sums,
    shipping_amount=maybe_sums,
    shipping_tax_amount=maybe_sums,
    force_calculate_omitted=st.booleans(),
    refund_only=st.booleans(),
)
order_requests = st.builds(AdjustOrder, amount=maybe_sums, refund_only=st.booleans())
steps = st.lists(st.tuples(st.integers(0, 5), item_requests | order_requests | st.just("refused")), max_size=8)


def collected(
    bench: Bench, groups: Sequence[Sequence[SiteLine]], shipping: Decimal, on_shipping: Decimal = Decimal(0)
) -> int:
    """An order of these lines as the connector keeps it."""
    number = next(numbers)
    units = [replace(line, id=f"{number}{at:02}") for at, line in enumerate(line for group in groups for line in group)]
    taxes = sum((unit.tax or Decimal(0) for unit in units), on_shipping)
    total = sum((unit.price for unit in units), Decimal(0)) + taxes + shipping
    order: SiteOrder = an_order(*units, total=str(total), tax=str(taxes), shipping=str(shipping))
    order = replace(order, id=str(number), shipping_tax=on_shipping)
    with SqlStore(bench.connector.engine, clock=bench.clock).writing() as work:
        assert take_order(work, 1, order)
    return bench.order_id(str(number))


def read(bench: Bench, order_id: int) -> tuple[list[LineUnit], list[Adjustment]]:
    with SqlStore(bench.connector.engine).reading() as work:
        return work.units([order_id]), work.adjustments_of_order(order_id)


@given(
    groups=st.lists(lines, min_size=1, max_size=4),
    shipping=st.sampled_from([("0", "0"), ("9.95", "0"), ("9.95", "0.74")]),
    walk=steps,
)
@example(
    groups=[[replace(a_line(0, sku="MUG", price="14.95", package="P1", tax="0"), status="DELIVERED")] * 3],
    shipping=("9.95", "0.74"),
    walk=[(0, AdjustItem(shipping_amount=Decimal("0.01"), force_calculate_omitted=True)), (0, AdjustItem(quantity=1))],
)
@settings(max_examples=700, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_on_its_way_never_exceeds_what_was_paid(
    bench: Bench,
    groups: list[list[SiteLine]],
    shipping: tuple[str, str],
    walk: list[tuple[int, AdjustItem | AdjustOrder | str]],
) -> None:
    services = bench.connector.commands
    order_id = collected(bench, groups, *map(Decimal, shipping))
    items = bench.item_ids(order_id)
    for which, request in [*walk, (0, AdjustOrder())]:
        with suppress(BadRequest):
            if isinstance(request, AdjustItem):
                services.adjust_item(items[which % len(items)], request)
            elif isinstance(request, AdjustOrder):
                services.adjust_order(order_id, request)
            elif known := read(bench, order_id)[1]:  # the marketplace refuses one
                with bench.connector.engine.begin() as connection:
                    one = t.adjustments.c.id == known[which % len(known)].id
                    connection.execute(sa.update(t.adjustments).where(one).values(status="Error"))
        units, entries = read(bench, order_id)
        live = [entry for entry in entries if entry.status in HOLDING]
        given_back: defaultdict[str, Decimal] = defaultdict(Decimal)
        for entry in live:
            assert sum(map(Decimal, entry.site_line_amounts.values())) == entry.total
            for line_id, share in entry.site_line_amounts.items():
                given_back[line_id] += Decimal(share)
        for unit in units:
            assert 0 <= given_back[unit.site_line_id] <= parts_of([unit]).total
        paid = parts_of(units)
        assert sum(entry.total for entry in live) <= paid.total
        gone = sum_of(entry.parts for entry in live)
        assert all(getattr(gone, part.name) <= getattr(paid, part.name) for part in fields(Parts))
    assert sum(entry.total for entry in live) == parts_of(units).total  # the last full refund took all that was left
    refused(BadRequest, services.adjust_order, order_id, AdjustOrder())


def test_of_canceled_units_it_is_known_what_their_claims_are_made_of(bench: Bench) -> None:
    two = [[a_line(0, sku=sku, price="5.00", tax="0.50")] for sku in ("MUG", "CUP")]
    order_id = collected(bench, two, Decimal("2.00"), Decimal("0.20"))
    with SqlStore(bench.connector.engine).writing() as work:
        order = work.order(order_id)
        for unit in work.units([order_id]):
            work.moved(unit, replace(unit, site_status=GONE))
        units = work.units([order_id])
        assert order is not None
        assert what_is_left(work, order).parts(units) == parts_of(units)


def test_a_share_of_shipping_may_be_a_coin_more_than_ours_as_long_as_the_order_has_it(bench: Bench) -> None:
    mug = replace(a_line(0, sku="MUG", price="10.00", package="P1", tax="0"), status="DELIVERED")
    order_id = collected(bench, [[mug] * 3], Decimal("1.00"), Decimal("0.14"))
    (item,) = bench.item_ids(order_id)
    adjust = bench.connector.commands.adjust_item
    for name, more in (("shipping_amount", "0.36"), ("shipping_tax_amount", "0.07")):
        stated: dict[str, Decimal] = {name: Decimal(more)}
        assert "is left of it" in str(refused(BadRequest, adjust, item, AdjustItem(quantity=1, **stated)))  # type: ignore[arg-type]  # sums alone
    adjust(item, AdjustItem(quantity=1, shipping_amount=Decimal("0.34"), shipping_tax_amount=Decimal("0.05")))
    adjust(item, AdjustItem(quantity=1, shipping_amount=Decimal("0.34"), shipping_tax_amount=Decimal("0.05")))
    assert "is left of it" in str(
        refused(BadRequest, adjust, item, AdjustItem(quantity=1, shipping_amount=Decimal("0.33")))
    )


def test_what_cost_nothing_is_canceled_with_the_rest_but_not_refunded_and_the_refusal_says_why(bench: Bench) -> None:
    services = bench.connector.commands
    gift, cup = a_line(0, sku="GIFT", price="0"), a_line(0, sku="CUP", price="5.00")
    unsent = [replace(line, status="AWAITING_SHIPMENT", package_id="") for line in (gift, cup)]
    whole = collected(bench, [[line] for line in unsent], Decimal(0))
    services.adjust_order(whole, AdjustOrder())
    assert [(one.type, len(one.site_line_ids)) for one in read(bench, whole)[1]] == [("Cancellation", 2)]
    assert "left to refund" in str(refused(BadRequest, services.adjust_order, whole, AdjustOrder()))
    mixed = collected(bench, [[gift], [cup]], Decimal(0))
    item, named = next(
        (unit.item_id, (unit.site_line_id,)) for unit in read(bench, mixed)[0] if not parts_of([unit]).total
    )
    for request in (AdjustItem(), AdjustItem(quantity=1), AdjustItem(site_line_ids=named)):
        assert "nothing was paid for" in str(refused(BadRequest, services.adjust_item, item, request))
    free = collected(bench, [[gift]], Decimal(0))
    assert "was paid for" in str(refused(BadRequest, services.adjust_order, free, AdjustOrder()))
    services.adjust_order(mixed, AdjustOrder())
    assert [(one.type, len(one.site_line_ids)) for one in read(bench, mixed)[1]] == [("Refund", 1)]


claims = st.lists(
    st.builds(
        lambda lines, total, stated: Holding(
            "PostProcessingComplete", total, lines, {lines[0]: str(total)} if stated else {}
        ),
        lines=st.lists(st.sampled_from(["1", "2", "3", "9"]), min_size=1, unique=True),
        total=money,
        stated=st.booleans(),
    ),
    max_size=6,
)


@given(claims=claims, prices=st.lists(money, min_size=3, max_size=3))
def test_claims_weigh_by_what_was_left_and_what_their_units_cannot_bear_falls_on_the_others(
    claims: list[Holding], prices: list[Decimal]
) -> None:
    gone = held(claims, dict(zip("123", prices, strict=True)), Decimal("0.01"))
    assert all(0 <= gone[unit] <= price for unit, price in zip("123", prices, strict=True))
    assert sum(gone.values()) == min(sum(prices), sum(claim.total for claim in claims))


def test_what_a_unit_that_was_paid_back_has_left_of_coins_lies_on_the_others() -> None:
    paid = {"1": Decimal("14.64"), "2": Decimal("51.81")}
    whole = Holding("PostProcessingComplete", Decimal("51.80"), ["2"], {"2": "51.80"})
    coin = Decimal("0.01")
    assert held([whole], paid, coin, astray=coin) == {"1": -coin, "2": Decimal("51.81")}
    for other in (
        replace(whole, status="SubmittedNotProcessed"),
        replace(whole, stated={}),
        replace(whole, goods=True),
    ):
        assert held([other], paid, coin, astray=coin) == {"1": 0, "2": Decimal("51.80")}  # which is not for them to say
    assert held([whole], {"2": paid["2"]}, coin, astray=coin) == {"2": Decimal("51.80")}  # there is no other to bear it


def test_the_tax_of_a_piece_may_be_a_coin_more_than_ours_as_long_as_its_line_has_it(bench: Bench) -> None:
    mug = replace(a_line(0, sku="MUG", price="10.00", package="P1", tax="0.33"), status="DELIVERED")
    cup = replace(mug, sku="CUP", sku_id="CUP")
    order_id = collected(bench, [[mug] * 2, [cup]], Decimal(0))
    item, _ = bench.item_ids(order_id)
    adjust = bench.connector.commands.adjust_item
    assert "is left of it" in str(refused(BadRequest, adjust, item, AdjustItem(quantity=1, tax_amount=Decimal("0.35"))))
    assert "is left of it" in str(refused(BadRequest, adjust, item, AdjustItem(quantity=2, tax_amount=Decimal("0.67"))))
    adjust(item, AdjustItem(quantity=1, tax_amount=Decimal("0.34")))
    adjust(item, AdjustItem(quantity=1, tax_amount=Decimal("0.32")))
