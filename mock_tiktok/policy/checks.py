"""What a profile must be, said by name: which keys there are, what each may hold, and what would be right instead.

`profile.schema.json` says it, for editors too; here are the words, and what no schema can say. Everything is looked at
when a profile is loaded, so that nothing is found wanting in the middle of a use case.
"""

from __future__ import annotations

import json
import reprlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from mock_tiktok.domain.money import CURRENCIES, coin
from mock_tiktok.domain.reasons import Reasons
from mock_tiktok.policy.holidays import NONE, countries

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

CERTAINTIES: Final = ("documented", "observed", "assumed")
SCHEMA_FILE: Final = Path(__file__).parent / "profile.schema.json"
_WITH_PARCEL: Final = frozenset(("RETURN_AND_REFUND", "REPLACEMENT"))
_FEW: Final = 4  # words that are told rather than guessed at
# A market has one of each, its own or inherited; where it is called something is its own affair.
WHOLE: Final = (
    "market", "currency", "timezone", "calendar", "locale", "phone", "eligible", "numbers", "reasons",
)  # fmt: skip


@cache
def schema() -> Mapping[str, Any]:
    """Return the schema of a file."""
    document: dict[str, Any] = json.loads(SCHEMA_FILE.read_text("utf-8"))
    return document


def numbers_of_schema() -> Mapping[str, Mapping[str, Any]]:
    """Return what the schema says of each number, by its name."""
    numbers: Mapping[str, Mapping[str, Any]] = schema()["properties"]["numbers"]["properties"]
    return numbers


def needed() -> list[str]:
    """Return the names of the numbers that a market cannot do without."""
    return [name for name, row in numbers_of_schema().items() if "x-optional" not in row]


def near(name: object, known: Collection[str]) -> str:
    """Return the question whether something near was meant, or else what is known."""
    found = get_close_matches(name, known, 1) if isinstance(name, str) else []
    return f"did you mean {found[0]}?" if found else f"known: {', '.join(known)}"


def mistakes_of_file(document: Any) -> list[str]:
    """Return what is wrong with a file by itself: keys that are unknown or lacking, and what they cannot hold."""
    if not isinstance(document, dict) or document.keys().isdisjoint(schema()["properties"]):
        return [f"is no profile, which is a mapping of {', '.join(schema()['properties'])}"]  # nothing of it is shown
    found = [words for error in _validator().iter_errors(document) for words in _words(error)]
    return list(dict.fromkeys(found)) or list(_falling_tiers(document.get("numbers", {})))


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a world starts fast: only who brings a profile of their own pays

    return Draft202012Validator(schema())


def _words(error: ValidationError) -> Iterator[str]:
    where = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in error.absolute_path).lstrip(".")
    at = f"{where}." if where else ""
    rule: Mapping[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    here: Any = error.instance
    if error.validator == "additionalProperties":
        known = rule["properties"]
        yield from (f"{at}{key} is not known; {near(key, known)}" for key in here if key not in known)
    elif error.validator == "required":
        rules = rule.get("properties", {})
        yield from (f"{at}{key} is missing{_right(rules, key)}" for key in rule["required"] if key not in here)
    elif error.validator == "enum" and (choice := [str(one) for one in rule["enum"]]):
        few = len(choice) <= _FEW or not get_close_matches(str(here), choice, 1)
        right = f"it is one of {', '.join(choice)}" if few else near(here, choice)
        yield f"{where} is {reprlib.repr(here)}; {right}"
    else:
        yield f"{where} is {reprlib.repr(here)}; it is {rule.get('description', 'a mapping')}"


def _right(rules: Mapping[str, Any], key: str) -> str:
    """Return what a key that is missing holds, where the schema says it in a word."""
    name = str(rules.get(key, {}).get("$ref", "")).rpartition("/")[2] if isinstance(rules.get(key), dict) else ""
    return f"; it is one of {', '.join(choice)}" if (choice := schema()["$defs"].get(name, {}).get("enum")) else ""


def _falling_tiers(numbers: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Tell of each list by amounts that does not rise, or ends with an amount."""
    words = schema()["$defs"]["by_amount"]["description"]
    for name, number in numbers.items():
        tiers = number["value"]
        if not isinstance(tiers, list) or not all(isinstance(tier, dict) for tier in tiers) or not tiers:
            continue
        limits = [[tier[key] for key in ("max", "below") if key in tier] for tier in tiers]
        amounts = [amount for limit in limits for amount in limit]
        once = all(len(limit) == 1 for limit in limits[:-1]) and not limits[-1]
        if not once or sorted(set(amounts)) != amounts:
            yield f"numbers.{name}.value is {reprlib.repr(tiers)}; it is {words}"


def mistakes_of_whole(document: Mapping[str, Any], reasons: Callable[[], Reasons]) -> list[str]:
    """Return what is lacking or does not fit in a profile with all that it inherits; `reasons` reads its reasons."""
    if lacking := list(_lacking(document)):
        return lacking
    found = []
    if document["currency"] not in CURRENCIES:
        found.append(f"currency is {document['currency']!r}; {near(document['currency'], CURRENCIES)}")
    elif (decimals := document["numbers"]["money.decimals"]["value"]) != (right := _decimals(document["currency"])):
        found.append(f"numbers.money.decimals.value is {decimals}; {document['currency']} is written with {right}")
    try:
        ZoneInfo(document["timezone"])
    except (ValueError, OSError, LookupError):
        found.append(f"timezone is {document['timezone']!r}; it is a zone such as Europe/London")
    if document["calendar"] != NONE and document["calendar"] not in (holidays := countries()):
        found.append(f"calendar is {document['calendar']!r}; {_nearest(document['calendar'], holidays)}")
    if document["locale"] not in (locales := _locales()):
        found.append(f"locale is {document['locale']!r}; {_nearest(document['locale'], locales)}")
    known = reasons()
    return found or [*_impossible_days(document), *_unknown_reason(document, known), *_no_reason(document, known)]


def _lacking(document: Mapping[str, Any]) -> Iterator[str]:
    missing = [key for key in WHOLE if key not in document]
    yield from (f"{key} is missing" for key in missing)
    for part in ("eligible", "reasons"):
        for who, row in schema()["properties"][part]["properties"].items():
            kinds = document.get(part, {}).get(who, {})
            lacking = [] if part in missing else [kind for kind in row["properties"] if kind not in kinds]
            yield from [f"{part}.{who} is missing"] * (bool(lacking) and not kinds)
            yield from (f"{part}.{who}.{kind} is missing" for kind in lacking if kinds)
    numbers = document.get("numbers", {})
    for name in needed() if numbers else ():
        if name not in numbers:
            yield f"numbers.{name} is missing: {numbers_of_schema()[name]['description']}"


def _decimals(currency: str) -> int:
    return -int(coin(currency).as_tuple().exponent)


def _nearest(value: str, known: Iterable[str]) -> str:
    close = get_close_matches(value, known, 3)
    return f"near it are {', '.join(close)}" if close else "nothing near it is known"


def _locales() -> Collection[str]:
    from faker.config import AVAILABLE_LOCALES  # noqa: PLC0415 - a world starts fast: only who brings a profile of their own pays

    return AVAILABLE_LOCALES


def _impossible_days(document: Mapping[str, Any]) -> Iterator[str]:
    """Tell of days that not every year has, and of holidays that end before they begin."""
    where, holidays = "numbers.return.holiday_window.value", document["numbers"]["return.holiday_window"]["value"]
    for day in (*holidays.get("ordered", ()), *([holidays["until"]] if holidays else ())):
        try:
            date.fromisoformat(f"2001-{day}")
        except ValueError:
            yield f"{where} has {day!r}, which not every year has"
    if holidays and holidays["ordered"] != sorted(holidays["ordered"]):
        yield f"{where}.ordered is {holidays['ordered']}; it is the first and the last day within one year"


def _unknown_reason(document: Mapping[str, Any], reasons: Reasons) -> Iterator[str]:
    """Tell of each reason that a number names and that the market does not offer to those whom it is about."""
    numbers = {name: row["value"] for name, row in document["numbers"].items()}
    for_a_part = numbers["auto_partial.limits"].get("reasons", [])
    named = (
        ("cancel.partial_reason.value", [numbers["cancel.partial_reason"]], "seller", "CANCEL"),
        ("refund_only.paid_at_once.value", numbers["refund_only.paid_at_once"], "buyer", "REFUND"),
        ("auto_partial.limits.value.reasons", for_a_part, "buyer", "RETURN_AND_REFUND"),
    )
    for where, keys, who, kind in named:
        known = [one.name for one in reasons.offered(who, kind)]
        yield from (f"numbers.{where} has {key!r}; {near(key, known)}" for key in keys if key not in known)


def _no_reason(document: Mapping[str, Any], reasons: Reasons) -> Iterator[str]:
    """Tell of each request that may be made or rejected, and for which there is no reason to name."""
    for who, kinds in document["eligible"].items():
        for kind, row in kinds.items():
            bare = [status for status in row["value"] if not reasons.offered(who.lower(), kind, status)]
            if bare:
                yield f"reasons.{who.lower()}.{kind} has none for {', '.join(bare)}, which eligible.{who}.{kind} names"
    asked = {kind for kind, row in document["eligible"]["BUYER"].items() if row["value"]}
    for kind in document["reasons"]["reject"]:
        if asked & (_WITH_PARCEL if kind == "PARCEL" else {kind}) and not reasons.offered("reject", kind):
            yield f"reasons.reject.{kind} has none, and buyers may ask by eligible.BUYER"
