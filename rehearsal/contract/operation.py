"""One operation of a contract: whether an exchange keeps it, what may be recorded of one, and what its marks say.

It judges the request (path, query, header, security, body) and the response (status, media type, header, body,
business code). A `Breach` says on which side, at which JSON pointer of the exchange as the trace writes it, what was
expected and what was seen. Stricter than OpenAPI on purpose: a query parameter that is not named is a breach.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from rehearsal.contract import redaction
from rehearsal.contract.document import Document
from rehearsal.contract.message import UNREADABLE, Message, unknown_body
from rehearsal.contract.parameters import Parameters
from rehearsal.contract.redaction import Mask
from rehearsal.contract.schema import NO_FIELD, Checker, Fault, pointer_of, value_at

FILTER: Final = "$filter"  # the one option of a query that may speak of fields and their values
_FIELDS: Final = re.compile(r"[a-z]\w{3,}")  # what may name a field that is never recorded
TIME: Final = "x-time"
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Breach:
    """A point in which an exchange or an event does not keep the contract."""

    side: str  # "request", "response" or "event"
    operation: str | None
    pointer: str
    expected: str
    seen: str
    certainty: str = "documented"


class Operation:
    """One operation of a contract: one method on one path."""

    def __init__(self, document: Document, method: str, template: str, spec: Mapping[str, Any], shared: Any) -> None:
        self._document = document
        self._spec = spec
        self._shared: Sequence[Mapping[str, Any]] = shared or ()
        self.method = method.upper()
        self.template = template
        self.id: str = spec.get("operationId") or f"{self.method} {template}"
        self.certainty: str = spec.get("x-certainty", "documented")
        self.safe: bool = spec.get("x-safe", self.method == "GET")
        self._bodies: dict[tuple[str, ...], tuple[Checker | None, Mask]] = {}
        self._times: dict[tuple[str, str], Mask] = {}

    @cached_property
    def _declared(self) -> list[Mapping[str, Any]]:
        own = [self._document.resolved(parameter) for parameter in self._spec.get("parameters", ())]
        named = {(parameter["in"], parameter["name"]) for parameter in own}
        above = (self._document.resolved(parameter) for parameter in self._shared)
        return [*own, *(parameter for parameter in above if (parameter["in"], parameter["name"]) not in named)]

    def _of(self, place: str, *, strict: bool = False, fold: bool = False) -> Parameters:
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
        return Parameters(declared, self._document, strict=strict, fold=fold)

    @cached_property
    def _parameters(self) -> Mapping[str, Parameters]:
        return {
            "path": self._of("path"),
            "query": self._of("query", strict=True),
            "headers": self._of("header", fold=True),
        }

    @cached_property
    def _security(self) -> list[list[Mapping[str, Any]]]:
        demanded = self._spec.get("security", self._document.whole.get("security", ()))
        schemes = self._document.components.get("securitySchemes", {})
        return [[schemes[name] for name in alternative] for alternative in demanded]

    @cached_property
    def _request_body(self) -> Mapping[str, Any] | None:
        body = self._spec.get("requestBody")
        return self._document.resolved(body) if body is not None else None

    @cached_property
    def _key_parameters(self) -> list[tuple[str, str]]:
        """Return where (place and name) a parameter is the idempotency key."""
        return [(p["in"], p["name"]) for p in self._declared if self._document.marks(p, "x-idempotency-key")]

    @cached_property
    def _key_fields(self) -> frozenset[str]:
        """Return which fields of the body are the idempotency key."""
        content = (self._request_body or {}).get("content", {}).values()
        schemas = [self._document.resolved(media.get("schema", {})) for media in content]
        return frozenset(
            name
            for schema in schemas
            for name, inner in schema.get("properties", {}).items()
            if self._document.marks(inner, "x-idempotency-key")
        )

    @cached_property
    def _codes(self) -> frozenset[int] | None:
        if "x-codes" not in self._spec:
            return None
        listed = [*self._spec["x-codes"], *self._document.whole.get("x-gateway-codes", ())]
        return frozenset(int(entry["code"] if isinstance(entry, Mapping) else entry) for entry in listed) | {0}

    @cached_property
    def _shown_parameters(self) -> frozenset[str]:
        query = self._parameters["query"]
        return frozenset(name for name in query.names - query.hidden if not redaction.is_sensitive(name))

    def shown_parameters(self, query: Pairs) -> frozenset[str]:
        """Return the parameters of a query whose values may be recorded: those the contract names and does not mark.

        A filter may be recorded unless it speaks of a field that may not.
        """
        for name, text in query:
            if name == FILTER and not self._document.sensitive_fields.isdisjoint(_FIELDS.findall(text.lower())):
                return self._shown_parameters - {FILTER}
        return self._shown_parameters

    def judge_request(
        self, path: Mapping[str, str], query: Pairs, headers: Mapping[str, str], message: Message
    ) -> list[Breach]:
        """Return where a request breaks the contract; header names are lower case."""
        breaches: list[Breach] = []
        for place, sent in (("path", path.items()), ("query", query), ("headers", headers.items())):
            parameters = self._parameters[place]
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
        """Return where a response breaks the contract; header names are lower case."""
        key, response = self._response(status)
        if response is None:
            documented = ", ".join(self._spec.get("responses", {}))
            return [self._breach("response", "/status", f"one of {documented}", str(status))]
        breaches = [
            self._breach("response", pointer_of("headers", name), "the header, because it is required", "nothing")
            for name, header in response.get("headers", {}).items()
            if self._document.resolved(header).get("required") and name.lower() not in headers
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

    def accepts(self, status: int, message: Message) -> bool:
        """Return whether a response says that the request was taken: by its status, and by its business code if any."""
        code = message.body.get("code", 0) if isinstance(message.body, dict) else 0
        return status < 400 and code in (0, None)

    def idempotency_key(self, query: Pairs, headers: Mapping[str, str], message: Message) -> str | None:
        """Return the key by which the callee knows a request that it has had before; header names are lower case."""
        for place, name in self._key_parameters:
            sent = dict(query).get(name) if place == "query" else headers.get(name.lower())
            if sent:
                return sent
        body = message.body if isinstance(message.body, dict) else {}
        return next((body[name] for name in self._key_fields if isinstance(body.get(name), str)), None)

    def masked_request(self, message: Message) -> Any:
        """Return the request's body as it may be recorded."""
        declared = self._request_body or {}
        return self._masked(("request",), declared.get("content", {}), message)

    def masked_response(self, status: int, message: Message, query: Pairs = ()) -> Any:
        """Return the response's body as it may be recorded, when `query` was asked: a refusal may repeat its filter."""
        key, response = self._response(status)
        body = self._masked(("response", key), (response or {}).get("content", {}), message)
        if status < 400 or FILTER not in dict(query) or FILTER in self.shown_parameters(query):
            return body
        return redaction.without_words(body)

    def with_times(self, status: int | None, message: Message, change: Callable[[Any], Any]) -> Any:
        """Return the body of an answer, or of the request (no status), with `change` made in each time that it has."""
        spec = self._request_body if status is None else self._response(status)[1]
        media = _chosen((spec or {}).get("content", {}), message.media_type)
        if media is None or message.body is UNREADABLE:
            return message.body
        where = (str(status), media)
        if where not in self._times:
            schema = (spec or {})["content"][media].get("schema", {})
            self._times[where] = redaction.mask_of(schema, self._document.follow, TIME)
        return self._times[where].changed(message.body, change)

    @cached_property
    def time_parameters(self) -> frozenset[str]:
        """Return the parameters of the query in which times stand."""
        return frozenset(p["name"] for p in self._declared if p["in"] == "query" and self._document.marks(p, TIME))

    def _response(self, status: int) -> tuple[str, Mapping[str, Any] | None]:
        responses = self._spec.get("responses", {})
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in responses:
                return key, self._document.resolved(responses[key])
        return "", None

    def _body(self, where: tuple[str, ...], content: Mapping[str, Any], media: str) -> tuple[Checker | None, Mask]:
        found = self._bodies.get((*where, media))
        if found is None:
            schema = content[media].get("schema")
            mask = redaction.mask_of(schema, self._document.follow) if schema is not None else redaction.NOTHING
            checker = Checker(schema, self._document.components) if schema is not None else None
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
        for fault in faults:
            if fault.expected == NO_FIELD:  # what nobody knows may be anything
                shown = redaction.without(shown, fault.pointer)
        return [self._breach(side, f"/body{fault.pointer}", fault.expected, seen(shown, fault)) for fault in faults]

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


def _chosen(content: Mapping[str, Any], media_type: str) -> str | None:
    if media_type in content:
        return media_type
    if not media_type and len(content) == 1:
        return next(iter(content))
    return next((media for media in content if media.endswith("/*") and media_type.startswith(media[:-1])), None)


def seen(value: Any, fault: Fault) -> str:
    """Return the value at fault as text."""
    try:
        text = json.dumps(value_at(value, fault.pointer), default=str)
    except (LookupError, ValueError):
        return "nothing"
    return text if len(text) <= 200 else text[:200] + "…"
