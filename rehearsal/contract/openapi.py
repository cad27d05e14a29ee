"""The promises on the wire, and whether an exchange keeps them.

A `Contract` is one OpenAPI 3.1 document of `contracts/`. It finds the operation that a request addresses, judges the
request (path, query, headers, security, body) and the answer (status, media type, headers, body, business code), and
knows what must be redacted. A `Breach` says on which side, at which JSON pointer of the exchange as the trace writes
it, what was expected and what was seen.

Stricter than OpenAPI on purpose: a query parameter that the operation does not name is a breach.

Marks of ours in a document: `x-routing: case-insensitive` (any case, a trailing slash, an action's qualified name after
`x-action-namespace`), `x-codes` and `x-gateway-codes` (the business codes an operation, or any of them, may answer),
`x-sensitive`, `x-certainty`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

import yaml

from rehearsal import resources
from rehearsal.contract import redaction
from rehearsal.contract.redaction import Mask
from rehearsal.contract.schema import Checker, Fault, pointer_of, value_at

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
JSON_TYPES: Final = re.compile(r"^application/(?:[\w.+-]+\+)?json$")
FORM_TYPE: Final = "application/x-www-form-urlencoded"
READING: Final = re.compile(
    "^(get|list)|search|calculate|token", re.IGNORECASE
)  # operations that only ask, even by POST
UNREADABLE: Final = object()
FILTER: Final = "$filter"  # the one option of a query that may speak of fields and their values
_FIELDS: Final = re.compile(r"[a-z]\w{3,}")  # what may name a field that is never recorded
_NOT_A_NAME: Final = re.compile(r"\W")
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that an exchange did not keep."""

    side: str  # "request" or "response"
    operation: str | None
    pointer: str
    expected: str
    seen: str
    certainty: str = "documented"


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer, read: `body` is the JSON value, the form's fields, the text, or None for none."""

    media_type: str
    body: Any
    size: int


def read(content_type: str, content: bytes) -> Message:
    """Read a body as its media type says; what cannot be read as JSON is UNREADABLE."""
    media_type, is_json = _media_type(content_type)
    if not content:
        return Message(media_type, None, 0)
    if is_json:
        try:
            text = content.decode(json.detect_encoding(content), "surrogatepass")
            return Message(media_type, _decoded(text), len(content))
        except ValueError:
            return Message(media_type, UNREADABLE, len(content))
    if media_type == FORM_TYPE:
        return Message(media_type, dict(parse_qsl(content.decode("utf-8", "replace"), True)), len(content))
    return Message(
        media_type, content.decode("utf-8", "replace") if media_type.startswith("text/") else None, len(content)
    )


@lru_cache(maxsize=256)
def _media_type(content_type: str) -> tuple[str, bool]:
    """Return the media type that a header names, and whether it is JSON."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type, JSON_TYPES.match(media_type) is not None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_decoded: Final = json.JSONDecoder(parse_constant=_no_constant).decode


class _Parameters:
    """The parameters of one place (path, query or header) as one object schema, with coercion from text."""

    def __init__(self, declared: Iterable[Mapping[str, Any]], contract: Contract, *, strict: bool, fold: bool) -> None:
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
            self._kinds[name] = contract.types_of(schema)
            self._items[name] = contract.types_of(contract.resolved(schema).get("items", {}))
            if parameter.get("required"):
                required.append(name)
            if parameter.get("x-sensitive") or contract.resolved(schema).get("x-sensitive"):
                self.hidden.add(name)
        self.names: Set[str] = self._kinds.keys()
        self._strict = strict
        schema = {"type": "object", "properties": properties, "required": required}
        if strict:
            schema["additionalProperties"] = False
        self._checker = Checker(schema, contract.components)

    def faults(self, pairs: Iterable[tuple[str, str]]) -> tuple[Fault, ...]:
        """Return what is wrong with the parameters that were sent."""
        if not self._kinds and not self._strict:
            return ()
        values: dict[str, Any] = {}
        for sent, text in pairs:
            name = sent.lower() if self._fold else sent
            kinds = self._kinds.get(name)
            if kinds is None:
                if self._strict:
                    values[name] = text
            elif "array" in kinds:
                items = self._items[name]
                values.setdefault(name, []).extend(_coerced(item, items) for item in text.split(","))
            else:
                values[name] = _coerced(text, kinds)
        return self._checker.faults(values)


def _coerced(text: str, kinds: frozenset[str]) -> Any:
    if "string" in kinds:
        return text
    if "integer" in kinds and re.fullmatch(r"-?\d+", text):
        return int(text)
    if "number" in kinds and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    if "boolean" in kinds and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return text


class Operation:
    """One operation of a contract: one method on one path."""

    def __init__(self, contract: Contract, method: str, template: str, spec: Mapping[str, Any], shared: Any) -> None:
        self._contract = contract
        self._spec = spec
        self._shared: Sequence[Mapping[str, Any]] = shared or ()
        self.method = method.upper()
        self.template = template
        self.id: str = spec.get("operationId") or f"{self.method} {template}"
        self.certainty: str = spec.get("x-certainty", "documented")
        self.changes_something = self.method != "GET" and not READING.search(self.id)
        self._bodies: dict[tuple[str, ...], tuple[Checker | None, Mask]] = {}

    @cached_property
    def _declared(self) -> list[Mapping[str, Any]]:
        own = [self._contract.resolved(parameter) for parameter in self._spec.get("parameters", ())]
        named = {(parameter["in"], parameter["name"]) for parameter in own}
        above = (self._contract.resolved(parameter) for parameter in self._shared)
        return [*own, *(parameter for parameter in above if (parameter["in"], parameter["name"]) not in named)]

    def _of(self, place: str, *, strict: bool = False, fold: bool = False) -> _Parameters:
        declared = [parameter for parameter in self._declared if parameter["in"] == place]
        if place == "header":  # OpenAPI leaves these three to other keywords
            declared = [p for p in declared if p["name"].lower() not in ("accept", "content-type", "authorization")]
        if place == "query":
            declared += [
                {"name": scheme["name"], "schema": {"type": "string"}, "x-sensitive": True}
                for schemes in self._security
                for scheme in schemes
                if scheme.get("in") == "query"
            ]
        return _Parameters(declared, self._contract, strict=strict, fold=fold)

    @cached_property
    def _path(self) -> _Parameters:
        return self._of("path")

    @cached_property
    def _query(self) -> _Parameters:
        return self._of("query", strict=True)

    @cached_property
    def _headers(self) -> _Parameters:
        return self._of("header", fold=True)

    @cached_property
    def _security(self) -> list[list[Mapping[str, Any]]]:
        demanded = self._spec.get("security", self._contract.document.get("security", ()))
        schemes = self._contract.components.get("securitySchemes", {})
        return [[schemes[name] for name in alternative] for alternative in demanded]

    @cached_property
    def _request_body(self) -> Mapping[str, Any] | None:
        body = self._spec.get("requestBody")
        return self._contract.resolved(body) if body is not None else None

    @cached_property
    def _codes(self) -> frozenset[int] | None:
        if "x-codes" not in self._spec:
            return None
        listed = [*self._spec["x-codes"], *self._contract.document.get("x-gateway-codes", ())]
        return frozenset(int(entry["code"] if isinstance(entry, Mapping) else entry) for entry in listed) | {0}

    @cached_property
    def _shown_parameters(self) -> frozenset[str]:
        return frozenset(
            name for name in self._query.names if name not in self._query.hidden and not redaction.is_sensitive(name)
        )

    def shown_parameters(self, query: Pairs) -> frozenset[str]:
        """Return the parameters of a query whose values may be recorded: those the contract names and does not mark.

        A filter may be recorded unless it speaks of a field that may not.
        """
        for name, text in query:
            if name == FILTER and not self._contract.sensitive_fields.isdisjoint(_FIELDS.findall(text.lower())):
                return self._shown_parameters - {FILTER}
        return self._shown_parameters

    def judge_request(
        self, path: Mapping[str, str], query: Pairs, headers: Mapping[str, str], message: Message
    ) -> list[Breach]:
        """Return the promises that a request breaks; header names are lower case."""
        breaches: list[Breach] = []
        for place, parameters, sent in (
            ("path", self._path, path.items()),
            ("query", self._query, query),
            ("headers", self._headers, headers.items()),
        ):
            for fault in parameters.faults(sent):
                name = fault.pointer[1:]
                hidden = name in parameters.hidden or name not in parameters.names or redaction.is_sensitive(name)
                values = [value for key, value in sent if key.lower() == name.lower()]
                seen = redaction.REDACTED if hidden and values else ", ".join(values) or "nothing"
                breaches.append(self._breach("request", f"/{place}{fault.pointer}", fault.expected, seen))
        if self._security and not any(self._shown(schemes, query, headers) for schemes in self._security):
            breaches.append(self._breach("request", "/headers/authorization", "credentials", "none"))
        declared = self._request_body
        if declared is None:
            if message.body is not None and message.body != {} and self.method != "GET":
                breaches.append(self._breach("request", "/body", "no body", f"{message.size} bytes"))
        elif message.size == 0:
            if declared.get("required"):
                breaches.append(self._breach("request", "/body", "a body", "none"))
        else:
            breaches += self._judge_body("request", ("request",), declared.get("content", {}), message)
        return breaches

    def judge_response(self, status: int, headers: Mapping[str, str], message: Message) -> list[Breach]:
        """Return the promises that an answer breaks; header names are lower case."""
        key, response = self._response(status)
        if response is None:
            documented = ", ".join(self._spec.get("responses", {}))
            return [self._breach("response", "/status", f"one of {documented}", str(status))]
        breaches = [
            self._breach("response", pointer_of("headers", name), "the header, because it is required", "nothing")
            for name, header in response.get("headers", {}).items()
            if self._contract.resolved(header).get("required") and name.lower() not in headers
        ]
        content = response.get("content")
        if not content:
            if message.size:
                breaches.append(self._breach("response", "/body", "no body", f"{message.size} bytes"))
            return breaches
        if message.size == 0:
            return [*breaches, self._breach("response", "/body", "a body", "none")]
        breaches += self._judge_body("response", ("response", key), content, message)
        if self._codes is not None and isinstance(message.body, dict):
            code = message.body.get("code")
            if isinstance(code, int) and code not in self._codes:
                breaches.append(self._breach("response", "/body/code", "a code this operation documents", str(code)))
        return breaches

    def masked_request(self, message: Message) -> Any:
        """Return the request's body as it may be recorded."""
        declared = self._request_body or {}
        return self._masked(("request",), declared.get("content", {}), message)

    def masked_response(self, status: int, message: Message) -> Any:
        """Return the answer's body as it may be recorded."""
        key, response = self._response(status)
        return self._masked(("response", key), (response or {}).get("content", {}), message)

    def _response(self, status: int) -> tuple[str, Mapping[str, Any] | None]:
        responses = self._spec.get("responses", {})
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in responses:
                return key, self._contract.resolved(responses[key])
        return "", None

    def _body(self, where: tuple[str, ...], content: Mapping[str, Any], media: str) -> tuple[Checker | None, Mask]:
        found = self._bodies.get((*where, media))
        if found is None:
            schema = content[media].get("schema")
            mask = redaction.mask_of(schema, self._contract.follow) if schema is not None else redaction.NOTHING
            checker = Checker(schema, self._contract.components) if schema is not None else None
            found = self._bodies[(*where, media)] = (checker, mask)
        return found

    def _judge_body(
        self, side: str, where: tuple[str, ...], content: Mapping[str, Any], message: Message
    ) -> list[Breach]:
        media = _chosen(content, message.media_type)
        if media is None:
            return [self._breach(side, "/headers/content-type", " or ".join(content), message.media_type or "none")]
        if message.body is UNREADABLE:
            return [self._breach(side, "/body", "JSON", f"{message.size} bytes that are not")]
        checker, mask = self._body(where, content, media)
        if checker is None or (message.body is None and message.size):
            return []
        faults = checker.faults(message.body)
        if not faults:
            return []
        shown = redaction.by_name(mask.over(message.body))
        return [self._breach(side, f"/body{fault.pointer}", fault.expected, _seen(shown, fault)) for fault in faults]

    def _masked(self, where: tuple[str, ...], content: Mapping[str, Any], message: Message) -> Any:
        media = _chosen(content, message.media_type)
        if media is None:
            return unknown_body(message)
        if message.body is UNREADABLE or (message.body is None and message.size):
            return f"{message.size} bytes of {message.media_type or 'no type'}"
        return self._body(where, content, media)[1].over(message.body)

    def _shown(self, schemes: list[Mapping[str, Any]], query: Pairs, headers: Mapping[str, str]) -> bool:
        return all(
            (scheme.get("in") == "query" and any(name == scheme["name"] for name, _ in query))
            or (scheme.get("in") == "header" and scheme["name"].lower() in headers)
            or (
                scheme["type"] in ("http", "oauth2", "openIdConnect")
                and headers.get("authorization", "").lower().startswith(scheme.get("scheme", "bearer").lower())
            )
            for scheme in schemes
        )

    def _breach(self, side: str, pointer: str, expected: str, seen: str) -> Breach:
        return Breach(side, self.id, f"/{side}{pointer}", expected, seen, self.certainty)


def size_of(message: Message) -> str | None:
    """Return what may be recorded of a body that a caller made up."""
    return f"{message.size} bytes of {message.media_type or 'no type'}" if message.size else None


def unknown_body(message: Message) -> Any:
    """Return what may be recorded of a body that no contract describes."""
    if message.body is None or message.body is UNREADABLE or isinstance(message.body, str):
        return size_of(message)
    return redaction.by_name(message.body)


def _chosen(content: Mapping[str, Any], media_type: str) -> str | None:
    if media_type in content:
        return media_type
    if not media_type and len(content) == 1:
        return next(iter(content))
    return next((media for media in content if media.endswith("/*") and media_type.startswith(media[:-1])), None)


def _seen(value: Any, fault: Fault) -> str:
    try:
        text = json.dumps(value_at(value, fault.pointer), default=str)
    except (LookupError, ValueError):
        return "nothing"
    return text if len(text) <= 200 else text[:200] + "…"


class Contract:
    """One OpenAPI document, ready to judge."""

    def __init__(self, name: str, document: Mapping[str, Any]) -> None:
        self.name = name
        self.document = document
        self.components: Mapping[str, Any] = document.get("components", {})
        self._loose = document.get("x-routing") == "case-insensitive"
        self._namespace = str(document.get("x-action-namespace", "ChannelAdvisor.RestApi.V1.Models")).lower() + "."
        self._exact: dict[tuple[str, str], Operation] = {}
        self._patterns: dict[tuple[str, int], list[tuple[re.Pattern[str], Operation]]] = {}
        self.operations: list[Operation] = []
        for template, item in document.get("paths", {}).items():
            for method in METHODS:
                if method in item:
                    self._add(Operation(self, method, template, item[method], item.get("parameters")))
        for patterns in self._patterns.values():
            patterns.sort(key=lambda entry: entry[1].template.count("{"))

    @staticmethod
    @cache
    def load(name: str) -> Contract:
        """Return the contract of this name from `contracts/`, read once."""
        return Contract.from_file(resources.contract_file(name))

    @classmethod
    def from_file(cls, path: Path) -> Contract:
        """Read a contract from a file."""
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return cls(path.stem, yaml.load(path.read_text(encoding="utf-8"), Loader=loader))

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
        return None

    def known_part(self, path: str) -> str:
        """Return as much of a path that leads to no operation as may be recorded."""
        return redaction.known_part(path, (operation.template for operation in self.operations), fold=self._loose)

    @cached_property
    def sensitive_fields(self) -> frozenset[str]:
        """Return the names of all fields that are never recorded, in lower case."""
        marked = (
            name.lower()
            for schema in self.components.get("schemas", {}).values()
            for name, inner in schema.get("properties", {}).items()
            if self.resolved(inner).get("x-sensitive")
        )
        return frozenset(marked) | redaction.SECRET_NAMES | redaction.BUYER_NAMES

    def follow(self, reference: str) -> Any:
        """Return what a local `$ref` points at."""
        return value_at(self.document, reference.removeprefix("#"))

    def resolved(self, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return `spec`, or what it refers to."""
        while "$ref" in spec:
            spec = self.follow(spec["$ref"])
        return spec

    def types_of(self, schema: Mapping[str, Any]) -> frozenset[str]:
        """Return the JSON types that a parameter's schema allows."""
        schema = self.resolved(schema)
        kinds = schema.get("type", [])
        named = {kinds} if isinstance(kinds, str) else set(kinds)
        for keyword in ("allOf", "anyOf", "oneOf"):
            for inner in schema.get(keyword, ()):
                named |= self.types_of(inner)
        return frozenset(named)
