"""The lock of a world: one writer at a time, who can give it up wholly while they wait for somebody outside.

Whoever is asked outside may call back before they answer. So the thread that asks lets the world go, however often it
holds it, and takes it again as it was. Meanwhile anybody may enter, but time stands still (D9): `away` says how many
have let it go.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self


class WorldLock:
    """A lock that its holder may take several times, and let go at once."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._depth = 0  # how often its holder has taken it
        self._holder: int | None = None
        self.away = 0

    def acquire(self, timeout: float = -1) -> bool:
        """Take it, waiting `timeout` seconds of real time at most (-1: any); return whether that came about."""
        taken = self._lock.acquire(timeout=timeout)
        if taken:
            self._depth += 1
            self._holder = threading.get_ident()
        return taken

    def release(self) -> None:
        """Give back what was taken last."""
        self._depth -= 1
        if not self._depth:
            self._holder = None
        self._lock.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *failure: object) -> None:
        self.release()

    @contextmanager
    def letting_go(self) -> Iterator[None]:
        """Give it up wholly for a while; whoever does not hold it has nothing to give up."""
        if self._holder != threading.get_ident():
            yield
            return
        depth = self._depth
        self.away += 1
        for _ in range(depth):
            self.release()
        try:
            yield
        finally:
            for _ in range(depth):
                self.acquire()
            self.away -= 1
