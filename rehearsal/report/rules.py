"""One verdict on each rule, over all that was played, and what of it a strict reader still misses."""

from collections.abc import Iterable, Sequence
from typing import Final

from rehearsal.control.stage import Json

LOUDEST_FIRST: Final = ("broken", "held", "not judged", "not put to the test")


def over_all(verdicts: Iterable[Json]) -> list[Json]:
    """Return the loudest verdict on each rule: broken anywhere is broken, held somewhere is held. Occasions add up."""
    seen: dict[int, Json] = {}
    for verdict in verdicts:
        known = seen.get(verdict["number"], verdict | {"occasions": 0})
        loudest = min(known, verdict, key=lambda one: LOUDEST_FIRST.index(one["verdict"]))
        seen[verdict["number"]] = loudest | {"occasions": known["occasions"] + verdict["occasions"]}
    return [seen[number] for number in sorted(seen)]


def wanting(rules: Sequence[Json]) -> list[str]:
    """Return a line for each rule on which nothing was learnt: not judged, and why, or not put to the test."""
    unlearnt = [rule for rule in rules if rule["verdict"] in LOUDEST_FIRST[2:]]
    return [": ".join(filter(None, (rule["invariant"], rule["verdict"], rule["why"]))) for rule in unlearnt]
