"""Bodies of the actions: which fields each takes, of what type, read into the commands' own documents.

An empty body, `{}` and `null` are the same. A field that an action does not know, or of a wrong type, is refused by
name. The same fields may stand in the query, as one client in use sends them; query and body must then agree.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NoReturn

from connector.api.odata.entity import INT32
from connector.api.refusals import BadBody
from connector.domain.decisions import COMMENT_BYTES
from connector.domain.reasons import CONDITIONS, REASONS
from connector.records import ConditionQuantity

LONGEST_ID: Final = 100
BODY: Final = "body"
_NUMBER: Final = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
_control: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]").search  # but tabs and ends of lines

Reader = Callable[[str, Any], Any]


def _flag(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise BadBody(name, "must be true or false.")


def _count(name: str, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= INT32:
        return value
    raise BadBody(name, "must be a whole number of at least 1.")


def _amount(name: str, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise BadBody(name, "must be a number.")
    amount = Decimal(value)
    if not 0 <= amount <= INT32:
        raise BadBody(name, "must not be negative, nor beyond reason.")
    if amount != amount.quantize(Decimal("0.01")):
        raise BadBody(name, "must have at most two decimals.")
    return amount.quantize(Decimal("0.01"))


def _reason(name: str, value: Any) -> str:
    if isinstance(value, str) and value in REASONS:
        return value
    raise BadBody(name, f"must be one of {', '.join(REASONS)}.")


def _text_of(longest: int) -> Reader:
    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise BadBody(name, "must be a text that is not empty.")
        if not value.isprintable() and _control(value):
            raise BadBody(name, "must not have control characters.")
        if len(value) > longest:
            raise BadBody(name, f"must not be longer than {longest} characters.")
        return value

    return read


def _line_ids(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
        raise BadBody(name, "must be a list of the marketplace's line ids.")
    if len(set(value)) != len(value):
        raise BadBody(name, "names a line twice.")
    return tuple(value)


def _conditions(name: str, value: Any) -> tuple[ConditionQuantity, ...]:
    if not isinstance(value, list):
        raise BadBody(name, "must be a list of Condition and Quantity.")
    found = []
    for at, one in enumerate(value):
        where = f"{name}[{at}]"
        if not isinstance(one, dict) or set(one) != {"Condition", "Quantity"}:
            raise BadBody(where, "must have Condition and Quantity, and nothing else.")
        if one["Condition"] not in CONDITIONS:
            raise BadBody(f"{where}/Condition", f"must be one of {', '.join(CONDITIONS)}.")
        found.append(ConditionQuantity(one["Condition"], _count(f"{where}/Quantity", one["Quantity"])))
    return tuple(found)


_id = _text_of(LONGEST_ID)
_longest_comment = _text_of(COMMENT_BYTES)


def _comment(name: str, value: Any) -> str:
    text: str = _longest_comment(name, value)
    if len(text.encode()) > COMMENT_BYTES:
        raise BadBody(name, f"must not be longer than {COMMENT_BYTES} bytes of UTF-8.")
    return text


# What each action takes: ChannelAdvisor's name, the commands' name, how it is read.
Fields = Mapping[str, tuple[str, Reader]]

_ADJUST: Final[Fields] = {
    "Reason": ("reason", _reason),
    "SellerAdjustmentID": ("seller_adjustment_id", _id),
    "Restock": ("restock", _flag),
    "RefundOnly": ("refund_only", _flag),
    "PreventSiteProcessing": ("prevent_site_processing", _flag),
    "SiteReason": ("site_reason", _id),
}
ADJUST_ORDER: Final[Fields] = {"AdjustmentAmount": ("amount", _amount), **_ADJUST}
ADJUST_ITEM: Final[Fields] = {
    "Quantity": ("quantity", _count),
    "ItemAdjustment": ("item_amount", _amount),
    "TaxAdjustment": ("tax_amount", _amount),
    "ShippingAdjustment": ("shipping_amount", _amount),
    "ShippingTaxAdjustment": ("shipping_tax_amount", _amount),
    "GiftWrapAdjustment": ("gift_amount", _amount),
    "GiftWrapTaxAdjustment": ("gift_tax_amount", _amount),
    "RecyclingFeeAdjustment": ("recycling_amount", _amount),
    "ForceCalculateOmittedAmounts": ("force_calculate_omitted", _flag),
    "SiteOrderLineItemIDs": ("site_line_ids", _line_ids),
    **_ADJUST,
}
APPROVE_REQUEST: Final[Fields] = {
    "SitePartialRefundAmount": ("partial_refund_amount", _amount),
    "SiteRefundInstead": ("refund_instead", _flag),
}
REJECT_REQUEST: Final[Fields] = {"SiteRejectReason": ("reject_reason", _id), "SiteRejectComment": ("comment", _comment)}
APPROVE_RETURN: Final[Fields] = {"ConditionQuantityList": ("conditions", _conditions)}
REJECT_RETURN: Final[Fields] = {**APPROVE_RETURN, **REJECT_REQUEST}
NOTHING: Final[Fields] = {}
NOT_IN_QUERY: Final = frozenset({"SiteOrderLineItemIDs", "ConditionQuantityList"})


def read_body(fields: Fields, raw: bytes, query: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """Read an action's body, and the same fields from the query. Raises BadBody naming the field."""
    body = _parsed(raw)
    read: dict[str, Any] = {}
    for name, value in body.items():
        if name not in fields:
            raise BadBody(name, "is not a field of this action.")
        if value is not None:
            key, reader = fields[name]
            read[key] = reader(name, value)
    seen: set[str] = set()
    for name, text in query:
        if name not in fields or name in NOT_IN_QUERY:
            raise BadBody(name, "is not an option of this address.")
        if name in seen:
            raise BadBody(name, "is given twice.")
        seen.add(name)
        key, reader = fields[name]
        value = reader(name, _from_text(name, reader, text))
        if name in body and read.get(key) != value:
            raise BadBody(name, "is one thing in the query and another in the body.")
        read[key] = value
    return read


def _parsed(raw: bytes) -> dict[str, Any]:
    if not raw.strip():
        return {}
    try:
        text = raw.decode(json.detect_encoding(raw))
        body = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_once)
        if "\\u" in text:  # half a character can only be spelt out
            json.dumps(body, ensure_ascii=False, default=str).encode()
    except UnicodeError:
        raise BadBody(BODY, "has text that is no Unicode.") from None
    except ArithmeticError:
        raise BadBody(BODY, "has a number beyond reason.") from None
    except (ValueError, RecursionError):
        raise BadBody(BODY, "is not JSON.") from None
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise BadBody(BODY, "must be a JSON object.")
    return body


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise BadBody(name, "is given twice.")
    return found


def _from_text(name: str, reader: Reader, text: str) -> Any:
    """Coerce a query's text to the type that the field's reader expects."""
    if reader is _flag:
        if text.lower() not in ("true", "false"):
            raise BadBody(name, "must be true or false.")
        return text.lower() == "true"
    if reader in (_count, _amount):
        if not _NUMBER.fullmatch(text):
            raise BadBody(name, "must be a number.")
        number = Decimal(text)
        whole = abs(number) <= INT32 and number == number.to_integral_value()
        return int(number) if whole else number
    return text
