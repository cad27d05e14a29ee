"""The command line: what it offers, and what its exit codes mean."""

import importlib.metadata
import subprocess
import sys

import click
import pytest

from rehearsal import cli
from rehearsal.cli.exit_codes import ExitCode
from rehearsal.control.stage import Problem
from tests.command import Rehearse


def offering(command: click.Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.LazyCommands, "get_command", lambda self, ctx, name: command)


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_is_there(rehearse: Rehearse, name: str) -> None:
    assert f"rehearsal {name}" in rehearse(name, "--help").out


def test_the_help_names_every_command_and_imports_none() -> None:
    code = "import sys; from rehearsal import cli; cli.run(['--help']); sys.exit('flask' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert all(name in ended.stdout for name in cli.COMMANDS)


def test_it_tells_its_version(rehearse: Rehearse) -> None:
    assert importlib.metadata.version("rehearsal") in rehearse("--version").out


@pytest.mark.parametrize("arguments", [["dance"], ["up", "--dance"], ["--dance"]])
def test_what_it_does_not_know_is_a_mistake_of_usage(rehearse: Rehearse, arguments: list[str]) -> None:
    assert "dance" in rehearse(*arguments, code=ExitCode.USAGE).err


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (click.ClickException("no such file"), ExitCode.USAGE),
        (Problem(422, "Invalid value"), ExitCode.USAGE),
        (Problem(503, "The stage does not answer"), ExitCode.STAGE_FAILED),
        (RuntimeError("boom"), ExitCode.STAGE_FAILED),
        (KeyboardInterrupt(), cli.INTERRUPTED),
    ],
)
def test_what_a_command_raises_becomes_words_and_a_code(
    rehearse: Rehearse, raised: BaseException, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    @click.command()
    def failing() -> None:
        raise raised

    offering(failing, monkeypatch)
    assert rehearse("demo", code=code).err


def test_a_command_returns_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def judging() -> int:
        return ExitCode.NOT_JUDGED

    offering(judging, monkeypatch)
    assert cli.run(["demo"]) == ExitCode.NOT_JUDGED
