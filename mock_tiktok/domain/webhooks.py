"""Webhooks: what the platform tells those who have asked to be told, where to, and how it is signed. Pure rules.

A notification is a hint and carries neither sums nor lines: whoever gets it reads again. It is sent at least once, in
no promised order, and may come to nothing altogether.
"""

import hmac
import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.orders import Order
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.words import OrderStatus, ReturnStatus, Role

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that can be asked to be told; `told` says whether this marketplace ever has anything to tell of it."""

    event_type: str
    type: int
    told: bool = False


ORDER_STATUS: Final = Topic("ORDER_STATUS_CHANGE", 1, told=True)
DEAUTHORIZATION: Final = Topic("SELLER_DEAUTHORIZATION", 6, told=True)
EXPIRATION: Final = Topic("UPCOMING_AUTHORIZATION_EXPIRATION", 7, told=True)
CANCELLATION_STATUS: Final = Topic("CANCELLATION_STATUS_CHANGE", 11, told=True)
RETURN_STATUS: Final = Topic("RETURN_STATUS_CHANGE", 12, told=True)
# HOOK, OAS: what can be subscribed to
TOPICS: Final[Mapping[str, Topic]] = {
    topic.event_type: topic
    for topic in (
        ORDER_STATUS,
        Topic("REVERSE_STATUS_UPDATE", 2),
        Topic("RECIPIENT_ADDRESS_UPDATE", 3),
        Topic("PACKAGE_UPDATE", 4),
        Topic("PRODUCT_STATUS_CHANGE", 5),
        DEAUTHORIZATION,
        EXPIRATION,
        CANCELLATION_STATUS,
        RETURN_STATUS,
        Topic("NEW_CONVERSATION", 13),
        Topic("NEW_MESSAGE", 14),
        Topic("PRODUCT_INFORMATION_CHANGE", 15),
        Topic("PRODUCT_CREATION", 16),
        Topic("PRODUCT_CATEGORY_CHANGE", 18),
        Topic("NEW_MESSAGE_LISTENER", 33),
        Topic("INVOICE_STATUS_CHANGE", 36),
        Topic("PRODUCT_AUDIT_STATUS_CHANGE", 37),
    )
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One number of the deliveries, with who says so."""

    key: str
    value: Any
    source: str
    certainty: str


RULES: Final[Mapping[str, Rule]] = {
    rule.key: rule
    for rule in (
        Rule("answer_within", timedelta(seconds=3), "HOOK, FACT", "documented"),
        Rule("retries", tuple(timedelta(minutes=m) for m in (2, 30, 180, 720)), "HOOK, FACT", "documented"),
        Rule("retries_from", "the attempt before", "from where the waits count is not found", "assumed"),
        Rule("taken_by", HTTPStatus.OK, "HOOK; whether another 2xx counts is not found: it does not here", "assumed"),
        Rule("retried_to", "the address as it then is; none where nobody asks any more", "not found", "assumed"),
        Rule("longest_address", 255, "NODE, OAS", "documented"),
        Rule("expiration_from", timedelta(days=30), "HOOK", "documented"),
        Rule("expiration_every", timedelta(days=1), "HOOK", "documented"),
    )
}
PATIENCE: Final[timedelta] = RULES["answer_within"].value
RETRIES: Final[tuple[timedelta, ...]] = RULES["retries"].value
TAKEN: Final[int] = RULES["taken_by"].value
LONGEST_ADDRESS: Final[int] = RULES["longest_address"].value
EXPIRATION_FROM: Final[timedelta] = RULES["expiration_from"].value
EXPIRATION_EVERY: Final[timedelta] = RULES["expiration_every"].value

# What searches show and webhooks do not: the lists of the webhooks lack it (S21; HOOK).
UNTOLD: Final = frozenset({ReturnStatus.AWAITING_BUYER_RESPONSE, OrderStatus.PARTIALLY_SHIPPING})


def order_change(order: Order, status: str, at: datetime) -> Json:
    """Return the `data` of type 1; a cancelled order is spelled otherwise than in the API."""
    return {
        "order_id": order.id,
        "order_status": "CANCEL" if status == OrderStatus.CANCELLED else status,
        "is_on_hold_order": status == OrderStatus.ON_HOLD,
        "update_time": _seconds(at),
    }


def cancellation_change(item: Cancellation, status: str) -> Json:
    """Return the `data` of type 11."""
    return {
        "order_id": item.order_id,
        "cancellations_role": _role(item.role),
        "cancel_status": status,
        "cancel_id": item.cancel_id,
        "create_time": _seconds(item.created_at),
    }


def return_change(item: Return, status: str, at: datetime) -> Json:
    """Return the `data` of type 12."""
    return {
        "order_id": item.order_id,
        "return_role": _role(item.role),
        "return_type": item.return_type.value,
        "return_status": status,
        "return_id": item.return_id,
        "create_time": _seconds(item.created_at),
        "update_time": _seconds(at),
    }


def deauthorization(shop_id: str) -> Json:
    """Return the `data` of type 6, in the platform's own words."""
    return {"message": f"Shop_id {shop_id} is deauthorized from your APP by merchant."}


def expiration(shop_id: str, ends_at: datetime, now: datetime) -> Json:
    """Return the `data` of type 7, in the platform's own words; days that have begun count."""
    days = -((now - ends_at) // timedelta(days=1))
    words = f"Authorization of shop_id {shop_id} is expirating in {days} days. "
    return {"message": words + "Please direct the merchant to re-authorize.", "expiration_time": str(_seconds(ends_at))}


def written(topic: Topic, notification_id: str, shop_id: str, at: datetime, data: Json) -> bytes:
    """Return a notification as it is sent, byte for byte, however often it is."""
    document = {
        "type": topic.type,
        "tts_notification_id": notification_id,
        "shop_id": shop_id,
        "timestamp": _seconds(at),
        "data": data,
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def signature(app_key: str, app_secret: str, body: bytes) -> str:
    """Return what stands in the header `Authorization`: no prefix, and nothing in it against a repetition."""
    return hmac.digest(app_secret.encode(), app_key.encode() + body, "sha256").hex()


def wrong_address(address: str, *, loopback: bool) -> str | None:
    """Return what is wrong with an address to send to; None where it will do.

    It is https on a domain, without a port; where `loopback` addresses are taken, http on this machine is, too.
    """
    if len(address) > LONGEST_ADDRESS:
        return f"it is longer than {LONGEST_ADDRESS} characters"
    if not (address.isascii() and address.isprintable()) or " " in address:
        return "it has characters that a URL spells out"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "it is no URL"
    if loopback and parts.scheme in ("http", "https") and _is_loopback(host):
        return None
    if parts.scheme != "https":
        return "it must begin with https://"
    if port is not None:
        return "it must not name a port"
    if "." not in host or _is_ip(host) or parts.username is not None:
        return "it must name a domain"
    return None


def is_local(address: str) -> bool:
    """Return whether an address is one of this machine's own."""
    return _is_loopback(urlsplit(address).hostname or "")


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_ip(host) and ipaddress.ip_address(host).is_loopback)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _role(role: Role) -> str:
    """Return whose request it is: the webhooks know no operator."""
    return Role.SYSTEM.value if role is Role.OPERATOR else role.value


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
