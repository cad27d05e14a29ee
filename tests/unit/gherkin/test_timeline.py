"""The timeline: what is done on a stage is noted, and the stage behind it sees every call as it was made."""

from __future__ import annotations

from rehearsal.control.calls import CALLS
from rehearsal.control.stage import Problem
from rehearsal.gherkin.timeline import ACTS, Entry, Timeline
from tests.refused import refused
from tests.unit.gherkin.stub import StubStage

MONEY_BACK = "refund paid 39.98 USD"


def test_every_call_that_somebody_makes_as_a_person_has_its_words() -> None:
    assert set(ACTS) == {call.name for call in CALLS.values() if call.body} - {"advance", "reset"}


def test_an_act_and_what_fires_are_noted_at_their_time() -> None:
    timeline = Timeline(StubStage())
    timeline.place_order(lines=[{"sku": "LAMP", "unit_price": "39.98"}], status="IN_TRANSIT")
    timeline.advance(by="PT1H")
    assert timeline.entries == [
        Entry("2031-03-03T09:00:00Z", "buyer", "buys LAMP for 39.98 USD (in transit)", "marketplace", order_id="5"),
        Entry("2031-03-03T10:00:00Z", "marketplace", MONEY_BACK, return_id="7"),
    ]
    assert timeline.now == "2031-03-03T10:00:00Z"


def test_a_refusal_is_noted_and_passed_on() -> None:
    timeline = Timeline(StubStage())
    refused(Problem, timeline.place_order, lines=[{"sku": "LAMP", "unit_price": "0.00"}], status="DELIVERED")
    (entry,) = timeline.entries
    assert (entry.refused, entry.what) == (True, "place order: refused, lines.0.unit_price must be above 0")


def test_looking_is_not_noted() -> None:
    timeline = Timeline(StubStage())
    timeline.returns(), timeline.ledgers(), timeline.trace()
    assert timeline.entries == []
