"""Who sits on a world's seats, and what becomes of a world whose seats can do less than ours."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from freezegun import freeze_time
from werkzeug.test import Client

from mock_tiktok import AppName
from rehearsal.audit.finding import Verdict
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Json, Problem
from rehearsal.seats import port
from rehearsal.seats.builtin import OURS, OurConnector, OurOms
from rehearsal.seats.port import (
    OF_A_CONNECTOR,
    OF_AN_OMS,
    Activity,
    Capability,
    Conduct,
    NotCapable,
    OmsSeat,
    Place,
    Seats,
    ShopAtConnector,
)
from rehearsal.simulation.player import AgendaLike, DueLike, FiredLike
from rehearsal.wire.transport import WsgiApp
from rehearsal.world.doors import outside_app
from rehearsal.world.world import World
from tests.outsider import SEARCH, Outsider

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

    def __init__(self, place: Place, client: port.Client, conduct: Conduct) -> None:
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


class SilentConnector(OurConnector):
    """A connector that says neither which shops it has taken up nor whether it has anything left to deliver."""

    def add_shop(self, auth_code: str, **told: object) -> list[ShopAtConnector]:
        super().add_shop(auth_code)
        return []

    def settled(self) -> None:  # type: ignore[override]
        return None


CLOSED = Seats(connector=ClosedConnector, oms=ClosedOms)


@pytest.fixture
def stage() -> Iterator[InProcessStage]:
    stage = InProcessStage(World, seats=CLOSED)
    yield stage
    stage.close()


@pytest.mark.parametrize(
    ("seats", "lacks"),
    [
        (OURS, set()),
        (Seats(connector=ClosedConnector, oms=OURS.oms), {Capability.LEDGER, Capability.ACTIVITY}),
        (CLOSED, MISSING),
        (Seats(), OF_A_CONNECTOR | OF_AN_OMS),
    ],
    ids=["ours", "a closed connector", "both closed", "nobody"],
)
def test_what_a_seat_lacks_the_world_lacks(seats: Seats, lacks: set[Capability]) -> None:
    with closing(World(seats=seats)) as world:
        assert frozenset(Capability) - world.capabilities == lacks


def test_a_world_plays_on_with_seats_that_show_nothing(stage: InProcessStage) -> None:
    """A refund goes all the way, a parcel reaches the warehouse, and nothing is asked of a seat that it cannot do."""
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
    ("kind", "by", "lasts"),
    [
        ("search_lag", "PT20M", "PT1H"),
        ("search_lag", "PT1H", "PT3H"),
        ("stale", "PT1H", "PT3H"),
        ("stale", "PT45M", None),
    ],
)
def test_a_world_is_not_at_rest_while_a_connector_of_which_little_is_known_is_kept_from_what_is_new(
    kind: str, by: str, lasts: str | None
) -> None:
    stage = InProcessStage(World, seats=Seats(connector=SilentConnector, oms=OurOms))
    claim = stage.request_return(stage.place_order()["order_id"], type="REFUND")
    stage.advance(by="PT2H")
    stage.plan_fault(kind=kind, operation="search", until=lasts, with_={"by": by})
    (case,) = stage.oms_adjustments()["adjustments"]
    stage.oms_approve(case["id"])
    stage.advance(by="PT6H")
    assert stage.get_return(claim["return_id"])["shown_status"] == "Completed"
    assert stage.faults()["faults"][0]["hit"] > 0
    assert (stage.findings()["findings"], stage.findings()["news_under_way"]) == ([], lasts is None)
    stage.close()


@pytest.mark.parametrize(
    ("ask", "capability"),
    [
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


def test_a_book_that_is_not_shown_is_left_out_of_the_ledgers(stage: InProcessStage) -> None:
    order = stage.place_order()
    (row,) = stage.ledgers()["orders"]
    assert (row["order_id"], row["connector"], row["agree"]) == (order["order_id"], None, True)
    assert row["marketplace"] == row["oms"] == {"refunded": "0.00"}


@pytest.fixture
def empty() -> Iterator[InProcessStage]:
    stage = InProcessStage(World, seats=Seats())
    yield stage
    stage.close()


def test_what_a_connector_answers_for_the_silent_can_be_told_to_ours_alone() -> None:
    stage = InProcessStage(World, seats=Seats())
    with pytest.raises(Problem, match="nobody but our own connector can be told") as refused:
        stage.reset(default_answers={"REFUND": "approve"})
    assert (refused.value.status, refused.value.field) == (501, "default_answers")
    stage.reset(default_answers={})
    stage.close()


@pytest.mark.parametrize("told", [{"oms_policy": "approve"}, {"oms_manners": ["careless"]}])
def test_how_an_oms_behaves_can_be_told_to_ours_alone(told: Json) -> None:
    stage = InProcessStage(World, seats=Seats())
    with pytest.raises(Problem, match="nobody but our own OMS can be told so") as refused:
        stage.reset(**told)
    assert (refused.value.status, refused.value.field) == (501, *told)
    assert "oms_manners" not in stage.reset(oms_policy="person", oms_manners=["careful"])
    stage.close()


def test_a_world_with_nobody_on_its_seats_can_be_begun_and_moved(empty: InProcessStage) -> None:
    stage = empty
    order = stage.place_order()
    asked = stage.request_return(order["order_id"], type="REFUND")
    stage.advance(by="PT25H")
    assert stage.get_return(asked["return_id"])["refunded"] == order["total"]  # silence is a yes
    assert (stage.world()["connector"], stage.current.shops.known) == (None, [])
    before = stage.world()["tiktok"]
    stage.plan_fault(kind="deauthorised")
    again = stage.authorize_shop(before["shop_id"])
    assert (again["auth_code"], again["access_token"]) == (before["auth_code"], stage.world()["tiktok"]["access_token"])
    assert stage.findings()["findings"] == []


@pytest.mark.parametrize("ask", [InProcessStage.kill_connector, InProcessStage.start_connector])
def test_nobody_can_kill_or_start_who_is_not_there(
    empty: InProcessStage, ask: Callable[[InProcessStage], object]
) -> None:
    with pytest.raises(Problem, match="the connector's process cannot be ended") as refused:
        ask(empty)
    assert refused.value.status == 501


# whose call it is


def test_a_call_with_the_seats_app_is_the_connectors_and_one_with_the_tools_app_nobodys(empty: InProcessStage) -> None:
    """The world shows both apps; a call that names no app that there is, is known by its token."""
    shown, world = empty.world(), empty.current
    seat, tools = Outsider(world, shown["tiktok"]), Outsider(world, shown["tools"])
    assert shown["tiktok"]["app_key"] != shown["tools"]["app_key"]
    assert shown["shops"][0]["access_token"] == shown["tiktok"]["access_token"] != shown["tools"]["access_token"]
    assert shown["shops"][0]["tools"].items() <= shown["tools"].items()
    for one, caller in ((seat, "connector"), (tools, "outside")):
        assert (one.search(), one.caller) == (0, caller)
        assert (one.search(app_key="no"), one.caller) == (36009004, caller)
    seat.app = {**seat.app, "access_token": "ROW_no"}
    assert (seat.search(app_key="no"), seat.caller) == (36009004, "outside")
    assert (seat.search(), seat.caller) == (105001, "connector")


def test_what_breaks_the_contract_is_a_finding_of_the_connectors_and_nothing_of_the_tools(
    empty: InProcessStage,
) -> None:
    shown, world = empty.world(), empty.current
    refund = empty.request_return(empty.place_order()["order_id"], type="REFUND")
    path = f"/return_refund/202309/returns/{refund['return_id']}/approve"
    for app, findings in (("tools", 0), ("tiktok", 1)):
        assert Outsider(world, shown[app]).post(path, {"decision": "YES"})["code"] != 0, "the marketplace refuses it"
        assert len(world.auditor.broken()) == findings
    (finding,) = world.auditor.broken()
    assert (finding.invariant, finding.suspect) == ("contract-kept", "connector")
    assert "YES" in finding.seen


def test_trouble_bites_on_the_calls_of_the_seats_app_alone(empty: InProcessStage) -> None:
    shown, world = empty.world(), empty.current
    seat, tools = Outsider(world, shown["tiktok"]), Outsider(world, shown["tools"])
    refused = world.trouble.plan(kind="refuse", times=1, **{"from": "connector", "with": {"status": 503}})
    assert (tools.search(), refused.calls) == (0, 0)
    assert (seat.search(), refused.hit, seat.search()) == (36009003, 1, 0)


@pytest.mark.parametrize(
    ("kind", "having", "code", "shows_others"),
    [
        ("token_revoked", {}, 105001, True),
        ("token_expired", {}, 105002, True),
        ("deauthorised", {}, 105001, True),
        ("scope_removed", {"scope": "seller.return_refund.basic"}, 105005, False),
        ("quota", {"calls": 0}, 36009037, False),
    ],
)
def test_trouble_at_the_marketplace_concerns_the_seats_app_and_never_the_tools(
    empty: InProcessStage, kind: str, having: Json, code: int, *, shows_others: bool
) -> None:
    shown, world = empty.world(), empty.current
    seat, tools = Outsider(world, shown["tiktok"]), Outsider(world, shown["tools"])
    planned = world.trouble.plan(kind=kind, times=1, **{"with": having})
    assert (tools.search(), planned.hit) == (0, 0)
    assert (seat.search(), planned.hit, tools.search()) == (code, 1, 0)
    renewed = empty.world()
    assert renewed["tools"] == shown["tools"]
    assert (renewed["tiktok"] != shown["tiktok"]) is shows_others
    assert Outsider(world, renewed["tiktok"]).search() == 0, "what is shown is good"


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("app", ["tiktok", "tools"])
def test_whoever_calls_from_outside_may_live_by_either_clock_where_time_is_not_strict(app: str, strict: bool) -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    stage = InProcessStage(World, seats=Seats(), strict_time=strict)
    with freeze_time(now):
        outside = Outsider(stage.current, stage.world()[app])
        codes = [outside.post(SEARCH, {}, at=at)["code"] for at in (now, stage.current.now)]
    assert codes == [36009004 if strict else 0, 0]
    stage.close()


def test_our_connectors_app_is_shown_nowhere_and_is_nobodys_from_outside() -> None:
    world = World()
    app = world.marketplace.developer_apps["connector"]
    stage = InProcessStage(lambda **settings: world)
    assert app.key not in json.dumps(stage.world())
    outsider = Outsider.of(world, AppName.CONNECTOR)
    assert (outsider.search(), outsider.caller) == (0, "outside")
    outsider.says = {"Rehearsal-Caller": "connector"}
    assert (outsider.search(), outsider.caller) == (0, "outside"), "nobody is believed who says so"
    stage.close()


@pytest.mark.parametrize("door", ["connector", "oms"])
def test_behind_the_door_of_a_player_who_is_not_there_one_learns_so(empty: InProcessStage, door: str) -> None:
    answer = Client(outside_app(empty.current, door)).get("/v1/Orders")
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert f"seat of the {door}" in answer.text.lower().replace("'s", "")
    assert (empty.world()["urls"][door], empty.world()["shops"][0]["profile_id"]) == (None, None)
