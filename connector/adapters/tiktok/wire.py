"""The only place that spells TikTok Shop's field names: documents in, values out, and the other way round.

Fields without a value are left out by the marketplace, so absence is always read; amounts are decimal strings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from connector.domain.decisions import (
    ApproveCancellation,
    ApproveReturn,
    CancelOrder,
    CreateRefund,
    Decision,
    RejectCancellation,
    RejectReturn,
)
from connector.domain.site import Claim, ClaimKind, ClaimLine, SiteLine, SiteOrder
from connector.ports import AuthorizedShop, Grant

Json = Mapping[str, Any]
NONE: Final[Json] = {}
RETURNS: Final = "/return_refund/202309/returns"
CANCELLATIONS: Final = "/return_refund/202309/cancellations"


def grant(data: Json) -> Grant:
    """Read the tokens that an authorization gives."""
    return Grant(
        access_token=str(data["access_token"]),
        access_expires_at=_at(data["access_token_expire_in"]),
        refresh_token=str(data["refresh_token"]),
        refresh_expires_at=_at(data["refresh_token_expire_in"]),
        seller_name=str(data.get("seller_name") or ""),
        region=str(data.get("seller_base_region") or ""),
    )


def shops(data: Json) -> list[AuthorizedShop]:
    """Read the shops that a token opens."""
    return [
        AuthorizedShop(
            shop_id=str(shop["id"]),
            cipher=str(shop["cipher"]),
            name=str(shop.get("name") or ""),
            region=str(shop.get("region") or ""),
        )
        for shop in data.get("shops") or ()
    ]


def reasons(data: Json) -> list[str]:
    """Read the keys of a case's reasons."""
    return [str(reason["name"]) for reason in data.get("reasons") or ()]


def last_record(data: Json) -> str:
    """Read what happened to a return last; empty where no record is kept."""
    records = data.get("records") or ()
    if not records:
        return ""
    # oldest first (assumed); times are whole seconds, and of one second's records the later one says what came of it
    last = max(reversed(records), key=lambda record: int(record.get("create_time") or 0))
    described = str(last.get("description") or last.get("reason_text") or "")
    event = str(last.get("event") or "")
    return f"{event}: {described}" if described else event


def refund_total(data: Json) -> Decimal:
    """Read the sum that would be paid back."""
    return Decimal(str(data["order_refund_amount"]["refund_total"]))


def order(document: Json) -> SiteOrder:
    """Read an order."""
    payment = document.get("payment") or NONE
    lines = tuple(_line(line) for line in document.get("line_items") or ())
    return SiteOrder(
        id=str(document["id"]),
        status=str(document["status"]),
        currency=str(payment.get("currency") or _first(document, "currency")),
        total=_money(payment.get("total_amount")),
        tax=_money(payment.get("tax")),
        shipping=_money(payment.get("shipping_fee")),
        shipping_tax=_money(payment.get("shipping_fee_tax")),
        discount=_money(payment.get("seller_discount")) + _money(payment.get("platform_discount")),
        created_at=_at(document["create_time"]),
        paid_at=_maybe_at(document.get("paid_time")),
        shipped_at=_maybe_at(document.get("rts_time")),
        delivered_at=_maybe_at(document.get("delivery_time")),
        cancelled_at=_maybe_at(document.get("cancel_time")),
        buyer_user_id=str(document.get("user_id") or ""),
        buyer_email=str(document.get("buyer_email") or ""),
        recipient=dict(document.get("recipient_address") or NONE),
        payment_method=str(document.get("payment_method_name") or ""),
        lines=lines,
        updated=int(document["update_time"]),
        fingerprint=fingerprint(document),
    )


def _line(line: Json) -> SiteLine:
    taxes = line.get("item_tax")
    return SiteLine(
        id=str(line["id"]),
        sku_id=str(line.get("sku_id") or ""),
        product_id=str(line.get("product_id") or ""),
        sku=str(line.get("seller_sku") or line.get("sku_id") or ""),
        title=" ".join(filter(None, (line.get("product_name"), line.get("sku_name")))),
        price=_money(line.get("sale_price")),
        tax=None if taxes is None else sum((_money(tax.get("tax_amount")) for tax in taxes), Decimal(0)),
        status=str(line.get("display_status") or ""),
        package_id=str(line.get("package_id") or "").strip(),
    )


def returned(document: Json) -> Claim:
    """Read a return."""
    offered = (document.get("partial_refund") or NONE).get("amount")
    declined = document.get("buyer_rejected_partial_refund")
    return _claim(
        document,
        ClaimKind.RETURN,
        "return",
        request_type=str(document.get("return_type") or "REFUND"),
        arbitration_status=str(document.get("arbitration_status") or ""),
        offered=_money(offered) if offered and not declined else None,
        tracking=str(document.get("return_tracking_number") or ""),
        carrier=str(document.get("return_provider_name") or ""),
    )


def cancellation(document: Json) -> Claim:
    """Read a cancellation."""
    return _claim(document, ClaimKind.CANCELLATION, "cancel")


def _claim(document: Json, kind: ClaimKind, named: str, **more: Any) -> Claim:
    """Read what returns and cancellations have in common, by names that begin with their own."""
    actions = document.get("seller_next_action_response") or ()
    deadlines = [int(action["deadline"]) for action in actions if action.get("deadline")]
    return Claim(
        kind=kind,
        id=str(document[f"{named}_id"]),
        order_id=str(document["order_id"]),
        status=str(document[f"{named}_status"]),
        role=str(document.get("role") or "").upper(),
        reason=str(document.get(f"{named}_reason") or ""),
        reason_text=str(document.get(f"{named}_reason_text") or ""),
        deadline=_at(min(deadlines)) if deadlines else None,
        total=_refund(document)[0],
        lines=tuple(
            ClaimLine(str(line["order_line_item_id"]), *_refund(line))
            for line in document.get(f"{named}_line_items") or ()
        ),
        created=int(document.get("create_time") or 0),
        updated=int(document["update_time"]),
        fingerprint=fingerprint(document),
        **more,
    )


def _refund(document: Json) -> tuple[Decimal | None, Decimal, Decimal]:
    """Read what goes back, its tax and its shipping; no sum where the marketplace does not say."""
    refund = document.get("refund_amount") or NONE
    total = refund.get("refund_total")
    sum_ = None if total is None else _money(total)
    return sum_, _money(refund.get("refund_tax")), _money(refund.get("refund_shipping_fee"))


def request(decision: Decision, claim_id: str | None) -> tuple[str, Json | None]:
    """Spell a decision as path and document."""
    match decision:
        case CreateRefund():
            return RETURNS, {
                "order_id": decision.order_id,
                "return_type": "REFUND",
                "return_reason": decision.reason,
                "order_line_item_ids": decision.line_ids,
                "refund_total": None if decision.amount is None else f"{decision.amount:f}",
                "currency": decision.currency,
            }
        case CancelOrder():
            lines = {} if decision.whole else {"order_line_item_ids": decision.line_ids}
            return CANCELLATIONS, {"order_id": decision.order_id, "cancel_reason": decision.reason, **lines}
        case ApproveReturn():
            offer = {}
            if decision.amount is not None:
                offer = {"partial_refund": {"currency": decision.currency, "amount": f"{decision.amount:f}"}}
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
    return hashlib.blake2b(json.dumps(document, sort_keys=True).encode(), digest_size=16).hexdigest()


def _money(text: Any) -> Decimal:
    return Decimal(str(text)) if text else Decimal("0.00")


def _at(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _maybe_at(seconds: Any) -> datetime | None:
    return _at(seconds) if seconds else None


def _first(document: Json, field: str) -> str:
    lines = document.get("line_items") or ()
    return str(lines[0].get(field) or "") if lines else ""
