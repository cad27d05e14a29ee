"""Who sits on a world's seats, and what becomes of a world whose seats can do less than ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest

from rehearsal.audit.finding import Verdict
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Json, Problem
from rehearsal.seats.builtin import OURS, OurConnector, OurOms
from rehearsal.seats.port import (
    OF_A_CONNECTOR,
    OF_AN_OMS,
    Activity,
    Capability,
    Client,
    Conduct,
    NotCapable,
    OmsSeat,
    Place,
    Seats,
)
from rehearsal.simulation.player import AgendaLike, DueLike, FiredLike
from rehearsal.wire.transport import WsgiApp
from rehearsal.world.world import World

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
MISSING = {Capability.LEDGER, Capability.ACTIVITY, Capability.STAFF_SEES, Capability.STAFF_DECIDES}


class ClosedConnector(OurConnector):
    """A connector that shows neither its book nor what happened to an order."""

    capabilities = OF_A_CONNECTOR - {Capability.LEDGER, Capability.ACTIVITY}

    def ledger(self) -> dict[str, Decimal]:
        raise NotCapable(Capability.LEDGER)

    def activity(self, order_id: str) -> Sequence[Activity]:
        raise NotCapable(Capability.ACTIVITY)


class ClosedOms(OmsSeat):
    """An OMS that decides by itself and has nobody before it whom the stage could ask: it implements no more."""

    capabilities = OF_AN_OMS - {Capability.STAFF_SEES, Capability.STAFF_DECIDES}

    def __init__(self, place: Place, client: Client, conduct: Conduct) -> None:
        self._oms = OurOms(place, client, Conduct("approve"))

    @property
    def app(self) -> WsgiApp:
        return self._oms.app

    def next_due(self) -> DueLike | None:
        return self._oms.next_due()

    def run_due(self, now: datetime) -> FiredLike:
        return self._oms.run_due(now)

    def agenda(self) -> Sequence[AgendaLike]:
        return self._oms.agenda()

    def ledger(self) -> Mapping[str, Decimal]:
        return self._oms.ledger()


CLOSED = Seats(connector=ClosedConnector, oms=ClosedOms)


@pytest.fixture
def stage() -> Iterator[InProcessStage]:
    stage = InProcessStage(World, seats=CLOSED)
    yield stage
    stage.close()


def test_ours_can_do_everything_that_can_be_asked_of_a_seat() -> None:
    world = World()
    assert world.capabilities == frozenset(Capability) == OF_A_CONNECTOR | OF_AN_OMS
    world.close()


def test_what_one_seat_lacks_the_world_lacks() -> None:
    world = World(seats=Seats(connector=ClosedConnector, oms=OURS.oms))
    assert frozenset(Capability) - world.capabilities == {Capability.LEDGER, Capability.ACTIVITY}
    world.close()


def test_a_world_plays_on_with_seats_that_show_nothing(stage: InProcessStage) -> None:
    """A refund goes all the way, a parcel reaches the warehouse, and nothing is asked of a seat that it cannot do."""
    assert frozenset(Capability) - stage.current.capabilities == MISSING
    order = stage.place_order()
    refund = stage.request_return(order["order_id"], type="REFUND")
    stage.advance(by="PT6H")
    assert stage.get_return(refund["return_id"])["refunded"] == order["total"]
    assert stage.current.state.rest.pulled
    sent = stage.request_return(stage.place_order()["order_id"])
    stage.advance(by="PT1H")
    stage.ship_return(sent["return_id"])
    stage.arrive_return(sent["return_id"])
    stage.advance(by="PT6H")
    assert stage.get_return(sent["return_id"])["shown_status"] == "Buyer Shipped"  # nobody there inspects it


def test_a_rule_that_cannot_be_seen_to_be_kept_is_not_judged(stage: InProcessStage) -> None:
    stage.request_return(stage.place_order()["order_id"], type="REFUND")
    stage.advance(by="PT6H")
    found = stage.current.findings()
    unjudged = {finding.invariant: finding.why for finding in found if finding.verdict is Verdict.NOT_JUDGED}
    seen_of_the_seats = {"executed-once", "in-time", "books-agree", "as-meant"}
    assert unjudged.keys() == seen_of_the_seats | {
        "everything-arrives",
        "nothing-stays-open",
        "never-ahead",
        "told",
        "survives-death",
        "catches-up",
    }
    assert all(unjudged.values())
    assert {finding.invariant for finding in found if finding.verdict is Verdict.HELD} >= {
        "never-too-much",
        "contract-kept",
    }


@pytest.mark.parametrize(
    ("ask", "capability"),
    [
        (lambda stage, order: stage.ledgers(), Capability.LEDGER),
        (lambda stage, order: stage.activity(order["order_id"]), Capability.ACTIVITY),
        (lambda stage, order: stage.oms_adjustments(), Capability.STAFF_SEES),
        (lambda stage, order: stage.oms_approve("1"), Capability.STAFF_DECIDES),
        (lambda stage, order: stage.oms_reject("1"), Capability.STAFF_DECIDES),
        (lambda stage, order: stage.oms_inspect("1", grade="USED", accept=True), Capability.STAFF_DECIDES),
        (lambda stage, order: stage.oms_refund(order_id=order["order_id"]), Capability.STAFF_DECIDES),
    ],
)
def test_what_a_seat_cannot_do_is_refused_by_name(
    stage: InProcessStage, ask: Callable[[InProcessStage, Json], object], capability: Capability
) -> None:
    order = stage.place_order()
    with pytest.raises(Problem, match=f"lacks the capability “{capability}”") as refused:
        ask(stage, order)
    assert refused.value.status == 501


def test_a_scenario_that_asks_for_it_is_not_judged(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    conftest = """
        import pytest
        from rehearsal.control.local import InProcessStage
        from rehearsal.world.world import World
        from tests.integration.test_seats import CLOSED

        @pytest.fixture(scope="session")
        def stage_factory():
            return lambda: InProcessStage(World, seats=CLOSED)
    """
    pytester.makeconftest(dedent(conftest))
    feature = """
        Feature: Seats
          Background:
            Given Maya has received a desk lamp for 39.98 USD
            And Maya has asked for her money back

          Scenario: Nobody is asked
            When 2 hours pass
            Then Maya's request is shown as "Completed"

          Scenario: The seller is told to decide
            When the seller rejects Maya's request
            Then Maya's request is shown as "Return Rejected"
    """
    (pytester.path / "seats.feature").write_text(dedent(feature))
    result = pytester.runpytest_subprocess("-p", "rehearsal.gherkin", "--strict-markers", "-ra")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*Not judged: *lacks the capability*"])


def test_a_world_with_nobody_on_its_seats_can_be_begun_and_moved() -> None:
    stage = InProcessStage(World, seats=Seats())
    order = stage.place_order()
    asked = stage.request_return(order["order_id"], type="REFUND")
    stage.advance(by="PT25H")
    assert stage.get_return(asked["return_id"])["refunded"] == order["total"]  # silence is a yes
    assert (stage.world()["connector"]["refresh_token"], stage.current.shops) == ("", [])
    assert stage.current.capabilities == frozenset()
    assert stage.findings()["findings"] == []
    stage.close()
