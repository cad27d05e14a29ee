"""A scenario that has been played: what it said, how it ended, and everything there was to see when it was over."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from rehearsal.control.places import near
from rehearsal.control.stage import Json
from rehearsal.gherkin.timeline import Entry
from rehearsal.sums import Sum

_REQUIREMENT: Final = re.compile("R[0-9]{1,9}")


class Outcome(StrEnum):
    HELD = "held"
    BROKEN = "broken"
    NOT_JUDGED = "not judged"
    STAGE_FAILED = "stage failed"
    MISWRITTEN = "miswritten"


@dataclass(frozen=True)
class StepResult:
    """One line of a scenario and whether it went as it says: passed, failed or left out."""

    keyword: str
    text: str
    outcome: str
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Observation:
    """What the stage showed when the scenario was over; `failure` is the connector's, where it is not ours."""

    failure: str = ""
    world: Json = field(default_factory=dict)
    returns: tuple[Json, ...] = ()
    ledgers: tuple[Json, ...] = ()
    mails: tuple[Json, ...] = ()
    findings: Json = field(default_factory=dict)
    trace: tuple[Json, ...] = ()
    faults: tuple[Json, ...] = ()  # those of the plan that the suite was played under come first


@dataclass(frozen=True)
class Listed:
    """A scenario that would be played, and where it stands."""

    file: str
    line: int
    feature: str
    name: str
    tags: tuple[str, ...]

    @property
    def place(self) -> str:
        """Return FILE:LINE, the file as seen from here where it lies below."""
        return place(self.file, self.line)


def place(file: str, line: int) -> str:
    """Return FILE:LINE, the file as seen from here where it lies below; without a line the file alone."""
    return f"{near(file)}:{line}" if line else near(file)


# what says which worlds a suite is played in
WHERE: Final = (
    "--seed",
    "--profile",
    "--profiles",
    "--oms-manners",
    "--faults",
    "--attach",
    "--seat",
    "--longest-wait",
)


def command(file: str, line: int, where: Mapping[str, object]) -> str:
    """Return the command that plays one scenario again, or without a line a whole file; as a shell takes it."""
    return played([place(file, line)], where)


def played(what: Iterable[str], where: Mapping[str, object], by: Sequence[str] = ("rehearsal", "play")) -> str:
    """Return the command that plays something in such worlds; `where` is by the options of `WHERE`."""
    told = [(name, str(where[name])) for name in WHERE if where.get(name) is not None]
    return shlex.join([*by, *what, *(word for pair in told for word in pair)])


@dataclass(frozen=True)
class ScenarioResult:
    """One scenario's record; of a file that cannot be read there is no more than its name and why (line 0)."""

    file: str
    feature: str
    name: str
    outcome: Outcome
    why: str = ""
    comparison: str = ""  # how Python tells apart what was expected and what was seen, for a closer look
    line: int = 0
    rule: str = ""
    tags: frozenset[str] = frozenset()
    steps: tuple[StepResult, ...] = ()
    entries: tuple[Entry, ...] = ()
    observed: Observation = field(default_factory=Observation)
    again: str = ""  # the command that plays it again
    buyers: Mapping[str, str] = field(default_factory=dict)  # whose each order and request is, where people are known
    seconds: float = field(default=0.0, compare=False)  # of the machine's time that its steps took

    @property
    def ended_early(self) -> bool:
        """Return whether steps of it were not played, because one before them has failed."""
        return {"failed", "left out"} <= {step.outcome for step in self.steps}

    def __str__(self) -> str:
        """Return its steps up to the one that failed, the reason, and how to play it again."""
        marks = {"passed": "✓", "failed": "✗"}
        steps = [f"  {marks.get(step.outcome, '·')} {step.keyword} {step.text}" for step in self.steps]
        return "\n".join(steps + [f"  {line}".rstrip() for line in (*self.why.splitlines(), f"Again: {self.again}")])

    @property
    def place(self) -> str:
        """Return FILE:LINE, the file as seen from here where it lies below; of an unreadable file no line."""
        return place(self.file, self.line)

    @property
    def subject(self) -> str:
        """Return the folder the feature lies in."""
        return self.file.rsplit("/", 2)[-2] if "/" in self.file else ""

    @property
    def requirements(self) -> tuple[str, ...]:
        return tuple(sorted((t for t in self.tags if _REQUIREMENT.fullmatch(t)), key=lambda t: int(t[1:])))

    def refunded(self, book: str) -> list[Sum]:
        """Return what one of the three books says of each order; nothing where whoever keeps it does not show it."""
        rows = [(order[book], order["currency"]) for order in self.observed.ledgers]
        return [Sum(Decimal(said["refunded"]), currency) for said, currency in rows if said]

    @property
    def findings(self) -> tuple[Json, ...]:
        return tuple(self.observed.findings.get("findings", ()))
