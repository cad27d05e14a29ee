"""A world to play in."""

from collections.abc import Iterator

import pytest

from rehearsal.world.world import World


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.close()
