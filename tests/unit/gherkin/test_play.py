"""`rehearsal play`: what it says before anything is played, and how it names itself in the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.cli import run


@pytest.fixture
def feature(tmp_path: Path) -> Path:
    path = tmp_path / "own.feature"
    path.write_text("Feature: Own\n  Scenario: Own\n    Given Maya has received a lamp for 9.00 USD\n")
    return path


@pytest.mark.parametrize("address", ["foo", "http://127.0.0.1:9/control/v1"])
def test_an_address_without_a_world_is_refused(feature: Path, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["play", str(feature), "--attach", address]) == 2
    assert capsys.readouterr().err.startswith(f"Error: --attach {address}: no served world answers there")


@pytest.mark.parametrize("option", ["--report", "--junit"])
def test_an_unwritable_place_is_refused_first(feature: Path, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["play", str(feature), option, str(feature / "below")]) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith(f"Error: {option} cannot be written")
    assert shown.out == ""


def test_the_report_names_the_command_that_plays_the_same_again(feature: Path, tmp_path: Path) -> None:
    assert run(["play", str(feature), "-k", "own", "--seed", "3", "--report", str(tmp_path / "report")]) == 0
    index = (tmp_path / "report" / "index.html").read_text()
    assert f"<code>rehearsal play {feature} -k own --seed 3</code>" in index
