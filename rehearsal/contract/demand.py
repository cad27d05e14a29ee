"""The schemas of `contracts/` as the judges of what people and their programs give us.

What is wrong is said by the path of the key that is at fault (`lines.0.unit_price`) and in words that say what was
expected, taken from the contract's own titles. One thing at a time: the first in the order of the contract.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from rehearsal.contract.schema import Verdict, compiled, keeps
from rehearsal.resources import contract

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

ALIKE = 0.8  # of 1: what is less alike than this is answered with all that is possible
Json = dict[str, Any]


class Mistake(NamedTuple):
    """What a schema does not allow: the path of the key at fault, and words that begin with it."""

    field: str
    words: str


class Judge:
    """The schemas of one contract, by its name."""

    def __init__(self, of: str) -> None:
        self._contract = of
        self._validators: dict[str, Validator] = {}
        self._verdicts: dict[str, Verdict | None] = {}

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """Return the contract."""
        return contract(self._contract)

    def mistake(self, schema: str, value: Any) -> Mistake | None:
        """Return the first thing in `value` that `schema` does not allow."""
        fast = self._fast(schema)
        if fast is not None and not _has_a_point(value) and keeps(value, fast):
            return None
        errors = list(self._validator(schema).iter_errors(value))
        return _mistake(min(errors, key=_rank)) if errors else None

    def breaches(self, schema: str, shown: Any) -> list[str]:
        """Return all that `schema` does not allow, in the library's words."""
        return [f"{error.json_path}: {error.message}" for error in self._validator(schema).iter_errors(shown)]

    def _fast(self, schema: str) -> Verdict | None:
        if schema not in self._verdicts:
            whole = {"$ref": f"#/components/schemas/{schema}", "components": self.document["components"]}
            self._verdicts[schema] = compiled(whole)
        return self._verdicts[schema]

    def _validator(self, schema: str) -> Validator:
        if schema not in self._validators:
            urn = f"urn:rehearsal:{self._contract}"
            self._validators[schema] = _judging()({"$ref": f"{urn}#/components/schemas/{schema}"}, urn, self.document)
        return self._validators[schema]


@cache
def _judging() -> Callable[[Json, str, Mapping[str, Any]], Validator]:
    """Return what makes a validator of a schema, given the document that it refers to and its name.

    A whole number is written without a point: 2.0 counts as one in JSON Schema, but is no number of things in Python.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a world starts fast: the first call of the control API pays for schemas
    from jsonschema.validators import extend  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415

    integers = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    strict: type[Validator] = extend(Draft202012Validator, type_checker=integers)  # type: ignore[no-untyped-call]

    def made(schema: Json, urn: str, document: Mapping[str, Any]) -> Validator:
        registry: Registry[Any] = Registry().with_resource(urn, DRAFT202012.create_resource(document))
        return strict(schema, registry=registry)

    return made


def _has_a_point(value: Any) -> bool:
    """Return whether a number is written with a point, of which the compiled validator says what JSON Schema says."""
    if isinstance(value, dict):
        return any(map(_has_a_point, value.values()))
    return any(map(_has_a_point, value)) if isinstance(value, list | tuple) else isinstance(value, float)


def near(name: object, known: Collection[str]) -> str:
    """Return the question whether something near was meant, or else what is known."""
    found = get_close_matches(name, known, 1) if isinstance(name, str) else []
    return f"did you mean {found[0]}?" if found else f"known: {', '.join(known)}"


def _rank(error: ValidationError) -> tuple[bool, list[str]]:
    return error.validator != "additionalProperties", [str(step) for step in error.absolute_path]


def _mistake(error: ValidationError) -> Mistake:
    path = [str(step) for step in error.absolute_path]
    keyword, wanted, value = error.validator, cast(Any, error.validator_value), cast(Any, error.instance)
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    match keyword:
        case "required":
            path.append(next(name for name in wanted if name not in value))
            words = "is missing"
        case "additionalProperties":
            known = sorted(schema.get("properties", {}))
            path.append(next(name for name in value if name not in known))
            words = f"is not known here; {near(path[-1], known)}" if known else "is not known here: nothing is"
        case "minProperties" | "maxProperties":
            known = list(schema.get("properties", {}))
            excess = list(value)[wanted:] if keyword == "maxProperties" else known
            words = f"give exactly one of {', '.join(known)}"
            return Mistake(".".join([*path, excess[0]]), f"{'.'.join(path)}: {words}" if path else words)
        case "enum":
            words = f"is {shown(value)}; possible: {', '.join(shown(choice) for choice in wanted)}"
            texts = [choice for choice in wanted if isinstance(choice, str)]
            if isinstance(value, str) and (meant := get_close_matches(value, texts, 1, ALIKE)):
                words = f"is {shown(value)}; did you mean {meant[0]}?"
        case "minItems":
            words = f"has {len(value)} entries; at least {wanted} is needed"
        case "maxItems":
            words = f"has {len(value)} entries; at most {wanted} are possible"
        case "uniqueItems":
            words = "names something twice"
        case "minimum" | "maximum":
            words = f"is {shown(value)}; the {keyword} is {wanted}"
        case "exclusiveMinimum":
            words = f"is {shown(value)}; it is to be more than {wanted}"
        case "dependentRequired":
            pairs = ((name, other) for name in wanted if name in value for other in wanted[name])
            name, other = next(pair for pair in pairs if pair[1] not in value)
            path.append(other)
            words = f"is missing, and {name} needs it"
        case "anyOf":
            kinds = dict.fromkeys(_taken_by(cast(Any, one.schema)) for one in error.context or ())
            words = f"is {shown(value)}, which is not {', or '.join(kinds)}"
        case _ if len(str(value)) > 200:
            words = f"is {len(str(value))} characters long and not {_taken_by(schema)}"
        case _:
            words = f"is {shown(value)}, which is not {_taken_by(schema)}"
    field = ".".join(path) or "body"
    return Mistake(field, f"{field} {words}")


def shown(value: object) -> str:
    """Return what was given, as JSON, for whoever gave it; of what is long the beginning."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _taken_by(schema: Mapping[str, Any]) -> str:
    """Return in words what a schema takes: its title, or else its type; what says more than a type has a title."""
    if "title" in schema:
        return str(schema["title"])
    types: str | list[str] = schema["type"]
    return ", or ".join(map(_article, [types] if isinstance(types, str) else types))


def _article(kind: str) -> str:
    if kind == "null":
        return kind
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
