"""The connector on the wire: ChannelAdvisor's API, beside the doors that are handed in, as one WSGI application."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from connector.adapters.sql.engines import is_away
from connector.api.paths import canonical, not_modelled
from connector.api.refusals import BadBody, BadQuery
from connector.api.responses import business_error, routing_error
from connector.api.routes import Key, Reading, adjustment_routes, caller_of, item_routes, order_routes
from connector.api.shared_routes import App
from connector.api.token import token_routes
from connector.errors import BadRequest, NotAuthorized, NotNow, UnknownId
from connector.usecases.commands import Commands

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DENIED: Final = "Authorization has been denied for this request."
AWAY: Final = "The connector cannot reach its database. Nothing has changed; try again later."
REFUSALS: Final[dict[type[Exception], tuple[int, str]]] = {
    BadQuery: (400, "InvalidQuery"),
    BadBody: (400, "InvalidRequest"),
    BadRequest: (400, "BadRequest"),
    NotNow: (400, "NotNow"),
    UnknownId: (404, "NotFound"),
}
LARGEST_BODY: Final = 256 * 1024
log = logging.getLogger(__name__)


class _Respelled:
    """Gives Flask the one spelling of an address that its table of routes knows, and keeps the caller's.

    Behind a proxy the origin is the one that callers know, so that links in responses lead back to it.
    """

    def __init__(self, app: WSGIApplication, public_url: str | None) -> None:
        self._app = app
        self._origin = {}
        if public_url is not None:
            parts = urlsplit(public_url)
            self._origin = {"wsgi.url_scheme": parts.scheme, "HTTP_HOST": parts.netloc, "SCRIPT_NAME": parts.path}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        path = environ.get("PATH_INFO", "")
        environ["connector.path"] = path.encode("latin-1").decode(errors="replace")  # as WSGI has it
        environ["PATH_INFO"] = canonical(path)
        environ.update(self._origin)
        return self._app(environ, start_response)


def create_app(commands: Commands, reading: Reading, doors: Iterable[Blueprint], *, public_url: str | None) -> Flask:
    """Build the application around the commands and what can be read; links begin with `public_url`, if any."""
    app = App("connector", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.url_map.converters["key"] = Key
    app.url_map.strict_slashes = False
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    identify = caller_of(commands)
    app.register_blueprint(token_routes(commands))
    app.register_blueprint(order_routes(commands, reading, identify))
    app.register_blueprint(item_routes(commands, reading, identify))
    for level in ("order", "item"):
        app.register_blueprint(adjustment_routes(commands, reading, identify, level))
    app.plain.update(app.view_functions)
    for door in doors:
        app.register_blueprint(door)
    _handle_errors(app)
    app.wsgi_app = _Respelled(app.wsgi_app, public_url)  # type: ignore[method-assign]  # Flask documents it as the place for it
    return app


def _handle_errors(app: Flask) -> None:
    def refused(error: Exception) -> Response:
        return business_error(*REFUSALS[type(error)], str(error))

    for kind in REFUSALS:
        app.register_error_handler(kind, refused)

    @app.errorhandler(NotAuthorized)
    def denied(error: NotAuthorized) -> Response:
        return routing_error(401, DENIED, {"WWW-Authenticate": "Bearer"})

    @app.errorhandler(HTTPException)
    def routing(error: HTTPException) -> Response:
        if isinstance(error, NotFound):
            path = request.environ.get("connector.path", request.path)
            if (left_out := not_modelled(path)) is not None:
                return routing_error(404, f"{left_out} is not modelled by this connector.")
            return routing_error(404, f"No HTTP resource was found that matches the request URI '{path}'.")
        if isinstance(error, MethodNotAllowed):
            headers = {"Allow": ", ".join(error.valid_methods)} if error.valid_methods else {}
            words = f"The requested resource does not support http method '{request.method}'."
            return routing_error(405, words, headers)
        return routing_error(error.code or 500, error.description or error.name)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        if is_away(error):
            log.error("%s %s: the database is away: %s", request.method, request.path, type(error).__name__)
            return routing_error(503, AWAY, {"Retry-After": "60"})
        log.exception("%s %s failed", request.method, request.path)
        return routing_error(500, "An error has occurred.")
