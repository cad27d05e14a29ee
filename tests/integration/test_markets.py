"""Every market that ships: what the connector says by default is said in that market's own reasons."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from decimal import Decimal

import pytest

from connector.domain.reasons import MARKETS
from mock_tiktok import OrderLine
from mock_tiktok.policy import profile
from rehearsal.world.world import World

HOURS = timedelta(hours=3)
NOES = [
    (name, kind)
    for name in profile.names()
    for kind in ("REFUND", "RETURN_AND_REFUND", "CANCEL")
    if kind != "RETURN_AND_REFUND" or profile.load(name).says("return.first_review", "seller")
]
LAMP = [OrderLine("LAMP", 1, Decimal(50000))]  # a sum of every currency, with decimals or without


@pytest.mark.parametrize("name", profile.names())
def test_every_default_is_a_reason_that_the_market_offers_the_seller(name: str) -> None:
    market, ours = profile.load(name), MARKETS[profile.load(name).market]

    def offered(who: str, kind: str) -> set[str]:
        return {reason.name for reason in market.reasons.offered(who, kind)}

    assert {ours.refund_delivered, ours.refund_in_transit, *ours.refund.values()} <= offered("seller", "REFUND")
    assert {ours.cancel, *ours.cancellation.values()} <= offered("seller", "CANCEL")
    assert ours.reject_request in offered("reject", "REFUND")
    assert ours.reject_cancellation in offered("reject", "CANCEL")
    assert set(ours.reject_goods.values()) <= offered("reject", "PARCEL")


@pytest.mark.parametrize("name", profile.names())
@pytest.mark.parametrize("status", ["DELIVERED", "AWAITING_SHIPMENT"])
def test_the_seller_gives_a_whole_order_back(name: str, status: str) -> None:
    with closing(World(profile=name)) as world:
        order = world.marketplace.place_order(lines=LAMP, status=status)
        world.advance(by=HOURS)
        world.oms.refund(order_id=order.order_id)
        world.advance(by=HOURS)
        (row,) = world.oms.adjustments()
        assert (row.status, row.error) == ("PostProcessingComplete", None)
        assert world.oms.ledger() == {order.order_id: order.total}


@pytest.mark.parametrize(("name", "kind"), NOES)
def test_the_seller_says_no(name: str, kind: str) -> None:
    with closing(World(profile=name)) as world:
        status = "AWAITING_SHIPMENT" if kind == "CANCEL" else "DELIVERED"
        order = world.marketplace.place_order(lines=LAMP, status=status)
        if kind == "CANCEL":
            world.marketplace.request_cancellation(order.order_id)
        else:
            world.marketplace.request_return(order.order_id, return_type=kind)
        world.advance(by=HOURS)
        (row,) = world.oms.adjustments()
        world.oms.reject(row.id)
        world.advance(by=HOURS)
        (row,) = world.oms.adjustments()
        assert (row.status, row.error) == ("RejectionCompleted", None)
