"""The parameters of one place of a request (path, query or header), ready to be judged."""

import re
from collections.abc import Iterable, Mapping, Set
from typing import Any, Final

from rehearsal.contract.document import Document
from rehearsal.contract.schema import Checker, Fault

LONGEST: Final = 100  # characters of a number; what is longer is none that any contract means


class Parameters:
    """The parameters of one place (path, query or header) as one object schema, with coercion from text."""

    def __init__(self, declared: Iterable[Mapping[str, Any]], document: Document, *, strict: bool, fold: bool) -> None:
        self._fold = fold
        self._kinds: dict[str, frozenset[str]] = {}
        self._items: dict[str, frozenset[str]] = {}
        self.hidden: set[str] = set()
        properties: dict[str, Any] = {}
        required: list[str] = []
        for parameter in declared:
            name = parameter["name"].lower() if fold else parameter["name"]
            schema = parameter.get("schema", {})
            properties[name] = schema
            self._kinds[name] = document.types_of(schema)
            self._items[name] = document.types_of(document.resolved(schema).get("items", {}))
            if parameter.get("required"):
                required.append(name)
            if document.marks(parameter, "x-sensitive"):
                self.hidden.add(name)
        self.names: Set[str] = self._kinds.keys()
        self._strict = strict
        self.says_something: Final = strict or bool(self._kinds)
        schema = {"type": "object", "properties": properties, "required": required}
        if strict:
            schema["additionalProperties"] = False
        self._checker = Checker(schema, document.components)

    def faults(self, pairs: Iterable[tuple[str, str]]) -> tuple[Fault, ...]:
        """Return what is wrong with the parameters that were sent."""
        values: dict[str, Any] = {}
        for sent, text in pairs:
            name = sent.lower() if self._fold else sent
            kinds = self._kinds.get(name)
            if kinds is None:
                if self._strict:
                    values[name] = text
            elif "string" in kinds and "array" not in kinds:
                values[name] = text
            elif "array" in kinds:
                items = self._items[name]
                values.setdefault(name, []).extend(_coerced(item, items) for item in text.split(","))
            else:
                values[name] = _coerced(text, kinds)
        return self._checker.faults(values)


def _coerced(text: str, kinds: frozenset[str]) -> Any:
    if "string" in kinds or len(text) > LONGEST:
        return text
    if "integer" in kinds and re.fullmatch("-?[0-9]+", text):
        return int(text)
    if "number" in kinds and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return float(text)
    if "boolean" in kinds and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return text
