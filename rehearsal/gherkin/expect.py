"""What a step compares, said in people's words, with Python's own comparison kept behind them for a closer look."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from difflib import ndiff
from pprint import pformat
from typing import Any, Final

_UNSAID: Final = object()
_UNITS: Final = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


class Differs(AssertionError):
    """What is seen is not what the scenario expects. `comparison` is how Python tells the two apart."""

    def __init__(self, words: str, comparison: str) -> None:
        super().__init__(words)
        self.comparison = comparison


def expect(what: str, expected: object, seen: object = _UNSAID, /, **said: object) -> None:
    """Compare what a scenario expects with what is seen; raise Differs, in people's words, where they are not equal.

    `what` names what is compared, as in "mails to Maya". Where several have something to say about it, each says it
    under its own name instead: `expect("paid back to Maya", sum, marketplace=one, connector=other)`.
    """
    told = {"": seen} if seen is not _UNSAID else said
    if all(one == expected for one in told.values()):
        return
    groups: list[tuple[object, list[str]]] = []
    for who, one in told.items():
        alike = next((names for value, names in groups if value == one), None)
        if alike is None:
            groups.append((one, [who]))
        else:
            alike.append(who)
    sayings = [f"{_joined(names)} {'say' if names[1:] else 'says' if names[0] else 'seen'}" for _, names in groups]
    if any(_is_table(value) for value in (expected, *told.values())):
        parts = [("expected", expected), *zip(map(str.strip, sayings), (value for value, _ in groups), strict=True)]
        words = "\n".join([f"{what}: not what was expected", *(f"{who}\n{_rows(value)}" for who, value in parts)])
    else:
        shown = [f"{who.strip()} {spoken(value)}" for who, (value, _) in zip(sayings, groups, strict=True)]
        words = f"{what}: expected {spoken(expected)}; {', '.join(shown)}"
    raise Differs(words, "\n".join(_compared(expected, value, names) for value, names in groups))


def spoken(value: object) -> str:
    match value:
        case str() if value:
            return f'"{" ".join(value.split())}"'  # in one line, as everybody can read it who shows one
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%A} {value.day} {value:%B %Y, %H:%M:%S} {value.tzname() or ''}".rstrip()
        case timedelta():
            return _span(value)
        case Mapping() if value:
            return ", ".join(f"{name} {spoken(one)}" for name, one in value.items())
        case list() | tuple() if value:
            return ", then ".join(map(spoken, value))
        case None | "" | list() | tuple() | Mapping():
            return "nothing"
    return str(value)


def _span(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds % size == 0 and seconds), (1, "second"))
    return f"{seconds // size} {unit}{'' if seconds == size else 's'}"


def _is_table(value: Any) -> bool:
    return isinstance(value, list | tuple) and (len(value) > 3 or any(isinstance(row, list | tuple) for row in value))


def _rows(table: Any) -> str:
    rows: Sequence[Iterable[object]] = [row if isinstance(row, list | tuple) else [row] for row in table or ["nothing"]]
    return "\n".join(f"  | {' | '.join(map(str, row))} |" for row in rows)


def _joined(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _compared(expected: object, seen: object, names: Sequence[str]) -> str:
    lines = ndiff(pformat(expected).splitlines(), pformat(seen).splitlines())
    return "\n".join([f"- expected, + {_joined(names) or 'seen'}", *lines])
