"""Whole journeys: a buyer asks, the connector collects, the OMS pulls and decides, the money goes back, the mail comes.

One world with 200 buyers over 30 simulated days, contract checks, trace and auditor on. The same 30 days with the same
200 orders and no request at all are timed beside it: what is left is what the journeys themselves cost.
"""

from datetime import timedelta

from rehearsal.world.world import World
from tests.benchmarks.measure import cpu_seconds, figure

BUYERS = 200
DAYS = 30


def play(*, buyers_ask: bool) -> World:
    world = World(seed=7, oms_policy="approve")
    orders = [world.marketplace.place_order().order_id for _ in range(BUYERS)]
    gap = timedelta(days=DAYS) / BUYERS
    for order_id in orders:
        if buyers_ask:
            world.marketplace.request_return(order_id, return_type="REFUND")
        world.advance(by=gap)
    return world


def run() -> None:
    worlds: list[World] = []
    full = cpu_seconds(lambda: worlds.append(play(buyers_ask=True)))
    quiet = cpu_seconds(lambda: worlds.append(play(buyers_ask=False)))
    paid = sum(1 for line in worlds[0].marketplace.ledger().values() if line.refunded)
    findings = len(worlds[0].auditor.broken())
    figure(f"journeys finished ({findings} findings)", paid, "of 200")
    figure("CPU time, the 30 days included", full, "s")
    figure("journeys per CPU second, the 30 days included", paid / full, "/s")
    figure("one journey's CPU time, the quiet 30 days taken off", (full - quiet) / paid * 1000, "ms")
    for world in worlds:
        world.close()
