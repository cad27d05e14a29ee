"""What a scenario asks of the stage, as data: with it the same story is played again without its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rehearsal.control.calls import Call
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Json, Stage
from rehearsal.gherkin.results import Outcome, ScenarioResult
from rehearsal.gherkin.runner import Watcher

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
    """Writes down what scenarios ask for, played in this process; one that does not hold is no ground to judge on.

    `seat` is the connector's that plays, where it is not ours.
    """

    def __init__(self, seat: Path | None = None) -> None:
        self.scripts: list[Script] = []
        self._calls: list[Asked] = []
        self._seat = seat

    def opened(self, stage: Stage) -> None:
        assert isinstance(stage, InProcessStage)
        self._calls = []
        begun = {name: value for name, value in stage.state.settings.items() if name not in OF_A_SEAT}
        self._begun = begun, dict(stage.profiles)
        stage.on_call = self._asked

    def seen(self, result: ScenarioResult) -> None:
        if result.outcome is Outcome.HELD:
            self.scripts.append(Script(result.place, result.name, *self._begun, tuple(self._calls), self._seat))

    def _asked(self, call: Call, path: Mapping[str, str], body: Json) -> None:
        if call.body is not None:
            self._calls.append(Asked(call.name, dict(path), dict(body)))
