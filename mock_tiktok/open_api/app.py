"""The marketplace on the wire: one WSGI app with the Open API, the two token endpoints, and the pages for people.

The API's calls go through the gate (`gateway.py`) to thin routes; one handler writes every refusal in the platform's
envelope, each answer with a `request_id` of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound

from mock_tiktok.errors import ApiError, BadValue, UnknownId
from mock_tiktok.marketplace import Marketplace
from mock_tiktok.open_api import authorization as routes_authorization
from mock_tiktok.open_api import cancellations as routes_cancellations
from mock_tiktok.open_api import orders as routes_orders
from mock_tiktok.open_api import responses as wire
from mock_tiktok.open_api import returns as routes_returns
from mock_tiktok.open_api.endpoints import ENDPOINTS, Endpoint
from mock_tiktok.open_api.gateway import TOKEN_HEADER, Act, Gateway, Json, Received, invalid
from mock_tiktok.open_api.request_id import EXCHANGE_ID, RequestIds
from mock_tiktok.pages.app import PREFIXES, register_pages

LARGEST_BODY: Final = 4 * 1024 * 1024
JSON: Final = "application/json; charset=utf-8"
_written: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
ACTS: Final[dict[str, Act]] = {
    **routes_authorization.ACTS,
    **routes_orders.ACTS,
    **routes_returns.ACTS,
    **routes_cancellations.ACTS,
}


def create_app(marketplace: Marketplace) -> Flask:
    """Build the app around one marketplace; several fit in one process."""
    app = Flask("mock_tiktok")
    app.url_map.merge_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    gateway = Gateway(marketplace)
    ids = RequestIds(marketplace.seed)

    def answer(document: Callable[[str], Json], http_status: int = 200) -> Response:
        request_id = ids.next(marketplace.now, request.environ.get(EXCHANGE_ID))
        # what a caller wrote may come back in a message, and JSON can carry halves of characters that UTF-8 cannot
        written = _written(document(request_id)).encode("utf-8", "replace")
        return Response(written, http_status, content_type=JSON)

    def refuse(error: ApiError) -> Response:
        return answer(lambda request_id: wire.failure(error.code, error.message, request_id), error.http_status)

    def view(endpoint: Endpoint) -> Callable[..., Response]:
        act = ACTS[endpoint.operation]

        def call(**path: str) -> Response:
            data = gateway.answer(endpoint, act, _received(), path)
            return answer(lambda request_id: wire.success(data, request_id))

        return call

    for endpoint in ENDPOINTS:
        app.add_url_rule(
            endpoint.path,
            f"api.{endpoint.operation}".replace(".", "_"),
            view(endpoint),
            methods=[endpoint.method],
            provide_automatic_options=False,
        )

    def token() -> Response:
        data = routes_authorization.token(marketplace, request.path, request.args.to_dict())
        return answer(lambda request_id: wire.success(data, request_id, "success"))

    for path in routes_authorization.GRANT_TYPES:
        app.add_url_rule(path, path.strip("/").replace("/", "_"), token, provide_automatic_options=False)

    @app.errorhandler(ApiError)
    def _refused(error: ApiError) -> Response:
        return refuse(error)

    @app.errorhandler(BadValue)
    def _bad_value(error: BadValue) -> Response:
        return refuse(invalid(error.field, "parameter", error.message))

    @app.errorhandler(UnknownId)
    def _unknown_id(error: UnknownId) -> Response:
        return refuse(ApiError(25020005, f"No permission for {error.kind} {error.id}"))

    @app.errorhandler(HTTPException)
    def _http_error(error: HTTPException) -> Response | HTTPException:
        if request.path.startswith(PREFIXES):
            return error
        if isinstance(error, NotFound):
            return refuse(ApiError(36009009, f"Invalid path '{request.path}'", 404))
        if isinstance(error, MethodNotAllowed):
            return refuse(ApiError(36009010, f"Invalid method '{request.method}' for this path", 405))
        if isinstance(error, InternalServerError):
            return refuse(ApiError(36009003, "Internal error. Try again later", 500))
        return refuse(ApiError(36009023, error.description or error.name, 400))

    register_pages(app, marketplace)
    return app


def _received() -> Received:
    return Received(
        path=request.path,
        query=tuple(request.args.items(multi=True)),
        token=request.headers.get(TOKEN_HEADER),
        content_type=request.headers.get("content-type", ""),
        body=request.get_data(),
    )
