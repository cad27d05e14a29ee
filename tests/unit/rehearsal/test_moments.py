"""Moments are said in one way: as RFC 3339 has it, in UTC."""

from datetime import datetime

import pytest

from rehearsal.moments import shown_time, time_or_none


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2031-03-03T09:00:00+00:00", "2031-03-03T09:00:00Z"),
        ("2031-03-03T09:00:00.250000+00:00", "2031-03-03T09:00:00.250000Z"),
        ("2031-03-03T04:00:00-05:00", "2031-03-03T09:00:00Z"),
        ("2031-03-04T00:30:00+05:30", "2031-03-03T19:00:00Z"),
        ("2031-03-03T09:00:00", "2031-03-03T09:00:00"),  # nobody knows when that is
    ],
)
def test_a_moment_is_said_in_utc(moment: str, shown: str) -> None:
    assert shown_time(datetime.fromisoformat(moment)) == shown
    assert time_or_none(datetime.fromisoformat(moment)) == shown


def test_where_there_is_no_moment_that_is_said() -> None:
    assert time_or_none(None) == "none"
