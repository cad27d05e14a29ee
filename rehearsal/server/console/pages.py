"""The console's page and its buttons.

Everything on the page comes from the Stage's own documents, and every button is one call of the Stage, so the console
shows and does nothing that the control API could not. A refusal is shown on the page it came from.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mock_oms import Grade
from mock_oms.domain.statuses import meaning
from mock_oms.errors import HALF_ANSWERED
from rehearsal.control.calls import CALLS
from rehearsal.control.formats import having
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Json, Problem, Stage
from rehearsal.control.validation import document
from rehearsal.seats.port import Capability
from rehearsal.server.access import COOKIE
from rehearsal.server.machine_time import shown_outside
from rehearsal.wire.faults.fault import GROUPS
from rehearsal.wire.faults.kinds import KINDS

SHOWN_ORDERS: Final = 30
SHOWN_AGENDA: Final = 15

Act = tuple[str, str, dict[str, str]]

# fmt: off
# What a person can make happen next, by the word with which an order, a return or a case says that it can.
ORDER_ACTS: Final[dict[str, Act]] = {
    "PAY":               ("pay_order", "Pay", {}),
    "SHIP":              ("ship_order", "Ship", {}),
    "DELIVER":           ("deliver_order", "Deliver", {}),
    "CANCEL":            ("request_cancellation", "Ask to cancel", {}),
    "CHANGE_ADDRESS":    ("change_address", "Change the address", {}),
    "RETURN_AND_REFUND": ("request_return", "Ask to return", {"type": "RETURN_AND_REFUND"}),
    "REFUND":            ("request_return", "Ask for money only", {"type": "REFUND"}),
}
RETURN_ACTS: Final[dict[str, Act]] = {
    "SHIP":           ("ship_return", "Ship", {}),
    "ARRIVE":         ("arrive_return", "Arrive", {}),
    "ACCEPT_OFFER":   ("accept_offer", "Accept offer", {}),
    "DECLINE_OFFER":  ("decline_offer", "Decline", {}),
    "DISPUTE":        ("dispute", "Dispute", {}),
    "SUPPORT_BUYER":  ("arbitrate", "Side with buyer",  {"outcome": "SUPPORT_BUYER"}),
    "SUPPORT_SELLER": ("arbitrate", "Side with seller", {"outcome": "SUPPORT_SELLER"}),
    "HAND_BACK":      ("arbitrate", "Hand back",        {"outcome": "HAND_BACK"}),
    "WITHDRAW":       ("withdraw", "Withdraw", {}),
}
STAFF_ACTS: Final[dict[str, Act]] = {"approve": ("oms_approve", "Approve", {}), "reject": ("oms_reject", "Reject", {})}
# The troubles that people try first; everything else is put together in a form.
TROUBLES: Final[tuple[Act, ...]] = (
    ("plan_fault", "Lose the answer to the next approval", {"kind": "cut_after", "operation": "approve", "times": "1"}),
    ("plan_fault", "Answer 429 twice",                     {"kind": "refuse", "times": "2", "with": "status=429"}),
    ("plan_fault", "Be unreachable for 20 minutes",        {"kind": "unreachable", "until": "PT20M"}),
    ("plan_fault", "Let the tokens expire",                {"kind": "token_expired", "times": "1"}),
)
# fmt: on
LONGEST_NUMBER: Final = 19  # digits
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def console_pages(stage: InProcessStage) -> Blueprint:
    """Return the pages of the console over this stage."""
    pages = Blueprint("console", __name__, template_folder="templates", static_folder="static")
    pages.add_app_template_filter(_day, "day")
    pages.add_app_template_filter(_hour, "hour")
    pages.add_app_template_filter(having)
    pages.add_app_template_filter(lambda status: meaning(status).words, "staff_reads")

    @pages.after_app_request
    def harden(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    @pages.get("/")
    def page() -> AnyResponse:
        token = request.args.get("token")
        if token is not None:  # the gate has already judged it
            entered = redirect(url_for("console.page"))
            entered.set_cookie(COOKIE, token, httponly=True, samesite="Strict")
            return entered
        return _page(stage)

    @pages.post("/do/<call>")
    def button(call: str) -> AnyResponse:
        try:
            _press(stage, call)
        except Problem as problem:
            return _page(stage, problem)
        return redirect(url_for("console.page", _anchor=request.form.get("anchor", "")), 303)

    return pages


def _press(stage: InProcessStage, name: str) -> None:
    call = CALLS.get(name)
    if call is None or call.body is None:
        raise Problem(404, "No such button", name)
    form = {field: text for field, text in request.form.items() if text}
    missing = next((field for field in call.ids if field not in form), None)
    if missing:
        raise Problem(422, "Invalid value", f"{missing} is missing", field=missing)
    schemas = document()["components"]["schemas"]
    asked = {field: schema for field, schema in schemas[call.body].get("properties", {}).items() if field in form}
    named = {field: schemas.get(schema.get("$ref", "").rpartition("/")[2], schema) for field, schema in asked.items()}
    body = {field: _value(field, form[field], schema.get("type")) for field, schema in named.items()}
    if compression := stage.current.compression:  # who types a time here lives by the machine's clock
        body |= {field: compression.meant(body[field]) for field, schema in asked.items() if schema.get("x-time")}
    stage.request(call, {field: form[field] for field in call.ids}, body)


def _value(field: str, text: str, type_: str | None) -> Any:
    """Return what a form's text means: a form has no numbers, no yes or no, and nothing inside of anything."""
    match type_:
        case "integer":
            if not text.isdecimal() or len(text) > LONGEST_NUMBER:
                raise Problem(422, "Invalid value", f"{field} is a whole number", field=field)
            return int(text)
        case "number":
            try:
                return float(text)
            except ValueError:
                raise Problem(422, "Invalid value", f"{field} is a number", field=field) from None
        case "array":
            return text.replace(",", " ").split()
        case "boolean":
            return text == "yes"
        case "object":
            pairs = [part.partition("=") for part in text.replace(",", " ").split()]
            return {name: _inside(said) for name, _, said in pairs}
    return text


def _inside(said: str) -> str | int | bool:
    """Return what stands for itself inside of something: a whole number, yes or no, or a text."""
    if said.isdecimal() and len(said) < LONGEST_NUMBER:
        return int(said)
    return {"yes": True, "no": False}.get(said, said)


def _page(stage: InProcessStage, problem: Problem | None = None) -> Response:
    ledgers = stage.ledgers()["orders"]
    returns = stage.returns()["returns"]
    findings = stage.findings()
    agenda = stage.agenda()["agenda"]
    cases, unseen = _cases(stage)
    recent = ledgers[::-1][:SHOWN_ORDERS]
    documents: Json = {
        "world": stage.world(),
        "agenda": agenda[:SHOWN_AGENDA],
        "orders": [_order(stage, row) for row in recent],
        "returns": [{**entry, "acts": _acts(RETURN_ACTS, entry)} for entry in returns[:SHOWN_ORDERS]],
        "adjustments": [{**row, "acts": _staff_acts(row)} for row in cases[-SHOWN_ORDERS:]],
        "unseen": unseen,
        "faults": stage.faults()["faults"],
        "books": recent,
        "findings": findings["findings"],
        "failures": [one["what"] for one in findings["failures"]],
        "refused": findings["refused"],
        "problem": problem and problem.document(),
    }
    html = render_template(
        "console.html",
        **shown_outside(documents, stage),
        our_oms=stage.current.oms.app is not None,
        mortal=Capability.KILL in stage.current.capabilities,
        down=stage.current.state.down_since is not None,
        more_agenda=max(0, len(agenda) - SHOWN_AGENDA),
        more_orders=max(0, len(ledgers) - SHOWN_ORDERS),
        more_returns=max(0, len(returns) - SHOWN_ORDERS),
        grades=list(Grade),
        troubles=TROUBLES,
        kinds=KINDS,
        groups=list(GROUPS),
        disagree=sum(row["agree"] is False for row in ledgers),
        verdicts=Counter(verdict["verdict"] for verdict in findings["verdicts"]),
        unchanged=problem is not None and problem.title != HALF_ANSWERED,
    )
    response = make_response(html, problem.status if problem else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


def _cases(stage: Stage) -> tuple[list[Json], str]:
    """Return what stands before the staff, or why nobody can see it: a seat cannot show it, or does not answer."""
    try:
        return stage.oms_adjustments()["adjustments"], ""
    except Problem as problem:
        if problem.status < 500:
            raise
        return [], problem.detail or problem.title


def _order(stage: Stage, row: Json) -> Json:
    order = stage.order(row["order_id"])
    return {**order, "acts": _acts(ORDER_ACTS, order)}


def _acts(offered: Mapping[str, Act], of: Json) -> tuple[Act, ...]:
    """Return what would be accepted now."""
    return tuple(act for word, act in offered.items() if word in of["can"])


def _staff_acts(row: Json) -> tuple[Act, ...]:
    """Offer what can be done. Goods at the dock are judged by an inspection, which says yes or no with a grade."""
    return () if "inspect" in row["can"] else _acts(STAFF_ACTS, row)


def _day(moment: str) -> str:
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).strftime("%a %d %b %Y")


def _hour(moment: str) -> str:
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).strftime("%H:%M:%S")
