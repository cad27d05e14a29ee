"""All that the OMS keeps is its `state`: one made anew around a copy goes on as the other would have."""

import pickle
from copy import deepcopy
from decimal import Decimal

from tests.memory import changing
from tests.unit.mock_oms.conftest import Office
from tests.unit.mock_oms.connector import Fault


def half_way() -> Office:
    """Return an office with something of each kind under way: a request, goods here, a refund, a decision kept."""
    office = Office()
    connector, oms = office.connector, office.oms
    order = connector.order("1", ("mug", 2, 9.8), tax=1.2)
    connector.adjustment(order, RmaNumber="R1", SiteRequestType="REFUND")
    connector.adjustment(order, 0, RmaNumber="R2", SiteRequestType="RETURN_AND_REFUND", RequestStatus="ReadyForReturn")
    connector.order("2", ("lamp", 1, 39.98))
    office.pull()
    oms.receive_parcel(return_id="R2", order_id="1", line_item_ids=["1-0-0"])
    oms.receive_parcel(return_id="R3", order_id="2", line_item_ids=["2-0-0"])
    oms.inspect("R3", grade="USED", accept=True)
    connector.faults.append(Fault("ApproveBuyerRequest"))
    oms.approve("C-1001")
    connector.faults.append(Fault("Adjust", after=True))
    oms.refund(order_id="2", amount=Decimal("5.00"))
    return office


def twin_of(office: Office) -> Office:
    """Return an office made anew around a copy of all that the OMS keeps, before a copy of its connector."""
    twin = Office(state=pickle.loads(pickle.dumps(office.oms.state)))
    twin.clock.at = office.clock.at
    vars(twin.connector).update(
        deepcopy({k: v for k, v in vars(office.connector).items() if k not in ("clock", "refuse")})
    )
    twin.events[:] = office.events
    return twin


def goes_on(office: Office) -> list[object]:
    """Return all that can be seen of what happens next."""
    pulls = [office.pull(), office.pull()]
    office.oms.inspect("R2", grade="AS_SOLD", accept=True)
    refund = office.oms.refund(order_id="1", line_item_ids=["1-0-1"])
    pulls.append(office.pull())
    calls = [(call.method, call.path, call.query, call.raw, call.headers) for call in office.connector.calls]
    return [pulls, refund, calls, office.oms.adjustments(), office.oms.ledger(), office.oms.agenda(), office.events]


def test_an_oms_around_a_copy_of_the_state_goes_on_as_the_other_would_have() -> None:
    office = half_way()
    twin = twin_of(office)
    assert office.oms.waiting() == 3
    assert goes_on(office) == goes_on(twin)


def test_nothing_is_kept_outside_the_state_but_who_listens() -> None:
    office = half_way()
    met: dict[int, object] = {}
    assert changing(office.oms.state, "state", met)
    kept = ["oms._office.views._over", "oms._poller.effects._listeners"]  # what follows from the state; the stage's
    assert changing(office.oms, "oms", met) == kept
    assert {"Poller", "Effects"} <= {type(thing).__name__ for thing in met.values()}, "all were met on the way"
