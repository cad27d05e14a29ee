"""The timeline of a scenario as its readers get it: what was done and what fired, with what people then saw."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

from rehearsal.control.stage import Json
from rehearsal.gherkin.closed_words import EVER_SHOWN
from rehearsal.gherkin.timeline import Entry

# who did it, as a return's history says: whose entry it follows
_CAUSE: Final = {
    "buyer": "buyer",
    "seller": "connector",
    "seller_center": "seller center",
    "operator": "operator",
    "courier": "courier",
    "system": "marketplace",
}
_BY_THEMSELVES: Final = ("connector", "oms", "stage")  # people do each thing once, and each payment counts
_BUT_FOR_THE_TIME: Final = attrgetter(*(one.name for one in fields(Entry) if one.name != "at"))
_SUBJECTS: Final = {"seller": "the seller", "operator": "the operator", "seller center": "Seller Center"}


def full_timeline(
    entries: Iterable[Entry], *, returns: Iterable[Json], mails: Iterable[Json], names: Mapping[str, str]
) -> tuple[Entry, ...]:
    """Return what was done and what fired, with the words of Seller Center and the mail that people then saw.

    `names` says who bought which order. What was the same again and again is told once.
    """
    several = len(set(names.values())) > 1
    whole = [_named(entry, names.get(entry.order_id or "", ""), several) for entry in entries]
    # What else stands in a return's history is there as the act of whoever did it.
    history = [(step, item) for item in returns for step in item["timeline"] if step["event"] in EVER_SHOWN]
    times = [datetime.fromisoformat(entry.at).replace(microsecond=0) for entry in whole]
    for step, item in sorted(history, key=lambda pair: datetime.fromisoformat(pair[0]["at"])):
        whose = f"{names.get(item['order_id'], 'a buyer')}'s request" if several else "the request"
        shown = Entry(step["at"], "marketplace", f"shows {whose} as “{step['event']}”")
        _put(whole, times, shown, _CAUSE.get(step["by"], "marketplace"))
    for mail in sorted(mails, key=lambda mail: datetime.fromisoformat(mail["sent_at"])):
        what = f"mails {names.get(mail['order_id'], 'the buyer')}: “{mail['kind']}”"
        _put(whole, times, Entry(mail["sent_at"], "marketplace", what), "marketplace")
    return tuple(_folded(whole))


def _folded(whole: Iterable[Entry]) -> Iterator[Entry]:
    for _, alike in groupby(whole, key=_BUT_FOR_THE_TIME):
        first, *again = alike
        if len(again) < 2 or first.who not in _BY_THEMSELVES:
            yield from (first, *again)
        else:
            last = datetime.fromisoformat(again[-1].at)
            yield replace(first, what=f"{first.what} ({1 + len(again)} times, until {last:%d %b, %H:%M:%S})")


def _named(entry: Entry, name: str, several: bool) -> Entry:
    """Return the entry with the buyer's name: as whose act it is or, among several buyers, as whom it is about.

    What was refused is a whole sentence; a timeline has who it is of in a column of its own.
    """
    subject = name if entry.who == "buyer" else _SUBJECTS.get(entry.who, entry.who)
    what = entry.what.removeprefix(f"{subject} ")
    if entry.who == "buyer":
        return replace(entry, what=what, name=name)
    if several and name and entry.who in ("seller", "seller center", "operator", "courier"):
        what = f"{what} ({name})"
    return entry if what == entry.what else replace(entry, what=what)


def _put(whole: list[Entry], times: list[datetime], entry: Entry, cause: str) -> None:
    """Put `entry` behind the last thing its cause did in that second, else behind all that had happened by then.

    What people see is told to the second; where time passes by itself, what is done is not: `times` are whole seconds.
    """
    at = datetime.fromisoformat(entry.at)
    before = [place for place, time in enumerate(times) if time <= at]
    caused = [place for place in before if times[place] == at and whole[place].who == cause]
    place = (caused or before or [-1])[-1] + 1
    whole.insert(place, entry)
    times.insert(place, at.replace(microsecond=0))
