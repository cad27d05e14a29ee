"""Turns the results of scenarios into pages. All that is shown is prepared here; the templates only lay it out."""

import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from importlib.metadata import version
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from rehearsal.control.stage import Json
from rehearsal.gherkin.recording import gist, refused, whose, witnessed
from rehearsal.gherkin.results import Outcome, ScenarioResult
from rehearsal.gherkin.timeline import Entry
from rehearsal.report.rulebook import rules
from rehearsal.report.rules import over_all
from rehearsal.simulation.duration import spoken_duration
from rehearsal.sums import total
from rehearsal.trace.diagram import BY_HOOKS, mermaid
from rehearsal.trace.worth import TIMES, unanswered, worth_showing

HERE: Final = Path(__file__).parent
STATIC: Final = ("report.css", "report.js", "mermaid.min.js", "mermaid.LICENSE.txt")

# as entries and traces name them, and as people do
WHO: Final[Mapping[str, str]] = {
    "marketplace": "TikTok Shop",
    "operator": "Operator",
    "buyer": "Buyer",
    "courier": "Courier",
    "connector": "Connector",
    "oms": "OMS",
    "seller": "Seller",
    "seller center": "Seller Center",
    "outside": "Outside caller",
    "stage": "Stage",
}
SHOWN_EXCHANGES: Final = 400
FEW: Final = 12
BODY_LIMIT: Final = 4000
BY_TIME: Final = {f"{what}_time_{how}" for what in ("create", "update") for how in ("ge", "lt")}
_SUM: Final = re.compile(r"\d[\d,.]* [A-Z]{3}\b")
_OF_THE_TRACE: Final = re.compile(r"\b(?:exchange|event)s? [\d, ]+(?= of the trace)")
_NUMBER: Final = re.compile(r"\d+")
_VALUES: Final = re.compile(r"(?<=\S)\[(?=.*]$)")  # where a row's values follow the name of an outline
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LONG_AGO: Final = timedelta(days=365)  # assumed: what no round asks for that goes by the world's clock
CARRIED: Final = frozenset({"app_key", "timestamp", "sign", "shop_cipher", "access_token"})


@dataclass(frozen=True)
class Line:
    """One line of the trace, ready to be unfolded: a call and its answer, or what else a finding names."""

    number: int
    time: str
    between: str
    what: str
    unfolded: tuple[tuple[str, str], ...]  # texts with their headings; none is empty
    named_by: tuple[str, ...]  # the rules that it is a witness of
    status: str = ""  # of a call
    ok: bool = True
    writes: bool = False
    fault: str = ""  # what was done to it on purpose
    times: int = 1  # that rounds made this call, and it was refused alike


@dataclass(frozen=True)
class Page:
    """One scenario's page."""

    number: int
    address: str
    result: ScenarioResult
    days: list[tuple[str, list[Entry]]]
    diagram: str
    lines: tuple[Line, ...]
    left_out: int
    remarks: tuple[str, ...]  # on the connector's calls, which are not told above
    span: str
    paid_back: str
    verdicts: tuple[Json, ...]

    @property
    def name(self) -> str:
        return _VALUES.sub(" [", self.result.name, count=1)

    @property
    def gist(self) -> str:
        return gist(self.result)

    @property
    def why(self) -> str:
        """Return why it did not hold, without the command that stands below it."""
        again = f"again: {self.result.again}"
        return "\n".join(line for line in self.result.why.splitlines() if line.strip() != again)

    @property
    def held(self) -> bool:
        return self.result.outcome is Outcome.HELD

    @property
    def calls(self) -> int:
        return sum(1 for line in self.lines if line.status)

    @property
    def broken(self) -> frozenset[str]:
        """Return the rules that broke."""
        return frozenset(verdict["invariant"] for verdict in self.verdicts if verdict["verdict"] == "broken")

    def linked(self, text: str) -> str:
        """Return the text, which is HTML, with the numbers of the trace in it leading to its lines on this page."""
        shown = {str(line.number) for line in self.lines}

        def lead(number: re.Match[str]) -> str:
            return f'<a href="#trace-{number[0]}">{number[0]}</a>' if number[0] in shown else number[0]

        return _OF_THE_TRACE.sub(lambda named: _NUMBER.sub(lead, named[0]), text)


def write(results: Sequence[ScenarioResult], out: Path, *, seed: int, command: str, played: str = "scenario") -> Path:
    """Write the report into the folder `out` and return its first page; `played` is what a result is of."""
    environment = Environment(
        loader=PackageLoader("rehearsal.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(hour=_hour, slug=_slug, whole=_whole, whose=whose, witnessed=witnessed)
    environment.globals.update(who=WHO, version=version("rehearsal"), seed=seed, command=command)
    pages = [_page(number, result) for number, result in enumerate(results, start=1)]
    _clear(out)
    static = out / "static"
    static.mkdir(parents=True, exist_ok=True)
    for name in STATIC:
        shutil.copyfile(HERE / "static" / name, static / name)
    each = environment.get_template("scenario.html")
    for before, page, after in zip([None, *pages], pages, [*pages[1:], None], strict=False):
        (out / page.address).write_text(each.render(page=page, before=before, after=after), encoding="utf-8")
    (out / "rules.html").write_text(environment.get_template("rules.html").render(rules=rules()), encoding="utf-8")
    index = out / "index.html"
    text = environment.get_template("index.html").render(
        groups=_groups(pages),
        pages=pages,
        headline=_headline(pages),
        played=played,
        players=_players(pages),
        total=_totals(pages),
        all_held=all(page.held for page in pages),
        most=FEW,
        invariants=_rules(pages),
    )
    index.write_text(text, encoding="utf-8")
    return index


def _rules(pages: Sequence[Page]) -> list[tuple[Json, list[Page]]]:
    """Return the verdict on each rule over all that was played, and the scenarios that broke it."""
    verdicts = over_all(verdict for page in pages for verdict in page.verdicts)
    return [(one, [page for page in pages if one["invariant"] in page.broken]) for one in verdicts]


@dataclass(frozen=True)
class Group:
    """Cards under one heading. The heading names the feature, or else each card does."""

    heading: str
    subject: str
    pages: tuple[Page, ...]
    names_feature: bool


def _groups(pages: Sequence[Page]) -> list[Group]:
    """Return the pages by feature; a handful of them needs no headings."""
    if len(pages) <= FEW:
        return [Group("In detail", "", tuple(pages), False)]
    by_feature = groupby(pages, key=lambda page: (page.result.subject, page.result.feature))
    return [Group(feature, subject.replace("_", " "), tuple(group), True) for (subject, feature), group in by_feature]


def _clear(out: Path) -> None:
    """Take an earlier report's pages away; nothing else that may lie there."""
    for old in out.glob("[0-9][0-9][0-9]-*.html"):
        old.unlink()


def _page(number: int, result: ScenarioResult) -> Page:
    trace = [line for line in result.observed.trace if "kind" in line]
    named = _named(result)
    worth = worth_showing(trace, named)
    few = {entry["seq"] for entry in [one for one in worth if one["kind"] == "exchange"][:SHOWN_EXCHANGES]}
    lines = [_line(entry, named.get(entry["seq"], ())) for entry in worth if entry["seq"] in few | named.keys()]
    return Page(
        number=number,
        address=f"{number:03d}-{_slug(result.name)}.html",
        result=result,
        days=[(day, list(entries)) for day, entries in groupby(result.entries, key=_day)],
        diagram=mermaid(trace, named).decode() if trace else "",
        lines=tuple(lines),
        left_out=sum(1 for one in trace if one["kind"] == "exchange") - sum(one.times for one in lines if one.status),
        remarks=tuple(_remarks(result, trace)),
        span=span(result),
        paid_back=total(result.refunded("marketplace")),
        verdicts=tuple(result.observed.findings.get("verdicts", ())),
    )


def _named(result: ScenarioResult) -> Mapping[int, tuple[str, ...]]:
    """Return which numbers of the trace findings name, and of each the rules that it is a witness of."""
    named: dict[int, tuple[str, ...]] = {}
    for finding in result.findings:
        witness = finding.get("witness") or {}
        for number in (*witness.get("exchanges", ()), *witness.get("events", ())):
            named[number] = tuple(dict.fromkeys((*named.get(number, ()), finding["invariant"])))
    return named


def _remarks(result: ScenarioResult, trace: Sequence[Json]) -> Iterable[str]:
    """Return which of the connector's calls were refused, and whether one asks by another clock than the world's."""
    if (told := refused(result.observed.findings)) and told not in result.why:
        yield told
    for entry in trace:
        body = (entry.get("request") or {}).get("body")
        if entry.get("from") == "connector" and isinstance(body, dict):
            now = datetime.fromisoformat(entry["at"])
            for name in sorted(BY_TIME & body.keys()):
                if isinstance(body[name], int) and abs(body[name] - now.timestamp()) > LONG_AGO.total_seconds():
                    asked = EPOCH + timedelta(seconds=body[name])
                    words = f"asks for {name} {asked:%d %B %Y}, and it was {now:%d %B %Y}: by which clock?"
                    yield f"Exchange {entry['seq']}, {entry['path']}, {words}"
                    return


def _day(entry: Entry) -> str:
    at = datetime.fromisoformat(entry.at)
    return f"{at:%A}, {at.day} {at:%B %Y}"


def _hour(at: str) -> str:
    return f"{datetime.fromisoformat(at):%H:%M:%S}"


def span(result: ScenarioResult) -> str:
    """Return how much simulated time went by, from the first thing that happened to the end of the world."""
    if not result.entries:
        return "no time"
    first = datetime.fromisoformat(result.entries[0].at)
    world = result.observed.world
    last = datetime.fromisoformat(world.get("now", result.entries[-1].at))
    by_machine = world.get("business_now", world.get("now")) != world.get("now")
    return spoken_duration((last - first) * (world["speed"] if by_machine else 1))


def _line(entry: Json, named_by: tuple[str, ...]) -> Line:
    at = f"{datetime.fromisoformat(entry['at']):%d %b %H:%M:%S}"
    if entry["kind"] == "exchange":
        return _exchange(entry, at, named_by)
    what = str(entry.get("what") or entry["name"]).replace("_", " ")
    unfolded = tuple(filter(itemgetter(1), (("data", _body(entry.get("data"))),)))
    return Line(entry["seq"], at, WHO.get(entry["who"], entry["who"]), what, unfolded, named_by)


def _exchange(entry: Json, at: str, named_by: tuple[str, ...]) -> Line:
    body = (entry.get("response") or {}).get("body")
    code = body.get("code") if isinstance(body, dict) else None
    said_no = bool(code) and isinstance(code, int)
    status, failure, received = entry.get("status"), entry.get("failure"), entry.get("received") or {}
    lost = unanswered(entry) if failure else ""
    got = lost if status else f"HTTP {received['status']}" if received else ""
    unfolded = (
        ("asked", "\n".join(filter(None, (_query(entry), _body((entry.get("request") or {}).get("body")))))),
        ("answered", _body(body)),
        ("the caller got", "\n".join(filter(None, (got, _body(received.get("body")))))),
    )
    return Line(
        number=entry["seq"],
        time=at,
        between=f"{WHO.get(entry['from'], entry['from'])} → {_asked(entry['to'])}",
        what=f"{entry['method']} {entry['path']}",
        unfolded=tuple(filter(itemgetter(1), unfolded)),
        named_by=named_by,
        status=f"{status or lost or '–'}" + (f" · {code}" if said_no else ""),
        ok=status is not None and status < 400 and not said_no and not entry.get("breaches") and not failure,
        writes=bool(entry.get("writes")),
        fault=(entry.get("fault") or "").replace("_", " "),
        times=entry.get(TIMES, 1),
    )


def _query(entry: Json) -> str:
    """Return what the query asked for, one name a line, without what every call carries."""
    return "\n".join(f"{name} = {value}" for name, value in (entry.get("query") or {}).items() if name not in CARRIED)


def _asked(player: str) -> str:
    return BY_HOOKS if player == "oms" else WHO.get(player, player)


def _body(body: Any) -> str:
    if body in (None, "", {}):
        return ""
    text = body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False)
    return text if len(text) <= BODY_LIMIT else text[:BODY_LIMIT] + "\n… cut here"


# The worst that happened is the headline.
HEADLINES: Final = (
    (Outcome.BROKEN, "Something did not hold"),
    (Outcome.STAGE_FAILED, "The stage itself failed"),
    (Outcome.MISWRITTEN, "Something is miswritten"),
    (Outcome.NOT_JUDGED, "Not everything could be judged"),
    (Outcome.HELD, "Everything held"),
)


def _headline(pages: Sequence[Page]) -> str:
    outcomes = {page.result.outcome for page in pages}
    return next((words for outcome, words in HEADLINES if outcome in outcomes), "Nothing was played")


def _players(pages: Sequence[Page]) -> str:
    """Return in words between whom all that was played: one that is not ours is none of the stage's fakes."""
    worlds = [page.result.observed.world for page in pages if page.result.observed.world]
    foreign = [world for world in worlds if "connector" in world and world["connector"] is None]
    if not foreign:
        return "a fake marketplace, the connector and a fake OMS"
    oms = " and a fake OMS" if any(world["urls"]["oms"] for world in foreign) else ""
    return f"a fake marketplace{',' if oms else ' and'} the connector on its seat{oms}"


def _totals(pages: Sequence[Page]) -> dict[str, Any]:
    by_outcome = {outcome.value: sum(page.result.outcome is outcome for page in pages) for outcome in Outcome}
    exchanges = sum(sum(1 for e in page.result.observed.trace if e.get("kind") == "exchange") for page in pages)
    paid = total(sum_ for page in pages for sum_ in page.result.refunded("marketplace"))
    shown = [order for page in pages for order in page.result.observed.ledgers if order["connector"] or order["oms"]]
    mails = sum(len(page.result.observed.mails) for page in pages)
    return {
        **by_outcome,
        "scenarios": len(pages),
        "exchanges": f"{exchanges:,}",
        "paid": paid,
        "books": ("agree" if all(order["agree"] for order in shown) else "differ") if shown else "not shown",
        "mails": mails,
    }


def _whole(text: str) -> str:
    """Return the text as HTML that breaks no line inside a sum."""
    return _SUM.sub(r'<span class="nowrap">\g<0></span>', escape(text))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].rstrip("-") or "scenario"
