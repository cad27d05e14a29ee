"""The simulated clock."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from rehearsal.simulation.clock import SimulatedClock
from tests.clock import START


def test_the_clock_stands_still_until_it_is_moved() -> None:
    clock = SimulatedClock(START)
    for moment in (START, START + timedelta(hours=1)):
        clock.move_to(moment)
        assert clock.now() == moment


def test_the_clock_never_goes_back() -> None:
    clock = SimulatedClock(START)
    with pytest.raises(ValueError, match="never goes back"):
        clock.move_to(START - timedelta(microseconds=1))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        SimulatedClock(START.replace(tzinfo=None))


def test_any_zone_is_kept_as_utc() -> None:
    clock = SimulatedClock(datetime(2031, 3, 3, 4, tzinfo=timezone(-timedelta(hours=5))))
    assert clock.now() == START
    assert clock.now().tzinfo is UTC
