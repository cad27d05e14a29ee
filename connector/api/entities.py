"""ChannelAdvisor's entities: how each field is spelled, and where the connector keeps it.

The only place that spells these names on the way out. What the marketplace gives no value for is null, as it is at
ChannelAdvisor for many a marketplace. `tests/contract` holds these tables to `contracts/channeladvisor.yaml`.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

import sqlalchemy as sa

from connector.adapters.sql.direct import Runs
from connector.adapters.sql.tables import Money, adjustments, line_units, order_items, orders
from connector.api.odata.entity import Entity, Field, Kind, Nav
from connector.domain.adjustments import RequestStatus
from connector.domain.reasons import REASONS

SITE_ID: Final = 900001  # certainty: assumed, ChannelAdvisor's number for TikTok Shop was not seen
SITE_NAME: Final = "TikTok Shop"

STATUSES: Final = ("NoChange", *RequestStatus)
CHECKOUT: Final = (
    "NotVisited", "Completed", "Visited", "CompletedAndVisited", "Disabled", "CompletedOffline", "OnHold",
)  # fmt: skip
PAYMENT: Final = ("NotYetSubmitted", "Cleared", "Submitted", "Failed", "Deposited")
SHIPPING: Final = ("Unshipped", "Shipped", "PartiallyShipped", "PendingShipment", "Canceled", "ThirdPartyManaged")
TAXES: Final = ("NoTax", "Standard", "ExclusiveVat", "InclusiveVat")
ROLLUPS: Final = ("SellerManaged", "ExternallyManaged", "Mixed")
SOURCES: Final = ("Channel", "UserInterface", "Api", "System")
TYPES: Final = ("Refund", "Cancellation")
DELIVERIES: Final = ("NoChange", "InTransit", "ReadyForPickup", "Complete", "Canceled", "ThirdPartyManaged")
FULFILLMENTS: Final = ("Ship", "Pickup", "ShipToStore", "Courier")
REQUESTS: Final = ("REFUND", "RETURN_AND_REFUND", "REPLACEMENT", "CANCEL", "SELLER_REFUND")
ZERO: Final = Decimal("0.00")

Column = sa.ColumnElement[Any]


def _field(
    kind: Kind, name: str, column: Column | None = None, *, constant: int | str | None = None, nullable: bool = False
) -> Field:
    return Field(name, kind, column, constant, nullable or (column is None and constant is None))


_int: Final = partial(_field, Kind.INT)
_text: Final = partial(_field, Kind.TEXT)
_money: Final = partial(_field, Kind.MONEY)
_time: Final = partial(_field, Kind.TIME)


def _flag(name: str, column: Column | None = None, *, constant: bool = False) -> Field:
    return Field(name, Kind.BOOL, column, constant if column is None else None)


def _enum(
    name: str,
    names: tuple[str, ...],
    column: Column | None = None,
    *,
    constant: str | None = None,
    nullable: bool = False,
) -> Field:
    return Field(name, Kind.ENUM, column, constant, nullable, names)


def _recipient(name: str, read: Callable[[dict[str, Any]], Any]) -> Field:
    """A field of the marketplace's address object."""
    return Field(name, Kind.TEXT, orders.c.recipient, None, True, read=lambda found: read(found or {}) or None)


def _level(level: int) -> Callable[[dict[str, Any]], Any]:
    """Return a part of the address by its administrative level: L1 state, L3 city."""

    def read(address: dict[str, Any]) -> Any:
        parts = address.get("district_info") or ()
        return next((part.get("address_name") for part in parts if part.get("address_level") == f"L{level}"), None)

    return read


def _nothing(*names: str) -> tuple[Field, ...]:
    return tuple(_text(name) for name in names)


def _unit_amounts(found: dict[str, str]) -> list[dict[str, Any]]:
    """Return what of an adjustment falls on which unit, where that is known."""
    return [{"SiteOrderLineItemID": line_id, "Amount": Decimal(amount)} for line_id, amount in found.items()]


def _line_ids(connection: Runs, rows: dict[int, dict[str, Any]]) -> None:
    """Give each line its units' numbers at the marketplace, in one query for the page."""
    wanted = {key: row for key, row in rows.items() if "SiteOrderLineItemIDs" in row}
    for row in wanted.values():
        row["SiteOrderLineItemIDs"] = []
    if wanted:
        for item_id, line_id in connection.execute(_UNITS_OF, {"ids": list(wanted)}):
            wanted[item_id]["SiteOrderLineItemIDs"].append(line_id)


_UNITS_OF: Final = (
    sa.select(line_units.c.item_id, line_units.c.site_line_id)
    .where(line_units.c.item_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(line_units.c.site_line_id)
)


# A parcel is what the units of one package are; the connector keeps no table of its own for it. A line belongs to one
# package, so that the lowest line number in it can serve as the parcel's.
_canceled: Final = sa.case((line_units.c.site_status == "CANCELLED", 1), else_=0)
_parcels: Final = (
    sa.select(
        sa.func.min(line_units.c.item_id).label("id"),
        orders.c.profile_id,
        line_units.c.order_id,
        orders.c.created_at,
        orders.c.updated_at,
        sa.case((sa.func.max(sa.cast(line_units.c.shipped, sa.Integer)) == 1, orders.c.shipped_at)).label("shipped_at"),
        sa.case(
            (sa.func.min(_canceled) == 1, "Canceled"),
            (sa.func.max(sa.cast(line_units.c.shipped, sa.Integer)) == 0, "NoChange"),
            (orders.c.delivered_at.is_not(None), "Complete"),
            else_="InTransit",
        ).label("delivery_status"),
        line_units.c.package_id,
    )
    .join_from(line_units, orders, orders.c.id == line_units.c.order_id)
    .where(orders.c.offered)
    .group_by(
        line_units.c.order_id, line_units.c.package_id, orders.c.profile_id, orders.c.created_at, orders.c.updated_at,
        orders.c.shipped_at, orders.c.delivered_at,
    )
    .subquery("parcels")
)  # fmt: skip
_package_of: Final = (
    sa.select(line_units.c.item_id, sa.func.min(line_units.c.package_id).label("package_id"))
    .group_by(line_units.c.item_id)
    .subquery("package_of")
)
_parcel_lines: Final = (
    sa.select(
        order_items.c.id,
        order_items.c.profile_id,
        order_items.c.order_id,
        order_items.c.quantity,
        _parcels.c.id.label("fulfillment_id"),
    )
    .join_from(order_items, _package_of, _package_of.c.item_id == order_items.c.id)
    .join(
        _parcels,
        sa.and_(_parcels.c.order_id == order_items.c.order_id, _parcels.c.package_id == _package_of.c.package_id),
    )
    .subquery("parcel_lines")
)


def _adjustment_fields(*of_line: Field) -> tuple[Field, ...]:
    a = adjustments.c
    return (
        _int("ID", a.id),
        _int("ProfileID", a.profile_id),
        _int("OrderID", a.order_id),
        *of_line,
        _enum("CreatedSource", SOURCES, a.created_source),
        _enum("LastUpdatedSource", SOURCES, a.updated_source),
        _flag("IsRestock", a.is_restock),
        _enum("Reason", tuple(REASONS), a.reason),
        _money("ItemAdjustment", a.item_amount, nullable=True),
        _money("TaxAdjustment", a.tax_amount, nullable=True),
        _money("ShippingAdjustment", a.shipping_amount, nullable=True),
        _money("ShippingTaxAdjustment", a.shipping_tax_amount, nullable=True),
        _money("GiftWrapAdjustment", a.gift_amount, nullable=True),
        _money("GiftWrapTaxAdjustment", a.gift_tax_amount, nullable=True),
        _money("RecyclingFeeAdjustment", a.recycling_amount, nullable=True),
        _enum("Type", TYPES, a.type),
        _text("SellerAdjustmentID", a.seller_adjustment_id, nullable=True),
        _text("SiteAdjustmentID", a.site_adjustment_id, nullable=True),
        _time("SiteRefundDateUtc", a.site_refund_at, nullable=True),
        _text("AdjustmentTransactionID", a.transaction_id, nullable=True),
        _text("RmaNumber", a.rma_number, nullable=True),
        _text("PublicNotes", a.public_notes),
        _text("Comment", a.comment),
        _time("CreatedDateUtc", a.created_at),
        _enum("RequestStatus", STATUSES, a.status),
        _enum("RestockStatus", STATUSES, a.restock_status, nullable=True),
        _money("ReturnShippingFee", a.return_shipping_fee, nullable=True),
        _money("RestockingFee", a.restocking_fee, nullable=True),
        _text("ReturnTrackingNumberOrUrl", a.tracking),
        _text("ReturnShippingMethod", a.shipping_method),
        _text("ReferenceSku", a.reference_sku),
        _int("ReferenceProductID"),
        _enum("SiteRequestType", REQUESTS, a.request_type),
        Field("SiteOrderLineItemIDs", Kind.LIST, a.site_line_ids),
        Field("SiteOrderLineItemAmounts", Kind.LIST, a.site_line_amounts, read=_unit_amounts),
        _text("SiteStatus", a.site_status),
        _text("SiteReason", a.site_reason),
        _text("SiteReasonText", a.site_reason_text),
        _int("SitePictureCount", a.pictures, nullable=True),
        _int("SiteVideoCount", a.videos, nullable=True),
        _time("SiteDecisionDeadlineUtc", a.deadline, nullable=True),
        _time("SiteShippedBackDateUtc", a.shipped_back_at, nullable=True),
        _text("SiteArbitrationStatus", a.arbitration_status),
        _text("SiteErrorCode", a.error_code, nullable=True),
        _text("SiteErrorMessage", a.error_message, nullable=True),
        _text("SiteDecidedBy", a.decided_by, nullable=True),
        _time("SiteUpdatedDateUtc", a.updated_at),
    )


_o, _i = orders.c, order_items.c
_whole: Final = orders.alias("whole")
_with_its_order: Final = sa.exists().where(_whole.c.id == adjustments.c.order_id, _whole.c.offered)

ORDERS: Final[Entity] = Entity(
    set_name="Orders",
    source=orders,
    key=_o.id,
    only=_o.offered,
    fields=(
        _int("ID", _o.id),
        _int("ProfileID", _o.profile_id),
        _int("SiteID", constant=SITE_ID),
        _text("SiteName", constant=SITE_NAME),
        _int("SiteAccountID"),
        _text("SiteOrderID", _o.site_order_id),
        _text("SecondarySiteOrderID"),
        _text("SellerOrderID", _o.seller_order_id),
        _text("CheckoutSourceID"),
        _text("Currency", _o.currency),
        _time("CreatedDateUtc", _o.created_at),
        _time("ImportDateUtc", _o.imported_at),
        _time("UpdatedDateUtc", _o.updated_at),
        *_nothing("PublicNotes", "PrivateNotes", "SpecialInstructions"),
        _money("TotalPrice", _o.total),
        _money("TotalTaxPrice", _o.tax),
        _money("TotalShippingPrice", _o.shipping),
        _money("TotalShippingTaxPrice", _o.shipping_tax),
        *(_money(name) for name in ("TotalInsurancePrice", "TotalGiftOptionPrice", "TotalGiftOptionTaxPrice")),
        _money("AdditionalCostOrDiscount", sa.type_coerce(-sa.type_coerce(_o.discount, sa.BigInteger), Money)),
        _time("EstimatedShipDateUtc"),
        _time("DeliverByDateUtc"),
        *_nothing("ResellerID", "FlagID", "FlagDescription"),
        _enum("CheckoutStatus", CHECKOUT, _o.checkout_status),
        _time("CheckoutDateUtc", _o.created_at, nullable=True),
        _enum("PaymentStatus", PAYMENT, _o.payment_status),
        _time("PaymentDateUtc", _o.paid_at, nullable=True),
        _enum("ShippingStatus", SHIPPING, _o.shipping_status),
        _time("ShippingDateUtc", _o.shipped_at, nullable=True),
        _text("BuyerUserId", _o.buyer_user_id),
        _text("BuyerEmailAddress", _o.buyer_email),
        _flag("BuyerEmailOptIn"),
        _enum("OrderTaxType", TAXES, constant="Standard"),
        _enum("ShippingTaxType", TAXES, constant="Standard"),
        _enum("GiftOptionsTaxType", TAXES, constant="NoTax"),
        _text("PaymentMethod", _o.payment_method),
        *_nothing(
            "PaymentTransactionID", "PaymentPaypalAccountID", "PaymentCreditCardLast4",
            "PaymentMerchantReferenceNumber",
        ),
        _text("ShippingTitle"),
        _recipient("ShippingFirstName", lambda address: address.get("first_name") or address.get("name")),
        _recipient("ShippingLastName", lambda address: address.get("last_name")),
        *_nothing("ShippingSuffix", "ShippingCompanyName", "ShippingCompanyJobTitle"),
        _recipient("ShippingDaytimePhone", lambda address: address.get("phone_number")),
        _text("ShippingEveningPhone"),
        _recipient(
            "ShippingAddressLine1", lambda address: address.get("address_line1") or address.get("address_detail")
        ),
        _recipient("ShippingAddressLine2", lambda address: address.get("address_line2")),
        _recipient("ShippingCity", lambda address: address.get("post_town") or _level(3)(address)),
        _recipient("ShippingStateOrProvince", _level(1)),
        _recipient("ShippingStateOrProvinceName", _level(1)),
        _recipient("ShippingPostalCode", lambda address: address.get("postal_code")),
        _recipient("ShippingCountry", lambda address: address.get("region_code")),
        *_nothing(
            "BillingTitle", "BillingFirstName", "BillingLastName", "BillingSuffix", "BillingCompanyName",
            "BillingCompanyJobTitle", "BillingDaytimePhone", "BillingEveningPhone", "BillingAddressLine1",
            "BillingAddressLine2", "BillingCity", "BillingStateOrProvince", "BillingStateOrProvinceName",
            "BillingPostalCode", "BillingCountry", "PromotionCode",
        ),
        _money("PromotionAmount"),
        _text("OrderTags"),
        _enum("DistributionCenterTypeRollup", ROLLUPS, constant="SellerManaged"),
    ),
    navs=(
        Nav("Items", lambda: ORDER_ITEMS, _o.id, _i.order_id, address="Items"),
        Nav("Fulfillments", lambda: FULFILLMENTS_OF, _o.id, _parcels.c.order_id, address="Fulfillments"),
        Nav(
            "Adjustments", lambda: ORDER_ADJUSTMENTS, _o.id, adjustments.c.order_id,
            only=adjustments.c.level == "order", address="Adjustments",
        ),
        Nav("CustomFields"),
    ),
)  # fmt: skip

ORDER_ITEMS: Final[Entity] = Entity(
    set_name="OrderItems",
    source=order_items,
    key=_i.id,
    only=sa.exists().where(_whole.c.id == _i.order_id, _whole.c.offered),
    decorate=_line_ids,
    fields=(
        _int("ID", _i.id),
        _int("ProfileID", _i.profile_id),
        _int("OrderID", _i.order_id),
        _int("ProductID"),
        _text("SiteOrderItemID"),
        _text("SiteListingID", _i.site_product_id),
        _text("SellerOrderItemID"),
        _text("Sku", _i.sku),
        _text("Title", _i.title),
        _int("Quantity", _i.quantity),
        _money("UnitPrice", _i.unit_price),
        _money("TaxPrice", _i.tax),
        _money("ShippingPrice", _i.shipping),
        _money("ShippingTaxPrice", _i.shipping_tax),
        _money("RecyclingFee", _i.fee),
        *_nothing("GiftMessage", "GiftNotes"),
        _money("GiftPrice"),
        _money("GiftTaxPrice"),
        _flag("IsBundle"),
        *_nothing("ItemURL", "HarmonizedCode"),
        Field("SiteOrderLineItemIDs", Kind.LIST),
    ),
    navs=(
        Nav(
            "Adjustments", lambda: ORDER_ITEM_ADJUSTMENTS, _i.id, adjustments.c.item_id,
            only=adjustments.c.level == "item", address="Adjustments",
        ),
        Nav("Promotions"),
        Nav("FulfillmentItems", lambda: FULFILLMENT_ITEMS, _i.id, _parcel_lines.c.id),
        Nav("BundleComponents"),
        Nav("Order", lambda: ORDERS, _i.order_id, _o.id, many=False),
    ),
)  # fmt: skip

ORDER_ADJUSTMENTS: Final[Entity] = Entity(
    set_name="OrderAdjustments",
    source=adjustments,
    key=adjustments.c.id,
    only=sa.and_(adjustments.c.level == "order", _with_its_order),
    fields=_adjustment_fields(),
    navs=(Nav("Order", lambda: ORDERS, adjustments.c.order_id, _o.id, many=False),),
)

ORDER_ITEM_ADJUSTMENTS: Final[Entity] = Entity(
    set_name="OrderItemAdjustments",
    source=adjustments,
    key=adjustments.c.id,
    only=sa.and_(adjustments.c.level == "item", _with_its_order),
    fields=_adjustment_fields(
        _int("OrderItemID", adjustments.c.item_id, nullable=True),
        _int("Quantity", adjustments.c.quantity, nullable=True),
    ),
    navs=(Nav("OrderItem", lambda: ORDER_ITEMS, adjustments.c.item_id, _i.id, many=False),),
)

FULFILLMENTS_OF: Final[Entity] = Entity(
    set_name="Fulfillments",
    source=_parcels,
    key=_parcels.c.id,
    fields=(
        _int("ID", _parcels.c.id),
        _int("ProfileID", _parcels.c.profile_id),
        _int("OrderID", _parcels.c.order_id),
        _time("CreatedDateUtc", _parcels.c.created_at, nullable=True),
        _time("UpdatedDateUtc", _parcels.c.updated_at, nullable=True),
        _enum("Type", FULFILLMENTS, constant="Ship"),
        _enum("DeliveryStatus", DELIVERIES, _parcels.c.delivery_status),
        *_nothing("TrackingNumber", "ShippingCarrier", "ShippingClass"),
        _int("DistributionCenterID"),
        *_nothing("ExternalFulfillmentCenterCode"),
        *(_money(name) for name in ("ShippingCost", "InsuranceCost", "TaxCost")),
        _time("ShippedDateUtc", _parcels.c.shipped_at, nullable=True),
        _text("SellerFulfillmentID"),
        _flag("HasShippingLabel"),
    ),
    navs=(Nav("Items", lambda: FULFILLMENT_ITEMS, _parcels.c.id, _parcel_lines.c.fulfillment_id),),
)

FULFILLMENT_ITEMS: Final[Entity] = Entity(
    set_name="FulfillmentItems",
    source=_parcel_lines,
    key=_parcel_lines.c.id,
    fields=(
        _int("ID", _parcel_lines.c.id),
        _int("ProfileID", _parcel_lines.c.profile_id),
        _int("FulfillmentID", _parcel_lines.c.fulfillment_id),
        _int("OrderID", _parcel_lines.c.order_id),
        _int("OrderItemID", _parcel_lines.c.id),
        _int("Quantity", _parcel_lines.c.quantity),
        _int("ProductID"),
    ),
)

SITE: Final = {
    "ID": SITE_ID,
    "SiteName": SITE_NAME,
    "SiteCategoryID": 1,  # certainty: assumed
    "SiteCategoryName": "Marketplace",  # certainty: assumed
    "AdjustmentReasons": [{"Code": code, "Description": words} for code, words in REASONS.items()],
    "CancellationConfiguration": {
        "SupportsOrderCancellations": True,
        "SupportsOrderItemCancellations": True,
        "SupportsOrderItemRMACancellations": True,
    },
    "RefundConfiguration": {
        "SupportsOrderRefunds": True,
        "SupportsOrderItemRefunds": True,
        "SupportsOrderItemRMARefunds": True,
    },
}


def instant(moment: datetime) -> str:
    """Spell a moment as Edm.DateTimeOffset in UTC."""
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def spell(value: Any) -> Any:
    """Spell what JSON has no word for. A sum of cents is exact as a JSON number: 39.98 is written 39.98."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return instant(value)
    raise TypeError(f"{type(value).__name__} has no spelling on the wire")
