"""Where commands write: what cannot be written there is found out before anything is played or served."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from rehearsal.cli.exit_codes import ExitCode

OF_REPORT: Final = "<title>Rehearsal: what was played</title>"  # on the first page of a report
SUMMARY: Final = "Append a summary in Markdown, as to $GITHUB_STEP_SUMMARY; - prints it, and the table to stderr."


class _Output(click.Path):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value).strip():
            self.fail("It names no place.", param, ctx)
        return super().convert(value, param, ctx)


OUT_FILE: Final = _Output(dir_okay=False, path_type=Path)
OUT_FOLDER: Final = _Output(file_okay=False, path_type=Path)


class Writing:
    """Writes what a run has come to: a place that cannot be written takes no other down, and no finding back."""

    def __init__(self) -> None:
        self._told: list[str] = []

    @contextmanager
    def to(self, option: str, path: Path | None) -> Iterator[None]:
        """Say once of a place that it cannot be written."""
        try:
            yield
        except OSError as error:
            said = refused(option, path or Path(), error)
            if said.message not in self._told:
                said.show()
                self._told.append(said.message)

    def code(self, code: ExitCode) -> ExitCode:
        """Return the code that a run ends with which would have ended with this one."""
        stands = code in (ExitCode.FINDINGS, ExitCode.STAGE_FAILED) or not self._told
        return code if stands else ExitCode.USAGE


def make_room(option: str, *files: Path | None) -> None:
    """Make sure that files can be written, and make their folders; raises a usage error that names the option."""
    for file in filter(None, files):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            if file.is_file() or not file.exists():
                file.open("a").close()
            elif not os.access(file, os.W_OK):  # a device or a pipe, which is opened once
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            raise refused(option, file, error) from error


def demand_room(option: str, folder: Path) -> None:
    """Make sure that new files can be made in a folder that is there; raises a usage error that names the option."""
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise refused(option, folder, error) from error


def make_room_for_report(option: str, out: Path | None) -> None:
    """Make sure that a report, if one is wanted, can be written into a folder, over no page and among no features.

    An older report's first page may be written over, and an empty one, which a run has left that was stopped. Raises a
    usage error that names the option.
    """
    if out is None:
        return
    index = out / "index.html"
    try:
        features = sorted(path.name for path in out.glob("*.feature"))
        text = index.read_text(encoding="utf-8", errors="replace") if index.is_file() else ""
    except OSError as error:
        raise refused(option, out, error) from error
    if features or (text and OF_REPORT not in text):
        kept = features[0] if features else index.name
        words = f"{option}: {out} holds files that are no report's ({kept}); name an empty folder, or a new one"
        raise click.ClickException(words)
    make_room(option, index, out / "static" / "report.css")


def refused(option: str, path: Path, error: OSError) -> click.ClickException:
    """Return what to say of a place that cannot be written."""
    return click.ClickException(f"{option} cannot be written: {path}: {error.strerror}")


def append(file: Path, text: str) -> None:
    """Append to a text file."""
    with file.open("a", encoding="utf-8", newline="") as written:
        written.write(text)
