"""What the connector calls for, and for whom: nothing needless, and each shop by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Final

from rehearsal.audit.claims import LOOKING, Claim, State
from rehearsal.audit.event import EventName, PlayerEvent, Trouble
from rehearsal.audit.granted import Granted
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, Violation
from rehearsal.audit.invariants.status_words import answered, asks
from rehearsal.audit.limits import SAME_ROUND
from rehearsal.audit.settling import ENDED
from rehearsal.moments import shown_time
from rehearsal.seats.port import Capability, Sight
from rehearsal.wire.recorder import Exchange

IN_THE_WAY: Final = 25001011  # what the marketplace says while a request on the same goods is open
# What the marketplace says to whoever comes with another shop's credentials.
NOT_YOURS: Final[Mapping[int, str]] = {
    101000: "the token is not the shop's",
    21008111: "the order is another shop's",
    25020005: "what it is about is another shop's",
}
# And to whoever calls off an order that has been handed over, or is long over.
TOO_LATE: Final = (25001045, 25001051)
HANDED_OVER: Final = ("IN_TRANSIT", "DELIVERED", "COMPLETED")
# What is not judged where nobody hears the staff: what comes again, and what they may have done.
UNHEARD: Final[Mapping[Sight, str]] = {
    Sight.GOODS: "whether an answer about goods is sent again is not judged: nobody hears how the staff judge goods",
    Sight.REFUNDS: "whether a refund of the seller's own is sent again is not judged: nobody hears the staff ask",
}
LONGEST_WAIT: Final = timedelta(hours=1)  # that anybody need take seriously. Certainty: assumed


@dataclass(eq=False, slots=True)
class NoNeedlessCall(Invariant):
    """Judged call by call, by what the connector's last look at all the shop's claims has shown."""

    slug = "no-needless-call"
    rule = (
        "Nothing is sent that is needless by what the connector has read or heard, nor with another shop's credentials."
    )
    parts = MappingProxyType({"whether what was said yes to is sent again": frozenset({Capability.STAFF_DECIDES})})

    _wait_until: dict[str, tuple[datetime, int]] = field(default_factory=dict)  # by claim, and who asked for it
    _granted: Granted = field(default_factory=Granted)
    _died: int = 0  # when the connector did last, by its place in the trace
    _handed_over: dict[str, PlayerEvent] = field(default_factory=dict)  # orders, since when they have been
    _refused: dict[str, PlayerEvent] = field(default_factory=dict)  # answers, in the call under way, by claim

    @property
    def excused(self) -> str:
        return "; ".join(UNHEARD[sight] for sight in self._granted.unheard)

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Note what ships; forget what a connector was told that has died since: it may not have written it down."""
        self._granted.on_event(event)
        if event.name in (EventName.ORDER_PLACED, EventName.ORDER_STATUS_CHANGED):
            if event.placed not in HANDED_OVER:
                self._handed_over.pop(event.order, None)
            else:
                self._handed_over.setdefault(event.order, event)
        if event.name == EventName.DECISION_REFUSED and event.by_connector:
            self._refused[event.claim or ""] = event
        if event.name == EventName.CONNECTOR_KILLED:
            self._died = event.seq
            self._wait_until.clear()
        return NO_VIOLATION

    def on_exchange(self, exchange: Exchange) -> Iterable[Violation]:
        before = self._granted.before(exchange, self.claims, self.decisions)
        self._granted.on_exchange(exchange, self.claims)
        if exchange.caller != "connector" or exchange.callee != "marketplace":
            return NO_VIOLATION
        refused, self._refused = self._refused, {}
        found = [] if before is None else [_again(exchange, before)]
        if not_yours := NOT_YOURS.get(exchange.code or 0):
            found.append(_call(exchange, f"refused with {exchange.code}: {not_yours}"))
        if exchange.held_up:
            return found  # of the rest, what was known when it was made counts
        if exchange.code == IN_THE_WAY:
            found += self._past_a_request(exchange)
        if exchange.code in TOO_LATE and (wrong := self._shipped_before(exchange)):
            found.append(wrong)
        for id_ in exchange.subjects if exchange.writes else ():
            claim = self.claims.by_id.get(id_)
            if claim is None:
                continue
            self.occasions += 1
            if exchange.shop not in (None, claim.shop_id):
                found.append(_call(exchange, f"{claim.id} is a claim of the shop {claim.shop_id}", claim.id))
            found += self._too_soon(exchange, claim)
            met = partial(self.limits.troubled, claim.shop_id)  # it may have shown something old, or not all
            read = self.claims.read(claim, exchange.seq, after=self._died, met=met)
            found += self._too_late(exchange, claim, read)
            found += _unasked(exchange, claim, read, refused.get(id_))
            if read is None or not read.status.endswith(ENDED):
                continue
            key = f"needless {claim.id} {exchange.operation}"
            expected = f"no decision about a claim that was read as {read.status}"
            found.append(Violation.of(key, expected, _sent(exchange), claim.about, read.seq, call=exchange))
        return found

    def _too_late(self, exchange: Exchange, claim: Claim, read: State | None) -> Iterable[Violation]:
        """Return that an answer is sent when its time is over, as was read, and nobody waits for it any more."""
        if read is None or read.deadline is None or claim.now.deadline is not None:
            return
        late = exchange.at > read.deadline + self.limits.at_once + self.limits.grain
        if late and not self.limits.troubled(claim.shop_id, exchange.at):
            expected = f"no answer to {claim.id} after {shown_time(read.deadline)}, until when it was asked for"
            key = f"too late {claim.id} {exchange.seq}"
            yield Violation.of(key, expected, _sent(exchange), claim.about, read.seq, call=exchange)

    def _too_soon(self, exchange: Exchange, claim: Claim) -> Iterable[Violation]:
        """Return that a decision comes again before it should; one whose deadline is near need not wait."""
        until, seq = self._wait_until.pop(claim.id, (exchange.at, 0))
        if exchange.wait is not None:
            wanted, deadline = exchange.at + min(exchange.wait, LONGEST_WAIT), claim.now.deadline
            if deadline is None or wanted <= deadline - self.limits.one_round:
                self._wait_until[claim.id] = wanted, exchange.seq
        if exchange.at < until:
            expected = f"the decision on {claim.id} not again before {shown_time(until)}, as the marketplace has asked"
            key, exchanges = f"too soon {claim.id} {exchange.seq}", (seq, exchange.seq)
            yield Violation.of(key, expected, _sent(exchange), claim.about, call=exchange, exchanges=exchanges)

    def _past_a_request(self, exchange: Exchange) -> Iterable[Violation]:
        """Return what stood in the way of a refund of the seller's when the connector last looked (D31)."""
        if self.limits.extension(exchange.shop, exchange.at - self.limits.one_round):
            return
        for claim in self.claims.of_order.get(exchange.order or "", ()):
            read = self.claims.read(claim, exchange.seq)
            if read is not None and read.deadline is not None:
                expected = f"an answer to the buyer first: {claim.id} was read as {read.status}, which waits for one"
                seen = f"{exchange.operation} of the seller's own at {shown_time(exchange.at)}: {exchange.refusal}"
                yield Violation.of(f"past {claim.id}", expected, seen, claim.about, read.seq, call=exchange)

    def _shipped_before(self, exchange: Exchange) -> Violation | None:
        """Return that an order is called off which is known to have shipped: money for it is a refund's."""
        shipped = self._handed_over.get(exchange.order or "")
        if shipped is None:
            return None
        known_by = self.limits.one_round + self.limits.extension(exchange.shop, shipped.at)
        if exchange.at - shipped.at <= known_by:
            return None
        expected = f"no cancellation of {shipped.order}, which has been {shipped.placed} since {shown_time(shipped.at)}"
        seen = f"{exchange.operation} refused with {exchange.code}: {exchange.refusal}"
        key, about = f"shipped {shipped.order} {exchange.seq}", {"order_id": shipped.order}
        return Violation.of(key, expected, seen, about, shipped.seq, call=exchange)


def _unasked(exchange: Exchange, claim: Claim, read: State | None, refused: PlayerEvent | None) -> Iterable[Violation]:
    """Return that an answer was refused for which nobody asked any more, as was read; what has ended is said apart."""
    if refused is None or read is None or read.status.endswith(ENDED):
        return
    if answered(refused.action) not in (asks(read), asks(claim.now)):
        expected = f"no {refused.action} on a claim that was read as {read.status}"
        key = f"unasked {claim.id} {exchange.seq}"
        yield Violation.of(key, expected, _sent(exchange), claim.about, read.seq, call=exchange)


def _sent(exchange: Exchange) -> str:
    return f"{exchange.operation} at {shown_time(exchange.at)}"


def _again(exchange: Exchange, before: Exchange) -> Violation:
    """Return that something is sent once more, which the marketplace has refused or answered as it did before."""
    subject = ", ".join(exchange.subjects) or exchange.order or ""
    expected = f"no {before.operation} again for {subject}: the marketplace said yes at {shown_time(before.at)}"
    seen = _sent(exchange) + (f", refused with {exchange.code}: {exchange.refusal}" if exchange.code else "")
    about = {"claim": subject} if exchange.subjects else {"order_id": subject}
    key, exchanges = f"again {exchange.operation} {subject}", (before.seq, exchange.seq)
    return Violation.of(key, expected, seen, about, call=exchange, exchanges=exchanges)


def _call(exchange: Exchange, seen: str, claim: str = "") -> Violation:
    expected = f"a call with the credentials of the shop that it is about, here {exchange.shop}"
    key = f"credentials {exchange.operation} {exchange.shop} {claim}"
    return Violation.of(key, expected, seen, {"claim": claim, "shop_id": exchange.shop or ""}, call=exchange)


@dataclass(eq=False, slots=True)
class ShopsApart(Invariant):
    """What is seen of a round is the look at the shop's returns; what happens to another shop must not put it off.

    A round takes as long as the connector has let pass between two looks at a shop when nothing had happened elsewhere,
    at least 15 minutes; and only who looks at one shop twice has passed another by.
    """

    slug = "shops-apart"
    rule = "Trouble or news in one shop changes nothing in another: each is looked at once in a round."

    _looked: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    _news: dict[str, dict[str, None]] = field(default_factory=dict)  # by shop: others that had some since its last look
    _pace: timedelta = timedelta(0)

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Note that a shop has news."""
        claim = self.claims.by_id.get(event.claim or "")
        if event.who == "marketplace" and (shop := event.shop or (claim.shop_id if claim else "")):
            self._disturb(shop)
        return NO_VIOLATION

    def on_trouble(self, trouble: Trouble) -> None:
        if trouble.shop_id is not None:
            self._disturb(trouble.shop_id)

    def _disturb(self, shop: str) -> None:
        for other, news in self._news.items():
            if other != shop:
                news[shop] = None

    def on_exchange(self, exchange: Exchange) -> Iterable[Violation]:
        """Judge, whenever a shop is looked at, whether all others have been in their time."""
        shop = exchange.shop
        if shop is None or exchange.narrow or LOOKING.get(exchange.operation or "") != "returns":
            return NO_VIOLATION
        if exchange.outside or exchange.held_up:
            return NO_VIOLATION
        found, before = [], self._looked.get(shop)
        if before is not None:
            gap = max(self.limits.one_round, self._pace) + SAME_ROUND
            found = [late for other in self._looked if (late := self._late(other, exchange, gap, before[0]))]
        if self._news.get(shop):
            self.occasions += 1
        elif before is not None and exchange.at - before[0] > self._pace and not self.limits.extension(shop, before[0]):
            self._pace = exchange.at - before[0]
        self._news[shop] = {}
        self._looked[shop] = exchange.at, exchange.seq
        return found

    def _late(self, shop: str, exchange: Exchange, gap: timedelta, before: datetime) -> Violation | None:
        """Return that the shop should have been looked at before now, where another had something to do with it.

        `before` is when the one that is looked at now was last looked at.
        """
        last, seq = self._looked[shop]
        if exchange.at <= last + gap or before <= last + SAME_ROUND or not self._news.get(shop):
            return None
        if exchange.at <= last + gap + self.limits.extension(shop, last):
            return None
        key, by = f"late {shop} {shown_time(last)}", shown_time(last + self.limits.one_round)
        expected = f"a look at the shop {shop} by {by}, whatever happens to others"
        seen = f"none until {shown_time(exchange.at)}; there was news or trouble in {', '.join(self._news[shop])}"
        return Violation.of(key, expected, seen, {"shop_id": shop}, exchanges=(seq, exchange.seq))
