"""Through whose code a fault came: the stage's, the connector's, or that of somebody who stands on the stage."""

import re
import sys
import sysconfig
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_OURS: Final = Path(__file__).resolve().parents[2]
_STAGE: Final = ("rehearsal", "mock_tiktok", "mock_oms")
_LIBRARIES: Final = tuple(
    Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib", "purelib", "platlib")
)
# The libraries of those who play in this process: a suite's own module of such a name would be taken for it.
USED: Final = (
    "alembic", "click", "cryptography", "faker", "flask", "gherkin", "h11", "holidays", "jinja2", "jsonschema",
    "markdown_it", "odata_query", "orjson", "referencing", "requests", "rich", "sqlalchemy", "trustme", "urllib3",
    "waitress", "werkzeug", "yaml",
)  # fmt: skip
_SHOWN: Final = re.compile(r'File "(.+)", line (\d+), in .*\n\s*(.*)')
CONNECTOR_FAILED: Final = "The connector failed"  # the title of the Problem
CONNECTOR_REFUSES: Final = "The connector refuses"  # and of the OMS's, where it is not the OMS that does


@dataclass(frozen=True)
class Place:
    """A line that a fault came through. `room` is our package and what it lies in, such as "rehearsal.world"."""

    file: str
    line: int
    text: str
    room: str

    @property
    def of_connector(self) -> bool:
        """Return whether it is our connector's code."""
        return self.room.split(".")[0] == "connector"

    @property
    def of_others(self) -> bool:
        """Return whether it is nobody's of ours."""
        return not self.room

    def __str__(self) -> str:
        return f"{near(self.file)}:{self.line}: {self.text}".removesuffix(": ")


def places(fault: BaseException) -> list[Place]:
    """Return the lines that a fault came through, the one that raised it last; without those of libraries."""
    frames = traceback.extract_tb(fault.__traceback__)
    return _seen((frame.filename, frame.lineno or 0, frame.line or "") for frame in frames)


def places_told(text: str) -> list[Place]:
    """Return the same of a fault of which another process has told, as Python shows one."""
    return _seen((file, int(line), words) for file, line, words in _SHOWN.findall(text))


def _seen(frames: Iterable[tuple[str, int, str]]) -> list[Place]:
    through = []
    for name, line, text in frames:
        file = Path(name).resolve()
        room = _room(file)
        if room or (file.is_file() and not any(file.is_relative_to(folder) for folder in _LIBRARIES)):
            through.append(Place(name, line, text, room))
    return through


def _room(file: Path) -> str:
    parts = file.relative_to(_OURS).with_suffix("").parts if file.is_relative_to(_OURS) else ("",)
    return ".".join(parts[:2]) if parts[0] in (*_STAGE, "connector") else ""


def clash() -> str:
    """Return what stands in the place of a package that plays in this process, and what to do; else nothing."""
    for name in ("connector", "mock_tiktok", "mock_oms"):
        file = _found(name)
        if file and not Path(file).resolve().is_relative_to(_OURS / name):
            way_out = "`rehearsal up`, then `rehearsal play --attach URL`"
            taken = f"{near(file)} takes the place of Rehearsal's package {name!r}, which plays in this process"
            return f"{taken}: rename it, or play on a served stage, where both have room ({way_out})"
    for name in USED:
        file = _found(name)
        room = Path(file).resolve().parent
        room = room.parent if Path(file).name == "__init__.py" else room
        if file and (room == Path.cwd().resolve() or (room / "conftest.py").is_file()):
            return f"{near(file)} takes the place of the library {name!r}, which Rehearsal uses: rename it"
    return ""


def _found(name: str) -> str:
    """Return where a module is, or would be, imported from; nothing where there is none."""
    loaded = sys.modules.get(name)
    found = loaded.__spec__ if loaded else find_spec(name)
    return (found.origin or next(iter(found.submodule_search_locations or ()), "")) if found else ""


def named(fault: BaseException) -> str:
    """Return a fault in one line: what kind it is, and what it says."""
    return f"{type(fault).__name__}: {fault}".removesuffix(": ")


def near(file: str) -> str:
    """Return a path as seen from here, where it lies below."""
    here = Path.cwd()
    return str(Path(file).relative_to(here)) if Path(file).is_relative_to(here) else file
