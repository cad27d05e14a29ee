"""The control API over HTTP, and the console on the same port.

There is a route for each entry of `rehearsal.control.calls`. A route reads, asks the stage and answers; one handler
renders every `Problem`. The world `default` is met without its name, too.
"""

import json
import logging
from collections.abc import Callable, Collection
from functools import partial
from typing import Any, Final

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException

from rehearsal.contract.message import DEEPEST, is_deep
from rehearsal.control.calls import CALLS, RECORDS, Call
from rehearsal.control.local import InProcessStage
from rehearsal.control.places import CONNECTOR_FAILED, named, places
from rehearsal.control.stage import Json, Problem
from rehearsal.resources import contract_file
from rehearsal.server.access import Gate
from rehearsal.server.console import console_pages
from rehearsal.server.idempotency import HEADER, Replays

PREFIX: Final = "/control/v1"
WORLD: Final = "default"
LONGEST_BODY: Final = 1_000_000
PROBLEM_TYPE: Final = "application/problem+json"


def control_app(stage: InProcessStage, gate: Gate | None = None) -> Flask:
    """Return the WSGI app of the control API and the console over this stage; `gate` says who may call."""
    app = Flask("rehearsal.control", static_folder=None, template_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it; the base class does not say
    app.url_map.strict_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # a method that the contract does not name is a 405 like any other
    app.before_request(lambda: (gate or Gate()).check(request, enters=request.path == "/"))
    app.register_error_handler(Problem, render)
    app.register_error_handler(HTTPException, _no_such)
    app.register_error_handler(Exception, partial(_stage_failed, stage))

    replays = Replays(stage.state)
    calls = Blueprint("calls", __name__)
    calls.before_request(_demand_path)
    for call in CALLS.values():
        view = _reading(stage, call) if call.body is None else _acting(stage, call, replays)
        rule = call.path.translate({ord("{"): "<", ord("}"): ">"})
        calls.add_url_rule(rule, call.name, view, methods=[call.method])
    for name, (path, media_type) in RECORDS.items():
        calls.add_url_rule(path, name, _file(partial(stage.record, name), media_type))
    calls.add_url_rule("/openapi.yaml", "contract", _file(contract_file("control").read_bytes, "application/yaml"))
    app.register_blueprint(calls, name="default", url_prefix=PREFIX, url_defaults={"world": WORLD})
    app.register_blueprint(calls, name="named", url_prefix=f"{PREFIX}/worlds/<world>")
    app.register_blueprint(console_pages(stage))
    return app


def _reading(stage: InProcessStage, call: Call) -> Callable[..., Response]:
    def read(**path: str) -> Response:
        _demand_query(call.query)
        return _response(stage.request(call, path, request.args.to_dict()))

    return read


def _acting(stage: InProcessStage, call: Call, replays: Replays) -> Callable[..., Response]:
    def write(**path: str) -> Response:
        for field in request.args:
            raise Problem(422, "Invalid value", f"{field} belongs into the body", field=field)
        body = _body()
        prepared = stage.prepare(call, path, body)

        def act() -> tuple[Json, int]:
            document = prepared()
            return document, 202 if document.get("kept") else 200

        key = request.headers.get(HEADER)
        if key is None:
            (document, status), replayed = act(), False
        else:
            document, status, replayed = replays.once(key, json.dumps([call.name, path, body], sort_keys=True), act)
        if call.name == "reset" and not replayed:
            replays.forget(but=key)
        response = _response(document, status)
        if replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return response

    return write


def _file(content: Callable[[], bytes], media_type: str) -> Callable[..., Response]:
    def download() -> Response:
        _demand_query(())
        return Response(content(), content_type=media_type)

    return download


def _demand_path() -> None:
    """Refuse a world that is not here, and what names nothing; no call needs to know of which world it is."""
    path = request.view_args or {}
    if (world := path.pop("world")) != WORLD:
        raise Problem(404, "No such world", f"there is no world {world!r} here, only {WORLD!r}", field="world")
    for field, value in path.items():
        if not value.strip():
            raise Problem(422, "Invalid value", f"{field} is {value!r}, which names nothing", field=field)


def _demand_query(known: Collection[str]) -> None:
    for field in request.args:
        if field not in known or len(request.args.getlist(field)) > 1 or not request.args[field].strip():
            words = "is given empty or twice" if field in known else "is not known here"
            raise Problem(422, "Invalid value", f"{field} {words}", field=field)


def _body() -> Any:
    raw = request.get_data()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw, parse_constant=_no_constant)
        if is_deep(raw.decode("latin-1"), body):
            raise ValueError(f"it has more than {DEEPEST} levels")
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is a string that no answer could hold
        return body
    except (ValueError, RecursionError) as error:
        raise Problem(400, "Not JSON", f"the body cannot be read as JSON: {error}", field="body") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _response(document: Json, status: int = 200, media_type: str = "application/json") -> Response:
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return Response(text.encode("utf-8", "replace"), status, content_type=media_type)


def render(problem: Problem) -> Response:
    """Return a problem document."""
    response = _response(problem.document(), problem.status, PROBLEM_TYPE)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _no_such(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return Response(status=error.code or 500, headers=error.get_headers())
    details = {
        404: f"there is no {request.path} here; GET {PREFIX}/openapi.yaml lists every call",
        405: f"{request.path} does not take {request.method}",
        413: f"a body has at most {LONGEST_BODY} bytes",
    }
    response = render(Problem(error.code, error.name, details.get(error.code, error.description or "")))
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _stage_failed(stage: InProcessStage, error: Exception) -> Response:
    logging.getLogger(__name__).exception("the stage itself failed at %s %s", request.method, request.path)
    last = places(error)[-1:]
    if last and last[0].of_connector:
        return render(Problem(500, CONNECTOR_FAILED, f"{named(error)} ({last[0]})"))
    stage.note_own_failure(f"{request.method} {request.path}: {named(error)}")
    return render(Problem(500, "The stage itself failed", named(error)))
