"""The list of steps for people who write scenarios: everything on it works, and nothing is missing from it."""

import inspect
import re
from html import unescape

import pytest
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from mock_oms.domain.manners import CAREFUL, CARELESS, Manner, manners_named
from rehearsal.gherkin.buyer import Buyer
from rehearsal.gherkin.cast import Cast, ConnectorProcess, Shops, Trouble
from rehearsal.gherkin.crowd import Crowd
from rehearsal.gherkin.refusals import IS_LOST, RULES
from rehearsal.gherkin.staff import Clock, Courier, Operator, Seller, SellerCenter, Watcher
from rehearsal.gherkin.steps import shipped as plugin
from rehearsal.gherkin.steps.manners import MANNERS
from rehearsal.gherkin.steps.phrases import Phrase
from rehearsal.gherkin.vocabulary import Saying, nearest
from rehearsal.gherkin.vocabulary import shipped as listed
from rehearsal.resources import folder
from tests.command import Rehearse

DOCUMENT = (folder("docs") / "scenarios.md").read_text(encoding="utf-8")
LISTED = [str(saying) for saying in listed()]


def shipped() -> list[StepFunctionContext]:
    """Return every step that comes with Rehearsal."""
    known = step_function_context_registry.values()
    return [step for step in known if step.step_func.__module__.startswith(f"{plugin.__package__}.")]


def takes(step: StepFunctionContext, line: str) -> bool:
    keyword, _, text = line.partition(" ")
    return step.type == keyword.lower() and step.parser.is_matching(text)


@pytest.mark.parametrize("line", LISTED)
def test_exactly_one_step_takes_what_is_listed(line: str) -> None:
    assert len([step for step in shipped() if takes(step, line)]) == 1


def test_what_is_listed_with_another_of_its_words_is_still_one_step() -> None:
    ours = [(step.type, step.parser) for step in shipped() if isinstance(step.parser, Phrase)]
    others = {f"{keyword} {one}" for keyword, text in ours for line in listed() for one in text.others(line.text)}
    assert len(others) > len(LISTED)
    assert [line for line in others if len([step for step in shipped() if takes(step, line)]) != 1] == []


def test_every_step_is_listed() -> None:
    missing = [f"{step.type} {step.parser.name}" for step in shipped() if not any(takes(step, one) for one in LISTED)]
    assert missing == []


def test_the_table_of_manners_says_what_each_is_called_and_which_are_careless() -> None:
    rows = re.findall(r"^\| \*(.+)\* \| `(.+)` \| (yes|no) \| ", DOCUMENT, re.MULTILINE)
    names = {said: name for said, name in MANNERS.items() if name not in (CAREFUL, CARELESS)}
    assert {said: name for said, name, _ in rows} == {**names, "pages by 2": "pages-by-2"}
    careless = manners_named([CARELESS]).habits
    assert [name for _, name, is_so in rows if (manners_named([name]).habits <= careless) != (is_so == "yes")] == []
    assert {habit for _, name, _ in rows for habit in manners_named([name]).habits} == {*Manner}


PEOPLE = {
    "people": Cast,
    "people.buyer(name)": Buyer,
    "people.seller": Seller,
    "people.seller_center": SellerCenter,
    "people.courier": Courier,
    "people.operator": Operator,
    "people.watcher": Watcher,
    "people.clock": Clock,
    "people.shops": Shops,
    "people.connector": ConnectorProcess,
    "people.trouble": Trouble,
    "crowd": Crowd,
}


def test_everything_people_can_be_asked_is_listed_as_its_own_words_say() -> None:
    rows = []
    for whose, kind in PEOPLE.items():
        for name, member in vars(kind).items():
            is_seen = isinstance(member, property)
            function = member.fget if is_seen else member
            if name[0] != "_" and function:
                taken = "" if is_seen else f"({', '.join([*inspect.signature(function).parameters][1:])})"
                rows.append(f"| `{whose}.{name}{taken}` | {str(inspect.getdoc(function)).splitlines()[0]} |")
    assert [line for line in DOCUMENT.splitlines() if re.match(r"\| `(people|crowd)\b", line)] == rows


def test_every_step_that_a_refusal_s_hint_names_is_there() -> None:
    hints = [words for rule in RULES.values() for words in (rule.first, *(rule.where or {}).values())]
    named = {one for words in (*hints, IS_LOST) for one in re.findall('"([^"]+)"', words.replace("{name}", "Maya"))}
    said = {f"the seller {one}" if one.startswith("finds") else one for one in named}
    assert "Maya has appealed" in said
    assert [one for one in said if not any(step.parser.is_matching(one) for step in shipped())] == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Given Maya recieved a lamp for 3.00 USD", "Given Maya has received a desk lamp for 39.98 USD"),
        ("When the seller accepts Noah's request", "When the seller approves Maya's request"),
        ("When the seller declines Noah's request", "When the seller rejects Maya's request"),
        ("Given the seller approves Noah's request", "When the seller approves Maya's request"),
        ("Then the books say 15.99 USD for Maya", "Then all three books say 39.98 USD for Maya"),
        ("When 3 hours have passed", "Given an hour has passed"),
        ("Then Maya was refunded 15.99 USD", "Then Maya has been paid back 39.98 USD"),
        ("Given Maya wants her money back", "When Maya asks for her money back"),
        ("Then Maya receives a mail", "Then Maya has no mail"),
        ("Given the shop is standing in London", "Given the shop is in the United Kingdom"),
    ],
)
def test_the_nearest_steps_are_those_that_were_meant(said: str, meant: str) -> None:
    keyword, _, text = said.partition(" ")
    assert meant in map(str, nearest(Saying(keyword, text), listed()))


def test_what_is_like_no_step_is_not_guessed_at() -> None:
    assert nearest(Saying("When", "Jupiter, Saturn & Pluto align"), listed()) == []


TABLES = """Feature: Own
  Scenario: A column is missing
    Given Maya has received:
      | goods |
      | mug   |
  Scenario: A column is misspelt
    Given Maya has received:
      | goods | price eech |
      | mug   | 9.00 USD   |
  Scenario: A cell is empty
    Given Maya has received:
      | goods | price each |
      | mug   | 9.00 USD   |
      | rug   |            |
  Scenario: A word is none
    Given Maya has received a lamp for 9.00 USD
    Then Maya has one mail, "refund approved"
"""
CAUSES = (
    'the table below this step: "price each" is missing',
    'the table below this step: "price eech" is no column of it; did you mean "price each"?',
    "row 2, price each: nothing stands there",
    '"refund approved" is no word that stands here; a mail is "order refund", "refund rejected", "return rejected", '
    '"order cancelled"',
)


def test_the_cause_of_a_mistake_stands_in_the_one_line_that_junit_and_the_report_show_first(rehearse: Rehearse) -> None:
    junit, report = rehearse.folder / "junit.xml", rehearse.folder / "report"
    rehearse("play", rehearse.file("own.feature", TABLES), "--junit", junit, "--report", report, code=2)
    assert tuple(map(unescape, re.findall('message="(.*?)"', junit.read_text()))) == CAUSES
    assert tuple(map(unescape, re.findall('card-why">(.*?)</span>', (report / "index.html").read_text()))) == CAUSES


def test_a_step_that_is_not_found_names_the_nearest_wherever_it_is_read(rehearse: Rehearse) -> None:
    rehearse.file("conftest.py", "from pytest_bdd import when\n\n@when('our robot nods')\ndef _(): pass\n")
    steps = "When our robots nod for <sum>\n    And an hour passes\n    And 2 hours past\n"
    feature = rehearse.file("own.feature", f"Feature: Own\n  Scenario: Own\n    {steps}")
    junit, report = rehearse.folder / "junit.xml", rehearse.folder / "report"
    shown = rehearse("play", feature, "--junit", junit, "--report", report, code=2).out
    pages = [shown, junit.read_text(), *(page.read_text() for page in report.glob("0*"))]
    assert len(pages) == 3
    assert 'errors="1" failures="0"' in pages[1]
    assert re.search(
        r'<error message="line 3: .*; the nearest are: When our robot nods / .*" type="miswritten">', pages[1]
    )
    for page in pages:
        assert "line 3: there is no step" in page
        assert "When our robot nods" in page
        assert "stands for no column of the examples" in page
        assert "line 4" not in page
        assert re.search(r"line 5: .*; the nearest is:\n +When 24 hours pass\n *All steps", unescape(page))
