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
from rehearsal.contract.message import read
from rehearsal.contract.openapi import Contract
from rehearsal.contract.operation import Operation
from rehearsal.control.calls import RECORDS
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Json
from rehearsal.server.front import Wsgi
from rehearsal.simulation.compression import Compression
from rehearsal.wire.recorder import Response
from rehearsal.wire.retimed import answer_with, body_with, with_text
from rehearsal.wire.transport import run_wsgi

INSIDE: Final = "business_now"  # the one field of the control API in which the world's time stands


def marketplace_by_machine(app: Wsgi, compression: Compression) -> Wsgi:
    """Return the marketplace's app as those meet it who live by the machine's clock."""
    contract = Contract.load("tiktok_shop")

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        found = contract.find(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if found is None:
            return app(environ, start_response)
        response = run_wsgi(app, _asked(environ, found[0], compression))
        return _answer(start_response, answer_with(response, found[0], compression.shown))

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
        response = run_wsgi(app, _asked(environ, found[0], compression) if found else environ)
        document = read(response.folded.get("content-type", ""), response.body).body
        if isinstance(document, dict):
            shown = shown_outside(document, stage)  # after a reset by another compression
            response = with_text(response, json.dumps(shown, ensure_ascii=False, indent=2) + "\n")
        return _answer(start_response, response)

    return serve


def _asked(environ: dict[str, Any], operation: Operation, compression: Compression) -> dict[str, Any]:
    """Return what is handed in: the request with its times as the world's; what was sent is what was signed."""
    sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    body = body_with(environ.get("CONTENT_TYPE", ""), sent, operation, compression.meant)
    return environ | {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), SIGNED: sent}


def _answer(start_response: Callable[..., Any], response: Response) -> list[bytes]:
    start_response(f"{response.status} {response.reason}", response.headers)
    return [response.body]


def shown_outside(document: Json, stage: InProcessStage) -> Json:
    """Return what a stage says, as those read it who live by the machine's clock, if such are outside."""
    compression = stage.current.compression
    shown: Json = document if compression is None else _shown(document, compression)
    return shown


def _shown(value: Any, compression: Compression) -> Any:
    if isinstance(value, dict):
        return {name: one if name == INSIDE else _shown(one, compression) for name, one in value.items()}
    if isinstance(value, list):
        return [_shown(one, compression) for one in value]
    return compression.shown(value) if isinstance(value, str) else value
