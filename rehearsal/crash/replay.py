"""A script played again, with the connector dying at one boundary or at none, and what then stands in the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from rehearsal.control.calls import CALLS
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Json, Problem
from rehearsal.crash.script import Asked, Script
from rehearsal.world.boundaries import Boundary, CrashPoints
from rehearsal.world.world import World

AFTERWARDS: Final = "PT1H"  # after the hour that every scenario has: a death costs a round, and the OMS a pull
# What has to be the same at rest. Texts are not compared, for they may tell of the death.
_COMPARED: Final = {
    "ledgers": ("orders", ("order_id", "paid", "marketplace", "connector", "oms")),
    "returns": ("returns", ("return_id", "return_status", "refund_total", "refunded")),
    "oms_adjustments": ("adjustments", ("return_id", "cancel_id", "order_id", "kind", "status", "currency", "amount")),
}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a story ended: what stands at rest, what the auditor found, why each call was refused ("": it was not)."""

    rest: Json
    findings: Sequence[Json]
    refused: Sequence[str]


@dataclass(frozen=True, slots=True)
class Story:
    """A script as it goes when nobody dies, and where the connector could."""

    script: Script
    ending: Ending
    boundaries: tuple[Boundary, ...]
    passed: int  # with those that are left out


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one death: nothing, when `why` is empty, or what is wrong afterwards."""

    place: str
    number: int
    what: str
    why: str = ""
    otherwise: int = 0  # so many calls of the story went otherwise than without the death
    failed: bool = False  # the stage could not play it


def told(script: Script) -> Story:
    """Play a script as it was and note where the connector may die."""
    points = CrashPoints()
    ending = _play(script, points)
    return Story(script, ending, tuple(points.kept), points.number)


def trial(story: Story, boundary: Boundary, down: timedelta) -> Trial:
    """Have the connector die at a boundary and start again `down` later; return what is not as without that."""
    points = CrashPoints(lambda one: one.number == boundary.number, down)
    place, what = story.script.place, boundary.spoken
    ending = _play(story.script, points)
    if points.killed is None:
        why = "the connector never came by here again: the story does not play the same twice"
        return Trial(place, boundary.number, what, why, failed=True)
    otherwise = sum(one != other for one, other in zip(story.ending.refused, ending.refused, strict=True))
    return Trial(place, boundary.number, what, _wrong(story, ending), otherwise)


def _wrong(story: Story, ending: Ending) -> str:
    broken = [f"{one['invariant']}: expected {one['expected']}; seen {one['seen']}" for one in ending.findings]
    for name, rows in story.ending.rest.items():
        seen = ending.rest[name]
        broken += [f"{name}: without the death, not with it: {_shown(row)}" for row in rows if row not in seen]
        broken += [f"{name}: with the death, not without it: {_shown(row)}" for row in seen if row not in rows]
    return "\n".join(broken)


def _shown(row: Json) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)


def _play(script: Script, points: CrashPoints) -> Ending:
    stage = InProcessStage(World, profiles=script.profiles, **script.settings)
    try:
        stage.current.kill_at(points)
        refused = [_ask(stage, asked, points) for asked in (*script.calls, Asked("advance", {}, {"by": AFTERWARDS}))]
        return Ending(_rest(stage), stage.findings()["findings"], refused)
    finally:
        stage.close()


def _ask(stage: InProcessStage, asked: Asked, points: CrashPoints) -> str:
    """Make a call of the story; return why it was refused."""
    try:
        stage.request(CALLS[asked.name], asked.path, asked.body)
    except Problem as refusal:
        return str(refusal)
    if asked.name == "reset":  # the world that was there is gone, with all that its connector came by
        points.begin_anew()
        stage.current.kill_at(points)
    return ""


def _rest(stage: InProcessStage) -> Json:
    documents = {name: getattr(stage, name)()[rows] for name, (rows, _) in _COMPARED.items()}
    return {
        name: sorted(({key: row[key] for key in keys} for row in documents[name]), key=str)
        for name, (_, keys) in _COMPARED.items()
    }
