"""What callers ask, read off the wire: query and body fields by the API's own names, into the words of the use cases.

A body field that is not modelled is refused by name, a wrong type likewise; both are the gateway's 36009004. A value
that the after-sales service does not know is its 25001001. A field that is null is one that was left out (assumed), a
text with control characters is refused by name (assumed), and a query name that nobody reads is ignored (D47).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from mock_tiktok.domain import pictures, webhooks
from mock_tiktok.domain.searches import (
    CancellationFilter,
    OrderFilter,
    PageRequest,
    ReturnFilter,
    Sort,
    SortField,
    TimeRange,
)
from mock_tiktok.domain.words import (
    APPROVALS,
    REJECTIONS,
    Action,
    ArbitrationStatus,
    CancelStatus,
    CancelType,
    OrderStatus,
    RequestType,
    ReturnStatus,
    ReturnType,
    is_plain,
)
from mock_tiktok.errors import INVALID, LINES_DISAGREE, ApiError
from mock_tiktok.open_api.gateway import Json, Upload, invalid
from mock_tiktok.usecases.shop import SkuQuantity

Reader = Callable[[str, Any], Any]

LATEST: Final = 253_402_300_799  # the last second of the year 9999
CHECKABLE: Final = (
    "APPROVE_REQUEST_CANCEL",
    *(one for one in APPROVALS if one is not Action.OFFER_PARTIAL_REFUND),
    "REJECT_REQUEST_CANCEL",
    *REJECTIONS,
)
_MONEY: Final = re.compile(r"[0-9]+(\.[0-9]+)?")


def _wrong(name: str, why: str) -> ApiError:
    return ApiError(36009004, f"Invalid 'param body.{name}': {why}", 400)


def _unknown(name: str, value: object) -> ApiError:
    return INVALID(what=f"{name} {value!r}")


def _wrong_value(name: str, value: object) -> ApiError:
    return _wrong(name, f"{value!r} is not known")


# One reader per type that a body field can have.


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(name, "type invalid, it must be a string")
    if not is_plain(value):
        raise _wrong(name, "it has a control character")
    return value


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong(name, "type invalid, it must be an array of strings")
    return tuple(_text(name, one) for one in value)


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, "type invalid, it must be a boolean")
    return value


def _number(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(name, "type invalid, it must be an integer")
    return value


def _count(name: str, value: Any) -> int:
    count = _number(name, value)
    if count < 1:
        raise _unknown(name, value)
    return count


def _time(name: str, value: Any) -> datetime:
    seconds = _number(name, value)
    if not 0 <= seconds <= LATEST:
        raise _wrong(name, "it must be a Unix time in seconds")
    return datetime.fromtimestamp(seconds, UTC)


def _money(name: str, value: Any) -> Decimal:
    if not _MONEY.fullmatch(_text(name, value)):
        raise _unknown(name, value)
    return Decimal(value)


def _one_of(known: Sequence[str], error: Callable[[str, object], ApiError] = _unknown) -> Reader:
    def read(name: str, value: Any) -> str:
        if _text(name, value) not in known:
            raise error(name, value)
        return str(value)

    return read


def _some_of(known: Sequence[str]) -> Reader:
    def read(name: str, value: Any) -> tuple[str, ...]:
        for one in _texts(name, value):
            if one not in known:
                raise _unknown(name, one)
        return tuple(value)

    return read


def _object(name: str, readers: Mapping[str, Reader], required: Sequence[str] = ()) -> Reader:
    def read(_: str, value: Any) -> Json:
        if not isinstance(value, dict):
            raise _wrong(name, "type invalid, it must be an object")
        return _fields(value, readers, required, within=f"{name}.")

    return read


def _objects(readers: Mapping[str, Reader], required: Sequence[str] = ()) -> Reader:
    def read(name: str, value: Any) -> tuple[Json, ...]:
        if not isinstance(value, list):
            raise _wrong(name, "type invalid, it must be an array")
        one = _object(name, readers, required)
        return tuple(one(name, item) for item in value)

    return read


def _fields(body: Json, readers: Mapping[str, Reader], required: Sequence[str] = (), within: str = "") -> Json:
    """Read each field of a body that is not null; one nobody reads, or one that is missing, is refused by name."""
    read = {}
    for name, value in body.items():
        if name not in readers:
            raise _wrong(f"{within}{name}", "unexpected identifier")
        if value is not None:
            read[name] = readers[name](f"{within}{name}", value)
    for name in required:
        if name not in read:
            raise ApiError(36009004, f"param body.{within}{name} is missing", 400)
    return read


_RANGES: Final[dict[str, Reader]] = dict.fromkeys(
    ("create_time_ge", "create_time_lt", "update_time_ge", "update_time_lt"), _time
)
_topic: Final = _one_of(tuple(webhooks.TOPICS), _wrong_value)
# a picture without an id is one that nobody can look at
_IMAGES: Final = _objects(
    {"image_id": _text, "mime_type": _one_of(pictures.MIME_TYPES), "height": _count, "width": _count}, ("image_id",)
)
_LINES: Final[dict[str, Reader]] = {
    "skus": _objects({"sku_id": _text, "quantity": _count}, ("sku_id", "quantity")),
    "order_line_item_ids": _texts,
}


def _no_part(name: str, value: Any) -> str:
    """Read which part of a bundle is meant: none, for no line of an order here is one."""
    if _text(name, value):
        raise INVALID(what=f"{name}: line items here are no bundles, and have no parts")
    return ""


# from 202602 on, for virtual bundles
_LINES_202602: Final[dict[str, Reader]] = {
    **_LINES,
    "order_line_list": _objects(
        {"order_line_item_id": _text, "sub_order_line_item_id": _no_part}, ("order_line_item_id",)
    ),
}
_SHIPPING: Final[dict[str, Reader]] = {
    "shipment_type": _one_of(("PLATFORM", "BUYER_ARRANGE")),
    "handover_method": _one_of(("DROP_OFF", "PICKUP")),
}
# what after-sales searches take in the query; in the body it is not read, where that for orders is refused
_UNREAD: Final[dict[str, Reader]] = dict.fromkeys(
    ("page_size", "page_token", "sort_field", "sort_order"), lambda name, value: None
)
_RETURNS_FILTER: Final[dict[str, Reader]] = {
    "return_ids": _texts,
    "order_ids": _texts,
    "buyer_user_ids": _texts,
    "return_types": _some_of(tuple(ReturnType)),
    "return_status": _some_of(tuple(ReturnStatus)),
    "arbitration_status": _some_of(tuple(ArbitrationStatus)),
    "seller_proposed_return_type": _some_of(("PARTIAL_REFUND",)),
    "locale": _text,
    **_RANGES,
    **_UNREAD,
}
_CANCELLATIONS_FILTER: Final[dict[str, Reader]] = {
    "cancel_ids": _texts,
    "order_ids": _texts,
    "buyer_user_ids": _texts,
    "cancel_types": _some_of(tuple(CancelType)),
    "cancel_status": _some_of((*CancelStatus, "CANCELLATION_REQUEST_CANCEL")),
    "locale": _text,
    **_RANGES,
    **_UNREAD,
}
_ORDERS_FILTER: Final[dict[str, Reader]] = {
    "order_status": _one_of(tuple(OrderStatus), _wrong_value),
    "shipping_type": _one_of(("TIKTOK", "SELLER"), _wrong_value),
    "buyer_user_id": _text,
    "is_buyer_request_cancel": _flag,
    "warehouse_ids": _texts,
    **_RANGES,
}

# what the API and the filters name differently
_FILTER_NAMES: Final = {
    "return_status": "statuses",
    "cancel_status": "statuses",
    "order_status": "status",
    "arbitration_status": "arbitration_statuses",
    "seller_proposed_return_type": "seller_proposed_return_types",
}
_UNSOUGHT: Final = _RANGES.keys() | _UNREAD.keys() | {"locale", "shipping_type"}


# Query


@dataclass(frozen=True, slots=True)
class PageRules:
    """How one search pages: its sizes and its order when none is asked for."""

    smallest: int
    largest: int
    default: int | None
    ascending: bool


RETURN_PAGES: Final = PageRules(10, 50, 10, ascending=True)
CANCELLATION_PAGES: Final = PageRules(1, 50, 10, ascending=True)
ORDER_PAGES: Final = PageRules(1, 100, None, ascending=False)
_SORT_FIELDS: Final[dict[str, SortField]] = {"create_time": "create_time", "update_time": "update_time"}
_DIRECTIONS: Final = {"ASC": True, "DESC": False}


def paging(query: Mapping[str, str], rules: PageRules) -> tuple[Sort, PageRequest]:
    """Read how a search is sorted and paged; a size out of range is refused (it is not documented, so assumed)."""
    size = query.get("page_size", "" if rules.default is None else str(rules.default))
    if not (size.isascii() and size.isdecimal() and rules.smallest <= int(size[:9]) <= rules.largest):
        raise invalid("page_size", why=f"It must be {rules.smallest} to {rules.largest}")
    field = query.get("sort_field") or "create_time"
    if field not in _SORT_FIELDS:
        raise invalid("sort_field", why="It must be create_time or update_time")
    direction = query.get("sort_order")
    if direction and direction not in _DIRECTIONS:
        raise invalid("sort_order", why="It must be ASC or DESC")
    ascending = _DIRECTIONS[direction] if direction else rules.ascending
    return Sort(_SORT_FIELDS[field], ascending), PageRequest(int(size), query.get("page_token", ""))


def _listed(query: Mapping[str, str], name: str, known: Sequence[str] = ()) -> tuple[str, ...]:
    values = tuple(one for one in query.get(name, "").split(",") if one)
    for one in values:
        if known and one not in known:
            raise _unknown(name, one)
    return values


def order_ids(query: Mapping[str, str]) -> tuple[str, ...]:
    """Read which orders Get Order Detail is asked for."""
    ids = _listed(query, "ids")
    if not 1 <= len(ids) <= 50:
        raise invalid("ids", why="It takes 1 to 50 order ids")
    return ids


def return_or_cancel_id(query: Mapping[str, str]) -> str:
    """Read which case a question is about."""
    if not (which := query.get("return_or_cancel_id")):
        raise invalid("return_or_cancel_id", why="It is missing")
    return which


def decisions(query: Mapping[str, str]) -> tuple[str, ...]:
    """Read which decisions are to be checked; all when none is named."""
    return _listed(query, "check_decisions", CHECKABLE) or CHECKABLE


def eligibility(query: Mapping[str, str], version: str) -> tuple[str, tuple[str, ...]]:
    """Read for whom, and about which kinds of request, Get Aftersale Eligibility is asked."""
    user = query.get("initiate_aftersale_user") or "SELLER"
    if user not in ("SELLER", "BUYER"):
        raise _unknown("initiate_aftersale_user", user)
    kinds = tuple(RequestType)
    return user, (_listed(query, "request_types", kinds) if version >= "202512" else ()) or kinds


# Bodies, as the arguments that the use cases have for them


def _criteria(body: Json, readers: Mapping[str, Reader]) -> Json:
    """Read what a search looks for, under the names that the filters have for it. The locale changes nothing."""
    read = _fields(body, readers)
    found: Json = {_FILTER_NAMES.get(name, name): value for name, value in read.items() if name not in _UNSOUGHT}
    for name in ("create", "update"):
        found[f"{name}d"] = TimeRange(read.get(f"{name}_time_ge"), read.get(f"{name}_time_lt"))
    return found


def returns_filter(body: Json) -> ReturnFilter:
    """Read what Search Returns looks for."""
    return ReturnFilter(**_criteria(body, _RETURNS_FILTER))


def cancellations_filter(body: Json) -> CancellationFilter:
    """Read what Search Cancellations looks for."""
    return CancellationFilter(**_criteria(body, _CANCELLATIONS_FILTER))


def orders_filter(body: Json) -> tuple[OrderFilter, str | None]:
    """Read what Get Order List looks for, and the shipping type that is asked for."""
    return OrderFilter(**_criteria(body, _ORDERS_FILTER)), body.get("shipping_type")


_APPROVAL: Final[dict[str, Reader]] = {
    "decision": _one_of(APPROVALS),
    "buyer_keep_item": _flag,
    "partial_refund": _object("partial_refund", {"currency": _text, "amount": _money}, ("currency", "amount")),
}


def approval(body: Json) -> Json:
    """Read an Approve Return."""
    read = _fields(body, _APPROVAL, ("decision",))
    if given := read.get("partial_refund"):
        read["partial_refund"] = given["amount"], given["currency"]
    return read


def image(body: Json) -> tuple[bytes, tuple[int, int], str]:
    """Read a product image: the picture, its width and height, and what it is for."""
    found, use_case = body.get("data"), body.get("use_case", pictures.USE_CASES[0])
    if not isinstance(found, Upload) or not found.content:
        raise ApiError(36009004, "param body.data is missing", 400)
    if use_case not in pictures.USE_CASES:
        raise _unknown("use_case", use_case)
    if len(found.content) > pictures.LARGEST:
        raise INVALID(what=f"data is larger than {pictures.LARGEST} bytes")
    if (size := pictures.size(found.content)) is None:
        raise INVALID(what="data is no JPG or PNG")
    return found.content, size, use_case


_DOCUMENTS: Final = {"return_shipping_label": "SHIPPING_LABEL", "return_qr_code": "QR_CODE"}
_DOCUMENT_PARTS: Final[dict[str, Reader]] = {
    **dict.fromkeys(_DOCUMENTS, lambda name, value: value),  # a file or a text
    **dict.fromkeys(("tracking_number", "return_provider_id"), lambda name, value: value and _text(name, value)),
}


def shipping_document(query: Mapping[str, str], body: Json) -> tuple[tuple[str, ...], str, str | None, str | None]:
    """Read a label or QR code that the seller has made for returns, with its tracking number."""
    ids = _listed(query, "return_ids")
    if not ids:
        raise invalid("return_ids", why="It is missing")
    read = _fields(body, _DOCUMENT_PARTS)
    kinds = [kind for name, kind in _DOCUMENTS.items() if read.get(name)]
    if len(kinds) != 1:
        raise INVALID(what=f"exactly one of {' and '.join(_DOCUMENTS)} is needed")
    return ids, kinds[0], read.get("tracking_number"), read.get("return_provider_id")


_REJECTION: Final[dict[str, Reader]] = {"reject_reason": _text, "comment": _text, "images": _IMAGES}


def _rejected(read: Json) -> Json:
    images = tuple(image["image_id"] for image in read.pop("images", ()))
    return {"reason": read.pop("reject_reason"), "images": images, **read}


def rejection(body: Json) -> Json:
    """Read a Reject Return."""
    return _rejected(_fields(body, {"decision": _one_of(REJECTIONS), **_REJECTION}, ("decision", "reject_reason")))


def cancel_rejection(body: Json) -> Json:
    """Read a Reject Cancellation."""
    return _rejected(_fields(body, _REJECTION, ("reject_reason",)))


def no_fields(body: Json) -> None:
    """Refuse whatever a call without a body carries."""
    _fields(body, {})


def _line_readers(version: str) -> dict[str, Reader]:
    return _LINES if version < "202602" else _LINES_202602


def _with_lines(read: Json) -> Json:
    """Return what was read with the units that are meant; none named means all."""
    listed = tuple(line["order_line_item_id"] for line in read.pop("order_line_list", ()))
    skus = tuple(SkuQuantity(sku["sku_id"], sku["quantity"]) for sku in read.pop("skus", ()))
    ids = read.pop("order_line_item_ids", ())
    if ids and listed and set(ids) != set(listed):
        raise LINES_DISAGREE(field="order_line_list")
    return {**read, "line_item_ids": ids or listed, "skus": skus}


def _check_shipping(read: Json) -> None:
    """Refuse a way of handing over a parcel that the buyer sends as they like."""
    if read.get("shipment_type") == "BUYER_ARRANGE" and "handover_method" in read:
        raise INVALID(what=f"handover_method {read['handover_method']} goes with shipment_type PLATFORM only")


def new_return(body: Json, version: str) -> Json:
    """Read a Create Return."""
    readers: dict[str, Reader] = {
        "order_id": _text,
        "return_type": _one_of((ReturnType.REFUND, ReturnType.RETURN_AND_REFUND)),
        "return_reason": _text,
        "refund_total": _money,
        "currency": _text,
        **_line_readers(version),
        **_SHIPPING,
    }
    read = _fields(body, readers, ("order_id", "return_type", "return_reason"))
    _check_shipping(read)
    return {"reason": read.pop("return_reason"), **_with_lines(read)}


def new_cancellation(body: Json, version: str) -> Json:
    """Read a Cancel Order."""
    readers: dict[str, Reader] = {"order_id": _text, "cancel_reason": _text, **_line_readers(version)}
    read = _fields(body, readers, ("order_id", "cancel_reason"))
    return {"reason": read.pop("cancel_reason"), **_with_lines(read)}


def refund_question(body: Json, version: str) -> Json:
    """Read a Calculate Refund."""
    readers: dict[str, Reader] = {
        "order_id": _text,
        "request_type": _one_of(tuple(RequestType)),
        "reason_name": _text,
        **_line_readers(version),
        **_SHIPPING,
    }
    read = _fields(body, readers, ("order_id", "request_type"))
    _check_shipping(read)
    asked = {name: value for name, value in read.items() if name not in (*_SHIPPING, "reason_name")}
    return {"reason": read.get("reason_name"), **_with_lines(asked)}


# Webhooks


def webhook(body: Json, *, loopback: bool) -> tuple[str, str]:
    """Read the topic that an app wants to be told of, and where."""
    read = _fields(body, {"event_type": _topic, "address": _text}, ("address", "event_type"))
    if (wrong := webhooks.wrong_address(read["address"], loopback=loopback)) is not None:
        raise _wrong("address", wrong)
    return read["event_type"], read["address"]


def webhook_topic(body: Json) -> str:
    """Read the topic that an app wants to be told of no more."""
    return str(_fields(body, {"event_type": _topic}, ("event_type",))["event_type"])
