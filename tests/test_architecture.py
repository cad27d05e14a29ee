"""Who may know whom, and that nobody in a simulated world asks the machine what time it is."""

from __future__ import annotations

import ast
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from rehearsal.world.world import World

ROOT = Path(__file__).resolve().parent.parent
PLAYERS = ("mock_tiktok", "mock_oms", "connector")
PACKAGES = (*PLAYERS, "rehearsal")
CLOCKS = {
    # who reads the machine's clock    why
    "rehearsal/simulation/clock.py": "the one reader: calls from outside may be stamped with the machine's time",
    "rehearsal/cli/up.py": "a served world may follow real time",
    "connector/cli.py": "a deployed connector lives in real time: this is its composition root",
}


def modules(package: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


def strangers(package: str, allowed: tuple[str, ...]) -> list[str]:
    """Tell which modules of `package` import one of our packages that they must not know."""
    return [
        f"{path} imports {name}"
        for path, tree in modules(package)
        for name in imported(tree)
        if name.partition(".")[0] in PACKAGES and name.partition(".")[0] not in allowed
    ]


@pytest.mark.parametrize("player", PLAYERS)
def test_a_player_knows_no_other_part(player: str) -> None:
    assert strangers(player, (player,)) == []


@pytest.mark.parametrize("player", PLAYERS)
def test_the_domain_knows_the_standard_library_and_itself(player: str) -> None:
    domain = f"{player}.domain"
    unknown = [
        f"{path} imports {name}"
        for path, tree in modules(f"{player}/domain")
        for name in imported(tree)
        if name.partition(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith(f"{domain}.")
    ]
    assert unknown == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_speaks_of_the_machines_clock(package: str) -> None:
    readers = {
        path
        for path, tree in modules(package)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and (ast.unparse(node.value), node.attr) in READINGS
    }
    assert readers <= CLOCKS.keys()


READINGS = {
    ("time", "time"),
    ("time", "sleep"),
    ("time", "monotonic"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
}


def test_a_whole_journey_never_reads_the_machines_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call of a clock by one of our modules is caught while it happens."""
    caught: list[str] = []

    def watch(frame: FrameType, event: str, called: Any) -> None:
        if event == "c_call" and getattr(called, "__name__", "") in ("now", "utcnow", "today", "time", "sleep"):
            owner = getattr(called, "__self__", None)
            module = str(frame.f_globals.get("__name__", ""))
            reads = owner in (datetime, date, time)
            if reads and module.partition(".")[0] in PACKAGES:
                caught.append(f"{module}:{frame.f_lineno} calls {called.__name__}")

    world = World(oms_policy="approve")
    sys.setprofile(watch)
    try:
        order = world.marketplace.place_order()
        returned = world.marketplace.request_return(order.order_id, return_type="RETURN_AND_REFUND")
        world.advance(by=timedelta(hours=1))
        world.marketplace.ship_return(returned.return_id)
        world.marketplace.arrive_return(returned.return_id)
        world.advance(by=timedelta(hours=6))
    finally:
        sys.setprofile(None)
    assert world.marketplace.return_view(returned.return_id).shown_status == "Completed"
    assert caught == []
    world.close()
