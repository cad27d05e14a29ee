"""The edges of a compressed world (D35): outside everybody lives by the machine's clock, inside by the world's.

An edge stands outside of what is judged and recorded. It changes times alone, where the contracts mark them: what the
marketplace is asked becomes the world's time, what it answers the machine's, and signatures are checked over what was
sent. Page tokens stay. In the control API's answers, the record and the players' pages every time is the machine's,
also in words, but for fields whose names begin with `business_`, where the world's own stands beside it. In any other
world an edge is not there.
"""

import io
import json
from collections.abc import Callable, Iterable
from typing import Any, Final

from mock_tiktok.open_api.app import SIGNED
from mock_tiktok.pages.words import PACE
from rehearsal.contract.message import Message, read
from rehearsal.contract.openapi import Contract
from rehearsal.contract.operation import Operation
from rehearsal.control.calls import RECORDS
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Json
from rehearsal.server.front import Wsgi
from rehearsal.simulation.compression import Compression
from rehearsal.trace.log import Entry
from rehearsal.wire.recorder import Response
from rehearsal.wire.retimed import answer_with, body_with, with_text
from rehearsal.wire.transport import run_wsgi

INSIDE: Final = "business_"  # so begin the names of fields in which the world's time stands
OUTPUT: Final = "| "  # so begin lines that a connector has written: its times are its own


def marketplace_by_machine(app: Wsgi, compression: Compression) -> Wsgi:
    """Return the marketplace's app as those meet it who live by the machine's clock."""
    contract, pages = Contract.load("tiktok_shop"), pages_by_machine(app, compression)

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        found = contract.find(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if found is None:
            return pages(environ, start_response)
        response = run_wsgi(app, _asked(environ, found[0], compression))
        return _answer(start_response, answer_with(response, found[0], compression.shown))

    return serve


def pages_by_machine(app: Wsgi, compression: Compression) -> Wsgi:
    """Return a player's pages as people read them who live by the machine's clock."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        response = run_wsgi(app, environ | {PACE: compression.factor})
        if response.folded.get("content-type", "").startswith("text/html"):
            response = with_text(response, compression.shown(response.body.decode()))
        return _answer(start_response, response)

    return serve


def control_by_machine(app: Wsgi, stage: InProcessStage, prefix: str) -> Wsgi:
    """Return the control API over a stage as those meet it who live by the machine's clock."""
    contract = Contract.load("control")
    records = {path: name for name, (path, _) in RECORDS.items()}

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        compression = stage.current.compression
        if compression is None or not path.startswith(prefix):
            return app(environ, start_response)
        asked = path.removeprefix(prefix).removeprefix("/worlds/default")
        found = contract.find(environ["REQUEST_METHOD"], asked)
        response = run_wsgi(app, _asked(environ, found[0], compression) if found else environ)
        document = read(response.folded.get("content-type", ""), response.body).body
        if asked in records and response.status == 200:
            response = with_text(response, stage.record(records[asked], _Line(compression)).decode())
        elif isinstance(document, dict):
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
        return {name: one if name.startswith(INSIDE) else _shown(one, compression) for name, one in value.items()}
    if isinstance(value, list):
        return [_shown(one, compression) for one in value]
    if not isinstance(value, str):
        return value
    return "\n".join(
        line if line.lstrip().startswith(OUTPUT) else compression.shown(line) for line in value.split("\n")
    )


class _Line:
    """Shows a line of the record: what was said as it was said outside, and the world's time beside the machine's."""

    def __init__(self, compression: Compression) -> None:
        self._compression = compression
        contracts = (Contract.load("tiktok_shop"), Contract.load("tiktok_webhooks"))
        self._operations = {one.id: one for contract in contracts for one in contract.operations}

    def __call__(self, line: Entry) -> Entry:
        shown = {}
        for name, value in line.items():
            shown[name] = _shown(value, self._compression)
            if name in ("at", "start"):
                shown[f"{INSIDE}{name}"] = value
        operation = self._operations.get(line.get("operation") or "")
        if operation is not None:
            shown["request"] = self._said(None, shown["request"], operation)
            for answer in ("response", "received"):
                if shown.get(answer) is not None:
                    shown[answer] = self._said(shown[answer].get("status", shown["status"]), shown[answer], operation)
        return shown

    def _said(self, status: int | None, said: Entry, operation: Operation) -> Entry:
        message = Message(said["type"] or "", said["body"], 0, {})
        return {**said, "body": operation.with_times(status, message, self._compression.shown)}
