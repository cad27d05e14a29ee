"""The command `rehearsal`. Each command's module is imported only when the command is run.

Exit codes: 0 content; 1 findings; 2 usage or configuration; 3 the stage itself failed; 4 something asked for was not
judged. A command returns its code; what it raises is shown in one line, and only the stage's failure has a traceback.
"""

import codecs
import gc
import os
import sys
import traceback
from contextlib import suppress
from importlib import import_module  # noqa: TID251 - each command starts fast: it brings no other command's modules
from io import TextIOWrapper
from types import ModuleType
from typing import Any, Final

import click

from rehearsal.cli.exit_codes import ConnectorFailed, ExitCode
from rehearsal.control.stage import Problem

__all__ = ["main", "run"]

INTERRUPTED: Final = 130  # the code of shells for Ctrl-C
UNREAD: Final = 141  # the code of shells for whom nobody reads any more, as after `| head`
# What stands in for a character that a terminal or a pipe cannot show.
PLAIN: Final = {"✓": "+", "✗": "x", "·": "-", "→": "->", "×": "x", "…": "...", "“": '"', "”": '"', "–": "-", "’": "'"}

# fmt: off
COMMANDS: Final = {
    "check":        ("rehearsal.cli.check",        "Say what the auditor found in a served world, as a gate."),
    "crash":        ("rehearsal.cli.crash",        "Have the connector die at every place where it can, and judge."),
    "demo":         ("rehearsal.cli.demo",         "Play every documented workflow and write the report."),
    "play":         ("rehearsal.cli.play",         "Run Gherkin suites, ours or yours, in process or served."),
    "policy":       ("rehearsal.cli.policy",       "List, show, check and compare the markets' policy profiles."),
    "requirements": ("rehearsal.cli.requirements", "Show the table of requirements and the scenarios that play them."),
    "steps":        ("rehearsal.cli.steps",        "List and search the steps to write scenarios with."),
    "up":           ("rehearsal.cli.up",           "Serve the fakes, the connector, the control API and the console."),
}
# fmt: on


class LazyCommands(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = COMMANDS[cmd_name][0]
        command: click.Command = getattr(sys.modules.get(module) or _brought(module), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


def _brought(module: str) -> ModuleType:
    """Return a command's module. All that it brings stays until the end: nobody needs to look through that."""
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.freeze()
        gc.enable()


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(package_name="rehearsal", prog_name="rehearsal")
def rehearsal() -> None:
    """A stage where a connector rehearses returns and refunds, under one simulated clock."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    if sys.getfilesystemencoding() != "utf-8":
        _begin_in_utf_8()
    sys.exit(run(arguments))


def _begin_in_utf_8() -> None:
    """Begin anew: else names would have to fit the locale, in which pytest keeps them. Output stays in it."""
    os.environ["PYTHONUTF8"] = "1"
    os.environ.setdefault("PYTHONIOENCODING", sys.stdout.encoding)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def plainly(error: UnicodeError) -> tuple[str, int]:
    """Return what to show for characters that an encoding has not, and where to go on."""
    assert isinstance(error, UnicodeEncodeError)
    lost = error.object[error.start : error.end]
    return "".join(PLAIN.get(one, f"\\u{ord(one):04x}") for one in lost), error.end


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    codecs.register_error("plainly", plainly)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            with suppress(OSError):  # whoever was to read it has gone already
                stream.reconfigure(errors="plainly")
    try:
        code: Any = rehearsal.main(arguments, prog_name="rehearsal", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return ExitCode.FINDINGS if isinstance(error, ConnectorFailed) else ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # whoever read our output has gone; click says so by leaving
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except Problem as problem:
        click.echo(f"Error: {problem}", err=True)
        return ExitCode.USAGE if problem.status < 500 else ExitCode.STAGE_FAILED
    except Exception:
        traceback.print_exc()
        click.echo("Error: the stage itself failed; this is not the fault of who stands on it.", err=True)
        return ExitCode.STAGE_FAILED
    return int(code) if isinstance(code, int) else ExitCode.CONTENT
