"""A request or a response, read, and as much of it as may be recorded where no contract describes it."""

import json
import math
import re
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from rehearsal.contract import redaction
from rehearsal.contract.schema import Checker, Fault

JSON_TYPES: Final = re.compile(r"^application/(?:[\w.+-]+\+)?json$")
FORM_TYPE: Final = "application/x-www-form-urlencoded"
DEEPEST: Final = 64  # levels of JSON; no contract speaks of more, and what walks a body walks it by recursion
UNREADABLE: Final = object()
SHORT: Final = 4096  # bytes: a longer one is read anew each time
_NESTS: Final = frozenset({dict, list})


class Message(NamedTuple):
    """A request or an answer, read: `body` is the JSON value, the form's fields, the text, or None for none.

    Whoever reads the same bytes again has the same message: nobody changes its body. What its schemas have found wrong
    with it is kept in `faults`.
    """

    media_type: str
    body: Any
    size: int
    faults: dict[Checker, tuple[Fault, ...]]


def read(content_type: str, content: bytes) -> Message:
    """Read a body as its media type says; what cannot be read as JSON, or is too deep for anybody, is UNREADABLE.

    So is text that is no Unicode, such as half an emoji: what is recorded can always be written.
    """
    return read_anew(content_type, content) if len(content) > SHORT else _read_once(content_type, content)


def read_anew(content_type: str, content: bytes) -> Message:
    """Read a body as `read` does, for one who changes it."""
    media_type, is_json = _media_type(content_type)
    if not content:
        return Message(media_type, None, 0, {})
    if is_json:
        try:
            plain = content[0] == _BRACE and content[1:2] != b"\0"  # as most begin, and only in one encoding
            text = content.decode("utf-8" if plain else json.detect_encoding(content))
            body = _value(text)
            if "\\u" in text:  # half a character can only be spelt out
                json.dumps(body, ensure_ascii=False).encode()
            return Message(media_type, UNREADABLE if is_deep(text, body) else body, len(content), {})
        except (ValueError, RecursionError):
            return Message(media_type, UNREADABLE, len(content), {})
    if media_type == FORM_TYPE:
        return Message(media_type, dict(parse_qsl(content.decode("utf-8", "replace"), True)), len(content), {})
    written = content.decode("utf-8", "replace") if media_type.startswith("text/") else None
    return Message(media_type, written, len(content), {})


# Most that passes has passed before: nothing is new, or an order is as it was.
_read_once: Final = lru_cache(maxsize=512)(read_anew)


def is_deep(text: str, value: Any) -> bool:
    """Return whether a JSON value, read from `text`, has more levels than DEEPEST; few brackets need no look."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    level: list[Any] = [value]
    for _ in range(DEEPEST + 1):
        members = [one.values() if one.__class__ is dict else one for one in level]
        level = [inner for group in members for inner in group if inner.__class__ in _NESTS]
        if not level:
            return False
    return True


def query_pairs(query: str) -> list[tuple[str, str]]:
    """Return the decoded pairs of a query string, in its order, blank values included."""
    if "%" in query or "+" in query:
        return parse_qsl(query, keep_blank_values=True)
    return [(name, value) for part in query.split("&") if part for name, _, value in (part.partition("="),)]


@lru_cache(maxsize=256)
def _media_type(content_type: str) -> tuple[str, bool]:
    """Return the media type that a header names, and whether it is JSON."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type, JSON_TYPES.match(media_type) is not None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text} is beyond what can be written as JSON again")
    return value


_BRACE: Final = ord("{")
_decoder: Final = json.JSONDecoder(parse_float=_finite, parse_constant=_no_constant)


def _value(text: str) -> Any:
    """Return a JSON value; an object with nothing around it needs no look for what might be."""
    if text[:1] == "{":
        value, end = _decoder.raw_decode(text)
        if end == len(text):
            return value
    return _decoder.decode(text)


def size_of(message: Message) -> str | None:
    """Return what may be recorded of a body that a caller made up."""
    return f"{message.size} bytes of {message.media_type or 'no type'}" if message.size else None


def unknown_body(message: Message) -> Any:
    """Return what may be recorded of a body that no contract describes."""
    if message.body is None or message.body is UNREADABLE or isinstance(message.body, str):
        return size_of(message)
    return redaction.by_name(message.body)
