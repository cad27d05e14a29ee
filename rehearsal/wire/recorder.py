"""What passes over the wire: read, judged by the contract, redacted, and given to the trace and to whoever listens.

Every exchange of a world goes through `Recorder.exchange`, whether a player of ours makes it in process or an outsider
makes it over a socket. Judging comes first and sees the real bytes; recording comes after and keeps no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from rehearsal.contract import redaction
from rehearsal.contract.message import FORM_TYPE, Message, query_pairs, read, size_of, unknown_body
from rehearsal.contract.openapi import Contract
from rehearsal.contract.operation import Breach, Operation, Pairs
from rehearsal.contract.schema import NO_FIELD
from rehearsal.simulation.clock import SimulatedClock
from rehearsal.trace.log import Slot, Trace
from rehearsal.wire.delivery import Delivery
from rehearsal.wire.tokens import Tokens

NUMBERS: Final = frozenset({"return_ids", "cancel_ids", "order_ids"})  # by which a search asks for some
TURNED_AWAY: Final = frozenset({429, 503})
NO_SUCH_PATH: Final = 36009009  # what the marketplace says
HELD_UP: Final = "reorder"  # the fault of a call that arrives after the next one
CREDENTIALS: Final = ("authorization", "x-tts-access-token")  # headers


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
    outside: bool = False  # a tool's or a test's, who is nobody's on the stage
    from_afar: bool = False  # its caller lives by the machine's clock
    exchange_id: str = ""
    scheme: str = "https"
    patience: timedelta | None = None  # how long its caller waits for the whole answer; None: for ever
    fault: str | None = None  # what the link did to it on purpose
    delivery: Delivery | None = None  # how the answer is to reach a caller over a socket
    sent: tuple[Mapping[str, str], bytes] | None = None  # headers and body, where others arrive

    def arrives_with(self, headers: Mapping[str, str], body: bytes) -> None:
        """Have something else arrive than was sent; what was sent is recorded and judged."""
        self.sent = self.sent or (self.headers, self.body)
        self.headers, self.body = headers, body

    def as_sent(self) -> Call:
        """Return the call as its caller made it."""
        if self.sent is None:
            return self
        headers, body = self.sent
        return replace(self, headers=headers, body=body, sent=None)


class Response(NamedTuple):
    """A response as it comes over the wire."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def folded(self) -> dict[str, str]:
        """Return the headers with their names in lower case."""
        return {name.lower(): value for name, value in self.headers}


class Exchange(NamedTuple):
    """What listeners hear of one exchange; it holds nothing that must not be recorded."""

    seq: int
    at: datetime
    caller: str
    callee: str
    outside: bool
    operation: str | None
    status: int | None  # of the callee's own response; None where it gave none, whatever the link may have sent back
    breaches: tuple[Breach, ...]
    writes: bool = False
    subjects: tuple[str, ...] = ()  # the ids in its path
    failure: str | None = None
    fault: str | None = None  # what was done to it on its way, on purpose
    refusal: str = ""  # in the words of who refused it
    shop: str | None = None  # whose shop its query names
    code: int | None = None  # in the response, where its kind has one
    narrow: bool = False  # it asks for some by their numbers, and says nothing of others
    order: str | None = None  # that its body names
    wait: timedelta | None = None  # for which the answer asks the caller not to come again
    token_until: datetime | None = None  # that of the token with which it is made, where that is known
    key: str | None = None  # by which the callee knows it when it comes again
    heard: int | None = None  # the status that the caller got instead, where the link has altered it or made it up

    @property
    def held_up(self) -> bool:
        """Return whether it was made before and arrives only now, after another one: nobody gets its answer."""
        return self.fault == HELD_UP and self.failure is None


Handler = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One player on the wire: its name, its contract, and how it responds."""

    name: str
    contract: Contract
    handler: Handler


Link = Callable[[Call, Endpoint, Handler], Response]
Listener = Callable[[Exchange], None]


def undisturbed(call: Call, endpoint: Endpoint, handler: Handler) -> Response:
    """Carry a call to the other side and its response back: a link on which nothing goes wrong.

    This is the one place where faults belong. A link that disturbs may raise before calling `handler` (cut before the
    other side acted), after it (cut after), respond by itself (refused), call it twice, or change what comes back; it
    says so in `Call.fault`.
    """
    return handler(call)


@dataclass(slots=True)
class RecorderState:
    """What the recorder remembers between exchanges: how often a key was sent, and whose shop is meant by what."""

    attempts: dict[tuple[str, str, str], int] = field(default_factory=dict)  # by caller, operation and key
    shops: dict[str, str] = field(default_factory=dict)  # what a call names a shop by -> the shop's id
    tokens: Tokens = field(default_factory=Tokens)


class Recorder:
    """Carries the exchanges of one world and keeps them."""

    def __init__(self, *, trace: Trace, clock: SimulatedClock) -> None:
        self.trace: Final = trace
        self.state: Final = RecorderState()
        self.link: Link = undisturbed
        self._clock = clock
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Have `listener` hear of every exchange when it has ended."""
        self._listeners.append(listener)

    def exchange(self, call: Call, endpoint: Endpoint) -> Response:
        """Carry `call` to `endpoint`, judge and record what passes, and return what comes back.

        Raise what the link raises.
        """
        under_way = _UnderWay(call, endpoint, self.trace.reserve(), self._clock.now())
        call.exchange_id = f"{_digits(under_way.at)}{under_way.slot.seq:020X}"

        def handler(sent: Call) -> Response:
            response = endpoint.handler(sent)
            if under_way.response is None:  # of a call that comes twice, the first response is the caller's
                under_way.response = response
            else:
                under_way.more += (response,)
            return response

        try:
            with self.trace.during(under_way.slot):
                received = self.link(call, endpoint, handler)
        except BaseException as failure:
            under_way.failure = type(failure).__name__
            self._keep(under_way)
            raise
        if under_way.response is None:
            under_way.intercepted, under_way.response = True, received
        elif received is not under_way.response:
            under_way.received = received
        self._keep(under_way)
        return received

    def _keep(self, ended: _UnderWay) -> None:
        call = ended.call = ended.call.as_sent()
        response, endpoint = ended.response, ended.endpoint
        address, query = unquote(call.path) if "%" in call.path else call.path, query_pairs(call.query)
        operation, path = endpoint.contract.find(call.method, address) or (None, {})
        headers = response.folded if response else {}
        as_read = _Reading(
            operation,
            path,
            query,
            operation.shown_parameters(query) if operation else frozenset(),
            read(call.headers.get("content-type", ""), call.body),
            headers,
            read(headers.get("content-type", ""), response.body) if response else None,
        )
        breaches, subjects = tuple(_judged(ended, as_read)), tuple(path.values())
        asked = as_read.request.body if as_read.request.body.__class__ is dict else {}
        order = asked.get("order_id")
        hides = self._shows_a_secret(call, address, as_read, response.body if response else b"")
        if hides:
            hidden = self.trace.state.secrets.hidden
            breaches = tuple(replace(one, pointer=hidden(one.pointer), seen=hidden(one.seen)) for one in breaches)
            subjects = tuple(map(hidden, subjects))
        key = operation.idempotency_key(query, call.headers, as_read.request) if operation else None
        shop = self.state.shops.get(endpoint.contract.shop_of(query) or "")
        if shop is None and call.caller == "marketplace":  # which names it in what it sends
            shop = asked.get("shop_id")
        self._record(ended, as_read, shop, len(breaches), key, hides=hides)
        authorization = call.headers.get("authorization", "")
        if as_read.reply is not None and as_read.reply.body.__class__ is dict and not call.fault:
            self.state.tokens.granted(as_read.reply.body, ended.at)
        exchange = Exchange(
            ended.slot.seq,
            ended.at,
            call.caller,
            endpoint.name,
            call.outside,
            operation.id if operation else None,
            response.status if response and not ended.intercepted else None,
            breaches,
            bool(operation and not operation.safe),
            subjects,
            ended.failure,
            call.fault,
            hidden(_refusal(as_read.reply)) if hides else _refusal(as_read.reply),
            shop,
            _code(as_read.reply),
            not NUMBERS.isdisjoint(asked),
            order if isinstance(order, str) else None,
            _wait(response, headers, ended.at),
            self.state.tokens.until(authorization),
            key,
            _heard(ended),
        )
        for listener in self._listeners:
            listener(exchange)

    def _shows_a_secret(self, call: Call, path: str, as_read: _Reading, reply: bytes) -> bool:
        """Return whether a secret may stand where none belongs; learn those that stand where they do."""
        secrets = self.trace.state.secrets
        told = [call.method, call.host, path, as_read.request.media_type]
        for name in CREDENTIALS:
            if sent := call.headers.get(name):
                secrets.learn(sent.rpartition(" ")[2])
        for name, value in as_read.query:
            told.append(name)
            if name in as_read.shown:
                told.append(value)
            elif name in redaction.SECRET_NAMES:
                secrets.learn(value)
        for message in (as_read.request, as_read.reply):
            if message is not None and message.body.__class__ is dict:
                for name in message.body:
                    if name in redaction.SECRET_NAMES:
                        secrets.learn(str(message.body[name]))
        asked = call.body
        if as_read.operation is not None and as_read.request.media_type == FORM_TYPE:  # its marked fields are hidden
            form = as_read.operation.masked_request(as_read.request)
            told += chain.from_iterable(form.items()) if form.__class__ is dict else [str(form)]
            asked = b""
        text = b" ".join((" ".join(told).encode("utf-8", "replace"), asked, reply))
        # What JSON has escaped, or written in more than a byte each, is looked through word by word.
        return b"\\" in text or b"\0" in text or secrets.stand_in(text)

    def _record(
        self, ended: _UnderWay, as_read: _Reading, shop: str | None, breaches: int, key: str | None, *, hides: bool
    ) -> None:
        call, contract, status = ended.call, ended.endpoint.contract, ended.response.status if ended.response else None
        operation, query, request, reply = as_read.operation, as_read.query, as_read.request, as_read.reply
        reply_body: Any = None
        if operation is None:  # nobody knows what is secret in it, nor what of it the response repeats
            path = contract.known_part(call.path)
            request_body: Any = size_of(request)
            if reply is not None:
                reply_body = redaction.without_words(unknown_body(reply))
        else:
            path = call.path
            request_body = operation.masked_request(request)
            if reply is not None and status is not None:
                reply_body = operation.masked_response(status, reply, query)
            for pointer in as_read.unknown:
                _, side, _, rest = pointer.split("/", 3)
                if side == "request":
                    request_body = redaction.without(request_body, rest)
                else:
                    reply_body = redaction.without(reply_body, rest)
        fields: dict[str, Any] = dict(
            **{"from": call.caller, "to": ended.endpoint.name},
            operation=operation.id if operation else None,
            writes=bool(operation and not operation.safe),
            method=call.method,
            scheme=call.scheme,
            host=call.host,
            path=path,
            query=redaction.pairs(query, as_read.shown),
            request={"type": request.media_type or None, "body": request_body},
            response=None if reply is None else {"type": reply.media_type, "body": reply_body},
            status=status,
            attempt=self._attempt(call.caller, operation.id, key) if operation and key is not None else 1,
            idempotency_key=key,
            request_id=call.exchange_id,
            fault=call.fault,
            failure=ended.failure,
            breaches=breaches,
        )
        if ended.received is not None:
            fields["received"] = self._received(ended.received, operation, query)
        if hides:
            fields = self.trace.state.secrets.hidden(fields)
        self.trace.fill(ended.slot, ended.at, shop, "exchange", **fields)

    def _received(self, altered: Response, operation: Operation | None, query: Pairs) -> dict[str, Any]:
        """Return what the caller got instead of the response, as it may be recorded."""
        message = read(altered.folded.get("content-type", ""), altered.body)
        body = unknown_body(message) if operation is None else operation.masked_response(altered.status, message, query)
        return {"status": altered.status, "type": message.media_type, "body": body}

    def _attempt(self, caller: str, operation: str, key: str) -> int:
        sent = self.state.attempts.get((caller, operation, key), 0) + 1
        self.state.attempts[caller, operation, key] = sent
        return sent


@lru_cache(maxsize=16)  # one instant sees many exchanges
def _digits(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H%M%S}"


@dataclass(slots=True)
class _UnderWay:
    call: Call
    endpoint: Endpoint
    slot: Slot
    at: datetime
    response: Response | None = None  # the endpoint's, or the link's where the endpoint was never asked
    more: tuple[Response, ...] = ()  # to a call that came more than once
    received: Response | None = None  # what the caller got instead, where the link altered it
    failure: str | None = None
    intercepted: bool = False  # the link responded by itself, and the other side knows of nothing


@dataclass(slots=True)
class _Reading:
    operation: Operation | None
    path: Mapping[str, str]
    query: list[tuple[str, str]]
    shown: frozenset[str]  # the parameters whose values may be recorded
    request: Message
    reply_headers: Mapping[str, str]
    reply: Message | None
    unknown: list[str] = field(default_factory=list)  # where the bodies have what the contract does not know


def _heard(ended: _UnderWay) -> int | None:
    """Return the status that the caller got of the link's; None where it got the callee's, or none."""
    made = ended.received or (ended.response if ended.intercepted else None)
    return made.status if made else None


def _refusal(reply: Message | None) -> str:
    """Return the words of a refusal, in whichever of the wire's shapes it comes; an empty text for any other reply."""
    body = reply.body if reply is not None else None
    if body.__class__ is not dict:
        return ""
    error = body.get("error")
    if error.__class__ is dict:
        return str(error.get("message", ""))
    return str(body.get("message", "")) if body.get("code") else str(error or body.get("Message") or "")


def _wait(response: Response | None, headers: Mapping[str, str], at: datetime) -> timedelta | None:
    """Return how long a caller who is turned away at that time is asked to wait."""
    asked = headers.get("retry-after", "") if response is not None and response.status in TURNED_AWAY else ""
    if not asked:
        return None
    if asked.isascii() and asked.isdigit() and len(asked) < 8:
        return timedelta(seconds=int(asked))
    try:
        return parsedate_to_datetime(asked) - at
    except (ValueError, TypeError, OverflowError):
        return None


def _code(reply: Message | None) -> int | None:
    """Return the code in which a response says whether it is a yes; None where it has none."""
    code = reply.body.get("code") if reply is not None and reply.body.__class__ is dict else None
    return code if code.__class__ is int else None


def _judged(ended: _UnderWay, as_read: _Reading) -> list[Breach]:
    """Return where the exchange breaks the contract.

    Who breaks it from outside must be refused as documented, and that is not a breach. Being accepted nevertheless is
    one, on the side that accepted, except for what real servers overlook: a parameter they do not know, a body where
    none is wanted, a field that is null. A connector that is somebody else's may count on that, and on operations that
    the marketplace has and this one has not.
    """
    call, contract, response = ended.call, ended.endpoint.contract, ended.response
    operation, reply = as_read.operation, as_read.reply
    if operation is None:
        if call.outside or (call.from_afar and _code(reply) == NO_SUCH_PATH):
            return []
        seen = f"{call.method} {contract.known_part(call.path)}"
        return [Breach("request", None, "/request/path", "an operation of the contract", seen)]
    asked = operation.judge_request(as_read.path, as_read.query, call.headers, as_read.request)
    as_read.unknown += _unknown_fields(asked)
    if response is None or reply is None or ended.intercepted:
        return [] if call.outside else asked  # whether it would have been refused, as it should, nobody knows
    responded = operation.judge_response(response.status, as_read.reply_headers, reply)
    for more in ended.more:
        headers = more.folded
        responded += operation.judge_response(more.status, headers, read(headers.get("content-type", ""), more.body))
    as_read.unknown += _unknown_fields(responded)
    if (call.outside or call.from_afar) and operation.accepts(response.status, reply):
        asked = [breach for breach in asked if not _overlooked(breach)]
        if call.outside:
            responded += [
                Breach("response", operation.id, one.pointer, f"a refusal, for want of {one.expected}", one.seen)
                for one in asked
            ]
    return responded if call.outside else asked + responded


def _overlooked(breach: Breach) -> bool:
    null = breach.seen == "null" and breach.pointer.startswith("/request/body/")
    return null or breach.expected in (NO_FIELD, "no body")


def _unknown_fields(breaches: list[Breach]) -> list[str]:
    return [one.pointer for one in breaches if one.expected == NO_FIELD and one.pointer.split("/", 3)[2] == "body"]
