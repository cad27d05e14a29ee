"""A quiet shop: what an idle quarter of an hour and a quiet month cost, and what they leave in memory."""

import gc
from datetime import timedelta
from pathlib import Path
from statistics import median

from rehearsal.world.world import World
from tests.benchmarks.bare import calls
from tests.benchmarks.call import search
from tests.benchmarks.measure import cpu_seconds, figure

ORDERS = 50
DAYS = 30
QUARTER = timedelta(minutes=15)
HOST = "https://open-api.tiktokglobalshop.com"


def run() -> None:
    world = World(seed=7)
    for _ in range(ORDERS):
        world.marketplace.place_order()
    world.advance(by=timedelta(hours=1))
    six, idle = calls(6), lambda: world.advance(by=QUARTER)
    pairs = [(cpu_seconds(idle), cpu_seconds(six)) for _ in range(400)]  # side by side, whatever else the machine does
    figure("an idle quarter of an hour: one round and one pull", median(quarter for quarter, _ in pairs) * 1000, "ms")
    figure("the same against six bare calls", median(quarter / bare for quarter, bare in pairs), "times")
    month = cpu_seconds(lambda: world.advance(by=timedelta(days=DAYS)))
    figure(f"{DAYS} days of a shop with {ORDERS} orders", month, "s")
    world.close()
    memory()


def memory() -> None:
    """Twenty idle days, and ten thousand calls from outside, in the memory of this process."""
    world = World(seed=7)
    session = world.wire.session("outside")
    world.advance(by=timedelta(days=1))
    for _ in range(100):
        search(session, HOST, world)
    before = resident()
    world.advance(by=timedelta(days=20))
    for _ in range(10_000):
        search(session, HOST, world)
    figure("memory over 20 idle days and 10,000 calls", resident() - before, "MiB")
    world.close()


def resident() -> float:
    """Return the memory that this process holds, in MiB (Linux)."""
    gc.collect()
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
