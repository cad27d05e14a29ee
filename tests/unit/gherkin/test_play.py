"""`rehearsal play`: what it says before anything is played, and how it names itself in the report."""

import html
import re
import shlex
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from connector.adapters.tiktok import wire
from rehearsal.cli.profiles import check
from rehearsal.gherkin.collection import lines_played
from rehearsal.gherkin.results import command
from tests.command import Rehearse


@pytest.fixture
def feature(rehearse: Rehearse) -> Path:
    text = "Feature: Own\n  Scenario: Own\n    Given Maya has received a lamp for 9.00 USD\n"
    return rehearse.file("own.feature", text)


@pytest.mark.parametrize("address", ["foo", "http://127.0.0.1:9/control/v1"])
def test_an_address_without_a_world_is_refused(rehearse: Rehearse, feature: Path, address: str) -> None:
    said = rehearse("play", feature, "--attach", address, code=2).err
    assert said.startswith(f"Error: --attach {address}: no served world answers there")
    assert said.count("no served world answers there") == 1


@pytest.mark.parametrize("below", ["{file}/below", "{file}/below/deeper", "/proc/absent"])
@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("play {file}", "--report"),
        ("play {file}", "--junit"),
        ("demo", "--out"),
        ("requirements", "--out"),
        ("up --port 0", "--json"),
    ],
)
def test_an_unwritable_place_is_refused_first(
    rehearse: Rehearse, feature: Path, command: str, option: str, below: str
) -> None:
    shown = rehearse(*f"{command} {option} {below}".format(file=feature).split(), code=2)
    assert f"Error: {option} " in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    "command", ["play {file} --seed", "play {file} --durations", "crash {file} --point", "demo --seed", "up --port"]
)
def test_what_is_no_number_is_called_none_and_no_range(rehearse: Rehearse, feature: Path, command: str) -> None:
    *asked, option = command.format(file=feature).split()
    said = rehearse(*asked, option, "abc", code=2).err
    assert f"Invalid value for '{option}': 'abc' is not a valid integer." in said
    assert f"Invalid value for '{option}': -1 is not in the range" in rehearse(*asked, option, "-1", code=2).err


@pytest.mark.parametrize("command", ["play {file}", "demo", "requirements", "crash {file}"])
def test_an_output_without_a_name_is_refused(rehearse: Rehearse, feature: Path, command: str) -> None:
    option = {"play": "--report", "crash": "--resume"}.get(command.split()[0], "--out")
    said = rehearse(*command.format(file=feature).split(), option, "", code=2)
    assert f"Invalid value for '{option}'" in said.err
    assert "It names no place." in said.err


@pytest.mark.parametrize(
    "command", ["play {file} --report", "demo --out", "check --attach http://127.0.0.1:9 --report"]
)
@pytest.mark.parametrize("held", ["index.html", "own.feature"])
def test_a_folder_with_files_of_somebody_s_is_no_place_for_a_report(
    rehearse: Rehearse, feature: Path, command: str, held: str
) -> None:
    (folder := rehearse.folder / "site").mkdir()
    (folder / held).write_text("<title>Mine</title>")
    said = rehearse(*command.format(file=feature).split(), folder, code=2)
    option = command.split()[-1]
    assert said.err.startswith(f"Error: {option}: {folder} holds files that are no report's ({held}); name an empty")
    assert said.out == ""
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [(held, "<title>Mine</title>")]


def test_a_report_takes_the_place_of_an_older_one_whatever_else_lies_there(rehearse: Rehearse, feature: Path) -> None:
    (folder := rehearse.folder / "report").mkdir()
    (folder / "index.html").touch()  # as a run leaves it that was stopped
    (folder / "notes.txt").touch()
    for _ in range(2):
        rehearse("play", feature, "--report", folder, "--junit", folder / "junit.xml")
    assert "Rehearsal: what was played" in (folder / "index.html").read_text()


def test_junit_says_what_was_run_and_in_which_worlds(rehearse: Rehearse, feature: Path) -> None:
    more = "import pytest\n\n@pytest.fixture(autouse=True)\ndef _(record_testsuite_property):"
    rehearse.file("conftest.py", f"{more}\n    record_testsuite_property('by', 'us')\n")
    rehearse("play", feature, "--junit", junit := rehearse.folder / "junit.xml", "--seed", "7")
    suites = ElementTree.parse(junit).getroot()
    said = {one.attrib["name"]: one.attrib["value"] for one in suites.iterfind("testsuite/properties/property")}
    case = {one.attrib["name"]: one.attrib["value"] for one in suites.iterfind(".//testcase/properties/property")}
    assert {suites.attrib["name"], suites[0].attrib["name"]} == {"rehearsal play"}
    assert list(said.items()) == [("seed", "7"), ("start", "2031-03-03T09:00:00Z"), ("by", "us")]
    assert case == {"outcome": "held", "start": said["start"], "now": "2031-03-03T09:15:00Z"}


def test_a_full_disk_takes_no_other_output_down_and_no_finding_back(rehearse: Rehearse, feature: Path) -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("no device here that is always full")
    more = ("--junit", full, "--summary", full, "--report", rehearse.folder / "report")
    said = rehearse("play", feature, *more, code=2)
    assert re.findall("Error: (.*)", said.err) == [
        f"{option} cannot be written: /dev/full: No space left on device" for option in ("--junit", "--summary")
    ]
    assert "1 scenario: 1 held" in said.out
    assert (rehearse.folder / "report" / "index.html").is_file()
    broken = rehearse.file("broken.feature", f"{feature.read_text()}    Then Maya has been paid back 1.00 USD\n")
    assert "--junit cannot be written" in rehearse("play", broken, "--junit", full, code=1).err
    assert "--out cannot be written" in rehearse("requirements", "--out", full, code=2).err


@pytest.mark.parametrize("held", [b"Dear diary\n", b"\xff\xfe", b'{"death": 1}\n', b"[]\n"])
def test_what_holds_no_results_is_not_gone_on_with(rehearse: Rehearse, feature: Path, held: bytes) -> None:
    (file := rehearse.folder / "notes").write_bytes(held)
    assert f"{file} holds no results of this command" in rehearse("crash", feature, "--resume", file, code=2).err
    assert file.read_bytes() == held


def test_a_link_to_nowhere_is_no_place_for_addresses_and_stays_what_it_is(rehearse: Rehearse) -> None:
    (link := rehearse.folder / "world.json").symlink_to(rehearse.folder / "absent" / "world.json")
    assert "there is no folder" in rehearse("up", "--port", "0", "--json", link, code=2).err
    assert link.is_symlink()


FILE = """\
Feature: Own
  Background:
    Given Maya has received a lamp for 9.00 USD

  @slow
  Scenario: First
    When an hour passes

  Rule: Two times

    Scenario Outline: Second
      When <n> hours pass

      Examples:
        | n |
        | 2 |
        | 3 |

      @late
      Examples: more
        | n |
        | 4 |
"""
EACH = ["First", "Second[2]", "Second[3]", "Second[4]"]


@pytest.mark.parametrize(
    ("line", "played"),
    [
        *[(line, EACH) for line in (1, 2, 3)],
        *[(line, EACH[:1]) for line in (5, 6, 7, 8)],
        *[(line, EACH[1:]) for line in (9, 11, 12, 13)],
        *[(line, EACH[1:3]) for line in (14, 15)],
        (16, EACH[1:2]),
        *[(line, EACH[2:3]) for line in (17, 18)],
        *[(line, EACH[3:]) for line in (19, 20, 21, 22)],
    ],
)
def test_a_line_means_the_innermost_thing_that_stands_there(rehearse: Rehearse, line: int, played: list[str]) -> None:
    stand, meant = lines_played(rehearse.file("own.feature", FILE), line)
    assert [EACH[stand.index(one)] for one in meant] == played


def test_what_stands_in_a_line_is_played_alone_and_named_by_its_line(rehearse: Rehearse) -> None:
    path = rehearse.file("own.feature", FILE)
    shown = rehearse("play", f"{path}:16", f"{path}:6").out
    assert [line.split("✓ ")[1] for line in shown.splitlines() if "✓" in line] == ["First", "Second[2]"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        *(
            (line, f"no scenario stands in line {line}; those of this file: 6, 16, 17, 22.")
            for line in ("99", "0", "9" * 5_000)
        ),
        ("two", "own.feature:two: a line is a number, as in "),
    ],
)
def test_a_line_without_a_scenario_is_refused_with_those_that_have_one(
    rehearse: Rehearse, line: str, words: str
) -> None:
    shown = rehearse("play", f"{rehearse.file('own.feature', FILE)}:{line}", code=2)
    assert words in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["-t", "slwo"], "-t: no scenario here has the tag slwo; nearest: slow\nThere is nothing to play"),
        (["-t", "SLOW and not @late"], "-t: no scenario here has the tag SLOW; nearest: slow\nThere is nothing"),
        (["-t", "unheard-of"], "-t: no scenario here has the tag unheard-of; there are: late, slow\nThere is nothing"),
        (["-t", "@slow and @late"], "There is nothing to play here: none of 4 scenarios is what was asked for."),
        (["-t", "slow and"], "'slow and', at character 9: expected not OR"),
        (["-t", "(slow"], "'(slow', at character 6: expected right parenthesis"),
        (["-k", "firzt"], "-k: no scenario here has 'firzt' in its name or its file's; nearest: \"First\"\n"),
        (["--longest-wait", "2 days"], "'2 days' is no ISO 8601 duration such as PT48H"),
        (["-k", "second", "-t", "slow"], "There is nothing to play here: none of 4 scenarios is what was asked for."),
    ],
)
@pytest.mark.parametrize("more", [[], ["--list"]], ids=["play", "list"])
def test_what_selects_nothing_says_why(rehearse: Rehearse, asked: list[str], words: str, more: list[str]) -> None:
    rehearse.file("own.feature", FILE)
    assert words in rehearse("play", rehearse.folder, *asked, *more, code=2).err


def test_a_misspelt_tag_is_named_though_others_are_played(rehearse: Rehearse) -> None:
    rehearse.file("own.feature", FILE)
    rehearse.file("test_beside.py", "def test_beside():\n    assert 0\n")
    shown = rehearse("play", rehearse.folder, "-t", "@slow or lat or wip")
    assert shown.err == "-t: no scenario here has the tag lat; nearest: late\n"
    assert "1 scenario: 1 held" in shown.out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere", "Path 'nowhere' does not exist"),
        ("empty", "There is nothing to play here: no feature file with a scenario in empty."),
        ("notes.md", "notes.md is no feature file"),
    ],
)
def test_a_place_without_scenarios_is_named(
    rehearse: Rehearse, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    monkeypatch.chdir(rehearse.folder)
    (rehearse.folder / "empty").mkdir()
    rehearse.file("notes.md", "")
    assert words in rehearse("play", name, code=2).err


def test_each_finding_names_the_command_that_plays_its_scenario_alone(
    rehearse: Rehearse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = tmp_path / "it's $HOME" / "deep"
    suite.mkdir(parents=True)
    (suite.parent / "conftest.py").write_text(
        "import pytest\nfrom tests.unit.gherkin.stub import BROKEN, StubStage\n\n"
        "@pytest.fixture(scope='session')\ndef stage_factory():\n    return lambda: StubStage(BROKEN)\n"
    )
    (suite / "own.feature").write_text(FILE.replace("<n> hours pass", "an hour passes").replace("Second", "First one"))
    monkeypatch.chdir(tmp_path)
    where = ["--seed", "7", "--report", "report", "--junit", "junit.xml"]
    shown = rehearse("play", suite.parent.name, *where, code=1).out
    told = re.findall("again: (.*)", shown)
    assert told == re.findall("Again: (.*)", shown)
    assert [shlex.split(one)[2] for one in told] == [f"it's $HOME/deep/own.feature:{n}" for n in (6, 16, 17, 22)]
    pages = "".join(html.unescape(page.read_text()) for page in (tmp_path / "report").glob("0*.html"))
    junit = html.unescape((tmp_path / "junit.xml").read_text())
    for one in told:
        assert pages.count(one) == 1
        assert one in junit
        again = rehearse(*shlex.split(one)[1:], code=1).out
        assert "1 scenario: 1 broken" in again
        assert f"Again: {one}\n" in again


TWO_BUYERS = """
Feature: Two buyers
  Scenario: Both are paid back
    Given Maya has received a lamp for 40.00 USD, with 5.00 USD for shipping and 3.20 USD of tax
    And Noah has received a rug for 89.00 USD, with 5.00 USD for shipping and 6.20 USD of tax
    And Maya has asked for her money back
    And Noah has asked for his money back
    When everybody hears of it
"""


def test_what_is_found_says_whose_orders_and_requests_it_is_about(
    rehearse: Rehearse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = wire._refund
    monkeypatch.setattr(wire, "_refund", lambda document: (read(document)[0], Decimal(0), read(document)[2]))
    outputs = [tmp_path / name for name in ("junit.xml", "summary.md", "report")]
    where = [word for pair in zip(("--junit", "--summary", "--report"), outputs, strict=True) for word in pair]
    shown = rehearse("play", rehearse.file("two.feature", TWO_BUYERS), *where, code=1).out
    pages = [page.read_text() for page in outputs[2].glob("0*.html")]
    for text in (shown, *(file.read_text() for file in outputs[:2]), *pages):
        assert re.search(r"order id \d+ \(Maya's\); claim \d+ \(Maya's\)", html.unescape(text))
    for name in ("Maya", "Noah"):
        assert re.search(rf"…\d+</code> \({name}'s\)</td>.*order id \d+ \({name}'s\)", html.unescape(pages[0]), re.S)


def test_a_scenario_on_a_served_world_is_played_there_again() -> None:
    url = "http://127.0.0.1:8700/control/v1"
    told = command("own features/a.feature", 3, {"--seed": 2, "--attach": url})
    assert told == f"rehearsal play 'own features/a.feature:3' --seed 2 --attach {url}"


def test_the_report_names_the_command_that_plays_the_same_again(
    rehearse: Rehearse, feature: Path, tmp_path: Path
) -> None:
    rehearse("play", feature, "-k", "own", "--seed", "3", "--report", tmp_path / "report")
    index = (tmp_path / "report" / "index.html").read_text()
    assert f"<code>rehearsal play {feature} -k own --seed 3</code>" in index


def a_profile(folder: Path, name: str, *, currency: str = "USD") -> Path:
    file = folder / f"{name}.yaml"
    file.write_text(f"name: {name}\nextends: us-2025-08\ncurrency: {currency}\n")
    return file


CURRENCY = """Feature: A market of our own
  Scenario: Its money
    Given Maya has received a desk lamp for 40.00 EUR
    When Maya asks for her money back
    Then Maya has been paid back nothing
"""


def test_a_suite_is_played_under_a_profile_of_ones_own_and_again_names_it(rehearse: Rehearse) -> None:
    (folder := rehearse.folder / "own").mkdir()
    a_profile(folder, "fr-2031-01", currency="EUR")
    suite = rehearse.file("money.feature", CURRENCY)
    rehearse("play", suite, code=2)
    rehearse("play", suite, "--profile", folder / "fr-2031-01.yaml")
    rehearse("play", suite, "--profiles", folder, "--profile", "fr-2031-01")
    suite = rehearse.file("more.feature", CURRENCY.replace("nothing", "40.00 EUR"))
    where = f"--profile fr-2031-01 --profiles {folder} --oms-manners twice,old-token"
    again = f"rehearsal play {suite}:2 --seed 1 {where}"
    assert f"Again: {again}\n" in rehearse("play", suite, *where.split(), code=1).out
    rehearse(*shlex.split(again)[1:], code=1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--oms-manners", "rude"], "oms_manners has 'rude'; there are careful, careless"),
        (["--profile", "us-2025-8"], "did you mean us-2025-08?"),
        (
            ["--profile", "br-2026-09"],
            "br-2026-09: our connector takes in no shop of BR, whose reasons it does not know",
        ),
        (["--profile", "Brazil"], "it knows those of US, GB, ID, TH, MY, PH, SG, VN."),
        (["--profile", "{}/bad.yaml"], "bad.yaml: currency is 'GPB'; did you mean GBP?"),
        (["--profiles", "{}"], "bad.yaml: currency is 'GPB'; did you mean GBP?"),
        (["--profiles", "{}/none"], "none has no profile, which is a .yaml or .json file"),
        (["--profiles", "{}/ours"], "us-2025-08.yaml: name is us-2025-08, which one of ours has already"),
        (["--profile", "us-2025-08", "--attach", "http://127.0.0.1:9/control/v1"], "--attach plays in the worlds of"),
    ],
)
def test_a_profile_that_cannot_be_had_is_refused_before_anything_is_played(
    rehearse: Rehearse, feature: Path, tmp_path: Path, options: list[str], words: str
) -> None:
    a_profile(tmp_path, "bad", currency="GPB")
    for name in ("none", "ours"):
        (tmp_path / name).mkdir()
    a_profile(tmp_path / "ours", "us-2025-08")
    told = rehearse("play", feature, *(option.format(tmp_path) for option in options), code=2).err
    assert words in " ".join(told.replace("│", " ").split())


def test_a_market_that_our_connector_does_not_know_is_for_another_one(rehearse: Rehearse, feature: Path) -> None:
    assert "our connector takes in no shop of BR" in rehearse("crash", feature, "--profile", "br-2026-09", code=2).err
    check("br-2026-09", None, ours=False)


def test_tags_of_examples_select_and_list_their_rows(rehearse: Rehearse) -> None:
    rehearse.file("own.feature", FILE)
    assert [line.strip() for line in rehearse("play", rehearse.folder, "-t", "late").out.splitlines()] == [
        "", "Own", "✓ Second[4]", "", "1 scenario: 1 held",
    ]  # fmt: skip
    listed = rehearse("play", rehearse.folder, "-t", "not slow", "--list").out
    rows = [line.partition(":")[2] for line in listed.splitlines() if "own.feature" in line]
    assert rows == ["16  Second[2]", "17  Second[3]", "22  Second[4]  @late"]


def test_a_scenario_that_is_skipped_is_not_judged_and_says_so(rehearse: Rehearse, tmp_path: Path) -> None:
    rehearse.file("own.feature", FILE.replace("@slow", "@slow @skip"))
    junit = tmp_path / "junit.xml"
    shown = rehearse("play", tmp_path, "--junit", junit, "--report", tmp_path / "report", "-x", code=4).out
    assert "Own · First" in shown
    assert "  @skip leaves it out\n" in shown
    assert "4 scenarios: 3 held, 1 not judged" in shown
    case = junit.read_text()
    assert '<property name="tag" value="skip" />' in case
    assert 'message="@skip leaves it out"' in case
    assert "@skip leaves it out" in (tmp_path / "report" / "index.html").read_text()


@pytest.mark.parametrize("tag", ["xfail", "skipif", "parametrize", "usefixtures", "filterwarnings", "_private"])
def test_a_tag_that_would_change_how_pytest_plays_is_refused(rehearse: Rehearse, tag: str) -> None:
    path = rehearse.file("own.feature", FILE.replace("@late", f"@{tag}"))
    words = f"own.feature:11: the tag @{tag} is pytest's own; give it another name. @skip"
    assert words in rehearse("play", path.parent, code=2).out


def test_a_run_that_is_stopped_says_how_far_it_came(rehearse: Rehearse) -> None:
    step = "from pytest_bdd import when\n\n@when('somebody presses Ctrl-C')\ndef _():\n    raise KeyboardInterrupt\n"
    rehearse.file("conftest.py", step)
    each = ["an hour passes", "somebody presses Ctrl-C", "an hour passes"]
    scenarios = [f"  Scenario: {number}\n    When {does}\n" for number, does in enumerate(each)]
    rehearse.file("own.feature", "Feature: Own\n" + "".join(scenarios))
    shown = rehearse("play", rehearse.folder, "--report", rehearse.folder / "report", code=130)
    assert "3 scenarios: 1 held, 2 not played\nReport: " in shown.out
    assert shown.err.strip() == "Stopped."


def test_a_line_means_the_step_of_the_folder_that_it_stands_in(rehearse: Rehearse) -> None:
    step = "from pytest_bdd import when\n\n@when('it is our turn')\ndef _(stage):\n    {0}\n"
    scenarios = (
        "Feature: {0}\n  Scenario: First of {0}\n    When it is our turn\n  Scenario: Then\n    When it is our turn\n"
    )
    for folder, does in {"one": "pass", "other": "raise AssertionError('the other one')", "none": ""}.items():
        (rehearse.folder / folder).mkdir()
        if does:
            rehearse.file(f"{folder}/conftest.py", step.format(does))
        rehearse.file(f"{folder}/own.feature", scenarios.format(folder))
    shown = rehearse("play", rehearse.folder, code=1).out
    assert "6 scenarios: 2 held, 2 broken, 2 miswritten" in shown


LATER = """\
import types

def pytest_runtest_teardown(item):
    if not item.config.pluginmanager.has_plugin("late"):
        late = types.ModuleType("late")
        exec("from pytest_bdd import when\\n@when('it is later')\\ndef _(): pass\\n", vars(late))
        item.config.pluginmanager.register(late, "late")
"""


def test_a_step_that_is_there_later_is_found_then(rehearse: Rehearse) -> None:
    rehearse.file("conftest.py", LATER)
    scenarios = [f"  Scenario: {name}\n    When it is later\n" for name in ("First", "Second")]
    rehearse.file("own.feature", "Feature: Own\n" + "".join(scenarios))
    assert "2 scenarios: 1 held, 1 miswritten" in rehearse("play", rehearse.folder, code=2).out


TROUBLED = """\
Feature: Own
  Scenario: Own
    Given Maya has received a lamp for 9.00 USD
    And Maya has asked for her money back
    And an hour has passed
    {trouble}
    When the seller approves Maya's request
    Then all three books say 9.00 USD for Maya
"""


@pytest.mark.parametrize(
    ("fault", "trouble", "code", "words"),
    [
        (
            "{kind: cut_after, operation: approve, times: 1}",
            "",
            0,
            "fault-1, cut after, of approve calls to the marketplace: 1 hit on 1 call, in 1 scenario",
        ),
        ("{kind: cut_after, operation: reject, times: 1}", "", 4, "nowhere as often as planned: not judged"),
        ("{kind: garble, operation: reject}", "", 0, "0 hits on 0 calls, in 0 scenarios"),
        (None, "And the marketplace loses its answer to the next approval", 0, "Own  ⚡ cut after\n"),
        (None, "And the marketplace loses its answer to the next payout", 2, '"call", "decision", "approval"'),
        (None, "And the marketplace loses its answer to the next aproval", 2, 'did you mean "approval"?'),
        (
            "{kind: garble, operation: reject}",
            "Then the trouble was hit",
            1,
            '"fault-1, garble, of reject calls to the marketplace: 0 hits on 0 calls"',
        ),
        ("{kind: garble, times: 1}", "Then the trouble was hit 1 time", 0, "fault-1, garble, of any calls"),
        (
            None,
            "And the marketplace loses its answers to the next 2 approvals",
            4,
            "was to be hit twice and was hit once",
        ),
    ],
)
def test_trouble_that_was_not_hit_as_often_as_planned_is_not_judged(
    rehearse: Rehearse, fault: str | None, trouble: str, code: int, words: str
) -> None:
    feature = rehearse.file("own.feature", TROUBLED.format(trouble=trouble))
    plan = rehearse.file("plan.yaml", f"- {fault}\n")
    assert words in rehearse("play", feature, *(["--faults", plan] if fault else []), code=code).out


@pytest.mark.parametrize(("more", "told"), [("", False), ("    And Maya has no mail\n", True)])
def test_steps_that_were_left_are_told_of_where_there_are_any(rehearse: Rehearse, more: str, told: bool) -> None:
    feature = rehearse.file("own.feature", TROUBLED.format(trouble="").replace("9.00 USD for", "8.00 USD for") + more)
    words = "1 scenario did not come to the end: the rules are judged by what was played of it"
    assert (words in rehearse("play", feature, code=1).out) == told


def test_a_scenario_s_own_trouble_is_not_that_of_the_whole_run(rehearse: Rehearse) -> None:
    lost = TROUBLED.format(trouble="And the marketplace loses its answer to the next approval")
    feature = rehearse.file("own.feature", f"{lost}    And the trouble was hit once\n")
    plan = rehearse.file("plan.yaml", "- {kind: garble, operation: reject, times: 1}\n")
    shown = rehearse("play", feature, "--faults", plan, code=4).out
    assert "nowhere as often as planned: not judged" in shown
    assert "1 scenario: 1 held" in shown


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ((), 0, "no-refund-after-no"),
        (("--strict",), 4, "no-refund-after-no: not put to the test, in no scenario"),
        (("--strict", "--jobs", "2"), 4, "no-refund-after-no: not put to the test, in no scenario"),
    ],
)
def test_a_strict_reader_wants_every_rule_put_to_the_test_by_some_scenario(
    rehearse: Rehearse, options: tuple[str, ...], code: int, words: str
) -> None:
    answered, lapsed = "the seller approves Maya's request", "1 hour passes after the answer to Maya was due"
    silent = TROUBLED.replace("Own", "Silent").replace(answered, lapsed)
    rehearse.file("own.feature", TROUBLED.format(trouble=""))
    rehearse.file("silent.feature", silent.format(trouble=""))
    shown = rehearse("play", rehearse.folder, *options, code=code).out
    assert (words in shown) == (code == 4)
    assert "executed-once" not in shown, "the first puts it to the test"
    assert "lapse-once" not in shown, "the second does"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind: garble", "it is a list such as"),
        ("[garble]", "fault 1 is no mapping"),
        ("- [", "plan.yaml: line 2, column 1: while parsing a flow node"),
        ("secret: hush\n  token: hush", "plan.yaml: line 2, column 8: mapping values are not allowed"),
        ("[{kind: garble, kind: refuse}]", "plan.yaml: line 1, column 3: kind is there twice"),
        (f"[{{kind: garble, times: {'9' * 5_000}}}]", "plan.yaml: line 1, column 24: a whole number has at most"),
        ("[{kind: garble}, {kind: garbel}]", 'fault 2: kind is "garbel"; did you mean garble?'),
        ("[{kind: delay, with: {by: 5}}]", "fault 1: with.by is 5"),
        ("[{kind: garble, until: 1961-03-03T04:00:00-05:00}]", 'until is "1961-03-03T09:00:00Z", which does not lie'),
        ("[{kind: garble, until: 2031-03-03T09:00:00}]", 'until is "2031-03-03T09:00:00", which has no zone'),
        ("[{kind: garble, until: 0001-01-01T00:00:00+01:00}]", "which does not lie ahead"),
        ("[{kind: garble, until: 9999-12-31T23:59:59-01:00}]", "in UTC no day of any calendar"),
        ("[{kind: garble, to: oms, from: marketplace}]", "fault 1: from is marketplace, which never calls the oms"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_before_anything_is_played(
    rehearse: Rehearse, feature: Path, text: str, words: str
) -> None:
    shown = rehearse("play", feature, "--faults", rehearse.file("plan.yaml", text), code=2)
    assert words in " ".join(shown.err.split())
    assert "hush" not in shown.err
    assert shown.out == ""


def test_a_fault_that_makes_no_sense_in_the_world_that_is_played_in_is_told_by_its_number(
    rehearse: Rehearse, feature: Path
) -> None:
    plan = rehearse.file("plan.yaml", "[{kind: garble}, {kind: garble, until: 2031-03-01T09:00:00Z}]")
    shown = rehearse("play", feature, "--faults", plan, code=2).out
    assert 'fault 2 of the plan of trouble: until is "2031-03-01T09:00:00Z", which does not lie ahead' in shown
