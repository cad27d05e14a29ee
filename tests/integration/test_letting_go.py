"""A world that waits for somebody outside is let go: they can call back, and time stands still meanwhile."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Problem
from rehearsal.seats.port import Capability, EmptyConnectorSeat, Place, Seats
from rehearsal.server.served import Ports, ServedStage
from rehearsal.simulation.player import Act
from rehearsal.world.lock import WorldLock
from rehearsal.world.world import World

QUARTER = timedelta(minutes=15)
PATIENCE = 20.0


class CallsBack(EmptyConnectorSeat):
    """A connector whose rounds are made elsewhere, by somebody who calls the stage in the midst of each."""

    capabilities = frozenset({Capability.DRIVEN})

    def __init__(self, place: Place) -> None:
        self._place = place
        self._next = place.clock.now() + QUARTER
        self.urls: dict[str, str] = {}
        self.told: list[tuple[str, int]] = []

    def next_due(self) -> Act:
        return Act(self._next, "round")

    def agenda(self) -> Sequence[Act]:
        return [self.next_due()]

    def settled(self) -> bool:
        return True

    def run_due(self, now: datetime) -> Act:
        self._next = now + QUARTER
        with self._place.letting_go():
            self._call("GET", f"{self.urls['tiktok']}/authorization/202309/shops")
            self._call("POST", f"{self.urls['control']}/orders", {})
            self._call("POST", f"{self.urls['control']}/clock/advance", {"by": "PT1H"})
            self._call("POST", f"{self.urls['control']}/reset", {})
        assert self._place.clock.now() == now
        return Act(now, "round")

    def _call(self, method: str, url: str, body: Any = None) -> None:
        path = url.rpartition("/")[2]
        self.told.append((path, requests.request(method, url, json=body, timeout=PATIENCE).status_code))


@pytest.fixture
def stage() -> Iterator[InProcessStage]:
    stage = InProcessStage(World, seats=Seats(connector=lambda place, app: CallsBack(place)))
    yield stage
    stage.close()


def test_a_connector_calls_back_in_the_midst_of_its_round(stage: InProcessStage) -> None:
    connector = stage.current.connector
    assert isinstance(connector, CallsBack)
    ports = Ports()
    connector.urls = asdict(ports.addresses())
    with ServedStage(stage, ports):
        stage.advance(by="PT15M")
        entries = list(stage.current.trace.entries())
    assert connector.told == [("shops", 400), ("orders", 200), ("advance", 409), ("reset", 409)]
    *_, act = (entry for entry in entries if entry.get("what") == "round")
    caused = [entry["kind"] for entry in entries if entry["cause"] == act["seq"]]
    assert caused == ["exchange", "event"], "what comes in meanwhile is the doing of that round"


def test_a_clock_that_runs_waits_while_somebody_outside_is_waited_for(stage: InProcessStage) -> None:
    world, before = stage.current, stage.current.now
    seen: list[Any] = []

    def visits() -> None:
        seen.append(stage.let_pass(QUARTER))
        with pytest.raises(Problem, match="Somebody outside is waited for"):
            stage.advance(by="PT1M")

    with world.lock, world.letting_go():
        visitor = threading.Thread(target=visits)
        visitor.start()
        visitor.join(PATIENCE)
    assert (seen, world.now) == ([False], before)


def test_a_lock_is_let_go_however_often_it_is_held_and_then_held_as_often() -> None:
    lock, free = WorldLock(), threading.Semaphore(0)

    def try_it() -> None:
        if lock.acquire(timeout=0):
            lock.release()
            free.release()

    def is_free() -> bool:
        other = threading.Thread(target=try_it)
        other.start()
        other.join(PATIENCE)
        return free.acquire(blocking=False)

    with lock, lock:
        with lock.letting_go():
            assert (is_free(), lock.away) == (True, 1)
            with lock.letting_go():
                assert (is_free(), lock.away) == (True, 1), "who does not hold it has nothing to let go"
        assert (is_free(), lock.away) == (False, 0)
    assert is_free()
