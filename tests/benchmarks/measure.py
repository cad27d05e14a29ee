"""How the benchmarks time and print: wall time or this process's CPU time, medians of several goes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def seconds(act: Callable[[], object]) -> float:
    """Return how long one `act` takes, in seconds."""
    before = time.perf_counter()
    act()
    return time.perf_counter() - before


def cpu_seconds(act: Callable[[], object]) -> float:
    """Return how much processor time one `act` takes, in seconds; what else the machine does counts less here."""
    before = time.process_time()
    act()
    return time.process_time() - before


def median_seconds(act: Callable[[], object], *, goes: int) -> float:
    """Return the median of `goes` timed acts, after a tenth as many that are not counted."""
    for _ in range(max(1, goes // 10)):
        act()
    return statistics.median(seconds(act) for _ in range(goes))


def figure(name: str, value: float, unit: str) -> None:
    """Print one figure in a line of its own."""
    print(f"  {name:<62} {value:>12,.2f} {unit}", flush=True)
