"""Times, durations and money as callers write them."""

from datetime import UTC, datetime, timedelta

import pytest

from rehearsal.control.formats import duration, instant, later
from rehearsal.control.stage import Problem
from rehearsal.control.validation import demand
from rehearsal.moments import LAST
from rehearsal.simulation.duration import iso_duration
from tests.clock import START
from tests.refused import refused


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("PT0S", timedelta()),
        ("PT15M", timedelta(minutes=15)),
        ("PT23H59M59S", timedelta(hours=23, minutes=59, seconds=59)),
        ("P1DT2H", timedelta(days=1, hours=2)),
        ("P2W", timedelta(weeks=2)),
        ("PT0.5S", timedelta(milliseconds=500)),
    ],
)
def test_a_duration_is_read_in_weeks_days_hours_minutes_and_seconds(text: str, meant: timedelta) -> None:
    demand("Advance", {"by": text})
    assert duration(text, "by") == meant
    assert duration(iso_duration(meant), "by") == meant


@pytest.mark.parametrize(("given", "shortest"), [("PT7200S", "PT2H"), ("PT30H", "P1DT6H"), ("PT90.50S", "PT1M30.5S")])
def test_a_duration_is_written_in_its_shortest_form(given: str, shortest: str) -> None:
    assert iso_duration(duration(given, "--down")) == shortest


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "15M", "PT-1S", "-PT1S", "P1M", "P1Y", "PT1H1D", "P1.5D", "PT1S\n", "１"]
)
def test_what_is_no_duration_is_refused_by_the_contract_and_by_the_reader(text: str) -> None:
    contract = refused(Problem, demand, "Advance", {"by": text})
    assert contract.field == refused(Problem, duration, text, "by").field == "by"


def test_a_moment_ahead_is_one_that_the_marketplace_can_tell() -> None:
    ahead = LAST - START
    assert later(START, iso_duration(ahead), "within") == LAST
    refusal = refused(Problem, later, START, iso_duration(ahead + timedelta(seconds=1)), "within")
    assert (refusal.status, refusal.field) == (422, "within")
    assert "reaches beyond 2286-11-20T17:46:39Z" in refusal.detail
    assert len(str(int(LAST.timestamp()))) < len(str(int(LAST.timestamp()) + 1))


def test_a_time_with_another_zone_is_read_into_utc() -> None:
    moment = instant("2031-03-03T04:00:00-05:00", "to")
    assert (moment, moment.tzinfo) == (datetime(2031, 3, 3, 9, tzinfo=UTC), UTC)


@pytest.mark.parametrize("text", ["2031-02-31T00:00:00Z", "2031-03-03T09:00:00", "0001-01-01T00:00:00+14:00", "soon"])
def test_what_is_no_time_is_refused_naming_the_field(text: str) -> None:
    refusal = refused(Problem, instant, text, "to")
    assert (refusal.status, refusal.field) == (422, "to")
    assert "to is" in str(refusal)


@pytest.mark.parametrize(
    ("schema", "body", "field", "words"),
    [
        ("Advance", {}, "by", "exactly one of by, to, until"),
        ("Advance", {"by": "PT1H", "until": "next"}, "until", "exactly one of by, to, until"),
        ("Advance", {"until": "next", "to": "2031-03-04T00:00:00Z", "by": "PT1H"}, "to", "exactly one of"),
        ("Advance", {"until": "noon"}, "until", 'possible: "next"'),
        ("Advance", {"hours": 3}, "hours", "known: by, to, until"),
        ("PlaceOrder", {"lines": []}, "lines", "at least 1"),
        ("PlaceOrder", {"lines": [{"sku": "MUG", "price": "1"}]}, "lines.0.price", "did you mean unit_price?"),
        ("PlaceOrder", {"lines": [{"sku": "MUG", "unit_price": 19.99}]}, "lines.0.unit_price", "decimal string"),
        ("PlaceOrder", {"lines": [{"sku": "MUG", "unit_price": "-1"}]}, "lines.0.unit_price", "decimal string"),
        ("PlaceOrder", {"lines": [{"unit_price": "1", "quantity": 0}]}, "lines.0.quantity", "minimum is 1"),
        ("PlaceOrder", {"lines": [{"sku": "A\nB", "unit_price": "1"}]}, "lines.0.sku", "one line"),
        ("PlaceOrder", {"lines": [{"sku": "A" * 101, "unit_price": "1"}]}, "lines.0.sku", "1 to 100"),
        ("Reject", {"comment": ""}, "comment", "not empty"),
        ("Reject", {"comment": "x" * 501}, "comment", "501 characters"),
        ("PlaceOrder", {"buyer": {"mood": "bad"}}, "buyer.mood", "known: asks, name, plan"),
        ("PlaceOrder", {"status": "LOST"}, "status", "DELIVERED"),
        ("RequestReturn", {"line_item_ids": ["1", "1"]}, "line_item_ids", "twice"),
        ("Inspect", {"grade": "USED", "accept": "yes"}, "accept", "a boolean"),
        ("Inspect", {"accept": True}, "grade", "missing"),
        ("Reset", {"seed": -1}, "seed", "minimum is 0"),
        ("Nothing", {"x": 1}, "x", "nothing is"),
        ("Nothing", [], "body", "an object"),
    ],
)
def test_a_mistake_is_named_by_its_field_and_in_words(schema: str, body: object, field: str, words: str) -> None:
    refusal = refused(Problem, demand, schema, body)
    assert (refusal.status, refusal.field) == (422, field)
    assert words in refusal.detail
