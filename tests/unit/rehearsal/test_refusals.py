"""Whoever is let in nowhere is not judged, and whoever signs wrongly is told so: what the gate's refusals come to."""

from datetime import timedelta
from typing import Any

import pytest

from rehearsal.audit.event import Trouble
from rehearsal.audit.finding import Verdict
from rehearsal.audit.limits import ROUND, Limits
from rehearsal.audit.refusals import Refusals
from rehearsal.control.local import InProcessStage
from rehearsal.gherkin.recording import refused
from rehearsal.report.checked import Checked
from rehearsal.seats.port import Seats
from rehearsal.wire.recorder import Exchange
from rehearsal.world.world import World
from tests.clock import START
from tests.outsider import SEARCH, Outsider

SIGNATURE, TOKEN = (401, 106001, "sign"), (401, 105001, "token")
YES = (200, 0, "")


def call(minutes: int, answer: tuple[int, int, str], shop: str | None = "A", **more: Any) -> Exchange:
    status, code, words = answer
    at = START + timedelta(minutes=minutes)
    said = {"caller": "connector", "callee": "marketplace", "outside": False, "operation": "searchReturns_202309"}
    about = {"status": status, "code": code, "refusal": words, "shop": shop, "breaches": ()}
    return Exchange(**{"seq": minutes + 1, "at": at, **said, **about, **more})


@pytest.mark.parametrize(
    ("calls", "shut_out", "told"),
    [
        ([], False, ""),
        ([call(0, YES)], False, ""),
        ([call(0, SIGNATURE), call(15, SIGNATURE)], True, "refused all 2 calls of the connector, so nothing"),
        ([call(0, YES, operation="getToken"), call(1, TOKEN)], True, "refused all 1 calls"),
        ([call(0, (200, 36004004, "code"), operation="getToken")], True, "200, 36004004 code"),
        ([call(0, TOKEN), call(1, YES, operation="refreshToken"), call(2, YES)], False, "refused 1 of 2 calls"),
        ([call(0, TOKEN, None), call(1, YES, operation="refreshToken")], True, "refused all 1 calls"),
        (
            [call(0, YES), *(call(at, TOKEN) for at in (15, 30, 45))],
            True,
            "refused 3 of 4 calls of the connector, every",
        ),
        ([call(0, YES), call(45, TOKEN)], False, "refused 1 of 2 calls of the connector: 401, 105001 token"),
        (
            [call(0, YES, "B"), *(call(at, TOKEN) for at in (0, 15, 45)), call(45, YES, "B")],
            True,
            "for the shop A since",
        ),
        ([call(0, (429, 36009002, "busy"))], False, ""),
        ([call(0, (200, 25011012, "no"))], False, ""),
        ([call(0, TOKEN, fault="stale")], False, ""),
        ([call(0, TOKEN, caller="outside")], False, ""),
    ],
)
def test_who_is_let_in_nowhere_is_told_from_who_is_refused_something(
    calls: list[Exchange], *, shut_out: bool, told: str
) -> None:
    gate, now = Refusals(Limits()), START + timedelta(minutes=50)
    for one in calls:
        gate.on_exchange(one)
    assert (gate.shut_out(now) is not None) == shut_out
    assert told in (gate.told(now) or "")
    assert bool(told) == (gate.told(now) is not None)


def test_what_trouble_did_shuts_nobody_out() -> None:
    limits = Limits()
    limits.note(Trouble(START, "A", until_authorized=True))
    gate = Refusals(limits)
    gate.on_exchange(call(15, TOKEN))
    assert gate.told(START + 2 * ROUND) is None


@pytest.mark.parametrize(
    ("wrong", "finding", "not_judged"),
    [
        ({"app_secret": "another"}, "106001 Invalid credentials. The 'sign' query parameter is invalid.", True),
        ({"app_key": "another", "access_token": "another"}, "", True),
        ({"access_token": "another"}, "", True),
        ({}, "", False),
    ],
)
def test_calls_that_are_refused_are_seen_in_a_world_that_nobody_else_speaks_of(
    wrong: dict[str, str], finding: str, *, not_judged: bool
) -> None:
    """In process, with an empty seat, whose app's calls are the connector's."""
    stage = InProcessStage(World, seats=Seats())
    app = stage.world()["tiktok"]
    outsider = Outsider(stage.current, {**app, **wrong})
    for _ in range(2):
        outsider.post(SEARCH, {})
        stage.advance(by="PT15M")
    said = stage.findings()
    assert bool(said["refused"] and said["refused"]["shut_out"]) == not_judged
    assert finding in "".join(one["seen"] for one in said["findings"])
    if said["refused"]:
        held = {one["invariant"] for one in said["verdicts"] if one["verdict"] == Verdict.HELD}
        assert held == set()
        checked = Checked.of(stage, "again")
        assert checked.outcome == ("broken" if finding else "not judged")
        assert refused(said) in checked.markdown()
        assert (b"<failure" in checked.junit()) == (checked.outcome == "broken")
        assert "✗" in stage.trace_mermaid().decode()
