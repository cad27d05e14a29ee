"""Summaries for a pull request, in Markdown. What people wrote stands in them as code, which links and pings nobody."""

from collections.abc import Iterable, Sequence
from typing import Final

from rehearsal.control.stage import Json
from rehearsal.gherkin.recording import refused
from rehearsal.gherkin.results import Outcome, ScenarioResult
from rehearsal.report.rules import over_all

MARK: Final = {"broken": "✗", "held": "✓", "not judged": "?", "not put to the test": "·"}
MOST_SHOWN: Final = 20  # findings in a summary, which GitHub cuts off at a megabyte


def of_scenarios(results: Sequence[ScenarioResult], headline: str, notes: Iterable[str], again: str) -> str:
    """Return what came of scenarios; `again` is the command that plays them anew, wherever their files are."""
    lines = [f"### Rehearsal: {headline}", ""]
    shown = [one for one in results if one.outcome is not Outcome.HELD]
    for one in shown[:MOST_SHOWN]:
        lines += fenced(f"{one.outcome}: {one.feature} · {one.name}  ({one.place})\n{one}")
    lines += more_than(len(shown))
    calls = (refused(one.observed.findings) for one in results if one.outcome is Outcome.HELD)
    if told := list(dict.fromkeys(filter(None, (*notes, *calls)))):
        lines += fenced("\n".join(told))
    verdicts = (verdict for one in results for verdict in one.observed.findings.get("verdicts", ()))
    return "\n".join([*lines, *every_rule(over_all(verdicts)), f"Again: `{again}`", "", ""])


def more_than(count: int) -> list[str]:
    """Return that there is more than is shown, if there is."""
    return [f"And {count - MOST_SHOWN} more.", ""] if count > MOST_SHOWN else []


def every_rule(rules: Iterable[Json]) -> list[str]:
    """Return the verdicts as a table that can be unfolded."""
    head = ["<details><summary>Every rule</summary>", "", "| rule | verdict | occasions, or why not |", "|---|---|---|"]
    rows = [f"| {one['invariant']} | {MARK[one['verdict']]} {one['verdict']} | {_learnt(one)} |" for one in rules]
    return [*head, *rows, "", "</details>", ""]


def _learnt(rule: Json) -> str:
    return "; ".join(filter(None, (str(rule["occasions"] or ""), (rule["why"] or "").replace("|", r"\|"))))


def fenced(text: str) -> list[str]:
    """Return text as a block of code, with a fence that does not stand in it."""
    fence = "~~~"
    while fence in text:
        fence += "~"
    return [f"{fence}text", text, fence, ""]
