"""The same features on a served world: `rehearsal play --attach` against `rehearsal up`, over real sockets."""

from collections.abc import Iterator

import pytest

from rehearsal.gherkin.collection import lines_played
from rehearsal.resources import features_folder
from tests.command import Rehearse
from tests.up import Up


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


def test_a_mistake_in_a_step_of_ones_own_is_told_with_its_line(up: Up, rehearse: Rehearse) -> None:
    conftest = rehearse.file("conftest.py", CONFTEST)
    shown = rehearse("play", rehearse.file("own.feature", OWN), "--attach", up.world()["urls"]["control"], code=2).out
    assert "2 scenarios: 2 miswritten" in shown
    assert f"ZeroDivisionError: division by zero\n    {conftest}:7: 1 / 0\n" in shown
    assert "There is no order 12." in shown
    assert f'{conftest}:11: stage.order("12")' in shown


@pytest.mark.parametrize("beside", ["", "/", "/console"])
def test_an_address_of_the_same_stage_that_is_not_the_control_api_s_leads_to_it(
    up: Up, rehearse: Rehearse, beside: str
) -> None:
    urls = up.world()["urls"]
    for command in ("play", "check"):
        said = rehearse(command, "--attach", urls["console"] + beside, code=2).err
        words = f"there is no control API here; did you mean {urls['control']}?"
        assert said == f"Error: --attach {urls['console']}{beside}: {words}\n"


def test_a_plan_that_makes_no_sense_is_refused_before_anything_is_lost(up: Up, rehearse: Rehearse) -> None:
    plan = rehearse.file("plan.yaml", "[{kind: garble}, {kind: cut_afte}]")
    shown = rehearse("play", "--attach", up.world()["urls"]["control"], "--faults", plan, code=2)
    assert f'{plan}, fault 2: kind is "cut_afte"; did you mean cut_after?' in shown.err
    assert "anew" not in shown.err
    assert shown.out == ""


def test_a_scenario_of_every_feature_plays_over_the_control_api(up: Up, rehearse: Rehearse) -> None:
    """Its first; that whatever is asked of a stage comes to the same over the API is what its contract test holds."""
    url = up.world()["urls"]["control"]
    first = [f"{file}:{lines_played(file, 1)[0][0]}" for file in sorted(features_folder().rglob("*.feature"))]
    played = rehearse("play", *first, "--attach", url, "--junit", rehearse.folder / "junit.xml")
    assert played.err == f"Each scenario begins the world at {url} anew; what is in it now is lost.\n"
    assert f"{len(first)} scenarios: {len(first)} held" in played.out
    assert 'failures="0"' in (rehearse.folder / "junit.xml").read_text()
