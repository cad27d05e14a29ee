"""Where contracts, features and docs lie: beside the packages in a checkout, inside this package in a wheel."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where there is one, six times as fast
_PACKAGE = Path(__file__).resolve().parent


class ResourceMissing(Exception):
    """A file that comes with Rehearsal is not where it belongs."""


@cache
def folder(name: str) -> Path:
    """Return the folder `name` ("contracts", "features" or "docs") of this installation."""
    for candidate in (_PACKAGE / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise ResourceMissing(f"this installation of Rehearsal has no folder {name!r}")


def contract_file(name: str) -> Path:
    """Return the contract called `name`."""
    path = folder("contracts") / f"{name}.yaml"
    if not path.is_file():
        raise ResourceMissing(f"this installation of Rehearsal has no contract {name!r}")
    return path


def contract(name: str) -> dict[str, Any]:
    """Return what the contract called `name` says."""
    said: dict[str, Any] = yaml.load(contract_file(name).read_text(encoding="utf-8"), Loader=_LOADER)
    return said


def features_folder() -> Path:
    """Return the folder of the Gherkin features that come with Rehearsal."""
    return folder("features")
