"""The pages for people: Seller Center's returns and webhooks, and the buyer's app, over the same state as the Open API.

They work without scripts and load nothing from elsewhere. What a form does is the use case that the API or the control
API would call; what is refused stands on the form again, beside the field it concerns.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Final

from flask import Flask, redirect, render_template, request
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from mock_tiktok.errors import UnknownId
from mock_tiktok.pages import buyer, seller, webhooks
from mock_tiktok.pages.words import PACE, cash, moment, urgency
from mock_tiktok.usecases.market import Market

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
PREFIXES: Final = ("/seller-center", "/buyer", "/static")
LARGEST_FORM: Final = 4 * 1024 * 1024


class WithPages:
    """An app with the pages of its market; most worlds are never looked at, so they are made when the first one is."""

    def __init__(self, app: WSGIApplication, market: Market) -> None:
        self._app, self._market = app, market

    @cached_property
    def _pages(self) -> Flask:
        return create_pages(self._market)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        here = path == "/" or path.startswith(PREFIXES)
        return (self._pages if here else self._app)(environ, start_response)


def create_pages(market: Market) -> Flask:
    """Build both sets of pages."""
    app = Flask("mock_tiktok")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM
    app.add_template_filter(moment)
    app.add_template_filter(cash)
    app.add_template_global(lambda due, now: urgency(due, now, request.environ.get(PACE, 1)), "urgency")

    def missing(error: UnknownId) -> tuple[str, int]:
        return render_template("missing.html", message=str(error)), 404

    for blueprint in (seller.pages(market), webhooks.pages(market), buyer.pages(market)):
        blueprint.register_error_handler(UnknownId, missing)
        app.register_blueprint(blueprint)

    @app.get("/")
    def _front() -> Response:
        return redirect("/seller-center/orders/returns")

    @app.after_request
    def _harden(response: Response) -> Response:
        if not response.content_type.startswith("application/json"):  # which no browser shows as a page
            response.headers.update(HEADERS)
        return response

    @app.before_request
    def _same_origin() -> None:
        # a page from elsewhere must not press our buttons
        origin = request.headers.get("origin")
        if (
            request.method == "POST"
            and origin
            and request.path.startswith(PREFIXES)
            and origin.partition("://")[2] != request.host
        ):
            raise Forbidden("This form was sent from another site.")

    return app
