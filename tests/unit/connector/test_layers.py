"""The connector's rooms: doors know the use cases, these know the rules, and only adapters know SQL and the wire."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CONNECTOR = Path(__file__).resolve().parents[3] / "connector"
LIBRARIES_OF_ADAPTERS = {"sqlalchemy", "alembic", "requests", "flask", "werkzeug"}


def sources(room: str) -> Iterator[tuple[str, str]]:
    place = CONNECTOR / room
    for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
        yield str(path.relative_to(CONNECTOR)), path.read_text(encoding="utf-8")


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("room", ["domain", "usecases", "ports.py", "records.py", "errors.py"])
def test_only_adapters_know_sql_and_the_wire(room: str) -> None:
    for path, source in sources(room):
        assert LIBRARIES_OF_ADAPTERS.isdisjoint(name.partition(".")[0] for name in imported(source)), path


@pytest.mark.parametrize("room", ["domain", "usecases"])
def test_the_marketplaces_numbers_stay_in_its_adapter(room: str) -> None:
    """A number of the marketplace's has eight digits; rules know its refusals by our words."""
    for path, source in sources(room):
        code = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
        numbers = [node.value for node in code if re.fullmatch(r"\d{6,}", str(node.value))]
        assert numbers == [], path
