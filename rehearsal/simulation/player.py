"""Whoever acts in simulated time: when they next want to act, what they have done, what they have before them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class DueLike(Protocol):
    """When a player next wants to act."""

    @property
    def at(self) -> datetime: ...
    @property
    def rank(self) -> int: ...
    @property
    def number(self) -> int: ...


class AgendaLike(Protocol):
    """What a player has before it."""

    @property
    def at(self) -> datetime: ...
    @property
    def who(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def return_id(self) -> str | None: ...


class FiredLike(AgendaLike, Protocol):
    """What a player has done."""

    @property
    def changed(self) -> bool: ...
    @property
    def order_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Act:
    """What the stage does, or has somebody on a seat do, as an act among the others."""

    at: datetime
    what: str
    who: str = "connector"
    changed: bool = True
    return_id: str | None = None
    order_id: str | None = None
    rank: int = 5
    number: int = 0


class Player(Protocol):
    """Anybody on the stage who acts in simulated time."""

    def next_due(self) -> DueLike | None: ...
    def run_due(self, now: datetime) -> FiredLike: ...
    def agenda(self) -> Sequence[AgendaLike]: ...
