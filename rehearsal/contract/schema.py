"""JSON Schema as the contracts use it: Draft 2020-12, compiled once, and errors put into words.

`jsonschema` is the reference: what it says counts. Where `jsonschema_rs` is installed, it is asked first, because it
answers a hundred times faster; only a value that it refuses goes to the reference, which says what is wrong. A test
holds the two to the same verdicts.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

Verdict = Callable[[Any], bool]
NO_FIELD: Final = "no such field"  # what is expected where a value has more than its schema knows


def compiled(schema: Mapping[str, Any]) -> Verdict | None:
    """Return the compiled validator's verdict function, or None where that library is not installed."""
    try:
        library = importlib.import_module("jsonschema_rs")  # noqa: TID251 - the compiled validator is an optional extra
    except ImportError:
        return None
    verdict: Verdict = library.Draft202012Validator(dict(schema), validate_formats=False).is_valid
    return verdict


def keeps(value: Any, fast: Verdict) -> bool:
    """Return what a compiled validator says; no where it cannot read a value that the reference can."""
    try:
        return fast(value)
    except UnicodeEncodeError:  # half a character
        return False


def reference(schema: Mapping[str, Any]) -> Validator:
    """Return the reference validator."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a world starts fast: what the compiled validator takes needs no other

    return Draft202012Validator(schema)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a value: where (a JSON pointer into the value) and what was expected there."""

    pointer: str
    expected: str


class Checker:
    """A schema with the components it refers to, ready to judge values."""

    def __init__(self, schema: Mapping[str, Any], components: Mapping[str, Any]) -> None:
        self.schema: Final = {**schema, "components": components}

    @cached_property
    def _fast(self) -> Verdict | None:
        return compiled(self.schema)

    @cached_property
    def _reference(self) -> Validator:
        return reference(self.schema)

    def faults(self, value: Any) -> tuple[Fault, ...]:
        """Return everything that is wrong with `value`; nothing when it keeps the schema."""
        if self._fast is not None and keeps(value, self._fast):
            return ()
        found: dict[Fault, None] = {}
        for error in sorted(self._reference.iter_errors(value), key=lambda error: error.json_path):
            for fault in _faults_of(_deepest(error)):
                found[fault] = None
        return tuple(found)


def pointer_of(*steps: object) -> str:
    """Return the JSON pointer (RFC 6901) of these steps."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def value_at(value: Any, pointer: str) -> Any:
    """Return what stands at `pointer`; raise LookupError where nothing does."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(name)]
        elif isinstance(value, Mapping):
            value = value[name]
        else:
            raise LookupError(pointer)
    return value


def _deepest(error: ValidationError) -> ValidationError:
    """Return the branch of an anyOf or oneOf that came nearest, since the choice itself explains nothing.

    The nearest is the one that could be followed furthest into the value.
    """
    while error.context:
        error = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.validator != "type"))
    return error


def _faults_of(error: ValidationError) -> Iterator[Fault]:
    where = pointer_of(*error.absolute_path)
    keyword, wanted = error.validator, error.validator_value
    if keyword == "required" and isinstance(error.instance, Mapping) and isinstance(wanted, list):
        for name in wanted:
            if name not in error.instance:
                yield Fault(where + pointer_of(name), "a value, because the field is required")
    elif keyword in ("additionalProperties", "unevaluatedProperties") and isinstance(error.instance, Mapping):
        known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
        for name in error.instance:
            if name not in known:
                yield Fault(where + pointer_of(name), NO_FIELD)
    else:
        yield Fault(where, _wanted(str(keyword), wanted))


def _wanted(keyword: str, wanted: Any) -> str:
    match keyword:
        case "type":
            return " or ".join(wanted) if isinstance(wanted, list) else str(wanted)
        case "enum":
            return "one of " + ", ".join(json.dumps(choice) for choice in wanted)
        case "const":
            return json.dumps(wanted)
        case "pattern":
            return f"text that matches {wanted}"
        case _:
            return f"{keyword} {json.dumps(wanted, default=str)}" if not isinstance(wanted, Mapping) else keyword
