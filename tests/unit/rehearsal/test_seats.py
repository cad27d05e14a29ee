"""Our connector on the stage: its process is an object, and its disk keeps what a disk would keep."""

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from connector.adapters.sql import tables as t
from connector.adapters.sql.store import SqlStore
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


def test_two_worlds_at_a_time_have_a_disk_each() -> None:
    worlds = [opened() for _ in range(4)]
    assert len({id(one.process.engine) for one in worlds}) == 4
    for one in worlds:
        one.stop()
        one.stop()  # which changes nothing
    again = [opened() for _ in range(4)]
    assert len({id(one.process.engine) for one in again}) == 4
    for one in again:
        one.stop()
