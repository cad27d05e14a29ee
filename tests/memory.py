"""What a player could remember by: all that can be reached from it and can change, with the path that leads there."""

from collections import deque
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from itertools import count
from random import Random
from types import FunctionType, MethodType
from typing import Any

from flask import Flask

PLAYERS = ("mock_tiktok", "mock_oms")
CHANGING = (dict, list, set, bytearray, deque, count, Random, Iterator)


def changing(root: object, name: str, met: dict[int, object]) -> list[str]:
    """Walk all of ours that can be reached from `root` and was not met before; return the paths of what can change."""
    waiting, paths = deque([(name, root)]), []
    while waiting:
        path, thing = waiting.popleft()
        if id(thing) in met or isinstance(thing, (str, bytes, int, Decimal, type)):
            continue
        met[id(thing)] = thing
        if isinstance(thing, CHANGING):
            paths.append(path)
        waiting += [(f"{path}{step}", part) for step, part in parts(thing)]
    return sorted(paths)


def parts(thing: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(thing, Flask):
        yield from ((".views", one) for one in thing.view_functions.values())
        yield from ((".before_request", one) for some in thing.before_request_funcs.values() for one in some)
        by_type = [kinds for codes in thing.error_handler_spec.values() for kinds in codes.values()]
        yield from ((".error_handlers", one) for kinds in by_type for one in kinds.values())
    elif isinstance(thing, dict):
        yield from (("[]", part) for pair in thing.items() for part in pair)
    elif isinstance(thing, (list, tuple, set, frozenset, deque)):
        yield from (("[]", part) for part in thing)
    elif isinstance(thing, MethodType):
        yield "()", thing.__self__
        yield "()", thing.__func__
    elif isinstance(thing, partial):
        yield from (("()", part) for part in (thing.func, *thing.args))
    elif isinstance(thing, FunctionType):
        if thing.__module__.startswith(PLAYERS):
            yield from (("()", cell.cell_contents) for cell in thing.__closure__ or ())
    elif type(thing).__module__.startswith(PLAYERS):
        yield from ((f".{name}", part) for name, part in getattr(thing, "__dict__", {}).items())
        slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
        yield from ((f".{name}", getattr(thing, name)) for name in slots if hasattr(thing, name))
