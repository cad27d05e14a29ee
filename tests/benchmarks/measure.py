"""How the benchmarks time and print: medians of this process's CPU time, in seconds and in bare calls.

Processor time counts less of what else the machine does than wall time; the ratio to bare calls, measured at the same
moment, lets figures of different machines and days be compared.
"""

import statistics
import time
from collections.abc import Callable

from tests.benchmarks.bare import calls

_bare = calls(1)


def seconds(act: Callable[[], object]) -> float:
    """Return how long one `act` takes, in seconds."""
    before = time.perf_counter()
    act()
    return time.perf_counter() - before


def cpu_seconds(act: Callable[[], object]) -> float:
    """Return how much processor time one `act` takes, in seconds."""
    before = time.process_time()
    act()
    return time.process_time() - before


def median_seconds(act: Callable[[], object], *, goes: int) -> float:
    """Return the median CPU time of `goes` acts, after a tenth as many that are not counted."""
    for _ in range(max(1, goes // 10)):
        act()
    return statistics.median(cpu_seconds(act) for _ in range(goes))


def figure(name: str, value: float, unit: str) -> None:
    """Print one figure in a line of its own; a time has its ratio to a bare call beside it."""
    share = {"s": 1.0, "ms": 0.001}.get(unit)
    ratio = "" if share is None else f"{value * share / median_seconds(_bare, goes=100):>14,.2f} bare calls"
    print(f"  {name:<62} {value:>12,.2f} {unit:<4}{ratio}".rstrip(), flush=True)
