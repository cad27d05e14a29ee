"""The OMS in front of a small connector, under a clock that a test turns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from mock_oms import AdjustmentRow, Event, Fired, Oms
from tests.unit.mock_oms.connector import Clock, Connector

START = datetime(2031, 3, 3, 9, tzinfo=UTC)


class Office:
    """An OMS, its connector and its clock."""

    def __init__(self, policy: str = "person") -> None:
        self.clock = Clock(START)
        self.connector = Connector(self.clock)
        self.oms = Oms(
            clock=self.clock,
            seed=1,
            http=self.connector.session(),
            application_id="app",
            shared_secret="secret",
            refresh_token="refresh",
            policy=policy,
        )
        self.events: list[Event] = []
        self.oms.subscribe(self.events.append)

    def pull(self) -> Fired:
        """Let the next pull happen, at its own hour."""
        due = self.oms.next_due()
        assert due is not None
        self.clock.at = due.at
        self.connector.calls.clear()
        return self.oms.run_due(due.at)

    def row(self) -> AdjustmentRow:
        (row,) = self.oms.adjustments()
        return row

    def events_named(self, name: str) -> list[dict[str, object]]:
        return [dict(event.data) for event in self.events if event.name == name]


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def office_with() -> Callable[[str], Office]:
    return Office
