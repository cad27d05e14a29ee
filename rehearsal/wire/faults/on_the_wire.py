"""The faults of the wire: what can go wrong between two players, whoever they are.

Each is a few lines that let a call go on or end it. Whether the other side has acted is what matters: `unreachable`,
`cut_before` and `redirect` end a call before; `cut_after`, `truncate`, `garble`, `wrong_content_type` and `slow_drip`
spoil the answer of a call that has had its effect; `refuse`, `empty_success` and `delay` are either; `duplicate` lets
it act more than once, `reorder` after its caller has given it up, `forge` as one of somebody else's, `unnumbered` as
its sender wrote it once, `other_topic` as if it told of something else; `stale` answers a question as it was answered
before, `sparse` one with what says nothing left out, null or empty, `unknown_fields` one with more than was promised,
`unreadable_item` one with an object that lacks what it must have, and `unknown_status` one with statuses that are new.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from http.client import responses
from typing import Any, Final

import requests

from mock_tiktok.domain.webhooks import signature
from rehearsal.contract.message import query_pairs, read, read_anew
from rehearsal.contract.valueless import LEFT_OUT, WAYS
from rehearsal.simulation.duration import read_duration
from rehearsal.wire.faults.fault import BY, Fault, Kind, Meeting, Value, is_text, is_whole
from rehearsal.wire.recorder import Call, Response

JSON: Final = "application/json"
# The marketplace's own code that comes with a status, where a fault names none.
CODES: Final[Mapping[int, int]] = {
    400: 36009004, 401: 105002, 403: 36009033, 404: 36009009, 429: 36009002, 504: 36009007,
}  # fmt: skip
OTHER_CODE: Final = 36009003  # an internal error; certainty: assumed for statuses that are not listed
OF_BUYERS: Final = ("buyer", "recipient")  # how the names of fields begin that tell of them
GIVEN_UP: Final = timedelta(minutes=1)  # by a caller who would wait for ever
LONGEST_DRIP: Final = timedelta(hours=1)
# What of a question says when it is asked, and who asks: not what is asked.
OF_THE_MOMENT: Final = frozenset({"timestamp", "sign", "access_token"})
SINCE: Final = ("update_time_ge", "update_time_lt", "create_time_ge", "create_time_lt")
# Where the marketplace says how a claim, an order or a line of it stands, and a word that it has never said.
STATUSES: Final = frozenset({"return_status", "cancel_status", "status", "display_status"})
NEW_WORD: Final = "NOBODY_KNOWS"


def refuse(meeting: Meeting) -> Response:
    """The call is refused on its way, in the words of whoever was called.

    Or, as is given, when they have acted: without a code by somebody in between, who speaks for nobody.
    """
    if meeting.given("acted"):
        meeting.onward()
    status, retry_after = meeting.given("status"), meeting.given("retry_after")
    words = meeting.given("message") or (responses.get(status) if status != 200 else None) or "Refused"
    body: dict[str, Any] = {"error": {"code": "", "message": words}}
    spoken = JSON
    by_gateway = meeting.given("acted") and meeting.given("code") is None
    if meeting.endpoint.name == "marketplace":
        code = CODES.get(status, OTHER_CODE) if meeting.given("code") is None else meeting.given("code")
        words += f": {_as_it_came(meeting.call)}" if meeting.given("repeats") else ""
        # Who looks at the code alone reads 0 as a success.
        body = {"code": code, "message": words, "request_id": meeting.call.exchange_id, "data": None if code else {}}
        spoken = "text/html" if by_gateway else f"{JSON}; charset=utf-8"
    headers = [("Content-Type", spoken)]
    headers += [] if retry_after is None else [("Retry-After", _when_to_come_again(meeting, status, retry_after))]
    page = f"<html><h1>{status} {words}</h1></html>".encode() if by_gateway else None
    return Response(status, responses.get(status, "Refused"), headers, page or json.dumps(body).encode())


def _when_to_come_again(meeting: Meeting, status: int, seconds: int) -> str:
    """Write when to come again: who is down says it as a date, who has had too much as seconds. HTTP has both."""
    if status != HTTPStatus.SERVICE_UNAVAILABLE or meeting.call.from_afar:
        return str(seconds)
    return format_datetime(meeting.scene.now + timedelta(seconds=seconds), usegmt=True)


def _as_it_came(call: Call) -> str:
    """Return what somebody says who means to be helpful (assumed): what was asked, and with which token."""
    token = call.headers.get("x-tts-access-token")
    return f"{call.method} {_address(call)}" + (f" with {token}" if token else "")


def _address(call: Call) -> str:
    return f"{call.path}?{call.query}" if call.query else call.path


def unreachable(meeting: Meeting) -> Response:
    """No connection comes about; what a caller is told names the whole address, as `requests` does."""
    call = meeting.call
    words = f"Max retries exceeded with url: {_address(call)} (Caused by NewConnectionError('Connection refused'))"
    raise requests.ConnectionError(f"HTTPSConnectionPool(host='{call.host}', port=443): {words}")


def delay(meeting: Meeting) -> Response:
    """The call is held up on its way there; or, as `of` says, the answer on its way back."""
    span = read_duration(meeting.given("by"))
    if meeting.given("of") == "answer":
        response = meeting.onward()
        meeting.wait(span)
        return response
    meeting.wait(span)
    return meeting.onward()


def cut_before(meeting: Meeting) -> Response:
    """The connection breaks before the other side has the call."""
    raise requests.ConnectionError("connection aborted: reset by peer")


def cut_after(meeting: Meeting) -> Response:
    """The connection breaks when the other side has acted: its answer is lost."""
    meeting.onward()
    raise requests.ConnectionError("connection aborted: remote end closed connection without response")


def truncate(meeting: Meeting) -> Response:
    """The answer's body ends early: more was announced."""
    response = meeting.onward()
    return with_body(response, response.body[: meeting.given("bytes")], announced=len(response.body))


def garble(meeting: Meeting) -> Response:
    """The answer's body comes as other bytes, which nobody can read."""
    response = meeting.onward()
    return with_body(response, bytes(byte ^ 0x80 for byte in response.body) or b"\xff")


def wrong_content_type(meeting: Meeting) -> Response:
    """The answer says that it is something else."""
    response = meeting.onward()
    kept = [(name, value) for name, value in response.headers if name.lower() != "content-type"]
    return response._replace(headers=[*kept, ("Content-Type", meeting.given("type"))])


def empty_success(meeting: Meeting) -> Response:
    """The answer comes as a success of which nothing is left; the other side has acted or not, as is given."""
    response = meeting.onward() if meeting.given("acted") else Response(200, "OK", [("Content-Type", JSON)], b"")
    return with_body(response, b"")._replace(status=200, reason="OK")


def stale(meeting: Meeting) -> Response:
    """A question is answered as it was `by` ago, as by a copy that lags behind; one not asked so long is let through.

    So is what is no question.
    """
    if meeting.operation is None or not meeting.operation.safe:
        return meeting.onward()
    asked, now = question(meeting.call), meeting.scene.now
    answers: list[tuple[datetime, Response]] = meeting.planned.memory.setdefault(asked, [])
    lags_to = now - read_duration(meeting.given("by"))
    answers.append((now, meeting.onward()))
    before = [place for place, (at, _) in enumerate(answers) if at <= lags_to]
    if before:
        del answers[: before[-1]]  # none of them is given again
    return answers[0 if before and meeting.hit() else -1][1]


def sparse(meeting: Meeting) -> Response:
    """The answer comes with its fields that say nothing left out, null or empty, other than it usually does."""
    response = meeting.onward()
    message = read(response.folded.get("content-type", ""), response.body)
    if meeting.operation is None:
        return response
    body = meeting.operation.in_another_way(response.status, message, meeting.given("way"))
    if body == message.body or not meeting.hit():
        return response
    return with_body(response, json.dumps(body).encode())


def unknown_fields(meeting: Meeting) -> Response:
    """Each object in the answer has a field more than anybody knows, as after a change on the other side."""
    response = meeting.onward()
    body = read(response.folded.get("content-type", ""), response.body).body
    return with_body(response, json.dumps(_with_more(body)).encode()) if isinstance(body, dict) else response


def unreadable_item(meeting: Meeting) -> Response:
    """One object in a list, the first that comes and from then on always that one, is not as anybody knows it.

    Of it nothing comes but its number and what is told of the buyer, or it has a status or a type that there is not.
    """
    response = meeting.onward()
    message = read_anew(response.folded.get("content-type", ""), response.body)
    listed = _list_in(message.body)
    meant = meeting.planned.memory.get("item") or (_number(listed[0]) if listed else None)
    place = next((place for place, one in enumerate(listed) if _number(one) == meant), None)
    if place is None or not meeting.hit():
        return response
    meeting.planned.memory["item"] = meant
    if (shows := meeting.given("shows")) == "number":
        told = {name: value for name, value in listed[place].items() if name.startswith(OF_BUYERS)}
        listed[place] = told | dict([meant] if meant else [])
    else:
        listed[place] |= {name: NEW_WORD for name in listed[place] if name.lower().endswith(shows)}
    return with_body(response, json.dumps(message.body).encode())


def unknown_status(meeting: Meeting) -> Response:
    """Each claim and each order in the answer, with its lines, has a status that nobody knows, as if it was new."""
    response = meeting.onward()
    message = read_anew(response.folded.get("content-type", ""), response.body)
    listed = _list_in(message.body)
    stand = [one for item in listed for one in (item, *item.get("line_items", ())) if not STATUSES.isdisjoint(one)]
    if not stand or not meeting.hit():
        return response
    for one in stand:
        one |= dict.fromkeys(STATUSES & one.keys(), NEW_WORD)
    return with_body(response, json.dumps(message.body).encode())


def duplicate(meeting: Meeting) -> Response:
    """The call reaches the other side more than once; of its answers the first comes back, or the last."""
    responses = [meeting.onward(), *(meeting.again() for _ in range(meeting.given("times") - 1))]
    return responses[0 if meeting.given("heard") == "first" else -1]


def reorder(meeting: Meeting) -> Response:
    """The call is held up until the next one has overtaken it; its caller has given it up by then."""
    meeting.hold()
    meeting.wait(meeting.call.patience or GIVEN_UP)
    raise requests.ReadTimeout(f"{meeting.call.host} has not answered")


def forge(meeting: Meeting) -> Response:
    """A webhook comes as somebody else would send it: with a signature or over a body not its sender's, or unsigned.

    Whoever sent it sees the answer to that.
    """
    headers, body = meeting.call.headers, meeting.call.body
    if meeting.given("of") == "body":  # another number, so that nobody has had it before
        body = re.sub(rb'("tts_notification_id":"|"SiteOrderID": ")\d', rb"\g<1>9", body, count=1)
    elif meeting.given("of") == "absence":
        headers = {name: value for name, value in headers.items() if name != "authorization"}
    else:
        headers = {**headers, "authorization": headers.get("authorization", "").translate(_OTHER_DIGITS)}
    meeting.call.arrives_with(headers, body)
    return meeting.onward()


def unnumbered(meeting: Meeting) -> Response:
    """A webhook of the marketplace's comes without its number, as older ones had none, and is signed as it comes."""
    document = read_anew(JSON, meeting.call.body).body
    if not isinstance(document, dict) or document.pop("tts_notification_id", None) is None or not meeting.hit():
        return meeting.onward()
    return _signed_anew(meeting, document)


def other_topic(meeting: Meeting) -> Response:
    """A webhook of the marketplace's tells of another topic than it does, and is signed as it comes."""
    document = read_anew(JSON, meeting.call.body).body
    topic = meeting.given("type")
    if not isinstance(document, dict) or document.get("type") in (None, topic) or not meeting.hit():
        return meeting.onward()
    return _signed_anew(meeting, {**document, "type": topic})


def _signed_anew(meeting: Meeting, document: dict[str, Any]) -> Response:
    """Have a webhook arrive as this document, signed by whoever has signed what was sent, if it was rightly signed."""
    call = meeting.call
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    anew = {"content-length": str(len(body))}
    for app in meeting.scene.marketplace.developer_apps.values():
        if call.headers.get("authorization") == signature(app.key, app.secret, call.body):
            anew["authorization"] = signature(app.key, app.secret, body)
    call.arrives_with({**call.headers, **anew}, body)
    return meeting.onward()


def redirect(meeting: Meeting) -> Response:
    """The answer points elsewhere."""
    headers = [("Location", meeting.given("to")), ("Content-Type", "text/html")]
    return Response(meeting.given("status"), responses[meeting.given("status")], headers, b"")


def slow_drip(meeting: Meeting) -> Response:
    """The answer comes so many bytes a second."""
    response = meeting.onward()
    rate, call = meeting.given("bytes_per_second"), meeting.call
    drips = timedelta(seconds=len(response.body) / rate)
    if call.delivery is not None:
        call.delivery.bytes_per_second = rate
        meeting.scene.stalls(call, drips, meeting.shop_id)
    elif drips:
        meeting.wait(min(drips, LONGEST_DRIP))
    return response


def with_body(response: Response, body: bytes, announced: int | None = None) -> Response:
    """Return a response with another body, of whose length it says the truth unless another one is `announced`."""
    kept = [(name, value) for name, value in response.headers if name.lower() != "content-length"]
    length = len(body) if announced is None else announced
    return response._replace(headers=[*kept, ("Content-Length", str(length))], body=body)


def question(call: Call) -> tuple[str, ...]:
    """Return what a call asks, whenever it asks."""
    query = [f"{name}={value}" for name, value in sorted(query_pairs(call.query)) if name not in OF_THE_MOMENT]
    try:
        body = json.loads(call.body or b"{}")
        told = json.dumps({name: value for name, value in body.items() if name not in SINCE}, sort_keys=True)
    except (ValueError, AttributeError):
        told = repr(call.body)
    return (call.caller, call.method, call.path, *query, told)


def _always(fault: Fault) -> bool:
    return True


def _no_refusal(having: Mapping[str, Any]) -> tuple[str, str] | None:
    is_a_yes = having["status"] == 200 and having["code"] == 0
    return ("code", "is 0, which with the status 200 refuses nothing; that is an empty_success") if is_a_yes else None


def _acted(fault: Fault) -> bool:
    return bool(fault.having["acted"])


def _with_more(value: Any) -> Any:
    if isinstance(value, dict):
        return {"added_later": "new", **{name: _with_more(one) for name, one in value.items()}}
    return [_with_more(one) for one in value] if isinstance(value, list) else value


def _list_in(body: Any) -> list[Any]:
    """Return the list that an answer of either API is, if its objects have numbers of their own; else an empty one."""
    inside = body.get("data", {"value": body.get("value")}) if isinstance(body, dict) else None
    lists = inside.values() if isinstance(inside, dict) else ()
    return next((found for found in lists if isinstance(found, list) and found and all(map(_number, found))), [])


def _number(item: Any) -> tuple[str, Any] | None:
    """Return by which name an object has a number of its own, and the number."""
    names = (name for name in item if name.lower() == "id" or name.endswith("_id")) if isinstance(item, dict) else ()
    return next(((name, item[name]) for name in names), None)


def _choice(*known: object) -> Value:
    """Return what takes one of these, the first where none is said."""
    *others, last = map(str, known)
    return Value(lambda value: value in known, f"{', '.join(others)} or {last}", known[0])


_SWITCH: Final = Value(lambda value: isinstance(value, bool), "true or false", False)
FORGED: Final = ("signature", "body", "absence")  # of any signature
_OTHER_DIGITS: Final = str.maketrans("0123456789abcdef", "fedcba9876543210")
_a_status: Final = Value(
    lambda value: value == 200 or is_whole(400, 599)(value),
    "an HTTP status from 400 to 599, or 200 where the marketplace's code alone says no",
    503,
)
# fmt: off
ON_THE_WIRE: Final[Mapping[str, Kind]] = {
    "refuse": Kind(
        words="calls are refused", shows="status", meets=refuse, needs_answer=_acted, at_odds=_no_refusal,
        takes={
            "status": _a_status,
            "code": Value(is_whole(0, 99_999_999), "a code of the marketplace's such as 36009002, or 0"),
            "message": Value(is_text, "the words of the refusal"),
            "retry_after": Value(is_whole(0, 86_400), "a number of seconds up to a day"),
            "acted": _SWITCH,
            "repeats": _SWITCH,
        },
    ),
    "unreachable": Kind(words="nobody can be reached", meets=unreachable),
    "delay": Kind(
        words="calls are delayed", meets=delay, needs_answer=lambda fault: fault.having["of"] == "answer",
        takes={"by": BY, "of": _choice("call", "answer")},
    ),
    "cut_before": Kind(words="the connection breaks before the call arrives", meets=cut_before),
    "cut_after": Kind(words="the answer is lost", meets=cut_after, needs_answer=_always),
    "truncate": Kind(
        words="answers end early", meets=truncate, needs_answer=_always,
        takes={"bytes": Value(is_whole(0, 1_000_000), "a number of bytes that are left", 20)},
    ),
    "garble": Kind(words="answers are garbled", meets=garble, needs_answer=_always),
    "wrong_content_type": Kind(
        words="answers come as something else", meets=wrong_content_type, needs_answer=_always,
        takes={"type": Value(is_text, "a media type such as text/html", "text/html")},
    ),
    "empty_success": Kind(
        words="answers come empty", meets=empty_success, needs_answer=_acted,
        takes={"acted": _SWITCH._replace(default=True)},
    ),
    "stale": Kind(words="answers are out of date", meets=stale, takes={"by": BY}, says_hits=True),
    "sparse": Kind(
        words="fields that say nothing come in another way", meets=sparse, says_hits=True,
        takes={"way": Value(lambda value: value in WAYS, f"one of {', '.join(WAYS)}", LEFT_OUT)},
    ),
    "unknown_fields": Kind(
        words="answers have fields that nobody knows", meets=unknown_fields, needs_answer=_always
    ),
    "unreadable_item": Kind(
        words="one of a list cannot be read", meets=unreadable_item, says_hits=True,
        takes={"shows": _choice("number", "status", "type")},
    ),
    "unknown_status": Kind(
        words="answers have statuses that nobody knows", meets=unknown_status, of_marketplace=True, says_hits=True
    ),
    "duplicate": Kind(
        words="calls arrive more than once", meets=duplicate, needs_answer=_always,
        takes={
            "times": Value(is_whole(2, 100), "how often a call arrives, 2 or more", 2),
            "heard": _choice("first", "last"),
        },
    ),
    "reorder": Kind(words="a call arrives after the next one", meets=reorder),
    "forge": Kind(
        words="webhooks are forged", meets=forge, webhooks_to=("connector", "oms"),
        takes={"of": Value(lambda value: value in FORGED, f"one of {', '.join(FORGED)}", "signature")},
    ),
    "unnumbered": Kind(
        words="webhooks come without their number", meets=unnumbered, webhooks_to=("connector",), says_hits=True
    ),
    "other_topic": Kind(
        words="webhooks tell of another topic", meets=other_topic, webhooks_to=("connector",), says_hits=True,
        takes={"type": Value(is_whole(1, 999), "the number of a topic, such as 4 of PACKAGE_UPDATE", 4)},
    ),
    "redirect": Kind(
        words="answers point elsewhere", meets=redirect,
        takes={
            "to": Value(is_text, "an address such as https://elsewhere.example/", "https://elsewhere.example/"),
            "status": _choice(301, 302, 303, 307, 308)._replace(default=302),
        },
    ),
    "slow_drip": Kind(
        words="answers drip in", meets=slow_drip, needs_answer=_always,
        takes={"bytes_per_second": Value(is_whole(1, 1_000_000), "a number of bytes a second", 1)},
    ),
}
# fmt: on
