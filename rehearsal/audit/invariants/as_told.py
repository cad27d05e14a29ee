"""What the OMS is told of claims, held against what the marketplace has said since a round before."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from rehearsal.audit.claims import ZERO, Claim, Claims, State
from rehearsal.audit.decision_ledger import GRANTED
from rehearsal.audit.event import EventName, PlayerEvent
from rehearsal.audit.invariant import Violation
from rehearsal.audit.invariants.answers import API, ENDED, Answers
from rehearsal.audit.invariants.order_told import (
    PAYMENT,
    SHIPPING,
    Order,
    astray,
    dates,
    judge_lines,
    judge_order,
    judge_parcels,
    second,
)
from rehearsal.audit.invariants.status_words import ASKING, FAILED, KNOWN_ONLY, said_of, statuses
from rehearsal.audit.invariants.sums_told import ON_SHIPPING, current, judge_sum, judge_taxes, wrong
from rehearsal.audit.limits import Limits
from rehearsal.moments import shown_time, time_or_none
from rehearsal.sums import Sum, coin

SHIPPED_BACK: Final = "BUYER_SHIPPED_ITEM"  # from then on its parcel has a number
# For these ChannelAdvisor has a reason of their own, which is no other's.
REASONS: Final[Mapping[str, str]] = {
    "BUYER's cancellation": "BuyerCancelled",
    "RETURN_AND_REFUND": "CustomerReturnedItem",
    "REPLACEMENT": "CustomerExchange",
}
# And one that is only for goods which never came.
REPLACEMENT: Final = "REPLACEMENT"  # of which ChannelAdvisor is only told, with no sum
NOT_RECEIVED: Final = "MerchandiseNotReceived"
ARRIVED: Final = ("DELIVERED", "COMPLETED")
NEVER_CAME: Final = re.compile(r"_not_received(_seller)?(_[a-z]{2})?$")  # a buyer's or the seller's, in any market
LOST: Final = re.compile(r"not.(received|arrived)|lost|fail|miss|never", re.IGNORECASE)
TYPES: Final = {"returns": "Refund", "cancellations": "Cancellation"}  # ChannelAdvisor's, by the claim's kind


@dataclass(slots=True)
class Told:
    """What the OMS has been told so far, and which claims' sums are to be looked at."""

    _orders: dict[str, Order] = field(default_factory=dict)
    _accounts: dict[str, str] = field(default_factory=dict)  # by shop
    _rmas: dict[str, str] = field(default_factory=dict)  # by claim
    _claims: dict[str, str] = field(default_factory=dict)  # by RMA number
    _taxed: set[str] = field(default_factory=set)  # orders of which the tax on shipping is told apart
    _dated: dict[str, bool] = field(default_factory=lambda: dict.fromkeys((PAYMENT, SHIPPING), False))
    _readings: dict[str, dict[str, PlayerEvent]] = field(default_factory=dict)  # by claim, and the adjustment's number
    _moved: dict[str, None] = field(default_factory=dict)
    # What is told of the refunds that the staff have asked for: by order and case, and by the adjustment's number.
    _asked: dict[tuple[str, str], dict[str, PlayerEvent]] = field(default_factory=dict)

    def placed(self, event: PlayerEvent) -> None:
        """Take note of an order as the marketplace has it."""
        self._orders[event.order] = Order.of(event)

    def changed(self, event: PlayerEvent) -> None:
        """Take note of an order's new status."""
        if order := self._orders.get(event.order):
            order.states.append(event)

    def is_whole(self, order_id: str, units: Iterable[str]) -> bool:
        """Return whether these are all units of an order."""
        order = self._orders.get(order_id)
        return order is not None and order.units == frozenset(units)

    def is_there(self, event: PlayerEvent, limits: Limits) -> bool:
        """Return whether all of an event's order has reached the buyer, as has been known for a round."""
        order = self._orders.get(event.order)
        return order is not None and all(state.placed in ARRIVED for state in order.known(event.at, limits))

    def read(
        self,
        event: PlayerEvent,
        claims: Claims,
        limits: Limits,
        *,
        reason: str,
        restock: bool | None,
        wish: PlayerEvent | None,
        answers: Answers,
        wished: bool,
    ) -> Iterable[Violation]:
        """Judge what the OMS has just read: its staff may have asked for it (`wish`), with a `reason` and a `restock`.

        The staff have given some `answers` to buyers' claims; somebody outside may have `wished` for a refund.
        """
        yield from self._account(event)
        if event.name == EventName.ORDER_READ:
            yield from self._order(event, limits)
            return
        yield from _judge_asked(event, reason, restock)
        yield from self._back(event, wish, claims, limits)
        yield from _judge_parts(event)
        yield from _judge_units(event)
        claim = claims.by_id.get(event.claim or "")
        if claim is None:
            return
        if event.restock and restock is None and not claim.by_seller:
            unasked = "no goods back on the shelf, for which the staff have not asked"
            yield replace(wrong(event, "restock", unasked, "IsRestock is true"), certainty="assumed")
        yield from self._rma(event, claim)
        if event.placed == KNOWN_ONLY and claim.what == REPLACEMENT and event.amount:
            nothing, told = (Sum(amount, event.currency) for amount in (ZERO, event.amount))
            yield wrong(event, "sum", f"{nothing}: what is sent once more costs nothing", str(told))
        if event.created_by and (event.asked or not claim.by_seller) and (event.created_by == API) is not event.asked:
            expected = f"made by {API}, as the OMS has asked for it" if event.asked else "made at the marketplace"
            yield wrong(event, "source", expected, f"made by {event.created_by}")
        before = self._readings.setdefault(claim.id, {}).get(event.ref)
        ended_before = before is not None and before.placed in ENDED
        yield from answers.judge(event, claim, claims, limits, ended_before=ended_before)
        self._readings[claim.id][event.ref] = event
        stood = claims.known(claim, event.at, limits)
        if before is None or (before.placed, before.amount or ZERO) != (event.placed, event.amount or ZERO):
            self._moved[claim.id] = None
        yield from _judge(event, claim, stood, before, limits)
        if not (event.asked or (wished and claim.by_seller)):
            yield from _judge_reason(event, claim)

    def _back(
        self, event: PlayerEvent, wish: PlayerEvent | None, claims: Claims, limits: Limits
    ) -> Iterable[Violation]:
        """Judge what goes back by all that is told of one wish of the staff's: no more of any part, but for coins.

        What is called off is all that has not shipped, whatever was asked for. Where money went elsewhere before
        anybody could read of it, the part that was asked for may be gone: then it is paid out of others.
        """
        asked = wish.made_of if wish else {}
        if not wish or not asked or event.kind == TYPES["cancellations"] or _crossed(event, wish, claims, limits):
            return
        told = self._asked.setdefault((event.order, event.adjustment), {})
        told[event.ref] = event
        coins = coin(event.currency) * max(sum(len(one.units) for one in told.values()), 1)
        seen = {part: sum((one.made_of.get(part, ZERO) for one in told.values()), ZERO) for part in asked}
        if any(seen[part] > money + coins for part, money in asked.items()):
            expected = f"parts of the {_shared(asked, wish.currency)} that the staff asked for"
            yield wrong(event, "parts", expected, _shared(seen, event.currency))

    def _order(self, event: PlayerEvent, limits: Limits) -> Iterable[Violation]:
        """Judge what is told of an order, and remember what else is told with it."""
        self._dated = {what: told or self._dated[what] for what, told in dates(event).items()}
        if order := self._orders.get(event.order):
            yield from judge_order(event, order, limits, self._dated)
            yield from judge_lines(event, order)
        if event.stated.get(ON_SHIPPING):
            self._taxed.add(event.order)

    def parcels(self, event: PlayerEvent, limits: Limits) -> Iterable[Violation]:
        """Judge how the parcels of an order are said to stand."""
        if order := self._orders.get(event.order):
            yield from judge_parcels(event, order, limits)

    def hinted(self, event: PlayerEvent) -> Iterable[Violation]:
        """Judge of what order the OMS has been told unasked, and of what account."""
        if event.order not in self._orders:
            yield wrong(event, "order", "an order of the marketplace", event.order)
        yield from self._account(event)

    def _account(self, event: PlayerEvent) -> Iterable[Violation]:
        """Judge that all a shop has is of one account, where that is told: else the OMS mixes it with another shop."""
        order = self._orders.get(event.order)
        if order is None or not event.profile:
            return
        account = self._accounts.setdefault(order.placed.shop, event.profile)
        if account != event.profile:
            expected = f"account {account}, as of what else the shop {order.placed.shop} has"
            yield wrong(event, "account", expected, f"account {event.profile}")

    def _rma(self, event: PlayerEvent, claim: Claim) -> Iterable[Violation]:
        """Judge that a buyer's return has one number of its own for all its lines, where any is told.

        A cancellation has none. What the seller has started may have one for all that it takes.
        """
        if not event.rma:
            return
        if TYPES[claim.kind] != "Refund":
            yield wrong(event, "RMA number", "none, as nothing comes back", event.rma)
        if claim.by_seller:
            return
        expected, whose = self._rmas.setdefault(claim.id, event.rma), self._claims.setdefault(event.rma, claim.id)
        if expected != event.rma:
            yield wrong(event, "RMA number", f"{expected}, as for what else there is of {claim.id}", event.rma)
        elif whose != claim.id:
            yield wrong(event, "RMA number", f"a number of its own, for {event.rma} is that of {whose}", event.rma)

    def sums(self, claims: Claims, limits: Limits, now: datetime, lacking: Collection[str]) -> Iterable[Violation]:
        """Judge the sums of the claims of which something was read: all lines together make up the claim.

        Of those that are `lacking` a line may never have been read.
        """
        for id_ in (one for one in self._moved if one not in lacking):
            claim, readings = claims.by_id[id_], current(self._readings[id_].values())
            if any(one.placed in (KNOWN_ONLY, FAILED) for one in readings):
                continue
            alone = len(claims.of_order[claim.order_id]) == 1
            order = self._orders.get(claim.order_id)
            paid = order.parts if order else {}
            told_before = claims.read(claim, max(one.seq for one in readings)) is None  # that anybody has read of it
            fees = order.placed.stays if order and told_before else {}
            stays = sum((fees.get(unit, ZERO) for unit in claim.units), ZERO)
            yield from judge_sum(claim, readings, claims.known(claim, now, limits), paid, stays=stays, alone=alone)
            if claim.order_id in self._taxed:
                yield from judge_taxes(claim, readings, paid)
        self._moved = {}


def _kept(event: PlayerEvent) -> dict[str, str]:
    """Return what is told of an adjustment for good: it may come later, or change, but nobody takes it back."""
    told = {
        "reason": event.site_reason,
        "words": event.site_reason_text,
        "tracking number": event.tracking_number,
        "carrier": event.carrier,
        "RMA number": event.rma,
        "date of its making": event.created,
        "date of shipping": event.shipped_back,
        "date of the refund": event.refunded,
    }
    return {what: shown_time(found) if isinstance(found, datetime) else found for what, found in told.items() if found}


def _judge_asked(event: PlayerEvent, reason: str, restock: bool | None) -> Iterable[Violation]:
    """Judge what is read of what the staff have asked for: its reason, and where the goods go."""
    if reason and event.reason and event.reason != reason:
        yield wrong(event, "reason", f"the reason that was given, {reason}", event.reason)
    if restock is not None and event.restock != restock:
        expected = "the goods back on the shelf" if restock else "no goods back on the shelf"
        yield wrong(event, "restock", expected, "IsRestock is " + str(event.restock).lower())


def _crossed(event: PlayerEvent, wish: PlayerEvent, claims: Claims, limits: Limits) -> bool:
    """Return whether, when a refund was made, other money was granted of which its maker could not have read.

    Who has met trouble since the wish may have tried before, and then tries again for the same, whatever has come up.
    """
    refund = claims.by_id.get(event.claim or "")
    if refund is None:
        return False
    shop_id, made = refund.shop_id, refund.states[0].seq
    begun = wish.seq if limits.met(shop_id, wish.at, refund.states[0].since) else made
    for other in claims.of_order[refund.order_id]:
        granted = next((state for state in other.states if state.status.endswith(GRANTED)), None)
        read = claims.read(other, begun, met=lambda at: limits.troubled(shop_id, at))
        if granted and granted.seq < made and not granted.ours and not (read and read.status.endswith(GRANTED)):
            return True
    return False


def _judge_parts(event: PlayerEvent) -> Iterable[Violation]:
    """Judge what a sum is made of: its parts add up to it, and each can be paid in its currency."""
    amount, parts, smallest = event.amount or ZERO, event.made_of, coin(event.currency)
    whole = Sum(amount, event.currency)
    if parts and sum(parts.values(), ZERO) != amount:
        yield wrong(event, "parts", f"parts that add up to {whole}", _shared(parts, event.currency))
    for part, money in {"sum": amount, **parts}.items():
        if money % smallest:
            expected = f"whole multiples of {Sum(smallest, event.currency)}"
            yield wrong(event, part, expected, str(Sum(money, event.currency)))


def _judge_units(event: PlayerEvent) -> Iterable[Violation]:
    """Judge what is said of the units: how many they are, of which line, what falls on each, where that is known."""
    units, shares, amount = set(event.units), event.lines, event.amount or ZERO
    if event.quantity is not None and units and event.quantity != len(units):
        yield wrong(event, "quantity", f"{len(units)}: {', '.join(event.units)}", str(event.quantity))
    if event.order_line and not units.issubset(event.order_line):
        seen = f"the line of {', '.join(event.order_line)}"
        yield wrong(event, "line", f"the order's line of {', '.join(event.units)}", seen)
    if not shares or event.placed == KNOWN_ONLY:
        return
    if units and not units.issuperset(shares):
        yield wrong(event, "shares", f"shares of {', '.join(event.units)}", f"shares of {', '.join(shares)}")
    if sum(shares.values(), ZERO) != amount:
        expected = f"shares that add up to {Sum(amount, event.currency)}"
        yield wrong(event, "shares", expected, _shared(shares, event.currency))


def _judge(
    event: PlayerEvent, claim: Claim, stood: list[State], before: PlayerEvent | None, limits: Limits
) -> Iterable[Violation]:
    status, now = event.placed, claim.now
    if (before is None or before.placed != status) and status not in statuses(stood, status, ours=event.asked):
        said = " or ".join(dict.fromkeys(f"{said_of(state)} for {state.status}" for state in stood))
        yield wrong(event, "status", said, status, now)
    if event.site_status and (before is None or before.site_status != event.site_status):
        known = dict.fromkeys(state.status for state in stood)
        if event.site_status not in known:
            yield wrong(event, "site status", " or ".join(known), event.site_status, now)
    appeals = dict.fromkeys(state.arbitration for state in stood)
    if event.arbitration is not None and event.arbitration not in appeals:
        yield wrong(event, "arbitration", " or ".join(map(repr, appeals)), repr(event.arbitration), now)
    if status in ASKING and (before is None or (before.placed, before.deadline) != (status, event.deadline)):
        deadlines = [state.deadline for state in stood]
        if not any(limits.same(event.deadline, deadline) for deadline in deadlines):
            expected = " or ".join(map(time_or_none, deadlines))
            yield wrong(event, "deadline", expected, time_or_none(event.deadline), now)
    kind = TYPES[claim.kind]
    if event.kind and event.kind != kind:
        yield wrong(event, "kind", kind, event.kind, now)
    if event.currency != claim.currency:
        yield wrong(event, "currency", claim.currency, event.currency, now)
    yield from _judge_words(event, claim, before)
    if before is not None:
        kept = _kept(before)
        for what in kept.keys() - _kept(event).keys():
            yield wrong(event, what, f"{kept[what]}, as was told", "nothing any more", now)
    if not claim.units.issuperset(event.units):
        yield wrong(event, "units", ", ".join(sorted(claim.units)), ", ".join(event.units), now)
    yield from _judge_shares(event, claim, before)
    yield from _judge_way_back(event, claim, before, limits)
    if event.created is not None and before is None and not (event.asked or claim.by_seller):
        began = claim.states[0].since.replace(microsecond=0)
        if not began - limits.underway <= event.created <= event.at + limits.grain:
            expected = f"collected between {shown_time(began)} and {shown_time(event.at)}"
            yield wrong(event, "date", expected, shown_time(event.created), now)
    yield from _judge_change(event, claim, limits)
    if event.refunded is not None and event.amount and claim.paid_at is None:
        yield wrong(event, "date", "no refund yet", f"refunded at {shown_time(event.refunded)}", now)
    if status == "PostProcessingComplete" and claim.paid_at is not None and (before is None or before.placed != status):
        paid = claim.paid_at.replace(microsecond=0)
        # Where its parcel arrives after the payment, a claim shows the time of that alone.
        shown = [paid, *([claim.arrived_at] if claim.arrived_at and claim.arrived_at > paid else ())]
        if not any(limits.same(event.refunded, at) for at in shown):
            yield wrong(event, "date", f"refunded at {shown_time(paid)}", time_or_none(event.refunded), now)


def _judge_change(event: PlayerEvent, claim: Claim, limits: Limits) -> Iterable[Violation]:
    """Judge when an adjustment is said to have changed last: not before what it shows came about, and not ahead.

    It may bear the hour at which the round began that brought it.
    """
    if event.updated is None:
        return
    shown = (one for one in claim.states if (one.status, one.arbitration) == (event.site_status, event.arbitration))
    began = second(next((one.since for one in shown), None))
    latest, seen = event.at + limits.underway + limits.grain, shown_time(event.updated)
    if began is not None and event.updated < began - limits.one_round - limits.grain:
        expected = f"changed since {shown_time(began)}, when it came to that"
        yield replace(wrong(event, "date of change", expected, seen), certainty="assumed")
    elif event.updated > latest:
        expected = f"changed by {shown_time(latest)}"
        yield replace(wrong(event, "date of change", expected, seen), certainty="assumed")


def _judge_reason(event: PlayerEvent, claim: Claim) -> Iterable[Violation]:
    """Judge the reason in ChannelAdvisor's word of what nobody has asked for with a reason of their own."""
    if event.reason == NOT_RECEIVED and not LOST.search(f"{claim.reason} {claim.reason_text}"):
        expected = f"a reason for goods that are there: {claim.reason_text or claim.reason or 'none'}"
        yield wrong(event, "reason", expected, event.reason, claim.now)
    own = REASONS.get(claim.what, "")
    if event.reason and (event.reason != own if own else event.reason in REASONS.values()):
        yield wrong(event, "reason", own or f"a reason for a {claim.what}", event.reason, claim.now)
    elif event.reason not in ("", own, NOT_RECEIVED) and NEVER_CAME.search(claim.reason):
        yield replace(wrong(event, "reason", NOT_RECEIVED, event.reason, claim.now), certainty="assumed")


def _judge_words(event: PlayerEvent, claim: Claim, before: PlayerEvent | None) -> Iterable[Violation]:
    """Judge what is said about a claim beside its status: what a connector has no field for (None), it need not say.

    What the seller has started was not asked for in a buyer's words.
    """
    if not (event.asked or claim.by_seller):
        for what, expected, seen in (
            ("reason", claim.reason, event.site_reason),
            ("words", claim.reason_text, event.site_reason_text),
        ):
            if expected and seen is not None and seen != expected:
                yield wrong(event, what, expected, seen or "nothing", claim.now)
    # It is told once; of one that has ended, and whose claim goes on without it, the way back is not told.
    over = before is not None and (before.site_status == SHIPPED_BACK or before.placed in ENDED)
    shipped = event.site_status == SHIPPED_BACK and not over
    if shipped and claim.tracking_number != event.tracking_number:
        expected = claim.tracking_number or "none"
        yield wrong(event, "tracking number", expected, event.tracking_number or "none", claim.now)
    if shipped and event.carrier is not None and claim.carrier and event.carrier != claim.carrier:
        yield wrong(event, "carrier", claim.carrier, event.carrier or "none", claim.now)


def _judge_shares(event: PlayerEvent, claim: Claim, before: PlayerEvent | None) -> Iterable[Violation]:
    """Judge how a buyer's claim is spread over its units, as long as the sum is the one that is known of them."""
    if claim.by_seller or event.placed == KNOWN_ONLY or (before is not None and before.lines == event.lines):
        return
    known = {unit: claim.shares.get(unit, ZERO) for unit in event.lines}
    smallest, amount = coin(claim.currency), event.amount
    if amount == sum(known.values(), ZERO) and astray(known, event.lines, smallest):
        yield wrong(event, "shares", _shared(known, claim.currency), _shared(event.lines, event.currency), claim.now)


def _shared(shares: Mapping[str, Decimal], currency: str) -> str:
    return " + ".join(f"{Sum(share, currency)} of {of}" for of, share in shares.items())


def _judge_way_back(
    event: PlayerEvent, claim: Claim, before: PlayerEvent | None, limits: Limits
) -> Iterable[Violation]:
    """Judge since when the goods are said to be on their way back: that is told once, and no more changed."""
    told, known = event.shipped_back, before.shipped_back if before else None
    if told is None or told == known:
        return
    shipped = second(claim.shipped_at)
    if shipped is None or not shipped - limits.underway <= told <= event.at + limits.grain:
        yield wrong(event, "date", f"shipped back at {time_or_none(shipped)}", shown_time(told), claim.now)
    elif known is not None:
        yield wrong(event, "date", f"shipped back at {shown_time(known)}, as was told", shown_time(told), claim.now)
