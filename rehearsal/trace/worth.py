"""What of a trace is worth a person's look: not the calls of rounds and pulls that changed nothing.

A call that was refused is never one of those, and neither is one to which something was done on purpose, or that a
finding names. Where rounds repeat the same refused call, it is shown once with how often it came, and again where it is
named.
"""

from collections.abc import Container, Iterable, Mapping
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
    idle = {entry["seq"] for entry in kept if entry["kind"] == "act" and not entry["changed"]}
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
