"""The addresses of the pages. They only read; whoever may see them has to say the staff password.

Without a `staff_password` the pages are served only where the setting `pages_open` says so (on the stage), because they
show what buyers bought; otherwise the response is 404 and names the setting.
"""

import hmac
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

import sqlalchemy as sa
from flask import Blueprint, Response, abort, render_template, request, send_from_directory

from connector.adapters.sql.direct import Runs
from connector.adapters.sql.engines import is_away
from connector.pages import words
from connector.pages.reading import read_order, read_orders
from connector.usecases.commands import Commands

log = logging.getLogger(__name__)

TABS: Final = {"items": "Items", "adjustments": "Adjustments", "activity": "Activity & History"}
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


CLOSED: Final = '{"Message":"The pages are closed: set CONNECTOR_STAFF_PASSWORD to open them to your staff."}'


def page_routes(
    commands: Commands,
    reading: Callable[[], AbstractContextManager[Runs]],
    *,
    staff_password: str | None,
    pages_open: bool,
) -> Blueprint:
    """Return the pages over what `reading` opens; `pages_open` opens them where there is no password."""
    routes = Blueprint("pages", __name__, template_folder="templates")

    @routes.before_request
    def guard() -> Response | None:
        if staff_password is None:
            return None if pages_open else Response(CLOSED, 404, content_type="application/json; charset=utf-8")
        given = _password()
        if given is not None and hmac.compare_digest(given.encode(), staff_password.encode()):
            return None
        return Response(
            "The staff password, please.", 401, {"WWW-Authenticate": 'Basic realm="Connector", charset="UTF-8"'}
        )

    @routes.after_request
    def harden(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    routes.register_error_handler(sa.exc.SQLAlchemyError, _away)

    @routes.context_processor
    def vocabulary() -> dict[str, object]:
        return {"words": words, "now": commands.now()}

    @routes.get("/")
    def orders() -> str:
        attention = request.args.get("show") == "attention"
        number = request.args.get("number", "").strip()[:64].replace("\x00", "")
        raw = request.args.get("page", "1")
        page = max(1, int(raw)) if raw.isascii() and raw.isdecimal() and len(raw) < 7 else 1
        with reading() as connection:
            listed = read_orders(connection, page=page, attention=attention, number=number)
        return render_template("orders.html", listed=listed, attention=attention, number=number)

    @routes.get("/orders/<key:order_id>")
    def order(order_id: int) -> str:
        tab = request.args.get("tab", "items")
        if tab not in TABS:
            tab = "items"
        with reading() as connection:
            sheet = read_order(connection, order_id)
        if sheet is None:
            abort(404)
        history = commands.activity(order_id)
        return render_template("order.html", sheet=sheet, history=history, tab=tab, tabs=TABS)

    @routes.get("/connector.css")
    def style() -> Response:
        return send_from_directory(routes.root_path + "/static", "connector.css", max_age=3600)

    return routes


def _away(error: Exception) -> Response:
    if not is_away(error):
        raise error
    log.error("%s: the database is away: %s", request.path, type(error).__name__)
    return Response("The connector cannot reach its database. Try again later.\n", 503, {"Retry-After": "60"})


def _password() -> str | None:
    """Return the password that a caller gives as HTTP Basic has it."""
    given = request.authorization
    return given.password if given is not None and given.type == "basic" else None
