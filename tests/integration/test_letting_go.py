"""A world that waits for somebody outside is let go, and time stands still meanwhile."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Problem
from rehearsal.seats.port import Seats
from rehearsal.world.lock import WorldLock
from rehearsal.world.world import World

QUARTER = timedelta(minutes=15)
PATIENCE = 20.0


def test_a_clock_that_runs_waits_while_somebody_outside_is_waited_for() -> None:
    stage = InProcessStage(World, seats=Seats())
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
    stage.close()


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
