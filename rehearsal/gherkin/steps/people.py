"""Who is on stage. Every step asks somebody here to do something, or looks at what one of them sees."""

import pytest

from rehearsal.control.stage import Stage
from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.crowd import Crowd
from rehearsal.gherkin.recording import RECORDING
from rehearsal.gherkin.timeline import Timeline


@pytest.fixture
def people(stage: Stage, request: pytest.FixtureRequest) -> Cast:
    recording = request.node.stash[RECORDING]
    cast = Cast(stage, stage.entries if isinstance(stage, Timeline) else [], recording.planned)
    recording.buyers = cast.names
    return cast


@pytest.fixture
def crowd(people: Cast) -> Crowd:
    return Crowd(people.stage, people.buyer)
