"""Who is on stage. Every step asks somebody here to do something, or looks at what one of them sees."""

from __future__ import annotations

import pytest

from rehearsal.gherkin import BUYERS
from rehearsal.stage import Stage

from ..cast import Cast


@pytest.fixture
def people(stage: Stage, request: pytest.FixtureRequest) -> Cast:
    cast = Cast(stage)
    request.node.stash[BUYERS] = cast.names
    return cast
