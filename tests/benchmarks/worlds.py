"""Making worlds, and a world whose OMS has ten thousand open cases."""

from datetime import timedelta

from rehearsal.world.world import World
from tests.benchmarks.measure import figure, median_seconds

CASES = 10_000
QUARTER = timedelta(minutes=15)


def run() -> None:
    figure("making a world", median_seconds(lambda: World(seed=7).close(), goes=40) * 1000, "ms")
    world = World(seed=7)
    for _ in range(CASES):
        world.marketplace.request_return(world.marketplace.place_order().order_id, return_type="REFUND")
    world.advance(by=timedelta(hours=2))  # beyond the overlap, in which what is new is read again
    idle = median_seconds(lambda: world.advance(by=QUARTER), goes=20)
    figure(f"an idle quarter of an hour with {CASES:,} open cases", idle * 1000, "ms")
    world.close()
