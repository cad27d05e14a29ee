"""Which fields of TikTok Shop's answers the connector relies on, as data, and of what kind each has to be.

An answer that lacks one of them, or has it null or of another kind, cannot be read: taken as "nothing" it would lose a
claim without a word. Fields that need not be there may also be null or empty, and are then as good as left out.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Kind = Callable[[Any], bool]
LATEST: Final = 32_503_680_000  # the year 3000: milliseconds, say, are no time of the marketplace's


class CannotBeRead(ValueError):
    """A document lacks what the connector relies on, or has it of another kind."""


def _id(value: Any) -> bool:
    return isinstance(value, str) and value != "" and value.isascii() and value.isprintable()


_unkept: Final = re.compile("[\x00\ud800-\udfff]").search  # what no database keeps


def _words(value: Any) -> bool:
    return isinstance(value, str) and _unkept(value) is None


def _whole(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LATEST


_decimal: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,10})?").fullmatch


def _sum(value: Any) -> bool:
    return isinstance(value, str) and _decimal(value) is not None


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _return_type(value: Any) -> bool:
    return value in ("REFUND", "RETURN_AND_REFUND", "REPLACEMENT")  # what can be answered to another one nobody knows


def _any_object(value: Any) -> bool:
    return isinstance(value, dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """Which fields an object needs, which it may have, and of what kind each is."""

    needs: Mapping[str, Kind]
    may: Mapping[str, Kind] = field(default_factory=dict)

    def fault(self, document: Any) -> str | None:
        """Return the name of a field that is missing or of another kind; "object" where it is none."""
        if not isinstance(document, dict):
            return "object"
        for name, kind in self.needs.items():
            if name not in document or not kind(document[name]):
                return name
        for name, kind in self.may.items():
            value = document.get(name)
            if value is not None and value != "" and not kind(value):
                return name
        return None

    def __call__(self, document: Any) -> bool:
        return self.fault(document) is None

    def check(self, document: Any) -> None:
        """Raise CannotBeRead, naming the field, where a document is not of this shape."""
        fault = self.fault(document)
        if fault is not None:
            raise CannotBeRead(f"{fault} is missing or of another kind")


def _each(shape: Shape) -> Kind:
    return lambda value: isinstance(value, list) and all(map(shape, value))


def _some(shape: Shape) -> Kind:
    return lambda value: _each(shape)(value) and value != []


# fmt: off
_REFUND: Final = Shape(
    {"refund_total": _sum},
    {"refund_tax": _sum, "refund_shipping_fee": _sum},
)
_NEXT_ACTION: Final = Shape({}, {"deadline": _whole})
_CLAIM_NEEDS: Final = {"order_id": _id, "role": _id, "create_time": _whole, "update_time": _whole}
_CLAIM_MAY: Final = {"seller_next_action_response": _each(_NEXT_ACTION)}
_CLAIM_LINE: Final = Shape({"order_line_item_id": _id}, {"refund_amount": _REFUND})
_LINE: Final = Shape(
    {"id": _id, "sale_price": _sum},
    {"sku_id": _words, "product_id": _words, "seller_sku": _words, "product_name": _words, "sku_name": _words,
     "display_status": _words, "package_id": _words, "item_tax": _each(Shape({}, {"tax_amount": _sum})),
     "retail_delivery_fee": _sum, "buyer_service_fee": _sum},
)
_PAYMENT: Final = Shape(
    {"currency": _id, "total_amount": _sum},
    dict.fromkeys(("tax", "shipping_fee", "shipping_fee_tax"), _sum),
)
# What the connector relies on of each kind of answer, and what it reads where it is there.
SUCCESS: Final = Shape({"data": _any_object})
GRANT: Final = Shape(
    {"access_token": _id, "access_token_expire_in": _whole, "refresh_token": _id, "refresh_token_expire_in": _whole},
    {"seller_name": _words, "seller_base_region": _words},
)
SHOPS: Final = Shape({"shops": _each(Shape({"id": _id, "cipher": _id}, {"name": _words, "region": _words}))})
REASONS: Final = Shape({"reasons": _each(Shape({"name": _id}))})
RECORDS: Final = Shape({"records": _each(Shape(
    {}, {"create_time": _whole, "description": _words, "reason_text": _words, "event": _words, "role": _words,
         "images": _each(Shape({})), "videos": _each(Shape({}))}
))})
CALCULATED: Final = Shape({"order_refund_amount": _REFUND})
MADE: Final = {name: Shape({name: _id}) for name in ("return_id", "cancel_id")}
DETAILS: Final = Shape({"orders": lambda value: isinstance(value, list)})
PAGE: Final = Shape({"total_count": _whole}, {"next_page_token": _words})
ORDER: Final = Shape(
    {"id": _id, "status": _id, "create_time": _whole, "update_time": _whole, "payment": _PAYMENT,
     "line_items": _some(_LINE)},
    {**dict.fromkeys(("paid_time", "rts_time", "delivery_time", "cancel_time"), _whole),
     **dict.fromkeys(("user_id", "buyer_email", "payment_method_name"), _words), "recipient_address": _any_object},
)
RETURN: Final = Shape(
    {**_CLAIM_NEEDS, "return_id": _id, "return_status": _id, "return_type": _return_type, "refund_amount": _REFUND,
     "return_line_items": _each(_CLAIM_LINE)},
    {**_CLAIM_MAY, "partial_refund": Shape({}, {"amount": _sum}), "buyer_rejected_partial_refund": _flag,
     **dict.fromkeys(("return_reason", "return_reason_text", "arbitration_status", "return_tracking_number",
                      "return_provider_name"), _words)},
)
CANCELLATION: Final = Shape(
    {**_CLAIM_NEEDS, "cancel_id": _id, "cancel_status": _id, "cancel_line_items": _each(_CLAIM_LINE)},
    {**_CLAIM_MAY, "refund_amount": _REFUND, "cancel_reason": _words, "cancel_reason_text": _words},
)
# fmt: on
