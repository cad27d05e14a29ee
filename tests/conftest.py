"""The one Hypothesis profile: every run tries the same examples, however long they take, and keeps none."""

from pathlib import Path

import pytest
from hypothesis import settings

from tests.command import Rehearse

settings.register_profile("the same every time", derandomize=True, deadline=None, database=None)
settings.load_profile("the same every time")


@pytest.fixture
def rehearse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Rehearse:
    return Rehearse(tmp_path, capsys)
