"""Lines of a feature file that are read as something else than was meant, or as nothing, are refused with the cause."""

from pathlib import Path

import pytest

from rehearsal.gherkin.results import Outcome
from rehearsal.gherkin.runner import SuiteRun, run_suite
from tests.command import Rehearse

HOLDS = "  Scenario: Holds\n    When an hour passes\n"
LAMP = "    Given Maya has received a lamp for 9.00 USD\n"
COLON = 'the colon behind "Scenario" is missing: Scenario: x'
NO_STEP = "does not begin as a step does: Given, When, Then, And or But"
ASTRAY = 'a step stands below "Scenario:", and nothing here is one; is its colon missing?'
CELLS = "this row has more or fewer cells than the first row of its table"
BACKGROUND = "  Background:\n    When an hour passes\n"
OUTLINE = "  Scenario Outline: x\n    When <n> hours pass\n    Examples:\n      | n |\n      | 2 |\n"
UNFILLED = "  Scenario Outline: x\n    When <n> hours pass\n"
ROWS = "    Examples:\n      | m |\n      | 2 |\n"
TWICE = ROWS.replace("| m", "| n | n").replace("2", "2 | 3")
NO_KEYWORD = "no step above it has a keyword for it; the first step begins with Given, When or Then"
NAMELESS = 'a tag has its name right behind the "@"'
GERMAN = "# language: de\nFunktion: F\n"
# A file, the line that is not read as it is meant, and what is said of it.
FILES = {
    # prose that is none: nothing else would tell of a scenario that is not played
    f"Feature: F\n  Scenario x\n{LAMP}": (2, COLON),
    f"Feature: F\n  Scenario x\n{LAMP}{HOLDS}": (2, COLON),
    f"Feature: F\n  Scenario - x\n{HOLDS}": (2, COLON),
    f"Feature: F\n  Scenario : x\n{HOLDS}": (2, COLON),
    f"Feature: F\n  Of lamps.\n\n  Scenario x\n{HOLDS}": (4, COLON),
    f"Feature: F\n  Scenario Outline\n{HOLDS}": (2, 'the colon behind "Scenario Outline" is missing: Scenario Outline'),
    f"Feature: F\n  Example x\n{HOLDS}": (2, "missing: Example: x"),
    f"Feature: F\n  Rule x\n{HOLDS}": (2, "missing: Rule: x"),
    f"Feature: F\n  Background\n{LAMP}{HOLDS}": (2, 'the colon behind "Background" is missing: Background'),
    f"Feature: F\n  Scenaro: x\n{HOLDS}": (2, '"Scenaro" is no heading; did you mean "Scenario: x"?'),
    f"Feature: F\n  scenario: x\n{HOLDS}": (2, '"scenario" is no heading; did you mean "Scenario: x"?'),
    f"Feature: F\n  scenario x\n{LAMP}{HOLDS}": (3, ASTRAY),
    f"Feature: F\n{LAMP}{HOLDS}": (2, ASTRAY),
    f"Feature: F\n  * an hour passes\n{HOLDS}": (2, ASTRAY),
    f"Feature: F\n  When Jupiter is there\n{HOLDS}": (2, ASTRAY),
    f"Feature: F\n  Givn Maya has received a lamp for 9.00 USD\n{HOLDS}": (2, NO_STEP),
    f"Feature: F\n  Rule: R\n  Scenario x\n{LAMP}{HOLDS}": (3, COLON),
    f"Feature: F\n  Background:\n  Scenario x\n{LAMP}{HOLDS}": (3, COLON),
    f"Feature: F\n  Scenario: y\n  Scenario x\n{LAMP}{HOLDS}": (3, COLON),
    "Feature: F\n  Scenario: y\n    then an hour passes\n    When an hour passes\n": (3, NO_STEP),
    f"{GERMAN}  Szenario x\n    Wenn an hour passes\n": (3, 'the colon behind "Szenario" is missing: Szenario: x'),
    # what nothing would be played of
    f"Feature: F\n{BACKGROUND}": (1, "there is no scenario in it"),
    f"Feature: F\n{HOLDS}  Rule: R\n": (4, "there is no scenario in it"),
    f"Feature: F\n{OUTLINE}    Examples: more\n      | n |\n": (7, "there is no row in it"),
    f"Feature: F\n{UNFILLED}": (2, "there are no examples below its steps"),
    f"Feature: F\n{HOLDS}  Rule: R\n{UNFILLED}{HOLDS.replace('Holds', 'Too')}": (5, "there are no examples below its"),
    f"{GERMAN}  Szenariogrundriss: x\n    Wenn an hour passes\n": (3, "there are no examples below its steps"),
    # what would be played as it stands there
    f"Feature: F\n{UNFILLED}{ROWS}": (3, '"<n>" stands for no column of the examples in line 4'),
    f"Feature: F\n{UNFILLED.replace('<n>', '<m> or <n>')}{ROWS}": (3, '"<n>" stands for no column'),
    f"Feature: F\n{UNFILLED.replace('<n>', '<M>')}{ROWS}": (3, '; it is written "m"'),
    f"Feature: F\n{UNFILLED.replace('<n>', '< m >')}{ROWS}": (3, '"< m >" stands for no column'),
    f"Feature: F\n{OUTLINE}{ROWS}": (3, '"<n>" stands for no column of the examples in line 7'),
    f"Feature: F\n{UNFILLED.replace('<n>', '2')}      | a |\n      | <n> |\n{ROWS}": (5, '"<n>" stands for no column'),
    f'Feature: F\n{UNFILLED.replace("<n>", "2")}    """\n    a\n    <M>\n    """\n{ROWS}': (6, "for no column"),
    f"Feature: F\n{UNFILLED.replace('<n>', '<3 lamps <n>')}{ROWS}": (3, '"<n>" stands for no column'),
    f"Feature: F\n{UNFILLED.replace('<n>', '<3 lamps <m>')}{ROWS}": (3, '"<m>" is not filled, for the "<" that stands'),
    **{
        f"Feature: F\n{UNFILLED.replace('<n>', said)}{ROWS}": (3, f'"<{name}>" stands for no column')
        for name, said in {"n": '"<n>"', "a": '"b" <a> "c"', "of it": "“b”, <of it> “c”", "M": '"a <M>"'}.items()
    },
    f"Feature: F\n  Background:\n    When <n> hours pass\n{UNFILLED.replace('<n>', '2')}{ROWS}": (3, "for no column"),
    f"Feature: F\n  Rule: R\n  Background:\n    When <n> hours pass\n{UNFILLED.replace('<n>', '2')}{ROWS}": (
        4,
        "for no",
    ),
    f"Feature: F\n{UNFILLED}{TWICE}": (5, '"n" stands there twice'),
    # steps that take the keyword of none, tags and scenarios without a name that could be used
    **{f"Feature: F\n  Scenario: x\n    {word} an hour passes\n": (3, NO_KEYWORD) for word in ("And", "But", "*")},
    f"Feature: F\n  Background:\n    And an hour passes\n{HOLDS}": (3, NO_KEYWORD),
    f"Feature: F\n{BACKGROUND}  Scenario: x\n    And an hour passes\n": (5, NO_KEYWORD),
    f"{GERMAN}  Szenario: x\n    Und an hour passes\n": (4, "the first step begins with Angenommen, Gegeben sei,"),
    **{
        f"{above}{tags}\n{below}": (above.count("\n") + 1, NAMELESS)
        for tags in ("@", "@ @late", "@late @", "@@late")
        for above, below in {
            "": f"Feature: F\n{HOLDS}",
            "Feature: F\n": HOLDS,
            f"Feature: F\n{HOLDS}": f"  Rule: R\n{HOLDS.replace('Holds', 'Too')}",
            f"Feature: F\n{UNFILLED}": ROWS.replace("| m", "| n"),
        }.items()
    },
    # what the parser does not take
    f"Feature: F\n{HOLDS}  Scenario x\n": (4, COLON),
    f"Feature: F\n{HOLDS}  Scenaro: x\n": (4, 'did you mean "Scenario: x"?'),
    f"Feature: F\n{HOLDS}    Thn an hour passes\n": (4, f'{NO_STEP}; did you mean "Then"?'),
    f"Feature: F\n{HOLDS}    Examples\n      | x |\n": (4, "missing: Examples"),
    f"Feature: F\n{HOLDS}    and so on\n": (4, f'{NO_STEP}; did you mean "And"?'),
    f"Feature: F\n{HOLDS}    Jupiter is there\n": (4, "neither a step nor a heading, and prose"),
    f"Feature: F\n{HOLDS}    | a | b |\n    | 1 |\n": (5, CELLS),
    f'Feature: F\n{HOLDS}    """\n    text\n': (5, "a text in triple quotes above does not end"),
    f'Feature: F\n{HOLDS}    """\n    text\n    """\n    """\n': (7, "below a step stand one table and one text"),
    f"Feature: F\n{OUTLINE}    ```\n": (7, "below a step stand one table and one text"),
    f"Feature: F\n{BACKGROUND}    Examples:\n": (4, "examples stand below the steps of a scenario"),
    f"Feature: F\n{BACKGROUND}    Jupiter is there\n": (4, "neither a step nor a heading, and prose"),
    f"Feature: F\n{HOLDS}  @late\n  | a |\n{HOLDS}": (5, "below a tag stands what it is of: a scenario"),
    f"Feature: F\n  @late\n{BACKGROUND}": (3, "below a tag stands what it is of: a scenario"),
    f"Feature: F\n{HOLDS}{BACKGROUND}": (4, "a background stands once, before the scenarios"),
    f"Feature: F\n{HOLDS}  @late": (4, "the file ends where something has to follow"),
    f"Feature: F\n  @so late\n{HOLDS}": (2, "there is no space in a tag"),
    f"Feature F\n{HOLDS}": (1, 'the colon behind "Feature" is missing: Feature: F'),
    HOLDS: (1, 'a file begins with "Feature:"'),
    f"# language: xx\nFeature: F\n{HOLDS}": (1, "nobody here knows this language"),
    f"{GERMAN}  Szenario: x\n    Wenn an hour passes\n    Wen an hour passes\n": (5, 'did you mean "Wenn"?'),
    f"Feature: F\u2028G\f\n  Of lamps.\x85\n{HOLDS}  Scenario x\n": (5, COLON),
    f"Feature: F\n  Of lamps.\u2028\n  Scenario x\n{HOLDS}": (3, COLON),
}
# Names of scenarios that would be taken for something else, or be left out.
# Signs in an outline, with other words in quotes or below a step, that are no names of columns.
SIGNS = """Feature: F
  Scenario Outline: signs
    Given <who> has received a rug for 20.00 USD
    And <who> has asked for her money back
    And everybody has heard of it
    When the seller rejects <who>'s request, saying "I <3 lamps, and 5 > 4, or a <div>"
    Then <who>'s request is shown as "Refund Rejected"

    Examples:
      | who  |
      | Maya |

  Scenario Outline: blank columns
    When <n> hours pass

    Examples:
      | n |   |  |
      | 2 | a |  |
"""
TAKEN = ["__x", "__name__", "pytestmark", "pytest_generate_tests", "setup_module", "setup_function", "tearDownModule"]
PROSE = """Feature: F
  As a seller: I answer within a day, so that nobody else does.
  Rules: none. Features of it are many, scenarios few.
  And if nobody answers, the marketplace does.
  * an hour is enough

  Scenario Outline: <what> <which>
    When <n> hours pass

    Examples:
      | what  | which | n |
      | one   | of it | 2 |
      | other | of it | 3 |

  Scenario Outline: at <n>
    When <n> hours pass

    Examples:
      | n | day  |
      | 2 | [a]  |
      | 2 | b-c  |

  Scenario: of <n> no row is played
    When 2 hours pass

  Scenario Outline: and <m> stays
    When <n> hours pass

    Examples: with a column that nothing is made of
      | n | of |
      | 2 | x  |
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is said of each file, all of them being played in one run."""
    suite = tmp_path_factory.mktemp("suite")
    for number, text in enumerate(FILES):
        (suite / f"{number:03}.feature").write_text(text)
    results = run_suite(SuiteRun((suite,), 1)).results
    assert {result.outcome for result in results} == {Outcome.MISWRITTEN}
    return {text: result.why for text, result in zip(FILES, results, strict=True)}


@pytest.mark.parametrize("text", FILES)
def test_a_line_that_is_not_read_as_it_is_meant_is_named_with_its_cause(said: dict[str, str], text: str) -> None:
    line, words = FILES[text]
    row = text.split("\n")[line - 1].strip()
    assert f".feature:{line}: {row!r}: " in said[text]
    assert words in said[text]


@pytest.mark.parametrize("name", TAKEN)
def test_a_scenario_is_not_called_as_pytest_calls_something_else(rehearse: Rehearse, name: str) -> None:
    file = rehearse.file("own.feature", f"Feature: F\n{HOLDS}{HOLDS.replace('Holds', name)}")
    assert (
        f"own.feature:4: the name {name!r} is pytest's own; give the scenario another"
        in rehearse("play", file, code=2).out
    )


def test_prose_stays_prose_and_the_values_of_a_row_stand_in_its_scenarios_name(
    tmp_path: Path,
) -> None:
    file = tmp_path / "own.feature"
    file.write_text(PROSE)
    results = run_suite(SuiteRun((file,), 1)).results
    assert [result.name for result in results] == [
        *("one of it", "other of it", "at 2[2-[a]]", "at 2[2-b-c]"),
        *("of <n> no row is played", "and <m> stays[2-x]"),
    ]
    assert {result.outcome for result in results} == {Outcome.HELD}


def test_signs_that_are_no_columns_and_columns_without_a_name_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "own.feature"
    file.write_text(SIGNS)
    assert [result.outcome for result in run_suite(SuiteRun((file,), 1)).results] == [Outcome.HELD] * 2


def test_a_text_below_a_step_may_have_signs(tmp_path: Path) -> None:
    file = tmp_path / "own.feature"
    file.write_text(f"Feature: F\n{OUTLINE}".replace("pass\n", 'pass\n    """\n    <div> 1 <2 > a\n    """\n'))
    assert [result.why for result in run_suite(SuiteRun((file,), 1)).results] == [
        "the step '2 hours pass' takes no text in triple quotes below it"  # only when it is played
    ]


def test_a_rows_values_stand_in_its_name_which_chooses_it(rehearse: Rehearse) -> None:
    given = "Given <who> has received a rug for 9.00 USD"
    rows = "    Examples:\n      | who  |\n      | Maya |\n      | Noah |\n"
    file = rehearse.file("rows.feature", f"Feature: Rows\n  Scenario Outline: <who> buys\n    {given}\n\n{rows}")
    junit = rehearse.folder / "junit.xml"
    assert "✓ Noah buys\n\n1 scenario" in rehearse("play", file, "-k", "noah buys", "--junit", junit).out
    assert 'name="Noah buys"' in junit.read_text()
