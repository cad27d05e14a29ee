"""What passes over the wire: read, judged by the contract, redacted, and told to the trace and to whoever listens.

Every exchange of a world goes through `Recorder.exchange`, whether a player of ours makes it in process or an outsider
makes it over a socket. Judging comes first and sees the real bytes; recording comes after and keeps no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, unquote

from rehearsal.contract import redaction
from rehearsal.contract.openapi import FILTER, Breach, Contract, Message, Operation, read, size_of, unknown_body
from rehearsal.trace.log import Slot, Trace


class Clock(Protocol):
    """Who knows the world's time."""

    def now(self) -> datetime: ...


@dataclass(slots=True)
class Call:
    """A request as it goes over the wire; the recorder stamps it with its `exchange_id`."""

    caller: str
    method: str
    host: str
    path: str  # as it stands in the request line, without the query
    query: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    outside: bool = False
    exchange_id: str = ""
    scheme: str = "https"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it comes over the wire."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes
    fault: str | None = None

    @property
    def folded(self) -> dict[str, str]:
        """Return the headers with their names in lower case."""
        return {name.lower(): value for name, value in self.headers}


@dataclass(frozen=True, slots=True)
class Exchange:
    """What listeners are told of one exchange; it holds nothing that must not be recorded."""

    seq: int
    at: datetime
    caller: str
    callee: str
    outside: bool
    operation: str | None
    status: int | None  # of the callee's own answer; None where it gave none, whatever the line may have said
    breaches: tuple[Breach, ...]
    writes: bool = False
    subjects: tuple[str, ...] = ()  # the ids in its path
    failure: str | None = None


Handler = Callable[[Call], Answer]
Line = Callable[[Call, Handler], Answer]
Listener = Callable[[Exchange], None]


def undisturbed(call: Call, answer: Handler) -> Answer:
    """Carry a call to the other side and its answer back: a line on which nothing goes wrong.

    This is the one place where faults belong. A line that disturbs may raise before calling `answer` (cut before the
    other side acted), after it (cut after), answer by itself (refused), or change what comes back, saying so in
    `Answer.fault`.
    """
    return answer(call)


@dataclass(slots=True)
class Seat:
    """One player on the wire: its name, what it promised, and how it answers."""

    name: str
    contract: Contract
    answer: Handler


class Recorder:
    """Carries the exchanges of one world and keeps them."""

    def __init__(self, *, trace: Trace, clock: Clock) -> None:
        self.trace: Final = trace
        self.line: Line = undisturbed
        self.shops: dict[str, str] = {}  # shop cipher -> shop id
        self._clock = clock
        self._listeners: list[Listener] = []
        self._attempts: dict[tuple[str, str, str], int] = {}

    def subscribe(self, listener: Listener) -> None:
        """Tell `listener` of every exchange when it has ended."""
        self._listeners.append(listener)

    def exchange(self, call: Call, seat: Seat) -> Answer:
        """Carry `call` to `seat`, judge and record what passes, and answer; raise what the line raises."""
        at = self._clock.now()
        slot = self.trace.reserve()
        call.exchange_id = f"{at:%Y%m%d%H%M%S}{slot.seq:020X}"
        told = _Telling(call, seat, slot, at)
        answered: list[Answer] = []

        def answer(sent: Call) -> Answer:
            answered.append(seat.answer(sent))
            return answered[-1]

        try:
            with self.trace.during(slot):
                received = self.line(call, answer)
        except BaseException as failure:
            told.failure = type(failure).__name__
            self._keep(told, answered[-1] if answered else None)
            raise
        told.fault = received.fault
        told.intercepted = not answered
        self._keep(told, answered[-1] if answered else received)
        return received

    def _keep(self, told: _Telling, answer: Answer | None) -> None:
        query = parse_qsl(told.call.query, keep_blank_values=True)
        found = told.seat.contract.find(told.call.method, unquote(told.call.path))
        request = read(told.call.headers.get("content-type", ""), told.call.body)
        operation = found[0] if found else None
        breaches: list[Breach] = []
        if operation is None:
            breaches.append(_no_such_operation(told.call.method, told.seat.contract.known_part(told.call.path)))
        else:
            breaches += operation.judge_request(found[1] if found else {}, query, told.call.headers, request)
        response = None
        if answer is not None:
            headers = answer.folded
            response = read(headers.get("content-type", ""), answer.body)
            if operation is not None and not told.intercepted:
                breaches += operation.judge_response(answer.status, headers, response)
            if told.call.outside and not told.intercepted:
                breaches = _from_outside(breaches, answer, response, operation)
        if told.call.outside and (answer is None or told.intercepted):
            breaches = []  # whether it would have been refused, as it should, nobody knows
        self._record(told, operation, query, request, answer, response, breaches)
        exchange = Exchange(
            told.slot.seq,
            told.at,
            told.call.caller,
            told.seat.name,
            told.call.outside,
            operation.id if operation else None,
            answer.status if answer and not told.intercepted else None,
            tuple(breaches),
            bool(operation and operation.changes_something),
            tuple(found[1].values()) if found else (),
            told.failure,
        )
        for listener in self._listeners:
            listener(exchange)

    def _record(
        self,
        told: _Telling,
        operation: Operation | None,
        query: list[tuple[str, str]],
        request: Message,
        answer: Answer | None,
        response: Message | None,
        breaches: list[Breach],
    ) -> None:
        call = told.call
        names = dict(query)
        path, key, shown = call.path, None, frozenset[str]()
        if operation is None:  # nobody knows what is secret in it, nor what of it the answer repeats
            path = told.seat.contract.known_part(path)
            request_body: Any = size_of(request)
            answer_body = redaction.without_words(unknown_body(response)) if response else None
        else:
            key = names.get("idempotency_key") or call.headers.get("idempotency-key") or _seller_key(request)
            shown = operation.shown_parameters(query)
            request_body = operation.masked_request(request)
            answer_body = operation.masked_response(answer.status, response) if answer and response else None
            if FILTER in names and FILTER not in shown and answer and answer.status >= 400:
                answer_body = redaction.without_words(answer_body)  # it may repeat the filter
        self.trace.fill(
            told.slot,
            told.at,
            self.shops.get(names.get("shop_cipher", "")),
            "exchange",
            **{"from": call.caller, "to": told.seat.name},
            operation=operation.id if operation else None,
            writes=bool(operation and operation.changes_something),
            method=call.method,
            scheme=call.scheme,
            host=call.host,
            path=path,
            query=redaction.pairs(query, shown),
            request={"type": request.media_type or None, "body": request_body},
            response=None
            if answer is None
            else {"type": response.media_type if response else None, "body": answer_body},
            status=answer.status if answer else None,
            attempt=self._attempt(told, operation, key),
            idempotency_key=key,
            request_id=call.exchange_id,
            fault=told.fault,
            failure=told.failure,
            breaches=len(breaches),
        )

    def _attempt(self, told: _Telling, operation: Operation | None, key: str | None) -> int:
        if key is None or operation is None:
            return 1
        who = (told.call.caller, operation.id, key)
        self._attempts[who] = self._attempts.get(who, 0) + 1
        return self._attempts[who]


@dataclass(slots=True)
class _Telling:
    call: Call
    seat: Seat
    slot: Slot
    at: datetime
    fault: str | None = None
    failure: str | None = None
    intercepted: bool = False  # the line answered by itself, and the other side knows of nothing


def _no_such_operation(method: str, path: str) -> Breach:
    return Breach("request", None, "/request/path", "an operation of the contract", f"{method} {path}")


def _seller_key(request: Message) -> str | None:
    """Return the caller's own key of an adjustment, which is what makes a ChannelAdvisor call idempotent."""
    key = request.body.get("SellerAdjustmentID") if isinstance(request.body, dict) else None
    return key if isinstance(key, str) else None


def _from_outside(
    breaches: list[Breach], answer: Answer, response: Message, operation: Operation | None
) -> list[Breach]:
    """Return what counts when an outsider asked.

    Who breaks the contract from outside must be refused as documented, and that is not a breach. Being accepted
    nevertheless is one, on the side that accepted, except for what real servers overlook: a parameter they do not
    know, a body where none is wanted.
    """
    kept = [breach for breach in breaches if breach.side == "response"]
    code: Any = response.body.get("code", 0) if isinstance(response.body, dict) else 0
    accepted = answer.status < 400 and code in (0, None)
    if accepted and operation is not None:
        kept += [
            Breach("response", operation.id, breach.pointer, f"a refusal, for want of {breach.expected}", breach.seen)
            for breach in breaches
            if breach.side == "request" and breach.expected not in ("no such field", "no body")
        ]
    return kept
