"""The contract of the control API as the judge of what callers send.

`demand(schema, body)` raises a `Problem` that names the field by its path (`lines.0.unit_price`) and says in words
what was expected, taken from the contract's own titles. One refusal at a time: the first in the order of the contract.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, Final, cast

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from rehearsal.control.stage import Problem
from rehearsal.resources import contract_file

_URN: Final = "urn:rehearsal:control"
_TITLE: Final = "Invalid value"
# A whole number is written without a point: 2.0 counts as one in JSON Schema, but is no number of things in Python.
_Validator: Final[type[Validator]] = extend(  # type: ignore[no-untyped-call]  # the stubs leave it out
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int),
)


@cache
def document() -> Mapping[str, Any]:
    """Return the contract."""
    loaded: Mapping[str, Any] = yaml.safe_load(contract_file("control").read_text("utf-8"))
    return loaded


@cache
def _validator(schema: str) -> Validator:
    resource = DRAFT202012.create_resource(document())
    registry: Registry[Any] = Registry().with_resource(_URN, resource)
    return _Validator({"$ref": f"{_URN}#/components/schemas/{schema}"}, registry=registry)


def demand(schema: str, body: Any) -> None:
    """Raise the Problem of the first thing in `body` that `schema` does not allow."""
    errors = list(_validator(schema).iter_errors(body))
    if errors:
        raise _problem(min(errors, key=_rank))


def breaches(schema: str, shown: Any) -> list[str]:
    """Return what in a document of ours the contract does not allow; tests hold both stages to it."""
    return [f"{error.json_path}: {error.message}" for error in _validator(schema).iter_errors(shown)]


def _rank(error: ValidationError) -> tuple[bool, list[str]]:
    return error.validator != "additionalProperties", [str(step) for step in error.absolute_path]


def _problem(error: ValidationError) -> Problem:
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
            words = f"is not known here; known: {', '.join(known)}" if known else "is not known here: nothing is"
        case "minProperties" | "maxProperties":
            known = list(schema.get("properties", {}))
            excess = list(value)[wanted:] if keyword == "maxProperties" else known
            return Problem(422, _TITLE, f"give exactly one of {', '.join(known)}", field=excess[0])
        case "enum":
            words = f"is {_shown(value)}; possible: {', '.join(_shown(choice) for choice in wanted)}"
            if isinstance(value, str) and (meant := get_close_matches(value, wanted, 1)):
                words = f"is {_shown(value)}; did you mean {meant[0]}?"
        case "minItems":
            words = f"has {len(value)} entries; at least {wanted} is needed"
        case "maxItems":
            words = f"has {len(value)} entries; at most {wanted} are possible"
        case "uniqueItems":
            words = "names something twice"
        case "minimum" | "maximum":
            words = f"is {_shown(value)}; the {keyword} is {wanted}"
        case "type" if "title" not in schema:
            words = f"is {_shown(value)}, which is not {_article(str(wanted))}"
        case _ if len(str(value)) > 200:
            words = f"is {len(str(value))} characters long and not {schema.get('title', error.message)}"
        case _:
            words = f"is {_shown(value)}, which is not {schema.get('title', error.message)}"
    field = ".".join(path) or "body"
    return Problem(422, _TITLE, f"{field} {words}", field=field)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
