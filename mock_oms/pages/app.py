"""The OMS's pages for the seller's staff: the work list, all cases, all orders, and one order with its forms.

Rendered here, without JavaScript and without anything loaded from elsewhere. A form that is refused comes back with
what was typed and with the reason; nothing has changed then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Final

from flask import Blueprint, Flask, abort, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import BadHost, HTTPException
from werkzeug.wrappers import Response

from mock_oms.domain.cases import Case
from mock_oms.domain.grades import Grade
from mock_oms.domain.money import ZERO, written
from mock_oms.domain.reasons import CHANNELADVISOR
from mock_oms.domain.statuses import Question, meaning
from mock_oms.errors import Refused
from mock_oms.state.agenda import Clock
from mock_oms.state.store import Store
from mock_oms.usecases.refunds import Refunds
from mock_oms.usecases.staff import Staff
from mock_oms.usecases.views import CommandResult, Views
from mock_oms.usecases.warehouse import Warehouse

PAGE: Final = 50
PACE: Final = "rehearsal.pace"  # as a stage says how many times as fast as its reader's clock the world's runs
DONE: Final = {
    "approve": "Approved. The connector has taken it.",
    "reject": "Rejected. The connector has taken it.",
    "inspect": "The inspection is noted and the connector has taken the decision.",
    "refund": "The refund has been handed to the connector.",
    "kept": "Noted, but not delivered yet. It is tried again at the next pull.",
}
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A form that was refused: which one, and why."""

    form: str
    refused: Refused


@dataclass(frozen=True, slots=True)
class Office:
    """What the pages are built around."""

    clock: Clock
    store: Store
    views: Views
    staff: Staff
    warehouse: Warehouse
    refunds: Refunds


def create_app(office: Office) -> Flask:
    """Return the pages over one OMS."""
    app = Flask(__name__)
    app.jinja_env.filters.update(moment=_moment, money=_sum, words=lambda status: meaning(status).words)
    app.context_processor(lambda: _shared(office))
    app.before_request(_own_forms_only)
    app.after_request(_guarded)
    app.register_error_handler(HTTPException, _plainly)
    app.register_error_handler(BadHost, lambda error: make_response(f"{error.description}\n", 400))  # no page has links
    app.register_blueprint(_lists(office))
    app.register_blueprint(_forms(office))
    return app


def _shared(office: Office) -> dict[str, object]:
    now = office.clock.now()
    return {
        "now": now,
        "policy": office.staff.policy,
        "left": lambda deadline: _left((deadline - now) / request.environ.get(PACE, 1)),
        "parcel_of": office.store.parcel_of,
        "judgeable": office.views.judgeable,
        "note_of": office.views.note,
        "due": office.store.grid.due(),
        "Question": Question,
    }


def _own_forms_only() -> None:
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin is not None and origin.partition("://")[2] != request.host:
        abort(403, "This form was sent from another site.")


def _guarded(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response


def _plainly(error: HTTPException) -> Response:
    code = error.code or 500
    return make_response(render_template("problem.html", title=error.name, detail=error.description), code)


def _lists(office: Office) -> Blueprint:
    """Return the work list, the lists of all cases and orders, and the page of one order."""
    pages, store = Blueprint("lists", __name__), office.store

    @pages.get("/")
    def work_list() -> str:
        cases = list(store.open_cases())
        goods = [case for case in cases if case.asks is Question.GOODS and not case.kept]
        return render_template(
            "work.html",
            requests=_soonest([case for case in cases if case.asks is Question.REQUEST and not case.kept]),
            goods=_soonest([case for case in goods if office.views.judgeable(case)]),
            on_their_way=sum(1 for case in goods if not office.views.judgeable(case)),
            kept=[store.cases[number] for number in store.unsent],
            failed=[store.cases[number] for number in islice(reversed(store.troubled), PAGE)],
        )

    @pages.get("/returns")
    def returns() -> str:
        return render_template("returns.html", **_page(list(store.cases.values()), "cases"))

    @pages.get("/orders")
    def orders() -> str:
        sums = store.ledger.sums()
        return render_template("orders.html", refunded=sums, **_page(list(store.orders.values()), "orders"))

    @pages.get("/orders/<order_id>")
    def order(order_id: str) -> Response:
        return _show(office, order_id)

    return pages


def _show(office: Office, order_id: str, failure: Failure | None = None) -> Response:
    store = office.store
    known = store.orders.get(order_id)
    if known is None:
        abort(404, f"Order {order_id} has not reached the OMS yet.")
    cases = store.cases_of_order(order_id)
    page = render_template(
        "order.html",
        order=known,
        cases=list(reversed(cases)),
        ledger=store.ledger.rows(order_id),
        rest=office.views.refundable(order_id),
        refunded=store.ledger.sums().get(order_id, ZERO),
        grades=list(Grade),
        reasons=sorted(CHANNELADVISOR),
        seen=len(cases),
        failure=failure,
        done=DONE.get(request.args.get("done", "")),
    )
    return make_response(page, failure.refused.status if failure else 200)


def _forms(office: Office) -> Blueprint:
    """Return what the forms on an order's page are sent to."""
    pages, store = Blueprint("forms", __name__), office.store

    def carry_out(form: str, order_id: str, act: Callable[[], CommandResult]) -> Response:
        try:
            result = act()
        except Refused as refused:
            if order_id not in store.orders:
                abort(refused.status, str(refused))
            return _show(office, order_id, Failure(form, refused))
        done = "kept" if result.kept else form.partition(" ")[0]
        return redirect(url_for("lists.order", order_id=result.row.order_id, done=done), 303)

    def case(number: str) -> Case:
        found = store.cases.get(number)
        return found if found is not None else abort(404, f"The OMS knows no case {number}.")

    @pages.post("/cases/<number>/approve")
    def approve(number: str) -> Response:
        order_id = case(number).order_id
        return carry_out(f"approve {number}", order_id, lambda: office.staff.approve(number, amount=_amount()))

    @pages.post("/cases/<number>/reject")
    def reject(number: str) -> Response:
        order_id, reason, comment = case(number).order_id, _typed("reason"), _typed("comment")
        return carry_out(
            f"reject {number}", order_id, lambda: office.staff.reject(number, reason=reason, comment=comment)
        )

    @pages.post("/returns/<return_id>/inspect")
    def inspect(return_id: str) -> Response:
        found, parcel = store.case_of_return(return_id), store.parcels.get(return_id)
        order_id = found.order_id if found else parcel.order_id if parcel else ""
        grade, accept = request.form.get("grade", ""), request.form.get("accept") == "yes"
        return carry_out(
            f"inspect {return_id}", order_id, lambda: office.warehouse.inspect(return_id, grade=grade, accept=accept)
        )

    @pages.post("/orders/<order_id>/refund")
    def refund(order_id: str) -> Response:
        def act() -> CommandResult:
            if request.form.get("seen") != str(len(store.cases_of_order(order_id))):
                raise Refused(409, "The order has moved on", "Something happened to it since this page was shown.")
            units = request.form.getlist("unit") or None
            return office.refunds.refund(
                order_id=order_id, line_item_ids=units, amount=_amount(), reason=_typed("reason")
            )

        return carry_out("refund", order_id, act)

    return pages


def _typed(name: str) -> str | None:
    return request.form.get(name, "").strip() or None


def _amount() -> Decimal | None:
    text = _typed("amount")
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Refused(422, "Bad value", f"amount is a sum above zero, not {text!r}.", "amount") from None


def _page(every: list[object], name: str) -> dict[str, object]:
    """Cut one page out of a list, newest first."""
    number = max(request.args.get("page", 1, type=int), 1)
    end = len(every) - (number - 1) * PAGE
    return {
        name: list(reversed(every[max(end - PAGE, 0) : max(end, 0)])),
        "total": len(every),
        "page": number,
        "older": number + 1 if end > PAGE else None,
    }


def _soonest(cases: list[Case]) -> list[Case]:
    return sorted(cases, key=lambda case: (case.deadline is None, case.deadline or case.opened_at))


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at:%a} {at.day} {at:%b %Y, %H:%M} UTC"


def _sum(amount: Decimal, currency: str) -> str:
    return f"{written(amount, currency)} {currency}"


def _left(rest: timedelta) -> str:
    minutes = int(rest.total_seconds() // 60)
    if minutes < 0:
        return "passed"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"in {days} d {hours} h" if days else f"in {hours} h {minutes} min" if hours else f"in {minutes} min"
