"""Whether what a player tells the stage keeps `contracts/events.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from rehearsal import resources
from rehearsal.contract.operation import Breach, seen
from rehearsal.contract.schema import Checker


class EventContract:
    """Every event by its name: who tells it, and what its data must be."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.events: Final[Mapping[str, Mapping[str, Any]]] = document["events"]
        self.checkers: Final = {name: Checker(schema, document["components"]) for name, schema in self.events.items()}

    @staticmethod
    @cache
    def load() -> EventContract:
        """Return the contract of the events, read once."""
        return EventContract(resources.contract("events"))

    def breaches(self, who: str, name: str, data: Mapping[str, Any]) -> tuple[Breach, ...]:
        """Return in what way an event, with its data as the trace writes them, breaks the contract."""
        if name not in self.events:
            return (Breach("event", name, "/name", "an event of the contract", name),)
        teller = self.events[name]["x-told-by"]
        wrong = [] if who == teller else [Breach("event", name, "/who", f"an event that {teller} tells", who)]
        for fault in self.checkers[name].faults(data):
            wrong.append(Breach("event", name, f"/data{fault.pointer}", fault.expected, seen(data, fault)))
        return tuple(wrong)
