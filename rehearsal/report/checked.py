"""A served world as it stands, told to those who gate with it: as a verdict, as JUnit and as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final
from xml.etree import ElementTree as Xml

from _pytest.junitxml import bin_xml_escape

from rehearsal.control.stage import Json, Stage
from rehearsal.gherkin.plan_file import missed, times, trouble
from rehearsal.gherkin.recording import as_texts, everything, first_line, own_failures, refused
from rehearsal.gherkin.results import Outcome
from rehearsal.report.markdown import MOST_SHOWN, every_rule, fenced, more_than
from rehearsal.report.rules import LOUDEST_FIRST, over_all, wanting
from rehearsal.simulation.duration import read_duration, spoken_duration

ENOUGH: Final = timedelta(hours=1)  # in which news gets round, where it cannot be seen that it has
WIRE: Final = "contract-kept"
NO_CALL: Final = "Nobody has called with the seat's app (`tiktok` of GET /world), so no call was judged."
NEVER_TRIED: Final = "nothing has happened that this rule is about"


@dataclass(frozen=True)
class Checked:
    """What a world has to say of itself, and the command that asks it again.

    To whoever is `strict`, a rule on which nothing was learnt is one that was asked for and not judged.
    """

    world: Json
    said: Json
    faults: tuple[Json, ...]
    again: str
    strict: bool = False

    @classmethod
    def of(cls, stage: Stage, again: str, *, strict: bool = False) -> Checked:
        """Look at a world, and change nothing in it."""
        return cls(stage.world(), stage.findings(), tuple(stage.faults()["faults"]), again, strict)

    @property
    def name(self) -> str:
        return str(self.world["name"])

    @property
    def findings(self) -> list[Json]:
        return list(self.said["findings"])

    @property
    def broken(self) -> list[str]:
        """Return as texts how the connector has failed, and what broke."""
        return everything(self.said)

    @property
    def own_failures(self) -> list[str]:
        """Return as texts how the stage itself has failed."""
        return own_failures(self.said)

    @cached_property
    def rules(self) -> list[Json]:
        """Return one verdict on each rule."""
        return over_all(self.said["verdicts"])

    @property
    def short(self) -> list[str]:
        """Return a line for what cannot be judged: a connector that is let in nowhere, trouble that was not hit."""
        return [*filter(None, (self._shut_out, *map(missed, self.faults)))]

    @property
    def refused(self) -> str:
        """Return which of the connector's calls were refused, if any was."""
        return refused(self.said)

    @property
    def _shut_out(self) -> str:
        return refused(self.said, unjudged=True)

    @property
    def wanting(self) -> list[str]:
        """Return a line for each rule on which nothing was learnt."""
        return wanting(self.rules)

    @property
    def outcome(self) -> Outcome:
        """Return how the gate stands: broken, not judged, or held."""
        if self.broken:
            return Outcome.BROKEN
        if self.own_failures:
            return Outcome.STAGE_FAILED
        return Outcome.NOT_JUDGED if self.short or (self.strict and self.wanting) else Outcome.HELD

    @property
    def headline(self) -> str:
        """Return in one line how many rules ended how, and of which world."""
        counts = Counter(rule["verdict"] for rule in self.rules)
        each = ", ".join(f"{counts[verdict]} {verdict}" for verdict in LOUDEST_FIRST if counts[verdict])
        count = len(self.findings)
        found = f"{count} finding{'' if count == 1 else 's'}" if count else "no finding"
        failed = f", and the connector failed {times(len(self.said['failures']))}," if self.said["failures"] else ""
        failed += " and the stage itself failed," if self.own_failures else ""
        return f"{found}{failed} in the world {self.name!r}: {each}"

    @property
    def stillness(self) -> str:
        """Return how long nothing has changed, and whether more could be found without anybody's doing."""
        quiet, under_way = read_duration(self.said["quiet_for"]), self.said["news_under_way"]
        changed = f"Nothing has changed for {spoken_duration(quiet)}"
        since = changed if quiet else "No time has passed since the last change"
        let_pass = "let an hour pass before the check (POST /clock/advance)"
        if under_way and quiet >= ENOUGH:
            return f"{since}, and the connector has not done all it has taken: that is judged when its time is over."
        if under_way:
            return f"{since}, and news of it is still under way: {let_pass}."
        if under_way is None and quiet < ENOUGH:
            return f"{since}; whether news of it is still under way is not seen from here: {let_pass}."
        return f"{since}. What is planned, such as a deadline, is judged when it comes."

    @property
    def remarks(self) -> list[str]:
        """Return what a reader should know of a verdict beside it, a line each."""
        silent = any(rule["invariant"] == WIRE and rule["verdict"] == LOUDEST_FIRST[-1] for rule in self.rules)
        return [*([NO_CALL] if silent else []), self.stillness]

    def junit(self) -> bytes:
        """Return a JUnit file: a case for each rule, and for each fault that was planned to be hit."""
        runs, stands = self._case("seat", "the connector runs"), self._case("stage", "the stage itself runs")
        if failures := [one["what"] for one in self.said["failures"]]:
            _fail(runs, first_line(failures[0]), failures)
        if texts := self.own_failures:
            _fail(stands, texts[0].partition("\n")[0], texts, "error")
        let_in = self._case("seat", "the connector is let in", self._shut_out)
        cases = [runs, let_in, stands, *map(self._rule_case, self.rules)]
        cases += [self._case("trouble", trouble(one), missed(one)) for one in self.faults if one["planned"]]
        suite = Xml.Element("testsuite", name=f"rehearsal check, world {self.name}")
        for kind, tag in (("tests", None), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(kind, str(sum(tag is None or case.find(tag) is not None for case in cases)))
        properties = Xml.SubElement(suite, "properties")
        for name in ("seed", "start", "now"):
            Xml.SubElement(properties, "property", name=name, value=str(self.world[name]))
        suite.extend(cases)
        suites = Xml.Element("testsuites", name="rehearsal check")
        suites.append(suite)
        Xml.indent(suites)
        return bytes(Xml.tostring(suites, encoding="utf-8", xml_declaration=True)) + b"\n"

    def _rule_case(self, rule: Json) -> Xml.Element:
        learnt = rule["verdict"] in ("broken", "held")
        left_out = "" if learnt else f"{rule['verdict']}: {rule['why'] or NEVER_TRIED}"
        case = self._case("rules", rule["invariant"], left_out)
        if rule["verdict"] == "broken":
            mine = [finding for finding in self.findings if finding["number"] == rule["number"]]
            _fail(case, _briefly(mine[0]), as_texts(mine))
        return case

    def _case(self, kind: str, name: str, left_out: str = "") -> Xml.Element:
        case = Xml.Element("testcase", classname=f"rehearsal.{self.name}.{kind}", name=name, time="0")
        if left_out:
            Xml.SubElement(case, "skipped", message=bin_xml_escape(left_out))
        return case

    def markdown(self) -> str:
        """Return a summary for a pull request."""
        lines = [f"### Rehearsal: {self.headline}", ""]
        for text in [*self.own_failures, *filter(None, [self.refused]), *self.broken[:MOST_SHOWN]]:
            lines += fenced(text)
        lines += more_than(len(self.broken))
        if short := [words for words in self.short if words != self.refused]:
            lines += ["Not judged:", "", *fenced("\n".join(short))]
        again = f"Again, as long as that stage is up: `{self.again}`"
        return "\n".join([*lines, *every_rule(self.rules), *self.remarks, "", again, "", ""])


def _fail(case: Xml.Element, message: str, texts: Iterable[str], kind: str = "failure") -> None:
    failure = Xml.SubElement(case, kind, message=bin_xml_escape(message))
    failure.text = bin_xml_escape("\n\n".join(texts))


def _briefly(finding: Json) -> str:
    return f"expected {finding['expected']}; seen: {finding['seen']}"
