"""What has been decided, has failed or has happened outside stands in the order's history."""

import re
from bisect import bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from rehearsal.audit.claims import Claim, State
from rehearsal.audit.decision_ledger import is_answer, is_rejection
from rehearsal.audit.event import MOVES, REQUESTS, EventName
from rehearsal.audit.invariant import NO_VIOLATION, Invariant, PlayerEvent, Quiescence, Violation
from rehearsal.audit.invariants.order_told import still_so
from rehearsal.audit.invariants.status_words import SAID, UNDER_WAY, asks, statuses
from rehearsal.audit.invariants.told_words import (
    DUE,
    FAILED,
    MONEY,
    NO,
    PAID,
    STATED_NO,
    YES,
    Words,
    fitting,
    listed,
    tells,
)
from rehearsal.audit.limits import EVERY_SHOP, SAME_ROUND
from rehearsal.audit.settling import ENDED
from rehearsal.moments import shown_time
from rehearsal.seats.port import Activity, Capability, Sight
from rehearsal.wire.recorder import Exchange

OF_A_CLAIM: Final = (*PAID, *NO, *DUE)  # what may be said of each line of one
DECIDED: Final = "the decision"
ASKED_FOR: Final = "the refund asked for"
AS_TOLD: Final = "what the marketplace was told"
REFUSAL: Final = "the refusal"
DECLINED: Final = "DECLINE_OFFER"  # by the buyer
NOT_DONE: Final = "Error"  # an adjustment that was not carried out
AT_ONCE: Final = timedelta(minutes=1)
_HEDGES: Final = (
    r"be|not|no|never|or|unless|if|may|can|could|would|must|should|to|until|when|once|before|wait\w*|await\w*|"
    r"writes?|wrote|says?|said|because|reason|words|replacement|"
    r"(?:price|sum|amount)s? (?:(?:is|are|was|were|has|have|been) )+turned down"
)


def _stated(words: str) -> re.Pattern[str]:
    """Return what finds `words` in a line that states them: not that it may come to it, nor in somebody's own words."""
    return re.compile(rf"^(?:(?!\b(?:{_HEDGES})\b|[\"“„']).)*?\b({words})\b", re.IGNORECASE)


# Not of a price that comes down, nor of such requests in general.
_OF_A_PRICE: Final = r"turn(?:s|ed) (?:down )?(?:the )?(?:price|sum|amount)s?\b"
_IN_GENERAL: Final = r"(?! (?:(?!as |because |since |the )\w+ )?(?!as )\w+s (?:are|were|have|stay)\b)"
SAID_NO: Final = _stated(rf"(?!{_OF_A_PRICE})(?:{'|'.join(STATED_NO.values())}){_IN_GENERAL}")
# And that an offer came to nothing, not only so far.
NOT_TAKEN: Final = re.compile(
    r"^(?=.*\boffer)(?:(?!\b(?:unless|if|may|can|could|would|until|when|once)\b).)*?"
    r"\b(not (?:been )?(?:taken|accepted))\b(?!.*\b(?:yet|so far)\b)",
    re.IGNORECASE,
)
# What a line does not tell that states another step of the way back, whatever name of the marketplace's stands with it.
OTHER_STEPS: Final[Mapping[str, re.Pattern[str]]] = {
    "AWAITING_BUYER_SHIP": _stated(
        r"(?:parcel|package|goods|items?)\W+(?:(?:is|are|was|were|has|have|been) )*"
        r"(?:on \w+ way|in transit|ship\w*|sent|arrived|handed over)"
    ),
    "BUYER_SHIPPED_ITEM": re.compile(
        r"\blabel (?:is |was |has been )?(?:made|created|issued|generated|ready)\b|\bmay (?:come|be sent) back\b",
        re.IGNORECASE,
    ),
}
EVER_SAID: Final = UNDER_WAY.union(SAID.values())  # in ChannelAdvisor's words; none of them is anybody else's
ABOUT_THE_ORDER: Final = re.compile(r"(?!.*\b(parcel|package|shipment|replac))(the )?order\b", re.IGNORECASE)
OWN_NAME: Final = re.compile(r"\b[A-Z][A-Z_]{3,}\b")  # as the marketplace writes its statuses
SEEN_ONLY: Final = (
    EventName.ORDER_HINTED, EventName.ORDER_READ, EventName.PARCELS_READ, EventName.ADJUSTMENT_READ,
    EventName.CASE_SEEN, EventName.BOOKED,
)  # fmt: skip
# Whose doing it is that there is a claim, by the marketplace's role.
DOERS: Final = {"BUYER": "buyer", "SELLER": "seller", "OPERATOR": "marketplace", "SYSTEM": "marketplace"}


@dataclass(frozen=True, slots=True)
class _Expected:
    """One line that has to stand in an order's history: between when, with which words, and what it is about."""

    what: str
    at: datetime
    latest: datetime
    words: Words
    claim: str
    seq: int
    own_name: str = ""  # the marketplace's, which fits in any case
    by: tuple[str, ...] = ()  # whose doing it is

    def fits(self, line: Activity) -> bool:
        """Return whether a line says it, at its time."""
        other = OTHER_STEPS.get(self.own_name)
        if not self._in_time(line) or (other is not None and other.search(line.text)):
            return False
        return self._is_named(line) or tells(f"{line.text} {line.event}", self.words)

    @property
    def wording(self) -> str:
        """Return by which words it is known."""
        own = (self.own_name,) if self.own_name else ()
        return f", with {listed((*own, *self.words))} in the text or the event" if self.words else ""

    def said_of_others(self, history: Iterable[Activity]) -> str:
        """Return whose doing it is said to be by all lines with the marketplace's own name for it, if not theirs."""
        said = [line.by.lower() for line in history if self._in_time(line) and self._is_named(line)]
        wrong = bool(self.by) and all(by in DOERS.values() and by not in self.by for by in said)
        return ", ".join(dict.fromkeys(said)) if wrong else ""

    def _in_time(self, line: Activity) -> bool:
        return self.at.replace(microsecond=0) <= line.at <= self.latest

    def _is_named(self, line: Activity) -> bool:
        return bool(self.own_name) and self.own_name in f"{line.text} {line.source_words or ''}"


@dataclass(eq=False, slots=True)
class IsTold(Invariant):
    """Judged when the world rests: of each order of which something has been heard since."""

    slug = "told"
    rule = (
        "Each decision, failure and outside event stands in the order's history, once, at its time, in words that fit."
    )
    needs = frozenset({Capability.ACTIVITY})

    _expected: dict[str, list[_Expected]] = field(default_factory=lambda: defaultdict(list))  # by order
    _claims: dict[str, int] = field(default_factory=dict)  # of which something is to be judged: from which state on
    _kept: dict[tuple[str, str], datetime] = field(default_factory=dict)  # decisions that had no answer at first
    _lines: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))  # adjustments, by order
    _own: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # asked for by the connector, by order
    _last: dict[str, int] = field(default_factory=dict)  # what has happened to an order last, by its place in the trace
    _turned_away: dict[str, datetime] = field(default_factory=dict)  # when an answer was, as is told, by order
    _refused: set[str] = field(default_factory=set)  # the orders about which somebody has said no, to anything
    _happened: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))  # when, by order
    _orders: dict[str, list[PlayerEvent]] = field(default_factory=lambda: defaultdict(list))  # what each became
    _read: set[str] = field(default_factory=set)  # orders that the OMS knows, and so the connector
    _moved: dict[str, None] = field(default_factory=dict)  # those whose history is still to be held against that

    def on_event(self, event: PlayerEvent) -> Iterable[Violation]:
        """Note what has to stand in the history."""
        order, claim = event.order, event.claim or ""
        if event.name not in SEEN_ONLY:
            self._happened[order].append(event.at)
            self._last[order] = event.seq
        if event.name in (EventName.ORDER_PLACED, EventName.ORDER_STATUS_CHANGED):
            self._orders[order].append(event)
            if order in self._read:
                self._moved[order] = None
        if event.name == EventName.ORDER_READ:
            self._read.add(order)
        if event.name == EventName.DECISION_REFUSED:
            self._turned_away[order] = event.at
        if _says_no(event):
            self._refused.add(order)
        if event.name == EventName.CONNECTOR_KILLED:
            self._forgets(event.at)
        elif event.name == EventName.DECISION_GIVEN:
            words: Words = NO if event.decision == "reject" else YES
            self._decided(event, DECIDED, words)
        elif event.name == EventName.REFUND_REQUESTED:
            self._decided(event, ASKED_FOR, MONEY)
        elif event.name == EventName.ADJUSTMENT_READ:
            self._lines[order][event.ref] = None
        elif event.name == EventName.DECISION_REFUSED and event.by_connector and not self._troubled(event):
            self._expect(event, REFUSAL, FAILED, event.at + self.limits.one_round)
        elif event.name in REQUESTS or event.name in MOVES:
            known = self.claims.by_id.get(claim)
            starts = event.role == "SELLER"
            answers = not (known and known.by_seller) and is_answer(event.action)
            if event.by_connector and (starts or answers) and not self._troubled(event):
                words = MONEY if starts else NO if is_rejection(event.action) else PAID
                self._expect(event, AS_TOLD, words, event.at + self._at_once)
            if known is not None:
                self._claims.setdefault(claim, len(known.states) - 1)
        return NO_VIOLATION

    def on_exchange(self, exchange: Exchange) -> Iterable[Violation]:
        """Count the refunds and cancellations that were asked for, as nobody may hear of an OMS what they come from.

        What comes again under its key is the same one.
        """
        asks_for = exchange.writes and exchange.callee == "marketplace"
        if asks_for and exchange.order is not None:
            self._own[exchange.order].add(exchange.key or str(exchange.seq))
        if asks_for and exchange.code:
            claims = [self.claims.by_id[one] for one in exchange.subjects if one in self.claims.by_id]
            for order_id in filter(None, {exchange.order, *(claim.order_id for claim in claims)}):
                # Not all that is refused brings about an event; and staff whom nobody hears may answer again.
                if self._turned_away.get(order_id) != exchange.at or not self.decisions.heard:
                    insort(self._happened[order_id], exchange.at)
        return NO_VIOLATION

    @property
    def _at_once(self) -> timedelta:
        return AT_ONCE + self.limits.at_once

    def _forgets(self, died_at: datetime) -> None:
        """Ask for no line on what the connector was about to learn when it died: it learns of it as from outside."""
        for lines in self._expected.values():
            lines[:] = [one for one in lines if one.what not in (AS_TOLD, REFUSAL) or one.latest < died_at]

    def _decided(self, event: PlayerEvent, what: str, words: Words) -> None:
        key = event.adjustment, event.question
        since = self._kept.setdefault(key, event.at)
        if event.accepted:
            del self._kept[key]
            if not self._overtaken(event, since):
                self._expect(event, what, words, event.at + self._at_once, since)

    def _overtaken(self, event: PlayerEvent, since: datetime) -> bool:
        """Return whether nothing was left to answer: the connector had read so, or may have while the OMS kept its own.

        What moved the claim in the very second of an answer may have come before it, or after it.
        """
        known = self.claims.by_id.get(event.claim or "")
        if known is None:
            return False
        read, now = self.claims.read(known, event.seq), known.now
        if read is not None and not read.ours and read.status.endswith(ENDED):
            return True
        return since < event.at and since <= now.since and not now.ours

    def _troubled(self, event: PlayerEvent) -> bool:
        """Return whether the answer may have been lost, so that what came of it is learnt as if from outside."""
        claim = self.claims.by_id.get(event.claim or "")
        since = event.at - self.limits.one_round
        return bool(self.limits.extension(claim.shop_id if claim else None, since))

    def _expect(
        self, event: PlayerEvent, what: str, words: Words, latest: datetime, since: datetime | None = None
    ) -> None:
        self.occasions += 1
        begins = (since or event.at) - self.limits.grain
        if self.limits.met(EVERY_SHOP, begins - SAME_ROUND, event.at):  # the answer may have been held up
            begins -= SAME_ROUND
        line = _Expected(what, begins, latest, words, event.claim or "", event.seq)
        self._expected[event.order].append(line)

    @property
    def still_open(self) -> int:
        return sum(map(len, self._expected.values()))

    def at_quiescence(self, state: Quiescence) -> Iterable[Violation]:
        for id_, first in self._claims.items():
            claim = self.claims.by_id[id_]
            self._expected[claim.order_id] += self._from_outside(claim, first, state.at)
        expected, self._expected, self._claims = self._expected, defaultdict(list), {}
        for order_id in dict.fromkeys((*expected, *self._moved)):
            history = state.activity(order_id)
            yield from self._misnamed(order_id, history)
            if order_id in expected:
                yield from self._judge(order_id, expected[order_id], history)
        self._moved.clear()

    def _judge(self, order_id: str, lines: Sequence[_Expected], history: Sequence[Activity]) -> Iterable[Violation]:
        """Judge the history of an order of which something has to be told."""
        yield from _missing(order_id, lines, history)
        for one in lines:
            if others := one.said_of_others(history):
                expected = f"a line on {one.what}, by the {' or the '.join(one.by)}"
                yield _violation(order_id, expected, f"by the {others}", "doer", one=one)
        yield from self._doubled(order_id, history)
        yield from self._said_again(order_id, history)
        yield from self._at_odds(order_id, history)
        if order_id not in self._refused and not self.limits.extension(None, datetime.min.replace(tzinfo=UTC)):
            yield from _no_of_nobodys(order_id, history, self._last.get(order_id))

    def _from_outside(self, claim: Claim, first: int, now: datetime) -> Iterable[_Expected]:
        """Yield what has to be told of states that others have brought about, if they lasted long enough to be seen."""
        begun = [at for at, state in enumerate(claim.states) if not at or state.status != claim.states[at - 1].status]
        for at, following in zip(begun, [*begun[1:], None], strict=True):
            if at < first:
                continue  # asked for before; what comes about within it, as a parcel's arrival, is no other state
            state, until = claim.states[at], now if following is None else claim.states[following].since
            longest = self._longest(claim, state)
            if not state.ours and until - state.since > longest:
                self.occasions += 1
                # One that was ended in its first second has been ended by somebody else, maybe.
                begins = state.since == claim.states[0].since and not state.status.endswith(ENDED)
                by = [DOERS[claim.role]] if begins and claim.role in DOERS else []
                if by and self.claims.read(claim, state.seq) is not None:  # it was seen before that
                    by.append("marketplace")
                yield _seen(claim, state, state.since - self.limits.grain, state.since + longest, tuple(by))
        yield from self._other_deadlines(claim, max(first, 1), now)

    def _other_deadlines(self, claim: Claim, first: int, now: datetime) -> Iterable[_Expected]:
        """Yield what has to be told of a claim that is answered until another time than before, and stays as it was."""
        ends = [*(state.since for state in claim.states[1:]), now]
        for at, ((was, state), until) in enumerate(zip(pairwise(claim.states), ends[1:], strict=True), 1):
            as_it_was = (state.status, state.arbitration) == (was.status, was.arbitration)
            if state.ours or not as_it_was or state.deadline is None or state.deadline == was.deadline:
                continue
            before, longest = self._longest(claim, was), self._longest(claim, state)
            seen = state.since - was.since > before and until - state.since > longest
            if at >= first and seen and asks(state):
                self.occasions += 1
                span = state.since - self.limits.grain, state.since + longest
                what = f"that an answer is due by {shown_time(state.deadline)}"
                words = (*DUE, f"{state.deadline:%Y-%m-%d}")
                yield _Expected(what, *span, words, claim.id, state.seq, state.status)

    def _longest(self, claim: Claim, state: State) -> timedelta:
        """Return for how long nobody may have seen that a claim is in a state."""
        return self.limits.one_round + self.limits.extension(claim.shop_id, state.since)

    def _doubled(self, order_id: str, history: Sequence[Activity]) -> Iterable[Violation]:
        """Nothing stands there twice; two claims or lines of one order may well have the same words.

        Where nobody hears what the staff ask for, they may have asked for the money of each unit.
        """
        asked_for = len(self._lines[order_id]) or len(self._own[order_id])
        alike = max(len(self.claims.of_order.get(order_id, ())), asked_for, 1)
        claimed = 0 if self._lines[order_id] else self._goods_claimed(order_id)
        units = max((len(event.lines) for event in self._orders[order_id]), default=0)
        unheard = 0 if self.decisions.hears(Sight.REFUNDS) else units
        lines = Counter((line.at, line.event, line.text, line.source_words) for line in history)
        for (at, _, text, _), times in lines.items():
            most = max(alike, unheard if tells(text, MONEY) else 0, claimed if tells(text, OF_A_CLAIM) else 0)
            if times > most:
                yield _violation(order_id, "one line", f"{times} lines “{text}” of {shown_time(at)}", "doubled")

    def _goods_claimed(self, order_id: str) -> int:
        """Return how many lines buyers' claims on an order have, where nobody sees them: one for each kind of goods."""
        names = {unit: kind for event in self._orders[order_id] for unit, kind in event.names.items()}
        buyers = (claim for claim in self.claims.of_order.get(order_id, ()) if not claim.by_seller)
        return sum(len({names.get(unit) for unit in claim.units}) for claim in buyers)

    def _said_again(self, order_id: str, history: Sequence[Activity]) -> Iterable[Violation]:
        """Nothing is said again within a round although nothing more has happened; in trouble it may well be."""
        said: dict[tuple[str, str, str | None], list[datetime]] = defaultdict(list)
        for line in history:
            said[line.event, line.text, line.source_words].append(line.at)
        happened, longest = self._happened[order_id], self.limits.one_round + self.limits.grain
        for (_, text, _), times in said.items():
            for first, then in pairwise(sorted(times)):
                since = first - longest
                news = bisect_right(happened, then) - bisect_right(happened, since)
                if first < then <= first + longest and news <= 1 and not self.limits.extension(None, since):
                    seen = f"“{text}” at {shown_time(first)} and at {shown_time(then)}"
                    yield _violation(order_id, "one line, as no more has happened", seen, "again")
                    break

    def _misnamed(self, order_id: str, history: Sequence[Activity]) -> Iterable[Violation]:
        """What is called by the marketplace's name for a state of this order was in it within a round of that.

        The names of an order's states are common words, which a parcel has as well: there it has to be about the order.
        """
        claims = self.claims.of_order.get(order_id, ())
        around = self.limits.one_round + self.limits.grain
        for line in history:
            said = [(text, {*OWN_NAME.findall(text)}) for text in (line.text, line.source_words or "")]
            if not any(names for _, names in said):
                continue
            order = self._orders[order_id] if ABOUT_THE_ORDER.match(line.text) else []
            known = {event.placed: event.seq for event in order}
            known |= {state.status: state.seq for claim in claims for state in claim.states}
            since, until = line.at - around, line.at + around  # a line may bear the hour at which the work on it began
            since -= self.limits.extension(None, since)
            right = {event.placed for event in still_so(order, since) if event.at <= until}
            right |= {state.status for claim in claims for state in claim.stood(since) if state.since <= until}
            for text, names in said:
                named = names & known.keys()
                if named and right and not named & right:
                    expected = f"a line on what is {' or '.join(sorted(right))}"
                    last = max(known[name] for name in named)
                    yield _violation(order_id, expected, f"“{text}” at {shown_time(line.at)}", "name", last)

    def _at_odds(self, order_id: str, history: Sequence[Activity]) -> Iterable[Violation]:
        """ChannelAdvisor's name for a state, and the marketplace's own beside it, say one thing of a claim."""
        states = [state for claim in self.claims.of_order.get(order_id, ()) for state in claim.states]
        for line in history:
            beside = OWN_NAME.findall(line.source_words or "")
            stood = [state for state in states if state.status in beside]
            said = EVER_SAID.intersection(re.findall(r"\w+", line.text))
            if stood and said and not any(name in statuses(stood, name, ours=True) for name in said):
                expected = f"a line on what is {' or '.join(sorted(statuses(stood, '', ours=True)))}"
                seen = f"“{line.text}” beside {line.source_words}"
                yield _violation(order_id, expected, seen, "name", stood[-1].seq)


def _says_no(event: PlayerEvent) -> bool:
    """Return whether somebody says no: the seller, the buyer to an offer, or whoever cannot do what was asked."""
    said = is_rejection(event.action) or event.action == DECLINED or event.decision == "reject"
    not_taken = event.name == EventName.DECISION_GIVEN and not event.accepted
    left = event.name == EventName.DEADLINE_LAPSED and event.whom == "buyer"  # an offer, or goods that were to come
    may_fail = event.name in (EventName.REFUND_REQUESTED, EventName.DECISION_REFUSED) or event.placed == NOT_DONE
    return said or not_taken or left or may_fail


def _no_of_nobodys(order_id: str, history: Iterable[Activity], last: int | None) -> Iterable[Violation]:
    """Yield the lines that tell of a no although nobody has said one until the `last` that has happened."""
    for line in history:
        if no := SAID_NO.match(line.text) or NOT_TAKEN.match(line.text):
            expected = f"no line with “{no[1].lower()}”, as nobody has said no"
            seqs = [] if last is None else [last]
            yield _violation(order_id, expected, f"“{line.text}” at {shown_time(line.at)}", "no", *seqs)


def _seen(claim: Claim, state: State, since: datetime, latest: datetime, by: tuple[str, ...]) -> _Expected:
    what = f"that the claim is {state.status}"
    return _Expected(what, since, latest, fitting(state.status), claim.id, state.seq, state.status, by)


def _missing(order_id: str, lines: Sequence[_Expected], history: Sequence[Activity]) -> Iterable[Violation]:
    """Yield what no line says; each line says one thing, and lines are given out so that most is said.

    Where one would do for several things, all of them are asked for, as nobody can know which of them it says.
    """
    expected = sorted(lines, key=lambda one: one.what not in (DECIDED, ASKED_FOR))
    says: dict[int, int] = {}  # line -> what it says

    def finds(which: int, tried: set[int]) -> bool:
        for at, line in enumerate(history):
            if at not in tried and expected[which].fits(line):
                tried.add(at)
                if at not in says or finds(says[at], tried):
                    says[at] = which
                    return True
        return False

    for which, one in enumerate(expected):
        tried: set[int] = set()  # if it is not said: the lines of which one might say it, and says something else
        if not finds(which, tried):
            alike = [expected[at] for at in sorted({which, *(says[line] for line in tried)})]
            since, latest = min(each.at for each in alike), max(each.latest for each in alike)
            found = [line.text for at, line in enumerate(history) if at in tried]
            rest = [line.text for at, line in enumerate(history) if at not in tried and since <= line.at <= latest]
            only = f"only {_quoted(found)}{', beside ' if rest else ''}" if found else ""
            seen = f"{only}{_quoted(rest)}" or "no line then"
            yield _violation(order_id, _asked(alike, since, latest), seen, "line", one=one)


def _asked(alike: Sequence[_Expected], since: datetime, latest: datetime) -> str:
    """Return that a line is asked for on each of these, and by which words it is known."""
    lines = "a line" if len(alike) == 1 else f"{len(alike)} lines"
    span = f"between {shown_time(since)} and {shown_time(latest)}"
    whats: dict[str, dict[str, None]] = defaultdict(dict)  # by their words
    for one in alike:
        whats[one.wording][f"on {one.what}"] = None
    if len(whats) == 1:
        return f"{lines} {' and '.join(*whats.values())}, {span}{alike[0].wording}"
    return f"{lines}, {span}: {', and '.join(' and '.join(on) + words for words, on in whats.items())}"


def _quoted(texts: Iterable[str]) -> str:
    return ", ".join(f"“{text}”" for text in texts)


def _violation(
    order_id: str, expected: str, seen: str, what: str, *events: int, one: _Expected | None = None
) -> Violation:
    key, seqs = (seen, events) if one is None else (one.seq, (one.seq,))
    about = {"order_id": order_id, "claim": one.claim if one else "", "what": "history"}
    return Violation.of(f"told {order_id} {what} {key}", expected, seen, about, *seqs)
