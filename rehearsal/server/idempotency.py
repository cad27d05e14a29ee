"""The same `Idempotency-Key` twice does one act once.

The first answer that did something is kept and answered again; a refusal changed nothing, so trying again under its key
is a first try. Two calls under one key at once: the second waits for the first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from rehearsal.control.stage import Json, Problem

HEADER: Final = "Idempotency-Key"
KEPT: Final = 10_000  # keys; the oldest go first


@dataclass(slots=True)
class _Act:
    what: tuple[str, bytes]
    lock: threading.Lock = field(default_factory=threading.Lock)
    answer: tuple[Json, int] | None = None


class Replays:
    """The answers that are kept, by their keys."""

    def __init__(self) -> None:
        self._acts: OrderedDict[str, _Act] = OrderedDict()
        self._lock = threading.Lock()

    def once(self, key: str, what: tuple[str, bytes], act: Callable[[], tuple[Json, int]]) -> tuple[Json, int, bool]:
        """Return what `act` answers, or what it answered under this key before, and whether it is a replay."""
        if not 1 <= len(key) <= 255:
            raise Problem(422, "Invalid value", f"{HEADER} must have 1 to 255 characters", field=HEADER)
        with self._lock:
            known = self._acts.setdefault(key, _Act(what))
            while len(self._acts) > KEPT:
                self._acts.popitem(last=False)
        if known.what != what and known.answer is not None:
            raise Problem(422, "The key is taken", f"{HEADER} {key!r} was used for another call or body", field=HEADER)
        with known.lock:
            if known.answer is not None:
                if known.what != what:
                    raise Problem(422, "The key is taken", f"{HEADER} {key!r} is another call's", field=HEADER)
                return *known.answer, True
            known.what = what
            known.answer = act()
            return *known.answer, False

    def forget(self, *, but: str | None = None) -> None:
        """Forget every key but one: the world they acted on is gone."""
        with self._lock:
            for key in [key for key in self._acts if key != but]:
                del self._acts[key]
