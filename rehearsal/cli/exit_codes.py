"""What the exit codes of `rehearsal` mean."""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Final

import click


class ExitCode(IntEnum):
    """The verdict of a command, as the shell sees it."""

    CONTENT = 0
    FINDINGS = 1  # something on the stage did not keep its promise
    USAGE = 2  # the command or its configuration is wrong
    STAGE_FAILED = 3  # the stage itself failed; never the fault of who stands on it
    NOT_JUDGED = 4  # something asked for was not judged


class ConnectorFailed(click.ClickException):
    """Who was to stand on the stage does not: the connector's failure, as it is in the middle of a scenario."""

    exit_code = ExitCode.FINDINGS


# By the worst `Outcome` in a run; None: there was nothing to play.
OF_OUTCOME: Final[Mapping[str | None, ExitCode]] = {
    "held": ExitCode.CONTENT,
    "broken": ExitCode.FINDINGS,
    "miswritten": ExitCode.USAGE,
    "stage failed": ExitCode.STAGE_FAILED,
    "not judged": ExitCode.NOT_JUDGED,
    None: ExitCode.USAGE,
}
# When several apply, the first of these. A finding stands even when the stage failed somewhere else.
_WORST_FIRST: Final = (ExitCode.FINDINGS, ExitCode.STAGE_FAILED, ExitCode.USAGE, ExitCode.NOT_JUDGED, ExitCode.CONTENT)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code that is answered when all these apply."""
    return min(codes, key=_WORST_FIRST.index)
