"""What the rows of the connector's answers say, read with types: orders, their lines, adjustments.

Whatever a row lacks that only some connectors offer is left out. What cannot be read raises an error of Python's own;
`channeladvisor` says which answer it stood in.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from mock_oms.domain.cases import Adjustment, Kind, Level
from mock_oms.domain.money import FINEST, ZERO, rounded, written
from mock_oms.domain.orders import Order, OrderLine

Json = dict[str, Any]

# The parts of a price, as the order item names what was paid and an adjustment names what goes back.
PARTS: Final = {
    "ItemAdjustment": None,  # UnitPrice times Quantity
    "TaxAdjustment": "TaxPrice",
    "ShippingAdjustment": "ShippingPrice",
    "ShippingTaxAdjustment": "ShippingTaxPrice",
    "GiftWrapAdjustment": "GiftPrice",
    "GiftWrapTaxAdjustment": "GiftTaxPrice",
    "RecyclingFeeAdjustment": "RecyclingFee",
}
# Where an order goes, by the names of the marketplace's people; a name may stand in two fields.
RECIPIENT: Final = {
    "name": ("ShippingFirstName", "ShippingLastName"),
    "phone": ("ShippingDaytimePhone",),
    "e-mail": ("BuyerEmailAddress",),
    "buyer": ("BuyerUserId",),
    "street": ("ShippingAddressLine1", "ShippingAddressLine2"),
    "city": ("ShippingCity",),
    "state": ("ShippingStateOrProvince",),
    "postal code": ("ShippingPostalCode",),
    "country": ("ShippingCountry",),
}
# Of an order; the tax on shipping is in its tax.
TOTALS: Final = {"shipping": "TotalShippingPrice", "tax": "TotalTaxPrice", "shipping_tax": "TotalShippingTaxPrice"}
# Since when something is so; nothing where it is not.
DATES: Final = {"paid_at": "PaymentDateUtc", "shipped_at": "ShippingDateUtc"}
_KINDS: Final = {
    "REFUND": Kind.REFUND,
    "SELLER_REFUND": Kind.REFUND,
    "RETURN_AND_REFUND": Kind.RETURN,
    "REPLACEMENT": Kind.RETURN,
    "CANCEL": Kind.CANCELLATION,
}


def order_of(row: Json, items: Sequence[Json]) -> Order:
    """Return the order that a row and its lines tell of."""
    _demand_own(items, {"OrderID": row["ID"], "ProfileID": row.get("ProfileID")})
    currency = str(row.get("Currency") or "")
    return Order(
        ref=_id(row["ID"]),
        order_id=_id(row["SiteOrderID"]),
        site=str(row.get("SiteName") or ""),
        currency=currency,
        total=_money(row.get("TotalPrice"), currency),
        created_at=moment_of(row.get("CreatedDateUtc")),
        checkout_status=str(row.get("CheckoutStatus") or ""),
        payment_status=str(row.get("PaymentStatus") or ""),
        shipping_status=str(row.get("ShippingStatus") or ""),
        lines=tuple(_line(item, currency) for item in items),
        stated={part: _money(row[name], currency) for part, name in TOTALS.items() if name in row},
        additional=None if (more := row.get("AdditionalCostOrDiscount")) is None else _money(more, currency),
        dates={what: moment_of(row[name]) for what, name in DATES.items() if name in row},
        recipient=_recipient(row),
        profile=text_of(row.get("ProfileID")),
    )


def _recipient(row: Json) -> dict[str, str]:
    told = {what: " ".join(str(row[name]) for name in names if row.get(name)) for what, names in RECIPIENT.items()}
    return {what: words for what, words in told.items() if words}


def _demand_own(items: Iterable[Json], order: Mapping[str, object]) -> None:
    """Raise ValueError where a line says that it is of another order, or of another account, than it came with."""
    for item in items:
        for name, own in order.items():
            if item.get(name, own) != own:
                raise ValueError(f"line {item.get('ID')} has {name} {item[name]}, and its order {own}")


def _line(item: Json, currency: str) -> OrderLine:
    quantity, unit_price = int(item.get("Quantity") or 1), _money(item.get("UnitPrice"), currency)
    units = tuple(str(unit) for unit in item.get("SiteOrderLineItemIDs") or ())
    parts = {name: _money(item.get(paid), currency) if paid else unit_price * quantity for name, paid in PARTS.items()}
    return OrderLine(
        item_id=_id(item["ID"]),
        sku=str(item.get("Sku") or ""),
        title=_told(item, "Title"),
        quantity=quantity,
        unit_price=unit_price,
        parts={name: paid for name, paid in parts.items() if paid},
        unit_ids=units or (str(item.get("SiteOrderItemID") or item["ID"]),),
        units_known=bool(units),
    )


def adjustment_of(level: Level, row: Json) -> Adjustment:
    """Return the adjustment that a row tells of."""
    rma = text_of(row.get("RmaNumber"))
    if row.get("Type") == "Cancellation":
        kind = Kind.CANCELLATION
    else:
        kind = _KINDS.get(row.get("SiteRequestType") or "", Kind.RETURN if rma else Kind.REFUND)
    parts = {name: money for name in PARTS if (money := _money(row.get(name)))}
    words = text_of(row.get("SiteErrorMessage"))
    code = text_of(row.get("SiteErrorCode"))
    return Adjustment(
        key=(level, int(_id(row["ID"]))),
        order_ref=_id(row["OrderID"]),
        item_ref=text_of(row.get("OrderItemID")),
        kind=kind,
        status=str(row.get("RequestStatus") or "NoChange"),
        amount=sum(parts.values(), ZERO),
        unit_amounts={
            str(share["SiteOrderLineItemID"]): _money(share["Amount"])
            for share in row.get("SiteOrderLineItemAmounts") or ()
        },
        parts=parts,
        tax_on_shipping=None if (tax := row.get("ShippingTaxAdjustment")) is None else _money(tax),
        quantity=None if row.get("Quantity") is None else int(row["Quantity"]),
        created_at=moment_of(row.get("CreatedDateUtc")),
        rma_number=rma,
        site_id=text_of(row.get("SiteAdjustmentID")),
        seller_id=text_of(row.get("SellerAdjustmentID")),
        created_by=text_of(row.get("CreatedSource")),
        updated_by=text_of(row.get("LastUpdatedSource")),
        by_seller=row.get("CreatedSource") == "Api",
        replaces=row.get("SiteRequestType") == "REPLACEMENT",
        updated_at=moment_of(row.get("SiteUpdatedDateUtc")),
        tracking=text_of(row.get("ReturnTrackingNumberOrUrl")),
        comment=text_of(row.get("Comment")),
        unit_ids=tuple(str(unit) for unit in row.get("SiteOrderLineItemIDs") or ()),
        site_status=text_of(row.get("SiteStatus")),
        carrier=_told(row, "ReturnShippingMethod"),
        reason=text_of(row.get("Reason")),
        site_reason_key=_told(row, "SiteReason"),
        site_reason_text=_told(row, "SiteReasonText"),
        pictures=row.get("SitePictureCount"),
        videos=row.get("SiteVideoCount"),
        restock=bool(row.get("IsRestock")),
        refunded_at=moment_of(row.get("SiteRefundDateUtc")),
        deadline=moment_of(row.get("SiteDecisionDeadlineUtc")),
        shipped_back_at=moment_of(row.get("SiteShippedBackDateUtc")),
        error=f"{words} ({code})" if words and code else words or code,
        decided_by=text_of(row.get("SiteDecidedBy")),
        type=text_of(row.get("Type")),
        profile=text_of(row.get("ProfileID")),
        arbitration_status=_told(row, "SiteArbitrationStatus"),
    )


def _id(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise TypeError(f"{value!r} is no id")
    return str(value)


def _told(row: Json, name: str) -> str | None:
    """Return what a row says in a field, be it nothing; None where it has no such field."""
    return str(row[name] or "") if name in row else None


def text_of(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _money(value: object, currency: str = "") -> Decimal:
    return written(ZERO if value is None else rounded(Decimal(str(value)), FINEST), currency)


def moment_of(value: object) -> datetime | None:
    if not value:
        return None
    at = datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        return at.replace(tzinfo=UTC)  # all these fields are named ...Utc
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{value} is in UTC no day of any calendar") from error
