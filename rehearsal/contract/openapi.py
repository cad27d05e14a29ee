"""The contracts on the wire, and the operation that a request addresses.

A `Contract` is one OpenAPI 3.1 document of `contracts/`. Marks of ours in a document:

    x-routing: case-insensitive       any case, a trailing slash, an action's qualified name after `x-action-namespace`
    x-codes, x-gateway-codes          the business codes that an operation, or any of them, may answer
    x-safe                            whether an operation only asks; where it is not said, a GET does and nothing else
    x-shop                            the shared query parameter that names the shop
    x-idempotency-key                 the parameter, or field of the body, by which a repeated request is known
    webhooks (OpenAPI's own)          what is sent to whatever address its receivers have named: one a method
    x-time                            a moment on the world's clock, or a text in which such moments stand
    x-any-body                        a response whose body nobody reads
    x-sensitive, x-certainty          what is never recorded, and how sure a point is
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any, Final
from urllib.parse import unquote

from rehearsal import resources
from rehearsal.contract import redaction
from rehearsal.contract.document import Document
from rehearsal.contract.operation import Operation, Pairs

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_NOT_A_NAME: Final = re.compile(r"\W")


class Contract:
    """One OpenAPI document, ready to judge."""

    def __init__(self, name: str, document: Mapping[str, Any]) -> None:
        self.name = name
        self.document = Document(document)
        self._loose = document.get("x-routing") == "case-insensitive"
        namespace: str = document.get("x-action-namespace", "").lower()
        self._namespace = namespace and namespace + "."
        self._exact: dict[tuple[str, str], Operation] = {}
        self._patterns: dict[tuple[str, int], list[tuple[re.Pattern[str], Operation]]] = {}
        self.operations: list[Operation] = []
        for template, item in document.get("paths", {}).items():
            for method in METHODS:
                if method in item:
                    self._add(Operation(self.document, method, template, item[method], item.get("parameters")))
        self._sent_anywhere: dict[str, Operation] = {}  # to addresses that are the receivers' own
        for name, item in document.get("webhooks", {}).items():
            for method in set(METHODS) & item.keys():
                operation = Operation(self.document, method, name, item[method], item.get("parameters"))
                self._sent_anywhere[operation.method] = operation
                self.operations.append(operation)
        for patterns in self._patterns.values():
            patterns.sort(key=lambda entry: entry[1].template.count("{"))

    @staticmethod
    @cache
    def load(name: str) -> Contract:
        """Return the contract of this name from `contracts/`, read once."""
        return Contract(name, resources.contract(name))

    @cached_property
    def unjudged(self) -> Contract:
        """Return the same for receivers of what is sent who are nobody's on the stage: they may answer as they like."""
        whole, anything = self.document.whole, {"default": {"x-any-body": True}}
        lenient = {
            name: {method: {**spec, "responses": anything} for method, spec in item.items()}
            for name, item in whole.get("webhooks", {}).items()
        }
        return Contract(self.name, {**whole, "webhooks": lenient})

    def _add(self, operation: Operation) -> None:
        self.operations.append(operation)
        template = self._folded(operation.template)
        if "{" not in template:
            self._exact[operation.method, template] = operation
            return
        parts = re.split(r"\{([^}]*)\}", operation.template)
        pattern = "".join(
            f"(?P<{_NOT_A_NAME.sub('_', part)}>[^/()]+)" if index % 2 else re.escape(part)
            for index, part in enumerate(parts)
        )
        flags = re.IGNORECASE if self._loose else re.NOFLAG
        key = (operation.method, operation.template.count("/"))
        self._patterns.setdefault(key, []).append((re.compile(pattern + r"\Z", flags), operation))

    def _folded(self, path: str) -> str:
        return path.lower().replace(self._namespace, "") if self._loose else path

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """Return the operation that a request addresses, with its path parameters; None when there is none."""
        if self._loose:
            path = path.rstrip("/")
        exact = self._exact.get((method, self._folded(path)))
        if exact is not None:
            return exact, {}
        if self._loose and self._namespace in path.lower():
            start = path.lower().index(self._namespace)
            path = path[:start] + path[start + len(self._namespace) :]
        for pattern, operation in self._patterns.get((method, path.count("/")), ()):
            if found := pattern.match(path):
                return operation, {name: unquote(value) for name, value in found.groupdict().items()}
        anywhere = self._sent_anywhere.get(method)
        return None if anywhere is None else (anywhere, {})

    def known_part(self, path: str) -> str:
        """Return as much of a path that leads to no operation as may be recorded."""
        return redaction.known_part(path, (operation.template for operation in self.operations), fold=self._loose)

    def shop_of(self, query: Pairs) -> str | None:
        """Return what a query says of whose shop it is about."""
        for name, value in query:
            if name in self._shop_parameters:
                return value
        return None

    @cached_property
    def _shop_parameters(self) -> frozenset[str]:
        shared = self.document.components.get("parameters", {}).values()
        return frozenset(parameter["name"] for parameter in shared if parameter.get("x-shop"))
