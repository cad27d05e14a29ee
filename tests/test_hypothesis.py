"""Property tests draw the same examples everywhere: what the profile in `conftest.py` settles is settled there."""

import ast
from pathlib import Path

from hypothesis import settings

TESTS = Path(__file__).resolve().parent
SETTLED = {"derandomize", "deadline", "database"}


def test_the_profile_that_is_loaded_draws_the_same_every_time() -> None:
    loaded = settings()
    assert (loaded.derandomize, loaded.deadline, loaded.database) == (True, None, None)


def test_nobody_settles_it_otherwise() -> None:
    elsewhere = []
    for path in sorted((*TESTS.rglob("*.py"), TESTS.parent / "conftest.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and path != TESTS / "conftest.py":
                called = ast.unparse(node.func)
                named = {keyword.arg for keyword in node.keywords if keyword.arg}
                if called in ("settings.register_profile", "settings.load_profile"):
                    elsewhere.append(f"{path.relative_to(TESTS.parent)}:{node.lineno} {called}")
                if called.rpartition(".")[2] == "settings" and named & SETTLED:
                    elsewhere.append(f"{path.relative_to(TESTS.parent)}:{node.lineno} {sorted(named & SETTLED)}")
    assert elsewhere == []
