"""The timeline: what is done on a stage is noted, and the stage behind it sees every call as it was made."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from rehearsal.control.calls import CALLS
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Problem
from rehearsal.gherkin.buyer import Goods
from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.errors import NotJudged
from rehearsal.gherkin.full_timeline import full_timeline
from rehearsal.gherkin.results import Observation
from rehearsal.gherkin.steps.phrases import money
from rehearsal.gherkin.timeline import ACTS, Entry, Timeline
from rehearsal.seats.port import Seats
from rehearsal.simulation.compression import Pace
from rehearsal.world.world import World
from tests.clock import HandMachine
from tests.refused import refused
from tests.unit.gherkin.stub import StubStage

MONEY_BACK = "refund paid 39.98 USD"


def test_every_call_that_somebody_makes_as_a_person_has_its_words() -> None:
    assert set(ACTS) == {call.name for call in CALLS.values() if call.body} - {"advance", "reset"}


def test_an_act_and_what_fires_are_noted_at_their_time() -> None:
    timeline = Timeline(StubStage())
    timeline.place_order(lines=[{"sku": "LAMP", "unit_price": "39.98"}], status="IN_TRANSIT")
    timeline.advance(by="PT1H")
    bought = "has bought LAMP for 39.98 USD on 27 Feb, 02:00 (in transit now)"
    assert timeline.entries == [
        Entry("2031-03-03T09:00:00Z", "buyer", bought, "marketplace", order_id="5"),
        Entry("2031-03-03T10:00:00Z", "marketplace", MONEY_BACK, return_id="7"),
    ]
    assert timeline.now == "2031-03-03T10:00:00Z"


def test_a_refusal_is_noted_and_passed_on() -> None:
    timeline = Timeline(StubStage())
    refused(Problem, timeline.place_order, lines=[{"sku": "LAMP", "unit_price": "0.00"}], status="DELIVERED")
    (entry,) = timeline.entries
    assert (entry.refused, entry.what) == (True, "place order: refused, lines.0.unit_price must be above 0")


def test_a_sum_has_the_currency_that_came_back_or_else_the_one_it_was_sent_with() -> None:
    sent, words = {"amount": "10.00", "currency": "USD"}, ACTS["oms_refund"][2]
    assert not isinstance(words, str)
    assert words(sent, {"currency": "GBP"}) == "starts a refund, 10.00 GBP"
    assert words(sent, {"currency": None}) == words(sent, {}) == "starts a refund, 10.00 USD"
    assert words({}, {}) == "starts a refund"


def played() -> InProcessStage:
    stage = InProcessStage(World)
    stage.begin()
    return stage


def stepped(**how: Any) -> tuple[Timeline, HandMachine]:
    machine = HandMachine()
    stage = InProcessStage(partial(World, seats=Seats()), pace=Pace(60, machine))
    stage.begin()
    return Timeline(stage, **how), machine


def test_where_time_passes_by_itself_an_act_has_its_hour_and_what_fired_meanwhile_stands_before_it() -> None:
    timeline, machine = stepped()
    order = timeline.place_order()
    timeline.request_return(order["order_id"], type="REFUND")
    machine.at += timedelta(minutes=25)
    timeline.place_order()
    timeline.advance(by="PT1H")
    assert [(entry.at, entry.who) for entry in timeline.entries][1:4] == [
        ("2031-03-03T09:00:00Z", "buyer"), ("2031-03-04T09:00:00Z", "marketplace"),
        ("2031-03-04T09:05:00Z", "marketplace")
    ]  # fmt: skip
    assert ("2031-03-04T10:00:00Z", "buyer") in [(entry.at, entry.who) for entry in timeline.entries]


def test_where_time_passes_by_itself_no_date_is_set_and_nobody_waits_for_too_long() -> None:
    timeline, machine = stepped(longest_wait=timedelta(hours=3))
    timeline.advance(by="PT2H")
    waited = machine.waited
    words = str(refused(NotJudged, timeline.advance, by="PT90M"))
    assert words == ("it waits for 3 h 30 min, which take 3 min of real time here; --longest-wait is 3 h")
    assert refused(Problem, timeline.advance, by="P9999999D").field == "by"
    assert "it sets a date" in str(refused(NotJudged, timeline.reset, start="2031-06-01T08:00:00Z"))
    assert machine.waited == waited == 120
    timeline.ends()
    timeline.reset()
    timeline.advance(by="PT3H")


def test_what_was_refused_does_not_say_again_who_it_is_of() -> None:
    at = "2031-03-03T09:00:00Z"
    said = (
        ("buyer", "Maya cannot appeal: it is no return", "cannot appeal: it is no return"),
        ("seller", "the seller cannot say no: it is open", "cannot say no: it is open"),
        ("courier", "Maya's parcel cannot arrive: it is lost", "Maya's parcel cannot arrive: it is lost"),
    )
    entries = [Entry(at, who, what, refused=True, order_id="5") for who, what, _ in said]
    told = full_timeline(entries, Observation(), names={"5": "Maya"})
    assert [entry.what for entry in told] == [words for _, _, words in said]


def test_what_people_see_follows_what_was_done_within_that_second() -> None:
    asks = Entry("2031-03-03T09:04:35.590000Z", "buyer", "asks for the money back", order_id="5")
    step = {"at": "2031-03-03T09:04:35Z", "event": "Request Pending", "by": "buyer"}
    seen = Observation(returns=({"order_id": "5", "timeline": [step]},))
    told = full_timeline([asks], seen, names={"5": "Maya"})
    assert [entry.who for entry in told] == ["buyer", "marketplace"]


@pytest.mark.parametrize(
    ("who", "times", "told"),
    [
        ("oms", 2, ["it is down", "it is down"]),
        ("oms", 3, ["it is down (3 times, until 03 Mar, 09:30:00)"]),
        ("marketplace", 3, ["it is down"] * 3),
    ],
)
def test_what_is_the_same_again_and_again_is_told_once(who: str, times: int, told: list[str]) -> None:
    down = [Entry(f"2031-03-03T09:{quarter * 15:02}:00Z", who, "it is down") for quarter in range(times)]
    other = Entry("2031-03-03T09:30:00Z", who, "it is down", order_id="5")
    whole = full_timeline([*down, other], Observation(), names={})
    assert [entry.what for entry in whole] == [*told, "it is down"]


HIT = "fault-1 hits the connector's {}{}: nobody can be reached"
SHOP = " of the shop 7495"


def outage(*rounds: tuple[str, ...]) -> list[Entry]:
    """Return the calls of each of these rounds as hit, and each round as in vain."""
    whole = []
    for quarter, calls in enumerate(rounds):
        at = f"2031-03-03T09:{quarter * 15:02}:00Z"
        whole += [Entry(at, "stage", HIT.format(call, SHOP)) for call in calls]
        whole.append(Entry(at, "connector", "round: in vain"))
    return whole


def told_of(entries: list[Entry], *shops: str) -> list[tuple[str, str]]:
    known = [{"shop_id": shop} for shop in shops]
    whole = full_timeline(entries, Observation(world={"shops": known}), names={})
    return [(entry.at[11:16], entry.what) for entry in whole]


def test_what_comes_in_turn_round_after_round_is_told_once_each() -> None:
    calls, until = ("list orders", "search returns", "search returns"), ", until 03 Mar, 09:30:00)"
    three = [
        ("09:00", f"{HIT.format('list orders', '')} (3 times{until}"),
        ("09:00", f"{HIT.format('search returns', '')} (6 times{until}"),
        ("09:00", f"round: in vain (3 times{until}"),
    ]
    assert told_of(outage(calls, calls, calls), "7495") == three
    assert told_of(outage(calls, calls, calls, calls[:1]), "7495") == [
        *three, ("09:45", HIT.format("list orders", "")), ("09:45", "round: in vain")
    ]  # fmt: skip
    one, other = outage(calls), outage(calls[1:], calls[:1], calls)
    assert len(told_of(other)) == len(other)
    assert told_of(one * 3)[0] == ("09:00", f"{HIT.format('list orders', SHOP)} (3 times)")


def test_what_somebody_does_parts_what_is_told_once() -> None:
    calls = ("list orders",)
    before, *after = [outage(calls)] * 4
    whole = [*before, Entry("2031-03-03T09:00:00Z", "seller", "approves"), *after[0], *after[1], *after[2]]
    assert [what.partition(": ")[2] for _, what in told_of(whole, "7495")] == [
        "nobody can be reached", "in vain", "", "nobody can be reached (3 times)", "in vain (3 times)"
    ]  # fmt: skip


@pytest.mark.parametrize(("shops", "named"), [(("7495",), ""), (("7495", "7496"), SHOP)])
def test_the_shop_is_named_only_where_there_are_several(shops: tuple[str, ...], named: str) -> None:
    assert told_of(outage(("list orders",)), *shops)[0] == ("09:00", HIT.format("list orders", named))


def test_what_can_only_be_asked_by_an_act_is_not_noted() -> None:
    timeline = Timeline(played())
    people = Cast(timeline, timeline.entries)
    maya = people.buyer("Maya")
    maya.buys([Goods("lamp", money("39.98 USD"))])
    people.clock.news_goes_round()
    noted = [*timeline.entries]
    assert people.seller.knows(maya)
    assert timeline.entries == noted


def test_looking_is_not_noted() -> None:
    timeline = Timeline(StubStage())
    timeline.returns(), timeline.ledgers(), timeline.trace()
    assert timeline.entries == []
