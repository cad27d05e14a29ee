"""Our connector on the stage: its process is an object, and its disk keeps what a disk would keep."""

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from connector.adapters.sql import tables as t
from connector.adapters.sql.store import SqlStore
from rehearsal.seats import disks
from rehearsal.seats.builtin import OurConnector
from rehearsal.seats.port import AppCredentials, Place
from rehearsal.simulation.clock import SimulatedClock
from tests.clock import START


@pytest.fixture
def connector() -> Iterator[OurConnector]:
    connector = opened()
    yield connector
    connector.stop()


def opened() -> OurConnector:
    unneeded: Any = None
    place = Place(
        "default", 1, SimulatedClock(START), requests.Session(), nullcontext, outward=unneeded, books=unneeded
    )
    connector = OurConnector(place, AppCredentials("", ""))
    connector.start()
    return connector


def test_what_was_not_committed_is_not_on_its_disk(connector: OurConnector) -> None:
    connector.add_client()
    store = SqlStore(connector.process.engine)
    with suppress(ZeroDivisionError), store.writing() as work:
        work.connection.execute(sa.delete(t.clients))
        raise ZeroDivisionError
    with store.reading() as work:
        assert len(work.connection.execute(sa.select(t.clients)).all()) == 1


def test_it_gives_its_database_the_rules_that_a_deployed_one_has(connector: OurConnector) -> None:
    with connector.process.engine.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_whoever_has_ended_reads_nothing_of_the_next_world() -> None:
    first = opened()
    first.stop()
    second = opened()
    second.add_client()
    for asks in (first.ledger, first.settled, lambda: first.activity("1"), first.add_client):
        with pytest.raises(requests.ConnectionError):
            asks()
    second.stop()


def test_two_worlds_at_a_time_have_a_disk_each_and_few_are_kept() -> None:
    engines = []
    for _ in range(2):
        worlds = [opened() for _ in range(4)]
        engines.append({one.process.engine for one in worlds})
        for one in worlds:
            one.stop()
            one.stop()  # which changes nothing
    assert [len(each) for each in engines] == [4, 4]
    assert len(engines[0] & engines[1]) == disks.SPARE


@pytest.mark.parametrize(("largest", "kept"), [(disks.LARGEST, True), (0, False)])
def test_a_disk_that_has_held_much_is_thrown_away(monkeypatch: pytest.MonkeyPatch, largest: int, kept: bool) -> None:
    monkeypatch.setattr(disks, "LARGEST", largest)
    first = opened()
    engine = first.process.engine
    first.stop()
    second = opened()
    assert (second.process.engine is engine) is kept
    second.stop()
