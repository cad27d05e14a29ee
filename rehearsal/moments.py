"""Moments as they are said to people and to other programs."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

LAST: Final = datetime(2286, 11, 20, 17, 46, 39, tzinfo=UTC)  # the marketplace's stamps are Unix seconds of ten digits
NOW: Final = "Rehearsal-Now"  # the header in which the stage says what time it is in the world


@lru_cache(maxsize=64)  # one instant sees many entries
def shown_time(moment: datetime) -> str:
    """Return a moment as RFC 3339 has it in UTC: "2031-03-03T09:00:00Z", with a fraction where seconds are not whole.

    One without a zone is left without: nobody knows when that is.
    """
    known = moment if moment.utcoffset() is None else moment.astimezone(UTC)
    return known.isoformat().replace("+00:00", "Z")


def time_or_none(moment: datetime | None) -> str:
    """Return a moment likewise; "none" where there is none."""
    return "none" if moment is None else shown_time(moment)
