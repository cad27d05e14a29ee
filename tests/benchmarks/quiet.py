"""A quiet shop: what an idle quarter of an hour costs, and how simulated time compares with real time over 30 days."""

from __future__ import annotations

from datetime import timedelta

from rehearsal.world.world import World
from tests.benchmarks.measure import cpu_seconds, figure, median_seconds, seconds

ORDERS = 50
DAYS = 30


def run() -> None:
    world = World(seed=7)
    for _ in range(ORDERS):
        world.marketplace.place_order()
    world.advance(by=timedelta(hours=1))
    round_and_pull = median_seconds(lambda: world.advance(by=timedelta(minutes=15)), goes=200)
    figure("an idle quarter of an hour: one round and one pull", round_and_pull * 1000, "ms")
    day = cpu_seconds(lambda: world.advance(by=timedelta(days=1)))
    figure("the same, CPU time over a day", day / 96 * 1000, "ms")
    month = seconds(lambda: world.advance(by=timedelta(days=DAYS)))
    figure(f"{DAYS} days of a shop with {ORDERS} orders", month, "s")
    figure("simulated time to real time", timedelta(days=DAYS).total_seconds() / month, ": 1")
    world.close()
