"""Whoever is asked to stop by a signal stops, whatever the signal interrupts."""

import os
import signal
from collections.abc import Callable, Iterator
from threading import Event

import pytest

from connector import cli
from rehearsal.cli import up

ASKED = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in ASKED}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("number", ASKED, ids=lambda number: number.name)
@pytest.mark.parametrize("listen", [cli.set_by_signals, up.set_by_signals], ids=["connector worker", "rehearsal up"])
def test_a_signal_may_come_while_the_event_is_locked(listen: Callable[[Event], None], number: signal.Signals) -> None:
    """An event may not be set by a signal's handler: the thread that it interrupts may be about to wait for it."""
    stop = Event()
    listen(stop)
    with vars(stop)["_cond"]:
        os.kill(os.getpid(), number)
    assert stop.wait(10)
