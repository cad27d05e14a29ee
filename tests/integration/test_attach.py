"""The same features on a served world: `rehearsal play --attach` against `rehearsal up`, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.up import Up, rehearsal


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    with Up(tmp_path / "world.json") as up:
        yield up


def test_every_feature_plays_over_the_control_api(up: Up, tmp_path: Path) -> None:
    url = up.world()["urls"]["control"]
    played = rehearsal("play", "--attach", url, "--junit", str(tmp_path / "junit.xml"))
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stderr == f"Each scenario begins the world at {url} anew; what is in it now is lost.\n"
    assert 'failures="0"' in (tmp_path / "junit.xml").read_text()
