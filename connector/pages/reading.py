"""What the pages show, read from the database. Statements are built once; rows leave as frozen values."""

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from connector.adapters.sql.direct import Runs
from connector.adapters.sql.tables import Money, adjustments, cases, line_units, order_items, orders, shops
from connector.domain.adjustments import OPEN, RequestStatus
from connector.domain.site import UNREAD

PAGE: Final = 50
T = TypeVar("T")


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
class Item:
    id: int
    sku: str
    title: str
    quantity: int
    unit_price: Decimal
    tax: Decimal
    shipping: Decimal
    units: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True)
class Adjustment:
    id: int
    level: str
    request_type: str
    status: str
    total: Decimal
    parts: tuple[tuple[str, Decimal], ...]
    quantity: int | None
    sku: str | None
    rma_number: str | None
    seller_adjustment_id: str | None
    site_adjustment_id: str | None
    site_status: str
    reason: str
    site_reason: str
    site_reason_text: str
    created_at: datetime
    created_source: str
    decided_by: str | None
    deadline: datetime | None
    shipped_back_at: datetime | None
    site_refund_at: datetime | None
    tracking: str
    shipping_method: str
    arbitration_status: str
    comment: str
    error_code: str | None
    error_message: str | None


@dataclass(frozen=True, slots=True)
class OrderSheet:
    order: OrderLine
    payment_status: str
    checkout_status: str
    imported_at: datetime
    shipped_at: datetime | None
    delivered_at: datetime | None
    tax: Decimal
    shipping: Decimal
    site_status: str
    items: tuple[Item, ...]
    adjustments: tuple[Adjustment, ...]


_a = adjustments.c
_asked: Final = _a.status == RequestStatus.NEW_RMA
_coming: Final = sa.and_(_a.status == RequestStatus.READY_FOR_RETURN, _a.shipped_back_at.is_not(None))
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
            sa.func.coalesce(of_order.c.adjustments, 0).label("adjustments"),
            sa.func.coalesce(of_order.c.open, 0).label("open"),
            sa.func.coalesce(of_order.c.asked, 0).label("asked"),
            sa.func.coalesce(of_order.c.coming, 0).label("coming"),
            sa.func.coalesce(of_order.c.failed, 0).label("failed"),
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
    .add_columns(
        orders.c.payment_status,
        orders.c.checkout_status,
        orders.c.imported_at,
        orders.c.shipped_at,
        orders.c.delivered_at,
        orders.c.tax,
        orders.c.shipping,
        orders.c.site_status,
    )
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
_PARTS: Final = (
    ("Goods", "item_amount"),
    ("Tax", "tax_amount"),
    ("Shipping", "shipping_amount"),
    ("Shipping tax", "shipping_tax_amount"),
    ("Gift wrap", "gift_amount"),
    ("Gift wrap tax", "gift_tax_amount"),
    ("Recycling", "recycling_amount"),
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
    row = connection.execute(_ONE, {"order_id": order_id}).first()
    if row is None:
        return None
    units: dict[int, list[Any]] = {}
    for unit in connection.execute(_UNITS, {"order_id": order_id}):
        units.setdefault(unit.item_id, []).append(unit)
    items = tuple(_item(item, units.get(item.id, [])) for item in connection.execute(_ITEMS, {"order_id": order_id}))
    found = tuple(_adjustment(found) for found in connection.execute(_ADJUSTMENTS, {"order_id": order_id}))
    return _shaped(OrderSheet, row, order=_shaped(OrderLine, row), items=items, adjustments=found)


def _names(kind: Any) -> list[str]:
    return [field.name for field in fields(kind)]


def _shaped(kind: type[T], row: Any, **more: Any) -> T:
    """Return what a row holds under the names of a value's fields; what stands elsewhere is given."""
    return kind(**{name: getattr(row, name) for name in _names(kind) if name not in more}, **more)


def _item(row: Any, units: list[Any]) -> Item:
    status = ", ".join(sorted({unit.site_status for unit in units}))
    return _shaped(Item, row, units=tuple(unit.site_line_id for unit in units), status=status)


def _adjustment(row: Any) -> Adjustment:
    parts = tuple((name, getattr(row, column)) for name, column in _PARTS if getattr(row, column))
    return _shaped(Adjustment, row, parts=parts if len(parts) > 1 else ())
