"""Policy profiles: a market's numbers at a date, each with who says so and how sure that is.

A profile is a YAML file: ours by name (`profiles/us-2025-08.yaml`), a user's by path. It may extend another one and
then names only what differs. Waits are written `24h`, `30d`, `5min` or `2bd`; business days follow the profile's
calendar and zone (`domain/business_days.py` says how). A wait may depend on the amount: `tiers`, tried from the top.

Profiles are data between the domain, whose rules they feed, and the state, where each shop keeps the one it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml

from mock_tiktok.domain.business_days import BusinessCalendar
from mock_tiktok.domain.reasons import Reasons
from mock_tiktok.errors import BadValue
from mock_tiktok.policy.checks import Mistake, check_own, check_reasons, check_whole, near
from mock_tiktok.policy.holidays import calendar_named
from mock_tiktok.policy.yaml_file import LOADER, Unreadable, read_yaml

FOLDER: Final = Path(__file__).parent / "profiles"
_WAIT: Final = re.compile(r"(\d+)(min|h|d|bd)")
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
    currency: str
    calendar: BusinessCalendar
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

    def wait(self, name: str) -> timedelta:
        """Return a wait that does not depend on a calendar."""
        count, unit = _parsed(self.numbers[name].value)
        return count * _UNITS[unit]

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


def _document(profile: str | Path, extended_by: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Return a profile with all that it inherits. `extended_by` are the files that lead to it, the first one first."""
    path = FOLDER / f"{profile}.yaml" if str(profile) in names() else Path(profile)
    if extended_by and not path.is_absolute():
        path = extended_by[-1].parent / path
    if not path.is_file():
        raise BadValue("profile", f"{_named(extended_by)}{profile} is neither a file nor one of ours; {_near(profile)}")
    if path.resolve() in [file.resolve() for file in extended_by]:
        raise BadValue("profile", f"{_named(extended_by)}{path.name} extends itself, by way of what it extends")
    document = _yaml(path)
    with _in(path):
        check_own(document)
    assert isinstance(document, dict)
    if "extends" not in document:
        return {"numbers": {}, **document}
    base = _document(document["extends"], (*extended_by, path))
    elsewhere = document.get("market", base.get("market")) != base.get("market")
    inherited = {name: _assumed(number, base) if elsewhere else number for name, number in base["numbers"].items()}
    return {**base, **document, "numbers": {**inherited, **document.get("numbers", {})}}


def _assumed(number: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Return a number that stands in for that of another market."""
    return {**number, "source": f"not found, that of {base['name']}: {number['source']}", "certainty": "assumed"}


def _named(extended_by: Sequence[Path]) -> str:
    return f"{extended_by[-1].name}: extends: " if extended_by else ""


def _near(profile: str | Path) -> str:
    return near(profile, names())


@contextmanager
def _in(path: Path) -> Iterator[None]:
    """Say of a mistake which file it is in."""
    try:
        yield
    except Mistake as mistake:
        raise BadValue("profile", f"{path.name}: {mistake}") from None


def _yaml(path: Path) -> Any:
    try:
        return read_yaml(path)
    except Unreadable as error:
        raise BadValue("profile", str(error)) from error


@cache
def names() -> tuple[str, ...]:
    """Return the names of the profiles that come with the fake."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*-*-*.yaml")))


def found_in(folder: Path) -> dict[str, Path]:
    """Return the profiles of a folder, a YAML or JSON file each, by their names, which none of ours has."""
    found: dict[str, Path] = {}
    for path in sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml", ".json")):
        name = load(path).name
        if name in names() or name in found:
            taken = f"{found[name].name}" if name in found else "one of ours"
            raise BadValue("profile", f"{path.name}: name is {name}, which {taken} has already")
        found[name] = path
    if not found:
        raise BadValue("profile", f"{folder} has no profile, which is a .yaml or .json file")
    return found


def load(profile: str | Path) -> Profile:
    """Read a profile by name or path; a mistake in it is named."""
    return _own(profile) if isinstance(profile, str) and profile in names() else _read(profile)


@cache
def _own(name: str) -> Profile:
    """Ours do not change while a process lives."""
    return _read(name)


def _read(profile: str | Path) -> Profile:
    document, path = _document(profile), Path(profile)
    with _in(path):
        check_whole(document, [file.stem for file in sorted(FOLDER.glob("reasons-*.yaml"))])
        check_reasons(document, _reasons(document["reasons"]))
    return Profile(
        name=document["name"],
        market=document["market"],
        currency=document["currency"],
        calendar=BusinessCalendar(ZoneInfo(document["timezone"]), calendar_named(document["calendar"])),
        numbers={
            name: Number(row["value"], row["source"], row["certainty"]) for name, row in document["numbers"].items()
        },
        eligible=document["eligible"],
        reasons=_reasons(document["reasons"]),
    )


def is_known_reason(name: str) -> bool:
    """Return whether any market knows a reason of that key."""
    return any(_reasons(path.stem).places(name) for path in FOLDER.glob("reasons-*.yaml"))


@cache
def _reasons(name: str) -> Reasons:
    return Reasons.read(yaml.load((FOLDER / f"{name}.yaml").read_text("utf-8"), LOADER))
