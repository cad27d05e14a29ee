"""What of a trace is worth a person's look: not the calls of rounds and pulls that changed nothing.

A call that was refused is never one of those, and neither is one to which something was done on purpose. Where rounds
repeat the same refused call, it is shown once with how often it came.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from rehearsal.trace.log import Entry

TIMES: Final = "times"  # in an entry that stands for more of its kind


def refusal(entry: Entry) -> str:
    """Return in words how an exchange was refused; an empty text where it was not."""
    if entry["status"] is None:
        return str(entry["failure"] or "no answer")
    body = (entry["response"] or {}).get("body")
    if isinstance(body, Mapping) and isinstance(body.get("code"), int) and body["code"] != 0:
        return f"{body['code']} {body.get('message', '')}".strip()
    return f"{entry['status']}" if entry["status"] >= 400 else ""


def worth_showing(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries in order, without what nobody needs to see."""
    kept, shown = list(entries), []
    idle = {entry["seq"] for entry in kept if entry["kind"] == "act" and not entry["changed"]}
    refused: dict[tuple[str, ...], Entry] = {}
    for entry in kept:
        if entry["cause"] in idle and not entry.get("fault"):
            if entry["kind"] == "exchange":
                idle.add(entry["seq"])
                if words := refusal(entry):
                    alike = (entry["from"], entry["method"], entry["path"], words)
                    if alike not in refused:
                        refused[alike] = {**entry, TIMES: 0}
                        shown.append(refused[alike])
                    refused[alike][TIMES] += 1
        elif entry["seq"] not in idle:
            shown.append(entry)
    return shown
