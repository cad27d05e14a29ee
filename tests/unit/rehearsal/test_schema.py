"""The compiled validator and the reference say the same, whatever contract and whatever value."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal import resources
from rehearsal.contract.openapi import Contract
from rehearsal.contract.schema import Checker, compiled, reference

CONTRACTS = [Contract.load(path.stem) for path in sorted(resources.folder("contracts").glob("*.yaml"))]
SCHEMAS = [
    pytest.param(contract, name, id=f"{contract.name}-{name}")
    for contract in CONTRACTS
    for name in contract.document.components.get("schemas", {})
]


WRONG: tuple[Any, ...] = (None, 5, "text", [], {})


def samples(contract: Contract, schema: Any, depth: int = 0) -> Iterator[Any]:
    """Tell some values that a schema has in mind, good ones first."""
    schema = contract.document.resolved(schema) if isinstance(schema, dict) else {}
    if depth > 6:
        return
    yield from schema.get("enum", ())
    yield from schema.get("examples", ())
    if "const" in schema:
        yield schema["const"]
    for keyword in ("allOf", "anyOf", "oneOf"):
        for inner in schema.get(keyword, ()):
            yield from samples(contract, inner, depth + 1)
    kinds = schema.get("type", "object" if "properties" in schema else [])
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        match kind:
            case "object":
                yield {
                    name: value
                    for name, inner in schema.get("properties", {}).items()
                    if (value := next(samples(contract, inner, depth + 1), None)) is not None
                }
            case "array":
                one = next(samples(contract, schema.get("items", {}), depth + 1), None)
                yield [] if one is None else [one]
            case "string":
                yield from ("12.50", "2031-03-03T09:00:00Z", "4035318504086604100", "words")
            case "integer":
                yield from (1930000000, 1, 0, -1)
            case "number":
                yield from (1.5, 0)
            case "boolean":
                yield True
            case "null":
                yield None


def spoilt(value: Any) -> Iterator[Any]:
    """Tell values that are each wrong in one place."""
    yield from (None, 5, 5.5, "text", [], {}, [value], True)
    if isinstance(value, dict):
        yield {**value, "no_such_field": 1}
        for name in value:
            less = copy.deepcopy(value)
            del less[name]
            yield less
            yield from ({**value, name: other} for other in WRONG)


@pytest.mark.parametrize(("contract", "name"), SCHEMAS)
def test_both_validators_give_the_same_verdict_on_good_and_bad_values(contract: Contract, name: str) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": contract.document.components}
    fast = compiled(schema)
    if fast is None:
        pytest.skip("jsonschema_rs is not installed, so there is only one validator")
    slow = reference(schema).is_valid
    good = list(samples(contract, schema))[:8]
    for value in [*good, *(bad for one in good[:2] for bad in spoilt(one))]:
        assert fast(value) == slow(value), json.dumps(value)


def test_both_validators_give_the_same_verdict_on_captured_responses() -> None:
    contract = Contract.load("tiktok_shop")
    folder = Path(__file__).parent / "samples"
    captured = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    for name in contract.document.components["schemas"]:
        schema = {"$ref": f"#/components/schemas/{name}", "components": contract.document.components}
        fast, slow = compiled(schema), reference(schema).is_valid
        if fast is None:
            pytest.skip("jsonschema_rs is not installed, so there is only one validator")
        for value in captured:
            assert fast(value) == slow(value)


def test_the_reference_says_what_is_wrong_and_where() -> None:
    checker = Checker({"type": "object", "properties": {"a/b": {"type": "integer"}}, "required": ["c"]}, {})
    faults = {(fault.pointer, fault.expected) for fault in checker.faults({"a/b": "x"})}
    assert faults == {("/a~1b", "integer"), ("/c", "a value, because the field is required")}


def test_of_several_alternatives_the_nearest_explains() -> None:
    schema = {
        "oneOf": [{"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}}, {"type": "string"}]
    }
    assert [fault.pointer for fault in Checker(schema, {}).faults({"x": "1"})] == ["/x"]
