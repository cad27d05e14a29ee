"""The house keeps its shape: who may know whom, what is public, how long a function may be, who reads the clock.

The layers are data: `[tool.importlinter]` in pyproject.toml, where an import counts wherever it stands, also in a
function or for types alone. That modules are imported at the top, and that time is handed in, is ruff's to hold
(PLC0415, TID251): whoever has a reason to do otherwise says it in that line.
"""

import ast
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from rehearsal.control.places import USED
from rehearsal.world.world import World

ROOT = Path(__file__).resolve().parent.parent
PLAYERS = ("mock_tiktok", "mock_oms", "connector")
PACKAGES = (*PLAYERS, "rehearsal")
LONGEST_FUNCTION = 60
PUBLIC = {
    # what others may import from a package itself
    "connector": "Connector Settings",
    "connector.pages": "page_routes",
    "mock_oms": "AdjustmentRow AgendaEntry CommandResult Due Event Fired Grade Oms Policy Refused",
    "mock_tiktok": (
        "AgendaEntry AppName CancellationView DeveloperApp Discounts Due Event EvidenceView Fired LedgerLine "
        "LineItemView Mail Marketplace OrderLine OrderView ReturnView ShopCredentials TimelineEntry Tokens"
    ),
    "rehearsal.audit.invariants": "INVARIANTS",
    "rehearsal.cli": "main run",
    "rehearsal.gherkin": "Cast Crowd Goods NotJudged Problem Stage Which expect",
    "rehearsal.report": "write",
    "rehearsal.server.console": "console_pages",
}


def modules(package: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


def test_imports_keep_to_the_layers_and_go_round_in_no_circle() -> None:
    linter = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    # a process of its own: the linter sets up logging anew for the whole process
    verdict = subprocess.run([*linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_a_suite_s_own_module_is_told_from_every_library_of_ours() -> None:
    used = {name.partition(".")[0] for package in PACKAGES for _, tree in modules(package) for name in imported(tree)}
    loaded_by_pytest = {"_pytest", "pytest", "pytest_bdd", "xdist", "_typeshed", "jsonschema_rs", "psycopg"}
    assert used - {*sys.stdlib_module_names, *PACKAGES} - loaded_by_pytest == set(USED)


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_says_what_is_public(package: str) -> None:
    for path, tree in modules(package):
        if path.endswith("__init__.py") and brings_names(tree):
            name = path.removesuffix("/__init__.py").replace("/", ".")
            assert set(import_module(name).__all__) == set(PUBLIC[name].split())


def brings_names(tree: ast.Module) -> bool:
    """Return whether a package's `__init__` holds more than words and imports of the standard library."""
    return any(
        isinstance(node, ast.FunctionDef | ast.ClassDef)
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGES))
        for node in tree.body
    )


@pytest.mark.parametrize("package", [*PACKAGES, "tests"])
def test_a_function_fits_on_a_page(package: str) -> None:
    long = [
        f"{path}:{node.lineno} {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path, tree in modules(package)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno >= LONGEST_FUNCTION
        if "/migrations/" not in path
    ]
    assert long == []


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


@pytest.mark.parametrize("room", ["connector/domain", "connector/usecases"])
def test_the_marketplaces_numbers_stay_in_its_adapter(room: str) -> None:
    """A number of the marketplace's has eight digits; rules know its refusals by our words."""
    said = [
        (path, node.value) for path, tree in modules(room) for node in ast.walk(tree) if isinstance(node, ast.Constant)
    ]
    assert [(path, value) for path, value in said if re.fullmatch(r"\d{6,}", str(value))] == []


@pytest.mark.parametrize("player", PLAYERS)
def test_what_players_read_has_no_digits_of_other_scripts(player: str) -> None:
    for path, tree in modules(player):
        texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        said = [text for text in texts if r"\d" in text or "<int" in text]
        assert not said or "re.ASCII" in ast.unparse(tree), f"{path}: {said} takes them"


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
