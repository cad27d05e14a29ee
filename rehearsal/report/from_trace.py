"""The timeline of a world that nobody has followed, read from its trace.

What fired stands there as an act of a player. What somebody did of their own accord, at whatever door, is an event or
a call with no act above it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from rehearsal.control.stage import Json
from rehearsal.gherkin.timeline import ASKS, DECIDES, Entry, bought_for, low
from rehearsal.trace.worth import unanswered

Words = Callable[[Json], str]


def _sum(data: Json, field: str = "amount") -> str:
    return f", {data[field]} {data['currency']}" if data.get(field) else ""


def _decides(data: Json) -> str:
    about = "the goods" if data["question"] == "goods" else "the request"
    words = {"approve": "says yes to", "partial": "offers a part for", "reject": "says no to"}[data["decision"]]
    return f"{words} {about}{_sum(data)}"


# fmt: off
# Each event that is told for itself: who did it (or in which field that stands), and how it reads.
EVENTS: Final[Mapping[str, tuple[str, str | Words]]] = {
    "order_placed":           ("buyer",         bought_for),
    "order_status_changed":   ("marketplace",   lambda data: f"has the order as {low(data['status'])}"),
    "address_changed":        ("buyer",         "has the order sent to another address"),
    "return_requested":       ("role",          lambda data: ASKS[data["return_type"]] + _sum(data, "refund_total")),
    "cancellation_requested": ("role",          "asks to cancel the order"),
    "parcel_shipped":         ("buyer",         "hands over the parcel"),
    "parcel_arrived":         ("courier",       "brings the parcel to the warehouse"),
    "dispute_opened":         ("buyer",         "appeals"),
    "dispute_decided":        ("operator",      lambda data: DECIDES[data["outcome"]]),
    "decision_given":         ("seller",        _decides),
    "refund_requested":       ("seller",        lambda data: f"starts a refund{_sum(data)}"),
    "refund_recorded":        ("seller",        lambda data: f"records a refund{_sum(data)}"),
    "connector_killed":       ("connector",     "is killed"),
    "connector_started":      ("connector",     "starts again on its database"),
    "shop_added":             ("seller",        "opens a shop and lets the connector in"),
    "shop_authorized":        ("seller",        "lets the connector into the shop again"),
}
# fmt: on


def entries_of(trace: Iterable[Json]) -> Iterator[Entry]:
    """Return what happened, in order, without rounds and pulls that changed nothing."""
    within: set[int] = set()  # acts, and what they brought about
    for line in trace:
        if line.get("kind") == "act" or line.get("cause") in within:
            within.add(line["seq"])
        if line.get("kind") == "act" and line["changed"]:
            yield Entry(line["at"], line["who"], line["what"], return_id=line["return_id"])
        elif line.get("seq") not in within:
            yield from _by_itself(line)


def _by_itself(line: Json) -> Iterator[Entry]:
    if line.get("kind") == "exchange" and line["writes"] and line["from"] != "oms":
        what = f"calls {line['method']} {line['path']}: {line['status'] or unanswered(line)}"
        yield Entry(line["at"], line["from"], what, line["to"])
    elif line.get("kind") == "event" and line["name"] in EVENTS:
        who, words = EVENTS[line["name"]]
        data = line["data"]
        by = data["role"].lower() if who == "role" else who
        said = words if isinstance(words, str) else words(data)
        yield Entry(line["at"], by, said, return_id=data.get("return_id"), order_id=data.get("order_id"))
