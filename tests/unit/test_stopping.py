"""Whoever is asked to stop by a signal stops, whatever the signal interrupts."""

import os
import signal
from collections.abc import Callable, Iterator
from threading import Event, Thread, current_thread, main_thread

import pytest

from connector import cli
from rehearsal.cli import up

ASKED = (signal.SIGINT, signal.SIGTERM)


class Watched(Event):
    """Knows who has set it."""

    by: Thread | None = None

    def set(self) -> None:
        self.by = current_thread()
        super().set()


@pytest.fixture
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in ASKED}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("number", ASKED, ids=lambda number: number.name)
@pytest.mark.parametrize("listen", [cli.set_by_signals, up.set_by_signals], ids=["connector worker", "rehearsal up"])
def test_the_thread_that_a_signal_interrupts_sets_no_event(
    listen: Callable[[Event], None], number: signal.Signals
) -> None:
    """It may be about to wait for the event, with the event's own lock in its hands."""
    stop = Watched()
    listen(stop)
    os.kill(os.getpid(), number)
    assert stop.wait(10)
    assert stop.by is not main_thread()
