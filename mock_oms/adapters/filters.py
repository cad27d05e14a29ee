"""What the OMS asks for, as OData: in as few words as it takes, or in other words for the very same."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

GIVEN: Final = "SellerAdjustmentID"


def since(field: str, moment: datetime, written: str, *, wordy: bool) -> str:
    """Return the filter for what is as old as a moment or younger; `written` is how the moment is written."""
    if wordy:
        day = moment.astimezone(UTC).date()
        the_second = f"{field} gt {written} or {field} eq {written}"
        return f"year({field}) ge {day.year} and {field} ge {day} and ({the_second})"
    return f"{field} ge {written}"


def said(field: str, text: str) -> str:
    """Return the filter for what has this text in a field."""
    return f"{field} eq {quoted(text)}"


def quoted(text: str) -> str:
    """Return a text as it stands in a filter."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def numbered(numbers: Mapping[int, str | None], *, wordy: bool) -> str:
    """Return the filter for these numbers, lowest first; of some an id is known that has been given them, too."""
    if not wordy:
        return " or ".join(f"ID eq {number}" for number in numbers)
    each = (f"ID eq {number}" + (f" and {said(GIVEN, own)}" if own else "") for number, own in numbers.items())
    return f"ID ge {min(numbers)} and ID le {max(numbers)} and ({' or '.join(each)})"
