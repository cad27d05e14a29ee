"""Claims as the marketplace has them, and how they have stood: what everybody else is held against."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import takewhile
from typing import Final

from rehearsal.audit.event import MOVES, REQUESTS, EventName, PlayerEvent
from rehearsal.audit.limits import Limits
from rehearsal.wire.recorder import Exchange

ZERO: Final = Decimal(0)
LOOKS: Final = 200  # that are remembered of a shop; more than one has in a round
LOOKING: Final = {
    # an operation of this name    shows
    "searchReturns_202309": "returns",
    "searchReturns_202602": "returns",
    "searchCancellations_202309": "cancellations",
    "searchCancellations_202602": "cancellations",
}


@dataclass(frozen=True, slots=True)
class State:
    """How a claim stands from one moment on. The deadline is the seller's."""

    since: datetime
    status: str
    total: Decimal
    deadline: datetime | None
    seq: int
    ours: bool  # through the Open API: whoever did it need not look to know
    arbitration: str = ""  # where somebody has appealed


@dataclass(slots=True)
class Claim:
    """A return or a cancellation: what it is about, and each state it has been in."""

    id: str
    kind: str  # returns or cancellations
    order_id: str
    shop_id: str
    by_seller: bool
    currency: str
    reason: str
    reason_text: str
    units: frozenset[str]
    parts: Mapping[str, Decimal]
    shares: Mapping[str, Decimal] = field(default_factory=dict)  # by unit
    what: str = ""  # is asked for: a type of return, or whose cancellation it is
    role: str = ""  # whose doing it is, in the marketplace's word
    tracking_number: str = ""
    carrier: str = ""
    shipped_at: datetime | None = None
    arrived_at: datetime | None = None
    pictures: int = 0  # that the buyer has shown, with request and appeals
    videos: int = 0
    states: list[State] = field(default_factory=list)
    paid_at: datetime | None = None

    @property
    def about(self) -> dict[str, str]:
        """Return its order and itself, as a witness names them."""
        return {"order_id": self.order_id, "claim": self.id}

    @property
    def now(self) -> State:
        return self.states[-1]

    def stood(self, since: datetime) -> list[State]:
        """Return each state that it has been in at some time since then, the newest first."""
        stood = []
        for state in reversed(self.states):
            stood.append(state)
            if state.since <= since:
                break
        return stood

    def before(self, seq: int) -> State | None:
        """Return how it stood at that place of the trace."""
        return next((state for state in reversed(self.states) if state.seq < seq), None)


@dataclass(slots=True)
class Claims:
    """All claims of a world, and when the connector looked at those of a shop."""

    by_id: dict[str, Claim] = field(default_factory=dict)
    of_order: dict[str, list[Claim]] = field(default_factory=dict)
    _looks: dict[tuple[str | None, str], deque[tuple[datetime, int, bool]]] = field(
        default_factory=lambda: defaultdict(partial(deque, maxlen=LOOKS))
    )

    def on_exchange(self, exchange: Exchange) -> None:
        """Take note of a look at a shop's claims; the answer to one that was held up nobody gets."""
        kind = LOOKING.get(exchange.operation or "")
        if kind is not None and exchange.code == 0 and not (exchange.outside or exchange.held_up):
            self._looks[exchange.shop, kind].append((exchange.at, exchange.seq, exchange.narrow))

    def read(
        self, claim: Claim, seq: int, *, after: int = 0, met: Callable[[datetime], bool] = lambda at: False
    ) -> State | None:
        """Return how a claim stood when somebody last looked at all there was, before that place of the trace.

        Looks before the place `after` do not count, nor do those at a time that trouble has `met`.
        """
        looks = reversed(self._looks[claim.shop_id, claim.kind])
        last = next((one for at, one, narrow in looks if after < one < seq and not narrow and not met(at)), None)
        return None if last is None else claim.before(last)

    def looked(self, shop_id: str, since: datetime) -> bool:
        """Return whether somebody has looked at all of a shop's claims, of each kind, after that time."""
        kinds = set(LOOKING.values())
        return all(any(at > since and not narrow for at, _, narrow in self._looks[shop_id, kind]) for kind in kinds)

    def looks(self, shop_id: str, claim_id: str, seq: int) -> list[int] | None:
        """Return each look at all claims of its kind since that place; None of what is no claim."""
        claim = self.by_id.get(claim_id)
        if claim is None:
            return None
        return [look for _, look, narrow in self._looks[shop_id, claim.kind] if look > seq and not narrow]

    def known(self, claim: Claim, now: datetime, limits: Limits) -> list[State]:
        """Return each state of a claim in which somebody may know it to be who looks once in a round.

        Trouble may have kept them from looking, or have shown them something old.
        """
        since = now - limits.one_round
        while (further := now - limits.one_round - limits.extension(claim.shop_id, since)) < since:
            since = further
        latest = takewhile(lambda look: look[0] > since, reversed(self._looks[claim.shop_id, claim.kind]))
        looks = [seq for _, seq, _ in latest][::-1]
        if not looks or since < now - limits.one_round:
            return claim.stood(since)
        seen = [claim.before(seq) for seq in looks]
        done = [state for state in claim.states if state.ours and state.seq > looks[0]]
        return list(dict.fromkeys(state for state in (*seen, *done) if state is not None)) or claim.stood(since)

    def on_event(self, event: PlayerEvent) -> None:
        claim = event.claim
        if claim is None or event.who != "marketplace":
            return
        if event.name in REQUESTS:
            by_seller, units = event.role == "SELLER", frozenset(event.units)
            about = (event.order, event.shop, by_seller, event.currency, event.reason, event.reason_text, units)
            kind, parts = "returns" if event.returned else "cancellations", summed(event.parts.values())
            what = event.kind_of_return or f"{event.role}'s cancellation"
            new = Claim(claim, kind, *about, parts=parts, shares=shared(event), what=what, role=event.role)
            self.by_id[claim] = new
            self.of_order.setdefault(event.order, []).append(new)
        known = self.by_id.get(claim)
        if known is None:
            return
        if event.name in REQUESTS or event.name in MOVES:
            deadline = event.seller_deadline if event.returned else event.deadline
            how = (event.status, event.refund_total or ZERO, deadline)
            known.states.append(State(event.at, *how, event.seq, event.by_connector, event.arbitration or ""))
        elif event.name == EventName.EVIDENCE_SHOWN and event.by == "buyer":
            known.pictures, known.videos = known.pictures + event.pictures, known.videos + event.videos
        elif event.name == EventName.PARCEL_SHIPPED:
            known.tracking_number, known.carrier = event.tracking_number, event.carrier or ""
            known.shipped_at = event.at
        elif event.name == EventName.PARCEL_ARRIVED:
            known.arrived_at = event.at
        elif event.name == EventName.MONEY_PAID:
            known.parts, known.shares = summed(event.parts.values()), shared(event)
            known.paid_at = event.at


def summed(made_of: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """Return what several sums are made of, together."""
    parts: dict[str, Decimal] = {}
    for one in made_of:
        for part, money in one.items():
            parts[part] = parts.get(part, ZERO) + money
    return parts


def shared(event: PlayerEvent) -> dict[str, Decimal]:
    """Return how much of the money falls on each unit."""
    return {unit: sum(parts.values(), ZERO) for unit, parts in event.parts.items()}
