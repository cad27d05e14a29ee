"""Whose fault it is that a scenario did not hold, and where: by what was raised and by whose code it came through.

A mistake of whoever wrote the scenario or its steps is *miswritten*, a player's is *broken*, all else is the stage's.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import takewhile
from pathlib import Path
from typing import Final

import pytest
from _pytest.config import PluginImportFailure
from pytest_bdd.exceptions import StepDefinitionNotFoundError

from rehearsal.control.places import CONNECTOR_FAILED, Place, named, near, places, places_told
from rehearsal.control.stage import Problem, Stage
from rehearsal.gherkin.errors import Miswritten, NotJudged, StageFailed
from rehearsal.gherkin.expect import Differs
from rehearsal.gherkin.refusals import Refusal
from rehearsal.gherkin.results import Outcome
from rehearsal.world.errors import WorldError

ADDRESS: Final = re.compile(r" at 0x[0-9a-f]+")
RAISED: Final = re.compile(r"^ *(\w[\w.]*(?:: .*)?)$", re.MULTILINE)  # as Python shows what was raised
DEEPEST: Final = 8  # places that are shown
_INSIDE: Final = ("rehearsal.world", "rehearsal.simulation", "rehearsal.wire")
_ASKED: Final = ("rehearsal.gherkin", "rehearsal.control")  # what a step of somebody's own speaks to
_THROUGH: Final = {str(Path(__file__).with_name(name)) for name in ("plugin.py", "audit.py")}  # everything comes
# What says in words of its own what is wrong; of all else the kind is said, too.
_SPOKEN: Final = (
    Problem, Miswritten, StepDefinitionNotFoundError, NotJudged, StageFailed, WorldError,
    pytest.skip.Exception, pytest.fail.Exception,
)  # fmt: skip
_BELOW: Final = {
    "datatable": "this step needs a table below it",
    "docstring": "this step needs a text in triple quotes below it",
}
_OWN_ASSERT: Final = "an assert of this step did not hold; expect() of rehearsal.gherkin says in words what differs"

Step = Callable[..., object]


@dataclass(frozen=True)
class Judgement:
    """How a scenario ended, and why, with the lines of whoever's fault it is; apart from that Python's comparison."""

    outcome: Outcome
    why: str = ""
    comparison: str = ""


def judge(fault: BaseException | None, step: Step | None = None) -> Judgement:
    """Return how a scenario ended that raised `fault` while `step` was done."""
    if fault is None:
        return Judgement(Outcome.HELD)
    through = [place for place in places(fault) if place.file not in _THROUGH]
    outcome = _outcome(fault, through, step)
    shown = [place for place in through if place.of_others]
    if outcome is Outcome.STAGE_FAILED:
        shown = through
    elif through and through[-1].of_connector:
        shown = [place for place in through if place.of_connector]
    lines = [f"  {place}" for place in shown[-DEEPEST:]]
    if outcome is Outcome.MISWRITTEN and not shown and step and not _shipped(step):
        lines = [f"  {_definition(step)}"]
    words, comparison = _words(fault)
    return Judgement(outcome, "\n".join((words, *lines)), comparison)


def broken_file(failure: BaseException) -> str:
    """Return what is wrong with a conftest.py, or with what it imports, and in which line."""
    cause, file = getattr(failure, "cause", failure), getattr(failure, "path", None)
    if isinstance(cause, PluginImportFailure) and cause.__cause__:
        cause, file = cause.__cause__, f"the plugin {cause}"
    lines = [f"  {place}" for place in places(cause) if place.of_others]
    words = str(cause) if isinstance(cause, pytest.UsageError) else named(cause)
    if isinstance(cause, SyntaxError):
        words = f"{type(cause).__name__}: {cause.msg}"
        lines.append(f"  {near(str(cause.filename))}:{cause.lineno}: {(cause.text or '').strip()}")
    return "\n".join((f"{near(str(file))} cannot be loaded: {words}" if file else words, *lines))


def broken_hook(failure: BaseException) -> str:
    """Return what is wrong with a hook of somebody else's, and in which line; nothing where it is not theirs."""
    told = places_told(str(failure))  # another process tells of one as Python shows it
    through = told or places(failure)
    words = RAISED.findall(str(failure))[-1] if told else named(failure)
    if not (through and through[-1].of_others) and "PluginValidationError: " not in words:
        return ""
    return "\n".join((words, *(f"  {place}" for place in through if place.of_others)))


def _outcome(fault: BaseException, through: list[Place], step: Step | None) -> Outcome:
    match fault:
        case NotJudged() | pytest.skip.Exception() | pytest.xfail.Exception():
            return Outcome.NOT_JUDGED
        case Miswritten() | StepDefinitionNotFoundError() | pytest.FixtureLookupError() | WorldError():
            return Outcome.MISWRITTEN
        case StageFailed():
            return Outcome.STAGE_FAILED
        # of a profile; not imported, for on a served stage the name is the suite's to use
        case _ if (type(fault).__module__, type(fault).__name__) == ("mock_tiktok.errors", "BadValue"):
            return Outcome.MISWRITTEN
        case Problem():
            return _refused(fault)
        case AssertionError() | pytest.fail.Exception():
            inside = through and through[-1].room.startswith(_INSIDE)
            return Outcome.STAGE_FAILED if inside else Outcome.BROKEN
        case _:
            return _by_place(through, step)


def _refused(refusal: Problem) -> Outcome:
    if refusal.status == 501 or (isinstance(refusal, Refusal) and refusal.carried_out):
        return Outcome.NOT_JUDGED
    if refusal.status >= 500:
        return Outcome.BROKEN if refusal.title == CONNECTOR_FAILED else Outcome.STAGE_FAILED
    in_vain = isinstance(refusal, Refusal) and refusal.of_scenario
    return Outcome.MISWRITTEN if in_vain or refusal.makes_no_sense else Outcome.BROKEN


def _by_place(through: list[Place], step: Step | None) -> Outcome:
    """Return whose fault something is that nobody raised on purpose: theirs in whose code it happened."""
    last = through[-1] if through else None
    inside = any(place.room.startswith(_INSIDE) for place in through)
    if last and last.of_connector:
        return Outcome.BROKEN
    if last and last.of_others:
        return Outcome.BROKEN if inside else Outcome.MISWRITTEN  # inside: who sits on one of the seats
    own = any(place.of_others for place in through) or (step is not None and not _shipped(step))
    asked = last is None or last.room.startswith(_ASKED)
    return Outcome.MISWRITTEN if own and asked and not inside else Outcome.STAGE_FAILED


def _words(fault: BaseException) -> tuple[str, str]:
    """Return what went wrong in the words of the step, where it has any, and what Python has to say to that.

    Neither ever has an object's address.
    """
    if isinstance(fault, pytest.FixtureLookupError):
        name = fault.argname or ""
        return _BELOW.get(name, f"{name!r} is neither a piece of the step's words nor a fixture"), ""
    if isinstance(fault, AttributeError) and fault.name and type(fault.obj).__module__.startswith("rehearsal."):
        return _lacks(fault.obj, fault.name), ""
    if isinstance(fault, Differs):
        return str(fault), fault.comparison
    if isinstance(fault, AssertionError):
        lines = [line for line in str(fault).splitlines() if not ADDRESS.search(line)] or ["the step did not hold"]
        words = list(takewhile(lambda line: not line.startswith("assert "), lines))
        if not words:
            plain = not re.search(r"[{[(]", lines[0])
            return (lines[0] if plain else _OWN_ASSERT), "\n".join(lines[plain:])
        return "\n".join(words), "\n".join(lines[len(words) :])
    return ADDRESS.sub("", str(fault) if isinstance(fault, _SPOKEN) else named(fault)), ""


def _lacks(obj: object, name: str) -> str:
    """Say that one of ours has no such method, and which come nearest."""
    who = "the stage" if isinstance(obj, Stage) else f"a {type(obj).__name__}"
    known = [one for one in dir(obj) if not one.startswith("_")]
    close = get_close_matches(name, known)
    more = f"nearest: {', '.join(close)}" if close else "docs/scenarios.md lists what a step can ask"
    return f"{who} has no {name!r}; {more}"


def _shipped(step: Step) -> bool:
    return step.__module__.startswith("rehearsal.gherkin.steps")


def _definition(step: Step) -> str:
    code = inspect.unwrap(step).__code__
    return f"{near(code.co_filename)}:{code.co_firstlineno}: where the step is defined"
