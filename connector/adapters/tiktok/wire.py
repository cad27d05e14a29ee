"""The only place that spells TikTok Shop's field names: documents in, values out, and the other way round.

Each document is checked against its shape first (`shapes` says what has to be there), so that what is read here is
there and of its kind. Fields without a value are left out by the marketplace; amounts are decimal strings.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from connector.adapters.tiktok import shapes
from connector.domain.decisions import (
    ApproveCancellation,
    ApproveReturn,
    CancelOrder,
    CreateRefund,
    Decision,
    RejectCancellation,
    RejectReturn,
)
from connector.domain.money import written
from connector.domain.site import Claim, ClaimKind, ClaimLine, ReturnRecords, Shown, SiteLine, SiteOrder
from connector.ports import AuthorizedShop, Grant

Json = Mapping[str, Any]
NONE: Final[Json] = {}
MAKES: Final = {CreateRefund: "return_id", CancelOrder: "cancel_id"}
RETURNS: Final = "/return_refund/202309/returns"
CANCELLATIONS: Final = "/return_refund/202309/cancellations"
PAID: Final = "REFUND_SUCCESS"  # what happened to a return whose money has come
FEES: Final = ("retail_delivery_fee", "buyer_service_fee")  # of the US, of Indonesia
_in_order: Final = json.JSONEncoder(sort_keys=True).encode
IDS: Final = {"orders": "id", "return_orders": "return_id", "cancellations": "cancel_id"}  # of what a search lists


def page(data: Json, name: str) -> tuple[list[Any], int, str]:
    """Read a page of a search: what is on it, how many there are in all, and the next page's token, if any.

    A list that is empty may be left out or null, and so may the token of the last page: were it not the last, fewer
    would be shown than the marketplace counts.
    """
    shapes.PAGE.check(data)
    found = data.get(name)
    if found is not None and not isinstance(found, list):
        raise shapes.CannotBeRead(f"{name} is of another kind")
    return found or [], data["total_count"], data.get("next_page_token") or ""


def id_of(document: Any, name: str) -> object:
    """Return by what an object of such a page is told from others; where it has no id, the object itself."""
    return document.get(IDS[name], document) if isinstance(document, dict) else document


def details(data: Json) -> list[Any]:
    shapes.DETAILS.check(data)
    orders: list[Any] = data["orders"]
    return orders


def grant(data: Json) -> Grant:
    shapes.GRANT.check(data)
    return Grant(
        access_token=data["access_token"],
        access_expires_at=_at(data["access_token_expire_in"]),
        refresh_token=data["refresh_token"],
        refresh_expires_at=_at(data["refresh_token_expire_in"]),
        seller_name=data.get("seller_name") or "",
        region=data.get("seller_base_region") or "",
    )


def shops(data: Json) -> list[AuthorizedShop]:
    shapes.SHOPS.check(data)
    return [
        AuthorizedShop(shop["id"], shop["cipher"], name=shop.get("name") or "", region=shop.get("region") or "")
        for shop in data["shops"]
    ]


def reasons(data: Json) -> list[str]:
    shapes.REASONS.check(data)
    return [reason["name"] for reason in data["reasons"]]


def records(data: Json) -> ReturnRecords:
    """Read what a return's records say of it."""
    shapes.RECORDS.check(data)
    kept = data["records"]
    # oldest first (assumed); times are whole seconds, and of one second's records the later one says what came of it
    last = max(reversed(kept), key=lambda record: record.get("create_time") or 0, default=NONE)
    described, event = last.get("description") or last.get("reason_text") or "", last.get("event") or ""
    paid = any(record.get("event") == PAID for record in kept)
    by_buyer = [record for record in kept if (record.get("role") or "").upper() == "BUYER"]
    pictures, videos = (sum(len(record.get(name) or ()) for record in by_buyer) for name in ("images", "videos"))
    last_words = f"{event}: {described}" if described else event
    return ReturnRecords(last=last_words, paid=paid, shown=Shown(pictures, videos))


def refund_total(data: Json) -> Decimal:
    """Read the sum that would be paid back."""
    shapes.CALCULATED.check(data)
    return Decimal(data["order_refund_amount"]["refund_total"])


def order(document: Json) -> SiteOrder:
    shapes.ORDER.check(document)
    payment, lines = document["payment"], tuple(map(_line, document["line_items"]))
    total, tax, shipping = (_money(payment.get(name)) for name in ("total_amount", "tax", "shipping_fee"))
    return SiteOrder(
        id=document["id"],
        status=document["status"],
        currency=payment["currency"],
        total=total,
        tax=tax,
        shipping=shipping,
        shipping_tax=_money(payment.get("shipping_fee_tax")),
        # what seller and platform give is off the sale prices already; this is what else the total is less by
        discount=max(sum((line.price for line in lines), tax + shipping) - total, Decimal("0.00")),
        created_at=_at(document["create_time"]),
        paid_at=_maybe_at(document.get("paid_time")),
        shipped_at=_maybe_at(document.get("rts_time")),
        delivered_at=_maybe_at(document.get("delivery_time")),
        cancelled_at=_maybe_at(document.get("cancel_time")),
        buyer_user_id=document.get("user_id") or "",
        buyer_email=document.get("buyer_email") or "",
        recipient=dict(document.get("recipient_address") or NONE),
        payment_method=document.get("payment_method_name") or "",
        lines=lines,
        updated=document["update_time"],
        fingerprint=fingerprint(document),
    )


def _line(line: Json) -> SiteLine:
    taxes = line.get("item_tax")
    return SiteLine(
        id=line["id"],
        sku_id=line.get("sku_id") or "",
        product_id=line.get("product_id") or "",
        sku=line.get("seller_sku") or line.get("sku_id") or "",
        title=" ".join(filter(None, (line.get("product_name"), line.get("sku_name")))),
        price=_money(line["sale_price"]),
        tax=None if taxes in (None, "") else sum((_money(tax.get("tax_amount")) for tax in taxes), Decimal(0)),
        status=line.get("display_status") or "",
        package_id=(line.get("package_id") or "").strip(),
        fee=sum((_money(line.get(name)) for name in FEES), Decimal(0)),
    )


def returned(document: Json) -> Claim:
    shapes.RETURN.check(document)
    amount = (document.get("partial_refund") or NONE).get("amount")
    offer = _money(amount) if amount else None
    return _claim(
        document,
        ClaimKind.RETURN,
        "return",
        request_type=document["return_type"],
        arbitration_status=document.get("arbitration_status") or "",
        offered=None if document.get("buyer_rejected_partial_refund") else offer,
        last_offer=offer,
        tracking=document.get("return_tracking_number") or "",
        carrier=document.get("return_provider_name") or "",
    )


def cancellation(document: Json) -> Claim:
    shapes.CANCELLATION.check(document)
    return _claim(document, ClaimKind.CANCELLATION, "cancel")


def _claim(document: Json, kind: ClaimKind, named: str, **more: Any) -> Claim:
    """Read what returns and cancellations have in common, by names that begin with their own."""
    actions = document.get("seller_next_action_response") or ()
    deadlines = [action["deadline"] for action in actions if action.get("deadline")]
    return Claim(
        kind=kind,
        id=document[f"{named}_id"],
        order_id=document["order_id"],
        status=document[f"{named}_status"],
        role=document["role"].upper(),
        reason=document.get(f"{named}_reason") or "",
        reason_text=document.get(f"{named}_reason_text") or "",
        deadline=_at(min(deadlines)) if deadlines else None,
        total=_refund(document)[0],
        lines=tuple(ClaimLine(line["order_line_item_id"], *_refund(line)) for line in document[f"{named}_line_items"]),
        created=document["create_time"],
        updated=document["update_time"],
        fingerprint=fingerprint(document),
        **more,
    )


def _refund(document: Json) -> tuple[Decimal | None, Decimal, Decimal]:
    """Read what goes back, its tax and its shipping; no sum where the marketplace does not say."""
    refund = document.get("refund_amount") or NONE
    total = refund.get("refund_total")
    sum_ = None if total is None else _money(total)
    return sum_, _money(refund.get("refund_tax")), _money(refund.get("refund_shipping_fee"))


def made(decision: Decision, data: Json) -> str | None:
    """Read the id of the claim that a decision has made; None of one that makes none. Raises CannotBeRead."""
    name = MAKES.get(type(decision))
    if name is None:
        return None
    shapes.MADE[name].check(data)
    claim_id: str = data[name]
    return claim_id


def request(decision: Decision, claim_id: str | None) -> tuple[str, Json | None]:
    """Spell a decision as path and document."""
    match decision:
        case CreateRefund():
            return RETURNS, {
                "order_id": decision.order_id,
                "return_type": "REFUND",
                "return_reason": decision.reason,
                "order_line_item_ids": decision.line_ids,
                "refund_total": None if decision.amount is None else str(written(decision.amount, decision.currency)),
                "currency": decision.currency,
            }
        case CancelOrder():
            lines = {} if decision.whole else {"order_line_item_ids": decision.line_ids}
            return CANCELLATIONS, {"order_id": decision.order_id, "cancel_reason": decision.reason, **lines}
        case ApproveReturn():
            offer = {}
            if decision.amount is not None:
                offered = str(written(decision.amount, decision.currency))
                offer = {"partial_refund": {"currency": decision.currency, "amount": offered}}
            return f"{RETURNS}/{claim_id}/approve", {"decision": decision.choice, **offer}
        case RejectReturn():
            document = {"decision": decision.choice, "reject_reason": decision.reason, **_comment(decision.comment)}
            return f"{RETURNS}/{claim_id}/reject", document
        case ApproveCancellation():
            return f"{CANCELLATIONS}/{claim_id}/approve", None
        case RejectCancellation():
            document = {"reject_reason": decision.reason, **_comment(decision.comment)}
            return f"{CANCELLATIONS}/{claim_id}/reject", document


def _comment(comment: str | None) -> Json:
    return {"comment": comment} if comment else {}


def fingerprint(document: Json) -> str:
    """Tell two readings of the same object apart, also within one second."""
    return hashlib.blake2b(_in_order(document).encode(), digest_size=16).hexdigest()


def _money(text: str | None) -> Decimal:
    return Decimal(text) if text else Decimal("0.00")


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _maybe_at(seconds: int | None) -> datetime | None:
    return _at(seconds) if seconds else None
