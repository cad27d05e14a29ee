"""A scenario while it plays: what is noted of it on the way, and the result that is made of the notes."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Final

import pytest
from pytest_bdd import parser as gherkin

from rehearsal.control.places import CONNECTOR_FAILED, near
from rehearsal.control.stage import Json, Problem, Stage
from rehearsal.gherkin.blame import Judgement
from rehearsal.gherkin.collection import LINE, FeatureFile, tags_of
from rehearsal.gherkin.errors import StageFailed
from rehearsal.gherkin.full_timeline import full_timeline
from rehearsal.gherkin.results import WHERE, Observation, Outcome, ScenarioResult, StepResult, command, played
from rehearsal.gherkin.timeline import Timeline
from rehearsal.seats.process import folded

NUMBER: Final = re.compile(r"\d+")
NOBODY: Final[Mapping[str, str]] = {}
LAST_LINES: Final = "last lines:"
ANNOUNCED: Final = re.compile(r"; [^;:]+:$")  # by a line, those below it


@dataclass
class Recording:
    """What is known of a scenario while it plays."""

    timeline: Timeline | None = None
    planned: int = 0  # faults that are planned over the whole run
    scenario: gherkin.Scenario | None = None
    steps: list[StepResult] = field(default_factory=list)
    observed: Observation = field(default_factory=Observation)
    doing: Callable[..., object] | None = None  # the function of the step that is played
    said: Callable[[], Sequence[str]] = tuple  # the last lines that a connector has written which is not ours
    buyers: Callable[[], dict[str, str]] = dict  # whose order is which, by whoever puts people on stage

    def note(self, step: gherkin.Step, outcome: str) -> None:
        """Note how a step went: passed, failed or left out."""
        table = tuple(tuple(str(cell) for cell in row) for row in step.datatable.raw()) if step.datatable else ()
        self.steps.append(StepResult(step.keyword.strip(), step.name, outcome, table))

    def whose(self) -> Mapping[str, str]:
        """Return whose each order and each request is, as far as people are known."""
        names = self.buyers()
        about = self.timeline.orders if self.timeline else {}
        return names | {number: names[order] for number, order in about.items() if order in names}

    def result(self, item: pytest.Item, judged: Judgement) -> ScenarioResult:
        """Return the result of the scenario that `item` played; steps that it did not come to are left out."""
        assert isinstance(item.parent, FeatureFile)
        scenario = self.scenario
        rule = scenario.rule if scenario else None
        failed = any(step.outcome == "failed" for step in self.steps)
        for step in scenario.steps[len(self.steps) :] if scenario else ():
            self.note(step, "left out" if failed else "failed")
            failed = True
        return ScenarioResult(
            file=Path(item.path).as_posix(),
            feature=item.parent.feature,
            name=item.name,
            outcome=judged.outcome,
            why=self._why(judged) + self._found(judged) + self._last_words(judged),
            comparison=judged.comparison,
            line=item.stash[LINE],
            rule=rule.name if rule else "",
            tags=frozenset(tags_of(item)),
            steps=tuple(self.steps),
            entries=full_timeline(self.timeline.entries if self.timeline else (), self.observed, self.buyers()),
            observed=self.observed,
            again=again(item),
            buyers=self.whose(),
        )

    def _found(self, judged: Judgement) -> str:
        """Return what the auditor had found when a step failed; where none did, that is the failure itself."""
        failed = any(step.outcome == "failed" for step in self.steps)
        findings = self.observed.findings.get("findings", ()) if judged.outcome is Outcome.BROKEN and failed else ()
        return "".join(f"\n\n{text}" for text in as_texts(findings, self.whose()) if text not in judged.why)

    def _why(self, judged: Judgement) -> str:
        """Return why it ended so, with the connector's calls that were refused, where that is not told yet.

        They come first where all of them were refused: the rest follows from that.
        """
        said = self.observed.findings
        told = "" if judged.outcome is Outcome.HELD else refused(said)
        if not told or told in judged.why:
            return judged.why
        return "\n\n".join((told, judged.why) if refused(said, unjudged=True) else (judged.why, told))

    def _last_words(self, judged: Judgement) -> str:
        """Return how the connector failed and what it wrote last, where it may be why and is not told yet."""
        if judged.outcome not in (Outcome.BROKEN, Outcome.STAGE_FAILED) or LAST_LINES in judged.why:
            return ""
        if self.observed.failure:
            return f"\n{self.observed.failure}" if self.observed.failure not in judged.why else ""
        lines = [f"\n  | {line}" for line in folded(self.said())]
        return "".join((f"\nthe connector's {LAST_LINES}", *lines)) if lines else ""


def again(item: pytest.Item) -> str:
    """Return the command that plays this one scenario, or this one test, again."""
    where = {name: item.config.getoption(name) for name in WHERE}
    if LINE in item.stash:
        return command(str(item.path), item.stash[LINE], where)
    test = "::".join((near(str(item.path)), *item.nodeid.split("::")[1:]))
    return played([test], where, by=("pytest", "-p", "rehearsal.gherkin"))


RECORDING: Final = pytest.StashKey[Recording]()


def observe(stage: Stage, *, traced: bool) -> Observation:
    """Return what there is to see on the stage; its returns, mails and trace, for who tells of it, only if `traced`."""
    failures: list[str] = []

    def seen(look: Callable[[], Json]) -> Json:
        """Return what is seen; at the second look, where a connector that is not ours fails at the first."""
        for _ in range(2):
            try:
                return look()
            except Problem as refusal:
                if refusal.title != CONNECTOR_FAILED:
                    raise StageFailed(f"the stage cannot be looked at: {refusal}") from refusal
                failures.append(str(refusal))
        return {}

    findings, world = seen(stage.findings), seen(stage.world)
    return Observation(
        world=world,
        returns=tuple(seen(stage.returns).get("returns", ())) if traced else (),
        ledgers=tuple(seen(stage.ledgers).get("orders", ())),
        mails=tuple(seen(stage.mailbox).get("mails", ())) if traced else (),
        findings=findings,
        trace=tuple(stage.trace()) if traced else (),
        faults=tuple(seen(stage.faults).get("faults", ())),
        failure="".join(failures[:1]),
    )


def as_text(finding: Json, buyers: Mapping[str, str] = NOBODY) -> str:
    """Return a finding as text: what rule, what was expected, what was seen, who is suspected, how to see it again.

    `buyers` says whose each order and request is, where that is known.
    """
    told = {name: finding.get(name) for name in ("expected", "seen", "suspect", "at")}
    told["witness"] = witnessed(finding.get("witness") or {}, buyers)
    told["certainty"] = finding.get("certainty")
    told |= {"rule": finding.get("source"), "again": finding.get("reproduce")}
    lines = [f"{finding['invariant']}: {finding['rule']}"]
    return "\n".join(lines + [f"  {name}: {value}" for name, value in told.items() if value])


def everything(said: Json, buyers: Mapping[str, str] = NOBODY) -> list[str]:
    """Return as texts what somebody is to blame for, of what the auditor says: failures of the connector, findings."""
    failures = [f"The connector failed: {one['what']}\n  at: {one['at']}" for one in said.get("failures", ())]
    return failures + as_texts(said.get("findings", ()), buyers)


def as_texts(findings: Iterable[Json], buyers: Mapping[str, str] = NOBODY) -> list[str]:
    """Return findings as texts: of those that are alike but for numbers and times the first, and how many more."""
    alike: dict[tuple[str, ...], list[Json]] = {}
    for finding in findings:
        words = (NUMBER.sub("", str(finding[name])) for name in ("invariant", "suspect", "expected", "seen"))
        alike.setdefault(tuple(words), []).append(finding)
    more = "\n  and {} more like it"
    return [as_text(first, buyers) + (more.format(len(others)) if others else "") for first, *others in alike.values()]


def refused(said: Json, *, unjudged: bool = False) -> str:
    """Return which of the connector's calls were refused, where any was; or only where it is `unjudged` for that."""
    found = said.get("refused")
    return f"Refused: {found['what']}." if found and (found["shut_out"] or not unjudged) else ""


def gist(result: ScenarioResult) -> str:
    """Return in one line why a scenario did not hold: that its connector is let in nowhere comes before all else."""
    told = refused(result.observed.findings, unjudged=True)
    return " ".join(filter(None, (told, first_line(result.why.removeprefix(told).lstrip()))))


def first_line(text: str) -> str:
    """Return the first line of a text; where it announces those below it, with the first two of them in their place."""
    first, _, rest = text.partition("\n")
    below = [line.strip() for line in takewhile(lambda line: line.startswith("  "), rest.splitlines())]
    if not ANNOUNCED.search(first) or not below or below[0].startswith("|"):
        return ANNOUNCED.sub("", first)
    return f"{first} {' / '.join(below[:2])}"


def own_failures(said: Json) -> list[str]:
    """Return as texts how the stage itself has failed, of what the auditor says."""
    return [f"The stage itself failed: {one['what']}\n  at: {one['at']}" for one in said.get("stage_failures", ())]


def witnessed(witness: Json, buyers: Mapping[str, str] = NOBODY) -> str:
    """Return in words what shows it: entries of the trace by number, sums, and whom it is about."""
    said = {name: witness.get(name) or () for name in ("exchanges", "events")}
    parts = [
        f"{name if len(seqs) > 1 else name[:-1]} {', '.join(map(str, seqs))} of the trace"
        for name, seqs in said.items()
        if seqs
    ]
    about = {name: value for name, value in witness.items() if name not in (*said, "money")}
    about |= witness.get("money") or {}
    named = {"what": "concerns the"}
    parts += [
        f"{named.get(name) or name.replace('_', ' ')} {value}{whose(value, buyers)}"
        for name, value in about.items()
        if value
    ]
    return "; ".join(parts)


def whose(number: str, buyers: Mapping[str, str]) -> str:
    """Return what stands behind the number of an order or a request: whose it is, where that is known."""
    return f" ({buyers[number]}'s)" if number in buyers else ""
