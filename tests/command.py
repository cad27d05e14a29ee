"""The command `rehearsal`, called in this process."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from rehearsal.cli import run


class Said(NamedTuple):
    out: str
    err: str


@dataclass(frozen=True)
class Rehearse:
    """Calls the command, in a test that has a folder of its own."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def file(self, name: str, text: str) -> Path:
        """Write a file into the folder; return where."""
        (path := self.folder / name).write_text(text)
        return path

    def __call__(self, *words: object, code: int = 0) -> Said:
        """Return what the command says to these words, if it ends with that code."""
        ended, said = run([*map(str, words)]), Said(*self.capture.readouterr())
        assert ended == code, said
        return said
