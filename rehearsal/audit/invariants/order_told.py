"""What the OMS is told of orders, held against what the marketplace has said since a round before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from rehearsal.audit.claims import ZERO, summed
from rehearsal.audit.event import PlayerEvent
from rehearsal.audit.invariant import Violation
from rehearsal.audit.limits import Limits
from rehearsal.moments import time_or_none
from rehearsal.sums import Sum, coin

IN_PART: Final = "PARTIALLY_SHIPPING"
# What each status of an order is in ChannelAdvisor's words for how much of it has shipped.
SHIPPED: Final[Mapping[str, tuple[str, ...]]] = {
    "UNPAID": ("Unshipped",),
    "ON_HOLD": ("Unshipped",),
    "AWAITING_SHIPMENT": ("Unshipped",),
    IN_PART: ("PartiallyShipped",),
    "AWAITING_COLLECTION": ("PendingShipment", "Unshipped"),
    **dict.fromkeys(("IN_TRANSIT", "DELIVERED", "COMPLETED"), ("Shipped",)),
    "CANCELLED": ("Canceled",),
}
# And what of its parcels: one that is on its way may count as complete, for all that was to be done with it is.
NOT_LEFT: Final = ("NoChange", "ReadyForPickup")
LEFT: Final = ("InTransit", "Complete")
PARCELS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("UNPAID", "ON_HOLD", "AWAITING_SHIPMENT", "CANCELLED"), NOT_LEFT),
    **dict.fromkeys((IN_PART, "AWAITING_COLLECTION"), (*NOT_LEFT, *LEFT)),
    "IN_TRANSIT": LEFT,
    **dict.fromkeys(("DELIVERED", "COMPLETED"), ("Complete",)),
}
FITS_ANY: Final = ("Canceled", "ThirdPartyManaged")  # be it of an order whose other parcels go; whoever ships it
# And whether it has been paid for; one that was called off may have been, or not.
NOT_PAID: Final = ("NotYetSubmitted", "Submitted", "Failed")
CLEARED: Final = ("Cleared", "Deposited")
PAID: Final[Mapping[str, tuple[str, ...]]] = {
    "UNPAID": NOT_PAID,
    **dict.fromkeys(("AWAITING_SHIPMENT", IN_PART, "AWAITING_COLLECTION"), CLEARED),
    **dict.fromkeys(("IN_TRANSIT", "DELIVERED", "COMPLETED"), CLEARED),
    **dict.fromkeys(("ON_HOLD", "CANCELLED"), (*NOT_PAID, *CLEARED)),
}

# And whether anything holds it up: an OMS does not ship it then.
HELD: Final = ("UNPAID", "ON_HOLD", "CANCELLED")
PAYMENT: Final = "hour of payment"
SHIPPING: Final = "hour of shipping"
UNTOLD: Final = ("buyer",)  # what a connector may leave out of what it tells of a recipient
GOES: Final = ("Completed", "CompletedAndVisited", "CompletedOffline")


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the marketplace has it, what each part of it came to, and how it has stood."""

    placed: PlayerEvent
    parts: Mapping[str, Decimal]
    states: list[PlayerEvent]  # of which each tells a status, since when it is paid for and shipped, and the recipient

    @classmethod
    def of(cls, event: PlayerEvent) -> Order:
        """Return the order that was placed with an event."""
        return cls(event, {**summed(event.parts.values()), **event.stated}, [event])

    @property
    def units(self) -> frozenset[str]:
        return frozenset(self.placed.lines)

    def known(self, at: datetime, limits: Limits) -> list[PlayerEvent]:
        """Return how who looks once in a round may know it to stand at that time, the newest first."""
        since = at - limits.one_round
        return still_so(self.states, since - limits.extension(self.placed.shop, since))


def still_so(states: Sequence[PlayerEvent], since: datetime) -> list[PlayerEvent]:
    """Return of what an order has become in turn that in which it was at some time since then, the newest first."""
    ended = [*(event.at for event in states[1:]), None][: len(states)]
    return [event for event, end in reversed([*zip(states, ended, strict=True)]) if end is None or end > since]


def judge_order(event: PlayerEvent, order: Order, limits: Limits, dated: Mapping[str, bool]) -> Iterable[Violation]:
    """Judge what the OMS has just read of an order; what is `dated` is told a date of, or was with another one."""
    placed, units = order.placed, frozenset(event.units)
    whole, cost, created = placed.total or ZERO, placed.additional or ZERO, second(placed.created)
    total = "none" if event.total is None else str(Sum(event.total, event.currency))
    told = event.created is not None and not limits.same(event.created, created)
    additional = told_more = Sum(cost, placed.currency)
    if event.additional not in (None, ZERO, cost):
        told_more = Sum(event.additional, event.currency)
    stood = order.known(event.at, limits)
    statuses = [state.placed for state in stood]
    paid = [state.paid_at for state in stood]
    shipped = [at for state in stood for at in (state.ready_at, state.collected_at)]
    for what, expected, seen in (
        ("currency", placed.currency, event.currency),
        ("total", str(Sum(whole, placed.currency)), total),
        ("units", ", ".join(sorted(order.units)), ", ".join(sorted(units or order.units))),
        ("goods", ", ".join(placed.goods), ", ".join(event.goods or placed.goods)),
        ("additional cost", str(additional), str(told_more)),
        *_names(placed.names, event.names),
        ("date", time_or_none(created), time_or_none(event.created if told else created)),
        ("shipping status", *_words(SHIPPED, statuses, event.shipping_status)),
        ("payment status", *_words(PAID, statuses, event.payment_status)),
        ("checkout status", *_held_up(statuses, event.checkout_status)),
        (PAYMENT, *_hours(paid, event.paid_at, limits, told=dated[PAYMENT])),
        (SHIPPING, *_hours(shipped, event.shipped_at, limits, told=dated[SHIPPING])),
        ("recipient", *_recipient([state.recipient for state in stood], event.recipient)),
        *((part, str(Sum(order.parts.get(part, ZERO), placed.currency)), str(Sum(told_of[part], event.currency)))
          for told_of in (event.made_of, event.stated) for part in astray(order.parts, told_of, ZERO)),
    ):  # fmt: skip
        if expected != seen and not (what == "total" and whole == event.total):
            key, about = f"{what} {event.order} {seen}", {"order_id": event.order, "what": what}
            yield Violation.of(key, f"{what} {expected}", f"{what} {seen}", about, placed.seq, event.seq)


def judge_lines(event: PlayerEvent, order: Order) -> Iterable[Violation]:
    """Judge what was paid for each line: in coins that there are, and as much as for its units, but for coins.

    Only prices are stated of a unit; how shipping and tax are shared out among them is assumed.
    """
    placed, by_unit, smallest = order.placed, order.placed.parts, coin(order.placed.currency)
    most = smallest * max(len(by_unit), 1)
    for units, told in event.by_line:
        known = [by_unit[unit] for unit in units if unit in by_unit]
        whole = bool(units) and len(known) == len(units)
        for part, money in told.items():
            paid = sum((of_unit.get(part, ZERO) for of_unit in known), ZERO)
            what, seen = f"{part} of {', '.join(units) or 'a line'}", str(Sum(money, placed.currency))
            key, about = f"{what} {event.order} {money}", {"order_id": event.order, "what": what}
            if money % smallest:
                expected = f"{what} in whole multiples of {Sum(smallest, placed.currency)}"
                yield Violation.of(f"coins {key}", expected, seen, about, placed.seq, event.seq)
            elif whole and abs(money - paid) > most:
                certainty = "documented" if part == "item" else "assumed"
                expected = f"{what} {Sum(paid, placed.currency)}"
                yield Violation.of(key, expected, seen, about, placed.seq, event.seq, certainty=certainty)


def judge_parcels(event: PlayerEvent, order: Order, limits: Limits) -> Iterable[Violation]:
    """Judge how the parcels of an order are said to stand."""
    stood = order.known(event.at, limits)
    fitting = {word for state in stood for word in PARCELS.get(state.placed, ())}
    if any(word in LEFT for state in order.states for word in PARCELS.get(state.placed, ())):
        fitting |= {*LEFT} if any(state.placed == "CANCELLED" for state in stood) else set()
    for status in sorted({*event.statuses} - fitting - {*FITS_ANY}):
        key, about = f"parcel {event.order} {status}", {"order_id": event.order, "what": "parcel"}
        expected = f"a parcel {' or '.join(sorted(fitting))}"
        yield Violation.of(key, expected, f"a parcel {status}", about, order.placed.seq, event.seq)
    going = [status for status in event.statuses if status not in FITS_ANY]
    left, may_be = sum(status in LEFT for status in going), {state.parcels_left or 0 for state in stood}
    if all(state.placed == IN_PART and state.parcels == len(going) for state in stood) and left not in may_be:
        key, about = f"parcels {event.order} {left}", {"order_id": event.order, "what": "parcels"}
        of_all = f"of {len(going)} parcels that have left"
        expected = f"{' or '.join(str(count or 'none') for count in sorted(may_be))} {of_all}"
        yield Violation.of(key, expected, f"{left or 'none'} {of_all}", about, order.placed.seq, event.seq)


def _words(of: Mapping[str, tuple[str, ...]], stood: Iterable[str], told: str) -> tuple[str, str]:
    """Return what is said of an order that has stood like that, and what is told: the same where that fits."""
    fitting = list(dict.fromkeys(word for status in stood for word in of.get(status, ())))
    expected = " or ".join(fitting)
    return expected, told if told and fitting and told not in fitting else expected


def _names(known: Mapping[str, tuple[str, ...]], told: Mapping[str, tuple[str, ...]]) -> Iterable[tuple[str, str, str]]:
    """Yield what each unit is, and what it is told to be: its title, if told at all, has the product in it.

    Of each are known its SKU, the product, and the variant of it.
    """
    for unit, (sku, *titles) in told.items():
        if unit not in known:
            continue
        own, product, _ = known[unit]
        yield "goods", f"{own} for {unit}", f"{sku} for {unit}"
        title = " ".join(titles)
        fits = not titles or product in title
        yield "title", f"{product} for {unit}", f"{product if fits else title or 'nothing'} for {unit}"


def _held_up(stood: Iterable[str], told: str) -> tuple[str, str]:
    """Return what is said of an order that nothing holds up, and what is told: the same where something may."""
    may_be = not told or told in GOES or any(status in HELD for status in stood)
    return GOES[0], GOES[0] if may_be else told


def dates(event: PlayerEvent) -> dict[str, bool]:
    """Return of what a date is told of an order, be it that there is none yet."""
    return {PAYMENT: "paid_at" in event.data, SHIPPING: "shipped_at" in event.data}


def _hours(known: Iterable[datetime | None], seen: datetime | None, limits: Limits, *, told: bool) -> tuple[str, str]:
    """Return since when something is, and what is seen of that: the same where it fits, or is never told."""
    hours = [second(at) for at in known]
    expected = " or ".join(dict.fromkeys(map(time_or_none, hours)))
    fits = (seen is None and not told) or any(limits.same(seen, at) for at in hours)
    return expected, expected if fits else time_or_none(seen)


def _recipient(stood: Sequence[Mapping[str, str]], told: Mapping[str, str]) -> tuple[str, str]:
    """Return what has to be right about a recipient of whom anything is told, and what of it is. Never what it is.

    It is of one address, the one that it comes nearest to. Of a street in two lines it does not matter how they are put
    together; nobody has to tell the buyer's number.
    """
    fields, nearest = max(stood, key=len), tuple[str, ...]()
    for known in stood:
        said = {**{what: known[what] for what in UNTOLD if what in known}, **told} if told else known
        right = tuple(what for what, words in known.items() if _apart(said.get(what, "")) == _apart(words))
        nearest = max(nearest, right, key=len)
    return ", ".join(fields), ", ".join(nearest)


def _apart(words: str) -> list[str]:
    return words.replace(",", " ").split()


def second(found: datetime | None) -> datetime | None:
    """Return what an API tells of a moment: its whole seconds."""
    return found and found.replace(microsecond=0)


def astray(said: Mapping[str, Decimal], told: Mapping[str, Decimal], coins: Decimal) -> list[str]:
    return [part for part in told if abs(told[part] - said.get(part, ZERO)) > coins]
