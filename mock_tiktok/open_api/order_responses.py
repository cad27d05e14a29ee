"""The platform's responses about orders, written for the wire as in `responses.py`."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from mock_tiktok.domain.money import split
from mock_tiktok.domain.orders import LineItem, Order
from mock_tiktok.domain.searches import Page
from mock_tiktok.domain.words import Mark, OrderStatus
from mock_tiktok.open_api.written import Json, image, market_fee, maybe_seconds, money, once, page_of, seconds, valued

_PACKAGE_STATUS: Final = {
    OrderStatus.UNPAID: "TO_FULFILL",
    OrderStatus.ON_HOLD: "TO_FULFILL",
    OrderStatus.AWAITING_SHIPMENT: "TO_FULFILL",
    OrderStatus.PARTIALLY_SHIPPING: "PROCESSING",  # no parcel is: see `_order_line`
    OrderStatus.AWAITING_COLLECTION: "PROCESSING",
    OrderStatus.IN_TRANSIT: "FULFILLING",
    OrderStatus.DELIVERED: "COMPLETED",
    OrderStatus.COMPLETED: "COMPLETED",
    OrderStatus.CANCELLED: "CANCELLED",
}
# The platform's samples have these on every order; that there is one of each here is assumed.
_DELIVERY_OPTION: Final = {"delivery_option_id": "7091146663229654785", "delivery_option_name": "Standard shipping"}
_PAYMENT_METHOD: Final = "CCDC"
# Who levies a unit's tax, and what share: a state and a county. `item_tax` is a list, and how many are in it is not
# published: two are assumed, so that whoever reads the first alone is found out.
_TAXED_BY: Final = (Decimal(3), Decimal(1))


def orders(found: Iterable[Order]) -> Json:
    """Return Get Order Detail."""
    return {"orders": [order(one) for one in found]}


def order_page(page: Page[Order]) -> Json:
    """Return Get Order List."""
    return page_of("orders", page, order)


@once
def order(one: Order) -> Json:
    """Return one order. That it is late when the profile's own waits are over, and no sooner or later, is assumed."""
    labelled = one.rts_at is not None
    return valued(
        {
            "id": one.id,
            "status": one.status.value,
            "order_type": "NORMAL",
            "commerce_platform": "TIKTOK_SHOP",
            "create_time": seconds(one.created_at),
            "update_time": seconds(one.updated_at),
            "paid_time": maybe_seconds(one.paid_at),
            "payment_method_name": _PAYMENT_METHOD if one.paid_at else None,
            "rts_sla_time": seconds(one.hours.ship_by),
            "shipping_due_time": seconds(one.hours.ship_by),
            "tts_sla_time": seconds(one.hours.collect_by),
            "collection_due_time": seconds(one.hours.collect_by),
            "delivery_sla_time": seconds(one.hours.deliver_by),
            "delivery_due_time": seconds(one.hours.deliver_by),
            "cancel_order_sla_time": seconds(one.hours.pay_by) if one.status is OrderStatus.UNPAID else None,
            "rts_time": maybe_seconds(one.rts_at),
            "collection_time": maybe_seconds(one.collected_at),
            "delivery_time": maybe_seconds(one.delivered_at),
            "cancel_time": maybe_seconds(one.cancelled_at),
            "cancel_reason": one.cancel_reason,
            "cancellation_initiator": one.cancelled_by.value if one.cancelled_by else None,
            "is_buyer_request_cancel": one.cancel_asked_at is not None,
            "request_cancel_time": maybe_seconds(one.cancel_asked_at),
            "is_on_hold_order": one.status is OrderStatus.ON_HOLD,
            "is_cod": False,
            "is_sample_order": False,
            "is_replacement_order": one.replaces_order_id is not None,
            "is_exchange_order": False,
            "replaced_order_id": one.replaces_order_id,
            "fulfillment_type": "FULFILLMENT_BY_TIKTOK"
            if Mark.FULFILLED_BY_PLATFORM in one.marks
            else "FULFILLMENT_BY_SELLER",
            "shipping_type": "TIKTOK",
            "delivery_type": "HOME_DELIVERY",
            **_DELIVERY_OPTION,
            "shipping_provider": one.provider_name if labelled else None,
            "shipping_provider_id": one.provider_id if labelled else None,
            "tracking_number": _first_number(one) if labelled else None,
            "user_id": one.buyer.user_id,
            "buyer_email": one.buyer.email,
            "warehouse_id": one.warehouse_id,
            "has_updated_recipient_address": one.addresses > 1,
            "packages": [{"id": id_} for id_ in dict.fromkeys(_package(one, line) for line in one.lines) if id_],
            "recipient_address": _address(one),
            "payment": _payment(one),
            "line_items": [_order_line(one, line) for line in one.lines],
        }
    )


def _package(one: Order, line: LineItem) -> str:
    """Return a unit's package; assumed: there is none before the order is ready to ship."""
    return "" if one.status in (OrderStatus.UNPAID, OrderStatus.ON_HOLD) else line.package_id


def _first_number(one: Order) -> str:
    """Return the number of the first parcel that has left, or has a label."""
    ready = [line for line in one.lines if line.rts_at]
    return next((line for line in ready if line.shipped), ready[0]).tracking_number


def price_detail(one: Order) -> Json:
    """Return Get Price Detail: what was asked, what was given off, what is paid (which sum is which is assumed)."""
    lines = [{"id": line.id, **_price(line, line.price, line.shipping, one.currency)} for line in one.lines]
    return {**_price(one, one.subtotal, one.shipping_fee, one.currency), "line_items": lines}


def _price(of: Order | LineItem, goods: Decimal, shipping: Decimal, currency: str) -> Json:
    given, total = of.discounts, money(goods + shipping + of.tax + of.fee)
    return {
        "currency": currency,
        "total": total,
        "payment": total,
        "sku_list_price": money(goods + given.product),
        "sku_sale_price": money(goods),
        "subtotal": money(goods),
        "subtotal_deduction_seller": money(given.seller),
        "subtotal_deduction_platform": money(given.platform),
        "subtotal_tax_amount": money(of.product_tax),
        "shipping_list_price": money(shipping + given.shipping),
        "shipping_sale_price": money(shipping),
        "shipping_fee_deduction_seller": money(given.shipping_seller),
        "shipping_fee_deduction_platform": money(given.shipping_platform),
        "tax_amount": money(of.tax),
        "tax_rate": money((of.tax / goods).quantize(_RATE)) if goods else "0",
        "net_price_amount": money(goods + shipping),
    }


def _payment(one: Order) -> Json:
    given = one.discounts
    return {
        "currency": one.currency,
        "sub_total": money(one.subtotal),
        "shipping_fee": money(one.shipping_fee),
        "tax": money(one.tax),
        "total_amount": money(one.total),
        "original_total_product_price": money(one.subtotal + given.product),
        "original_shipping_fee": money(one.shipping_fee + given.shipping),
        "seller_discount": money(given.seller),
        "platform_discount": money(given.platform),
        "shipping_fee_seller_discount": money(given.shipping_seller),
        "shipping_fee_platform_discount": money(given.shipping_platform),
        "product_tax": money(one.product_tax),
        "shipping_fee_tax": money(one.tax - one.product_tax),
        **market_fee(one.fee, one.currency),
    }


def _address(one: Order) -> Json:
    buyer = one.buyer
    first, _, last = buyer.name.partition(" ")
    street, behind_its_door = buyer.street_lines
    return {
        "name": buyer.name,
        "first_name": first,
        "last_name": last,
        "phone_number": buyer.phone,
        "full_address": buyer.address,
        "address_detail": buyer.street,
        "address_line1": street,
        "address_line2": behind_its_door,
        "address_line3": "",
        "address_line4": "",
        "postal_code": buyer.postal_code,
        "region_code": buyer.country,
        "district_info": [
            {"address_level": "L0", "address_level_name": "Country", "address_name": buyer.country_name},
            {"address_level": "L1", "address_level_name": "State", "address_name": buyer.state},
            {"address_level": "L3", "address_level_name": "City", "address_name": buyer.city},
        ],
    }


def _order_line(one: Order, line: LineItem) -> Json:
    labelled = line.rts_at is not None
    if line.cancelled:
        status = OrderStatus.CANCELLED
    elif one.status is OrderStatus.PARTIALLY_SHIPPING:  # which no line is
        waits = OrderStatus.AWAITING_COLLECTION if labelled else OrderStatus.AWAITING_SHIPMENT
        status = OrderStatus.IN_TRANSIT if line.shipped else waits
    else:
        # lines have no ON_HOLD of their own
        status = OrderStatus.AWAITING_SHIPMENT if one.status is OrderStatus.ON_HOLD else one.status
    return valued(
        {
            "id": line.id,
            "sku_id": line.sku_id,
            "sku_name": line.sku_name,
            "sku_type": "NORMAL",
            "seller_sku": line.seller_sku,
            "product_id": line.product_id,
            "product_name": line.product_name,
            "sku_image": image(line)["url"],
            "currency": one.currency,
            "original_price": money(line.list_price),
            "sale_price": money(line.price),
            "seller_discount": money(line.discounts.seller),
            "platform_discount": money(line.discounts.platform),
            "item_tax": [_tax(part, line) for part in _taxes(line, one)],
            **market_fee(line.fee, one.currency),
            "display_status": status.value,
            "package_id": _package(one, line),
            "package_status": _PACKAGE_STATUS[status],
            "is_gift": line.is_gift,
            "rts_time": maybe_seconds(line.rts_at),
            "shipping_provider_name": one.provider_name if labelled else None,
            "shipping_provider_id": one.provider_id if labelled else None,
            "tracking_number": line.tracking_number if labelled else None,
            "cancel_reason": line.cancel_reason,
            "cancel_user": line.cancelled_by.value if line.cancelled_by else None,
        }
    )


def _taxes(line: LineItem, one: Order) -> list[Decimal]:
    """Return a unit's tax by who levies it; where there is none in the order, nothing once, and else none (assumed)."""
    levied = [part for part in split(line.product_tax, _TAXED_BY, one.currency) if part]
    return levied or ([] if one.product_tax else [line.product_tax])


def _tax(part: Decimal, line: LineItem) -> Json:
    """Return a tax of a unit's; the rate is what the amount comes to, to four places (assumed)."""
    rate = (part / line.price).quantize(_RATE) if line.price else Decimal(0)
    return {"tax_type": "SALES_TAX", "tax_amount": money(part), "tax_rate": money(rate)}


_RATE: Final = Decimal("0.0001")
