"""`rehearsal play` among what lies around a suite: broken conftests, names that are taken, locales, pipes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import Rehearse
from tests.unit.gherkin.test_play import FILE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def x(:\n", "cannot be loaded: SyntaxError: invalid syntax\n  suite/conftest.py:1: def x(:\n"),
        ("import absent\n", "ModuleNotFoundError: No module named 'absent'\n  suite/conftest.py:1: import"),
        ("import helper\n", "SyntaxError: invalid syntax\n  suite/conftest.py:1: import helper\n  suite/helper"),
        ("\n1 / 0\n", "ZeroDivisionError: division by zero\n  suite/conftest.py:2: 1 / 0\n"),
        ("raise SystemExit(3)\n", "SystemExit: 3\n  suite/conftest.py:1: raise SystemExit(3)\n"),
        ("pytest_plugins = ['absent']\n", "plugin"),
    ],
)
@pytest.mark.parametrize("where", ["suite", "."], ids=["named", "below"])
def test_a_broken_conftest_is_named_with_its_line(
    rehearse: Rehearse, monkeypatch: pytest.MonkeyPatch, text: str, words: str, where: str
) -> None:
    (rehearse.folder / "suite").mkdir()
    for name, held in {"own.feature": FILE, "conftest.py": text, "helper.py": "x = 1 +\n"}.items():
        rehearse.file(f"suite/{name}", held)
    monkeypatch.chdir(rehearse.folder)
    said = rehearse("play", where, code=2).err
    assert words in said
    assert "Traceback" not in said
    assert "nothing to play" not in said


def test_what_a_plugin_of_the_suites_own_lacks_is_named_with_its_line(rehearse: Rehearse) -> None:
    for name, held in {
        "own.feature": FILE,
        "conftest.py": "pytest_plugins = ['lacking']",
        "lacking.py": "import nil",
    }.items():
        path = rehearse.file(name, held)
    said = rehearse("play", rehearse.folder, code=2).err
    assert (
        said
        == f"the plugin lacking cannot be loaded: ModuleNotFoundError: No module named 'nil'\n  {path}:1: import nil\n"
    )


HOOKS = (
    *("pytest_configure", "pytest_sessionstart", "pytest_generate_tests", "pytest_collection_modifyitems"),
    *("pytest_collect_file", "pytest_runtest_protocol", "pytest_runtest_logreport"),
    *("pytest_sessionfinish", "pytest_unconfigure", "pytest_nosuchhook"),
)


@pytest.mark.parametrize(
    ("hook", "jobs"),
    [*((hook, "1") for hook in HOOKS), ("pytest_runtest_protocol", "2")],
)
def test_a_hook_of_somebodys_own_that_fails_is_named_with_its_line(rehearse: Rehearse, hook: str, jobs: str) -> None:
    rehearse.file("own.feature", FILE)
    conftest = rehearse.file("conftest.py", f"def {hook}():\n    raise RuntimeError('mine')\n")
    told = rehearse("play", rehearse.folder, "--jobs", jobs, code=2)
    said = told.out + told.err
    unknown = "PluginValidationError: unknown hook 'pytest_nosuchhook'"
    assert unknown in said or re.search(rf"RuntimeError: mine\n +{conftest}:2: raise RuntimeError", said)
    assert "INTERNALERROR" not in said
    assert "Traceback" not in said


SPOKEN = "Feature: Größe ✓ 日本\n  Scenario: “Ünï” → …\n    When an hour passes\n"


@pytest.mark.parametrize(
    ("encoding", "locale", "more"),
    [
        ("ascii", {"PYTHONIOENCODING": "ascii"}, []),
        ("ascii", {"PYTHONIOENCODING": "ascii"}, ["--list"]),
        ("cp1252", {"PYTHONIOENCODING": "cp1252"}, []),
        ("utf-8", {"PYTHONIOENCODING": "utf-8"}, []),
        ("ascii", {"PYTHONUTF8": "0", "LC_ALL": "C"}, []),
    ],
)
def test_no_terminal_pipe_or_locale_ends_in_a_failed_stage(
    tmp_path: Path, encoding: str, locale: dict[str, str], more: list[str]
) -> None:
    (tmp_path / "own.feature").write_text(SPOKEN, encoding="utf-8")
    command = [sys.executable, "-m", "rehearsal", "play", "own.feature", *more]
    env = {**os.environ, **locale}
    played = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, timeout=60, check=False)
    shown = played.stdout.decode(encoding)
    assert (played.returncode, played.stderr) == (0, b"")
    assert ("1 scenario: 1 held" if not more else "1 scenario") in shown
    assert ("日本" if encoding == "utf-8" else r"\u65e5\u672c") in shown
    assert ("->" if encoding != "utf-8" else "→") in shown


@pytest.mark.parametrize("more", [[], ["--list"]], ids=["play", "list"])
def test_who_stops_reading_is_told_nothing_more(tmp_path: Path, more: list[str]) -> None:
    (tmp_path / "own.feature").write_text(FILE)
    here, there = os.pipe()
    os.close(here)
    command = [sys.executable, "-m", "rehearsal", "play", "own.feature", *more]
    with os.fdopen(there, "w") as out:
        played = subprocess.run(command, cwd=tmp_path, stdout=out, stderr=subprocess.PIPE, timeout=60, check=False)
    assert (played.returncode, played.stderr) == (141, b"")


@pytest.mark.parametrize(
    ("file", "words", "taken"),
    [
        ("connector/__init__.py", "", "Rehearsal's package 'connector'"),
        ("connector/__init__.py", "from connector import own\n", "Rehearsal's package 'connector'"),
        ("mock_tiktok/__init__.py", "from mock_tiktok import own\n", "Rehearsal's package 'mock_tiktok'"),
        ("mock_oms.py", "", "Rehearsal's package 'mock_oms'"),
        ("flask.py", "", "the library 'flask'"),
        ("sqlalchemy/__init__.py", "", "the library 'sqlalchemy'"),
    ],
)
def test_what_takes_the_place_of_ours_is_named_once(tmp_path: Path, file: str, words: str, taken: str) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("own = 1\n")
    (tmp_path / "conftest.py").write_text(words)
    (tmp_path / "own.feature").write_text(FILE)
    played = python_m(tmp_path, "play", "own.feature")
    assert played.returncode == 2
    assert played.stdout.count(f"{file} takes the place of {taken}") == 1
    assert "1 miswritten, 3 not played" in played.stdout


def python_m(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a module, in that folder."""
    command = [sys.executable, "-m", "rehearsal", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_what_lies_where_one_stands_is_not_in_the_way_of_the_command(tmp_path: Path) -> None:
    for name in ("click", "rich", "requests", "mock_oms", "connector"):
        (tmp_path / f"{name}.py").write_text("own = 1\n")
    (tmp_path / "own.feature").write_text(FILE)
    played = python_m(tmp_path, "play", "own.feature:6")
    assert played.returncode == 0, played.stdout + played.stderr


def test_on_a_served_stage_the_names_of_our_packages_are_the_suites_to_use() -> None:
    ours = (
        "import sys, rehearsal.cli.play, rehearsal.gherkin.plugin as p; p.served; from rehearsal.control import client"
    )
    code = f"{ours}; sys.exit(', '.join({{'connector', 'mock_tiktok', 'mock_oms'}} & set(sys.modules)) or None)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert loaded.stderr.strip() == ""
