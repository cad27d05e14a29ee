"""The JSON that is written: the compiled writer and Python's own, each for what it takes."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connector.adapters import json_text
from connector.api.entities import spell

HALF = "\ud83d"  # of an emoji, which JSON can spell out and UTF-8 cannot write
VALUES = [None, True, 0, -1, 39.98, "", "s\u00fc\u00df \U0001f455", {"a": [1, {"b": None}]}, {"half": HALF}, [10**30]]


@dataclass
class Record:
    """What has no spelling of its own."""

    name: str = "ours"


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_what_is_written_is_read_again(value: object) -> None:
    assert json.loads(json_text.written(value)) == value


@pytest.mark.parametrize("half", ["", HALF])
def test_what_json_has_no_word_for_is_spelt(half: str) -> None:
    document = {"sum": Decimal("39.98"), "at": datetime(2031, 3, 3, 9, 30, tzinfo=UTC), "half": half}
    read = json.loads(json_text.written(document, spell))
    assert read == {"sum": 39.98, "at": "2031-03-03T09:30:00Z", "half": half}


@pytest.mark.parametrize(
    "value",
    [Decimal("39.98"), datetime(2031, 3, 3, tzinfo=UTC), Record(), object()],
    ids=["sum", "moment", "record", "object"],
)
def test_what_has_no_spelling_is_an_error(value: object) -> None:
    with pytest.raises(TypeError):
        json_text.written({"value": value})
