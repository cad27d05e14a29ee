"""The one Hypothesis profile: every run tries the same examples, however long they take, and keeps none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from rehearsal.contract import message
from tests.command import Rehearse

settings.register_profile("the same every time", derandomize=True, deadline=None, database=None)
settings.load_profile("the same every time")


@pytest.fixture
def rehearse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Rehearse:
    return Rehearse(tmp_path, capsys)


@pytest.fixture
def messages_stay(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold whoever has read a message to leaving it as it is: whoever reads the same bytes next has the same one."""
    seen: dict[tuple[str, bytes], message.Message] = {}

    def read_once(content_type: str, content: bytes) -> message.Message:
        found = seen.get((content_type, content))
        if found is None:
            found = seen[content_type, content] = message.read_anew(content_type, content)
        return found

    monkeypatch.setattr(message, "_read_once", read_once)
    yield
    assert seen
    changed = [written for written, read in seen.items() if read.body != message.read_anew(*written).body]
    assert changed == []
