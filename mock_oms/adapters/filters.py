"""What the OMS asks for, as OData: in as few words as it takes, or in other words for the very same."""

from collections.abc import Sequence
from datetime import UTC, datetime


def since(field: str, moment: datetime, written: str, *, wordy: bool) -> str:
    """Return the filter for what is as old as a moment or younger; `written` is how the moment is written."""
    if wordy:
        day = moment.astimezone(UTC).date()
        the_second = f"{field} gt {written} or {field} eq {written}"
        return f"year({field}) ge {day.year} and {field} ge {day} and ({the_second})"
    return f"{field} ge {written}"


def numbered(numbers: Sequence[int], *, wordy: bool) -> str:
    """Return the filter for these numbers, lowest first."""
    each = " or ".join(f"ID eq {number}" for number in numbers)
    return f"ID ge {numbers[0]} and ID le {numbers[-1]} and ({each})" if wordy else each
