"""The option that names a plan of trouble, for the commands that play."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from rehearsal.gherkin.plan_file import NotAPlan, read_plan

PLAN_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
BEFORE_ALL: Final = datetime(1970, 1, 1, tzinfo=UTC)  # so that no hour of a plan is refused for being over


def plan(ctx: click.Context, param: click.Parameter, file: Path | None) -> Path | None:
    """Look through the plan at once: a mistake in it is told before anything begins."""
    if file is None:
        return None
    try:
        faults = read_plan(file)
    except NotAPlan as error:
        raise click.BadParameter(f"{file}: {error}", ctx, param) from error
    from rehearsal.wire.faults.kinds import KINDS  # noqa: PLC0415 - without a plan, the names of our packages are the suite's to use on a served stage
    from rehearsal.wire.faults.reading import Mistake, read_fault  # noqa: PLC0415 - for the same reason

    for number, fault in enumerate(faults, 1):
        try:
            read_fault(fault, KINDS, BEFORE_ALL)
        except Mistake as error:
            raise click.BadParameter(f"{file}, fault {number}: {error}", ctx, param) from error
    return file
