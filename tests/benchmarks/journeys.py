"""Whole journeys: a buyer asks, the connector collects, the OMS pulls and decides, the money goes back, the mail comes.

One world with 200 buyers over 30 simulated days, contract checks, trace and auditor on. Another world with the same 200
orders, in which nobody asks, is played beside it, a span of the one and a span of the other in turn: what a span of the
first takes more is what one journey costs, whatever else the machine does meanwhile.
"""

from datetime import timedelta
from functools import partial
from statistics import median

from rehearsal.world.world import World
from tests.benchmarks.measure import cpu_seconds, figure

BUYERS = 200
DAYS = 30
SPAN = timedelta(days=DAYS) / BUYERS  # longer than a journey takes
FIRST = BUYERS // 10  # what is made when it is used first is paid for by these, which are not counted


def run() -> None:
    asked, quiet = World(seed=7, oms_policy="approve"), World(seed=7, oms_policy="approve")
    orders = [asked.marketplace.place_order().order_id for _ in range(BUYERS)]
    for _ in orders:
        quiet.marketplace.place_order()

    def journey(order_id: str) -> None:
        asked.marketplace.request_return(order_id, return_type="REFUND")
        asked.advance(by=SPAN)

    pairs = [(cpu_seconds(partial(journey, order)), cpu_seconds(lambda: quiet.advance(by=SPAN))) for order in orders]
    full = sum(span for span, _ in pairs)
    paid = sum(1 for line in asked.marketplace.ledger().values() if line.refunded)
    findings = len(asked.auditor.broken())
    figure(f"journeys finished ({findings} findings)", paid, "of 200")
    figure("CPU time, the 30 days included", full, "s")
    figure("journeys per CPU second, the 30 days included", paid / full, "/s")
    more = median(span - beside for span, beside in pairs[FIRST:])
    figure("one journey's CPU time, the quiet time taken off", more * 1000, "ms")
    for world in (asked, quiet):
        world.close()
