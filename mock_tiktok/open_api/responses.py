"""The platform's responses, written for the wire: the API's own field names, texts for money, seconds for times.

Those about orders are in `order_responses.py`, what all are made of in `written.py`. Requests are read in
`requests.py`; nobody else spells a field of the API. A field without a value is left out; which fields always have one,
`contracts/tiktok_shop.yaml` says under `required`, zeros and empty texts included.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Final

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.deadlines import Deadline
from mock_tiktok.domain.money import ZERO, Amount, Discounts
from mock_tiktok.domain.orders import ClaimLine, LineItem, Order
from mock_tiktok.domain.returns import Record, Return
from mock_tiktok.domain.searches import Eligibility, Page, Reason
from mock_tiktok.domain.words import SellerAction
from mock_tiktok.open_api.written import (
    IMAGES,
    Json,
    image,
    market_fee,
    money,
    once,
    page_of,
    picture,
    seconds,
    valued,
    video,
)
from mock_tiktok.state.tokens import AppName, Grant
from mock_tiktok.state.webhooks import Subscription
from mock_tiktok.usecases.decision_eligibility import Verdict
from mock_tiktok.usecases.shop import Shop


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
        "seller_name": shop.seller,
        "seller_base_region": shop.region,
        "user_type": 0,
        "granted_scopes": list(granted.scopes),
    }


def shops(authorized: Sequence[Shop], app: AppName) -> Json:
    """Return an app's Get Authorized Shops; that who sells in several countries sells across borders is assumed."""
    kind = "CROSS_BORDER" if len({shop.region for shop in authorized}) > 1 else "LOCAL"
    return {
        "shops": [
            {
                "id": shop.shop_id,
                "name": shop.name,
                "region": shop.region,
                "seller_type": kind,
                "cipher": shop.cipher_for(app),
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


# Pictures


def uploaded(uri: str, size: tuple[int, int], use_case: str) -> Json:
    """Return Upload Product Image; `uri` is what a rejection has as its `image_id`."""
    width, height = size
    return {"uri": uri, "url": f"{IMAGES}{uri}", "width": width, "height": height, "use_case": use_case}


# Returns


def return_page(page: Page[Return], order_of: Callable[[str], Order]) -> Json:
    """Return Search Returns."""
    return page_of("return_orders", page, lambda item: return_(item, order_of(item.order_id)))


@once
def return_(item: Return, its_order: Order) -> Json:
    """Return one return."""
    arbitration = item.arbitration_status
    return valued(
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
    given = Discounts.sum(line.discounts for line in its_order.claimed(item.lines))
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


FOLLOWS: Final = timedelta(days=2)
_RETURN_METHODS: Final = {None: "BUYER_SHIPPED", "PLATFORM": "PLATFORM_SHIPPED", "BUYER_ARRANGE": "BUYER_SHIPPED"}


def _claimed(name: str, lines: Iterable[ClaimLine], its_order: Order, *, sums: bool = True) -> list[Json]:
    return [
        {
            name: line.id,
            "order_line_item_id": line.line_item_id,
            **_goods(its_order.line(line.line_item_id)),
            **({"refund_amount": amount(line.amount)} if sums else {}),
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
        "product_image": image(line),
    }


def _next_action(deadline: Deadline | None) -> list[Json] | None:
    """Return what the seller is to do, and by when: of goods that may come back, in front, what follows a yes, too.

    There may be several entries, of which the earliest counts (observed); where, in which order and how late: assumed.
    """
    if deadline is None or deadline.seller_action is None:
        return None
    asked = {"action": deadline.seller_action.value, "deadline": seconds(deadline.due)}
    if deadline.seller_action is not SellerAction.RESPOND_RETURN:
        return [asked]
    later = {"action": SellerAction.RESPOND_RECEIVE_PACKAGE.value, "deadline": seconds(deadline.due + FOLLOWS)}
    return [later, asked]


def amount(one: Amount) -> Json:
    """Return a refund in its parts; the total decides."""
    return {
        **market_fee(one.fee, one.currency),
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
            valued(
                {
                    "event": one.event,
                    "role": one.role.value,
                    "description": one.description,
                    "reason_text": one.reason_text,
                    "note": one.note,
                    "create_time": seconds(one.at),
                    "images": [picture(name, size_of(name)) for name in one.pictures] or None,
                    "videos": [video(url) for url in one.videos] or None,
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
            valued(
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
        by_sku.setdefault(one.sku_id, []).append(valued(entry))
    return {"sku_eligibility": [{"sku_id": sku, "line_item_eligibility": lines} for sku, lines in by_sku.items()]}


def calculated(one: Amount) -> Json:
    """Return Calculate Refund."""
    return {"order_refund_amount": amount(one)}


# Cancellations


def created_cancellation(item: Cancellation) -> Json:
    """Return Cancel Order."""
    return {"cancel_id": item.cancel_id, "cancel_status": item.status.value}


def cancellation_page(page: Page[Cancellation], order_of: Callable[[str], Order], *, sums: bool) -> Json:
    """Return Search Cancellations, with what is paid back or without."""
    return page_of("cancellations", page, lambda item: _cancellation(item, order_of(item.order_id), sums))


@once
def _cancellation(item: Cancellation, its_order: Order, sums: bool) -> Json:
    return valued(
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
            "refund_amount": amount(item.amount) if sums else None,
            "cancel_line_items": _claimed("cancel_line_item_id", item.lines, its_order, sums=sums),
            "create_time": seconds(item.created_at),
            "update_time": seconds(item.updated_at),
        }
    )
