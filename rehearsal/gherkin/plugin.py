"""A pytest plugin that plays `.feature` files: `pytest features`, or `rehearsal play` from anywhere.

Each `.feature` file is collected as it is; its scenarios are tests named by their own words, its tags are marks. The
fixture `stage` is a fresh world for every scenario: in process, or behind `--attach URL`. When the last step is done
an hour more is played, so that news under way arrives; then the auditor is asked, and what it finds fails the scenario.

The steps that come with Rehearsal are always there. A suite of your own brings more in its `conftest.py`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
import pytest_bdd
from pytest_bdd import parser as gherkin
from pytest_bdd.exceptions import GherkinParseError, StepDefinitionNotFoundError
from pytest_bdd.feature import get_feature
from pytest_bdd.gherkin_parser import get_gherkin_document

from rehearsal.control.stage import Json, Problem, Stage
from rehearsal.gherkin.errors import BrokenRules, Miswritten, NotJudged, StageFailed
from rehearsal.gherkin.results import Outcome, Played, PlayedStep, Sight
from rehearsal.gherkin.timeline import Chronicle, Moment, whole

STEPS: Final = ("people", "time", "orders", "requests", "decisions", "observations")
EPILOGUE: Final = "PT1H"
ADDRESS: Final = re.compile(r" at 0x[0-9a-f]+")

StageFactory = Callable[[], Stage]


pytest_plugins = [f"rehearsal.gherkin.steps.{name}" for name in STEPS]


# what the plugin adds to pytest


class Hooks:
    """The hooks that others may implement."""

    @staticmethod
    def pytest_rehearsal_played(played: Played) -> None:
        """A scenario is over; this is its record."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(Hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("rehearsal")
    group.addoption("--attach", metavar="URL", help="play on a served world: its control address, as `up` prints it")
    group.addoption("--keep-trace", action="store_true", help="hand the trace of every scenario on, for a report")
    group.addoption("--seed", type=int, default=1, metavar="N", help="the seed of every world (default: 1)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "R1, R2, ...: the requirement that a scenario covers")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> FeatureFile | None:
    if file_path.suffix != ".feature":
        return None
    return FeatureFile.from_parent(parent, path=file_path)


def pytest_bdd_apply_tag(tag: str, function: Callable[..., object]) -> bool:
    getattr(pytest.mark, tag)(function)
    return True


class FeatureFile(pytest.Module):
    """A `.feature` file. Its tests are its scenarios, under their own names."""

    def _getobj(self) -> ModuleType:
        module = ModuleType(self.path.stem)
        try:
            feature = self._read()
        except self.CollectError:
            raise
        except GherkinParseError as mistake:
            said = f"{self.path}:{mistake.line}: {mistake.line_content.strip()!r} cannot be read: {mistake.message}"
            raise self.CollectError(said) from mistake
        except Exception as mistake:
            raise self.CollectError(f"{self.path}: {mistake}") from mistake
        for template in feature.scenarios.values():
            _admit(self.config, template)
            play = pytest_bdd.scenario(self.path.name, template.name, features_base_dir=str(self.path.parent))
            setattr(module, template.name, play(_nothing_more(template)))
        return module

    def _read(self) -> gherkin.Feature:
        try:
            document = get_gherkin_document(str(self.path))
        except KeyError as missing:  # an empty file, or one of comments only
            raise self.CollectError(f"{self.path}: there is no feature in this file") from missing
        lines: dict[str, int] = {}
        for name, line in (named for child in document.feature.children for named in _scenarios_of(child)):
            if name in lines:  # pytest-bdd keeps scenarios by name: one of the two would silently never be played
                raise self.CollectError(
                    f"{self.path}:{line}: two scenarios are called {name!r}, the other one in line {lines[name]}"
                )
            lines[name] = line
        return get_feature(str(self.path.parent), self.path.name)

    def funcnamefilter(self, name: str) -> bool:
        return not name.startswith("__")


def _scenarios_of(child: Any) -> list[tuple[str, int]]:
    """Return the name and the line of each scenario: of the one this is, or of all in a rule."""
    inside = [child] if child.scenario else child.rule.children if child.rule else []
    return [(c.scenario.name, c.scenario.location.line) for c in inside if c.scenario]


def _nothing_more(template: gherkin.ScenarioTemplate) -> Callable[[], None]:
    """Return the body of a scenario's test: its steps are all there is, and some there must be."""
    where = f"{template.feature.filename}:{template.line_number}"
    empty = len(template.steps) == len(template.all_background_steps)

    def scenario() -> None:
        if empty:
            prose = f"; {first!r} does not begin as a step does" if (first := template.description.strip()) else ""
            raise Miswritten(f"{where}: this scenario has no steps of its own{prose}")

    return scenario


def _admit(config: pytest.Config, template: gherkin.ScenarioTemplate) -> None:
    """Make the tags known as marks, so that strict markers hold for everything that is not a tag."""
    tags = set(template.tags) | set(template.feature.tags) | (set(template.rule.tags) if template.rule else set())
    for examples in template.examples:
        tags |= set(examples.tags)
    known = {line.split(":")[0] for line in config.getini("markers")}
    for tag in sorted(tags - known):
        config.addinivalue_line("markers", f"{tag}: a tag of a feature")


# the stage a scenario plays on


@pytest.fixture(scope="session")
def stage_factory(request: pytest.FixtureRequest) -> StageFactory:
    """Return how to come by a fresh world. A suite may bring a stage of its own by overriding this."""
    attach, seed = request.config.getoption("--attach"), request.config.getoption("--seed")
    return served(attach, seed) if attach else in_process(seed)


def in_process(seed: int) -> StageFactory:
    """Build a world of our own players for each scenario."""
    from rehearsal.control.local import InProcessStage
    from rehearsal.world.world import World

    return lambda: InProcessStage(World, seed=seed)


def served(url: str, seed: int) -> StageFactory:
    """Begin the world behind a control API anew for each scenario."""
    from rehearsal.control.client import HttpStage

    stage = HttpStage(url)
    first = stage.world()

    def fresh() -> Stage:
        stage.reset(seed=seed, **{name: first.get(name) for name in ("start", "profile", "oms_policy")})
        return stage

    return fresh


@pytest.fixture
def stage(request: pytest.FixtureRequest, stage_factory: StageFactory) -> Iterator[Stage]:
    """The world this scenario plays in."""
    try:
        real = stage_factory()
        chronicle = Chronicle(real)
    except Exception as failure:
        raise StageFailed(f"no world to play in: {failure}") from failure
    request.node.stash[_SCRIPT].chronicle = chronicle
    yield chronicle.stage
    close = getattr(real, "close", None)
    if close and not request.config.getoption("--attach"):
        close()


# how a scenario is followed and written down


@dataclass
class _Script:
    """What is known of a scenario while it plays."""

    chronicle: Chronicle | None = None
    feature: gherkin.Feature | None = None
    scenario: gherkin.Scenario | None = None
    steps: list[PlayedStep] = field(default_factory=list)
    sight: Sight = field(default_factory=Sight)


_SCRIPT: Final = pytest.StashKey[_Script]()
# Whoever puts people on stage may say here which order is whose, by the names that the scenario uses.
BUYERS: Final = pytest.StashKey[Callable[[], Mapping[str, str]]]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[_SCRIPT] = _Script()


@pytest.hookimpl
def pytest_bdd_before_scenario(
    request: pytest.FixtureRequest, feature: gherkin.Feature, scenario: gherkin.Scenario
) -> None:
    script = request.node.stash[_SCRIPT]
    script.feature, script.scenario = feature, scenario


def pytest_bdd_before_step(step: gherkin.Step, step_func: Callable[..., object]) -> None:
    if inspect.iscoroutinefunction(step_func):
        raise TypeError(f"the step {step.name!r} is a coroutine, which would never run: write it without async")


def pytest_bdd_after_step(request: pytest.FixtureRequest, step: gherkin.Step) -> None:
    request.node.stash[_SCRIPT].steps.append(_noted(step, "passed"))


def pytest_bdd_step_error(request: pytest.FixtureRequest, step: gherkin.Step) -> None:
    request.node.stash[_SCRIPT].steps.append(_noted(step, "failed"))


def pytest_bdd_step_func_lookup_error(request: pytest.FixtureRequest, step: gherkin.Step) -> None:
    request.node.stash[_SCRIPT].steps.append(_noted(step, "failed"))


def _noted(step: gherkin.Step, outcome: str) -> PlayedStep:
    table = tuple(tuple(str(cell) for cell in row) for row in step.datatable.raw()) if step.datatable else ()
    return PlayedStep(step.keyword.strip(), step.name, outcome, table)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """After the last step, let news arrive and ask the auditor; on the way out tell failures by their kind."""
    if not isinstance(pyfuncitem.parent, FeatureFile):
        return (yield)
    script = pyfuncitem.stash[_SCRIPT]
    try:
        result = yield
        if script.chronicle:
            script.chronicle.stage.advance(by=EPILOGUE)
    except Problem as refusal:
        if refusal.status == 501:
            raise NotJudged(str(refusal)) from refusal
        if refusal.status >= 500:
            raise StageFailed(str(refusal)) from refusal
        raise
    finally:
        if script.chronicle:
            script.sight = _look(script.chronicle.stage, traced=pyfuncitem.config.getoption("--keep-trace"))
    findings = script.sight.findings.get("findings", [])
    if findings:
        raise BrokenRules("\n\n".join(told(finding) for finding in findings))
    return result


def _look(stage: Stage, *, traced: bool) -> Sight:
    try:
        return Sight(
            world=stage.world(),
            returns=tuple(stage.returns()["returns"]),
            ledgers=tuple(stage.ledgers()["orders"]),
            mails=tuple(stage.mailbox()["mails"]),
            findings=stage.findings(),
            trace=tuple(stage.trace()) if traced else (),
        )
    except Problem as refusal:
        raise StageFailed(f"the stage cannot be looked at: {refusal}") from refusal


def told(finding: Json) -> str:
    """Return a finding as text: what rule, what was expected, what was seen, who is suspected, how to see it again."""
    lines = [str(finding.get("title") or finding.get("rule") or "finding")]
    lines += [
        f"  {name}: {value}"
        for name, value in finding.items()
        if name not in ("title", "rule", "number") and value not in (None, "", [], {})
    ]
    return "\n".join(lines)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not isinstance(item.parent, FeatureFile):
        return report
    fault = call.excinfo.value if call.excinfo else None
    outcome = _outcome(fault)
    if outcome is Outcome.NOT_JUDGED and report.failed:
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, f"Not judged: {fault}")
    if report.when == "call" or (report.when == "setup" and report.failed):
        item.ihook.pytest_rehearsal_played(played=_record(item, outcome, fault))
    return report


def _outcome(fault: BaseException | None) -> Outcome:
    if fault is None:
        return Outcome.HELD
    if isinstance(fault, NotJudged | pytest.skip.Exception):
        return Outcome.NOT_JUDGED
    if isinstance(fault, Miswritten | StepDefinitionNotFoundError):
        return Outcome.MISWRITTEN
    if isinstance(fault, AssertionError | Problem):
        return Outcome.BROKEN
    return Outcome.STAGE_FAILED


def _story(item: pytest.Item, script: _Script) -> tuple[Moment, ...]:
    if script.chronicle is None:
        return ()
    names = item.stash.get(BUYERS, dict)()
    return whole(script.chronicle.moments, returns=script.sight.returns, mails=script.sight.mails, names=names)


def _why(fault: BaseException) -> str:
    """Return what went wrong in the words of the step, where it has any, and never with an object's address."""
    text = str(fault)
    if not isinstance(fault, AssertionError):
        return ADDRESS.sub("", text)
    lines = text.splitlines()
    told = list(takewhile(lambda line: not line.startswith("assert "), lines))
    return "\n".join(told or [line for line in lines if not ADDRESS.search(line)] or ["the step did not hold"])


def _record(item: pytest.Item, outcome: Outcome, fault: BaseException | None) -> Played:
    script = item.stash[_SCRIPT]
    scenario, feature = script.scenario, script.feature
    rule = scenario.rule if scenario else None
    steps = list(script.steps)
    if scenario:
        steps += [_noted(step, "left out") for step in scenario.steps[len(steps) :]]
    return Played(
        file=Path(item.path).as_posix(),
        feature=feature.name if feature else item.path.stem,
        description=feature.description if feature else "",
        rule=rule.name if rule else "",
        name=item.name,
        tags=frozenset((scenario.tags if scenario else set()) | (feature.tags if feature else set()))
        | frozenset(rule.tags if rule else ()),
        outcome=outcome,
        why=_why(fault) if fault else "",
        steps=tuple(steps),
        moments=_story(item, script),
        sight=script.sight,
    )
