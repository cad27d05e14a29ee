"""The JSON of the wire and of the database: what the compiled reader and writer do not take is read and written too."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connector.adapters import json_text
from connector.api.entities import spell

HALF = "\ud83d"  # of an emoji, which JSON can spell out and UTF-8 cannot write
VALUES = [None, True, 0, -1, 39.98, "", "süß 👕", {"a": [1, {"b": None}]}, {"half": HALF}, [2**64 - 1]]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_what_is_written_is_read_again(value: object) -> None:
    assert json_text.read(json_text.written(value)) == value
    assert json_text.read_back(json_text.written(value).decode()) == value
    assert json_text.read_back(json.dumps(value)) == value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-32-be"])
def test_any_encoding_that_json_may_have_is_read(encoding: str) -> None:
    assert json_text.read('{"name": "süß"}'.encode(encoding)) == {"name": "süß"}


@pytest.mark.parametrize("content", [b"", b"{", b'{"a": NaN}', b"[Infinity]", b"\xff", b'{"a": 1} x'])
def test_what_is_no_json_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever of the two readers says so, in its own words
        json_text.read(content)


def test_what_json_has_no_word_for_is_spelt() -> None:
    at = datetime(2031, 3, 3, 9, 30, tzinfo=UTC)
    for half in ("", HALF):
        document = {"sum": Decimal("39.98"), "at": at, "half": half}
        read = json_text.read(json_text.written(document, spell))
        assert read == {"sum": 39.98, "at": "2031-03-03T09:30:00Z", "half": half}
    with pytest.raises(TypeError):
        json_text.written({"sum": Decimal("39.98")})


@pytest.mark.parametrize("half", ["", HALF])
def test_the_order_of_fields_is_no_difference(half: str) -> None:
    one, other = {"a": {"b": 1, "c": half}, "d": [2]}, {"d": [2], "a": {"c": half, "b": 1}}
    assert json_text.in_order(one) == json_text.in_order(other)
    assert json_text.in_order(one) != json_text.in_order(one | {"d": [3]})
