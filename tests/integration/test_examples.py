"""The connectors of `examples/` take the seat: they hold what they are shown for, and bugs are found and named."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from runpy import run_path

import pytest

from tests.up import rehearsal

pytestmark = pytest.mark.machine_clock
ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
NODE = EXAMPLES / "node-connector"
needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="Node is missing: the Node connector of examples/ is left out"
)


def played(seat: Path, *what: str) -> tuple[int, str]:
    """Play with that connector; return the exit code and what was printed."""
    ended = rehearsal("play", *what, "--seat", str(seat))
    return ended.returncode, ended.stdout + ended.stderr


@needs_node
def test_the_node_connector_plays_the_nine_workflows_of_the_guide() -> None:
    code, out = played(NODE / "seat.yaml", "-t", "demo")
    assert (code, "9 scenarios: 9 held" in out) == (0, True), out


@needs_node
def test_it_loses_no_money_when_it_gets_hard() -> None:
    code, out = played(NODE / "seat.yaml", str(EXAMPLES / "features/trouble.feature"))
    assert (code, "4 scenarios: 4 held" in out) == (0, True), out


@needs_node
@pytest.mark.parametrize(
    ("what", "code", "outcome"),
    [
        (("-t", "demo", "-k", "seller approves"), 0, "10 survived, 0 findings"),
        # At one of them it dies while the staff ask for the refund, and nobody knows whether it has heard them.
        ((str(EXAMPLES / "features/trouble.feature"), "-k", "answer"), 4, "14 survived, 0 findings, 1 not judged"),
    ],
)
def test_it_survives_its_deaths(what: tuple[str, ...], code: int, outcome: str) -> None:
    ended = rehearsal("crash", *what, "--seat", str(NODE / "seat.yaml"))
    assert (ended.returncode, outcome in ended.stdout) == (code, True), ended.stdout + ended.stderr


@needs_node
@pytest.mark.parametrize(
    ("bug", "scenario", "words"),
    [
        (
            "pays-twice",
            "The answer to a refund gets lost",
            (
                "  executed-once: Every refund the seller decided is executed exactly once",
                "    expected: at most 10.00 USD, for 1 refund that the staff asked for\n"
                "    seen: 20.00 USD paid back in 2 refunds\n    suspect: connector\n",
            ),
        ),
        (
            "misses-the-last-minute",
            "A no in the last minute",
            ("  in-time: ", "    seen: given at 2031-03-04T08:59:00Z, not delivered when the deadline fell"),
        ),
        (
            "first-page-only",
            "More requests than fit on a page",
            ("expected 51; seen 50", "  everything-arrives: ", "    suspect: connector\n"),
        ),
    ],
)
def test_a_bug_that_is_often_written_is_found_and_named(
    bug: str, scenario: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUGS", bug)
    code, out = played(NODE / "broken.seat.yaml", str(EXAMPLES / "features/trouble.feature"), "-k", scenario)
    assert (code, "1 scenario: 1 broken" in out, f"  ✗ {scenario}" in out) == (1, True, True), out
    assert [one for one in words if one not in out] == [], out


def test_they_sign_as_the_guide_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each vector of the guide, by the connectors' own signing."""
    for name, value in {"APP_KEY": "", "APP_SECRET": "", "DATA": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    guide = (ROOT / "docs/your-connector.md").read_text(encoding="utf-8")
    cell = r"`([^`]+)`"
    rows = re.findall(rf"^\| {cell} \| (`app_key.*?`) \| (?:{cell})? ?\| {cell} \|$", guide, re.MULTILINE)
    vectors = [
        (path, dict(pair.split("=", 1) for pair in re.findall(cell, query)), body, sign)
        for path, query, body, sign in rows
    ]
    assert len(vectors) == 2
    python = run_path(str(EXAMPLES / "python-connector/connector.py"))["sign"]
    for path, query, body, sign in vectors:
        assert python("rehearsal-secret", path, query, body) == sign
        if node := shutil.which("node"):
            told = json.dumps(["rehearsal-secret", path, query, body])
            script = f"import('{NODE / 'tiktok.mjs'}').then(({{ sign }}) => console.log(sign(...{told})))"
            assert subprocess.check_output([node, "-e", script], text=True).strip() == sign


@pytest.mark.parametrize(
    "seat", [pytest.param("node-connector/compressed.seat.yaml", marks=needs_node), "python-connector/seat.yaml"]
)
def test_they_play_by_the_machines_clock(seat: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    code, out = played(EXAMPLES / seat, str(EXAMPLES / "features/short.feature"))
    assert (code, "2 scenarios: 2 held" in out) == (0, True), out
