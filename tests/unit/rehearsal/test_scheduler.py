"""How time passes: in a fixed order, one act at a time, until nothing is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest

from rehearsal.simulation.clock import SimulatedClock
from rehearsal.simulation.player import FiredLike, Player
from rehearsal.simulation.scheduler import Scheduler, Stuck
from tests.clock import START

QUARTER = timedelta(minutes=15)


class Due(NamedTuple):
    at: datetime
    rank: int
    number: int


@dataclass(frozen=True)
class Fired:
    at: datetime
    who: str
    what: str
    changed: bool
    return_id: str | None = None
    order_id: str | None = None


@dataclass(frozen=True)
class Entry:
    at: datetime
    who: str
    what: str
    return_id: str | None = None


@dataclass
class Actor:
    """A player with a list of things to do; `then` may put more on it."""

    name: str
    todo: list[tuple[Due, str]] = field(default_factory=list)
    changes: bool = True
    then: Callable[[datetime], object] = lambda _: None

    def wants(self, what: str, at: datetime, rank: int, number: int = 1) -> Actor:
        self.todo.append((Due(at, rank, number), what))
        return self

    def next_due(self) -> Due | None:
        return min(self.todo)[0] if self.todo else None

    def run_due(self, now: datetime) -> Fired:
        first = min(self.todo)
        self.todo.remove(first)
        self.then(now)
        return Fired(now, self.name, first[1], self.changes)

    def agenda(self) -> list[Entry]:
        return [Entry(due.at, self.name, what) for due, what in sorted(self.todo)]


def scheduler(*actors: Actor) -> Scheduler:
    def act(name: str, player: Player) -> FiredLike:
        return player.run_due(clock.now())

    clock = SimulatedClock(START)
    return Scheduler(clock, {actor.name: actor for actor in actors}, act)


def test_at_equal_times_the_rank_decides_and_then_the_number() -> None:
    oms = Actor("oms").wants("pull", START, 6)
    connector = Actor("connector").wants("second round", START, 5, 2).wants("first round", START, 5, 1)
    marketplace = Actor("marketplace").wants("payout", START, 1).wants("lapse", START, 0, 9)
    fired = scheduler(oms, connector, marketplace).until(START).fired
    assert [act.what for act in fired] == ["lapse", "payout", "first round", "second round", "pull"]


def test_what_an_act_brings_about_at_the_same_instant_takes_its_place() -> None:
    marketplace = Actor("marketplace")
    connector = Actor("connector").wants("round", START, 5)
    oms = Actor("oms").wants("pull", START, 6)
    connector.then = lambda now: marketplace.wants("payout", now, 1)
    fired = scheduler(marketplace, connector, oms).until(START).fired
    assert [act.what for act in fired] == ["round", "payout", "pull"]


def test_time_stands_at_the_target_and_what_lies_behind_it_waits() -> None:
    marketplace = Actor("marketplace").wants("lapse", START + QUARTER, 0).wants("later", START + 2 * QUARTER, 0)
    way = scheduler(marketplace)
    advanced = way.until(START + QUARTER)
    assert [act.at for act in advanced.fired] == [START + QUARTER]
    assert advanced.now == START + QUARTER
    assert [entry.what for entry in way.agenda()] == ["later"]


def test_idle_acts_are_counted_only() -> None:
    connector = Actor("connector", changes=False).wants("round", START, 5)
    advanced = scheduler(connector).until(START)
    assert (advanced.fired, advanced.idle) == ([], 1)


def test_two_idle_rounds_of_two_shops_at_one_instant_are_in_order() -> None:
    connector = Actor("connector", changes=False).wants("round", START, 5, 1).wants("round", START, 5, 2)
    assert scheduler(connector).until(START).idle == 2


def test_a_player_who_gets_nowhere_is_named() -> None:
    connector = Actor("connector", changes=False).wants("round", START, 5, 1)
    numbers = iter(range(2, 100))
    connector.then = lambda now: connector.wants("round", now, 5, next(numbers))
    with pytest.raises(Stuck, match="connector is due again"):
        scheduler(connector).until(START)
