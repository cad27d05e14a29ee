"""Messages whose times are changed where they pass an edge of a compressed world (D35), as the contracts mark them.

`outward` is the edge towards somebody outside whom a player of this world calls: their clock is the machine's. It
stands outside of what is judged and recorded. What nobody can read passes as it is.
"""

import json
from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote, urlencode

from rehearsal.contract.message import query_pairs, read
from rehearsal.contract.openapi import Contract
from rehearsal.contract.operation import Operation
from rehearsal.simulation.compression import Compression
from rehearsal.wire.recorder import Call, Handler, Response

Change = Callable[[Any], Any]
written: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def outward(handler: Handler, contract: Contract, compression: Compression) -> Handler:
    """Return `handler`, which leads outside, for calls that are made in the world's time."""

    def handle(call: Call) -> Response:
        found = contract.find(call.method, unquote(call.path))
        if found is None:
            return handler(call)
        operation = found[0]
        body = body_with(call.headers.get("content-type", ""), call.body, operation, compression.shown)
        headers = dict(_with(call.headers.items(), operation.times_in("header"), compression.shown))
        if body is not call.body:
            headers["content-length"] = str(len(body))
        query = _query_with(call.query, operation, compression.shown)
        response = handler(replace(call, query=query, body=body, headers=headers))
        return answer_with(response, operation, compression.meant)

    return handle


def body_with(content_type: str, body: bytes, operation: Operation, change: Change) -> bytes:
    """Return a request's body with its times changed; itself, where that changes nothing."""
    message = read(content_type, body)
    changed = operation.with_times(None, message, change)
    return body if changed is message.body else written(changed).encode("utf-8", "replace")


def answer_with(response: Response, operation: Operation, change: Change) -> Response:
    """Return an answer with its times changed; itself, where that changes nothing."""
    message = read(response.folded.get("content-type", ""), response.body)
    changed = operation.with_times(response.status, message, change)
    return response if changed is message.body else with_text(response, written(changed))


def with_text(response: Response, text: str) -> Response:
    """Return an answer with another body."""
    body = text.encode("utf-8", "replace")
    headers = [(name, str(len(body)) if name.lower() == "content-length" else said) for name, said in response.headers]
    return response._replace(headers=headers, body=body)


def _query_with(query: str, operation: Operation, change: Change) -> str:
    pairs = query_pairs(query)
    changed = _with(pairs, operation.times_in("query"), change)
    return query if changed == pairs else urlencode(changed)


def _with(pairs: Iterable[tuple[str, str]], times: Container[str], change: Change) -> list[tuple[str, str]]:
    return [(name, change(value) if name in times else value) for name, value in pairs]
