"""What of a trace is worth a person's look: not the calls of rounds and pulls that changed nothing.

A round in which the marketplace listed something that it had listed in no earlier answer to this caller, or had listed
otherwise, brought news: all of it is shown, though nobody but the caller knows what it made of that.

A call that was refused is never one of those, and neither is one to which something was done on purpose, or that a
finding names. Where rounds repeat the same refused call, it is shown once with how often it came, and again where it is
named.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final

from rehearsal.trace.log import Entry

TIMES: Final = "times"  # in an entry that stands for more of its kind; none where it is counted with the first
# By the name of what was raised, which is all that the trace has; more a caller who got nothing cannot tell either.
LATE: Final = frozenset({"ConnectTimeout", "ReadTimeout", "Timeout", "TimeoutError"})


def unanswered(entry: Entry) -> str:
    """Return in words what the caller of an exchange that failed got instead of an answer."""
    if entry["failure"] in LATE:
        return "timed out"
    return "connection refused" if entry["fault"] == "unreachable" else "no answer"


def refusal(entry: Entry) -> str:
    """Return in words how an exchange was refused; an empty text where it was not."""
    if entry["status"] is None:
        return unanswered(entry)
    body = (entry["response"] or {}).get("body")
    if isinstance(body, Mapping) and isinstance(body.get("code"), int) and body["code"] != 0:
        return f"{body['code']} {body.get('message', '')}".strip()
    return f"{entry['status']}" if entry["status"] >= 400 else ""


def worth_showing(entries: Iterable[Entry], named: Container[int] = ()) -> list[Entry]:
    """Return the entries in order, without what nobody needs to see; those whose number is `named` are needed."""
    kept, shown = list(entries), []
    idle = {entry["seq"] for entry in kept if entry["kind"] == "act" and not entry["changed"]} - _brought_news(kept)
    refused: dict[tuple[str, ...], Entry] = {}
    for entry in kept:
        if entry["cause"] in idle and not entry.get("fault"):
            words = ""
            if entry["kind"] == "exchange":
                idle.add(entry["seq"])
                words = refusal(entry)
            if words:
                alike = (entry["from"], entry["method"], entry["path"], words)
                entry = {**entry, TIMES: 0}
                first = refused.setdefault(alike, entry)
                first[TIMES] += 1
            if entry["seq"] in named or (words and first is entry):
                shown.append(entry)
        elif entry["seq"] not in idle:
            shown.append(entry)
    return shown


def _brought_news(entries: Iterable[Entry]) -> set[int]:
    """Return the numbers of all that led to a call which the marketplace answered with anything new."""
    led: set[int] = set()
    known: set[tuple[str, str]] = set()
    causes: dict[int, int | None] = {}
    for entry in entries:
        causes[entry["seq"]] = cause = entry["cause"]
        if entry["kind"] != "exchange" or entry["to"] != "marketplace":
            continue
        told = {(entry["from"], repr(one)) for one in _listed(entry)}
        if not told <= known:
            known |= told
            while cause is not None and cause not in led:
                led.add(cause)
                cause = causes.get(cause)
    return led


def _listed(entry: Entry) -> Iterator[object]:
    """Return what stands in the lists of the answer that a call's caller got."""
    if entry["failure"] is not None:
        return
    body = (entry.get("received") or entry["response"] or {}).get("body")
    data = body.get("data") if isinstance(body, Mapping) else None
    for listed in data.values() if isinstance(data, Mapping) else ():
        yield from listed if isinstance(listed, list) else ()
