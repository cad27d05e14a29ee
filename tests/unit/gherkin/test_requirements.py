"""The table of requirements: it is current, and it has no hole."""

from pathlib import Path

from rehearsal.cli.requirements import covers, holes, register, table
from rehearsal.resources import features_folder
from tests.command import Rehearse

ROOT = Path(__file__).parents[3]


def test_every_statement_of_the_guide_is_in_the_register_once() -> None:
    assert [requirement.id for requirement in register()] == [f"R{number}" for number in range(1, 82)]


def test_every_statement_is_played_or_says_why_not() -> None:
    assert holes(register(), covers(features_folder())) == []


def test_nothing_that_is_played_is_excused() -> None:
    covered = covers(features_folder())
    assert [requirement.id for requirement in register() if requirement.because and covered.get(requirement.id)] == []


def test_no_feature_names_a_requirement_that_does_not_exist() -> None:
    known = {requirement.id for requirement in register()}
    tags = {tag for tag in covers(features_folder()) if tag.startswith("R")}
    assert tags - known == set()


def test_the_committed_table_is_what_the_command_writes() -> None:
    assert (ROOT / "docs/requirements.md").read_text(encoding="utf-8") == table(register(), covers(features_folder()))


def test_it_is_shown_written_where_it_is_told_and_checked_there(rehearse: Rehearse) -> None:
    out = rehearse.folder / "requirements.md"
    rehearse("requirements", "--check", "--out", out, code=1)
    rehearse("requirements", "--out", out)
    rehearse("requirements", "--check", "--out", out)
    assert rehearse("requirements").out == out.read_text()
