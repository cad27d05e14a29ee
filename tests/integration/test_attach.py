"""The same features on a served world: `rehearsal play --attach` against `rehearsal up`, over real sockets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.gherkin.collection import lines_played
from rehearsal.resources import features_folder
from tests.up import Up, rehearsal


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with Up(tmp_path_factory.mktemp("up") / "world.json") as up:
        yield up


CONFTEST = """
from pytest_bdd import when

@when("our own step divides")
def _(stage):
    stage.advance(by="PT1H")
    1 / 0

@when("our own step asks for what is not there")
def _(stage):
    stage.order("12")
"""
OWN = """Feature: Own
  Scenario: Divides
    When our own step divides
  Scenario: Asks
    When our own step asks for what is not there
"""


def test_a_mistake_in_a_step_of_ones_own_is_told_with_its_line(up: Up, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "own.feature").write_text(OWN)
    played = rehearsal("play", str(tmp_path), "--attach", up.world()["urls"]["control"])
    assert played.returncode == 2, played.stdout + played.stderr
    assert "2 scenarios: 2 miswritten" in played.stdout
    assert f"ZeroDivisionError: division by zero\n    {tmp_path}/conftest.py:7: 1 / 0\n" in played.stdout
    assert "There is no order 12." in played.stdout
    assert f'{tmp_path}/conftest.py:11: stage.order("12")' in played.stdout


def test_a_scenario_of_every_feature_plays_over_the_control_api(up: Up, tmp_path: Path) -> None:
    """Its first; that whatever is asked of a stage comes to the same over the API is what its contract test holds."""
    url = up.world()["urls"]["control"]
    first = [f"{file}:{lines_played(file, 1)[0][0]}" for file in sorted(features_folder().rglob("*.feature"))]
    played = rehearsal("play", *first, "--attach", url, "--junit", str(tmp_path / "junit.xml"))
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stderr == f"Each scenario begins the world at {url} anew; what is in it now is lost.\n"
    assert f"{len(first)} scenarios: {len(first)} held" in played.stdout
    assert 'failures="0"' in (tmp_path / "junit.xml").read_text()
