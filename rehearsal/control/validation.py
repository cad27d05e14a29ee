"""The contract of the control API as the judge of what callers send."""

from collections.abc import Mapping
from typing import Any, Final

from rehearsal.contract.demand import Judge
from rehearsal.control.stage import Problem

_CONTROL: Final = Judge("control")


def document() -> Mapping[str, Any]:
    """Return the contract."""
    return _CONTROL.document


def demand(schema: str, body: Any) -> None:
    """Raise the Problem of the first thing in `body` that `schema` does not allow."""
    if mistake := _CONTROL.mistake(schema, body):
        raise Problem(422, "Invalid value", mistake.words, field=mistake.field)


def breaches(schema: str, shown: Any) -> list[str]:
    """Return what in a document of ours the contract does not allow; tests hold both stages to it."""
    return _CONTROL.breaches(schema, shown)
