"""All deaths of all scripts, on several processes, and a file in which what was tried before is found again."""

import hashlib
import json
import os
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from rehearsal.crash.replay import Story, Trial, told, trial
from rehearsal.crash.script import Script
from rehearsal.world.boundaries import Boundary


@dataclass(frozen=True, slots=True)
class Death:
    """A death that is to be tried."""

    story: Story
    boundary: Boundary


class Processes:
    """Where the work is done: in so many processes, or for one job in this."""

    def __init__(self, pool: ProcessPoolExecutor | None) -> None:
        self._pool = pool

    def stories(self, scripts: Sequence[Script], down: timedelta) -> Iterator[Story]:
        """Play each script without a death; return them in the scripts' order."""
        return (self._pool.map if self._pool else map)(partial(told, down=down), scripts)

    def trials(self, deaths: Iterable[Death], down: timedelta) -> Iterator[tuple[Death, Trial]]:
        """Try each death; return what came of it, as it comes."""
        if self._pool is None:
            yield from map(partial(_tried, down=down), deaths)
            return
        yield from (one.result() for one in as_completed([self._pool.submit(_tried, one, down) for one in deaths]))


@contextmanager
def processes(jobs: int) -> Iterator[Processes]:
    """Return so many processes to work in; what is left undone at the end is dropped."""
    if jobs == 1:
        yield Processes(None)
        return
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
    try:
        yield Processes(pool)
    finally:
        pool.shutdown(cancel_futures=True)


def deaths(stories: Sequence[Story], number: int | None = None) -> list[Death]:
    """Return every death to try, or that of one number.

    Rounds and pulls in which nothing was new are alike in all scenarios: those of the first that has any stand for all.
    """
    if number is not None:
        return [Death(story, one) for story in stories for one in story.boundaries if one.number == number]
    first = [story for story in stories if story.boundaries][:1]
    return [Death(story, one) for story in stories for one in story.boundaries if not one.routine or story in first]


def _tried(death: Death, down: timedelta) -> tuple[Death, Trial]:
    try:
        return death, trial(death.story, death.boundary, down)
    except Exception:
        place, one = death.story.script.place, death.boundary
        return death, Trial(place, one.number, one.spoken, traceback.format_exc(), failed=True)


class Results:
    """What was tried before, kept in a file, a line each. What would play otherwise today is tried anew."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known: dict[str, Trial] = {}
        if file is None or not file.is_file():
            return
        held = file.read_bytes()
        whole = held[: held.rfind(b"\n") + 1]
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                kept = json.loads(line)
                death = kept.pop("death")
                self._known[death] = Trial(**kept)
            except (ValueError, TypeError, KeyError, AttributeError) as mistake:
                raise ValueError(f"line {number} is none") from mistake
        if whole != held and not held.startswith(b'{"death": ', len(whole)):
            raise ValueError("its last line is none")
        os.truncate(file, len(whole))  # a run that was stopped in the middle of a line

    def known(self, death: Death, down: timedelta) -> Trial | None:
        """Return what came of a death when it was tried before."""
        found = self._known.get(_name(death, down))
        return found and replace(found, place=death.story.script.place)

    def keep(self, death: Death, down: timedelta, came_of_it: Trial) -> None:
        """Keep what came of a death."""
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"death": _name(death, down)} | asdict(came_of_it), ensure_ascii=False) + "\n")


def _name(death: Death, down: timedelta) -> str:
    """Return what tells a death from all others: its story, all places in it where the connector may die, and which."""
    story = replace(death.story, script=replace(death.story.script, place="", name=""))
    return hashlib.sha256(repr((story, death.boundary, down)).encode()).hexdigest()
