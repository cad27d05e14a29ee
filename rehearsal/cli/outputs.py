"""Where commands write: what cannot be written there is found out before anything is played or served."""

import tempfile
from pathlib import Path
from typing import Final

import click

SUMMARY: Final = "Append a summary in Markdown, as to $GITHUB_STEP_SUMMARY; - prints it, and the table to stderr."


def make_room(option: str, *files: Path) -> None:
    """Make sure that files can be written, and make their folders; raises a usage error that names the option."""
    for file in files:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.open("a").close()
        except OSError as error:
            raise refused(option, file, error) from error


def demand_room(option: str, folder: Path) -> None:
    """Make sure that new files can be made in a folder that is there; raises a usage error that names the option."""
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise refused(option, folder, error) from error


def report_files(out: Path) -> tuple[Path, ...]:
    """Return a file of each folder of a report."""
    return out / "index.html", out / "static" / "report.css"


def refused(option: str, path: Path, error: OSError) -> click.ClickException:
    """Return what to say of a place that cannot be written."""
    return click.ClickException(f"{option} cannot be written: {path}: {error.strerror}")


def write(option: str, file: Path, content: bytes, mode: str = "wb") -> None:
    """Write a file, or append to it; raises a usage error that names the option."""
    try:
        with file.open(mode) as written:
            written.write(content)
    except OSError as error:
        raise refused(option, file, error) from error
