"""Our connector, in a process of its own, plays the same scenarios in each regime, with the same verdicts."""

import re
import sys
from pathlib import Path

import pytest
import yaml

from tests.integration.seats.our_connector import CLIENT
from tests.integration.test_foreign_seat import ADDRESS, SEAT
from tests.integration.test_our_oms_outside import ENV, SCRIPT
from tests.up import rehearsal

pytestmark = pytest.mark.machine_clock
SUITE = """\
Feature: In every regime

  Scenario: One has the money back, and one a no
    Given Maya has received a desk lamp for 39.98 USD
    And Noah has received a mug for 12.50 USD
    And Maya has asked for her money back
    And Noah has asked for his money back
    And an hour has passed
    When the seller approves Maya's request
    Then Maya has been paid back everything
    When the seller rejects Noah's request
    Then Noah's request is shown as "Refund Rejected"

  Scenario: A date is set
    Given it is Monday 03 March 2031, 09:00 in universal time
    And Maya has received a desk lamp for 39.98 USD

  Scenario: Somebody waits for long
    Given Maya has received a desk lamp for 39.98 USD
    And an hour has passed
    And 3 days have passed
"""
HELD = ["✓ One has the money back, and one a no", "✓ A date is set", "✓ Somebody waits for long"]
BY_MACHINE = {
    **{name: said for name, said in ENV.items() if name != "CONTROL"},
    "CONNECTOR_POLL_INTERVAL": "2",
    "CONNECTOR_OVERLAP": "5",
}
OMS = {"channeladvisor": {"url": ADDRESS, **{name.replace(" ", "_"): said for name, said in CLIENT.items()}}}


def played(folder: Path, seat: dict[str, object]) -> tuple[int, list[str], str]:
    """Return the exit code, what became of each scenario, and all that was said."""
    (folder / "in_every.feature").write_text(SUITE, encoding="utf-8")
    (folder / "seat.yaml").write_text(yaml.safe_dump(seat))
    done = rehearsal("play", str(folder / "in_every.feature"), "--seat", str(folder / "seat.yaml"))
    outcomes = re.findall(r"^  ([^\w\s] .+)$", done.stdout, re.MULTILINE)[:3]
    return done.returncode, outcomes, done.stdout + done.stderr


def test_the_same_scenarios_end_in_the_same_way_however_the_connector_lives_in_time(tmp_path: Path) -> None:
    ours = {"name": "ours", "command": [sys.executable, "-P", str(SCRIPT)], "oms": OMS}
    addresses = {name: SEAT[name] for name in ("ready", "authorize")}
    code, outcomes, said = played(tmp_path, {**ours, **addresses, "round": SEAT["round"], "env": ENV})
    assert (code, outcomes) == (0, HELD), said
    code, outcomes, said = played(tmp_path, {**ours, **addresses, "env": BY_MACHINE, "factor": 300})
    assert (code, outcomes) == (4, [HELD[0], *(f"?{line[1:]}" for line in HELD[1:])]), said
    assert "×300: an hour takes 12 s" in said
    assert "it sets a date, and the connector lives by the machine's clock" in said
    assert "it waits for 3 d 1 h, which take 14 min of real time here; --longest-wait is 2 d" in said
