"""Policy profiles: a market's numbers at a date, each with who says so and how sure that is.

A profile is a YAML file: ours by name (`profiles/us-2025-08.yaml`), a user's by path. A market is one such file: its
numbers, reasons, calendar and people's names. It may extend another one and then names only what differs. Waits are
written `24h`, `30d`, `5min` or `2bd`; business days follow the profile's calendar and zone (`domain/business_days.py`
says how). A wait may depend on the amount: `tiers`, tried from the top.

Profiles are data between the domain, whose rules they feed, and the state, where each shop keeps the one it has.
"""

import os.path
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from mock_tiktok.domain.business_days import BusinessCalendar
from mock_tiktok.domain.reasons import Reasons
from mock_tiktok.errors import BadValue
from mock_tiktok.policy.checks import mistakes_of_file, mistakes_of_whole, near
from mock_tiktok.policy.holidays import calendar_named
from mock_tiktok.policy.yaml_file import Unreadable, read_yaml

FOLDER: Final = Path(__file__).parent / "profiles"
_NOT_FOUND: Final = "not found, that of "
OF_THE_FILE: Final = ("name", "extends", "places")  # not inherited
_WAIT: Final = re.compile(r"([0-9]+)(min|h|d|bd)")
_UNITS: Final = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a profile. `value` is a wait, a list of tiers, a switch or a plain number."""

    value: Any
    source: str
    certainty: str


@dataclass(frozen=True)
class Profile:
    """One market at one date."""

    name: str
    market: str
    places: tuple[str, ...]  # what people call it
    currency: str
    calendar: BusinessCalendar
    locale: str
    phone: str
    numbers: Mapping[str, Number]
    eligible: Mapping[str, Mapping[str, Sequence[str]]]
    reasons: Reasons

    def due(self, name: str, start: datetime, *, amount: Decimal | None = None) -> datetime:
        """Return when the wait of that name, begun at `start`, is over."""
        value = self.numbers[name].value
        if isinstance(value, list):
            value = _tier(value, amount)
        count, unit = _parsed(value)
        if unit == "bd":
            return self.calendar.add(start, count)
        return start.astimezone(UTC) + count * _UNITS[unit]

    def window_end(self, ordered: datetime, delivered: datetime) -> datetime:
        """Return when a return window is over; what was ordered for the holidays has its own, if that is longer."""
        end, holidays = self.due("return.window", delivered), self.numbers["return.holiday_window"].value
        if not holidays:
            return end
        day = ordered.astimezone(self.calendar.zone)
        (first, last), until = holidays["ordered"], holidays["until"]
        if not first <= f"{day:%m-%d}" <= last:
            return end
        last_day = datetime.fromisoformat(f"{day.year + (until < first)}-{until}").replace(tzinfo=self.calendar.zone)
        return max(end, (last_day + timedelta(days=1)).astimezone(UTC))

    def wait(self, name: str) -> timedelta:
        """Return a wait that does not depend on a calendar."""
        count, unit = _parsed(self.numbers[name].value)
        return count * _UNITS[unit]

    def text(self, name: str) -> str:
        """Return a text."""
        return str(self.numbers[name].value)

    @property
    def courier(self) -> tuple[str, str]:
        """Return the id and the name of who carries parcels."""
        names: Mapping[str, str] = self.numbers["courier.names"].value
        return next(iter(names.items()))

    def says(self, name: str, value: object) -> bool:
        """Say whether the switch of that name stands at `value`."""
        return bool(self.numbers[name].value == value)

    def count(self, name: str) -> int:
        """Return a plain number."""
        return int(self.numbers[name].value)

    def has(self, name: str) -> bool:
        """Say whether the profile names that number."""
        return name in self.numbers


def _parsed(wait: str) -> tuple[int, str]:
    found = _WAIT.fullmatch(wait)
    assert found is not None, "what a profile holds is checked when it is loaded"
    return int(found[1]), found[2]


def _tier(tiers: Sequence[Mapping[str, Any]], amount: Decimal | None) -> str:
    for tier in tiers:
        if "max" in tier and (amount is None or amount > Decimal(str(tier["max"]))):
            continue
        if "below" in tier and (amount is None or amount >= Decimal(str(tier["below"]))):
            continue
        return str(tier["time"])
    raise BadValue("profile", f"no tier holds {amount}")


class Faulty(BadValue):
    """A profile is not what it must be; `mistakes` are all that were found, each with its file."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        more = f" (and {len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
        super().__init__("profile", f"{mistakes[0]}{more}")
        self.mistakes = tuple(mistakes)


def _check(path: Path, mistakes: Sequence[str]) -> None:
    if mistakes:
        raise Faulty([f"{path.name}: {words}" for words in mistakes])


def _document(profile: str | Path, extended_by: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Return a profile with all that it inherits. `extended_by` are the files that lead to it, the first one first."""
    path = FOLDER / f"{ours}.yaml" if (ours := _ours(profile)) else Path(profile)
    if extended_by and not path.is_absolute():
        path = extended_by[-1].parent / path
    if not os.path.isfile(path):  # pathlib raises where a name is too long for any file
        raise Faulty([f"{_named(extended_by)}{profile} is neither a file nor one of ours; {near(profile, names())}"])
    if path.resolve() in [file.resolve() for file in extended_by]:
        raise Faulty([f"{_named(extended_by)}{path.name} extends itself, by way of what it extends"])
    document = _yaml(path)
    if path.parent != FOLDER:
        _check(path, mistakes_of_file(document))
    assert isinstance(document, dict)
    return merged(_document(document["extends"], (*extended_by, path)), document) if "extends" in document else document


def merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a profile says with all that it inherits from another one.

    What a market inherits from another market is assumed of it, unless its source speaks of every market.
    """
    elsewhere = own.get("market", base.get("market")) != base.get("market")

    def of_base(row: Any) -> Any:
        if isinstance(row, list):
            return [of_base(group) for group in row]
        return _assumed(row, base["name"]) if elsewhere and not row.get("everywhere") else row

    def together(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
        return {**{key: of_base(row) for key, row in theirs.items()}, **ours}

    whole = {**{key: value for key, value in base.items() if key not in OF_THE_FILE}, **own}
    whole["numbers"] = together(base.get("numbers", {}), own.get("numbers", {}))
    for part in ("eligible", "reasons"):
        theirs, ours = base.get(part, {}), own.get(part, {})
        whole[part] = {who: together(theirs.get(who, {}), ours.get(who, {})) for who in {**theirs, **ours}}
    return whole


def _assumed(row: Mapping[str, Any], whose: str) -> dict[str, Any]:
    """Return a number, or a group of reasons, that stands in for that of another market."""
    source: str = row["source"]
    said = source if source.startswith(_NOT_FOUND) else f"{_NOT_FOUND}{whose}: {source}"
    return {**row, "source": said, "certainty": "assumed"}


def _named(extended_by: Sequence[Path]) -> str:
    return f"{extended_by[-1].name}: extends: " if extended_by else ""


def _yaml(path: Path) -> Any:
    try:
        return read_yaml(path)
    except Unreadable as error:
        raise Faulty([str(error)]) from error


@cache
def names() -> tuple[str, ...]:
    """Return the names of the profiles that come with the fake."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def markets() -> Mapping[str, str]:
    """Return by its code, and by what people call it, the profile of each market; the earliest where it has several."""
    found: dict[str, str] = {}
    for name in names():
        document = _yaml(FOLDER / f"{name}.yaml")
        for called in (*document.get("places", ()), *([document["market"]] if "market" in document else [])):
            found.setdefault(called, name)
    return found


def found_in(folder: Path) -> dict[str, Path]:
    """Return the profiles of a folder, a YAML or JSON file each, by their names, which none of ours has."""
    found: dict[str, Path] = {}
    for path in sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml", ".json")):
        name = load(path).name
        if name in names() or name in found:
            taken = f"{found[name].name}" if name in found else "one of ours"
            raise Faulty([f"{path.name}: name is {name}, which {taken} has already"])
        found[name] = path
    if not found:
        raise Faulty([f"{folder} has no profile, which is a .yaml or .json file"])
    return found


def load(profile: str | Path) -> Profile:
    """Read a profile by name, by what people call its market, or by path; raise Faulty, which names each mistake."""
    return _own(ours) if (ours := _ours(profile)) else _made(whole(profile))


def _ours(profile: str | Path) -> str | None:
    """Return the name of the profile of ours that is meant, if it is one."""
    if isinstance(profile, Path) or profile in names():
        return None if isinstance(profile, Path) else profile
    return None if os.path.exists(profile) else markets().get(profile)


@cache
def _own(name: str) -> Profile:
    """Ours do not change while a process lives, and a test has looked through them."""
    return _made(_document(name))


def whole(profile: str | Path) -> dict[str, Any]:
    """Return the document of a profile, by name or path, with all that it inherits; raise Faulty for mistakes."""
    document = _document(profile)
    _check(Path(profile), mistakes_of_whole(document, lambda: Reasons.read(document["reasons"])))
    return document


def _made(document: Mapping[str, Any]) -> Profile:
    return Profile(
        name=document["name"],
        market=document["market"],
        places=tuple(document.get("places", ())),
        currency=document["currency"],
        calendar=BusinessCalendar(ZoneInfo(document["timezone"]), calendar_named(document["calendar"])),
        locale=document["locale"],
        phone=document["phone"],
        numbers={
            name: Number(row["value"], row["source"], row["certainty"]) for name, row in document["numbers"].items()
        },
        eligible={
            who: {kind: row["value"] for kind, row in kinds.items()} for who, kinds in document["eligible"].items()
        },
        reasons=Reasons.read(document["reasons"]),
    )


def said(value: Any) -> str:
    """Return what a profile holds as people write it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {said(part)}" for key, part in value.items()) or "none"
    if not isinstance(value, list):
        return str(value)
    if not value or not all(isinstance(part, Mapping) for part in value):
        return ", ".join(map(said, value)) or "none"
    limits = (
        ", ".join(f"{word} {limit}" for word, limit in tier.items() if word != "time") or "else" for tier in value
    )
    return ", ".join(f"{tier['time']} ({limit})" for tier, limit in zip(value, limits, strict=True))


@cache
def is_known_reason(name: str) -> bool:
    """Return whether any market that comes with the fake knows a reason of that key."""
    return any(load(one).reasons.places(name) for one in names())
