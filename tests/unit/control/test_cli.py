"""The command line: what it offers, and what its exit codes mean."""

import importlib.metadata
import subprocess
import sys

import click
import pytest

from rehearsal import cli
from rehearsal.cli.exit_codes import ExitCode
from rehearsal.control.stage import Problem


def offering(command: click.Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.LazyCommands, "get_command", lambda self, ctx, name: command)


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_is_there(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([name, "--help"]) == ExitCode.CONTENT
    assert f"rehearsal {name}" in capsys.readouterr().out


def test_the_help_names_every_command_and_imports_none() -> None:
    code = "import sys; from rehearsal import cli; cli.run(['--help']); sys.exit('flask' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert all(name in ended.stdout for name in cli.COMMANDS)


def test_it_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == ExitCode.CONTENT
    assert importlib.metadata.version("rehearsal") in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["dance"], ["up", "--dance"], ["--dance"]])
def test_what_it_does_not_know_is_a_mistake_of_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(arguments) == ExitCode.USAGE
    assert "dance" in capsys.readouterr().err


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
    raised: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def failing() -> None:
        raise raised

    offering(failing, monkeypatch)
    assert cli.run(["demo"]) == code
    assert capsys.readouterr().err


def test_a_command_returns_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def judging() -> int:
        return ExitCode.NOT_JUDGED

    offering(judging, monkeypatch)
    assert cli.run(["demo"]) == ExitCode.NOT_JUDGED
