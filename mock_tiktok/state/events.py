"""News: what has happened, published to whoever listens, after it has happened and in order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One piece of news. `data` holds ids as strings, money as Decimal, times as aware datetimes."""

    at: datetime
    name: str
    data: Mapping[str, object]


Listener = Callable[[Event], None]


class News:
    """Every listener, in the order they subscribed. Who listens is no part of the state."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Have `listener` hear everything from now on."""
        self._listeners.append(listener)

    def publish(self, at: datetime, name: str, **data: object) -> None:
        """Have everybody hear it."""
        event = Event(at, name, data)
        for listener in self._listeners:
            listener(event)
