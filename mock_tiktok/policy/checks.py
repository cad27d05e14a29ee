"""What a profile must be, said by name: which keys there are, what each may hold, and what would be right instead.

Everything is looked at when a profile is loaded, so that nothing is found wanting in the middle of a use case.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final
from zoneinfo import ZoneInfo

from mock_tiktok.domain.money import CURRENCIES
from mock_tiktok.domain.reasons import Reasons
from mock_tiktok.domain.words import OrderStatus, ReturnType
from mock_tiktok.policy.holidays import CALENDARS

CERTAINTIES: Final = ("documented", "observed", "assumed")
ASKS: Final = {
    "BUYER": ("CANCEL", *ReturnType),
    "SELLER": ("CANCEL", ReturnType.REFUND, ReturnType.RETURN_AND_REFUND),
}
KEYS: Final = ("name", "extends", "market", "currency", "timezone", "calendar", "reasons", "eligible", "numbers")
# From the file itself; the rest may be inherited.
OWN_KEYS: Final = ("name",)

Rule = Callable[[Any], str | None]  # what would be right, where a value is not


class Mistake(Exception):
    """A profile says something that cannot be meant: where, and what would be right."""


def _wait(units: str, least: int, words: str) -> Rule:
    form = re.compile(rf"(0|[1-9][0-9]{{0,3}})({units})")

    def rule(value: Any) -> str | None:
        found = form.fullmatch(value) if isinstance(value, str) else None
        return words if found is None or int(found[1]) < least else None

    return rule


_ANY_WAIT: Final = _wait("min|h|d|bd", 1, "a wait above zero such as 5min, 24h, 30d or 2bd")


def _tiers(value: Any) -> str | None:
    if not isinstance(value, list):
        return _ANY_WAIT(value) and "a wait above zero such as 24h or 2bd, or a list of them by amount"
    words = "a list by rising amounts, such as {max: 100, time: 2bd}, {time: 4bd}; the last has no limit"
    limits: list[float] = []
    for at, tier in enumerate(value, start=1):
        if not isinstance(tier, dict) or "time" not in tier or _ANY_WAIT(tier["time"]):
            return words
        (*limit,) = tier.keys() - {"time"}
        if at == len(value):
            return words if limit else None
        if len(limit) != 1 or limit[0] not in ("max", "below") or not _is_number(tier[limit[0]]):
            return words
        limits.append(tier[limit[0]])
        if sorted(set(limits)) != limits:
            return words
    return words


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e9


def _count(value: Any) -> str | None:
    whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6
    return None if whole else "a whole number such as 5"


def _switch(value: Any) -> str | None:
    return None if isinstance(value, bool) else "true or false"


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) and value.strip() else "a text that is not empty"


def _one_of(*words: str) -> Rule:
    return lambda value: None if value in words else f"one of {', '.join(words)}"


_LENGTH: Final = _wait("min|h|d", 0, "a wait such as 5min, 24h or 30d")
_STEP: Final = _wait("min|h|d|bd", 0, "a wait such as 5min, 24h, 30d or 2bd")

# What each number is. Whoever asks for one finds it: a profile has them all, its own or inherited.
NUMBERS: Final[Mapping[str, Rule]] = {
    **dict.fromkeys(("order.cool_down", "order.handling", "order.collection", "order.transit"), _LENGTH),
    **dict.fromkeys(("return.window", "buyer.hesitation", "courier.return_transit", "token.refresh_grace"), _LENGTH),
    **dict.fromkeys(("return.label_delay", "payout.processing", "cancel.remorse"), _STEP),
    **dict.fromkeys(("order.unpaid_cancel", "order.shipping_sla", "cancel.seller_response"), _ANY_WAIT),
    "inspection.undelivered_review_after": _ANY_WAIT,
    **dict.fromkeys(
        (
            "return.seller_response",
            "return.buyer_ship_by",
            "return.lost_after",
            "inspection.seller_response",
            "refund_only.seller_response",
            "replacement.seller_response",
            "partial_offer.buyer_response",
            "dispute.open_window",
            "dispute.seller_evidence",
            "dispute.decision",
        ),
        _tiers,
    ),
    **dict.fromkeys(("request.most", "partial_offer.most", "dispute.max_closed_per_product"), _count),
    **dict.fromkeys(("refund.max_lines", "reject.comment_limit"), _count),
    **dict.fromkeys(("cancel.partial", "refund.tax_in_subtotal"), _switch),
    "cancel.after_sla": _one_of("approve_now", "ask_seller"),
    "cancel.shipping_answers": _one_of("reject", "leave_pending"),
    "return.first_review": _one_of("auto", "seller"),
    "replacement.dispute_won": _one_of("new_order", "refund"),
    **dict.fromkeys(("cancel.partial_reason", "return.label_type", "return.warehouse_address"), _text),
    # information only
    **dict.fromkeys(("return.label_validity", "dispute.seller_appeal", "payout.min", "payout.max"), _ANY_WAIT),
}
OPTIONAL: Final = frozenset({"return.label_validity", "dispute.seller_appeal", "payout.min", "payout.max"})


def near(name: object, known: Collection[str]) -> str:
    """Return the question whether something near was meant, or else what is known."""
    found = get_close_matches(name, known, 1) if isinstance(name, str) else []
    return f"did you mean {found[0]}?" if found else f"known: {', '.join(known)}"


def check_own(document: Any) -> None:
    """Raise the Mistake of the first key of a file that is unknown, or holds what it cannot hold."""
    if not isinstance(document, dict) or document.keys().isdisjoint(KEYS):  # any file at all: nothing of it is shown
        raise Mistake(f"is no profile, which is a mapping of {', '.join(KEYS)}")
    _known("", document, KEYS)
    _complete("", document, OWN_KEYS)
    for key in ("name", "extends"):
        if key in document and (right := _text(document[key])):
            raise Mistake(f"{key} is {reprlib.repr(document[key])}; it is {right}")
    if "eligible" in document:
        _check_eligible(document["eligible"])
    numbers = document.get("numbers", {})
    _mapping("numbers", numbers)
    _known("numbers.", numbers, NUMBERS)
    for name, number in numbers.items():
        _check_number(f"numbers.{name}", number, NUMBERS[name])


def check_whole(document: Mapping[str, Any], known_reasons: Collection[str]) -> None:
    """Raise the Mistake of the first key that a profile lacks, with all that it inherits, or that names nothing."""
    _complete("", document, [key for key in KEYS if key != "extends"])
    market = document["market"]
    if not isinstance(market, str) or not re.fullmatch("[A-Z]{2}", market):
        raise Mistake(f"market is {reprlib.repr(market)}; it is two capital letters such as US")
    for key, known in (("currency", CURRENCIES), ("calendar", CALENDARS), ("reasons", known_reasons)):
        if document[key] not in tuple(known):
            raise Mistake(f"{key} is {reprlib.repr(document[key])}; {near(document[key], known)}")
    try:
        ZoneInfo(document["timezone"])
    except (ValueError, OSError, TypeError, LookupError):
        raise Mistake(f"timezone is {reprlib.repr(document['timezone'])}; it is a zone such as Europe/London") from None
    reviewed = document["numbers"].get("return.first_review", {}).get("value") == "seller"
    needless = OPTIONAL if reviewed else OPTIONAL | {"return.seller_response"}
    _complete("numbers.", document["numbers"], [name for name in NUMBERS if name not in needless])


def check_reasons(document: Mapping[str, Any], reasons: Reasons) -> None:
    """Raise the Mistake of a reason that the market does not offer the seller."""
    reason, offered = document["numbers"]["cancel.partial_reason"]["value"], reasons.offered("seller", "CANCEL")
    names = [one.name for one in offered]
    if reason not in names:
        raise Mistake(f"numbers.cancel.partial_reason is {reason}; {near(reason, names)}")


def _check_number(where: str, number: Any, rule: Rule) -> None:
    keys = ("value", "source", "certainty")
    _mapping(where, number)
    _known(f"{where}.", number, keys)
    _complete(f"{where}.", number, keys)
    rules = {"value": rule, "source": _text, "certainty": _one_of(*CERTAINTIES)}
    for key in keys:
        if right := rules[key](number[key]):
            raise Mistake(f"{where}.{key} is {reprlib.repr(number[key])}; it is {right}")


def _check_eligible(eligible: Any) -> None:
    _mapping("eligible", eligible)
    _known("eligible.", eligible, ASKS)
    _complete("eligible.", eligible, ASKS)
    for who, asks in eligible.items():
        _mapping(f"eligible.{who}", asks)
        _known(f"eligible.{who}.", asks, ASKS[who])
        for kind, statuses in asks.items():
            if not isinstance(statuses, list):
                raise Mistake(
                    f"eligible.{who}.{kind} is {reprlib.repr(statuses)}; it is a list of the order's statuses"
                )
            for status in statuses:
                if status not in list(OrderStatus):
                    raise Mistake(
                        f"eligible.{who}.{kind} has {reprlib.repr(status)}; {near(status, list(OrderStatus))}"
                    )


def _mapping(where: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise Mistake(f"{where} is {reprlib.repr(value)}; it is a mapping")


def _known(where: str, document: Mapping[Any, Any], known: Collection[str]) -> None:
    for key in document:
        if key not in known:
            raise Mistake(f"{where}{key} is not known; {near(key, known)}")


def _complete(where: str, document: Mapping[str, Any], wanted: Iterable[str]) -> None:
    for key in wanted:
        if key not in document:
            raise Mistake(f"{where}{key} is missing")
