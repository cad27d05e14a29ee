"""The report: pages that stand alone, escape what they show, and say what did not hold."""

import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from rehearsal import report
from rehearsal.audit.invariants import INVARIANTS
from rehearsal.gherkin.recording import as_texts
from rehearsal.gherkin.results import Observation, Outcome, ScenarioResult, StepResult
from rehearsal.gherkin.timeline import Entry, Timeline
from rehearsal.report import terminal
from tests.unit.gherkin.stub import BROKEN, StubStage


def played(outcome: Outcome = Outcome.HELD, *, finding: bool = False) -> ScenarioResult:
    stage = StubStage(*([BROKEN] if finding else []))
    timeline = Timeline(stage)
    timeline.place_order(lines=[{"sku": "LAMP", "unit_price": "39.98"}], status="DELIVERED")
    timeline.advance(by="PT1H")
    observed = Observation(
        world=stage.world(),
        ledgers=tuple(stage.ledgers()["orders"]),
        mails=tuple(stage.mailbox()["mails"]),
        findings=stage.findings(),
        trace=tuple(stage.trace()),
    )
    return ScenarioResult(
        file="features/refunds/own.feature",
        feature="A <feature>",
        rule="One & only",
        name="The seller pays",
        tags=frozenset({"R10", "R9", "demo"}),
        outcome=outcome,
        why="",
        steps=(StepResult("When", "the seller pays", "passed", (("a", "b"),)),),
        entries=tuple(timeline.entries),
        observed=observed,
    )


def test_the_report_needs_nothing_from_outside(tmp_path: Path) -> None:
    plays = [played(), played(Outcome.BROKEN, finding=True)]
    index = report.write(plays, tmp_path, seed=1, command="rehearsal demo")
    pages = [index, tmp_path / "rules.html", *tmp_path.glob("0*.html")]
    for page in pages:
        assert leads_nowhere(page) == []


def leads_nowhere(page: Path) -> list[str]:
    """Return the addresses on a page at which there is no file, or no such place in it."""
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.read_text())
    assert addresses
    there = [(address, page.parent / (address.partition("#")[0] or page.name)) for address in addresses]
    return [
        address
        for address, file in there
        if not (file.is_file() and ("#" not in address or f'id="{address.partition("#")[2]}"' in file.read_text()))
    ]


def test_what_people_wrote_is_shown_as_text(tmp_path: Path) -> None:
    page = report.write([played()], tmp_path, seed=1, command="x").parent / "001-the-seller-pays.html"
    text = page.read_text()
    assert "A &lt;feature&gt;" in text
    assert "Your &lt;refund&gt;" in text
    assert "<feature>" not in text


def test_a_page_shows_time_people_money_and_the_exchange(tmp_path: Path) -> None:
    text = (report.write([played()], tmp_path, seed=1, command="x").parent / "001-the-seller-pays.html").read_text()
    for shown in ("Monday, 3 March 2031", "09:00:00", "refund paid", "39.98 USD", "POST /return_refund/approve"):
        assert shown in text
    assert "idempotency_key = 7" in text
    assert "[redacted]" not in text
    assert "sequenceDiagram" in text


def test_a_timeline_on_a_terminal_has_no_blanks_at_its_ends() -> None:
    screen = terminal.console(written := StringIO())
    for part in terminal.timeline(played(), 1):
        screen.print(part)
    lines = written.getvalue().splitlines()
    assert [line for line in lines if line != line.rstrip()] == []
    assert any(line.endswith("  39.98 USD") for line in lines)
    assert lines[-1].endswith(" · findings: none")


def test_what_is_broken_is_said_first_and_with_what_was_seen(tmp_path: Path) -> None:
    index = report.write([played(Outcome.BROKEN, finding=True)], tmp_path, seed=1, command="x")
    assert "Something did not hold" in index.read_text()
    assert "39.98 USD paid" in (tmp_path / "001-the-seller-pays.html").read_text()


def test_a_finding_leads_to_each_of_its_witnesses(tmp_path: Path) -> None:
    one = played(Outcome.BROKEN)
    idle, event = ({**one.observed.trace[-1], "seq": seq, "cause": 2} for seq in (3, 4))
    event |= {"kind": "event", "who": "oms", "name": "refund_requested", "data": {"amount": "<5.00>"}}
    act = {"seq": 2, "at": idle["at"], "kind": "act", "cause": None, "who": "connector", "what": "x", "changed": False}
    finding = {**BROKEN, "witness": {"exchanges": [3], "events": [4, 9], "money": {}, "order_id": "5"}}
    one = replace(
        one,
        why="\n".join(as_texts([finding])),
        observed=replace(
            one.observed,
            trace=(*one.observed.trace, act, idle, event),
            findings={"findings": [finding], "verdicts": [finding]},
        ),
    )
    index = report.write([one], tmp_path, seed=1, command="x")
    page = tmp_path / "001-the-seller-pays.html"
    witnesses = '<a href="#trace-3">3</a> of the trace; events <a href="#trace-4">4</a>, 9 of the trace; order id 5'
    assert page.read_text().count(witnesses) == 2  # 9 is not in the trace
    assert leads_nowhere(page) == leads_nowhere(index) == []
    assert page.read_text().count('href="#no-refund-after-no"') == 2
    assert "[exchange 3]" in page.read_text()
    assert "<code>refund requested</code>" in page.read_text()
    assert "&lt;5.00&gt;" in page.read_text()


def test_whose_order_it_is_stands_beside_its_number_where_people_are_known(tmp_path: Path) -> None:
    finding = {**BROKEN, "witness": {"exchanges": [5], "events": [], "money": {}, "order_id": "5", "claim": "7"}}
    one = replace(played(Outcome.BROKEN), observed=replace(played().observed, findings={"verdicts": [finding]}))
    known = replace(one, buyers={"5": "Ma<ya"})
    report.write([one, known], tmp_path, seed=1, command="x")
    plain, named = (page.read_text() for page in sorted(tmp_path.glob("0*.html")))
    assert "exchange 5 of the trace; order id 5; claim 7</dd>" in plain
    assert "exchange 5 of the trace; order id 5 (Ma&lt;ya&#39;s); claim 7</dd>" in named
    assert "…5</code></td>" in plain
    assert "…5</code> (Ma&lt;ya&#39;s)</td>" in named
    assert "  witness: exchange 5 of the trace; order id 5 (Noah's); claim 7 (Noah's)" in "".join(
        as_texts([finding], {"5": "Noah", "7": "Noah"})
    )


def test_a_rule_leads_to_what_it_is_and_to_the_scenarios_that_broke_it(tmp_path: Path) -> None:
    plays = [played(), *(replace(played(Outcome.BROKEN, finding=True), name=f"It is {n}[a-b]") for n in range(14))]
    index = report.write(plays, tmp_path, seed=1, command="x").read_text()
    assert '<a href="rules.html#no-refund-after-no"><code>no-refund-after-no</code></a> A rejection' in index
    assert 'by <a href="002-it-is-0-a-b.html#no-refund-after-no">It is 0 [a-b]</a>, <a href="003-' in index
    assert index.count('.html#no-refund-after-no">It is') == 12
    assert "</a> and 2 more</span>" in index


def test_every_rule_stands_on_the_page_of_rules(tmp_path: Path) -> None:
    report.write([played()], tmp_path, seed=1, command="x")
    text = (tmp_path / "rules.html").read_text()
    assert re.findall('<section class="rule" id="(.*?)">', text) == [one.slug for one in INVARIANTS.values()]
    assert "<p>Number 2. Every refund the seller decided is executed exactly once" in text
    assert "<li><strong>To the marketplace:</strong>" in text
    assert "](" not in text


def test_books_that_agree_are_green_only_where_the_scenario_held(tmp_path: Path) -> None:
    index = report.write([played(), played(Outcome.BROKEN)], tmp_path, seed=1, command="x").read_text()
    chips = [re.findall('<span class="chip (.*?)">agree', page.read_text()) for page in sorted(tmp_path.glob("0*"))]
    assert chips == [["held"], ["plain"]]
    assert '<dt>books</dt><dd class="">agree</dd>' in index
    assert (
        '<dt>books</dt><dd class="good">agree</dd>'
        in report.write([played()], tmp_path, seed=1, command="x").read_text()
    )


def test_sums_of_several_currencies_have_a_line_of_their_own_and_break_between_them(tmp_path: Path) -> None:
    (order,) = played().observed.ledgers
    rows = (order, {**order, "marketplace": {"refunded": "4699499"}, "currency": "IDR"})
    one = replace(played(), observed=replace(played().observed, ledgers=rows))
    index = report.write([one], tmp_path, seed=1, command="x").read_text()
    sums = '<span class="nowrap">39.98 USD</span> and <span class="nowrap">4,699,499 IDR</span>'
    assert f'<div class="several"><dt>paid back</dt><dd>{sums}</dd></div>' in index
    assert f"<span>paid back <b>{sums}</b></span>" in index
    assert '<div class="several">' not in report.write([played()], tmp_path, seed=1, command="x").read_text()


def test_the_command_that_plays_it_again_stands_once(tmp_path: Path) -> None:
    again = BROKEN["reproduce"]
    one = replace(played(Outcome.BROKEN, finding=True), why="\n".join(as_texts([BROKEN])), again=again)
    report.write([one], tmp_path, seed=1, command="x")
    assert (tmp_path / "001-the-seller-pays.html").read_text().count(again) == 1


def test_what_did_not_hold_says_why_on_the_first_page(tmp_path: Path) -> None:
    whys = [
        "paid back: expected <1.00> USD; seen 2.00 USD\n  more of it",
        'there is no step "x"; the nearest are:\n  y',
    ]
    plays = [replace(played(Outcome.BROKEN), why=why, entries=()) for why in whys]
    index = report.write([played(), *plays], tmp_path, seed=1, command="x").read_text()
    told = re.findall('<span class="card-why">(.*?)</span>', index)
    assert told == [
        "paid back: expected &lt;1.00&gt; USD; seen 2.00 USD",
        "there is no step &#34;x&#34;; the nearest are: y",
    ]
    assert "<span>no time passed</span>" in (tmp_path / "002-the-seller-pays.html").read_text()


@pytest.mark.parametrize(
    ("outcome", "heading"),
    [(Outcome.MISWRITTEN, "Something is miswritten"), (Outcome.NOT_JUDGED, "Not everything could be judged")],
)
def test_what_was_not_played_to_its_end_is_never_said_to_hold(tmp_path: Path, outcome: Outcome, heading: str) -> None:
    text = report.write([played(), played(outcome)], tmp_path, seed=1, command="x").read_text()
    assert f"<h1>{heading}</h1>" in text
    assert f'<dt>{outcome}</dt><dd class="warn">1</dd>' in text
    assert f".card.{outcome.replace(' ', '-')}" in (tmp_path / "static" / "report.css").read_text()


def test_an_older_report_leaves_no_pages_behind(tmp_path: Path) -> None:
    report.write([played(), played()], tmp_path, seed=1, command="x")
    report.write([played()], tmp_path, seed=1, command="x")
    assert [page.name for page in sorted(tmp_path.glob("0*.html"))] == ["001-the-seller-pays.html"]


def test_only_payments_are_money() -> None:
    assert Entry("2031-03-03T09:00:00Z", "marketplace", "refund paid 39.98 USD").money == "39.98 USD"
    assert Entry("2031-03-03T09:00:00Z", "buyer", "buys LAMP for 39.98 USD").money == ""


@pytest.mark.parametrize(
    ("verdicts", "over_all"),
    [
        (["held", "not put to the test"], "held"),
        (["not put to the test", "not judged"], "not judged"),
        (["held", "broken", "not judged"], "broken"),
        (["not put to the test"], "not put to the test"),
    ],
)
def test_a_rules_verdict_over_all_scenarios_is_the_loudest(tmp_path: Path, verdicts: list[str], over_all: str) -> None:
    rule = {"invariant": "one-mail", "number": 7, "rule": "One mail", "occasions": 0, "expected": "", "seen": "x"}
    rule |= {"suspect": None, "reproduce": "x"}
    why = {"not judged": "it is dark"}
    documents = [{**rule, "verdict": verdict, "why": why.get(verdict)} for verdict in verdicts]
    plays = [replace(played(), observed=replace(played().observed, findings={"verdicts": [one]})) for one in documents]
    index = report.write(plays, tmp_path, seed=1, command="x").read_text()
    chip = f'<span class="chip {over_all.replace(" ", "-")}">{over_all}</span>'
    assert f'<td class="number">0</td><td>{chip}</td>' in index
    assert f".chip.{over_all.replace(' ', '-')}" in (tmp_path / "static" / "report.css").read_text()
    for page, verdict in zip(sorted(tmp_path.glob("0*.html")), verdicts, strict=True):
        assert f">{verdict}</span>" in page.read_text()
        assert ("it is dark" in page.read_text()) is (verdict == "not judged")


def test_findings_that_are_alike_are_told_once_with_how_many_there_are() -> None:
    about = {"invariant": "told", "rule": "It is told.", "suspect": "connector", "seen": "nothing"}
    findings = [about | {"expected": f"the claim {number}"} for number in range(10)]
    first, other = as_texts([*findings, about | {"expected": "an order"}])
    assert (first.count("\n"), first.endswith("\n  and 9 more like it")) == (4, True)
    assert "more" not in other
