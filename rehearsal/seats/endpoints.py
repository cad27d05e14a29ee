"""The endpoints that a team writes for the stage, asked as the paths of `contracts/seat.yaml` say, with the time told.

What comes back is judged by the contract. An answer that nobody can use is told as `SeatFailed`, naming the endpoint,
the field and what would be right; a refusal of the team's is `SeatRefuses`, in its words.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

import requests

from rehearsal.contract.demand import Judge
from rehearsal.contract.message import UNREADABLE, read
from rehearsal.contract.openapi import Contract
from rehearsal.contract.operation import Breach
from rehearsal.moments import NOW, shown_time
from rehearsal.seats.abroad import PATIENCE, is_late
from rehearsal.seats.description import Hooks
from rehearsal.seats.port import Activity, Capability, NotCapable, Place, SeatDown, SeatFailed, SeatRefuses

Json = dict[str, Any]
HOST: Final = "hooks.seat"  # where the endpoints are on the wire of a world, wherever they are in life
DECISIONS: Final = ("approve", "reject", "inspect", "refund")  # which may be refused
SCHEMA: Final = Judge("seat")
ANSWERS: Final = {
    # what an endpoint answers, as the contract calls it
    **dict.fromkeys(DECISIONS, "Case"),
    "cases": "Cases", "book": "Book", "activity": "Activity",
}  # fmt: skip
UNTOLD: Final = ("kind", "status", "amount", "currency", "deadline", "return_id")


@dataclass(frozen=True, slots=True)
class Case:
    """One case as the staff see it; what the seat has not told of it is `untold`, and nothing rests on it."""

    id: str
    order_id: str
    can: tuple[str, ...]
    kind: str = ""
    return_id: str | None = None
    cancel_id: str | None = None
    status: str = ""
    amount: Decimal = Decimal(0)
    currency: str = ""
    deadline: datetime | None = None
    error: str | None = None
    note: str | None = None
    pictures: int | None = None
    videos: int | None = None
    untold: frozenset[str] = frozenset()

    @property
    def claim(self) -> str | None:
        """Return the return or cancellation it is about."""
        return self.return_id or self.cancel_id


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order's history."""

    at: datetime
    text: str
    event: str = ""
    by: str = ""
    source_words: str | None = None


class NoAnswer(SeatFailed):
    """No answer came: what was asked may have been done."""


class Endpoints:
    """The endpoints at one address: asks them, and judges what comes back."""

    def __init__(self, place: Place, hooks: Hooks, *, patience: float = PATIENCE) -> None:
        self._place = place
        self.url, self._there, self._patience = hooks.url.rstrip("/"), frozenset(hooks.endpoints), patience
        self._contract = Contract.load("seat")
        self._http = place.outward(HOST, to="oms", contract="seat", url=hooks.url)

    def __contains__(self, endpoint: str) -> bool:
        return endpoint in self._there

    def book(self) -> dict[str, Decimal]:
        """Return what has been refunded, by the marketplace's order id."""
        if "book" not in self:
            raise NotCapable(Capability.LEDGER)
        rows = self.ask("GET", "/book")["orders"]
        return {row["order_id"]: Decimal(row["refunded"]) for row in rows}

    def activity(self, order_id: str) -> Sequence[Activity]:
        """Return what happened to an order."""
        if "activity" not in self:
            raise NotCapable(Capability.ACTIVITY)
        answer = self.ask("GET", f"/activity/{quote(order_id, safe='')}")
        return [
            Line(
                self._moment(f"/activity/{order_id}", f"activity.{number}.at", row["at"]),
                **{name: row[name] for name in ("text", "event", "by", "source_words") if name in row},
            )
            for number, row in enumerate(answer["activity"])
        ]

    def case(self, asked: str, row: Json, where: str = "") -> Case:
        """Return a case as it was told in the answer to what was `asked`."""
        told = {name: value for name, value in row.items() if value is not None and name in Case.__annotations__}
        if "amount" in told:
            told["amount"] = Decimal(told["amount"])
        if "deadline" in told:
            told["deadline"] = self._moment(asked, f"{where}deadline", told["deadline"])
        has = {name for name in row if name == "deadline" or row[name] is not None}
        has |= {"return_id"} if "cancel_id" in has else set()
        untold = frozenset(name for name in UNTOLD if name not in has)
        return Case(**{**told, "can": tuple(row["can"]), "untold": untold})

    def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """Return what an endpoint answers, or nothing where it has no more to say.

        Raise SeatRefuses where it refuses, and SeatFailed where no answer comes, or none that the contract knows.
        """
        asked = f"{method} {self.url}{path}"
        told = {NOW: shown_time(self._place.clock.now())}
        try:
            answer = self._http.request(
                method, f"https://{HOST}{path}", json=body, headers=told, timeout=self._patience, allow_redirects=False
            )
        except requests.RequestException as error:
            if self._place.down():
                raise SeatDown(f"{asked}: nobody answers there while the connector is down") from error
            raise NoAnswer(f"{asked}: {self._failure(error)}") from error
        message = read(answer.headers.get("content-type", ""), answer.content)
        found = self._contract.find(method, path)
        assert found is not None, path
        operation = found[0]
        if answer.status_code == 404 and _nobody_serves(message.body):
            raise SeatFailed(f"{asked} is answered with 404; {_hint(operation.id)}")
        if message.body is UNREADABLE and _is_halved(answer.content):
            raise SeatFailed(f"{asked}: the body has half a character in it, which is no text")
        headers = {name.lower(): value for name, value in answer.headers.items()}
        breaches = operation.judge_response(answer.status_code, headers, message)
        if breaches:
            raise SeatFailed(f"{asked}: {_wrong(answer.status_code, breaches[0], operation.id, message.body)}")
        if answer.status_code >= 400:
            refusal = _refusal(answer.status_code, message.body)
            if operation.id not in DECISIONS:
                raise SeatFailed(f"{asked} is answered with {answer.status_code} ({refusal}); {_hint(operation.id)}")
            raise refusal
        return message.body if isinstance(message.body, dict) else {}

    def _failure(self, error: requests.RequestException) -> str:
        if is_late(error):
            return f"no answer within {self._patience:g} seconds; the endpoint is to answer sooner"
        if "longer than" in str(error):
            return str(error)
        cause: BaseException = error
        while cause.__cause__ is not None or cause.__context__ is not None:
            cause = cause.__cause__ or cause.__context__ or cause
        return f"no answer ({str(cause) or type(cause).__name__})"

    def _moment(self, asked: str, field: str, text: str) -> datetime:
        try:
            return datetime.fromisoformat(text.upper().replace("Z", "+00:00")).astimezone(UTC)
        except (ValueError, OverflowError):
            raise SeatFailed(f"{self.url}{asked}: {field} is {text}, which no calendar has") from None


def _wrong(status: int, breach: Breach, endpoint: str, body: Any) -> str:
    """Return in words what is wrong with an answer, and what would be right."""
    what = breach.pointer.removeprefix("/response/")
    if what == "status":
        return f"the status is {status}; it would be {breach.expected}"
    if what == "headers/content-type":
        return f"the content-type is {breach.seen}; it would be {breach.expected}"
    if breach.expected == "JSON":
        return f"the body is no JSON that anybody can read ({breach.seen.removesuffix(' that are not')})"
    mistake = SCHEMA.mistake(ANSWERS[endpoint] if status < 400 else "Refusal", body)
    return mistake.words if mistake else f"the {what} is {breach.seen}; it would be {breach.expected}"


def _is_halved(content: bytes) -> bool:
    """Return whether a body is JSON but for texts in it that cannot be written."""
    try:
        json.dumps(json.loads(content), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        return False
    return False


def _hint(endpoint: str) -> str:
    return f"serve it, or leave {endpoint} out of oms.hooks.endpoints in the seat's file"


def _nobody_serves(body: Any) -> bool:
    """Return whether a 404 is a web framework's own: it names nothing that is not there."""
    return not isinstance(body, dict) or body in ({}, {"detail": "Not Found"})


def _refusal(status: int, body: Any) -> SeatRefuses:
    """Return a refusal of the team's in its own words, in whichever of the usual shapes it comes."""
    said = body if isinstance(body, dict) else {}
    error = said.get("error")
    inner = error.get("message") if isinstance(error, dict) else error
    words = said.get("detail") or inner or said.get("message") or ""
    title = said.get("title") or ("Not there" if status == 404 else "The connector refuses")
    field = said.get("field")
    return SeatRefuses(status, str(title), str(words), str(field) if field else None)
