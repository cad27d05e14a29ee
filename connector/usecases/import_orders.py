"""Orders as the marketplace shows them, taken in. A document that was read before changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from connector.adapters.sql import tables as t
from connector.adapters.sql.store import Books
from connector.domain.site import NOT_OFFERED, ORDER_WORDS, SHIPPED, SiteLine, SiteOrder
from connector.domain.units import grouped, share_out
from connector.usecases import history as telling

UNKNOWN_STATUS: Final = ("Completed", "Cleared", "Unshipped")


def take_order(books: Books, profile_id: int, site: SiteOrder, now: datetime) -> bool:
    """Keep an order as the marketplace shows it; False when nothing is new."""
    known = books.order_by_site(profile_id, site.id)
    if known is not None and (known.fingerprint == site.fingerprint or site.updated < known.site_updated):
        return False
    checkout, payment, shipping = ORDER_WORDS.get(site.status, UNKNOWN_STATUS)
    moving = {
        "site_status": site.status,
        "offered": site.status not in NOT_OFFERED or (known is not None and known.offered),
        "checkout_status": checkout,
        "payment_status": payment,
        "shipping_status": shipping,
        "updated_at": now,
        "paid_at": site.paid_at,
        "shipped_at": site.shipped_at,
        "delivered_at": site.delivered_at,
        "cancelled_at": site.cancelled_at,
        "recipient": site.recipient,
        "site_updated": site.updated,
        "fingerprint": site.fingerprint,
    }
    if known is None:
        order_id = books.add(
            t.orders,
            profile_id=profile_id,
            site_order_id=site.id,
            currency=site.currency,
            total=site.total,
            tax=site.tax,
            shipping=site.shipping,
            shipping_tax=site.shipping_tax,
            discount=site.discount,
            created_at=site.created_at,
            imported_at=now,
            buyer_user_id=site.buyer_user_id,
            buyer_email=site.buyer_email,
            payment_method=site.payment_method,
            **moving,
        )
        _add_lines(books, profile_id, order_id, site, site.lines)
    else:
        order_id = known.id
        books.change(t.orders, order_id, **moving)
        _move_lines(books, profile_id, order_id, site)
    if known is None or known.site_status != site.status:
        sum_ = telling.money(site.total, site.currency)
        text = f"Order collected, {sum_}" if known is None else f"Order is {site.status}"
        order = books.order(order_id)
        assert order is not None
        books.note(order, now, by="marketplace", event="order_collected", text=text, words=site.status)
    return True


def _add_lines(books: Books, profile_id: int, order_id: int, site: SiteOrder, lines: Sequence[SiteLine]) -> None:
    money = share_out(site)
    for group in grouped(lines):
        first = group[0]
        item_id = books.add(
            t.order_items,
            profile_id=profile_id,
            order_id=order_id,
            site_sku_id=first.sku_id,
            site_product_id=first.product_id,
            sku=first.sku,
            title=first.title,
            quantity=len(group),
            unit_price=first.price,
            tax=sum((money[line.id].tax for line in group), Decimal(0)),
            shipping=sum((money[line.id].shipping for line in group), Decimal(0)),
            shipping_tax=sum((money[line.id].shipping_tax for line in group), Decimal(0)),
        )
        for line in group:
            paid = money[line.id]
            books.add(
                t.line_units,
                order_id=order_id,
                site_line_id=line.id,
                item_id=item_id,
                site_sku_id=line.sku_id,
                price=paid.price,
                tax=paid.tax,
                shipping=paid.shipping,
                shipping_tax=paid.shipping_tax,
                fee=paid.fee,
                **_where_it_is(line, site),
            )


def _move_lines(books: Books, profile_id: int, order_id: int, site: SiteOrder) -> None:
    known = {unit.site_line_id: unit for unit in books.units([order_id])}
    new = [line for line in site.lines if line.id not in known]
    for line in site.lines:
        if line.id in known:
            unit, where = known[line.id], _where_it_is(line, site)
            if (unit.package_id, unit.site_status, unit.shipped) != tuple(where.values()):
                books.move_unit(order_id, line.id, **where)
    if new:
        _add_lines(books, profile_id, order_id, site, new)


def _where_it_is(line: SiteLine, site: SiteOrder) -> dict[str, Any]:
    status = line.status or site.status
    return {"package_id": line.package_id, "site_status": status, "shipped": status in SHIPPED}
