"""An OpenAPI document: where its references lead, and which of its fields and parameters bear a mark of ours."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from rehearsal.contract import redaction
from rehearsal.contract.schema import value_at

Spec = Mapping[str, Any] | bool  # a schema may be a plain yes or no


class Document:
    """One parsed OpenAPI document."""

    def __init__(self, whole: Mapping[str, Any]) -> None:
        self.whole: Final = whole
        self.components: Final[Mapping[str, Any]] = whole.get("components", {})

    @cached_property
    def sensitive_fields(self) -> frozenset[str]:
        """Return the names of all fields that are never recorded, in lower case."""
        marked = (
            name.lower()
            for schema in self.components.get("schemas", {}).values()
            for name, inner in self.resolved(schema).get("properties", {}).items()
            if self.marks(inner, "x-sensitive")
        )
        return frozenset(marked) | redaction.SECRET_NAMES | redaction.BUYER_NAMES

    def follow(self, reference: str) -> Any:
        """Return what a local `$ref` points at."""
        return value_at(self.whole, reference.removeprefix("#"))

    def resolved(self, spec: Spec) -> Mapping[str, Any]:
        """Return `spec`, or what it refers to; of a schema that is a plain yes or no there is nothing more to say."""
        while isinstance(spec, Mapping) and "$ref" in spec:
            spec = self.follow(spec["$ref"])
        return spec if isinstance(spec, Mapping) else {}

    def marks(self, spec: Spec, mark: str) -> bool:
        """Return whether a parameter or schema, or the schema that it refers to, bears a mark."""
        if not isinstance(spec, Mapping):
            return False
        spec = {**self.resolved(spec), **spec}
        return bool(spec.get(mark) or ("schema" in spec and self.marks(spec["schema"], mark)))

    def types_of(self, schema: Spec) -> frozenset[str]:
        """Return the JSON types that a parameter's schema allows."""
        schema = self.resolved(schema)
        kinds = schema.get("type", [])
        named = {kinds} if isinstance(kinds, str) else set(kinds)
        for keyword in ("allOf", "anyOf", "oneOf"):
            for inner in schema.get(keyword, ()):
                named |= self.types_of(inner)
        return frozenset(named)
