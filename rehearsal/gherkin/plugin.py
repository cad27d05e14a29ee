"""A pytest plugin that plays `.feature` files: `pytest features`, or `rehearsal play` from anywhere.

Plain tests may play on the same fixtures.

Each `.feature` file is collected as it is; its scenarios are tests named by their own words, its tags are marks. The
fixture `stage` is a fresh world for every scenario: in process, or behind `--attach URL`. When the last step is done
everybody hears of what has happened; then the auditor is asked, and what it finds fails the scenario.

The steps that come with Rehearsal are always there. A suite of your own brings more in its `conftest.py`.
"""

import gc
import inspect
import os
import pickle
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from _pytest.mark.expression import Expression
from pytest_bdd import parser as gherkin
from pytest_bdd.scenario import get_step_function

from rehearsal.control.places import clash
from rehearsal.control.stage import Json, Problem, Stage
from rehearsal.gherkin.audit import UNAUDITED, Exit, note_plan, plainly
from rehearsal.gherkin.blame import broken_file, broken_hook, judge
from rehearsal.gherkin.collection import FeatureFile, tags_of
from rehearsal.gherkin.errors import Miswritten
from rehearsal.gherkin.junit import ENDED_EARLY, FILLED, OUTCOME, SPAN, leave_out, tidy, told
from rehearsal.gherkin.parallel import InOrder, least_wait
from rehearsal.gherkin.plan_file import NotAPlan, read_plan
from rehearsal.gherkin.recording import RECORDING, Recording, again, first_line
from rehearsal.gherkin.results import Outcome, ScenarioResult
from rehearsal.gherkin.step_search import look_once
from rehearsal.gherkin.steps.shipped import shipped
from rehearsal.gherkin.timeline import Timeline
from rehearsal.gherkin.vocabulary import Saying, unknown
from rehearsal.gherkin.zones import standing, zone_of
from rehearsal.simulation.duration import read_duration

BEGUN_WITH: Final = ("start", "profile", "oms_policy", "oms_manners", "webhooks")
LONGEST: Final = "where time passes by itself: what waits for more in all is not judged (default: PT48H)"
PLAN: Final = pytest.StashKey[Sequence[Json]]()
RESULT: Final = pytest.StashKey[ScenarioResult]()
CANNOT_BEGIN: Final = "not played, as no scenario can begin"
NOT_PLAYED: Final = pytest.StashKey[str]()  # why no scenario can begin

StageFactory = Callable[[], Stage]


pytest_plugins = ["rehearsal.gherkin.audit", "rehearsal.gherkin.steps.people"]


# what the plugin adds to pytest


class Hooks:
    """The hooks that others may implement."""

    @staticmethod
    def pytest_rehearsal_result(result: ScenarioResult) -> None:
        """A scenario is over; this is its record."""

    @staticmethod
    def pytest_rehearsal_stage(stage: Stage) -> None:
        """The scenario that plays in this process has its world."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(Hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("rehearsal")
    group.addoption(
        "--at", action="append", default=[], type=_place, metavar="FILE:LINE", help="play what stands there"
    )
    group.addoption("--attach", metavar="URL", help="play on a served world (its control address), beginning it anew")
    group.addoption("--attach-token", metavar="TOKEN", help="the token of that stage (default: $REHEARSAL_TOKEN)")
    group.addoption("--faults", type=Path, metavar="FILE", help="plan the faults of this file in every world")
    group.addoption("--keep-trace", action="store_true", help="hand the trace of every scenario on, for a report")
    group.addoption("--longest-wait", type=_duration, metavar="DURATION", help=LONGEST)
    group.addoption(
        "--named", action="append", default=[], metavar="TEXT", help="play what has TEXT in its name or file"
    )
    group.addoption("--oms-manners", metavar="NAMES", help="how the OMS of every world behaves, as in careless")
    group.addoption("--profile", metavar="NAME", help="the policy profile of every world, by name or as a file")
    group.addoption("--profiles", type=Path, metavar="DIR", help="a folder of profiles, to be known by their names")
    group.addoption("--seat", type=Path, metavar="FILE", help="play with the connector that this file describes")
    group.addoption("--seed", type=int, default=1, metavar="N", help="the seed of every world (default: 1)")


def pytest_report_header(config: pytest.Config) -> str | None:
    attach = config.getoption("--attach")
    return f"rehearsal: each scenario begins the world at {attach} anew" if attach else None


def _duration(text: str) -> str:
    read_duration(text)
    return text


def _place(text: str) -> tuple[str, int]:
    file, _, line = text.rpartition(":")
    return file, int(line)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PLAN] = _plan(config.getoption("--faults"))
    config.pluginmanager.register(shipped(), "rehearsal-steps")
    config.add_cleanup(look_once())
    for mark in ("R1, R2, ...: the requirement that a scenario covers", UNAUDITED):
        config.addinivalue_line("markers", mark)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Exit(), "rehearsal-exit")
    if config.getoption("dist", "no") != "no":
        for option in ("-m", "-k"):  # what the processes would say one by one, and pytest-xdist not understand
            _demand_expression(option, config.getoption(option))
        if config.getoption("--attach"):
            raise pytest.UsageError("--attach plays on one world, which several processes cannot share: leave -n away")
        config.pluginmanager.register(InOrder(config), "rehearsal-in-order")


def _demand_expression(option: str, text: str) -> None:
    try:
        Expression.compile(text or "True")
    except SyntaxError as mistake:
        words = f"Wrong expression passed to {option!r}: {text}: at column {mistake.offset}: {mistake.msg}"
        raise pytest.UsageError(words) from None


def _plan(faults: Path | None) -> tuple[Json, ...]:
    try:
        return read_plan(faults) if faults else ()
    except NotAPlan as error:
        raise pytest.UsageError(f"--faults {faults}: {error}") from error


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> FeatureFile | None:
    if file_path.suffix != ".feature":
        return None
    return FeatureFile.from_parent(parent, path=file_path)


def _is_scenario(item: pytest.Item) -> bool:
    return isinstance(item.parent, FeatureFile)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    why = session.config.stash.get(NOT_PLAYED, "")
    if not session.config.option.collectonly:
        left = [item.nodeid for item in session.items if _is_scenario(item) and RECORDING not in item.stash]
        leave_out(session.config, left, f"{CANNOT_BEGIN}: {first_line(why)}" if why else ENDED_EARLY)
    tidy(session.config)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Load the conftest.py of each folder above a file that is played, wherever it is played from."""
    option = early_config.known_args_namespace
    tops = [_top(Path(arg).absolute()) for arg in option.file_or_dir if Path(arg).exists()]
    option.confcutdir = os.path.commonpath([option.confcutdir, *tops]) if tops else option.confcutdir


def _top(path: Path) -> Path:
    """Return the topmost folder that is reached over folders with a conftest.py."""
    folder = path if path.is_dir() else path.parent
    while (folder.parent / "conftest.py").is_file():
        folder = folder.parent
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    try:
        report = yield
    except SystemExit as failure:
        return pytest.CollectReport(collector.nodeid, "failed", broken_file(failure), [])
    excinfo = vars(report)["call"].excinfo
    if report.failed and hasattr(excinfo.value, "cause"):  # a conftest.py in a folder below
        report.longrepr = broken_file(excinfo.value)
    elif report.failed:
        report.longrepr = broken_hook(excinfo.value) or report.longrepr
    return report


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    names = [name.casefold() for name in config.getoption("--named")]
    unwanted = [
        item for item in items if names and not any(name in f"{item.nodeid} {item.name}".casefold() for name in names)
    ]
    if unwanted:
        config.hook.pytest_deselected(items=unwanted)
        items[:] = [item for item in items if item not in unwanted]


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_apply_tag(tag: str, function: Callable[..., object]) -> bool:
    (pytest.mark.skip(reason="@skip leaves it out") if tag == "skip" else getattr(pytest.mark, tag))(function)
    return True


# the stage a scenario plays on


@pytest.fixture(scope="session")
def stage_factory(request: pytest.FixtureRequest) -> Iterator[StageFactory]:
    """Return how to come by a fresh world. A suite may bring a stage of its own by overriding this."""
    option = request.config.getoption
    attach, seed, manners = option("--attach"), option("--seed"), option("--oms-manners")
    begun = {"oms_manners": manners.split(",")} if manners else {}
    if not attach and (words := clash()):
        _end(request, words)
        raise Miswritten(words)
    if attach:
        yield served(attach, seed, option("--attach-token") or os.environ.get("REHEARSAL_TOKEN"), **begun)
    elif seat := option("--seat"):
        with seated(request, seat, seed, option("--profile"), option("--profiles"), **begun) as factory:
            yield factory
    else:
        yield in_process(seed, option("--profile"), option("--profiles"), **begun)


@contextmanager
def seated(
    request: pytest.FixtureRequest, seat: Path, seed: int, profile: str | None, profiles: Path | None, **begun: Any
) -> Iterator[StageFactory]:
    """Serve a stage for the connector that a file describes; each scenario has its world there."""
    from mock_tiktok.policy.profile import found_in  # noqa: PLC0415 - in process or served: only a seat of somebody else's needs sockets
    from rehearsal.seats.description import read_seat  # noqa: PLC0415
    from rehearsal.server.seated import SeatedStage  # noqa: PLC0415

    known = found_in(profiles) if profiles else {}
    stage = SeatedStage(read_seat(seat), profiles=known, seed=seed, profile=profile, **begun)
    request.config.hook.pytest_rehearsal_stage(stage=stage.stage)  # so that waiting for the connector is shown
    with ExitStack() as open_:
        try:
            open_.enter_context(stage)
        except Problem as failure:
            _end(request, str(failure))
            raise
        yield stage.fresh


def _end(request: pytest.FixtureRequest, why: str) -> None:
    """Play no other scenario, as each would wait as long and say the same."""
    request.session.shouldfail = request.config.stash[NOT_PLAYED] = why


def in_process(seed: int, profile: str | None, profiles: Path | None, **begun: Any) -> StageFactory:
    """Build a world of our own players for each scenario."""
    from mock_tiktok.policy.profile import found_in  # noqa: PLC0415 - in process or attached: a suite on a served world needs no players here
    from rehearsal.control.local import InProcessStage  # noqa: PLC0415
    from rehearsal.world.world import World  # noqa: PLC0415

    known = found_in(profiles) if profiles else {}
    return lambda: InProcessStage(World, profiles=known, seed=seed, profile=profile, **begun)


def served(url: str, seed: int, token: str | None = None, **begun: Any) -> StageFactory:
    """Begin the world behind a control API anew for each scenario."""
    from rehearsal.control.client import HttpStage  # noqa: PLC0415 - in process or attached: a suite in process needs no client

    stage = HttpStage(url, token=token)
    first = stage.world()
    if "business_now" in first:
        raise Miswritten("the world there runs by the machine's clock: `rehearsal play --seat` plays in such a world")
    begun_with: dict[str, Any] = {name: first.get(name) for name in BEGUN_WITH}
    profiles = [shop["profile"] for shop in first["shops"]]
    shops = [{} if profile == first["profile"] else {"profile": profile} for profile in profiles]

    def fresh() -> Stage:
        stage.reset(seed=seed, shops=shops, default_answers={}, **(begun_with | begun))
        return stage

    return fresh


@pytest.fixture
def stage(request: pytest.FixtureRequest, stage_factory: StageFactory) -> Iterator[Stage]:
    """The world this scenario, or this test, plays in."""
    with standing(zone_of(request.node.name)):
        real = stage_factory()
        longest = request.config.getoption("--longest-wait")
        more = {"longest_wait": read_duration(longest)} if longest else {}
        timeline = Timeline(real, again=again(request.node), plan=request.config.stash[PLAN], **more)
        request.node.stash[RECORDING].timeline = timeline
        request.node.stash[RECORDING].said = lambda: getattr(real, "last_lines", ())
        request.config.hook.pytest_rehearsal_stage(stage=real)
        if (scenario := request.node.stash[RECORDING].scenario) is not None:
            timeline.demand_time_for(least_wait(step.name for step in scenario.steps))
        yield timeline
        if not (request.config.getoption("--attach") or request.config.getoption("--seat")):
            real.close()


# how a scenario is followed


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[RECORDING] = Recording(planned=len(item.config.stash[PLAN]))
    if isinstance(item.parent, FeatureFile):
        item.user_properties += [("tag", tag) for tag in tags_of(item)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool | None, bool | None]:
    """Look for what a scenario leaves behind once, when it is over: then its world can go, and what stays is frozen."""
    if not _is_scenario(item):
        return (yield)
    collecting = gc.isenabled()
    gc.disable()
    try:
        return (yield)
    finally:
        item.stash[RECORDING] = Recording()  # it has begun: nothing else of it is known from here on
        gc.collect()
        gc.freeze()
        if collecting:
            gc.enable()


@pytest.hookimpl
def pytest_bdd_before_scenario(request: pytest.FixtureRequest, scenario: gherkin.Scenario) -> None:
    request.node.stash[RECORDING].scenario = scenario


def pytest_bdd_before_step(
    request: pytest.FixtureRequest, step: gherkin.Step, step_func: Callable[..., object]
) -> None:
    request.node.stash[RECORDING].doing = step_func
    for below, given in (("datatable", step.datatable), ("docstring", step.docstring)):
        if given and below not in inspect.signature(step_func).parameters:
            what = "table" if below == "datatable" else "text in triple quotes"
            raise Miswritten(f"the step {step.name!r} takes no {what} below it")
    if inspect.iscoroutinefunction(step_func):
        raise Miswritten(f"the step {step.name!r} is a coroutine, which would never run: write it without async")


def pytest_bdd_after_step(request: pytest.FixtureRequest, step: gherkin.Step) -> None:
    request.node.stash[RECORDING].note(step, "passed")


def pytest_bdd_step_error(request: pytest.FixtureRequest, step: gherkin.Step) -> None:
    request.node.stash[RECORDING].note(step, "failed")


def pytest_bdd_step_func_lookup_error(
    request: pytest.FixtureRequest, scenario: gherkin.Scenario, step: gherkin.Step, exception: Exception
) -> None:
    request.node.stash[RECORDING].note(step, "failed")
    later = scenario.steps[scenario.steps.index(step) + 1 :]
    missing = [step, *(one for one in later if get_step_function(request, one) is None)]
    said = [(one.line_number, Saying(str(one.type).capitalize(), one.name)) for one in missing]
    exception.args = (unknown(request.node.path, *said),)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        note_plan(item, report)
    if not isinstance(item.parent, FeatureFile):
        if report.failed and call.excinfo:
            plainly(item, call.excinfo.value, report)
        return report
    recording = item.stash[RECORDING]
    judged = judge(call.excinfo.value if call.excinfo else None, recording.doing)
    if report.when == "call" or (report.when == "setup" and call.excinfo):
        item.stash[RESULT] = replace(recording.result(item, judged), seconds=report.duration)
    result = item.stash.get(RESULT, None)
    if result is None:
        return report
    over, distributed = report.when == "teardown", hasattr(item.config, "workerinput")
    if over and report.failed and result.outcome is Outcome.HELD:
        result = replace(result, outcome=judged.outcome, why=f"when it was over: {judged.why}")
    if report.failed and judged.outcome is Outcome.NOT_JUDGED:
        vars(report)["not_judged"] = True
        report.outcome, report.longrepr = "skipped", (str(item.path), 0, f"Not judged: {judged.why}")
    if report.failed:
        report.longrepr = told(result)  # type: ignore[assignment]
    if distributed and (over or report.failed):
        vars(report)["scenario"] = pickle.dumps(result)  # for `InOrder` in the first process
    if over:
        report.user_properties.append((OUTCOME, str(result.outcome)))
        world = result.observed.world
        report.user_properties += [(name, world[name]) for name in SPAN if name in world]
        if result.name != item.nodeid.rpartition("::")[2]:
            report.user_properties.append((FILLED, result.name))
    if over and not distributed:
        item.ihook.pytest_rehearsal_result(result=result)
    return report
