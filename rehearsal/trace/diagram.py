"""The trace as a sequence diagram in Mermaid: who asked whom for what, who decided, and where the money went.

Made for people: polls that brought nothing are left out, refused ones told once, reads in a row become one arrow, time
is a line across whenever it has moved, what is the same again and again is drawn once, buyers' acts, mails and payments
are arrows of their own. What was done to a call on purpose has a flash, and where its caller got another answer than
was given, or none, that answer is an arrow of its own. What a finding names has its number in the trace.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from rehearsal.trace.log import Entry
from rehearsal.trace.worth import TIMES, refusal, unanswered, worth_showing

PEOPLE: Final = {
    # as the trace names them    as people call them
    "buyer": "Buyer",
    "marketplace": "TikTok Shop",
    "connector": "Connector",
    "oms": "OMS",
    "outside": "Outside caller",
    "stage": "Stage",
}
BY_HOOKS: Final = "Team's OMS, by hooks"  # one of ours is never asked by anybody
ALWAYS: Final = ("buyer", "marketplace", "connector", "oms")
NOTE: Final = "note"  # in the place of an arrow
BY_BUYER: Final = ("buyer", "marketplace")
TO_BUYER: Final = ("marketplace", "buyer")
OF_THE_CONNECTOR: Final = {
    # what has befallen it     in words
    "connector_killed": "is killed",
    "connector_started": "starts again",
    "shop_added": "is let into a shop",
    "shop_authorized": "is let into a shop again",
}
BUYER_ACTS: Final = {
    "SHIP": "sends the goods back",
    "WITHDRAW": "withdraws",
    "EDIT": "changes the request",
    "DISPUTE": "disputes the rejection",
    "ACCEPT_OFFER": "accepts the offer",
    "DECLINE_OFFER": "declines the offer",
}
BECAUSE: Final = {
    "AUTO_APPROVE": "approved automatically",
    "AUTO_REFUND": "refunded automatically",
    "LAPSE": "the deadline passed",
    "PAYOUT": "paid",
    "DEADLINE_SET": "the platform gives another hour",
    "SUPPORT_BUYER": "the operator is with the buyer",
    "SUPPORT_SELLER": "the operator is with the seller",
    "HAND_BACK": "the operator hands it back",
    "QUICK_REFUND": "paid as soon as the carrier has it",
    "REJECT_BY_SHIPPING": "shipped nevertheless",
}
WEBHOOKS: Final = ("return_status", "cancel_status", "order_status", "message", "SiteOrderID")  # what one says
OF: Final = {"seller": ", by the seller", "seller_center": ", in Seller Center"}


def mermaid(entries: Iterable[Entry], named: Container[int] = ()) -> bytes:
    """Return the diagram of these trace entries; those whose number is `named` are drawn with it."""
    steps = _merged(_Reader().steps(entries, named))
    used = {name for step in steps for name in step.between}
    lines = ["sequenceDiagram"]
    called = (step.between[0] for step in steps if step.between[1] == "oms" and step.arrow != NOTE)
    hooked = any(caller not in ("oms", "connector") for caller in called)  # the connector's are webhooks
    for name, shown in PEOPLE.items():
        shown = BY_HOOKS if hooked and name == "oms" else shown
        if name in ALWAYS or name in used:
            lines.append(f"    {'actor' if name == 'buyer' else 'participant'} {name} as {shown}")
    moments = [(at, [f"    {step.line()}" for step in those]) for at, those in groupby(steps, key=lambda step: step.at)]
    for drawn, alike in groupby(moments, key=lambda moment: moment[1]):
        times = [_spoken(at) for at, _ in alike]
        whole = f"{times[0]} until {times[-1]}, {len(times)} times"
        for moment in times if len(times) < 3 else [whole]:
            lines += [f"    Note over buyer,oms: {_clean(moment)}", *drawn]
    return "\n".join(lines).encode("utf-8", "replace") + b"\n"


@dataclass(slots=True)
class _Step:
    at: str
    between: tuple[str, str]  # of a note, over whom it stands
    texts: list[str]
    arrow: str = "->>"
    reading: bool = False

    def line(self) -> str:
        sender, receiver = self.between
        text = _clean(", ".join(dict.fromkeys(self.texts)))
        if self.arrow == NOTE:
            over = sender if sender == receiver else f"{sender},{receiver}"
            return f"Note over {over}: {text}"
        return f"{sender}{self.arrow}{receiver}: {text}"


def _merged(steps: Iterator[_Step]) -> list[_Step]:
    """Reads in a row between the same two, at the same time, become one arrow."""
    merged: list[_Step] = []
    for step in steps:
        before = merged[-1] if merged else None
        if before and before.reading and step.reading and (before.at, before.between) == (step.at, step.between):
            before.texts += step.texts
        else:
            merged.append(step)
    return merged


class _Reader:
    def steps(self, entries: Iterable[Entry], named: Container[int]) -> Iterator[_Step]:
        """Yield the steps that people want to see, in order."""
        for entry in worth_showing(entries, named):
            step: _Step | None = getattr(self, "_" + entry["kind"])(entry)
            if step is not None:
                if entry["seq"] in named:
                    step.texts[-1] += f" [{entry['kind']} {entry['seq']}]"
                    step.reading = False
                yield step
            if entry.get("fault") and _differs(entry):
                yield self._back(entry)

    def _act(self, entry: Entry) -> _Step | None:
        if entry["who"] in ("marketplace", "operator", "buyer", "courier"):
            return None  # the events that it causes show it
        if entry["who"] == "stage":
            return _Step(entry["at"], ("buyer", "oms"), [f"⚡ {entry['what']}"], NOTE)
        return _note(entry["at"], entry["who"], entry["what"])

    def _exchange(self, entry: Entry) -> _Step | None:
        name = title(entry["operation"] or f"{entry['method']} {entry['path']}")
        refused = "" if _differs(entry) and entry["status"] is not None else refusal(entry)
        if "oken" in name and not refused and not entry["fault"]:
            return None
        flash = f" ⚡ {_fault(entry)}" if entry["fault"] and not _differs(entry) else ""
        text = name + _gist(entry) + flash + (f" ✗ {refused}" if refused else "")
        text += f" ({entry[TIMES]} times)" if entry.get(TIMES, 1) > 1 else ""
        arrow, reading = "-x" if entry["status"] is None else "->>", not entry["writes"] and text == name
        return _Step(entry["at"], (entry["from"], entry["to"]), [text], arrow, reading)

    def _back(self, entry: Entry) -> _Step:
        """Return what the caller got instead of the answer that was given."""
        received = entry.get("received")
        got, arrow = (unanswered(entry), "--x") if received is None else (received["status"], "-->>")
        return _Step(entry["at"], (entry["to"], entry["from"]), [f"⚡ {_fault(entry)}: {got}"], arrow)

    def _event(self, entry: Entry) -> _Step | None:
        data, name, at = entry["data"], entry["name"], entry["at"]
        sums = (data.get(name) for name in ("total", "refund_total", "amount"))
        money = f"{next((one for one in sums if one is not None), '')} {data.get('currency', '')}".strip()
        match name:
            case "order_placed":
                return _Step(at, BY_BUYER, [f"has bought for {money} on {_spoken(data['created_at'])[4:]}"])
            case "return_requested" if data.get("role", "BUYER") == "BUYER":
                return _Step(at, BY_BUYER, [f"asks for {title(str(data.get('return_type')))}, {money}"])
            case "cancellation_requested" if data.get("role", "BUYER") == "BUYER":
                return _Step(at, BY_BUYER, ["asks to cancel"])
            case "return_status_changed" | "cancellation_status_changed":
                action = str(data.get("action"))
                if data.get("by") == "buyer":
                    return _Step(at, BY_BUYER, [BUYER_ACTS.get(action, title(action))])
                if data.get("was") == data.get("now"):
                    return None
                shown = str(data.get("shown") or title(str(data.get("now"))))
                because = f"{BECAUSE.get(action, title(action))}{OF.get(str(data.get('by')), '')}"
                return _note(at, "marketplace", f"{shown} ({because})")
            case "deadline_lapsed":
                what = title(str(data.get("what"))).replace(".", ", ")
                return _note(at, "marketplace", f"deadline passed: {what}")
            case "mail_sent":
                return _Step(at, TO_BUYER, [f"mail “{data.get('kind')}”"], "-)")
            case "money_paid":
                return _Step(at, TO_BUYER, [f"pays back {money}"], "-->>")
            case "label_generated" | "parcel_arrived":
                return _note(at, "marketplace", title(name))
            case "decision_given":
                return _note(at, "oms", f"decides: {data.get('decision')} {money}".rstrip())
            case "booked" | "refund_requested" | "parcel_received":
                return _note(at, "oms", f"{title(name)} {money}".rstrip())
            case _:
                return _note(at, "connector", OF_THE_CONNECTOR[name]) if name in OF_THE_CONNECTOR else None


def _note(at: str, who: str, words: str) -> _Step:
    return _Step(at, (who, who), [words], NOTE)


def _differs(entry: Entry) -> bool:
    """Return whether an answer was given that its caller did not get as it was."""
    return "received" in entry or (entry["failure"] is not None and entry["status"] is not None)


def _fault(entry: Entry) -> str:
    return str(entry["fault"]).replace("_", " ")


def _gist(entry: Entry) -> str:
    body: Any = entry["request"]["body"]
    if entry["operation"] == "webhook" and isinstance(body, Mapping):
        told = body.get("data", body)
        return next((f": {told[name]}" for name in WEBHOOKS if name in told), "")
    if not entry["writes"] or not isinstance(body, Mapping):
        return ""
    words = [str(body[key]) for key in ("decision", "reject_reason", "return_type", "Reason") if body.get(key)]
    return f" ({', '.join(words)})" if words else ""


def title(name: str) -> str:
    """Return a name of the wire as words: `searchReturns_202309` as "search returns"."""
    name = re.sub(r"_\d{6}$", "", name)
    if name.isupper() or "_" in name:
        return name.replace("_", " ").lower()
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower() if "/" not in name else name


def _spoken(moment: str) -> str:
    at = datetime.fromisoformat(moment)
    return f"{at:%a %d %b %Y, %H:%M:%S}" if at.second else f"{at:%a %d %b %Y, %H:%M}"


def _clean(text: str) -> str:
    """Return text that Mermaid takes as text: its own marks are written as entities, its own word in brackets."""
    text = re.sub(r"\bend\b", "(end)", text)
    return re.sub(r"\s+", " ", text.replace("#", "#35;").replace(";", "#59;").replace("#35#59;", "#35;"))
