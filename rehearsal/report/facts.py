"""The pages of docs/facts that are made from data: `python -m rehearsal.report.facts` writes them, a test compares.

Each page is read off one part's own tables, the same rows that its code obeys. Keys of sources become links.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import yaml

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
SIGNING: Final = """\
## Signing

1. Take the query without `sign` and the two token parameters, decoded, sorted by name, each name followed by its
   value.
2. Put the path before it and, unless the content is multipart, the raw body after it.
3. Put the app's secret before and after, and take the HMAC-SHA256 under that secret, in lower-case hex.

The body counts as the bytes that were sent. An empty object or list may also have been signed as if there were no
body, since the official SDK does so (NODE).

## Envelope

`code`, `message`, `data`, `request_id`. Success is 0. On an error `data` is null. `request_id` is 14 digits of UTC
time and 20 upper-case hexadecimal digits; on the stage it is the trace's id of the exchange, too."""
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
    """Return a Markdown table; `head` names its columns, between bars. A column `Source` is linked."""
    columns = head.split("|")
    lines = [columns, ["---"] * len(columns)]
    for row in rows:
        cells = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in row)
        lines.append(
            [linked(cell) if column == "Source" else cell for column, cell in zip(columns, cells, strict=True)]
        )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(title: str, *parts: str) -> str:
    """Return a page of these paragraphs."""
    return "\n\n".join((f"# {title}", *parts, "Made by `make facts`.")) + "\n"


def code(*words: object) -> str:
    """Return words as Markdown code, in a list."""
    return ", ".join(f"`{word}`" for word in words) or "-"


def state_machines() -> str:
    parts = [
        "A return is four small machines: claim, parcel, money, dispute. An action happens to each that knows it; one\n"
        "that knows the action and has no row for its state refuses it."
    ]
    for machine in TABLES:
        rows = ((row.state.name, row.action.name, row.becomes.name, row.source, row.certainty) for row in machine.rows)
        parts += [f"## {machine.name}", table("State|Action|Becomes|Source|Certainty", rows)]
        parts.append(f"```mermaid\n{machine.mermaid()}\n```")
    return page("State machines of the marketplace", *parts)


def policies() -> str:
    """Return each profile's numbers, and who may ask for what in which status of the order."""
    intro = (
        "A profile is a market at a date. A wait is in min, h, d (24 h) or bd (business days, D6); one that\n"
        "depends on the sum is a list, tried from the left. `rehearsal policy` shows the same, whole."
    )
    parts = [linked(intro)]
    for name in profile.names():
        own = yaml.safe_load((profile.FOLDER / f"{name}.yaml").read_text("utf-8"))
        read = profile.load(name)
        above = f" It extends `{own['extends']}` and differs in these." if "extends" in own else ""
        called = f", called {', '.join(read.places)}" if read.places else ""
        parts += [f"## {name}", f"Market {read.market}{called}; {read.currency}.{above}"]
        rows = (
            (code(key), code(profile.said(row["value"])), *_sure(row)) for key, row in own.get("numbers", {}).items()
        )
        parts.append(table("Number|Value|Source|Certainty", rows))
        if "eligible" in own:
            asks = (
                (who, kind, code(*row["value"]), *_sure(row))
                for who, kinds in own["eligible"].items()
                for kind, row in kinds.items()
            )
            parts.append(table("Who|May ask for|While the order is|Source|Certainty", asks))
    return page("Policy profiles", *parts)


def _sure(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["source"], row["certainty"]


def codes() -> str:
    rows = ((row.code, row.text, linked(row.when), *_read(row)) for row in REFUSALS)
    intro = (
        "They travel with HTTP 200. The words are ours; what stands in braces is filled in. Which state of a request\n"
        "answers a decision with which of them: [refusals.md](refusals.md)."
    )
    head = "Code|Message|On which call, for what|To our connector|Source|Certainty"
    means = table("To our connector|What it makes of it", MEANS.items())
    return page("Codes of refusal", intro, table(head, rows), means)


def _read(row: Refusal) -> tuple[str, str, str]:
    return reading(row.code, row.http_status, row.text), row.source, row.certainty


def gateway() -> str:
    """Return what every call meets before a use case is asked."""
    said = ((row.code, row.http_status, row.text, linked(row.when), *_read(row)) for row in GATE)
    quotas = ((one.of, one.calls, f"{one.seconds} s", one.refusal.code, one.source, one.certainty) for one in QUOTAS)
    tokens = ((what, f"{life.days} d" if life.days else f"{life.seconds // 60} min", *by) for what, life, *by in LIVES)
    return page(
        "The Open API's gate",
        linked(
            "What every call meets before a use case is asked, in this order: path and method, version, `app_key`,\n"
            "`timestamp`, `sign`, token, scope, `shop_cipher`, quota, body. 36009004 has many meanings: a client\n"
            "tells them apart by the words of the message. A refusal by the use case itself travels with HTTP 200\n"
            "and its own code: [codes.md](codes.md), where also stands what our connector makes of each. What is said\n"
            "to a blocked address (36009033) or an inactive shop or seller (36009043, 36009044), and a timeout\n"
            "(36009007), come by trouble (`refuse`) only."
        ),
        table("Code|HTTP|Message|For what|To our connector|Source|Certainty", said),
        "## Quotas",
        "Windows are whole minutes and hours of the caller's clock; what is refused counts for nothing. Trouble\n"
        "(`quota`) lowers them, for one operation too.",
        table("Of|Calls|In|Code|Source|Certainty", quotas),
        "## Tokens",
        linked(
            "The auth code is exchanged and the token refreshed at a host of its own, unsigned, with HTTP 200\n"
            "whatever comes of it. Both lives come as absolute times. How a refresh treats the older tokens is not\n"
            "known (Q23). Which scope an operation needs: [endpoints.md](endpoints.md)."
        ),
        table("What|Good for|Source|Certainty", tokens),
        linked(SIGNING),
    )


def refusals() -> str:
    """Return what each decision brings in each state of each kind of request, and the seller's own calls."""
    market = profile.load(DEFAULT_PROFILE)
    intro = (
        "What a decision brings in each state that a request can be in: the status that it has then, or the\n"
        "[code](codes.md) of the refusal, with which nothing has changed. A decision of another kind of request is\n"
        "25020004 in every state. What forbids a decision beside the state (an hour, a flag, a lock, a field, a\n"
        "reason) stands with the codes; where sources disagree: C15, C16, C17."
    )
    parts = [linked(intro)]
    for kind, asked in answers.DECISIONS.items():
        head = "|".join(["Status", *(["Goods", "Arbitration"] if kind != "CANCEL" else []), *asked])
        parts += [f"## {kind}", table(head, _state_rows(kind))]
    calls = (f"{call}, {kind}" for call, kind in answers.CALLS)
    rows = ((code(status), *cells) for status, cells in answers.to_orders(market).items())
    parts += [f"## The seller's own calls, by the order's status ({market.name})"]
    parts.append(table("|".join(["Order", *calls]), rows))
    parts.append(linked("Elsewhere it follows from who may ask for what: [policies.md](policies.md)."))
    answer = "cancel.shipping_answers"
    ships = ((name, *SHIPPING[str(profile.load(name).numbers[answer].value)]) for name in profile.names())
    parts += ["## Shipping what a buyer has asked to cancel (C7)", table("Market|Shipping|The cancellation", ships)]
    marks = ((code(mark), what, refusal.code) for (mark, what), refusal in OF_MARKS.items())
    parts += ["## What stands against an order", table("Mark|Refuses|With", marks)]
    return page("What is answered to whom", *parts)


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
    parts = ["The key is the contract and goes over the wire as it is; the words are for people."]
    for name in profile.names():
        own = yaml.safe_load((profile.FOLDER / f"{name}.yaml").read_text("utf-8")).get("reasons", {})
        if own:
            parts.append(f"## {name}")
        groups = ((who, kind, one) for who, kinds in own.items() for kind, some in kinds.items() for one in some)
        for who, kind, group in groups:
            while_ = code(*group.get("statuses", ["any status"]))
            source, sure = linked(group["source"]), group["certainty"]
            retired = ", retired" * group.get("retired", False)
            parts.append(f"**{who}, {kind}{retired}**, order in {while_}. Source: {source}; {sure}.")
            parts.append(table("Key|Words", ((code(key), words) for key, words in group["names"].items())))
    return page("Reasons", *parts)


def endpoints() -> str:
    intro = (
        "Versions are per endpoint; those with a plus take an idempotency key. Fields and responses are in\n"
        "`contracts/tiktok_shop.yaml`. Sources: S20, NODE, OAS. What uploading a picture needs is not in them:\n"
        "clients of both kinds are in use, with a `shop_cipher` and without, and both are taken (assumed).\n\n"
        "A `locale` is taken and changes nothing: no source has the platform's texts in another language, so texts\n"
        "are English in every market and are ours. Keys (`name`, `return_reason`) are the platform's; read those.\n\n"
        "Shipping a package is no call here: `POST /orders/{order_id}/ship` of the control API is the seller's doing.\n"
        "What it brings while a buyer's cancellation waits differs by market ([refusals.md](refusals.md)): in the\n"
        "US the cancellation is refused with it; elsewhere shipping is refused, a 409 with code 21011007, until the\n"
        "seller has answered (C7)."
    )
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
    columns = "Operation|Call|Versions|Scope|`shop_cipher`|Key"
    left_out = table("Left out|Why", ((code(call), why) for call, why in LEFT_OUT.items()))
    absent = linked("What the platform has (S18) and is not here is a 404, 36009009, whose message says why:")
    chosen = table("About|Assumed", ((about, linked(choice)) for about, choice in CHOICES.items()))
    silent = "What the sources leave open is our choice:"
    return page("Endpoints of the Open API", linked(intro), table(columns, rows), absent, left_out, silent, chosen)


def webhooks() -> str:
    """Return what can be asked to be told, and how it is sent."""
    intro = (
        "A notification is a hint: whoever gets it reads again (D54). Fields are in `contracts/tiktok_webhooks.yaml`.\n"
        "`Authorization` is the lower-case hex HMAC-SHA256 of app key and raw body under the app secret, without a\n"
        "prefix. Any topic can be asked for; of those without a plus this marketplace has nothing to tell. Sources:\n"
        "HOOK, OAS, S21, S23.\n\n"
        "Type 7 is told of an authorization that was made by exchanging a code. Whoever takes the access token\n"
        "that the stage shows (`up`, `GET /world`) has none that could end, and is never told."
    )
    topics = ((code(topic.event_type), topic.type, "-+"[topic.told]) for topic in TOPICS.values())
    rules = ((code(rule.key), _spoken(rule.value), rule.source, rule.certainty) for rule in RULES.values())
    return page(
        "Webhooks of the marketplace",
        linked(intro),
        table("Topic|Type|Told", topics),
        "## How they are sent",
        table("Rule|Value|Source|Certainty", rules),
    )


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
    notes = (
        "Once there is a label the words are *Return Label Generated*; a rejected request for money alone is shown as\n"
        "*Refund Rejected* (D25). Arbitration is a field of its own, and meanwhile the rejection stands (S20)."
    )
    return page(
        "Words of the marketplace",
        "## Shown statuses",
        linked(notes),
        table("Status|People read", ((code(status), read) for status, read in SHOWN.items())),
        "## Records",
        linked("What Get Return Records says of an act. Source where observed: OBS-BR."),
        table("Act|Event|Description|Certainty", spoken),
    )


def connector() -> str:
    """Return the life of an adjustment, what leads to it, and what the OMS makes of it."""
    intro = (
        "ChannelAdvisor has no returns: a claim is an adjustment that walks its `RequestStatus` (CA-META, CA-SKU,\n"
        "CA-DIAN). Which news moves it how is our choice (D17, D19)."
    )
    begins, life = adjustments.BEGINS, defaultdict(list)
    for (status, action), becomes in adjustments.TABLE.items():
        life[action, becomes].append(status)
    news = ((code(status), it, code(begins[it])) for status, it in (site.RETURN_NEWS | site.CANCELLATION_NEWS).items())
    back = " or ".join(f"`{status}` (then: {action})" for status, action in site.HANDED_BACK.items())
    paid = " or ".join(f"`{status}` (then: {action})" for status, action in site.PAID_WHERE_RECORDED.items())
    walks = ((action, _any_of(before), code(becomes)) for (action, becomes), before in life.items())
    opens = ((code(end), "; ".join(sorted(news)) or "-") for end, news in adjustments.REOPENS.items())
    calls = ((kind, decision, code(it)) for (kind, decision), it in decisions.DECISIONS.items())
    noes = [
        {"a request": it.reject_request, "a cancellation": it.reject_cancellation, **it.reject_goods}
        for it in MARKETS.values()
    ]
    orders = ((code(order), *three) for order, three in site.ORDER_WORDS.items())
    staff = ((code(it), row.words, row.asks or "-", "yes" if row.terminal else "-") for it, row in MEANINGS.items())
    return page(
        "The connector's side",
        linked(intro),
        "## What the marketplace's statuses mean",
        table("Marketplace|News|A new adjustment begins as", news),
        f"With a fresh deadline the operator has handed the claim back: {back}. Where its "
        f"records say that a refund was paid: {paid}.",
        "## The life of an adjustment",
        table("On|In|Becomes", walks),
        "## What opens a new one after an end",
        table("Ended as|News", opens),
        "## What a decision is to the marketplace",
        table("Request|Decided|Marketplace's decision", calls),
        "## Default reasons of a rejection",
        "\n".join(f"- {market}: {linked(it.source)}" for market, it in MARKETS.items()),
        table("|".join(["Of", *MARKETS]), ((of, *(code(no[of]) for no in noes)) for of in noes[0])),
        "## An order's three statuses",
        table("Marketplace|Checkout|Payment|Shipping", orders),
        "## What the OMS makes of a status",
        table("Status|Staff read|Asks about|Over", staff),
    )


def _any_of(statuses: Sequence[adjustments.RequestStatus]) -> str:
    missing = adjustments.OPEN - set(statuses)
    if len(missing) > 1:
        return code(*statuses)
    return "whatever is open" + "".join(f", but `{status}`" for status in missing)


def plans() -> str:
    """Return what simulated buyers can be told to do."""
    intro = (
        "A buyer with a plan acts without being told, and couriers carry the parcels; assumed, all of it. It is named\n"
        'where an order is placed, `{"buyer": {"plan": "ships_at_once", "asks": "RETURN_AND_REFUND"}}`: with `asks`\n'
        "(`REFUND`, `RETURN_AND_REFUND`, `REPLACEMENT`, `CANCEL`) the buyer also begins untold, `buyer.hesitation`\n"
        "after the goods have come or, to cancel, after the order's first hour; without it somebody asks in their name."
    )
    return page("Plans", intro, table("Plan|The buyer", ((code(plan.name), plan.words) for plan in PLANS.values())))


PAGES: Final = (
    state_machines, policies, codes, refusals, gateway, reasons, endpoints, webhooks, words, connector, plans,
)  # fmt: skip


def path_of(made: Callable[[], str]) -> Path:
    """Return where the page lies that this function makes."""
    return folder("docs") / "facts" / f"{made.__name__.replace('_', '-')}.md"


if __name__ == "__main__":
    for made in PAGES:
        path_of(made).write_text(made(), encoding="utf-8")
