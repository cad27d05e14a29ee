"""What the seller starts: refunds of shipped units, cancellations of the others, at order, line and part-line level.

One `Adjust` becomes one adjustment and one outbox entry per package, and one for everything that has not shipped. What
would exceed the payment is refused before anything is written, naming the caller's field.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from connector.domain.adjustments import RequestStatus
from connector.domain.decisions import CancelOrder, CreateRefund
from connector.domain.money import Parts, said, split, unit_of
from connector.domain.reasons import MARKETS, MarketReasons
from connector.errors import BadRequest
from connector.ports import Secret, UnitOfWork
from connector.records import Adjust, AdjustItem, Adjustment, AdjustOrder, LineUnit, Order, OrderItem, amounts
from connector.usecases.blocking import hold, in_the_way
from connector.usecases.history import SELLER_REFUND, so_many
from connector.usecases.import_claims import OURS
from connector.usecases.outbox import check_amount, check_coins, enqueue
from connector.usecases.refundable import Left, not_called_off, what_is_left, what_was_paid

PART_FIELDS: Final = {
    "item": "ItemAdjustment",
    "tax": "TaxAdjustment",
    "shipping": "ShippingAdjustment",
    "shipping_tax": "ShippingTaxAdjustment",
    "gift": "GiftWrapAdjustment",
    "gift_tax": "GiftWrapTaxAdjustment",
    "recycling": "RecyclingFeeAdjustment",
}

# What an order states as a whole. How the marketplace divides it among the units is assumed, to a coin of each. The tax
# of a line's pieces we know, and tell of the line alone: whoever divides that may miss each piece's by a coin, too.
SHARED: Final = frozenset({"shipping", "shipping_tax"})


@dataclass(frozen=True, slots=True)
class Portion:
    """What becomes one adjustment and one call: units of one package, or all that has not shipped."""

    cancels: bool
    units: tuple[LineUnit, ...]
    parts: Parts
    whole_units: bool  # all that is left of them: the marketplace's own figure is taken
    item_id: int | None
    shares: Mapping[str, Decimal]  # what of it falls on each unit


def plan_order(work: UnitOfWork, order: Order, request: AdjustOrder) -> list[Portion]:
    """Return what `Orders(ID)/Adjust` means.

    All that is left: what has shipped is refunded, the rest is canceled. Less than that: only shipped units are meant.
    """
    left = _meant(work, order, request)
    units: Sequence[LineUnit] = left.refundable(shipped_only=request.refund_only)
    if request.amount is not None:
        check_amount("AdjustmentAmount", request.amount, order.currency)
        units = _bearing(left, left.units, units, request, request.amount, "AdjustmentAmount", order.currency)
    if not units:
        free = left.is_free(left.units)
        raise BadRequest("ID", f"nothing of this order {'was paid for' if free else 'is left to refund or cancel'}")
    wanted = Parts() if request.amount is None else Parts(item=request.amount)
    return _portions(left, units, order, wanted, None, recorded=request.prevent_site_processing)


def _meant(work: UnitOfWork, order: Order, request: Adjust) -> Left:
    """Return what a request can be about: what is left; of what has gone back already, only what is to be recorded."""
    return what_was_paid(work, order) if request.prevent_site_processing else what_is_left(work, order)


def _bearing(
    left: Left,
    every: Sequence[LineUnit],
    units: Sequence[LineUnit],
    request: Adjust,
    amount: Decimal,
    field: str,
    currency: str,
) -> Sequence[LineUnit]:
    """Choose the units that a stated sum is about; refuse one that they cannot bear.

    Before anything has shipped a part of the price means all of it, as no marketplace takes a part then. What is only
    recorded went back elsewhere, and is what it is said to be.
    """
    all_ = left.sum(units)
    if amount > all_:
        raise BadRequest(field, f"{said(amount, currency)} is more than the {said(all_, currency)} that is left")
    shipped = [unit for unit in units if unit.shipped]
    if amount == all_ or request.prevent_site_processing or not any(unit.shipped for unit in every):
        return units
    if amount > left.sum(shipped):
        most = said(left.sum(shipped), currency)
        problem = f"{said(amount, currency)} is more than the {most} that is left of what has shipped"
        raise BadRequest(
            field, f"{problem}, and less than the {said(all_, currency)} that would cancel the rest as well"
        )
    return shipped


def plan_item(work: UnitOfWork, order: Order, item: OrderItem, request: AdjustItem) -> list[Portion]:
    """Return what `OrderItems(ID)/Adjust` means."""
    left = _meant(work, order, request)
    units = _chosen(left, left.refundable(shipped_only=request.refund_only, item_id=item.id), item, request)
    given = {name: getattr(request, f"{name}_amount") for name in PART_FIELDS}
    for name, amount in given.items():
        if amount is not None and amount < 0:
            raise BadRequest(PART_FIELDS[name], f"{amount} is less than nothing")
    stated = {name: amount for name, amount in given.items() if amount is not None}
    if not stated:
        return _portions(left, units, order, Parts(), item.id, recorded=request.prevent_site_processing)
    parts_left = left.parts(units)
    computed = parts_left.scaled_to(left.sum(units), unit_of(order.currency))
    wanted = replace(computed if request.force_calculate_omitted else Parts(), **stated)
    field = PART_FIELDS[next(iter(stated))]
    for name, amount in stated.items():
        check_coins(PART_FIELDS[name], amount, order.currency)
    check_amount(field, wanted.total, order.currency)
    inside = sum((min(unit.fee, Decimal(0)) for unit in units), Decimal(0))  # tax that the price has in it
    most = replace(parts_left, item=parts_left.item - inside)
    coins = unit_of(order.currency) * len(units)
    of_line = left.parts([unit for unit in left.units if unit.item_id == item.id])
    for name, amount in stated.items():
        of_these = getattr(most, name)
        around = left.whole if name in SHARED else of_line if name == "tax" else most
        if amount > min(of_these + coins, getattr(around, name)):
            rest = said(of_these, order.currency)
            raise BadRequest(
                PART_FIELDS[name], f"{said(amount, order.currency)} is more than the {rest} that is left of it"
            )
    bearing = _bearing(left, units, units, request, wanted.total, field, order.currency)
    return _portions(left, bearing, order, wanted, item.id, recorded=request.prevent_site_processing)


def _chosen(left: Left, units: list[LineUnit], item: OrderItem, request: AdjustItem) -> list[LineUnit]:
    """Pick the units: those that are named, else the lowest-numbered that are left."""
    if request.site_line_ids is not None:
        named = set(request.site_line_ids)
        chosen = [unit for unit in units if unit.site_line_id in named]
        if not named or len(chosen) != len(request.site_line_ids):
            lost = sorted(named - {unit.site_line_id for unit in chosen})
            why = (
                "nothing was paid for"
                if left.free.issuperset(lost)
                else "not units of this line with money left on them:"
            )
            raise BadRequest("SiteOrderLineItemIDs", f"{why} {lost}")
        if request.quantity is not None and request.quantity != len(chosen):
            raise BadRequest("Quantity", f"is {request.quantity}, and {so_many(len(chosen))} named")
        return chosen
    if request.quantity is not None and not 0 < request.quantity <= item.quantity:
        raise BadRequest("Quantity", f"is {request.quantity}, and this line has {so_many(item.quantity)}")
    fresh = sorted(units, key=lambda unit: unit.site_line_id not in left.untouched)  # a stable sort
    chosen = fresh if request.quantity is None else fresh[: request.quantity]
    if not chosen or (request.quantity is not None and len(chosen) < request.quantity):
        if left.is_free([unit for unit in left.units if unit.item_id == item.id]):
            raise BadRequest("ID", "nothing was paid for this line")
        some = f"only {so_many(len(units))}" if units else "no unit"
        raise BadRequest("Quantity", f"{some} of this line can still be refunded")
    return chosen


def _portions(
    left: Left, units: Sequence[LineUnit], order: Order, wanted: Parts, item_id: int | None, *, recorded: bool
) -> list[Portion]:
    """Cut by package. Without wanted parts everything that is left; before shipment everything, if not `recorded`."""
    unit = unit_of(order.currency)
    cuts: list[tuple[list[LineUnit], Parts, Decimal]] = []
    in_part = recorded and 0 < wanted.total < left.sum(units)
    unshipped = [] if in_part else [one for one in units if not one.shipped]
    if unshipped:
        cuts.append((unshipped, left.parts(unshipped), left.sum(unshipped)))
    packages: dict[str, list[LineUnit]] = {}
    for one in units:
        if one.shipped or in_part:
            packages.setdefault(one.package_id, []).append(one)
    rest = max(wanted.total - left.sum(unshipped), Decimal(0))  # canceled units have taken their part of it
    shares = split(rest, [left.sum(group) for group in packages.values()], unit)
    for group, share in zip(packages.values(), shares, strict=True):
        amount = share if wanted.total else left.sum(group)
        meant = wanted if wanted.total and item_id is not None else left.parts(group)
        if amount:
            cuts.append((group, meant, amount))
    portions, room = [], left.whole
    for group, meant, amount in cuts:
        parts = meant.scaled_to(amount, unit).within(room, unit)
        room = room.less(parts)
        ids = [one.site_line_id for one in group]
        each = split(parts.total, [left.remaining[line_id] for line_id in ids], unit)
        whole, of_each = amount == left.sum(group), dict(zip(ids, each, strict=True))
        portions.append(Portion(group is unshipped, tuple(group), parts, whole, item_id, of_each))
    return portions


def start(
    work: UnitOfWork, order: Order, region: str, portions: Sequence[Portion], request: Adjust, *, secret: Secret
) -> None:
    """Open the adjustments and put their decisions into the outbox. Raises Duplicate."""
    live = not_called_off(work, order.id)
    for part, portion in enumerate(portions):
        line_ids = [unit.site_line_id for unit in portion.units]
        whole = set(line_ids) == live
        market = MARKETS[region]
        default = site_reason(market, portion.units, request.reason, cancels=portion.cancels, whole=whole)
        reason = request.site_reason or default
        opened = _adjustment(order, portion, part, request, reason, work.now)
        opened = replace(opened, id=work.added(opened))
        verb = "Cancellation" if portion.cancels else "Refund"
        text = f"{verb} of {said(portion.parts.total, order.currency)} for {so_many(len(line_ids))} asked for"
        work.note(order.profile_id, order.id, by="oms", event="refund_asked", text=text, words=reason)
        if request.prevent_site_processing:
            continue
        entry_id = enqueue(
            work,
            order,
            _decision(order, portion, reason, request, whole=whole),
            once=f"{order.profile_id}/adjustment/{opened.id}",
            site_id=None,
            deadline=None,
            secret=secret,
        )
        work.moved(opened, replace(opened, outbox_id=entry_id))
        entry = work.outbox_entry(entry_id)
        before = in_the_way(work, entry)
        if before is not None:
            hold(work, entry, before)


def _adjustment(order: Order, portion: Portion, part: int, request: Adjust, reason: str, now: datetime) -> Adjustment:
    line_ids = [unit.site_line_id for unit in portion.units]
    only_recorded = request.prevent_site_processing
    return Adjustment(
        level="order" if portion.item_id is None else "item",
        profile_id=order.profile_id,
        order_id=order.id,
        item_id=portion.item_id,
        quantity=None if portion.item_id is None else len(line_ids),
        type="Cancellation" if portion.cancels else "Refund",
        status=RequestStatus.INFORMATION_ONLY if only_recorded else RequestStatus.SUBMITTED,
        created_source=OURS,
        updated_source=OURS,
        is_restock=request.restock,
        reason=request.reason,
        seller_adjustment_id=request.seller_adjustment_id or None,
        part=part,
        comment="Recorded only, as asked." if only_recorded else "",
        created_at=now,
        updated_at=now,
        request_type="CANCEL" if portion.cancels else SELLER_REFUND,
        site_line_ids=line_ids,
        site_line_amounts={line_id: str(share) for line_id, share in portion.shares.items()},
        site_reason=reason,
        decided_by="oms",
        **amounts(portion.parts),
    )


def _decision(
    order: Order, portion: Portion, reason: str, request: Adjust, *, whole: bool
) -> CreateRefund | CancelOrder:
    about: dict[str, Any] = {
        "order_id": order.site_order_id,
        "line_ids": tuple(unit.site_line_id for unit in portion.units),
        "reason": reason,
        "currency": order.currency,
        "stated": _states_a_sum(request),
        "whole": whole,
        "default_reason": not request.site_reason,
    }
    if portion.cancels:
        return CancelOrder(**about)
    amount = None if portion.whole_units else portion.parts.total
    return CreateRefund(**about, amount=amount)


def _states_a_sum(request: Adjust) -> bool:
    """Whether the caller has named a sum, which is then not to be changed in silence."""
    if isinstance(request, AdjustOrder):
        return request.amount is not None
    return any(getattr(request, f"{name}_amount") is not None for name in PART_FIELDS)


def site_reason(
    reasons: MarketReasons, goods: Iterable[LineUnit], reason: str, *, cancels: bool = False, whole: bool = False
) -> str:
    """Return the marketplace's reason, by where the goods are; refuse a refund that no seller there may start."""
    if cancels:
        # Cancelling a part is possible for want of stock only.
        return reasons.cancellation.get(reason, reasons.cancel) if whole else reasons.cancel
    delivered = all(unit.site_status != "IN_TRANSIT" for unit in goods)
    default = reasons.refund_delivered if delivered else reasons.refund_in_transit
    if default is None:
        raise BadRequest("ID", "this marketplace lets no seller of this market start a refund; buyers ask for theirs")
    return reasons.refund.get(reason, default) if delivered else default
