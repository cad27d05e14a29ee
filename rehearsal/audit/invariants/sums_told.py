"""The sums that the OMS has read of a claim: all its lines together make up what the marketplace says."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from rehearsal.audit.claims import ZERO, Claim, State, summed
from rehearsal.audit.decision_ledger import DIVIDED
from rehearsal.audit.event import PlayerEvent
from rehearsal.audit.invariant import Violation
from rehearsal.audit.invariants.order_told import astray
from rehearsal.sums import Sum, coin

ON_SHIPPING: Final = "shipping_tax"


def current(readings: Iterable[PlayerEvent]) -> list[PlayerEvent]:
    """Return the newest reading of each unit's adjustments: a later adjustment has taken the place of an earlier."""
    newest: dict[tuple[str, ...], PlayerEvent] = {}
    for reading in readings:
        known = newest.get(reading.units)
        if known is None or not (known.created and reading.created) or reading.created > known.created:
            newest[reading.units] = reading
    return list(newest.values())


def judge_sum(
    claim: Claim,
    readings: list[PlayerEvent],
    stood: list[State],
    paid: Mapping[str, Decimal],
    *,
    stays: Decimal,
    alone: bool,
) -> Iterable[Violation]:
    """Judge the sum of a claim's lines and, where the order has no other claim, what all of it is made of.

    Of what the seller has started a unit may be a coin off in each part that was `paid` for all units together, and
    what `stays` with the platform may be in it.
    """
    total = sum((one.amount or ZERO for one in readings), ZERO)
    coins = coin(claim.currency) * max(len(claim.units), 1)
    divided = max(sum(1 for part in DIVIDED if paid.get(part)), 1)
    off = coins * divided + stays if claim.by_seller else ZERO
    totals = list(dict.fromkeys(state.total for state in stood))
    about = {**claim.about, "adjustment_id": readings[0].adjustment}
    seqs = (claim.now.seq, *(one.seq for one in readings))
    if not any(abs(total - said) <= off for said in totals):
        official, told = [Sum(said, claim.currency) for said in totals], Sum(total, claim.currency)
        key, expected = f"told sum {claim.id} {total} {claim.currency}", " or ".join(map(str, official))
        sums = {"marketplace": official[0], "OMS": told}
        yield Violation.of(key, expected, str(told), {**about, "what": "sum"}, *seqs, money=sums)
    elif alone and total == sum(claim.parts.values(), ZERO) and not claim.by_seller:
        parts = summed(one.made_of for one in readings)
        for part in astray(claim.parts, parts, coins):
            said, told = Sum(claim.parts.get(part, ZERO), claim.currency), Sum(parts[part], claim.currency)
            key, sums = f"{part} {claim.id} {parts[part]}", {"marketplace": said, "OMS": told}
            expected, seen = f"{said} of {part}", f"{told} of {part}"
            yield Violation.of(key, expected, seen, {**about, "what": part}, *seqs, money=sums)


def judge_taxes(claim: Claim, readings: list[PlayerEvent], paid: Mapping[str, Decimal]) -> Iterable[Violation]:
    """Judge the tax on goods and that on shipping, where both are told: no claim has more of either than was paid."""
    shares = [one.stated[ON_SHIPPING] for one in readings if ON_SHIPPING in one.stated]
    if len(shares) < len(readings):
        return
    on_shipping, coins = sum(shares, ZERO), coin(claim.currency) * max(len(claim.units), 1)
    on_goods = sum((one.made_of.get("tax", ZERO) for one in readings), ZERO) - on_shipping
    most = paid.get(ON_SHIPPING, ZERO)
    for what, bound, seen in (
        ("tax on shipping", most, on_shipping),
        ("tax on goods", paid.get("tax", ZERO) - most, on_goods),
    ):
        if seen > bound + coins:
            paid_of_it, told = Sum(bound, claim.currency), Sum(seen, claim.currency)
            yield Violation.of(
                f"{what} {claim.id} {seen}",
                f"at most the {paid_of_it} of {what} that was paid",
                f"{told} of {what}",
                {**claim.about, "adjustment_id": readings[0].adjustment, "what": what},
                *(one.seq for one in readings),
                money={"paid": paid_of_it, "OMS": told},
            )


def wrong(event: PlayerEvent, what: str, expected: str, seen: str, stood: State | None = None) -> Violation:
    """Return that the OMS has read something otherwise than it is, where need be of a claim that `stood` like that."""
    about = {**event.about, "adjustment_id": event.adjustment, "what": what}
    key, seqs = f"told {what} {event.claim or event.ref} {seen}", (stood.seq, event.seq) if stood else (event.seq,)
    return Violation.of(key, expected, seen, about, *seqs)
