"""What the pages show, read from the database. Statements are built once; the lines of the list leave as frozen values,
and what an order's page shows beside them as rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from connector.adapters.sql.direct import Runs
from connector.adapters.sql.tables import Money, adjustments, cases, line_units, order_items, orders, shops
from connector.domain.adjustments import OPEN, RequestStatus
from connector.domain.site import NOT_SHIPPED_BACK, UNREAD

PAGE: Final = 50
COUNTED: Final = ("adjustments", "open", "asked", "coming", "failed")  # of an order


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order in the list."""

    id: int
    site_order_id: str
    shop: str
    created_at: datetime
    total: Decimal
    currency: str
    shipping_status: str
    adjustments: int
    open: int
    asked: int  # requests that wait for the seller's answer
    coming: int  # returns that the buyer has sent: whether they are here, only the warehouse knows
    failed: int
    unread: int  # of the order and its claims, what stands in a status that is not known here
    deadline: datetime | None
    refunded: Decimal


@dataclass(frozen=True, slots=True)
class OrderList:
    orders: tuple[OrderLine, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class OrderSheet:
    """All that an order's page shows, in rows as the database has them."""

    order: sa.Row[Any]  # its line in the list, and what else there is of the order
    items: Sequence[sa.Row[Any]]
    units: Mapping[int, Sequence[sa.Row[Any]]]  # by their item
    adjustments: Sequence[sa.Row[Any]]


_a = adjustments.c
_asked: Final = _a.status == RequestStatus.NEW_RMA
_coming: Final = sa.and_(_a.status == RequestStatus.READY_FOR_RETURN, _a.site_status != NOT_SHIPPED_BACK)
_adjusted: Final = sa.select(
    _a.order_id,
    sa.func.count().label("adjustments"),
    sa.func.sum(sa.case((_a.status.in_(sorted(OPEN)), 1), else_=0)).label("open"),
    sa.func.sum(sa.case((_asked, 1), else_=0)).label("asked"),
    sa.func.sum(sa.case((_coming, 1), else_=0)).label("coming"),
    sa.func.sum(sa.case((_a.status == RequestStatus.ERROR.value, 1), else_=0)).label("failed"),
    sa.func.min(sa.case((sa.or_(_asked, _coming), _a.deadline))).label("deadline"),
    sa.func.sum(
        sa.case((_a.status == RequestStatus.COMPLETE.value, sa.type_coerce(_a.total, sa.BigInteger)), else_=0)
    ).label("refunded"),
).group_by(_a.order_id)
_unread: Final = (
    sa.select(sa.func.count())
    .where(cases.c.order_id == orders.c.id, cases.c.fingerprint == UNREAD)
    .correlate(orders)
    .scalar_subquery()
) + sa.case((orders.c.fingerprint == UNREAD, 1), else_=0)


def _lines(of_order: sa.Subquery) -> sa.Select[Any]:
    """Return the lines of the list, with what there is of each order's adjustments."""
    return (
        sa.select(
            orders.c.id,
            orders.c.site_order_id,
            shops.c.name.label("shop"),
            orders.c.created_at,
            orders.c.total,
            orders.c.currency,
            orders.c.shipping_status,
            *(sa.func.coalesce(of_order.c[name], 0).label(name) for name in COUNTED),
            _unread.label("unread"),
            of_order.c.deadline,
            sa.type_coerce(sa.func.coalesce(of_order.c.refunded, 0), Money).label("refunded"),
        )
        .join_from(orders, shops, shops.c.id == orders.c.profile_id)
        .outerjoin(of_order, of_order.c.order_id == orders.c.id)
    )


_of_order: Final = _adjusted.subquery("of_order")
_of_one: Final = _adjusted.where(_a.order_id == sa.bindparam("order_id")).subquery("of_order")
_of_number: Final = _adjusted.where(
    _a.order_id.in_(sa.select(orders.c.id).where(orders.c.site_order_id == sa.bindparam("number")))
).subquery("of_order")
_attention: Final = sa.or_(_of_order.c.asked > 0, _of_order.c.coming > 0, _of_order.c.failed > 0, _unread > 0)
_number: Final = orders.c.site_order_id.like(sa.bindparam("number"), escape="/")
_newest: Final = (orders.c.created_at.desc(), orders.c.id.desc())
_soonest: Final = (_of_order.c.deadline.is_(None), _of_order.c.deadline, orders.c.id.desc())


def _listed(attention: bool) -> tuple[sa.Select[Any], sa.Select[Any]]:
    chosen = _lines(_of_order).where(_number, orders.c.offered)
    if attention:
        chosen = chosen.where(_attention)
    page = chosen.order_by(*(_soonest if attention else _newest)).limit(PAGE).offset(sa.bindparam("offset"))
    return page, sa.select(sa.func.count()).select_from(chosen.subquery())


_LINE: Final = _lines(_of_number).where(orders.c.site_order_id == sa.bindparam("number"), orders.c.offered)
_LISTS: Final = {attention: _listed(attention) for attention in (False, True)}
_ONE: Final = (
    _lines(_of_one)
    .add_columns(orders.c.payment_status, orders.c.tax, orders.c.shipping)
    .where(orders.c.id == sa.bindparam("order_id"), orders.c.offered)
)
_ITEMS: Final = (
    sa.select(order_items).where(order_items.c.order_id == sa.bindparam("order_id")).order_by(order_items.c.id)
)
_UNITS: Final = (
    sa.select(line_units.c.item_id, line_units.c.site_line_id, line_units.c.site_status)
    .where(line_units.c.order_id == sa.bindparam("order_id"))
    .order_by(line_units.c.site_line_id)
)
_ADJUSTMENTS: Final = (
    sa.select(adjustments, order_items.c.sku)
    .outerjoin_from(adjustments, order_items, order_items.c.id == _a.item_id)
    .where(_a.order_id == sa.bindparam("order_id"))
    .order_by(_a.id.desc())
)


def read_orders(connection: Runs, *, page: int, attention: bool, number: str) -> OrderList:
    """Return a page of orders, newest first, or those that need attention, most urgent first."""
    escaped = number.replace("/", "//").replace("%", "/%").replace("_", "/_")
    values = {"number": f"%{escaped}%", "offset": (page - 1) * PAGE}
    listed, counted = _LISTS[attention]
    total = connection.execute(counted, values).scalar_one()
    found = connection.execute(listed, values).all()
    pages = max(1, -(-total // PAGE))
    return OrderList(tuple(OrderLine(*row) for row in found), page, pages, total)


def read_line(connection: Runs, number: str) -> OrderLine | None:
    """Return what the list of orders shows of the order with this number at the marketplace."""
    row = connection.execute(_LINE, {"number": number}).first()
    return None if row is None else OrderLine(*row)


def read_order(connection: Runs, order_id: int) -> OrderSheet | None:
    asked = {"order_id": order_id}
    order = connection.execute(_ONE, asked).first()
    if order is None:
        return None
    units: dict[int, list[Any]] = {}
    for unit in connection.execute(_UNITS, asked):
        units.setdefault(unit.item_id, []).append(unit)
    items, found = (connection.execute(statement, asked).all() for statement in (_ITEMS, _ADJUSTMENTS))
    return OrderSheet(order, items, units, found)
