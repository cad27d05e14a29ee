"""A plan of trouble as a file: a YAML list of faults, each as the control API takes it.

`at` says from when on, as a duration from the scenario's start. What each fault means is judged by whoever plans it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from rehearsal.control.formats import having
from rehearsal.control.stage import Json, Problem, Stage
from rehearsal.gherkin.errors import Miswritten
from rehearsal.moments import shown_time

SUCH: Final = "it is a list such as [{kind: cut_after, operation: approve, times: 1, at: PT1H}]"


class NotAPlan(ValueError):
    """A file holds no plan of trouble: where, and what would be right."""


def read_plan(path: Path) -> tuple[Json, ...]:
    """Return the faults of a file; raise NotAPlan where it has none."""
    from mock_tiktok.policy.yaml_file import Unreadable, read_yaml  # noqa: PLC0415 - without a plan, the names of our packages are the suite's to use on a served stage

    try:
        document = read_yaml(path)
    except Unreadable as error:
        raise NotAPlan(error.words) from None
    if not isinstance(document, list) or not document:
        raise NotAPlan(SUCH)
    for number, fault in enumerate(document, 1):
        if not isinstance(fault, dict) or not all(isinstance(key, str) for key in fault):
            raise NotAPlan(f"fault {number} is no mapping; {SUCH}")
    return tuple({key: _spelled(value) for key, value in fault.items()} for fault in document)


def _spelled(value: object) -> object:
    """Return a time as the control API spells it; YAML reads it as one."""
    if not isinstance(value, datetime):
        return value
    try:
        return shown_time(value)
    except OverflowError:  # in UTC it is of no calendar: who reads it refuses it
        return value.isoformat()


def plan_all(stage: Stage, faults: Sequence[Json]) -> None:
    """Plan all of it, in this order; raise Miswritten for the first that makes no sense in this world."""
    for number, fault in enumerate(faults, 1):
        try:
            stage.plan_fault(**{f"{key}_" if key in ("from", "with") else key: value for key, value in fault.items()})
        except Problem as refusal:
            if not refusal.makes_no_sense:
                raise
            raise Miswritten(f"fault {number} of the plan of trouble: {refusal.detail}") from refusal


def missed(fault: Json) -> str:
    """Return in words how far a fault fell short of the hits that it was planned for; nothing where it did not."""
    if not fault["planned"] or fault["hit"] >= fault["planned"]:
        return ""
    return f"{trouble(fault)}: was to be hit {times(fault['planned'])} and was hit {times(fault['hit'])}"


def trouble(fault: Json) -> str:
    """Return a fault in few words: which, of what kind, on which calls, of which shop."""
    kind = fault["kind"].replace("_", " ") + (f" ({', '.join(having(fault))})" if having(fault) else "")
    calls = " ".join(str(fault[key]) for key in ("from", "operation") if key in fault)
    shop = f" of the shop {fault['shop_id']}" if "shop_id" in fault else ""
    return f"{fault['id']}, {kind}, of {calls or 'any'} calls to the {fault['to']}{shop}"


def tally(*faults: Json) -> str:
    """Return in words what was hit: of one fault, or of the same one in several scenarios."""
    hits, calls = (sum(fault[name] for fault in faults) for name in ("hit", "calls"))
    return f"{hits} hit{'' if hits == 1 else 's'} on {calls} call{'' if calls == 1 else 's'}"


def hits(plans: Sequence[Sequence[Json]], counted: Callable[[int], str]) -> Iterator[tuple[str, bool]]:
    """Return of each fault of a plan what it hit, in a line, and whether it was nowhere hit as often as planned.

    `plans` is the plan as each scenario left it; one that was not planned whole counts for nothing. `counted` says how
    many scenarios these are.
    """
    whole = max(map(len, plans), default=0)
    for met in zip(*(plan for plan in plans if len(plan) == whole), strict=True):
        short = all(missed(one) for one in met)
        line = f"{trouble(met[0])}: {tally(*met)}, in {counted(sum(one['hit'] > 0 for one in met))}"
        yield (f"{line}; nowhere as often as planned: not judged" if short else line), short


def times(number: int) -> str:
    """Return a number of times in words."""
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")
