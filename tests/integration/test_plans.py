"""What buyers do by their plans, through connector and OMS, in one world: the three books agree on all of it."""

from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from functools import partial

from mock_tiktok import OrderLine
from mock_tiktok.state.people import PLANS
from rehearsal.world.world import World

# What goes back where the OMS refuses whatever comes back, of 54.00 that was paid; of the other plans nothing does.
PAID = {
    "disputes_every_rejection": "54.00",  # the operator's silence is a yes
    "is_granted_half": "27.00",
    "gets_quick_refunds": "54.00",
    "sends_back_worn": "27.00",
    "gets_shipping_back": "3.00",
    "gets_tax_back": "1.00",
}


def test_the_books_agree_whatever_a_buyer_plans() -> None:
    sold = [OrderLine("MUG", 2, Decimal("20.00")), OrderLine("RUG", 1, Decimal("10.00"))]
    with closing(World(oms_policy="reject")) as world:
        orders = {}
        for name, plan in PLANS.items():
            # a refund is refused before anything is sent
            asks = "REFUND" if plan.disputes else None if plan.gets_back else "RETURN_AND_REFUND"
            place = partial(world.marketplace.place_order, shipping_fee=Decimal(3), tax=Decimal(1))
            orders[place(lines=sold, plan=name, asks=asks).order_id] = name
        world.advance(by=timedelta(days=4))
        books = {orders[row.order_id]: row for row in world.books() if row.order_id in orders}
        assert all(row.agree for row in books.values())
        assert {plan: str(row.oms) for plan, row in books.items() if row.oms} == PAID
        assert world.auditor.content
        shown = [row.pictures for row in world.oms.adjustments() if orders.get(row.order_id) == "shows_pictures"]
        assert shown == [2]
