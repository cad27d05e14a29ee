"""The marketplace on the wire: one WSGI app with the Open API and the two token endpoints.

The API's calls go through the gate (`gateway.py`) to thin routes; one handler writes every refusal in the platform's
envelope, each response with a `request_id` of its own.
"""

import json
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Final
from urllib.parse import parse_qsl

import orjson
from flask import Flask, Request, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound

from mock_tiktok import errors
from mock_tiktok.open_api import authorization, cancellations, orders, returns, webhooks
from mock_tiktok.open_api import responses as wire
from mock_tiktok.open_api.endpoints import ENDPOINTS, Endpoint, why_left_out
from mock_tiktok.open_api.gateway import TOKEN_HEADER, Act, Gateway, Json, OtherClocks, Received, invalid
from mock_tiktok.open_api.request_id import EXCHANGE_ID, RequestIds
from mock_tiktok.open_api.shared_routes import App, Written
from mock_tiktok.usecases.market import Market

TOKEN_VARIABLE: Final = "HTTP_" + TOKEN_HEADER.upper().replace("-", "_")  # as WSGI has the header
SIGNED: Final = "rehearsal.signed"  # as a stage hands in the body that was signed, where it has changed what it says
LARGEST_BODY: Final = 4 * 1024 * 1024
LARGEST_UPLOAD: Final = 12 * 1024 * 1024  # a picture, and what stands around it
JSON: Final = "application/json; charset=utf-8"
PLAIN: Final = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME  # neither has a form in a document
ACTS: Final[dict[str, Act]] = {  # an operation is carried out by what is called like it
    act.__name__: act for door in (authorization, orders, returns, cancellations, webhooks) for act in door.ACTS
}

Respond = Callable[[Callable[[str], Json], int], Response]


def written(document: Json) -> bytes:
    """Return a document as JSON; of what a caller wrote, half a character may come back in a message."""
    try:
        return orjson.dumps(document, option=PLAIN)
    except TypeError:
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def create_app(market: Market, other_clocks: OtherClocks = tuple) -> Flask:
    """Build the app around one market; several fit in one process."""
    app = App("mock_tiktok", static_folder=None)
    app.url_map.merge_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    gateway = Gateway(market, other_clocks)
    ids = RequestIds(market.state.seed, partial(market.platform.count, "request id"))

    def respond(document: Callable[[str], Json], http_status: int = 200) -> Response:
        request_id = ids.next(market.now, request.environ.get(EXCHANGE_ID))
        return Written(written(document(request_id)), http_status, JSON)

    def view(endpoint: Endpoint) -> Callable[..., Response]:
        act = ACTS[endpoint.operation]

        def call(**path: str) -> Response:
            if endpoint.form:
                request.max_content_length = LARGEST_UPLOAD
            data = gateway.pass_on(endpoint, act, _received(), path)
            return respond(lambda request_id: wire.success(data, request_id))

        return call

    def token() -> Response:
        data = authorization.token(market, request.path, request.args.to_dict())
        return respond(lambda request_id: wire.success(data, request_id, "success"))

    for endpoint in ENDPOINTS:
        name = f"api.{endpoint.operation}".replace(".", "_")
        methods = [endpoint.method]
        app.add_url_rule(endpoint.path, name, view(endpoint), methods=methods, provide_automatic_options=False)
        app.plain.add(name)
    for path in authorization.GRANT_TYPES:
        app.add_url_rule(path, path.strip("/").replace("/", "_"), token, provide_automatic_options=False)
    _register_refusals(app, respond, market.troubles.met)
    return app


def _register_refusals(app: Flask, respond: Respond, met: Callable[[str, str], None]) -> None:
    """Have whatever is raised written in the platform's envelope, as one of its own refusals."""

    @app.errorhandler(errors.ApiError)
    def _refused(error: errors.ApiError) -> Response:
        if error.trouble is not None:
            met(*error.trouble)
        return respond(lambda request_id: wire.failure(error.code, error.message, request_id), error.http_status)

    @app.errorhandler(errors.BadValue)
    def _bad_value(error: errors.BadValue) -> Response:
        return _refused(invalid(error.field, "parameter", error.message))

    @app.errorhandler(errors.UnknownId)
    def _unknown_id(error: errors.UnknownId) -> Response:
        return _refused(errors.NO_PERMISSION(kind=error.kind, id=error.id))

    @app.errorhandler(HTTPException)
    def _http_error(error: HTTPException) -> Response:
        if isinstance(error, NotFound):
            why = why_left_out(request.method, request.path)
            return _refused(errors.NOT_SERVED(why=why) if why else errors.NO_PATH())
        if isinstance(error, MethodNotAllowed):
            return _refused(errors.NO_METHOD())
        if isinstance(error, InternalServerError):
            return _refused(errors.INTERNAL())
        return _refused(errors.BAD_FORMAT(why=error.description or error.name))


def _received() -> Received:
    here: Request = request._get_current_object()  # type: ignore[attr-defined]  # once, not at every mention
    body = _sent(here)
    return Received(
        path=here.path,
        query=_pairs(here.query_string.decode(errors="replace")),
        token=here.environ.get(TOKEN_VARIABLE),
        content_type=here.environ.get("CONTENT_TYPE", ""),
        body=body,
        signed=here.environ.get(SIGNED, body),
    )


def _sent(here: Request) -> bytes:
    """Return the body; at once where it lies in memory and has the length that Content-Length says and the API takes.

    Flask's own way costs ten times as much, and is for all others.
    """
    body, said = here.environ["wsgi.input"], here.environ.get("CONTENT_LENGTH", "")
    if type(body) is BytesIO:
        content = body.getvalue()
        if said == str(len(content)) and len(content) <= LARGEST_BODY:
            return content
    return here.get_data()


def _pairs(query: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of a query; most have nothing escaped."""
    if "%" in query or "+" in query:
        return tuple(parse_qsl(query, keep_blank_values=True))
    return tuple((name, value) for part in query.split("&") if part for name, _, value in (part.partition("="),))
