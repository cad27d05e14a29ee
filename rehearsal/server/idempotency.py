"""The same `Idempotency-Key` twice does one act once.

The first response that did something is kept and given again; a refusal changed nothing, so trying again under its key
is a first try. Two calls under one key at once: the second waits for the first.
"""

import threading
from collections.abc import Callable
from typing import Final
from weakref import WeakValueDictionary

from rehearsal.control.stage import Json, Problem
from rehearsal.control.state import KeptResponse, StageState

HEADER: Final = "Idempotency-Key"
KEPT: Final = 10_000  # keys; the oldest go first


class Replays:
    """The responses that a stage keeps, by their keys."""

    def __init__(self, state: StageState) -> None:
        self._responses = state.responses
        self._lock = threading.Lock()
        self._under_way: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()

    def once(self, key: str, asked: str, act: Callable[[], tuple[Json, int]]) -> tuple[Json, int, bool]:
        """Return what `act` returns, or what was answered under this key before, and whether it is a replay."""
        if not 1 <= len(key) <= 255:
            raise Problem(422, "Invalid value", f"{HEADER} must have 1 to 255 characters", field=HEADER)
        with self._lock:
            turn = self._under_way.setdefault(key, threading.Lock())
        with turn:
            known = self._responses.get(key)
            if known is None:
                document, status = act()
                self._keep(key, turn, KeptResponse(asked, document, status))
                return document, status, False
            if known.asked != asked:
                words = f"{HEADER} {key!r} was used for another call or body"
                raise Problem(422, "The key is taken", words, field=HEADER)
            return known.document, known.status, True

    def _keep(self, key: str, turn: threading.Lock, response: KeptResponse) -> None:
        with self._lock:
            if self._under_way.get(key) is turn:  # else the world that the call acted on has gone meanwhile
                self._responses[key] = response
            while len(self._responses) > KEPT:
                self._responses.popitem(last=False)

    def forget(self, *, but: str | None = None) -> None:
        """Forget every key but one: the world they acted on is gone."""
        with self._lock:
            for kept in (self._responses, self._under_way):
                for key in [key for key in kept if key != but]:
                    kept.pop(key, None)
