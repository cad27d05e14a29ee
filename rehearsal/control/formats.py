"""Times, durations and money are read here as the control API spells them, and a fault's own values told in words.

Reading raises a `Problem` that names the field. What has the right form but no meaning (the 31st of February, a
duration beyond the end of the calendar) is refused here; the form itself is the contract's business.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from rehearsal.control.stage import Json, Problem
from rehearsal.moments import LAST, shown_time
from rehearsal.simulation.duration import read_duration
from rehearsal.sums import DECIMALS, Missaid, read

# The marketplace's stamps have ten digits from 2001 on, and a world needs room to play in.
EARLIEST: Final = datetime(2002, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2199, 12, 31, tzinfo=UTC)


def refused(field: str, detail: str) -> Problem:
    """Return the problem of a field whose value cannot be meant."""
    return Problem(422, "Invalid value", f"{field} {detail}", field=field)


def instant(text: str, field: str) -> datetime:
    """Read an RFC 3339 time."""
    try:
        moment = datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise refused(field, f"is {text!r}, which is not an RFC 3339 time with its zone") from None


def beginning(text: str, field: str) -> datetime:
    """Read a time at which a world can begin."""
    moment = instant(text, field)
    if not EARLIEST <= moment <= LATEST:
        raise refused(field, f"is {text!r}; a world begins between {shown_time(EARLIEST)} and {shown_time(LATEST)}")
    return moment


def duration(text: str, field: str) -> timedelta:
    """Read an ISO 8601 duration in weeks, days, hours, minutes and seconds."""
    try:
        return read_duration(text)
    except ValueError:
        raise refused(field, f"is {text!r}, which is not an ISO 8601 duration such as PT15M") from None
    except OverflowError:
        raise refused(field, f"is {text!r}, which is longer than any calendar") from None


def later(now: datetime, text: str, field: str) -> datetime:
    """Return the moment that lies a duration ahead, which is one that the marketplace can tell."""
    span = duration(text, field)
    if span > LAST - now:
        raise refused(field, f"is {text!r}, which reaches beyond {shown_time(LAST)}")
    return now + span


def money(text: str, field: str, currency: str) -> Decimal:
    """Read an amount whose form the contract has already judged; it has no more decimals than its currency."""
    if len(text.partition(".")[2]) > DECIMALS.get(currency, 2):
        try:
            read(f"{text} {currency}")
        except Missaid as mistake:
            raise refused(field, f"is {mistake}") from None
    return Decimal(text)


def having(fault: Json) -> list[str]:
    """Return in words what a fault has that only its kind takes."""
    return [f"{name} {_worded(value)}" for name, value in fault.get("with", {}).items()]


def _worded(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value
