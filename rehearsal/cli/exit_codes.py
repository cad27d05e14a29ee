"""What the exit codes of `rehearsal` mean."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from rehearsal.gherkin.results import Outcome


class ExitCode(IntEnum):
    """The verdict of a command, as the shell sees it."""

    CONTENT = 0
    FINDINGS = 1  # something on the stage did not keep its promise
    USAGE = 2  # the command or its configuration is wrong
    STAGE_FAILED = 3  # the stage itself failed; never the fault of who stands on it
    NOT_JUDGED = 4  # something asked for was not judged


# By the worst that happened in a run; None: there was nothing to play.
OF_OUTCOME: Final = {
    Outcome.HELD: ExitCode.CONTENT,
    Outcome.BROKEN: ExitCode.FINDINGS,
    Outcome.MISWRITTEN: ExitCode.USAGE,
    Outcome.STAGE_FAILED: ExitCode.STAGE_FAILED,
    Outcome.NOT_JUDGED: ExitCode.NOT_JUDGED,
    None: ExitCode.USAGE,
}
