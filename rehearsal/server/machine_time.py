"""The edges of a compressed world (D35): outside everybody lives by the machine's clock, inside by the world's.

An edge stands outside of what is judged and recorded. It changes times alone, where the contracts mark them: what the
marketplace is asked becomes the world's time, what it answers the machine's, and signatures are checked over what was
sent. Page tokens and texts stay. In the control API's answers every RFC 3339 time is the machine's, also in the words
of findings and refusals, but for `business_now`. What people look at, pages and mails, and the files of the record
keep the world's time. In any other world an edge is not there.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from typing import Any, Final

from mock_tiktok.open_api.app import SIGNED
from rehearsal.contract.message import Message, read
from rehearsal.contract.openapi import Contract
from rehearsal.contract.operation import Operation
from rehearsal.control.calls import RECORDS
from rehearsal.control.local import InProcessStage
from rehearsal.server.front import Wsgi
from rehearsal.simulation.compression import Compression
from rehearsal.wire.recorder import Response
from rehearsal.wire.transport import run_wsgi

INSIDE: Final = "business_now"  # the one field of the control API in which the world's time stands
_written: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_spread: Final = json.JSONEncoder(indent=2, ensure_ascii=False).encode


def marketplace_by_machine(app: Wsgi, compression: Compression) -> Wsgi:
    """Return the marketplace's app as those meet it who live by the machine's clock."""
    contract = Contract.load("tiktok_shop")

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        found = contract.find(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if found is None:
            return app(environ, start_response)
        operation, sent = found[0], _body_of(environ)
        response = run_wsgi(app, _asked(environ, sent, operation, compression))
        answered = _read(response)
        shown = operation.with_times(response.status, answered, compression.shown)
        return _begin(start_response, response, None if shown is answered.body else _written(shown))

    return serve


def control_by_machine(app: Wsgi, stage: InProcessStage, prefix: str) -> Wsgi:
    """Return the control API over a stage as those meet it who live by the machine's clock."""
    contract = Contract.load("control")
    records = tuple(path for path, _ in RECORDS.values())

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        compression = stage.current.compression
        if compression is None or not path.startswith(prefix) or path.endswith(records):
            return app(environ, start_response)
        found = contract.find(environ["REQUEST_METHOD"], path.removeprefix(prefix).removeprefix("/worlds/default"))
        sent = _body_of(environ)
        asked = _asked(environ, sent, found[0] if found else None, compression)
        response = run_wsgi(app, asked)
        document, begun = _read(response).body, stage.current.compression or compression  # after a reset another one
        readable = isinstance(document, dict)
        return _begin(start_response, response, _spread(_shown(document, begun)) if readable else None)

    return serve


def _body_of(environ: dict[str, Any]) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return body


def _asked(
    environ: dict[str, Any], sent: bytes, operation: Operation | None, compression: Compression
) -> dict[str, Any]:
    """Return what is handed in: the request with its times as the world's; what was sent is what was signed."""
    body = sent
    message = read(environ.get("CONTENT_TYPE", ""), sent)
    if operation is not None:
        meant = operation.with_times(None, message, compression.meant)
        body = sent if meant is message.body else _written(meant).encode("utf-8", "replace")
    return environ | {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), SIGNED: sent}


def _read(response: Response) -> Message:
    return read(response.folded.get("content-type", ""), response.body)


def _begin(start_response: Callable[..., Any], response: Response, text: str | None) -> list[bytes]:
    """Begin the answer; return its body, or what is given in its place."""
    body, headers = response.body, response.headers
    if text is not None:
        body = text.encode("utf-8", "replace")
        headers = [
            (name, str(len(body)) if name.lower() == "content-length" else value) for name, value in response.headers
        ]
    start_response(f"{response.status} {response.reason}", headers)
    return [body]


def _shown(value: Any, compression: Compression) -> Any:
    if isinstance(value, dict):
        return {name: one if name == INSIDE else _shown(one, compression) for name, one in value.items()}
    if isinstance(value, list):
        return [_shown(one, compression) for one in value]
    return compression.shown(value) if isinstance(value, str) else value
