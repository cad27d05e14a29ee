"""A stage over a fresh world, and the control API over it, called without sockets."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from rehearsal.control.local import InProcessStage
from rehearsal.server.control_api import control_app
from rehearsal.world.world import World


@pytest.fixture
def stage() -> Iterator[InProcessStage]:
    stage = InProcessStage(World, seed=7)
    yield stage
    stage.close()


@pytest.fixture
def api(stage: InProcessStage) -> FlaskClient:
    return control_app(stage).test_client()
