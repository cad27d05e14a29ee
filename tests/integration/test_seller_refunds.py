"""Refunds that the seller starts, from the OMS to the marketplace's payout: whatever the order, to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_tiktok import OrderLine
from rehearsal.world import World

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)

cents = st.integers(0, 990).map(lambda number: Decimal(number) / 100)
bought = st.lists(
    st.builds(
        OrderLine,
        sku=st.sampled_from(["MUG", "LAMP", "CUP"]),
        quantity=st.integers(1, 3),
        unit_price=st.integers(1, 5000).map(lambda number: Decimal(number) / 100),
        package=st.integers(1, 3),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda line: line.sku,
)


@contextmanager
def a_world() -> Iterator[World]:
    world = World()
    try:
        yield world
    finally:
        world.close()


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as world:
        yield world


@given(lines=bought, tax=cents, shipping_fee=cents, stated=st.booleans())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_a_refund_of_the_whole_order_leaves_nothing_however_it_was_packed(
    lines: list[OrderLine], tax: Decimal, shipping_fee: Decimal, stated: bool
) -> None:
    with a_world() as world:
        order = world.marketplace.place_order(lines=lines, tax=tax, shipping_fee=shipping_fee)
        world.advance(by=QUARTER)
        world.oms.refund(order_id=order.order_id, amount=order.total if stated else None)
        world.advance(by=HOUR)
        (book,) = world.books()
        assert book.agree
        assert book.marketplace == book.paid
        assert world.auditor.content
        assert [row.error for row in world.oms.adjustments()] == [None]
