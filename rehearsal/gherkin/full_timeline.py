"""The timeline of a scenario as its readers get it: what was done and what fired, with what people then saw."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

from rehearsal.gherkin.closed_words import EVER_SHOWN
from rehearsal.gherkin.results import Observation
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
_OFTEN: Final = 3  # times, from which on it is told once
_FEW: Final = 40  # things that may take turns: what several faults do to the calls of one round
_BUT_FOR_THE_TIME: Final = attrgetter(*(one.name for one in fields(Entry) if one.name != "at"))
_SUBJECTS: Final = {"seller": "the seller", "operator": "the operator", "seller center": "Seller Center"}


def full_timeline(entries: Iterable[Entry], seen: Observation, names: Mapping[str, str]) -> tuple[Entry, ...]:
    """Return what was done and what fired, with the words of Seller Center and the mail that people have `seen`.

    `names` says who bought which order. What was the same again and again is told once, and which shop it was only
    where there are several.
    """
    several = len(set(names.values())) > 1
    whole = [_named(entry, names.get(entry.order_id or "", ""), several) for entry in entries]
    if len(shops := seen.world.get("shops", ())) == 1:
        which = f" of the shop {shops[0]['shop_id']}"
        whole = [replace(entry, what=entry.what.replace(which, "")) for entry in whole]
    # What else stands in a return's history is there as the act of whoever did it.
    history = [(step, item) for item in seen.returns for step in item["timeline"] if step["event"] in EVER_SHOWN]
    times = [datetime.fromisoformat(entry.at).replace(microsecond=0) for entry in whole]
    for step, item in sorted(history, key=lambda pair: datetime.fromisoformat(pair[0]["at"])):
        whose = f"{names.get(item['order_id'], 'a buyer')}'s request" if several else "the request"
        shown = Entry(step["at"], "marketplace", f"shows {whose} as “{step['event']}”")
        _put(whole, times, shown, _CAUSE.get(step["by"], "marketplace"))
    for mail in sorted(seen.mails, key=lambda mail: datetime.fromisoformat(mail["sent_at"])):
        what = f"mails {names.get(mail['order_id'], 'the buyer')}: “{mail['kind']}”"
        _put(whole, times, Entry(mail["sent_at"], "marketplace", what), "marketplace")
    return tuple(_folded(whole))


def _folded(whole: Iterable[Entry]) -> Iterator[Entry]:
    """Fold what players did by themselves: one thing again and again, or several in turn, as in round after round."""
    for by_themselves, several in groupby(whole, key=lambda entry: entry.who in _BY_THEMSELVES):
        run = [*several]
        what, at = [*map(_BUT_FOR_THE_TIME, run)], 0
        while at < len(run):
            end = at + (_turns(what[at:]) if by_themselves else 1)
            alike: dict[object, list[Entry]] = {}
            for one, entry in zip(what[at:end], run[at:end], strict=True):
                alike.setdefault(one, []).append(entry)
            yield from (_once(*times) for times in alike.values())
            at = end


def _turns(what: Sequence[object]) -> int:
    """Return how many at the beginning are the same few, often enough and always in the same order; else 1."""
    for few in range(1, min(len(what) // _OFTEN, _FEW) + 1):
        same = next((place for place in range(few, len(what)) if what[place] != what[place - few]), len(what))
        if same >= few * _OFTEN:
            return same - same % few
    return 1


def _once(first: Entry, *again: Entry) -> Entry:
    """Return an entry that tells of all of them, which are alike but for their times."""
    if not again:
        return first
    last = datetime.fromisoformat(again[-1].at)
    until = f", until {last:%d %b, %H:%M:%S}" if again[-1].at != first.at else ""
    return replace(first, what=f"{first.what} ({1 + len(again)} times{until})")


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
