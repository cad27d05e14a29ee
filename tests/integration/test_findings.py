"""What the auditor says about a whole world: content when all goes well, telling when something goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import requests

from rehearsal.finding import Verdict
from rehearsal.recorder import Answer, Call, Handler
from rehearsal.world import World

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.close()


def ask(world: World, return_type: str = "REFUND") -> tuple[str, str]:
    order = world.marketplace.place_order()
    return_id = world.marketplace.request_return(order.order_id, return_type=return_type).return_id
    world.advance(by=QUARTER)
    return return_id, next(row.id for row in world.oms.adjustments() if row.return_id == return_id)


def broken(world: World) -> dict[int, str | None]:
    return {finding.invariant: finding.suspect for finding in world.auditor.broken()}


def occasions(world: World) -> dict[int, int]:
    return {finding.invariant: finding.occasions for finding in world.findings() if finding.verdict is Verdict.HELD}


def rejected_and_arbitrated(world: World) -> None:
    return_id, case = ask(world)
    world.oms.reject(case)
    world.advance(by=HOUR)
    world.marketplace.dispute(return_id)
    world.marketplace.arbitrate(return_id, outcome="SUPPORT_BUYER")
    world.advance(by=HOUR)


def silent(world: World) -> None:
    ask(world)
    world.advance(by=DAY + HOUR)


def approved(world: World) -> None:
    _, case = ask(world)
    world.oms.approve(case)
    world.advance(by=HOUR)


@pytest.mark.parametrize(
    ("journey", "put_to_the_test"),
    [(approved, {1, 2, 4, 6, 7, 8}), (silent, {1, 5, 6, 7, 8}), (rejected_and_arbitrated, {1, 3, 4, 6, 7, 8})],
)
def test_a_journey_puts_its_rules_to_the_test_and_they_hold(
    world: World, journey: Callable[[World], None], put_to_the_test: set[int]
) -> None:
    journey(world)
    held = occasions(world)
    assert set(held) == set(range(1, 9))
    assert {number for number, times in held.items() if times} == put_to_the_test


def cut(operation: str, *, after: bool = False) -> Callable[[Call, Handler], Answer]:
    """A line on which one operation never comes through."""

    def line(call: Call, answer: Handler) -> Answer:
        if call.path.endswith(operation):
            if after:
                answer(call)
            raise requests.ConnectionError("cut")
        return answer(call)

    return line


def test_a_decision_that_never_gets_through_is_late(world: World) -> None:
    _, case = ask(world)
    world.recorder.line = cut("/reject")
    world.oms.reject(case)
    world.advance(by=DAY)
    assert broken(world) == {4: "connector"}
    (finding,) = world.auditor.broken()
    assert len(finding.witness.events) == 2
    assert "rehearsal" in finding.reproduce


def test_an_answer_that_is_lost_after_the_marketplace_acted_costs_nobody_anything(world: World) -> None:
    _, case = ask(world)
    world.recorder.line = cut("/approve", after=True)
    world.oms.approve(case)
    world.advance(by=HOUR)
    world.recorder.line = lambda call, answer: answer(call)
    world.advance(by=3 * HOUR)
    assert broken(world) == {}
    assert [book.agree and book.oms > 0 for book in world.books()] == [True]


def test_a_request_that_breaks_the_contract_names_the_side_that_sent_it(world: World) -> None:
    session = world.wire.session("connector")
    session.post("https://open-api.tiktokglobalshop.com/return_refund/202309/returns/search?color=red", json={})
    found = {finding.witness.about["pointer"]: finding.suspect for finding in world.auditor.broken()}
    assert found["/request/query/color"] == "connector"
    assert set(found.values()) == {"connector"}
