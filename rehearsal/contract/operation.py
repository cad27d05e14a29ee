"""One operation of a contract: whether an exchange keeps it, what may be recorded of one, and what its marks say.

It judges the request (path, query, header, security, body) and the response (status, media type, header, body,
business code). A `Breach` says on which side, at which JSON pointer of the exchange as the trace writes it, what was
expected and what was seen. Stricter than OpenAPI on purpose: a query parameter that is not named is a breach.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

from rehearsal.contract import redaction, valueless
from rehearsal.contract.document import Document
from rehearsal.contract.message import UNREADABLE, Message, size_of, unknown_body
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


class _Answer(NamedTuple):
    """What an operation says of its responses of one status."""

    key: str  # under which it says so
    spec: Mapping[str, Any] | None
    headers: tuple[str, ...]  # that are required


class _Body(NamedTuple):
    """What an operation says of a body."""

    checker: Checker | None
    mask: Mask


class Operation:
    """One operation of a contract: one method on one path. What it says of calls that are alike is found once."""

    def __init__(self, document: Document, method: str, template: str, spec: Mapping[str, Any], shared: Any) -> None:
        self._document = document
        self._spec = spec
        self._shared: Sequence[Mapping[str, Any]] = shared or ()
        self.method = method.upper()
        self.template = template
        self.id: str = spec.get("operationId") or f"{self.method} {template}"
        self.certainty: str = spec.get("x-certainty", "documented")
        self.safe: bool = spec.get("x-safe", self.method == "GET")
        self._answers: dict[int, _Answer] = {}  # by status
        self._bodies: dict[tuple[str, str], _Body] = {}  # by what is said of them where, and by media type
        self._met: dict[tuple[int | None, str], _Body] = {}  # by status, none of a request's, and type as it was sent
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
    def _judged_places(self) -> list[tuple[str, Parameters]]:
        return [(place, parameters) for place, parameters in self._parameters.items() if parameters.says_something]

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
            if name == FILTER and not self._document.sensitive_fields.isdisjoint(_fields_in(text)):
                return self._shown_parameters - {FILTER}
        return self._shown_parameters

    def judge_request(
        self, path: Mapping[str, str], query: Pairs, headers: Mapping[str, str], message: Message
    ) -> list[Breach]:
        """Return where a request breaks the contract; header names are lower case."""
        breaches: list[Breach] = []
        for place, parameters in self._judged_places:
            sent = query if place == "query" else (path if place == "path" else headers).items()
            for fault in parameters.faults(sent):
                name = fault.pointer[1:]
                hidden = name in parameters.hidden or name not in parameters.names or redaction.is_sensitive(name)
                values = [value for key, value in sent if key.lower() == name.lower()]
                seen = redaction.REDACTED if hidden and values else ", ".join(values) or "nothing"
                breaches.append(self._breach("request", f"/{place}{fault.pointer}", fault.expected, seen))
        if self._security and not self._authorized(query, headers):
            breaches.append(self._breach("request", "/headers/authorization", "credentials", "none"))
        declared = self._request_body
        if declared is None:
            if message.body is not None and message.body != {} and self.method != "GET":
                breaches.append(self._breach("request", "/body", "no body", f"{message.size} bytes"))
        elif message.size == 0:
            if declared.get("required"):
                breaches.append(self._breach("request", "/body", "a body", "none"))
        else:
            breaches += self._judge_body("request", None, message)
        return breaches

    def judge_response(self, status: int, headers: Mapping[str, str], message: Message) -> list[Breach]:
        """Return where a response breaks the contract; header names are lower case."""
        _, response, required = self._answer(status)
        if response is None:
            documented = ", ".join(self._spec.get("responses", {}))
            return [self._breach("response", "/status", f"one of {documented}", str(status))]
        breaches = [
            self._breach("response", pointer_of("headers", name), "the header, because it is required", "nothing")
            for name in required
            if name.lower() not in headers
        ]
        if not response.get("content"):
            if message.size and not response.get("x-any-body"):
                breaches.append(self._breach("response", "/body", "no body", f"{message.size} bytes"))
            return breaches
        if message.size == 0:
            return [*breaches, self._breach("response", "/body", "a body", "none")]
        breaches += self._judge_body("response", status, message)
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
        if not self._key_parameters and not self._key_fields:
            return None
        for place, name in self._key_parameters:
            sent = dict(query).get(name) if place == "query" else headers.get(name.lower())
            if sent:
                return sent
        body = message.body if isinstance(message.body, dict) else {}
        return next((body[name] for name in self._key_fields if isinstance(body.get(name), str)), None)

    def masked_request(self, message: Message) -> Any:
        """Return the request's body as it may be recorded."""
        return self._masked(None, message)

    def masked_response(self, status: int, message: Message, query: Pairs = ()) -> Any:
        """Return the response's body as it may be recorded, when `query` was asked: a refusal may repeat its filter."""
        body = self._masked(status, message)
        if status < 400 or FILTER not in dict(query) or FILTER in self.shown_parameters(query):
            return body
        return redaction.without_words(body)

    def with_times(self, status: int | None, message: Message, change: Callable[[Any], Any]) -> Any:
        """Return the body of an answer, or of the request (no status), with `change` made in each time that it has."""
        content = self._content_of(status)
        media = _chosen(content, message.media_type)
        if media is None or message.body is UNREADABLE:
            return message.body
        where = (str(status), media)
        if where not in self._times:
            schema = content[media].get("schema", {})
            self._times[where] = redaction.mask_of(schema, self._document.follow, TIME)
        return self._times[where].changed(message.body, change)

    def in_another_way(self, status: int, message: Message, way: str) -> Any:
        """Return the body of an answer with its fields that say nothing as `valueless` has them."""
        content = self._content_of(status)
        media = _chosen(content, message.media_type)
        if media is None or message.body is UNREADABLE:
            return message.body
        return valueless.in_another_way(message.body, content[media].get("schema", {}), self._document, way)

    def times_in(self, place: str) -> frozenset[str]:
        """Return the parameters of a place, query or header, in which times stand; header names are lower case."""
        found = (p["name"] for p in self._declared if p["in"] == place and self._document.marks(p, TIME))
        return frozenset(name.lower() if place == "header" else name for name in found)

    def _answer(self, status: int) -> _Answer:
        found = self._answers.get(status)
        if found is None:
            responses = self._spec.get("responses", {})
            keys = (str(status), f"{status // 100}XX", "default")
            key = next((key for key in keys if key in responses), "")
            spec = self._document.resolved(responses[key]) if key else None
            headers = (spec or {}).get("headers", {}).items()
            required = tuple(name for name, header in headers if self._document.resolved(header).get("required"))
            found = self._answers[status] = _Answer(key, spec, required)
        return found

    def _content_of(self, status: int | None) -> Mapping[str, Any]:
        """Return what is said, by media type, of the bodies of answers with a status, or of a request (no status)."""
        spec = self._request_body if status is None else self._answer(status).spec
        content: Mapping[str, Any] = (spec or {}).get("content", {})
        return content

    def _body(self, status: int | None, media_type: str) -> _Body | None:
        """Return what is said of a body of this type; None where there is no such body."""
        met = self._met.get((status, media_type))
        if met is not None:
            return met
        content = self._content_of(status)
        media = _chosen(content, media_type)
        if media is None:
            return None
        where = ("request" if status is None else f"response {self._answer(status).key}", media)
        if where not in self._bodies:
            schema = content[media].get("schema")
            mask = redaction.mask_of(schema, self._document.follow) if schema is not None else redaction.NOTHING
            checker = Checker(schema, self._document.components) if schema is not None else None
            self._bodies[where] = _Body(checker, mask)
        met = self._met[status, media_type] = self._bodies[where]
        return met

    def _judge_body(self, side: str, status: int | None, message: Message) -> list[Breach]:
        known = self._body(status, message.media_type)
        if known is None:
            documented = " or ".join(self._content_of(status))
            return [self._breach(side, "/headers/content-type", documented, message.media_type or "none")]
        if message.body is UNREADABLE:
            return [self._breach(side, "/body", "JSON", f"{message.size} bytes that are not")]
        if known.checker is None or (message.body is None and message.size):
            return []
        faults = message.faults.get(known.checker)
        if faults is None:
            faults = message.faults[known.checker] = known.checker.faults(message.body)
        if not faults:
            return []
        shown = redaction.by_name(known.mask.over(message.body))
        for fault in faults:
            if fault.expected == NO_FIELD:  # what nobody knows may be anything
                shown = redaction.without(shown, fault.pointer)
        return [self._breach(side, f"/body{fault.pointer}", fault.expected, seen(shown, fault)) for fault in faults]

    def _masked(self, status: int | None, message: Message) -> Any:
        known = self._body(status, message.media_type)
        if known is None:
            return unknown_body(message)
        if message.body is UNREADABLE or (message.body is None and message.size):
            return size_of(message)
        return known.mask.over(message.body)

    def _authorized(self, query: Pairs, headers: Mapping[str, str]) -> bool:
        """Return whether one of the alternatives is there, with all its credentials."""
        for schemes in self._security:
            for scheme in schemes:
                if not _shown(scheme, query, headers):
                    break
            else:
                return True
        return False

    def _breach(self, side: str, pointer: str, expected: str, seen: str) -> Breach:
        return Breach(side, self.id, f"/{side}{pointer}", expected, seen, self.certainty)


def _shown(scheme: Mapping[str, Any], query: Pairs, headers: Mapping[str, str]) -> bool:
    """Return whether a request has a credential."""
    where = scheme.get("in")
    if where == "query":
        return any(name == scheme["name"] for name, _ in query)
    if where == "header":
        return scheme["name"].lower() in headers
    begins = headers.get("authorization", "").lower().startswith(scheme.get("scheme", "bearer").lower())
    return begins and scheme["type"] in ("http", "oauth2", "openIdConnect")


@lru_cache(maxsize=64)
def _fields_in(text: str) -> frozenset[str]:
    """Return what may name a field in a filter, in lower case."""
    return frozenset(_FIELDS.findall(text.lower()))


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
