"""What a scenario asks of the stage, as data: with it the same story is played again without its words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from rehearsal.control.calls import Call
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Json, Stage
from rehearsal.gherkin.results import Outcome, ScenarioResult
from rehearsal.gherkin.runner import Run, SuiteRun, Watcher, run_suite

OF_A_SEAT: Final = ("seats", "pace")  # what a world of a connector's that is not ours begins with, beside all else


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that acts: its name, what its address and its body said."""

    name: str
    path: Mapping[str, str]
    body: Json


@dataclass(frozen=True, slots=True)
class Script:
    """A scenario and the calls that it made, with what its worlds were begun with."""

    place: str
    name: str
    settings: Mapping[str, Any]
    profiles: Mapping[str, Path]
    calls: tuple[Asked, ...]
    seat: Path | None = None  # of a connector that is not ours


class Scribe(Watcher):
    """Writes down what scenarios ask for; those that do not hold by themselves are no ground to judge on."""

    def __init__(self) -> None:
        self.scripts: list[Script] = []
        self._calls: list[Asked] = []
        self._watcher = Watcher()
        self._seat: Path | None = None

    def play(self, suite: SuiteRun, watcher: Watcher) -> Run:
        """Play a suite in this process, for another `watcher` to see, too."""
        self._watcher, self._seat = watcher, suite.seat
        return run_suite(replace(suite, jobs=1), self)

    def counted(self, planned: int) -> None:
        self._watcher.counted(planned)

    def began(self, name: str) -> None:
        self._watcher.began(name)

    def opened(self, stage: Stage) -> None:
        assert isinstance(stage, InProcessStage)
        self._calls = []
        begun = {name: value for name, value in stage.state.settings.items() if name not in OF_A_SEAT}
        self._begun = begun, dict(stage.profiles)
        stage.on_call = self._asked
        self._watcher.opened(stage)

    def ended(self) -> None:
        self._watcher.ended()

    def seen(self, result: ScenarioResult) -> None:
        if result.outcome is Outcome.HELD:
            self.scripts.append(Script(result.place, result.name, *self._begun, tuple(self._calls), self._seat))
        self._watcher.seen(result)

    def _asked(self, call: Call, path: Mapping[str, str], body: Json) -> None:
        if call.body is not None:
            self._calls.append(Asked(call.name, dict(path), dict(body)))
