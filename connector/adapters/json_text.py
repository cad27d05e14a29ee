"""JSON as it is read from the marketplace and the database, and written to the marketplace and to the OMS.

A compiled reader and writer do it. What they do not take, such as half of a character that is spelt out, Python's own
do: what comes from outside is read as far as it can be, and whatever was read can be written again.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, Final, NoReturn

import orjson

Spell = Callable[[Any], Any]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_read: Final = json.JSONDecoder(parse_constant=_no_constant).decode
_write: Final = partial(json.dumps, separators=(",", ":"))


def read(content: bytes) -> Any:
    """Return the value that a body has. Raises ValueError, and RecursionError where it is too deep."""
    try:
        return orjson.loads(content)
    except ValueError:
        return _read(content.decode(json.detect_encoding(content), "surrogatepass"))


def read_back(text: str) -> Any:
    """Return a value that was written here, by the database's own writer or by ours."""
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)


def written(value: Any, spell: Spell | None = None) -> bytes:
    """Return a value as JSON, without a space; `spell` makes of it what JSON has no word for."""
    try:
        return orjson.dumps(value, spell, orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:
        return _write(value, default=spell).encode()


def in_order(value: Any) -> bytes:
    """Return a value as JSON that is the same in whatever order the fields have come."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return _write(value, sort_keys=True).encode()
