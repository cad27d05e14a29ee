"""The pages of docs/facts that are made from data: `python -m rehearsal.report.facts` writes them, a test compares.

Each page is read off one part's own tables, the same rows that its code obeys; its words are in `templates/facts`.
Keys of sources become links.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, Final

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from connector.adapters.tiktok.codes import MEANS, reading
from connector.domain import adjustments, decisions, site
from connector.domain.reasons import MARKETS
from mock_oms.domain.statuses import MEANINGS
from mock_tiktok.domain.phrases import OPENING, PARCEL_TIMEOUT, RECORDS, RecordWords
from mock_tiktok.domain.returns import SHOWN
from mock_tiktok.domain.state_machines import TABLES
from mock_tiktok.domain.webhooks import RULES, TOPICS
from mock_tiktok.errors import GATE, PACKAGE_CLAIMED, REFUSALS, Refusal
from mock_tiktok.open_api.endpoints import CHOICES, ENDPOINTS, LEFT_OUT
from mock_tiktok.policy import profile
from mock_tiktok.state.people import PLANS
from mock_tiktok.state.quotas import QUOTAS
from mock_tiktok.state.tokens import LIVES
from mock_tiktok.usecases.market import DEFAULT_PROFILE
from mock_tiktok.usecases.refusals import OF_MARKS
from rehearsal.report import answers
from rehearsal.resources import folder
from rehearsal.simulation.duration import spoken_duration

KEY: Final = re.compile(
    r"\b(?:[SDRCQ]\d+|U\d+[b-d]?|(?:CAP|CA|OBS|DOC)(?:-[A-Z]+)+|CAP|NODE|OAS|GUIDE|FACT|HOOK|RB|PROBE)\b"
)
_PAGES: Final = {"D": "../decisions.md", "U": "timers.md", "C": "conflicts.md", "Q": "conflicts.md"}


def linked(text: str) -> str:
    """Return the text with each key of a source leading to where it is explained."""

    def link(found: re.Match[str]) -> str:
        key = found[0]
        if key[0] == "R" and key[1:].isdigit():
            return f"[{key}](../requirements.md)"
        page = _PAGES.get(key[0], "") if key[1].isdigit() else ""
        return f"[{key}]({page or '../sources.md'}#{key.lower()})"

    return KEY.sub(link, text)


def table(head: str, rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; `head` names its columns, between bars."""
    columns = head.split("|")
    lines = [columns, ["---"] * len(columns)]
    for row in rows:
        lines.append([str(cell).replace("|", "\\|").replace("\n", " ") for cell in row])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(*words: object) -> str:
    """Return words as Markdown code, in a list."""
    return ", ".join(f"`{word}`" for word in words) or "-"


def coded(said: Mapping[Any, object]) -> Iterable[Sequence[object]]:
    """Return rows of what is said of each key, which is code."""
    return ((code(key), words) for key, words in said.items())


ENVIRONMENT: Final = Environment(
    loader=PackageLoader("rehearsal.report", "templates/facts"),
    undefined=StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)
ENVIRONMENT.globals.update(table=table, code=code, coded=coded)


def page(name: str, **data: object) -> str:
    """Return the page that the template of that name makes of data; in headings nothing leads anywhere."""
    lines = ENVIRONMENT.get_template(f"{name}.md").render(data).splitlines(keepends=True)
    return "".join(line if line.startswith("#") else linked(line) for line in lines)


def state_machines() -> str:
    cells = attrgetter("state.name", "action.name", "becomes.name", "source", "certainty")
    return page("state-machines", machines=[(machine, map(cells, machine.rows)) for machine in TABLES])


_sure: Final = itemgetter("source", "certainty")


def policies() -> str:
    """Return each profile's numbers, and who may ask for what in which status of the order."""
    return page("policies", profiles=map(_policy, profile.names()))


def _policy(name: str) -> tuple[profile.Profile, Mapping[str, Any], Iterable[object], Iterable[object]]:
    own = _own(name)
    numbers = (
        (code(key), code(profile.said(row["value"])), *_sure(row)) for key, row in own.get("numbers", {}).items()
    )
    eligible = (
        (who, kind, code(*row["value"]), *_sure(row))
        for who, kinds in own.get("eligible", {}).items()
        for kind, row in kinds.items()
    )
    return profile.load(name), own, numbers, eligible


def _own(name: str) -> Mapping[str, Any]:
    """Return what a profile says itself, without what it inherits."""
    own: Mapping[str, Any] = yaml.safe_load((profile.FOLDER / f"{name}.yaml").read_text("utf-8"))
    return own


def codes() -> str:
    said = ((row.code, row.text, row.when, *_read(row)) for row in REFUSALS)
    return page("codes", said=said, means=MEANS.items())


def _read(row: Refusal) -> tuple[str, str, str]:
    return reading(row.code, row.http_status, row.text), row.source, row.certainty


def gateway() -> str:
    """Return what every call meets before a use case is asked."""
    said = ((row.code, row.http_status, row.text, row.when, *_read(row)) for row in GATE)
    quotas = ((one.of, one.calls, f"{one.seconds} s", one.refusal.code, one.source, one.certainty) for one in QUOTAS)
    tokens = ((what, f"{life.days} d" if life.days else f"{life.seconds // 60} min", *by) for what, life, *by in LIVES)
    return page("gateway", said=said, quotas=quotas, tokens=tokens)


def refusals() -> str:
    """Return what each decision brings in each state of each kind of request, and the seller's own calls."""
    market, answer = profile.load(DEFAULT_PROFILE), "cancel.shipping_answers"
    return page(
        "refusals",
        kinds=((kind, asked, _state_rows(kind)) for kind, asked in answers.DECISIONS.items()),
        market=market.name,
        calls=answers.CALLS,
        orders=((code(status), *cells) for status, cells in answers.to_orders(market).items()),
        ships=((name, *SHIPPING[str(profile.load(name).numbers[answer].value)]) for name in profile.names()),
        marks=((code(mark), what, refusal.code) for (mark, what), refusal in OF_MARKS.items()),
    )


# What `cancel.shipping_answers` makes of shipping, and of the cancellation.
SHIPPING: Final = {
    "reject": ("is taken", "is refused with it"),
    "leave_pending": ("is taken", "waits on"),
    "bar_shipping": (str(PACKAGE_CLAIMED.code), "has to be answered first"),
}


def _state_rows(kind: str) -> Iterable[Sequence[object]]:
    """Yield a row per status; places of the goods and outcomes of an appeal that make no difference share one."""
    alike: dict[tuple[str, tuple[str | int, ...]], list[tuple[str, str]]] = defaultdict(list)
    for state in answers.states(kind):
        goods, appeal = ("", "") if kind == "CANCEL" else (state.item.parcel, state.item.arbitration_status or "-")
        alike[state.item.status, state.answers].append((goods, appeal))
    first = list(dict.fromkeys(status for status, _ in alike))
    for (status, cells), places in sorted(alike.items(), key=lambda row: first.index(row[0][0])):
        beside = (", ".join(dict.fromkeys(words)) for words in zip(*places, strict=True)) if kind != "CANCEL" else ()
        yield code(status), *beside, *(cell if isinstance(cell, int) else code(cell) for cell in cells)


def reasons() -> str:
    own = {name: _own(name).get("reasons", {}) for name in profile.names()}
    groups = {
        name: [(who, kind, one) for who, kinds in said.items() for kind, some in kinds.items() for one in some]
        for name, said in own.items()
        if said
    }
    return page("reasons", profiles=groups)


def endpoints() -> str:
    rows = (
        (
            row.operation,
            code(f"{row.method} {row.path}"),
            code(*sorted(row.versions)),
            code(row.scope),
            row.cipher,
            "-+"[row.takes_key],
        )
        for row in ENDPOINTS
    )
    return page("endpoints", rows=rows, left_out=LEFT_OUT, choices=CHOICES)


def webhooks() -> str:
    """Return what can be asked to be told, and how it is sent."""
    topics = ((code(topic.event_type), topic.type, "-+"[topic.told]) for topic in TOPICS.values())
    rules = ((code(rule.key), _spoken(rule.value), rule.source, rule.certainty) for rule in RULES.values())
    return page("webhooks", topics=topics, rules=rules)


def _spoken(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_spoken, value))
    if not isinstance(value, timedelta):
        return str(value)
    return spoken_duration(value) if value >= timedelta(minutes=1) else f"{value.total_seconds():g} s"


def words() -> str:
    """Return what people read for a status, and what the records call an act."""
    records: dict[str, RecordWords] = {f"opened: {kind}": record for kind, record in OPENING.items()}
    records |= RECORDS | {"SELLER_SILENT, on a parcel": PARCEL_TIMEOUT}
    spoken = ((act, code(record.event), record.description, record.certainty) for act, record in records.items())
    return page("words", shown=SHOWN, spoken=spoken)


def connector() -> str:
    """Return the life of an adjustment, what leads to it, and what the OMS makes of it."""
    begins, life = adjustments.BEGINS, defaultdict(list)
    for (status, action), becomes in adjustments.TABLE.items():
        life[action, becomes].append(status)
    news = site.RETURN_NEWS | site.CANCELLATION_NEWS
    noes = [
        {"a request": it.reject_request, "a cancellation": it.reject_cancellation, **it.reject_goods}
        for it in MARKETS.values()
    ]
    return page(
        "connector",
        news=((code(status), it, code(begins[it])) for status, it in news.items()),
        back=" or ".join(f"`{status}` (then: {action})" for status, action in site.HANDED_BACK.items()),
        paid=" or ".join(f"`{status}` (then: {action})" for status, action in site.PAID_WHERE_RECORDED.items()),
        walks=((action, _any_of(before), code(becomes)) for (action, becomes), before in life.items()),
        opens=((code(end), "; ".join(sorted(news)) or "-") for end, news in adjustments.REOPENS.items()),
        calls=((kind, decision, code(it)) for (kind, decision), it in decisions.DECISIONS.items()),
        markets=MARKETS,
        noes=((of, *(code(no[of]) for no in noes)) for of in noes[0]),
        orders=((code(order), *three) for order, three in site.ORDER_WORDS.items()),
        staff=((code(it), row.words, row.asks or "-", "yes" if row.terminal else "-") for it, row in MEANINGS.items()),
    )


def _any_of(statuses: Sequence[adjustments.RequestStatus]) -> str:
    missing = adjustments.OPEN - set(statuses)
    if len(missing) > 1:
        return code(*statuses)
    return "whatever is open" + "".join(f", but `{status}`" for status in missing)


def plans() -> str:
    """Return what simulated buyers can be told to do."""
    return page("plans", plans={plan.name: plan.words for plan in PLANS.values()})


PAGES: Final = (
    state_machines, policies, codes, refusals, gateway, reasons, endpoints, webhooks, words, connector, plans,
)  # fmt: skip


def path_of(made: Callable[[], str]) -> Path:
    """Return where the page lies that this function makes."""
    return folder("docs") / "facts" / f"{made.__name__.replace('_', '-')}.md"


if __name__ == "__main__":
    for made in PAGES:
        path_of(made).write_text(made(), encoding="utf-8")
