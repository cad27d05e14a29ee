"""Routes that every connector in a process has alike: compiling them once saves most of making one."""

from __future__ import annotations

from threading import Lock
from typing import Any, Final

from flask import Flask
from werkzeug.routing import Map, RuleFactory


class SharedRoutes(Map):
    """A map to which each app adds the same rules; what it has already it does not compile again."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()
        self._known: set[tuple[str, Any, frozenset[str]]] = set()

    def add(self, rulefactory: RuleFactory) -> None:
        """Add the rules that are new."""
        with self._lock:
            for rule in rulefactory.get_rules(self):
                known = rule.rule, rule.endpoint, frozenset(rule.methods or ())
                if known not in self._known:
                    self._known.add(known)
                    super().add(rule)


ROUTES: Final = SharedRoutes()


class App(Flask):
    """A Flask app with these routes; what they lead to is its own."""

    url_map_class = staticmethod(lambda host_matching: ROUTES)  # type: ignore[assignment]
