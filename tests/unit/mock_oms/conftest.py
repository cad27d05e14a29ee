"""The OMS in front of a small connector, under a clock that a test turns."""

from collections.abc import Callable

import pytest

from mock_oms import AdjustmentRow, Event, Fired, Oms
from mock_oms.adapters.channeladvisor import Application
from mock_oms.state.store import Store
from tests.clock import HandClock
from tests.unit.mock_oms.connector import Connector, Json


class Office:
    """An OMS, its connector and its clock."""

    def __init__(self, policy: str = "person", state: Store | None = None, manners: tuple[str, ...] = ()) -> None:
        self.clock = HandClock()
        self.connector = Connector(self.clock)
        self.oms = Oms(
            clock=self.clock,
            seed=1,
            http=self.connector.session(),
            application_id="app",
            shared_secret="secret",
            refresh_token="refresh",
            policy=policy,
            state=state,
            manners=manners,
            second=Application("another app", "secret", "refresh"),
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

    def asked(self, price: float = 20.0, **fields: object) -> Json:
        """Have a buyer ask for the money for the one mug of order 1; return the order."""
        order = self.connector.order("1", ("mug", 1, price))
        self.connector.adjustment(order, 0, RmaNumber="R1", **fields)
        return order

    def told(self, **fields: object) -> Json:
        """Have the OMS know of it as well."""
        order = self.asked(**fields)  # type: ignore[arg-type]  # a field, not the price
        self.pull()
        return order

    def parcel(self) -> None:
        """Have that mug come back."""
        self.oms.receive_parcel(return_id="R1", order_id="1", line_item_ids=["1-0-0"], tracking_number="T1")

    def row(self) -> AdjustmentRow:
        (row,) = self.oms.adjustments()
        return row

    def events_named(self, name: str) -> list[dict[str, object]]:
        return [dict(event.data) for event in self.events if event.name == name]


Offices = Callable[[str], Office]  # makes an office with a policy


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def office_with() -> Offices:
    return Office
