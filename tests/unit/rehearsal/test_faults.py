"""Faults: read or refused by name, counted, stacked, over in time; and each kind met by a connector that recovers."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import pytest
import requests

from rehearsal.audit.limits import UNLIMITED
from rehearsal.control.validation import document
from rehearsal.seats.port import CONNECTOR_HOST
from rehearsal.wire.faults.kinds import KINDS
from rehearsal.wire.faults.reading import CALLED, CALLERS, FROM, Mistake, read_fault
from rehearsal.wire.recorder import undisturbed
from rehearsal.world.world import API_HOST, NewShop, World
from tests.clock import START

MINUTE = timedelta(minutes=1)
SHOP = "7495000000000000001"


def asked(world: World, kind: str = "REFUND") -> str:
    """Return the number of a claim that stands before the staff."""
    order = world.marketplace.place_order()
    returned = world.marketplace.request_return(order.order_id, return_type=kind)
    world.advance(by=30 * MINUTE)
    return returned.return_id


def approve(world: World, return_id: str) -> None:
    (case,) = (case for case in world.oms.adjustments() if case.return_id == return_id)
    world.oms.approve(case.id)


def broken(world: World) -> list[str]:
    return [f"{finding.invariant}: {finding.seen}" for finding in world.findings() if finding.broken]


def test_the_control_api_describes_every_kind_and_what_goes_with_it() -> None:
    described = document()["components"]["schemas"]["Fault"]["properties"]
    assert described["kind"]["enum"] == [*KINDS]
    rows = re.findall(r"^\| `(\w+)`.*?\| (.*?)\|$", described["with"]["description"], re.MULTILINE)
    assert {kind: set(re.findall(r"`(\w+)`", takes)) for kind, takes in rows} == {
        name: set(kind.takes) for name, kind in KINDS.items()
    }


def test_the_control_api_names_whose_calls_there_are_and_for_whom() -> None:
    said = document()["components"]["schemas"]["Fault"]["properties"]
    callers = {caller for callers in CALLERS.values() for caller in callers}
    assert (set(said["from"]["enum"]), set(said["to"]["enum"])) == (callers, set(CALLERS)) == (set(FROM), set(CALLERS))


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({}, "kind", "is missing"),
        ({"kind": "cut_befor"}, "kind", "did you mean cut_before?"),
        *(
            ({"kind": word}, "kind", f"did you mean {kind}?")
            for word, kind in [
                *(("refused", "refuse"), ("late", "delay"), ("lost", "cut_after"), ("doubled", "duplicate")),
                *(("out of order", "reorder"), ("out_of_date", "stale")),
                *((name, kind) for kind, names in CALLED.items() for name in names),
            ]
        ),
        ({"kind": "rain"}, "kind", "refuse (calls are refused), unreachable (nobody can be reached)"),
        ({"kind": "garble", "to": "buyer"}, "to", "known: marketplace, connector, oms"),
        ({"kind": "garble", "to": "oms", "from": "oms"}, "from", "from oms or marketplace or tools to connector; from"),
        *(
            ({"kind": "garble", "from": who, "to": whom}, "from", f"never calls the {whom}; calls go from connector")
            for who, whom in [("oms", "marketplace"), ("connector", "connector")]
        ),
        ({"kind": "garble", "form": "oms"}, "form", "did you mean from?"),
        ({"kind": "garble", "from": "buyer"}, "from", "known: connector, oms, marketplace, tools"),
        ({"kind": "forge"}, "to", "webhooks, which go to the connector"),
        ({"kind": "forge", "to": "connector", "operation": "approve"}, "to", "webhooks, which go to the connector"),
        ({"kind": "forge", "to": "connector", "from": "oms"}, "from", "the marketplace's alone"),
        (
            {"kind": "unnumbered", "to": "oms"},
            "to",
            "is oms; unnumbered is trouble of webhooks, which go to the connector",
        ),
        ({"kind": "other_topic", "to": "oms"}, "to", "webhooks, which go to the connector"),
        ({"kind": "other_topic", "to": "connector", "with": {"type": 0}}, "with.type", "the number of a topic"),
        ({"kind": "refuse", "with": {"code": -1}}, "with.code", "a code of the marketplace's"),
        ({"kind": "refuse", "with": {"status": 200, "code": 0}}, "with.code", "that is an empty_success"),
        ({"kind": "garble", "operation": "aprove"}, "operation", "did you mean approve?"),
        ({"kind": "garble", "operation": "approveReturn_202309"}, "operation", "did you mean approveReturn?"),
        ({"kind": "garble", "to": "connector", "operation": "approveReturn"}, "operation", "did you mean"),
        ({"kind": "garble", "to": "connector", "shop_id": SHOP}, "shop_id", "only calls to the marketplace"),
        ({"kind": "garble", "times": 0}, "times", "1 or more"),
        ({"kind": "garble", "skip": -1}, "skip", "0 or more"),
        ({"kind": "garble", "probability": 1.5}, "probability", "at most 1"),
        ({"kind": "garble", "until": "tomorrow"}, "until", "such as PT20M"),
        ({"kind": "garble", "until": "2001-01-01T00:00:00Z"}, "until", "does not lie ahead"),
        ({"kind": "garble", "with": {"bytes": 3}}, "with.bytes", "takes nothing"),
        ({"kind": "truncate", "with": {"byte": 3}}, "with.byte", "did you mean bytes?"),
        ({"kind": "truncate", "with": {"bytes": "3"}}, "with.bytes", "a number of bytes"),
        ({"kind": "delay"}, "with.by", "is missing"),
        ({"kind": "delay", "with": {"by": 10}}, "with.by", "such as PT10S"),
        ({"kind": "quota", "with": {"per": "PT1H"}}, "with.calls", "is missing"),
        ({"kind": "token_revoked", "to": "connector"}, "to", "the marketplace's own"),
        ({"kind": "unknown_status", "to": "connector"}, "to", "the marketplace's own"),
        ({"kind": "scope_removed", "with": {"scope": "orders"}}, "with.scope", "seller.order.info"),
        (["garble"], "fault", "is a mapping"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(given: Any, field: str, words: str) -> None:
    with pytest.raises(Mistake) as refused:
        read_fault(given, KINDS, START)
    assert refused.value.field == field
    assert words in str(refused.value)


def test_a_world_without_faults_pays_nothing_and_one_with_them_pays_until_they_are_over() -> None:
    world = World()
    assert world.recorder.link is undisturbed
    soon = world.trouble.plan(kind="unreachable", at="PT20M", until="PT20M")
    assert world.recorder.link is undisturbed
    ahead = [entry.what for entry in world.agenda() if entry.who == "stage"]
    assert ahead == ["trouble begins: fault-1, nobody can be reached"]
    world.advance(by=30 * MINUTE)
    assert (soon.stage, soon.hit) == ("active", 3)
    world.advance(by=10 * MINUTE)
    assert soon.stage == "over"
    assert world.recorder.link is undisturbed


def test_a_fault_skips_counts_and_draws_as_planned() -> None:
    world = World()
    second = world.trouble.plan(kind="garble", operation="searchReturns", skip=1, times=1)
    never = world.trouble.plan(kind="garble", to="connector", operation="reject", times=2)
    tools = world.trouble.plan(kind="garble", **{"from": "tools"})
    some = world.trouble.plan(kind="delay", probability=0.5, **{"with": {"by": "PT1S"}})
    world.advance(by=60 * MINUTE)
    assert [(one.calls, one.hit, one.missed) for one in (second, never, tools)] == [(2, 1, 0), (0, 0, 2), (0, 0, 0)]
    assert 0 < some.hit < some.calls
    assert [one.stage for one in world.trouble.lift()] == ["over"] * 4
    assert world.recorder.link is undisturbed


def test_faults_meet_a_call_in_the_order_they_were_planned_and_the_first_that_answers_ends_it() -> None:
    world = World()
    having = {"with": {"by": "PT5S"}}
    delayed, refused, unmet = (
        world.trouble.plan(kind=kind, operation="getOrderList", times=1, **more)
        for kind, more in (("delay", having), ("refuse", {}), ("cut_after", {}))
    )
    world.advance(by=MINUTE)
    assert (delayed.hit, refused.hit, unmet.hit) == (1, 1, 0)
    (entry,) = (entry for entry in world.trace.entries() if entry.get("fault"))
    assert (entry["fault"], entry["status"]) == ("delay, refuse", 503)


SPOILT: Final[Mapping[str, Any]] = {"refuse": {"acted": True}, "delay": {"by": "PT2S", "of": "answer"}}
OF_ANSWERS: Final = [
    *("refuse", "delay", "cut_after", "truncate", "garble", "wrong_content_type", "empty_success", "unknown_fields"),
    *("duplicate", "slow_drip"),
]


@pytest.mark.parametrize("kind", OF_ANSWERS)
def test_what_needs_an_answer_is_not_hit_where_nobody_can_be_reached(kind: str) -> None:
    """It stays for the next call: neither has the other side acted, nor could anything be lost."""
    world = World()
    one = world.trouble.plan(kind=kind, times=1, **{"with": SPOILT.get(kind, {})})
    world.trouble.plan(kind="unreachable", times=1)
    session = world.wire.session("connector")
    with pytest.raises(requests.ConnectionError):
        session.get(f"https://{API_HOST}/order/202309/orders")
    assert (one.hit, one.calls) == (0, 1)
    with suppress(requests.RequestException):
        session.get(f"https://{API_HOST}/order/202309/orders")
    assert (one.hit, one.calls) == (1, 2)
    world.close()


def test_others_act_while_a_call_is_delayed_and_its_caller_is_late_for_what_it_had_planned() -> None:
    world = World(shops=2)
    world.advance(by=MINUTE)
    world.trouble.plan(kind="delay", operation="getOrderList", times=1, **{"with": {"by": "PT20S"}})
    before = len(world.trace)
    advanced = world.advance(by=14 * MINUTE + timedelta(seconds=5))
    acts = [(entry["who"], entry["at"][11:19]) for entry in world.trace.entries(before) if entry["kind"] == "act"]
    assert acts == [("connector", "09:15:20"), ("oms", "09:15:00"), ("connector", "09:15:20")]
    assert (advanced.now, advanced.idle) == (START + 15 * MINUTE + timedelta(seconds=20), 3)


def test_a_call_that_takes_longer_than_its_caller_waits_is_given_up_at_that_time() -> None:
    world = World()
    late = world.trouble.plan(kind="delay", operation="getOrderList", times=1, **{"with": {"by": "PT1H"}})
    world.advance(by=MINUTE)
    (entry,) = (entry for entry in world.trace.entries() if entry.get("fault"))
    assert (late.hit, entry["failure"], entry["status"]) == (1, "ReadTimeout", None)
    acts = {entry["who"]: entry["at"] for entry in world.trace.entries() if entry["kind"] == "act"}
    assert acts == {"connector": "2031-03-03T09:00:30Z", "oms": "2031-03-03T09:00:00Z"}


@pytest.mark.parametrize("kind", ["refresh_ended", "deauthorised"])
def test_what_needs_the_seller_s_consent_is_over_when_it_is_given_again(kind: str) -> None:
    world = World(shops=2)
    return_id = asked(world)
    first, second = (shop.shop_id for shop in world.marketplace.shops)
    planned = world.trouble.plan(kind=kind, shop_id=first)
    if kind == "refresh_ended":
        world.trouble.plan(kind="token_expired", shop_id=first, times=1)
    approve(world, return_id)
    world.advance(by=60 * MINUTE)
    assert planned.hit >= 3
    assert world.marketplace.return_view(return_id).refunded == 0
    (troubled,) = {entry["shop"] for entry in world.trace.entries() if entry.get("fault")} - {None}
    assert troubled == first != second
    world.connector.add_shop(world.marketplace.credentials(first).auth_code)
    world.advance(by=60 * MINUTE)
    assert world.marketplace.return_view(return_id).shown_status == "Completed"
    assert broken(world) == []


@pytest.mark.parametrize("named", [0, 1])
def test_what_ends_the_tokens_of_a_seller_concerns_all_their_shops_and_no_other(named: int) -> None:
    world = World(shops=[NewShop(seller="Acme"), NewShop(seller="Acme"), NewShop()])
    shops = [shop.shop_id for shop in world.marketplace.shops]
    world.trouble.plan(kind="deauthorised", shop_id=shops[named])
    world.advance(by=60 * MINUTE)
    limits = world.auditor.memory.limits
    stopped = [limits.extension(shop_id, world.now) == UNLIMITED for shop_id in shops]
    assert stopped == [True, True, False]
    world.authorize_shop(shops[1 - named])
    assert UNLIMITED not in [limits.extension(shop_id, world.now) for shop_id in shops]
    assert broken(world) == []


def test_whoever_a_lost_renewal_has_shut_out_is_not_blamed_before_the_seller_has_helped() -> None:
    world = World()
    return_id = asked(world)
    world.trouble.plan(kind="token_expired", times=1)
    world.trouble.plan(kind="cut_after", operation="refreshToken", until="PT45M")
    approve(world, return_id)
    world.advance(by=timedelta(hours=3))
    assert world.marketplace.return_view(return_id).shown_status == "Request Pending"
    assert broken(world) == []
    world.authorize_shop(world.marketplace.shops[0].shop_id)
    world.advance(by=60 * MINUTE)
    assert world.marketplace.return_view(return_id).shown_status == "Completed"
    assert broken(world) == []


def test_of_old_answers_none_is_kept_that_is_not_given_again() -> None:
    world = World()
    planned = world.trouble.plan(kind="stale", **{"with": {"by": "PT1H"}})
    world.advance(by=timedelta(days=1))
    assert planned.hit > 40
    assert max(map(len, planned.memory.values())) == 5  # those of an hour, and the one at its beginning


def test_what_is_not_there_is_refused_and_leaves_nothing_planned() -> None:
    world = World()
    for given, field in (({"shop_id": "7"}, "shop_id"), ({"with": {"return_id": "4035"}}, "with.return_id")):
        with pytest.raises(Mistake) as refused:
            world.trouble.plan(kind="locked", **{"with": {"return_id": "1"}, **given})
        assert refused.value.field == field
    assert world.trouble.faults() == ()
    assert world.trouble.plan(kind="locked", at="PT1H", **{"with": {"return_id": "4035"}}).stage == "ahead"


def test_what_was_hit_is_told_with_what_fired_before_the_act_that_it_befell() -> None:
    world = World()
    world.trouble.plan(kind="cut_after", operation="searchReturns", times=1)
    world.trouble.plan(kind="token_revoked")
    shop = f"of the shop {world.marketplace.shops[0].shop_id}"
    told = [(act.who, act.what) for act in world.advance(by=MINUTE).fired]
    assert told[:5] == [
        ("stage", f"fault-2 hits the connector's get order list {shop}: access tokens are revoked"),
        ("stage", f"fault-2 hits the connector's search returns {shop}: access tokens are revoked"),
        ("stage", f"fault-1 hits the connector's search returns {shop}: the answer is lost"),
        ("stage", f"fault-2 hits the connector's search cancellations {shop}: access tokens are revoked"),
        ("connector", "round: orders unavailable, returns unavailable, cancellations unavailable"),
    ]


@pytest.mark.parametrize(("status", "written"), [(429, "2400"), (503, "Mon, 03 Mar 2031 09:40:00 GMT")])
def test_when_to_come_again_is_said_in_both_ways_of_http(status: int, written: str) -> None:
    world = World()
    told: list[timedelta | None] = []
    world.recorder.subscribe(lambda exchange: told.append(exchange.wait))
    world.trouble.plan(kind="refuse", **{"with": {"status": status, "retry_after": 2400}})
    answer = world.wire.session("connector").get(f"https://{API_HOST}/order/202309/orders")
    assert (answer.headers["retry-after"], told) == (written, [timedelta(minutes=40)])
    world.close()


@pytest.mark.parametrize(
    ("host", "written"),
    [(API_HOST, "application/json; charset=utf-8"), (CONNECTOR_HOST, "application/json")],
    ids=["marketplace", "connector"],
)
def test_who_refuses_on_the_way_writes_as_whoever_was_called(host: str, written: str) -> None:
    world = World()
    world.trouble.plan(kind="refuse", to="marketplace" if host == API_HOST else "connector")
    caller = "connector" if host == API_HOST else "oms"
    assert world.wire.session(caller).get(f"https://{host}/v1/Orders").headers["content-type"] == written
    world.close()
