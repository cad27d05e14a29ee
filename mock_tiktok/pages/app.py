"""The pages for people: Seller Center's returns and webhooks, and the buyer's app, over the same state as the Open API.

They work without scripts and load nothing from elsewhere. What a form does is the use case that the API or the control
API would call; what is refused stands on the form again, beside the field it concerns.
"""

from typing import Final

from flask import Flask, redirect, render_template, request
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from mock_tiktok.errors import UnknownId
from mock_tiktok.pages import buyer, seller, webhooks
from mock_tiktok.pages.words import PACE, cash, moment, urgency
from mock_tiktok.usecases.market import Market

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


def register_pages(app: Flask, market: Market) -> None:
    """Hang both sets of pages into the app."""
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
