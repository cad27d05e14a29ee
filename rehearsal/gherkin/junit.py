"""What JUnit and pytest's own screen are told of scenarios: the scenarios' words, in the scenarios' order."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from xml.etree import ElementTree as Xml

import pytest
from _pytest.junitxml import xml_key

from rehearsal.gherkin.recording import gist
from rehearsal.gherkin.results import Outcome, ScenarioResult

OUTCOME: Final = "outcome"  # the property of a case that says how its scenario ended
FILLED: Final = "name"  # the one that says its name, where a row's values stand in it
SPAN: Final = ("start", "now")  # and those that say from when to when it went, in its world
SUITE: Final = "rehearsal play"
ENDED_EARLY: Final = "not played: the run has ended early"


class Told:
    """A failure as pytest, its summary and JUnit show it: in people's words, without a traceback."""

    def __init__(self, message: str, text: str) -> None:
        self.reprcrash = self
        self.message = message
        self._text = text

    def __str__(self) -> str:
        return self._text

    def toterminal(self, out: Any) -> None:
        """Show it, as pytest asks."""
        out.line(self._text)


def told(result: ScenarioResult) -> Told:
    """Return a scenario's failure in its own words."""
    closer = f"\n\nPython's own comparison\n{result.comparison}" if result.comparison else ""
    return Told(gist(result), f"{result.place}\n{result}{closer}")


def leave_out(config: pytest.Config, nodeids: Iterable[str], why: str) -> None:
    """Have JUnit, if it is written here, tell of scenarios that were not begun, and why."""
    xml = config.stash.get(xml_key, None)
    if xml is None:
        return
    for nodeid in nodeids:
        file, _, name = nodeid.partition("::")
        report = pytest.TestReport(nodeid, (file, 0, name), {}, "skipped", (file, 0, why), "setup")
        case = xml.node_reporter(report)
        case.record_testreport(report)
        case.append_skipped(report)


def tidy(config: pytest.Config, order: Sequence[str] = ()) -> None:
    """Put JUnit's cases, if any are written, into the `order` of the tests' ids; leave out what did not end.

    How a scenario ended is its type: a failure is the connector's, whatever else it was is an error.
    """
    xml = config.stash.get(xml_key, None)
    if xml is None:
        return
    places = {_address(*nodeid.split("::", 1)): place for place, nodeid in enumerate(order)}
    cases = [(case.to_xml(), case) for case in xml.node_reporters_ordered]
    ended = [
        (_address(known.attrib["classname"], known.attrib["name"]), case)
        for known, case in cases
        if "name" in known.attrib
    ]
    xml.node_reporters_ordered[:] = [case for _, case in sorted(ended, key=lambda one: places.get(one[0], -1))]
    for case, _ in cases:
        _type(case, xml.stats)


@contextmanager
def told_as_ours(config: pytest.Config, results: Sequence[ScenarioResult]) -> Iterator[None]:
    """Have JUnit's file, if pytest writes one meanwhile, say what was run, and how the worlds began."""
    xml = config.stash.get(xml_key, None)
    if xml is None:
        yield
        return
    if xml.suite_name == "pytest":  # not called otherwise by a file
        xml.suite_name = SUITE
    file = Path(xml.logfile)  # which may be a pipe: it is opened once
    with TemporaryDirectory() as folder:
        xml.logfile = str(Path(folder, "junit.xml"))
        yield
        suites = Xml.parse(xml.logfile).getroot()
    suites.set("name", SUITE)
    starts = {world["start"] for result in results if "start" in (world := result.observed.world)}
    told = [("seed", str(config.getoption("--seed"))), *(("start", start) for start in starts if len(starts) == 1)]
    for place, (name, said) in enumerate(told):
        _properties(suites[0]).insert(place, Xml.Element("property", name=name, value=said))
    file.write_bytes(Xml.tostring(suites, encoding="utf-8", xml_declaration=True))


def _properties(suite: Xml.Element) -> Xml.Element:
    """Return where a suite's properties stand, its own steps' among them."""
    known = suite.find("properties")
    if known is None:
        suite.insert(0, known := Xml.Element("properties"))
    return known


def _type(case: Any, stats: dict[str, int]) -> None:
    """Say in a case what its scenario is called and what kind of failure it has, and count it as such."""
    if (filled := case.find(f"properties/property[@name='{FILLED}']")) is not None:
        case.set("name", filled.get("value"))
    ended = case.find(f"properties/property[@name='{OUTCOME}']")
    for fault in (one for one in case if one.tag in ("failure", "error")):
        if fault.get("message") == "collection failure":  # in pytest's words
            fault.set("message", (fault.text or "").partition("\n")[0])
            outcome = Outcome.MISWRITTEN
        elif ended is None:
            continue
        else:
            outcome = Outcome(ended.get("value"))
        tag = "failure" if outcome is Outcome.BROKEN else "error"
        stats[fault.tag] -= 1
        stats[tag] += 1
        fault.tag = tag
        fault.set("type", outcome)


def _address(file: str, name: str = "") -> tuple[str, str]:
    """Return what JUnit calls a test."""
    return file.replace("/", "."), name
