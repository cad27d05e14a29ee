"""Business days, holidays and summer time, and what a profile makes of them."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mock_tiktok.domain.business_days import BusinessCalendar
from mock_tiktok.errors import BadValue
from mock_tiktok.policy import profile as policy
from mock_tiktok.policy.holidays import calendar_named

US = BusinessCalendar(ZoneInfo("America/New_York"), calendar_named("US"))
ID = BusinessCalendar(ZoneInfo("Asia/Jakarta"), calendar_named("ID"))
UK = BusinessCalendar(ZoneInfo("Europe/London"), calendar_named("GB-ENG"))


def ny(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2031-03-03T10:00", 2, "2031-03-05T10:00"),  # Monday to Wednesday
        ("2031-03-06T10:00", 2, "2031-03-10T10:00"),  # over a weekend, and into summer time on the 9th
        ("2031-03-08T15:00", 2, "2031-03-12T00:00"),  # Saturday counts from Monday 00:00
        ("2031-07-03T16:30", 1, "2031-07-07T16:30"),  # Independence Day is a Friday
        ("2031-07-04T12:00", 1, "2031-07-08T00:00"),  # begun on the holiday itself
        ("2031-10-31T09:00", 2, "2031-11-04T09:00"),  # back to winter time on 2 November
        ("2031-12-24T23:59", 1, "2031-12-26T23:59"),  # over Christmas
        ("2032-05-28T08:00", 4, "2032-06-04T08:00"),  # over Memorial Day
        ("2026-07-02T08:00", 1, "2026-07-06T08:00"),  # the Fourth is a Saturday, so Friday the third is off
    ],
)
def test_business_days_end_at_the_same_local_time(start: str, days: int, end: str) -> None:
    assert US.add(ny(start), days) == ny(end)


@pytest.mark.parametrize(
    ("calendar", "start", "end"),
    [
        (US, "2031-03-08T02:00", "2031-03-11T01:00"),  # still Friday evening in New York, and summer time by Monday
        (UK, "2031-12-24T12:00", "2031-12-29T12:00"),  # Christmas, Boxing Day, weekend
        (ID, "2031-03-21T02:00", "2031-03-25T02:00"),  # Friday morning in Jakarta; the Day of Silence is on Monday
    ],
    ids=["US", "UK", "ID"],
)
def test_days_and_holidays_are_the_market_s_own(calendar: BusinessCalendar, start: str, end: str) -> None:
    begins, ends = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end))
    assert calendar.add(begins, 1) == ends


@pytest.mark.parametrize(
    ("amount", "end"), [("99.99", "2031-03-05T10:00"), ("100.00", "2031-03-05T10:00"), ("100.01", "2031-03-07T10:00")]
)
def test_in_the_us_a_hundred_dollars_still_has_the_short_wait(amount: str, end: str) -> None:
    profile = policy.load("us-2025-08")
    due = profile.due("inspection.seller_response", ny("2031-03-03T10:00"), amount=Decimal(amount))
    assert due == ny(end)


def test_in_the_uk_a_hundred_pounds_has_the_long_wait() -> None:
    profile = policy.load("uk-2026-04")
    start = datetime(2031, 3, 3, 10, tzinfo=UTC)
    assert profile.due("refund_only.seller_response", start, amount=Decimal("99.99")).day == 5
    assert profile.due("refund_only.seller_response", start, amount=Decimal("100.00")).day == 7


def test_hours_and_days_are_lengths_whatever_the_clocks_do() -> None:
    profile = policy.load("us-2025-08")
    start = ny("2031-03-08T12:00").astimezone(UTC)
    assert (profile.due("refund_only.seller_response", start) - start).total_seconds() == 86_400
    assert (profile.due("dispute.open_window", start) - start).total_seconds() == 10 * 86_400


def test_a_profile_can_be_a_file_that_names_only_what_differs(tmp_path: Path) -> None:
    file = tmp_path / "hasty.yaml"
    file.write_text(
        "name: hasty\nextends: us-2025-08\nnumbers:\n"
        "  refund_only.seller_response: {value: 1h, source: us, certainty: assumed}\n"
    )
    profile = policy.load(file)
    assert profile.due("refund_only.seller_response", ny("2031-03-03T10:00")) == ny("2031-03-03T11:00")
    assert profile.due("dispute.open_window", ny("2031-03-03T10:00")) == ny("2031-03-13T11:00")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [1\n", "line 1, column 4: "),
        ("name: odd\nb: : c\n", "line 2, column 4: "),
        ("name: \0", "not allowed"),
        ("- 1", "is no profile, which is a mapping of name, extends"),
        ("[" * 3000 + "]" * 3000, "bad.yaml: it has more than 64 levels"),
        ("name: odd\nextends: us-2025-08\nname: even\n", "line 1, column 1: name is there twice"),
    ],
)
def test_a_file_that_is_no_profile_is_refused_by_place(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(BadValue, match=words):
        policy.load(file)


def test_a_profile_may_have_any_file_name(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text('{"name": "mine", "extends": "us-2025-08"}')
    assert policy.load(str(file)).name == "mine"
