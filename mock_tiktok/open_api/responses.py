"""The platform's responses, written for the wire: the API's own field names, texts for money, seconds for times.

Requests are read in `requests.py`; nobody else spells a field of the API. A field without a value is left out; which
fields always have one, `contracts/tiktok_shop.yaml` says under `required`, zeros and empty texts included.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.deadlines import Deadline
from mock_tiktok.domain.money import FEES, ZERO, Amount, Discounts
from mock_tiktok.domain.orders import ClaimLine, LineItem, Order
from mock_tiktok.domain.returns import Record, Return
from mock_tiktok.domain.searches import Eligibility, Page, Reason
from mock_tiktok.domain.words import Mark, OrderStatus
from mock_tiktok.state.tokens import Grant
from mock_tiktok.state.webhooks import Subscription
from mock_tiktok.usecases.decision_eligibility import Verdict
from mock_tiktok.usecases.shop import Shop

Json = dict[str, Any]

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
_SIZE: Final = (200, 200)  # of pictures, in pixels
_IMAGE: Final = "https://p16-oec-va.ibyteimg.com/"
# The platform's samples have these on every order; that there is one of each here is assumed.
_DELIVERY_OPTION: Final = {"delivery_option_id": "7091146663229654785", "delivery_option_name": "Standard shipping"}
_PAYMENT_METHOD: Final = "CCDC"


@lru_cache(maxsize=8192)
def money(amount: Decimal) -> str:
    """Return an amount as the platform writes it: no padding, zero is "0"."""
    return f"{amount.normalize():f}"


def seconds(at: datetime) -> int:
    """Return an instant in Unix seconds."""
    return int(at.timestamp())


def _given(fields: Json) -> Json:
    """Leave out what has no value."""
    return {name: value for name, value in fields.items() if value is not None}


def _at(at: datetime | None) -> int | None:
    return None if at is None else seconds(at)


def success(data: Json, request_id: str, message: str = "Success") -> Json:
    """Return the envelope of what went well."""
    return {"code": 0, "message": message, "data": data, "request_id": request_id}


def failure(code: int, message: str, request_id: str) -> Json:
    """Return the envelope of what was refused."""
    return {"code": code, "message": message, "data": None, "request_id": request_id}


# Authorization


def grant(granted: Grant, shop: Shop) -> Json:
    """Return what both token endpoints give; the two `_expire_in` are instants, despite the name."""
    return {
        "access_token": granted.access_token,
        "access_token_expire_in": seconds(granted.access_expires_at),
        "refresh_token": granted.refresh_token,
        "refresh_token_expire_in": seconds(granted.refresh_expires_at),
        "open_id": granted.open_id,
        "seller_name": shop.name,
        "seller_base_region": shop.region,
        "user_type": 0,
        "granted_scopes": list(granted.scopes),
    }


def shops(authorized: Iterable[Shop]) -> Json:
    """Return Get Authorized Shops."""
    return {
        "shops": [
            {
                "id": shop.shop_id,
                "name": shop.name,
                "region": shop.region,
                "seller_type": "LOCAL",
                "cipher": shop.shop_cipher,
                "code": shop.code,
            }
            for shop in authorized
        ]
    }


# Webhooks


def webhooks(subscribed: Sequence[Subscription]) -> Json:
    """Return Get Shop Webhooks."""
    return {
        "total_count": len(subscribed),
        "webhooks": [
            {
                "address": one.address,
                "create_time": seconds(one.created_at),
                "event_type": one.event_type,
                "update_time": seconds(one.updated_at),
            }
            for one in subscribed
        ],
    }


# Orders


def orders(found: Iterable[Order]) -> Json:
    """Return Get Order Detail."""
    return {"orders": [order(one) for one in found]}


def order_page(page: Page[Order]) -> Json:
    """Return Get Order List."""
    return _page("orders", page, order)


def order(one: Order) -> Json:
    """Return one order. That it is late when the profile's own waits are over, and no sooner or later, is assumed."""
    labelled = one.rts_at is not None
    return _given(
        {
            "id": one.id,
            "status": one.status.value,
            "order_type": "NORMAL",
            "commerce_platform": "TIKTOK_SHOP",
            "create_time": seconds(one.created_at),
            "update_time": seconds(one.updated_at),
            "paid_time": _at(one.paid_at),
            "payment_method_name": _PAYMENT_METHOD if one.paid_at else None,
            "rts_sla_time": seconds(one.hours.ship_by),
            "shipping_due_time": seconds(one.hours.ship_by),
            "tts_sla_time": seconds(one.hours.collect_by),
            "collection_due_time": seconds(one.hours.collect_by),
            "delivery_sla_time": seconds(one.hours.deliver_by),
            "delivery_due_time": seconds(one.hours.deliver_by),
            "cancel_order_sla_time": seconds(one.hours.pay_by) if one.status is OrderStatus.UNPAID else None,
            "rts_time": _at(one.rts_at),
            "collection_time": _at(one.collected_at),
            "delivery_time": _at(one.delivered_at),
            "cancel_time": _at(one.cancelled_at),
            "cancel_reason": one.cancel_reason,
            "cancellation_initiator": one.cancelled_by.value if one.cancelled_by else None,
            "is_buyer_request_cancel": one.cancel_asked_at is not None,
            "request_cancel_time": _at(one.cancel_asked_at),
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
            "has_updated_recipient_address": False,
            "packages": [{"id": package} for package in dict.fromkeys(line.package_id for line in one.lines)],
            "recipient_address": _address(one),
            "payment": _payment(one),
            "line_items": [_order_line(one, line) for line in one.lines],
        }
    )


def _first_number(one: Order) -> str:
    """Return the number of the first parcel that has left, or has a label."""
    ready = [line for line in one.lines if line.rts_at]
    return next((line for line in ready if line.shipped), ready[0]).tracking_number


def price_detail(one: Order) -> Json:
    """Return Get Price Detail: what was asked, what was given off, what is paid (which sum is which is assumed)."""
    given = one.discounts
    fees = one.shipping_fee + given.shipping, given.shipping_seller, given.shipping_platform
    return {
        **_price(one.currency, one.subtotal, given, fees, one.tax, one.fee),
        "line_items": [
            {"id": line.id, **_price(one.currency, line.price, line.discounts, _fees(line), line.tax, line.fee)}
            for line in one.lines
        ],
    }


def _fees(line: LineItem) -> tuple[Decimal, Decimal, Decimal]:
    given = line.discounts
    return line.shipping + given.shipping, given.shipping_seller, given.shipping_platform


def _price(
    currency: str,
    goods: Decimal,
    given: Discounts,
    fees: tuple[Decimal, Decimal, Decimal],
    tax: Decimal,
    added: Decimal,
) -> Json:
    fee, by_seller, by_platform = fees
    shipping = fee - by_seller - by_platform
    return {
        "currency": currency,
        "total": money(goods + shipping + tax + added),
        "payment": money(goods + shipping + tax + added),
        "sku_list_price": money(goods + given.product),
        "sku_sale_price": money(goods),
        "subtotal": money(goods),
        "subtotal_deduction_seller": money(given.seller),
        "subtotal_deduction_platform": money(given.platform),
        "subtotal_tax_amount": money(tax),
        "shipping_list_price": money(fee),
        "shipping_sale_price": money(shipping),
        "shipping_fee_deduction_seller": money(by_seller),
        "shipping_fee_deduction_platform": money(by_platform),
        "tax_amount": money(tax),
        "tax_rate": money((tax / goods).quantize(_RATE)) if goods else "0",
        "net_price_amount": money(goods + shipping),
    }


def uploaded(uri: str, size: tuple[int, int], use_case: str) -> Json:
    """Return Upload Product Image; `uri` is what a rejection has as its `image_id`."""
    width, height = size
    return {"uri": uri, "url": f"{_IMAGE}{uri}", "width": width, "height": height, "use_case": use_case}


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
        "product_tax": money(one.tax),
        "shipping_fee_tax": "0",
        **_fee(one.fee, one.currency),
    }


def _address(one: Order) -> Json:
    buyer = one.buyer
    first, _, last = buyer.name.partition(" ")
    return {
        "name": buyer.name,
        "first_name": first,
        "last_name": last,
        "phone_number": buyer.phone,
        "full_address": buyer.address,
        "address_detail": buyer.street,
        "address_line1": buyer.street,
        "address_line2": "",
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
    return _given(
        {
            "id": line.id,
            "sku_id": line.sku_id,
            "sku_name": line.sku_name,
            "sku_type": "NORMAL",
            "seller_sku": line.seller_sku,
            "product_id": line.product_id,
            "product_name": line.product_name,
            "sku_image": _image(line)["url"],
            "currency": one.currency,
            "original_price": money(line.list_price),
            "sale_price": money(line.price),
            "seller_discount": money(line.discounts.seller),
            "platform_discount": money(line.discounts.platform),
            "item_tax": [_tax(line)],
            **_fee(line.fee, one.currency),
            "display_status": status.value,
            "package_id": line.package_id,
            "package_status": _PACKAGE_STATUS[status],
            "is_gift": line.is_gift,
            "rts_time": _at(line.rts_at),
            "shipping_provider_name": one.provider_name if labelled else None,
            "shipping_provider_id": one.provider_id if labelled else None,
            "tracking_number": line.tracking_number if labelled else None,
            "cancel_reason": line.cancel_reason,
            "cancel_user": line.cancelled_by.value if line.cancelled_by else None,
        }
    )


def _tax(line: LineItem) -> Json:
    """Return a unit's tax; the rate is what the amount comes to, to four places (assumed)."""
    rate = (line.tax / line.price).quantize(_RATE) if line.price else Decimal(0)
    return {"tax_type": "SALES_TAX", "tax_amount": money(line.tax), "tax_rate": money(rate)}


_RATE: Final = Decimal("0.0001")


def _image(line: LineItem) -> Json:
    return _picture(f"{line.product_id}.jpeg")


def _picture(name: str, size: tuple[int, int] = _SIZE) -> Json:
    """Return a picture by its address, or by its name among the platform's own."""
    url = name if "://" in name else f"{_IMAGE}{quote(name)}"
    return {"url": url, "width": size[0], "height": size[1]}


def _video(url: str) -> Json:
    return {**_picture(url), "cover": f"{url}.jpeg", "duration_millis": 10_000}


# Returns


def return_page(page: Page[Return], order_of: Callable[[str], Order]) -> Json:
    """Return Search Returns."""
    return _page("return_orders", page, lambda item: return_(item, order_of(item.order_id)))


def return_(item: Return, its_order: Order) -> Json:
    """Return one return."""
    arbitration = item.arbitration_status
    return _given(
        {
            "return_id": item.return_id,
            "order_id": item.order_id,
            "return_type": item.return_type.value,
            "return_status": item.status.value,
            "arbitration_status": arbitration.value if arbitration else None,
            "role": item.role.value,
            "return_reason": item.reason,
            "return_reason_text": item.reason_text,
            "shipment_type": item.shipment_type,
            "handover_method": item.handover_method,
            "return_method": _return_method(item),
            "return_tracking_number": item.tracking_number,
            "return_provider_id": item.provider_id,
            "return_provider_name": item.provider_name,
            "return_shipping_document_type": item.label_type,
            "pre_return_id": item.previous_return_id,
            "next_return_id": item.next_return_id,
            "can_buyer_keep_item": True if item.can_buyer_keep_item or item.buyer_keeps_item else None,
            "is_combined_return": item.combined_id is not None,
            "combined_return_id": item.combined_id or "0",
            "is_quick_refund": True if item.is_quick_refund else None,
            "seller_proposed_return_type": "PARTIAL_REFUND" if item.offer is not None else None,
            "partial_refund": None
            if item.offer is None
            else {"currency": item.amount.currency, "amount": money(item.offer)},
            "buyer_rejected_partial_refund": True if item.buyer_rejected_offer else None,
            "seller_next_action_response": _next_action(item.deadline),
            "return_warehouse_address": {"full_address": item.sent_to} if item.sent_to else None,
            "refund_amount": amount(item.amount),
            "discount_amount": [_discounts(item, its_order)],
            "shipping_fee_amount": [_return_shipping(item)],
            "return_line_items": _claimed("return_line_item_id", item.lines, its_order),
            "create_time": seconds(item.created_at),
            "update_time": seconds(item.updated_at),
        }
    )


def _discounts(item: Return, its_order: Order) -> Json:
    """Return what was given off the units that come back, all of it whatever is refunded of them (assumed)."""
    claimed = {part.line_item_id for part in item.lines}
    given = Discounts.sum(line.discounts for line in its_order.lines if line.id in claimed)
    return {
        "currency": item.amount.currency,
        "product_seller_discount": money(given.seller),
        "product_platform_discount": money(given.platform),
        "shipping_fee_seller_discount": money(given.shipping_seller),
        "shipping_fee_platform_discount": money(given.shipping_platform),
    }


def _return_shipping(item: Return) -> Json:
    """Return what sending back has cost whom: "0" where it has cost nothing, and sent."""
    paid = {who: item.shipping_cost if who == item.shipping_payer else ZERO for who in ("seller", "platform", "buyer")}
    fees = {f"{who}_paid_return_shipping_fee": money(cost) for who, cost in paid.items()}
    return {"currency": item.amount.currency, **fees}


def _return_method(item: Return) -> str | None:
    if item.seller_labelled:
        return "SELLER_SHIPPED"
    return _RETURN_METHODS[item.shipment_type] if item.tracking_number else None


_RETURN_METHODS: Final = {None: "BUYER_SHIPPED", "PLATFORM": "PLATFORM_SHIPPED", "BUYER_ARRANGE": "BUYER_SHIPPED"}


def _claimed(name: str, lines: Iterable[ClaimLine], its_order: Order) -> list[Json]:
    return [
        {
            name: line.id,
            "order_line_item_id": line.line_item_id,
            **_goods(its_order.line(line.line_item_id)),
            "refund_amount": amount(line.amount),
        }
        for line in lines
    ]


def _goods(line: LineItem | None) -> Json:
    if line is None:
        return {}
    return {
        "sku_id": line.sku_id,
        "sku_name": line.sku_name,
        "seller_sku": line.seller_sku,
        "product_name": line.product_name,
        "product_image": _image(line),
    }


def _next_action(deadline: Deadline | None) -> list[Json] | None:
    if deadline is None or deadline.seller_action is None:
        return None
    return [{"action": deadline.seller_action.value, "deadline": seconds(deadline.due)}]


def _fee(fee: Decimal, currency: str) -> Json:
    """Return what a market adds to an order, by its name there; nothing where there is none."""
    return {FEES[currency]: money(fee)} if fee else {}


def amount(one: Amount) -> Json:
    """Return a refund in its parts; the total decides."""
    return {
        **_fee(one.fee, one.currency),
        "currency": one.currency,
        "refund_total": money(one.total),
        "refund_subtotal": money(one.subtotal),
        "refund_shipping_fee": money(one.shipping_fee),
        "refund_tax": money(one.tax),
    }


def records(found: Iterable[Record], size_of: Callable[[str], tuple[int, int] | None]) -> Json:
    """Return Get Return Records; pictures that nobody has uploaded, as buyers' are not, have one size (assumed)."""
    return {
        "records": [
            _given(
                {
                    "event": one.event,
                    "role": one.role.value,
                    "description": one.description,
                    "reason_text": one.reason_text,
                    "note": one.note,
                    "create_time": seconds(one.at),
                    "images": [_picture(name, size_of(name) or _SIZE) for name in one.pictures] or None,
                    "videos": [_video(url) for url in one.videos] or None,
                }
            )
            for one in found
        ]
    }


def created_return(item: Return) -> Json:
    """Return Create Return."""
    return {"return_id": item.return_id, "return_status": item.status.value}


def reasons(known: Iterable[Reason]) -> Json:
    """Return Get Reject Reasons."""
    return {"reasons": _reasons(known)}


def _reasons(known: Iterable[Reason]) -> list[Json]:
    return [{"name": reason.name, "text": reason.text} for reason in known]


def verdicts(found: Iterable[Verdict]) -> Json:
    """Return Get Decision Eligibility; live responses give an eligible decision no code and no reason."""
    return {
        "decisions": [
            _given(
                {
                    "decision": decision,
                    "eligible": eligible,
                    "ineligible_code": code,
                    "ineligible_reason": why,
                    "available_reject_reasons": _reasons(usable) if usable else None,
                }
            )
            for decision, eligible, code, why, usable in found
        ]
    }


def eligibility(found: Iterable[Eligibility], version: str) -> Json:
    """Return Get Aftersale Eligibility in the fields of its version."""
    by_sku: dict[str, list[Json]] = {}
    for one in found:
        entry = {
            "request_type": one.request_type,
            "order_line_items_ids": list(one.line_item_ids),
            "eligible": one.eligible,
            "ineligible_code": None if one.eligible else one.code,
            "ineligible_reason": None if one.eligible else one.reason,
        }
        if version >= "202512" and one.reason_names:
            entry["available_reason_names"] = list(one.reason_names)
        if version >= "202602":
            entry["order_line_list"] = [{"order_line_item_id": line} for line in one.line_item_ids]
        by_sku.setdefault(one.sku_id, []).append(_given(entry))
    return {"sku_eligibility": [{"sku_id": sku, "line_item_eligibility": lines} for sku, lines in by_sku.items()]}


def calculated(one: Amount) -> Json:
    """Return Calculate Refund."""
    return {"order_refund_amount": amount(one)}


# Cancellations


def created_cancellation(item: Cancellation) -> Json:
    """Return Cancel Order."""
    return {"cancel_id": item.cancel_id, "cancel_status": item.status.value}


def cancellation_page(page: Page[Cancellation], order_of: Callable[[str], Order]) -> Json:
    """Return Search Cancellations."""
    return _page("cancellations", page, lambda item: _cancellation(item, order_of(item.order_id)))


def _cancellation(item: Cancellation, its_order: Order) -> Json:
    return _given(
        {
            "cancel_id": item.cancel_id,
            "order_id": item.order_id,
            "cancel_type": item.cancel_type.value,
            "cancel_status": item.status.value,
            "role": item.role.value,
            "cancel_reason": item.reason,
            "cancel_reason_text": item.reason_text,
            "should_replenish_stock": its_order.collected_at is None,  # the goods have not left the seller (assumed)
            "seller_next_action_response": _next_action(item.deadline),
            "refund_amount": amount(item.amount),
            "cancel_line_items": _claimed("cancel_line_item_id", item.lines, its_order),
            "create_time": seconds(item.created_at),
            "update_time": seconds(item.updated_at),
        }
    )


def _page(name: str, page: Page[Any], write: Callable[[Any], Json]) -> Json:
    """Return one page. An empty one leaves its list out, and the last one's token is empty."""
    written: Json = {"total_count": page.total, "next_page_token": page.next_token}
    if page.items:
        written[name] = [write(item) for item in page.items]
    return written
