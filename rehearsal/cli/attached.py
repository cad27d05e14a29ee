"""The served world that a command is about, for the commands that meet one."""

import os
from typing import Final
from urllib.parse import quote, urlsplit

import click

from rehearsal.cli.words import visible
from rehearsal.control.client import FOREIGN, SILENT, HttpStage
from rehearsal.control.stage import Problem

CONTROL: Final = "/control/v1"  # the control API's place on the address of the console
FIRST_PATIENCE: Final = 30.0  # seconds of real time for a first answer, for which nothing is waited

token_option: Final = click.option(
    "--token",
    envvar="REHEARSAL_TOKEN",
    show_envvar=True,
    callback=visible,
    help="Token of that stage, as `up` prints it.",
)


def reached(url: str, token: str | None = None, world: str | None = None) -> HttpStage:
    """Return the served world at a control address, once it has answered; raise a usage error where none does."""
    address = url.rstrip("/") + (f"/worlds/{quote(os.fsencode(world), safe='')}" if world is not None else "")
    first = HttpStage(address, token=token, patience=FIRST_PATIENCE)
    try:
        found = "now" in first.clock()
    except Problem as problem:
        found = False
        if problem.status == 404 and CONTROL not in (at := urlsplit(url)).path:
            # the console's address, which `up` prints, too
            words = f"there is no control API here; did you mean {at.scheme}://{at.netloc}{CONTROL}?"
            raise click.ClickException(f"--attach {url}: {words}") from problem
        if problem.status in (401, 403, 404):
            more = "; or give --token or REHEARSAL_TOKEN" if problem.status == 401 else ""
            raise click.ClickException(f"--attach {address}: {problem}{more}.") from problem
        if problem.title not in (SILENT, FOREIGN):
            raise
    finally:
        first.close()
    if not found:
        raise click.ClickException(f"--attach {url}: no served world answers there; give the address `up` prints.")
    return HttpStage(address, token=token)
