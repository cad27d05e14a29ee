"""What the documents show is played as it stands there."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mock_tiktok.open_api.signing import signature
from rehearsal.contract.demand import Judge
from rehearsal.seats.description import read_seat
from tests.command import Rehearse

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "docs/scenarios.md", "docs/your-connector.md")
VECTOR = re.compile(r"^\| `(/.+?)` \| (.+?) \| (?:`(.+?)`)? ?\| `([0-9a-f]{64})` \|$", re.MULTILINE)
OWN_WORDS = """
Feature: Words of one's own

  Scenario: The seller forgets
    Given Maya has received a desk lamp for 39.98 USD
    And Maya has asked for her money back
    When the seller forgets about Maya for a week
    Then Maya has been told 1 times
"""


def blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_scenario_of_a_document_plays(document: str, rehearse: Rehearse) -> None:
    for number, scenario in enumerate(blocks(document, "gherkin")):
        rehearse.file(f"shown{number}.feature", scenario)
    rehearse("play", rehearse.folder)


def test_the_signatures_that_are_shown_are_ours() -> None:
    vectors = VECTOR.findall((ROOT / "docs/your-connector.md").read_text(encoding="utf-8"))
    for path, query, body, sign in vectors:
        pairs = [pair.split("=", 1) for pair in re.findall(r"`(.+?)`", query)]
        assert signature("rehearsal-secret", path, [(name, value) for name, value in pairs], body.encode()) == sign
    assert len(vectors) == 2


def test_the_plain_tests_that_are_shown_pass(tmp_path: Path) -> None:
    (shown,) = blocks("docs/gate.md", "python")
    (tmp_path / "test_shown.py").write_text(shown)
    command = [sys.executable, "-m", "pytest", "-p", "rehearsal.gherkin", "-p", "no:cacheprovider", str(tmp_path)]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, "2 passed" in ended.stdout) == (0, True), ended.stdout + ended.stderr


def test_what_a_seat_is_shown_to_say_is_what_it_may_say(tmp_path: Path) -> None:
    file = tmp_path / "seat.yaml"
    for shown in blocks("docs/your-connector.md", "yaml"):
        runs = "" if re.search("^(connector|command):", shown, re.MULTILINE) else "command: node connector.js\n"
        file.write_text(runs + shown)
        assert read_seat(file)
    for shown in blocks("docs/your-connector.md", "json"):
        assert Judge("seat").mistake("Cases", json.loads(shown)) is None


@pytest.mark.parametrize("schema", ["github-workflows", "gitlab-ci"])
def test_the_ci_files_keep_the_official_schemas(schema: str) -> None:
    file = ROOT / "examples" / "ci" / f"{schema.partition('-')[0]}.yml"
    also = ["--data-transform", "gitlab-ci"] if schema == "gitlab-ci" else []
    lint = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *also, str(file)]
    linted = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def scripts(job: str) -> Iterator[list[str]]:
    """Return what that job does in either CI file, without what installs; and the script that does it anywhere else."""
    for file in ("github", "gitlab"):
        document = yaml.safe_load((ROOT / "examples" / "ci" / f"{file}.yml").read_text(encoding="utf-8"))
        told = document["jobs"][job]["steps"] if file == "github" else [{"run": one} for one in document[job]["script"]]
        yield [step["run"] for step in told if "run" in step and "pip install" not in step["run"]]
    yield blocks("docs/gate.md", "sh")


OWN_SUITE = """#!/bin/sh
control=$(python -c 'import json; print(json.load(open("world.json"))["urls"]["control"])')
exec curl -fsS -X POST "$control/orders" -H 'content-type: application/json' -d '{}'
"""


SCRIPTS = pytest.mark.parametrize("script", [*scripts("own-suite")], ids=["github", "gitlab", "shell"])


@SCRIPTS
def test_a_suite_of_ones_own_is_gated_as_the_ci_files_say(script: list[str], tmp_path: Path) -> None:
    ended = gated(script, tmp_path, "connector: none")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "no finding in the world 'default': " in ended.stdout
    assert (tmp_path / "junit.xml").is_file()


@SCRIPTS
def test_a_connector_that_does_not_start_ends_the_gate_at_once_with_its_code_and_why(
    script: list[str], tmp_path: Path
) -> None:
    ended = gated(script, tmp_path, "command: ./conector")
    told = ended.stdout + ended.stderr
    assert ended.returncode == 1, told
    assert "./conector cannot be started: No such file or directory" in told
    assert "Traceback" not in told


def gated(script: list[str], tmp_path: Path, seat: str) -> subprocess.CompletedProcess[str]:
    """Return what came of a gate with that seat."""
    (tmp_path / "rehearsal").write_text(f'#!/bin/sh\nexec {sys.executable} -m rehearsal "$@"\n')
    (tmp_path / "my-suite").write_text(OWN_SUITE)
    (tmp_path / "seat.yaml").write_text(f"{seat}\n")
    for command in ("rehearsal", "my-suite"):
        (tmp_path / command).chmod(0o755)
    settings = {"GITHUB_ENV": "settings", "GITHUB_STEP_SUMMARY": "summary.md", "PYTHONPATH": str(ROOT)}
    path = os.pathsep.join((str(tmp_path), str(Path(sys.executable).parent), os.environ["PATH"]))
    lines = "\n".join(script)
    ends = f"trap 'kill $! 2> /dev/null' EXIT\nset -e\n{lines}".replace('"$GITHUB_ENV"', '"$GITHUB_ENV"; . ./settings')
    return subprocess.run(
        ["bash", "-c", ends], cwd=tmp_path, env=os.environ | settings | {"PATH": path}, capture_output=True, text=True
    )


def test_the_words_of_ones_own_and_the_options_that_are_shown_work(rehearse: Rehearse) -> None:
    (scenario,), (words,) = blocks("docs/scenarios.md", "gherkin"), blocks("docs/scenarios.md", "python")
    for name, text in {"own.feature": OWN_WORDS, "shown.feature": scenario, "conftest.py": words}.items():
        rehearse.file(name, text)
    chosen = rehearse("play", rehearse.folder, "-k", "cheap thing", "-t", "R10 and not slow", "--seed", "7")
    assert "1 scenario" in chosen.out
    assert "2 scenarios: 2 held" in rehearse("play", rehearse.folder).out
