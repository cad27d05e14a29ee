"""What all shops of a marketplace share: the clock's whole seconds, the seed's streams, ids, the agenda, the news."""

import random
from datetime import UTC, datetime
from typing import Final, Protocol

from mock_tiktok.state.events import News
from mock_tiktok.state.marketplace import MarketplaceState


class Clock(Protocol):
    """Who knows what time it is."""

    def now(self) -> datetime: ...


# kind of id: (what its numbers begin with, how many digits), after captured ids of each kind
_IDS: Final = {
    "order": ("5764", 18),
    "line": ("5770", 18),
    "package": ("1153", 19),
    "return": ("4035", 19),
    "combined return": ("4034", 19),
    "return line": ("4037", 19),
    "cancellation": ("4036", 19),
    "cancellation line": ("4038", 19),
    "buyer": ("7494", 19),
    "shop": ("7495", 19),
    "warehouse": ("7000", 19),
    "notification": ("7380", 19),
}
_COUNTED: Final = 7  # the last digits count, so that ids of one kind never meet


class Platform:
    """The ground that shops stand on."""

    def __init__(self, clock: Clock, state: MarketplaceState) -> None:
        self._clock = clock
        self._counts = state.counts
        self.agenda = state.agenda
        self.digest = state.digest
        self.news = News()

    @property
    def now(self) -> datetime:
        """Return the instant as the marketplace stamps it: whole seconds."""
        return self._clock.now().astimezone(UTC).replace(microsecond=0)

    def stream(self, purpose: str, whom: str) -> random.Random:
        """Return a random stream for one purpose and one person; it does not depend on who asked before."""
        return random.Random(self.digest(purpose, whom))

    def count(self, kind: str) -> int:
        """Return the next number of its kind, from 1."""
        self._counts[kind] += 1
        return self._counts[kind]

    def new_id(self, kind: str) -> str:
        """Return a new id such as the platform gives: all digits."""
        return self.numbered_id(kind, self.count(kind))

    def numbered_id(self, kind: str, number: int) -> str:
        """Return the id that goes with a number."""
        prefix, length = _IDS[kind]
        free = length - len(prefix) - _COUNTED
        noise = int.from_bytes(self.digest(f"{kind} id", str(number))) % 10**free
        return f"{prefix}{noise:0{free}d}{number:0{_COUNTED}d}"

    def steady_id(self, prefix: str, length: int, whom: str) -> str:
        """Return an id that always goes with the same name, such as a SKU's."""
        free = length - len(prefix)
        return f"{prefix}{int.from_bytes(self.digest('steady id', whom)) % 10**free:0{free}d}"
