"""Orders as the marketplace shows them, taken in. A document that was read before changes nothing."""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from connector.domain.money import said
from connector.domain.site import NOT_OFFERED, ORDER_WORDS, SHIPPED, UNREAD, OrderFacts, SiteLine, SiteOrder
from connector.domain.units import grouped, parts_of, share_out
from connector.ports import UnitOfWork
from connector.records import LineUnit, Order, OrderItem

DATES: Final = ("paid_at", "shipped_at", "delivered_at", "cancelled_at")
MOVING: Final = (*DATES, "buyer_email", "recipient", "fingerprint")


def take_order(work: UnitOfWork, profile_id: int, site: SiteOrder) -> bool:
    """Keep an order as the marketplace shows it; False when nothing is new."""
    known = work.order_by_site(profile_id, site.id)
    if known is not None and (known.fingerprint == site.fingerprint or site.updated < known.site_updated):
        return False
    if site.status not in ORDER_WORDS and known is not None and known.site_status == site.status:
        return False  # nobody knows more of it than before
    moves = _moves(site, known, work.now)
    if known is None:
        facts = {fact.name: getattr(site, fact.name) for fact in fields(OrderFacts)}
        order = Order(profile_id=profile_id, site_order_id=site.id, imported_at=work.now, **{**facts, **moves})
        order = replace(order, id=work.added(order))
        _add_lines(work, order, site, site.lines)
    else:
        order = known
        work.moved(known, replace(known, **{**moves, "offered": known.offered or moves["offered"]}))
        if moves["offered"] and not known.offered:  # what belongs to it is shown with it, and is as new
            for was in work.adjustments_of_order(order.id):
                work.moved(was, replace(was, created_at=work.now, updated_at=work.now))
        _move_lines(work, order, site)
    if known is None or known.site_status != site.status:
        text = f"Order collected, {said(site.total, site.currency)}" if known is None else f"Order is {site.status}"
        ids = order.profile_id, order.id
        work.note(*ids, by="marketplace", event="order_collected", text=text, words=site.status)
    return True


def _moves(site: SiteOrder, known: Order | None, now: datetime) -> dict[str, Any]:
    """Return, by the names of an order's fields, all that moves in its life; in an unknown status its words stay."""
    moves: dict[str, Any] = {
        "site_status": site.status,
        "updated_at": now,
        "site_updated": site.updated,
        **{name: getattr(site, name) for name in MOVING},
    }
    understood = site.status in ORDER_WORDS
    words = ORDER_WORDS[site.status if understood else "ON_HOLD"]
    if understood or known is None:
        moves |= dict(zip(("checkout_status", "payment_status", "shipping_status"), words, strict=True))
    if not understood:
        moves["fingerprint"] = UNREAD
    return {**moves, "offered": understood and site.status not in NOT_OFFERED}


def _add_lines(work: UnitOfWork, order: Order, site: SiteOrder, lines: Sequence[SiteLine]) -> None:
    paid = share_out(site)
    for group in grouped(lines):
        first, paid_each = group[0], [paid[line.id] for line in group]
        item = OrderItem(
            profile_id=order.profile_id,
            order_id=order.id,
            site_sku_id=first.sku_id,
            site_product_id=first.product_id,
            sku=first.sku,
            title=first.title,
            quantity=len(group),
            unit_price=first.price,
            tax=sum((unit.tax for unit in paid_each), Decimal(0)),
            shipping=sum((unit.shipping for unit in paid_each), Decimal(0)),
            shipping_tax=sum((unit.shipping_tax for unit in paid_each), Decimal(0)),
            fee=parts_of(paid_each).recycling,
        )
        item_id = work.added(item)
        for line in group:
            status = line.status or site.status
            unit = LineUnit(
                order_id=order.id,
                site_line_id=line.id,
                item_id=item_id,
                site_sku_id=line.sku_id,
                package_id=line.package_id,
                site_status=status,
                shipped=status in SHIPPED,
                **asdict(paid[line.id]),
            )
            work.added(unit)


def _move_lines(work: UnitOfWork, order: Order, site: SiteOrder) -> None:
    """Move an order's lines to where they are now; one in an unknown status is where it was."""
    known = {unit.site_line_id: unit for unit in work.units([order.id])}
    for line in site.lines:
        if line.id in known:
            status = line.status or site.status
            stands = status if status in ORDER_WORDS else known[line.id].site_status
            moved = replace(known[line.id], package_id=line.package_id, site_status=stands, shipped=stands in SHIPPED)
            work.moved(known[line.id], moved)
    new = [line for line in site.lines if line.id not in known]
    if new:
        _add_lines(work, order, site, new)
